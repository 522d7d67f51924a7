//! Language packs: every text the box says and every word it understands, as data.
//!
//! English (`en.toml`) is the list of what there is: the others, and a user's own file, have its keys with its blanks. To
//! add a text, write one line in each `*.toml` here and call [`Pack::line`]; a test names the language that lacks it, the
//! blank nobody fills, and the key nobody uses.

mod read;
mod vocabulary;

pub use vocabulary::Phrase;

use super::template::plain;
use crate::mistakes::Mistake;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The languages that come with the program: their code and their file.
pub const BUILT_IN: [(&str, &str); 4] = [
    ("en", include_str!("en.toml")),
    ("es", include_str!("es.toml")),
    ("fr", include_str!("fr.toml")),
    ("de", include_str!("de.toml")),
];
/// Largest file of a user's own language, in bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Reasons stand in reasons; no deeper than this.
const REASON_DEPTH: u8 = 2;
/// The blank of a reason that holds another one.
const REASON_WITHIN: &str = "why";

/// What fills the blanks of a text: each blank's name and its value.
pub type Values<'a> = &'a [(&'a str, &'a dyn Display)];

/// One language, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Pack {
    /// ISO 639-1, or what the user calls it.
    pub code: String,
    /// In its own language.
    pub name: String,
    callers: BTreeMap<String, Line>,
    texts: BTreeMap<String, Line>,
    reasons: BTreeMap<String, Line>,
    times: BTreeMap<String, Line>,
    /// What is printed, not texted: in whatever letters it is written.
    label: BTreeMap<String, String>,
    words: BTreeMap<String, Vec<String>>,
    commands: BTreeMap<String, Phrase>,
    forms: BTreeMap<String, Phrase>,
}

/// A text with blanks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Line(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Blank(String),
    /// `{count:job|jobs}`: the first for a number that takes the singular, else the second; a value's number is what it starts
    /// with, so that Spanish can say "a la 1:05".
    ByNumber {
        name: String,
        one: String,
        other: String,
    },
}

impl std::fmt::Debug for Pack {
    /// Its name only: the rest would fill screens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pack").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Pack {
    /// English: the default.
    #[must_use]
    pub fn english() -> Arc<Pack> {
        static ENGLISH: OnceLock<Arc<Pack>> = OnceLock::new();
        Arc::clone(ENGLISH.get_or_init(|| Arc::new(read::english(BUILT_IN[0].1))))
    }

