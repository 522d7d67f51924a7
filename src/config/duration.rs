//! Durations as people write them: `3s`, `24h`, `1m 30s`, `off`.

use std::time::Duration;

/// `1m 30s` → 90 s; `off` → `None` inside `Some`. `None`: no duration.
#[must_use]
pub fn parse(text: &str) -> Option<Option<Duration>> {
    let text = text.trim().to_ascii_lowercase();
    if matches!(text.as_str(), "off" | "never" | "none") {
        return Some(None);
    }
    let mut total_ms: u64 = 0;
    let mut rest = text.as_str();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let unit_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit_ms = match rest.get(..unit_end)? {
            "ms" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => 1000,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 7 * 86_400_000,
            _ => return None,
        };
        total_ms = total_ms.checked_add(count.checked_mul(unit_ms)?)?;
        rest = rest.get(unit_end..)?.trim_start();
    }
    Some(Some(Duration::from_millis(total_ms)))
}

/// `90 s` → `1m 30s`.
#[must_use]
pub fn words(d: Duration) -> String {
    let ms = d.as_millis();
    let mut parts = Vec::new();
    let mut rest = ms;
    for (unit, name) in [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1000, "s"),
        (1, "ms"),
    ] {
        // Whole days below a week read better in hours: the default is "24h".
        if name == "d" && ms < 3 * unit {
            continue;
        }
        if rest >= unit {
            parts.push(format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        for (text, s) in [
            ("3s", 3),
            ("24h", 86400),
            ("1m 30s", 90),
            ("1m30s", 90),
            ("0s", 0),
            ("2 hours", 7200),
        ] {
            assert_eq!(parse(text), Some(Some(Duration::from_secs(s))), "{text}");
        }
        assert_eq!(parse("off"), Some(None));
        for text in [
            "",
            "3",
            "s",
            "3x",
            "-3s",
            "1.5h",
            "99999999999999999999s",
            "18446744073709551615d",
            "é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(words(Duration::from_secs(90)), "1m 30s");
        assert_eq!(words(Duration::from_secs(86400)), "24h");
    }
}
