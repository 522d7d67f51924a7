//! Calls that came while nobody listened: the modem's own memory of them, and the notices that operators text.

use super::turn::{Done, Turn};
use crate::modem::MemoryEntry;

impl Turn<'_> {
    /// The modem's memory of missed calls, compared with the last reading.
    pub(super) fn missed_memory(&mut self, _entries: &[MemoryEntry]) -> Done {
        Ok(())
    }
}
