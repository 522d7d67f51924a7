//! What the daemon knows of itself, for `textback status`, `systemctl status` and the log.

use super::port::Trouble;
use crate::board::light;
use crate::board::{Code, Shown};
use crate::clock::{LastTime, Steady, Trust, Wall};
use crate::desk::health::condition::BoxCondition;
use crate::modem::{CanVoice, Condition, Event, Identity, Limit, Registration, Signal};
use crate::store::{Store, StoreError};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Memory that texts come in to, in percent, from which the lights say so.
const STORAGE_WATCH_PERCENT: u32 = 90;

/// The longest absence believed from a clock that is not synchronised. The system's may have been set from a network time that
/// was years off; a day is enough for whatever grew stale meanwhile to be seen as stale.
const AWAY_BELIEVED: Duration = Duration::from_secs(24 * 3600);

/// Condition of port, modem, network and disk as last learnt.
#[derive(Debug)]
pub struct State {
    since: Instant,
    trouble: Option<Trouble>,
    condition: Condition,
    identity: Identity,
    registration: Registration,
    signal: Signal,
    storage: Option<(u16, u16)>,
    /// A call was seen in this run, or calls over LTE are known to be up.
    calls_ring: bool,
    disk: Option<String>,
    changed: bool,
}

impl State {
    #[must_use]
    pub fn new(since: Instant) -> Self {
        State {
            since,
            trouble: None,
            condition: Condition::NoPort,
            identity: Identity::default(),
            registration: Registration::default(),
            signal: Signal::default(),
            storage: None,
            calls_ring: false,
            disk: None,
            changed: true,
        }
    }

    /// The port opened (`None`) or why not. True if that is news.
    pub fn port(&mut self, trouble: Option<Trouble>) -> bool {
        let news = self.trouble != trouble;
        self.changed |= news;
        self.trouble = trouble;
        news
    }

    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// The database can't be written just now.
    #[must_use]
    pub fn disk_refuses(&self) -> bool {
        self.disk.is_some()
    }

    /// The disk refuses (why), or obeys again.
    pub fn storage(&mut self, why: Option<String>) {
        self.changed |= self.disk != why;
        self.disk = why;
    }

    /// Takes from an event what is worth knowing later.
    pub fn learn(&mut self, event: &Event) {
        match event {
            Event::Condition(condition) => {
                self.changed |= self.condition != *condition;
                self.condition = condition.clone();
            }
            Event::Identity(identity) => self.identity = identity.clone(),
            Event::Registration(registration) => self.registration = *registration,
            Event::Signal(signal) => self.signal = *signal,
            Event::Storage { used, total, .. } => self.storage = Some((*used, *total)),
            Event::CallStarted { .. } => self.calls_ring = true,
            Event::Examined(report) => self.calls_ring |= report.can_voice == CanVoice::Yes,
            Event::CallIdentified { .. }
            | Event::CallEnded(_)
            | Event::Received(_)
            | Event::ReadyToSubmit
            | Event::Submitting { .. }
            | Event::Submitted { .. }
            | Event::Measured(_)
            | Event::NetworkTime { .. }
            | Event::Deaf { .. }
            | Event::Hears { .. }
            | Event::Balance(_)
            | Event::MissedMemory(_)
            | Event::Note { .. } => {}
        }
    }

