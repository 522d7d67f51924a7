//! The owner's commands: one table of words, from which the HELP text is made too (product.md §3).

use crate::ids::Handle;
use crate::phone::Body;

/// What the owner asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Status,
    List,
    Help,
    /// The rest of a long text; of this customer if named.
    More(Option<Handle>),
    /// No automatic texts for a while; as written (`2h`), `None`: until RESUME.
    Pause(Option<String>),
    Resume,
    /// Away until then, as written (`Mon 8am`).
    Away(Option<String>),
    Name {
        handle: Handle,
        name: String,
    },
    Done(Handle),
    /// Remind me of 27 after this time, as written.
    Later {
        handle: Handle,
        when: Option<String>,
    },
    /// What is put off, texts and reminders.
    PutOff,
    Block(Handle),
    Unblock(Handle),
    /// Never text this one automatically.
    Friend(Handle),
    /// Erase, keep the opt-out.
    Forget(Handle),
    Why(Handle),
    Num(Handle),
    /// A job won, in whole units of money if given.
    Won {
        handle: Handle,
        amount: Option<u32>,
    },
    /// Apologise to the last recipient, and send it to this one instead.
    Oops(Option<Handle>),
    Report,
    Test,
    Undo,
    Set {
        key: String,
        value: Body,
    },
    /// The number as written.
    OwnerAdd(Body),
    OwnerRemove(Body),
}

