//! Timers that have come.

use crate::desk::submission::PURGE_EVERY;
use crate::desk::turn::{Done, Turn};
use crate::ids::OutboxId;
use crate::store::contacts::ContactId;
use crate::store::retention;
use crate::store::types::TimerKind;
use std::time::Duration;

/// Timers taken in one transaction; the rest follows at once in the next.
const BATCH: u32 = 50;
/// Between two steps of the housekeeping while there is something to do.
const PURGE_PAUSE: Duration = Duration::from_secs(20);

impl Turn<'_> {
    /// Does what is due.
    pub fn due(&mut self) -> Done {
        for timer in self.tx.due_timers(BATCH)? {
            // An earlier one of this batch may have taken it along, or set it anew.
            let due = self.tx.timer(timer.kind, timer.subject)?;
            if due.is_none_or(|due| due > self.now().steady) {
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

    /// One step of the housekeeping ([`retention`]); the next one soon if there is more, else tomorrow.
    fn purge(&mut self) -> Done {
        let now = self.now().steady;
        self.give_up_waiting()?;
        self.tx.forget_spells(now.minus(retention::BODIES))?;
        let next = match self.tx.retire()? {
            0 => PURGE_EVERY,
            _ => PURGE_PAUSE,
        };
        self.tx.set_timer(TimerKind::Purge, 0, now.plus(next))
    }
}
