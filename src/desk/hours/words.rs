//! Times as people say them.

use super::{local, minute_of_day};
use crate::desk::wording::pack::{Pack, Values};
use jiff::ZonedDateTime;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// A point in time that many days ahead, as short as can be: `at 8am`, `tomorrow 8am`, `Monday 8am`, `Aug 3 8am`.
pub(in crate::desk) fn in_words(days: u32, at: &ZonedDateTime, pack: &Pack) -> String {
    let minute = minute_of_day(at);
    let time = pack.clock(minute / 60, minute % 60, true);
    match days {
        0 => pack.time("today", &[("time", &time)]),
        1 => pack.time("tomorrow", &[("time", &time)]),
        // Today's weekday in a week, and all beyond it, need the date.
        7.. => {
            let month = pack.time(month_name(at.month()), &[]);
            let values: Values<'_> = &[("month", &month), ("date", &at.day()), ("time", &time)];
            pack.time("date", values)
        }
        _ => {
            let day = pack.time(day_name(at.weekday()), &[]);
            pack.time("day", &[("day", &day), ("time", &time)])
        }
    }
}

/// `2:02pm`, `14:02`: always with minutes.
#[must_use]
pub fn time_of_day(utc_ms: i64, zone: &TimeZone, pack: &Pack) -> String {
    local(utc_ms, zone).map_or_else(String::new, |z| {
        let minute = minute_of_day(&z);
        pack.clock(minute / 60, minute % 60, false)
    })
}

/// `Jul 21 2:02pm`.
pub fn date_and_time(utc_ms: i64, zone: &TimeZone, pack: &Pack) -> String {
    local(utc_ms, zone).map_or_else(String::new, |z| {
        let month = pack.time(month_name(z.month()), &[]);
        let time = time_of_day(utc_ms, zone, pack);
        pack.time("date", &[("month", &month), ("date", &z.day()), ("time", &time)])
    })
}

/// Its key in the language pack.
pub(in crate::desk) fn month_name(month: i8) -> &'static str {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    usize::try_from(month - 1)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or(MONTHS[0])
}

/// Its key in the language pack.
pub(in crate::desk) fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}
