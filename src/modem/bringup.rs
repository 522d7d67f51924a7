//! Bring-up: from an open port to a modem that is ready for calls and texts. `modem-facts.md` §4.2.
//!
//! A list of steps, each a state that owns its data. Optional steps may fail or stay unanswered. Nothing here is needed
//! to see a call: a RING during bring-up is a call like any other.

use super::families::{self, Family, GENERIC, Line, Voice};
use super::replies::{digits, free_text, pin_state, text_field};
use super::{Event, Identity, Limit, Options};
use crate::at::{CodeOrWords, Command, Failure, Outcome};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod script;
use script::{BASICS, IDENTITY, SETTINGS, SURVEY};

/// `AT` is tried this often before the recovery ladder takes over.
pub const AWAKEN_TRIES: u8 = 5;
/// A busy SIM (`+CME ERROR: 14`) is asked again after this …
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// … this often, before it is called missing.
const BUSY_TRIES: u8 = 10;
/// So often ERROR to `+CPIN?`, and the question is given up.
const UNKNOWN_TRIES: u8 = 2;
/// A SIM that is missing or locked is looked at this often: two commands a minute.
const LIMITED_EVERY: Duration = Duration::from_secs(30);
/// After a restart, texts become ready within this.
const SMS_READY_WAIT: Duration = Duration::from_secs(10);
/// Commands that touch neither network nor SIM.
const QUICK: Duration = Duration::from_secs(5);
/// Commands that may touch the network (EC2x documents 15 s for +CLIP).
const SLOW: Duration = Duration::from_secs(15);
/// Fewer PIN tries left than this: hands off.
const PIN_TRIES_NEEDED: u16 = 2;

/// Where bring-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No port.
    Off,
    /// ESC, then `AT` until it answers.
    Awaken {
        tries: u8,
    },
    Basics {
        next: usize,
    },
    Identify {
        next: usize,
    },
    /// `AT+CPIN?`.
    Sim {
        busy: u8,
    },
    /// How many tries for the PIN are left; the family's ways to ask, one after another.
    CountTries {
        next: usize,
    },
    /// The PIN is being entered, once.
    Unlock,
    Settings {
        next: usize,
    },
    Extras {
        step: usize,
        line: usize,
    },
    /// Waiting for `SMS DONE` after a restart, but not beyond this.
    AwaitTexts {
        until: Instant,
    },
    PduMode {
        busy: u8,
    },
    Storage {
        next: usize,
    },
    Notify {
        rung: usize,
    },
    NotifyCheck {
        rung: usize,
    },
    Survey {
        next: usize,
    },
    Iccid {
        line: usize,
    },
    Ready,
    /// Can't go on; from the SIM on it is tried again at the pause's end.
    Limited(Limit),
    /// `AT` found nobody: the ladder's turn.
    Mute,
}

/// What bring-up wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Send(Command),
    /// ESC first, then this.
    EscapeThenSend(Command),
    Wait,
}

/// See the module.
#[derive(Debug)]
pub struct Bringup {
    state: State,
    pause: Option<Instant>,
    options: Options,
    pin_spent: bool,
    restarted: bool,
    sms_ready: bool,
    family: &'static Family,
    identity: Identity,
    about: String,
    storage: Option<&'static str>,
    notify: bool,
    clip: bool,
    told: Identity,
    events: VecDeque<Event>,
}

