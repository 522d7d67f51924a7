//! A database of any size, for the bench and for the proof that no query of the daily work scans.

use super::{Store, StoreError};
use crate::clock::{Now, Steady, Trust, Wall};
use rusqlite::params;

/// Callers the generated history is spread over.
const PEOPLE: u32 = 10_000;

/// 2026-07-21 12:00 in Chicago, steady clock at 400 days: past every window there is.
#[must_use]
pub fn noon() -> Now {
    Now {
        steady: Steady(400 * 86_400_000),
        wall: Wall {
            utc_ms: 1_784_653_200_000,
            offset_s: -5 * 3600,
            trust: Trust::Synchronised,
        },
    }
}

impl Store {
    /// Fills the database with `calls` missed calls and twice as many texts, each text-back delivered, spread evenly over
    /// the year before `now` and over ten thousand callers. For the bench; never used by the daemon.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn generate_history(&mut self, calls: u32, now: Now) -> Result<(), StoreError> {
        let year_ms: i64 = 365 * 86_400_000;
        self.transact(now, |tx| {
            for person in 0..PEOPLE.min(calls) {
                tx.contact_or_new(&format!("+1512{:07}", 2_000_000 + person))?;
            }
            let first: i64 = tx.conn.query_row("SELECT min(id) FROM contact", [], |row| row.get(0))?;
            let mut message = tx.conn.prepare(
                "INSERT INTO message (direction, kind, peer, contact_id, text, parts, automatic, state, attempts, \
                 created_utc, offset_s, created_at) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 'delivered', 1, ?7, ?8, ?9)",
            )?;
            let mut part = tx.conn.prepare(
                "INSERT INTO outbox (message_id, part, recipient, audience, priority, tpdu, state, attempts, not_before, \
                 first_at, submitted_at, reference) \
                 VALUES (?1, 1, ?2, 'caller', 0, zeroblob(150), 'delivered', 1, ?3, ?3, ?3, ?4)",
            )?;
            let mut call = tx.conn.prepare(
                "INSERT INTO call (started_utc, started_at, offset_s, ended_utc, ended_at, rings, ring_ms, line, caller, \
                 contact_id, verdict, evidence, decision, reason, message_id) VALUES (?1, ?2, ?3, ?1, ?2, 4, 18000, \
                 'number', ?4, ?5, 'missed', '[\"no_carrier\"]', 'texted', 'first call', ?6)",
            )?;
            for index in 0..calls {
                // Two days lie between the history and now, so that no window of a day sees it.
                let age = 2 * 86_400_000 + year_ms * i64::from(calls - index) / i64::from(calls);
                let (steady, utc) = (now.steady.0 - age, now.wall.utc_ms - age);
                let person = index % PEOPLE;
                let number = format!("+1512{:07}", 2_000_000 + person);
                let contact = first + i64::from(person);
                let offset = now.wall.offset_s;
                message.execute(params![
                    "out", "text_back", number, contact, "Sorry we missed you.", true, utc, offset, steady
                ])?;
                let texted = tx.conn.last_insert_rowid();
                part.execute(params![texted, number, steady, index % 256])?;
                message.execute(params![
                    "in", "forward", number, contact, "My heater leaks.", false, utc, offset, steady
                ])?;
                call.execute(params![utc, steady, offset, number, contact, texted])?;
            }
            Ok(())
        })?;
        self.checkpoint()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        beside, calls, claims, contacts, figures, handles, inbound, ledger, messages, outbox, quiet, records, report,
        retention, scheduled, spells, timers, undo,
    };
    use super::*;

    /// Every query of the daily work. `SEARCH` is an index look-up; `SCAN` is allowed only over a partial index that holds
    /// nothing but what is open right now.
    #[test]
    fn no_query_of_the_daily_work_scans_a_table() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(2000, noon()).unwrap();
        let daily = [
            contacts::BY_NUMBER,
            contacts::SPOKEN_SINCE,
            contacts::WAITING,
            contacts::ALIVE_SINCE,
            handles::OF_CONTACT,
            handles::RESTED_SHORT,
            handles::RESTED,
            calls::BY_KEY,
            calls::OPEN,
            calls::WAITING,
            calls::LAST_OF,
            calls::MISSED_SINCE,
            calls::LATEST_OF,
            messages::LAST_HEARD,
            messages::LAST_WITH,
            messages::FORWARD_OF,
            messages::AUTOMATIC_SINCE,
            messages::TEXT_BACKS_SINCE,
            contacts::HEARD_SINCE,
            outbox::WAITING_FOR,
            quiet::HEAR_BY,
            quiet::TEXT_BACKS_WAITING,
            messages::LAST_TEXT_BACK,
            outbox::NEXT,
            outbox::NEXT_KNOWN,
            outbox::EARLIEST,
            outbox::ANY_QUEUED,
            outbox::LOWER_IN_DOUBT,
            outbox::SUBMITTING,
            outbox::NTH_SENT,
            outbox::PEOPLE,
            outbox::FIRST_SENT,
            outbox::AWAITING,
            outbox::DOUBTED,
            outbox::OF_MESSAGE,
            inbound::KNOWN,
            inbound::SIBLINGS,
            timers::DUE,
            timers::DUE_OF,
            timers::EARLIEST,
            records::HELD_OF,
            records::LAST_ATTEMPT,
            report::OF_CONTACT,
            report::OF_CALL,
            retention::NEXT_TEXTS,
            retention::OLD_PARTS,
            retention::OLD_JOURNAL,
            retention::OLD_UNREADABLE,
            retention::TOO_MANY_UNREADABLE,
            retention::OLD_CALLS,
            retention::OLD_WINS,
            retention::OLD_ANSWERED,
            retention::NEXT_CONTACTS,
            retention::FADED,
            ledger::LAST,
            ledger::REMEMBERED,
            ledger::OLDEST,
            beside::LAST_WISH,
            beside::ON_RECORD,
            records::SETTINGS_WITH,
            undo::LAST,
            undo::TRIM,
            claims::SHOWN,
            claims::SHOWN_AS,
            claims::TOLD,
            scheduled::OF_CONTACT,
            scheduled::ALL,
            figures::MISSED,
            figures::REPLIED,
            figures::OPT_OUTS,
            spells::OPEN,
        ];
        let open_now = [
            "outbox_live",
            "contact_waiting",
            // What is open right now.
            "timer",
            // A row for each owner.
            "owner_state",
            "scheduled_due",
            "deaf_open",
            // 987 rows at most.
            "SCAN handle",
        ];
        for sql in daily {
            let mut statement = store.conn().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan: Vec<String> = statement
                .raw_query()
                .mapped(|row| row.get::<_, String>(3))
                .collect::<Result<_, _>>()
                .unwrap();
            for step in plan {
                let scans = step.starts_with("SCAN") && step != "SCAN CONSTANT ROW";
                let allowed = open_now.iter().any(|index| step.contains(index));
                assert!(!scans || allowed, "{step}\n  in {sql}");
            }
        }
    }

    #[test]
    fn the_generated_history_is_as_large_as_asked() {
        let mut store = Store::open_in_memory().unwrap();
        store.generate_history(50, noon()).unwrap();
        assert_eq!(store.calls(1000).unwrap().len(), 50);
        assert_eq!(store.messages(1000).unwrap().len(), 100);
        assert_eq!(store.counts().unwrap().queued, 0);
    }
}
