//! The store: SQLite, the only truth that survives a power cut.
//!
//! One writer. [`Store::transact`] is the only way to write: `BEGIN IMMEDIATE … COMMIT` with WAL, synced before it returns, so
//! whatever it returned is durable; but for what says of itself that it [`Tx::may_wait`]. No other module knows SQL. Every query of the daily work is an index look-up; the
//! tests prove it with `EXPLAIN QUERY PLAN`.
//!
//! - [`open`]: opening, and starting anew when the file is damaged; `reading`: for reading only, beside a daemon or without one
//! - [`schema`]: tables and migrations
//! - `sectors`, `last_sector`: what a power cut may spoil, and why it spoils nothing that counts
//! - [`types`]: the words that columns may hold
//! - [`calls`], [`contacts`], [`handles`], [`messages`], [`outbox`], [`inbound`], [`timers`], [`records`], [`spells`]: rows ⇄ types
//! - [`undo`]: orders that can be taken back
//! - [`ledger`]: the consent ledger, a chain of hashes; `optouts` and `beside`: the opt-outs' second file
//! - [`claims`], [`scheduled`], [`figures`]: who answers whom, what was put off, what is counted
//! - [`retention`]: what is kept for how long; `durable`, `sectors`, `last_sector`: what of it no power cut takes back
//! - [`report`]: what the command line shows
//! - [`lately`]: the newest of each, for the check-up
//! - [`generate`]: a database of any size for the bench

use crate::clock::{Now, Steady};
use rusqlite::{Connection, TransactionBehavior};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;

mod beside;
pub mod calls;
pub mod claims;
pub mod contacts;
mod digest;
mod durable;
pub mod figures;
pub mod generate;
pub mod handles;
pub mod inbound;
mod last_sector;
pub mod lately;
pub mod ledger;
pub mod messages;
pub mod open;
mod optouts;
pub mod outbox;
mod quiet;
mod reading;
pub mod records;
pub mod report;
pub mod retention;
mod room;
mod salvage;
pub mod scheduled;
pub mod schema;
mod sectors;
pub mod spells;
pub mod timers;
pub mod types;
pub mod undo;

/// Prepared statements kept. More than the program has, so that nothing on the hot path is parsed twice.
const STATEMENT_CACHE: usize = 160;

/// How long another process (the command line, reading) may hold a lock before we say so, milliseconds.
const BUSY_TIMEOUT_MS: u64 = 5000;

/// Octets of a database page. A commit writes every page that it changes whole, so small ones wear the card least.
const PAGE_OCTETS: i64 = 512;

/// Memory for pages of the database, KiB. The kernel keeps the file's pages too, so more would be the same twice.
const CACHE_KIB: i64 = 512;

/// Commits in the write-ahead log before [`Store::tidy`] moves it into the database. A checkpoint writes every sector that was
/// changed since the last one twice, however often it was changed, so few large ones wear the card less than many small ones.
/// Some 7 MB of log, which a start after a power cut has read soon.
const TIDY_COMMITS: u32 = 1200;

/// Commits in the log before it is moved into the database by the commit itself: nothing was quiet for so long.
const UNTIDY_COMMITS: u32 = 4 * TIDY_COMMITS;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file can't be opened or created.
    #[error("cannot open the database {}: {reason}. {advice}", path.display())]
    CannotOpen {
        path: PathBuf,
        reason: String,
        advice: &'static str,
        /// It may be possible later without anybody changing the configuration: a full or read-only disk.
        passes: bool,
    },
    /// A newer program has migrated it. Nothing was changed.
    #[error(
        "the database was written by a newer textback (its schema is {found}, this program knows up to {known}). \
         Nothing was changed. Install that version again, or point [store] path at another file"
    )]
    Newer { found: i64, known: i64 },
    /// Not a database, or damaged.
    #[error("the database {} is damaged or not a textback database: {reason}", path.display())]
    Corrupt { path: PathBuf, reason: String },
    /// A migration would leave rows that refer to nothing. Nothing was changed.
    #[error(
        "the database could not be brought to version {step}: {dangling} rows would refer to nothing. Nothing was changed"
    )]
    Migration { step: i64, dangling: i64 },
    /// The opt-out file beside the database can't be read or written; without it nothing about consent is recorded.
    #[error("the opt-out file beside the database refused: {0}")]
    OptOutFile(std::io::Error),
    /// The write-ahead log can't be read or synced.
    #[error("the write-ahead log refused: {0}")]
    Log(std::io::Error),
    /// SQLite said no while working: disk full, I/O error, a constraint.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl StoreError {
    /// What is wrong if the database itself is damaged: waiting won't help, a new one will.
    #[must_use]
    pub fn damage(&self) -> Option<String> {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            StoreError::Sqlite(error) => match error.sqlite_error_code() {
                Some(DatabaseCorrupt | NotADatabase) => Some(error.to_string()),
                Some(_) | None => None,
            },
            StoreError::Corrupt { reason, .. } => Some(reason.clone()),
            StoreError::CannotOpen { .. }
            | StoreError::Newer { .. }
            | StoreError::Migration { .. }
            | StoreError::OptOutFile(_)
            | StoreError::Log(_) => None,
        }
    }
}

