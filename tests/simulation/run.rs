//! One run: the plan's steps, people who react to what they get, and a record of what the network saw.

use super::chance::Chance;
use super::coverage::Tally;
use super::ledger;
use super::plan::{Break, Plan, What};
use super::rig::{OWNER, Rig};
use super::verdict;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use textback::sim::{self, Caller, Family, Fault, Number};

/// After the faults everything must drain within this. The longest legitimate wait is the night: a late text goes out in
/// the morning.
const QUIET_PHASE: Duration = Duration::from_secs(30 * 3600);
/// The quiet phase is looked at this often for whether anything is left.
const LOOK_EVERY: Duration = Duration::from_secs(20 * 60);

/// Texts are kept this long, raw and in words.
const KEPT: Duration = Duration::from_secs(90 * 86_400);
/// A mute modem is noticed at the next question, if at all.
const NOTICED_WITHIN: Duration = Duration::from_secs(90);

/// A call, as the network has it.
#[derive(Debug, Clone)]
pub struct Rang {
    /// `None`: withheld.
    pub who: Option<u64>,
    pub from: Instant,
    pub until: Instant,
}

/// A text from a caller.
#[derive(Debug, Clone)]
pub struct Wrote {
    pub who: u64,
    /// The word only this text has; empty for STOP and HELP.
    pub token: String,
    pub stop: bool,
    pub at: Instant,
}

/// What people and network know in the end.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    pub rang: Vec<Rang>,
    pub wrote: Vec<Wrote>,
    /// What the service centre took from the modem: whom for, and the part's words.
    pub accepted: Vec<(String, String)>,
    /// Whole texts that arrived on phones.
    pub arrived: Vec<(String, String)>,
    /// Messages that the modem took from the network.
    pub taken: Vec<Vec<u8>>,
    /// Whom each answer of the owner is for, by the word only it has.
    pub answers: BTreeMap<String, u64>,
    /// When calls could go unseen, for a reason the box can't help.
    pub outages: Vec<(Instant, Instant)>,
    /// What the line between modem and box spoilt, as the modem said it, and when.
    pub spoilt: Vec<(Instant, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    pub wrong: Vec<String>,
    pub tally: Tally,
    /// What happened, for a person to read.
    pub story: String,
}

enum Action {
    Step(What),
    Text { from: String, body: String },
    PhoneOn(u64),
}

pub fn number(who: u64) -> String {
    format!("+1512555{:04}", 3100 + who)
}

struct Runner {
    family: Family,
    rig: Rig,
    chance: Chance,
    agenda: BTreeMap<(Instant, u64), Action>,
    serial: u64,
    witness: Witness,
    tokens: u64,
    answered: BTreeSet<String>,
    story: Vec<String>,
    /// The next restart takes the port away for this long.
    cd_rom: Option<Duration>,
    /// A fault of the modem or network that may hide calls is in force.
    hidden_since: Option<Instant>,
    /// When an outage began, when its cause ends, and what that is.
    outage: Option<(Instant, Instant, &'static str)>,
}

/// Runs a plan to its end and says what was wrong; a panic is wrong too.
pub fn run(plan: &Plan) -> Outcome {
    std::panic::catch_unwind(|| live(plan)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Outcome {
            wrong: vec![format!("panicked: {}", said.unwrap_or_default())],
            tally: Tally::default(),
            story: String::new(),
        }
    })
}

fn live(plan: &Plan) -> Outcome {
    let rig = Rig::new(plan.family, plan.seed, "");
    let mut runner = Runner {
        family: plan.family,
        chance: Chance::new(plan.seed ^ 0xACE),
        agenda: BTreeMap::new(),
        serial: 0,
        witness: Witness::default(),
        tokens: 0,
        answered: BTreeSet::new(),
        story: Vec::new(),
        cd_rom: None,
        hidden_since: None,
        outage: None,
        rig,
    };
    let ready = runner.rig.at + Duration::from_secs(60);
    runner.go_on(ready);
    for step in &plan.steps {
        let at = ready + step.at;
        runner.later(at, Action::Step(step.what.clone()));
    }
    runner.go_on(ready + plan.faults_end());
    runner.end_faults();
    let end = runner.rig.at + QUIET_PHASE;
    while runner.rig.at < end {
        let next = (runner.rig.at + LOOK_EVERY).min(end);
        runner.go_on(next);
        if runner.is_drained() {
            break;
        }
    }
    runner.finish()
}