    /// The languages that come with the program, English first.
    #[must_use]
    pub fn all() -> &'static [Arc<Pack>] {
        static ALL: OnceLock<Vec<Arc<Pack>>> = OnceLock::new();
        ALL.get_or_init(|| {
            // Nothing is wrong with the files in here: a test says so.
            let others = BUILT_IN.iter().skip(1).filter_map(|(_, text)| Pack::parse(text).ok());
            let others = others.map(|(pack, _)| Arc::new(pack));
            std::iter::once(Pack::english()).chain(others).collect()
        })
    }

    /// A language that comes with the program.
    #[must_use]
    pub fn built_in(code: &str) -> Option<Arc<Pack>> {
        Pack::all().iter().find(|pack| pack.code == code).map(Arc::clone)
    }

    /// Reads a language's file. What is missing is said in English, with a warning each.
    ///
    /// # Errors
    /// Everything that is wrong: unknown blanks, braces that don't close, no TOML at all.
    pub fn parse(text: &str) -> Result<(Pack, Vec<Mistake>), Vec<Mistake>> {
        read::pack(text, &Pack::english())
    }

    /// A text to the owner or crew, its blanks filled. A key there is none of gives itself, which a test rules out.
    #[must_use]
    pub fn line(&self, key: &str, values: Values<'_>) -> String {
        self.fill(&self.texts, key, values)
    }

    /// A text to a caller as a template, its blanks still open.
    #[must_use]
    pub fn caller(&self, key: &str) -> String {
        self.callers.get(key).map_or_else(|| key.to_owned(), Line::source)
    }

    /// A word or two about time.
    #[must_use]
    pub fn time(&self, key: &str, values: Values<'_>) -> String {
        self.fill(&self.times, key, values)
    }

    /// A line of the printed card.
    #[must_use]
    pub fn printed(&self, key: &str) -> &str {
        debug_assert!(self.label.contains_key(key), "nothing printed {key}");
        self.label.get(key).map_or("", String::as_str)
    }

    /// Everything that is printed: key and words.
    pub fn prints(&self) -> impl Iterator<Item = (&str, &str)> {
        self.label.iter().map(|(key, words)| (key.as_str(), words.as_str()))
    }

    /// A reason as recorded, which is English, in this language; as it stands if it is none that this language knows.
    #[must_use]
    pub fn reason(&self, recorded: &str) -> String {
        self.reason_within(recorded, REASON_DEPTH)
    }

    fn reason_within(&self, recorded: &str, depth: u8) -> String {
        let english = Pack::english();
        let found = english
            .reasons
            .iter()
            .find_map(|(key, line)| Some((key, line.capture(recorded)?)));
        let Some((key, captured)) = found else {
            return recorded.to_owned();
        };
        let inner: Vec<(&str, String)> = (captured.into_iter())
            .map(|(name, value)| match (name, depth) {
                (REASON_WITHIN, 1..) => (name, self.reason_within(value, depth - 1)),
                (_, _) => (name, value.to_owned()),
            })
            .collect();
        let values: Vec<(&str, &dyn Display)> = inner.iter().map(|(name, value)| (*name, value as _)).collect();
        self.fill(&self.reasons, key, &values)
    }

    /// The words of one meaning, in lower case, both as written and folded; the English ones are among them.
    #[must_use]
    pub fn words(&self, meaning: &str) -> &[String] {
        debug_assert!(self.words.contains_key(meaning), "no words {meaning}");
        self.words.get(meaning).map_or(&[], Vec::as_slice)
    }

    /// Whether people tell the time by twelve hours.
    #[must_use]
    pub fn by_twelve_hours(&self) -> bool {
        !matches!(self.time("clock", &[]).as_str(), "24" | "24h")
    }

    /// A time of day: `2:02pm`, `14:02`, `14h02`. `short` leaves out `:00` where the language does.
    #[must_use]
    pub fn clock(&self, hour: u16, minute: u16, short: bool) -> String {
        let hour = hour % 24;
        match (self.time("clock", &[]).as_str(), minute) {
            ("24h", 0) => format!("{hour}h"),
            ("24h", minute) => format!("{hour}h{minute:02}"),
            ("24", minute) => format!("{hour}:{minute:02}"),
            (_, minute) => {
                let half = if hour < 12 { "am" } else { "pm" };
                let hour = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
                match (minute, short) {
                    (0, true) => format!("{hour}{half}"),
                    (minute, _) => format!("{hour}:{minute:02}{half}"),
                }
            }
        }
    }

    /// `2h`, `3 days`: how long, roughly.
    #[must_use]
    pub fn length(&self, length: Duration) -> String {
        let minutes = length.as_secs() / 60;
        match minutes {
            0 => self.time("minutes", &[("n", &"<1")]),
            1..60 => self.time("minutes", &[("n", &minutes)]),
            60..2880 => self.time("hours", &[("n", &(minutes / 60))]),
            _ => self.time("days", &[("n", &(minutes / 1440))]),
        }
    }

    fn fill(&self, lines: &BTreeMap<String, Line>, key: &str, values: Values<'_>) -> String {
        let Some(line) = lines.get(key) else {
            debug_assert!(false, "no text {key}");
            return key.to_owned();
        };
        let value = |name: &str| {
            let value = values.iter().find(|(known, _)| *known == name);
            debug_assert!(value.is_some(), "{key}: nobody fills {{{name}}}");
            // What strangers wrote fills blanks: it makes no line of its own there, and turns no reading.
            value.map_or_else(String::new, |(_, value)| {
                crate::printable::for_phone(&value.to_string()).into_owned()
            })
        };
        let pieces = line.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Blank(name) => value(name),
            Piece::ByNumber { name, one, other } => match self.is_one(&value(name)) {
                true => one.clone(),
                false => other.clone(),
            },
        });
        pieces.collect()
    }

    /// Whether the number that `value` starts with takes the singular.
    fn is_one(&self, value: &str) -> bool {
        let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
        let number = value.get(..digits).unwrap_or("");
        let singular = self.times.get("one").map(Line::source).unwrap_or_default();
        singular.split_whitespace().any(|one| one == number)
    }

    /// Each text with its section, key and source, for tests and for `textback check`.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str, String)> {
        let section = |name: &'static str, lines| (name, lines);
        [
            section("callers", &self.callers),
            section("texts", &self.texts),
            section("reasons", &self.reasons),
            section("times", &self.times),
        ]
        .into_iter()
        .flat_map(|(name, lines)| lines.iter().map(move |(key, line)| (name, key.as_str(), line.source())))
    }
}

