//! What an examination finds, what a balance looks like, and the words for deafness and for steps from outside.

use super::{Identity, Registration, Signal};
use std::time::Duration;

/// What the recovery ladder can ask of the outside, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PowerStep {
    /// The USB device unbound and bound again: what a person does by unplugging it.
    Rebind,
    /// The modem's reset line.
    Reset,
    /// Off and on by its power key.
    PowerCycle,
}

impl PowerStep {
    /// What it is called in notes, conditions and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            PowerStep::Rebind => "usb_rebind",
            PowerStep::Reset => "reset_line",
            PowerStep::PowerCycle => "power_key",
        }
    }
}

/// Which steps the outside can take at all. What it can't is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PowerSteps {
    pub rebind: bool,
    pub reset: bool,
    pub power_cycle: bool,
}

impl PowerSteps {
    /// Whether this one can be taken.
    #[must_use]
    pub fn has(self, step: PowerStep) -> bool {
        match step {
            PowerStep::Rebind => self.rebind,
            PowerStep::Reset => self.reset,
            PowerStep::PowerCycle => self.power_cycle,
        }
    }
}

/// Why no call could reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deafness {
    /// No port: unplugged, without power, or held by another program.
    NoModem,
    /// The modem does not answer.
    Mute,
    /// It is being set up, or the SIM keeps it from the job.
    NotReady,
    /// Not registered.
    NoNetwork,
    /// It had forgotten its settings: it registered, and told us nothing.
    SettingsLost,
}

impl Deafness {
    /// All of them.
    pub const ALL: [Deafness; 5] = [
        Deafness::NoModem,
        Deafness::Mute,
        Deafness::NotReady,
        Deafness::NoNetwork,
        Deafness::SettingsLost,
    ];

    /// The word it is stored by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Deafness::NoModem => "no_modem",
            Deafness::Mute => "mute",
            Deafness::NotReady => "not_ready",
            Deafness::NoNetwork => "no_network",
            Deafness::SettingsLost => "settings_lost",
        }
    }
}

/// The answer to the code that asks for the balance.
#[derive(Clone, PartialEq, Eq)]
pub enum Balance {
    /// What the network said, decoded, on one line.
    Said(String),
    /// It did not say, and why.
    Unknown(String),
}

/// Whether calls can reach this modem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CanVoice {
    /// Registered with a network that brings calls.
    Yes,
    /// Not known: not registered, or the modem would not say.
    #[default]
    Unknown,
    /// Registered for data only; calls come if the network falls back or speaks VoLTE, which only a call can show.
    Perhaps,
    /// Registered for texts only (stat 6 or 7).
    SmsOnly,
    /// This model has no voice at all.
    Never,
}

/// Whether texts can be sent and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CanText {
    /// Nothing speaks against it.
    #[default]
    Yes,
    /// The modem refuses PDU mode now.
    Refused,
    /// The modem has no PDU mode.
    Never,
}

/// What the SIM waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SimState {
    Ready,
    Pin,
    Puk,
    Missing,
    /// Busy, or an answer nobody knows.
    #[default]
    Unknown,
}

/// Which calls a diversion is for, 3GPP TS 27.007 §7.11 `<reason>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Divert {
    /// Every call: this modem never rings.
    Always,
    Busy,
    NoReply,
    Unreachable,
}

/// One diversion as the network has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Diversion {
    pub which: Divert,
    pub active: bool,
    /// Where to, as the network gave it.
    pub number: Option<String>,
    /// After so many seconds of ringing.
    pub after_s: Option<u8>,
}

/// Everything an examination found. `None`: the modem didn't say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The modem does not answer, or went away meanwhile: the rest is what was known before, if anything.
    pub in_vain: bool,
    /// Family, maker, model, firmware, IMEI, SIM, operator, service centre.
    pub identity: Identity,
    pub can_voice: CanVoice,
    pub can_text: CanText,
    pub sim: SimState,
    pub pin_tries_left: Option<u8>,
    /// `cs` is for calls, `eps` and `ps` for data and texts.
    pub registration: Registration,
    pub signal: Signal,
    /// (UTC in ms since 1970, local minus UTC in s) as the network told the modem.
    pub network_time: Option<(i64, i32)>,
    /// Used and total of the memory that texts come in to.
    pub storage: Option<(u16, u16)>,
    /// Where the modem's news comes out, in its own word, and whether that is here.
    pub news_port: Option<(String, bool)>,
    /// New texts are announced (`+CNMI`); if not, they are found by looking.
    pub announces_texts: bool,
    /// Callers' numbers are shown: `+CLIP` accepted, and the line has it (`Some(false)`: ask the operator).
    pub shows_callers: Option<bool>,
    /// What the network said of each diversion; empty: it did not say.
    pub diversions: Vec<Diversion>,
    /// Calls over LTE (IMS) are up.
    pub volte: Option<bool>,
    /// Since the last sign from the network.
    pub network_proof_age: Option<Duration>,
}

impl Report {
    /// Fewer tries of the PIN are left than may be spent: a wrong one would block the SIM.
    #[must_use]
    pub fn few_pin_tries(&self) -> bool {
        self.pin_tries_left
            .is_some_and(|left| left < super::bringup::PIN_TRIES_NEEDED)
    }

    /// Only a person with a phone can open this SIM: it asks for its PUK, or for a PIN that the box may not try.
    #[must_use]
    pub fn sim_is_shut(&self) -> bool {
        match self.sim {
            SimState::Puk => true,
            SimState::Pin => self.few_pin_tries(),
            SimState::Ready | SimState::Missing | SimState::Unknown => false,
        }
    }

    /// Every call is diverted: this modem never rings.
    #[must_use]
    pub fn diverts_everything(&self) -> bool {
        self.diverts(Divert::Always)
    }

    /// Calls are diverted on this condition.
    #[must_use]
    pub fn diverts(&self, which: Divert) -> bool {
        self.diversions.iter().any(|d| d.active && d.which == which)
    }

    /// Seconds after which a voicemail (or whoever) takes the calls: shorter ringing, the same missed call.
    #[must_use]
    pub fn no_reply_divert_s(&self) -> Option<u8> {
        let no_reply = |d: &&Diversion| d.active && d.which == Divert::NoReply;
        // 3GPP TS 22.082 §2.2.1.2: 20 s if not set otherwise.
        self.diversions.iter().find(no_reply).map(|d| d.after_s.unwrap_or(20))
    }
}
