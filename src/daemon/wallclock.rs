//! The wall clock of the daemon: what the system says, corrected by better sources, and how far it is to be trusted.

use crate::clock::{NOT_AFTER_MS, NOT_BEFORE_MS, Trust, Wall};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// systemd-timesyncd makes this when the clock is synchronised.
const SYNCHRONISED_MARK: &str = "/run/systemd/timesync/synchronized";
/// A system's clock that nobody vouches for may be ahead of the network's by so much.
const BEHIND_MAX_MS: i64 = 24 * 3600 * 1000;
/// How often the mark is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Keeps the best known wall time. Never goes back in what it reports.
#[derive(Debug)]
pub struct WallClock {
    zone: Option<jiff::tz::TimeZone>,
    /// UTC ms at an instant, from the network, and its local offset.
    network: Option<(i64, Instant, i32)>,
    synchronised: bool,
    looked: Option<Instant>,
    floor_ms: i64,
}

impl WallClock {
    /// `floor_ms`: the last time stored; nothing earlier is ever reported.
    #[must_use]
    pub fn new(zone: Option<jiff::tz::TimeZone>, floor_ms: i64) -> Self {
        WallClock {
            zone,
            network: None,
            synchronised: false,
            looked: None,
            floor_ms,
        }
    }

    /// The zone of a configuration that was read again.
    pub fn set_zone(&mut self, zone: Option<jiff::tz::TimeZone>) {
        self.zone = zone;
    }

    /// Network time from the modem, at `at`; whether it is believed. Modems whose clock was never set say 1970, 1980 (in two
    /// digits: 2080) or 2004, or run on from some day long ago: what lies [`BEHIND_MAX_MS`] before a time on record is not the
    /// network's.
    pub fn network_time(&mut self, utc_ms: i64, offset_s: i32, at: Instant) -> bool {
        let believed = (NOT_BEFORE_MS..NOT_AFTER_MS).contains(&utc_ms) && utc_ms + BEHIND_MAX_MS > self.floor_ms;
        if believed {
            self.network = Some((utc_ms, at, offset_s));
        }
        believed
    }

    /// The wall time now.
    pub fn now(&mut self, at: Instant) -> Wall {
        if self
            .looked
            .is_none_or(|l| at.saturating_duration_since(l) >= LOOK_EVERY)
        {
            self.looked = Some(at);
            self.synchronised = std::path::Path::new(SYNCHRONISED_MARK).exists();
        }
        self.read(at, system_now_ms())
    }

    /// The wall time at `at`, when the system's clock shows `system_ms`. What [`WallClock::now`] does, without asking anybody:
    /// the simulation steps this clock.
    pub fn read(&mut self, at: Instant, system_ms: i64) -> Wall {
        let network_ms = self.network.map(|(ms, then, _)| {
            ms.saturating_add(i64::try_from(at.saturating_duration_since(then).as_millis()).unwrap_or(0))
        });
        let (utc_ms, trust) = match (self.synchronised, network_ms) {
            (true, _) => (system_ms, Trust::Synchronised),
            (false, Some(ms)) => (ms, Trust::Network),
            // A desktop or server keeps its clock in an RTC: believable, though nobody vouches for it.
            (false, None) if system_ms >= NOT_BEFORE_MS && system_ms >= self.floor_ms => {
                (system_ms, Trust::ServiceCentre)
            }
            (false, None) => (system_ms, Trust::Guess),
        };
        let utc_ms = utc_ms.max(self.floor_ms);
        self.floor_ms = utc_ms;
        Wall {
            utc_ms,
            offset_s: self.offset_s(utc_ms),
            trust,
        }
    }

    /// Local minus UTC: the configured zone, else the network's, else the system's.
    fn offset_s(&self, utc_ms: i64) -> i32 {
        let stamp = jiff::Timestamp::from_millisecond(utc_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        match (&self.zone, self.network) {
            (Some(zone), _) => zone.to_offset(stamp).seconds(),
            (None, Some((_, _, offset_s))) => offset_s,
            (None, None) => jiff::tz::TimeZone::system().to_offset(stamp).seconds(),
        }
    }
}

/// The system clock, UTC milliseconds.
#[must_use]
pub fn system_now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pi_that_boots_in_the_past_reports_at_least_the_last_time_stored_and_calls_it_a_guess() {
        let mut clock = WallClock::new(None, NOT_BEFORE_MS + 5_000);
        let wall = clock.read(Instant::now(), 1_000);
        assert_eq!((wall.utc_ms, wall.trust), (NOT_BEFORE_MS + 5_000, Trust::Guess));
    }

    #[test]
    fn network_time_is_believed_unless_the_modem_was_never_told() {
        let at = Instant::now();
        let mut clock = WallClock::new(None, 0);
        for never_told in [315_964_800_000, NOT_AFTER_MS + 432_000_000] {
            clock.network_time(never_told, 0, at);
            assert_eq!(clock.read(at, 0).trust, Trust::Guess, "{never_told}");
        }
        clock.network_time(NOT_BEFORE_MS + 60_000, -18_000, at);
        let later = clock.read(at + Duration::from_secs(2), 0);
        assert_eq!(
            later,
            Wall {
                utc_ms: NOT_BEFORE_MS + 62_000,
                offset_s: -18_000,
                trust: Trust::Network
            }
        );
    }

    #[test]
    fn network_time_long_before_what_is_on_record_is_a_modem_that_was_never_told() {
        let at = Instant::now();
        let on_record = NOT_BEFORE_MS + 90 * 86_400_000;
        let mut clock = WallClock::new(None, on_record);
        assert!(!clock.network_time(on_record - 86_400_001, 0, at));
        assert_eq!(clock.read(at, 0).trust, Trust::Guess);
        assert!(clock.network_time(on_record - 60_000, 0, at));
        assert_eq!(clock.read(at, 0).trust, Trust::Network);
    }

    #[test]
    fn records_never_go_back_when_the_system_clock_is_stepped_back() {
        let at = Instant::now();
        let mut clock = WallClock::new(None, 0);
        let first = clock.read(at, NOT_BEFORE_MS + 9_000).utc_ms;
        assert_eq!(clock.read(at, NOT_BEFORE_MS + 1_000).utc_ms, first);
    }
}
