//! A copy of a database that a daemon has for itself, for whoever reads it meanwhile.
//!
//! The daemon only adds to the log, until it moves that into the database; after that it begins the log anew, with another header. So
//! the log is copied first, then the database, and both again if the database was written or the log begun anew meanwhile: what is
//! copied is a moment between two commits.

use super::sectors;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Tries until the database holds still. It is written for moments, every few days.
const TRIES: u32 = 5;
/// The log's header, its salts in it (SQLite's file format, 4.1).
const LOG_HEADER_OCTETS: u64 = 32;

/// The copy; it is gone with this.
#[derive(Debug)]
pub(super) struct Copy {
    pub database: PathBuf,
    _folder: tempfile::TempDir,
}

/// Copies the database at `path`.
pub(super) fn of(path: &Path) -> io::Result<Copy> {
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
