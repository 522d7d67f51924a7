//! What follows a command's word: handles, times, names, money, settings, numbers.

use super::{Command, NAME_CHARACTERS_MAX, NEVER, one_typo};
use crate::config::by_text::{self, KEYS};
use crate::desk::caller::reactions;
use crate::desk::hours::{DAYS, holidays};
use crate::desk::wording::pack::Pack;
use crate::ids::{HANDLES, Handle};
use crate::phone::Body;

/// Words of the longest time that may follow a command; more is a sentence.
const TIME_WORDS_MAX: usize = 5;

/// `27`, `#27`, `27:`
pub(super) fn handle(text: &str) -> Option<Handle> {
    let digits = text
        .trim_start_matches(['#', '@'])
        .trim_end_matches([':', ',', '.', '!']);
    if !(2..=3).contains(&digits.len()) || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|n| HANDLES.contains(n)).map(Handle)
}

/// A length of time or a point in time, its words in English; nothing is fine. A sentence is not.
#[expect(clippy::option_option, reason = "no time at all; none given; one given")]
fn span(rest: &str, clock: bool, pack: &Pack) -> Option<Option<String>> {
    let rest = match rest.rsplit_once(char::is_whitespace) {
        Some((before, last)) if pack.means("polite", last) => before.trim_end_matches([',', ' ']),
        Some(_) | None => rest,
    };
    if rest.is_empty() {
        return Some(None);
    }
    let english = pack.time_in_english(rest, clock);
    let first = english.split_whitespace().next().unwrap_or("");
    let words = Pack::english();
    let a_day = DAYS
        .into_iter()
        .chain([
            "today", "tonight", "tomorrow", "until", "noon", "morning", "evening", "next",
        ])
        .any(|meaning| words.means(meaning, first));
    // `AWAY Dec 24`; what begins with a figure is a time anyway.
    let mut two = english.splitn(3, char::is_whitespace);
    let a_date = matches!((two.next(), two.next()), (Some(month), Some(day)) if holidays::one(&format!("{month} {day}")).is_some());
    let time = english.split_whitespace().count() <= TIME_WORDS_MAX
        && (first.starts_with(|c: char| c.is_ascii_digit())
            || a_day
            || a_date
            || (matches!(first, "for" | "in" | "at" | "on") && english.bytes().any(|b| b.is_ascii_digit())));
    time.then_some(Some(english))
}

/// `HELP`, `HELP AWAY`. "Help is on the way" is a sentence.
pub(super) fn help(rest: &str, pack: &Pack) -> Option<Command> {
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if word.is_empty() {
        return Some(Command::Help(None));
    }
    let id = pack
        .command_of(word)
        .filter(|_| after.is_empty() || pack.means("polite", after.trim()))?;
    let known = super::ids().into_iter().find(|known| *known == id)?;
    Some(Command::Help(Some(known)))
}

pub(super) fn pause(rest: &str, pack: &Pack) -> Option<Command> {
    span(rest, false, pack).map(Command::Pause)
}

pub(super) fn away(rest: &str, pack: &Pack) -> Option<Command> {
    if pack.means("no", rest) || pack.means("off", rest) {
        return Some(Command::Resume);
    }
    let when = span(rest, true, pack)?;
    Some(Command::Away(when.map(|when| match when.split_once(' ') {
        Some((first, then)) if Pack::english().means("until", first) => then.to_owned(),
        Some(_) | None => when,
    })))
}

/// `LATER`, `LATER 27`, `LATER 27 2h`, `LATER 27 no`.
pub(super) fn later(rest: &str, pack: &Pack) -> Option<Command> {
    if rest.is_empty() {
        return Some(Command::PutOff);
    }
    let (first, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = rest.trim().trim_start_matches('@').trim();
    let when = match pack.means("no", rest) || pack.means("off", rest) {
        true => Some(Some(NEVER.to_owned())),
        false => span(rest, false, pack),
    };
    handle(first)
        .zip(when)
        .map(|(handle, when)| Command::Later { handle, when })
}

/// A name has a letter in it: "NAME 27 31" is a slip, and "27 31: ok" would be read as two customers. Pictographs would make every
/// text with the name dearer.
pub(super) fn name(handle: Handle, rest: &str, _: &Pack) -> Option<Command> {
    let name: String = rest
        .chars()
        .filter(|c| !reactions::is_emoji(*c) && *c != '\u{200d}')
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches(['"', '\u{201c}', '\u{201d}', '\u{201e}', '=', ':', ' '])
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARACTERS_MAX)
        .collect();
    let name = name.trim().to_owned();
    name.chars()
        .any(char::is_alphabetic)
        .then_some(Command::Name { handle, name })
}

