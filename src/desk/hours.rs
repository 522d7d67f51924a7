//! Opening hours, sending hours, and times in words.
//!
//! Everything is worked out from an instant and a zone; a zone is a named one (with its summer time) or the network's
//! fixed offset.

pub(super) mod away;
pub(super) mod clockless;
pub mod holidays;
pub(super) mod quiet;
pub mod when;

mod reading;
mod words;

pub use reading::DAYS;

use crate::desk::hours::holidays::Holidays;
use crate::desk::wording::pack::Pack;
use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use thiserror::Error;

pub(super) use reading::{day, minutes};
use reading::{day_list, span_list};
pub use reading::{quiet_span, week_lines};
pub use words::{date_and_time, time_of_day};
pub(super) use words::{in_words, month_name};

const DAY_MINUTES: u16 = 24 * 60;
/// Texts that we start ourselves go out between these local hours only (product.md §5).
pub const SENDING_HOURS: Span = Span {
    start: 9 * 60,
    end: 20 * 60,
};
/// Most ranges in one day.
pub const RANGES_MAX: usize = 8;
/// How far ahead the next opening is looked for: a week and the longest range of holidays.
const OPENING_DAYS_MAX: u16 = 7 + 366;

/// A stretch of one day in minutes after midnight. `end` may pass 24:00 into the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: u16,
    pub end: u16,
}

/// What is wrong with a line of hours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HoursError {
    #[error("must be days like mon, mon-fri or sat,sun")]
    Day,
    #[error("must be hours like \"8am-5pm\", \"8:00-12:00, 13:00-17:00\", \"24h\" or \"closed\"")]
    Time,
    #[error("could be morning or afternoon in \"{0}\": write it like 8am-5pm or 8:00-17:00")]
    EitherHalf(String),
    #[error("more than {RANGES_MAX} ranges in a day")]
    TooMany,
    #[error("must be quiet hours like \"10pm-6am\", \"22:00-6:30\" or \"off\"")]
    Quiet,
}

/// When the business is open, by day of the week, Monday first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    days: [Vec<Span>; 7],
    holidays: Holidays,
}

impl Default for OpeningHours {
    /// Always open: no hours were given.
    fn default() -> Self {
        OpeningHours {
            days: std::array::from_fn(|_| {
                vec![Span {
                    start: 0,
                    end: DAY_MINUTES,
                }]
            }),
            holidays: Holidays::default(),
        }
    }
}

impl OpeningHours {
    /// Closed on every day, to be filled with [`OpeningHours::set`].
    #[must_use]
    pub fn closed() -> OpeningHours {
        OpeningHours {
            days: std::array::from_fn(|_| Vec::new()),
            holidays: Holidays::default(),
        }
    }

    /// Takes one line of the configuration: `mon-fri` = `8:00-17:00`. Gives the days it set, Monday = 0.
    ///
    /// # Errors
    /// [`HoursError`].
    pub fn set(&mut self, days: &str, hours: &str) -> Result<Vec<usize>, HoursError> {
        let days = day_list(days)?;
        let spans = span_list(hours)?;
        for &day in &days {
            if let Some(slot) = self.days.get_mut(day) {
                slot.clone_from(&spans);
            }
        }
        Ok(days)
    }

    /// The same hours, closed on those days.
    #[must_use]
    pub fn with_holidays(mut self, holidays: Holidays) -> OpeningHours {
        self.holidays = holidays;
        self
    }

    /// The days on which we are closed whatever the weekday.
    #[must_use]
    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// The week as it could be texted again: `Mon-Fri 8am-5pm, Sat 9am-12pm`, by twenty-four hours where people tell the time so.
    /// Days that are not named are closed.
    #[must_use]
    pub fn source(&self, pack: &Pack) -> String {
        let names = DAYS.map(|day| {
            let short = pack.words(day).first().map_or(day, String::as_str);
            let (initial, rest) = short.split_at_checked(1).unwrap_or((short, ""));
            format!("{}{rest}", initial.to_uppercase())
        });
        let mut words: Vec<String> = Vec::new();
        let mut day = 0;
        while let Some(spans) = self.days.get(day) {
            let same = self.days.iter().skip(day).take_while(|other| *other == spans).count();
            let (first, last) = (names.get(day), names.get(day + same - 1));
            day += same;
            let (Some(first), Some(last), false) = (first, last, spans.is_empty()) else {
                continue;
            };
            let days = match same {
                1 => first.clone(),
                7 => "daily".to_owned(),
                _ => format!("{first}-{last}"),
            };
            let hours = spans.iter().map(|span| match (span.start, span.end) {
                (0, DAY_MINUTES) => "24h".to_owned(),
                _ => span_source(*span, pack),
            });
            words.push(format!("{days} {}", hours.collect::<Vec<_>>().join(", ")));
        }
        match words.is_empty() {
            true => "closed".to_owned(),
            false => words.join(", "),
        }
    }

