//! Whom a PDU is from or to. 3GPP TS 23.040 §9.1.2.5; the service centre's form is TS 24.011 §8.2.5.1.

use super::octets::Octets;
use super::{PduError, Problem, Shifts, gsm7};
use std::fmt;

/// Most semi-octets a TP address can hold (TS 23.040 §9.1.2.5).
const MAX_SEMI_OCTETS: usize = 20;
/// Most octets after the length octet of a service centre address (TS 24.011 §8.2.5.1): type and 20 digits.
const MAX_SMSC_OCTETS: usize = 11;
/// Most septets of an alphanumeric address: what fits in 20 semi-octets.
const MAX_NAME_SEPTETS: usize = MAX_SEMI_OCTETS * 4 / 7;
/// Semi-octet 0 to 14 as a character; 15 is the fill.
const DIGITS: [char; 15] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'a', 'b', 'c',
];

/// Bits 6..4 of the type of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeOfNumber {
    Unknown,
    International,
    National,
    NetworkSpecific,
    Subscriber,
    Alphanumeric,
    Abbreviated,
    Reserved,
}

impl TypeOfNumber {
    /// The name used in `pdu decode`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TypeOfNumber::Unknown => "unknown",
            TypeOfNumber::International => "international",
            TypeOfNumber::National => "national",
            TypeOfNumber::NetworkSpecific => "network",
            TypeOfNumber::Subscriber => "subscriber",
            TypeOfNumber::Alphanumeric => "alphanumeric",
            TypeOfNumber::Abbreviated => "abbreviated",
            TypeOfNumber::Reserved => "reserved",
        }
    }
}

/// A number or name with its type. Encodable by construction. `Display` gives it in full, with `+` if international;
/// `Debug` shows only the type and the last two characters, so that it may stand in a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    type_of_address: u8,
    value: String,
}

/// Why something is not an address that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("a number has digits, * and # only, not {0:?}")]
    NotADigit(char),
    #[error("{found} digits are too many, a number has at most {MAX_SEMI_OCTETS}")]
    TooManyDigits { found: usize },
    #[error("a number needs at least one digit")]
    Empty,
    #[error("the name does not fit: at most 11 characters of the GSM alphabet")]
    Name,
}

impl Address {
    /// A number as one dials it: `+` and digits is international (type 145), anything else unknown (type 129).
    ///
    /// # Errors
    /// If it is empty, too long, or has other characters than digits, `*`, `#`.
    pub fn dialled(number: &str) -> Result<Address, AddressError> {
        let (type_of_address, digits) = match number.strip_prefix('+') {
            Some(digits) => (0x91, digits),
            None => (0x81, number),
        };
        if digits.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(letter) = digits.chars().find(char::is_ascii_alphabetic) {
            return Err(AddressError::NotADigit(letter));
        }
        Address::number(type_of_address, digits)
    }

    /// A number with a given type-of-address octet (129 unknown, 145 international, 161 national …). May be empty.
    ///
    /// # Errors
    /// If it is too long, or has other characters than digits, `*`, `#`, `a`, `b`, `c`.
    pub fn number(type_of_address: u8, digits: &str) -> Result<Address, AddressError> {
        if let Some(c) = digits.chars().find(|c| !DIGITS.contains(c)) {
            return Err(AddressError::NotADigit(c));
        }
        if digits.len() > MAX_SEMI_OCTETS {
            return Err(AddressError::TooManyDigits { found: digits.len() });
        }
        Ok(Address {
            type_of_address,
            value: digits.to_owned(),
        })
    }

    /// A name, as banks and carriers send from (type 208).
    ///
    /// # Errors
    /// [`AddressError::Name`] if it does not fit in 11 septets of the GSM 7 bit alphabet.
    pub fn name(name: &str) -> Result<Address, AddressError> {
        match gsm7::encode(name, Shifts::DEFAULT) {
            Some(septets) if septets.len() <= MAX_NAME_SEPTETS => Ok(Address {
                type_of_address: 0xD0,
                value: name.to_owned(),
            }),
            Some(_) | None => Err(AddressError::Name),
        }
    }

    /// The octet as sent: type of number and numbering plan (TS 23.040 §9.1.2.5; 145 international, 129 unknown).
    #[must_use]
    pub fn type_of_address(&self) -> u8 {
        self.type_of_address
    }

    #[must_use]
    pub fn type_of_number(&self) -> TypeOfNumber {
        type_of_number(self.type_of_address)
    }

    /// Numbering plan identification, bits 3..0: 0 unknown, 1 E.164.
    #[must_use]
    pub fn numbering_plan(&self) -> u8 {
        self.type_of_address & 0x0F
    }

