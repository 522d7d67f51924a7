//! Days on which the business is closed whatever the weekday: single dates, ranges, and the same every year.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use thiserror::Error;

/// Most entries.
pub const HOLIDAYS_MAX: usize = 64;
/// Longest range, in days: a longer one is a mistake in the year.
pub const HOLIDAY_DAYS_MAX: i32 = 366;

/// The first letters of each month's names in the languages of the packs, without marks.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene"],
    &["feb", "fev"],
    &["mar"],
    &["apr", "abr", "avr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "ago", "aou"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dic", "dez"],
];

/// What is wrong with a holiday.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HolidayError {
    #[error("\"{0}\" is no date: write \"25 Dec\" (every year), \"2026-12-25\", or a range like \"24 Dec - 1 Jan\"")]
    Date(String),
    #[error("\"{0}\": both ends of a range have a year, or neither")]
    Year(String),
    #[error("\"{0}\" is longer than a year, or ends before it begins")]
    Range(String),
    #[error("more than {HOLIDAYS_MAX} holidays")]
    TooMany,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holiday {
    /// From one date to another, both included.
    Once { first: Date, last: Date },
    /// The same every year; (month, day), both included. `last` before `first`: over the turn of the year.
    Yearly { first: (i8, i8), last: (i8, i8) },
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays(Vec<Holiday>);

impl Holidays {
    /// Adds one as a person writes it: `25 Dec`, `Dec 25`, `2026-12-25`, `24 Dec - 1 Jan`, `2026-12-24 to 2027-01-01`.
    ///
    /// # Errors
    /// [`HolidayError`].
    pub fn add(&mut self, text: &str) -> Result<(), HolidayError> {
        if self.0.len() >= HOLIDAYS_MAX {
            return Err(HolidayError::TooMany);
        }
        self.0.push(read(text.trim())?);
        Ok(())
    }

    /// Whether that day is one.
    #[must_use]
    pub fn has(&self, day: Date) -> bool {
        let of_year = (day.month(), day.day());
        self.0.iter().any(|holiday| match *holiday {
            Holiday::Once { first, last } => (first..=last).contains(&day),
            Holiday::Yearly { first, last } if first <= last => (first..=last).contains(&of_year),
            Holiday::Yearly { first, last } => of_year >= first || of_year <= last,
        })
    }

    /// As they can be read again: `25 Dec, 2026-12-24 - 2027-01-01`.
    #[must_use]
    pub fn source(&self) -> String {
        let of_year = |(month, day): (i8, i8)| {
            // Every month that was read has its name.
            let name = usize::from(month.unsigned_abs())
                .checked_sub(1)
                .and_then(|m| NAMES.get(m));
            format!("{day} {}", name.copied().unwrap_or_default())
        };
        let words: Vec<String> = self
            .0
            .iter()
            .map(|holiday| match *holiday {
                Holiday::Once { first, last } if first == last => first.to_string(),
                Holiday::Once { first, last } => format!("{first} - {last}"),
                Holiday::Yearly { first, last } if first == last => of_year(first),
                Holiday::Yearly { first, last } => format!("{} - {}", of_year(first), of_year(last)),
            })
            .collect();
        words.join(", ")
    }
}

/// Months as [`Holidays::source`] writes them.
const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A date, with its year if it was given.
pub(in crate::desk) type Written = (Option<i16>, i8, i8);

fn read(text: &str) -> Result<Holiday, HolidayError> {
    let wrong = || HolidayError::Date(text.to_owned());
    if let Some(one) = one(text) {
        return whole(text, one, one);
    }
    for between in [" - ", "..", " to ", " bis ", " au ", " al ", "\u{2013}", "-"] {
        let ends = text.split_once(between).and_then(|(a, b)| Some((one(a)?, one(b)?)));
        if let Some((first, last)) = ends {
            return whole(text, first, last);
        }
    }
    Err(wrong())
}

fn whole(text: &str, first: Written, last: Written) -> Result<Holiday, HolidayError> {
    match (first, last) {
        ((None, m1, d1), (None, m2, d2)) => Ok(Holiday::Yearly {
            first: (m1, d1),
            last: (m2, d2),
        }),
        ((Some(y1), m1, d1), (Some(y2), m2, d2)) => {
            let (first, last) = (date(y1, m1, d1), date(y2, m2, d2));
            let longest = first.checked_add(HOLIDAY_DAYS_MAX.days());
            match first <= last && longest.is_ok_and(|longest| last <= longest) {
                true => Ok(Holiday::Once { first, last }),
                false => Err(HolidayError::Range(text.to_owned())),
            }
        }
        ((Some(_), ..), (None, ..)) | ((None, ..), (Some(_), ..)) => Err(HolidayError::Year(text.to_owned())),
    }
}

/// `25 Dec`, `Dec 25`, `25. Dez`, `25 de dic`, `Dec 25 2026`, `2026-12-25`.
pub(in crate::desk) fn one(text: &str) -> Option<Written> {
    let text = text.trim();
    if let Ok(day) = text.parse::<Date>() {
        return Some((Some(day.year()), day.month(), day.day()));
    }
    let (mut month, mut day, mut year) = (None, None, None);
    for word in text.split([' ', ',', '.', '/']).filter(|w| !w.is_empty()) {
        let number = word.trim_end_matches(|c: char| c.is_alphabetic());
        match (number.is_empty(), word) {
            (true, "de" | "of" | "every" | "year" | "yearly") => {}
            (true, name) => {
                let found = month_of(name)?;
                month.replace(found).is_none().then_some(())?;
            }
            (false, _) if number.len() == 4 => year = Some(number.parse::<i16>().ok()?),
            (false, _) => {
                let number = number.parse::<i8>().ok()?;
                day.replace(number).is_none().then_some(())?;
            }
        }
    }
    let (month, day) = (month?, day?);
    // A leap year has every date there is.
    Date::new(year.unwrap_or(2024), month, day).ok()?;
    Some((year, month, day))
}

fn month_of(word: &str) -> Option<i8> {
    let plain: String = word
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'é' | 'è' => 'e',
            'û' => 'u',
            'ä' => 'a',
            c => c,
        })
        .collect();
    let index = MONTHS
        .iter()
        .position(|names| names.iter().any(|n| plain.starts_with(n)))?;
    i8::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holidays(entries: &[&str]) -> Holidays {
        let mut all = Holidays::default();
        for entry in entries {
            all.add(entry).unwrap();
        }
        all
    }

    #[test]
    fn dates_ranges_and_every_year() {
        let all = holidays(&["25 Dec", "2026-07-03", "24 Dec - 1 Jan", "2027-08-02 to 2027-08-13"]);
        for (day, closed) in [
            (date(2026, 12, 25), true),
            (date(2030, 12, 25), true),
            (date(2026, 7, 3), true),
            (date(2027, 7, 3), false),
            (date(2028, 12, 31), true),
            (date(2028, 1, 1), true),
            (date(2028, 1, 2), false),
            (date(2027, 8, 13), true),
            (date(2027, 8, 14), false),
            (date(2026, 8, 3), false),
        ] {
            assert_eq!(all.has(day), closed, "{day}");
        }
    }

    #[test]
    fn dates_are_read_as_people_write_them_in_four_languages() {
        for text in [
            "25 Dec",
            "Dec 25",
            "December 25",
            "25. Dezember",
            "25 de diciembre",
            "25 d\u{e9}cembre",
            "25th Dec",
        ] {
            assert_eq!(holidays(&[text]), holidays(&["25 Dec"]), "{text}");
        }
        assert_eq!(holidays(&["Aug 3-Aug 7"]), holidays(&["3 Aug - 7 Aug"]));
        assert_eq!(holidays(&["Dec 25, 2026"]), holidays(&["2026-12-25"]));
        assert_eq!(holidays(&["15 ao\u{fb}t"]), holidays(&["15 Aug"]));
    }

    #[test]
    fn what_is_shown_can_be_read_again() {
        let all = holidays(&[
            "25 Dec",
            "24 Dec - 1 Jan",
            "2027-08-02 to 2027-08-13",
            "2026-07-03",
            "29 Feb",
        ]);
        let shown = all.source();
        assert_eq!(
            shown,
            "25 Dec, 24 Dec - 1 Jan, 2027-08-02 - 2027-08-13, 2026-07-03, 29 Feb"
        );
        assert_eq!(holidays(&shown.split(", ").collect::<Vec<_>>()), all);
    }

    #[test]
    fn wrong_dates_are_named() {
        for text in [
            "",
            "Christmas",
            "31 Feb",
            "12/25",
            "25",
            "Dec",
            "2026-13-01",
            "Dec 25 - soon",
            "1 2 Dec",
        ] {
            assert_eq!(
                Holidays::default().add(text),
                Err(HolidayError::Date(text.to_owned())),
                "{text}"
            );
        }
        assert!(matches!(
            Holidays::default().add("2026-12-24 - 1 Jan"),
            Err(HolidayError::Year(_))
        ));
        assert!(matches!(
            Holidays::default().add("2026-12-24 - 2025-12-26"),
            Err(HolidayError::Range(_))
        ));
        assert!(matches!(
            Holidays::default().add("2026-12-24 - 2029-12-26"),
            Err(HolidayError::Range(_))
        ));
        let mut many = holidays(&["1 Jan"; HOLIDAYS_MAX]);
        assert_eq!(many.add("2 Jan"), Err(HolidayError::TooMany));
    }
}
