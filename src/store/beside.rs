//! Keeps the database and the opt-out file beside it ([`super::optouts`]) of one mind.

use super::ledger::{self, NewEntry, Remembered};
use super::optouts::{self, Contents, Line};
use super::types::{Consent, How};
use super::{StoreError, contacts};
use crate::clock::Steady;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name when it turns out to belong to another box.
const OF_ANOTHER: &str = "optouts.other";

/// Stands in a line whose entry has left the ledger after its years.
const NO_ENTRY: &str = "-";

/// What the file knew and the database did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Opt-outs taken over into the database.
    pub restored: usize,
    /// Torn or damaged lines that were left out.
    pub damaged: usize,
    /// The file was made by another box (or its key is lost): it was put aside, not used.
    pub foreign: bool,
}

/// Who is opted out, each with the last entry that says so. The index of such entries is over the beginning of the hash only.
pub(super) const LATEST: &str = "SELECT r.subject, l.created_utc, l.offset_s, l.hash FROM remembered r LEFT JOIN ledger l ON l.id = \
     (SELECT max(id) FROM ledger WHERE substr(subject, 1, 8) = substr(r.subject, 1, 8) AND subject = r.subject \
     AND event IN ('opt_out', 'opt_in') AND event = 'opt_out') WHERE r.opted_out = 1";
pub(super) const LAST_WISH: &str = "SELECT created_utc FROM ledger WHERE substr(subject, 1, 8) = substr(?1, 1, 8) AND subject = ?1 \
     AND event IN ('opt_out', 'opt_in') ORDER BY id DESC LIMIT 1";
pub(super) const ON_RECORD: &str = "SELECT EXISTS (SELECT 1 FROM ledger WHERE substr(subject, 1, 8) = substr(?1, 1, 8) \
     AND subject = ?1 AND event IN ('opt_out', 'opt_in') AND hash = ?2)";

/// Writes the file anew from the database, also from within a transaction that isn't committed yet.
pub(super) fn write(conn: &Connection, database: &Path) -> Result<(), StoreError> {
    let mut statement = conn.prepare(LATEST)?;
    let rows = statement.query_map([], |row| {
        Ok(Line {
            out: true,
            subject: row.get(0)?,
            utc_ms: row.get::<_, Option<i64>>(1)?.unwrap_or(0),
            offset_s: row.get::<_, Option<i32>>(2)?.unwrap_or(0),
            ledger_hash: row.get::<_, Option<String>>(3)?.unwrap_or_else(|| NO_ENTRY.to_owned()),
        })
    })?;
    let lines: Vec<Line> = rows.collect::<Result<_, _>>()?;
    let key = ledger::key(conn)?;
    optouts::rewrite(&optouts::beside(database), &key, lines.iter()).map_err(StoreError::OptOutFile)
}

/// Adds lines to the file before the transaction they belong to commits; makes the file if it is gone.
pub(super) fn append(conn: &Connection, database: &Path, lines: &[Line]) -> Result<(), StoreError> {
    match optouts::append(&optouts::beside(database), lines) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => write(conn, database),
        result => result.map_err(StoreError::OptOutFile),
    }
}

/// At the start: takes over what only the file knows, and writes the file anew where it lacks something.
pub(super) fn reconcile(conn: &mut Connection, database: &Path) -> Result<Reconciled, StoreError> {
    let path = optouts::beside(database);
    let mut contents = optouts::read(&path).map_err(StoreError::OptOutFile)?;
    let mut done = Reconciled {
        damaged: contents.damaged,
        ..Reconciled::default()
    };
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut key = ledger::key(&tx)?;
    let fresh: bool = tx.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM ledger) AND NOT EXISTS (SELECT 1 FROM remembered) AND \
         (SELECT entry FROM ledger_anchor) = 0",
        [],
        |row| row.get(0),
    )?;
    match &contents.key {
        Some(theirs) if *theirs == key => {}
        Some(theirs) if fresh => {
            tx.execute("UPDATE ledger_key SET key = ?1", [theirs])?;
            key.clone_from(theirs);
        }
        None if contents.latest.is_empty() => {}
        // The key lines are damaged, but a database with a past knows the key that its file was made with.
        None if !fresh => {}
        Some(_) | None => {
            std::fs::rename(&path, database.with_extension(OF_ANOTHER)).map_err(StoreError::OptOutFile)?;
            contents = Contents::default();
            done.foreign = true;
        }
    }
    let missing = missing(&tx, &contents)?;
    done.restored = missing.len();
    restore(&tx, &key, &missing)?;
    let known = ledger::opted_out(&tx)?;
    tx.commit()?;
    let complete = known
        .iter()
        .all(|subject| contents.latest.get(subject).is_some_and(|line| line.out));
    if !complete
        || contents.key.is_none()
        || done.restored > 0
        || done.damaged > 0
        || contents.lines > optouts::LINES_MAX
    {
        write(conn, database)?;
    }
    Ok(done)
}

