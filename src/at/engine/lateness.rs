//! How late a modem answers by nature: slow serial modules, emulators. Learned from the `AT`s it is knocked at with.

use std::time::{Duration, Instant};

/// The most that is learned. A modem that starts up meanwhile looks late too, and is waited for so long once; its next answers
/// put that right.
const LATENESS_MAX: Duration = Duration::from_secs(5);

/// What its answers to `AT` told so far.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    known: Duration,
    /// When the first of the `AT`s was sent that nobody has answered yet.
    knocked: Option<Instant>,
}

impl Lateness {
    pub fn known(&self) -> Duration {
        self.known
    }

    /// An `AT` sent then was not answered in time.
    pub fn knocked(&mut self, sent: Instant) {
        self.knocked.get_or_insert(sent);
    }

    /// A command sent then has its answer.
    pub fn answered(&mut self, is_attention: bool, sent: Instant, at: Instant) {
        let elapsed = at.saturating_duration_since(self.knocked.take().unwrap_or(sent));
        // Any command may take its time, and only a quick answer to it tells something.
        if is_attention || elapsed < self.known {
            self.known = elapsed.min(LATENESS_MAX).max(self.known / 2);
        }
    }
}
