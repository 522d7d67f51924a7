//! What the digest, `REPORT` and `STATUS` count.

use super::contacts::ContactId;
use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::params;
use serde::{Deserialize, Serialize};

/// A job won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Win {
    /// Row id; 0 before it has one.
    pub id: i64,
    pub contact: ContactId,
    /// What it brings, in whole units of money; 0 if nobody said.
    pub amount: u32,
}

/// Figures of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Calls that nobody answered; those we hung up on are among them.
    pub missed: u32,
    /// Of those, texted.
    pub texted: u32,
    /// Callers of those texted who texted back.
    pub replied: u32,
    /// Answers the owner gave to callers who waited.
    pub answered: u32,
    /// Of those, within the time asked about.
    pub answered_soon: u32,
    /// The middle one of the waits, milliseconds.
    pub median_ms: Option<i64>,
    /// Numbers that opted out.
    pub opt_outs: u32,
    /// Jobs won.
    pub wins: u32,
    /// And what they bring, in whole units of money.
    pub won: u64,
}

pub(super) const MISSED: &str = "SELECT count(*), count(*) FILTER (WHERE decision = 'texted') FROM call \
     WHERE verdict <> 'answered' AND ended_at > ?1 AND ended_at <= ?2";
pub(super) const REPLIED: &str = "SELECT count(DISTINCT c.id) FROM call k JOIN contact c ON c.id = k.contact_id \
     WHERE k.verdict <> 'answered' AND k.decision = 'texted' AND k.ended_at > ?1 AND k.ended_at <= ?2 \
     AND c.heard_at >= k.ended_at";
const ANSWERED: &str = "SELECT count(*), count(*) FILTER (WHERE waited_ms < ?3) FROM answered \
     WHERE created_at > ?1 AND created_at <= ?2";
const MEDIAN: &str = "SELECT waited_ms FROM answered WHERE created_at > ?1 AND created_at <= ?2 \
     ORDER BY waited_ms LIMIT 1 OFFSET ?3";
pub(super) const OPT_OUTS: &str = "SELECT count(DISTINCT subject) FROM ledger \
     WHERE event = 'opt_out' AND how <> 'restored' AND created_at > ?1 AND created_at <= ?2";
const WINS: &str = "SELECT count(*), total(amount) FROM win WHERE created_at > ?1 AND created_at <= ?2";

impl Tx<'_> {
    /// Figures of `(from, to]`. `soon_ms`: what counts as answered soon.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn figures(&self, from: Steady, to: Steady, soon_ms: i64) -> Result<Figures, StoreError> {
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?));
        let (missed, texted) = self.conn.prepare_cached(MISSED)?.query_row(params![from, to], pair)?;
        let replied = self
            .conn
            .prepare_cached(REPLIED)?
            .query_row(params![from, to], |row| row.get(0))?;
        let (answered, answered_soon) = self
            .conn
            .prepare_cached(ANSWERED)?
            .query_row(params![from, to, soon_ms], pair)?;
        let median_ms = match answered {
            0 => None,
            count => Some(
                self.conn
                    .prepare_cached(MEDIAN)?
                    .query_row(params![from, to, (count - 1) / 2], |row| row.get(0))?,
            ),
        };
        let opt_outs = self
            .conn
            .prepare_cached(OPT_OUTS)?
            .query_row(params![from, to], |row| row.get(0))?;
        let (wins, won) = self
            .conn
            .prepare_cached(WINS)?
            .query_row(params![from, to], |row| Ok((row.get(0)?, row.get::<_, f64>(1)?)))?;
        Ok(Figures {
            missed,
            texted,
            replied,
            answered,
            answered_soon,
            median_ms,
            opt_outs,
            wins,
            won: won as u64,
        })
    }

    /// A caller who waited was answered.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn add_answered(&self, waited_ms: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("INSERT INTO answered (waited_ms, created_at) VALUES (max(0, ?1), ?2)")?
            .execute(params![waited_ms, self.now.steady])?;
        Ok(())
    }

    /// A job was won; gives its row. An id of 0 means a new one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn add_win(&self, win: &Win) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO win (id, contact_id, amount, created_utc, created_at) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5)",
            )?
            .execute(params![win.id, win.contact, win.amount, self.now.wall.utc_ms, self.now.steady])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Whether that row is there.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn has_win(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM win WHERE id = ?1)")?
            .query_row([id], |row| row.get(0))?)
    }

    /// It was not won after all.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_win(&self, id: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM win WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// How many callers wait for an answer.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn waiting_count(&self) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM contact WHERE waiting = 1")?
            .query_row([], |row| row.get(0))?)
    }

    /// How many texts are queued.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn queued_count(&self) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM outbox WHERE state = 'queued'")?
            .query_row([], |row| row.get(0))?)
    }

    /// How many texts were handed to the network after `since`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn submitted_since(&self, since: Steady) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM outbox WHERE submitted_at > ?1")?
            .query_row([since], |row| row.get(0))?)
    }
}
