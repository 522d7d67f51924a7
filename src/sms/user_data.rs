//! TP-UD: header and content, whichever PDU carries it. 3GPP TS 23.040 §9.2.3.16 and §9.2.3.24.

use super::octets::Octets;
use super::{Dcs, Encoding, Header, PduError, Problem, gsm7};
use std::fmt;

/// Most octets of TP-UD (§9.2.3.16).
pub(super) const MAX_OCTETS: usize = 140;
/// Most septets of TP-UD.
pub(super) const MAX_SEPTETS: usize = 160;
/// What stands for half a UCS-2 character, and for half a surrogate pair.
const REPLACEMENT: u16 = 0xFFFD;

/// The content in its own units, not yet text: a character may be split over two parts of a sloppy sender's message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// Septets, one an octet, in the tables the header names.
    Gsm7(Vec<u8>),
    /// UTF-16 units.
    Ucs2(Vec<u16>),
    /// 8-bit data, or compressed text as it came.
    Data(Vec<u8>),
}

impl Content {
    /// How it is coded.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        match self {
            Content::Gsm7(_) => Encoding::Gsm7,
            Content::Ucs2(_) => Encoding::Ucs2,
            Content::Data(_) => Encoding::EightBit,
        }
    }
}

/// Lengths only: a text has no place in a log.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Gsm7(septets) => write!(f, "Gsm7({} septets)", septets.len()),
            Content::Ucs2(units) => write!(f, "Ucs2({} units)", units.len()),
            Content::Data(octets) => write!(f, "Data({} octets)", octets.len()),
        }
    }
}

/// Header and content that fit in one short message, by construction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserData {
    header: Header,
    content: Content,
}

impl UserData {
    /// No header, no text.
    pub const EMPTY: UserData = UserData {
        header: Header::NONE,
        content: Content::Gsm7(Vec::new()),
    };

    /// # Errors
    /// [`Problem::TooLong`] on `TP-UD`, in septets or octets, if it does not fit in 160 septets or 140 octets.
    pub fn new(header: Header, content: Content) -> Result<UserData, PduError> {
        let (most, found) = match &content {
            Content::Gsm7(septets) => (MAX_SEPTETS, header_septets(header.len()) + septets.len()),
            Content::Ucs2(units) => (MAX_OCTETS, header.len() + units.len() * 2),
            Content::Data(octets) => (MAX_OCTETS, header.len() + octets.len()),
        };
        if found > most {
            return Err(PduError::new("TP-UD", 0, Problem::TooLong { most, found }));
        }
        Ok(UserData { header, content })
    }

    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.content.encoding()
    }

    /// The text of this part alone; `None` for 8-bit data. For a part of a longer message use [`super::assemble`],
    /// which mends characters split between parts.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match &self.content {
            Content::Gsm7(septets) => Some(gsm7::decode(septets, self.header.shifts())),
            Content::Ucs2(units) => Some(String::from_utf16_lossy(units)),
            Content::Data(_) => None,
        }
    }

    /// TP-UDL and TP-UD. Octets after it are left alone: modems and SIMs pad.
    pub(super) fn read(octets: &mut Octets<'_>, dcs: Dcs, has_header: bool) -> Result<UserData, PduError> {
        let at = octets.at();
        let length = usize::from(octets.one("TP-UDL")?);
        let encoding = dcs.encoding();
        let (most, needed) = match encoding {
            Encoding::Gsm7 => (MAX_SEPTETS, (length * 7).div_ceil(8)),
            Encoding::EightBit | Encoding::Ucs2 => (MAX_OCTETS, length),
        };
        if length > most {
            return Err(PduError::new("TP-UDL", at, Problem::TooLong { most, found: length }));
        }
        let at = octets.at();
        let raw = octets.take("TP-UD", needed)?;
        // UDHL counts for the room too when it is 0 and there is nothing else in the header. A header that is announced where
        // there is not an octet is a text without one, and empty: better than none.
        let (header, skip) = if has_header && length > 0 {
            let header = Header::read(raw, at)?;
            (header, 1 + usize::from(raw.first().copied().unwrap_or(0)))
        } else {
            (Header::NONE, 0)
        };
        let rest = raw.get(skip..).unwrap_or(&[]);
        let content = match encoding {
            Encoding::Gsm7 => {
                let before = header_septets(skip);
                // A header that ends inside the last septet leaves no text.
                Content::Gsm7(gsm7::unpack(raw, before * 7, length.saturating_sub(before)))
            }
            Encoding::Ucs2 => {
                let (pairs, odd) = rest.as_chunks::<2>();
                let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
                // Half a character at the very end of a full part has no room to be shown in.
                let shown = skip + 2 * (pairs.len() + odd.len()) <= MAX_OCTETS;
                let half = odd.iter().filter(|_| shown).map(|_| REPLACEMENT);
                Content::Ucs2(units.chain(half).collect())
            }
            Encoding::EightBit => Content::Data(rest.to_vec()),
        };
        UserData::new(header, content)
    }

    /// TP-UDL and TP-UD.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let before = self.header.len();
        let length = match &self.content {
            Content::Gsm7(septets) => header_septets(before) + septets.len(),
            Content::Ucs2(units) => before + units.len() * 2,
            Content::Data(octets) => before + octets.len(),
        };
        // `new` holds it to 160.
        out.push(u8::try_from(length).unwrap_or(u8::MAX));
        self.header.write(out);
        match &self.content {
            Content::Gsm7(septets) => gsm7::pack(septets, header_septets(before) * 7 - before * 8, out),
            Content::Ucs2(units) => out.extend(units.iter().flat_map(|unit| unit.to_be_bytes())),
            Content::Data(octets) => out.extend_from_slice(octets),
        }
    }
}

