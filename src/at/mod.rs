//! Bytes ⇄ lines ⇄ typed AT: 3GPP TS 27.007, TS 27.005, ITU-T V.250. The only importer of `at_commands`.
//!
//! One [`Engine`] per open port. One command in flight at a time; every line that the command does not claim by prefix is
//! unsolicited. Deadlines are absolute: no amount of noise extends them.
//!
//! ```text
//! octets ─▶ framer ─▶ lines, prompts ─▶ engine ─▶ Urc          (urc: one line; two_line: a header and its PDU)
//!                                          │  └──▶ Outcome ─▶ reply::… (typed answers), result (error codes)
//! octets ◀─────────── command ◀────────────┘
//! ```

mod command;
mod engine;
pub mod fields;
mod framer;
pub mod reply;
pub mod result;
pub mod trace;
mod two_line;
pub mod urc;

pub use command::*;
pub use engine::*;
pub use fields::{FIELDS_MAX, Fields};
pub use framer::LINE_MAX;
pub use two_line::{HEADERS_MAX, SECOND_LINE_TIMEOUT};
pub use urc::Urc;

/// What the engine says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Urc(Urc),
    /// The `>` prompt of the command in flight: [`Engine::supply`] or [`Engine::abort`].
    Prompt,
    /// The command in flight is over.
    Done(Outcome),
    /// A line outgrew its bound or was cut by noise; what was dropped, in octets.
    Dropped {
        octets: usize,
    },
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub command: Command,
    /// The information lines it claimed, in order. For `+CMGL`/`+CMGR` the header line is followed by its PDU line.
    pub lines: Vec<String>,
    pub result: Result<(), Failure>,
}

/// Why a command did not end in OK. Numbers and words of `+CME ERROR`/`+CMS ERROR` are both understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    Error,
    Cme(CodeOrWords),
    Cms(CodeOrWords),
    /// NO CARRIER, BUSY, NO ANSWER, NO DIALTONE, COMMAND NOT SUPPORT …, as the final result of this command.
    Other(String),
    /// No final result by the deadline. After the supply the text may or may not have gone.
    TimedOut {
        after_prompt: bool,
        after_supply: bool,
    },
    /// We gave it up (ESC), and the modem said so or fell silent.
    Aborted,
    /// [`Engine::reset`].
    PortLost,
}

/// What follows `+CME ERROR:` or `+CMS ERROR:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeOrWords {
    Code(u16),
    Words(String),
}
