//! The front desk: what a missed call, a text from a caller, or a text from the owner leads to.
//!
//! [`Desk::handle`] takes one input, decides, and records all of it in **one** transaction; what it returns may be acted
//! on because it is already durable. It reads no clock: [`Now`] comes with every input.

pub mod commands;
pub mod grammar;
pub mod hours;
pub mod optout;
pub mod template;

use crate::clock::{Now, Steady};
use crate::ids::{CallKey, MessageId, OutboxId, SlotToken};
use crate::modem;

/// What the desk is told.
#[derive(Debug, Clone)]
pub enum Input {
    /// The process started: close calls left open by a crash, put `submitting` rows in doubt, schedule the rest.
    Started,
    CallStarted {
        call: CallKey,
    },
    CallIdentified {
        call: CallKey,
        caller: modem::CallerLine,
    },
    CallEnded(modem::EndedCall),
    /// A PDU came in; after this the slot may be emptied.
    Received(modem::Received),
    /// `AT+CMGS` was given: record the attempt so that the PDU may leave.
    Submitting {
        outbox: OutboxId,
    },
    Submitted {
        outbox: OutboxId,
        outcome: modem::SubmitOutcome,
    },
    /// Who the SIM is (own number, country from the IMSI), what the modem is.
    Identity(modem::Identity),
    /// A note from modem or daemon for the journal; told to the owner where product.md §6 says so.
    Note {
        what: String,
        why: String,
    },
    /// A timer given by [`Effects::wake`] has come.
    Due,
    /// `textback send HANDLE|NUMBER TEXT`. All rules but the cooldown apply.
    Send {
        to: String,
        text: String,
    },
}

/// What may happen now, because it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// Slots whose PDU is stored: tell the modem [`modem::Input::Committed`].
    pub committed: Vec<SlotToken>,
    /// The attempt is recorded: [`modem::Input::Permit`] (Some(Ok)) or no longer wanted: `Withdraw` (Some(Err)).
    pub permit: Option<Result<OutboxId, OutboxId>>,
    /// There may be something to send: call [`Desk::next_submission`] when the modem is ready.
    pub send: bool,
    /// Call [`Desk::handle`] with [`Input::Due`] then, at the latest. Replaces any earlier wake.
    pub wake: Option<Steady>,
    /// For `Input::Send`: the message that was queued, or why not, in words.
    pub queued: Option<Result<MessageId, String>>,
}

/// What [`Desk::next_submission`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Give this to the modem.
    Submit(modem::Submission),
    /// Nothing may go before then (delay, retry, governor).
    NotBefore(Steady),
    /// Nothing is queued.
    Empty,
}
// Signatures to implement:
//   Desk::new(config: &Config, ...) -> Desk                       (cheap; `reconfigure(&mut self, &Config)` for SIGHUP)
//   Desk::handle(&mut self, store: &mut Store, input: Input, now: Now) -> Result<Effects, StoreError>
//   Desk::next_submission(&mut self, store: &mut Store, now: Now) -> Result<Next, StoreError>
#[allow(unused)]
fn _contract(_: Now) {}
