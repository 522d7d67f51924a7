//! Septets: packing them into octets, and giving them characters. 3GPP TS 23.038 §6.1.2 and §6.2.1.

use super::Shifts;
use super::alphabet::{self, ESCAPE};

/// What stands for a septet that means nothing (TS 23.038 §6.2.1.1: shown as a space).
const NOTHING: char = ' ';

/// `count` septets starting at bit `skip`, or as many as there are.
pub(super) fn unpack(octets: &[u8], skip: usize, count: usize) -> Vec<u8> {
    let there = (octets.len() * 8).saturating_sub(skip) / 7;
    (0..count.min(there))
        .map(|i| {
            let bit = skip + i * 7;
            let low = u16::from(octets.get(bit / 8).copied().unwrap_or(0));
            let high = u16::from(octets.get(bit / 8 + 1).copied().unwrap_or(0));
            // Masked to seven bits, so the cast keeps everything.
            ((high << 8 | low) >> (bit % 8) & 0x7F) as u8
        })
        .collect()
}

/// Appends septets after `skip` zero bits (0–7), the last octet filled with zero bits.
pub(super) fn pack(septets: &[u8], skip: usize, out: &mut Vec<u8>) {
    let mut held: u16 = 0;
    let mut bits = skip;
    for septet in septets {
        held |= u16::from(septet & 0x7F) << bits;
        bits += 7;
        while bits >= 8 {
            out.push((held & 0xFF) as u8);
            held >>= 8;
            bits -= 8;
        }
    }
    // Also when there are no septets: the fill after a header belongs to its last septet.
    if bits > 0 {
        out.push((held & 0xFF) as u8);
    }
}

/// The text of septets. Never fails: what has no character is shown as the standard asks.
pub(super) fn decode(septets: &[u8], shifts: Shifts) -> String {
    let locking = shifts.locking_table();
    let single = shifts.single_table();
    let mut text = String::with_capacity(septets.len());
    let mut escaped = false;
    for &septet in septets {
        if escaped {
            escaped = false;
            // ESC ESC would be a further extension table, which does not exist: a space. A code without a symbol in the
            // shift table shows the symbol of the main table (TS 23.038 §6.2.1.1 and Annex A.2 notes).
            let symbol = alphabet::symbol(single, septet).or_else(|| alphabet::symbol(locking, septet));
            text.push(symbol.unwrap_or(NOTHING));
        } else if septet == ESCAPE {
            escaped = true;
        } else {
            text.push(alphabet::symbol(locking, septet).unwrap_or(NOTHING));
        }
    }
    if escaped {
        text.push(NOTHING);
    }
    text
}

/// One character as one septet, or as escape and septet.
pub(super) fn encode_char(c: char, shifts: Shifts) -> Option<(Option<u8>, u8)> {
    let locking = shifts.locking_table();
    if let Some(code) = alphabet::code(locking, c) {
        return Some((None, code));
    }
    Some((Some(ESCAPE), alphabet::code(shifts.single_table(), c)?))
}

/// Septets of a text, or `None` if a character has none.
pub(super) fn encode(text: &str, shifts: Shifts) -> Option<Vec<u8>> {
    let mut septets = Vec::with_capacity(text.len());
    for c in text.chars() {
        let (escape, code) = encode_char(c, shifts)?;
        septets.extend(escape);
        septets.push(code);
    }
    Some(septets)
}

/// Septets of a text, without the characters that have none.
pub(super) fn encode_lossy(text: &str, shifts: Shifts) -> Vec<u8> {
    let mut septets = Vec::with_capacity(text.len());
    for (escape, code) in text.chars().filter_map(|c| encode_char(c, shifts)) {
        septets.extend(escape);
        septets.push(code);
    }
    septets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::hex;

    fn packed(text: &str) -> String {
        let mut out = Vec::new();
        pack(&encode(text, Shifts::DEFAULT).unwrap(), 0, &mut out);
        hex::encode(&out)
    }

    #[test]
    fn well_known_texts_pack_as_everywhere() {
        assert_eq!(packed("hellohello"), "E8329BFD4697D9EC37");
        assert_eq!(packed("How are you?"), "C8F71D14969741F977FD07");
        assert_eq!(packed("1234567"), "31D98C56B3DD00");
        assert_eq!(packed("12345678"), "31D98C56B3DD70");
        assert_eq!(packed(""), "");
    }

    #[test]
    fn every_character_of_the_default_alphabet_comes_back() {
        let all: String = (0..128)
            .filter(|&c| c != ESCAPE)
            .map(|c| decode(&[c], Shifts::DEFAULT))
            .collect();
        assert_eq!(all.chars().count(), 127);
        assert_eq!(decode(&encode(&all, Shifts::DEFAULT).unwrap(), Shifts::DEFAULT), all);
        let extended = "\u{C}^{}\\[~]|€";
        let septets = encode(extended, Shifts::DEFAULT).unwrap();
        assert_eq!(septets.len(), 20);
        assert_eq!(decode(&septets, Shifts::DEFAULT), extended);
    }

    #[test]
    fn an_escape_to_nothing_shows_what_the_standard_says() {
        assert_eq!(decode(&[0x1B, 0x41], Shifts::DEFAULT), "A");
        assert_eq!(decode(&[0x1B, 0x1B], Shifts::DEFAULT), " ");
        assert_eq!(decode(&[0x41, 0x1B], Shifts::DEFAULT), "A ");
    }

    #[test]
    fn septets_after_a_header_come_back_at_every_fill() {
        for skip in 0..7 {
            let mut out = Vec::new();
            pack(&[0x7F, 0, 0x55, 1], skip, &mut out);
            assert_eq!(unpack(&out, skip, 4), [0x7F, 0, 0x55, 1]);
        }
    }
}
