//! The recovery ladder: `AT`, ESC and `AT`, the port anew, the radio off and on, a restart, and what only the outside can
//! do: the USB device bound anew, the reset line, the power key. Every rung is noted with its reason.
//!
//! Two troubles climb it. A **mute** modem doesn't answer: it starts at the bottom. A **deaf** one answers and the network
//! doesn't reach it ([`super::reach`]): it starts at the radio, with long pauses, because the network may be what is gone.
//! Any answer is life, and only life resets the climb: a modem that never answered may be on its way up, so it is neither
//! restarted nor unplugged before it had [`PATIENT_REOPENS`] ports. No rung is taken more often than [`MAX_EACH`] times in
//! [`WINDOW`]; what is spent, or not there on this board, is skipped and that is noted. At the top everything is tried
//! again after [`WINDOW`], and meanwhile the modem is knocked at every [`REOPEN_EVERY`].

use super::{Event, PowerStep, PowerSteps};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod climb;
mod level;
pub use level::Step;
use level::{Level, Rung, Trouble};

/// `AT` with an ESC before it, this often, after a first `AT` without.
const ESCAPES: u8 = 2;
/// Every rung from the radio up, within [`WINDOW`].
pub const MAX_EACH: usize = 2;
/// See [`MAX_EACH`].
pub const WINDOW: Duration = Duration::from_secs(3600);
/// After a restart or a step from outside: USB goes and comes within this.
const SETTLES: Duration = Duration::from_secs(30);
/// A modem that stays mute is knocked at by opening the port anew, this far apart.
const REOPEN_EVERY: Duration = Duration::from_secs(60);
/// So many ports opened for a modem that never answered before anything is done to it.
const PATIENT_REOPENS: u8 = 3;
/// A step from outside is done within this, or counts as not done.
const OUTSIDE_WAIT: Duration = Duration::from_secs(90);
/// No port for this long, and the reset line and the power key may bring one.
const ABSENT_PATIENCE: Duration = Duration::from_secs(120);
/// After a rung taken for a deaf modem, the network has this long to come back before the next.
const DEAF_SETTLES: Duration = Duration::from_secs(10 * 60);

/// See the module.
#[derive(Debug)]
pub struct Health {
    power: PowerSteps,
    rung: Rung,
    answered: bool,
    /// Ports opened by the ladder without success.
    reopened: u8,
    /// How far a mute or absent modem has been climbed for, how far a deaf one.
    climbed: Level,
    deaf_climbed: Level,
    deaf_again: Option<Instant>,
    /// Since when there is no port, and what is to be tried then.
    absent_due: Option<Instant>,
    topped: Option<Instant>,
    taken: VecDeque<(Level, Instant)>,
    last_proof: Option<Instant>,
    events: VecDeque<Event>,
}

impl Health {
    pub fn new(power: PowerSteps) -> Self {
        Health {
            power,
            rung: Rung::Well,
            answered: false,
            reopened: 0,
            climbed: Level::Ground,
            deaf_climbed: Level::Reopen,
            deaf_again: None,
            absent_due: None,
            topped: None,
            taken: VecDeque::new(),
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
            Rung::Reopen { .. } | Rung::Reopening { .. } if self.topped.is_some() => Some("given_up"),
            Rung::Reopen { .. } | Rung::Reopening { .. } => Some("reopen_port"),
            Rung::RadioOff | Rung::RadioOn => Some("radio_cycle"),
            Rung::Restart => Some("reset"),
            Rung::Outside(step) => Some(step.name()),
            Rung::OutsideAsked { .. } => Some("outside"),
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
            Rung::Knock { .. } => self.rung = Rung::Well,
            Rung::Reopen { .. } | Rung::Reopening { .. } => {
                self.answers_again();
                self.rung = Rung::Well;
            }
            // The radio's two commands belong together; a restart may be refused in one way and taken in another; what the
            // outside is at it finishes.
            Rung::Well
            | Rung::RadioOff
            | Rung::RadioOn
            | Rung::Restart
            | Rung::Outside(_)
            | Rung::OutsideAsked { .. } => {}
        }
    }

    fn answers_again(&mut self) {
        self.topped = None;
        self.note("answers_again", "the modem answers".to_string());
    }

    /// Bring-up is through: the ladder starts from below next time.
    pub fn ready(&mut self) {
        self.reopened = 0;
        self.climbed = Level::Ground;
        self.topped = None;
    }

    /// The network reaches it.
    pub fn hears(&mut self) {
        self.deaf_climbed = Level::Reopen;
        self.deaf_again = None;
    }

    /// It answers, and the network doesn't reach it: the next rung, if the last one has had its time.
    pub fn deaf(&mut self, why: &str, at: Instant) {
        if self.rung != Rung::Well || self.deaf_again.is_some_and(|again| at < again) {
            return;
        }
        self.deaf_again = Some(at + DEAF_SETTLES);
        self.climb(Trouble::Deaf, why, at);
    }

