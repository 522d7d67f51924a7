//! What a caller's text means for their consent.

use textback::desk::caller::optout::{self, Consent};
use textback::desk::wording::pack::Pack;

/// Laws: how a STOP is dressed (case, blanks, punctuation, accents' composition) does not weaken it; a whole-message opt-out
/// is known to the owner's grammar too; the same text means the same twice; nothing but letters means nothing.
pub fn consent(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let meaning = optout::consent(&text);
    assert_eq!(meaning, optout::consent(&text));
    if optout::is_opt_out_word(&text, &Pack::english()) {
        assert_eq!(
            meaning,
            Consent::Stop,
            "a whole-message opt-out is not a STOP to a caller"
        );
    }
    if meaning == Consent::Stop {
        for dressed in [
            format!("  {text}\n"),
            format!("{text}!"),
            format!("\u{201c}{text}\u{201d}"),
            text.to_ascii_uppercase(),
            text.to_ascii_lowercase(),
        ] {
            assert_eq!(optout::consent(&dressed), Consent::Stop, "{dressed:?}");
        }
    }
    if !text.chars().any(char::is_alphanumeric) {
        assert_eq!(meaning, Consent::Plain, "{text:?}");
    }
}
