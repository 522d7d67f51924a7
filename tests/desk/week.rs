//! A week in the life of a box, told as a story in `week.txt`: what people do, and under it every text that leaves the box
//! because of it or before the next thing happens. Nothing else may leave. `TEXTBACK_REWRITE=1` writes the story anew, so
//! that a person can read the difference.

use super::box_under_test::*;
use std::collections::BTreeMap;
use textback::clock::Steady;
use textback::desk::{Input, Next};
use textback::modem::{
    CallerLine, CanVoice, Diversion, Divert, EndedCall, Identity, Registration, Report, Signal, SimState, Verdict,
};
use textback::sms::{Content, Dcs, Header, Ports, UserData};

const STORY: &str = include_str!("week.txt");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/desk/week.txt");
/// Monday, 27 July 2026, 0:00 in Chicago, where it is five hours earlier than in Greenwich all that week.
const MONDAY_UTC_MS: i64 = 1_785_128_400_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
const DAYS: [&str; 8] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon2"];
/// Steps of the box between two things that people do; more would be a box that never rests.
const STEPS_MAX: u32 = 10_000;

const CONFIG: &str = r#"
[hours]
mon-fri = "7:00-17:00"
sat = "8:00-12:00"
[quick]
q1 = "Thanks {name}, we got it. {company}"
q2 = "On my way, about 30 minutes."
[[crew]]
name = "Ron"
number = "+15125550102"
role = "owner"
[[crew]]
name = "Sam"
number = "+15125550101"
role = "crew"
"#;

struct Person {
    number: String,
    /// The network can't deliver texts to them.
    landline: bool,
}

/// What somebody of the team texted for a customer.
struct Meant {
    customer: String,
    reached: bool,
}

struct Week {
    it: Box,
    people: BTreeMap<String, Person>,
    /// What left since the last thing that happened: when, to whom, what.
    left: Vec<(i64, String, String)>,
    network: bool,
    /// Four digits after the last `YES `.
    code: String,
    /// The handle each person was last shown with on a phone of the team.
    handles: BTreeMap<String, String>,
    meant: Vec<Meant>,
    misrouted: Vec<String>,
    all: Vec<(String, String)>,
    missed: u32,
    leads: u32,
}

fn local(utc_ms: i64) -> String {
    let (day, minute) = (
        (utc_ms - MONDAY_UTC_MS) / DAY_MS,
        (utc_ms - MONDAY_UTC_MS) % DAY_MS / MINUTE_MS,
    );
    let day = DAYS[usize::try_from(day).unwrap()];
    format!("{day} {:02}:{:02}", minute / 60, minute % 60)
}

/// `Mon 07:58 what happens`
fn moment(line: &str) -> Option<(i64, &str)> {
    let (day, rest) = line.split_once(' ')?;
    let day = i64::try_from(DAYS.iter().position(|d| *d == day)?).ok()?;
    let (time, what) = rest.split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    Some((MONDAY_UTC_MS + day * DAY_MS + (hour * 60 + minute) * MINUTE_MS, what))
}

fn healthy() -> Report {
    Report {
        identity: Identity {
            model: "SIM7600E-H".to_owned(),
            operator: Some("T-Mobile".to_owned()),
            smsc: Some("+12404492164".to_owned()),
            ..Identity::default()
        },
        can_voice: CanVoice::Yes,
        sim: SimState::Ready,
        registration: Registration {
            cs: Some(1),
            ps: None,
            eps: Some(1),
        },
        signal: Signal { dbm: Some(-80) },
        shows_callers: Some(true),
        diversions: vec![Diversion {
            which: Divert::Always,
            active: false,
            number: None,
            after_s: None,
        }],
        ..Report::default()
    }
}

impl Week {
    fn new() -> Week {
        let mut it = Box::with(CONFIG);
        it.now.wall.utc_ms = MONDAY_UTC_MS;
        it.tell(Input::Due);
        Week {
            it,
            people: BTreeMap::new(),
            left: Vec::new(),
            network: true,
            code: String::new(),
            handles: BTreeMap::new(),
            meant: Vec::new(),
            misrouted: Vec::new(),
            all: Vec::new(),
            missed: 0,
            leads: 0,
        }
    }

    fn name(&self, number: &str) -> String {
        let known = self.people.iter().find(|(_, p)| p.number == number);
        known.map_or_else(|| number.to_owned(), |(name, _)| name.clone())
    }

    fn number(&self, name: &str) -> String {
        match self.people.get(name) {
            Some(person) => person.number.clone(),
            None => panic!("who is {name:?}?"),
        }
    }

    fn in_team(&self, name: &str) -> bool {
        ["Pat", "Ron", "Sam", "Joe"].contains(&name)
    }

