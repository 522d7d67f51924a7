//! What time it is, and how sure we are.
//!
//! Two clocks. The *steady* clock measures durations (delays, cool-downs, expiries): it never jumps and never goes
//! back, also not over a restart, because the store keeps its last value and [`Clock`] continues from there. The *wall*
//! clock is for records and opening hours only. A wall clock that jumps fires or starves no timer. A Pi has no RTC, so the
//! wall clock carries how far it may be trusted.

use std::time::{Duration, Instant};

/// 2024-01-01T00:00:00Z. A clock before it has never been set.
pub const NOT_BEFORE_MS: i64 = 1_704_067_200_000;
/// 2080-01-01T00:00:00Z, where two-digit years of modems that were never told the time begin (`80/01/06`).
pub const NOT_AFTER_MS: i64 = 3_471_292_800_000;

/// Milliseconds on the box's own steady clock, kept over restarts in the store. Only differences mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Steady(pub i64);

impl Steady {
    /// `self` + `d`, saturating.
    #[must_use]
    pub fn plus(self, d: Duration) -> Steady {
        Steady(self.0.saturating_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }

    /// `self` - `d`, saturating.
    #[must_use]
    pub fn minus(self, d: Duration) -> Steady {
        Steady(self.0.saturating_sub(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Steady) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// How much the wall clock can be believed, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Trust {
    /// Nothing has told us; the value is at least the last time stored.
    #[default]
    Guess,
    /// The time stamp of a received text or status report.
    ServiceCentre,
    /// Network time from the modem (`+CTZV`, `+CCLK`).
    Network,
    /// The system clock says it is synchronised.
    Synchronised,
}

/// Wall time: UTC and the local offset that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wall {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub utc_ms: i64,
    /// Local time minus UTC, seconds.
    pub offset_s: i32,
    pub trust: Trust,
}

/// The last time on record; all zeros in a new database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastTime {
    pub steady: Steady,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub utc_ms: i64,
    /// Who said so.
    pub trust: Trust,
}

/// The time that comes with every input to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub steady: Steady,
    pub wall: Wall,
}

/// Wall and steady clock agree on how far off something is within this: a day may be lost while the box is off.
const CLOCKS_AGREE: Duration = Duration::from_secs(48 * 3600);

impl Now {
    /// How long until `utc_ms`, to which something was put off when that was `due` on the steady clock. The wall clock says, unless
    /// it says much later than the steady clock: then the time was false when it was put off.
    #[must_use]
    pub fn until(self, utc_ms: i64, due: Steady) -> Duration {
        let by_wall = utc_ms.saturating_sub(self.wall.utc_ms);
        let by_wall = Duration::from_millis(u64::try_from(by_wall).unwrap_or(0));
        let by_steady = due.since(self.steady);
        if by_wall > by_steady.saturating_add(CLOCKS_AGREE) {
            by_steady
        } else {
            by_wall
        }
    }
}

/// Turns the machine's [`Instant`] into [`Steady`] from a value the store kept. Pure: time is passed in.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    anchor: Instant,
    base: Steady,
}

impl Clock {
    /// At `anchor` the steady clock reads `base`.
    #[must_use]
    pub fn new(anchor: Instant, base: Steady) -> Self {
        Clock { anchor, base }
    }

    /// The steady reading at `at`.
    #[must_use]
    pub fn steady(&self, at: Instant) -> Steady {
        self.base.plus(at.saturating_duration_since(self.anchor))
    }

    /// When the steady clock will read `steady`; the anchor itself for anything before it.
    #[must_use]
    pub fn instant(&self, steady: Steady) -> Instant {
        self.anchor + steady.since(self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_off_by_a_false_clock_comes_when_the_steady_clock_says() {
        let hour = 3_600_000;
        let now = |steady, utc_ms| Now {
            steady: Steady(steady),
            wall: Wall {
                utc_ms,
                offset_s: 0,
                trust: Trust::Network,
            },
        };
        let noon = NOT_BEFORE_MS;
        let (false_noon, due) = (noon + 9 * 365 * 24 * hour, Steady(2 * hour));
        let put_off_to = false_noon + 2 * hour;
        assert_eq!(now(0, false_noon).until(put_off_to, due).as_secs(), 7200);
        // The clock was set back meanwhile.
        assert_eq!(now(hour, noon + hour).until(put_off_to, due).as_secs(), 3600);
        assert_eq!(now(3 * hour, noon + 3 * hour).until(put_off_to, due), Duration::ZERO);
        // A box that was off knows by the wall clock that the time has come.
        assert_eq!(now(0, noon + 5 * hour).until(noon + 2 * hour, due), Duration::ZERO);
        assert_eq!(
            now(0, noon).until(noon + 3 * hour, due).as_secs(),
            3 * 3600,
            "a little off is the wall clock's to say"
        );
    }
}
