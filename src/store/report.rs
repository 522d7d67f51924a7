//! What the command line shows: calls, messages, why, counts, and the rows of an export. Read only; times as RFC 3339
//! with the offset they had. Field names are those of interface.md.

use super::types::{Consent, Decision, Direction, How, Kind, State, Verdict};
use super::{Store, StoreError};
use crate::ids::{CallId, Handle, MessageId};
use rusqlite::Row;
use serde::Serialize;

mod why;
pub use why::{Subject, Why};

/// A call, as `calls --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    pub id: CallId,
    pub started: String,
    pub ended: Option<String>,
    pub rings: u16,
    /// `null` when the number is withheld or unknown.
    pub caller: Option<String>,
    /// `null` while it rings.
    pub verdict: Option<Verdict>,
    pub evidence: Vec<String>,
    pub decision: Decision,
    pub reason: String,
    pub message_id: Option<MessageId>,
}

/// A text, as `messages --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageRecord {
    pub id: MessageId,
    pub direction: Direction,
    pub kind: Kind,
    pub peer: String,
    pub handle: Option<Handle>,
    pub text: String,
    pub parts: u8,
    pub created: String,
    pub state: State,
    pub attempts: u32,
}

/// An entry of the consent ledger, as `export --csv` writes it. What a row's hash covers: see [`super::ledger`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentRecord {
    pub entry: i64,
    pub when: String,
    /// `erased` after FORGET.
    pub number: String,
    pub event: Consent,
    pub event_in_words: &'static str,
    pub how: How,
    pub how_in_words: &'static str,
    /// Exactly as received; `erased` after FORGET.
    pub words: String,
    pub number_hash: String,
    pub words_hash: String,
    pub previous_hash: String,
    pub hash: String,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalRecord {
    pub created: String,
    pub call_id: Option<CallId>,
    pub what: String,
    pub why: String,
}

/// Figures for `status`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    pub calls: u64,
    pub queued: u64,
    pub submitting: u64,
    pub in_doubt: u64,
    pub failed: u64,
    pub waiting: u64,
    pub opted_out: u64,
    pub undecodable: u64,
}

/// Stands where FORGET erased something.
const ERASED: &str = "erased";

macro_rules! journal_columns {
    () => {
        "SELECT created_utc, offset_s, call_id, what, why, id FROM journal "
    };
}

pub(super) const OF_CONTACT: &str = concat!(journal_columns!(), "WHERE contact_id = ?2");
/// A call's lines are those of its caller about it, and those that name no caller.
pub(super) const OF_CALL: &str = concat!(
    journal_columns!(),
    "WHERE contact_id = ?2 AND call_id = ?3 UNION ALL ",
    journal_columns!(),
    "WHERE contact_id IS NULL AND call_id = ?3"
);

const CALL: &str =
    "id, started_utc, offset_s, ended_utc, rings, caller, verdict, evidence, decision, reason, message_id";
const MESSAGE: &str = "id, direction, kind, peer, handle, text, parts, created_utc, offset_s, state, attempts";

/// RFC 3339 in the offset it had, to the second; the raw figure if it is out of any calendar.
fn rfc3339(utc_ms: i64, offset_s: i32) -> String {
    let at = jiff::Timestamp::from_second(utc_ms.div_euclid(1000));
    let offset = jiff::tz::Offset::from_seconds(offset_s);
    match (at, offset) {
        (Ok(at), Ok(offset)) => at.display_with_offset(offset).to_string(),
        (Ok(at), Err(_)) => at.to_string(),
        (Err(_), _) => utc_ms.to_string(),
    }
}

/// The same to the millisecond.
pub(super) fn rfc3339_ms(utc_ms: i64, offset_s: i32) -> String {
    let at = jiff::Timestamp::from_millisecond(utc_ms);
    let offset = jiff::tz::Offset::from_seconds(offset_s);
    match (at, offset) {
        (Ok(at), Ok(offset)) => format!("{:.3}", at.display_with_offset(offset)),
        (Ok(_), Err(_)) | (Err(_), _) => format!("{utc_ms} ms {offset_s} s"),
    }
}