impl Bringup {
    pub fn new(options: Options) -> Self {
        Bringup {
            state: State::Off,
            pause: None,
            pin_spent: options.pin_known_wrong,
            options,
            restarted: false,
            sms_ready: false,
            family: &GENERIC,
            identity: Identity::default(),
            about: String::new(),
            storage: None,
            notify: false,
            clip: false,
            told: Identity::default(),
            events: VecDeque::new(),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn family(&self) -> &'static Family {
        self.family
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The memory that new texts go to, once chosen.
    pub fn storage(&self) -> Option<&'static str> {
        self.storage
    }

    /// The modem announces texts; if not, only sweeps find them.
    pub fn announces_texts(&self) -> bool {
        self.notify
    }

    /// `AT+CLIP=1` was accepted.
    pub fn shows_callers(&self) -> bool {
        self.clip
    }

    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// No answer is expected yet, or nobody is there to give one.
    pub fn is_knocking(&self) -> bool {
        matches!(self.state, State::Off | State::Awaken { .. } | State::Mute)
    }

    /// Nobody answers `AT`.
    pub fn is_mute(&self) -> bool {
        self.state == State::Mute
    }

    pub fn limit(&self) -> Option<Limit> {
        match self.state {
            State::Limited(why) => Some(why),
            State::Ready if self.family.voice == Voice::No => Some(Limit::NoVoice),
            _otherwise => None,
        }
    }

    /// What it is doing, in a word.
    pub fn step(&self) -> &'static str {
        match self.state {
            State::Off => "off",
            State::Awaken { .. } | State::Mute => "knocking",
            State::Basics { .. } => "settling",
            State::Identify { .. } => "identifying",
            State::Sim { .. } | State::CountTries { .. } | State::Unlock | State::Limited(_) => "sim",
            State::Settings { .. } | State::Extras { .. } => "calls",
            State::AwaitTexts { .. }
            | State::PduMode { .. }
            | State::Storage { .. }
            | State::Notify { .. }
            | State::NotifyCheck { .. } => "texts",
            State::Survey { .. } | State::Iccid { .. } => "network",
            State::Ready => "ready",
        }
    }

    /// A port was opened: everything from the start. `restarted`: the modem said so itself.
    pub fn start(&mut self, restarted: bool) {
        self.restarted = restarted;
        self.sms_ready = false;
        self.notify = false;
        self.clip = false;
        self.storage = None;
        self.enter(State::Awaken { tries: 0 });
    }

    pub fn stop(&mut self) {
        self.enter(State::Off);
    }

    /// The modem started anew. While it is still being knocked at, that is no news.
    pub fn restart(&mut self) {
        match self.state {
            State::Off => {}
            State::Awaken { .. } => self.restarted = true,
            _later => self.start(true),
        }
    }

    /// `+CPIN: …` unasked.
    pub fn sim_state(&mut self, state: &str) {
        let ready = state.trim().eq_ignore_ascii_case("READY");
        match self.state {
            // A SIM that was gone is back: nothing that was set for it holds.
            State::Ready | State::Limited(_) if ready => self.start(self.restarted),
            State::Ready => self.enter(State::Sim { busy: 0 }),
            _underway => {}
        }
    }

    /// `SMS DONE`, `SMS Ready`.
    pub fn texts_ready(&mut self) {
        self.sms_ready = true;
        if let State::AwaitTexts { .. } = self.state {
            self.enter(State::PduMode { busy: 0 });
        }
    }

    fn enter(&mut self, next: State) {
        self.state = next;
        self.pause = None;
    }

    fn limited(&mut self, why: Limit, at: Instant) {
        self.enter(State::Limited(why));
        self.pause = Some(at + LIMITED_EVERY);
    }

