//! Calls: on record from the first ring, decided once.

use super::contacts::ContactId;
use super::types::{Decision, Line, Verdict};
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::{CallId, CallKey, MessageId};
use rusqlite::{OptionalExtension, Row, params};
use std::time::Duration;

/// A row of `call`, as the desk needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub started_at: Steady,
    pub started_utc_ms: i64,
    pub offset_s: i32,
    pub ended_at: Option<Steady>,
    pub ringing: Duration,
    pub line: Line,
    pub caller: Option<String>,
    pub contact: Option<ContactId>,
    pub verdict: Option<Verdict>,
    pub decision: Decision,
    pub reason: String,
    pub message: Option<MessageId>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEnd<'a> {
    pub verdict: Verdict,
    pub rings: u16,
    pub ringing: Duration,
    pub evidence: &'a [&'a str],
    pub cause: Option<u8>,
}

macro_rules! columns {
    () => {
        "id, started_at, started_utc, offset_s, ended_at, ring_ms, line, caller, contact_id, verdict, decision, reason, \
         message_id"
    };
}

/// Calls looked at for one that this run knows by a key, has not ended or still waits for its decision: so many of the latest. Those
/// before are hours old.
const AMONG_LATEST: u32 = 200;
pub(super) const BY_KEY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM call WHERE id > (SELECT coalesce(max(id), 0) FROM call) - ?2 AND run_key = ?1 ORDER BY id DESC LIMIT 1"
);
pub(super) const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM call WHERE id > (SELECT coalesce(max(id), 0) FROM call) - ?1 AND verdict IS NULL ORDER BY id"
);
pub(super) const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM call WHERE id > (SELECT coalesce(max(id), 0) FROM call) - ?1 AND decision = 'pending' \
     AND verdict IS NOT NULL ORDER BY id"
);
pub(super) const LAST_OF: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM call WHERE contact_id = ?1 ORDER BY id DESC LIMIT 1"
);
pub(super) const LATEST_OF: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM call WHERE contact_id = ?1 ORDER BY id DESC LIMIT ?2"
);
/// Among their latest: whoever calls more often is told so, and no count matters any more.
pub(super) const MISSED_SINCE: &str = "SELECT (verdict <> 'answered' AND ended_at > ?2) IS TRUE FROM call WHERE contact_id = ?1 ORDER BY id DESC LIMIT ?3";

fn read(row: &Row<'_>) -> rusqlite::Result<Call> {
    Ok(Call {
        id: row.get(0)?,
        started_at: row.get(1)?,
        started_utc_ms: row.get(2)?,
        offset_s: row.get(3)?,
        ended_at: row.get(4)?,
        ringing: Duration::from_millis(u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0)),
        line: row.get(6)?,
        caller: row.get(7)?,
        contact: row.get(8)?,
        verdict: row.get(9)?,
        decision: row.get(10)?,
        reason: row.get(11)?,
        message: row.get(12)?,
    })
}

/// A [`CallKey`] as a column.
fn key_column(key: CallKey) -> i64 {
    i64::from_ne_bytes(key.0.to_ne_bytes())
}

