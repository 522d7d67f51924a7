//! Telephone numbers: what the network said → E.164, or the reason why not.
//!
//! Read 3GPP TS 24.008 §10.5.4.7 (type of number) first. A number redacts itself in `Debug` and `Display`; only
//! [`PhoneNumber::e164`] gives it plainly.

mod country;
mod interpret;
mod plan;

pub use country::Country;
pub use interpret::{NumberProblem, interpret};
pub use plan::NumberClass;

use serde::{Deserialize, Serialize};
use std::fmt;

/// Most digits in an E.164 number (ITU-T E.164 §6.2.1).
pub const E164_DIGITS_MAX: usize = 15;

/// A number in E.164 form: `+`, country code, national significant number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// From a number already in E.164 form, with its `+` and without separators.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn from_e164(text: &str) -> Result<PhoneNumber, NumberProblem> {
        interpret::international(text.strip_prefix('+').ok_or(NumberProblem::NotPossible)?)
    }

    /// As people write it, with its `+` and whatever separates the digits: `+1 (555) 123-4567`.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn written(text: &str) -> Result<PhoneNumber, NumberProblem> {
        PhoneNumber::from_e164(&interpret::bare(text))
    }

    /// `+15551234567`, for sending, storing, and showing to the owner. Never for logs.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Country calling code and national significant number.
    fn parts(&self) -> (u16, &str) {
        let digits = self.0.get(1..).unwrap_or("");
        let length = interpret::calling_code_length(digits);
        let (code, national) = digits.split_at_checked(length).unwrap_or((digits, ""));
        (code.parse().unwrap_or(0), national)
    }
}

/// What kind of subscriber the number reaches, as far as the number plan tells.
#[must_use]
pub fn class(number: &PhoneNumber) -> NumberClass {
    let (code, national) = number.parts();
    plan::class(code, national)
}

/// Which country the number belongs to. `None`: shared between countries (toll-free, satellite) or unknown.
#[must_use]
pub fn country(number: &PhoneNumber) -> Option<Country> {
    let (code, national) = number.parts();
    plan::country(code, national)
}

/// Touches the tables, so that the first caller does not wait for their pages.
pub fn warm() {
    if let Ok(number) = PhoneNumber::from_e164("+447911123456") {
        std::hint::black_box((class(&number), country(&number)));
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> String {
        number.0
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NumberProblem;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        PhoneNumber::from_e164(&text)
    }
}

/// Redacted: `+1555•••4567`.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Always ASCII. Short numbers show fewer digits, so that at least three are hidden.
        let n = self.0.len();
        let tail = if n >= 12 { 4 } else { 2 };
        let head = n.saturating_sub(tail + 3).min(5);
        let (head, tail) = (
            self.0.get(..head).unwrap_or(""),
            self.0.get(n.saturating_sub(tail)..).unwrap_or(""),
        );
        write!(f, "{head}•••{tail}")
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text of a message. Its `Debug` and `Display` say only how long it is.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(pub String);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.0.chars().count())
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_never_shows_itself_whole() {
        let number = PhoneNumber::from_e164("+15551234567").unwrap();
        assert_eq!(format!("{number} {number:?}"), "+1555•••4567 +1555•••4567");
        assert_eq!(number.e164(), "+15551234567");
        let short = PhoneNumber::from_e164("+29812345").map(|n| n.to_string());
        assert!(short.is_err() || !short.unwrap().contains("12345"));
        assert_eq!(format!("{:?}", Body("Help me".into())), "[7 characters]");
    }

    #[test]
    fn a_number_is_stored_plain_and_read_back() {
        let number = PhoneNumber::from_e164("+15551234567").unwrap();
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(json, "\"+15551234567\"");
        assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
        assert!(serde_json::from_str::<PhoneNumber>("\"5551234567\"").is_err());
    }
}
