//! GSM 7-bit default alphabet and its extension table, 3GPP TS 23.038 §6.2.1.

/// Code 0x00 to 0x7F; 0x1B is the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Reached by escape.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];
const ESCAPE: u8 = 0x1B;

/// Septets of `text`, or `None` if a character has none.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut septets = vec![];
    for c in text.chars() {
        if let Some(code) = BASIC.chars().position(|b| b == c && b != '\u{1b}') {
            septets.push(u8::try_from(code).ok()?);
        } else {
            let (code, _) = EXTENSION.iter().find(|(_, e)| *e == c)?;
            septets.extend([ESCAPE, *code]);
        }
    }
    Some(septets)
}

/// Text of `septets`; an unknown extension shows the basic character, as §6.2.1.1 asks.
pub(super) fn decode(septets: &[u8]) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for &septet in septets {
        if septet == ESCAPE && !escaped {
            escaped = true;
            continue;
        }
        let extension = EXTENSION
            .iter()
            .find(|(code, _)| escaped && *code == septet)
            .map(|(_, c)| *c);
        escaped = false;
        text.extend(extension.or_else(|| BASIC.chars().nth(usize::from(septet & 0x7F))));
    }
    text
}

/// Packs septets into octets after `fill` zero bits (TS 23.038 §6.1.2.1, TS 23.040 §9.2.3.24).
pub(super) fn pack(septets: &[u8], fill: usize) -> Vec<u8> {
    let mut octets = vec![0u8; (septets.len() * 7 + fill).div_ceil(8)];
    for (index, septet) in septets.iter().enumerate() {
        for bit in 0..7 {
            let place = fill + index * 7 + bit;
            octets[place / 8] |= ((septet >> bit) & 1) << (place % 8);
        }
    }
    octets
}

/// Takes `count` septets out of `octets` after `fill` bits; fewer if the octets end.
pub(super) fn unpack(octets: &[u8], count: usize, fill: usize) -> Vec<u8> {
    let bit = |place: usize| octets.get(place / 8).map(|octet| (octet >> (place % 8)) & 1);
    let septet = |index: usize| (0..7).try_fold(0u8, |sum, b| bit(fill + index * 7 + b).map(|v| sum | (v << b)));
    (0..count).map_while(septet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_128_places() {
        assert_eq!(BASIC.chars().count(), 128);
    }

    #[test]
    fn hellohello_packs_as_in_every_textbook() {
        let septets = encode("hellohello").unwrap_or_default();
        assert_eq!(
            pack(&septets, 0),
            [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]
        );
        assert_eq!(decode(&unpack(&pack(&septets, 3), 10, 3)), "hellohello");
    }

    #[test]
    fn the_euro_takes_two_septets_and_cyrillic_none() {
        assert_eq!(encode("€"), Some(vec![0x1B, 0x65]));
        assert_eq!(encode("Ж"), None);
    }
}
