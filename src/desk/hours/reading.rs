//! Hours and days as people write them.

use super::{DAY_MINUTES, HoursError, RANGES_MAX, Span};
use crate::desk::wording::pack::Pack;

/// Quiet hours as a person writes them; `None` for `off`.
///
/// # Errors
/// [`HoursError::Quiet`].
pub fn quiet_span(text: &str) -> Result<Option<Span>, HoursError> {
    match span_list(text) {
        Ok(spans) if spans.is_empty() => Ok(None),
        Ok(spans) => match spans.as_slice() {
            // A whole day of quiet would hold every line for ever.
            [span] if span.end - span.start < DAY_MINUTES => Ok(Some(*span)),
            _ => Err(HoursError::Quiet),
        },
        Err(either @ HoursError::EitherHalf(_)) => Err(either),
        Err(_) => Err(HoursError::Quiet),
    }
}

/// Names of the days, as the vocabulary of a language gives its words for them.
pub const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// Between the two ends of a stretch, as people write it in the languages of the packs.
const TO: [&str; 14] = [
    "-", "\u{2013}", "\u{2014}", "to", "until", "till", "til", "thru", "through", "bis", "a", "\u{e0}", "au", "hasta",
];
/// Says nothing where days and hours are listed.
const IDLE_WORDS: [&str; 10] = ["and", "&", "und", "y", "et", "uhr", "from", "von", "de", "le"];

/// Days and hours as people write them, as [`span_list`] and [`day_list`] read them: `Mon to Fri 8 am - 5 pm` is
/// `mon-fri 8am-5pm`.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2013}', '\u{2014}'], "-");
    let text = text.replace("a.m.", "am").replace("p.m.", "pm");
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if TO.contains(&word) {
            plain.push('-');
            continue;
        }
        if IDLE_WORDS.contains(&word.trim_end_matches([',', ';'])) {
            plain.extend(word.chars().filter(|c| matches!(c, ',' | ';')));
            continue;
        }
        let half = word.starts_with("am") || word.starts_with("pm");
        if !plain.is_empty() && !plain.ends_with('-') && !word.starts_with('-') && !half {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

/// A week as a person texts it, as the file's lines: `mon-fri 8-12, 13-17; sat 9-12` gives `mon-fri` = `8-12,13-17` and
/// `sat` = `9-12`. Hours without a day are every day's. What makes no sense is left for [`super::OpeningHours::set`] to refuse.
#[must_use]
pub fn week_lines(text: &str) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let text = plain(text);
    for word in text.split([' ', ',', ';', '\n']).filter(|w| !w.is_empty()) {
        let word = word.trim_end_matches([':', '=']);
        let names_days = day_list(word).is_ok();
        match lines.last_mut() {
            Some((days, hours)) if names_days && hours.is_empty() => {
                days.push(',');
                days.push_str(word);
            }
            _ if names_days => lines.push((word.to_owned(), String::new())),
            Some((_, hours)) if hours.is_empty() => word.clone_into(hours),
            Some((_, hours)) => {
                hours.push(',');
                hours.push_str(word);
            }
            None => lines.push(("daily".to_owned(), word.to_owned())),
        }
    }
    if lines.is_empty() {
        lines.push((text.trim().to_owned(), String::new()));
    }
    lines
}

pub(in crate::desk) fn day(word: &str) -> Result<usize, HoursError> {
    let word = word.trim().to_ascii_lowercase();
    DAYS.iter()
        .position(|d| word.len() >= 3 && (d.starts_with(&word) || word == format!("{d}s")))
        .ok_or(HoursError::Day)
}

/// The same in any language that we come with: a week is set in the words of whoever sets it.
fn day_in_any_language(word: &str) -> Result<usize, HoursError> {
    let word = word.trim().trim_end_matches('.');
    let means = |day: &str| Pack::all().iter().any(|pack| pack.means(day, word));
    day(word).or_else(|no_day| DAYS.iter().position(|day| means(day)).ok_or(no_day))
}

