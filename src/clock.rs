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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Nothing has told us; the value is at least the last time stored.
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

/// The time that comes with every input to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub steady: Steady,
    pub wall: Wall,
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
