//! The smaller records: journal, settings, held texts, whom each owner wrote last, the last time known.

use super::contacts::ContactId;
use super::{Store, StoreError, Tx};
use crate::clock::{LastTime, Steady, Trust};
use crate::ids::{CallId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};

/// What a journal line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct About {
    pub contact: Option<ContactId>,
    pub call: Option<CallId>,
    pub message: Option<MessageId>,
}

/// A text of the owner's that waits to be told whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub id: i64,
    pub text: String,
    pub held_at: Steady,
    /// Whom it is for, if only a YES is missing.
    pub contact: Option<ContactId>,
}

/// Whom an owner's phone wrote last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerState {
    pub last_contact: Option<ContactId>,
    pub last_message: Option<MessageId>,
    pub last_sent_at: Steady,
}

pub(super) const HELD_OF: &str =
    "SELECT id, text, held_at, contact_id FROM held WHERE owner = ?1 ORDER BY id DESC LIMIT 1";
pub(super) const SETTINGS_WITH: &str = "SELECT key, value FROM setting WHERE key >= ?1 AND key < ?2 ORDER BY key";

impl Tx<'_> {
    /// Adds a line to the journal: what was decided, and why. No numbers, no texts.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn journal(&self, about: About, what: &str, why: &str) -> Result<(), StoreError> {
        let wall = self.now.wall;
        self.conn
            .prepare_cached(
                "INSERT INTO journal (created_utc, offset_s, created_at, contact_id, call_id, message_id, what, why) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                wall.utc_ms,
                wall.offset_s,
                self.now.steady,
                about.contact,
                about.call,
                about.message,
                what,
                why,
            ])?;
        Ok(())
    }

    /// A setting.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// The settings whose keys begin with `prefix`, in order.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn settings_with(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self.conn.prepare_cached(SETTINGS_WITH)?;
        let end = format!("{prefix}\u{10ffff}");
        let rows = statement.query_map([prefix, &end], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, value])?;
        Ok(())
    }

    /// Drops a setting. False if it was not set.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_setting(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached("DELETE FROM setting WHERE key = ?1")?
            .execute([key])?
            > 0)
    }

    /// Holds a text of the owner's; it replaces one held before. `contact`: whom it is for, if only a YES is missing.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn hold(&self, owner: &str, text: &str, contact: Option<ContactId>) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached("INSERT INTO held (owner, text, held_at, contact_id) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![owner, text, self.now.steady, contact])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The text held last for that owner.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn held(&self, owner: &str) -> Result<Option<Held>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(HELD_OF)?
            .query_row([owner], |row| {
                Ok(Held {
                    id: row.get(0)?,
                    text: row.get(1)?,
                    held_at: row.get(2)?,
                    contact: row.get(3)?,
                })
            })
            .optional()?)
    }

    /// Whose held text that is, and the text.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn held_by_id(&self, id: i64) -> Result<Option<(String, String)>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT owner, text FROM held WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// Lets go of a held text.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn release_held(&self, id: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM held WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// Whom that owner's phone wrote last.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn owner_state(&self, number: &str) -> Result<Option<OwnerState>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT last_contact, last_message, last_sent_at FROM owner_state WHERE number = ?1")?
            .query_row([number], |row| {
                Ok(OwnerState {
                    last_contact: row.get(0)?,
                    last_message: row.get(1)?,
                    last_sent_at: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// That owner's phone wrote to `contact` now.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn owner_wrote(&self, number: &str, contact: ContactId, message: MessageId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO owner_state (number, last_contact, last_message, last_sent_at) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (number) DO UPDATE SET last_contact = excluded.last_contact, \
                 last_message = excluded.last_message, last_sent_at = excluded.last_sent_at",
            )?
            .execute(params![number, contact, message, self.now.steady])?;
        Ok(())
    }

    /// Nobody is whom that owner's phone wrote last: it was a mistake.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn owner_wrote_nobody(&self, number: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE owner_state SET last_contact = NULL, last_message = NULL WHERE number = ?1")?
            .execute([number])?;
        Ok(())
    }

    /// The last time recorded, by an earlier transaction.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_time(&self) -> Result<LastTime, StoreError> {
        last_time(&self.conn)
    }

    /// Records the time of this transaction. The steady clock never goes back; the wall clock only when its owner found out that
    /// a later time was false, and never by a guess.
    pub(super) fn keep_time(&self) -> Result<(), StoreError> {
        let wall = self.now.wall;
        let guessed = wall.trust == Trust::Guess;
        let kept = "UPDATE meta SET steady = max(steady, ?1), utc = iif(?5, max(utc, ?2), ?2), offset_s = ?3, \
                    trust = iif(?5, trust, ?4) WHERE id = 1";
        self.conn.prepare_cached(kept)?.execute(params![
            self.now.steady,
            wall.utc_ms,
            wall.offset_s,
            wall.trust,
            guessed
        ])?;
        Ok(())
    }
}

