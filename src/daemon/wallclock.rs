//! The wall clock of the daemon: what the system says, corrected by better sources, and how far it is to be trusted.
//!
//! What it reports does not go back, so that records stay in order: a correction of up to `STANDS_STILL` is stood out. A time
//! further back than that means that one of the two was false, and a false future must not be the time for years: whoever is
//! trusted at least as much as who said the later time is believed, the clock is set back, and that is told
//! ([`WallClock::take_set_back`]). A modem that was never told the time may pass its own for the network's, so that one counts
//! only if a service centre's time stamp bears it out. Nothing that expires or is erased hangs on this clock ([`crate::clock::Steady`]).

use crate::clock::{LastTime, NOT_AFTER_MS, NOT_BEFORE_MS, Trust, Wall};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// systemd-timesyncd makes this when the clock is synchronised.
const SYNCHRONISED_MARK: &str = "/run/systemd/timesync/synchronized";
/// A network's time may be so far behind the last one on record, or from a service centre's time stamp.
const APART: Duration = Duration::from_secs(24 * 3600);
/// How often the mark is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A correction back by no more than this is stood out. Networks are wrong by an hour now and then, over a change of the clocks.
const STANDS_STILL: Duration = Duration::from_secs(2 * 3600);
/// A system clock that nobody vouches for and that is so far ahead of the last time on record was set by somebody who was wrong.
const UNVOUCHED_LEAP: Duration = Duration::from_secs(400 * 86_400);

/// By how much the clock was set back, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBack {
    pub by: Duration,
    pub said: Trust,
}

impl std::fmt::Display for SetBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = match self.said {
            Trust::Synchronised => "the synchronised system clock",
            Trust::Network => "the network",
            Trust::ServiceCentre | Trust::Guess => "the system clock",
        };
        write!(
            f,
            "by {} h: {who} says that the time was false",
            self.by.as_secs() / 3600
        )
    }
}

/// Keeps the best known wall time.
#[derive(Debug)]
pub struct WallClock {
    zone: Option<jiff::tz::TimeZone>,
    /// UTC ms at an instant, from the network, and its local offset.
    network: Option<(i64, Instant, i32)>,
    /// The same, too far behind the last time reported to be believed alone.
    doubted: Option<(i64, Instant, i32)>,
    /// UTC ms at an instant, by the newest time stamp of a service centre.
    stamp: Option<(i64, Instant)>,
    synchronised: bool,
    looked: Option<Instant>,
    /// The last time reported, and how far whoever said it was trusted.
    floor_ms: i64,
    floor_trust: Trust,
    set_back: Option<SetBack>,
}

impl WallClock {
    /// Goes on from the last time stored.
    #[must_use]
    pub fn new(zone: Option<jiff::tz::TimeZone>, last: LastTime) -> Self {
        WallClock {
            zone,
            network: None,
            doubted: None,
            stamp: None,
            synchronised: false,
            looked: None,
            floor_ms: last.utc_ms,
            floor_trust: last.trust,
            set_back: None,
        }
    }

    /// True news once: a false time was found out.
    pub fn take_set_back(&mut self) -> Option<SetBack> {
        self.set_back.take()
    }

    /// The zone of a configuration that was read again.
    pub fn set_zone(&mut self, zone: Option<jiff::tz::TimeZone>) {
        self.zone = zone;
    }

    /// Network time from the modem, at `at`; whether it is believed. Modems whose clock was never set say 1970, 1980 (in two
    /// digits: 2080) or 2004, or run on from some day long ago: what lies a day before a time on record is not the network's,
    /// unless a service centre's time stamp says the same.
    pub fn network_time(&mut self, utc_ms: i64, offset_s: i32, at: Instant) -> bool {
        if !(NOT_BEFORE_MS..NOT_AFTER_MS).contains(&utc_ms) {
            return false;
        }
        let behind = self.floor_ms.saturating_sub(utc_ms) >= ms(APART);
        let borne_out = self
            .stamp
            .is_some_and(|stamp| later(stamp, at).abs_diff(utc_ms) < ms(APART).unsigned_abs());
        if behind && !borne_out {
            self.doubted = Some((utc_ms, at, offset_s));
            return false;
        }
        self.doubted = None;
        self.network = Some((utc_ms, at, offset_s));
        true
    }

