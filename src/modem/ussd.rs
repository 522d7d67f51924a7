//! The balance, asked of the network by USSD: 3GPP TS 27.007 §7.15. Menus are never walked: one is cancelled, and what it
//! said is the answer.

use super::{Balance, Event};
use crate::at::{Command, Failure, Outcome};
use crate::sms::{ussd_packed, ussd_text};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// From the code to the network's answer.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// A text over several lines comes at once, or not at all.
const MORE_WAIT: Duration = Duration::from_secs(3);
/// Lines and characters of one answer.
const MAX_LINES: u8 = 12;
const MAX_CHARS: usize = 800;
/// `<dcs>` of the default alphabet.
const DEFAULT_ALPHABET: u8 = 15;

/// How the code is written; the next is tried where one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `"*100#",15`, as 27.007 has it.
    Plain,
    /// `"*100#"`.
    Bare,
    /// `"AA180C3602",15`: packed septets in hex.
    Packed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Idle,
    /// To be asked in this form.
    Wanted(Form),
    /// Asked; the answer may come before the OK.
    Asked(Form),
    /// Accepted; the network has until then.
    Waiting(Instant),
    /// The text goes on over further lines.
    More {
        mode: u8,
        text: String,
        lines: u8,
        until: Instant,
    },
    /// A menu was offered: it is given up.
    Cancel,
}

/// See the module.
pub struct Ussd {
    code: Option<String>,
    state: State,
    events: VecDeque<Event>,
}

impl Ussd {
    pub fn new(code: Option<String>) -> Self {
        Ussd {
            code,
            state: State::Idle,
            events: VecDeque::new(),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Somebody wants to know the balance. Without a code, nothing.
    pub fn ask(&mut self) {
        if self.code.is_some() && self.state == State::Idle {
            self.state = State::Wanted(Form::Plain);
        }
    }

    /// The command that is next, if any.
    pub fn wants(&self) -> Option<Command> {
        match &self.state {
            State::Wanted(form) => {
                let code = self.code.as_deref()?;
                let (code, dcs) = match form {
                    Form::Plain => (code.to_owned(), Some(DEFAULT_ALPHABET)),
                    Form::Bare => (code.to_owned(), None),
                    Form::Packed => (ussd_packed(code), Some(DEFAULT_ALPHABET)),
                };
                Some(Command::Ussd { code, dcs })
            }
            State::Cancel => Some(Command::Plain {
                text: "+CUSD=2",
                prefix: None,
                timeout: Duration::from_secs(10),
            }),
            State::Idle | State::Asked(_) | State::Waiting(_) | State::More { .. } => None,
        }
    }

    /// The command of [`Ussd::wants`] is out.
    pub fn asked(&mut self) {
        self.state = match self.state {
            State::Wanted(form) => State::Asked(form),
            State::Idle | State::Asked(_) | State::Waiting(_) | State::More { .. } | State::Cancel => State::Idle,
        };
    }

    /// It has been answered.
    pub fn done(&mut self, outcome: &Outcome, at: Instant) {
        let State::Asked(form) = self.state else { return };
        match &outcome.result {
            Ok(()) => self.state = State::Waiting(at + ANSWER_WAIT),
            Err(Failure::TimedOut { .. } | Failure::PortLost | Failure::Aborted) => {
                self.unknown("the modem did not answer");
            }
            Err(failure) => match form {
                Form::Plain => self.state = State::Wanted(Form::Bare),
                Form::Bare => self.state = State::Wanted(Form::Packed),
                Form::Packed => self.unknown(&format!("the modem refuses the code: {}", refusal(failure))),
            },
        }
    }

    /// `+CUSD: …`.
    pub fn said(&mut self, mode: u8, text: &str, dcs: Option<u8>, whole: bool, at: Instant) {
        match self.state {
            State::Asked(_) | State::Waiting(_) => {}
            // Nobody asked: a network may talk by itself.
            State::Idle | State::Wanted(_) | State::More { .. } | State::Cancel => return,
        }
        if !whole {
            self.state = State::More {
                mode,
                text: text.to_owned(),
                lines: 0,
                until: at + MORE_WAIT,
            };
            return;
        }
        self.answered(mode, text, dcs);
    }

    /// Another line, which may be the rest of the answer.
    pub fn more(&mut self, line: &str, at: Instant) {
        let State::More {
            mode,
            text,
            lines,
            until,
        } = &mut self.state
        else {
            return;
        };
        let (part, dcs, last) = match line.rsplit_once('"') {
            Some((part, dcs)) => (part, dcs.trim_start_matches(',').trim().parse().ok(), true),
            None => (line, None, false),
        };
        text.push(' ');
        text.extend(part.chars().take(MAX_CHARS.saturating_sub(text.len())));
        *lines += 1;
        if last || *lines >= MAX_LINES || at >= *until {
            let (mode, text) = (*mode, std::mem::take(text));
            self.answered(mode, &text, dcs);
        }
    }

    fn answered(&mut self, mode: u8, text: &str, dcs: Option<u8>) {
        let text = ussd_text(text, dcs);
        if text.is_empty() {
            self.unknown(match mode {
                2 => "the network ended it without a word",
                4 => "the network does not know USSD on this line",
                5 => "the network did not answer",
                _ => "the network said nothing",
            });
            return;
        }
        self.events.push_back(Event::Balance(Balance::Said(text)));
        self.state = if mode == 1 { State::Cancel } else { State::Idle };
    }

    fn unknown(&mut self, why: &str) {
        self.events.push_back(Event::Balance(Balance::Unknown(why.to_owned())));
        self.state = State::Idle;
    }

    /// The port is gone.
    pub fn cut_off(&mut self) {
        if self.state != State::Idle {
            self.unknown("the port was lost");
        }
    }

    /// Lets the network's time pass.
    pub fn tick(&mut self, at: Instant) {
        match &mut self.state {
            State::Waiting(until) if *until <= at => self.unknown("the network did not answer"),
            State::More { until, mode, text, .. } if *until <= at => {
                let (mode, text) = (*mode, std::mem::take(text));
                self.answered(mode, &text, None);
            }
            State::Idle
            | State::Wanted(_)
            | State::Asked(_)
            | State::Waiting(_)
            | State::More { .. }
            | State::Cancel => {}
        }
    }

    /// When [`Ussd::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting(until) | State::More { until, .. } => Some(*until),
            State::Idle | State::Wanted(_) | State::Asked(_) | State::Cancel => None,
        }
    }
}

fn refusal(failure: &Failure) -> String {
    match failure {
        Failure::Cme(code) | Failure::Cms(code) => code.to_string(),
        Failure::Error => "ERROR".to_owned(),
        Failure::Other(words) => words.clone(),
        Failure::TimedOut { .. } | Failure::Aborted | Failure::PortLost => "no answer".to_owned(),
    }
}
