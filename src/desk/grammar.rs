//! What the owner's text means: number first is a message to that customer, a known word first is a command, nothing else
//! is a command (product.md §3).

use super::commands::{self, Command};
use super::optout;
use crate::ids::Handle;

/// Handles have two or three digits (product.md §3).
pub const HANDLES: std::ops::RangeInclusive<u16> = 13..=999;

/// What the owner's text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerText {
    /// `27 On my way`: to 27.
    To {
        handle: Handle,
        text: String,
    },
    /// `27`: show the last messages, or release a held text to 27.
    Handle(Handle),
    /// `27 q2`: canned reply 2 to 27.
    Canned {
        handle: Handle,
        reply: u8,
    },
    /// `27 @8am text`: later. `when` as written.
    Later {
        handle: Handle,
        when: String,
        text: String,
    },
    /// `27 @no`: nothing that was put off for 27 happens. `27 @8am`: a time, but no text.
    LaterAlone {
        handle: Handle,
        when: String,
    },
    Command(Command),
    /// `NO`: drops the held text.
    No,
    /// One typo away from a command: ask. The text itself may be meant for somebody.
    DidYouMean {
        word: &'static str,
        text: String,
    },
    /// A command word, but not what must follow it; `usage` shows how.
    Usage {
        usage: &'static str,
    },
    /// An opt-out word: never relayed.
    OptOutWord,
    /// `Liked "…"`: never relayed.
    Reaction(Reaction),
    /// No number, no command: for whoever the conversation rules say.
    Untagged(String),
    /// Nothing in it.
    Empty,
}

/// A reaction of a phone that could not show it otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// `Liked`, `Loved`, … as written.
    pub verb: String,
    /// What was reacted to, without its quotes.
    pub to: String,
}

/// Words after a number that make it a quantity, not a tag (product.md §3).
const UNITS: &[&str] = &[
    "am", "pm", "a.m.", "p.m.", "a.m", "p.m", "oclock", "o'clock", "min", "mins", "minute", "minutes", "hr", "hrs",
    "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "sec", "secs", "second",
    "seconds", "buck", "bucks", "dollar", "dollars", "usd", "cents", "pounds", "quid", "euro", "euros", "%", "percent",
    "ft", "feet", "foot", "in", "inch", "inches", "yd", "yds", "yards", "mi", "mile", "miles", "km", "m", "cm", "mm",
    "gal", "gallon", "gallons", "gpm", "psi", "amp", "amps", "volt", "volts", "lb", "lbs", "kg", "sq", "sqft",
    "degrees", "x", "times", "th", "st", "nd", "rd", "more", "or", "to", "k",
];

/// Reads the owner's text.
#[must_use]
pub fn read(text: &str) -> OwnerText {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'));
    if text.is_empty() {
        return OwnerText::Empty;
    }
    if let Some(reaction) = reaction(text) {
        return OwnerText::Reaction(reaction);
    }
    if let Some(tagged) = tagged(text) {
        return tagged;
    }
    // A STOP of the owner is a slip or meant for the box; none is ever sent to a customer.
    if optout::is_opt_out_word(text) {
        return OwnerText::OptOutWord;
    }
    if optout::fold(text).trim() == "no" {
        return OwnerText::No;
    }
    match commands::read(text) {
        commands::Read::Command(command) => OwnerText::Command(command),
        commands::Read::Usage(usage) => OwnerText::Usage { usage },
        commands::Read::DidYouMean(word) => OwnerText::DidYouMean {
            word,
            text: text.to_owned(),
        },
        commands::Read::None => OwnerText::Untagged(text.to_owned()),
    }
}

/// A leading handle and what follows it, if it is a tag.
fn tagged(text: &str) -> Option<OwnerText> {
    let marked = text.strip_prefix(['#', '@']);
    let rest = marked.unwrap_or(text).trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(2..=3).contains(&digits) {
        return None;
    }
    let (number, after) = rest.split_at_checked(digits)?;
    let number: u16 = number
        .parse()
        .ok()
        .filter(|n| HANDLES.contains(n) && !number.starts_with('0'))?;
    let handle = Handle(number);
    let Some(next) = after.chars().next() else {
        return Some(OwnerText::Handle(handle));
    };
    let body = match next {
        ':' | '.' | '-' | ',' | ';' | ')' | '\u{2013}' | '\u{2014}' | '>' => {
            let body = after.get(next.len_utf8()..).unwrap_or("");
            // 27-28, 27.50, 9:30, 27,000: a digit follows, so it is a range, a price, a time.
            if body.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            body
        }
        c if c.is_whitespace() => after,
        // 27/7, 27th, 27%, 27", 27ft
        _ => return None,
    };
    let body = body
        .trim_start()
        .trim_start_matches([':', '-', '\u{2013}', '\u{2014}'])
        .trim();
    if body.is_empty() {
        return Some(OwnerText::Handle(handle));
    }
    if marked.is_none() && after.starts_with(char::is_whitespace) && is_quantity(body) {
        return None;
    }
    Some(addressed(handle, body))
}