/// Septets a header takes: text starts on a septet boundary (§9.2.3.24, figure 9.2.3.24(a)).
pub(super) fn header_septets(octets: usize) -> usize {
    (octets * 8).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::Concat;
    use crate::sms::ConcatReference::Eight;

    fn read(octets: &[u8], dcs: u8, has_header: bool) -> Result<UserData, PduError> {
        UserData::read(&mut Octets::new(octets), Dcs(dcs), has_header)
    }

    #[test]
    fn text_after_a_header_starts_on_a_septet_boundary() {
        let header = Header::NONE.with_concat(Concat {
            reference: Eight(0xCC),
            total: 2,
            part: 1,
        });
        let septets = gsm7::encode("Hi", crate::sms::Shifts::DEFAULT).unwrap();
        let user_data = UserData::new(header, Content::Gsm7(septets)).unwrap();
        let mut out = Vec::new();
        user_data.write(&mut out);
        assert_eq!(out, [9, 5, 0, 3, 0xCC, 2, 1, b'H' << 1, b'i']);
        assert_eq!(read(&out, 0, true), Ok(user_data));
    }

    #[test]
    fn a_header_without_text_has_its_whole_septets() {
        let header = Header::NONE.with_concat(Concat {
            reference: Eight(1),
            total: 1,
            part: 1,
        });
        let user_data = UserData::new(header, Content::Gsm7(Vec::new())).unwrap();
        let mut out = Vec::new();
        user_data.write(&mut out);
        assert_eq!(out, [7, 5, 0, 3, 1, 1, 1, 0]);
        assert_eq!(read(&out, 0, true), Ok(user_data));
    }

    #[test]
    fn user_data_cut_short_is_named_and_padding_is_not_minded() {
        let error = read(&[5, 0xC8, 0xF7], 0, false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "TP-UD at octet 1: cut short: needs 5 octets, 2 there"
        );
        assert_eq!(read(&[1, b'A', 0xFF, 0xFF], 0, false).unwrap().text().unwrap(), "A");
    }

    #[test]
    fn a_length_past_the_standards_room_is_an_error() {
        let room = [0; 256];
        for (dcs, length) in [(0, 161), (4, 141), (8, 141)] {
            let mut octets = vec![length];
            octets.extend(room);
            assert_eq!(read(&octets, dcs, false).unwrap_err().field, "TP-UDL");
        }
    }

    #[test]
    fn half_a_surrogate_and_half_a_character_become_replacement() {
        assert_eq!(read(&[2, 0xD8, 0x3D], 8, false).unwrap().text().unwrap(), "\u{FFFD}");
        assert_eq!(read(&[3, 0, b'A', 0], 8, false).unwrap().text().unwrap(), "A\u{FFFD}");
    }

    #[test]
    fn a_full_part_cut_in_mid_character_is_read_without_the_half() {
        for header in [
            &[6, 8, 4, 0, 1, 2, 1][..],
            &[4, 0x70, 2, 0, 0],
            &[8, 0x70, 6, 0, 0, 0, 0, 0, 0],
        ] {
            let mut octets = vec![140];
            octets.extend_from_slice(header);
            octets.extend(std::iter::repeat_n([0, b'A'], 70).flatten());
            let text = read(&octets, 8, true).unwrap().text().unwrap();
            assert_eq!(text, "A".repeat((140 - header.len()) / 2));
        }
    }

    #[test]
    fn an_empty_header_is_only_its_length_octet() {
        assert_eq!(
            read(&[2, 0, b'A' << 1], 0, true)
                .unwrap()
                .text()
                .unwrap_or_default()
                .len(),
            0
        );
        assert_eq!(read(&[3, 0, 0x40, 0x10], 0, true).unwrap().text().unwrap(), "A");
        assert_eq!(read(&[0], 0, true), Ok(UserData::EMPTY));
    }

    #[test]
    fn what_does_not_fit_is_not_made() {
        assert!(UserData::new(Header::NONE, Content::Gsm7(vec![0; 160])).is_ok());
        assert!(UserData::new(Header::NONE, Content::Gsm7(vec![0; 161])).is_err());
        assert!(UserData::new(Header::NONE, Content::Ucs2(vec![0; 71])).is_err());
        let element = super::super::Element {
            id: 1,
            octets: vec![0; 255],
        };
        assert!(UserData::new(Header::NONE.with(element), Content::Data(Vec::new())).is_err());
    }
}