pub(super) const LAST_ATTEMPT: &str = "SELECT coalesce(accepted_at, submitted_at) FROM outbox INDEXED BY outbox_sent \
     WHERE submitted_at IS NOT NULL ORDER BY submitted_at DESC LIMIT 1";

/// When the last attempt was made, or, if the network took it, when it did. There is one at a time.
pub(super) fn last_attempt(conn: &Connection) -> Result<Option<Steady>, StoreError> {
    let mut read = conn.prepare_cached(LAST_ATTEMPT)?;
    Ok(read.query_row([], |row| row.get(0)).optional()?)
}

fn last_time(conn: &Connection) -> Result<LastTime, StoreError> {
    let mut read = conn.prepare_cached("SELECT steady, utc, trust FROM meta WHERE id = 1")?;
    let mut last = read.query_row([], |row| {
        Ok(LastTime {
            steady: row.get(0)?,
            utc_ms: row.get(1)?,
            trust: row.get(2)?,
        })
    })?;
    // The row of an attempt says its time itself.
    if let Some(later) = last_attempt(conn)?.filter(|at| *at > last.steady) {
        last.utc_ms += later.0 - last.steady.0;
        last.steady = later;
    }
    Ok(last)
}

impl Store {
    /// The last time recorded. A new database gives zeros.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_time(&self) -> Result<LastTime, StoreError> {
        last_time(self.conn())
    }

    /// A setting, outside any transaction (bring-up reads the PIN that is known wrong).
    ///
    /// # Errors
    /// SQLite's own.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn()
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;
    use crate::ids::{MessageReference, OutboxId};
    use crate::store::generate::noon;
    use crate::store::messages::NewMessage;
    use crate::store::outbox::NewPart;
    use crate::store::types::{Audience, Direction, Kind, Priority, State};

    fn at(seconds: i64) -> Now {
        let mut now = noon();
        now.steady.0 += seconds * 1000;
        now.wall.utc_ms += seconds * 1000;
        now
    }

    fn queued(tx: &Tx<'_>) -> Result<OutboxId, StoreError> {
        let message = tx.add_message(&NewMessage {
            direction: Direction::Out,
            kind: Kind::Relay,
            peer: "+15125551234",
            contact: None,
            handle: None,
            text: "On my way",
            parts: 1,
            automatic: false,
            complete: true,
            state: State::Queued,
            about: None,
        })?;
        tx.queue_part(&NewPart {
            message,
            part: 1,
            recipient: "+15125551234",
            audience: Audience::Caller,
            priority: Priority::Caller,
            tpdu: &[0],
            not_before: tx.steady(),
            repeats: 0,
        })
    }

    #[test]
    fn an_attempt_its_result_and_what_takes_it_back_put_their_time_on_record() {
        let mut store = Store::open_in_memory().unwrap();
        let id = store.transact(at(0), queued).unwrap();
        let last = |store: &Store| {
            let last = store.last_time().unwrap();
            (last.steady, last.utc_ms)
        };
        let time = |seconds| (at(seconds).steady, at(seconds).wall.utc_ms);
        assert_eq!(last(&store), time(0));
        store.transact(at(2), |tx| tx.mark_submitting(id)).unwrap();
        assert_eq!(last(&store), time(2));
        store
            .transact(at(5), |tx| tx.mark_accepted(id, Some(MessageReference(1))))
            .unwrap();
        assert_eq!(last(&store), time(5));
        store
            .transact(at(9), |tx| tx.requeue_part(id, tx.steady(), true, "refused"))
            .unwrap();
        assert_eq!(last(&store), time(9));
        // It went after all, as is heard while the next is under way.
        let next = store.transact(at(10), queued).unwrap();
        for (seconds, part) in [(11, id), (12, next)] {
            store.transact(at(seconds), |tx| tx.mark_submitting(part)).unwrap();
        }
        store.transact(at(16), |tx| tx.mark_accepted(id, None)).unwrap();
        assert_eq!(last(&store), time(16));
    }
}
