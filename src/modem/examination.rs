//! An examination: everything that a person setting the box up, or looking for what is wrong, wants to know. Asked one
//! question after another when nothing more urgent goes on; the network's own answers (diversions, caller display) last.

use super::families::{Family, GENERIC, Line};
use super::{CanText, CanVoice, Diversion, Divert, Event, Identity, Registration, Report, Signal, SimState};
use crate::at::reply::{self, PinState};
use crate::at::{Command, Outcome};
use std::time::Duration;

/// A question to the modem or the SIM.
const ASK_WAIT: Duration = Duration::from_secs(10);
/// A question to the network: supplementary services take seconds, and no caller should wait long behind one.
const NETWORK_WAIT: Duration = Duration::from_secs(25);

/// `+CMS ERROR`: no service centre address is known.
const SMSC_UNKNOWN: u16 = 330;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Sim,
    /// One of the family's ways to count the PIN tries left.
    PinTries(usize),
    /// On which port its news comes out.
    NewsPort,
    Storage,
    Notifications,
    NetworkTime,
    ServiceCentre,
    Signal,
    Registration,
    PacketRegistration,
    EpsRegistration,
    Operator,
    VoiceSwitch,
    /// One of the family's ways to ask whether calls over LTE are up.
    Ims(usize),
    CallerDisplay,
    Diversion(Divert),
}

impl Item {
    fn command(self, family: &Family) -> Option<Command> {
        let ask = |text, prefix, timeout| {
            Some(Command::Plain {
                text,
                prefix: Some(prefix),
                timeout,
            })
        };
        match self {
            Item::Sim => Some(Command::PinState),
            Item::PinTries(n) => family.pin_counters.get(n).map(question),
            Item::VoiceSwitch => family.voice_switch.as_ref().map(question),
            Item::Ims(n) => family.ims.get(n).map(question),
            Item::NewsPort => family.news_port.as_ref().map(|news| question(&news.ask)),
            Item::Storage => Some(Command::MessageStorageState),
            Item::Notifications => ask("+CNMI?", "+CNMI:", ASK_WAIT),
            Item::NetworkTime => ask("+CCLK?", "+CCLK:", ASK_WAIT),
            Item::ServiceCentre => ask("+CSCA?", "+CSCA:", ASK_WAIT),
            Item::Signal => ask("+CSQ", "+CSQ:", ASK_WAIT),
            Item::Registration => ask("+CREG?", "+CREG:", ASK_WAIT),
            Item::PacketRegistration => ask("+CGREG?", "+CGREG:", ASK_WAIT),
            Item::EpsRegistration => ask("+CEREG?", "+CEREG:", ASK_WAIT),
            Item::Operator => ask("+COPS?", "+COPS:", ASK_WAIT),
            Item::CallerDisplay => ask("+CLIP?", "+CLIP:", NETWORK_WAIT),
            Item::Diversion(which) => {
                let text = match which {
                    Divert::Always => "+CCFC=0,2",
                    Divert::Busy => "+CCFC=1,2",
                    Divert::NoReply => "+CCFC=2,2",
                    Divert::Unreachable => "+CCFC=3,2",
                };
                ask(text, "+CCFC:", NETWORK_WAIT)
            }
        }
    }

    /// Only a network can answer it.
    fn is_networks(self) -> bool {
        matches!(self, Item::CallerDisplay | Item::Diversion(_))
    }
}

fn question(ask: &Line) -> Command {
    Command::Plain {
        text: ask.text,
        prefix: ask.prefix,
        timeout: ASK_WAIT,
    }
}

const ITEMS: &[Item] = &[
    Item::Sim,
    Item::PinTries(0),
    Item::PinTries(1),
    Item::PinTries(2),
    Item::NewsPort,
    Item::Storage,
    Item::Notifications,
    Item::NetworkTime,
    Item::ServiceCentre,
    Item::Signal,
    Item::Registration,
    Item::PacketRegistration,
    Item::EpsRegistration,
    Item::Operator,
    Item::VoiceSwitch,
    Item::Ims(0),
    Item::Ims(1),
    Item::CallerDisplay,
    Item::Diversion(Divert::Always),
    Item::Diversion(Divert::Busy),
    Item::Diversion(Divert::NoReply),
    Item::Diversion(Divert::Unreachable),
];

