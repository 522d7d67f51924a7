//! The store: SQLite, the only truth that survives a power cut.
//!
//! One writer. [`Store::transact`] is the only way to write: `BEGIN IMMEDIATE … COMMIT` with WAL and `synchronous=FULL`,
//! so whatever it returned is durable. No other module knows SQL. Every query of the daily work is an index look-up; the
//! tests prove it with `EXPLAIN QUERY PLAN`.
//!
//! - [`schema`]: tables and migrations
//! - [`types`]: the words that columns may hold
//! - [`calls`], [`contacts`], [`handles`], [`messages`], [`outbox`], [`inbound`], [`timers`], [`records`]: rows ⇄ types
//! - [`undo`]: orders that can be taken back
//! - [`report`]: what the command line shows
//! - [`generate`]: a database of any size for the bench

use crate::clock::{Now, Steady};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};

pub mod calls;
pub mod contacts;
pub mod generate;
pub mod handles;
pub mod inbound;
pub mod messages;
pub mod outbox;
pub mod records;
pub mod report;
pub mod schema;
pub mod timers;
pub mod types;
pub mod undo;

/// Prepared statements kept. More than the program has, so that nothing on the hot path is parsed twice.
const STATEMENT_CACHE: usize = 160;

/// How long another process (the command line, reading) may hold a lock before we say so, milliseconds.
const BUSY_TIMEOUT_MS: u64 = 5000;

/// WAL pages before SQLite checkpoints by itself within a commit. High, because [`Store::checkpoint`] does it when idle.
const WAL_AUTOCHECKPOINT_PAGES: u32 = 4000;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file can't be opened or created.
    #[error("cannot open the database {}: {reason}. {advice}", path.display())]
    CannotOpen {
        path: PathBuf,
        reason: String,
        advice: &'static str,
    },
    /// A newer program has migrated it. Nothing was changed.
    #[error(
        "the database was written by a newer textback (its schema is {found}, this program knows up to {known}). \
         Nothing was changed. Install that version again, or point [store] path at another file"
    )]
    Newer { found: i64, known: i64 },
    /// Not a database, or damaged.
    #[error(
        "the database {} is damaged or not a textback database: {reason}. Nothing was changed. Move it away \
         (a new one is made at the next start) and keep it: the opt-outs are in it", path.display()
    )]
    Corrupt { path: PathBuf, reason: String },
    /// A migration would leave rows that refer to nothing. Nothing was changed.
    #[error(
        "the database could not be brought to version {step}: {dangling} rows would refer to nothing. Nothing was changed"
    )]
    Migration { step: i64, dangling: i64 },
    /// SQLite said no while working: disk full, I/O error, a constraint.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The database, opened for writing or for reading.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
}

/// A transaction under way. All writing goes through its methods, spread over the files of this folder.
#[derive(Debug)]
pub struct Tx<'c> {
    pub(in crate::store) conn: rusqlite::Transaction<'c>,
    now: Now,
}

impl Tx<'_> {
    /// The time that came with the input.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// The steady part of [`Tx::now`].
    #[must_use]
    pub fn steady(&self) -> Steady {
        self.now.steady
    }
}

impl Store {
    /// Opens, creates if missing, and migrates the database at `path`.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::Newer`], [`StoreError::Corrupt`], each naming what to do.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let conn = Connection::open(path).map_err(|e| open_error(path, &e))?;
        Store::prepare(conn).map_err(|e| at_path(path, e))
    }

    /// A database in memory, for the demo and tests.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] if SQLite can't allocate.
    pub fn open_in_memory() -> Result<Store, StoreError> {
        Store::prepare(Connection::open_in_memory()?)
    }

    /// Opens an existing database for reading only, as `status`, `calls`, `messages`, `why` and `export` do when no
    /// daemon answers. Never creates or migrates.
    ///
    /// # Errors
    /// As [`Store::open`]; also if the file is not there or its schema is older than this program's.
    pub fn open_read_only(path: &Path) -> Result<Store, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(|e| open_error(path, &e))?;
        let reading = || -> Result<Store, StoreError> {
            conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
            let found = schema::version(&conn)?;
            if found > schema::LATEST {
                return Err(StoreError::Newer {
                    found,
                    known: schema::LATEST,
                });
            }
            if found < schema::LATEST {
                return Err(StoreError::CannotOpen {
                    path: path.to_owned(),
                    reason: format!("its schema is {found}, this program reads {}", schema::LATEST),
                    advice: "Start `textback run` once: it migrates the database",
                });
            }
            Ok(Store { conn })
        };
        reading().map_err(|e| at_path(path, e))
    }

    fn prepare(conn: Connection) -> Result<Store, StoreError> {
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
        conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        let found = schema::version(&conn)?;
        if found > schema::LATEST {
            return Err(StoreError::Newer {
                found,
                known: schema::LATEST,
            });
        }
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "wal_autocheckpoint", WAL_AUTOCHECKPOINT_PAGES)?;
        let mut store = Store { conn };
        schema::migrate(&mut store.conn)?;
        store.conn.pragma_update(None, "foreign_keys", "ON")?;
        Ok(store)
    }

    /// Runs `work` in one transaction and commits it; on any error nothing of it happened. Records `now` as the last time
    /// known, so that the steady clock continues from there after a restart.
    ///
    /// # Errors
    /// Whatever `work` returned, or SQLite's own at commit.
    pub fn transact<T>(
        &mut self,
        now: Now,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let conn = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tx = Tx { conn, now };
        let value = work(&tx)?;
        tx.keep_time()?;
        tx.conn.commit()?;
        Ok(value)
    }

    /// Runs `look` on one consistent view without writing anything.
    ///
    /// # Errors
    /// Whatever `look` returned.
    pub fn look<T>(&mut self, now: Now, look: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let conn = self.conn.transaction_with_behavior(TransactionBehavior::Deferred)?;
        look(&Tx { conn, now })
    }

    /// Moves the write-ahead log into the database file. Call it when nothing else is to be done: it costs two syncs.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] on I/O errors; a reader holding it back is not an error.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    pub(in crate::store) fn conn(&self) -> &Connection {
        &self.conn
    }
}

