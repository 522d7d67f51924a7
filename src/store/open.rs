//! Opening the database: for writing, for reading, in memory; and starting a new one when the old one is damaged.

use super::beside::{self, Reconciled};
use super::{
    BUSY_TIMEOUT_MS, CACHE_KIB, PAGE_OCTETS, STATEMENT_CACHE, Sectors, Store, StoreError, Unmoved, last_sector,
    salvage, schema, sectors,
};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Damaged databases kept aside; the oldest goes when another comes.
pub const DAMAGED_KEPT_MAX: usize = 3;
/// A database up to this size is looked through for damage at every start; a larger one would hold up the first call.
const CHECKED_AT_START_MAX_OCTETS: u64 = 16 * 1024 * 1024;

/// What opening for the daemon's work found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The old database was damaged and is kept aside.
    pub replaced: Option<Replaced>,
    /// What the opt-out file had to add.
    pub opt_outs: Reconciled,
}

/// A damaged database was put aside and a new one started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Where the damaged one is now.
    pub aside: PathBuf,
    /// What was wrong, in SQLite's words.
    pub reason: String,
    /// Opt-outs known to the new one.
    pub opt_outs: usize,
    /// Contacts and settings that could still be read from the damaged one.
    pub salvaged: usize,
}

impl Store {
    /// Opens, creates if missing, and migrates the database at `path`. A damaged one is left as it is.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::Newer`], [`StoreError::Corrupt`], each naming what to do.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        put_back(path)?;
        let conn = connect_alone(path)?;
        let mut store = Store::prepare(conn, Some(path)).map_err(|e| at_path(path, e))?;
        store.found.opt_outs = beside::reconcile(&mut store.conn, path)?;
        store.seal()?;
        Ok(store)
    }

    /// As [`Store::open`], but a damaged database is put aside and a new one started, with the opt-outs of the second file and
    /// whatever contacts and settings can still be read.
    ///
    /// # Errors
    /// As [`Store::open`], but for damage.
    pub fn open_or_replace(path: &Path) -> Result<Store, StoreError> {
        match Store::open_checked(path) {
            Err(StoreError::Corrupt { reason, .. }) => replace(path, reason),
            result => result,
        }
    }

    /// The database turned out to be damaged while at work: as [`Store::open_or_replace`], in place.
    ///
    /// # Errors
    /// The file system's or SQLite's own; then the next transaction tries again.
    pub fn replace_damaged(&mut self, reason: String) -> Result<(), StoreError> {
        let Some(path) = self.path.clone() else {
            return Err(StoreError::Corrupt {
                path: PathBuf::from(":memory:"),
                reason,
            });
        };
        // From here until the new one is open nothing may be taken for recorded.
        self.closed = true;
        drop(std::mem::replace(&mut self.conn, Connection::open_in_memory()?));
        *self = replace(&path, reason)?;
        Ok(())
    }

    /// What opening found, once.
    pub fn take_found(&mut self) -> Found {
        std::mem::take(&mut self.found)
    }

    /// Opens again what [`Store::replace_damaged`] could not.
    pub(super) fn reopen(&mut self) -> Result<(), StoreError> {
        if let Some(path) = self.path.clone().filter(|_| self.closed) {
            *self = Store::open(&path)?;
        }
        Ok(())
    }

    /// A database in memory, for the demo and tests.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] if SQLite can't allocate.
    pub fn open_in_memory() -> Result<Store, StoreError> {
        Store::prepare(Connection::open_in_memory()?, None)
    }

    fn open_checked(path: &Path) -> Result<Store, StoreError> {
        put_back(path)?;
        let conn = connect_alone(path)?;
        let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_AT_START_MAX_OCTETS);
        if small {
            let found: String = conn
                .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
                .map_err(|e| at_path(path, e.into()))?;
            if found != "ok" {
                return Err(StoreError::Corrupt {
                    path: path.to_owned(),
                    reason: found,
                });
            }
        }
        let mut store = Store::prepare(conn, Some(path)).map_err(|e| at_path(path, e))?;
        store.found.opt_outs = beside::reconcile(&mut store.conn, path).map_err(|e| at_path(path, e))?;
        store.seal()?;
        Ok(store)
    }

    fn prepare(conn: Connection, path: Option<&Path>) -> Result<Store, StoreError> {
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
        let found = schema::version(&conn)?;
        if found > schema::LATEST {
            return Err(StoreError::Newer {
                found,
                known: schema::LATEST,
            });
        }
        let sectors = match path {
            Some(path) => {
                size_pages(&conn, path)?;
                match sectors::are_ours(&conn)? {
                    true => Sectors::Ours,
                    false => Sectors::Sqlite,
                }
            }
            None => Sectors::Sqlite,
        };
        conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // What is deleted is overwritten where that costs no extra page: erased means erased.
        conn.query_row("PRAGMA secure_delete = FAST", [], |_| Ok(()))?;
        conn.pragma_update(None, "wal_autocheckpoint", 0)?;
        if let Some(path) = path.filter(|_| sectors == Sectors::Ours) {
            last_sector::keep(path, sectors::log_end(&conn)?)?;
        }
        let mut store = Store {
            conn,
            copy: None,
            path: path.map(Path::to_owned),
            closed: false,
            found: Found::default(),
            unmoved: Unmoved::default(),
            sectors,
            unsealed: false,
            unsettled: false,
        };
        schema::migrate(&mut store.conn)?;
        store.conn.pragma_update(None, "foreign_keys", "ON")?;
        Ok(store)
    }
}

