//! Which of the modem's events are the desk's business.

use crate::checkup::Machine;
use crate::desk;
use crate::modem::Event;

/// What the desk is to be told of what the modem said, if anything. `machine` looks at what is around the modem.
#[must_use]
pub fn desk_input(event: Event, machine: impl FnOnce() -> Machine) -> Option<desk::Input> {
    Some(match event {
        Event::CallStarted { call } => desk::Input::CallStarted { call },
        Event::CallIdentified { call, caller } => desk::Input::CallIdentified { call, caller },
        Event::CallEnded(ended) => desk::Input::CallEnded(ended),
        Event::Received(received) => desk::Input::Received(received),
        Event::Submitting { outbox } => desk::Input::Submitting { outbox },
        Event::Submitted { outbox, outcome } => desk::Input::Submitted { outbox, outcome },
        Event::Identity(identity) => desk::Input::Identity(identity),
        Event::Note { what, why } => desk::Input::Note {
            what: what.to_owned(),
            why,
        },
        Event::Deaf { why, ago } => desk::Input::Deaf { why, ago },
        Event::Hears { why, after } => desk::Input::Hears { why, after },
        Event::Storage { used, total, full } => desk::Input::Storage { used, total, full },
        Event::Balance(balance) => desk::Input::Balance(balance),
        Event::MissedMemory(entries) => desk::Input::MissedMemory(entries),
        Event::Examined(report) => desk::Input::Examined(report, machine()),
        Event::ReadyToSubmit
        | Event::Condition(_)
        | Event::Registration(_)
        | Event::Signal(_)
        | Event::Measured(_)
        | Event::NetworkTime { .. } => return None,
    })
}
