//! What is kept for how long, and how it goes: some rows at a time, never one long transaction, so that no caller waits for the
//! housekeeping. Freed pages are used again, so the file stops growing when what comes in a day equals what goes.
//!
//! | what | kept |
//! |---|---|
//! | words of texts, outgoing and incoming PDUs, the journal | [`BODIES`] |
//! | PDUs nobody could read | [`BODIES`], and never more than [`UNREADABLE_MAX`] |
//! | calls, texts without their words, figures for the digest | [`RECORDS`] |
//! | callers without a name or mark, of whom nothing else is left | [`RECORDS`] |
//! | the consent ledger | [`ledger::KEPT`] |
//! | who opted out, is blocked, is a friend (by hash) | for ever |

use super::contacts::MORE_FROM;
use super::{StoreError, Tx, ledger};
use crate::clock::Steady;
use rusqlite::params;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// What people wrote (product.md §4).
pub const BODIES: Duration = Duration::from_secs(90 * DAY.as_secs());
/// That it happened. More than a year, so that a year can be looked at whole.
pub const RECORDS: Duration = Duration::from_secs(400 * DAY.as_secs());
/// PDUs nobody could read, kept for whoever looks into it; a flood of them must not fill the disk.
pub const UNREADABLE_MAX: i64 = 5000;
/// Rows of each kind that go in one transaction.
pub const STEP_ROWS: u32 = 100;

/// Where the walk over the contacts stands.
const CONTACTS_SEEN: &str = "retention_contact";

/// Up to which text all is emptied, and up to which all is gone, but for what was still to go then.
const WORDS_SEEN: &str = "retention_words";
const TEXTS_SEEN: &str = "retention_text";

/// Ids grow with time, so the oldest stand first and no index by time is needed.
pub(super) const NEXT_TEXTS: &str =
    "SELECT id, state IN ('queued', 'submitting'), created_at FROM message WHERE id > ?1 ORDER BY id LIMIT ?2";
pub(super) const OLD_PARTS: &str =
    "DELETE FROM inbound_part WHERE id < (SELECT min(id) FROM inbound_part) + ?2 AND received_at < ?1";
pub(super) const OLD_JOURNAL: &str =
    "DELETE FROM journal WHERE id < (SELECT min(id) FROM journal) + ?2 AND created_at < ?1";
pub(super) const OLD_UNREADABLE: &str = "DELETE FROM undecodable WHERE id IN \
     (SELECT id FROM undecodable WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";
pub(super) const TOO_MANY_UNREADABLE: &str = "DELETE FROM undecodable WHERE id IN \
     (SELECT id FROM undecodable WHERE id <= (SELECT max(id) FROM undecodable) - ?1 ORDER BY id LIMIT ?2)";
pub(super) const OLD_CALLS: &str = "DELETE FROM call WHERE id IN \
     (SELECT id FROM call WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
pub(super) const OLD_WINS: &str =
    "DELETE FROM win WHERE id IN (SELECT id FROM win WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
pub(super) const OLD_ANSWERED: &str =
    "DELETE FROM answered WHERE id IN (SELECT id FROM answered WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
pub(super) const NEXT_CONTACTS: &str = "SELECT id FROM contact WHERE id > ?1 ORDER BY id LIMIT ?2";
/// Nothing is left of them, nobody marked them, and no conversation, claim or errand needs them.
pub(super) const FADED: &str = "DELETE FROM contact WHERE id = ?1 AND created_utc < ?2 AND name IS NULL AND blocked = 0 \
     AND friend = 0 AND waiting = 0 \
     AND NOT EXISTS (SELECT 1 FROM call WHERE contact_id = ?1) AND NOT EXISTS (SELECT 1 FROM message WHERE contact_id = ?1) \
     AND NOT EXISTS (SELECT 1 FROM scheduled WHERE contact_id = ?1)";

