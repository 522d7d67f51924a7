//! systemd: READY, STATUS, WATCHDOG, STOPPING. Silent where nobody asked.

use sd_notify::NotifyState;
use std::time::Duration;

/// The feeding interval must leave room for one late turn of the loop.
const FEEDS_PER_TIMEOUT: u32 = 3;

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
    sd_notify::watchdog_enabled().map(feed_every)
}

/// Whatever the unit says, the feed comes in time: fed too late, a healthy daemon is killed.
fn feed_every(timeout: Duration) -> Duration {
    timeout / FEEDS_PER_TIMEOUT
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd did not take a notification");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_at_least_twice_in_every_timeout() {
        for timeout_s in [1, 3, 10, 180] {
            let timeout = Duration::from_secs(timeout_s);
            assert!(feed_every(timeout) * 2 <= timeout, "{timeout_s} s");
        }
    }
}
