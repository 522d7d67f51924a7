//! The outbox: one row per part of an outgoing text. If it is not a row here, it does not go out.
//!
//! queued → submitting (the attempt is durable) → accepted (reference) → delivered | failed | in_doubt.

mod progress;

use super::types::{Audience, Priority, State};
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::{MessageId, MessageReference, OutboxId};
use rusqlite::{OptionalExtension, Row, params};

/// A row of `outbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxPart {
    pub id: OutboxId,
    pub message: MessageId,
    /// 1-based.
    pub part: u8,
    pub recipient: String,
    pub audience: Audience,
    pub tpdu: Vec<u8>,
    pub state: State,
    pub attempts: u32,
    /// Earlier copies of this text, of which nobody knows whether they went.
    pub repeats: u32,
    pub not_before: Steady,
    /// First attempt; the validity counts from here, so that waiting for the governor loses nothing.
    pub first_at: Option<Steady>,
    pub submitted_at: Option<Steady>,
}

/// A part to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPart<'a> {
    pub message: MessageId,
    pub part: u8,
    pub recipient: &'a str,
    pub audience: Audience,
    pub priority: Priority,
    pub tpdu: &'a [u8],
    pub not_before: Steady,
    /// Earlier copies of this text, of which nobody knows whether they went.
    pub repeats: u32,
}

macro_rules! columns {
    () => {
        "id, message_id, part, recipient, audience, tpdu, state, attempts, not_before, first_at, submitted_at, repeats"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM outbox WHERE id = ?1");
pub(super) const NEXT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND not_before <= ?1 ORDER BY priority, id LIMIT 1"
);
pub(super) const NEXT_KNOWN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND not_before <= ?1 AND (audience = 'owner' OR recipient IN \
     (SELECT s.recipient FROM outbox s INDEXED BY outbox_sent WHERE s.submitted_at > ?2)) ORDER BY priority, id LIMIT 1"
);
pub(super) const EARLIEST: &str =
    "SELECT min(not_before) FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND not_before > ?1";
pub(super) const LOWER_IN_DOUBT: &str =
    "SELECT EXISTS (SELECT 1 FROM outbox WHERE message_id = ?1 AND part < ?2 AND state = 'in_doubt')";
pub(super) const WAITING_FOR: &str =
    "SELECT id FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND recipient = ?1 LIMIT ?2";
pub(super) const ANY_QUEUED: &str =
    "SELECT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_live WHERE state = 'queued')";
pub(super) const SUBMITTING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outbox INDEXED BY outbox_live WHERE state = 'submitting' ORDER BY id"
);
pub(super) const NTH_SENT: &str = "SELECT submitted_at FROM outbox INDEXED BY outbox_sent WHERE submitted_at > ?1 ORDER BY submitted_at DESC LIMIT 1 OFFSET ?2";
pub(super) const PEOPLE: &str = "SELECT count(DISTINCT recipient) FROM outbox INDEXED BY outbox_sent \
     WHERE submitted_at > ?1 AND submitted_at IS NOT NULL AND audience = 'caller'";
pub(super) const FIRST_SENT: &str = "SELECT min(submitted_at) FROM outbox INDEXED BY outbox_sent \
     WHERE submitted_at > ?1 AND submitted_at IS NOT NULL AND audience = 'caller'";
pub(super) const AWAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outbox INDEXED BY outbox_sent WHERE state = 'accepted' AND recipient = ?1 AND reference = ?2 AND submitted_at > ?3 \
     ORDER BY submitted_at DESC LIMIT 1"
);
pub(super) const DOUBTED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outbox INDEXED BY outbox_sent WHERE state = 'in_doubt' AND recipient = ?1 AND submitted_at > ?2 \
     ORDER BY submitted_at LIMIT 20"
);
pub(super) const OF_MESSAGE: &str = "SELECT state, attempts FROM outbox WHERE message_id = ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxPart> {
    Ok(OutboxPart {
        id: row.get(0)?,
        message: row.get(1)?,
        part: row.get(2)?,
        recipient: row.get(3)?,
        audience: row.get(4)?,
        tpdu: row.get(5)?,
        state: row.get(6)?,
        attempts: row.get(7)?,
        not_before: row.get(8)?,
        first_at: row.get(9)?,
        submitted_at: row.get(10)?,
        repeats: row.get(11)?,
    })
}

