//! Timers that have come.

use crate::clock::Steady;
use crate::desk::turn::{Done, Turn};
use crate::ids::OutboxId;
use crate::store::contacts::ContactId;
use crate::store::timers::Timer;
use crate::store::types::TimerKind;
use crate::store::{StoreError, retention};
use std::time::Duration;

/// Timers taken in one transaction; the rest follows at once in the next.
const BATCH: u32 = 50;
/// The housekeeping is done so often.
const PURGE_EVERY: Duration = Duration::from_secs(24 * 3600);
/// An idle box puts the time on record so often. More often would tell the owner more exactly how long the power was gone, and
/// wear the card.
pub(super) const SIGN_OF_LIFE: Duration = Duration::from_secs(30 * 60);
/// Setting: when the housekeeping was last through, steady milliseconds.
const HOUSE_KEPT: &str = "house_kept";
/// What only looks now and then, and its look does nothing before its time. It looks along when something else is due, so that it
/// needs no commit of its own while others are made.
const LOOKERS: [TimerKind; 2] = [TimerKind::Purge, TimerKind::Digest];
/// Between two steps of the housekeeping while there is something to do.
const PURGE_PAUSE: Duration = Duration::from_secs(20);

impl Turn<'_> {
    /// Does what is due. All of it follows from the timers and what they are about: the next start would find them due again.
    pub fn due(&mut self) -> Done {
        self.had_again = true;
        let due = self.tx.due_timers(BATCH)?;
        for timer in self.looking_along(due)? {
            // An earlier one of this batch may have taken it along, or set it anew.
            let due = self.tx.timer(timer.kind, timer.subject)?;
            let late = self.now().steady.plus(Turn::ahead(timer.kind));
            if due.is_none_or(|due| due > late) {
                continue;
            }
            self.tx.clear_timer(timer.kind, timer.subject)?;
            match timer.kind {
                TimerKind::MissedLine => self.missed_line(ContactId(timer.subject))?,
                TimerKind::Held => self.held_expired(timer.subject)?,
                TimerKind::Incomplete => self.incomplete(timer.subject)?,
                TimerKind::InDoubt => self.doubt_expired(OutboxId(timer.subject))?,
                TimerKind::Unconfirmed => self.unconfirmed(timer.subject)?,
                TimerKind::Purge => self.purge()?,
                TimerKind::Flood => self.flood_look()?,
                TimerKind::Nudge => self.nudge(ContactId(timer.subject))?,
                TimerKind::Scheduled => self.scheduled_due(timer.subject)?,
                TimerKind::Digest => self.digest_due()?,
                TimerKind::Memory => self.memory_due()?,
                TimerKind::Balance => self.balance_due()?,
                TimerKind::TestCall => self.test_over()?,
                TimerKind::Away => self.away_due()?,
                TimerKind::Clock => self.clock_due()?,
            }
        }
        Ok(())
    }

    /// This commit is a sign of life: the next one of its own is needed so much later. Told where timers are written anyway.
    pub fn alive(&self) -> Done {
        let now = self.now().steady;
        match self.tx.timer(TimerKind::Purge, 0)? {
            Some(due) if due > now.plus(PURGE_PAUSE) => self.tx.set_timer(TimerKind::Purge, 0, now.plus(SIGN_OF_LIFE)),
            Some(_) | None => Ok(()),
        }
    }

    /// `due`, and the lookers that would be due before long, if anything is.
    fn looking_along(&self, mut due: Vec<Timer>) -> Result<Vec<Timer>, StoreError> {
        for kind in LOOKERS {
            let listed = due.is_empty() || due.iter().any(|timer| timer.kind == kind);
            let until = self.now().steady.plus(Turn::ahead(kind));
            if !listed {
                due.extend(self.tx.due_timers_of(kind, until, 1)?);
            }
        }
        Ok(due)
    }

    /// How long before its time a timer may be taken along.
    fn ahead(kind: TimerKind) -> Duration {
        match LOOKERS.contains(&kind) {
            true => SIGN_OF_LIFE,
            false => Duration::ZERO,
        }
    }

    /// One step of the housekeeping ([`retention`]) a day; the next one soon if there is more. In between the timer alone is
    /// set anew, which puts the time on record: a sign of life, so that after a power cut the owner hears within what time
    /// nothing ran.
    fn purge(&mut self) -> Done {
        let now = self.now().steady;
        let kept = self.tx.setting(HOUSE_KEPT)?.and_then(|ms| ms.parse().ok()).map(Steady);
        if kept.is_some_and(|at| now.since(at) < PURGE_EVERY) {
            return self.tx.set_timer(TimerKind::Purge, 0, now.plus(SIGN_OF_LIFE));
        }
        self.give_up_waiting()?;
        self.tx.forget_spells(now.minus(retention::BODIES))?;
        let next = match self.tx.retire()? {
            0 => {
                self.tx.set_setting(HOUSE_KEPT, &now.0.to_string())?;
                SIGN_OF_LIFE
            }
            _ => PURGE_PAUSE,
        };
        self.tx.set_timer(TimerKind::Purge, 0, now.plus(next))
    }
}
