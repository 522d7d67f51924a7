//! What a language understands: words by meaning, the words of commands, and times, which are handed on in English.

use super::Pack;
use crate::desk::wording::fold::fold;

/// A command in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Words that start it, folded; the English one is among them.
    pub words: Vec<String>,
    /// How it is used: `PAUSE 2h`. The first word of it is the command's name in this language.
    pub usage: String,
    /// What it does, for people.
    pub does: String,
}

/// Words of times, by meaning, and how the readers of times (which are English) know them.
const TIME_WORDS: [(&str, &str); 26] = [
    ("monday", "monday"),
    ("tuesday", "tuesday"),
    ("wednesday", "wednesday"),
    ("thursday", "thursday"),
    ("friday", "friday"),
    ("saturday", "saturday"),
    ("sunday", "sunday"),
    ("today", "today"),
    ("tonight", "tonight"),
    ("tomorrow", "tomorrow"),
    ("until", "until"),
    ("for", "for"),
    ("in", "in"),
    ("at", "at"),
    ("on", "on"),
    ("next", "next"),
    ("noon", "noon"),
    ("morning", "morning"),
    ("evening", "evening"),
    ("am", "am"),
    ("pm", "pm"),
    ("oclock", ""),
    ("minute", "min"),
    ("hour", "h"),
    ("day", "days"),
    ("week", "weeks"),
];
/// Words of the longest expression of time.
const TIME_WORDS_MAX: usize = 6;
/// Words of the longest single word of time: `a las`, `por la mañana`.
const PHRASE_WORDS_MAX: usize = 3;

/// What a piece of a time expression is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Day,
    /// `at`, `in`, `until`: nothing without what follows.
    Before,
    /// `noon`, `morning`.
    Part,
    /// `am`, `Uhr`, `hours`: nothing without a figure before it.
    After,
    Figure,
    /// `8am`, `2h`.
    FigureAndUnit,
}

impl Pack {
    /// Whether `text` is one of the words of that meaning, case and accents aside.
    #[must_use]
    pub fn means(&self, meaning: &str, text: &str) -> bool {
        let words = self.words(meaning);
        let lower = text.to_lowercase();
        let folded = fold(text);
        let folded = folded.trim();
        words
            .iter()
            .any(|word| *word == lower || (!folded.is_empty() && word == folded))
    }

    /// How a command is said in this language.
    #[must_use]
    pub fn command(&self, id: &str) -> Option<&Phrase> {
        self.commands.get(id)
    }

    /// A command's name in this language: `PAUSA`.
    #[must_use]
    pub fn command_word(&self, id: &str) -> String {
        let usage = self.command(id).map_or(id, |phrase| phrase.usage.as_str());
        usage.split_whitespace().next().unwrap_or(id).to_owned()
    }

    /// How a text that is no command is written: `27 q2`.
    #[must_use]
    pub fn form(&self, id: &str) -> String {
        self.forms
            .get(id)
            .map_or_else(String::new, |phrase| phrase.usage.clone())
    }

    /// The id of the command that `word` starts.
    #[must_use]
    pub fn command_of(&self, word: &str) -> Option<&str> {
        let folded = fold(word);
        let folded = folded.trim();
        let found = self
            .commands
            .iter()
            .find(|(_, phrase)| phrase.words.iter().any(|known| known == folded));
        found.map(|(id, _)| id.as_str())
    }

