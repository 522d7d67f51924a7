//! Which of the numbers in an owner's text is a customer's: not a quantity, a time, a street or a telephone.

use super::{OwnerText, tagged};
use crate::desk::wording::pack::Pack;
use crate::ids::{HANDLES, Handle};

/// Digits of what follows an area code where it is written in brackets: (512) 555-0100.
const LOCAL_DIGITS: usize = 7;

/// The number that a text begins with although that makes no tag of it, if it may name a customer all the same: it touches the
/// text ("27On my way", "27/ on my way"), or stands before a word that quantities don't have alone ("27 in 10 minutes").
#[must_use]
pub fn number_first(text: &str, pack: &Pack) -> Option<Handle> {
    let rest = text.trim_start_matches(['#', '@', '(', '[']).trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(digits)?;
    let handle = HANDLES.contains(&number.parse().ok()?) && (2..=3).contains(&digits) && !number.starts_with('0');
    let handle = handle.then(|| number.parse().map(Handle).ok()).flatten()?;
    let end = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    let word = |text: &str| text.split(end).next().unwrap_or("").to_lowercase();
    let may_name = match after.chars().next()? {
        c if c.is_alphabetic() => !pack.means("units", &word(after)),
        c if c.is_whitespace() => {
            let word = word(after.trim_start());
            pack.means("units", &word) && pack.means("joints", &word)
        }
        // 27.50, 9:30, 27/7
        ':' | '.' | ',' | '-' | '/' => !after.get(1..)?.starts_with(|c: char| c.is_ascii_digit()),
        '%' | '"' | '\'' | '\u{2019}' | '\u{201d}' | '$' | '\u{20ac}' | '\u{a3}' | '\u{b0}' => false,
        _ => true,
    };
    may_name.then_some(handle)
}

/// Two numbers at the start of a text that is no tag, where the word between them makes a quantity of the first: "13 und 14 Uhr".
#[must_use]
pub fn two_numbers(text: &str, pack: &Pack) -> Option<(Handle, Handle)> {
    let first = number_first(text, pack)?;
    let after = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    second_number(after, pack).map(|(second, _)| (first, second))
}

/// `mute 16`: a word and a number are hardly for a customer, but an order that there is none of.
#[must_use]
pub fn word_and_number(text: &str) -> Option<Handle> {
    let (word, handle) = last_number(text)?;
    (word.chars().all(char::is_alphabetic) && !word.is_empty()).then_some(handle)
}

/// What stands before a number at the end of a text, and that number.
pub(super) fn last_number(text: &str) -> Option<(&str, Handle)> {
    let (before, last) = text
        .trim_end_matches(['.', '!', '?'])
        .rsplit_once(char::is_whitespace)?;
    let digits = last.trim_start_matches(['#', '@']);
    let number: u16 = digits.parse().ok()?;
    let handle = (2..=3).contains(&digits.len()) && !digits.starts_with('0') && HANDLES.contains(&number);
    handle.then(|| (before.trim(), Handle(number)))
}

/// A second number at the start of what is for the first: "13 and 14 running late". With it, whether that is all.
#[must_use]
pub fn second_number(body: &str, pack: &Pack) -> Option<(Handle, bool)> {
    let rest = body.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '&' | '+'));
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = if pack.means("and", first) { after } else { rest };
    match tagged(rest.trim_start(), pack)? {
        OwnerText::Handle(handle) => Some((handle, true)),
        OwnerText::To { handle, text } => Some((handle, second_number(&text, pack).is_some_and(|(_, alone)| alone))),
        OwnerText::Misplaced { handle, .. }
        | OwnerText::Canned { handle, .. }
        | OwnerText::Later { handle, .. }
        | OwnerText::LaterAlone { handle, .. } => Some((handle, false)),
        OwnerText::Command(_)
        | OwnerText::No
        | OwnerText::DidYouMean { .. }
        | OwnerText::Usage { .. }
        | OwnerText::Unclear { .. }
        | OwnerText::OptOutWord
        | OwnerText::Reaction(_)
        | OwnerText::Untagged(_)
        | OwnerText::Empty => None,
    }
}

/// `555-0100 is my wife's`: what follows an area code in brackets.
pub(super) fn is_local(body: &str) -> bool {
    let first = body.split_whitespace().next().unwrap_or("");
    let digits = first.bytes().filter(u8::is_ascii_digit).count();
    digits >= LOCAL_DIGITS
        && first
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | ','))
}

/// Whether what follows a number makes it a quantity or the start of a telephone number. "27 more …" and "27 or 31" are
/// quantities; "27 In the van now" is too, by the rule that asks rather than guesses.
pub(super) fn is_quantity(body: &str, pack: &Pack) -> bool {
    let word = body.split_whitespace().next().unwrap_or("").to_lowercase();
    let word = word.trim_end_matches([',', '.', '!', '?', ';']);
    (word.starts_with(char::is_alphabetic) && pack.means("units", word))
        || word.starts_with(['%', '\u{20ac}', '$', '\u{a3}', '\u{b0}'])
        || matches!(word, "-" | "+" | "=" | "/")
        || is_telephone(body)
}

/// `555 0100`: digit groups of a telephone number.
pub(super) fn is_telephone(body: &str) -> bool {
    let mut words = body.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let digits = |w: &str| {
        w.len() >= 2
            && w.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')'))
    };
    first.len() >= 3 && digits(first) && (second.is_empty() || digits(second))
}
