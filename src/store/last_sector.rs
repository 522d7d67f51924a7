//! The one sector of the log that is written after it was synced: the first commit of a start goes on where the log ends, and a
//! power cut may have lost what was to reach from there into the next sector ([`super::sectors`]). A second one in that first
//! commit could then spoil commits on whose strength texts have gone. So what stands in that sector is kept in a file beside the
//! database before anything is written, and put back at the next start if it is spoilt by then.
//!
//! What stands in a log is never changed until the log begins anew, after all of it was moved into the database. The file counts
//! until then: [`forget`] empties it before.

use super::{StoreError, digest, optouts, sectors};
use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Octets of the log's header: <https://sqlite.org/walformat.html>.
const HEADER: usize = 32;
/// The two salts in it, which every new log has anew.
const SALTS: std::ops::Range<usize> = 16..24;
/// The checksum behind them, over all that stands before it.
const CHECKSUM: std::ops::Range<usize> = 24..32;

/// What the file holds: the log's salts, where in the log it belongs, the octets, and the SHA-256 of all that.
struct Kept {
    salts: [u8; 8],
    place: u64,
    octets: Vec<u8>,
}

fn beside(database: &Path) -> PathBuf {
    database.with_extension("sector")
}

/// Before anything is written: keeps what stands in the sector of the log in which its last commit ends. `end`: where that is.
pub(super) fn keep(database: &Path, end: u64) -> Result<(), StoreError> {
    let place = end - end % sectors::SECTOR;
    if end == place {
        return Ok(());
    }
    write(database, place, end).map_err(StoreError::Log)
}

fn write(database: &Path, place: u64, end: u64) -> io::Result<()> {
    let log = File::open(sectors::log_of(database))?;
    let mut octets = vec![0; usize::try_from(end - place).unwrap_or_default()];
    log.read_exact_at(&mut octets, place)?;
    let mut salts = [0; 8];
    log.read_exact_at(&mut salts, SALTS.start as u64)?;
    let path = beside(database);
    let is_new = !path.exists();
    let mut file = File::create(&path)?;
    file.write_all(&Kept { salts, place, octets }.text())?;
    file.sync_all()?;
    match is_new {
        true => optouts::sync_folder(&path),
        false => Ok(()),
    }
}

/// Before the log is read: puts back what was kept, if it does not stand there any more. Whether it had to.
pub(super) fn put_back(database: &Path) -> Result<bool, StoreError> {
    let put = |database| -> io::Result<bool> {
        let Some(kept) = read(&beside(database))? else {
            return Ok(false);
        };
        let log = match File::options().read(true).write(true).open(sectors::log_of(database)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            log => log?,
        };
        if !kept.is_of(&log)? || kept.stands_in(&log)? {
            return Ok(false);
        }
        log.write_all_at(&kept.octets, kept.place)?;
        log.sync_all()?;
        Ok(true)
    };
    let put = put(database).map_err(StoreError::Log)?;
    forget(database)?;
    Ok(put)
}

/// Before the log may begin anew: what was kept counts no more.
pub(super) fn forget(database: &Path) -> Result<(), StoreError> {
    let path = beside(database);
    match std::fs::metadata(&path) {
        Ok(file) if file.len() > 0 => {}
        Ok(_) | Err(_) => return Ok(()),
    }
    let emptied = File::create(&path).and_then(|file| file.sync_all());
    emptied.map_err(StoreError::Log)
}

impl Kept {
    fn text(&self) -> Vec<u8> {
        let mut text = [&self.salts[..], &self.place.to_be_bytes(), &self.octets].concat();
        text.extend(digest::of(&text));
        text
    }

    fn parse(text: &[u8]) -> Option<Kept> {
        let (held, hash) = text.split_at_checked(text.len().checked_sub(32)?)?;
        let (salts, rest) = held.split_first_chunk::<8>()?;
        let (place, octets) = rest.split_first_chunk::<8>()?;
        let whole = hash == digest::of(held) && !octets.is_empty();
        whole.then(|| Kept {
            salts: *salts,
            place: u64::from_be_bytes(*place),
            octets: octets.to_vec(),
        })
    }

    /// Whether that is the log it was kept of. If its header is in the sector and spoilt, it is: a log that began anew since would
    /// have emptied the file before.
    fn is_of(&self, log: &File) -> io::Result<bool> {
        let mut header = [0; HEADER];
        match log.read_exact_at(&mut header, 0) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            result => result?,
        }
        Ok(header[SALTS] == self.salts || (self.place == 0 && !is_whole(&header)))
    }

    fn stands_in(&self, log: &File) -> io::Result<bool> {
        let mut there = vec![0; self.octets.len()];
        match log.read_exact_at(&mut there, self.place) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
            Ok(()) => Ok(there == self.octets),
        }
    }
}

