//! What is wrong with a PDU, and where.

use std::fmt;

/// A PDU that cannot be read or written, by field and octet.
///
/// Displays as `TP-UD at octet 20: needs 13 octets, 9 are there`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} at octet {octet}: {problem}")]
pub struct PduError {
    /// The field's name in 3GPP TS 23.040 (`TP-OA`), `SMSC`, or `hex` for the line itself.
    pub field: &'static str,
    /// Where, counted from 0 at the first octet of what was given to be decoded (or at the start of the field, when
    /// encoding).
    pub octet: usize,
    pub problem: Problem,
}

impl PduError {
    pub(super) fn new(field: &'static str, octet: usize, problem: Problem) -> Self {
        PduError { field, octet, problem }
    }
}

/// What kind of wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The octets end before the field does.
    Truncated { needed: usize, present: usize },
    /// A length octet says more than the standard lets the field have.
    TooLong { most: usize, found: usize },
    /// The header is longer than the user data it stands in, or its elements do not add up to its length
    /// (3GPP TS 23.040 §9.2.3.24).
    HeaderOverrun { length: usize, present: usize },
    /// A character that is no hexadecimal digit.
    NotHex(char),
    /// Half an octet is left over.
    OddDigits,
    /// TP-DCS names one alphabet and the user data is in another.
    CodingMismatch,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Truncated { needed, present } => {
                let octets = if *needed == 1 { "octet" } else { "octets" };
                write!(f, "cut short: needs {needed} {octets}, {present} there")
            }
            Problem::TooLong { most, found } => write!(f, "too long: {found}, at most {most} allowed"),
            Problem::HeaderOverrun { length, present } => {
                write!(f, "says {length} octets where {present} are there")
            }
            Problem::NotHex(c) => write!(f, "{c:?} is not a hexadecimal digit"),
            Problem::OddDigits => f.write_str("ends in half an octet"),
            Problem::CodingMismatch => f.write_str("names another alphabet than the user data is in"),
        }
    }
}
