//! The consent ledger: who asked for texts, who asked for none, in whose words, and proof that nobody changed it since.
//!
//! A row of `ledger` never changes (triggers refuse it) and holds no number and no words, only their hashes, and the hash
//! of the row before it; so it can stay for years while the clear text beside it (`ledger_clear`) is erased by FORGET. Numbers
//! are hashed with this box's own key: a number can be looked up by whoever has the box, not by whoever has an export.
//!
//! What a row's hash covers, joined by line feeds: the hash before it, entry number, time, event, how, number hash, words
//! hash; each exactly as `textback export --csv` prints it. So an export can be checked with nothing but a SHA-256 tool.

use super::contacts::Contact;
use super::types::{Consent, How};
use super::{StoreError, Tx, digest, report};
use crate::clock::Steady;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::BTreeSet;
use std::time::Duration;

mod check;

pub use check::LedgerCheck;

/// What the first row names as the hash before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The ledger is kept this long (product.md §4); a trigger refuses to delete anything younger.
pub const KEPT: Duration = Duration::from_secs(5 * 366 * 24 * 3600);

/// What is remembered of a number by its hash, also when nothing else of it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Remembered {
    pub opted_out: bool,
    pub blocked: bool,
    pub friend: bool,
}

/// A row as the chain sees it.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    subject: String,
    event: String,
    how: String,
    words_hash: String,
    created_utc: i64,
    offset_s: i32,
    previous: String,
    hash: String,
}

impl Row {
    fn sealed(&self) -> String {
        let when = report::rfc3339_ms(self.created_utc, self.offset_s);
        let id = self.id.to_string();
        sha256(&[
            &self.previous,
            &id,
            &when,
            &self.event,
            &self.how,
            &self.subject,
            &self.words_hash,
        ])
    }
}

/// SHA-256 over the parts joined by line feeds, in hexadecimal.
fn sha256(parts: &[&str]) -> String {
    digest::sha256(&parts.join("\n"))
}

/// What stands for a number in the ledger.
pub(super) fn subject_of(key: &str, number: &str) -> String {
    sha256(&[key, "number", number])
}

fn words_hash_of(key: &str, words: &str) -> String {
    sha256(&[key, "words", words])
}

const KEY: &str = "SELECT key FROM ledger_key WHERE id = 1";
pub(super) const LAST: &str = "SELECT id, hash FROM ledger WHERE id = (SELECT max(id) FROM ledger)";
pub(super) const REMEMBERED: &str = "SELECT opted_out, blocked, friend FROM remembered WHERE subject = ?1";
pub(super) const OLDEST: &str = "SELECT id, created_at, hash FROM ledger WHERE id > 0 ORDER BY id LIMIT ?1";
/// Over everything that is kept, because FORGET is rare.
const CLEAR_OF: &str = "DELETE FROM ledger_clear WHERE number = ?1";

/// This box's key.
pub(super) fn key(conn: &Connection) -> Result<String, StoreError> {
    Ok(conn.prepare_cached(KEY)?.query_row([], |row| row.get(0))?)
}

/// Who is opted out, by hash.
pub(super) fn opted_out(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = conn.prepare("SELECT subject FROM remembered WHERE opted_out = 1")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An entry to be added, by hash.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewEntry<'a> {
    pub subject: &'a str,
    pub event: Consent,
    pub how: How,
    pub words_hash: &'a str,
    pub created_utc: i64,
    pub offset_s: i32,
    pub created_at: Steady,
}

/// Adds a row; its id and hash.
pub(super) fn add(conn: &Connection, new: &NewEntry<'_>) -> Result<(i64, String), StoreError> {
    let last: Option<(i64, String)> = conn
        .prepare_cached(LAST)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (before, previous) = match last {
        Some(last) => last,
        None => anchor(conn)?,
    };
    let mut row = Row {
        id: before + 1,
        subject: new.subject.to_owned(),
        event: new.event.as_str().to_owned(),
        how: new.how.as_str().to_owned(),
        words_hash: new.words_hash.to_owned(),
        created_utc: new.created_utc,
        offset_s: new.offset_s,
        previous,
        hash: String::new(),
    };
    row.hash = row.sealed();
    conn.prepare_cached(
        "INSERT INTO ledger (id, subject, event, how, words_hash, created_utc, offset_s, created_at, previous, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        row.id,
        row.subject,
        row.event,
        row.how,
        row.words_hash,
        row.created_utc,
        row.offset_s,
        new.created_at,
        row.previous,
        row.hash
    ])?;
    Ok((row.id, row.hash))
}

/// Keeps by hash who is opted out, blocked, a friend.
pub(super) fn remember(conn: &Connection, subject: &str, what: Remembered) -> Result<(), StoreError> {
    if what == Remembered::default() {
        conn.prepare_cached("DELETE FROM remembered WHERE subject = ?1")?
            .execute([subject])?;
    } else {
        conn.prepare_cached(
            "INSERT INTO remembered (subject, opted_out, blocked, friend) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subject) \
             DO UPDATE SET opted_out = excluded.opted_out, blocked = excluded.blocked, friend = excluded.friend",
        )?
        .execute(params![subject, what.opted_out, what.blocked, what.friend])?;
    }
    Ok(())
}