/// What a text is as a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    Command(Command),
    /// The word stands alone as only a command would, but lacks what must follow.
    Usage(&'static str),
    DidYouMean(&'static str),
    /// No command.
    None,
}

/// What must follow a word.
#[derive(Clone, Copy)]
enum Shape {
    /// Nothing.
    Alone(fn() -> Command),
    /// A handle, or nothing.
    MaybeHandle(fn(Option<Handle>) -> Command),
    /// A handle and nothing else.
    Handle(fn(Handle) -> Command),
    /// A handle and anything, checked by the function.
    HandleAnd(fn(Handle, &str) -> Option<Command>),
    /// Anything, checked by the function.
    Rest(fn(&str) -> Option<Command>),
}

struct Word {
    word: &'static str,
    shape: Shape,
    usage: &'static str,
    /// In the HELP text.
    shown: bool,
}

const fn word(word: &'static str, usage: &'static str, shown: bool, shape: Shape) -> Word {
    Word {
        word,
        shape,
        usage,
        shown,
    }
}

/// The only place that knows the command words.
static WORDS: &[Word] = &[
    word("STATUS", "STATUS", true, Shape::Alone(|| Command::Status)),
    word("LIST", "LIST", true, Shape::Alone(|| Command::List)),
    word("HELP", "HELP", false, Shape::Alone(|| Command::Help)),
    word("MORE", "MORE 27", false, Shape::MaybeHandle(Command::More)),
    word("PAUSE", "PAUSE 2h", true, Shape::Rest(|r| span(r).map(Command::Pause))),
    word("RESUME", "RESUME", true, Shape::Alone(|| Command::Resume)),
    word(
        "AWAY",
        "AWAY until Mon 8am",
        false,
        Shape::Rest(|r| until(r).map(Command::Away)),
    ),
    word("NAME", "NAME 27 Dave", true, Shape::HandleAnd(name)),
    word("DONE", "DONE 27", true, Shape::Handle(Command::Done)),
    word("LATER", "LATER 27 2h", false, Shape::Rest(later)),
    word("BLOCK", "BLOCK 27", true, Shape::Handle(Command::Block)),
    word("UNBLOCK", "UNBLOCK 27", false, Shape::Handle(Command::Unblock)),
    word("FRIEND", "FRIEND 27", false, Shape::Handle(Command::Friend)),
    word("FORGET", "FORGET 27", false, Shape::Handle(Command::Forget)),
    word("WHY", "WHY 27", true, Shape::Handle(Command::Why)),
    word("NUM", "NUM 27", true, Shape::Handle(Command::Num)),
    word("WON", "WON 27 850", false, Shape::HandleAnd(won)),
    word("OOPS", "OOPS 31", true, Shape::MaybeHandle(Command::Oops)),
    word("REPORT", "REPORT", false, Shape::Alone(|| Command::Report)),
    word("TEST", "TEST", false, Shape::Alone(|| Command::Test)),
    word("UNDO", "UNDO", false, Shape::Alone(|| Command::Undo)),
    word("SET", "SET key value", false, Shape::Rest(set)),
    word("OWNER", "OWNER ADD +15125550100", false, Shape::Rest(owner)),
];

/// Longest name a customer can be given, in characters.
pub const NAME_CHARACTERS_MAX: usize = 30;

/// Words whose neighbours are everyday words of a text message: they are asked about only when they stand alone or with a
/// handle, which is true of all of them.
const EVERYDAY: &[&str] = &[
    "dont", "wont", "one", "none", "gone", "won't", "text", "best", "rest", "last", "lost", "late", "lit", "mist",
    "way", "same", "fame", "game", "bone", "don", "dong", "some", "come", "home", "held", "hello", "yelp", "get",
    "let", "sit", "see", "yet", "met", "bet", "pet", "wet", "seat", "own", "win", "two", "now", "not", "run", "sun",
    "gun", "fun", "man", "nun", "who", "what", "when", "hey", "any", "shy", "move", "sore", "core", "wore", "for",
    "mine", "store", "bore", "moe", "cause", "always", "black", "clock", "lock", "water", "layer", "rate", "like",
    "life", "least", "host", "state", "forgot", "paused", "names", "friends", "dave", "numb", "sum", "bum", "gum",
    "mum", "hum", "dog", "dons", "wan", "son", "dune", "dane", "dine",
];

/// Reads a text that starts with no number.
#[must_use]
pub fn read(text: &str) -> Read {
    // "#Done 27", "DONE: 27", and a signature on its own line.
    let line = text.lines().next().unwrap_or("").trim();
    let (first, rest) = match line.split_once(|c: char| c.is_whitespace() || matches!(c, ':' | ',')) {
        Some((first, rest)) => (first, rest.trim().trim_start_matches([':', '-']).trim()),
        None => (line, ""),
    };
    let bare = first.trim_matches(|c: char| !c.is_alphanumeric());
    let upper = bare.to_uppercase();
    if let Some(known) = WORDS.iter().find(|w| w.word == upper) {
        return known.read(rest);
    }
    // Only a text that has a command's form is asked about: the word alone, or with a handle.
    let form = rest.is_empty() || rest.split_whitespace().next().is_some_and(|w| handle(w).is_some());
    if !form || upper.chars().count() < 3 || EVERYDAY.contains(&bare.to_lowercase().as_str()) {
        return Read::None;
    }
    match WORDS.iter().find(|w| one_typo(&upper, w.word)) {
        Some(near) => Read::DidYouMean(near.word),
        None => Read::None,
    }
}

/// The HELP text to the owner, from the same table.
#[must_use]
pub fn help() -> String {
    let shown: Vec<&str> = WORDS.iter().filter(|w| w.shown).map(|w| w.usage).collect();
    format!("27 text = to 27. {}", shown.join(", "))
}

impl Word {
    fn read(&self, rest: &str) -> Read {
        let plain = rest.trim_end_matches(['.', '!', ',', '?']).trim();
        let command = match self.shape {
            Shape::Alone(make) => plain.is_empty().then(make),
            Shape::MaybeHandle(make) if plain.is_empty() => Some(make(None)),
            Shape::MaybeHandle(make) => handle(plain).map(|h| make(Some(h))),
            Shape::Handle(make) => handle(plain).map(make),
            Shape::HandleAnd(make) => {
                let (first, rest) = plain.split_once(char::is_whitespace).unwrap_or((plain, ""));
                handle(first).and_then(|h| make(h, rest.trim()))
            }
            Shape::Rest(make) => make(plain),
        };
        match command {
            Some(command) => Read::Command(command),
            // "Name?" alone, or with a number: a command gone wrong. "Later today works": a sentence.
            None if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit() || c == '#') => {
                Read::Usage(self.usage)
            }
            None if matches!(self.word, "OWNER" | "SET") && plain.split_whitespace().count() <= 2 => {
                Read::Usage(self.usage)
            }
            None => Read::None,
        }
    }
}

