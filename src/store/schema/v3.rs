//! Version 3: fewer pages a commit. Every index that a row stands in is a page more that goes to the card, and two when it splits.

use super::Piece;

pub(super) const PIECES: &[Piece] = &[
    Piece::Sql(LEDGER),
    Piece::Sql(MESSAGES),
    Piece::Sql(HANDLES),
    Piece::Sql(CALLS),
    Piece::Sql(JOURNAL),
];

/// Hashes come in any order, so every entry goes to a page of its own, which soon splits. The beginning of a hash tells one from
/// the other almost always, and a page holds six times as many.
const LEDGER: &str = "
DROP INDEX ledger_subject;
CREATE INDEX ledger_subject ON ledger (substr(subject, 1, 8));
";

/// What the box texts callers by itself is counted within a day: some hundreds, so one index by time does for one caller and for all.
/// When a caller was last texted is asked of their calls.
const MESSAGES: &str = "
DROP INDEX message_text_back;
DROP INDEX message_automatic;
CREATE INDEX message_automatic ON message (created_at, contact_id, kind) WHERE automatic = 1;
";

/// There are 987 handles at most.
const HANDLES: &str = "
DROP INDEX handle_used;
";

/// A key of this run of the program is that of one of the latest calls; so are a caller's calls of a day. A call and the text for
/// it are kept equally long, so nothing need be undone in the one when the other goes: no reference that is kept, no index for it.
const CALLS: &str = "
CREATE TABLE call_new (
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
    message_id INTEGER,
    CHECK ((verdict IS NULL) = (ended_utc IS NULL)),
    CHECK ((verdict IS NULL) = (ended_at IS NULL))
) STRICT;
INSERT INTO call_new (id, run_key, started_utc, started_at, offset_s, ended_utc, ended_at, rings, ring_ms, line, caller, contact_id,
        verdict, evidence, cause, decision, reason, message_id)
    SELECT id, run_key, started_utc, started_at, offset_s, ended_utc, ended_at, rings, ring_ms, line, caller, contact_id,
        verdict, evidence, cause, decision, reason, message_id FROM call;
DROP TABLE call;
ALTER TABLE call_new RENAME TO call;
CREATE INDEX call_contact ON call (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX call_ended ON call (ended_at) WHERE ended_at IS NOT NULL;
";

/// What is said of a caller's call is found by the caller; only calls without one need an index of their own. The journal goes long
/// before the calls, so nothing need go from it with one.
const JOURNAL: &str = "
CREATE TABLE journal_new (
    id INTEGER PRIMARY KEY,
    created_utc INTEGER NOT NULL,
    offset_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    call_id INTEGER,
    message_id INTEGER,
    what TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
INSERT INTO journal_new (id, created_utc, offset_s, created_at, contact_id, call_id, message_id, what, why)
    SELECT id, created_utc, offset_s, created_at, contact_id, call_id, message_id, what, why FROM journal;
DROP TABLE journal;
ALTER TABLE journal_new RENAME TO journal;
CREATE INDEX journal_contact ON journal (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX journal_call ON journal (call_id, id) WHERE call_id IS NOT NULL AND contact_id IS NULL;
";
