//! What the owner put off: texts to callers and reminders. They live in the database, so a restart forgets none.

use super::contacts::ContactId;
use super::types::ScheduledKind;
use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// A row of `scheduled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    pub id: i64,
    pub kind: ScheduledKind,
    /// Number of the team member who asked for it.
    pub member: String,
    pub contact: ContactId,
    /// Empty for a reminder.
    pub text: String,
    /// When it is meant for: the wall clock decides, as the owner named a time of day.
    pub due_utc_ms: i64,
    /// When that was by the steady clock, as reckoned when it was asked for.
    pub due_at: Steady,
    /// When it was asked for.
    pub asked_at: Steady,
}

macro_rules! columns {
    () => {
        "id, kind, member, contact_id, text, due_utc, due_at, asked_at"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM scheduled WHERE id = ?1");
pub(super) const OF_CONTACT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM scheduled WHERE contact_id = ?1 ORDER BY due_utc LIMIT ?2"
);
pub(super) const ALL: &str = concat!("SELECT ", columns!(), " FROM scheduled ORDER BY due_utc LIMIT ?1");

fn read(row: &Row<'_>) -> rusqlite::Result<Scheduled> {
    Ok(Scheduled {
        id: row.get(0)?,
        kind: row.get(1)?,
        member: row.get(2)?,
        contact: row.get(3)?,
        text: row.get(4)?,
        due_utc_ms: row.get(5)?,
        due_at: row.get(6)?,
        asked_at: row.get(7)?,
    })
}

impl Tx<'_> {
    /// Puts something off; gives its row. An id of 0 means a new one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn schedule(&self, new: &Scheduled) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO scheduled (id, kind, member, contact_id, text, due_utc, due_at, asked_at) \
                 VALUES (nullif(?8, 0), ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                new.kind,
                new.member,
                new.contact,
                new.text,
                new.due_utc_ms,
                new.due_at,
                new.asked_at,
                new.id
            ])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The one of that row.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn scheduled(&self, id: i64) -> Result<Option<Scheduled>, StoreError> {
        Ok(self.conn.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
    }

    /// What is put off for a caller, soonest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn scheduled_for(&self, contact: ContactId, limit: u32) -> Result<Vec<Scheduled>, StoreError> {
        let mut statement = self.conn.prepare_cached(OF_CONTACT)?;
        let rows = statement.query_map(params![contact, limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything that is put off, soonest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn all_scheduled(&self, limit: u32) -> Result<Vec<Scheduled>, StoreError> {
        let mut statement = self.conn.prepare_cached(ALL)?;
        let rows = statement.query_map([limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How much is put off.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn scheduled_count(&self) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM scheduled")?
            .query_row([], |row| row.get(0))?)
    }

    /// It is done, or no longer wanted.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_scheduled(&self, id: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM scheduled WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }
}
