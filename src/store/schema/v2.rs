//! Version 2, in pieces: one for each subject, applied in order in one transaction.
//!
//! Foreign keys are off while a migration runs (and checked before it commits), so a table is rebuilt as SQLite wants it:
//! make the new one under another name, copy, drop the old one, rename.

use super::Piece;
use crate::store::ledger;

/// Everything version 2 adds. A new subject is a new piece at the end.
pub(super) const PIECES: &[Piece] = &[
    Piece::Sql(TIMERS),
    Piece::Sql(UNDO),
    Piece::Sql(LEDGER),
    Piece::Rust(ledger::adopt_version_1),
    Piece::Sql(LEDGER_REPLACES_CONSENT),
    Piece::Sql(CONVERSATION),
    Piece::Sql(DEAF),
    Piece::Sql(REPEATS),
    Piece::Sql(RETENTION),
    Piece::Sql(TEXT_BACKS),
    Piece::Sql(WEAR),
    Piece::Sql(CLOCK),
];

/// Timer kinds are words of [`crate::store::types::TimerKind`] only. The list in the table would have to be rebuilt with
/// every new kind, and guards against nobody: no other program writes here.
const TIMERS: &str = "
CREATE TABLE timer_new (
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO timer_new (kind, subject, due) SELECT kind, subject, due FROM timer;
DROP TABLE timer;
ALTER TABLE timer_new RENAME TO timer;
CREATE INDEX timer_due ON timer (due);
";

/// Orders that can be taken back, each with its changes as JSON ([`crate::store::undo`]).
const UNDO: &str = "
CREATE TABLE undo (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    what TEXT NOT NULL,
    remains TEXT NOT NULL,
    changes TEXT NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    guarded INTEGER NOT NULL CHECK (guarded IN (0, 1)),
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
    done_at INTEGER NOT NULL
) STRICT;
CREATE INDEX undo_owner ON undo (owner, id);
CREATE INDEX undo_contact ON undo (contact_id) WHERE contact_id IS NOT NULL;
";

/// The consent ledger in a chain of hashes, the clear text apart so that it can be erased. Five years are 158112000000 ms
/// ([`ledger::KEPT`]).
const LEDGER: &str = "
CREATE TABLE ledger_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key TEXT NOT NULL CHECK (length(key) = 64)
) STRICT;
INSERT INTO ledger_key (id, key) VALUES (1, lower(hex(randomblob(32))));

CREATE TABLE ledger_anchor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    entry INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO ledger_anchor (id, entry, hash)
    VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('opt_out', 'opt_in', 'called', 'texted', 'refused')),
    how TEXT NOT NULL CHECK (how IN ('text', 'call', 'owner', 'restored')),
    words_hash TEXT NOT NULL,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_subject ON ledger (subject);

