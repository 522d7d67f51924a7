//! Words → TPDUs, through [`crate::sms`], the way the desk needs them.

use crate::desk::wording::template::PARTS_MAX;
use crate::sms::{self, Address, ConcatReference, SubmitOptions, Tpdu, Validity};
use std::time::Duration;
use unicode_segmentation::UnicodeSegmentation;

/// How long the network tries to deliver (TP-VP, 3GPP TS 23.040 §9.2.3.12). A text about a missed call helps nobody
/// after a day.
pub(in crate::desk) const VALIDITY: Duration = Duration::from_secs(24 * 3600);

/// The SMS-SUBMIT TPDUs of a text, in order; `Err` says in words why it can't be sent.
pub(in crate::desk) fn parts(
    recipient: &str,
    text: &str,
    report: bool,
    reference: i64,
) -> Result<Vec<Vec<u8>>, String> {
    let to = Address::dialled(recipient).map_err(|e| e.to_string())?;
    let [low, ..] = reference.to_le_bytes();
    let options = SubmitOptions {
        report,
        validity: Validity::at_least(VALIDITY),
        max_parts: PARTS_MAX,
    };
    let submits = sms::submit_parts(&to, text, ConcatReference::Eight(low), options).map_err(|e| e.to_string())?;
    submits
        .iter()
        .map(|submit| submit.encode().map_err(|e| e.to_string()))
        .collect()
}

/// The same TPDU without a validity period, for a service centre that knows none; `None`: it had none, or can't be read.
pub(super) fn without_validity(tpdu: &[u8]) -> Option<Vec<u8>> {
    let Ok(Tpdu::Submit(submit)) = sms::decode_tpdu(tpdu) else {
        return None;
    };
    let had = submit.validity != Validity::None;
    let validity = Validity::None;
    had.then(|| sms::Submit { validity, ..submit }.encode().ok()).flatten()
}

/// How many parts a text takes.
pub(in crate::desk) fn count(text: &str) -> usize {
    sms::cost(text).parts
}

/// How many parts a line to the owner takes, whose punctuation is made plain when it goes out.
pub(in crate::desk) fn count_plain(line: &str) -> usize {
    count(&sms::plain_punctuation(line))
}

/// The longest beginning of `text` that fits in `most` parts with `tail` behind it. Cuts between graphemes.
pub(in crate::desk) fn longest_prefix(text: &str, tail: &str, most: usize) -> String {
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, g)| at + g.len()).collect();
    let joined = |end: usize| format!("{}{tail}", text.get(..end).unwrap_or("").trim_end());
    // Longer beginnings never take fewer parts, so the boundary can be searched by halves.
    let fitting = ends.partition_point(|end| count(&joined(*end)) <= most);
    joined(
        fitting
            .checked_sub(1)
            .and_then(|last| ends.get(last).copied())
            .unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_to_what_fits() {
        let long = "🦊 fox ".repeat(200);
        let cut = longest_prefix(&long, "... MORE 27", 3);
        assert_eq!(count(&cut), 3);
        assert!(cut.ends_with("... MORE 27"));
        assert!(count(&longest_prefix("short", "!", 1)) == 1);
    }

    #[test]
    fn a_part_loses_its_validity_period_and_nothing_else() {
        for text in ["Sorry we missed you", "Äpfel 🦊", &"long ".repeat(60)] {
            for tpdu in parts("+15551234567", text, true, 7).unwrap() {
                let without = without_validity(&tpdu).unwrap();
                let (Ok(Tpdu::Submit(before)), Ok(Tpdu::Submit(after))) =
                    (sms::decode_tpdu(&tpdu), sms::decode_tpdu(&without))
                else {
                    panic!("no SUBMIT")
                };
                let validity = Validity::None;
                assert_eq!(after, sms::Submit { validity, ..before });
                assert_eq!(without_validity(&without), None);
            }
        }
    }

    #[test]
    fn a_recipient_that_cannot_be_dialled_is_an_error_in_words() {
        assert!(parts("AMAZON", "hi", false, 1).is_err());
        assert!(parts("", "hi", false, 1).is_err());
    }
}
