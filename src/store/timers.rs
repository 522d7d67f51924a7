//! Timers: what is to be looked at when. They live in the database, so a restart forgets none.

use super::types::TimerKind;
use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::{OptionalExtension, params};

/// A row of `timer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    pub kind: TimerKind,
    /// The row that it is about, in the table that `kind` implies.
    pub subject: i64,
}

pub(super) const DUE: &str = "SELECT kind, subject FROM timer WHERE due <= ?1 ORDER BY due LIMIT ?2";
pub(super) const DUE_OF: &str = "SELECT kind, subject FROM timer WHERE kind = ?1 AND due <= ?2 ORDER BY due LIMIT ?3";
pub(super) const EARLIEST: &str = "SELECT min(due) FROM timer";

impl Tx<'_> {
    /// Sets a timer; the same kind and subject again replaces it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn set_timer(&self, kind: TimerKind, subject: i64, due: Steady) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO timer (kind, subject, due) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (kind, subject) DO UPDATE SET due = excluded.due",
            )?
            .execute(params![kind, subject, due])?;
        Ok(())
    }

    /// Takes a timer back. False if it was not set.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn clear_timer(&self, kind: TimerKind, subject: i64) -> Result<bool, StoreError> {
        let cleared = self
            .conn
            .prepare_cached("DELETE FROM timer WHERE kind = ?1 AND subject = ?2")?
            .execute(params![kind, subject])?;
        Ok(cleared > 0)
    }

    /// When a timer goes off, if it is set.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn timer(&self, kind: TimerKind, subject: i64) -> Result<Option<Steady>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT due FROM timer WHERE kind = ?1 AND subject = ?2")?
            .query_row(params![kind, subject], |row| row.get(0))
            .optional()?)
    }

    /// Timers that are due, earliest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn due_timers(&self, limit: u32) -> Result<Vec<Timer>, StoreError> {
        let mut statement = self.conn.prepare_cached(DUE)?;
        let rows = statement.query_map(params![self.now.steady, limit], |row| {
            Ok(Timer {
                kind: row.get(0)?,
                subject: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Timers of one kind that are due by `until`, earliest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn due_timers_of(&self, kind: TimerKind, until: Steady, limit: u32) -> Result<Vec<Timer>, StoreError> {
        let mut statement = self.conn.prepare_cached(DUE_OF)?;
        let rows = statement.query_map(params![kind, until, limit], |row| {
            Ok(Timer {
                kind: row.get(0)?,
                subject: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the next timer is due.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn earliest_timer(&self) -> Result<Option<Steady>, StoreError> {
        Ok(self.conn.prepare_cached(EARLIEST)?.query_row([], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::generate::noon;
    use super::*;

    #[test]
    fn every_kind_of_timer_can_be_set_and_comes_back_as_itself() {
        let mut store = Store::open_in_memory().unwrap();
        store
            .transact(noon(), |tx| {
                for (subject, kind) in (0..).zip(TimerKind::ALL) {
                    tx.set_timer(*kind, subject, Steady(0))?;
                }
                let due = tx.due_timers(1000)?;
                assert_eq!(due.len(), TimerKind::ALL.len());
                for timer in due {
                    assert_eq!(
                        Some(timer.kind),
                        TimerKind::ALL.get(usize::try_from(timer.subject).unwrap()).copied()
                    );
                }
                Ok(())
            })
            .unwrap();
    }
}
