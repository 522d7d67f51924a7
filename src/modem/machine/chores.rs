//! What is asked when nothing else goes on, and nobody waits for it: an examination, the balance, the memory of missed calls.

use super::super::examination::Known;
use super::super::{CanText, Event, Limit, Output, Signal};
use super::{Job, Modem};
use crate::at::{Command, Outcome, reply};
use std::time::{Duration, Instant};

/// A measurement that takes longer is of no use to somebody who is moving the antenna.
const MEASURE_WAIT: Duration = Duration::from_secs(3);

/// The modem's own clock is read within this.
const CLOCK_WAIT: Duration = Duration::from_secs(5);

/// Whether the modem is to be asked for the time. A box that starts anew beside a modem that ran on is not told it again by the
/// network, only when it registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskClock {
    /// Not ready, or nothing was known when it was last asked: again with the idle questions.
    NotNow,
    /// The family's way of this number is next.
    Due { line: usize },
    /// It is known on this port.
    Told,
}

/// A question that may stay unanswered without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    Examine,
    Balance,
    MissedMemory,
    /// The signal, for somebody who is placing the antenna.
    Measure,
    /// The time as the network told the modem; one of the family's ways to ask.
    Clock(usize),
}

impl Modem {
    /// The next question of a chore.
    pub(super) fn next_chore(&mut self, at: Instant) -> Option<(Job, Command)> {
        if self.calls.is_busy() || !self.sender.is_idle() {
            return None;
        }
        if self.measure_due && self.can_be_examined(at) {
            self.measure_due = false;
            let command = Command::Plain {
                text: "+CSQ",
                prefix: Some("+CSQ:"),
                timeout: MEASURE_WAIT,
            };
            return Some((Job::Chore(Chore::Measure), command));
        }
        if let Some(job) = self.next_clock_question() {
            return Some(job);
        }
        if self.examination.is_under_way() && self.can_be_examined(at) {
            if let Some(command) = self.examination.wants(self.status.is_registered()) {
                return Some((Job::Chore(Chore::Examine), command));
            }
            self.finish_examination(at);
        }
        if !self.opened || self.draining {
            return None;
        }
        if let Some(command) = self.ussd.wants().filter(|_| self.status.is_registered()) {
            self.ussd.asked();
            return Some((Job::Chore(Chore::Balance), command));
        }
        let command = self.missed.wants()?;
        Some((Job::Chore(Chore::MissedMemory), command))
    }

    fn next_clock_question(&mut self) -> Option<(Job, Command)> {
        let AskClock::Due { line } = self.clock else {
            return None;
        };
        if !self.opened || self.draining {
            return None;
        }
        let Some(ask) = self.bringup.family().clock.get(line) else {
            self.clock = AskClock::NotNow;
            return None;
        };
        let command = Command::Plain {
            text: ask.text,
            prefix: ask.prefix,
            timeout: CLOCK_WAIT,
        };
        Some((Job::Chore(Chore::Clock(line)), command))
    }

    /// What its clock says. Whether that can be believed is not judged here.
    fn clock_read(&mut self, line: usize, outcome: &Outcome) {
        if let Some((utc_ms, offset_s)) = reply::cclk(&outcome.lines).or_else(|| reply::qlts(&outcome.lines)) {
            self.clock = AskClock::Told;
            self.out
                .push_back(Output::Event(Event::NetworkTime { utc_ms, offset_s }));
        } else if outcome.result.is_ok() {
            self.clock = AskClock::NotNow;
        } else {
            self.clock = AskClock::Due { line: line + 1 };
        }
    }

    /// Bring-up is through, or waits for something that only a person can do.
    fn can_be_examined(&self, at: Instant) -> bool {
        // Not by the condition, which is only told at the end of the turn in which bring-up came to its pause.
        self.opened || self.bringup.limit().is_some() && self.bringup.is_waiting(at)
    }

    /// An examination of a modem that is not there, or does not answer, ends with what is known.
    pub(super) fn end_vain_examination(&mut self, at: Instant) {
        if self.examination.is_under_way() && !self.answers() {
            self.finish_examination(at);
        }
    }

    fn answers(&self) -> bool {
        self.open && self.health.mute().is_none()
    }

    fn finish_examination(&mut self, at: Instant) {
        let known = Known {
            answers: self.answers(),
            identity: self.bringup.identity(),
            registration: self.status.registration(),
            signal: self.status.signal(),
            has_voice: self.bringup.has_voice(),
            can_text: match self.bringup.limit() {
                Some(Limit::NoPduMode) => CanText::Never,
                Some(Limit::NoSms) => CanText::Refused,
                Some(_) | None => CanText::Yes,
            },
            call_seen: self.bringup.has_seen_call(),
            shows_callers: self.bringup.shows_callers(),
            announces_texts: self.bringup.announces_texts(),
            proof_age: self.reach.last_proof().map(|proof| at.saturating_duration_since(proof)),
        };
        if let Some(event) = self.examination.finish(known) {
            self.out.push_back(Output::Event(event));
        }
    }

    pub(super) fn chore_done(&mut self, chore: Chore, outcome: &Outcome, at: Instant) {
        match chore {
            Chore::Examine => {
                for line in &outcome.lines {
                    self.status.reply_line(line);
                }
                self.examination.done(outcome);
            }
            Chore::Measure => {
                for line in &outcome.lines {
                    self.status.reply_line(line);
                }
                let dbm = reply::csq(&outcome.lines);
                self.out.push_back(Output::Event(Event::Measured(Signal { dbm })));
            }
            Chore::Clock(line) => self.clock_read(line, outcome),
            Chore::Balance => self.ussd.done(outcome, at),
            Chore::MissedMemory => self.missed.done(outcome),
        }
    }
}
