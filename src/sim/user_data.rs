//! TP-UD: alphabets, headers, and long texts cut into parts (3GPP TS 23.038 §4, TS 23.040 §9.2.3.24).

use super::gsm7;
use super::octets::{Unreadable, hex};

/// Septets in one message without a header (TS 23.040 §9.2.3.24.1).
const SEPTETS: usize = 160;
/// Octets of user data in one message.
const OCTETS: usize = 140;
/// UDHL and the concatenation element with an 8-bit reference.
const CONCAT_OCTETS: usize = 6;
/// Most parts a text may have: the total is one octet.
const MAX_PARTS: usize = 255;

/// How the user data is to be read (TS 23.038 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    Gsm7,
    Octets,
    Ucs2,
}

/// The concatenation element of a user data header (TS 23.040 §9.2.3.24.1, .8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concat {
    pub reference: u16,
    pub total: u8,
    /// From 1.
    pub part: u8,
}

/// TP-UD with what is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserData {
    pub dcs: u8,
    pub concat: Option<Concat>,
    /// The header with its length octet, or nothing.
    pub header: Vec<u8>,
    /// Septets, one in each octet, for GSM 7-bit; the octets themselves otherwise. Without the header.
    pub content: Vec<u8>,
}

/// Which alphabet a TP-DCS asks for (TS 23.038 §4), compressed text read as octets.
#[must_use]
pub fn alphabet(dcs: u8) -> Alphabet {
    let general = |dcs: u8| match (dcs >> 2) & 3 {
        1 => Alphabet::Octets,
        2 => Alphabet::Ucs2,
        _ => Alphabet::Gsm7,
    };
    match dcs >> 4 {
        0..=7 if dcs & 0x20 != 0 => Alphabet::Octets,
        0..=7 => general(dcs),
        0xE => Alphabet::Ucs2,
        0xF if dcs & 4 != 0 => Alphabet::Octets,
        _ => Alphabet::Gsm7,
    }
}

impl UserData {
    /// What a person reads; octets as hex.
    #[must_use]
    pub fn text(&self) -> String {
        match alphabet(self.dcs) {
            Alphabet::Gsm7 => gsm7::decode(&self.content),
            Alphabet::Octets => hex(&self.content),
            Alphabet::Ucs2 => String::from_utf16_lossy(
                &self
                    .content
                    .chunks(2)
                    .map(|c| u16::from_be_bytes([c[0], c.get(1).copied().unwrap_or(0)]))
                    .collect::<Vec<_>>(),
            ),
        }
    }

    /// TP-UDL: septets of GSM 7-bit, those that the header takes among them; octets otherwise.
    pub(super) fn length(&self) -> usize {
        self.content.len()
            + match alphabet(self.dcs) {
                Alphabet::Gsm7 => (self.header.len() * 8).div_ceil(7),
                Alphabet::Octets | Alphabet::Ucs2 => self.header.len(),
            }
    }

    /// TP-UD.
    pub(super) fn octets(&self) -> Vec<u8> {
        let content = match alphabet(self.dcs) {
            Alphabet::Gsm7 => {
                let header_septets = (self.header.len() * 8).div_ceil(7);
                gsm7::pack(&self.content, header_septets * 7 - self.header.len() * 8)
            }
            Alphabet::Octets | Alphabet::Ucs2 => self.content.clone(),
        };
        [self.header.as_slice(), &content].concat()
    }

    /// TP-UDL and TP-UD.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.length()).unwrap_or(u8::MAX));
        out.extend(self.octets());
    }

    pub(super) fn read(octets: &[u8], length: u8, dcs: u8, with_header: bool) -> Result<Self, Unreadable> {
        let header = if with_header {
            let size = usize::from(*octets.first().ok_or(Unreadable("TP-UDHL"))?) + 1;
            octets.get(..size).ok_or(Unreadable("TP-UDH"))?.to_vec()
        } else {
            vec![]
        };
        let length = usize::from(length);
        let content = if alphabet(dcs) == Alphabet::Gsm7 {
            let header_septets = (header.len() * 8).div_ceil(7);
            let count = length.checked_sub(header_septets).ok_or(Unreadable("TP-UDL"))?;
            if octets.len() != (length * 7).div_ceil(8) {
                return Err(Unreadable("TP-UDL"));
            }
            gsm7::unpack(&octets[header.len()..], count, header_septets * 7 - header.len() * 8)
        } else {
            if octets.len() != length || length < header.len() {
                return Err(Unreadable("TP-UDL"));
            }
            octets[header.len()..].to_vec()
        };
        Ok(UserData {
            dcs,
            concat: concat(&header),
            header,
            content,
        })
    }
}

fn concat(header: &[u8]) -> Option<Concat> {
    let mut rest = header.get(1..)?;
    let mut found = None;
    while let [id, size, tail @ ..] = rest {
        let value = tail.get(..usize::from(*size))?;
        match (id, value) {
            (0x00, &[reference, total, part]) => {
                found = Some(Concat {
                    reference: reference.into(),
                    total,
                    part,
                })
            }
            (0x08, &[high, low, total, part]) => {
                found = Some(Concat {
                    reference: u16::from_be_bytes([high, low]),
                    total,
                    part,
                })
            }
            _ => {}
        }
        rest = &tail[usize::from(*size)..];
    }
    found.filter(|c| c.part >= 1 && c.part <= c.total)
}

/// Cuts `text` into user data: GSM 7-bit if it can be, UCS-2 otherwise, with a header if it takes more than one.
#[must_use]
pub fn segments(text: &str, reference: u8) -> Vec<UserData> {
    let (dcs, units, single, several): (u8, Vec<Vec<u8>>, usize, usize) = match gsm7::encode(text) {
        Some(_) => {
            let units = text
                .chars()
                .filter_map(|c| gsm7::encode(c.encode_utf8(&mut [0; 4])))
                .collect();
            (0, units, SEPTETS, SEPTETS - (CONCAT_OCTETS * 8).div_ceil(7))
        }
        None => {
            let wide = |c: char| {
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .flat_map(|u| u.to_be_bytes())
                    .collect()
            };
            (8, text.chars().map(wide).collect(), OCTETS, OCTETS - CONCAT_OCTETS)
        }
    };
    if units.iter().map(Vec::len).sum::<usize>() <= single {
        return vec![UserData {
            dcs,
            concat: None,
            header: vec![],
            content: units.concat(),
        }];
    }
    let mut contents = vec![vec![]];
    for unit in units {
        match contents.last_mut() {
            Some(last) if last.len() + unit.len() <= several => last.extend(unit),
            _ => contents.push(unit),
        }
    }
    contents.truncate(MAX_PARTS);
    let total = u8::try_from(contents.len()).unwrap_or(u8::MAX);
    let part = |(part, content): (u8, Vec<u8>)| UserData {
        dcs,
        concat: Some(Concat {
            reference: reference.into(),
            total,
            part,
        }),
        header: vec![5, 0, 3, reference, total, part],
        content,
    };
    (1..=total).zip(contents).map(part).collect()
}
