//! What happened last, for the check-up.

use super::types::State;
use super::{Store, StoreError};
use rusqlite::OptionalExtension;

/// What happened last. Times in milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lately {
    /// What became of the newest text out that has been tried.
    pub text_out: Option<State>,
    /// When the newest text came in.
    pub text_in_utc: Option<i64>,
    /// When the newest call rang.
    pub call_utc: Option<i64>,
}

impl Store {
    /// The newest text each way and the newest call, for [`crate::checkup`].
    ///
    /// # Errors
    /// SQLite's own.
    pub fn lately(&self) -> Result<Lately, StoreError> {
        let conn = self.conn();
        let text_out = conn
            .prepare_cached(
                "SELECT state FROM message WHERE direction = 'out' AND state NOT IN ('queued', 'submitting')
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?;
        let newest = |sql: &str| -> Result<Option<i64>, StoreError> {
            Ok(conn
                .prepare_cached(sql)?
                .query_row([], |row| row.get::<_, i64>(0))
                .optional()?)
        };
        Ok(Lately {
            text_out,
            text_in_utc: newest("SELECT created_utc FROM message WHERE direction = 'in' ORDER BY id DESC LIMIT 1")?,
            call_utc: newest("SELECT started_utc FROM call ORDER BY id DESC LIMIT 1")?,
        })
    }
}