    /// True once after each change that a person would want to see.
    pub fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Calls can be taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.trouble.is_none() && self.condition == Condition::Ready
    }

    /// Why this modem or SIM can never do the job, if so: stop rather than try on (a wrong PIN is tried once, ever).
    #[must_use]
    pub fn hopeless(&self) -> Option<Limit> {
        let Condition::Limited { why } = self.condition else {
            return None;
        };
        match why {
            Limit::PinWrong | Limit::PinTriesLow | Limit::PukRequired | Limit::NoVoice | Limit::NoPduMode => Some(why),
            Limit::NoSim
            | Limit::PinRequired
            | Limit::NotRegistered
            | Limit::RegistrationDenied
            | Limit::SmsOnly
            | Limit::NoSms => None,
        }
    }

    /// One line a person understands.
    #[must_use]
    pub fn summary(&self) -> String {
        if let Some(why) = &self.disk {
            return format!("DATABASE: {why}");
        }
        if let Some(trouble) = &self.trouble {
            return format!("no modem: {trouble}");
        }
        match &self.condition {
            Condition::NoPort => "waiting for the modem".to_owned(),
            Condition::BringUp { step } => format!("setting the modem up: {step}"),
            Condition::Mute { rung } => format!("the modem does not answer; trying {rung}"),
            Condition::Limited { why } => limit_in_words(*why).to_owned(),
            Condition::Ready => {
                let operator = self.identity.operator.as_deref().unwrap_or("network");
                let ready = format!(
                    "ready: {} on {operator}, signal {}",
                    self.model(),
                    self.signal.in_words()
                );
                match self.calls_in_doubt() {
                    Some(doubt) => format!("{ready}; {doubt}"),
                    None => ready,
                }
            }
        }
    }

    /// Why no call may ever ring here although all seems well: only a call shows it.
    fn calls_in_doubt(&self) -> Option<&'static str> {
        if self.calls_ring {
            return None;
        }
        if self.identity.data_card {
            return Some("sold as a data card, calls may never ring: make a test call");
        }
        self.registration
            .leaves_calls_in_doubt()
            .then_some("registered for data, calls need VoLTE or a 2G/3G fallback: make a test call")
    }

    /// What [`State::summary`] says of a box that isn't ready, as the owner's phone has room for it: `[reasons]` of the language
    /// packs have each of these.
    fn trouble_shortly(&self) -> Option<&'static str> {
        if self.disk.is_some() {
            return Some("the box's disk takes nothing");
        }
        if self.trouble.is_some() {
            return Some("no modem");
        }
        match &self.condition {
            Condition::NoPort => Some("no modem"),
            Condition::BringUp { .. } => Some("the modem is being set up"),
            Condition::Mute { .. } => Some("the modem does not answer"),
            Condition::Limited { why } => Some(limit_shortly(*why)),
            Condition::Ready => None,
        }
    }

    /// What the desk tells in STATUS.
    #[must_use]
    pub fn for_status(&self, since: Steady) -> BoxCondition {
        BoxCondition {
            since: Some(since),
            trouble: self.trouble_shortly().map(str::to_owned),
            calls_in_doubt: self.is_ready() && self.calls_in_doubt().is_some(),
            operator: self.identity.operator.clone(),
            signal: match self.signal.dbm {
                Some(_) => self.signal.in_words().to_owned(),
                None => String::new(),
            },
            // Of a trouble and of the clock it says more than the light can.
            light: self.is_ready().then(|| self.amiss(Trust::Network)).flatten(),
            ..BoxCondition::default()
        }
    }

    /// What the lights show. `trust` is the wall clock's: one that only guesses is a code of its own.
    #[must_use]
    pub fn shown(&self, trust: Trust) -> Shown {
        if self.disk.is_some() {
            return Shown::Trouble(Code::Storage);
        }
        if self.trouble.is_some() {
            return Shown::Trouble(Code::NoModem);
        }
        match &self.condition {
            Condition::NoPort | Condition::BringUp { .. } => Shown::Starting,
            Condition::Mute { .. } => Shown::Trouble(Code::NoModem),
            Condition::Limited { why } => Shown::Trouble(limit_code(*why)),
            Condition::Ready => Shown::Ready {
                bars: light::bars(self.signal),
                but: self.amiss(trust),
            },
        }
    }

    /// What wants looking after though calls are taken.
    fn amiss(&self, trust: Trust) -> Option<Code> {
        if self
            .storage
            .is_some_and(|(used, total)| total > 0 && u32::from(used) * 100 >= u32::from(total) * STORAGE_WATCH_PERCENT)
        {
            return Some(Code::Storage);
        }
        (trust == Trust::Guess).then_some(Code::Clock)
    }

    fn model(&self) -> &str {
        if self.identity.model.is_empty() {
            "modem"
        } else {
            &self.identity.model
        }
    }

    /// The `status --json` object, without the counts that the store adds.
    #[must_use]
    pub fn json(&self, at: Instant) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "running": true,
            "ready": self.is_ready(),
            "summary": self.summary(),
            "up_seconds": at.saturating_duration_since(self.since).as_secs(),
            "modem": {
                "family": self.identity.family,
                "manufacturer": self.identity.manufacturer,
                "model": self.identity.model,
                "revision": self.identity.revision,
                "imei": self.identity.imei,
            },
            "sim": { "iccid": self.identity.iccid, "own_number": self.identity.own_number, "smsc": self.identity.smsc },
            "network": {
                "operator": self.identity.operator,
                "creg": self.registration.cs,
                "cgreg": self.registration.ps,
                "cereg": self.registration.eps,
                "signal_dbm": self.signal.dbm,
                "signal": self.signal.in_words(),
            },
            "storage": self.storage.map(|(used, total)| json!({ "used": used, "total": total })),
        })
    }
}