    /// Whether there is any time at which we are closed.
    #[must_use]
    pub fn ever_closed(&self) -> bool {
        *self != OpeningHours::default()
    }

    /// Whether we are open then.
    #[must_use]
    pub fn is_open(&self, utc_ms: i64, zone: &TimeZone) -> bool {
        // A time no calendar has is treated as open (architecture.md, Clock).
        let Some(local) = local(utc_ms, zone) else { return true };
        let minute = minute_of_day(&local);
        let inside = |day: Date, minute: u16| self.spans(day).iter().any(|s| (s.start..s.end).contains(&minute));
        let yesterday = local.date().yesterday();
        inside(local.date(), minute) || yesterday.is_ok_and(|day| inside(day, minute + DAY_MINUTES))
    }

    /// The stretches that begin on that day.
    fn spans(&self, day: Date) -> &[Span] {
        match self.holidays.has(day) {
            true => &[],
            false => self.days.get(day_index(day.weekday())).map_or(&[], Vec::as_slice),
        }
    }

    /// When we open next, strictly later than now, as an instant. `None`: never.
    #[must_use]
    pub fn next_opening_ms(&self, utc_ms: i64, zone: &TimeZone) -> Option<i64> {
        self.next(utc_ms, zone)
            .map(|(_, opening)| opening.timestamp().as_millisecond())
    }

    /// When we open next, for `{open}`: `at 8am`, `tomorrow 8am`, `Monday 8am`; `soon` if no hours say.
    #[must_use]
    pub fn next_opening(&self, utc_ms: i64, zone: &TimeZone, pack: &Pack) -> String {
        let Some((days, opening)) = self.next(utc_ms, zone) else {
            return pack.time("soon", &[]);
        };
        in_words(u32::from(days), &opening, pack)
    }

    /// Days from today, and the opening.
    fn next(&self, utc_ms: i64, zone: &TimeZone) -> Option<(u16, ZonedDateTime)> {
        let local = local(utc_ms, zone)?;
        let mut date = local.date();
        for days in 0..=OPENING_DAYS_MAX {
            let spans = self.spans(date);
            let openings = spans.iter().filter_map(|span| {
                let (hour, minute) = (i8::try_from(span.start / 60).ok()?, i8::try_from(span.start % 60).ok()?);
                // An hour that summer time skips becomes the hour after it.
                date.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).ok()
            });
            if let Some(first) = openings
                .filter(|z| z.timestamp() > local.timestamp())
                .min_by_key(ZonedDateTime::timestamp)
            {
                return Some((days, first));
            }
            date = date.tomorrow().ok()?;
        }
        None
    }
}

/// If `utc_ms` lies in `span`, the instant at which that ends.
#[must_use]
pub fn within(span: Span, utc_ms: i64, zone: &TimeZone) -> Option<i64> {
    let local = local(utc_ms, zone)?;
    let minute = minute_of_day(&local);
    let date = local.date();
    let ends = match (
        (span.start..span.end).contains(&minute),
        span.end.checked_sub(DAY_MINUTES),
    ) {
        (true, None) => (date, span.end),
        (true, Some(end)) => (date.tomorrow().ok()?, end),
        (false, Some(end)) if minute < end => (date, end),
        (false, _) => return None,
    };
    let (date, end) = ends;
    let (hour, minute) = (i8::try_from(end / 60).ok()?, i8::try_from(end % 60).ok()?);
    let end = match hour {
        24 => date.tomorrow().ok()?.at(0, 0, 0, 0),
        hour => date.at(hour, minute, 0, 0),
    };
    let end = end.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond();
    // An end in the hour that comes twice may have passed already: its first is meant.
    (end > utc_ms).then_some(end)
}

