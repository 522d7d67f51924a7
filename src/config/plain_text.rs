//! A file's octets as text, in whichever way an editor saved it.

use crate::windows_1252;

/// What a word processor's own format begins with.
const RICH_TEXT: &str = "{\\rtf";

/// Letters that end words written large, É Í Ó Ö Ú Ü, as Windows-1252 has them, and what closes a quotation or a clause after them: … ’ ” – — ».
/// Two such octets are UTF-8 as well, of letters that only phonetics and far scripts have. (Not so Ä: `Ä…` is ą.)
const ENDING: [u8; 6] = [0xc9, 0xcd, 0xd3, 0xd6, 0xda, 0xdc];
const CLOSING: [u8; 6] = [0x85, 0x92, 0x94, 0x96, 0x97, 0xbb];

/// UTF-8, UTF-16 with its mark (Notepad's "Unicode"), or else Windows-1252 (its "ANSI"). A file in which two editors left
/// theirs is read octet by octet. `None`: it is no text at all.
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
            Err(_) => mixed(octets),
        },
    };
    let binary = |c: char| c == '\0' || c == char::REPLACEMENT_CHARACTER;
    (!text.contains(binary) && !text.starts_with(RICH_TEXT)).then_some(text)
}

/// What is UTF-8 stays: its octets hardly ever stand together in other text. The rest is Windows-1252.
fn mixed(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c.encode_utf8(&mut [0; 4]).as_bytes() {
                [letter, mark] if ENDING.contains(letter) && CLOSING.contains(mark) => {
                    text.extend([letter, mark].map(|octet| windows_1252::decode(*octet)));
                }
                _ => text.push(c),
            }
        }
        text.extend(chunk.invalid().iter().map(|octet| windows_1252::decode(*octet)));
    }
    text
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
    fn where_two_editors_wrote_each_is_read_as_it_saved() {
        for (octets, text) in [
            // One stray octet, at the start, in the middle, at the end.
            (&b"\xfc M\xc3\xbcller \xe2\x82\xac"[..], "ü Müller €"),
            (b"M\xc3\xbcller M\xfcller", "Müller Müller"),
            (b"caf\xc3\xa9 \xe2\x80\x93 caf\xe9", "café – café"),
            // Next to a sequence, and a sequence cut off.
            (b"\xfc\xc3\xbc\xfc", "üüü"),
            (b"\xe9\xc3\xa9", "éé"),
            (b"\xc3 \xe2\x82", "Ã â‚"),
            // Letters beyond the West, whose octets Windows-1252 has too.
            (
                b"\xfc \xc5\x81\xc3\xb3d\xc5\xba \xc4\x85 \xc8\x99 \xd0\x96",
                "ü Łódź ą ș Ж",
            ),
            // All of it Windows-1252, though some of it could be UTF-8.
            (b"\xabCAF\xc9\xbb d\xe9j\xe0", "«CAFÉ» déjà"),
            (b"\x93SCH\xd6\x94 f\xfcr PER\xda\x85", "“SCHÖ” für PERÚ…"),
        ] {
            assert_eq!(of(octets).as_deref(), Some(text), "{octets:x?}");
        }
        // With nothing that is not UTF-8, it is UTF-8.
        assert_eq!(of(b"\xc9\xbb").as_deref(), Some("\u{27b}"));
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
