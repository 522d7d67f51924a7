//! Every timer of the modem layer, a sentence each, in a fixed table.

use std::time::{Duration, Instant};

/// What a deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The command in flight: its answer, its prompt, its silence (see [`crate::at`]).
    Engine,
    /// A call needs looking at: its number is asked for, it has fallen silent, it rang for too long.
    Call,
    /// A prompt waits for its permit, a text held back while a call rings goes anyway, a submission without a verdict
    /// becomes unknown.
    Sender,
    /// The next rung of the recovery ladder.
    Recovery,
    /// Bring-up pauses: a busy SIM, a PIN being checked, texts not ready yet, a SIM that is missing.
    BringUp,
    /// A slot that could not be read or emptied is tried again; a sweep waits for its turn.
    Slot,
    /// One idle question: proof of life, registration, signal, memory; now and then the message list.
    Idle,
    /// A spell without the network becomes one that is told, a modem that stays without it becomes suspect.
    Reach,
    /// After a call: is everything as it was set?
    AfterCall,
    /// The network's answer to a USSD code.
    Ussd,
}

impl Timer {
    /// How many there are.
    pub const COUNT: usize = 10;
    /// All of them, in the order in which they are looked at.
    pub const ALL: [Timer; Timer::COUNT] = [
        Timer::Engine,
        Timer::Call,
        Timer::Sender,
        Timer::Recovery,
        Timer::BringUp,
        Timer::Slot,
        Timer::Idle,
        Timer::Reach,
        Timer::AfterCall,
        Timer::Ussd,
    ];

    fn slot(self) -> usize {
        self as usize
    }
}

/// One idle question at a time, this far apart: three commands in two minutes, so that even with the watchdog fed the
/// processor wakes at most six times a minute.
pub const IDLE_EVERY: Duration = Duration::from_secs(40);

/// The table.
#[derive(Debug, Default)]
pub struct Timers {
    due: [Option<Instant>; Timer::COUNT],
}

impl Timers {
    /// Runs `timer` out at `due`; `None` stops it.
    pub fn set(&mut self, timer: Timer, due: Option<Instant>) {
        self.due[timer.slot()] = due;
    }

    /// When `timer` runs out, if it runs.
    #[must_use]
    pub fn get(&self, timer: Timer) -> Option<Instant> {
        self.due[timer.slot()]
    }

    /// Stops and returns the first timer that has run out.
    pub fn expired(&mut self, at: Instant) -> Option<Timer> {
        let timer = Timer::ALL
            .into_iter()
            .find(|t| self.due[t.slot()].is_some_and(|due| due <= at))?;
        self.due[timer.slot()] = None;
        Some(timer)
    }

    /// The next deadline of all.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.due.iter().flatten().min().copied()
    }

    /// Stops everything.
    pub fn clear(&mut self) {
        self.due = [None; Timer::COUNT];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_fires_once_and_the_nearest_is_next() {
        let start = Instant::now();
        let mut timers = Timers::default();
        timers.set(Timer::Idle, Some(start + IDLE_EVERY));
        timers.set(Timer::Call, Some(start + Duration::from_secs(1)));
        assert_eq!(timers.next(), Some(start + Duration::from_secs(1)));
        assert_eq!(timers.expired(start), None);
        assert_eq!(timers.expired(start + Duration::from_secs(2)), Some(Timer::Call));
        assert_eq!(timers.expired(start + Duration::from_secs(2)), None);
        assert_eq!(timers.next(), Some(start + IDLE_EVERY));
    }
}