    /// When a pause is over.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::AwaitTexts { until } => Some(until),
            _otherwise => self.pause,
        }
    }

    /// The next command.
    pub fn next(&mut self, at: Instant) -> Next {
        if self.pause.is_some_and(|until| at < until) {
            return Next::Wait;
        }
        self.pause = None;
        // Some steps have nothing to send for this family; the loop is as long as the list of steps.
        loop {
            let (command, otherwise) = match self.state {
                State::Off | State::Ready | State::Mute => return Next::Wait,
                State::Limited(Limit::NoSms) => {
                    self.enter(State::PduMode { busy: 0 });
                    continue;
                }
                State::Limited(_) => {
                    self.enter(State::Sim { busy: BUSY_TRIES });
                    continue;
                }
                State::AwaitTexts { until } if at < until => return Next::Wait,
                State::AwaitTexts { .. } => {
                    self.enter(State::PduMode { busy: 0 });
                    continue;
                }
                State::Awaken { .. } => return Next::EscapeThenSend(Command::Attention),
                State::Basics { next } => (BASICS.get(next).map(|l| plain(l, QUICK)), State::Identify { next: 0 }),
                State::Identify { next } => (
                    IDENTITY.get(next).map(|text| Command::Identify(text)),
                    State::Sim { busy: 0 },
                ),
                State::Sim { .. } => (Some(Command::PinState), State::Ready),
                State::CountTries { next } => (
                    self.family.pin_counters.get(next).map(|c| plain(&c.ask, QUICK)),
                    State::Unlock,
                ),
                State::Unlock => match (&self.options.pin, self.pin_spent) {
                    (Some(pin), false) => {
                        // Spent before it is sent: whatever comes of it, it is not tried again.
                        self.pin_spent = true;
                        return Next::Send(Command::EnterPin(pin.clone()));
                    }
                    (Some(_), true) => {
                        self.limited(Limit::PinWrong, at);
                        return Next::Wait;
                    }
                    (None, _) => {
                        self.limited(Limit::PinRequired, at);
                        return Next::Wait;
                    }
                },
                State::Settings { next } => (
                    SETTINGS.get(next).map(|l| plain(l, SLOW)),
                    State::Extras { step: 0, line: 0 },
                ),
                State::Extras { step, line } => match self.family.extras.get(step) {
                    Some(extra) => (
                        extra.0.get(line).map(|l| plain(l, QUICK)),
                        State::Extras {
                            step: step + 1,
                            line: 0,
                        },
                    ),
                    None if self.family.says_sms_ready && self.restarted && !self.sms_ready => (
                        None,
                        State::AwaitTexts {
                            until: at + SMS_READY_WAIT,
                        },
                    ),
                    None => (None, State::PduMode { busy: 0 }),
                },
                State::PduMode { .. } => {
                    let line = Line {
                        text: "+CMGF=0",
                        prefix: None,
                    };
                    (Some(plain(&line, SLOW)), State::Ready)
                }
                State::Storage { next } => (
                    self.family
                        .storage
                        .get(next)
                        .map(|s| Command::MessageStorage((*s).to_string())),
                    State::Notify { rung: 0 },
                ),
                State::Notify { rung } => {
                    let line = self.family.notify.get(rung).map(|text| Line { text, prefix: None });
                    if line.is_none() {
                        let why = "every +CNMI setting was refused; texts are found by looking for them".to_string();
                        self.events.push_back(Event::Note {
                            what: "no_notifications",
                            why,
                        });
                    }
                    (line.map(|l| plain(&l, QUICK)), State::Survey { next: 0 })
                }
                State::NotifyCheck { .. } => {
                    let line = Line {
                        text: "+CNMI?",
                        prefix: Some("+CNMI:"),
                    };
                    (Some(plain(&line, QUICK)), State::Survey { next: 0 })
                }
                State::Survey { next } => {
                    let asked = SURVEY.get(next).map(|ask| match ask {
                        script::Ask::Free(text) => Command::Identify(text),
                        script::Ask::Named(line) => plain(line, SLOW),
                    });
                    (asked, State::Iccid { line: 0 })
                }
                State::Iccid { line } => (self.family.iccid.get(line).map(|l| plain(l, QUICK)), State::Ready),
            };
            match command {
                Some(command) => return Next::Send(command),
                None => {
                    self.enter(otherwise);
                    if otherwise == State::Ready {
                        self.tell_identity();
                    }
                }
            }
        }
    }

    /// The command of [`Bringup::next`] is over.
    pub fn done(&mut self, outcome: &Outcome, at: Instant) {
        if outcome.result == Err(Failure::PortLost) {
            return;
        }
        let accepted = outcome.result.is_ok();
        match self.state {
            State::Off | State::Ready | State::Limited(_) | State::Mute | State::AwaitTexts { .. } => {}
            State::Awaken { tries } => {
                // An error is an answer too: somebody is there.
                if !matches!(outcome.result, Err(Failure::TimedOut { .. })) {
                    self.enter(State::Basics { next: 0 });
                } else if tries + 1 >= AWAKEN_TRIES {
                    self.enter(State::Mute);
                } else {
                    self.enter(State::Awaken { tries: tries + 1 });
                }
            }
            State::Basics { next } => self.enter(State::Basics { next: next + 1 }),
            State::Identify { next } => {
                self.identified(next, outcome);
                self.enter(State::Identify { next: next + 1 });
            }
            State::Sim { busy } => self.sim(busy, outcome, at),
            State::CountTries { next } => self.counted(next, outcome, at),
            State::Unlock => self.unlocked(outcome, at),
            State::Settings { next } => {
                if SETTINGS.get(next).is_some_and(|line| line.text == "+CLIP=1") {
                    self.clip = accepted;
                }
                self.enter(State::Settings { next: next + 1 });
            }
            State::Extras { step, line } => {
                self.enter(if accepted {
                    State::Extras {
                        step: step + 1,
                        line: 0,
                    }
                } else {
                    State::Extras { step, line: line + 1 }
                });
            }
            State::PduMode { busy } => {
                if accepted {
                    self.enter(State::Storage { next: 0 });
                } else if busy < BUSY_TRIES && is_busy(&outcome.result) {
                    self.enter(State::PduMode { busy: busy + 1 });
                    self.pause = Some(at + BUSY_WAIT);
                } else {
                    self.limited(Limit::NoSms, at);
                }
            }
            State::Storage { next } => {
                if accepted {
                    self.storage = self.family.storage.get(next).copied();
                    self.enter(State::Notify { rung: 0 });
                } else {
                    self.enter(State::Storage { next: next + 1 });
                }
            }
            State::Notify { rung } => {
                self.enter(if accepted {
                    State::NotifyCheck { rung }
                } else {
                    State::Notify { rung: rung + 1 }
                });
            }
            State::NotifyCheck { rung } => {
                // Accepted and not done is refused: <mt> 0 announces nothing (27.005 §3.4.1). Not readable is believed.
                self.notify = text_field(outcome, "+CNMI", 1).is_none_or(|mt| mt != "0");
                self.enter(if self.notify {
                    State::Survey { next: 0 }
                } else {
                    State::Notify { rung: rung + 1 }
                });
            }
            State::Survey { next } => {
                self.surveyed(next, outcome);
                self.enter(State::Survey { next: next + 1 });
            }
            State::Iccid { line } => {
                self.identity.iccid = digits(outcome, 18, 22).or(self.identity.iccid.take());
                self.enter(if accepted {
                    State::Ready
                } else {
                    State::Iccid { line: line + 1 }
                });
                if accepted {
                    self.tell_identity();
                }
            }
        }
    }

    fn identified(&mut self, next: usize, outcome: &Outcome) {
        let text = free_text(outcome);
        match IDENTITY.get(next).copied() {
            Some("+CGMI") => self.identity.manufacturer = text,
            Some("+CGMM") => self.identity.model = text,
            Some("+CGMR") => self.identity.revision = text,
            Some("I") => self.about = text,
            Some(_) => self.identity.imei = digits(outcome, 14, 17),
            None => {}
        }
        if next + 1 == IDENTITY.len() {
            self.family = families::detect(&self.identity.manufacturer, &self.identity.model, &self.about);
            self.identity.family = self.family.name.to_string();
            self.tell_identity();
        }
    }

    fn tell_identity(&mut self) {
        if self.told != self.identity {
            self.told = self.identity.clone();
            self.events.push_back(Event::Identity(self.identity.clone()));
        }
    }

    /// `+CPIN?` has been answered. 27.007 §8.3, §9.2.
    fn sim(&mut self, busy: u8, outcome: &Outcome, at: Instant) {
        if let Some(state) = pin_state(outcome) {
            match state.as_str() {
                "READY" => self.enter(State::Settings { next: 0 }),
                "SIM PIN" => self.pin_wanted(at),
                "SIM PUK" => self.limited(Limit::PukRequired, at),
                // PIN2, PUK2 and the locks of the phone side keep neither calls nor texts from us.
                "SIM PIN2" | "SIM PUK2" => self.enter(State::Settings { next: 0 }),
                "NOT INSERTED" => self.limited(Limit::NoSim, at),
                _unknown => self.sim_busy(busy, Limit::NoSim, at),
            }
            return;
        }
        let code = match &outcome.result {
            Err(Failure::Cme(code)) => code.cme().map(|e| e.0),
            Ok(()) | Err(_) => None,
        };
        match code {
            Some(10) => self.limited(Limit::NoSim, at),
            Some(11) => self.pin_wanted(at),
            Some(12) => self.limited(Limit::PukRequired, at),
            Some(16) => self.limited(Limit::PinWrong, at),
            // With +CMEE=1 a SIM's trouble has a number: a bare ERROR, again and again, is a modem that doesn't know the
            // question. The steps that follow tell whether there is a SIM.
            None if busy >= UNKNOWN_TRIES && matches!(outcome.result, Err(Failure::Error | Failure::Other(_))) => {
                self.enter(State::Settings { next: 0 });
            }
            // Neither yes nor no: a SIM that needs time.
            _unclear => self.sim_busy(busy, Limit::NoSim, at),
        }
    }

    fn sim_busy(&mut self, busy: u8, otherwise: Limit, at: Instant) {
        if busy < BUSY_TRIES {
            self.enter(State::Sim { busy: busy + 1 });
            self.pause = Some(at + BUSY_WAIT);
        } else {
            self.limited(otherwise, at);
        }
    }

    fn pin_wanted(&mut self, at: Instant) {
        match (&self.options.pin, self.pin_spent) {
            (None, _) => self.limited(Limit::PinRequired, at),
            (Some(_), true) => self.limited(Limit::PinWrong, at),
            (Some(_), false) => self.enter(State::CountTries { next: 0 }),
        }
    }

    fn counted(&mut self, next: usize, outcome: &Outcome, at: Instant) {
        let left = self.family.pin_counters.get(next).and_then(|counter| {
            let name = counter.ask.prefix.unwrap_or("").trim_end_matches(':');
            text_field(outcome, name, counter.field)?.trim().parse::<u16>().ok()
        });
        match left {
            Some(left) if left < PIN_TRIES_NEEDED => {
                let why = format!("{left} try left for the SIM PIN: it is not tried; unlock the SIM in a phone");
                self.events.push_back(Event::Note {
                    what: "pin_tries_low",
                    why,
                });
                self.limited(Limit::PinTriesLow, at);
            }
            Some(_) => self.enter(State::Unlock),
            None => self.enter(State::CountTries { next: next + 1 }),
        }
    }

    fn unlocked(&mut self, outcome: &Outcome, at: Instant) {
        match &outcome.result {
            Ok(()) => {
                self.enter(State::Sim { busy: 0 });
                self.pause = Some(at + BUSY_WAIT);
            }
            Err(failure) => {
                let why = match failure {
                    Failure::Cme(CodeOrWords::Code(code)) => {
                        format!("the SIM PIN was refused (CME {code}); not tried again")
                    }
                    _other => "the SIM PIN was not accepted; not tried again".to_string(),
                };
                self.events.push_back(Event::Note {
                    what: "pin_refused",
                    why,
                });
                self.limited(Limit::PinWrong, at);
            }
        }
    }

    fn surveyed(&mut self, next: usize, outcome: &Outcome) {
        let Some(ask) = SURVEY.get(next) else { return };
        match ask.text() {
            "+CSCA?" => self.identity.smsc = text_field(outcome, "+CSCA", 0).or(self.identity.smsc.take()),
            "+CIMI" => self.identity.imsi = digits(outcome, 14, 15).or(self.identity.imsi.take()),
            "+CNUM" => self.identity.own_number = text_field(outcome, "+CNUM", 1).or(self.identity.own_number.take()),
            "+COPS?" => self.identity.operator = text_field(outcome, "+COPS", 2).or(self.identity.operator.take()),
            _other => {}
        }
    }
}

fn plain(line: &Line, timeout: Duration) -> Command {
    Command::Plain {
        text: line.text,
        prefix: line.prefix,
        timeout,
    }
}

/// SIM or modem busy: 27.007 §9.2 14, 27.005 §3.2.5 314, and the codes makers use for "not yet".
fn is_busy(result: &Result<(), Failure>) -> bool {
    match result {
        Err(Failure::Cme(code)) => matches!(code.cme().map(|e| e.0), Some(13 | 14 | 100 | 515)),
        Err(Failure::Cms(code)) => matches!(code.cms().map(|e| e.0), Some(302 | 313 | 314 | 500 | 515)),
        Ok(()) | Err(_) => false,
    }
}
