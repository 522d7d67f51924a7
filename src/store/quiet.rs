//! Texts that wait for an hour of the day.

use super::contacts::ContactId;
use super::messages::Message;
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::MessageId;
use rusqlite::params;

pub(super) const HEAR_BY: &str = "UPDATE outbox SET not_before = ?3 WHERE id IN (
    SELECT o.id FROM outbox o INDEXED BY outbox_live JOIN message m ON m.id = o.message_id
    WHERE o.state = 'queued' AND o.recipient = ?1 AND o.audience = 'owner' AND o.attempts = 0 AND o.not_before > ?3
      AND (?2 IS NULL OR m.contact_id = ?2))";

pub(super) const TEXT_BACKS_WAITING: &str = "SELECT DISTINCT o.message_id FROM outbox o INDEXED BY outbox_live \
     JOIN message m ON m.id = o.message_id \
     WHERE o.state = 'queued' AND o.audience = 'caller' AND o.attempts = 0 AND o.not_before > ?1 AND m.kind = 'text_back'";

impl Tx<'_> {
    /// Lines to an owner's phone that wait for a later hour (all of them, or those about one caller) wait for `at` instead, if
    /// that is sooner. What was tried before waits for its own reason and is left alone. True if there were any.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn hear_by(&self, recipient: &str, contact: Option<ContactId>, at: Steady) -> Result<bool, StoreError> {
        let moved = self
            .conn
            .prepare_cached(HEAR_BY)?
            .execute(params![recipient, contact, at])?;
        Ok(moved > 0)
    }

    /// Texts to missed callers that wait for a later time and were never tried.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn text_backs_waiting(&self) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(TEXT_BACKS_WAITING)?;
        let ids: Vec<MessageId> = statement
            .query_map([self.now.steady], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let texts = ids.into_iter().map(|id| self.message(id));
        Ok(texts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// What is queued of a text waits for `at` instead, if that is sooner. True if it is.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn bring_forward(&self, message: MessageId, at: Steady) -> Result<bool, StoreError> {
        let moved = self
            .conn
            .prepare_cached(
                "UPDATE outbox SET not_before = ?2 WHERE message_id = ?1 AND state = 'queued' AND not_before > ?2",
            )?
            .execute(params![message, at])?;
        Ok(moved > 0)
    }
}
