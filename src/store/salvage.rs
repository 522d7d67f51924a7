//! What a damaged database still gives: settings, and whom we know. Each table is read as far as it lets; what is queued or in
//! flight is left, because nobody could say what of it has gone.

use super::ledger::{self, Remembered};
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;

/// Rows taken over of one table, at most.
const ROWS_MAX: u32 = 1_000_000;

/// Copies what can be read of `aside` into the new database; how many rows. Never fails: less is salvaged.
pub(super) fn from(aside: &Path, new: &mut Connection) -> usize {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(old) = Connection::open_with_flags(aside, flags) else {
        return 0;
    };
    let Ok(tx) = new.transaction() else { return 0 };
    let rows = settings(&old, &tx) + time(&old, &tx) + hashes(&old, &tx) + contacts(&old, &tx);
    if tx.commit().is_ok() { rows } else { 0 }
}

/// Not how far the housekeeping had come: the new database counts its rows from one.
fn settings(old: &Connection, new: &Connection) -> usize {
    let copy = || -> rusqlite::Result<usize> {
        let mut statement = old.prepare("SELECT key, value FROM setting WHERE key NOT GLOB 'retention_*' LIMIT ?1")?;
        let rows = statement.query_map([ROWS_MAX], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut count = 0;
        for row in rows.map_while(Result::ok) {
            count += new.execute(
                "INSERT OR IGNORE INTO setting (key, value) VALUES (?1, ?2)",
                params![row.0, row.1],
            )?;
        }
        Ok(count)
    };
    copy().unwrap_or(0)
}

/// The clocks go on from where they were. Not counted as rows.
fn time(old: &Connection, new: &Connection) -> usize {
    let read = old.query_row("SELECT steady, utc, offset_s FROM meta", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i32>(2)?))
    });
    if let Ok((steady, utc, offset_s)) = read {
        // Without it the clocks begin anew; nothing else depends on it.
        let _ = new.execute(
            "UPDATE meta SET steady = max(steady, ?1), utc = max(utc, ?2), offset_s = ?3",
            params![steady, utc, offset_s],
        );
    }
    0
}

/// Who is remembered only by hash: opted out, blocked or a friend, and forgotten since. Hashes made with another key say nothing.
fn hashes(old: &Connection, new: &Connection) -> usize {
    let copy = || -> Result<usize, super::StoreError> {
        if ledger::key(old)? != ledger::key(new)? {
            return Ok(0);
        }
        let mut statement = old.prepare("SELECT subject, opted_out, blocked, friend FROM remembered LIMIT ?1")?;
        let mut rows = statement.query([ROWS_MAX])?;
        let mut count = 0;
        while let Ok(Some(row)) = rows.next() {
            let Ok(subject) = row.get::<_, String>(0) else { break };
            let known = ledger::remembered(new, &subject)?;
            let what = Remembered {
                opted_out: known.opted_out || row.get(1)?,
                blocked: known.blocked || row.get(2)?,
                friend: known.friend || row.get(3)?,
            };
            ledger::remember(new, &subject, what)?;
            count += 1;
        }
        Ok(count)
    };
    copy().unwrap_or(0)
}

fn contacts(old: &Connection, new: &Connection) -> usize {
    let copy = || -> rusqlite::Result<usize> {
        let mut statement = old.prepare(
            "SELECT number, name, blocked, friend, opted_out, stop_line_at, human_at, heard_at, landline_until, \
             created_utc, frozen, robot_told FROM contact LIMIT ?1",
        )?;
        let mut rows = statement.query([ROWS_MAX])?;
        let mut count = 0;
        while let Ok(Some(row)) = rows.next() {
            let Ok(number) = row.get::<_, String>(0) else { break };
            count += new.execute(
                "INSERT OR IGNORE INTO contact (number, name, blocked, friend, opted_out, stop_line_at, human_at, \
                 heard_at, landline_until, created_utc, frozen, robot_told) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    number,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, i64>(3)?,
                    row.get::<_, i64>(4)?,
                    row.get::<_, Option<i64>>(5)?,
                    row.get::<_, Option<i64>>(6)?,
                    row.get::<_, Option<i64>>(7)?,
                    row.get::<_, Option<i64>>(8)?,
                    row.get::<_, i64>(9)?,
                    row.get::<_, Option<String>>(10)?,
                    row.get::<_, i64>(11)?,
                ],
            )?;
        }
        Ok(count)
    };
    let count = copy().unwrap_or(0);
    // An opt-out that only the damaged database knew is believed, and one that only the opt-out file knew is set here.
    let settle = || -> Result<(), super::StoreError> {
        let key = ledger::key(new)?;
        for (id, number) in super::contacts::numbers(new)? {
            let subject = ledger::subject_of(&key, &number);
            let by_file = ledger::remembered(new, &subject)?.opted_out;
            let by_row: bool =
                new.query_row("SELECT opted_out FROM contact WHERE id = ?1", params![id], |r| r.get(0))?;
            if by_row && !by_file {
                let what = Remembered {
                    opted_out: true,
                    ..Remembered::default()
                };
                ledger::remember(new, &subject, what)?;
            } else if by_file && !by_row {
                new.execute("UPDATE contact SET opted_out = 1 WHERE id = ?1", params![id])?;
            }
        }
        Ok(())
    };
    // Without it the opt-out still counts by its hash whenever a contact is made anew.
    let _ = settle();
    count
}
