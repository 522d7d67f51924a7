//! Contacts: one row per number that ever called or texted, with what we know and owe.

use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::MessageId;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// A row of `contact`. Change fields and give it to [`Tx::save_contact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    /// E.164 with `+`, or a short code or name exactly as the network gave it.
    pub number: String,
    /// What the owner called them (`NAME 27 Dave`).
    pub name: Option<String>,
    /// Never text them, never forward from them.
    pub blocked: bool,
    /// Never text them automatically; forward as usual.
    pub friend: bool,
    pub opted_out: bool,
    /// Why no automatic text goes there, if so.
    pub frozen: Option<String>,
    /// The owner was told that a machine answers there.
    pub robot_told: bool,
    /// They spoke last.
    pub waiting: bool,
    /// The first of their texts that nobody has answered; means something only while they wait.
    pub waiting_since: Option<Steady>,
    /// When a text with the STOP line last went there.
    pub stop_line_at: Option<Steady>,
    /// When a human text last went either way.
    pub human_at: Option<Steady>,
    /// When they last texted.
    pub heard_at: Option<Steady>,
    /// When the owner was last told of a missed call of theirs.
    pub told_at: Option<Steady>,
    /// A failed report taught us that it can't get texts; until then.
    pub landline_until: Option<Steady>,
}

/// Row id in table `contact`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub i64);

impl rusqlite::ToSql for ContactId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for ContactId {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(ContactId)
    }
}

/// The columns of [`Contact`], in the order of `read`.
macro_rules! columns {
    () => {
        "id, number, name, blocked, friend, opted_out, frozen, robot_told, waiting, stop_line_at, human_at, heard_at, \
         told_at, landline_until, waiting_since"
    };
}

pub(super) const BY_NUMBER: &str = concat!("SELECT ", columns!(), " FROM contact WHERE number = ?1");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM contact WHERE id = ?1");
pub(super) const SPOKEN_SINCE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contact WHERE heard_at > ?1 AND opted_out = 0 AND blocked = 0 ORDER BY heard_at DESC LIMIT ?2"
);
pub(super) const PARTS_OF: &str = "DELETE FROM inbound_part WHERE sender = ?1 AND concat_ref IS NOT NULL";
pub(super) const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contact WHERE waiting = 1 ORDER BY heard_at LIMIT ?1"
);
pub(super) const ALIVE_SINCE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contact WHERE human_at > ?1 AND opted_out = 0 AND blocked = 0 ORDER BY human_at DESC LIMIT ?2"
);

fn read(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: row.get(0)?,
        number: row.get(1)?,
        name: row.get(2)?,
        blocked: row.get(3)?,
        friend: row.get(4)?,
        opted_out: row.get(5)?,
        frozen: row.get(6)?,
        robot_told: row.get(7)?,
        waiting: row.get(8)?,
        stop_line_at: row.get(9)?,
        human_at: row.get(10)?,
        heard_at: row.get(11)?,
        told_at: row.get(12)?,
        landline_until: row.get(13)?,
        waiting_since: row.get(14)?,
    })
}

/// Setting, followed by the contact's row id: up to where `MORE` has shown which text, as `message:octet`. It goes with the contact,
/// or the next one with that row would have it.
pub const MORE_FROM: &str = "more_from_";