    /// When a deaf modem is to be looked at again.
    pub fn deaf_again(&self) -> Option<Instant> {
        self.deaf_again
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
            Rung::RadioOff
            | Rung::RadioOn
            | Rung::Restart
            | Rung::Reopen { .. }
            | Rung::Reopening { .. }
            | Rung::Outside(_)
            | Rung::OutsideAsked { .. } => {}
        }
    }

    /// `AT` has been tried as often as it makes sense on this port.
    pub fn mute_at(&mut self, at: Instant) {
        if !self.answered && self.reopened > 0 && self.reopened < PATIENT_REOPENS {
            self.rung = Rung::Reopen { due: at + REOPEN_EVERY };
            return;
        }
        let why = match self.climbed {
            Level::Ground => "AT and ESC were not answered",
            Level::Reopen => "the modem is mute on a port opened anew",
            Level::Radio | Level::Restart | Level::Outside(_) | Level::Top => "the modem is still mute",
        };
        self.climb(Trouble::Mute, why, at);
    }

    /// The radio's command is out, answered or not.
    pub fn radio_switched(&mut self, answered: bool, at: Instant) {
        match self.rung {
            Rung::RadioOff => self.rung = Rung::RadioOn,
            Rung::RadioOn if answered => {
                if self.climbed >= Level::Radio {
                    self.answers_again();
                }
                self.rung = Rung::Well;
            }
            Rung::RadioOn => self.mute_at(at),
            Rung::Well
            | Rung::Knock { .. }
            | Rung::Reopen { .. }
            | Rung::Reopening { .. }
            | Rung::Restart
            | Rung::Outside(_)
            | Rung::OutsideAsked { .. } => {}
        }
    }

    /// The restart command is out, answered or not: it takes its time.
    pub fn restart_given(&mut self, at: Instant) {
        self.settle(at);
    }

    /// The outside did the step, or says why not: then the next rung's turn has come.
    pub fn stepped(&mut self, step: PowerStep, outcome: &Result<(), String>, at: Instant) {
        let waited_for = matches!(self.rung, Rung::OutsideAsked { .. });
        if let Err(why) = outcome {
            self.note("rungs_skipped", format!("{}: {why}", step.name()));
            self.taken.retain(|(level, _)| *level != Level::Outside(step));
        }
        if !waited_for {
            return;
        }
        match outcome {
            Ok(()) => self.settle(at),
            Err(_) if self.absent_due.is_some() => {
                self.rung = Rung::Well;
                self.climb(Trouble::Absent, "there is no modem", at);
            }
            Err(_) if self.climbed == Level::Outside(step) => self.mute_at(at),
            Err(_) => {
                self.rung = Rung::Well;
                self.deaf_again = None;
            }
        }
    }

    fn settle(&mut self, at: Instant) {
        self.reopened = self.reopened.saturating_add(1);
        self.rung = Rung::Reopen { due: at + SETTLES };
    }

    /// A port was opened.
    pub fn opened(&mut self) {
        self.rung = Rung::Well;
        self.absent_due = None;
    }

    /// The port is gone. If we had it closed, the modem is still the one that answered; else it was unplugged, and what
    /// comes back has yet to prove itself.
    pub fn lost(&mut self, at: Instant) {
        let ours = matches!(
            self.rung,
            Rung::Reopening { .. } | Rung::Reopen { .. } | Rung::OutsideAsked { .. }
        );
        if !ours {
            self.answered = false;
            self.reopened = 0;
            self.climbed = Level::Ground;
        }
        self.rung = Rung::Well;
        self.absent(at);
    }

    /// There is no port, from now on.
    pub fn absent(&mut self, at: Instant) {
        let outside = self.power.has(PowerStep::Reset) || self.power.has(PowerStep::PowerCycle);
        self.absent_due = outside.then(|| at + ABSENT_PATIENCE);
    }

    pub fn step(&mut self, at: Instant) -> Step {
        if self.absent_due.is_some_and(|due| due <= at) {
            self.absent_due = Some(at + ABSENT_PATIENCE);
            if self.rung == Rung::Well || matches!(self.rung, Rung::Reopen { .. }) {
                self.climb(Trouble::Absent, "there has been no modem for two minutes", at);
            }
        }
        match self.rung {
            Rung::Well => Step::None,
            Rung::Knock { tries } => Step::Knock { escape: tries > 0 },
            Rung::RadioOff => Step::RadioOff,
            Rung::RadioOn => Step::RadioOn,
            Rung::Restart => Step::Restart,
            Rung::Outside(step) => {
                self.rung = Rung::OutsideAsked {
                    until: at + OUTSIDE_WAIT,
                };
                Step::Outside(step)
            }
            Rung::OutsideAsked { until } if until <= at => {
                self.settle(at);
                Step::Wait
            }
            Rung::Reopen { due } if due <= at => self.reopen(at),
            Rung::Reopening { again } if again <= at => self.reopen(at),
            Rung::Reopen { .. } | Rung::Reopening { .. } | Rung::OutsideAsked { .. } => Step::Wait,
        }
    }

    fn reopen(&mut self, at: Instant) -> Step {
        if self.absent_due.is_some() {
            self.rung = Rung::Well;
            return Step::None;
        }
        self.reopened = self.reopened.saturating_add(1);
        self.rung = Rung::Reopening {
            again: at + REOPEN_EVERY,
        };
        Step::Reopen
    }

    pub fn deadline(&self) -> Option<Instant> {
        let own = match self.rung {
            Rung::Reopen { due } => Some(due),
            Rung::Reopening { again } => Some(again),
            Rung::OutsideAsked { until } => Some(until),
            Rung::Well | Rung::Knock { .. } | Rung::RadioOff | Rung::RadioOn | Rung::Restart | Rung::Outside(_) => None,
        };
        [own, self.absent_due].into_iter().flatten().min()
    }

    fn note(&mut self, what: &'static str, why: String) {
        self.events.push_back(Event::Note { what, why });
    }
}
