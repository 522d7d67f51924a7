//! Who the modem and the SIM say they are: `+CGMI`, `+CGMM`, `+CGMR`, `+CGSN`, `+CIMI`, `+CCID`, `+CNUM` (3GPP TS 27.007 §5, §7.1).

use super::named;
use crate::at::urc::{RawNumber, raw_number};
use std::ops::RangeInclusive;

/// Longest text kept of an identity, characters.
const TEXT_MAX: usize = 64;

/// Free information text as one line: `AT+CGMI`, `AT+CGMM`, `ATI` … A leading `+CGMM:` of its own is not part of it.
#[must_use]
pub fn free_text(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| match line.split_once(':') {
        Some((name, rest)) if name.starts_with(['+', '^', '#']) => rest.trim().trim_matches('"'),
        Some(_) | None => line.trim().trim_matches('"'),
    });
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(TEXT_MAX)
        .collect()
}

/// The first run of so many digits, wherever it stands (`+ICCID: 8949…`, `^ICCID: "…"`, bare): IMEI, IMSI, ICCID. The `F` that
/// pads an odd ICCID is left out.
#[must_use]
pub fn digits(lines: &[String], count: RangeInclusive<usize>) -> Option<String> {
    lines
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()))
        .find(|run| count.contains(&run.len()))
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
    fn identity_text_loses_its_name_and_its_quotes_and_is_one_line() {
        for (text, expected) in [
            (&["SIMCOM INCORPORATED"][..], "SIMCOM INCORPORATED"),
            (&["+CGMI: \"Telit\""], "Telit"),
            (&["+CGMM: MU509"], "MU509"),
            (
                &["Quectel", "", "EC25", "Revision: EC25EFAR06A03M4G"],
                "Quectel EC25 Revision: EC25EFAR06A03M4G",
            ),
            (&["+CGMI: "], ""),
        ] {
            assert_eq!(free_text(&lines(text)), expected);
        }
        assert_eq!(free_text(&lines(&[&"x".repeat(500)])).len(), TEXT_MAX);
    }

    #[test]
    fn serial_numbers_are_found_in_every_wrapping() {
        for (line, count, expected) in [
            ("861234567890123", 14..=17, Some("861234567890123")),
            ("+CGSN: \"861234567890123\"", 14..=17, Some("861234567890123")),
            ("+ICCID: 89490200001234567890", 18..=22, Some("89490200001234567890")),
            ("+QCCID: 8949020000123456789F", 18..=22, Some("8949020000123456789")),
            (
                "^ICCID: \"89490200001234567890\"",
                18..=22,
                Some("89490200001234567890"),
            ),
            ("12345", 14..=17, None),
        ] {
            assert_eq!(digits(&lines(&[line]), count).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn an_empty_own_number_is_none() {
        let number = own_number(&lines(&["+CNUM: \"\",\"\",129", "+CNUM: \"\",\"8613263323935\",145"]));
        assert_eq!(number.map(|number| number.digits).as_deref(), Some("+8613263323935"));
        assert_eq!(own_number(&lines(&["+CNUM: ,,"])), None);
    }
}