/// Says what opening ran into, with the operating system's reason where SQLite hides it.
fn open_error(path: &Path, error: &rusqlite::Error) -> StoreError {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let os = std::fs::metadata(path).err().map(|e| e.to_string());
    let folder = parent.and_then(|p| std::fs::metadata(p).err());
    let (reason, advice) = match (folder, os) {
        (Some(e), _) => (
            format!("its folder can't be used ({e})"),
            "Create the folder and let the user that runs textback write in it, or set [store] path",
        ),
        (None, Some(e)) => (
            format!("{error} ({e})"),
            "Let the user that runs textback write in that folder, or set [store] path",
        ),
        (None, None) => (
            error.to_string(),
            "It must be a file that the user that runs textback can read and write, see [store] path",
        ),
    };
    StoreError::CannotOpen {
        path: path.to_owned(),
        reason,
        advice,
    }
}

/// Turns SQLite's first complaint about a file into words about that file.
fn at_path(path: &Path, error: StoreError) -> StoreError {
    use rusqlite::ErrorCode;
    let StoreError::Sqlite(sqlite) = error else {
        return error;
    };
    match sqlite.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Corrupt {
            path: path.to_owned(),
            reason: sqlite.to_string(),
        },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => open_error(path, &sqlite),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::CannotOpen {
            path: path.to_owned(),
            reason: sqlite.to_string(),
            advice: "Another program is writing to it: is a second textback running?",
        },
        Some(ErrorCode::DiskFull) => StoreError::CannotOpen {
            path: path.to_owned(),
            reason: sqlite.to_string(),
            advice: "Free some space on that disk",
        },
        Some(_) | None => StoreError::Sqlite(sqlite),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_made_where_there_is_none_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        drop(Store::open(&path).unwrap());
        drop(Store::open(&path).unwrap());
        Store::open_read_only(&path).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_what_to_do() {
        let said = Store::open(Path::new("/nowhere/at/all/t.db")).unwrap_err().to_string();
        assert!(said.contains("/nowhere/at/all/t.db"), "{said}");
        assert!(said.contains("No such file or directory"), "{said}");
        assert!(said.contains("Create the folder"), "{said}");
    }

    #[test]
    fn a_path_that_is_a_folder_is_refused_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let said = Store::open(dir.path()).unwrap_err().to_string();
        assert!(said.contains("[store] path"), "{said}");
    }

    #[test]
    fn rubbish_is_called_damaged_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let rubbish = vec![b'x'; 4096];
        std::fs::write(&path, &rubbish).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), rubbish);
    }

    #[test]
    fn a_newer_database_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        drop(Store::open(&path).unwrap());
        let newer = schema::LATEST + 1;
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", newer)
            .unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found, known } if found == newer && known == schema::LATEST));
        assert!(matches!(
            Store::open_read_only(&path).unwrap_err(),
            StoreError::Newer { .. }
        ));
        let kept: i64 = Connection::open(&path)
            .unwrap()
            .query_row("PRAGMA user_version", [], |r| r.get(0))
            .unwrap();
        assert_eq!(kept, newer);
    }

    #[test]
    fn work_that_fails_leaves_nothing_behind() {
        let mut store = Store::open_in_memory().unwrap();
        let now = generate::noon();
        let failed: Result<(), StoreError> = store.transact(now, |tx| {
            tx.contact_or_new("+15551234567")?;
            Err(StoreError::Newer { found: 0, known: 0 })
        });
        assert!(failed.is_err());
        let found = store.look(now, |tx| tx.contact("+15551234567")).unwrap();
        assert!(found.is_none());
    }
}