fn call(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let offset_s = row.get(2)?;
    let evidence: String = row.get(7)?;
    Ok(CallRecord {
        id: row.get(0)?,
        started: rfc3339(row.get(1)?, offset_s),
        ended: row.get::<_, Option<i64>>(3)?.map(|ms| rfc3339(ms, offset_s)),
        rings: row.get(4)?,
        caller: row.get(5)?,
        verdict: row.get(6)?,
        evidence: serde_json::from_str(&evidence).unwrap_or_default(),
        decision: row.get(8)?,
        reason: row.get(9)?,
        message_id: row.get(10)?,
    })
}

fn message(row: &Row<'_>) -> rusqlite::Result<MessageRecord> {
    Ok(MessageRecord {
        id: row.get(0)?,
        direction: row.get(1)?,
        kind: row.get(2)?,
        peer: row.get(3)?,
        handle: row.get(4)?,
        text: row.get(5)?,
        parts: row.get(6)?,
        created: rfc3339(row.get(7)?, row.get(8)?),
        state: row.get(9)?,
        attempts: row.get(10)?,
    })
}

impl Store {
    /// The last `limit` calls, newest last.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn calls(&self, limit: u32) -> Result<Vec<CallRecord>, StoreError> {
        let sql = format!("SELECT * FROM (SELECT {CALL} FROM call ORDER BY id DESC LIMIT ?1) ORDER BY id");
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map([limit], call)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last `limit` texts, newest last.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn messages(&self, limit: u32) -> Result<Vec<MessageRecord>, StoreError> {
        let sql = format!("SELECT * FROM (SELECT {MESSAGE} FROM message ORDER BY id DESC LIMIT ?1) ORDER BY id");
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map([limit], message)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Figures for `status`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let one = |sql: &str| -> Result<u64, StoreError> {
            Ok(self
                .conn()
                .prepare_cached(sql)?
                .query_row([], |row| row.get::<_, Option<i64>>(0))?
                .unwrap_or(0)
                .max(0) as u64)
        };
        // By the few parts that are not settled yet: no index over all texts need say so.
        let on_its_way = |state: &str| {
            format!(
                "SELECT count(DISTINCT m.id) FROM outbox o INDEXED BY outbox_live JOIN message m ON m.id = o.message_id \
                 WHERE o.state = '{state}' AND m.state = '{state}'"
            )
        };
        Ok(Counts {
            calls: one("SELECT max(id) FROM call")?,
            queued: one(&on_its_way("queued"))?,
            submitting: one(&on_its_way("submitting"))?,
            in_doubt: one("SELECT count(*) FROM message WHERE state = 'in_doubt'")?,
            failed: one("SELECT count(*) FROM message WHERE state = 'failed'")?,
            waiting: one("SELECT count(*) FROM contact WHERE waiting = 1")?,
            opted_out: one("SELECT count(*) FROM remembered WHERE opted_out = 1")?,
            undecodable: one("SELECT count(*) FROM undecodable")?,
        })
    }

    /// Every call, oldest first, one at a time, for an export of any size.
    ///
    /// # Errors
    /// SQLite's own, or what `row` returns.
    pub fn each_call<E: From<StoreError>>(&self, row: impl FnMut(CallRecord) -> Result<(), E>) -> Result<(), E> {
        self.each(&format!("SELECT {CALL} FROM call ORDER BY id"), call, row)
    }

    /// Every text, oldest first.
    ///
    /// # Errors
    /// SQLite's own, or what `row` returns.
    pub fn each_message<E: From<StoreError>>(&self, row: impl FnMut(MessageRecord) -> Result<(), E>) -> Result<(), E> {
        self.each(&format!("SELECT {MESSAGE} FROM message ORDER BY id"), message, row)
    }

