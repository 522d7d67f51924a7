//! Numbers of the simulated world.

/// A number as it is dialled: digits, with a leading `+` if international. Alphanumeric senders are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// Keeps digits, `+`, `*`, `#` when there is a digit in it; otherwise the text itself (an alphanumeric sender).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.chars().any(char::is_alphabetic) {
            return Number(text.to_owned());
        }
        let kept = text
            .chars()
            .enumerate()
            .filter(|(i, c)| c.is_ascii_digit() || matches!(c, '*' | '#') || (*c == '+' && *i == 0));
        Number(kept.map(|(_, c)| c).collect())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with `+` in front, if it has none.
    #[must_use]
    pub fn international(self) -> Self {
        if self.0.starts_with('+') {
            self
        } else {
            Number(format!("+{}", self.0))
        }
    }

    /// Type of address, 3GPP TS 24.008 §10.5.4.7: 145 international, 129 unknown.
    #[must_use]
    pub fn type_of_address(&self) -> u8 {
        if self.0.starts_with('+') { 145 } else { 129 }
    }
}

impl From<&str> for Number {
    fn from(text: &str) -> Self {
        Number::new(text)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
