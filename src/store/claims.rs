//! Who of a team answers whom, and what each of them has been shown and has written.

use super::contacts::ContactId;
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::Handle;
use rusqlite::{OptionalExtension, params};

/// Who answers a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Number of the team member.
    pub member: String,
    /// When either of them last texted the other.
    pub active_at: Steady,
}

/// A line about a caller that went to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub contact: ContactId,
    /// It carried a text of theirs; else it only told of them.
    pub spoke: bool,
    /// When it was handed to the network, or its last part was; `None`: not yet.
    pub sent_at: Option<Steady>,
}

/// Whether the team could read what a caller wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The first of them, since then.
    At(Steady),
    /// It is queued.
    NotYet,
    /// It was told in another way, or could not be.
    Never,
}

/// What went to a phone since then, or is about to, is found by its parts: no more than the governor lets out in that time.
pub(super) const SHOWN: &str = "SELECT m.contact_id, m.kind = 'forward', \
     (SELECT max(coalesce(o.accepted_at, o.submitted_at)) FROM outbox o \
      WHERE o.message_id = m.id AND o.state IN ('accepted', 'delivered', 'in_doubt')) \
     FROM message m JOIN contact c ON c.id = m.contact_id \
     WHERE m.id IN \
     (SELECT message_id FROM outbox INDEXED BY outbox_sent WHERE submitted_at > ?2 AND recipient = ?1 \
      UNION SELECT message_id FROM outbox INDEXED BY outbox_live WHERE state = 'queued' AND recipient = ?1) \
     AND m.direction = 'out' AND m.kind IN ('forward', 'alert') AND m.created_at > ?2 AND m.state <> 'failed' AND c.opted_out = 0 AND c.blocked = 0 \
     ORDER BY m.created_at DESC, m.id DESC LIMIT ?3";

pub(super) const TOLD: &str = "SELECT min(coalesce(o.accepted_at, o.submitted_at)) FILTER (WHERE o.state IN ('accepted', 'delivered', 'in_doubt')), \
     count(*) FILTER (WHERE o.state IN ('queued', 'submitting')) \
     FROM message m JOIN outbox o ON o.message_id = m.id \
     WHERE m.contact_id = ?1 AND m.direction = 'out' AND m.kind = 'forward' AND m.created_at >= ?2";

pub(super) const SHOWN_AS: &str = "SELECT contact_id FROM message \
     WHERE direction = 'out' AND kind IN ('forward', 'alert', 'answer') AND contact_id IS NOT NULL \
     AND peer = ?1 AND handle = ?2 AND created_at <= ?3 ORDER BY created_at DESC LIMIT 1";

impl Tx<'_> {
    /// Who answers that caller, however long ago.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn claim(&self, contact: ContactId) -> Result<Option<Claim>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT member, active_at FROM claim WHERE contact_id = ?1")?
            .query_row([contact], |row| {
                Ok(Claim {
                    member: row.get(0)?,
                    active_at: row.get(1)?,
                })
            })
            .optional()?)
    }

    /// `member` answers that caller from now on.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn set_claim(&self, contact: ContactId, member: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO claim (contact_id, member, active_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (contact_id) DO UPDATE SET member = excluded.member, active_at = excluded.active_at",
            )?
            .execute(params![contact, member, self.now.steady])?;
        Ok(())
    }

    /// Nobody in particular answers that caller any more.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_claim(&self, contact: ContactId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM claim WHERE contact_id = ?1")?
            .execute([contact])?;
        Ok(())
    }

    /// Lines queued to the phone `member` after `since` about callers who may be texted; latest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn shown_since(&self, member: &str, since: Steady, limit: u32) -> Result<Vec<Shown>, StoreError> {
        let mut statement = self.conn.prepare_cached(SHOWN)?;
        let rows = statement.query_map(params![member, since, limit], |row| {
            Ok(Shown {
                contact: row.get(0)?,
                spoke: row.get(1)?,
                sent_at: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When somebody of the team was first handed a text of that caller's queued at `since` or after.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn told_since(&self, contact: ContactId, since: Steady) -> Result<Told, StoreError> {
        let found = self
            .conn
            .prepare_cached(TOLD)?
            .query_row(params![contact, since], |row| {
                Ok((row.get::<_, Option<Steady>>(0)?, row.get::<_, u32>(1)?))
            })?;
        Ok(match found {
            (Some(at), _) => Told::At(at),
            (None, 0) => Told::Never,
            (None, _) => Told::NotYet,
        })
    }

    /// Whom `member` last meant by `handle`. `Some(None)`: somebody who was forgotten since.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_meant(&self, member: &str, handle: Handle) -> Result<Option<Option<ContactId>>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT contact_id FROM handle_meant WHERE member = ?1 AND handle = ?2")?
            .query_row(params![member, handle], |row| row.get(0))
            .optional()?)
    }

    /// Who was called `handle` in the last line to the phone `member` that was queued by `until`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_shown_as(&self, member: &str, handle: Handle, until: Steady) -> Result<Option<ContactId>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(SHOWN_AS)?
            .query_row(params![member, handle, until], |row| row.get(0))
            .optional()?)
    }

    /// `member` meant `contact` by `handle`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn set_last_meant(&self, member: &str, handle: Handle, contact: ContactId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO handle_meant (member, handle, contact_id) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (member, handle) DO UPDATE SET contact_id = excluded.contact_id",
            )?
            .execute(params![member, handle, contact])?;
        Ok(())
    }
}