/// Whether what follows a number makes it a quantity or the start of a telephone number.
fn is_quantity(body: &str) -> bool {
    let word = body.split_whitespace().next().unwrap_or("").to_lowercase();
    let word = word.trim_end_matches([',', '.', '!', '?', ';']);
    let second = body.split_whitespace().nth(1).unwrap_or("");
    let digits = |w: &str| {
        w.len() >= 2
            && w.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')'))
    };
    // "27 more …" and "27 or 31" are quantities; "27 In the van now" is too, by the rule that asks rather than guesses.
    UNITS.contains(&word)
        || word.starts_with('%')
        || matches!(word, "-" | "+" | "=" | "/")
        // 512 555 0100: digit groups of a telephone number.
        || (word.len() >= 3 && digits(word) && (second.is_empty() || digits(second)))
}

fn addressed(handle: Handle, body: &str) -> OwnerText {
    if let Some(reply) = canned(body) {
        return OwnerText::Canned { handle, reply };
    }
    if let Some((when, text)) = later(body) {
        // Later is no better than now.
        if optout::is_opt_out_word(&text) {
            return OwnerText::OptOutWord;
        }
        return match text.is_empty() {
            true => OwnerText::LaterAlone { handle, when },
            false => OwnerText::Later { handle, when, text },
        };
    }
    // "27 STOP" would opt the owner's own conversation out at the other end's carrier.
    if optout::is_opt_out_word(body) {
        return OwnerText::OptOutWord;
    }
    OwnerText::To {
        handle,
        text: body.to_owned(),
    }
}

/// `q2`, `Q 2`
fn canned(body: &str) -> Option<u8> {
    let rest = body.strip_prefix(['q', 'Q'])?.trim();
    (rest.len() == 1)
        .then(|| rest.parse().ok())
        .flatten()
        .filter(|n| *n >= 1)
}

/// `@8am text`, `@ 8:30 am text`, `@mon 8am text`, `@no`. Whatever follows an `@` is never relayed: a time that was mistyped
/// would go out at once.
fn later(body: &str) -> Option<(String, String)> {
    let rest = body.strip_prefix('@')?.trim_start();
    let mut words = rest.split_whitespace();
    let Some(first) = words.next() else {
        return Some((String::new(), String::new()));
    };
    let mut when = vec![first];
    let mut peek = words.clone();
    // A day may be followed by a time, a figure by its unit.
    while let Some(next) = peek.next() {
        let lower = next.to_lowercase();
        let last = when.last().copied().unwrap_or("");
        let after_day = last.len() >= 3 && last.chars().all(char::is_alphabetic);
        let after_figure = last.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.');
        let unit = matches!(lower.as_str(), "am" | "pm" | "a.m." | "p.m.")
            || super::when::length(&format!("1 {lower}")).is_some();
        let time =
            after_day && (next.starts_with(|c: char| c.is_ascii_digit()) || matches!(lower.as_str(), "at" | "noon"));
        if when.len() >= 4 || !(time || (after_figure && unit)) {
            break;
        }
        when.push(next);
        words = peek.clone();
    }
    Some((when.join(" "), words.collect::<Vec<_>>().join(" ")))
}

/// An iPhone's or Android's reaction sent as a text: `Liked “On my way”`, `Reacted 👍 to “…”`.
#[must_use]
pub fn reaction(text: &str) -> Option<Reaction> {
    const VERBS: &[&str] = &[
        "Liked",
        "Loved",
        "Disliked",
        "Laughed at",
        "Emphasized",
        "Emphasised",
        "Questioned",
        "Removed a like from",
        "Removed a heart from",
        "Removed a dislike from",
        "Removed a laugh from",
        "Removed an exclamation from",
        "Removed a question mark from",
    ];
    let text = text.trim();
    let open = text.find(['"', '\u{201c}', '\u{201e}', '\u{00ab}']);
    let (verb, quoted) = match open {
        Some(at) => text.split_at_checked(at)?,
        // Liked an image
        None => {
            let verb = VERBS.iter().find(|v| text.starts_with(**v))?;
            let to = text.get(verb.len()..)?.trim();
            let attachment = matches!(
                to,
                "an image" | "a photo" | "a video" | "an attachment" | "a message" | "a picture" | "a movie"
            );
            return attachment.then(|| Reaction {
                verb: (*verb).to_owned(),
                to: to.to_owned(),
            });
        }
    };
    let verb = verb.trim();
    let reacted = verb.starts_with("Reacted ") && verb.ends_with(" to");
    if !reacted && !VERBS.contains(&verb) {
        return None;
    }
    if !quoted.ends_with(['"', '\u{201d}', '\u{201c}', '\u{00bb}', '\u{2026}']) {
        return None;
    }
    let to = quoted
        .trim_matches(['"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{00ab}', '\u{00bb}'])
        .trim();
    Some(Reaction {
        verb: verb.to_owned(),
        to: to.to_owned(),
    })
}