impl Tx<'_> {
    /// One step of the housekeeping. How many rows went or were emptied; fewer than [`STEP_ROWS`] of each kind and zero once
    /// nothing is left to do.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn retire(&self) -> Result<usize, StoreError> {
        let now = self.now.steady;
        let (bodies, records) = (now.minus(BODIES), now.minus(RECORDS));
        let mut gone = self.empty_texts(bodies)?;
        for (sql, before) in [
            (OLD_PARTS, bodies),
            (OLD_JOURNAL, bodies),
            (OLD_UNREADABLE, bodies),
            (TOO_MANY_UNREADABLE, Steady(UNREADABLE_MAX)),
            (OLD_CALLS, records),
            (OLD_WINS, records),
            (OLD_ANSWERED, records),
        ] {
            gone += self.conn.prepare_cached(sql)?.execute(params![before, STEP_ROWS])?;
        }
        gone += self.retire_texts(records)?;
        gone += self.retire_contacts()?;
        gone += self.retire_ledger(now.minus(ledger::KEPT), STEP_ROWS)?;
        Ok(gone)
    }

    /// The words of old texts and the PDUs that carried them. A text that is still to go keeps both.
    fn empty_texts(&self, before: Steady) -> Result<usize, StoreError> {
        self.walk_texts(WORDS_SEEN, before, |id| {
            self.conn
                .prepare_cached("DELETE FROM outbox WHERE message_id = ?1 AND state NOT IN ('queued', 'submitting')")?
                .execute([id])?;
            self.conn
                .prepare_cached("UPDATE message SET text = '' WHERE id = ?1 AND text <> ''")?
                .execute([id])?;
            Ok(())
        })
    }

    /// That there was such a text.
    fn retire_texts(&self, before: Steady) -> Result<usize, StoreError> {
        self.walk_texts(TEXTS_SEEN, before, |id| {
            self.conn
                .prepare_cached("DELETE FROM message WHERE id = ?1")?
                .execute([id])?;
            Ok(())
        })
    }

    /// Gives the next texts from before `before` to `retire`, and remembers under `seen` how far it came. One that is still to
    /// go is passed over. How many it came past.
    fn walk_texts(
        &self,
        seen: &str,
        before: Steady,
        retire: impl Fn(i64) -> Result<(), StoreError>,
    ) -> Result<usize, StoreError> {
        let last: i64 = self.setting(seen)?.and_then(|id| id.parse().ok()).unwrap_or(0);
        // When everything had gone, ids began anew.
        let newest: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(id) FROM message")?
            .query_row([], |row| row.get(0))?;
        let last = if newest.is_some_and(|newest| newest >= last) {
            last
        } else {
            0
        };
        let next: Vec<(i64, bool, Steady)> = self
            .conn
            .prepare_cached(NEXT_TEXTS)?
            .query_map(params![last, STEP_ROWS], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<Result<_, _>>()?;
        let old = || next.iter().take_while(|(_, _, created_at)| *created_at < before);
        for (id, ..) in old().filter(|(_, to_go, _)| !to_go) {
            retire(*id)?;
        }
        if let Some((id, ..)) = old().last() {
            self.set_setting(seen, &id.to_string())?;
        }
        Ok(old().count())
    }

    /// Walks over the contacts, some at a time, round after round.
    fn retire_contacts(&self) -> Result<usize, StoreError> {
        let seen: i64 = self.setting(CONTACTS_SEEN)?.and_then(|id| id.parse().ok()).unwrap_or(0);
        let next: Vec<i64> = self
            .conn
            .prepare_cached(NEXT_CONTACTS)?
            .query_map(params![seen, STEP_ROWS], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let made_before = self
            .now
            .wall
            .utc_ms
            .saturating_sub(i64::try_from(RECORDS.as_millis()).unwrap_or(i64::MAX));
        let mut gone = 0;
        for id in &next {
            let faded = self.conn.prepare_cached(FADED)?.execute(params![id, made_before])?;
            if faded > 0 {
                self.drop_setting(&format!("{MORE_FROM}{id}"))?;
            }
            gone += faded;
        }
        // The end: the next round begins at the first.
        let reached = next.last().copied().unwrap_or(0);
        if reached != seen {
            self.set_setting(CONTACTS_SEEN, &reached.to_string())?;
        }
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::generate::noon;
    use super::super::types::Consent;
    use super::*;
    use crate::clock::Now;

    const CALLS_A_DAY: i64 = 12;

    fn at(day: i64) -> Now {
        let mut now = noon();
        let ms = day * 86_400_000;
        now.steady.0 += ms;
        now.wall.utc_ms += ms;
        now
    }

    /// What a day leaves behind: calls of new and known numbers, a text-back, a forward, an answer for each.
    fn live(tx: &Tx<'_>, day: i64) -> Result<(), StoreError> {
        let now = tx.now();
        for call in 0..CALLS_A_DAY {
            // Every third number calls once and never again.
            let person = if call % 3 == 0 { day * CALLS_A_DAY + call } else { call };
            let number = format!("+1512{person:07}");
            let contact = tx.contact_or_new(&number)?;
            if person > CALLS_A_DAY {
                tx.consent(&number, Consent::Called, "they called")?;
            }
            for (direction, kind) in [("out", "text_back"), ("in", "forward"), ("out", "relay")] {
                tx.conn.execute(
                    "INSERT INTO message (direction, kind, peer, contact_id, text, parts, state, created_utc, offset_s, \
                     created_at) VALUES (?1, ?2, ?3, ?4, ?5, 1, 'delivered', ?6, 0, ?7)",
                    params![direction, kind, number, contact.id, "x".repeat(100), now.wall.utc_ms, now.steady],
                )?;
                let message = tx.conn.last_insert_rowid();
                if direction == "out" {
                    tx.conn.execute(
                        "INSERT INTO outbox (message_id, part, recipient, audience, priority, tpdu, state, not_before, \
                         submitted_at) VALUES (?1, 1, ?2, 'caller', 0, zeroblob(150), 'delivered', ?3, ?3)",
                        params![message, number, now.steady],
                    )?;
                } else {
                    tx.conn.execute(
                        "INSERT INTO inbound_part (key, raw, sender, message_id, received_at) \
                         VALUES (?1, zeroblob(150), ?2, ?3, ?4)",
                        params![format!("{day}/{call}"), number, message, now.steady],
                    )?;
                }
            }
            tx.conn.execute(
                "INSERT INTO call (started_utc, started_at, offset_s, ended_utc, ended_at, line, caller, contact_id, verdict, \
                 decision) VALUES (?1, ?2, 0, ?1, ?2, 'number', ?3, ?4, 'missed', 'texted')",
                params![now.wall.utc_ms, now.steady, number, contact.id],
            )?;
            for _ in 0..4 {
                tx.journal(
                    super::super::records::About::default(),
                    "something happened",
                    "and this is why it did",
                )?;
            }
        }
        Ok(())
    }

    fn count(store: &Store, sql: &str) -> i64 {
        store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn two_years_of_traffic_end_in_a_database_that_no_longer_grows() {
        let mut store = Store::open_in_memory().unwrap();
        let mut pages = Vec::new();
        for day in 0..730 {
            store.transact(at(day), |tx| live(tx, day)).unwrap();
            // One step a transaction, as the desk does it; the bound is what a day can need.
            let steps = (0..20)
                .take_while(|_| store.transact(at(day), |tx| tx.retire()).unwrap() > 0)
                .count();
            assert!(steps < 20, "day {day}: the housekeeping does not keep up");
            pages.push(count(&store, "PRAGMA page_count"));
        }
        let (after_500_days, at_the_end) = (pages[500], pages[729]);
        // The ledger alone grows on: it is kept five years.
        let ledger = count(&store, "SELECT count(*) FROM ledger");
        assert!(
            at_the_end - after_500_days < 230 * CALLS_A_DAY / 3 * 600 / 4096 + 100,
            "{after_500_days} pages after 500 days, {at_the_end} after 730; {ledger} in the ledger"
        );
        let day_730 = at(729).steady;
        for (sql, kept_days) in [
            ("SELECT count(*) FROM message WHERE text <> ''", 3 * CALLS_A_DAY * 91),
            ("SELECT count(*) FROM outbox", 2 * CALLS_A_DAY * 91),
            ("SELECT count(*) FROM inbound_part", CALLS_A_DAY * 91),
            ("SELECT count(*) FROM journal", 4 * CALLS_A_DAY * 91),
            ("SELECT count(*) FROM message", 3 * CALLS_A_DAY * 401),
            ("SELECT count(*) FROM call", CALLS_A_DAY * 401),
            // A round over the contacts may take some days.
            ("SELECT count(*) FROM contact", CALLS_A_DAY + CALLS_A_DAY / 3 * 440),
        ] {
            let found = count(&store, sql);
            assert!(found <= kept_days && found > 0, "{sql}: {found}, at most {kept_days}");
        }
        let oldest: Steady = store
            .conn()
            .query_row("SELECT min(created_at) FROM message WHERE text <> ''", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(day_730.since(oldest) <= BODIES);
        assert!(ledger > 0 && matches!(store.check_ledger().unwrap(), ledger::LedgerCheck::Intact { .. }));
    }

    #[test]
    fn what_must_stay_stays() {
        let mut store = Store::open_in_memory().unwrap();
        store
            .transact(at(0), |tx| {
                let mut dave = tx.contact_or_new("+15125551234")?;
                dave.name = Some("Dave".to_owned());
                tx.save_contact(&dave)?;
                let mut spam = tx.contact_or_new("+15125550666")?;
                spam.blocked = true;
                tx.save_contact(&spam)?;
                tx.contact_or_new("+15125550001")?;
                tx.contact_or_new("+15125559999")?;
                tx.consent("+15125559999", Consent::OptOut, "STOP")?;
                // A text that has been waiting for the network all the time.
                tx.conn.execute_batch(
                    "INSERT INTO message (id, direction, kind, peer, text, parts, state, created_utc, offset_s, created_at) \
                     VALUES (77, 'out', 'relay', '+1', 'On my way', 1, 'queued', 0, 0, 0);
                     INSERT INTO outbox (message_id, part, recipient, audience, priority, tpdu, not_before) \
                     VALUES (77, 1, '+1', 'caller', 0, x'00', 0);",
                )?;
                Ok(())
            })
            .unwrap();
        for _ in 0..5 {
            store.transact(at(3000), |tx| tx.retire()).unwrap();
        }
        store
            .transact(at(3000), |tx| {
                assert!(tx.contact("+15125551234")?.is_some(), "a name is the owner's");
                assert!(tx.contact("+15125550666")?.is_some(), "a block has no end");
                assert!(
                    tx.contact("+15125550001")?.is_none(),
                    "a number of which nothing is left is not kept"
                );
                assert!(tx.contact_or_new("+15125559999")?.opted_out, "an opt-out has no end");
                assert!(tx.any_queued()?, "what is still to go is not swept away");
                Ok(())
            })
            .unwrap();
        assert_eq!(count(&store, "SELECT count(*) FROM ledger"), 0, "five years are over");
    }

    #[test]
    fn texts_go_after_a_time_in_which_there_were_none_at_all() {
        let mut store = Store::open_in_memory().unwrap();
        let settle = |store: &mut Store, day| while store.transact(at(day), |tx| tx.retire()).unwrap() > 0 {};
        let words = "SELECT count(*) FROM message WHERE text <> ''";
        for day in 0..3 {
            store.transact(at(day), |tx| live(tx, day)).unwrap();
        }
        settle(&mut store, 100);
        assert_eq!(count(&store, words), 0);
        settle(&mut store, 500);
        assert_eq!(count(&store, "SELECT count(*) FROM message"), 0);
        settle(&mut store, 501);
        store.transact(at(501), |tx| live(tx, 501)).unwrap();
        settle(&mut store, 600);
        assert_eq!(count(&store, words), 0, "ids began anew, and so does the walk");
    }

    #[test]
    fn a_flood_of_unreadable_pdus_is_bounded() {
        let mut store = Store::open_in_memory().unwrap();
        store
            .transact(at(0), |tx| {
                for index in 0..UNREADABLE_MAX + 250 {
                    tx.quarantine(&index.to_be_bytes(), false, "nonsense")?;
                }
                Ok(())
            })
            .unwrap();
        while store.transact(at(1), |tx| tx.retire()).unwrap() > 0 {}
        assert_eq!(count(&store, "SELECT count(*) FROM undecodable"), UNREADABLE_MAX);
    }

    /// Removing a row looks for whatever refers to it: without an index that would be a scan, in the middle of daily work.
    #[test]
    fn whatever_refers_to_a_row_that_goes_is_found_by_an_index() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(2000, noon()).unwrap();
        // A row for each owner.
        let tiny = ["owner_state"];
        let references: Vec<(String, String)> = store
            .conn()
            .prepare(
                "SELECT m.name, f.\"from\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
            )
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(references.len() > 10);
        for (table, column) in references.iter().filter(|(table, _)| !tiny.contains(&table.as_str())) {
            let plan: String = store
                .conn()
                .query_row(
                    &format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 5"),
                    [],
                    |row| row.get(3),
                )
                .unwrap();
            assert!(plan.starts_with("SEARCH"), "{table}.{column}: {plan}");
        }
    }
}