impl Tx<'_> {
    /// Records the first sign of a call. The same key again is the same call.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn start_call(&self, key: CallKey) -> Result<Call, StoreError> {
        if let Some(known) = self.call_by_key(key)? {
            return Ok(known);
        }
        self.insert_call(Some(key), Duration::ZERO)
    }

    /// Records a call learnt of only now, that came so long ago.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn start_late_call(&self, ago: Duration) -> Result<Call, StoreError> {
        self.insert_call(None, ago)
    }

    fn insert_call(&self, key: Option<CallKey>, ago: Duration) -> Result<Call, StoreError> {
        let wall = self.now.wall;
        let started_at = self.now.steady.minus(ago);
        let started_utc_ms = wall.utc_ms - i64::try_from(ago.as_millis()).unwrap_or(0);
        self.conn
            .prepare_cached("INSERT INTO call (run_key, started_utc, started_at, offset_s) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![key.map(key_column), started_utc_ms, started_at, wall.offset_s])?;
        Ok(Call {
            id: CallId(self.conn.last_insert_rowid()),
            started_at,
            started_utc_ms,
            offset_s: wall.offset_s,
            ended_at: None,
            ringing: Duration::ZERO,
            line: Line::Unavailable,
            caller: None,
            contact: None,
            verdict: None,
            decision: Decision::Pending,
            reason: String::new(),
            message: None,
        })
    }

    /// Whether a contact has called since then, however it ended.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn called_since(&self, contact: ContactId, since: Steady) -> Result<bool, StoreError> {
        Ok(self
            .last_call_of(contact)?
            .is_some_and(|call| call.ended_at.unwrap_or(call.started_at) > since))
    }

    /// The call that this run of the program knows by `key`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn call_by_key(&self, key: CallKey) -> Result<Option<Call>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(BY_KEY)?
            .query_row(params![key_column(key), AMONG_LATEST], read)
            .optional()?)
    }

    /// The latest call of a contact.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_call_of(&self, contact: ContactId) -> Result<Option<Call>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(LAST_OF)?
            .query_row([contact], read)
            .optional()?)
    }

    /// The latest call of a contact that led to a text and ended after `since`, among their latest.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_texted_call_of(&self, contact: ContactId, since: Steady) -> Result<Option<Call>, StoreError> {
        let mut statement = self.conn.prepare_cached(LATEST_OF)?;
        for call in statement.query_map(params![contact, AMONG_LATEST], read)? {
            let call = call?;
            if call.ended_at.is_some_and(|ended| ended <= since) {
                break;
            }
            if call.message.is_some() {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }

    /// Calls without a verdict, oldest first, among the latest.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn open_calls(&self) -> Result<Vec<Call>, StoreError> {
        let mut statement = self.conn.prepare_cached(OPEN)?;
        let rows = statement.query_map([AMONG_LATEST], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls that ended and still wait for their decision, oldest first, among the latest.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn undecided_calls(&self) -> Result<Vec<Call>, StoreError> {
        let mut statement = self.conn.prepare_cached(WAITING)?;
        let rows = statement.query_map([AMONG_LATEST], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records the decision about a call that has ended.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn decide_call(
        &self,
        id: CallId,
        decision: Decision,
        reason: &str,
        message: Option<MessageId>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE call SET decision = ?2, reason = ?3, message_id = ?4 WHERE id = ?1")?
            .execute(params![id, decision, reason, message])?;
        Ok(())
    }

    /// The call of `contact` that `message` was the text for was not texted after all.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn skip_call_of(&self, contact: ContactId, message: MessageId, reason: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE call SET decision = ?3, reason = ?4, message_id = NULL WHERE contact_id = ?1 AND message_id = ?2",
            )?
            .execute(params![contact, message, Decision::Skipped, reason])?;
        Ok(())
    }

    /// Forgets the keys of an earlier run, so that this run's keys can't be mistaken for them.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn release_call_keys(&self) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE call SET run_key = NULL WHERE id > (SELECT coalesce(max(id), 0) FROM call) - ?1 AND run_key IS NOT NULL",
            )?
            .execute([AMONG_LATEST])?;
        Ok(())
    }

    /// Who calls became known.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn identify_call(
        &self,
        id: CallId,
        line: Line,
        caller: Option<&str>,
        contact: Option<ContactId>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE call SET line = ?2, caller = ?3, contact_id = ?4 WHERE id = ?1")?
            .execute(params![id, line, caller, contact])?;
        Ok(())
    }

    /// Records the end of a call and the decision about it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn end_call(
        &self,
        id: CallId,
        end: &CallEnd<'_>,
        decision: Decision,
        reason: &str,
        message: Option<MessageId>,
    ) -> Result<(), StoreError> {
        let ring_ms = i64::try_from(end.ringing.as_millis()).unwrap_or(i64::MAX);
        let evidence = serde_json::Value::from(end.evidence).to_string();
        self.conn
            .prepare_cached(
                "UPDATE call SET ended_utc = ?2, ended_at = ?3, rings = ?4, ring_ms = ?5, verdict = ?6, evidence = ?7, \
                 cause = ?8, decision = ?9, reason = ?10, message_id = ?11 WHERE id = ?1",
            )?
            .execute(params![
                id,
                self.now.wall.utc_ms,
                self.now.steady,
                end.rings,
                ring_ms,
                end.verdict,
                evidence,
                end.cause,
                decision,
                reason,
                message,
            ])?;
        Ok(())
    }

    /// How often a contact was missed after `since`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn missed_since(&self, contact: ContactId, since: Steady) -> Result<u32, StoreError> {
        let mut statement = self.conn.prepare_cached(MISSED_SINCE)?;
        let missed = statement.query_map(params![contact, since, AMONG_LATEST], |row| row.get::<_, bool>(0))?;
        missed.map(|missed| Ok(u32::from(missed?))).sum()
    }
}
