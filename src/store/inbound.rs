//! What came in: raw PDUs of every part, known by a key so that the same PDU read twice is one text; and what nobody
//! could decode.

use super::{StoreError, Tx};
use crate::clock::Steady;
use crate::ids::MessageId;
use rusqlite::{OptionalExtension, Row, params};

/// How one part of a long text says which text it belongs to (3GPP TS 23.040 §9.2.3.24.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concat {
    pub reference: u16,
    pub total: u8,
    pub part: u8,
}

/// A received part to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInbound<'a> {
    /// Sender, time stamp, content hash, reference and part: the same for the same PDU, however often it is read.
    pub key: &'a str,
    pub raw: &'a [u8],
    pub sender: &'a str,
    pub concat: Option<Concat>,
    pub message: Option<MessageId>,
}

/// A stored part of a long text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundPart {
    pub id: i64,
    pub raw: Vec<u8>,
    pub sender: String,
    pub concat: Option<Concat>,
    pub message: Option<MessageId>,
    pub received_at: Steady,
}

pub(super) const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM inbound_part WHERE key = ?1)";
pub(super) const SIBLINGS: &str = "SELECT id, raw, sender, concat_ref, total, part, message_id, received_at \
     FROM inbound_part WHERE sender = ?1 AND concat_ref = ?2 AND total = ?3 AND received_at > ?4 ORDER BY received_at, id";
const BY_ID: &str = "SELECT id, raw, sender, concat_ref, total, part, message_id, received_at \
     FROM inbound_part WHERE id = ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<InboundPart> {
    let reference: Option<u16> = row.get(3)?;
    let total: Option<u8> = row.get(4)?;
    let part: Option<u8> = row.get(5)?;
    Ok(InboundPart {
        id: row.get(0)?,
        raw: row.get(1)?,
        sender: row.get(2)?,
        concat: match (reference, total, part) {
            (Some(reference), Some(total), Some(part)) => Some(Concat { reference, total, part }),
            (Some(_) | None, Some(_) | None, Some(_) | None) => None,
        },
        message: row.get(6)?,
        received_at: row.get(7)?,
    })
}

impl Tx<'_> {
    /// Whether a part with this key was stored before.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn inbound_known(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached(KNOWN)?.query_row([key], |row| row.get(0))?)
    }

    /// Keeps a part; its row id.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn add_inbound(&self, new: &NewInbound<'_>) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO inbound_part (key, raw, sender, concat_ref, total, part, message_id, received_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                new.key,
                new.raw,
                new.sender,
                new.concat.map(|c| c.reference),
                new.concat.map(|c| c.total),
                new.concat.map(|c| c.part),
                new.message,
                self.now.steady,
            ])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The part of that row.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn inbound_part(&self, id: i64) -> Result<Option<InboundPart>, StoreError> {
        Ok(self.conn.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
    }

    /// The stored parts of the long text `concat` is of, received after `since`, in the order they came.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn siblings(&self, sender: &str, concat: Concat, since: Steady) -> Result<Vec<InboundPart>, StoreError> {
        let mut statement = self.conn.prepare_cached(SIBLINGS)?;
        let rows = statement.query_map(params![sender, concat.reference, concat.total, since], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A part belongs to that text now.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn assign_inbound(&self, id: i64, message: MessageId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE inbound_part SET message_id = ?2 WHERE id = ?1")?
            .execute(params![id, message])?;
        Ok(())
    }

    /// Keeps what can't be decoded. False if exactly this was kept before.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn quarantine(&self, raw: &[u8], hex: bool, why: &str) -> Result<bool, StoreError> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT INTO undecodable (raw, hex, why, received_utc, received_at) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (raw) DO NOTHING",
            )?
            .execute(params![raw, hex, why, self.now.wall.utc_ms, self.now.steady])?;
        Ok(added == 1)
    }
}
