//! Handles: which two-digit name belongs to which contact, and since when it rests.

use super::contacts::ContactId;
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::Handle;
use rusqlite::{OptionalExtension, params};

/// A handle that was given to somebody once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    pub handle: Handle,
    /// Who has it, or had it last; `None` once forgotten.
    pub contact: Option<ContactId>,
    /// Last time a call or text went under it.
    pub used_at: Steady,
}

pub(super) const OF_CONTACT: &str = "SELECT handle, contact_id, used_at FROM handle WHERE contact_id = ?1";
const BY_HANDLE: &str = "SELECT handle, contact_id, used_at FROM handle WHERE handle = ?1";
pub(super) const RESTED_SHORT: &str =
    "SELECT handle, contact_id, used_at FROM handle WHERE handle <= 99 AND used_at <= ?1 ORDER BY used_at LIMIT 1";
pub(super) const RESTED: &str =
    "SELECT handle, contact_id, used_at FROM handle WHERE used_at <= ?1 ORDER BY used_at LIMIT 1";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Holding> {
    Ok(Holding {
        handle: row.get(0)?,
        contact: row.get(1)?,
        used_at: row.get(2)?,
    })
}

impl Tx<'_> {
    /// The handle of a contact.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn holding_of(&self, contact: ContactId) -> Result<Option<Holding>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(OF_CONTACT)?
            .query_row([contact], read)
            .optional()?)
    }

    /// Who has that handle.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn holding(&self, handle: Handle) -> Result<Option<Holding>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(BY_HANDLE)?
            .query_row([handle], read)
            .optional()?)
    }

    /// The highest handle ever given; handles are first given in ascending order.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn highest_handle(&self) -> Result<Option<Handle>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT max(handle) FROM handle")?
            .query_row([], |row| row.get(0))?)
    }

    /// The handle that was last used longest ago, not after `limit`; two digits before three.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn rested_handle(&self, limit: Steady) -> Result<Option<Holding>, StoreError> {
        let short = self
            .conn
            .prepare_cached(RESTED_SHORT)?
            .query_row([limit], read)
            .optional()?;
        if short.is_some() {
            return Ok(short);
        }
        Ok(self.conn.prepare_cached(RESTED)?.query_row([limit], read).optional()?)
    }

    /// The handle that was last used longest ago of all, however many digits it has.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn idlest_handle(&self) -> Result<Option<Holding>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(RESTED)?
            .query_row([Steady(i64::MAX)], read)
            .optional()?)
    }

    /// Gives `handle` to `contact`, taking it from whoever had it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn give_handle(&self, handle: Handle, contact: ContactId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO handle (handle, contact_id, used_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (handle) DO UPDATE SET contact_id = excluded.contact_id, used_at = excluded.used_at",
            )?
            .execute(params![handle, contact, self.now.steady])?;
        Ok(())
    }

    /// A call or text went under `handle`: its idle time starts anew.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn touch_handle(&self, handle: Handle) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE handle SET used_at = ?2 WHERE handle = ?1")?
            .execute(params![handle, self.now.steady])?;
        Ok(())
    }
}
