//! systemd: READY, STATUS, WATCHDOG, STOPPING. Silent where nobody asked.

use sd_notify::NotifyState;
use std::time::Duration;

/// The feeding interval must leave room for one late turn of the loop.
const FEEDS_PER_TIMEOUT: u32 = 3;
/// Never more often than this, whatever the unit says: an idle box sleeps.
const SHORTEST_FEED: Duration = Duration::from_secs(5);

/// Says that calls can be taken.
pub fn ready() {
    say(&[NotifyState::Ready]);
}

/// One line for `systemctl status`.
pub fn status(text: &str) {
    say(&[NotifyState::Status(text)]);
}

pub fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// Proof that the loop and the store thread both turned.
pub fn watchdog() {
    say(&[NotifyState::Watchdog]);
}

/// How often [`watchdog`] is due, if the unit asks for it.
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|timeout| (timeout / FEEDS_PER_TIMEOUT).max(SHORTEST_FEED))
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd did not take a notification");
    }
}