    /// A text or report that came at `at` bears this time stamp of its service centre's (TS 23.040 §9.2.3.11, §9.2.3.13). It bears
    /// out what the network said, or not; of itself it is hours late at times.
    pub fn stamped(&mut self, utc_ms: i64, at: Instant) {
        self.stamp = Some((utc_ms, at));
        if let Some((then_ms, then, offset_s)) = self.doubted.take() {
            self.network_time(later((then_ms, then), at), offset_s, at);
        }
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
        let network_ms = self.network.map(|(ms, then, _)| later((ms, then), at));
        let (utc_ms, trust) = match (self.synchronised, network_ms) {
            (true, _) => (system_ms, Trust::Synchronised),
            (false, Some(ms)) => (ms, Trust::Network),
            // A desktop or server keeps its clock in an RTC: believable, though nobody vouches for it.
            (false, None) if system_ms >= NOT_BEFORE_MS && self.may_follow(system_ms) => {
                (system_ms, Trust::ServiceCentre)
            }
            (false, None) => (self.floor_ms, Trust::Guess),
        };
        let (utc_ms, trust) = self.reconcile(utc_ms, trust);
        Wall {
            utc_ms,
            offset_s: self.offset_s(utc_ms),
            trust,
        }
    }

    /// The system's clock may be a while ahead of the last time on record, if there is one.
    fn may_follow(&self, system_ms: i64) -> bool {
        let leap = system_ms.saturating_sub(self.floor_ms);
        leap >= 0 && (self.floor_ms < NOT_BEFORE_MS || leap <= ms(UNVOUCHED_LEAP))
    }