    /// Everything that may leave now leaves, and is reported delivered, or not.
    fn send(&mut self) {
        if !self.network {
            return;
        }
        for sent in self.it.send() {
            let name = self.name(&sent.to);
            let landline = self.people.get(&name).is_some_and(|p| p.landline);
            self.it.report(&sent, if landline { 0x43 } else { 0 });
            if let Some((_, code)) = sent.text.split_once("YES ") {
                self.code = code.chars().take_while(char::is_ascii_digit).collect();
            }
            if self.in_team(&name) {
                self.read_handles(&sent.text);
            }
            self.left
                .push((self.it.now.wall.utc_ms, name.clone(), sent.text.clone()));
            self.all.push((name, sent.text));
        }
    }

    /// `27 +15125551234` or `27 Eve Miller`: what the reader learns of whom they can answer.
    fn read_handles(&mut self, text: &str) {
        let words: Vec<&str> = text
            .split_whitespace()
            .map(|w| w.trim_end_matches([':', '.', ',']))
            .collect();
        for pair in words.windows(2) {
            let who = self.people.iter().find(|(_, p)| p.number == pair[1]);
            if let (Ok(_), Some((who, _))) = (pair[0].parse::<u32>(), who) {
                self.handles.insert(who.clone(), pair[0].to_owned());
            }
        }
    }

    /// When the box wants to be asked again, if it does.
    fn next(&mut self) -> Option<Steady> {
        let wake = self.it.tell(Input::Due).wake;
        let later = match self.network {
            true => match self.it.desk.next_submission(&mut self.it.store, self.it.now).unwrap() {
                Next::NotBefore(at) => Some(at),
                Next::Submit(_) => Some(self.it.now.steady),
                Next::Empty => None,
            },
            false => None,
        };
        [wake, later].into_iter().flatten().min()
    }

    fn until(&mut self, utc_ms: i64) {
        let end = Steady(self.it.now.steady.0 + utc_ms - self.it.now.wall.utc_ms);
        assert!(end >= self.it.now.steady, "the story goes back to {}", local(utc_ms));
        for _ in 0..STEPS_MAX {
            self.send();
            match self.next() {
                Some(at) if at < end => self.it.jump_to(Steady(at.0.max(self.it.now.steady.0 + 1))),
                _ => {
                    self.it.jump_to(end);
                    return;
                }
            }
        }
        panic!("no rest before {}", local(utc_ms));
    }

    fn happens(&mut self, what: &str) {
        if let Some(who) = what.strip_suffix(" calls") {
            self.call(who, Verdict::Missed);
        } else if let Some(who) = what.strip_suffix(" calls and is answered") {
            self.call(who, Verdict::Answered);
        } else if let Some(who) = what.strip_suffix(" sends a picture") {
            let header = Header::NONE.with_ports(Ports {
                destination: 2948,
                source: 9200,
            });
            let push = UserData::new(header, Content::Data(vec![1, 6, 3])).unwrap();
            let number = self.number(who);
            let pdu = self.it.deliver(&number, Dcs::EIGHT_BIT, push);
            self.it.pdu(pdu);
        } else if what == "the network is gone" {
            self.network = false;
        } else if what == "the network is back" {
            self.network = true;
        } else if what == "nothing happens" {
        } else if what == "TEST is examined" {
            self.it.tell(Input::Examined(std::boxed::Box::new(healthy())));
        } else if let Some((who, text)) = what.split_once(": ") {
            self.text(who, text);
        } else {
            panic!("what is {what:?}?");
        }
    }

    fn call(&mut self, who: &str, verdict: Verdict) {
        let call = self.it.next_key();
        let caller = match who {
            "Somebody" => CallerLine::Withheld,
            _ => number(&self.number(who)),
        };
        self.missed += u32::from(verdict == Verdict::Missed);
        self.it.tell(Input::CallEnded(EndedCall {
            call,
            caller,
            rings: 4,
            ringing: std::time::Duration::from_secs(18),
            verdict,
            evidence: vec!["no_carrier"],
            cause: None,
        }));
    }

    /// `Sam (to Dave)` means Dave; `Ron (so Dave)` answers the box's question about whom he meant.
    fn text(&mut self, who: &str, text: &str) {
        let (who, meant) = match who.split_once(" (") {
            Some((who, meant)) => (who, Some(meant.trim_end_matches(')'))),
            None => (who, None),
        };
        let mut text = text.replace("\\n", "\n").replace("{code}", &self.code);
        for (name, handle) in self.handles.iter().filter(|_| self.in_team(who)) {
            text = text.replace(&format!("{{{name}}}"), handle);
        }
        assert!(!text.contains('{') || text.starts_with("SET "), "who is {text:?} for?");
        let from = self.number(who);
        self.it.text(&from, &text);
        let before = self.left.len();
        self.send();
        let at_once: Vec<String> = self.left[before..]
            .iter()
            .filter(|(_, to, _)| !self.in_team(to))
            .map(|(_, to, _)| to.clone())
            .collect();
        if !self.in_team(who) {
            return;
        }
        let customer = meant.and_then(|m| m.split_once(' ')).map(|(_, c)| c.to_owned());
        // OOPS apologises to whoever got it by their slip.
        let slip = match text.starts_with("OOPS") {
            true => self.meant.last().map(|m| m.customer.clone()),
            false => None,
        };
        for to in &at_once {
            if customer.as_ref() != Some(to) && slip.as_ref() != Some(to) {
                self.misrouted.push(format!("{who}: {text} went to {to}"));
            }
        }
        if let (Some(customer), Some(true)) = (customer, meant.map(|m| m.starts_with("to "))) {
            let reached = !at_once.is_empty();
            self.meant.push(Meant { customer, reached });
        }
    }