fn read(path: &Path) -> io::Result<Option<Kept>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Kept::parse(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a log's header is as it was written: its checksum says so.
fn is_whole(header: &[u8; HEADER]) -> bool {
    let number = |octets: &[u8]| octets.iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet));
    // The lowest bit of the first number says in which order the octets of the numbers that are summed up stand.
    let big = header[3] & 1 == 1;
    let summed = |octets: &[u8]| {
        if big {
            number(octets)
        } else {
            number(octets).swap_bytes()
        }
    };
    let (mut a, mut b) = (0_u32, 0_u32);
    for pair in header[..CHECKSUM.start].chunks_exact(8) {
        a = a.wrapping_add(summed(&pair[..4])).wrapping_add(b);
        b = b.wrapping_add(summed(&pair[4..])).wrapping_add(a);
    }
    let stated = &header[CHECKSUM];
    (number(&stated[..4]), number(&stated[4..])) == (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::generate::noon;

    /// A database whose process was killed, and where its log ends.
    fn killed(folder: &Path, commits: u32) -> (PathBuf, u64) {
        let path = folder.join("t.db");
        let mut store = Store::open(&path).unwrap();
        for n in 0..commits {
            store
                .transact(noon(), |tx| tx.set_setting("key", &n.to_string()))
                .unwrap();
        }
        let end = sectors::log_end(store.conn()).unwrap();
        let left = folder.join("left");
        std::fs::create_dir_all(&left).unwrap();
        for name in ["t.db", "t.db-wal", "t.sector"] {
            // The last is not there if nothing was kept.
            let _ = std::fs::copy(folder.join(name), left.join(name));
        }
        (left.join("t.db"), end)
    }

    /// What the log holds, without what the last filling left beyond its sector.
    fn cut_short(path: &Path, end: u64) -> u64 {
        let log = File::options().write(true).open(sectors::log_of(path)).unwrap();
        let sector_end = end - end % sectors::SECTOR;
        log.set_len(sector_end).unwrap();
        sector_end
    }

    fn kept_value(path: &Path) -> Option<String> {
        Store::open(path).unwrap().setting("key").unwrap()
    }

    #[test]
    fn two_power_cuts_in_a_row_take_nothing_back() {
        for commits in 1..30 {
            let folder = tempfile::tempdir().unwrap();
            let (path, end) = killed(folder.path(), commits);
            let sector_end = cut_short(&path, end);
            let last = (commits - 1).to_string();
            // The next start goes on in the sector of the last commit; the power goes while it is written.
            let store = Store::open(&path).unwrap();
            let again = folder.path().join("again");
            std::fs::create_dir(&again).unwrap();
            for name in ["t.db", "t.db-wal", "t.sector"] {
                std::fs::copy(path.with_file_name(name), again.join(name)).unwrap();
            }
            drop(store);
            let found = again.join("t.db");
            let log = File::options().write(true).open(sectors::log_of(&found)).unwrap();
            let sector = vec![0x5A; usize::try_from(sectors::SECTOR).unwrap()];
            log.write_all_at(&sector, sector_end - sectors::SECTOR).unwrap();
            assert_eq!(kept_value(&found), Some(last), "after {commits}");
        }
    }

    #[test]
    fn a_log_that_began_anew_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, end) = killed(folder.path(), 3);
        cut_short(&path, end);
        let mut store = Store::open(&path).unwrap();
        assert!(std::fs::metadata(beside(&path)).unwrap().len() > 0);
        store.checkpoint().unwrap();
        assert_eq!(std::fs::metadata(beside(&path)).unwrap().len(), 0);
        store.transact(noon(), |tx| tx.set_setting("key", "new")).unwrap();
        drop(store);
        assert_eq!(kept_value(&path), Some("new".to_owned()));
    }

    #[test]
    fn a_torn_or_foreign_file_puts_nothing_back() {
        let folder = tempfile::tempdir().unwrap();
        let (path, end) = killed(folder.path(), 5);
        keep(&path, end - 700).unwrap();
        let whole = std::fs::read(beside(&path)).unwrap();
        let log = || std::fs::read(sectors::log_of(&path)).unwrap();
        let before = log();
        let mut foreign = Kept::parse(&whole).unwrap();
        foreign.salts[0] ^= 1;
        foreign.octets.fill(0x5A);
        for text in [&whole[..whole.len() - 1], b"", b"rubbish", &foreign.text()] {
            std::fs::write(beside(&path), text).unwrap();
            assert!(!put_back(&path).unwrap());
            assert!(log() == before);
        }
        std::fs::write(beside(&path), &whole).unwrap();
        assert!(!put_back(&path).unwrap(), "it stands there still");
    }

    #[test]
    fn sqlites_own_headers_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = killed(folder.path(), 1);
        let log = std::fs::read(sectors::log_of(&path)).unwrap();
        let mut header: [u8; HEADER] = log[..HEADER].try_into().unwrap();
        assert!(is_whole(&header));
        header[17] ^= 1;
        assert!(!is_whole(&header));
    }
}