/// Puts back what a power cut in the first commit of the last start spoilt.
fn put_back(path: &Path) -> Result<(), StoreError> {
    if last_sector::put_back(path)? {
        tracing::warn!("a sector of the write-ahead log was spoilt by a power cut and is put back");
    }
    Ok(())
}

/// Gives a new database pages of [`PAGE_OCTETS`]; rebuilds one of another page size, once, if that takes moments: with the
/// rollback journal, so that a power cut leaves the old or the new one. Any other goes on as it is.
fn size_pages(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let size: i64 = conn.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_AT_START_MAX_OCTETS);
    if size == PAGE_OCTETS || !small {
        return Ok(());
    }
    let rebuild = || -> rusqlite::Result<()> {
        conn.pragma_update(None, "journal_mode", "DELETE")?;
        conn.pragma_update(None, "page_size", PAGE_OCTETS)?;
        let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        if pages > 0 {
            conn.execute_batch("VACUUM")
        } else {
            Ok(())
        }
    };
    conn.busy_timeout(std::time::Duration::ZERO)?;
    if let Err(error) = rebuild() {
        // Somebody reads it, or there is no room for a copy: large pages wear the card more, and that is all.
        tracing::warn!(%error, "the database keeps its page size until the next start");
    }
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    Ok(())
}

/// Puts the damaged database at `path` aside and starts a new one.
fn replace(path: &Path, reason: String) -> Result<Store, StoreError> {
    let aside = put_aside(path).map_err(|error| StoreError::CannotOpen {
        path: path.to_owned(),
        reason: format!("it is damaged ({reason}), and it can't be renamed: {error}"),
        advice: "Let the user that runs textback write in that folder",
        passes: on_read_only_disk(path),
    })?;
    let mut store = Store::open(path)?;
    let salvaged = salvage::from(&aside, &mut store.conn);
    let found = beside::reconcile(&mut store.conn, path)?;
    store.seal()?;
    store.found.opt_outs.restored += found.restored;
    let opt_outs = store.counts()?.opted_out;
    store.found.replaced = Some(Replaced {
        aside,
        reason,
        opt_outs: usize::try_from(opt_outs).unwrap_or(usize::MAX),
        salvaged,
    });
    Ok(store)
}

/// Renames `path`, its `-wal` and `-shm`, to the next free `….corrupt-N`, and drops the oldest such beyond the bound.
fn put_aside(path: &Path) -> std::io::Result<PathBuf> {
    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut kept = damaged_kept(path)?;
    let next = kept.last().map_or(1, |last| last + 1);
    for suffix in ["-wal", "-shm", ""] {
        let target = with(&format!(".corrupt-{next}{suffix}"));
        match std::fs::rename(with(suffix), target) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
            result => result?,
        }
    }
    super::optouts::sync_folder(path)?;
    kept.push(next);
    let too_many = kept.len().saturating_sub(DAMAGED_KEPT_MAX);
    for old in kept.drain(..too_many) {
        for suffix in ["", "-wal", "-shm"] {
            // One that can't be removed is tried again next time.
            let _ = std::fs::remove_file(with(&format!(".corrupt-{old}{suffix}")));
        }
    }
    Ok(with(&format!(".corrupt-{next}")))
}

