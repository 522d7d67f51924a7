//! Messages: every text in either direction.

use super::contacts::ContactId;
use super::types::{Direction, Kind, State};
use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::{Handle, MessageId};
use rusqlite::{OptionalExtension, Row, params};

/// A row of `message`, as the desk needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub direction: Direction,
    pub kind: Kind,
    pub peer: String,
    /// The caller it is from, for, or (in lines to the owner) about.
    pub contact: Option<ContactId>,
    pub handle: Option<Handle>,
    pub text: String,
    pub parts: u8,
    pub complete: bool,
    pub state: State,
    pub created_at: Steady,
    pub created_utc_ms: i64,
    pub offset_s: i32,
}

/// A text to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMessage<'a> {
    pub direction: Direction,
    pub kind: Kind,
    pub peer: &'a str,
    pub contact: Option<ContactId>,
    pub handle: Option<Handle>,
    pub text: &'a str,
    pub parts: u8,
    /// Sent to a caller without a human behind it; counts for the caps.
    pub automatic: bool,
    /// False for a long text of which parts are missing.
    pub complete: bool,
    pub state: State,
    /// The text that this one carries on or answers.
    pub about: Option<MessageId>,
}

macro_rules! columns {
    () => {
        "id, direction, kind, peer, contact_id, handle, text, parts, complete, state, created_at, created_utc, offset_s"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM message WHERE id = ?1");
const KEPT_FROM: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE id >= ?1 AND direction = 'in' AND kind = 'forward' AND text <> '' AND NOT EXISTS \
     (SELECT 1 FROM journal j WHERE j.contact_id = message.contact_id AND j.message_id = message.id AND j.what <> ?3) \
     ORDER BY id LIMIT ?2"
);
pub(super) const LAST_HEARD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE contact_id = ?1 AND direction = 'in' AND kind = 'forward' ORDER BY id DESC LIMIT ?2"
);
pub(super) const LAST_WITH: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE contact_id = ?1 AND (direction = 'in' OR kind IN ('text_back', 'relay')) \
     ORDER BY id DESC LIMIT ?2"
);
pub(super) const FORWARD_OF: &str =
    "SELECT text FROM message WHERE about = ?1 AND direction = 'out' AND kind = 'forward' ORDER BY id LIMIT 1";
pub(super) const TEXT_BACKS_SINCE: &str = "SELECT count(*) FROM message INDEXED BY message_automatic WHERE automatic = 1 AND kind = 'text_back' AND created_at > ?1";
pub(super) const AUTOMATIC_SINCE: &str = "SELECT count(*) FROM message INDEXED BY message_automatic \
     WHERE contact_id = ?1 AND automatic = 1 AND created_at > ?2 AND state <> 'failed'";
pub(super) const LAST_TEXT_BACK: &str = "SELECT m.created_at, (SELECT max(coalesce(accepted_at, submitted_at)) FROM outbox o WHERE o.message_id = m.id) \
     FROM call c JOIN message m ON m.id = c.message_id \
     WHERE c.contact_id = ?1 AND c.decision = 'texted' AND m.state <> 'failed' ORDER BY c.id DESC LIMIT 1";

fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        direction: row.get(1)?,
        kind: row.get(2)?,
        peer: row.get(3)?,
        contact: row.get(4)?,
        handle: row.get(5)?,
        text: row.get(6)?,
        parts: row.get(7)?,
        complete: row.get(8)?,
        state: row.get(9)?,
        created_at: row.get(10)?,
        created_utc_ms: row.get(11)?,
        offset_s: row.get(12)?,
    })
}

impl Tx<'_> {
    /// Records a text.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn add_message(&self, new: &NewMessage<'_>) -> Result<MessageId, StoreError> {
        let wall = self.now.wall;
        self.conn
            .prepare_cached(
                "INSERT INTO message (direction, kind, peer, contact_id, handle, text, parts, automatic, complete, \
                 state, about, created_utc, offset_s, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                new.direction,
                new.kind,
                new.peer,
                new.contact,
                new.handle,
                new.text,
                new.parts,
                new.automatic,
                new.complete,
                new.state,
                new.about,
                wall.utc_ms,
                wall.offset_s,
                self.now.steady,
            ])?;
        Ok(MessageId(self.conn.last_insert_rowid()))
    }

    /// The text of that row.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        Ok(self.conn.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
    }

    /// Puts `text` in the place of a received text that had a secret in it, and erases its PDUs.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn redact_message(&self, id: MessageId, text: &str) -> Result<(), StoreError> {
        self.erased.set(true);
        self.conn
            .prepare_cached("UPDATE message SET text = ?2 WHERE id = ?1")?
            .execute(params![id, text])?;
        self.conn
            .prepare_cached("UPDATE inbound_part SET raw = x'' WHERE message_id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// What an incoming text turned out to be.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn classify_message(
        &self,
        id: MessageId,
        kind: Kind,
        contact: Option<ContactId>,
        handle: Option<Handle>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE message SET kind = ?2, contact_id = ?3, handle = ?4 WHERE id = ?1")?
            .execute(params![id, kind, contact, handle])?;
        Ok(())
    }

    /// More of a long text arrived.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn rewrite_message(&self, id: MessageId, text: &str, parts: u8, complete: bool) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE message SET text = ?2, parts = ?3, complete = ?4 WHERE id = ?1")?
            .execute(params![id, text, parts, complete])?;
        Ok(())
    }

    /// Callers' texts from `first` on of which nothing stands in the journal but perhaps `only`: it says what became of all that
    /// were not to be passed on. Oldest first.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn kept_from(&self, first: MessageId, only: &str, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(KEPT_FROM)?;
        let rows = statement.query_map(params![first, limit, only], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a caller's text was ever passed on to anybody.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn ever_forwarded(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE direction = 'out' AND kind = 'forward')";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The last texts of a contact to us, latest first.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_heard(&self, contact: ContactId, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(LAST_HEARD)?;
        let rows = statement.query_map(params![contact, limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last texts from and to a contact, latest first; not the lines about them.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_with(&self, contact: ContactId, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(LAST_WITH)?;
        let rows = statement.query_map(params![contact, limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The line that carried a caller's text to the owner, as it went.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn forward_of(&self, message: MessageId) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(FORWARD_OF)?
            .query_row([message], |row| row.get(0))
            .optional()?)
    }

    /// How many automatic texts were queued for a contact after `since` and did not fail.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn automatic_since(&self, contact: ContactId, since: Steady) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached(AUTOMATIC_SINCE)?
            .query_row(params![contact, since], |row| row.get(0))?)
    }

    /// Texts to missed callers made after `since`, to anybody.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn text_backs_since(&self, since: Steady) -> Result<u32, StoreError> {
        let mut statement = self.conn.prepare_cached(TEXT_BACKS_SINCE)?;
        Ok(statement.query_row([since], |row| row.get(0))?)
    }

    /// When the last text-back to a contact went out, or was queued if it has not yet.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn last_text_back(&self, contact: ContactId) -> Result<Option<Steady>, StoreError> {
        let found = self
            .conn
            .prepare_cached(LAST_TEXT_BACK)?
            .query_row([contact], |row| {
                Ok((row.get::<_, Steady>(0)?, row.get::<_, Option<Steady>>(1)?))
            })
            .optional()?;
        Ok(found.map(|(queued, sent)| sent.unwrap_or(queued)))
    }
}