/// A stretch as it could be written again: `10pm-6:30am`, `22:00-6:30`.
#[must_use]
pub fn span_source(span: Span, pack: &Pack) -> String {
    let clock = |minutes: u16| match pack.by_twelve_hours() {
        true => pack.clock(minutes / 60, minutes % 60, true),
        false => format!("{}:{:02}", minutes / 60, minutes % 60),
    };
    let end = if span.end > DAY_MINUTES {
        span.end - DAY_MINUTES
    } else {
        span.end
    };
    format!("{}-{}", clock(span.start), clock(end))
}

/// The zone to reckon in: the configured one, else the offset the network gave.
#[must_use]
pub fn zone(configured: Option<&TimeZone>, offset_s: i32) -> TimeZone {
    match configured {
        Some(zone) => zone.clone(),
        None => Offset::from_seconds(offset_s).map_or(TimeZone::UTC, TimeZone::fixed),
    }
}

/// Whether a text that we start may go now; if not, the next instant at which it may, UTC milliseconds.
///
/// # Errors
/// The instant when sending hours begin.
pub fn may_start(utc_ms: i64, zone: &TimeZone) -> Result<(), i64> {
    let Some(local) = local(utc_ms, zone) else {
        return Ok(());
    };
    let minute = minute_of_day(&local);
    if (SENDING_HOURS.start..SENDING_HOURS.end).contains(&minute) {
        return Ok(());
    }
    let date = if minute < SENDING_HOURS.start {
        Some(local.date())
    } else {
        local.date().checked_add(1.day()).ok()
    };
    let start = date.and_then(|d| {
        d.at((SENDING_HOURS.start / 60) as i8, 0, 0, 0)
            .to_zoned_datetime(zone.clone())
            .ok()
    });
    start.map_or(Ok(()), |start| Err(start.timestamp().as_millisecond()))
}

/// The last midnight there, UTC milliseconds.
#[must_use]
pub fn midnight_before(utc_ms: i64, zone: &TimeZone) -> Option<i64> {
    let start = local(utc_ms, zone)?.start_of_day().ok()?;
    Some(start.timestamp().as_millisecond())
}

pub(super) fn local(utc_ms: i64, zone: &TimeZone) -> Option<ZonedDateTime> {
    Timestamp::from_millisecond(utc_ms)
        .ok()
        .map(|t| t.to_zoned_datetime(zone.clone()))
}

pub(super) fn minute_of_day(z: &ZonedDateTime) -> u16 {
    u16::from(z.hour().unsigned_abs()) * 60 + u16::from(z.minute().unsigned_abs())
}