/// The numbers of the damaged databases kept beside `path`, ascending.
fn damaged_kept(path: &Path) -> std::io::Result<Vec<u32>> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let prefix = format!("{}.corrupt-", path.file_name().unwrap_or_default().to_string_lossy());
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let name = entry?.file_name();
        let number = name
            .to_string_lossy()
            .strip_prefix(&prefix)
            .and_then(|n| n.parse::<u32>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri(path), flags).map_err(|e| open_error(path, &e))
}

/// Connects so that nobody else can: the index of the log is in memory then. Shared with readers it would be a file, which SQLite maps
/// and never syncs, and of which the kernel writes some 24 KiB whenever something was recorded half a minute ago. If somebody reads
/// already, it is shared.
fn connect_alone(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    conn.busy_timeout(std::time::Duration::ZERO)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match schema::version(&conn) {
        Err(StoreError::Sqlite(error)) if is_busy(&error) => {
            tracing::warn!("somebody reads the database: until the next start more is written to the card");
            connect(path)
        }
        // What else is wrong with it is found by whoever looks next.
        Ok(_) | Err(_) => Ok(conn),
    }
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// The path as SQLite's URI. On an SD card a power cut while a sector is written may spoil what the sector held before; with
/// `psow=0` SQLite never shares a sector between a commit that is synced and the next one, and puts whole sectors into the log. Where
/// [`sectors`] are ours, what it takes for a sector is no larger than a page.
fn uri(path: &Path) -> OsString {
    let mut uri = OsString::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(*byte).to_string()),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte).to_string()),
            byte => uri.push(format!("%{byte:02X}")),
        }
    }
    uri.push("?psow=0");
    uri
}

/// Says what opening ran into, with the operating system's reason where SQLite hides it.
pub(super) fn open_error(path: &Path, error: &rusqlite::Error) -> StoreError {
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
        passes: on_read_only_disk(path),
    }
}

/// Whether the disk is mounted read-only, as the kernel does with one that fails.
fn on_read_only_disk(path: &Path) -> bool {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    rustix::fs::statvfs(folder.unwrap_or(Path::new(".")))
        .is_ok_and(|stat| stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// Turns SQLite's first complaint about a file into words about that file.
pub(super) fn at_path(path: &Path, error: StoreError) -> StoreError {
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
            passes: false,
        },
        Some(ErrorCode::DiskFull) => StoreError::CannotOpen {
            path: path.to_owned(),
            reason: sqlite.to_string(),
            advice: "Free some space on that disk",
            passes: true,
        },
        Some(_) | None => StoreError::Sqlite(sqlite),
    }
}

#[cfg(test)]
mod tests {
    use super::super::generate::noon;
    use super::super::types::Consent;
    use super::*;

    fn page_octets(path: &Path) -> u16 {
        let file = std::fs::read(path).unwrap();
        // https://sqlite.org/fileformat2.html#page_size
        u16::from_be_bytes([file[16], file[17]])
    }

