//! What can be taken back: for each owner the latest orders that changed something, each with its inverse.
//!
//! An order registers its changes in the transaction that makes them; `UNDO` swaps before and after.

use super::contacts::{Contact, ContactId};
use super::figures::Win;
use super::scheduled::Scheduled;
use super::{StoreError, Tx};
use crate::clock::Steady;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// Orders kept for each owner; older ones are dropped.
pub const KEPT_PER_OWNER: u32 = 20;

/// The part of a contact that orders change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub name: Option<String>,
    pub blocked: bool,
    pub friend: bool,
    pub frozen: Option<String>,
    pub robot_told: bool,
    pub waiting: bool,
}

impl Standing {
    /// How `contact` stands.
    #[must_use]
    pub fn of(contact: &Contact) -> Standing {
        Standing {
            name: contact.name.clone(),
            blocked: contact.blocked,
            friend: contact.friend,
            frozen: contact.frozen.clone(),
            robot_told: contact.robot_told,
            waiting: contact.waiting,
        }
    }
}

/// One thing that an order changed, with how it was before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A contact's standing; only fields that differ are set again.
    Contact { id: i64, before: Standing, after: Standing },
    /// A row of `setting`; `None`: not there.
    Setting {
        key: String,
        before: Option<String>,
        after: Option<String>,
    },
    /// Something put off; `None`: not there.
    Scheduled {
        before: Option<Scheduled>,
        after: Option<Scheduled>,
    },
    /// A job won; `None`: not won.
    Win { before: Option<Win>, after: Option<Win> },
}

impl Change {
    /// A contact as it was and as it is now.
    #[must_use]
    pub fn contact(before: &Contact, after: &Contact) -> Change {
        Change::Contact {
            id: after.id.0,
            before: Standing::of(before),
            after: Standing::of(after),
        }
    }

    /// A setting as it was and as it is now.
    #[must_use]
    pub fn setting(key: &str, before: Option<String>, after: Option<String>) -> Change {
        Change::Setting {
            key: key.to_owned(),
            before,
            after,
        }
    }

    /// What was put off as it was and as it is now.
    #[must_use]
    pub fn scheduled(before: Option<Scheduled>, after: Option<Scheduled>) -> Change {
        Change::Scheduled { before, after }
    }

    /// A job won as it was and as it is now.
    #[must_use]
    pub fn win(before: Option<Win>, after: Option<Win>) -> Change {
        Change::Win { before, after }
    }

    /// The caller whose waiting it may change.
    #[must_use]
    pub fn whom(&self) -> Option<ContactId> {
        match self {
            Change::Contact { id, .. } => Some(ContactId(*id)),
            Change::Scheduled { before, after } => before.as_ref().or(after.as_ref()).map(|row| row.contact),
            Change::Setting { .. } | Change::Win { .. } => None,
        }
    }

    /// Whether anything differs.
    #[must_use]
    pub fn changes_something(&self) -> bool {
        match self {
            Change::Contact { before, after, .. } => before != after,
            Change::Setting { before, after, .. } => before != after,
            Change::Scheduled { before, after } => before != after,
            Change::Win { before, after } => before != after,
        }
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Change {
        match self.clone() {
            Change::Contact { id, before, after } => Change::Contact {
                id,
                before: after,
                after: before,
            },
            Change::Setting { key, before, after } => Change::Setting {
                key,
                before: after,
                after: before,
            },
            Change::Scheduled { before, after } => Change::Scheduled {
                before: after,
                after: before,
            },
            Change::Win { before, after } => Change::Win {
                before: after,
                after: before,
            },
        }
    }
}

/// An order on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoable {
    pub id: i64,
    /// The order in words: `BLOCK 27 Dave`.
    pub what: String,
    /// What taking it back does not bring back, in words; empty if nothing.
    pub remains: String,
    /// Empty: it can't be taken back.
    pub changes: Vec<Change>,
    /// Taking it back needs the same proof as the order.
    pub guarded: bool,
    pub undone: bool,
    pub done_at: Steady,
}

/// An order to be put on record.
#[derive(Debug, Clone)]
pub struct NewUndoable<'a> {
    pub owner: &'a str,
    pub what: &'a str,
    pub remains: &'a str,
    pub changes: &'a [Change],
    /// Whom it is about: forgetting them forgets the order too.
    pub contact: Option<ContactId>,
    pub guarded: bool,
}

pub(super) const LAST: &str =
    "SELECT id, what, remains, changes, guarded, undone, done_at FROM undo WHERE owner = ?1 ORDER BY id DESC LIMIT 1";
pub(super) const TRIM: &str = "DELETE FROM undo WHERE owner = ?1 AND id <= \
     (SELECT id FROM undo WHERE owner = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";

impl Tx<'_> {
    /// Puts an order on record; the oldest beyond [`KEPT_PER_OWNER`] are dropped.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn add_undo(&self, new: &NewUndoable<'_>) -> Result<(), StoreError> {
        // Strings and integers always make JSON.
        let changes = serde_json::to_string(new.changes).unwrap_or_else(|_| "[]".to_owned());
        self.conn
            .prepare_cached(
                "INSERT INTO undo (owner, what, remains, changes, contact_id, guarded, done_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                new.owner,
                new.what,
                new.remains,
                changes,
                new.contact,
                new.guarded,
                self.now.steady,
            ])?;
        self.conn
            .prepare_cached(TRIM)?
            .execute(params![new.owner, KEPT_PER_OWNER])?;
        Ok(())
    }

    /// The order that owner gave last.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_undo(&self, owner: &str) -> Result<Option<Undoable>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(LAST)?
            .query_row([owner], |row| {
                let changes: String = row.get(3)?;
                Ok(Undoable {
                    id: row.get(0)?,
                    what: row.get(1)?,
                    remains: row.get(2)?,
                    // A newer program's changes, read by an older one, can't be taken back.
                    changes: serde_json::from_str(&changes).unwrap_or_default(),
                    guarded: row.get(4)?,
                    undone: row.get(5)?,
                    done_at: row.get(6)?,
                })
            })
            .optional()?)
    }

    /// Marks an order as taken back, or as done again, now.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn mark_undone(&self, id: i64, undone: bool) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE undo SET undone = ?2, done_at = ?3 WHERE id = ?1")?
            .execute(params![id, undone, self.now.steady])?;
        Ok(())
    }

    /// Drops what that phone could take back: it is no member any more.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn drop_undo(&self, owner: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM undo WHERE owner = ?1")?
            .execute([owner])?;
        Ok(())
    }
}