    /// The digits without `+`, or the name.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// `+` and digits, if this is an international number: E.164 as it stands.
    #[must_use]
    pub fn e164(&self) -> Option<String> {
        let international = self.type_of_number() == TypeOfNumber::International && !self.value.is_empty();
        international.then(|| self.to_string())
    }

    #[must_use]
    pub fn is_name(&self) -> bool {
        self.type_of_number() == TypeOfNumber::Alphanumeric
    }

    /// TP-OA, TP-DA, TP-RA: the length counts useful semi-octets.
    pub(super) fn read(octets: &mut Octets<'_>, field: &'static str) -> Result<Address, PduError> {
        let at = octets.at();
        let semi_octets = usize::from(octets.one(field)?);
        if semi_octets > MAX_SEMI_OCTETS {
            return Err(PduError::new(
                field,
                at,
                Problem::TooLong {
                    most: MAX_SEMI_OCTETS,
                    found: semi_octets,
                },
            ));
        }
        let type_of_address = octets.one(field)?;
        let value = octets.take(field, semi_octets.div_ceil(2))?;
        let value = match type_of_number(type_of_address) {
            TypeOfNumber::Alphanumeric => {
                let septets = gsm7::unpack(value, 0, semi_octets * 4 / 7);
                gsm7::decode(&septets, Shifts::DEFAULT)
            }
            TypeOfNumber::Unknown
            | TypeOfNumber::International
            | TypeOfNumber::National
            | TypeOfNumber::NetworkSpecific
            | TypeOfNumber::Subscriber
            | TypeOfNumber::Abbreviated
            | TypeOfNumber::Reserved => digits(value, semi_octets),
        };
        Ok(Address { type_of_address, value })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.is_name() {
            // A decoded name may hold a character the alphabet only gives back (an escape to nothing): leave it out.
            let septets = gsm7::encode_lossy(&self.value, Shifts::DEFAULT);
            let semi_octets = (septets.len().min(MAX_NAME_SEPTETS) * 7).div_ceil(4);
            out.push(u8::try_from(semi_octets).unwrap_or(u8::MAX));
            out.push(self.type_of_address);
            gsm7::pack(septets.get(..MAX_NAME_SEPTETS).unwrap_or(&septets), 0, out);
        } else {
            out.push(u8::try_from(self.value.len()).unwrap_or(u8::MAX));
            out.push(self.type_of_address);
            write_digits(&self.value, out);
        }
    }

    /// The SMSC part: the length counts octets, type included; length 0 is none.
    pub(super) fn read_smsc(octets: &mut Octets<'_>) -> Result<Option<Address>, PduError> {
        let at = octets.at();
        let length = usize::from(octets.one("SMSC")?);
        if length > MAX_SMSC_OCTETS {
            return Err(PduError::new(
                "SMSC",
                at,
                Problem::TooLong {
                    most: MAX_SMSC_OCTETS,
                    found: length,
                },
            ));
        }
        let Some((type_of_address, value)) = octets.take("SMSC", length)?.split_first() else {
            return Ok(None);
        };
        Ok(Some(Address {
            type_of_address: *type_of_address,
            value: digits(value, value.len() * 2),
        }))
    }

    /// A name cannot be a service centre, and is written as none.
    pub(super) fn write_smsc(smsc: Option<&Address>, out: &mut Vec<u8>) {
        match smsc {
            Some(address) if address.value.chars().all(|c| DIGITS.contains(&c)) => {
                out.push(u8::try_from(1 + address.value.len().div_ceil(2)).unwrap_or(u8::MAX));
                out.push(address.type_of_address);
                write_digits(&address.value, out);
            }
            Some(_) | None => out.push(0),
        }
    }
}

fn type_of_number(type_of_address: u8) -> TypeOfNumber {
    match type_of_address >> 4 & 0b111 {
        0 => TypeOfNumber::Unknown,
        1 => TypeOfNumber::International,
        2 => TypeOfNumber::National,
        3 => TypeOfNumber::NetworkSpecific,
        4 => TypeOfNumber::Subscriber,
        5 => TypeOfNumber::Alphanumeric,
        6 => TypeOfNumber::Abbreviated,
        _ => TypeOfNumber::Reserved,
    }
}

/// Up to `count` digits, low semi-octet first. The fill ends the number wherever it stands.
fn digits(octets: &[u8], count: usize) -> String {
    octets
        .iter()
        .flat_map(|octet| [octet & 0x0F, octet >> 4])
        .take(count)
        .map_while(|nibble| DIGITS.get(usize::from(nibble)))
        .collect()
}

