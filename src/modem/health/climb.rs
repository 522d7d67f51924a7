//! The next rung: which there is, which is spent, and what happens at the top.

use super::super::PowerStep;
use super::level::{Level, Rung, Trouble};
use super::{Health, MAX_EACH, REOPEN_EVERY, WINDOW};
use std::time::Instant;

impl Health {
    /// Takes the next rung there is for this trouble.
    pub(super) fn climb(&mut self, trouble: Trouble, why: &str, at: Instant) {
        self.taken
            .retain(|(_, taken)| at.saturating_duration_since(*taken) < WINDOW);
        if self
            .topped
            .is_some_and(|topped| at.saturating_duration_since(topped) >= WINDOW)
        {
            self.topped = None;
            self.climbed = Level::Reopen;
        }
        let mut level = match trouble {
            Trouble::Mute => self.climbed,
            Trouble::Absent => self.climbed.max(Level::Outside(PowerStep::Rebind)),
            Trouble::Deaf => self.deaf_climbed,
        };
        let mut skipped = Vec::new();
        loop {
            level = level.next();
            match self.hindrance(level) {
                None => break,
                Some(hindrance) => skipped.push(format!("{}: {hindrance}", level.name())),
            }
        }
        if !skipped.is_empty() {
            self.note("rungs_skipped", skipped.join("; "));
        }
        match trouble {
            Trouble::Mute | Trouble::Absent => self.climbed = level,
            Trouble::Deaf => self.deaf_climbed = level,
        }
        self.rung = match level {
            Level::Ground => Rung::Well,
            Level::Reopen => Rung::Reopen { due: at },
            Level::Radio => Rung::RadioOff,
            Level::Restart => Rung::Restart,
            Level::Outside(step) => Rung::Outside(step),
            Level::Top => return self.top(trouble, at),
        };
        if level > Level::Reopen {
            self.taken.push_back((level, at));
        }
        self.note(level.name(), why.to_string());
    }

    /// Why a rung can't be taken now.
    fn hindrance(&self, level: Level) -> Option<&'static str> {
        match level {
            Level::Ground | Level::Reopen | Level::Top => return None,
            Level::Radio | Level::Restart if !self.answered => {
                return Some("it has not answered since it was plugged in");
            }
            Level::Outside(step) if !self.power.has(step) => return Some("this board has none"),
            Level::Radio | Level::Restart | Level::Outside(_) => {}
        }
        let spent = self.taken.iter().filter(|(taken, _)| *taken == level).count() >= MAX_EACH;
        spent.then_some("tried often enough this hour")
    }

    /// Nothing is left to try until the hour has passed.
    fn top(&mut self, trouble: Trouble, at: Instant) {
        match trouble {
            Trouble::Deaf => {
                self.deaf_climbed = Level::Reopen;
                self.deaf_again = Some(at + WINDOW);
                self.note("still_deaf", "every step was tried; again in an hour".to_string());
            }
            Trouble::Absent => self.topped = self.topped.or(Some(at)),
            Trouble::Mute => {
                if self.topped.is_none() {
                    self.topped = Some(at);
                    let why = "every step was tried; it is knocked at once a minute, and all is tried again in an hour";
                    self.note("given_up", why.to_string());
                }
                self.rung = Rung::Reopen { due: at + REOPEN_EVERY };
            }
        }
    }
}
