//! The rungs in their order, and what one climbs them for.

use super::super::PowerStep;
use std::time::Instant;

/// How far a climb has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ground,
    Reopen,
    Radio,
    Restart,
    Outside(PowerStep),
    Top,
}

impl Level {
    /// The rung above.
    pub fn next(self) -> Level {
        match self {
            Level::Ground => Level::Reopen,
            Level::Reopen => Level::Radio,
            Level::Radio => Level::Restart,
            Level::Restart => Level::Outside(PowerStep::Rebind),
            Level::Outside(PowerStep::Rebind) => Level::Outside(PowerStep::Reset),
            Level::Outside(PowerStep::Reset) => Level::Outside(PowerStep::PowerCycle),
            Level::Outside(PowerStep::PowerCycle) | Level::Top => Level::Top,
        }
    }

    /// What it is called in notes and conditions.
    pub fn name(self) -> &'static str {
        match self {
            Level::Ground => "well",
            Level::Reopen => "reopen_port",
            Level::Radio => "radio_cycle",
            Level::Restart => "reset",
            Level::Outside(step) => step.name(),
            Level::Top => "given_up",
        }
    }
}

/// What is wrong with the modem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Mute,
    Deaf,
    /// There is no port at all.
    Absent,
}

/// Where on the ladder we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    Well,
    /// A command was not answered: `AT`, with an ESC from the second on.
    Knock {
        tries: u8,
    },
    /// The port is to be opened anew, now or then.
    Reopen {
        due: Instant,
    },
    /// Asked for; waiting for the new port.
    Reopening {
        again: Instant,
    },
    /// `AT+CFUN=4`, which leaves the network.
    RadioOff,
    /// `AT+CFUN=1`, which looks for it anew.
    RadioOn,
    /// The family's restart.
    Restart,
    /// To be asked of the outside.
    Outside(PowerStep),
    /// Asked; the outside is at it, until then.
    OutsideAsked {
        until: Instant,
    },
}

/// What the ladder does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing: the others may work.
    None,
    /// Nothing, and nobody else either.
    Wait,
    Knock {
        escape: bool,
    },
    Reopen,
    RadioOff,
    RadioOn,
    Restart,
    Outside(PowerStep),
}