fn write_digits(value: &str, out: &mut Vec<u8>) {
    // Values hold only characters of DIGITS, by construction; the fill stands in for anything else.
    let mut nibbles = value.chars().map(|c| {
        DIGITS
            .iter()
            .position(|d| *d == c)
            .and_then(|n| u8::try_from(n).ok())
            .unwrap_or(0x0F)
    });
    while let Some(low) = nibbles.next() {
        out.push(nibbles.next().unwrap_or(0x0F) << 4 | low);
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.type_of_number() == TypeOfNumber::International && !self.value.is_empty() {
            f.write_str("+")?;
        }
        f.write_str(&self.value)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.value.chars().count();
        let tail: String = self.value.chars().skip(count.saturating_sub(2).max(1)).collect();
        write!(
            f,
            "Address({}, {count} characters, …{tail})",
            self.type_of_number().name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::hex;

    fn read(text: &str) -> Address {
        Address::read(&mut Octets::new(&hex::decode(text).unwrap()), "TP-OA").unwrap()
    }

    fn written(address: &Address) -> String {
        let mut out = Vec::new();
        address.write(&mut out);
        hex::encode(&out)
    }

    #[test]
    fn numbers_and_names_are_read_and_written_as_in_the_field() {
        let table = [
            ("0B916171957291F8", "+16175927198", "international"),
            ("0B911346610089F6", "+31641600986", "international"),
            ("0AA11092997856", "0129998765", "national"),
            ("038111F0", "110", "unknown"),
            ("0081", "", "unknown"),
            ("0091", "", "international"),
            ("0ED0D637396C7EBBCB", "Vodafone", "alphanumeric"),
            ("0ED04669D0397C26A7", "FRANCOIS", "alphanumeric"),
            ("06D061F118", "abc", "alphanumeric"),
            ("14D0E10D6FE3DBA036A94D19", "a[]{}€", "alphanumeric"),
        ];
        for (octets, shown, kind) in table {
            let address = read(octets);
            assert_eq!(
                (address.to_string().as_str(), address.type_of_number().name()),
                (shown, kind)
            );
            assert_eq!(written(&address), octets);
        }
        assert_eq!(
            read("03811100").to_string(),
            "110",
            "a filler that is not F is still a filler"
        );
    }

    #[test]
    fn star_hash_and_letters_are_digits() {
        assert_eq!(read("04812A3B").to_string(), "*2#3");
        let all = Address::number(0x81, "0123456789*#abc").unwrap();
        assert_eq!(read(&written(&all)), all);
    }

    #[test]
    fn a_fill_in_the_middle_ends_the_number() {
        assert_eq!(read("048121F3").to_string(), "123");
        assert_eq!(read("04812FF3").to_string(), "");
    }

    #[test]
    fn a_name_of_seven_letters_has_no_eighth() {
        let seven = Address::name("Seventy").unwrap();
        assert_eq!(read(&written(&seven)).value(), "Seventy");
        assert_eq!(&written(&seven)[..4], "0DD0");
        assert_eq!(
            read(&written(&Address::name("Plumbing Co").unwrap())).value(),
            "Plumbing Co"
        );
        assert_eq!(Address::name("Plumbing Co."), Err(AddressError::Name));
        assert_eq!(Address::name("Ж"), Err(AddressError::Name));
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        assert_eq!(Address::dialled("+"), Err(AddressError::Empty));
        assert_eq!(Address::dialled("abc"), Err(AddressError::NotADigit('a')));
        assert_eq!(Address::dialled("+1 555"), Err(AddressError::NotADigit(' ')));
        assert_eq!(
            Address::dialled("123456789012345678901"),
            Err(AddressError::TooManyDigits { found: 21 })
        );
        assert_eq!(Address::dialled("*100#").unwrap().type_of_address(), 0x81);
        assert_eq!(
            Address::dialled("+15125550100").unwrap().e164().unwrap(),
            "+15125550100"
        );
        assert_eq!(Address::dialled("5125550100").unwrap().e164(), None);
    }

    #[test]
    fn debug_shows_no_whole_number() {
        assert!(!format!("{:?}", Address::dialled("+15125550100").unwrap()).contains("5550"));
    }

    #[test]
    fn an_address_that_overruns_is_named() {
        let error = Address::read(&mut Octets::new(&[0x15, 0x91]), "TP-DA").unwrap_err();
        assert_eq!(
            error,
            PduError::new("TP-DA", 0, Problem::TooLong { most: 20, found: 21 })
        );
        let error = Address::read(&mut Octets::new(&[4, 0x91, 0x21]), "TP-DA").unwrap_err();
        assert_eq!(
            error,
            PduError::new("TP-DA", 2, Problem::Truncated { needed: 2, present: 1 })
        );
    }
}
