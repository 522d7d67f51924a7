//! Why a call or a caller was or wasn't texted, as far as it is on record.

use super::{CALL, CallRecord, JournalRecord, MESSAGE, MessageRecord, OF_CALL, OF_CONTACT, call, message};
use crate::ids::{CallId, Handle};
use crate::phone::PhoneNumber;
use crate::store::{Store, StoreError};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

/// Everything that explains one call, or one handle's latest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    pub call: Option<CallRecord>,
    pub handle: Option<Handle>,
    pub number: Option<String>,
    pub opted_out: bool,
    pub journal: Vec<JournalRecord>,
    pub messages: Vec<MessageRecord>,
}

/// Whom or what somebody asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    HandleOrCall(i64),
    Caller(PhoneNumber),
}

/// Journal lines and texts shown by [`Store::why`].
const WHY_LIMIT: u32 = 20;

impl Store {
    /// Why the call with that id was texted or not. `None` if there is no such call.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn why_call(&self, id: CallId) -> Result<Option<Why>, StoreError> {
        let sql = format!("SELECT {CALL} FROM call WHERE id = ?1");
        let Some(record) = self.conn().prepare_cached(&sql)?.query_row([id], call).optional()? else {
            return Ok(None);
        };
        let contact: Option<i64> = self
            .conn()
            .query_row("SELECT contact_id FROM call WHERE id = ?1", [id], |row| row.get(0))?;
        let journal = self.journal(OF_CALL, params![WHY_LIMIT, contact, id])?;
        let mut why = self.why_contact(contact)?;
        why.call = Some(record);
        why.journal = journal;
        Ok(Some(why))
    }

    /// The latest about the caller with that handle. `None` if nobody has it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn why_handle(&self, handle: Handle) -> Result<Option<Why>, StoreError> {
        let contact: Option<i64> = self
            .conn()
            .query_row("SELECT contact_id FROM handle WHERE handle = ?1", [handle], |row| {
                row.get(0)
            })
            .optional()?
            .flatten();
        match contact {
            Some(contact) => self.why_caller(contact).map(Some),
            None => Ok(None),
        }
    }

    fn why_caller(&self, contact: i64) -> Result<Why, StoreError> {
        let sql = format!("SELECT {CALL} FROM call WHERE contact_id = ?1 ORDER BY id DESC LIMIT 1");
        let mut why = self.why_contact(Some(contact))?;
        why.call = self
            .conn()
            .prepare_cached(&sql)?
            .query_row([contact], call)
            .optional()?;
        Ok(why)
    }

    /// What a person means by `why 27` or `why 1041`: a handle if somebody has it, else a call.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn why(&self, subject: &Subject) -> Result<Option<Why>, StoreError> {
        let number = match subject {
            Subject::HandleOrCall(number) => *number,
            Subject::Caller(number) => {
                let contact = self
                    .conn()
                    .query_row("SELECT id FROM contact WHERE number = ?1", [number.e164()], |row| {
                        row.get(0)
                    })
                    .optional()?;
                return contact.map(|contact| self.why_caller(contact)).transpose();
            }
        };
        if let Ok(handle) = u16::try_from(number)
            && let Some(why) = self.why_handle(Handle(handle))?
        {
            return Ok(Some(why));
        }
        self.why_call(CallId(number))
    }

    fn why_contact(&self, contact: Option<i64>) -> Result<Why, StoreError> {
        let mut why = Why {
            call: None,
            handle: None,
            number: None,
            opted_out: false,
            journal: Vec::new(),
            messages: Vec::new(),
        };
        let Some(contact) = contact else { return Ok(why) };
        why.handle = self
            .conn()
            .query_row("SELECT handle FROM handle WHERE contact_id = ?1", [contact], |row| {
                row.get(0)
            })
            .optional()?;
        (why.number, why.opted_out) = self.conn().query_row(
            "SELECT number, opted_out FROM contact WHERE id = ?1",
            [contact],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        why.journal = self.journal(OF_CONTACT, params![WHY_LIMIT, contact])?;
        let sql = format!(
            "SELECT * FROM (SELECT {MESSAGE} FROM message WHERE contact_id = ?1 ORDER BY id DESC LIMIT ?2) ORDER BY id"
        );
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map(params![contact, WHY_LIMIT], message)?;
        why.messages = rows.collect::<Result<_, _>>()?;
        Ok(why)
    }
}
