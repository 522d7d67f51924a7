//! Whether the ledger is as it was written.

use super::super::{Store, StoreError};
use super::{Row, anchor, key, subject_of, words_hash_of};

/// What checking the ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerCheck {
    /// Every row is as it was written.
    Intact {
        entries: u64,
        /// Entries whose number and words were erased since.
        erased: u64,
        /// The last row's hash: it stands for the whole ledger.
        last_hash: String,
    },
    /// The first row that is not as it was written, or is missing.
    Broken { entry: i64, why: &'static str },
}

impl std::fmt::Display for LedgerCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LedgerCheck::Intact {
                entries,
                erased,
                last_hash,
            } => write!(
                f,
                "consent ledger: intact, {entries} entries ({erased} of them erased but for their hash), last hash {last_hash}"
            ),
            LedgerCheck::Broken { entry, why } => write!(f, "consent ledger: BROKEN at entry {entry}: {why}"),
        }
    }
}

impl Store {
    /// Checks every entry against its hash and the one before it, the clear text against its hashes, and that everything the
    /// opt-out file has seen of the ledger is still in it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn check_ledger(&self) -> Result<LedgerCheck, StoreError> {
        let conn = self.conn();
        let key = key(conn)?;
        let (anchored, mut previous) = anchor(conn)?;
        let mut expected = anchored + 1;
        let (mut entries, mut erased) = (0, 0);
        let mut witnessed = self.witnessed();
        let mut statement = conn.prepare(
            "SELECT l.id, l.subject, l.event, l.how, l.words_hash, l.created_utc, l.offset_s, l.previous, l.hash, \
             c.number, c.words FROM ledger l LEFT JOIN ledger_clear c ON c.entry = l.id ORDER BY l.id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let read = Row {
                id: row.get(0)?,
                subject: row.get(1)?,
                event: row.get(2)?,
                how: row.get(3)?,
                words_hash: row.get(4)?,
                created_utc: row.get(5)?,
                offset_s: row.get(6)?,
                previous: row.get(7)?,
                hash: row.get(8)?,
            };
            let broken = |why| LedgerCheck::Broken { entry: expected, why };
            if read.id != expected {
                return Ok(broken("it is missing"));
            }
            if read.previous != previous {
                return Ok(broken("it does not follow the entry before it"));
            }
            if read.hash != read.sealed() {
                return Ok(broken("it was changed"));
            }
            match (row.get::<_, Option<String>>(9)?, row.get::<_, Option<String>>(10)?) {
                (Some(number), Some(words)) => {
                    if subject_of(&key, &number) != read.subject {
                        return Ok(broken("its number was changed"));
                    }
                    if words_hash_of(&key, &words) != read.words_hash {
                        return Ok(broken("its words were changed"));
                    }
                }
                (Some(_) | None, Some(_) | None) => erased += 1,
            }
            witnessed.remove(&read.hash);
            previous = read.hash;
            expected += 1;
            entries += 1;
        }
        // What was removed after its years may be in the file still; without any such, every line must have been found.
        if anchored == 0 && !witnessed.is_empty() {
            return Ok(LedgerCheck::Broken {
                entry: expected,
                why: "an entry that the opt-out file has seen is missing",
            });
        }
        Ok(LedgerCheck::Intact {
            entries,
            erased,
            last_hash: previous,
        })
    }
}
