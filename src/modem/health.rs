//! Proof of life and the recovery ladder: `AT`, ESC and `AT`, the port anew, a restart. Every rung is noted.
//!
//! Any answer is life. A restart is for a modem that has answered since it was plugged in, and at most
//! [`MAX_RESETS`] in [`RESET_WINDOW`]: one that never answered may be on its way up.

use super::Event;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// `AT` with an ESC before it, this often, after a first `AT` without.
const ESCAPES: u8 = 2;
/// Restarts within [`RESET_WINDOW`].
pub const MAX_RESETS: usize = 2;
/// See [`MAX_RESETS`].
pub const RESET_WINDOW: Duration = Duration::from_secs(3600);
/// After a restart: USB goes and comes within this.
const RESET_SETTLES: Duration = Duration::from_secs(30);
/// A modem that stays mute is knocked at by opening the port anew, this far apart.
const REOPEN_EVERY: Duration = Duration::from_secs(60);

/// Where on the ladder we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rung {
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
    /// Opened anew and still mute: restart it.
    Reset,
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
    Reset,
}

/// See the module.
#[derive(Debug)]
pub struct Health {
    rung: Rung,
    answered: bool,
    /// Ports opened by the ladder without success.
    reopened: u8,
    resets: VecDeque<Instant>,
    last_proof: Option<Instant>,
    events: VecDeque<Event>,
}

impl Health {
    pub fn new() -> Self {
        Health {
            rung: Rung::Well,
            answered: false,
            reopened: 0,
            resets: VecDeque::new(),
            last_proof: None,
            events: VecDeque::new(),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When the modem last said anything sensible.
    pub fn last_proof(&self) -> Option<Instant> {
        self.last_proof
    }

    /// The rung's name while the modem does not answer.
    pub fn mute(&self) -> Option<&'static str> {
        match self.rung {
            Rung::Well => None,
            // A first missed answer is not silence yet.
            Rung::Knock { tries: 0 } => None,
            Rung::Knock { .. } => Some("escape"),
            Rung::Reopen { .. } | Rung::Reopening { .. } => Some("reopen_port"),
            Rung::Reset => Some("reset"),
        }
    }

    /// It said something.
    pub fn proof(&mut self, at: Instant) {
        self.last_proof = Some(at);
        self.answered = true;
    }

    /// It answered a command.
    pub fn answered(&mut self, at: Instant) {
        self.proof(at);
        match self.rung {
            Rung::Well => {}
            Rung::Knock { .. } => self.rung = Rung::Well,
            Rung::Reopen { .. } | Rung::Reopening { .. } | Rung::Reset => {
                self.note("answers_again", "the modem answers".to_string());
                self.rung = Rung::Well;
            }
        }
    }

    /// Bring-up is through: the ladder starts from below next time.
    pub fn ready(&mut self) {
        self.reopened = 0;
    }

    /// A command was not answered in time.
    pub fn unanswered(&mut self, what: &str, at: Instant) {
        match self.rung {
            Rung::Well => {
                self.note("no_answer", format!("{what} was not answered in time"));
                self.rung = Rung::Knock { tries: 0 };
            }
            Rung::Knock { tries } if tries < ESCAPES => self.rung = Rung::Knock { tries: tries + 1 },
            Rung::Knock { .. } => self.mute_at(at),
            Rung::Reset => {
                self.rung = Rung::Reopen {
                    due: at + RESET_SETTLES,
                }
            }
            Rung::Reopen { .. } | Rung::Reopening { .. } => {}
        }
    }

    /// `AT` has been tried as often as it makes sense on this port.
    pub fn mute_at(&mut self, at: Instant) {
        while self
            .resets
            .front()
            .is_some_and(|reset| at.saturating_duration_since(*reset) >= RESET_WINDOW)
        {
            self.resets.pop_front();
        }
        if self.reopened == 0 {
            self.note("reopen_port", "AT and ESC were not answered".to_string());
            self.rung = Rung::Reopen { due: at };
        } else if self.answered && self.reopened == 1 && self.resets.len() < MAX_RESETS {
            self.note("reset", "the modem is mute on a port opened anew".to_string());
            self.rung = Rung::Reset;
        } else {
            self.rung = Rung::Reopen { due: at + REOPEN_EVERY };
        }
    }

    /// The restart command is out, answered or not: it takes its time.
    pub fn reset_given(&mut self, at: Instant) {
        self.resets.push_back(at);
        self.reopened = self.reopened.saturating_add(1);
        self.rung = Rung::Reopen {
            due: at + RESET_SETTLES,
        };
    }

    /// A port was opened.
    pub fn opened(&mut self) {
        self.rung = Rung::Well;
    }

    /// The port is gone. If we had it closed, the modem is still the one that answered; else it was unplugged, and what
    /// comes back has yet to prove itself.
    pub fn lost(&mut self) {
        if !matches!(self.rung, Rung::Reopening { .. } | Rung::Reopen { .. }) {
            self.answered = false;
            self.reopened = 0;
        }
        self.rung = Rung::Well;
    }

    pub fn step(&mut self, at: Instant) -> Step {
        match self.rung {
            Rung::Well => Step::None,
            Rung::Knock { tries } => Step::Knock { escape: tries > 0 },
            Rung::Reset => Step::Reset,
            Rung::Reopen { due } if due <= at => self.reopen(at),
            Rung::Reopening { again } if again <= at => self.reopen(at),
            Rung::Reopen { .. } | Rung::Reopening { .. } => Step::Wait,
        }
    }

    fn reopen(&mut self, at: Instant) -> Step {
        self.reopened = self.reopened.saturating_add(1);
        self.rung = Rung::Reopening {
            again: at + REOPEN_EVERY,
        };
        Step::Reopen
    }

    pub fn deadline(&self) -> Option<Instant> {
        match self.rung {
            Rung::Reopen { due } => Some(due),
            Rung::Reopening { again } => Some(again),
            Rung::Well | Rung::Knock { .. } | Rung::Reset => None,
        }
    }

    fn note(&mut self, what: &'static str, why: String) {
        self.events.push_back(Event::Note { what, why });
    }
}
