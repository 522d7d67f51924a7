//! What the texts to callers cost: the parts that the network bills, with everything that a first one has in it (product.md §2).

use super::Config;
use crate::desk::hours::when;
use crate::desk::wording::pack::Pack;
use crate::desk::wording::template::{PARTS_MAX, Template, Values};
use crate::mistakes::Findings;
use crate::printable;
use crate::sms::{self, Encoding};
use jiff::tz::TimeZone;

/// Septets, and characters of any other alphabet, that one part has room for (3GPP TS 23.040 §9.2.3.24.1).
const ROOM_GSM7: usize = 160;
const ROOM_UCS2: usize = 70;
/// Stand for what is not known before the call: a name of twelve letters, a number.
const NAME: &str = "Mrs Robinson";
const PHONE: &str = "+15555550100";
/// A Monday, 12:30 UTC, and a day, in milliseconds.
const MONDAY_MS: i64 = 1_767_616_200_000;
const DAY_MS: i64 = 86_400_000;

/// The longest way of saying when we are open: `Wednesday 12:30pm`.
fn open(language: &Pack) -> String {
    let days = (0..7).map(|day| MONDAY_MS + day * DAY_MS);
    let said = days.map(|at| when::in_words(at, at - 3 * DAY_MS, &TimeZone::UTC, language));
    said.max_by_key(|said| said.chars().count()).unwrap_or_default()
}

/// The text with its STOP line.
fn written(template: &Template, company: &str, language: &Pack) -> String {
    let values = Values {
        company,
        owner: NAME,
        name: NAME,
        open: &open(language),
        phone: PHONE,
    };
    template.render(&values, Some(&language.caller("stop_line")))
}

/// Says of a text that takes more than one part what makes it so; one that can't be sent at all is a mistake.
pub(super) fn judge(
    template: &Template,
    company: &str,
    language: &Pack,
    at: (usize, &str),
    findings: &mut Findings<'_>,
) {
    let (line, path) = at;
    let cost = sms::cost(&written(template, company, language));
    let why = match cost.encoding {
        Encoding::Ucs2 => format!(
            "it has characters outside the basic text alphabet (emoji?), so only {ROOM_UCS2} fit in one part; it has {}",
            cost.units
        ),
        Encoding::Gsm7 | Encoding::EightBit => format!("{} of the {ROOM_GSM7} characters that fit in one", cost.units),
    };
    if cost.parts > usize::from(PARTS_MAX) {
        let what = format!("would take {} parts, at most {PARTS_MAX} are sent: {why}", cost.parts);
        findings.mistake(line, path, what);
    } else if cost.parts > 1 {
        let what = format!(
            "takes {} parts with the STOP line, each at the price of a text: {why}",
            cost.parts
        );
        findings.warn(line, path, what);
    }
}

/// A line about each text, for `textback check`.
pub(super) fn lines(config: &Config) -> Vec<String> {
    let texts = &config.text_back;
    [
        ("message", &texts.message),
        ("after_hours", &texts.after_hours),
        ("known", &texts.known),
        ("late", &texts.late),
    ]
    .map(|(key, template)| {
        let text = written(template, &config.company, &config.language);
        let cost = sms::cost(&text);
        let parts = if cost.parts == 1 { "part" } else { "parts" };
        format!(
            "text_back.{key}: {} {parts} ({} characters with the STOP line): {}",
            cost.parts,
            cost.units,
            printable::on_one_line(&text)
        )
    })
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_in_the_language_of_the_text() {
        let said: Vec<String> = Pack::all().iter().map(|language| open(language)).collect();
        assert_eq!(
            said,
            [
                "Wednesday 12:30pm",
                "el miércoles a las 12:30",
                "dimanche à 12h30",
                "am Donnerstag um 12:30"
            ]
        );
    }
}
