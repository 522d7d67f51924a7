//! Other digits for a number, and no words: what every masked line and PDU is made of.

/// Digits at the end of a number that identify a person.
const MASKED_DIGITS: usize = 6;
/// A run of so many digits is taken for a number.
const NUMBER_DIGITS_MIN: usize = 7;

/// Makes of a number another one, the same for the same number.
#[derive(Debug, Clone)]
pub struct Mask {
    key: u64,
}

impl Mask {
    pub(super) fn new(key: u64) -> Self {
        Mask { key }
    }

    /// A number as digits, with or without `+`.
    #[must_use]
    pub fn number(&self, digits: &str) -> String {
        let plain = digits.trim_start_matches('+');
        let count = plain.chars().count();
        // A short code is nobody's; of what is hardly longer, the beginning stays.
        let masked = MASKED_DIGITS.min(count.saturating_sub(2));
        if count < NUMBER_DIGITS_MIN || !plain.bytes().all(|octet| octet.is_ascii_digit()) {
            return digits.to_owned();
        }
        let (kept, tail) = digits.split_at(digits.len() - masked);
        let other = self.mixed(tail) % 10_u64.pow(u32::try_from(masked).unwrap_or(1));
        format!("{kept}{other:0masked$}")
    }

    /// FNV-1a over the key and the digits, stirred: the same digits give the same others.
    fn mixed(&self, digits: &str) -> u64 {
        let mut hash = self.key ^ 0xcbf2_9ce4_8422_2325;
        for octet in digits.bytes() {
            hash = (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 33) ^ self.key.rotate_left(17)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^ (hash >> 33)
    }
}

/// Letters as `x`, their case kept.
pub(super) fn words(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_country_and_length_and_stays_one_person() {
        let mask = Mask::new(7);
        let masked = mask.number("+15125551234");
        assert_eq!((masked.len(), &masked[..6]), (12, "+15125"));
        assert_ne!(masked, "+15125551234");
        assert_eq!(mask.number("5125551234")[4..], masked[6..]);
        assert_ne!(mask.number("+15125551235")[6..], masked[6..]);
        assert_ne!(Mask::new(8).number("+15125551234"), masked);
        assert_eq!(mask.number("72975"), "72975");
    }
}
