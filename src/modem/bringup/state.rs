//! Where bring-up stands: a list of steps, each with what it must remember.

use super::super::Limit;
use std::time::Instant;

/// Where bring-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No port.
    Off,
    /// ESC, then `AT` until it answers.
    Awaken {
        tries: u8,
    },
    /// It answered what ended in CR LF: does it answer `AT` with CR alone, or was it not up before?
    LineEnd,
    Basics {
        next: usize,
    },
    Identify {
        next: usize,
    },
    /// `AT+CFUN?`: some sticks start with the radio off.
    Radio,
    /// `AT+CFUN=1`.
    RadioOn,
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
    /// The family's call reports, one way after another.
    Reports {
        line: usize,
    },
    Extras {
        step: usize,
        line: usize,
    },
    /// `AT+CLCC`: what rings since before we listened.
    Calls,
    /// Waiting for `SMS DONE` after a restart, but not beyond this.
    AwaitTexts {
        until: Instant,
    },
    PduMode {
        busy: u8,
    },
    /// `+CMGF=0` was refused: `+CMGF=?` tells whether it ever is accepted.
    PduModes,
    Storage {
        next: usize,
        /// How often no answer came, or that the SIM is busy.
        again: u8,
    },
    Notify {
        /// How often the SIM was busy.
        again: u8,
    },
    NotifyCheck,
    /// The family's settings were all refused: `+CNMI=?` tells what would not be.
    NotifyRanges,
    /// `+CSMS=1`: texts that are handed on unstored are only gone from the network when we say so (27.005 §3.2.1, §3.4.4).
    WithAcknowledgement,
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

/// The stretch of bring-up that a state belongs to, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Off,
    /// Nobody has answered yet.
    Knocking,
    Settling,
    Identifying,
    Radio,
    Sim,
    /// How calls are told, and the calls there are.
    Calls,
    /// How texts are kept and told.
    Texts,
    /// What the network and the SIM are like.
    Network,
    Ready,
}

impl State {
    pub fn stage(self) -> Stage {
        match self {
            State::Off => Stage::Off,
            State::Awaken { .. } | State::LineEnd | State::Mute => Stage::Knocking,
            State::Basics { .. } => Stage::Settling,
            State::Identify { .. } => Stage::Identifying,
            State::Radio | State::RadioOn => Stage::Radio,
            State::Sim { .. } | State::CountTries { .. } | State::Unlock | State::Limited(_) => Stage::Sim,
            State::Settings { .. } | State::Reports { .. } | State::Extras { .. } | State::Calls => Stage::Calls,
            State::AwaitTexts { .. }
            | State::PduMode { .. }
            | State::PduModes
            | State::Storage { .. }
            | State::Notify { .. }
            | State::NotifyCheck
            | State::NotifyRanges
            | State::WithAcknowledgement => Stage::Texts,
            State::Survey { .. } | State::Iccid { .. } => Stage::Network,
            State::Ready => Stage::Ready,
        }
    }
}

/// PDU mode ahead of its turn, for a caller who should not wait for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    /// Nobody called yet.
    No,
    Wanted,
    /// `+CMGF=0` is out.
    Asked,
    Refused,
    Given,
}

/// Whether the modem told who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Nothing is known against it.
    Asked,
    /// Refused for the SIM's sake: some say nothing at all before the PIN.
    HeldBack,
    /// Asked once more, when the SIM was open. Not a third time: whatever refuses it now would for ever.
    AskedAgain,
}