/// What the rest of the modem layer knows when the examination ends.
pub struct Known<'a> {
    /// There is a modem, and it answers.
    pub answers: bool,
    pub identity: &'a Identity,
    pub registration: Registration,
    pub signal: Signal,
    pub has_voice: bool,
    pub can_text: CanText,
    /// A call was seen: whatever anybody says of voice.
    pub call_seen: bool,
    pub shows_callers: bool,
    pub announces_texts: bool,
    pub proof_age: Option<Duration>,
}

/// See the module.
#[derive(Debug)]
pub struct Examination {
    family: &'static Family,
    next: Option<usize>,
    report: Report,
    /// The network left a question unanswered: it is not asked more.
    silent: bool,
    /// The firmware says that it has no voice.
    voiceless: bool,
}

impl Examination {
    pub fn new() -> Self {
        Examination {
            family: &GENERIC,
            next: None,
            report: Report::default(),
            silent: false,
            voiceless: false,
        }
    }

    pub fn set_family(&mut self, family: &'static Family) {
        self.family = family;
    }

    /// Starts, unless one is under way.
    pub fn start(&mut self) {
        if self.next.is_none() {
            self.next = Some(0);
            self.report = Report::default();
            self.silent = false;
            self.voiceless = false;
        }
    }

    pub fn is_under_way(&self) -> bool {
        self.next.is_some()
    }

    /// The next question; `None`: all have been asked. `registered`: there is a network to ask.
    pub fn wants(&mut self, registered: bool) -> Option<Command> {
        loop {
            let item = *ITEMS.get(self.next?)?;
            let skip = match item {
                Item::PinTries(_) => self.report.pin_tries_left.is_some(),
                Item::Ims(_) => !registered || self.report.volte.is_some(),
                item if item.is_networks() => !registered || self.silent,
                _other => false,
            };
            let command = if skip { None } else { item.command(self.family) };
            if command.is_some() {
                return command;
            }
            self.next = self.next.map(|next| next + 1);
        }
    }

    /// The question of [`Examination::wants`] has been answered, or not.
    pub fn done(&mut self, outcome: &Outcome) {
        let Some(item) = self.next.and_then(|next| ITEMS.get(next)).copied() else {
            return;
        };
        self.next = self.next.map(|next| next + 1);
        let lines = &outcome.lines;
        let report = &mut self.report;
        let timed_out = matches!(outcome.result, Err(crate::at::Failure::TimedOut { .. }));
        self.silent |= timed_out && item.is_networks();
        match item {
            Item::Sim => report.sim = sim_state(outcome),
            Item::PinTries(_) => report.pin_tries_left = reply::pin_tries(lines).map(|tries| tries.pin),
            Item::NewsPort => {
                report.news_port = self.family.news_port.and_then(|news| {
                    let name = news.ask.prefix?.trim_end_matches(':');
                    let said = super::replies::text_field(outcome, name, news.field)?;
                    let here = news.here.iter().any(|here| said.eq_ignore_ascii_case(here));
                    Some((said, here))
                });
            }
            Item::Storage => report.storage = reply::cpms(lines).first().map(|memory| (memory.used, memory.total)),
            Item::Notifications => {
                let mt = super::replies::text_field(outcome, "+CNMI", 1);
                report.announces_texts = mt.is_some_and(|mt| mt != "0");
            }
            Item::NetworkTime => report.network_time = reply::cclk(lines),
            Item::ServiceCentre => report.identity.smsc = service_centre(outcome),
            Item::Signal => report.signal.dbm = reply::csq(lines),
            Item::Registration => report.registration.cs = reply::registration(lines),
            Item::PacketRegistration => report.registration.ps = reply::registration(lines),
            Item::EpsRegistration => report.registration.eps = reply::registration(lines),
            Item::Operator => report.identity.operator = reply::cops(lines).and_then(|operator| operator.name),
            Item::VoiceSwitch => {
                let name = self
                    .family
                    .voice_switch
                    .and_then(|line| line.prefix)
                    .unwrap_or_default();
                let said = super::replies::text_field(outcome, name.trim_end_matches(':'), 0);
                let off = said.is_some_and(|off| off == "1");
                self.voiceless = off || super::replies::not_known(outcome);
            }
            Item::Ims(_) => report.volte = reply::ims(lines),
            Item::CallerDisplay => {
                report.shows_callers = match reply::clip(lines) {
                    Some(0) => Some(false),
                    Some(1) => Some(true),
                    Some(_) | None => None,
                };
            }
            Item::Diversion(which) if outcome.result.is_ok() => {
                // Voice is class 1; a bare answer is about everything.
                let row = reply::ccfc(lines)
                    .into_iter()
                    .find(|row| row.class & 1 == 1 || row.class == 0);
                report.diversions.push(Diversion {
                    which,
                    active: row.as_ref().is_some_and(|row| row.active),
                    after_s: row.as_ref().and_then(|row| row.time_s),
                    number: row.and_then(|row| row.number).map(|number| number.digits),
                });
            }
            Item::Diversion(_) => {}
        }
    }

