//! Version 2, in pieces: one for each subject, applied in order in one transaction.
//!
//! Foreign keys are off while a migration runs (and checked before it commits), so a table is rebuilt as SQLite wants it:
//! make the new one under another name, copy, drop the old one, rename.

use super::Piece;

/// Everything version 2 adds. A new subject is a new piece at the end.
pub(super) const PIECES: &[Piece] = &[Piece::Sql(TIMERS), Piece::Sql(UNDO)];

/// Timer kinds are words of [`crate::store::types::TimerKind`] only. The list in the table would have to be rebuilt with
/// every new kind, and guards against nobody: no other program writes here.
const TIMERS: &str = "
CREATE TABLE timer_new (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    due INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    UNIQUE (kind, subject)
) STRICT;
INSERT INTO timer_new (id, kind, due, subject) SELECT id, kind, due, subject FROM timer;
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
