//! Who the modem and the SIM say they are: `+CGMI`, `+CGMM`, `+CGMR`, `+CGSN`, `+CIMI`, `+CCID`, `+CNUM` (3GPP TS 27.007 §5, §7.1).

use super::named;
use crate::at::urc::{RawNumber, raw_number};

/// Longest text kept of an identity, characters.
const TEXT_MAX: usize = 80;
/// An IMEI has 15 digits, an IMSI 14 or 15, an ICCID 18 to 20.
const DIGITS_MIN: usize = 14;
const DIGITS_MAX: usize = 22;

/// The first line that says something, without `+CGMI:`, `Manufacturer:` and quotes.
#[must_use]
pub fn free_text(lines: &[String]) -> Option<String> {
    lines
        .iter()
        .map(|line| {
            let text = match line.split_once(':') {
                Some((name, text)) if is_label(name) => text,
                Some(_) | None => line.as_str(),
            };
            text.trim()
                .trim_matches('"')
                .trim()
                .chars()
                .take(TEXT_MAX)
                .collect::<String>()
        })
        .find(|text| !text.is_empty())
}

fn is_label(name: &str) -> bool {
    name.starts_with(['+', '^', '#'])
        || ["Manufacturer", "Model", "Revision", "IMEI"]
            .iter()
            .any(|label| name.trim().eq_ignore_ascii_case(label))
}

/// IMEI, IMSI or ICCID: the first run of digits long enough to be one, wherever it stands (`+ICCID: 8949…`, `^ICCID: "…"`,
/// bare). The `F` that pads an odd ICCID is left out.
#[must_use]
pub fn digits(lines: &[String]) -> Option<String> {
    lines
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()))
        .find(|run| (DIGITS_MIN..=DIGITS_MAX).contains(&run.len()))
        .map(str::to_owned)
}

/// `+CNUM: [<alpha>],<number>,<type>`: the first number there is. Many SIMs don't know their own.
#[must_use]
pub fn own_number(lines: &[String]) -> Option<RawNumber> {
    named(lines, "+CNUM").find_map(|fields| raw_number(fields.text(1), fields.number(2)))
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn identity_text_loses_its_label_and_its_quotes() {
        for (line, expected) in [
            ("SIMCOM INCORPORATED", "SIMCOM INCORPORATED"),
            ("+CGMI: \"Telit\"", "Telit"),
            ("+CGMM: MU509", "MU509"),
            ("Revision: EC25EFAR06A03M4G", "EC25EFAR06A03M4G"),
            ("SIM7600G-H : rev", "SIM7600G-H : rev"),
        ] {
            assert_eq!(free_text(&lines(&[line])).as_deref(), Some(expected));
        }
        assert_eq!(free_text(&lines(&["+CGMI: "])), None);
        assert_eq!(
            free_text(&lines(&[&"x".repeat(500)])).map(|text| text.len()),
            Some(TEXT_MAX)
        );
    }

    #[test]
    fn serial_numbers_are_found_in_every_wrapping() {
        for (line, expected) in [
            ("861234567890123", Some("861234567890123")),
            ("+CGSN: \"861234567890123\"", Some("861234567890123")),
            ("+ICCID: 89490200001234567890", Some("89490200001234567890")),
            ("+QCCID: 8949020000123456789F", Some("8949020000123456789")),
            ("^ICCID: \"89490200001234567890\"", Some("89490200001234567890")),
            ("12345", None),
        ] {
            assert_eq!(digits(&lines(&[line])).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn an_empty_own_number_is_none() {
        let number = own_number(&lines(&["+CNUM: \"\",\"\",129", "+CNUM: \"\",\"8613263323935\",145"]));
        assert_eq!(number.map(|number| number.digits).as_deref(), Some("+8613263323935"));
        assert_eq!(own_number(&lines(&["+CNUM: ,,"])), None);
    }
}
