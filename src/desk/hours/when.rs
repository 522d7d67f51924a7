//! Points in time as people write them: `8am`, `mon 8:30 am`, `tomorrow`, `2h`, `until Friday noon`.
//!
//! Read in local time, so that `8am` stays eight in the morning over a change of the clocks (product.md §3, §5). An hour that
//! may be either half of the day (`until 5`) is the next one at which people are up; what was understood is said back in words.

use crate::desk::hours;
use crate::desk::hours::holidays;
use crate::desk::wording::pack::Pack;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, ZonedDateTime};
use std::time::Duration;

/// A day without a time means this hour.
const MORNING: u16 = 8 * 60;
/// `tonight`.
const EVENING: u16 = 19 * 60;
/// Who says `5` without its half of the day means one between these, in minutes after midnight.
const UP: std::ops::RangeInclusive<u16> = 6 * 60..=22 * 60;
/// Where people tell the time by 24 hours, `8 Uhr` is eight in the morning; only up to this hour nobody means the night.
const NIGHT_HOUR: u16 = 5;
/// Words of the longest date: `24 de diciembre 2026`.
const DATE_WORDS_MAX: usize = 4;
/// A day, in seconds.
const DAY_S: u64 = 86_400;
/// Furthest ahead that is understood.
pub const AHEAD_MAX: Duration = Duration::from_secs(60 * 24 * 3600);

/// The instant that `text` means, UTC milliseconds, always later than `utc_ms`. `None`: it says no time, or one more than
/// [`AHEAD_MAX`] ahead.
#[must_use]
pub fn read(text: &str, utc_ms: i64, zone: &TimeZone, pack: &Pack) -> Option<i64> {
    read_ahead(text, utc_ms, zone, pack, AHEAD_MAX)
}

/// The same, at most `longest` ahead.
#[must_use]
pub fn read_ahead(text: &str, utc_ms: i64, zone: &TimeZone, pack: &Pack, longest: Duration) -> Option<i64> {
    let text = text.trim().trim_end_matches(['.', '!']).to_lowercase();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while matches!(
        words.first(),
        Some(&("until" | "till" | "til" | "for" | "in" | "at" | "on" | "@" | "next"))
    ) {
        words.remove(0);
    }
    let at = match length(&words.join(" ")) {
        Some(length) => after(length, utc_ms, zone)?,
        None => civil(&words, &hours::local(utc_ms, zone)?, pack)?
            .timestamp()
            .as_millisecond(),
    };
    let ahead = u64::try_from(at - utc_ms).ok().filter(|ms| *ms > 0)?;
    (Duration::from_millis(ahead) <= longest).then_some(at)
}

/// That long from now. In whole days it is the same time of day, over a change of the clocks too.
fn after(length: Duration, utc_ms: i64, zone: &TimeZone) -> Option<i64> {
    let (days, rest) = (length.as_secs() / DAY_S, length.as_secs() % DAY_S);
    if rest > 0 {
        return utc_ms.checked_add(i64::try_from(length.as_millis()).ok()?);
    }
    let then = hours::local(utc_ms, zone)?
        .checked_add(Span::new().try_days(i64::try_from(days).ok()?).ok()?)
        .ok()?;
    Some(then.timestamp().as_millisecond())
}

