//! Trouble with the disk, told to the owner in words.

use crate::desk::turn::{Done, Turn};
use crate::store::records::About;
use std::time::Duration;

/// What happened to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskNews {
    /// The database was damaged; a new one was started.
    Replaced {
        /// Opt-outs the new one knows.
        opt_outs: usize,
        /// Contacts and settings that could be read from the old one.
        salvaged: usize,
    },
    /// The disk took nothing for a while, and does again.
    Refused { lasted: Duration },
    /// The disk is full; what we kept in reserve is being used up.
    Full,
    /// The disk is almost full.
    Low { free_octets: u64 },
}

impl Turn<'_> {
    /// Journal and owner hear of it.
    pub fn disk(&mut self, news: DiskNews) -> Done {
        let (what, why, line) = match news {
            DiskNews::Replaced { opt_outs, salvaged } => (
                "a new database was started",
                format!("the old one was damaged; {opt_outs} opt-outs kept, {salvaged} contacts and settings saved"),
                self.line("storage_replaced", &[("count", &opt_outs)]),
            ),
            DiskNews::Refused { lasted } => (
                "the disk took nothing",
                format!("for {} s; nothing was sent or deleted meanwhile", lasted.as_secs()),
                self.line("storage_refused", &[("length", &self.rules.pack.length(lasted))]),
            ),
            DiskNews::Full => (
                "the disk is full",
                "the reserve is used to say so".to_owned(),
                self.line("storage_full", &[]),
            ),
            DiskNews::Low { free_octets } => {
                let megabytes = free_octets / (1024 * 1024);
                (
                    "the disk is almost full",
                    format!("{megabytes} MB left"),
                    self.line("storage_low", &[("megabytes", &megabytes)]),
                )
            }
        };
        self.tx.journal(About::default(), what, &why)?;
        match news {
            // What may come again and again is told as often as anything about the box; what needs somebody at once always.
            DiskNews::Refused { .. } | DiskNews::Low { .. } => self.health_text(&line).map(drop),
            DiskNews::Replaced { .. } | DiskNews::Full => self.alert(&line, None),
        }
    }
}
