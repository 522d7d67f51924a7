//! The card's sectors: what a power cut may spoil while something near it is written.
//!
//! A card writes whole sectors of 4 KiB. A power cut in the middle may lose all that stood in the sector, also what was synced
//! long ago. SQLite's own answer (`psow=0`) puts every page of a sector that is touched into the log with each commit, which is
//! most of what a commit writes. Pages here are an eighth of a sector, and the same two promises are kept for less:
//!
//! - **Nothing that was acted upon is taken back.** A commit is synced together with a filling behind it, up to the end of its
//!   sector ([`seal`]): what later commits write touches no sector that holds anything of it. The filling is a commit of its own
//!   that changes nothing, so losing that loses nothing.
//! - **No page is lost that is not in the log.** Before a checkpoint, all other pages of the sectors that it will write go into
//!   the log too ([`complete`]), once for all commits since the last one.
//!
//! What a power cut takes of a filling is written again by the first commit of the next start, in the sector of the last commit:
//! [`super::last_sector`] keeps that one.

use super::StoreError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::collections::BTreeSet;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// What a card writes whole, octets.
pub(super) const SECTOR: u64 = 4096;
/// What SQLite takes for a sector (`SQLITE_DEFAULT_SECTOR_SIZE`, with `psow=0`): it repeats the last frame of a commit until a
/// boundary of so many octets is crossed, syncs the log up to there, and writes what reaches beyond afterwards.
const FILLED: u64 = 512;
/// Octets of the log's header, and of each frame's: <https://sqlite.org/walformat.html>.
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

const TOUCH: &str = "UPDATE sqlite_dbpage SET data = data WHERE pgno = ?1";

/// Whether this SQLite was built as `.cargo/config.toml` says: with the table of raw pages, and with small sectors.
pub(super) fn are_ours(conn: &Connection) -> Result<bool, StoreError> {
    let built = "SELECT EXISTS (SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage') \
                 AND EXISTS (SELECT 1 FROM pragma_compile_options WHERE compile_options = 'DEFAULT_SECTOR_SIZE=512')";
    Ok(conn.query_row(built, [], |row| row.get(0))?)
}

/// Fills the rest of the sector behind the last commit, and syncs both. Commits before this are not synced by themselves.
pub(super) fn seal(conn: &Connection) -> Result<(), StoreError> {
    let filling = filling(log_end(conn)?, FRAME_HEADER + page_octets(conn)?);
    conn.pragma_update(None, "synchronous", "FULL")?;
    let sealed = touch(conn, 1..=filling);
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    sealed
}

/// Frames of filling behind a log that ends at `end`; one at least. Where SQLite's boundary is then the sector's, what reaches
/// into the next sector is not synced with this commit, and that sector is written once, with the next. Where no number of
/// frames ends so near the sector's end, they reach beyond it themselves, and it is written twice.
fn filling(end: u64, frame: u64) -> u64 {
    let end = end.max(LOG_HEADER);
    let sector_end = end.next_multiple_of(SECTOR);
    (sector_end - end).saturating_sub(FILLED - 1).div_ceil(frame).max(1)
}

/// Puts into the log what shares a sector with the pages there, so that a checkpoint may write those.
pub(super) fn complete(conn: &Connection, database: &Path) -> Result<(), StoreError> {
    let page = page_octets(conn)?;
    let frames = frames(conn)?;
    if frames == 0 {
        return Ok(());
    }
    let logged = pages_in_log(&log_of(database), frames, FRAME_HEADER + page).map_err(StoreError::Log)?;
    let in_sector = (SECTOR / page).max(1);
    let last = u64::from(conn.query_row("PRAGMA page_count", [], |row| row.get::<_, u32>(0))?);
    let sectors: BTreeSet<u64> = logged.iter().map(|page| (page - 1) / in_sector).collect();
    let missing: Vec<u64> = sectors
        .into_iter()
        .flat_map(|sector| sector * in_sector + 1..=(sector + 1) * in_sector)
        .filter(|page| *page <= last && !logged.contains(page))
        .collect();
    if !missing.is_empty() {
        touch(conn, missing)?;
        // While somebody reads, the checkpoint stops short and the log goes on behind these.
        seal(conn)?;
    }
    Ok(())
}

/// The last connection moves the log into the database when it closes; not if that can't be done safely.
pub(super) fn leave_log_at_close(conn: &Connection) -> Result<(), StoreError> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

/// Where the write-ahead log of a database is.
pub(super) fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Where the last commit in the log ends; at its beginning, if there is none.
pub(super) fn log_end(conn: &Connection) -> Result<u64, StoreError> {
    match frames(conn)? {
        0 => Ok(0),
        frames => Ok(LOG_HEADER + frames * (FRAME_HEADER + page_octets(conn)?)),
    }
}

/// Writes these pages as they are.
fn touch(conn: &Connection, pages: impl IntoIterator<Item = u64>) -> Result<(), StoreError> {
    let tx = conn.unchecked_transaction()?;
    let mut write = tx.prepare_cached(TOUCH)?;
    for page in pages {
        write.execute([i64::try_from(page).unwrap_or(i64::MAX)])?;
    }
    drop(write);
    tx.commit()?;
    Ok(())
}

fn page_octets(conn: &Connection) -> Result<u64, StoreError> {
    Ok(u64::from(
        conn.query_row("PRAGMA page_size", [], |row| row.get::<_, u32>(0))?,
    ))
}

