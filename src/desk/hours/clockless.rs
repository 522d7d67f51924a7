//! While nobody vouches for the clock the box behaves as open (architecture.md, "Clock"); the owner is told once, where
//! opening hours depend on it. Most networks tell the time within a minute: it is waited for that first, and what waits for an
//! hour of the day is set anew by the time once it is known: a box without a clock of its own does not know how long it was off.

use crate::clock::{Steady, Trust};
use crate::desk::turn::{Done, Turn};
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// Setting: the owner was told; gone when the time is known.
const TOLD: &str = "clock_told";
/// How long the network has to tell the time before the owner is told that it doesn't.
pub(in crate::desk) const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// It is looked at this often until then.
const LOOK_SOON: Duration = Duration::from_secs(60);
/// It is looked at again this often afterwards, so that a later loss of the time is told too.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);
/// Setting: since when nobody vouches for the clock, steady milliseconds.
const SINCE: &str = "clock_unknown_since";

impl Turn<'_> {
    /// At the start.
    pub fn watch_clock(&mut self) -> Done {
        let now = self.now();
        match now.wall.trust {
            Trust::Guess => {
                self.tx.set_setting(SINCE, &now.steady.0.to_string())?;
                self.tx.set_timer(TimerKind::Clock, 0, now.steady.plus(LOOK_SOON))
            }
            Trust::ServiceCentre | Trust::Network | Trust::Synchronised => self.clock_is_known(),
        }
    }

    /// The network had its time.
    pub fn clock_due(&mut self) -> Done {
        let now = self.now();
        if now.wall.trust != Trust::Guess {
            return self.clock_is_known();
        }
        let since = self.tx.setting(SINCE)?.and_then(|ms| ms.parse().ok()).map(Steady);
        let waited = since.is_none_or(|since| now.steady.since(since) >= PATIENCE);
        let again = if waited { LOOK_AGAIN } else { LOOK_SOON };
        self.tx.set_timer(TimerKind::Clock, 0, now.steady.plus(again))?;
        if !waited {
            return Ok(());
        }
        if !self.rules.ever_closed() || self.tx.setting(TOLD)?.is_some() {
            return Ok(());
        }
        self.tx.set_setting(TOLD, "1")?;
        self.tx
            .journal(About::default(), "treated as open", "nobody vouches for the clock")?;
        let said = self.line("clock_unknown", &[]);
        self.alert(&said, None)
    }

    fn clock_is_known(&mut self) -> Done {
        self.tx.clear_timer(TimerKind::Clock, 0)?;
        self.tx.drop_setting(TOLD)?;
        self.tx.drop_setting(SINCE)?;
        self.follow_new_quiet()?;
        let decent = self.rules.polite_time(self.now());
        for text in self.tx.text_backs_waiting()? {
            if self.is_late(&text)? {
                self.effects.send |= self.tx.bring_forward(text.id, decent)?;
            }
        }
        Ok(())
    }
}
