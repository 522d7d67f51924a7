//! Why the daemon stopped for good, kept beside the database: an exit code says no more than that modem or SIM can't do the job, and
//! whoever has to mend it reads the lights.

use super::state::limit_code;
use crate::board::Code;
use crate::modem::Limit;
use std::path::{Path, PathBuf};

fn file(database: &Path) -> PathBuf {
    database.with_extension("stopped")
}

/// Keeps it. Where the disk takes nothing, the lights say what the exit code does.
pub fn keep(database: &Path, limit: Limit) {
    if let Err(error) = std::fs::write(file(database), format!("{}\n", limit_code(limit).count())) {
        tracing::warn!(%error, "the lights won't tell exactly why");
    }
}

/// A start that may end otherwise.
pub fn forget(database: &Path) {
    // Most of the time there is none.
    let _ = std::fs::remove_file(file(database));
}

/// What was kept, if anything.
#[must_use]
pub fn read(database: &Path) -> Option<Code> {
    Code::from_count(std::fs::read_to_string(file(database)).ok()?.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lights_count_what_it_was_and_a_new_start_forgets_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("textback.db");
        assert_eq!(read(&database), None);
        for (limit, code) in [
            (Limit::PinWrong, Code::Pin),
            (Limit::PukRequired, Code::Pin),
            (Limit::NoVoice, Code::NoSms),
        ] {
            keep(&database, limit);
            assert_eq!(read(&database), Some(code));
        }
        forget(&database);
        assert_eq!(read(&database), None);
        std::fs::write(database.with_extension("stopped"), "what").expect("written");
        assert_eq!(read(&database), None);
    }
}
