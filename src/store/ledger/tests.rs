//! The ledger grows, holds together, forgets what it must, and tells when somebody was at it.

use super::super::Store;
use super::super::generate::noon;
use super::*;
use sha2::{Digest, Sha256};

const DAVE: &str = "+15125551234";

/// Three entries in a database on a file.
fn three() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("t.db")).unwrap();
    store
        .transact(noon(), |tx| {
            tx.contact_or_new(DAVE)?;
            tx.consent(DAVE, Consent::Called, "they called")?;
            tx.consent(DAVE, Consent::OptOut, "Stop. Thank you")?;
            tx.consent("+15125555678", Consent::OptOut, "STOP")
        })
        .unwrap();
    (folder, store)
}

/// Somebody with a database tool and no scruples.
fn tamper(store: &Store, sql: &str) {
    let conn = store.conn();
    conn.execute_batch(
        "DROP TRIGGER ledger_never_changes; DROP TRIGGER ledger_never_shrinks; DROP TRIGGER ledger_is_never_replaced",
    )
    .unwrap();
    conn.execute_batch(sql).unwrap();
}

fn broken_at(store: &Store) -> Option<i64> {
    match store.check_ledger().unwrap() {
        LedgerCheck::Intact { .. } => None,
        LedgerCheck::Broken { entry, .. } => Some(entry),
    }
}

#[test]
fn the_ledger_can_only_grow() {
    let (_folder, store) = three();
    for sql in [
        "UPDATE ledger SET event = 'opt_in' WHERE id = 2",
        "DELETE FROM ledger WHERE id = 1",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE id = 2",
    ] {
        let refused = store.conn().execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(broken_at(&store), None);
}

#[test]
fn every_way_of_changing_it_is_found_with_the_entry() {
    for (sql, entry) in [
        ("UPDATE ledger SET event = 'opt_in' WHERE id = 2", 2),
        ("UPDATE ledger SET created_utc = created_utc + 1 WHERE id = 3", 3),
        ("UPDATE ledger SET subject = 'x' WHERE id = 1", 1),
        ("DELETE FROM ledger WHERE id = 1", 1),
        ("DELETE FROM ledger WHERE id = 2", 2),
        // The end can be cut off without breaking a link; the opt-out file knows better.
        ("DELETE FROM ledger WHERE id = 3", 3),
        ("UPDATE ledger_clear SET words = 'Yes please' WHERE entry = 2", 2),
        ("UPDATE ledger_clear SET number = '+15125550000' WHERE entry = 1", 1),
    ] {
        let (_folder, store) = three();
        assert_eq!(broken_at(&store), None);
        tamper(&store, sql);
        assert_eq!(broken_at(&store), Some(entry), "{sql}");
    }
}

#[test]
fn forgetting_erases_number_and_words_and_keeps_the_chain_and_the_opt_out() {
    let (_folder, mut store) = three();
    store
        .transact(noon(), |tx| {
            let mut dave = tx.contact(DAVE)?.unwrap();
            dave.opted_out = true;
            dave.blocked = true;
            tx.forget(&dave)
        })
        .unwrap();
    let clear: i64 = store
        .conn()
        .query_row("SELECT count(*) FROM ledger_clear WHERE number = ?1", [DAVE], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(clear, 0);
    let LedgerCheck::Intact { entries, erased, .. } = store.check_ledger().unwrap() else {
        panic!("broken by FORGET")
    };
    assert_eq!((entries, erased), (3, 2));
    store
        .transact(noon(), |tx| {
            assert_eq!(tx.contact(DAVE)?, None, "no row keeps the number");
            let mut again = tx.contact_or_new(DAVE)?;
            assert!(again.opted_out && again.blocked);
            again.blocked = false;
            tx.save_contact(&again)?;
            tx.conn.execute("DELETE FROM contact", [])?;
            let again = tx.contact_or_new(DAVE)?;
            assert!(
                again.opted_out && !again.blocked,
                "UNBLOCK is not undone by an old memory"
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn entries_go_after_five_years_from_the_front_and_the_chain_goes_on() {
    let (_folder, mut store) = three();
    let mut later = noon();
    later.steady = later.steady.plus(KEPT);
    store
        .transact(later, |tx| {
            assert_eq!(tx.retire_ledger(Steady(i64::MAX), 10)?, 0, "too young");
            Ok(())
        })
        .unwrap();
    later.steady = later.steady.plus(Duration::from_secs(3600));
    store.transact(later, |_| Ok(())).unwrap();
    store
        .transact(later, |tx| {
            let before = later.steady.minus(KEPT);
            assert_eq!(tx.retire_ledger(before, 2)?, 2);
            assert_eq!(tx.retire_ledger(before, 2)?, 1);
            assert_eq!(tx.retire_ledger(before, 2)?, 0);
            tx.consent(DAVE, Consent::Refused, "the owner's text was not sent")?;
            assert!(tx.contact_or_new("+15125555678")?.opted_out, "an opt-out has no end");
            Ok(())
        })
        .unwrap();
    assert_eq!(broken_at(&store), None);
    let id: i64 = store
        .conn()
        .query_row("SELECT id FROM ledger", [], |row| row.get(0))
        .unwrap();
    assert_eq!(id, 4);
}

#[test]
fn an_export_can_be_checked_with_a_hash_tool_alone() {
    let (_folder, store) = three();
    let mut previous = GENESIS.to_owned();
    let check = |row: report::ConsentRecord| -> Result<(), StoreError> {
        assert_eq!(row.previous_hash, previous);
        let covered = [
            row.previous_hash.as_str(),
            &row.entry.to_string(),
            &row.when,
            row.event.as_str(),
            row.how.as_str(),
            &row.number_hash,
            &row.words_hash,
        ]
        .join("\n");
        let hash: String = Sha256::digest(covered)
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect();
        assert_eq!(row.hash, hash);
        assert!(row.when.starts_with("2026-07-21T12:00:00.000-05:00"), "{}", row.when);
        previous = row.hash;
        Ok(())
    };
    store.each_consent(check).unwrap();
}
