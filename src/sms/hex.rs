//! PDUs travel as hexadecimal text on AT lines (3GPP TS 27.005 §3.1 `<pdu>`).

use super::{PduError, Problem};
use std::fmt::Write as _;

/// Octets from hexadecimal text. Either case; ASCII white space anywhere is skipped, as people paste it.
///
/// # Errors
/// [`Problem::NotHex`] or [`Problem::OddDigits`], field `hex`, with the octet where it is.
pub fn decode(text: &str) -> Result<Vec<u8>, PduError> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut high: Option<u8> = None;
    for c in text.chars().filter(|c| !c.is_ascii_whitespace()) {
        let digit = c
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
            .ok_or_else(|| PduError::new("hex", octets.len(), Problem::NotHex(c)))?;
        high = match high {
            None => Some(digit),
            Some(h) => {
                octets.push(h << 4 | digit);
                None
            }
        };
    }
    match high {
        None => Ok(octets),
        Some(_) => Err(PduError::new("hex", octets.len(), Problem::OddDigits)),
    }
}

/// Upper-case hexadecimal text, two digits an octet.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    octets
        .iter()
        .fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{octet:02X}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_and_pasted_blanks_are_read() {
        assert_eq!(decode(" 07 91aB\r\n"), Ok(vec![0x07, 0x91, 0xAB]));
        assert_eq!(encode(&[0x07, 0x91, 0xAB]), "0791AB");
    }

    #[test]
    fn a_bad_digit_is_named_with_its_octet() {
        let error = decode("0791G0").unwrap_err();
        assert_eq!(error.to_string(), "hex at octet 2: 'G' is not a hexadecimal digit");
        assert_eq!(decode("07é").unwrap_err().problem, Problem::NotHex('é'));
    }

    #[test]
    fn half_an_octet_is_an_error() {
        assert_eq!(decode("079").unwrap_err(), PduError::new("hex", 1, Problem::OddDigits));
    }
}