fn handle(text: &str) -> Option<Handle> {
    let digits = text
        .trim_start_matches(['#', '@'])
        .trim_end_matches([':', ',', '.', '!']);
    if !(2..=3).contains(&digits.len()) || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits
        .parse()
        .ok()
        .filter(|n| super::grammar::HANDLES.contains(n))
        .map(Handle)
}

/// A length of time or a point in time, as written; nothing is fine. A sentence is not.
fn span(rest: &str) -> Option<Option<String>> {
    if rest.is_empty() {
        return Some(None);
    }
    let time = rest.split_whitespace().count() <= 4
        && (rest.starts_with(|c: char| c.is_ascii_digit())
            || starts_with_day(rest)
            || rest.to_lowercase().starts_with("until "));
    time.then(|| Some(rest.to_owned()))
}

fn until(rest: &str) -> Option<Option<String>> {
    let lower = rest.to_lowercase();
    let when = if lower.starts_with("until ") {
        rest.get(6..).unwrap_or("").trim()
    } else {
        rest
    };
    span(when)
}

fn starts_with_day(text: &str) -> bool {
    const DAYS: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "tomorrow", "tonight"];
    let first = text.split_whitespace().next().unwrap_or("").to_lowercase();
    DAYS.iter().any(|d| first.starts_with(d))
}

fn name(handle: Handle, rest: &str) -> Option<Command> {
    let name: String = rest
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARACTERS_MAX)
        .collect();
    (!name.trim().is_empty()).then(|| Command::Name {
        handle,
        name: name.trim().to_owned(),
    })
}

/// `LATER`, `LATER 27`, `LATER 27 2h`, `LATER 27 no`.
fn later(rest: &str) -> Option<Command> {
    if rest.is_empty() {
        return Some(Command::PutOff);
    }
    let (first, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let no = matches!(rest.trim().to_lowercase().as_str(), "no" | "off" | "cancel");
    let when = if no {
        Some(Some(rest.trim().to_owned()))
    } else {
        span(rest.trim())
    };
    handle(first)
        .zip(when)
        .map(|(handle, when)| Command::Later { handle, when })
}

fn won(handle: Handle, rest: &str) -> Option<Command> {
    if rest.is_empty() {
        return Some(Command::Won { handle, amount: None });
    }
    let digits: String = rest
        .trim_start_matches(['$', '£', '€'])
        .chars()
        .filter(|c| *c != ',')
        .collect();
    let whole = digits.split('.').next().unwrap_or("");
    whole.parse().ok().map(|amount| Command::Won {
        handle,
        amount: Some(amount),
    })
}

fn set(rest: &str) -> Option<Command> {
    let (key, value) = rest.split_once(char::is_whitespace)?;
    let key = key.trim_end_matches(['=', ':']).to_lowercase();
    let value = value.trim().trim_start_matches('=').trim();
    let plausible = key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    // "Set up for 3pm" is a sentence: keys have an underscore or a dot, or are one of the few single words.
    let known = key.contains(['_', '.'])
        || matches!(
            key.as_str(),
            "message" | "delay" | "cooldown" | "company" | "hours" | "timezone"
        );
    (plausible && known && !value.is_empty()).then(|| Command::Set {
        key,
        value: Body(value.to_owned()),
    })
}

fn owner(rest: &str) -> Option<Command> {
    let (verb, number) = rest.split_once(char::is_whitespace)?;
    let number = number.trim();
    if number.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return None;
    }
    match verb.to_lowercase().as_str() {
        "add" => Some(Command::OwnerAdd(Body(number.to_owned()))),
        "remove" => Some(Command::OwnerRemove(Body(number.to_owned()))),
        _ => None,
    }
}

/// One letter changed, missing, added, or swapped with its neighbour; equal words are none.
fn one_typo(word: &str, wanted: &str) -> bool {
    word != wanted && super::optout::one_slip(word, wanted)
}