/// Every contact's row and number: for the rare look over all of them after a loss.
pub(super) fn numbers(conn: &rusqlite::Connection) -> Result<Vec<(ContactId, String)>, StoreError> {
    let mut statement = conn.prepare("SELECT id, number FROM contact")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Settled texts with the team that belong to no caller; not the order in hand. Over everything that is kept, because FORGET is rare.
const OF_NOBODY: &str = "SELECT id, text FROM message WHERE contact_id IS NULL AND text <> '' \
     AND kind IN ('answer', 'command', 'alert') AND state NOT IN ('queued', 'submitting', 'in_doubt') \
     AND id < (SELECT max(id) FROM message WHERE direction = 'in')";
pub(super) const HEARD_SINCE: &str =
    "SELECT count(*) FROM contact INDEXED BY contact_heard WHERE heard_at IS NOT NULL AND heard_at > ?1";

impl Tx<'_> {
    /// How many people texted after `since`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn people_heard_since(&self, since: Steady) -> Result<u32, StoreError> {
        let mut statement = self.conn.prepare_cached(HEARD_SINCE)?;
        Ok(statement.query_row([since], |row| row.get(0))?)
    }

    /// The contact with that number.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn contact(&self, number: &str) -> Result<Option<Contact>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(BY_NUMBER)?
            .query_row([number], read)
            .optional()?)
    }

    /// The contact of that row.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn contact_by_id(&self, id: ContactId) -> Result<Option<Contact>, StoreError> {
        Ok(self.conn.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
    }

    /// The contact with that number, made if it is new; then with what is remembered of it by its hash.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn contact_or_new(&self, number: &str) -> Result<Contact, StoreError> {
        if let Some(known) = self.contact(number)? {
            return Ok(known);
        }
        let remembered = self.take_remembered(number)?;
        self.conn
            .prepare_cached(
                "INSERT INTO contact (number, opted_out, blocked, friend, created_utc) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                number,
                remembered.opted_out,
                remembered.blocked,
                remembered.friend,
                self.now.wall.utc_ms
            ])?;
        Ok(Contact {
            id: ContactId(self.conn.last_insert_rowid()),
            number: number.to_owned(),
            name: None,
            blocked: remembered.blocked,
            friend: remembered.friend,
            opted_out: remembered.opted_out,
            frozen: None,
            robot_told: false,
            waiting: false,
            waiting_since: None,
            stop_line_at: None,
            human_at: None,
            heard_at: None,
            told_at: None,
            landline_until: None,
        })
    }

    /// Writes every field of `contact`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn save_contact(&self, contact: &Contact) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE contact SET name = ?2, blocked = ?3, friend = ?4, opted_out = ?5, frozen = ?6, robot_told = ?7, \
                 waiting = ?8, stop_line_at = ?9, human_at = ?10, heard_at = ?11, told_at = ?12, landline_until = ?13, \
                 waiting_since = ?14 \
                 WHERE id = ?1",
            )?
            .execute(params![
                contact.id,
                contact.name,
                contact.blocked,
                contact.friend,
                contact.opted_out,
                contact.frozen,
                contact.robot_told,
                contact.waiting,
                contact.stop_line_at,
                contact.human_at,
                contact.heard_at,
                contact.told_at,
                contact.landline_until,
                contact.waiting_since,
            ])?;
        Ok(())
    }

    /// Who texted after `since` and may be texted, latest first, at most `limit`. Those who may not don't count towards it:
    /// a choice between two must not look like one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn spoken_since(&self, since: Steady, limit: u32) -> Result<Vec<Contact>, StoreError> {
        let mut statement = self.conn.prepare_cached(SPOKEN_SINCE)?;
        let rows = statement.query_map(params![since, limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who spoke last and waits for an answer, longest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn waiting(&self, limit: u32) -> Result<Vec<Contact>, StoreError> {
        let mut statement = self.conn.prepare_cached(WAITING)?;
        let rows = statement.query_map([limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Conversations with a text either way after `since`, latest first, at most `limit`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn alive_since(&self, since: Steady, limit: u32) -> Result<Vec<Contact>, StoreError> {
        let mut statement = self.conn.prepare_cached(ALIVE_SINCE)?;
        let rows = statement.query_map(params![since, limit], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Erases what is known of a contact: texts, calls' number, name, handle, number and words in the ledger. That they opted
    /// out, are blocked or a friend stays known by the number's hash.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn forget(&self, contact: &Contact) -> Result<(), StoreError> {
        self.erased.set(true);
        self.forget_in_ledger(contact)?;
        self.forget_mentions(contact)?;
        let id = contact.id;
        for sql in [
            "DELETE FROM journal WHERE contact_id = ?1",
            "UPDATE call SET caller = NULL, message_id = NULL WHERE contact_id = ?1",
            "DELETE FROM message WHERE contact_id = ?1",
            "DELETE FROM contact WHERE id = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([id])?;
        }
        self.drop_setting(&format!("{MORE_FROM}{}", id.0))?;
        // Parts of a long text that never became whole belong to no text yet.
        self.conn.prepare_cached(PARTS_OF)?.execute([&contact.number])?;
        Ok(())
    }

    /// The words of texts with the team that are about several callers or none go too where this one stands in them, by number, name or
    /// handle: pages of LIST, questions whom a text is for, orders that name them.
    fn forget_mentions(&self, contact: &Contact) -> Result<(), StoreError> {
        let handle = self.holding_of(contact.id)?.map(|holding| holding.handle.to_string());
        let mentioned = |text: &str| {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            let named = |name: &String| text.to_lowercase().contains(&name.to_lowercase());
            text.contains(&contact.number)
                || contact.name.as_ref().is_some_and(named)
                || handle.as_deref().is_some_and(|handle| words.any(|word| word == handle))
        };
        let mut statement = self.conn.prepare_cached(OF_NOBODY)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let found: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
        for (id, _) in found.iter().filter(|(_, text)| mentioned(text)) {
            // The rows stay: the governor counts them.
            self.redact_message(MessageId(*id), "")?;
            self.conn
                .prepare_cached("UPDATE outbox SET tpdu = x'' WHERE message_id = ?1")?
                .execute([id])?;
        }
        Ok(())
    }
}