    /// Every word that starts a command, folded, with the command's id.
    pub fn command_words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.commands
            .iter()
            .flat_map(|(id, phrase)| phrase.words.iter().map(move |word| (id.as_str(), word.as_str())))
    }

    /// What to text, for people: how it is written, and what it does. Texts first, then commands in the given order.
    pub fn table<'a>(&'a self, order: &'a [&'a str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        const FORMS: [&str; 6] = ["tag", "pick", "untagged", "refuse", "quick", "scheduled"];
        let forms = FORMS.iter().filter_map(|id| self.forms.get(*id));
        let commands = order.iter().filter_map(|id| self.commands.get(*id));
        forms
            .chain(commands)
            .map(|phrase| (phrase.usage.as_str(), phrase.does.as_str()))
    }

    /// A time at the start of `text`, its words in English, and what follows it. `None`: there is no time.
    #[must_use]
    pub fn leading_time<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let (words, rest) = self.time_words(text, true);
        (!words.is_empty()).then(|| (words.join(" "), rest))
    }

    /// A text that should be a time (`hasta lunes 8:00`, `2 Std`), its words in English; others are left as they stand.
    /// A point in time, not a length, where `clock`: in French `8h` is eight o'clock then.
    #[must_use]
    pub fn time_in_english(&self, text: &str, clock: bool) -> String {
        let (mut words, rest) = self.time_words(text, clock);
        words.extend(rest.split_whitespace().map(str::to_owned));
        words.join(" ")
    }

    /// The words of the time that `text` begins with, and the rest of it.
    fn time_words<'t>(&self, text: &'t str, clock: bool) -> (Vec<String>, &'t str) {
        let mut said: Vec<String> = Vec::new();
        let mut rest = text.trim_start();
        // Words like "at" count only if a time follows them.
        let (mut sure, mut sure_rest) = (0, rest);
        let (mut day, mut time, mut figure) = (false, false, false);
        for _ in 0..TIME_WORDS_MAX {
            let Some((kind, english, after)) = self.time_word(rest, clock, figure) else {
                break;
            };
            let fits = match kind {
                Kind::Day => !day && !time,
                Kind::Before => !time,
                Kind::Part | Kind::Figure | Kind::FigureAndUnit => !time,
                Kind::After => figure,
            };
            if !fits {
                break;
            }
            day |= kind == Kind::Day;
            time |= matches!(kind, Kind::Part | Kind::Figure | Kind::FigureAndUnit);
            figure = kind == Kind::Figure;
            if !english.is_empty() {
                said.push(english);
            }
            rest = after;
            if kind != Kind::Before {
                (sure, sure_rest) = (said.len(), rest);
            }
        }
        said.truncate(sure);
        (said, sure_rest)
    }

    /// One word of a time (it may be several: `a las`) at the start of `text`, in English, and what follows.
    fn time_word<'t>(&self, text: &'t str, clock: bool, after_figure: bool) -> Option<(Kind, String, &'t str)> {
        for count in (1..=PHRASE_WORDS_MAX).rev() {
            let Some((phrase, rest)) = first_words(text, count) else {
                continue;
            };
            let phrase = phrase.trim_end_matches([',', ';', ':']);
            let found = TIME_WORDS.iter().filter(|(meaning, _)| self.means(meaning, phrase));
            // German "am" is "on", but after a figure it is half the day.
            let found = found.max_by_key(|(meaning, _)| (kind_of(meaning) == Kind::After) == after_figure);
            if let Some((meaning, english)) = found {
                return Some((kind_of(meaning), in_english(meaning, phrase, english), rest));
            }
        }
        let (word, rest) = first_words(text, 1)?;
        let (kind, english) = self.figure(word.trim_end_matches([',', ';', ':']), clock)?;
        Some((kind, english, rest))
    }

    /// `8`, `8:30`, `17.00`, `8am`, `2std`, `8h30`.
    fn figure(&self, word: &str, clock: bool) -> Option<(Kind, String)> {
        let end = word
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
            .unwrap_or(word.len());
        let (figure, unit) = word.split_at_checked(end)?;
        if !figure.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if unit.is_empty() {
            return Some((Kind::Figure, figure.trim_end_matches(['.', ':']).to_owned()));
        }
        if let Some(minutes) = unit.strip_prefix(['h', 'H'])
            && minutes.bytes().all(|b| b.is_ascii_digit())
        {
            let oclock = clock && self.time("clock", &[]) == "24h";
            return Some(match (oclock, minutes) {
                (true, "") => (Kind::FigureAndUnit, format!("{figure}:00")),
                (true, minutes) => (Kind::FigureAndUnit, format!("{figure}:{minutes}")),
                (false, minutes) => (Kind::FigureAndUnit, format!("{figure}h{minutes}")),
            });
        }
        let meaning = TIME_WORDS
            .iter()
            .find(|(meaning, _)| kind_of(meaning) == Kind::After && self.means(meaning, unit));
        let (meaning, english) = meaning?;
        let unit = in_english(meaning, unit, english);
        Some((Kind::FigureAndUnit, format!("{figure}{unit}")))
    }
}

