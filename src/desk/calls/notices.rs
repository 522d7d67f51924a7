//! Operators' notices of missed calls: which texts they are, as data (`notices.toml`, and `[[missed_call_notice]]`).

use serde::Deserialize;

/// The shapes that come with the program.
const BUILT_IN: &str = include_str!("notices.toml");
/// Notices are short; a longer text is something else.
const MAX_CHARACTERS: usize = 500;
/// The longest pattern.
pub const MAX_PATTERN: usize = 200;
/// Short codes have at most this many digits; telephone numbers more.
const SHORT_CODE_MAX: usize = 6;
/// A telephone number has at least this many digits, and at most …
const NUMBER_MIN: usize = 6;
/// … this many (ITU-T E.164).
const NUMBER_MAX: usize = 15;

/// One shape of notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRule {
    /// The whole sender; `None`: any name or short code.
    pub sender: Option<String>,
    pattern: Vec<Piece>,
}

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternMistake {
    #[error("must have {{number}} in it once")]
    NoNumber,
    #[error("knows {{number}}, {{count}} and {{any}}, not {{{0}}}")]
    Unknown(String),
    #[error("has a brace that does not close")]
    Open,
    #[error("may have at most {MAX_PATTERN} characters")]
    TooLong,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Lower case, blanks folded.
    Literal(String),
    Number,
    Count,
    Any,
}

#[derive(Deserialize)]
struct Pack {
    #[serde(default)]
    notice: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    text: String,
}

impl NoticeRule {
    /// A rule from its two strings.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(sender: Option<&str>, text: &str) -> Result<NoticeRule, PatternMistake> {
        if text.chars().count() > MAX_PATTERN {
            return Err(PatternMistake::TooLong);
        }
        let text = folded(text);
        let mut pattern = Vec::new();
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            if open > 0 {
                pattern.push(Piece::Literal(rest[..open].to_owned()));
            }
            let close = rest[open..].find('}').ok_or(PatternMistake::Open)? + open;
            pattern.push(match &rest[open + 1..close] {
                "number" => Piece::Number,
                "count" => Piece::Count,
                "any" => Piece::Any,
                other => return Err(PatternMistake::Unknown(other.to_owned())),
            });
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            pattern.push(Piece::Literal(rest.to_owned()));
        }
        if pattern.iter().filter(|piece| **piece == Piece::Number).count() != 1 {
            return Err(PatternMistake::NoNumber);
        }
        Ok(NoticeRule {
            sender: sender.map(|sender| sender.trim().to_lowercase()),
            pattern,
        })
    }

    /// The number in `text` from `sender`, if it is such a notice.
    fn number_in(&self, sender: &str, text: &str) -> Option<String> {
        let fits = match &self.sender {
            Some(ours) => *ours == sender.to_lowercase(),
            None => is_service(sender),
        };
        if !fits {
            return None;
        }
        let mut number = None;
        fit(&self.pattern, text, &mut number).then_some(number).flatten()
    }
}

/// The shapes that come with the program. One that can't be read is left out; a test rules that out.
pub fn built_in() -> Vec<NoticeRule> {
    let pack: Pack = toml::from_str(BUILT_IN).unwrap_or(Pack { notice: Vec::new() });
    pack.notice
        .iter()
        .filter_map(|entry| NoticeRule::new(None, &entry.text).ok())
        .collect()
}

/// The number that called, if `text` from `sender` is a notice by one of the rules.
pub fn caller_in(rules: &[NoticeRule], sender: &str, text: &str) -> Option<String> {
    if text.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let text = folded(text);
    rules.iter().find_map(|rule| rule.number_in(sender, &text))
}

/// A sender that is no telephone: a name, or a short code.
fn is_service(sender: &str) -> bool {
    let digits = sender.bytes().filter(u8::is_ascii_digit).count();
    let letters = sender.chars().any(char::is_alphabetic);
    !sender.starts_with('+') && (letters || (1..=SHORT_CODE_MAX).contains(&digits))
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let blank = c.is_whitespace() || c.is_control();
        match blank {
            true if folded.ends_with(' ') => {}
            true => folded.push(' '),
            false => folded.push(c),
        }
    }
    folded.trim().to_owned()
}

