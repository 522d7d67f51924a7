//! Windows-1252: Latin-1, with typography where that has control characters. What older editors save in, and what the fonts that
//! every PDF reader brings along are told to read.

/// From 0x80 on; blank where nothing is.
const TYPOGRAPHY: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// The octet for a printable character; `None`: it has none.
pub(crate) fn encode(c: char) -> Option<u8> {
    match u8::try_from(u32::from(c)) {
        Ok(octet) if (0x20..0x7f).contains(&octet) || octet >= 0xa0 => Some(octet),
        Ok(_) => None,
        Err(_) => TYPOGRAPHY
            .chars()
            .zip(0x80..)
            .find_map(|(known, octet)| (known == c).then_some(octet)),
    }
}

/// The character of an octet; U+FFFD where nothing is.
pub(crate) fn decode(octet: u8) -> char {
    match octet {
        0x80..0xa0 => match TYPOGRAPHY.chars().nth(usize::from(octet - 0x80)) {
            Some(' ') | None => char::REPLACEMENT_CHARACTER,
            Some(known) => known,
        },
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for c in (0x20..=0xff)
            .map(decode)
            .filter(|c| *c != char::REPLACEMENT_CHARACTER && !c.is_control())
        {
            assert_eq!(encode(c).map(decode), Some(c));
        }
        assert_eq!((encode('€'), encode('ž'), encode('ł')), (Some(0x80), Some(0x9e), None));
        assert_eq!((encode('\n'), decode(b'\n'), decode(0x81)), (None, '\n', '\u{fffd}'));
    }
}
