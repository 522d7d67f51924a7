//! What the modem has before it: what comes due, what it is in the middle of, what it asks of the network.

use super::network::CallRef;
use super::number::Number;
use super::send_commands::Body;
use std::time::Duration;

/// How long things take. Each is lengthened by up to a quarter, by the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// From the end of a command line to its answer.
    pub reply: Duration,
    /// From the end of `AT+CMGS` to the prompt.
    pub prompt: Duration,
    /// From Ctrl-Z to `+CMGS`.
    pub submit: Duration,
    /// From the service centre to a phone, or to the modem.
    pub deliver: Duration,
}

impl Default for Latency {
    fn default() -> Self {
        Latency {
            reply: Duration::from_millis(2),
            prompt: Duration::from_millis(10),
            submit: Duration::from_millis(600),
            deliver: Duration::from_millis(700),
        }
    }
}

/// What the modem asks of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Submit(Vec<u8>),
    Dial(Number),
    Answer(CallRef),
    HangUp(CallRef),
    /// There is room again for messages, or the modem is back.
    Ready,
    /// This was handed on, and nobody acknowledged it.
    NotTaken(Vec<u8>),
    /// The modem's port is there no more, or again.
    PortGone,
    PortBack,
}

/// What a command waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// `+CMGS` or `+CMSS`: the name that stands before the reference, and the slot it was stored in.
    Submit { name: &'static str, slot: Option<u32> },
}

#[derive(Debug)]
pub(super) enum Phase {
    Idle,
    /// The line, or the message after the prompt, is about to be dealt with.
    Busy,
    Waiting(Waiting),
}

#[derive(Debug)]
pub(super) enum Input {
    Line(Vec<u8>),
    Body(Body, Vec<u8>),
}

#[derive(Debug)]
pub(super) enum Due {
    RunLine,
    Prompt(Body),
    Submitted(Body, Vec<u8>),
    Ring(CallRef),
    Result {
        name: &'static str,
        result: Result<u8, u16>,
    },
    BootLine(usize),
    UnlockedSoon,
    Unsolicited(String),
    RegistrationBack,
    PortBack,
    Restart,
    /// Of the message with that count.
    AcknowledgementMissing(u64),
}

/// The SIM's lock (TS 27.007 §8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    /// The card waits for it now.
    pub needed: bool,
    pub tries: u8,
    /// It is asked for at every start (facility `SC`).
    pub locked: bool,
    pub code: String,
}

impl Pin {
    /// A card that asks for nothing.
    pub(super) fn unlocked() -> Self {
        Pin {
            needed: false,
            tries: super::lock_commands::PIN_TRIES,
            locked: false,
            code: super::lock_commands::PIN.to_owned(),
        }
    }
}