impl Tx<'_> {
    /// Queues one part.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn queue_part(&self, new: &NewPart<'_>) -> Result<OutboxId, StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO outbox (message_id, part, recipient, audience, priority, tpdu, not_before, repeats) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                new.message,
                new.part,
                new.recipient,
                new.audience,
                new.priority,
                new.tpdu,
                new.not_before,
                new.repeats,
            ])?;
        Ok(OutboxId(self.conn.last_insert_rowid()))
    }

    /// The part of that row.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn outbox_part(&self, id: OutboxId) -> Result<Option<OutboxPart>, StoreError> {
        Ok(self.conn.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
    }

    /// The first queued part that may go now: by priority, then in order.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn next_part(&self) -> Result<Option<OutboxPart>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(NEXT)?
            .query_row([self.now.steady], read)
            .optional()?)
    }

    /// As [`Tx::next_part`], but only to owners and to callers who got something after `since`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn next_part_to_known(&self, since: Steady) -> Result<Option<OutboxPart>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(NEXT_KNOWN)?
            .query_row(params![self.now.steady, since], read)
            .optional()?)
    }

    /// When the next part that must still wait may go; `None` if none waits.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn earliest_waiting(&self) -> Result<Option<Steady>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(EARLIEST)?
            .query_row([self.now.steady], |row| row.get(0))?)
    }

    /// Whether an earlier part of the same text is in doubt too.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn lower_part_in_doubt(&self, part: &OutboxPart) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached(LOWER_IN_DOUBT)?;
        Ok(statement.query_row(params![part.message, part.part], |row| row.get(0))?)
    }

    /// How many parts wait for `recipient`, counted up to `most`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn waiting_for(&self, recipient: &str, most: u32) -> Result<u32, StoreError> {
        let mut statement = self.conn.prepare_cached(WAITING_FOR)?;
        let mut rows = statement.query(params![recipient, most])?;
        let mut waiting = 0;
        while rows.next()?.is_some() {
            waiting += 1;
        }
        Ok(waiting)
    }

    /// Whether anything is queued at all.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn any_queued(&self) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached(ANY_QUEUED)?.query_row([], |row| row.get(0))?)
    }

    /// Parts whose attempt was recorded and has no verdict.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn submitting_parts(&self) -> Result<Vec<OutboxPart>, StoreError> {
        let mut statement = self.conn.prepare_cached(SUBMITTING)?;
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the `n`th latest submission after `since` was (1 is the latest); `None` if there were fewer.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn nth_latest_submission(&self, n: u32, since: Steady) -> Result<Option<Steady>, StoreError> {
        let offset = n.saturating_sub(1);
        Ok(self
            .conn
            .prepare_cached(NTH_SENT)?
            .query_row(params![since, offset], |row| row.get(0))
            .optional()?)
    }

    /// How many different callers got something after `since`, and when the first did.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn people_since(&self, since: Steady) -> Result<(u32, Option<Steady>), StoreError> {
        let people = self.conn.prepare_cached(PEOPLE)?.query_row([since], |row| row.get(0))?;
        let first = self
            .conn
            .prepare_cached(FIRST_SENT)?
            .query_row([since], |row| row.get(0))?;
        Ok((people, first))
    }

    /// Messages with parts still queued for `recipient`, oldest first.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn queued_messages_to(&self, recipient: &str) -> Result<Vec<MessageId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT message_id FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND recipient = ?1",
        )?;
        let rows = statement.query_map([recipient], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The part that a status report with this recipient and reference is about, submitted after `since`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn awaiting_report(
        &self,
        recipient: &str,
        reference: MessageReference,
        since: Steady,
    ) -> Result<Option<OutboxPart>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(AWAITING)?
            .query_row(params![recipient, reference, since], read)
            .optional()?)
    }

    /// The parts in doubt to `recipient`, submitted after `since`, oldest first, at most 20; their references were never
    /// learnt.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn doubted_to(&self, recipient: &str, since: Steady) -> Result<Vec<OutboxPart>, StoreError> {
        let mut statement = self.conn.prepare_cached(DOUBTED)?;
        let rows = statement.query_map(params![recipient, since], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Which part's state speaks for the whole text: the largest.
fn weight(state: State) -> u8 {
    match state {
        State::Delivered => 0,
        State::Accepted => 1,
        State::Queued => 2,
        State::Submitting => 3,
        State::InDoubt => 4,
        State::Failed => 5,
    }
}