pub(super) fn remembered(conn: &Connection, subject: &str) -> Result<Remembered, StoreError> {
    let found = conn
        .prepare_cached(REMEMBERED)?
        .query_row([subject], |row| {
            Ok(Remembered {
                opted_out: row.get(0)?,
                blocked: row.get(1)?,
                friend: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The last row that was removed after its years: the chain goes on from its hash.
fn anchor(conn: &Connection) -> Result<(i64, String), StoreError> {
    Ok(
        conn.query_row("SELECT entry, hash FROM ledger_anchor WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?,
    )
}

/// Moves version 1's ledger, which held numbers and words in the clear, into the chained one.
pub(super) fn adopt_version_1(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let key = key(tx)?;
    let mut statement = tx.prepare("SELECT number, event, evidence, created_utc, offset_s FROM consent ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (number, words): (String, String) = (row.get(0)?, row.get(2)?);
        let event: Consent = row.get(1)?;
        let subject = subject_of(&key, &number);
        let new = NewEntry {
            subject: &subject,
            event,
            how: How::of(event),
            words_hash: &words_hash_of(&key, &words),
            created_utc: row.get(3)?,
            offset_s: row.get(4)?,
            // Version 1 kept no steady time: it counts as written now, so it stays longer rather than shorter.
            created_at: tx.query_row("SELECT steady FROM meta", [], |row| row.get(0))?,
        };
        let (entry, _) = add(tx, &new)?;
        tx.execute(
            "INSERT INTO ledger_clear (entry, number, words) VALUES (?1, ?2, ?3)",
            params![entry, number, words],
        )?;
    }
    let mut statement = tx.prepare("SELECT number FROM contact WHERE opted_out = 1")?;
    let numbers = statement.query_map([], |row| row.get::<_, String>(0))?;
    for number in numbers {
        let what = Remembered {
            opted_out: true,
            ..Remembered::default()
        };
        remember(tx, &subject_of(&key, &number?), what)?;
    }
    Ok(())
}

impl Tx<'_> {
    /// Adds an entry to the consent ledger, with the words it rests on. An opt-out or opt-in is in the second file, on the
    /// disk, before this transaction can commit.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn consent(&self, number: &str, event: Consent, words: &str) -> Result<(), StoreError> {
        let key = key(&self.conn)?;
        let subject = subject_of(&key, number);
        let wall = self.now.wall;
        let new = NewEntry {
            subject: &subject,
            event,
            how: How::of(event),
            words_hash: &words_hash_of(&key, words),
            created_utc: wall.utc_ms,
            offset_s: wall.offset_s,
            created_at: self.now.steady,
        };
        let (entry, hash) = add(&self.conn, &new)?;
        self.conn
            .prepare_cached("INSERT INTO ledger_clear (entry, number, words) VALUES (?1, ?2, ?3)")?
            .execute(params![entry, number, words])?;
        let out = match event {
            Consent::OptOut => true,
            Consent::OptIn => false,
            Consent::Called | Consent::Texted | Consent::Refused => return Ok(()),
        };
        let what = Remembered {
            opted_out: out,
            ..remembered(&self.conn, &subject)?
        };
        remember(&self.conn, &subject, what)?;
        self.beside.borrow_mut().push(super::optouts::Line {
            out,
            utc_ms: wall.utc_ms,
            offset_s: wall.offset_s,
            subject,
            ledger_hash: hash,
        });
        Ok(())
    }

    /// What is remembered of a number by its hash, for the contact that is being made of it. From then on the contact knows
    /// whether it is blocked or a friend; only the opt-out stays here too.
    pub(super) fn take_remembered(&self, number: &str) -> Result<Remembered, StoreError> {
        let subject = subject_of(&key(&self.conn)?, number);
        let found = remembered(&self.conn, &subject)?;
        if found.blocked || found.friend {
            let left = Remembered {
                opted_out: found.opted_out,
                ..Remembered::default()
            };
            remember(&self.conn, &subject, left)?;
        }
        Ok(found)
    }

    /// Erases number and words of a contact's entries; hashes stay, and with them who is opted out, blocked, a friend.
    pub(super) fn forget_in_ledger(&self, contact: &Contact) -> Result<(), StoreError> {
        let subject = subject_of(&key(&self.conn)?, &contact.number);
        self.conn.prepare_cached(CLEAR_OF)?.execute([&contact.number])?;
        let what = Remembered {
            opted_out: contact.opted_out,
            blocked: contact.blocked,
            friend: contact.friend,
        };
        remember(&self.conn, &subject, what)
    }

    /// Removes entries from before `before` that are older than [`KEPT`], oldest first, at most `limit`. Who is opted out stays
    /// so.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn retire_ledger(&self, before: Steady, limit: u32) -> Result<usize, StoreError> {
        let oldest: Vec<(i64, Steady, String)> = self
            .conn
            .prepare_cached(OLDEST)?
            .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        // The table goes by the time of the transaction before; asked for more, it would refuse all.
        let steady: Steady = self.conn.query_row("SELECT steady FROM meta", [], |row| row.get(0))?;
        let before = before.min(steady.minus(KEPT));
        // From the front only: a hole in the chain would be a break.
        let old: Vec<_> = oldest.into_iter().take_while(|(_, at, _)| *at < before).collect();
        let Some((last, _, hash)) = old.last() else {
            return Ok(0);
        };
        self.conn
            .prepare_cached("UPDATE ledger_anchor SET entry = ?1, hash = ?2 WHERE id = 1")?
            .execute(params![last, hash])?;
        self.conn
            .prepare_cached("DELETE FROM ledger_clear WHERE entry <= ?1")?
            .execute([last])?;
        Ok(self
            .conn
            .prepare_cached("DELETE FROM ledger WHERE id <= ?1")?
            .execute([last])?)
    }
}

#[cfg(test)]
mod tests;