CREATE TABLE ledger_clear (
    entry INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;

CREATE TABLE remembered (
    subject TEXT PRIMARY KEY,
    opted_out INTEGER NOT NULL CHECK (opted_out IN (0, 1)),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    friend INTEGER NOT NULL CHECK (friend IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX remembered_out ON remembered (subject) WHERE opted_out = 1;
";

const LEDGER_REPLACES_CONSENT: &str = "
DROP TABLE consent;
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER ledger_never_shrinks BEFORE DELETE ON ledger
    WHEN OLD.created_at > (SELECT steady FROM meta) - 158112000000
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only for five years'); END;
CREATE TRIGGER ledger_is_never_replaced BEFORE INSERT ON ledger
    WHEN NEW.id <= (SELECT max(id) FROM ledger)
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
";

/// Who answers whom, what was put off, what is counted.
const CONVERSATION: &str = "
ALTER TABLE contact ADD COLUMN waiting_since INTEGER;
UPDATE contact SET waiting_since = heard_at WHERE waiting = 1;
CREATE INDEX contact_human ON contact (human_at) WHERE human_at IS NOT NULL;

ALTER TABLE held ADD COLUMN contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE;

CREATE TABLE claim (
    contact_id INTEGER PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,
    member TEXT NOT NULL,
    active_at INTEGER NOT NULL
) STRICT;

CREATE TABLE handle_meant (
    member TEXT NOT NULL,
    handle INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    PRIMARY KEY (member, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX handle_meant_contact ON handle_meant (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE scheduled (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'reminder')),
    member TEXT NOT NULL,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    due_utc INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX scheduled_contact ON scheduled (contact_id, due_utc);
CREATE INDEX scheduled_due ON scheduled (due_utc);

CREATE TABLE win (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    created_utc INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX win_created ON win (created_at);
CREATE INDEX win_contact ON win (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE answered (
    id INTEGER PRIMARY KEY,
    waited_ms INTEGER NOT NULL CHECK (waited_ms >= 0),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX answered_created ON answered (created_at);

CREATE INDEX message_shown ON message (peer, created_at)
    WHERE direction = 'out' AND kind IN ('forward', 'alert') AND contact_id IS NOT NULL;
CREATE INDEX message_shown_as ON message (peer, handle, created_at)
    WHERE direction = 'out' AND kind IN ('forward', 'alert', 'answer') AND contact_id IS NOT NULL;
CREATE INDEX ledger_opt_out ON ledger (created_at) WHERE event = 'opt_out';
";

/// Times in which no call and no text could reach us ([`crate::store::spells`]).
const DEAF: &str = "
CREATE TABLE deaf (
    id INTEGER PRIMARY KEY,
    why TEXT NOT NULL CHECK (why <> ''),
    from_utc INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    until_utc INTEGER,
    until_at INTEGER,
    CHECK ((until_utc IS NULL) = (until_at IS NULL))
) STRICT;
CREATE INDEX deaf_open ON deaf (id) WHERE until_at IS NULL;
CREATE INDEX deaf_ended ON deaf (until_at) WHERE until_at IS NOT NULL;
";

/// How often a text to the owner went out again because nobody knew whether it had gone; tries that were refused are not among
/// these.
const REPEATS: &str = "
ALTER TABLE outbox ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0);
";

/// What finds the rows whose time has come ([`crate::store::retention`]).
const RETENTION: &str = "
CREATE INDEX held_contact ON held (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX undecodable_received ON undecodable (received_at);
";
/// Texts to missed callers by time, to anybody: how many a day.
const TEXT_BACKS: &str = "CREATE INDEX message_text_back ON message (created_at) WHERE kind = 'text_back';";

/// Fewer indices: every one that a row stands in is a page more that a commit writes to the card.
///
/// What is queued or under way is few rows at any time, and what went out within the governor's day is bounded by the governor,
/// so one index over each does for all questions about them. What is oldest in the journal, among the texts and among the
/// received PDUs is what has the smallest id; a call that has not ended is among the latest. Nothing refers from the journal to a
/// text but in passing.
const WEAR: &str = "
DROP INDEX outbox_queue;
DROP INDEX outbox_due;
DROP INDEX outbox_queued_to;
DROP INDEX outbox_open;
DROP INDEX outbox_doubt;
DROP INDEX outbox_awaits;
DROP INDEX outbox_sent;
DROP INDEX outbox_sent_to;
DROP INDEX outbox_sent_people;
CREATE INDEX outbox_live ON outbox (state, priority, id, not_before, recipient)
    WHERE state = 'queued' OR state = 'submitting';
CREATE INDEX outbox_sent ON outbox (submitted_at, recipient, audience) WHERE submitted_at IS NOT NULL;

DROP INDEX message_state;
CREATE INDEX message_troubled ON message (state) WHERE state = 'in_doubt' OR state = 'failed';
DROP INDEX message_body;
INSERT INTO setting (key, value)
    SELECT 'retention_words', min(id) - 1 FROM message WHERE text <> '' HAVING count(*) > 0;

-- A call that we hung up on is one that nobody answered.
DROP INDEX call_missed;
CREATE INDEX call_unanswered ON call (contact_id, ended_at) WHERE verdict <> 'answered';

DROP INDEX inbound_received;
DROP INDEX handle_short_used;
DROP INDEX call_open;
DROP INDEX call_ended;
CREATE INDEX call_ended ON call (ended_at) WHERE ended_at IS NOT NULL;
DROP INDEX call_contact;
CREATE INDEX call_contact ON call (contact_id, id) WHERE contact_id IS NOT NULL;

CREATE TABLE journal_new (
    id INTEGER PRIMARY KEY,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    call_id INTEGER REFERENCES call (id) ON DELETE CASCADE,
    message_id INTEGER,
    what TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
INSERT INTO journal_new (id, created_utc, offset_s, created_at, contact_id, call_id, message_id, what, why)
    SELECT id, created_utc, offset_s, created_at, contact_id, call_id, message_id, what, why FROM journal;
DROP TABLE journal;
ALTER TABLE journal_new RENAME TO journal;
CREATE INDEX journal_contact ON journal (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX journal_call ON journal (call_id, id) WHERE call_id IS NOT NULL;
";

/// How far whoever said the last time is trusted, so that a false one can be found out over a restart.
const CLOCK: &str = "
ALTER TABLE meta ADD COLUMN trust TEXT NOT NULL DEFAULT 'guess'
    CHECK (trust IN ('guess', 'service_centre', 'network', 'synchronised'));
";