fn day_index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chicago() -> TimeZone {
        TimeZone::get("America/Chicago").unwrap()
    }

    fn at(civil: &str) -> i64 {
        let civil: jiff::civil::DateTime = civil.parse().unwrap();
        civil.to_zoned_datetime(chicago()).unwrap().timestamp().as_millisecond()
    }

    fn weekdays() -> OpeningHours {
        let mut hours = OpeningHours::closed();
        hours.set("mon-fri", "8:00-17:00").unwrap();
        hours
    }

    #[test]
    fn the_next_opening_is_said_in_words() {
        // 2026-11-23 is a Monday.
        for (now, open, words) in [
            ("2026-11-23T07:59", false, "at 8am"),
            ("2026-11-23T08:00", true, "tomorrow 8am"),
            ("2026-11-23T16:59", true, "tomorrow 8am"),
            ("2026-11-23T17:00", false, "tomorrow 8am"),
            ("2026-11-27T18:00", false, "Monday 8am"),
            ("2026-11-29T23:00", false, "tomorrow 8am"),
        ] {
            assert_eq!(weekdays().is_open(at(now), &chicago()), open, "{now}");
            assert_eq!(
                weekdays().next_opening(at(now), &chicago(), &Pack::english()),
                words,
                "{now}"
            );
        }
    }

    #[test]
    fn hours_may_pass_midnight() {
        let mut hours = OpeningHours::closed();
        hours.set("fri", "18:00-2:00").unwrap();
        assert!(hours.is_open(at("2026-11-28T01:30"), &chicago()));
        assert!(!hours.is_open(at("2026-11-28T02:00"), &chicago()));
        assert!(!hours.is_open(at("2026-11-27T01:30"), &chicago()));
    }

    #[test]
    fn several_ranges_and_half_hours() {
        let mut hours = OpeningHours::closed();
        hours.set("sat,sun", "8:30am-12pm, 1pm-5pm").unwrap();
        assert!(!hours.is_open(at("2026-11-28T12:30"), &chicago()));
        assert_eq!(
            hours.next_opening(at("2026-11-28T12:30"), &chicago(), &Pack::english()),
            "at 1pm"
        );
        assert_eq!(
            hours.next_opening(at("2026-11-27T12:30"), &chicago(), &Pack::english()),
            "tomorrow 8:30am"
        );
    }

    #[test]
    fn summer_time_moves_the_opening_with_the_clock_on_the_wall() {
        let mut hours = OpeningHours::closed();
        hours.set("sun", "2:30-5:00").unwrap();
        // 2026-03-08 02:30 does not exist in Chicago: the opening is 03:30.
        assert_eq!(
            hours.next_opening(at("2026-03-08T01:00"), &chicago(), &Pack::english()),
            "at 3:30am"
        );
        let hours = weekdays();
        let opening = hours.next_opening_ms(at("2026-03-06T18:00"), &chicago()).unwrap();
        assert_eq!(opening, at("2026-03-09T08:00"));
    }

    #[test]
    fn holidays_are_closed_and_the_opening_after_them_is_said() {
        let mut holidays = Holidays::default();
        holidays.add("24 Dec - 1 Jan").unwrap();
        holidays.add("2026-11-26").unwrap();
        let hours = weekdays().with_holidays(holidays);
        // Thanksgiving 2026 is a Thursday.
        assert!(!hours.is_open(at("2026-11-26T10:00"), &chicago()));
        assert_eq!(
            hours.next_opening(at("2026-11-25T18:00"), &chicago(), &Pack::english()),
            "Friday 8am"
        );
        assert_eq!(
            hours.next_opening(at("2026-11-26T10:00"), &chicago(), &Pack::english()),
            "tomorrow 8am"
        );
        // 1 January 2027 is a Friday: back on Monday the 4th.
        assert_eq!(
            hours.next_opening(at("2026-12-23T18:00"), &chicago(), &Pack::english()),
            "Jan 4 8am"
        );
        assert_eq!(
            hours.next_opening(at("2027-01-01T18:00"), &chicago(), &Pack::english()),
            "Monday 8am"
        );
    }

    #[test]
    fn a_night_shift_that_began_before_the_holiday_is_worked_to_its_end() {
        let mut hours = OpeningHours::closed();
        hours.set("daily", "18:00-2:00").unwrap();
        let mut holidays = Holidays::default();
        holidays.add("25 Dec").unwrap();
        let hours = hours.with_holidays(holidays);
        assert!(hours.is_open(at("2026-12-25T01:30"), &chicago()));
        assert!(!hours.is_open(at("2026-12-25T19:00"), &chicago()));
        assert!(
            !hours.is_open(at("2026-12-26T01:30"), &chicago()),
            "it would have begun on the 25th"
        );
    }

    #[test]
    fn a_box_that_is_closed_for_years_looks_no_further_than_it_must() {
        let mut holidays = Holidays::default();
        holidays.add("1 Jan - 31 Dec").unwrap();
        let hours = weekdays().with_holidays(holidays);
        assert_eq!(
            hours.next_opening(at("2026-11-23T03:00"), &chicago(), &Pack::english()),
            "soon"
        );
    }

    /// An instant of local time in a zone; of two, the first.
    fn in_zone(civil: &str, zone: &TimeZone) -> i64 {
        let civil: jiff::civil::DateTime = civil.parse().unwrap();
        civil
            .to_zoned_datetime(zone.clone())
            .unwrap()
            .timestamp()
            .as_millisecond()
    }

    #[test]
    fn hours_follow_the_clock_on_the_wall_over_every_change_of_the_clocks() {
        const HOUR: i64 = 3_600_000;
        // (zone, the evening before, hours until 8am): spring gives eleven for twelve, autumn thirteen; Lord Howe moves by
        // half an hour; Arizona and a fixed offset not at all.
        for (name, evening, until_eight) in [
            ("America/Chicago", "2026-03-07T20:00", 11 * HOUR),
            ("America/Chicago", "2026-10-31T20:00", 13 * HOUR),
            ("Europe/London", "2026-03-28T20:00", 11 * HOUR),
            ("Europe/Berlin", "2026-10-24T20:00", 13 * HOUR),
            ("Australia/Sydney", "2026-10-03T20:00", 11 * HOUR),
            ("Australia/Lord_Howe", "2026-10-03T20:00", 11 * HOUR + HOUR / 2),
            ("America/Phoenix", "2026-03-07T20:00", 12 * HOUR),
        ] {
            let zone = TimeZone::get(name).unwrap();
            let mut hours = OpeningHours::closed();
            hours.set("daily", "8:00-17:00").unwrap();
            let now = in_zone(evening, &zone);
            assert_eq!(
                hours.next_opening_ms(now, &zone),
                Some(now + until_eight),
                "{name} {evening}"
            );
            assert_eq!(
                hours.next_opening(now, &zone, &Pack::english()),
                "tomorrow 8am",
                "{name} {evening}"
            );
            assert!(!hours.is_open(now + until_eight - 1, &zone), "{name} {evening}");
            assert!(hours.is_open(now + until_eight, &zone), "{name} {evening}");
        }
    }

    #[test]
    fn an_hour_that_comes_twice_is_open_twice_and_one_that_is_skipped_is_no_trouble() {
        let mut hours = OpeningHours::closed();
        hours.set("daily", "1:00-2:00").unwrap();
        // 2026-11-01: 01:00-02:00 comes twice in Chicago.
        let first = at("2026-11-01T01:30");
        assert!(hours.is_open(first, &chicago()));
        assert!(hours.is_open(first + 3_600_000, &chicago()));
        assert!(!hours.is_open(first + 2 * 3_600_000, &chicago()));
        // 2026-03-08: 02:00-03:00 does not come; who opens at half past two opens at half past three.
        let mut hours = OpeningHours::closed();
        hours.set("daily", "2:30-5:00").unwrap();
        let two = at("2026-03-08T01:59") + 60_000;
        assert!(hours.is_open(two + 30 * 60_000, &chicago()), "3:30 on the wall");
        assert_eq!(
            hours.next_opening(at("2026-03-08T01:00"), &chicago(), &Pack::english()),
            "at 3:30am"
        );
    }

    #[test]
    fn what_we_start_waits_for_nine_on_the_wall_over_a_change_of_the_clocks() {
        let evening = at("2026-03-07T20:00");
        assert_eq!(may_start(evening, &chicago()), Err(evening + 12 * 3_600_000));
        assert_eq!(may_start(evening + 12 * 3_600_000, &chicago()), Ok(()));
    }

    #[test]
    fn no_hours_are_always_open_and_closed_for_good_says_soon() {
        assert!(OpeningHours::default().is_open(at("2026-11-23T03:00"), &chicago()));
        assert_eq!(
            OpeningHours::closed().next_opening(at("2026-11-23T03:00"), &chicago(), &Pack::english()),
            "soon"
        );
    }

    #[test]
    fn what_we_start_goes_out_between_nine_and_eight() {
        assert_eq!(may_start(at("2026-11-23T09:00"), &chicago()), Ok(()));
        assert_eq!(may_start(at("2026-11-23T19:59"), &chicago()), Ok(()));
        assert_eq!(
            may_start(at("2026-11-23T20:00"), &chicago()),
            Err(at("2026-11-24T09:00"))
        );
        assert_eq!(
            may_start(at("2026-11-23T03:00"), &chicago()),
            Err(at("2026-11-23T09:00"))
        );
    }

    #[test]
    fn times_read_like_a_clock() {
        assert_eq!(
            time_of_day(at("2026-11-23T14:02"), &chicago(), &Pack::english()),
            "2:02pm"
        );
        assert_eq!(
            time_of_day(at("2026-11-23T00:30"), &chicago(), &Pack::english()),
            "12:30am"
        );
        assert_eq!(time_of_day(0, &zone(None, -6 * 3600), &Pack::english()), "6:00pm");
    }

    #[test]
    fn wrong_hours_are_refused() {
        let mut hours = OpeningHours::closed();
        for (days, times) in [
            ("xyz", "8-17"),
            ("mon", "8"),
            ("mon", "25:00-26:00"),
            ("mon", "8:70-9"),
            ("", "8-9"),
            ("mon", "9-9"),
            ("mon", "é-é"),
        ] {
            assert!(hours.set(days, times).is_err(), "{days} {times}");
        }
        assert!(hours.set("sat-mon", "24h").is_ok_and(|d| d == [0, 5, 6]));
    }
}
