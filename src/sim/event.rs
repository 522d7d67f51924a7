//! What happens in the world, for whoever watches: the demo's timeline, `watch` on the control socket.

use super::number::Number;
use super::phone::{Caller, Text};
use std::time::Duration;

/// Something a watcher may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Since the start of the world.
    pub at: Duration,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A caller dialled the SIM's number.
    Calling {
        caller: Caller,
    },
    /// The modem could not be reached or was busy.
    NotReached {
        caller: Caller,
    },
    Answered {
        caller: Caller,
    },
    /// The call is over. True: the caller gave up or hung up; false: the modem did it.
    CallEnded {
        caller: Caller,
        by_caller: bool,
    },
    /// A phone texted the SIM.
    TextSent {
        from: Number,
        text: String,
    },
    /// The modem has taken one message of those waiting for it: this TPDU.
    TakenByModem {
        tpdu: Vec<u8>,
    },
    /// The service centre took one message from the modem.
    Submitted {
        to: Number,
        text: String,
    },
    /// A phone has a whole text.
    TextArrived {
        phone: Number,
        text: Text,
    },
    /// A report on a message went to the modem, with its TP-ST.
    Reported {
        to: Number,
        status: u8,
    },
    /// The modem's port is gone from the machine: its USB device shows something else.
    PortGone,
    PortBack,
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} ", self.at.as_secs_f64())?;
        let flat = |text: &str| text.replace(['\r', '\n'], " ");
        match &self.what {
            What::Calling { caller } => write!(f, "calling {caller}"),
            What::NotReached { caller } => write!(f, "not-reached {caller}"),
            What::Answered { caller } => write!(f, "answered {caller}"),
            What::CallEnded {
                caller,
                by_caller: true,
            } => write!(f, "hung-up {caller}"),
            What::CallEnded {
                caller,
                by_caller: false,
            } => write!(f, "rejected {caller}"),
            What::TextSent { from, text } => write!(f, "sent {from}: {}", flat(text)),
            What::TakenByModem { .. } => f.write_str("taken"),
            What::Submitted { to, text } => write!(f, "submitted {to}: {}", flat(text)),
            What::TextArrived { phone, text } => write!(f, "text {phone} from {}: {}", text.from, flat(&text.text)),
            What::Reported { to, status } => write!(f, "report {to}: {status}"),
            What::PortGone => f.write_str("port-gone"),
            What::PortBack => f.write_str("port-back"),
        }
    }
}
