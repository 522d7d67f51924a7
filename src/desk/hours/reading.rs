//! Hours and days as people write them.

use super::{DAY_MINUTES, HoursError, RANGES_MAX, Span};

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
        Err(_) => Err(HoursError::Quiet),
    }
}

/// A week as a person texts it, as the file's lines: `mon-fri 8-12, 13-17; sat 9-12` gives `mon-fri` = `8-12,13-17` and
/// `sat` = `9-12`. Hours without a day are every day's. What makes no sense is left for [`super::OpeningHours::set`] to refuse.
#[must_use]
pub fn week_lines(text: &str) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let text = text.replace(" - ", "-").replace(" am", "am").replace(" pm", "pm");
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
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.trim().to_ascii_lowercase();
    DAYS.iter()
        .position(|d| word.len() >= 3 && (d.starts_with(&word) || word == format!("{d}s")))
        .ok_or(HoursError::Day)
}

pub(super) fn day_list(text: &str) -> Result<Vec<usize>, HoursError> {
    let mut days = Vec::new();
    for part in text.split([',', ' ', '+']).filter(|p| !p.is_empty()) {
        match part.to_ascii_lowercase().as_str() {
            "daily" | "everyday" => days.extend(0..7),
            "weekdays" => days.extend(0..5),
            "weekend" | "weekends" => days.extend(5..7),
            range => match range.split_once(['-', '\u{2013}']) {
                Some((from, to)) => {
                    let (from, to) = (day(from)?, day(to)?);
                    days.extend((0..7).map(|i| (from + i) % 7).take((to + 7 - from) % 7 + 1));
                }
                None => days.push(day(range)?),
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
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "closed" | "off" => return Ok(Vec::new()),
        "24h" | "24" | "open" | "always" => {
            return Ok(vec![Span {
                start: 0,
                end: DAY_MINUTES,
            }]);
        }
        _ => {}
    }
    let mut spans = Vec::new();
    for part in text.split([',', ';']) {
        let (from, to) = part.split_once(['-', '\u{2013}']).ok_or(HoursError::Time)?;
        let (start, mut end) = (minutes(from)?, minutes(to)?);
        if start >= DAY_MINUTES || start == end {
            return Err(HoursError::Time);
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