/// Adds what the store counts to a status object.
///
/// # Errors
/// If the database can't be read.
pub fn with_counts(mut status: Value, store: &Store) -> Result<Value, StoreError> {
    if let Some(object) = status.as_object_mut() {
        object.insert("counts".to_owned(), json!(store.counts()?));
    }
    Ok(status)
}

/// Where the steady clock goes on after a restart: the last reading, plus the time we were away where both ends of it are
/// known. Without a trustworthy wall clock the time away counts as nothing, and where nobody vouches for both ends of it, it is
/// believed up to `AWAY_BELIEVED`: timers are late rather than early, and nothing is erased before its time because a network
/// was wrong.
#[must_use]
pub fn resume_steady(last: LastTime, now: Wall) -> Steady {
    if last.utc_ms == 0 || now.trust == Trust::Guess {
        return last.steady;
    }
    let away = Duration::from_millis(u64::try_from(now.utc_ms.saturating_sub(last.utc_ms)).unwrap_or(0));
    let vouched = (last.trust, now.trust) == (Trust::Synchronised, Trust::Synchronised);
    last.steady.plus(if vouched { away } else { away.min(AWAY_BELIEVED) })
}

/// Why the modem can't do its job, as the lights count it.
#[must_use]
pub fn limit_code(limit: Limit) -> Code {
    match limit {
        Limit::NoSim => Code::NoSim,
        Limit::PinRequired | Limit::PinWrong | Limit::PinTriesLow | Limit::PukRequired => Code::Pin,
        Limit::NotRegistered | Limit::RegistrationDenied | Limit::SmsOnly => Code::NotRegistered,
        Limit::NoVoice | Limit::NoSms | Limit::NoPduMode => Code::NoSms,
    }
}

/// Why the modem can't do its job, and what to do, in words.
#[must_use]
pub fn limit_in_words(limit: Limit) -> &'static str {
    match limit {
        Limit::NoSim => "no SIM: put it in (contacts down), then power the modem off and on",
        Limit::PinRequired => "the SIM asks for its PIN: set `pin` under [modem]",
        Limit::PinWrong => {
            "the SIM refused the PIN; it is not tried again. Correct `pin` under [modem], or switch the SIM's PIN off in a phone"
        }
        Limit::PinTriesLow => "the SIM has too few PIN tries left to risk one: enter the PIN in a phone first",
        Limit::PukRequired => "the SIM is blocked and asks for its PUK: unblock it in a phone",
        Limit::NotRegistered => "no network yet: check antenna and coverage",
        Limit::RegistrationDenied => "the network refuses this SIM or modem: ask the operator",
        Limit::SmsOnly => "registered for texts only: calls cannot reach this modem (needs VoLTE or a 2G/3G fallback)",
        Limit::NoVoice => "this model has no voice: it can never see a call. See the README for models that can",
        Limit::NoSms => {
            "the modem refuses PDU mode (AT+CMGF=0), without which no text goes out or comes in; it is tried again"
        }
        Limit::NoPduMode => {
            "this modem has no PDU mode (AT+CMGF=? lists only 1): textback can neither send nor read a text with it. See the README for models that can"
        }
    }
}