pub(super) fn day_list(text: &str) -> Result<Vec<usize>, HoursError> {
    let mut days = Vec::new();
    for part in text.split([',', ' ', '+']).filter(|p| !p.is_empty()) {
        match part.to_ascii_lowercase().as_str() {
            "daily" | "everyday" => days.extend(0..7),
            "weekdays" => days.extend(0..5),
            "weekend" | "weekends" => days.extend(5..7),
            "m-f" => days.extend(0..5),
            range => match range.split_once(['-', '\u{2013}']) {
                Some((from, to)) => {
                    let (from, to) = (day_in_any_language(from)?, day_in_any_language(to)?);
                    days.extend((0..7).map(|i| (from + i) % 7).take((to + 7 - from) % 7 + 1));
                }
                None => days.push(day_in_any_language(range)?),
            },
        }
    }
    days.sort_unstable();
    days.dedup();
    if days.is_empty() {
        Err(HoursError::Day)
    } else {
        Ok(days)
    }
}

pub(super) fn span_list(text: &str) -> Result<Vec<Span>, HoursError> {
    let text = plain(text);
    match text.as_str() {
        "closed" | "off" | "cerrado" | "ferm\u{e9}" | "ferme" | "geschlossen" | "zu" => return Ok(Vec::new()),
        "24h" | "24" | "24/7" | "open" | "always" => {
            return Ok(vec![Span {
                start: 0,
                end: DAY_MINUTES,
            }]);
        }
        _ => {}
    }
    let mut spans = Vec::new();
    for part in text.split([',', ';']) {
        let (from, to) = part.split_once('-').ok_or(HoursError::Time)?;
        let (start, mut end) = (end_of_span(from)?, end_of_span(to)?);
        if start >= DAY_MINUTES || start == end {
            return Err(HoursError::Time);
        }
        if either_half(from, start, to, end) {
            return Err(HoursError::EitherHalf(part.trim().to_owned()));
        }
        if end < start {
            end += DAY_MINUTES;
        }
        spans.push(Span { start, end });
    }
    spans.sort_by_key(|s| s.start);
    if spans.len() > RANGES_MAX {
        Err(HoursError::TooMany)
    } else {
        Ok(spans)
    }
}

/// Whether the hours of a stretch may be of either half of the day: `8-5` is hardly eight in the morning to five at night, nor
/// `1-5` the small hours. `8am-5pm`, `13-17`, `22-6` and `05:00-9:00` leave no doubt.
fn either_half(from: &str, start: u16, to: &str, end: u16) -> bool {
    const NOON_HOUR_ENDS: u16 = 13 * 60;
    const SMALL_HOURS: std::ops::Range<u16> = 60..5 * 60;
    let figures = |text: &str| {
        let text = text.trim();
        !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
    };
    let bare = |text: &str| text.trim().bytes().all(|b| b.is_ascii_digit());
    let over_midnight = figures(from) && figures(to) && start < NOON_HOUR_ENDS && end < start;
    over_midnight || (bare(from) && bare(to) && SMALL_HOURS.contains(&start) && end < NOON_HOUR_ENDS)
}

/// An end of a stretch: as [`minutes`] reads it, and `noon`, `midnight`, `8h30`.
fn end_of_span(text: &str) -> Result<u16, HoursError> {
    match text.trim() {
        "noon" | "midday" => Ok(12 * 60),
        "midnight" => Ok(DAY_MINUTES),
        text => minutes(text.replace('h', ":").trim_end_matches(':')),
    }
}

/// `8`, `8:00`, `8am`, `5:30 pm`, `17:00`, `24:00`.
pub(in crate::desk) fn minutes(text: &str) -> Result<u16, HoursError> {
    let text = text.trim();
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(t), _) => (t.trim(), Some(0)),
        (_, Some(t)) => (t.trim(), Some(12)),
        (None, None) => (text, None),
    };
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "00"));
    let number = |t: &str| -> Result<u16, HoursError> {
        if t.is_empty() || t.len() > 2 || !t.bytes().all(|b| b.is_ascii_digit()) {
            return Err(HoursError::Time);
        }
        t.parse().map_err(|_| HoursError::Time)
    };
    let (mut hour, minute) = (number(hour)?, number(minute)?);
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            return Err(HoursError::Time);
        }
        hour = hour % 12 + half;
    }
    let total = hour * 60 + minute;
    if minute > 59 || total > DAY_MINUTES {
        Err(HoursError::Time)
    } else {
        Ok(total)
    }
}
