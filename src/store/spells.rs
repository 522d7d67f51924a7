//! Deaf spells: when no call and no text could reach us, and why. What the owner is told of, and what a late call is judged by.

use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::{OptionalExtension, Row, params};

/// A row of `deaf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    pub id: i64,
    /// A word of [`crate::modem::Deafness`], or `off`: the program did not run.
    pub why: String,
    pub from_utc_ms: i64,
    pub from_at: Steady,
    pub offset_s: i32,
    /// `None`: it lasts.
    pub until_at: Option<Steady>,
}

pub(super) const OPEN: &str =
    "SELECT id, why, from_utc, from_at, offset_s, until_at FROM deaf WHERE until_at IS NULL ORDER BY id LIMIT 1";
const LATEST: &str = "SELECT id, why, from_utc, from_at, offset_s, until_at FROM deaf ORDER BY id DESC LIMIT ?1";

fn spell(row: &Row<'_>) -> rusqlite::Result<Spell> {
    Ok(Spell {
        id: row.get(0)?,
        why: row.get(1)?,
        from_utc_ms: row.get(2)?,
        from_at: row.get(3)?,
        offset_s: row.get(4)?,
        until_at: row.get(5)?,
    })
}

impl Tx<'_> {
    /// The spell that lasts, if one does.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn open_spell(&self) -> Result<Option<Spell>, StoreError> {
        Ok(self.conn.prepare_cached(OPEN)?.query_row([], spell).optional()?)
    }

    /// The latest spells, newest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn latest_spells(&self, limit: u32) -> Result<Vec<Spell>, StoreError> {
        let mut statement = self.conn.prepare_cached(LATEST)?;
        let rows = statement.query_map([limit], spell)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A spell began. `from_utc_ms` is as good as the wall clock is.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn begin_spell(&self, why: &str, from_utc_ms: i64, from_at: Steady) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("INSERT INTO deaf (why, from_utc, from_at, offset_s) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![why, from_utc_ms, from_at, self.now.wall.offset_s])?;
        Ok(())
    }

    /// It is over now.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn end_spell(&self, id: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE deaf SET until_utc = ?2, until_at = ?3 WHERE id = ?1")?
            .execute(params![id, self.now.wall.utc_ms, self.now.steady])?;
        Ok(())
    }

    /// It was too short to be one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_spell(&self, id: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM deaf WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// Forgets spells that ended before `before`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn forget_spells(&self, before: Steady) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM deaf WHERE until_at < ?1")?
            .execute([before])?;
        Ok(())
    }
}
