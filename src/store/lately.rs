//! What happened last, for the check-up.

use super::types::State;
use super::{Store, StoreError};
use rusqlite::OptionalExtension;

/// So many of the newest texts out are looked at.
const TEXTS_OUT: u32 = 10;

/// What happened last. Times in milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lately {
    /// What became of the newest texts out that have been tried: `failed` or `in_doubt` if the newest is so; else `delivered` if a
    /// report says it of any of them, since of texts to owners none is asked for.
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
        let tried: Vec<State> = conn
            .prepare_cached(
                "SELECT state FROM message WHERE direction = 'out' AND state NOT IN ('queued', 'submitting')
                 ORDER BY id DESC LIMIT ?1",
            )?
            .query_map([TEXTS_OUT], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let text_out = match tried.first() {
            Some(State::Accepted) if tried.contains(&State::Delivered) => Some(State::Delivered),
            newest => newest.copied(),
        };
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

#[cfg(test)]
mod tests {
    use super::super::generate::noon;
    use super::super::messages::NewMessage;
    use super::super::types::{Direction, Kind};
    use super::*;

    #[test]
    fn a_report_counts_until_newer_texts_without_one_are_many_and_the_newest_failure_counts_at_once() {
        let mut store = Store::open_in_memory().unwrap();
        let mut after = |state| {
            let text = NewMessage {
                direction: Direction::Out,
                kind: Kind::Alert,
                peer: "+15125550100",
                contact: None,
                handle: None,
                text: "Missed 27",
                parts: 1,
                automatic: false,
                complete: true,
                state,
                about: None,
            };
            store.transact(noon(), |tx| tx.add_message(&text)).unwrap();
            store.lately().unwrap().text_out
        };
        assert_eq!(after(State::Queued), None, "it has not been tried");
        assert_eq!(after(State::Accepted), Some(State::Accepted));
        assert_eq!(after(State::Delivered), Some(State::Delivered));
        assert_eq!(
            after(State::Accepted),
            Some(State::Delivered),
            "of the owner's line no report is asked"
        );
        assert_eq!(after(State::Failed), Some(State::Failed));
        for _ in 3..TEXTS_OUT {
            assert_eq!(after(State::Accepted), Some(State::Delivered));
        }
        assert_eq!(after(State::Accepted), Some(State::Accepted), "that was long ago");
    }
}