impl StoreError {
    /// Whether waiting may help: the disk is full, has turned read-only, or fails to read or write.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
        match self {
            StoreError::CannotOpen { passes, .. } => *passes,
            StoreError::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure))
            }
            StoreError::OptOutFile(_) | StoreError::Log(_) => true,
            StoreError::Newer { .. } | StoreError::Corrupt { .. } | StoreError::Migration { .. } => false,
        }
    }

    /// Whether the disk has no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            StoreError::OptOutFile(error) | StoreError::Log(error) => error.kind() == std::io::ErrorKind::StorageFull,
            StoreError::CannotOpen { .. }
            | StoreError::Newer { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Migration { .. } => false,
        }
    }
}

/// The database, opened for writing or for reading.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    /// What is read, if a daemon has the database for itself.
    copy: Option<reading::Copy>,
    /// Where it is; nowhere for one in memory.
    path: Option<PathBuf>,
    /// The damaged one is put away and the new one could not be opened yet.
    closed: bool,
    /// What opening found and nobody was told yet.
    found: open::Found,
    /// What is in the write-ahead log only.
    unmoved: Unmoved,
    /// Who sees to it that a power cut spoils no sector with something that counts.
    sectors: Sectors,
    /// The last commit is synced, and the rest of its sector could not be filled.
    unsealed: bool,
    /// There are commits in the log that may wait and are not synced yet.
    unsettled: bool,
}

/// Who keeps the promises of [`sectors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sectors {
    /// This module.
    Ours,
    /// SQLite (`psow=0`); or nobody, for a database in memory or one that is only read.
    Sqlite,
}

/// What was written since the write-ahead log was last moved into the database.
#[derive(Debug, Default)]
struct Unmoved {
    commits: u32,
    /// Something was erased that the database file still holds.
    erased: bool,
}

/// A transaction under way. All writing goes through its methods, spread over the files of this folder.
#[derive(Debug)]
pub struct Tx<'c> {
    pub(in crate::store) conn: rusqlite::Transaction<'c>,
    now: Now,
    /// What must be in the opt-out file before this transaction commits.
    beside: RefCell<Vec<optouts::Line>>,
    /// Something was erased that should not stay in the file for long.
    erased: Cell<bool>,
    /// See [`Tx::may_wait`].
    may_wait: Cell<bool>,
    /// A row that was written has the time of this transaction, and [`Tx::last_time`] looks there: it need not stand in a page of its
    /// own once more.
    time_kept: Cell<bool>,
}

/// What a transaction leaves to be done once it is committed.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// Something was erased that should not stay in the file for long.
    erased: bool,
    /// It need not be synced by itself.
    may_wait: bool,
}

impl<'c> Tx<'c> {
    fn new(conn: rusqlite::Transaction<'c>, now: Now) -> Tx<'c> {
        Tx {
            conn,
            now,
            beside: RefCell::default(),
            erased: Cell::default(),
            may_wait: Cell::default(),
            time_kept: Cell::default(),
        }
    }

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

    /// This transaction need not be synced by itself: a power cut may take it back, because what was on record before leads to
    /// it again, and nothing will be done on its strength that can't be undone. It becomes durable with the next one that must
    /// be, or by [`Store::settle`]; never after a later one, for the log keeps the order. A process that is killed loses nothing.
    pub fn may_wait(&self) {
        self.may_wait.set(true);
    }
}

impl Store {
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
        self.reopen()?;
        if self.unsealed {
            sectors::seal(&self.conn)?;
            self.unsealed = false;
        }
        let (value, left) = self.commit(now, work)?;
        self.unsettled = true;
        if !left.may_wait {
            self.settle()?;
        }
        self.unmoved.commits = self.unmoved.commits.saturating_add(1);
        self.unmoved.erased |= left.erased;
        if self.unmoved.commits >= UNTIDY_COMMITS
            && let Err(error) = self.checkpoint()
        {
            tracing::warn!(%error, "the write-ahead log grows on");
        }
        Ok(value)
    }

    /// What `work` returned, and what is left to do.
    fn commit<T>(
        &mut self,
        now: Now,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Left), StoreError> {
        let conn = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tx = Tx::new(conn, now);
        let value = work(&tx)?;
        if !tx.time_kept.get() {
            tx.keep_time()?;
        }
        let lines = tx.beside.take();
        if let Some(path) = self.path.as_deref().filter(|_| !lines.is_empty()) {
            beside::append(&tx.conn, path, &lines)?;
        }
        let left = Left {
            erased: tx.erased.get(),
            // What the file beside the database says already is not left behind.
            may_wait: tx.may_wait.get() && lines.is_empty(),
        };
        tx.conn.commit()?;
        Ok((value, left))
    }

