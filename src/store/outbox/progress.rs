//! How a row gets on: queued, submitting, accepted, settled, and what that makes of its message.

use super::{OF_MESSAGE, weight};
use crate::clock::Steady;
use crate::ids::{MessageId, MessageReference, OutboxId};
use crate::store::records::last_attempt;
use crate::store::types::State;
use crate::store::{StoreError, Tx};
use rusqlite::params;

impl Tx<'_> {
    /// The attempt is about to be made: from here on the part may have gone.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn mark_submitting(&self, id: OutboxId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE outbox SET state = 'submitting', attempts = attempts + 1, submitted_at = ?2, \
                 first_at = coalesce(first_at, ?2) WHERE id = ?1",
            )?
            .execute(params![id, self.now.steady])?;
        self.time_kept.set(true);
        Ok(())
    }

    /// The network took it: a part whose attempt was marked, for by that it is found.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn mark_accepted(&self, id: OutboxId, reference: Option<MessageReference>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE outbox SET state = 'accepted', reference = ?2, accepted_at = ?3, reason = '' WHERE id = ?1",
            )?
            .execute(params![id, reference, self.now.steady])?;
        if last_attempt(&self.conn)? == Some(self.now.steady) {
            self.time_kept.set(true);
        }
        Ok(())
    }

    /// Back into the queue, not before `not_before`. `counted`: the attempt stays counted. It did not go out, so it does
    /// not count for the governor.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn requeue_part(
        &self,
        id: OutboxId,
        not_before: Steady,
        counted: bool,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE outbox SET state = 'queued', not_before = ?2, attempts = max(0, attempts - ?3), \
                 submitted_at = NULL, accepted_at = NULL, reference = NULL, reason = ?4 WHERE id = ?1",
            )?
            .execute(params![id, not_before, i64::from(!counted), reason])?;
        Ok(())
    }

    /// The part goes out as this from now on: the same words, otherwise packed.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn rewrite_part(&self, id: OutboxId, tpdu: &[u8]) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE outbox SET tpdu = ?2 WHERE id = ?1")?
            .execute(params![id, tpdu])?;
        Ok(())
    }

    /// Everything queued for `recipient` waits until `not_before` too, so that texts stay in order.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn postpone_recipient(&self, recipient: &str, not_before: Steady) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE outbox SET not_before = max(not_before, ?2) WHERE state = 'queued' AND recipient = ?1",
            )?
            .execute(params![recipient, not_before])?;
        Ok(())
    }

    /// The part is settled: `delivered`, `failed` or `in_doubt`, with the reason. `gone` is false when it certainly did not
    /// leave and must not count for the governor.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn settle_part(&self, id: OutboxId, state: State, reason: &str, gone: bool) -> Result<(), StoreError> {
        let sql = match gone {
            true => "UPDATE outbox SET state = ?2, reason = ?3 WHERE id = ?1",
            false => "UPDATE outbox SET state = ?2, reason = ?3, submitted_at = NULL, accepted_at = NULL WHERE id = ?1",
        };
        self.conn.prepare_cached(sql)?.execute(params![id, state, reason])?;
        Ok(())
    }

    /// Whether any part of a message was given to the modem and may have gone.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn has_left(&self, message: MessageId) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached(OF_MESSAGE)?;
        let states = statement.query_map([message], |row| row.get::<_, State>(0))?;
        for state in states {
            if !matches!(state?, State::Queued | State::Failed) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fails what is still queued of a message.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn fail_queued_of(&self, message: MessageId, reason: &str) -> Result<usize, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "UPDATE outbox SET state = 'failed', reason = ?2 WHERE message_id = ?1 AND state = 'queued'",
            )?
            .execute(params![message, reason])?)
    }

    /// Brings a message's state and attempts up to date with its parts, and returns the state.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn refresh_message(&self, message: MessageId) -> Result<State, StoreError> {
        let mut statement = self.conn.prepare_cached(OF_MESSAGE)?;
        let rows = statement.query_map([message], |row| Ok((row.get::<_, State>(0)?, row.get::<_, u32>(1)?)))?;
        let mut state = State::Delivered;
        let mut attempts = 0;
        for row in rows {
            let (part, tries) = row?;
            if weight(part) > weight(state) {
                state = part;
            }
            attempts = attempts.max(tries);
        }
        self.conn
            .prepare_cached("UPDATE message SET state = ?2, attempts = ?3 WHERE id = ?1")?
            .execute(params![message, state, attempts])?;
        Ok(state)
    }
}