    #[test]
    fn a_database_of_version_1_with_large_pages_is_rebuilt_once_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        {
            let mut old = Connection::open(&path).unwrap();
            old.pragma_update(None, "page_size", 4096).unwrap();
            old.pragma_update(None, "journal_mode", "WAL").unwrap();
            schema::migrate_to(&mut old, 1).unwrap();
            let mut add = old
                .prepare("INSERT INTO contact (number, name, created_utc) VALUES ('+1512555' || ?1, 'Dave ' || ?1, 0)")
                .unwrap();
            for n in 1000..2000 {
                add.execute([n]).unwrap();
            }
        }
        assert_eq!(page_octets(&path), 4096);
        for _ in 0..2 {
            let mut store = Store::open_or_replace(&path).unwrap();
            assert_eq!(store.take_found().replaced, None);
            store
                .transact(noon(), |tx| {
                    assert_eq!(tx.contact("+15125551999")?.unwrap().name.as_deref(), Some("Dave 1999"));
                    Ok(())
                })
                .unwrap();
            let mode: String = store
                .conn()
                .query_row("PRAGMA journal_mode", [], |row| row.get(0))
                .unwrap();
            assert_eq!(mode, "wal");
            drop(store);
            assert_eq!(page_octets(&path), 512);
        }
        Store::open_read_only(&path).unwrap();
    }

    #[test]
    fn a_database_that_somebody_reads_meanwhile_keeps_its_pages_and_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let old = Connection::open(&path).unwrap();
        old.pragma_update(None, "journal_mode", "WAL").unwrap();
        old.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1); BEGIN; SELECT * FROM t")
            .unwrap();
        drop(Store::open(&path).unwrap());
        assert_eq!(page_octets(&path), 4096);
    }

    #[test]
    fn damaged_databases_are_kept_aside_up_to_the_bound_and_contacts_and_opt_outs_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open_or_replace(&path).unwrap();
        store
            .transact(noon(), |tx| {
                let mut dave = tx.contact_or_new("+15125551234")?;
                dave.name = Some("Dave".to_owned());
                tx.save_contact(&dave)?;
                tx.set_setting("sim_country", "US")?;
                tx.consent("+15125555678", Consent::OptOut, "STOP")
            })
            .unwrap();
        for round in 1..=5 {
            store.replace_damaged("as if".to_owned()).unwrap();
            let found = store.take_found();
            let replaced = found.replaced.unwrap();
            assert_eq!(replaced.opt_outs, 1, "round {round}");
            assert!(replaced.aside.ends_with(format!("t.db.corrupt-{round}")));
            assert_eq!(store.take_found(), Found::default(), "told once");
            store
                .transact(noon(), |tx| {
                    assert_eq!(tx.contact("+15125551234")?.unwrap().name.as_deref(), Some("Dave"));
                    assert_eq!(tx.setting("sim_country")?.as_deref(), Some("US"));
                    assert!(tx.contact_or_new("+15125555678")?.opted_out);
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(damaged_kept(&path).unwrap(), [3, 4, 5]);
    }

    #[test]
    fn who_may_have_asked_us_to_stop_and_who_was_blocked_and_forgotten_stay_so_after_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open_or_replace(&path).unwrap();
        store
            .transact(noon(), |tx| {
                let mut dave = tx.contact_or_new("+15125551234")?;
                dave.frozen = Some("may have asked us to stop".to_owned());
                dave.robot_told = true;
                tx.save_contact(&dave)?;
                // The file beside the database holds this box's key from now on.
                tx.consent("+15125559999", Consent::OptOut, "STOP")?;
                let mut anna = tx.contact_or_new("+15125555678")?;
                anna.blocked = true;
                tx.save_contact(&anna)?;
                tx.forget(&anna)
            })
            .unwrap();
        store.replace_damaged("as if".to_owned()).unwrap();
        store
            .transact(noon(), |tx| {
                let dave = tx.contact_or_new("+15125551234")?;
                assert_eq!(dave.frozen.as_deref(), Some("may have asked us to stop"));
                assert!(dave.robot_told);
                assert!(tx.contact_or_new("+15125555678")?.blocked);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn while_no_new_database_can_be_opened_nothing_counts_as_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let (here, away) = (folder.path().join("here"), folder.path().join("away"));
        std::fs::create_dir(&here).unwrap();
        let path = here.join("t.db");
        let mut store = Store::open(&path).unwrap();
        std::fs::rename(&here, &away).unwrap();
        assert!(store.replace_damaged("as if".to_owned()).is_err());
        assert!(store.transact(noon(), |_| Ok(())).is_err());
        std::fs::rename(&away, &here).unwrap();
        store
            .transact(noon(), |tx| tx.contact_or_new("+15125551234").map(|_| ()))
            .unwrap();
        drop(store);
        let mut store = Store::open(&path).unwrap();
        assert!(store.look(noon(), |tx| tx.contact("+15125551234")).unwrap().is_some());
    }

    #[test]
    fn a_full_database_refuses_whole_and_obeys_again_and_the_reserve_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut store = Store::open_or_replace(&path).unwrap();
        let pages: u32 = store
            .conn()
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .unwrap();
        store.conn().pragma_update(None, "max_page_count", pages).unwrap();
        let long = "x".repeat(100_000);
        let error = store.transact(noon(), |tx| tx.set_setting("long", &long)).unwrap_err();
        assert!(
            error.is_full() && error.may_pass() && error.damage().is_none(),
            "{error}"
        );
        store.keep_reserve();
        assert!(store.give_up_reserve());
        assert!(!store.give_up_reserve());
        store.conn().pragma_update(None, "max_page_count", 1_000_000).unwrap();
        store.transact(noon(), |tx| tx.set_setting("long", &long)).unwrap();
        store.keep_reserve();
        assert!(store.give_up_reserve());
        assert!(store.free_octets().unwrap() > 0);
    }
}
