//! A telephone number as a modem prints it: quoted or not, with or without `+`, sometimes UCS-2 hex, sometimes a URI.

use super::RawNumber;
use crate::at::fields::Fields;

/// Type of address, 3GPP TS 24.008 §10.5.4.7: international number, ISDN plan.
const INTERNATIONAL: u8 = 145;
/// Unknown type of number, ISDN plan.
const UNKNOWN: u8 = 129;
/// Longest number kept: 20 digits are the most an address field holds (TS 23.040 §9.1.2.5), a `+` and some slack.
const NUMBER_MAX: usize = 40;

/// The number in field `index` with its type in the next. Empty, or not a number at all (`Anonymous`): `None`.
pub(super) fn numbered(fields: &Fields<'_>, index: usize) -> Option<RawNumber> {
    raw(fields.text(index), fields.number(index + 1))
}

/// Without a type of address, a `+` says what it is.
pub(in crate::at) fn raw(text: &str, toa: Option<u8>) -> Option<RawNumber> {
    let unwrapped = from_ucs2_hex(text);
    let text = unwrapped.as_deref().unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    let text = match lower.strip_prefix("sip:").or_else(|| lower.strip_prefix("tel:")) {
        Some(uri) => uri.split(['@', ';']).next().unwrap_or(uri),
        None => text,
    };
    let mut digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let is_number = digits.bytes().any(|octet| octet.is_ascii_digit())
        && digits
            .bytes()
            .enumerate()
            .all(|(at, octet)| octet.is_ascii_digit() || b"*#".contains(&octet) || (at == 0 && octet == b'+'));
    if !is_number || digits.len() > NUMBER_MAX {
        return None;
    }
    let plus = digits.starts_with('+');
    let toa = toa.unwrap_or(if plus { INTERNATIONAL } else { UNKNOWN });
    if toa == INTERNATIONAL && !plus {
        digits.insert(0, '+');
    }
    Some(RawNumber { digits, toa })
}

/// With `AT+CSCS="UCS2"` numbers come as four hex digits a character. Real digits that happen to look like that are shorter.
fn from_ucs2_hex(text: &str) -> Option<String> {
    const SHORTEST: usize = 12;
    if text.len() < SHORTEST || !text.len().is_multiple_of(4) || !text.is_ascii() {
        return None;
    }
    text.as_bytes()
        .chunks(4)
        .map(|unit| {
            let unit = std::str::from_utf8(unit).ok()?;
            let c = char::from(
                unit.strip_prefix("00")
                    .and_then(|low| u8::from_str_radix(low, 16).ok())?,
            );
            matches!(c, '0'..='9' | '+' | '*' | '#').then_some(c)
        })
        .collect()
}
