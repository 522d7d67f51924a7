//! When what was committed is on the disk for good, and when the write-ahead log moves into the database.

use super::{Sectors, Store, StoreError, TIDY_COMMITS, Unmoved, last_sector, sectors};

impl Store {
    /// Makes durable what may wait ([`may_wait`](super::Tx::may_wait)), if there is any.
    ///
    /// # Errors
    /// SQLite's or the disk's own; then it still waits.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        if self.unsettled {
            self.seal()?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Whether all that was committed is durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.unsettled
    }

    /// Makes the last commit durable, out of the reach of what is written after it.
    pub(super) fn seal(&mut self) -> Result<(), StoreError> {
        if self.sectors == Sectors::Sqlite {
            return Ok(());
        }
        let Err(error) = sectors::seal(&self.conn) else {
            return Ok(());
        };
        // The commit is in the log and can't be taken back any more: it counts if it is synced, with or without a filling.
        tracing::warn!(%error, "the sector behind a commit could not be filled");
        self.unsealed = true;
        let log = self.path.as_deref().map(sectors::log_of).unwrap_or_default();
        let synced = std::fs::File::open(log).and_then(|log| log.sync_data());
        synced.map_err(StoreError::Log)
    }

    /// Moves the write-ahead log into the database file if that is worth it: the log has grown, or something was erased. Call
    /// it when nothing else is to be done.
    ///
    /// # Errors
    /// As [`Store::checkpoint`].
    pub fn tidy(&mut self) -> Result<(), StoreError> {
        match self.unmoved.commits >= TIDY_COMMITS || self.unmoved.erased {
            true => self.checkpoint(),
            false => Ok(()),
        }
    }

    /// Moves the write-ahead log into the database file. It costs three syncs, and every changed sector twice more.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] on I/O errors; a reader holding it back is not an error.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        // Or a power cut could leave pages of a commit in the database that the log has lost.
        self.settle()?;
        self.complete_sectors()?;
        self.forget_last_sector()?;
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        self.unmoved = Unmoved::default();
        Ok(())
    }

    fn complete_sectors(&self) -> Result<(), StoreError> {
        match (self.sectors, self.path.as_deref()) {
            (Sectors::Ours, Some(path)) => sectors::complete(&self.conn, path),
            (Sectors::Ours | Sectors::Sqlite, _) => Ok(()),
        }
    }

    /// The log may begin anew after this.
    fn forget_last_sector(&self) -> Result<(), StoreError> {
        match (self.sectors, self.path.as_deref()) {
            (Sectors::Ours, Some(path)) => last_sector::forget(path),
            (Sectors::Ours | Sectors::Sqlite, _) => Ok(()),
        }
    }
}

impl Drop for Store {
    /// The last connection moves the log into the database; if that would not be safe, the log stays for the next start.
    fn drop(&mut self) {
        let ready = self.settle().and_then(|()| self.complete_sectors());
        if ready.and_then(|()| self.forget_last_sector()).is_err()
            && let Err(error) = sectors::leave_log_at_close(&self.conn)
        {
            tracing::warn!(%error, "the write-ahead log may be moved into the database without protection");
        }
    }
}
