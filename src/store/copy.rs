//! A copy of a database that a daemon has for itself, for whoever reads it meanwhile.
//!
//! The daemon only adds to the log, until it moves that into the database. So the log is copied first, then the database, and both
//! again if the database was written meanwhile: what is copied is a moment between two commits.

use super::sectors;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Tries until the database holds still. It is written for moments, every few days.
const TRIES: u32 = 5;

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
        Ok((file.len(), file.modified()?))
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
