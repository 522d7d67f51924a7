//! Civil time in the simulated world: a fixed start plus what has passed, so that time stamps repeat with the seed.

use super::tpdu;
use std::time::{Duration, Instant};

/// 2026-01-05T15:00:00Z, a Monday morning in Texas.
const START_UTC_S: i64 = 1_767_625_200;
/// Central standard time, in quarter hours (TS 23.040 §9.2.3.11).
const QUARTERS: i8 = -24;

/// Says what the clocks on the wall show at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    start: Instant,
    start_utc_s: i64,
    quarters: i8,
}

impl Calendar {
    pub(super) fn new(start: Instant) -> Self {
        Calendar {
            start,
            start_utc_s: START_UTC_S,
            quarters: QUARTERS,
        }
    }

    /// From now on `at` is this UTC second.
    pub(super) fn set(&mut self, at: Instant, utc_s: i64) {
        let passed = at.saturating_duration_since(self.start).as_secs();
        self.start_utc_s = utc_s.saturating_sub_unsigned(passed);
    }

    /// From now on the clock on this wall is so.
    pub(super) fn set_clock(&mut self, at: Instant, clock: Clock) {
        self.quarters = clock.quarters.unwrap_or(self.quarters);
        self.set(at, clock.local_s - i64::from(self.quarters) * 900);
    }

    /// Since the start of the world.
    pub(super) fn passed(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.start)
    }

    /// Year of the century, month, day, hour, minute, second, local.
    pub(super) fn civil(&self, at: Instant) -> [u8; 6] {
        let utc_s = self.start_utc_s.saturating_add_unsigned(self.passed(at).as_secs());
        let offset = jiff::tz::Offset::from_seconds(i32::from(self.quarters) * 900).unwrap_or(jiff::tz::Offset::UTC);
        let local = offset.to_datetime(jiff::Timestamp::from_second(utc_s).unwrap_or(jiff::Timestamp::UNIX_EPOCH));
        let two = |v: i8| v.unsigned_abs();
        let year = u8::try_from(local.year().rem_euclid(100)).unwrap_or(0);
        [
            year,
            two(local.month()),
            two(local.day()),
            two(local.hour()),
            two(local.minute()),
            two(local.second()),
        ]
    }

    /// TP-SCTS.
    pub(super) fn stamp(&self, at: Instant) -> [u8; 7] {
        tpdu::stamp(self.civil(at), self.quarters)
    }

    /// `11:53AM`, as SIM7600 writes it.
    pub(super) fn half_day(&self, at: Instant) -> String {
        let [_, _, _, hour, minute, _] = self.civil(at);
        let (twelve, half) = (
            if hour.is_multiple_of(12) { 12 } else { hour % 12 },
            if hour < 12 { "AM" } else { "PM" },
        );
        format!("{twelve:02}:{minute:02}{half}")
    }
}

/// What `+CCLK=` sets (TS 27.007 §8.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// Seconds since 1970 on the wall.
    local_s: i64,
    /// Left out: as it was.
    quarters: Option<i8>,
}

impl Clock {
    /// `yy/MM/dd,hh:mm:ss[±zz]`
    pub(super) fn from_written(text: &str) -> Option<Clock> {
        let (time, zone) = text.split_at_checked("yy/MM/dd,hh:mm:ss".len())?;
        let local = jiff::civil::DateTime::strptime("%y/%m/%d,%H:%M:%S", time).ok()?;
        let quarters = match zone {
            "" => None,
            // TP-SCTS has room for no more than 79 quarters, and no place on Earth is farther off.
            zone => Some(zone.parse().ok().filter(|q| (-79..=79).contains(q))?),
        };
        let local_s = jiff::tz::Offset::UTC.to_timestamp(local).ok()?.as_second();
        Some(Clock { local_s, quarters })
    }
}
