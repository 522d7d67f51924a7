//! Bring-up: from an open port to a modem that is ready for calls and texts. `modem-facts.md` §4.2.
//!
//! A list of steps, each a state that owns its data. Optional steps may fail or stay unanswered. Nothing here is needed
//! to see a call: a RING during bring-up is a call like any other.

use super::families::{CallWatch, Family, GENERIC, Line, Voice};
use super::{Event, Identity, Limit, Options};
use crate::at::Command;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod answers;
mod commands;
mod news;
mod script;
mod standing;
mod state;
use news::News;
use state::{Early, Name, State};

/// `AT` is tried this often before the recovery ladder takes over.
pub const AWAKEN_TRIES: u8 = 10;
/// Each `AT` is waited for so long: a modem on its way up answers the next one.
const AWAKEN_WAIT: Duration = Duration::from_millis(2500);
/// This one of the tries asks for results instead: somebody may have told the modem to give none (`ATQ1`).
const SPEAK_UP_AT: u8 = 3;
/// A busy SIM (`+CME ERROR: 14`) is asked again after this …
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// … this often, before it is called missing.
const BUSY_TRIES: u8 = 10;
/// How often a memory is chosen anew when no answer came, or the SIM was busy.
const STORAGE_TRIES: u8 = 5;
/// So often ERROR to `+CPIN?`, and the question is given up.
const UNKNOWN_TRIES: u8 = 2;
/// A SIM that is missing or locked is looked at this often: two commands a minute.
const LIMITED_EVERY: Duration = Duration::from_secs(30);
/// After a restart, texts become ready within this.
const SMS_READY_WAIT: Duration = Duration::from_secs(10);
/// And this one ends in CR LF: somebody may be there who reads up to an LF.
const LINE_FEED_AT: u8 = 5;
/// Commands that touch neither network nor SIM.
const QUICK: Duration = Duration::from_secs(5);
/// Commands that may touch the network (EC2x documents 15 s for +CLIP).
const SLOW: Duration = Duration::from_secs(15);
/// So many commands not answered, and the modem is one that ignores what it doesn't know …
const IGNORED_MAX: u8 = 2;
/// … and optional questions wait for it no longer than this. A late answer settles (see [`crate::at`]).
const IGNORED_WAIT: Duration = Duration::from_secs(1);
/// What touches neither network nor SIM nor memory is answered within this.
const BASICS_WAIT: Duration = Duration::from_secs(2);
/// `+CPIN?` is waited for so long at first …
const SIM_WAIT_FIRST: Duration = Duration::from_secs(5);
/// … and so long when it is asked again.
const SIM_WAIT: Duration = Duration::from_secs(3);
/// Questions of the survey that come before the first text: the registration.
const SURVEY_BEFORE_TEXTS: usize = 2;
/// Fewer PIN tries left than this: hands off.
pub(super) const PIN_TRIES_NEEDED: u8 = 2;

/// What bring-up wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Send(Command),
    /// ESC first, then this.
    EscapeThenSend(Command),
    Wait,
}

/// See the module.
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
    news: News,
    /// It waits for an acknowledgement of every text that it hands on unstored; not known unless it was told to or not to.
    acknowledges: Option<bool>,
    clip: bool,
    /// The family's call reports were switched on.
    reports: bool,
    /// A call was seen: whatever the table says of the model, it has voice.
    call_seen: bool,
    /// Commands not answered since the start, up to [`IGNORED_MAX`].
    ignored: u8,
    early: Early,
    /// `AT+CFUN?` has been asked since the start: its answer may come late, and looks like the news of a restart.
    asked_radio: bool,
    /// It answers a whole command and not `AT` alone: phones emulated for a radio layer do that.
    ignores_bare_at: bool,
    /// It answers what ends in CR LF, and nothing else.
    wants_line_feed: bool,
    name: Name,
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
            news: News::default(),
            acknowledges: None,
            clip: false,
            reports: false,
            call_seen: false,
            ignored: 0,
            early: Early::No,
            asked_radio: false,
            ignores_bare_at: false,
            wants_line_feed: false,
            name: Name::Asked,
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

    /// A text that it hands on unstored is to be acknowledged, if that is known.
    pub fn acknowledges_texts(&self) -> Option<bool> {
        self.acknowledges
    }

    /// `AT+CLIP=1` was accepted.
    pub fn shows_callers(&self) -> bool {
        self.clip
    }

    /// Whether this model can see a call, as far as is known.
    pub fn has_voice(&self) -> bool {
        match self.family.voice {
            Voice::Yes => true,
            Voice::No => false,
            Voice::OnceSeen => self.call_seen,
        }
    }

    pub fn has_seen_call(&self) -> bool {
        self.call_seen
    }

    /// A call is there.
    pub fn saw_call(&mut self) {
        self.call_seen = true;
    }

    /// The modem tells the end of a call by a line of its own.
    pub fn tells_ends(&self) -> bool {
        self.family.watch == CallWatch::Reported && (self.reports || self.family.call_reports.is_empty())
    }

    /// It was, later than its turn.
    pub fn callers_shown(&mut self) {
        self.clip = true;
    }

    /// A port was opened: everything from the start. `restarted`: the modem said so itself.
    pub fn start(&mut self, restarted: bool) {
        self.restarted = restarted;
        self.sms_ready = false;
        self.notify = false;
        self.acknowledges = None;
        self.clip = false;
        self.reports = false;
        self.storage = None;
        self.ignored = 0;
        self.early = Early::No;
        self.asked_radio = false;
        self.ignores_bare_at = false;
        self.wants_line_feed = false;
        self.name = Name::Asked;
        self.enter(State::Awaken { tries: 0 });
    }

    /// Whether that line is the answer to our own question, too late, rather than news of a restart.
    pub fn is_late_answer(&self, line: &str) -> bool {
        self.asked_radio && !matches!(self.state, State::Ready) && line.starts_with("+CFUN")
    }

    /// A call is there, so the network is too: texts should not wait for the end of bring-up.
    pub fn hurry(&mut self) {
        if self.early == Early::No {
            self.early = Early::Wanted;
        }
    }

    pub fn stop(&mut self) {
        self.enter(State::Off);
    }

    /// The modem started anew. While it is still being knocked at, that is no news.
    pub fn restart(&mut self) {
        match self.state {
            State::Off => {}
            State::Awaken { .. } | State::LineEnd => self.restarted = true,
            _later => self.start(true),
        }
    }

    /// `+CPIN: …` unasked.
    pub fn sim_state(&mut self, state: &str) {
        let ready = state.trim().eq_ignore_ascii_case("READY");
        match self.state {
            // A SIM that was gone is back: nothing that was set for it holds.
            State::Ready | State::Limited(_) if ready => self.start(self.restarted),
            // Its lock was not told when it was asked about, and is now: not the texts are the trouble.
            State::Ready | State::Limited(Limit::NoSms | Limit::NoPduMode) => {
                self.early = Early::No;
                self.enter(State::Sim { busy: 0 });
            }
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
}

/// Whether this command has texts come and go as PDUs from now on.
pub fn sets_pdu_mode(command: &Command) -> bool {
    matches!(command, Command::Plain { text, .. } if *text == script::PDU_MODE.text)
}

fn plain(line: &Line, timeout: Duration) -> Command {
    Command::Plain {
        text: line.text,
        prefix: line.prefix,
        timeout,
    }
}
