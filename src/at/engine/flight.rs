//! The command in flight, and how far it is.

use crate::at::Failure;
use crate::at::command::Command;
use std::time::Instant;

/// The command in flight.
#[derive(Debug)]
pub(super) struct Flight {
    pub command: Command,
    /// The engine's own `AT` after a time-out, and how often it may be asked again.
    pub resync: Option<Resync>,
    pub phase: Phase,
    pub sent: Instant,
    pub deadline: Instant,
    /// Ends in OK then, without one.
    pub grace: Option<Instant>,
    pub lines: Vec<String>,
    pub echo: String,
    /// Final results owed before this command's own.
    pub owed: u32,
    pub settled: Option<Settled>,
}

impl Flight {
    /// When it ends without an OK. Not while it settles: an OK has come, and silence ends it.
    pub fn ends_without_ok(&self) -> Option<Instant> {
        self.grace.filter(|_| self.settled.is_none())
    }
}

/// See [`Flight::resync`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Resync {
    pub tries_left: u8,
    /// A prompt may be open.
    pub escape: bool,
}

/// What is waited for.
#[derive(Debug)]
pub(super) enum Phase {
    /// Waiting for the final result.
    Result,
    /// Waiting for `>`.
    Prompt,
    /// The prompt is open and ours.
    Supply,
    /// The PDU and Ctrl-Z are out; its hex may be echoed.
    Submitted { hex: String },
    /// ESC is out.
    Aborting { prompt_seen: bool },
}

/// The last final result of a command that settles.
#[derive(Debug)]
pub(super) struct Settled {
    pub seen: u32,
    pub result: Result<(), Failure>,
    pub lines: Vec<String>,
    pub quiet_at: Instant,
}