impl Runner {
    fn later(&mut self, at: Instant, action: Action) {
        self.serial += 1;
        self.agenda.insert((at, self.serial), action);
    }

    fn go_on(&mut self, until: Instant) {
        loop {
            let next = self
                .agenda
                .first_key_value()
                .map_or(until, |(&(at, _), _)| at)
                .min(until);
            self.rig.advance(next);
            for event in std::mem::take(&mut self.rig.witnessed) {
                self.see(event);
            }
            self.note_outage();
            if self.rig.at < next {
                continue;
            }
            let due = self.agenda.first_key_value().filter(|((at, _), _)| *at <= self.rig.at);
            let Some((&key, _)) = due else {
                if self.rig.at >= until {
                    return;
                }
                continue;
            };
            if let Some(action) = self.agenda.remove(&key) {
                self.act(action);
            }
        }
    }

    fn tell(&mut self, what: &str) {
        let passed = self.rig.passed().as_secs_f64();
        self.story.push(format!("{passed:>10.3} {what}"));
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Step(what) => self.step(what),
            Action::Text { from, body } => {
                self.tell(&format!("{from} texts: {body}"));
                self.rig.world.text(&Number::new(&from), &body, self.rig.at);
            }
            Action::PhoneOn(who) => self.rig.world.set_off(&Number::new(&number(who)), false, self.rig.at),
        }
    }

    fn step(&mut self, what: What) {
        self.tell(&format!("* {what}"));
        let at = self.rig.at;
        match what {
            What::Call { who, rings_s } => self.call(Some(who), Caller::Known(Number::new(&number(who))), rings_s),
            What::Withheld { rings_s } => self.call(None, Caller::Withheld, rings_s),
            What::Text { who, words } => {
                let token = self.token();
                self.write(who, &token, words);
            }
            What::Stop { who } => {
                self.rig.world.text(&Number::new(&number(who)), "STOP", at);
                self.witness.wrote.push(Wrote {
                    who,
                    token: String::new(),
                    stop: true,
                    at,
                });
            }
            What::Help { who } => self.rig.world.text(&Number::new(&number(who)), "HELP", at),
            What::Order(order) => self.rig.world.text(&Number::new(OWNER), &order, at),
            What::PhoneOff { who, for_s } => {
                self.rig.world.set_off(&Number::new(&number(who)), true, at);
                self.later(at + Duration::from_secs(for_s), Action::PhoneOn(who));
            }
            What::Fault(fault) => {
                let name = format!("fault: {}", What::Fault(fault.clone()));
                let name = name.replace("fault: fault ", "fault: ");
                let kind = name.split(' ').take(2).collect::<Vec<_>>().join(" ");
                self.rig.tally.count(&kind);
                self.fault(fault);
            }
            What::Clear => self.clear(),
            What::Break(broken) => {
                let name = broken.to_string();
                self.rig
                    .tally
                    .count(&format!("break: {}", name.split(' ').next().unwrap_or("")));
                let cause = match broken {
                    Break::Unplug { for_s } => Some((for_s, "an unplug")),
                    Break::Kill { down_s } => Some((down_s, "a kill")),
                    _ => None,
                };
                if let Some((for_s, cause)) = cause {
                    self.outage = Some((at, at + Duration::from_secs(for_s), cause));
                }
                self.rig.break_it(broken);
            }
        }
    }

    fn call(&mut self, who: Option<u64>, caller: Caller, rings_s: u64) {
        let (from, rings) = (self.rig.at, Duration::from_secs(rings_s));
        self.rig.world.call(caller, rings, from);
        self.witness.rang.push(Rang {
            who,
            from,
            until: from + rings,
        });
    }

    fn token(&mut self) -> String {
        self.tokens += 1;
        format!("zq{}v", self.tokens)
    }

    fn write(&mut self, who: u64, token: &str, words: u64) {
        let more = (1..words).map(|n| format!(" leak{n}")).collect::<String>();
        let body = format!("Need a plumber {token}{more}");
        let at = self.rig.at;
        self.rig.world.text(&Number::new(&number(who)), &body, at);
        self.witness.wrote.push(Wrote {
            who,
            token: token.to_owned(),
            stop: false,
            at,
        });
    }

    fn fault(&mut self, fault: Fault) {
        let at = self.rig.at;
        let hides = match &fault {
            Fault::Mute(time) | Fault::RegistrationLost(time) | Fault::Forgotten(time) => {
                // What was lost is asked for again within the next idle rounds.
                self.witness.outages.push((at, at + *time + Duration::from_secs(150)));
                false
            }
            Fault::Reset => {
                self.witness.outages.push((at, at + Duration::from_secs(60)));
                false
            }
            Fault::SilentReset => {
                // Found at the next look at the canaries.
                self.witness.outages.push((at, at + Duration::from_secs(150)));
                false
            }
            // There the call list alone says who calls, and it can't be asked for while a text is under way.
            Fault::DelaySendResult(_) | Fault::LoseSendResult | Fault::EarlyOk => self.family == Family::Ublox,
            Fault::LoseLines(_)
            | Fault::DoubleLines(_)
            | Fault::NoClip
            | Fault::NoRelease
            | Fault::Slow(_)
            | Fault::SimBusy(_)
            | Fault::Registration(_) => true,
            _ => false,
        };
        if hides {
            self.hidden_since.get_or_insert(at);
        }
        match &fault {
            Fault::Mute(time) => self.outage = Some((at, at + *time, "a mute modem")),
            Fault::Reset => {
                let (gone, cause) = match self.cd_rom.take() {
                    Some(gone) => (gone, "a restart as a CD-ROM"),
                    None => (Duration::ZERO, "a modem's restart"),
                };
                self.outage = Some((at, at + gone, cause));
            }
            Fault::CdRom(gone) => self.cd_rom = Some(*gone),
            _ => {}
        }
        self.rig.world.inject(fault, at);
    }

    fn clear(&mut self) {
        let at = self.rig.at;
        self.rig.world.inject(Fault::Clear, at);
        self.cd_rom = None;
        if let Some(since) = self.hidden_since.take() {
            self.witness.outages.push((since, at + Duration::from_secs(30)));
        }
    }

    fn end_faults(&mut self) {
        self.tell("* the faults end");
        self.clear();
        self.rig.mend();
        for who in 0..super::plan::CALLERS {
            self.rig.world.set_off(&Number::new(&number(who)), false, self.rig.at);
        }
    }

    /// Times at which the box itself could not see calls.
    fn note_outage(&mut self) {
        let at = self.rig.at;
        if let Some(since) = self.rig.unwritten_since.take() {
            self.witness.outages.push((since, at));
        }
        let well = self.rig.is_well();
        if let Some((began, ends, cause)) = self.outage
            && let Some(since) = self.rig.well_since.filter(|_| at > ends + NOTICED_WITHIN)
        {
            if self.rig.last_unwell >= began {
                self.rig.tally.recovered(cause, since.saturating_duration_since(ends));
            }
            self.outage = None;
        }
        if well {
            return;
        }
        let since = self.rig.last_unwell.min(at);
        match self.witness.outages.last_mut() {
            Some((_, until)) if *until + Duration::from_secs(10) >= since => *until = (*until).max(at),
            _ => self.witness.outages.push((since, at)),
        }
    }

    fn see(&mut self, event: sim::Event) {
        self.story.push(format!("           {event}"));
        match event.what {
            sim::What::Submitted { to, text } => self.witness.accepted.push((to.to_string(), text)),
            sim::What::TakenByModem { tpdu } => self.witness.taken.push(tpdu),
            sim::What::TextArrived { phone, text } => self.arrived(phone.as_str(), text.text),
            _ => {}
        }
    }

    fn arrived(&mut self, phone: &str, text: String) {
        let at = self.rig.at;
        if phone == OWNER {
            self.owner_reads(&text);
        } else if text.contains("Sorry we missed you") && self.chance.one_in(2) {
            let who = (0..super::plan::CALLERS).find(|who| number(*who) == phone);
            if let Some(who) = who {
                let token = self.token();
                let when = at + self.chance.millis(15_000, 240_000);
                let body = format!("Yes please {token}");
                self.later(
                    when,
                    Action::Text {
                        from: phone.to_owned(),
                        body,
                    },
                );
                self.witness.wrote.push(Wrote {
                    who,
                    token,
                    stop: false,
                    at: when,
                });
            }
        }
        self.witness.arrived.push((phone.to_owned(), text));
    }

    /// `NEW 13 +1512…: Need a plumber zq1v`: the owner answers half of them, each once, by the number in front.
    fn owner_reads(&mut self, text: &str) {
        let Some(token) = text
            .split_whitespace()
            .find(|w| w.starts_with("zq") && w.ends_with('v'))
        else {
            return;
        };
        let handle = text.split_whitespace().find(|w| w.parse::<u16>().is_ok());
        let Some(who) = self.witness.wrote.iter().find(|w| w.token == token).map(|w| w.who) else {
            return;
        };
        let Some(handle) = handle.filter(|_| self.answered.insert(token.to_owned())) else {
            return;
        };
        if self.chance.one_in(2) {
            let answer = format!("{}r", token.trim_end_matches('v'));
            let body = format!("{handle} On my way {answer}");
            let when = self.rig.at + self.chance.millis(10_000, 200_000);
            self.witness.answers.insert(answer, who);
            self.later(
                when,
                Action::Text {
                    from: OWNER.to_owned(),
                    body,
                },
            );
        }
    }

    /// Nothing is on its way any more.
    fn is_drained(&mut self) -> bool {
        if !self.agenda.is_empty() || !self.rig.is_well() || self.rig.world.waiting_for_sim() > 0 {
            return false;
        }
        let ledger = ledger::Ledger::read(&self.rig.disk.path());
        let open = |state: &str| matches!(state, "queued" | "submitting");
        ledger.sent.iter().all(|sent| !open(&sent.state))
            && ledger.calls.iter().all(|call| call.verdict.is_some())
            && verdict::untold(&ledger, &self.witness).is_empty()
            && self.rig.world.held_tpdus().is_empty()
    }

    fn finish(mut self) -> Outcome {
        let path = self.rig.disk.path();
        let ledger = ledger::Ledger::read(&path);
        let mut wrong = std::mem::take(&mut self.rig.wrong);
        if self.rig.passed() >= KEPT {
            // What came in at the start has been erased, as it must be.
            self.witness.taken.clear();
            let on_record = |(to, text): &(String, String)| {
                let mut rows = ledger.sent.iter();
                rows.any(|sent| sent.recipient == *to && sent.part_text == *text)
            };
            self.witness.accepted.retain(on_record);
        }
        self.witness.spoilt = std::mem::take(&mut self.rig.spoilt);
        let held = self.rig.world.held_tpdus();
        wrong.extend(verdict::verdict(&ledger, &self.witness, &held, self.rig.is_well()));
        let mut tally = std::mem::take(&mut self.rig.tally);
        verdict::count(&ledger, &self.witness, &mut tally);
        let of = |kinds: &[&str]| {
            let found = wrong.iter().filter(|w| kinds.iter().any(|kind| w.contains(kind)));
            u64::try_from(found.count()).unwrap()
        };
        tally.lost = of(&[
            "lost:",
            "nowhere now",
            "never reached the owner",
            "not on record",
            "not drained",
        ]);
        tally.duplicates = of(&["duplicate:", "was texted"]);
        tally.runs = 1;
        tally.virtual_time = self.rig.passed();
        tally.largest_disk = self.rig.disk.size();
        let mut story = self.story.join("\n");
        if !wrong.is_empty() {
            for (at, event) in &self.rig.events {
                story.push_str(&format!("\n{:>10.3} modem: {event:?}", at.as_secs_f64()));
            }
            for call in &ledger.calls {
                story.push_str(&format!("\n{call}"));
            }
            for sent in &ledger.sent {
                story.push_str(&format!("\n{sent}"));
            }
        }
        Outcome { wrong, tally, story }
    }
}
