//! A file's octets as text, in whichever way an editor saved it.

use crate::windows_1252;

/// What a word processor's own format begins with.
const RICH_TEXT: &str = "{\\rtf";

/// UTF-8, UTF-16 with its mark (Notepad's "Unicode"), or else Windows-1252 (its "ANSI"). `None`: it is no text at all.
pub(crate) fn of(octets: &[u8]) -> Option<String> {
    let utf_16 = |units: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = units.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let text = match octets {
        [0xff, 0xfe, units @ ..] => utf_16(units, u16::from_le_bytes)?,
        [0xfe, 0xff, units @ ..] => utf_16(units, u16::from_be_bytes)?,
        octets => match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => octets.iter().map(|octet| windows_1252::decode(*octet)).collect(),
        },
    };
    let binary = |c: char| c == '\0' || c == char::REPLACEMENT_CHARACTER;
    (!text.contains(binary) && !text.starts_with(RICH_TEXT)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_umlaut_is_read_as_whichever_editor_saved_it() {
        let text = "company = \"Müller – €\"\r\n";
        let utf_16 = |unit: fn(u16) -> [u8; 2]| {
            [0xfeff]
                .into_iter()
                .chain(text.encode_utf16())
                .flat_map(unit)
                .collect::<Vec<u8>>()
        };
        for octets in [
            text.as_bytes(),
            &utf_16(u16::to_le_bytes),
            &utf_16(u16::to_be_bytes),
            b"company = \"M\xfcller \x96 \x80\"\r\n",
        ] {
            assert_eq!(of(octets).as_deref(), Some(text), "{octets:x?}");
        }
        assert_eq!(
            of(b"\xef\xbb\xbfa").as_deref(),
            Some("\u{feff}a"),
            "UTF-8's mark is left to the reader"
        );
        assert_eq!(of(b"").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_text_is_none() {
        for octets in [
            &b"\x7fELF\x02\x01\x01\x00"[..],
            b"PK\x03\x04\x14\x00",
            b"{\\rtf1\\ansi company = \"A\"}",
            b"\xff\xfe\x00\xd8",
            b"company = \"A\x00\"",
            b"M\xfcller \x81",
        ] {
            assert_eq!(of(octets), None, "{octets:x?}");
        }
    }
}
