//! The user data header: what stands before the text. 3GPP TS 23.040 §9.2.3.24.

use super::{Language, PduError, Problem, Shifts};

/// Concatenated short messages, 8-bit reference (§9.2.3.24.1).
const CONCAT_8: u8 = 0x00;
/// Application ports, 8-bit (§9.2.3.24.3) and 16-bit (§9.2.3.24.4).
const PORTS_8: u8 = 0x04;
const PORTS_16: u8 = 0x05;
/// Concatenated short messages, 16-bit reference (§9.2.3.24.8).
const CONCAT_16: u8 = 0x08;
/// National language single and locking shift (§9.2.3.24.15 and .16).
const SINGLE_SHIFT: u8 = 0x24;
const LOCKING_SHIFT: u8 = 0x25;

/// The number parts of one message share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConcatReference {
    Eight(u8),
    Sixteen(u16),
}

impl ConcatReference {
    /// The number, whichever its width.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            ConcatReference::Eight(n) => u16::from(n),
            ConcatReference::Sixteen(n) => n,
        }
    }
}

/// Which part of how many this is: `1 <= part <= total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Concat {
    pub reference: ConcatReference,
    pub total: u8,
    pub part: u8,
}

/// Application port addressing; a text with ports is for a program, not a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ports {
    pub destination: u16,
    pub source: u16,
}

impl Ports {
    /// WAP push, plain and secure: what a picture message announces itself by. Not a text.
    #[must_use]
    pub fn is_wap_push(self) -> bool {
        matches!(self.destination, 2948 | 2949)
    }
}

/// One information element, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Element {
    /// Information element identifier.
    pub id: u8,
    /// Its octets; at most what fits in a user data header.
    pub octets: Vec<u8>,
}

/// The elements of a header in order, known and unknown. Without elements it takes no room on the air.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Header {
    elements: Vec<Element>,
    ignored: Vec<u8>,
}

impl Header {
    /// No header.
    pub const NONE: Header = Header {
        elements: Vec::new(),
        ignored: Vec::new(),
    };

    #[must_use]
    pub fn new(elements: Vec<Element>) -> Header {
        Header {
            elements,
            ignored: Vec::new(),
        }
    }

    /// All elements in the order they stand.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The octets of a header whose elements do not add up. The standard has the whole header ignored and the text
    /// shown; they are kept for the record. Empty for a sound header.
    #[must_use]
    pub fn ignored(&self) -> &[u8] {
        &self.ignored
    }

    #[must_use]
    pub fn with(mut self, element: Element) -> Header {
        self.elements.push(element);
        self
    }

    #[must_use]
    pub fn with_concat(self, concat: Concat) -> Header {
        let Concat { reference, total, part } = concat;
        self.with(match reference {
            ConcatReference::Eight(number) => Element {
                id: CONCAT_8,
                octets: vec![number, total, part],
            },
            ConcatReference::Sixteen(number) => {
                let [high, low] = number.to_be_bytes();
                Element {
                    id: CONCAT_16,
                    octets: vec![high, low, total, part],
                }
            }
        })
    }

    /// 16-bit port addressing.
    #[must_use]
    pub fn with_ports(self, ports: Ports) -> Header {
        let octets = [ports.destination.to_be_bytes(), ports.source.to_be_bytes()].concat();
        self.with(Element { id: PORTS_16, octets })
    }

    #[must_use]
    pub fn with_shifts(mut self, shifts: Shifts) -> Header {
        if let Some(language) = shifts.single {
            self = self.with(Element {
                id: SINGLE_SHIFT,
                octets: vec![language.identifier()],
            });
        }
        if let Some(language) = shifts.locking {
            self = self.with(Element {
                id: LOCKING_SHIFT,
                octets: vec![language.identifier()],
            });
        }
        self
    }

    /// Which part this is. An element with part 0, total 0 or part above total is ignored (§9.2.3.24.1); of two sound
    /// ones the last counts (§9.2.3.24).
    #[must_use]
    pub fn concat(&self) -> Option<Concat> {
        self.last(|element| {
            let (reference, total, part) = match (element.id, element.octets.as_slice()) {
                (CONCAT_8, &[number, total, part]) => (ConcatReference::Eight(number), total, part),
                (CONCAT_16, &[high, low, total, part]) => {
                    (ConcatReference::Sixteen(u16::from_be_bytes([high, low])), total, part)
                }
                _ => return None,
            };
            (part >= 1 && part <= total).then_some(Concat { reference, total, part })
        })
    }