/// `2h`, `30 min`, `1d`, `1h30`, `an hour`.
#[must_use]
pub fn length(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("for ").unwrap_or(&text);
    match text {
        "an hour" | "hour" => return Some(Duration::from_secs(3600)),
        "half an hour" => return Some(Duration::from_secs(1800)),
        "a day" => return Some(Duration::from_secs(86_400)),
        "a week" => return Some(Duration::from_secs(7 * 86_400)),
        _ => {}
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut unit_before = u64::MAX;
    while !rest.is_empty() {
        let split = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (count, after) = rest.split_at_checked(split)?;
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let seconds = match unit {
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            // 1h30
            "" if unit_before == 3600 => 60,
            _ => return None,
        };
        if seconds >= unit_before {
            return None;
        }
        unit_before = seconds;
        total = total.saturating_add(count.parse::<u64>().ok()?.saturating_mul(seconds));
        rest = after.trim_start();
    }
    (total > 0).then(|| Duration::from_secs(total))
}

/// `24 Dec`, `Dec 24 8am`, `2026-12-24`: the coming one.
fn dated(words: &[&str], now: &ZonedDateTime, pack: &Pack) -> Option<ZonedDateTime> {
    let (taken, (year, month, day)) = (1..=words.len().min(DATE_WORDS_MAX)).rev().find_map(|count| {
        let (date, _) = words.split_at_checked(count)?;
        Some((count, holidays::one(&date.join(" "))?))
    })?;
    let rest = words.get(taken..).unwrap_or_default();
    let minutes = if rest.is_empty() {
        MORNING
    } else {
        *times_of_day(rest, pack)?.first()?
    };
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let years = match year {
        Some(year) => year..=year,
        // 29 February may be some years ahead; too far is refused by the caller.
        None => now.year()..=now.year().checked_add(1)?,
    };
    years
        .filter_map(|year| Date::new(year, month, day).ok())
        .filter_map(|date| {
            date.at(hour, minute, 0, 0)
                .to_zoned_datetime(now.time_zone().clone())
                .ok()
        })
        .find(|at| at > now)
}

/// A day, a time of day, or both.
fn civil(words: &[&str], now: &ZonedDateTime, pack: &Pack) -> Option<ZonedDateTime> {
    if let Some(at) = dated(words, now, pack) {
        return Some(at);
    }
    let (first, rest) = words.split_first()?;
    let day = match *first {
        "today" | "tonight" => Some(now.date()),
        "tomorrow" | "tmrw" | "tmr" | "tomorow" => now.date().tomorrow().ok(),
        word => match hours::day(word.trim_end_matches(',')) {
            Ok(day) => Some(next_weekday(now.date(), day)?),
            Err(_) => None,
        },
    };
    let mut times = match day {
        Some(_) if rest.is_empty() => vec![if *first == "tonight" { EVENING } else { MORNING }],
        Some(_) => times_of_day(rest, pack)?,
        None => times_of_day(words, pack)?,
    };
    if *first == "tonight" && times.len() > 1 {
        times.remove(0);
    }
    let ahead = |date: Date| {
        let ats = times.iter().filter_map(|time| {
            let time = Time::new(i8::try_from(time / 60).ok()?, i8::try_from(time % 60).ok()?, 0, 0).ok()?;
            // An hour that summer time skips becomes the one after it; of one that comes twice, the first is meant.
            date.to_datetime(time).to_zoned_datetime(now.time_zone().clone()).ok()
        });
        ats.filter(|at| at > now).min()
    };
    if let Some(found) = ahead(day.unwrap_or_else(|| now.date())) {
        return Some(found);
    }
    match (day, *first) {
        // 8am, said at nine: tomorrow's.
        (None, _) => ahead(now.date().tomorrow().ok()?),
        // "Mon 8am", said on Monday at nine: next week's.
        (Some(day), word) if word != "today" && word != "tonight" => ahead(day.checked_add(7.days()).ok()?),
        (Some(_), _) => None,
    }
}

/// The coming `day` (Monday = 0), today included.
fn next_weekday(today: Date, day: usize) -> Option<Date> {
    let today_index = usize::from(today.weekday().to_monday_zero_offset().unsigned_abs());
    let ahead = i64::try_from((day + 7 - today_index) % 7).ok()?;
    today.checked_add(ahead.days()).ok()
}

/// `8am`, `8:30 pm`, `17:00`, `noon`, `at 8`: minutes after midnight. Two, the earlier first, where either half of the day may
/// be meant.
fn times_of_day(words: &[&str], pack: &Pack) -> Option<Vec<u16>> {
    let words: Vec<&str> = words.iter().copied().filter(|w| !matches!(*w, "at" | "@")).collect();
    match words.as_slice() {
        ["noon" | "midday"] => Some(vec![12 * 60]),
        ["morning"] => Some(vec![MORNING]),
        ["evening"] => Some(vec![EVENING]),
        [] | [_, _, _, ..] => None,
        words => {
            let joined = words.join("").replace("a.m.", "am").replace("p.m.", "pm");
            let minutes = hours::minutes(&joined).ok().filter(|minutes| *minutes < 24 * 60)?;
            match either_half(&joined, minutes, pack) {
                true => Some(
                    [minutes, minutes + 12 * 60]
                        .into_iter()
                        .filter(|at| UP.contains(at))
                        .collect(),
                ),
                false => Some(vec![minutes]),
            }
        }
    }
}

/// Whether a time says nothing of its half of the day: `5`, `5:30`. `05:30` and `17:30` do, as do `5am` and, where people tell the
/// time by 24 hours, all but the bare hours of the night.
fn either_half(written: &str, minutes: u16, pack: &Pack) -> bool {
    let figures = written.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    let by_twelve = figures && !written.starts_with('0') && (60..13 * 60).contains(&minutes);
    let bare = written.bytes().all(|b| b.is_ascii_digit());
    by_twelve && (pack.by_twelve_hours() || (bare && minutes <= NIGHT_HOUR * 60))
}

/// An instant in words, as short as can be: `at 8am`, `tomorrow 8am`, `Monday 8am`, `Aug 3 8am`.
#[must_use]
pub fn in_words(at_ms: i64, now_ms: i64, zone: &TimeZone, pack: &Pack) -> String {
    let (Some(at), Some(now)) = (hours::local(at_ms, zone), hours::local(now_ms, zone)) else {
        return String::new();
    };
    let days = now.date().until(at.date()).map_or(0, |span| span.get_days());
    // One that has passed is named by its date, unless it was today.
    hours::in_words(u32::try_from(days).unwrap_or(u32::MAX), &at, pack)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn chicago() -> TimeZone {
        TimeZone::get("America/Chicago").unwrap()
    }

    fn ms(y: i16, m: i8, d: i8, h: i8, min: i8) -> i64 {
        let at = date(y, m, d).at(h, min, 0, 0).to_zoned_datetime(chicago()).unwrap();
        at.timestamp().as_millisecond()
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        // A Wednesday, nine in the morning.
        let now = ms(2025, 7, 23, 9, 0);
        for (text, wanted) in [
            ("10am", ms(2025, 7, 23, 10, 0)),
            ("8am", ms(2025, 7, 24, 8, 0)),
            ("8:30 pm", ms(2025, 7, 23, 20, 30)),
            ("17:00", ms(2025, 7, 23, 17, 0)),
            ("noon", ms(2025, 7, 23, 12, 0)),
            ("tomorrow", ms(2025, 7, 24, 8, 0)),
            ("tomorrow 7am", ms(2025, 7, 24, 7, 0)),
            ("until Mon 8am", ms(2025, 7, 28, 8, 0)),
            ("Monday", ms(2025, 7, 28, 8, 0)),
            ("wed 10am", ms(2025, 7, 23, 10, 0)),
            ("wed 8am", ms(2025, 7, 30, 8, 0)),
            ("tonight", ms(2025, 7, 23, 19, 0)),
            ("2h", ms(2025, 7, 23, 11, 0)),
            ("in 30 min", ms(2025, 7, 23, 9, 30)),
            ("1h30", ms(2025, 7, 23, 10, 30)),
            ("2 days", ms(2025, 7, 25, 9, 0)),
            ("Fri at 3pm", ms(2025, 7, 25, 15, 0)),
            ("until 24 Aug", ms(2025, 8, 24, 8, 0)),
            ("Aug 24th 5pm", ms(2025, 8, 24, 17, 0)),
            ("24. August 10:30", ms(2025, 8, 24, 10, 30)),
            ("2025-08-24", ms(2025, 8, 24, 8, 0)),
            ("8 Aug 9am", ms(2025, 8, 8, 9, 0)),
        ] {
            assert_eq!(read(text, now, &chicago(), &Pack::english()), Some(wanted), "{text}");
        }
        for no in [
            "",
            "soon",
            "today 8am",
            "when I can",
            "99d",
            "25:00",
            "0h",
            "22 Jul",
            "24 Dec",
            "2025-07-22",
            "31 Feb",
            "Mondays are best for me",
        ] {
            assert_eq!(read(no, now, &chicago(), &Pack::english()), None, "{no}");
        }
    }

    #[test]
    fn eight_stays_eight_when_the_clocks_change() {
        // Summer time began on 9 March 2025 at two: there is no half past two.
        let saturday = ms(2025, 3, 8, 20, 0);
        assert_eq!(
            read("8am", saturday, &chicago(), &Pack::english()),
            Some(ms(2025, 3, 9, 8, 0))
        );
        assert_eq!(
            read("2:30am", saturday, &chicago(), &Pack::english()),
            Some(ms(2025, 3, 9, 3, 30))
        );
        // It ended on 2 November at two: half past one came twice, the first is meant.
        let saturday = ms(2025, 11, 1, 20, 0);
        assert_eq!(
            read("8am", saturday, &chicago(), &Pack::english()).unwrap() - saturday,
            13 * 3_600_000
        );
        assert_eq!(
            read("1:30am", saturday, &chicago(), &Pack::english()).unwrap() - saturday,
            5 * 3_600_000 + 1_800_000
        );
    }

    #[test]
    fn an_hour_of_either_half_of_the_day_is_the_next_at_which_people_are_up() {
        let at = |h, min| ms(2025, 7, 23, h, min);
        let tomorrow = |h, min| ms(2025, 7, 24, h, min);
        for (code, said_at, text, wanted) in [
            ("en", at(14, 0), "5", at(17, 0)),
            ("en", at(14, 0), "until 5", at(17, 0)),
            ("en", at(14, 0), "5:30", at(17, 30)),
            ("en", at(14, 0), "8", at(20, 0)),
            ("en", at(7, 0), "8", at(8, 0)),
            ("en", at(21, 0), "8", tomorrow(8, 0)),
            ("en", at(18, 0), "5", tomorrow(17, 0)),
            ("en", at(9, 0), "12", at(12, 0)),
            ("en", at(13, 0), "12", tomorrow(12, 0)),
            ("en", at(9, 0), "tonight 8", at(20, 0)),
            ("en", at(9, 0), "today 5", at(17, 0)),
            ("en", at(14, 0), "tomorrow 8", tomorrow(8, 0)),
            ("en", at(14, 0), "tomorrow 5", tomorrow(17, 0)),
            ("en", at(14, 0), "thu at 5", tomorrow(17, 0)),
            ("en", at(14, 0), "wed 5", at(17, 0)),
            ("en", at(14, 0), "24 Jul 5", tomorrow(17, 0)),
            ("en", at(14, 0), "05:30", tomorrow(5, 30)),
            ("en", at(14, 0), "5am", tomorrow(5, 0)),
            ("en", at(14, 0), "15:00", at(15, 0)),
            // By 24 hours eight is eight in the morning; five at night is nobody's.
            ("de", at(14, 0), "8", tomorrow(8, 0)),
            ("de", at(14, 0), "5", at(17, 0)),
            ("de", at(14, 0), "5:30", tomorrow(5, 30)),
            ("es", at(14, 0), "4", at(16, 0)),
        ] {
            let pack = Pack::built_in(code).unwrap();
            assert_eq!(read(text, said_at, &chicago(), &pack), Some(wanted), "{code} {text}");
        }
    }

    #[test]
    fn a_date_without_a_year_is_the_coming_one() {
        let now = ms(2025, 12, 20, 9, 0);
        let year = Duration::from_secs(366 * 24 * 3600);
        for (text, wanted) in [
            ("24 Dec", ms(2025, 12, 24, 8, 0)),
            ("2 Jan", ms(2026, 1, 2, 8, 0)),
            ("20 Dec 8am", ms(2026, 12, 20, 8, 0)),
            ("24 de diciembre", ms(2025, 12, 24, 8, 0)),
            ("2 janvier", ms(2026, 1, 2, 8, 0)),
        ] {
            assert_eq!(
                read_ahead(text, now, &chicago(), &Pack::english(), year),
                Some(wanted),
                "{text}"
            );
        }
    }

    #[test]
    fn days_end_at_the_same_time_of_day_over_a_change_of_the_clocks() {
        assert_eq!(
            read("3 days", ms(2025, 3, 7, 17, 0), &chicago(), &Pack::english()),
            Some(ms(2025, 3, 10, 17, 0))
        );
        assert_eq!(
            read("1 week", ms(2025, 10, 30, 9, 0), &chicago(), &Pack::english()),
            Some(ms(2025, 11, 6, 9, 0))
        );
        let hours = read("24h", ms(2025, 3, 8, 17, 0), &chicago(), &Pack::english());
        assert_eq!(hours, Some(ms(2025, 3, 9, 17, 0)), "a whole day, however it is said");
    }

    #[test]
    fn an_instant_is_said_as_shortly_as_can_be() {
        let now = ms(2025, 7, 23, 9, 0);
        for (at, wanted) in [
            (ms(2025, 7, 23, 20, 30), "at 8:30pm"),
            (ms(2025, 7, 24, 8, 0), "tomorrow 8am"),
            (ms(2025, 7, 28, 8, 0), "Monday 8am"),
            (ms(2025, 8, 3, 8, 0), "Aug 3 8am"),
        ] {
            assert_eq!(in_words(at, now, &chicago(), &Pack::english()), wanted);
        }
    }
}