/// Frames in the log, up to the last commit; none if there is no log.
fn frames(conn: &Connection) -> Result<u64, StoreError> {
    let frames: i64 = conn.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
    Ok(u64::try_from(frames).unwrap_or(0))
}

fn pages_in_log(log: &Path, frames: u64, frame: u64) -> std::io::Result<BTreeSet<u64>> {
    let log = std::fs::File::open(log)?;
    let mut pages = BTreeSet::new();
    for number in 0..frames {
        let mut page = [0; 4];
        log.read_exact_at(&mut page, LOG_HEADER + number * frame)?;
        pages.insert(u64::from(u32::from_be_bytes(page)));
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u32 = 512;

    /// A database with some hundred pages, all of them in the file.
    fn database(path: &Path) -> Connection {
        let conn = Connection::open(format!("file:{}?psow=0", path.display())).unwrap();
        conn.pragma_update(None, "page_size", PAGE).unwrap();
        conn.pragma_update(None, "journal_mode", "WAL").unwrap();
        conn.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        conn.execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT NOT NULL);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO t SELECT i, printf('%200d', i) FROM n;
             PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
        conn.pragma_update(None, "synchronous", "NORMAL").unwrap();
        conn
    }

    fn write(conn: &Connection, row: u32) {
        let update = "UPDATE t SET words = printf('%200d', -id) WHERE id = ?1";
        assert_eq!(conn.execute(update, [row]).unwrap(), 1);
    }

    #[test]
    fn no_sector_that_holds_a_sealed_commit_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let conn = database(&path);
        let sector = usize::try_from(SECTOR).unwrap();
        for row in 1..60 {
            write(&conn, row * 7);
            let end = LOG_HEADER + frames(&conn).unwrap() * (FRAME_HEADER + u64::from(PAGE));
            seal(&conn).unwrap();
            let counts = usize::try_from(end).unwrap().next_multiple_of(sector);
            let sealed_to = LOG_HEADER + frames(&conn).unwrap() * (FRAME_HEADER + u64::from(PAGE));
            assert!(sealed_to >= u64::try_from(counts).unwrap(), "row {row}");
            let before = std::fs::read(log_of(&path)).unwrap();
            write(&conn, 500);
            seal(&conn).unwrap();
            let after = std::fs::read(log_of(&path)).unwrap();
            assert!(before[..counts] == after[..counts], "row {row}");
        }
    }

    /// What a power cut in a checkpoint leaves if it spoils every sector that was being written.
    fn spoilt_in_checkpoint(completed: bool) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let conn = database(&path);
        (1..40).for_each(|row| write(&conn, row * 11));
        seal(&conn).unwrap();
        if completed {
            complete(&conn, &path).unwrap();
        }
        let before = std::fs::read(&path).unwrap();
        conn.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        let mut file = std::fs::read(&path).unwrap();
        let log = std::fs::read(log_of(&path)).unwrap();
        let sector = usize::try_from(SECTOR).unwrap();
        let sectors = file.chunks_mut(sector).zip(before.chunks(sector));
        let written: Vec<_> = sectors.filter(|(after, before)| *after != *before).collect();
        assert!(written.len() > 10);
        for (sector, _) in written {
            sector.fill(0x5A);
        }
        let found = folder.path().join("found.db");
        std::fs::write(&found, &file).unwrap();
        std::fs::write(log_of(&found), &log).unwrap();
        let all = "SELECT count(*) || ' ' || (SELECT group_concat(integrity_check) FROM pragma_integrity_check) FROM t";
        let found = Connection::open(&found).unwrap();
        let said = found.query_row(all, [], |row| row.get::<_, String>(0));
        said.unwrap_or_else(|e| e.to_string())
    }

    #[test]
    fn a_checkpoint_that_spoils_every_sector_it_writes_loses_nothing() {
        assert_eq!(spoilt_in_checkpoint(true), "500 ok");
        assert_ne!(
            spoilt_in_checkpoint(false),
            "500 ok",
            "without the rest of the sectors in the log"
        );
    }

    #[test]
    fn a_filling_ends_where_the_sync_covers_the_sector_and_seldom_more() {
        let frame = FRAME_HEADER + u64::from(PAGE);
        let mut twice = 0;
        for end in (0..SECTOR * 67)
            .map(|n| LOG_HEADER + n * frame)
            .take_while(|end| *end < SECTOR * 67)
        {
            let sector_end = end.next_multiple_of(SECTOR);
            let touched = end + filling(end, frame) * frame;
            // As SQLite goes on from there.
            let synced_to = touched.next_multiple_of(FILLED);
            let written_to = if synced_to == touched { touched } else { touched + frame };
            assert!(synced_to >= sector_end, "{end}: all of the sector is synced");
            assert!(
                written_to >= sector_end && written_to - sector_end < 2 * frame + FILLED,
                "{end}"
            );
            twice += u32::from(synced_to > sector_end);
        }
        assert!(twice < 100, "{twice} of 512 places");
    }

    #[test]
    fn this_build_takes_care_of_sectors() {
        assert!(
            are_ours(&Connection::open_in_memory().unwrap()).unwrap(),
            ".cargo/config.toml sets LIBSQLITE3_FLAGS"
        );
    }
}