/// The same for the owner's phone.
fn limit_shortly(limit: Limit) -> &'static str {
    match limit {
        Limit::NoSim => "no SIM",
        Limit::PinRequired => "the SIM asks for its PIN",
        Limit::PinWrong => "the SIM refused the PIN",
        Limit::PinTriesLow => "the SIM has too few PIN tries left",
        Limit::PukRequired => "the SIM asks for its PUK",
        Limit::NotRegistered => "no network",
        Limit::RegistrationDenied => "the network refuses the SIM or modem",
        Limit::SmsOnly => "the network takes it for texts only, no calls",
        Limit::NoVoice => "this modem can't take calls",
        Limit::NoSms | Limit::NoPduMode => "this modem can't do texts",
    }
}

/// A measurement, for `textback signal`.
#[must_use]
pub fn signal_json(signal: Signal) -> Value {
    json!({ "dbm": signal.dbm, "bars": light::bars(signal), "signal": signal.in_words() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::wording::pack::Pack;

    fn wall(utc_ms: i64, trust: Trust) -> Wall {
        Wall {
            utc_ms,
            offset_s: 0,
            trust,
        }
    }

    fn last(steady: Steady, utc_ms: i64) -> LastTime {
        LastTime {
            steady,
            utc_ms,
            trust: Trust::Synchronised,
        }
    }

    #[test]
    fn the_steady_clock_goes_on_over_a_restart_and_never_back() {
        let resume = |now| resume_steady(last(Steady(5_000), 1_000_000), now);
        assert_eq!(resume(wall(1_060_000, Trust::Synchronised)), Steady(65_000));
        assert_eq!(resume(wall(1_060_000, Trust::Guess)), Steady(5_000));
        assert_eq!(resume(wall(3_000, Trust::Network)), Steady(5_000));
        assert_eq!(
            resume_steady(LastTime::default(), wall(3_000, Trust::Network)),
            Steady(0)
        );
    }

    #[test]
    fn a_false_time_moves_the_steady_clock_by_a_day_at_most_and_only_once() {
        let year = 365 * 24 * 3_600_000;
        let (before, told) = (Steady(5_000), 1_800_000_000_000);
        let day = before.plus(AWAY_BELIEVED);
        for trust in [Trust::ServiceCentre, Trust::Network] {
            let resumed = resume_steady(last(before, told), wall(told + 20 * year, trust));
            assert_eq!(resumed, day, "{trust:?}");
            // The false time is on record by then: the next start finds no absence, nor does one at the right time.
            let false_time = last(resumed, told + 20 * year);
            assert_eq!(resume_steady(false_time, wall(told + 20 * year, trust)), day);
            assert_eq!(resume_steady(false_time, wall(told, trust)), day);
        }
        let synchronised = wall(told + year, Trust::Synchronised);
        assert_eq!(resume_steady(last(before, told), synchronised), Steady(5_000 + year));
        // A false past on record is no absence of years either.
        let said_by_network = LastTime {
            trust: Trust::Network,
            ..last(before, told)
        };
        assert_eq!(resume_steady(said_by_network, synchronised), day);
    }

    #[test]
    fn the_lights_count_what_the_summary_says() {
        let mut state = State::new(Instant::now());
        assert_eq!(state.shown(Trust::Network), Shown::Starting);
        state.port(Some(Trouble::Absent { path: "/dev/x".into() }));
        assert_eq!(state.shown(Trust::Network), Shown::Trouble(Code::NoModem));
        state.port(None);
        for (why, code) in [
            (Limit::NoSim, Code::NoSim),
            (Limit::PukRequired, Code::Pin),
            (Limit::SmsOnly, Code::NotRegistered),
            (Limit::NoVoice, Code::NoSms),
        ] {
            state.learn(&Event::Condition(Condition::Limited { why }));
            assert_eq!(state.shown(Trust::Network), Shown::Trouble(code), "{why:?}");
        }
        state.learn(&Event::Condition(Condition::Ready));
        state.learn(&Event::Signal(Signal { dbm: Some(-90) }));
        let ready = |but| Shown::Ready { bars: Some(3), but };
        assert_eq!(state.shown(Trust::Network), ready(None));
        assert_eq!(state.shown(Trust::Guess), ready(Some(Code::Clock)));
        assert_eq!(state.for_status(Steady(0)).light, None);
        state.learn(&Event::Storage {
            used: 20,
            total: 20,
            full: true,
        });
        assert_eq!(state.shown(Trust::Network), ready(Some(Code::Storage)));
        assert_eq!(state.for_status(Steady(0)).light, Some(Code::Storage));
        state.storage(Some("disk full".to_owned()));
        assert_eq!(state.shown(Trust::Network), Shown::Trouble(Code::Storage));
    }

    #[test]
    fn what_status_by_text_says_of_a_box_that_is_not_ready_is_said_in_every_language() {
        let mut state = State::new(Instant::now());
        let mut said = Vec::new();
        let mut say = |state: &State| said.extend(state.for_status(Steady(0)).trouble);
        say(&state);
        state.learn(&Event::Condition(Condition::BringUp { step: "SIM" }));
        say(&state);
        state.learn(&Event::Condition(Condition::Mute { rung: "reopen" }));
        say(&state);
        for why in [
            Limit::NoSim,
            Limit::PinRequired,
            Limit::PinWrong,
            Limit::PinTriesLow,
            Limit::PukRequired,
            Limit::NotRegistered,
            Limit::RegistrationDenied,
            Limit::SmsOnly,
            Limit::NoVoice,
            Limit::NoSms,
            Limit::NoPduMode,
        ] {
            state.learn(&Event::Condition(Condition::Limited { why }));
            say(&state);
        }
        state.storage(Some("full".to_owned()));
        say(&state);
        assert_eq!(said.len(), 15, "{said:?}");
        for pack in Pack::all().iter().skip(1) {
            for said in &said {
                assert_ne!(&pack.reason(said), said, "{}", pack.code);
            }
        }
    }

    #[test]
    fn calls_in_doubt_are_told_by_text_too() {
        let mut state = State::new(Instant::now());
        state.learn(&Event::Condition(Condition::Ready));
        let (cs, ps, eps) = (Some(0), None, Some(1));
        state.learn(&Event::Registration(Registration { cs, ps, eps }));
        assert!(state.for_status(Steady(0)).calls_in_doubt);
        let call = crate::ids::CallKey(1);
        state.learn(&Event::CallStarted { call });
        assert!(!state.for_status(Steady(0)).calls_in_doubt, "a call is proof");
    }

    #[test]
    fn registered_is_not_called_callable_before_a_call_was_seen() {
        let doubtful = |cs, eps| {
            let mut state = State::new(Instant::now());
            state.learn(&Event::Condition(Condition::Ready));
            let registration = Registration { cs, ps: None, eps };
            state.learn(&Event::Registration(registration));
            let told = state.summary().contains("test call");
            state.learn(&Event::CallStarted {
                call: crate::ids::CallKey(1),
            });
            assert!(!state.summary().contains("test call"), "a call is proof");
            told
        };
        for (cs, eps, want) in [
            (Some(1), Some(1), false),
            (Some(5), None, false),
            (None, None, false),
            (Some(0), Some(1), true),
            (Some(3), Some(5), true),
            (None, Some(1), true),
            (Some(9), Some(1), true),
            (Some(10), None, true),
        ] {
            assert_eq!(doubtful(cs, eps), want, "{cs:?} {eps:?}");
        }
        let mut state = State::new(Instant::now());
        state.learn(&Event::Condition(Condition::Ready));
        state.learn(&Event::Identity(Identity {
            data_card: true,
            ..Identity::default()
        }));
        assert!(state.summary().contains("data card"), "{}", state.summary());
    }

    #[test]
    fn a_change_is_told_once() {
        let mut state = State::new(Instant::now());
        assert!(state.take_change());
        assert!(!state.take_change());
        state.learn(&Event::Condition(Condition::Limited { why: Limit::NoSim }));
        assert!(state.take_change());
        assert!(state.summary().contains("no SIM"));
        state.learn(&Event::Condition(Condition::Limited { why: Limit::NoSim }));
        assert!(!state.take_change());
    }
}