impl Line {
    /// Reads `Missed {who} {time}`, made plain GSM-7 where that changes nothing a reader cares about.
    fn parse(text: &str) -> Result<Line, &'static str> {
        let text = plain(text);
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (name, after) = after.split_once('}').ok_or("a { is never closed")?;
            pieces.push(match name.split_once(':') {
                None => Piece::Blank(name.to_owned()),
                Some((name, forms)) => {
                    let (one, other) = forms.split_once('|').ok_or("{name:one|more} needs a |")?;
                    Piece::ByNumber {
                        name: name.to_owned(),
                        one: one.to_owned(),
                        other: other.to_owned(),
                    }
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Line(pieces))
    }

    fn blanks(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Blank(name) | Piece::ByNumber { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    fn source(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Blank(name) => format!("{{{name}}}"),
                Piece::ByNumber { name, one, other } => format!("{{{name}:{one}|{other}}}"),
            })
            .collect()
    }

    /// Whether `said` is this text, and if so what stands in its blanks: each as short as what follows it allows.
    fn capture<'a>(&'a self, said: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let mut captured = Vec::new();
        let mut rest = said;
        let mut pieces = self.0.iter().peekable();
        while let Some(piece) = pieces.next() {
            match (piece, pieces.peek()) {
                (Piece::Text(text), None) => return (text == rest).then_some(captured),
                (Piece::Text(text), Some(_)) => rest = rest.strip_prefix(text.as_str())?,
                (Piece::Blank(name), None) => captured.push((name.as_str(), std::mem::take(&mut rest))),
                (Piece::Blank(name), Some(Piece::Text(after))) => {
                    let end = match pieces.len() {
                        1 => rest.strip_suffix(after.as_str())?.len(),
                        _ => rest.find(after.as_str())?,
                    };
                    let (value, left) = rest.split_at_checked(end)?;
                    captured.push((name.as_str(), value));
                    rest = left;
                }
                (Piece::Blank(_), Some(Piece::Blank(_) | Piece::ByNumber { .. })) | (Piece::ByNumber { .. }, _) => {
                    return None;
                }
            }
        }
        rest.is_empty().then_some(captured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever stands in its blanks, a reason is found as itself, and they hold what was put there.
    #[test]
    fn a_reason_is_told_by_its_own_words() {
        let english = Pack::english();
        for (key, line) in &english.reasons {
            for filler in [
                "3",
                "1m 30s",
                "{company",
                "\"8\"",
                "it is empty",
                "M\u{fc}ller, 25 Dec",
                "3 holidays",
            ] {
                let values: Vec<(&str, &dyn Display)> = line.blanks().map(|name| (name, &filler as _)).collect();
                let said = english.fill(&english.reasons, key, &values);
                let mut found = english.reasons.iter();
                let (found, captured) = found
                    .find_map(|(key, line)| Some((key, line.capture(&said)?)))
                    .expect("a reason");
                assert_eq!(found, key, "{said}");
                let put: Vec<(&str, &str)> = line.blanks().map(|name| (name, filler)).collect();
                assert_eq!(captured, put, "{said}");
            }
        }
    }
}