/// Who is opted out by the file and not by the database, unless the database has heard from them later; and opt-outs of whose
/// entry the ledger knows nothing (the power went between file and database, or somebody cut the ledger off).
fn missing<'c>(conn: &Connection, contents: &'c Contents) -> Result<Vec<&'c Line>, StoreError> {
    let known = ledger::opted_out(conn)?;
    let mut latest = conn.prepare(LAST_WISH)?;
    let mut entry = conn.prepare(ON_RECORD)?;
    let mut missing = Vec::new();
    for line in contents.latest.values().filter(|line| line.out) {
        let lacks = if known.contains(&line.subject) {
            let on_record: bool = entry.query_row([&line.subject, &line.ledger_hash], |row| row.get(0))?;
            !on_record && line.ledger_hash != NO_ENTRY
        } else {
            let heard: Option<i64> = latest.query_row([&line.subject], |row| row.get(0)).optional()?;
            heard.is_none_or(|utc_ms| utc_ms < line.utc_ms)
        };
        if lacks {
            missing.push(line);
        }
    }
    Ok(missing)
}

fn restore(conn: &Connection, key: &str, lines: &[&Line]) -> Result<(), StoreError> {
    let Some(last_utc_ms) = lines.iter().map(|line| line.utc_ms).max() else {
        return Ok(());
    };
    // A new database begins no earlier than the last thing known to have happened.
    conn.execute("UPDATE meta SET utc = max(utc, ?1)", [last_utc_ms])?;
    let created_at: Steady = conn.query_row("SELECT steady FROM meta", [], |row| row.get(0))?;
    let mut numbers: BTreeMap<&str, ()> = BTreeMap::new();
    for line in lines {
        let new = NewEntry {
            subject: &line.subject,
            event: Consent::OptOut,
            how: How::Restored,
            words_hash: ledger::GENESIS,
            created_utc: line.utc_ms,
            offset_s: line.offset_s,
            created_at,
        };
        ledger::add(conn, &new)?;
        let what = Remembered {
            opted_out: true,
            ..ledger::remembered(conn, &line.subject)?
        };
        ledger::remember(conn, &line.subject, what)?;
        numbers.insert(&line.subject, ());
    }
    // The file knows no numbers; a contact on record is found by hashing all of them. Only after a loss, never in daily work.
    for (id, number) in contacts::numbers(conn)? {
        if numbers.contains_key(ledger::subject_of(key, &number).as_str()) {
            conn.execute("UPDATE contact SET opted_out = 1 WHERE id = ?1", params![id])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::generate::noon;
    use super::super::{Store, ledger::LedgerCheck};
    use super::*;
    use std::path::PathBuf;

    const DAVE: &str = "+15125551234";
    const ANNA: &str = "+15125555678";

    /// Dave and Anna opted out, Anna in again.
    fn two() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open(&path).unwrap();
        store
            .transact(noon(), |tx| {
                tx.consent(DAVE, Consent::OptOut, "STOP")?;
                tx.consent(ANNA, Consent::OptOut, "STOP")?;
                tx.consent(ANNA, Consent::OptIn, "START")
            })
            .unwrap();
        (folder, path)
    }

    fn remove_database(path: &Path) {
        for name in ["t.db", "t.db-wal", "t.db-shm"] {
            // The log and its index may have gone with the last connection.
            let _ = std::fs::remove_file(path.with_file_name(name));
        }
    }

    #[track_caller]
    fn only_dave_is_out(store: &mut Store) {
        let outs = store
            .transact(noon(), |tx| {
                Ok((tx.contact_or_new(DAVE)?.opted_out, tx.contact_or_new(ANNA)?.opted_out))
            })
            .unwrap();
        assert_eq!(outs, (true, false));
        let check = store.check_ledger().unwrap();
        assert!(matches!(check, LedgerCheck::Intact { .. }), "{check}");
    }

    #[test]
    fn opt_outs_outlive_the_database() {
        let (_folder, path) = two();
        for _ in 0..2 {
            remove_database(&path);
            let mut store = Store::open(&path).unwrap();
            only_dave_is_out(&mut store);
            assert!(
                store.last_time().unwrap().utc_ms >= noon().wall.utc_ms,
                "records don't begin before it"
            );
        }
    }

    /// A database whose last transaction is gone, and the file beside it that has it.
    fn without_its_last(
        work: impl FnOnce(&crate::store::Tx<'_>) -> Result<(), StoreError>,
    ) -> (tempfile::TempDir, PathBuf) {
        let (folder, path) = two();
        let before = folder.path().join("before.db");
        std::fs::copy(&path, &before).unwrap();
        let mut store = Store::open(&path).unwrap();
        store.transact(noon(), work).unwrap();
        drop(store);
        remove_database(&path);
        std::fs::copy(&before, &path).unwrap();
        (folder, path)
    }

    #[test]
    fn a_database_that_lost_its_last_transactions_gets_the_opt_out_back() {
        let (_folder, path) = without_its_last(|tx| {
            let late = "+15125559999";
            tx.contact_or_new(late)?;
            tx.consent(late, Consent::OptOut, "STOP")
        });
        let mut store = Store::open(&path).unwrap();
        store
            .transact(noon(), |tx| {
                assert!(tx.contact_or_new("+15125559999")?.opted_out);
                Ok(())
            })
            .unwrap();
        only_dave_is_out(&mut store);
    }

    #[test]
    fn a_second_opt_out_that_only_the_file_knows_is_put_on_record_though_the_first_holds() {
        let (_folder, path) = without_its_last(|tx| {
            tx.consent(DAVE, Consent::OptIn, "START")?;
            tx.consent(DAVE, Consent::OptOut, "STOP!")
        });
        let mut store = Store::open(&path).unwrap();
        only_dave_is_out(&mut store);
        let restored = "SELECT count(*) FROM ledger WHERE how = 'restored'";
        let count = |store: &Store| store.conn().query_row(restored, [], |row| row.get::<_, i64>(0));
        assert_eq!(count(&store).unwrap(), 1);
        drop(store);
        let store = Store::open(&path).unwrap();
        assert_eq!(count(&store).unwrap(), 1, "and once");
    }

    #[test]
    fn a_lost_or_damaged_file_is_written_anew_from_the_database() {
        let (_folder, path) = two();
        let file = optouts::beside(&path);
        let whole = std::fs::read(&file).unwrap();
        let damages: [&dyn Fn(); 3] = [
            &|| std::fs::remove_file(&file).unwrap(),
            &|| std::fs::write(&file, vec![b'x'; 4000]).unwrap(),
            &|| std::fs::write(&file, &whole[..whole.len() / 2]).unwrap(),
        ];
        for damage in damages {
            damage();
            drop(Store::open(&path).unwrap());
            remove_database(&path);
            only_dave_is_out(&mut Store::open(&path).unwrap());
        }
    }

    #[test]
    fn a_file_that_vanishes_at_work_is_made_again_with_everybody_in_it() {
        let (_folder, path) = two();
        let mut store = Store::open(&path).unwrap();
        std::fs::remove_file(optouts::beside(&path)).unwrap();
        store
            .transact(noon(), |tx| tx.consent(ANNA, Consent::OptOut, "STOP"))
            .unwrap();
        let contents = optouts::read(&optouts::beside(&path)).unwrap();
        assert_eq!(contents.latest.len(), 2);
    }

    #[test]
    fn an_opt_out_that_cannot_be_written_beside_is_not_recorded_at_all() {
        let (_folder, path) = two();
        let mut store = Store::open(&path).unwrap();
        let file = optouts::beside(&path);
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        let refused = store.transact(noon(), |tx| tx.consent(ANNA, Consent::OptOut, "STOP"));
        assert!(matches!(refused, Err(StoreError::OptOutFile(_))), "{refused:?}");
        std::fs::remove_dir(&file).unwrap();
        only_dave_is_out(&mut store);
    }

    #[test]
    fn a_cut_off_ledger_does_not_look_whole_after_a_restart() {
        let (_folder, path) = two();
        let store = Store::open(&path).unwrap();
        store
            .conn()
            .execute_batch("DROP TRIGGER ledger_never_shrinks; DELETE FROM ledger_clear; DELETE FROM ledger")
            .unwrap();
        drop(store);
        let store = Store::open(&path).unwrap();
        let how: String = store
            .conn()
            .query_row("SELECT how FROM ledger WHERE id = 1", [], |row| row.get(0))
            .unwrap();
        assert_eq!(how, "restored");
    }

    #[test]
    fn the_file_of_another_box_is_put_aside_and_nobody_is_opted_out_by_it() {
        let (_folder, path) = two();
        let (_other, theirs) = two();
        std::fs::copy(optouts::beside(&theirs), optouts::beside(&path)).unwrap();
        only_dave_is_out(&mut Store::open(&path).unwrap());
        assert!(path.with_extension(OF_ANOTHER).exists());
    }

    #[test]
    fn the_file_is_written_anew_when_it_has_grown() {
        let (_folder, path) = two();
        let mut store = Store::open(&path).unwrap();
        let line = |index| Line {
            out: index % 2 == 0,
            utc_ms: noon().wall.utc_ms,
            offset_s: 0,
            subject: "x".repeat(64),
            ledger_hash: "-".to_owned(),
        };
        let lines: Vec<Line> = (1..=optouts::LINES_MAX).map(line).rev().collect();
        optouts::append(&optouts::beside(&path), &lines).unwrap();
        only_dave_is_out(&mut store);
        drop(store);
        only_dave_is_out(&mut Store::open(&path).unwrap());
        assert!(optouts::read(&optouts::beside(&path)).unwrap().lines < 10);
    }
}