    /// The lines for what left since they were last asked for.
    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.left)
            .into_iter()
            .map(|(at, to, text)| format!("    {} -> {to}: {}", local(at), text.replace('\n', "\\n")))
            .collect()
    }

    fn figures(&self) -> String {
        let team = |name: &str| self.in_team(name);
        let (to_team, to_callers): (Vec<_>, Vec<_>) = self.all.iter().partition(|(to, _)| team(to));
        let to_ron: Vec<&str> = to_team
            .iter()
            .filter(|(to, _)| to == "Ron")
            .map(|(_, t)| t.as_str())
            .collect();
        let leads = to_ron.iter().filter(|t| t.contains("NEW ")).count();
        let calls = to_ron
            .iter()
            .filter(|t| t.starts_with("Missed") || t.contains("called again"))
            .count();
        let callers: std::collections::BTreeSet<&str> = to_ron
            .iter()
            .filter(|t| t.contains("NEW ") || t.starts_with("Missed") || t.contains("called again"))
            .flat_map(|t| t.split_whitespace())
            .filter(|word| word.starts_with("+1512"))
            .map(|word| word.trim_end_matches(':'))
            .collect();
        let asked = self.meant.iter().filter(|m| !m.reached).count();
        let meant = self.meant.len();
        let people: std::collections::BTreeSet<_> = self.meant.iter().map(|m| &m.customer).collect();
        format!(
            "missed calls {}, people who wrote {}; parts to callers {}, to the team {}\n\
             to Ron: {leads} NEW lines and {calls} lines about calls for {} callers, {:.2} parts each\n\
             missed calls without a line of their own (merged, or of somebody blocked): {} of {}\n\
             texts of the team to {} customers: {meant}, {} routed without asking ({} %), {asked} asked, {} misrouted",
            self.missed,
            self.leads,
            to_callers.len(),
            to_team.len(),
            callers.len(),
            (leads + calls) as f64 / callers.len().max(1) as f64,
            self.missed as usize - calls.min(self.missed as usize),
            self.missed,
            people.len(),
            meant - asked,
            (meant - asked) * 100 / meant.max(1),
            self.misrouted.len()
        )
    }
}

#[test]
fn a_week_of_two_owners_and_forty_callers_reads_as_it_is_written() {
    let mut week = Week::new();
    let mut written: Vec<String> = Vec::new();
    let mut wrote = std::collections::BTreeSet::new();
    for line in STORY.lines() {
        if line.trim_start() != line {
            continue;
        }
        if let Some(person) = line.strip_prefix("person ") {
            let mut words = person.split(' ');
            let (name, number) = (words.next().unwrap(), words.next().unwrap());
            let landline = words.next() == Some("landline");
            let number = number.to_owned();
            week.people.insert(name.to_owned(), Person { number, landline });
        } else if let Some((at, what)) = moment(line) {
            week.until(at);
            let told = week.told();
            // What left before this belongs under what happened before it.
            let blank = written.iter().rposition(|l| !l.is_empty() && !l.starts_with('#'));
            let place = blank.map_or(written.len(), |at| at + 1);
            written.splice(place..place, told);
            if let Some((who, _)) = what.split_once(": ")
                && !week.in_team(who.split(' ').next().unwrap())
                && wrote.insert(who.to_owned())
            {
                week.leads += 1;
            }
            week.happens(what);
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "what is {line:?}?");
        }
        written.push(line.to_owned());
    }
    week.send();
    written.extend(week.told());
    let written = written.join("\n") + "\n";
    println!("{}", week.figures());
    assert_eq!(week.misrouted, Vec::<String>::new());
    if std::env::var_os("TEXTBACK_REWRITE").is_some() {
        std::fs::write(FILE, &written).unwrap();
        return;
    }
    for (at, (is, should)) in written.lines().zip(STORY.lines()).enumerate() {
        assert_eq!(is, should, "line {} of week.txt", at + 1);
    }
    assert_eq!(
        written.lines().count(),
        STORY.lines().count(),
        "more or fewer texts than told"
    );
    assert_eq!(week.misrouted, Vec::<String>::new());
}
