//! Room on the disk: how much there is, and a little kept in reserve so that the box can still say that there is none.

use super::Store;
use std::io::Write;
use std::path::PathBuf;

/// Octets kept in reserve: a few dozen decisions.
pub const RESERVE_OCTETS: usize = 1024 * 1024;
/// Written at once.
const CHUNK_OCTETS: usize = 16 * 1024;

impl Store {
    fn reserve(&self) -> Option<PathBuf> {
        self.path.as_deref().map(|path| path.with_extension("reserve"))
    }

    /// Sets room aside in a file beside the database, if it isn't yet. Best effort: without it a full disk is told only in
    /// the log, by the lights and in `textback status`.
    pub fn keep_reserve(&self) {
        let Some(path) = self.reserve() else { return };
        if path.exists() {
            return;
        }
        let written = std::fs::File::create(&path).and_then(|mut file| {
            // Written, not merely sized: a hole takes no room.
            for _ in 0..RESERVE_OCTETS / CHUNK_OCTETS {
                file.write_all(&[0xA5; CHUNK_OCTETS])?;
            }
            file.sync_all()
        });
        if let Err(error) = written {
            tracing::debug!(%error, "no room for a reserve");
            // Half a reserve would be taken for a whole one.
            let _ = std::fs::remove_file(&path);
        }
    }

    /// Gives the reserve's room back to the disk. False if there was none.
    pub fn give_up_reserve(&self) -> bool {
        self.reserve().is_some_and(|path| std::fs::remove_file(path).is_ok())
    }

    /// Octets free for us on the database's disk, if it tells.
    #[must_use]
    pub fn free_octets(&self) -> Option<u64> {
        let folder = self.path.as_deref()?.parent().filter(|p| !p.as_os_str().is_empty());
        let stat = rustix::fs::statvfs(folder.unwrap_or(std::path::Path::new("."))).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}