/// Whether all of `text` fits, with the number found. Pieces are few and texts short: trying every place is cheap enough.
fn fit(pattern: &[Piece], text: &str, number: &mut Option<String>) -> bool {
    let Some((piece, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    match piece {
        Piece::Literal(literal) => text
            .strip_prefix(literal.as_str())
            .is_some_and(|after| fit(rest, after, number)),
        Piece::Count => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            digits > 0 && fit(rest, &text[digits..], number)
        }
        Piece::Number => telephone_numbers(text).into_iter().rev().any(|(found, after)| {
            let fits = fit(rest, after, number);
            if fits {
                *number = Some(found);
            }
            fits
        }),
        Piece::Any => match rest.first() {
            None => true,
            // Only places where the next piece may begin are tried.
            Some(Piece::Literal(next)) => text
                .match_indices(next.as_str())
                .any(|(at, _)| fit(rest, &text[at..], number)),
            Some(Piece::Number | Piece::Count | Piece::Any) => text
                .char_indices()
                .filter(|(at, c)| {
                    let inside = text[..*at].ends_with(|c: char| c.is_ascii_digit() || c == '+');
                    (c.is_ascii_digit() || *c == '+') && !inside
                })
                .any(|(at, _)| fit(rest, &text[at..], number)),
        },
    }
}

/// The numbers that `text` may start with, shortest first, and what follows each: digits with the usual signs between them. A
/// digit that touches the end of one belongs to it.
fn telephone_numbers(text: &str) -> Vec<(String, &str)> {
    let mut number = String::new();
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        match c {
            '+' if number.is_empty() => number.push(c),
            _ if c.is_ascii_digit() => {
                number.push(c);
                let digits = number.bytes().filter(u8::is_ascii_digit).count();
                if digits > NUMBER_MAX {
                    break;
                }
                if digits >= NUMBER_MIN && !after.starts_with(|next: char| next.is_ascii_digit()) {
                    found.push((number.clone(), after));
                }
            }
            ' ' | '-' | '(' | ')' | '/' if !number.is_empty() => {}
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_shape_can_be_read() {
        let pack: Pack = toml::from_str(BUILT_IN).unwrap();
        assert!(pack.notice.len() >= 15);
        for entry in &pack.notice {
            NoticeRule::new(None, &entry.text).unwrap_or_else(|e| panic!("{}: {e}", entry.text));
        }
        assert_eq!(built_in().len(), pack.notice.len());
    }

    #[test]
    fn notices_are_told_from_other_texts() {
        let rules = built_in();
        for (sender, text, want) in [
            (
                "Vodafone",
                "You have 1 missed call from +447700900123.",
                Some("+447700900123"),
            ),
            (
                "12345",
                "Missed calls: 2 missed calls\nfrom 07700 900-123 at 14:05",
                Some("07700900123"),
            ),
            (
                "O2",
                "+49 171 1234567 tried to call you at 10:15",
                Some("+491711234567"),
            ),
            (
                "3311",
                "Sie haben 1 verpassten Anruf von +491711234567 am 12.03. um 14:05",
                Some("+491711234567"),
            ),
            ("Orange", "1 appel manqué de 0612345678 à 14h05", Some("0612345678")),
            ("Movistar", "Tiene 1 llamada perdida de 612345678", Some("612345678")),
            // A person writes from a telephone, and is a caller like any other.
            ("+447700900555", "You have 1 missed call from +447700900123", None),
            ("Vodafone", "Your balance is 5.00. Missed something? Call 121", None),
            ("Vodafone", "You have 1 missed call", None),
            ("Vodafone", "", None),
        ] {
            assert_eq!(caller_in(&rules, sender, text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn a_rule_of_ones_own_names_its_sender() {
        let rule = NoticeRule::new(Some("+15550000611"), "MCN {number} ({count}){any}").unwrap();
        let rules = [rule];
        assert_eq!(
            caller_in(&rules, "+15550000611", "mcn 5551234567 (2) today").as_deref(),
            Some("5551234567")
        );
        assert_eq!(caller_in(&rules, "Other", "MCN 5551234567 (2)"), None);
        assert_eq!(
            NoticeRule::new(None, "missed {time}"),
            Err(PatternMistake::Unknown("time".to_owned()))
        );
        assert_eq!(NoticeRule::new(None, "missed"), Err(PatternMistake::NoNumber));
        assert_eq!(NoticeRule::new(None, "missed {number"), Err(PatternMistake::Open));
    }

    #[test]
    fn no_text_takes_long() {
        let rules = built_in();
        let text = "missed call from appel ".repeat(20) + &"1 ".repeat(30);
        let start = std::time::Instant::now();
        let _ = caller_in(&rules, "X", &text);
        assert!(start.elapsed() < std::time::Duration::from_millis(500));
    }
}
