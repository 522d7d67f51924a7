//! Tables and migrations.
//!
//! `PRAGMA user_version` counts the entries of `MIGRATIONS` that were applied. An entry is never changed once
//! released; a change is a new entry. Columns `*_utc` are wall time in milliseconds since 1970 with `offset_s`, for
//! people; columns `*_at`, `due`, `not_before` are steady milliseconds ([`crate::clock::Steady`]), for decisions.

use super::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

mod v2;
mod v3;
mod v4;

/// One step of a migration.
pub(super) enum Piece {
    /// Statements.
    Sql(&'static str),
    /// What SQL alone can't do.
    Rust(fn(&Transaction<'_>) -> Result<(), StoreError>),
}

/// What each version adds to the one before.
pub(super) const MIGRATIONS: &[&[Piece]] = &[&[Piece::Sql(V1)], v2::PIECES, v3::PIECES, v4::PIECES];

/// The version this program writes.
pub const LATEST: i64 = MIGRATIONS.len() as i64;

const V1: &str = "
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    steady INTEGER NOT NULL,
    utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL
) STRICT;
INSERT INTO meta (id, steady, utc, offset_s) VALUES (1, 0, 0, 0);

CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    name TEXT,
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    friend INTEGER NOT NULL DEFAULT 0 CHECK (friend IN (0, 1)),
    opted_out INTEGER NOT NULL DEFAULT 0 CHECK (opted_out IN (0, 1)),
    frozen TEXT,
    robot_told INTEGER NOT NULL DEFAULT 0 CHECK (robot_told IN (0, 1)),
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1)),
    stop_line_at INTEGER,
    human_at INTEGER,
    heard_at INTEGER,
    told_at INTEGER,
    landline_until INTEGER,
    created_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_heard ON contact (heard_at) WHERE heard_at IS NOT NULL;
CREATE INDEX contact_waiting ON contact (heard_at) WHERE waiting = 1;

CREATE TABLE handle (
    handle INTEGER PRIMARY KEY CHECK (handle BETWEEN 13 AND 999),
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX handle_contact ON handle (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX handle_short_used ON handle (used_at) WHERE handle <= 99;
CREATE INDEX handle_used ON handle (used_at);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('text_back', 'forward', 'relay', 'command', 'answer', 'alert')),
    peer TEXT NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    handle INTEGER,
    text TEXT NOT NULL,
    parts INTEGER NOT NULL CHECK (parts >= 0),
    automatic INTEGER NOT NULL DEFAULT 0 CHECK (automatic IN (0, 1)),
    complete INTEGER NOT NULL DEFAULT 1 CHECK (complete IN (0, 1)),
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'submitting', 'accepted', 'delivered', 'failed', 'in_doubt')),
    attempts INTEGER NOT NULL DEFAULT 0,
    about INTEGER REFERENCES message (id) ON DELETE SET NULL,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_contact ON message (contact_id, id);
CREATE INDEX message_heard ON message (contact_id, id) WHERE direction = 'in';
CREATE INDEX message_automatic ON message (contact_id, created_at) WHERE automatic = 1;
CREATE INDEX message_about ON message (about) WHERE about IS NOT NULL;
CREATE INDEX message_state ON message (state, id) WHERE state IN ('queued', 'submitting', 'in_doubt', 'failed');
CREATE INDEX message_body ON message (created_at) WHERE text <> '';

CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    run_key INTEGER,
    started_utc INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    ended_utc INTEGER,
    ended_at INTEGER,
    rings INTEGER NOT NULL DEFAULT 0,
    ring_ms INTEGER NOT NULL DEFAULT 0,
    line TEXT NOT NULL DEFAULT 'unavailable' CHECK (line IN ('number', 'withheld', 'unavailable')),
    caller TEXT,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    verdict TEXT CHECK (verdict IN ('missed', 'answered', 'rejected')),
    evidence TEXT NOT NULL DEFAULT '[]',
    cause INTEGER,
    decision TEXT NOT NULL DEFAULT 'pending' CHECK (decision IN ('texted', 'skipped', 'pending')),
    reason TEXT NOT NULL DEFAULT '',
    message_id INTEGER REFERENCES message (id) ON DELETE SET NULL,
    CHECK ((verdict IS NULL) = (ended_utc IS NULL)),
    CHECK ((verdict IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX call_open ON call (id) WHERE verdict IS NULL;
CREATE UNIQUE INDEX call_run ON call (run_key) WHERE run_key IS NOT NULL;
CREATE INDEX call_missed ON call (contact_id, ended_at) WHERE verdict = 'missed';
CREATE INDEX call_contact ON call (contact_id, id);
CREATE INDEX call_message ON call (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX call_ended ON call (ended_at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    part INTEGER NOT NULL CHECK (part >= 1),
    recipient TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('caller', 'owner')),
    priority INTEGER NOT NULL CHECK (priority IN (0, 1, 2)),
    tpdu BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'submitting', 'accepted', 'delivered', 'failed', 'in_doubt')),
    reason TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    first_at INTEGER,
    submitted_at INTEGER,
    reference INTEGER CHECK (reference BETWEEN 0 AND 255),
    UNIQUE (message_id, part)
) STRICT;
CREATE INDEX outbox_queue ON outbox (priority, id) WHERE state = 'queued';
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'queued';
CREATE INDEX outbox_queued_to ON outbox (recipient, id) WHERE state = 'queued';
CREATE INDEX outbox_open ON outbox (id) WHERE state = 'submitting';
CREATE INDEX outbox_doubt ON outbox (recipient, submitted_at) WHERE state = 'in_doubt';
CREATE INDEX outbox_awaits ON outbox (recipient, reference, submitted_at) WHERE state = 'accepted';
CREATE INDEX outbox_sent ON outbox (submitted_at, recipient) WHERE submitted_at IS NOT NULL;
CREATE INDEX outbox_sent_to ON outbox (recipient, submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX outbox_sent_people ON outbox (submitted_at, recipient)
    WHERE submitted_at IS NOT NULL AND audience = 'caller';

CREATE TABLE inbound_part (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    raw BLOB NOT NULL,
    sender TEXT NOT NULL,
    concat_ref INTEGER,
    total INTEGER,
    part INTEGER,
    message_id INTEGER REFERENCES message (id) ON DELETE CASCADE,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_concat ON inbound_part (sender, concat_ref, total, received_at) WHERE concat_ref IS NOT NULL;
CREATE INDEX inbound_message ON inbound_part (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX inbound_received ON inbound_part (received_at);

CREATE TABLE undecodable (
    id INTEGER PRIMARY KEY,
    raw BLOB NOT NULL UNIQUE,
    hex INTEGER NOT NULL CHECK (hex IN (0, 1)),
    why TEXT NOT NULL,
    received_utc INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE held (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    text TEXT NOT NULL,
    held_at INTEGER NOT NULL
) STRICT;
CREATE INDEX held_owner ON held (owner, id);

CREATE TABLE owner_state (
    number TEXT PRIMARY KEY,
    last_contact INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    last_message INTEGER REFERENCES message (id) ON DELETE SET NULL,
    last_sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('missed_line', 'held', 'incomplete', 'in_doubt', 'purge')),
    due INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX timer_due ON timer (due);

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    call_id INTEGER REFERENCES call (id) ON DELETE CASCADE,
    message_id INTEGER REFERENCES message (id) ON DELETE SET NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX journal_contact ON journal (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX journal_call ON journal (call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX journal_message ON journal (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX journal_created ON journal (created_at);

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('opt_out', 'opt_in', 'called', 'texted', 'refused')),
    evidence TEXT NOT NULL,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_number ON consent (number, id);
CREATE TRIGGER consent_is_append_only_update BEFORE UPDATE ON consent
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER consent_is_append_only_delete BEFORE DELETE ON consent
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
";

/// `PRAGMA user_version`.
pub(super) fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Applies what is missing, each step with its version number in one transaction. Foreign keys are off meanwhile, or a table
/// that others refer to could not be rebuilt; what they refer to is checked before the step is made durable.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    migrate_to(conn, LATEST)
}

pub(super) fn migrate_to(conn: &mut Connection, target: i64) -> Result<(), StoreError> {
    conn.pragma_update(None, "foreign_keys", "OFF")?;
    for (step, pieces) in (1..=target).zip(MIGRATIONS) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&tx)? < step {
            for piece in *pieces {
                match piece {
                    Piece::Sql(sql) => tx.execute_batch(sql)?,
                    Piece::Rust(run) => run(&tx)?,
                }
            }
            let dangling: i64 = tx.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
            if dangling > 0 {
                return Err(StoreError::Migration { step, dangling });
            }
            tx.pragma_update(None, "user_version", step)?;
        }
        tx.commit()?;
    }
    Ok(())
}

/// All SQL of all versions.
#[cfg(test)]
pub(super) fn all_sql() -> String {
    let sql = |piece: &Piece| match piece {
        Piece::Sql(sql) => *sql,
        Piece::Rust(_) => "",
    };
    MIGRATIONS.iter().flat_map(|pieces| pieces.iter().map(sql)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE_2: &str = "INSERT INTO contact (id, number, opted_out, created_utc) VALUES (1, '+15551234567', 1, 0);
     INSERT INTO timer (kind, due, subject) VALUES ('in_doubt', 77, 5);
     INSERT INTO remembered (subject, opted_out, blocked, friend) VALUES ('x', 1, 0, 0);
     INSERT INTO message (id, direction, kind, peer, contact_id, text, parts, automatic, state, created_utc, offset_s, created_at)
         VALUES (7, 'out', 'text_back', '+15551234567', 1, 'Sorry', 1, 1, 'delivered', 0, 0, 40);
     INSERT INTO call (id, run_key, started_utc, started_at, offset_s, ended_utc, ended_at, rings, line, caller, contact_id, verdict,
             decision, reason, message_id)
         VALUES (9, 3, 1, 30, 3, 2, 40, 4, 'number', '+15551234567', 1, 'missed', 'texted', 'first call', 7);";

    /// Data as a database of that version may hold it.
    const DATA: &[&str] = &[
        "",
        "INSERT INTO contact (id, number, opted_out, created_utc) VALUES (1, '+15551234567', 1, 0);
         INSERT INTO consent (number, event, evidence, created_utc, offset_s)
             VALUES ('+15551234567', 'opt_out', 'STOP', 0, 0);
         INSERT INTO message (direction, kind, peer, contact_id, text, parts, state, created_utc, offset_s, created_at)
             VALUES ('in', 'forward', '+15551234567', 1, 'STOP', 1, 'delivered', 0, 0, 0);
         INSERT INTO timer (kind, due, subject) VALUES ('in_doubt', 77, 5);
         INSERT INTO journal (created_utc, offset_s, created_at, message_id, what, why) VALUES (0, 0, 0, 1, 'texted', 'why not');
         INSERT INTO outbox (message_id, part, recipient, audience, priority, tpdu, not_before)
             VALUES (1, 1, '+1', 'caller', 0, x'00', 9);
         INSERT INTO message (id, direction, kind, peer, contact_id, text, parts, automatic, state, created_utc, offset_s, created_at)
             VALUES (7, 'out', 'text_back', '+15551234567', 1, 'Sorry', 1, 1, 'delivered', 0, 0, 40);
         INSERT INTO call (id, run_key, started_utc, started_at, offset_s, ended_utc, ended_at, rings, line, caller, contact_id, verdict,
                 decision, reason, message_id)
             VALUES (9, 3, 1, 30, 3, 2, 40, 4, 'number', '+15551234567', 1, 'missed', 'texted', 'first call', 7);",
        SINCE_2,
        SINCE_2,
        SINCE_2,
    ];

    #[test]
    fn every_earlier_version_migrates_with_its_data() {
        assert_eq!(DATA.len(), MIGRATIONS.len() + 1, "a new version needs its data here");
        for (from, data) in (0..).zip(DATA) {
            let mut conn = Connection::open_in_memory().unwrap();
            migrate_to(&mut conn, from).unwrap();
            conn.execute_batch(data).unwrap();
            migrate(&mut conn).unwrap();
            assert_eq!(version(&conn).unwrap(), LATEST);
            if from >= 1 {
                let out: i64 = conn
                    .query_row("SELECT opted_out FROM contact", [], |r| r.get(0))
                    .unwrap();
                assert_eq!(out, 1, "the opt-out survives from version {from}");
                let out: i64 = conn
                    .query_row("SELECT count(*) FROM remembered WHERE opted_out = 1", [], |r| r.get(0))
                    .unwrap();
                assert_eq!(out, 1, "by hash too, from version {from}");
                let timer: (String, i64, i64) = conn
                    .query_row("SELECT kind, due, subject FROM timer", [], |r| {
                        Ok((r.get(0)?, r.get(1)?, r.get(2)?))
                    })
                    .unwrap();
                assert_eq!(timer, ("in_doubt".to_owned(), 77, 5), "from version {from}");
                let call: String = conn
                    .query_row(
                        "SELECT concat_ws(' ', id, run_key, started_utc, started_at, offset_s, ended_utc, ended_at, rings, line, \
                         caller, contact_id, verdict, decision, reason, message_id) FROM call",
                        [],
                        |r| r.get(0),
                    )
                    .unwrap();
                assert_eq!(
                    call, "9 3 1 30 3 2 40 4 number +15551234567 1 missed texted first call 7",
                    "from version {from}"
                );
                let (of_one, of_all): (i64, i64) = conn
                    .query_row(
                        "SELECT count(*) FILTER (WHERE contact_id = 1), count(*) FROM message INDEXED BY message_automatic \
                         WHERE automatic = 1 AND created_at > 30",
                        [],
                        |r| Ok((r.get(0)?, r.get(1)?)),
                    )
                    .unwrap();
                assert_eq!((of_one, of_all), (1, 1), "from version {from}");
            }
            if from == 1 {
                let why: String = conn.query_row("SELECT why FROM journal", [], |r| r.get(0)).unwrap();
                assert_eq!(why, "why not");
                let seen: String = conn
                    .query_row("SELECT value FROM setting WHERE key = 'retention_words'", [], |r| {
                        r.get(0)
                    })
                    .unwrap();
                assert_eq!(
                    seen, "0",
                    "the walk over the texts begins before the first that has words"
                );
                let queued: i64 = conn
                    .query_row(
                        "SELECT not_before FROM outbox INDEXED BY outbox_live WHERE state = 'queued'",
                        [],
                        |r| r.get(0),
                    )
                    .unwrap();
                assert_eq!(queued, 9);
            }
            let wrong: i64 = conn
                .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))
                .unwrap();
            assert_eq!(wrong, 0);
        }
    }
}