/// `WON 27`, `WON 27 850`, `WON 27 $1,250.00`, `WON 27 1.250 €`.
pub(super) fn won(handle: Handle, rest: &str, _: &Pack) -> Option<Command> {
    if rest.is_empty() {
        return Some(Command::Won { handle, amount: None });
    }
    let money = |c: char| matches!(c, '$' | '£' | '€' | ' ');
    let figure = rest.trim_matches(money);
    // A currency's name may follow; anything else is a sentence.
    let (figure, unit) = figure
        .find(|c: char| c.is_alphabetic() || c.is_whitespace())
        .map_or((figure, ""), |at| figure.split_at(at));
    let currency = [
        "", "usd", "eur", "gbp", "dollars", "dollar", "bucks", "euro", "euros", "pesos",
    ];
    let unit = unit.trim_matches(money).to_lowercase();
    if !currency.contains(&unit.as_str()) {
        return None;
    }
    let whole = match figure.trim_matches(money).rsplit_once(['.', ',']) {
        // 1250.00 and 1.250,00: one or two digits are cents, three are thousands.
        Some((whole, cents)) if cents.len() < 3 => whole,
        Some(_) | None => figure,
    };
    let digits: String = whole.chars().filter(|c| !matches!(c, ',' | '.' | '\'')).collect();
    let digits = digits.trim_matches(money);
    digits.parse().ok().map(|amount| Command::Won {
        handle,
        amount: Some(amount),
    })
}

/// `SET`, `SET delay`, `SET delay 5s`. "Set up for 3pm" is a sentence: what follows must be a key, or nearly one.
pub(super) fn set(rest: &str, _: &Pack) -> Option<Command> {
    if rest.is_empty() {
        return Some(Command::SetList);
    }
    let (key, value) = rest
        .split_once(|c: char| c.is_whitespace() || c == '=')
        .unwrap_or((rest, ""));
    let key = key.trim_end_matches(['=', ':', '.', '?']).to_lowercase();
    let value = value.trim().trim_start_matches(['=', ':']).trim();
    // "SET quiet hours 10pm-6am", "SET missed calls off": a key of two words.
    let (second, after) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    let both = format!("{key}_{}", second.trim_end_matches(['=', ':', '.', '?']));
    let (key, value) = match by_text::find(&both) {
        Some(known) => (
            known.name.to_owned(),
            after.trim().trim_start_matches(['=', ':']).trim(),
        ),
        None => (key, value),
    };
    let known = match by_text::find(&key) {
        Some(known) => known.name.to_owned(),
        None if key == "pin" || key.contains('_') => key,
        // One letter off a key, and nothing like a sentence.
        None if KEYS.iter().any(|known| one_typo(&key, known.name)) && value.split_whitespace().count() <= 2 => key,
        None => return None,
    };
    Some(match value {
        "" => Command::SetShow(known),
        value => Command::Set {
            key: known,
            value: Body(value.to_owned()),
        },
    })
}

pub(super) fn owner(rest: &str, pack: &Pack) -> Option<Command> {
    team(rest, pack, Command::OwnerAdd, Command::OwnerRemove)
}

pub(super) fn crew(rest: &str, pack: &Pack) -> Option<Command> {
    team(rest, pack, Command::CrewAdd, Command::CrewRemove)
}

/// `ADD +1…`, `REMOVE +1…`.
fn team(rest: &str, pack: &Pack, add: fn(Body) -> Command, remove: fn(Body) -> Command) -> Option<Command> {
    /// Fewer digits are no telephone number.
    const DIGITS_MIN: usize = 7;
    let (verb, number) = rest.split_once(char::is_whitespace)?;
    let number = number.trim();
    if number.bytes().filter(u8::is_ascii_digit).count() < DIGITS_MIN {
        return None;
    }
    let number = Body(number.to_owned());
    if pack.means("add", verb) {
        Some(add(number))
    } else if pack.means("remove", verb) {
        Some(remove(number))
    } else {
        None
    }
}
