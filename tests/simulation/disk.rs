//! The box's disk: a real database file that survives kills whole, and power cuts with what was synced.
//!
//! SQLite syncs the write-ahead log at the end of a commit, and the database before it starts the log anew. What was
//! written since the last sync may be there, or not, or half, in pieces of a sector: a power cut here keeps or loses each
//! sector by chance, and spoils some, with all that was in it.

use super::chance::Chance;
use crate::desk::box_under_test::in_memory_where_possible;
use std::path::PathBuf;
use textback::store::Store;

/// What a disk writes whole: some the one, some the other.
const SECTORS: [usize; 2] = [512, CARD_SECTOR];
/// What the store reckons with.
const CARD_SECTOR: usize = 4096;

/// Octets of the write-ahead log's header.
const LOG_HEADER: usize = 32;

/// The files at one moment.
#[derive(Debug, Clone, Default)]
pub struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Image {
    /// A commit is synced up to the end of a sector; what its filling writes beyond may not be there.
    pub fn forget_unsynced_filling(&mut self) {
        let Some(header) = self.log.get(..LOG_HEADER) else {
            return;
        };
        // https://sqlite.org/walformat.html: the page's size, the salts, which are in the header of each frame too.
        let page = u32::from_be_bytes(header[8..12].try_into().unwrap());
        let (frame, salts) = (24 + usize::try_from(page).unwrap(), header[16..24].to_vec());
        let frames = self.log[LOG_HEADER..].chunks_exact(frame);
        let end = LOG_HEADER + frames.take_while(|one| one[8..16] == salts).count() * frame;
        self.log[end - end % CARD_SECTOR..end].fill(0);
    }
}

#[derive(Debug)]
pub struct Disk {
    folder: tempfile::TempDir,
    generation: u32,
    store: Option<Store>,
}

impl Disk {
    /// An empty disk; in memory where the system has such a folder, so that thousands of runs wear nothing out.
    pub fn new() -> Disk {
        let mut disk = Disk {
            folder: in_memory_where_possible(),
            generation: 0,
            store: None,
        };
        std::fs::create_dir(disk.room()).unwrap();
        disk.open();
        disk
    }

    pub fn path(&self) -> PathBuf {
        self.room().join("box.db")
    }

    fn log_path(&self) -> PathBuf {
        self.room().join("box.db-wal")
    }

    fn room(&self) -> PathBuf {
        self.folder.path().join(self.generation.to_string())
    }

    pub fn store(&mut self) -> &mut Store {
        self.store.as_mut().expect("the program runs")
    }

    /// Nobody has the database open.
    pub fn is_closed(&self) -> bool {
        self.store.is_none()
    }

    /// The program starts.
    pub fn open(&mut self) {
        let opened = Store::open_or_replace(&self.path());
        let mut store = opened.unwrap_or_else(|e| panic!("the database does not open again: {e}"));
        assert_eq!(store.take_found().replaced, None, "a power cut damaged the database");
        self.store = Some(store);
    }

    /// What is on the disk now.
    pub fn image(&self) -> Image {
        Image {
            database: std::fs::read(self.path()).unwrap_or_default(),
            log: std::fs::read(self.log_path()).unwrap_or_default(),
        }
    }

    /// The program dies and leaves `image` on the disk.
    pub fn die(&mut self, image: &Image) {
        // Closing would tidy up, which a kill does not: what is to be found goes to a new folder first.
        let old = self.room();
        self.generation += 1;
        let new = self.room();
        std::fs::create_dir(&new).unwrap();
        for file in std::fs::read_dir(&old).unwrap().map(Result::unwrap) {
            // The second file for the opt-outs and what is kept of the log are synced before a commit: they are there whole.
            if !file.file_name().to_string_lossy().starts_with("box.db-") {
                std::fs::copy(file.path(), new.join(file.file_name())).unwrap();
            }
        }
        std::fs::write(self.path(), &image.database).unwrap();
        std::fs::write(self.log_path(), &image.log).unwrap();
        self.store = None;
        std::fs::remove_dir_all(old).unwrap();
    }

    /// Octets on the disk.
    pub fn size(&self) -> usize {
        let image = self.image();
        image.database.len() + image.log.len()
    }
}

/// What a power cut leaves of the way from one image to the next, when nothing of it was synced.
pub fn torn(before: &Image, after: &Image, chance: &mut Chance) -> Image {
    // The log is synced before the database is touched: as long as it is not, the database is as it was.
    let in_log = before.database == after.database || (before.log != after.log && chance.one_in(2));
    match in_log {
        true => Image {
            database: before.database.clone(),
            log: torn_log(&before.log, &after.log, chance),
        },
        false => Image {
            database: torn_file(&before.database, &after.database, chance),
            log: after.log.clone(),
        },
    }
}

/// A log begun anew has its header synced before anything else of it is written.
fn torn_log(before: &[u8], after: &[u8], chance: &mut Chance) -> Vec<u8> {
    let begun_anew = before.get(..LOG_HEADER) != after.get(..LOG_HEADER);
    match (begun_anew, after.get(..LOG_HEADER)) {
        (true, Some(header)) => {
            let mut synced = before.to_vec();
            synced.resize(synced.len().max(LOG_HEADER), 0);
            synced[..LOG_HEADER].copy_from_slice(header);
            if chance.one_in(4) {
                torn_file(before, &synced, chance)
            } else {
                torn_file(&synced, after, chance)
            }
        }
        _ => torn_file(before, after, chance),
    }
}

fn torn_file(before: &[u8], after: &[u8], chance: &mut Chance) -> Vec<u8> {
    if before == after {
        return after.to_vec();
    }
    // The size may have been written or not.
    let mut torn = if chance.one_in(4) {
        before.to_vec()
    } else {
        after.to_vec()
    };
    let kept = chance.between(1, 4);
    let size = SECTORS[usize::from(chance.one_in(2))];
    for (place, sector) in torn.chunks_mut(size).enumerate() {
        let from = place * size;
        let old = before.get(from..(from + sector.len()).min(before.len())).unwrap_or(&[]);
        let new = after.get(from..(from + sector.len()).min(after.len())).unwrap_or(&[]);
        if old == new {
            continue;
        }
        match chance.between(0, 4) {
            n if n < kept => {}
            4 if chance.one_in(2) => sector.iter_mut().for_each(|byte| *byte ^= 0x5A),
            _ => {
                let (start, rest) = sector.split_at_mut(old.len().min(sector.len()));
                start.copy_from_slice(&old[..start.len()]);
                rest.fill(0);
            }
        }
    }
    torn
}