    /// Application ports, if any.
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.last(|element| match (element.id, element.octets.as_slice()) {
            (PORTS_8, &[destination, source]) => Some(Ports {
                destination: u16::from(destination),
                source: u16::from(source),
            }),
            (PORTS_16, &[d1, d0, s1, s0]) => Some(Ports {
                destination: u16::from_be_bytes([d1, d0]),
                source: u16::from_be_bytes([s1, s0]),
            }),
            _ => None,
        })
    }

    /// The tables the septets are in. A language we do not know, or one without such a table, leaves the default.
    #[must_use]
    pub fn shifts(&self) -> Shifts {
        let language = |id| {
            self.last(|element| match element.octets.as_slice() {
                &[identifier] if element.id == id => Some(Language::from_identifier(identifier)),
                _ => None,
            })
            .flatten()
        };
        Shifts {
            locking: language(LOCKING_SHIFT),
            single: language(SINGLE_SHIFT),
        }
    }

    /// Whether it takes room on the air: then TP-UDHI is set.
    pub(super) fn is_present(&self) -> bool {
        self.len() != 0
    }

    /// Octets on the air, length octet included; 0 without a header.
    pub(super) fn len(&self) -> usize {
        match self.elements.iter().map(|e| 2 + e.octets.len()).sum::<usize>() + self.ignored.len() {
            0 => 0,
            elements => 1 + elements,
        }
    }

    /// From user data whose first octet, at offset `at`, is UDHL.
    pub(super) fn read(user_data: &[u8], at: usize) -> Result<Header, PduError> {
        let truncated = Problem::Truncated { needed: 1, present: 0 };
        let Some((length, rest)) = user_data.split_first() else {
            return Err(PduError::new("TP-UDHL", at, truncated));
        };
        let length = usize::from(*length);
        let overrun = Problem::HeaderOverrun {
            length,
            present: rest.len(),
        };
        let mut octets = rest
            .get(..length)
            .ok_or_else(|| PduError::new("TP-UDHL", at, overrun))?;
        let mut header = Header::NONE;
        while let Some(((id, rest), whole)) = octets.split_first().zip(rest.get(..length)) {
            // Elements that do not add up make the whole header void, not the text (§9.2.3.24).
            let void = || Header {
                elements: Vec::new(),
                ignored: whole.to_vec(),
            };
            let Some((count, rest)) = rest.split_first() else {
                return Ok(void());
            };
            let Some((element, rest)) = rest.split_at_checked(usize::from(*count)) else {
                return Ok(void());
            };
            header.elements.push(Element {
                id: *id,
                octets: element.to_vec(),
            });
            octets = rest;
        }
        Ok(header)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.len() == 0 {
            return;
        }
        // UserData::new lets no header past 140 octets, so the lengths fit in theirs.
        out.push(u8::try_from(self.len() - 1).unwrap_or(u8::MAX));
        for element in &self.elements {
            out.push(element.id);
            out.push(u8::try_from(element.octets.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(&element.octets);
        }
        out.extend_from_slice(&self.ignored);
    }

    fn last<T>(&self, of: impl FnMut(&Element) -> Option<T>) -> Option<T> {
        self.elements.iter().rev().find_map(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_widths_of_reference_are_read() {
        let eight = Header::read(&[5, 0, 3, 0x4C, 2, 1], 0).unwrap();
        let concat = Concat {
            reference: ConcatReference::Eight(0x4C),
            total: 2,
            part: 1,
        };
        assert_eq!(eight.concat(), Some(concat));
        assert_eq!(Header::NONE.with_concat(concat), eight);
        let sixteen = Header::read(&[6, 8, 4, 0x12, 0x34, 255, 255], 0).unwrap();
        let concat = Concat {
            reference: ConcatReference::Sixteen(0x1234),
            total: 255,
            part: 255,
        };
        assert_eq!(sixteen.concat(), Some(concat));
        assert_eq!(Header::NONE.with_concat(concat), sixteen);
    }

    #[test]
    fn a_concatenation_that_cannot_be_is_ignored() {
        for [total, part] in [[0, 0], [0, 1], [2, 0], [2, 3]] {
            assert_eq!(Header::read(&[5, 0, 3, 1, total, part], 0).unwrap().concat(), None);
        }
        assert_eq!(Header::read(&[4, 0, 2, 1, 2], 0).unwrap().concat(), None);
    }

    #[test]
    fn of_two_the_last_counts_and_unknown_elements_stay() {
        let header = Header::read(&[13, 0, 3, 9, 2, 1, 0x70, 1, 0xAA, 0, 3, 9, 2, 2], 0).unwrap();
        assert_eq!(header.concat().map(|c| c.part), Some(2));
        assert_eq!(
            header.elements()[1],
            Element {
                id: 0x70,
                octets: vec![0xAA]
            }
        );
        let mut out = Vec::new();
        header.write(&mut out);
        assert_eq!(out, [13, 0, 3, 9, 2, 1, 0x70, 1, 0xAA, 0, 3, 9, 2, 2]);
    }

    #[test]
    fn ports_of_both_widths_are_read() {
        let wap = Header::read(&[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0], 0).unwrap();
        assert_eq!(
            wap.ports(),
            Some(Ports {
                destination: 2948,
                source: 9200
            })
        );
        assert_eq!(
            Header::NONE.with_ports(Ports {
                destination: 2948,
                source: 9200
            }),
            wap
        );
        assert!(wap.ports().is_some_and(Ports::is_wap_push));
        let eight = Header::read(&[4, 4, 2, 240, 1], 0).unwrap();
        assert_eq!(
            eight.ports(),
            Some(Ports {
                destination: 240,
                source: 1
            })
        );
    }

    #[test]
    fn elements_that_do_not_add_up_void_the_header_and_a_header_past_the_end_is_an_error() {
        let void = Header::read(&[3, 0, 9, 1, b'x'], 0).unwrap();
        assert_eq!((void.elements(), void.ignored()), (&[][..], &[0, 9, 1][..]));
        let error = Header::read(&[9, 0, 3], 20).unwrap_err();
        assert_eq!(
            error.to_string(),
            "TP-UDHL at octet 20: says 9 octets where 2 are there"
        );
    }

    #[test]
    fn shifts_name_their_tables_and_unknown_languages_leave_the_default() {
        let turkish = Header::read(&[6, 0x24, 1, 1, 0x25, 1, 1], 0).unwrap();
        let shifts = Shifts {
            locking: Some(Language::Turkish),
            single: Some(Language::Turkish),
        };
        assert_eq!(turkish.shifts(), shifts);
        assert_eq!(Header::NONE.with_shifts(shifts), turkish);
        assert_eq!(Header::read(&[3, 0x25, 1, 99], 0).unwrap().shifts(), Shifts::DEFAULT);
    }
}