    /// Every entry of the consent ledger, oldest first.
    ///
    /// # Errors
    /// SQLite's own, or what `row` returns.
    pub fn each_consent<E: From<StoreError>>(&self, row: impl FnMut(ConsentRecord) -> Result<(), E>) -> Result<(), E> {
        let erased = |clear: Option<String>| clear.unwrap_or_else(|| ERASED.to_owned());
        let read = |row: &Row<'_>| {
            let (event, how): (Consent, How) = (row.get(4)?, row.get(5)?);
            Ok(ConsentRecord {
                entry: row.get(0)?,
                when: rfc3339_ms(row.get(1)?, row.get(2)?),
                number: erased(row.get(3)?),
                event,
                event_in_words: event.in_words(),
                how,
                how_in_words: how.in_words(),
                words: erased(row.get(6)?),
                number_hash: row.get(7)?,
                words_hash: row.get(8)?,
                previous_hash: row.get(9)?,
                hash: row.get(10)?,
            })
        };
        self.each(
            "SELECT l.id, l.created_utc, l.offset_s, c.number, l.event, l.how, c.words, l.subject, l.words_hash, \
             l.previous, l.hash FROM ledger l LEFT JOIN ledger_clear c ON c.entry = l.id ORDER BY l.id",
            read,
            row,
        )
    }

    fn each<T, E: From<StoreError>>(
        &self,
        sql: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.conn().prepare(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            take(read(row).map_err(StoreError::from)?)?;
        }
        Ok(())
    }

    /// Journal lines after the one with row id `after`, oldest first, with their row ids.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn journal_after(&self, after: i64) -> Result<Vec<(i64, JournalRecord)>, StoreError> {
        let sql = "SELECT created_utc, offset_s, call_id, what, why, id FROM journal WHERE id > ?1 ORDER BY id";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([after], |row| Ok((row.get(5)?, journal_row(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last lines that `which` finds, oldest first.
    fn journal(&self, which: &str, by: impl rusqlite::Params) -> Result<Vec<JournalRecord>, StoreError> {
        let sql = format!("SELECT * FROM ({which} ORDER BY id DESC LIMIT ?1) ORDER BY id");
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map(by, journal_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn journal_row(row: &Row<'_>) -> rusqlite::Result<JournalRecord> {
    Ok(JournalRecord {
        created: rfc3339(row.get(0)?, row.get(1)?),
        call_id: row.get(2)?,
        what: row.get(3)?,
        why: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::generate::noon;
    use super::*;

    fn keys(value: &serde_json::Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn json_has_the_fields_that_scripts_rely_on() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(3, noon()).unwrap();
        let call = serde_json::to_value(&store.calls(1).unwrap()[0]).unwrap();
        let mut wanted = vec![
            "id",
            "started",
            "ended",
            "rings",
            "caller",
            "verdict",
            "evidence",
            "decision",
            "reason",
            "message_id",
        ];
        wanted.sort_unstable();
        let mut found = keys(&call);
        found.sort_unstable();
        assert_eq!(found, wanted);
        assert_eq!(call["verdict"], "missed");
        assert_eq!(call["evidence"][0], "no_carrier");
        let message = serde_json::to_value(&store.messages(1).unwrap()[0]).unwrap();
        let mut wanted = vec![
            "id",
            "direction",
            "kind",
            "peer",
            "handle",
            "text",
            "parts",
            "created",
            "state",
            "attempts",
        ];
        wanted.sort_unstable();
        let mut found = keys(&message);
        found.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn lists_are_newest_last_and_times_carry_their_offset() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(5, noon()).unwrap();
        let calls = store.calls(2).unwrap();
        assert_eq!(calls.iter().map(|c| c.id.0).collect::<Vec<_>>(), [4, 5]);
        assert!(calls[0].started.ends_with("-05:00"), "{}", calls[0].started);
        assert_eq!(rfc3339(1_784_653_200_000, -18_000), "2026-07-21T12:00:00-05:00");
        assert_eq!(rfc3339(i64::MAX, 0), i64::MAX.to_string());
    }

    #[test]
    fn export_gives_every_row_and_stops_at_the_first_error() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(5, noon()).unwrap();
        let mut rows = 0;
        let count = |_: MessageRecord| -> Result<(), StoreError> {
            rows += 1;
            Ok(())
        };
        store.each_message(count).unwrap();
        assert_eq!(rows, 10);
        let stop = |_: CallRecord| -> Result<(), StoreError> { Err(StoreError::Newer { found: 0, known: 0 }) };
        assert!(store.each_call(stop).is_err());
    }
}