    /// What to report of a time that somebody says, after what was reported before.
    fn reconcile(&mut self, said_ms: i64, trust: Trust) -> (i64, Trust) {
        let back = self.floor_ms.saturating_sub(said_ms);
        if back <= 0 {
            if trust != Trust::Guess {
                (self.floor_ms, self.floor_trust) = (said_ms, trust);
            }
            return (self.floor_ms, trust);
        }
        if back <= ms(STANDS_STILL) {
            return (self.floor_ms, trust);
        }
        if trust < self.floor_trust {
            // Who is trusted more said a later time once: this one is wrong, and how late it is nobody knows.
            return (self.floor_ms, Trust::Guess);
        }
        (self.floor_ms, self.floor_trust) = (said_ms, trust);
        self.set_back = Some(SetBack {
            by: Duration::from_millis(back.unsigned_abs()),
            said: trust,
        });
        (said_ms, trust)
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

/// What a clock that showed `ms` at `then` shows at `at`.
fn later((shown_ms, then): (i64, Instant), at: Instant) -> i64 {
    shown_ms.saturating_add(ms(at.saturating_duration_since(then)))
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
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

    const HOUR_MS: i64 = 3_600_000;
    const YEAR_MS: i64 = 365 * 24 * HOUR_MS;

    fn after(utc_ms: i64, trust: Trust) -> WallClock {
        let last = LastTime {
            utc_ms,
            trust,
            ..LastTime::default()
        };
        WallClock::new(None, last)
    }

    #[test]
    fn a_network_time_years_ahead_is_the_time_only_until_the_network_says_the_right_one() {
        let (at, now) = (Instant::now(), NOT_BEFORE_MS + 3 * YEAR_MS);
        let mut clock = after(now, Trust::Network);
        clock.network_time(now + 9 * YEAR_MS, 0, at);
        assert_eq!(clock.read(at, 0).utc_ms, now + 9 * YEAR_MS);
        assert_eq!(clock.take_set_back(), None);
        clock.network_time(now + HOUR_MS, 0, at);
        assert_eq!(
            clock.read(at, 0).utc_ms,
            now + 9 * YEAR_MS,
            "it may be a modem that was never told"
        );
        clock.stamped(now + 9 * YEAR_MS, at);
        assert_eq!(clock.read(at, 0).utc_ms, now + 9 * YEAR_MS, "nobody bears it out");
        clock.network_time(now + HOUR_MS, 0, at);
        clock.stamped(now, at);
        let wall = clock.read(at, 0);
        assert_eq!((wall.utc_ms, wall.trust), (now + HOUR_MS, Trust::Network));
        let told = clock.take_set_back().unwrap();
        assert_eq!(told.by.as_secs(), 9 * 365 * 86_400 - 3600);
        assert_eq!(clock.take_set_back(), None, "once");
        // From then on it does not go back again, and the next one is believed at once.
        assert!(clock.network_time(now + HOUR_MS, 0, at));
        clock.network_time(now, 0, at);
        assert_eq!(clock.read(at, 0).utc_ms, now + HOUR_MS);
    }

    #[test]
    fn a_false_time_on_record_is_found_out_after_a_restart_too() {
        let (at, now) = (Instant::now(), NOT_BEFORE_MS + 3 * YEAR_MS);
        let mut clock = after(now + 9 * YEAR_MS, Trust::Network);
        assert_eq!(
            clock.read(at, now).trust,
            Trust::Guess,
            "the system's clock alone does not suffice"
        );
        clock.synchronised = true;
        let wall = clock.read(at, now);
        assert_eq!((wall.utc_ms, wall.trust), (now, Trust::Synchronised));
    }

    #[test]
    fn who_is_trusted_less_sets_nothing_back_and_then_nobody_knows_the_time() {
        let (at, now) = (Instant::now(), NOT_BEFORE_MS + 3 * YEAR_MS);
        let mut clock = after(now, Trust::Synchronised);
        clock.stamped(now - YEAR_MS, at);
        assert!(clock.network_time(now - YEAR_MS, 0, at));
        let wall = clock.read(at, 0);
        assert_eq!((wall.utc_ms, wall.trust), (now, Trust::Guess));
        clock.network_time(now - HOUR_MS, 0, at);
        let wall = clock.read(at, 0);
        assert_eq!((wall.utc_ms, wall.trust), (now, Trust::Network), "an hour is stood out");
    }

    #[test]
    fn a_system_clock_years_ahead_of_the_record_is_a_guess_and_without_a_record_it_is_not() {
        let (at, now) = (Instant::now(), NOT_BEFORE_MS + 3 * YEAR_MS);
        let wall = after(now, Trust::Network).read(at, now + 9 * YEAR_MS);
        assert_eq!((wall.utc_ms, wall.trust), (now, Trust::Guess));
        let wall = after(now, Trust::Network).read(at, now + YEAR_MS);
        assert_eq!((wall.utc_ms, wall.trust), (now + YEAR_MS, Trust::ServiceCentre));
        assert_eq!(after(0, Trust::Guess).read(at, now).trust, Trust::ServiceCentre);
    }

    #[test]
    fn a_pi_that_boots_in_the_past_reports_at_least_the_last_time_stored_and_calls_it_a_guess() {
        let mut clock = after(NOT_BEFORE_MS + 5_000, Trust::Network);
        let wall = clock.read(Instant::now(), 1_000);
        assert_eq!((wall.utc_ms, wall.trust), (NOT_BEFORE_MS + 5_000, Trust::Guess));
    }

    #[test]
    fn network_time_is_believed_unless_the_modem_was_never_told() {
        let at = Instant::now();
        let mut clock = after(0, Trust::Guess);
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
        let mut clock = after(on_record, Trust::Network);
        assert!(!clock.network_time(on_record - 86_400_001, 0, at));
        assert_eq!(clock.read(at, 0).trust, Trust::Guess);
        assert!(clock.network_time(on_record - 60_000, 0, at));
        assert_eq!(clock.read(at, 0).trust, Trust::Network);
    }

    #[test]
    fn records_never_go_back_when_the_system_clock_is_stepped_back() {
        let at = Instant::now();
        let mut clock = after(0, Trust::Guess);
        let first = clock.read(at, NOT_BEFORE_MS + 9_000).utc_ms;
        assert_eq!(clock.read(at, NOT_BEFORE_MS + 1_000).utc_ms, first);
    }
}
