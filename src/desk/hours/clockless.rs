//! While nobody vouches for the clock the box behaves as open (architecture.md, "Clock"); the owner is told once, where
//! opening hours depend on it. Most networks tell the time within a minute: it is waited for that first.

use crate::clock::Trust;
use crate::desk::turn::{Done, Turn};
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// Setting: the owner was told; gone when the time is known.
const TOLD: &str = "clock_told";
/// How long the network has to tell the time before the owner is told that it doesn't.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// It is looked at again this often, so that a later loss of the time is told too.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

impl Turn<'_> {
    /// At the start.
    pub fn watch_clock(&mut self) -> Done {
        match self.now().wall.trust {
            Trust::Guess => self.tx.set_timer(TimerKind::Clock, 0, self.now().steady.plus(PATIENCE)),
            Trust::ServiceCentre | Trust::Network | Trust::Synchronised => self.clock_is_known(),
        }
    }

    /// The network had its time.
    pub fn clock_due(&mut self) -> Done {
        if self.now().wall.trust != Trust::Guess {
            return self.clock_is_known();
        }
        self.tx
            .set_timer(TimerKind::Clock, 0, self.now().steady.plus(LOOK_AGAIN))?;
        if !self.rules.ever_closed() || self.tx.setting(TOLD)?.is_some() {
            return Ok(());
        }
        self.tx.set_setting(TOLD, "1")?;
        self.tx
            .journal(About::default(), "treated as open", "nobody vouches for the clock")?;
        let said = self.line("clock_unknown", &[]);
        self.alert(&said, None)
    }

    fn clock_is_known(&self) -> Done {
        self.tx.clear_timer(TimerKind::Clock, 0)?;
        self.tx.drop_setting(TOLD).map(|_| ())
    }
}