    /// Everything has been asked, or can't be any more: the report.
    pub fn finish(&mut self, known: Known<'_>) -> Option<Event> {
        self.next.take()?;
        let mut report = std::mem::take(&mut self.report);
        report.in_vain = !known.answers;
        let (asked_smsc, asked_operator) = (report.identity.smsc.take(), report.identity.operator.take());
        report.identity = known.identity.clone();
        report.identity.smsc = asked_smsc.or(report.identity.smsc);
        report.identity.operator = asked_operator.or(report.identity.operator);
        let asked = report.registration;
        report.registration = Registration {
            cs: asked.cs.or(known.registration.cs),
            ps: asked.ps.or(known.registration.ps),
            eps: asked.eps.or(known.registration.eps),
        };
        report.signal.dbm = report.signal.dbm.or(known.signal.dbm);
        report.announces_texts |= known.announces_texts;
        if !known.shows_callers && report.shows_callers == Some(true) {
            report.shows_callers = None;
        }
        report.can_text = known.can_text;
        report.network_proof_age = known.proof_age;
        report.can_voice = verdict(
            known.has_voice && (known.call_seen || !self.voiceless),
            report.registration,
            report.volte,
        );
        Some(Event::Examined(Box::new(report)))
    }
}

/// `None`: the modem didn't say. Empty: there is none, which 27.005 §3.2.5 has a code for too.
fn service_centre(outcome: &Outcome) -> Option<String> {
    match &outcome.result {
        Err(crate::at::Failure::Cms(code)) if code.cms().is_some_and(|e| e.0 == SMSC_UNKNOWN) => Some(String::new()),
        Err(_) => None,
        Ok(()) => {
            let said = outcome.lines.iter().any(|line| line.starts_with("+CSCA:"));
            let number = reply::csca(&outcome.lines).map(|number| number.digits);
            number.or_else(|| said.then(String::new))
        }
    }
}

fn sim_state(outcome: &Outcome) -> SimState {
    let by_code = match &outcome.result {
        Err(crate::at::Failure::Cme(code)) => code.cme().map(|e| e.0),
        Ok(()) | Err(_) => None,
    };
    match (reply::cpin(&outcome.lines), by_code) {
        // The second PIN keeps neither calls nor texts from us.
        (Some(PinState::Ready | PinState::Pin2 | PinState::Puk2), _) => SimState::Ready,
        (Some(PinState::Pin), _) | (None, Some(11)) => SimState::Pin,
        (Some(PinState::Puk), _) | (None, Some(12)) => SimState::Puk,
        (Some(PinState::NotInserted), _) | (None, Some(10)) => SimState::Missing,
        (Some(PinState::PhoneLock | PinState::NotReady | PinState::Other(_)), _) | (None, _) => SimState::Unknown,
    }
}

/// `modem-facts.md` §4.4: registered is not callable.
fn verdict(has_voice: bool, registration: Registration, volte: Option<bool>) -> CanVoice {
    if !has_voice {
        return CanVoice::Never;
    }
    match (registration.cs, registration.eps) {
        (Some(6 | 7), _) => CanVoice::SmsOnly,
        (Some(1 | 5), _) => CanVoice::Yes,
        (Some(9 | 10), _) => CanVoice::Perhaps,
        (_, Some(6 | 7)) => CanVoice::SmsOnly,
        (_, Some(1 | 5 | 9 | 10)) if volte == Some(true) => CanVoice::Yes,
        // LTE without circuit-switched calls: only VoLTE or a fall-back brings them.
        (_, Some(1 | 5 | 9 | 10)) => CanVoice::Perhaps,
        (_, _) => CanVoice::Unknown,
    }
}
