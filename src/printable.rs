//! What strangers wrote, made safe to show: on a terminal, in JSON, on the owner's phone.
//!
//! A text may hold an escape sequence that rewrites the screen, a mark that turns the direction of reading (so that a number
//! or a name reads backwards), or a line break that forges a line of ours. Emoji, accents and other scripts go through.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could move a cursor or start an escape sequence (C0, DEL, C1), break a line, turn the direction of
/// reading (Unicode Standard Annex 9) or hide an annotation.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || turns_reading(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Marks, embeddings, overrides and isolates of direction.
fn turns_reading(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// For a column on a terminal: control characters and line breaks as blanks, marks of direction left out.
#[must_use]
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .filter(|&c| !turns_reading(c) && c != '\u{feff}')
            .map(|c| if is_unsafe(c) { ' ' } else { c })
            .collect(),
    )
}

/// For the owner's phone: line breaks as ` / `, so that nobody forges a second line of ours; the rest as [`on_one_line`].
#[must_use]
pub fn for_phone(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text
        .split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(on_one_line)
        .collect();
    Cow::Owned(lines.join(" / "))
}

/// JSON that was already written, with what a terminal might obey escaped as `\uXXXX`: the same values, safe to print.
/// Line ends between values stay.
#[must_use]
pub fn in_json(json: &str) -> Cow<'_, str> {
    let obeyed = |c: char| is_unsafe(c) && c != '\n';
    if !json.chars().any(obeyed) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if obeyed(c) {
            // Everything unsafe is in the basic plane; writing to a String can't fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_s_own_writing_goes_through() {
        for text in ["Größe 5 €", "👩‍👩‍👧 ok", "שלום", "مرحبا", "Ж ा 中"] {
            assert_eq!((on_one_line(text), for_phone(text)), (text.into(), text.into()));
        }
    }

    #[test]
    fn escape_sequences_and_turned_reading_are_taken_out() {
        assert_eq!(on_one_line("a\u{1b}[2Jb\u{9b}31mc\u{7f}"), "a [2Jb 31mc ");
        assert_eq!(on_one_line("call \u{202e}0010555\u{202c} now"), "call 0010555 now");
        assert_eq!(for_phone("ok\r\n27 Dave: come at 3\n\n"), "ok / 27 Dave: come at 3");
        assert_eq!(for_phone("\u{2028}x\u{2029}\u{feff}y"), "x / y");
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "text": "a\u{9b}2J\u{202e}\u{7f}\n\u{1f600}" });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let safe = in_json(&json);
        assert!(safe.contains("\\u009b2J\\u202e\\u007f\\n\u{1f600}"), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
