//! Lines to an owner's phone that wait for an hour of the day.

use super::contacts::ContactId;
use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::params;

pub(super) const HEAR_BY: &str = "UPDATE outbox SET not_before = ?3 WHERE id IN (
    SELECT o.id FROM outbox o INDEXED BY outbox_live JOIN message m ON m.id = o.message_id
    WHERE o.state = 'queued' AND o.recipient = ?1 AND o.audience = 'owner' AND o.attempts = 0 AND o.not_before > ?3
      AND (?2 IS NULL OR m.contact_id = ?2))";

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
}
