//! Opening for reading only, beside a daemon or without one.
//!
//! A daemon has its database for itself, and whoever may only read can't make the index of the log where it lies: then a copy is
//! read. The daemon only adds to the log, until it moves that into the database; after that it begins the log anew, with another
//! header. So the log is copied first, then the database, and both again if the database was written or the log begun anew meanwhile:
//! what is copied is a moment between two commits.

use super::open::{Found, at_path, is_busy, open_error};
use super::{BUSY_TIMEOUT_MS, Sectors, Store, StoreError, Unmoved, schema, sectors};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Tries until the database holds still. It is written for moments, every few days.
const TRIES: u32 = 5;
/// The log's header, its salts in it (SQLite's file format, 4.1).
const LOG_HEADER_OCTETS: u64 = 32;

impl Store {
    /// Opens an existing database for reading only, as `status`, `calls`, `messages`, `why` and `export` do when no
    /// daemon answers: a copy of it while a daemon has it for itself, or if the index of its log can't be had where it lies, which
    /// takes the right to write there. Never creates or migrates.
    ///
    /// # Errors
    /// As [`Store::open`]; also if the file is not there or its schema is older than this program's.
    pub fn open_read_only(path: &Path) -> Result<Store, StoreError> {
        match Store::reading(path, path) {
            Err(StoreError::Sqlite(error)) if is_busy(&error) || has_no_index(&error) => {
                let copy = copy_of(path, || {}).map_err(|copying| StoreError::CannotOpen {
                    path: path.to_owned(),
                    reason: format!("{error}, and it can't be copied: {copying}"),
                    advice: "Make some room in the folder for temporary files, or be the user that runs textback",
                    passes: false,
                })?;
                let mut store = Store::reading(&copy.database, path).map_err(|e| at_path(path, e))?;
                store.copy = Some(copy);
                Ok(store)
            }
            result => result.map_err(|e| at_path(path, e)),
        }
    }

    /// Reads `file`, which is the database at `path` or a copy of it.
    fn reading(file: &Path, path: &Path) -> Result<Store, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(file, flags).map_err(|e| open_error(path, &e))?;
        conn.busy_timeout(std::time::Duration::ZERO)?;
        let found = schema::version(&conn)?;
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
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
                passes: false,
            });
        }
        Ok(Store {
            conn,
            copy: None,
            path: Some(path.to_owned()),
            closed: false,
            found: Found::default(),
            unmoved: Unmoved::default(),
            sectors: Sectors::Sqlite,
            unsealed: false,
            unsettled: false,
        })
    }
}

/// Whoever may only read can't make the index of the log.
fn has_no_index(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
    )
}

/// The copy; it is gone with this.
#[derive(Debug)]
pub(super) struct Copy {
    pub database: PathBuf,
    _folder: tempfile::TempDir,
}

/// Copies the database at `path`. `between` is what happens when the log is copied and the database is not yet.
fn copy_of(path: &Path, mut between: impl FnMut()) -> io::Result<Copy> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("copy.db");
    let written = || -> io::Result<_> {
        let file = std::fs::metadata(path)?;
        Ok((file.len(), file.modified()?, log_header(path)?))
    };
    for _ in 0..TRIES {
        let before = written()?;
        match std::fs::copy(sectors::log_of(path), sectors::log_of(&database)) {
            // Nothing is in a log.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            result => drop(result?),
        }
        between();
        std::fs::copy(path, &database)?;
        if written()? == before {
            return Ok(Copy {
                database,
                _folder: folder,
            });
        }
    }
    Err(io::Error::new(
        ErrorKind::ResourceBusy,
        "it is being written all the time",
    ))
}

/// What the log begins with; nothing where there is none.
fn log_header(path: &Path) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    match std::fs::File::open(sectors::log_of(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        log => drop(log?.take(LOG_HEADER_OCTETS).read_to_end(&mut header)?),
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::generate::noon;

    #[test]
    fn one_that_a_daemon_has_for_itself_is_read_as_a_copy_and_its_index_is_on_no_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open(&path).unwrap();
        store.transact(noon(), |tx| tx.set_setting("key", "old")).unwrap();
        let reader = Store::open_read_only(&path).unwrap();
        store.transact(noon(), |tx| tx.set_setting("key", "new")).unwrap();
        assert_eq!(reader.setting("key").unwrap().as_deref(), Some("old"));
        drop(reader);
        store.checkpoint().unwrap();
        store.transact(noon(), |tx| tx.set_setting("key", "newer")).unwrap();
        let reader = Store::open_read_only(&path).unwrap();
        assert_eq!(reader.setting("key").unwrap().as_deref(), Some("newer"));
        let files = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<String> = files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!names.iter().any(|name| name.ends_with("-shm")), "{names:?}");
    }

    /// What is in a copy during whose first try `happens`, and how often it was tried.
    fn copied(before: impl Fn(&mut Store), happens: impl Fn(&mut Store)) -> (String, u32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open(&path).unwrap();
        set(&mut store, "old");
        before(&mut store);
        // Days ago; a file system's time may have steps longer than this test.
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        let mut tries = 0;
        let copy = copy_of(&path, || {
            tries += 1;
            if tries == 1 {
                happens(&mut store);
            }
        });
        let copy = copy.unwrap();
        let reader = Store::reading(&copy.database, &path).unwrap();
        (reader.setting("key").unwrap().unwrap(), tries)
    }

    fn set(store: &mut Store, value: &str) {
        store.transact(noon(), |tx| tx.set_setting("key", value)).unwrap();
    }

    #[test]
    fn a_copy_during_which_the_log_is_moved_or_begun_anew_is_taken_again() {
        let moved = |store: &mut Store| store.checkpoint().unwrap();
        let set_new = |store: &mut Store| set(store, "new");
        let both = |store: &mut Store| {
            set(store, "new");
            store.checkpoint().unwrap();
        };
        assert_eq!(copied(|_| {}, |_| {}), ("old".to_owned(), 1));
        assert_eq!(copied(|_| {}, set_new), ("old".to_owned(), 1), "only added to");
        assert_eq!(copied(moved, set_new), ("new".to_owned(), 2), "begun anew");
        assert_eq!(copied(|_| {}, both), ("new".to_owned(), 2), "moved");
    }

    #[test]
    fn one_whose_index_cannot_be_had_where_it_lies_is_read_as_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open(&path).unwrap();
        store.transact(noon(), |tx| tx.set_setting("key", "value")).unwrap();
        drop(store);
        // As it is for a user who may not write in that folder; SQLite follows no link there, so this holds for root too.
        std::os::unix::fs::symlink("nowhere", folder.path().join("t.db-shm")).unwrap();
        let reader = Store::open_read_only(&path).unwrap();
        assert_eq!(reader.setting("key").unwrap().as_deref(), Some("value"));
    }
}
