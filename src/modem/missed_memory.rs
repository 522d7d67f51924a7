//! The modem's own memory of missed calls (`AT+CPBS="MC"`, 3GPP TS 27.007 §8.11–8.12): calls that came while nobody listened.
//!
//! Read once after each bring-up. It has no times and never forgets by itself, so what is new in it is for the desk to find, by
//! comparing it with the last reading. A modem that has no such memory is left alone.

use super::{Event, MemoryEntry};
use crate::at::fields::Fields;
use crate::at::{Command, Failure, Outcome};
use std::collections::VecDeque;
use std::time::Duration;

/// Entries read: the newest stand first.
pub const MAX_ENTRIES: u16 = 20;
/// Selecting and counting wait for the SIM at most.
const ASK_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing to do.
    Idle,
    /// `AT+CPBS="MC"`.
    Select,
    /// `AT+CPBS?`: how many there are, how many there can be.
    Count,
    Read {
        last: u16,
    },
    /// `AT+CPBS="SM"`: as others left it.
    Restore,
}

/// See the module.
#[derive(Debug)]
pub struct MissedMemory {
    state: State,
    events: VecDeque<Event>,
}

impl MissedMemory {
    pub fn new() -> Self {
        MissedMemory {
            state: State::Idle,
            events: VecDeque::new(),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Bring-up is through: look once.
    pub fn look(&mut self) {
        self.state = State::Select;
    }

    /// The port is gone.
    pub fn cut_off(&mut self) {
        self.state = State::Idle;
    }

    pub fn wants(&self) -> Option<Command> {
        let plain = |text, prefix| {
            Some(Command::Plain {
                text,
                prefix,
                timeout: ASK_WAIT,
            })
        };
        match self.state {
            State::Idle => None,
            State::Select => plain("+CPBS=\"MC\"", None),
            State::Count => plain("+CPBS?", Some("+CPBS:")),
            State::Read { last } => Some(Command::ReadPhonebook { last }),
            State::Restore => plain("+CPBS=\"SM\"", None),
        }
    }

    /// The command of [`MissedMemory::wants`] has been answered, or not.
    pub fn done(&mut self, outcome: &Outcome) {
        let accepted = outcome.result.is_ok();
        self.state = match self.state {
            State::Select if accepted => State::Count,
            State::Count => match counted(outcome) {
                // A modem that says OK to everything has selected nothing.
                None => State::Restore,
                Some((0, _)) => {
                    self.tell(Vec::new());
                    State::Restore
                }
                Some((_, total)) => State::Read {
                    last: total.clamp(1, MAX_ENTRIES),
                },
            },
            State::Read { .. } => {
                // An empty memory is `+CME ERROR: 22` (not found), or just OK.
                if accepted || !outcome.lines.is_empty() || is_not_found(outcome) {
                    self.tell(outcome.lines.iter().filter_map(|line| entry(line)).collect());
                }
                State::Restore
            }
            State::Idle | State::Select | State::Restore => State::Idle,
        };
    }

    fn tell(&mut self, entries: Vec<MemoryEntry>) {
        self.events.push_back(Event::MissedMemory(entries));
    }
}

/// `+CPBS: "MC",<used>,<total>`; of any other memory, or without numbers: `None`.
fn counted(outcome: &Outcome) -> Option<(u16, u16)> {
    let fields = outcome
        .lines
        .iter()
        .find_map(|line| Fields::after_name(line, "+CPBS"))?;
    if !fields.text(0).eq_ignore_ascii_case("MC") {
        return None;
    }
    Some((fields.number(1)?, fields.number(2)?))
}

/// `+CPBR: <index>,<number>,<type>,<text>…`.
fn entry(line: &str) -> Option<MemoryEntry> {
    let fields = Fields::after_name(line, "+CPBR")?;
    fields.number::<u16>(0)?;
    let digits: String = fields.text(1).chars().take(40).collect();
    let sound = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'*' | b'#'));
    sound.then(|| MemoryEntry {
        toa: fields
            .number(2)
            .unwrap_or(if digits.starts_with('+') { 145 } else { 129 }),
        digits,
    })
}

fn is_not_found(outcome: &Outcome) -> bool {
    match &outcome.result {
        Err(Failure::Cme(code)) => code.cme().is_some_and(|e| e.0 == 22),
        Ok(()) | Err(_) => false,
    }
}