/// A word as it stands if it is English, else the English for it.
fn in_english(meaning: &str, said: &str, english: &str) -> String {
    let kept = meaning != "oclock" && Pack::english().means(meaning, said);
    if kept { said } else { english }.to_owned()
}

fn kind_of(meaning: &str) -> Kind {
    match meaning {
        "until" | "for" | "in" | "at" | "on" | "next" => Kind::Before,
        "noon" | "morning" | "evening" => Kind::Part,
        "am" | "pm" | "oclock" | "minute" | "hour" | "day" | "week" => Kind::After,
        _ => Kind::Day,
    }
}

/// The first `count` words of `text` as they stand, and the rest without the blanks between.
fn first_words(text: &str, count: usize) -> Option<(&str, &str)> {
    let mut end = 0;
    for _ in 0..count {
        let from = end + text.get(end..)?.find(|c: char| !c.is_whitespace())?;
        let word = text.get(from..)?;
        end = from + word.find(char::is_whitespace).unwrap_or(word.len());
    }
    let (words, rest) = text.split_at_checked(end)?;
    (!words.is_empty()).then_some((words.trim_start(), rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_handed_on_in_english() {
        for (code, said, english) in [
            ("en", "Mon 8am", "Mon 8am"),
            ("en", "until Mon 8:30 am", "until Mon 8:30 am"),
            ("en", "2h", "2h"),
            ("en", "for 30 min", "for 30 min"),
            ("en", "two hours", "two hours"),
            ("es", "hasta el lunes a las 8:00", "until monday at 8:00"),
            ("es", "mañana por la mañana", "tomorrow morning"),
            ("es", "mañana a las 3 de la tarde", "tomorrow at 3 pm"),
            ("es", "2 horas", "2 h"),
            ("fr", "jusqu'à lundi 8h30", "until monday 8:30"),
            ("fr", "demain midi", "tomorrow noon"),
            ("fr", "3 jours", "3 days"),
            ("de", "bis Mo 8 Uhr", "until monday 8"),
            ("de", "bis zum Montag um 8 Uhr", "until monday at 8"),
            ("de", "am Montag", "on monday"),
            ("de", "8 am", "8 am"),
            ("de", "2std", "2h"),
            ("de", "heute Abend", "tonight"),
        ] {
            let pack = Pack::built_in(code).unwrap();
            assert_eq!(pack.time_in_english(said, true), english, "{code} {said}");
        }
        let french = Pack::built_in("fr").unwrap();
        assert_eq!(french.time_in_english("2h", false), "2h");
        assert_eq!(french.time_in_english("1h30", false), "1h30");
    }

    #[test]
    fn a_time_ends_where_the_text_begins() {
        for (code, said, time, text) in [
            ("en", "8am See you", "8am", "See you"),
            ("en", "8:30 am See you", "8:30 am", "See you"),
            ("en", "mon 8am, See you", "mon 8am", "See you"),
            ("en", "tomorrow at 8 We will come", "tomorrow at 8", "We will come"),
            ("en", "tomorrow at the shop", "tomorrow", "at the shop"),
            ("en", "8am 2 of us", "8am", "2 of us"),
            ("en", "8am tomorrow never knows", "8am", "tomorrow never knows"),
            ("en", "2h are you there", "2h", "are you there"),
            ("en", "30 min ping\nme", "30 min", "ping\nme"),
            ("es", "mañana a las 8:00 Voy", "tomorrow at 8:00", "Voy"),
            ("de", "morgen 8 Uhr Bin da", "tomorrow 8", "Bin da"),
            ("fr", "demain 8h J'arrive", "tomorrow 8:00", "J'arrive"),
        ] {
            let pack = Pack::built_in(code).unwrap();
            let found = pack.leading_time(said).map(|(time, text)| (time, text.to_owned()));
            assert_eq!(found, Some((time.to_owned(), text.to_owned())), "{code} {said}");
        }
        assert_eq!(Pack::english().leading_time("whenever you like"), None);
        assert_eq!(Pack::english().leading_time("at the shop"), None);
    }
}