    /// Runs `look` on one consistent view without writing anything.
    ///
    /// # Errors
    /// Whatever `look` returned.
    pub fn look<T>(&mut self, now: Now, look: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.reopen()?;
        let conn = self.conn.transaction_with_behavior(TransactionBehavior::Deferred)?;
        look(&Tx::new(conn, now))
    }

    /// Hashes of ledger entries that the opt-out file has seen.
    fn witnessed(&self) -> std::collections::BTreeSet<String> {
        let read = self.path.as_deref().map(|path| optouts::read(&optouts::beside(path)));
        // A file that can't be read is no witness; that it can't is told when it is written.
        let contents = read.and_then(Result::ok).unwrap_or_default();
        let hashes = contents.latest.into_values().map(|line| line.ledger_hash);
        hashes.filter(|hash| hash.len() == ledger::GENESIS.len()).collect()
    }

    /// Lets the database grow to `pages` at most (at least as many as it has): what needs more fails with "disk is full" and
    /// leaves nothing behind. `None`: as far as the disk goes. Holds until this database is closed.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn limit_pages(&self, pages: Option<u32>) -> Result<(), StoreError> {
        let most = i64::from(pages.unwrap_or(u32::MAX - 1));
        self.conn
            .query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Refuses every write as a disk does that the kernel has made read-only, or takes them again. Holds until this database is
    /// closed.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn refuse_writes(&self, refuse: bool) -> Result<(), StoreError> {
        self.conn.pragma_update(None, "query_only", refuse)?;
        Ok(())
    }

    pub(in crate::store) fn conn(&self) -> &Connection {
        &self.conn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_database_is_made_where_there_is_none_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        drop(Store::open(&path).unwrap());
        drop(Store::open(&path).unwrap());
        Store::open_read_only(&path).unwrap();
    }

    #[test]
    fn a_path_may_hold_any_character() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("Ä b?c#d%20e&f=1.db");
        drop(Store::open(&path).unwrap());
        assert!(path.exists());
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
    fn the_log_stays_until_it_has_grown_or_something_was_erased() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let mut store = Store::open(&path).unwrap();
        store.checkpoint().unwrap();
        let now = generate::noon();
        let holds = |words: &str| {
            let file = std::fs::read(&path).unwrap();
            file.windows(words.len()).any(|w| w == words.as_bytes())
        };
        let write = |store: &mut Store, name: &str| {
            store
                .transact(now, |tx| {
                    let mut dave = tx.contact_or_new("+15551234567")?;
                    dave.name = Some(name.to_owned());
                    tx.save_contact(&dave)
                })
                .unwrap();
        };
        write(&mut store, "Dave the first");
        store.tidy().unwrap();
        assert!(!holds("Dave the first"), "one commit is not worth it");
        for _ in 1..TIDY_COMMITS {
            write(&mut store, "Dave the first");
        }
        store.tidy().unwrap();
        assert!(holds("Dave the first"), "so many are");
        store
            .transact(now, |tx| tx.forget(&tx.contact_or_new("+15551234567")?))
            .unwrap();
        assert!(holds("Dave the first"));
        store.tidy().unwrap();
        assert!(
            !holds("Dave the first"),
            "what was erased goes at the next quiet moment"
        );
    }

    /// A setting is kept; what does not matter at once waits.
    fn keep(store: &mut Store, value: &str, waits: bool) {
        let kept = store.transact(generate::noon(), |tx| {
            if waits {
                tx.may_wait();
            }
            tx.set_setting("key", value)
        });
        kept.unwrap();
    }

    #[test]
    fn what_may_wait_is_durable_with_the_next_that_may_not_and_takes_no_sector_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let sectors = |waits: bool| {
            let mut store = Store::open(&path).unwrap();
            let end = || std::fs::metadata(sectors::log_of(&path)).unwrap().len();
            let before = end();
            for n in 1..4 {
                keep(&mut store, &n.to_string(), waits);
                assert_eq!(store.is_settled(), !waits);
            }
            keep(&mut store, "4", false);
            assert!(store.is_settled());
            (end() - before) / 4096
        };
        let (alone, together) = (sectors(false), sectors(true));
        assert!(together * 2 <= alone, "{together} sectors instead of {alone}");
    }

    #[test]
    fn what_waits_is_settled_by_asking_and_before_the_log_is_moved_into_the_database() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(&dir.path().join("t.db")).unwrap();
        keep(&mut store, "1", true);
        store.settle().unwrap();
        assert!(store.is_settled());
        keep(&mut store, "2", true);
        store.checkpoint().unwrap();
        assert!(store.is_settled());
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
