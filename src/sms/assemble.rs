//! Parts back into a message. Pure: whoever keeps the parts (the store) asks again with what it has. 3GPP TS 23.040
//! §9.2.3.24.1.

use super::{Address, ConcatReference, Content, Shifts, UserData, gsm7};
use std::fmt;

/// What the parts of one message have in common. References come round again, so whoever stores parts also bounds how
/// long they wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConcatKey {
    pub originator: Address,
    pub reference: ConcatReference,
    pub total: u8,
}

/// A message as far as its parts are there.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Assembled {
    /// The text, with `(part 2 of 3 missing)` where one is: in characters that do not make a forward dearer.
    pub text: String,
    /// 8-bit content of all parts that have it, in order. Empty for a text.
    pub data: Vec<u8>,
    /// Numbers of the parts that are not there, rising.
    pub missing: Vec<u8>,
}

/// Lengths only: a text has no place in a log.
impl fmt::Debug for Assembled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Assembled { text, data, missing } = self;
        write!(
            f,
            "Assembled({} bytes of text, {} of data, missing {missing:?})",
            text.len(),
            data.len()
        )
    }
}

impl Assembled {
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// The message of `total` parts from those given as (part number, content), in any order. Of two with the same number
/// the first given counts; numbers outside 1–`total` are left out. Characters a sloppy sender split between two parts
/// (a surrogate pair, an escape) are mended.
#[must_use]
pub fn assemble<'a>(total: u8, parts: impl IntoIterator<Item = (u8, &'a UserData)>) -> Assembled {
    let mut slots: Vec<Option<&UserData>> = vec![None; usize::from(total)];
    for (number, user_data) in parts {
        let slot = usize::from(number)
            .checked_sub(1)
            .and_then(|index| slots.get_mut(index));
        if let Some(slot) = slot {
            slot.get_or_insert(user_data);
        }
    }
    let mut assembled = Assembled::default();
    let mut run = Run::Nothing;
    for (number, slot) in (1..=total).zip(slots) {
        match slot {
            Some(user_data) => match user_data.content() {
                Content::Gsm7(septets) => run.septets(septets, user_data.header().shifts(), &mut assembled.text),
                Content::Ucs2(units) => run.units(units, &mut assembled.text),
                Content::Data(octets) => assembled.data.extend_from_slice(octets),
            },
            None => {
                run.end(&mut assembled.text);
                assembled.text.push_str(&format!("(part {number} of {total} missing)"));
                assembled.missing.push(number);
            }
        }
    }
    run.end(&mut assembled.text);
    assembled
}

/// Neighbouring parts in the same alphabet, not yet made characters.
enum Run {
    Nothing,
    Septets(Vec<u8>, Shifts),
    Units(Vec<u16>),
}

impl Run {
    fn septets(&mut self, more: &[u8], shifts: Shifts, text: &mut String) {
        if let Run::Septets(septets, of) = self
            && *of == shifts
        {
            septets.extend_from_slice(more);
            return;
        }
        self.end(text);
        *self = Run::Septets(more.to_vec(), shifts);
    }

    fn units(&mut self, more: &[u16], text: &mut String) {
        if let Run::Units(units) = self {
            units.extend_from_slice(more);
            return;
        }
        self.end(text);
        *self = Run::Units(more.to_vec());
    }

    fn end(&mut self, text: &mut String) {
        match std::mem::replace(self, Run::Nothing) {
            Run::Nothing => {}
            Run::Septets(septets, shifts) => text.push_str(&gsm7::decode(&septets, shifts)),
            Run::Units(units) => text.push_str(&String::from_utf16_lossy(&units)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::Header;

    fn ucs2(units: &[u16]) -> UserData {
        UserData::new(Header::NONE, Content::Ucs2(units.to_vec())).unwrap()
    }

    fn gsm7(septets: &[u8]) -> UserData {
        UserData::new(Header::NONE, Content::Gsm7(septets.to_vec())).unwrap()
    }

    #[test]
    fn parts_in_any_order_and_twice_make_one_text() {
        let (a, b, c) = (gsm7(b"one "), gsm7(b"two "), gsm7(b"three"));
        let assembled = assemble(3, [(3, &c), (1, &a), (2, &b), (1, &c), (0, &c), (4, &c)]);
        assert_eq!(assembled.text, "one two three");
        assert!(assembled.is_complete());
    }

    #[test]
    fn a_missing_part_is_marked_where_it_is_missing() {
        let (a, c) = (gsm7(b"one "), gsm7(b" three"));
        let assembled = assemble(3, [(1, &a), (3, &c)]);
        assert_eq!(assembled.text, "one (part 2 of 3 missing) three");
        assert_eq!(assembled.missing, [2]);
        assert_eq!(assemble(255, []).missing.len(), 255);
    }

    #[test]
    fn a_surrogate_pair_split_between_parts_is_one_emoji_again() {
        let (a, b) = (ucs2(&[0x41, 0xD83D]), ucs2(&[0xDE00, 0x42]));
        assert_eq!(assemble(2, [(1, &a), (2, &b)]).text, "A😀B");
        assert_eq!(assemble(2, [(1, &a)]).text, "A\u{FFFD}(part 2 of 2 missing)");
    }

    #[test]
    fn an_escape_split_from_its_code_is_one_character_again() {
        let (a, b) = (gsm7(&[0x31, 0x1B]), gsm7(&[0x65, 0x32]));
        assert_eq!(assemble(2, [(1, &a), (2, &b)]).text, "1€2");
    }

    #[test]
    fn parts_in_different_alphabets_join() {
        let (a, b) = (gsm7(b"plain "), ucs2(&[0x416]));
        assert_eq!(assemble(2, [(1, &a), (2, &b)]).text, "plain Ж");
    }

    #[test]
    fn data_parts_join_as_octets() {
        let a = UserData::new(Header::NONE, Content::Data(vec![1, 2])).unwrap();
        let b = UserData::new(Header::NONE, Content::Data(vec![3])).unwrap();
        assert_eq!(assemble(2, [(2, &b), (1, &a)]).data, [1, 2, 3]);
    }
}
