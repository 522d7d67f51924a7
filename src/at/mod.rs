//! Bytes ⇄ lines ⇄ typed AT: 3GPP TS 27.007, TS 27.005, ITU-T V.250. The only importer of `at_commands`.
//!
//! One [`Engine`] per open port. One command in flight at a time; every line that the command does not claim by prefix is
//! unsolicited. Deadlines are absolute: no amount of noise extends them.

use std::time::{Duration, Instant};

pub mod urc;
pub use urc::Urc;

/// A command, typed; `Command::bytes` writes it through `at_commands`, `Command::prefixes` says which lines are its own,
/// `Command::timeout` how long the slowest documented modem may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Plain `AT`.
    Attention,
    /// A fixed command from the init tables: `AT+CMEE=1`, `ATE0` … Text after `AT`, and the prefix its reply lines carry, if any.
    Plain {
        text: &'static str,
        prefix: Option<&'static str>,
        timeout: Duration,
    },
    /// `AT+CGMI/CGMM/CGMR/CGSN/CIMI`, `ATI`: free information text, every line up to the final result.
    Identify(&'static str),
    /// `AT+CPIN?`
    PinState,
    /// `AT+CPIN="1234"`: four to eight digits.
    EnterPin(String),
    /// `AT+CLCC`
    ListCalls,
    /// `AT+CMGL=4`
    ListMessages,
    /// `AT+CMGR=<index>`
    ReadMessage(u16),
    /// `AT+CMGD=<index>`
    DeleteMessage(u16),
    /// `AT+CPMS="SM","SM","SM"`
    MessageStorage(String),
    /// `AT+CPMS?`
    MessageStorageState,
    /// `AT+CMGS=<length>`, then the prompt, then the PDU and Ctrl-Z.
    SendMessage { tpdu_length: u8 },
    /// `AT+CHUP`
    HangUp,
}

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
    TimedOut {
        after_prompt: bool,
        after_supply: bool,
    },
    /// We gave it up (ESC), and the modem said so or fell silent.
    Aborted,
    PortLost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeOrWords {
    Code(u16),
    Words(String),
}

/// The dialogue with one modem on one open port. (API; the body is the engine's.)
pub struct Engine {
    _todo: (),
}

#[allow(unused_variables, missing_docs, clippy::all)]
impl Engine {
    pub fn new() -> Self {
        unimplemented!()
    }
    /// Gives a command. Err(command) if one is in flight.
    pub fn send(&mut self, command: Command, at: Instant) -> Result<(), Command> {
        unimplemented!()
    }
    /// ESC outside any command: frees a prompt stuck from before.
    pub fn escape(&mut self) {
        unimplemented!()
    }
    pub fn is_idle(&self) -> bool {
        unimplemented!()
    }
    pub fn in_flight(&self) -> Option<&Command> {
        unimplemented!()
    }
    /// After [`Event::Prompt`]: hex of the PDU; Ctrl-Z is added. The result deadline starts.
    pub fn supply(&mut self, pdu: &[u8], at: Instant) {
        unimplemented!()
    }
    /// After [`Event::Prompt`] or while waiting for it: ESC. Ends in [`Failure::Aborted`]; an OK is not success.
    pub fn abort(&mut self, at: Instant) {
        unimplemented!()
    }
    pub fn receive(&mut self, bytes: &[u8], at: Instant) {
        unimplemented!()
    }
    /// Lets deadlines pass.
    pub fn tick(&mut self, at: Instant) {
        unimplemented!()
    }
    pub fn deadline(&self) -> Option<Instant> {
        unimplemented!()
    }
    pub fn poll_event(&mut self) -> Option<Event> {
        unimplemented!()
    }
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        unimplemented!()
    }
    /// The port was lost: the command in flight ends in [`Failure::PortLost`], half lines are forgotten.
    pub fn reset(&mut self) {
        unimplemented!()
    }
}
