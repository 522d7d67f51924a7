//! The owner's commands: one table of what there is and what must follow each, of which the HELP text, the README's table
//! and the tests are made too (product.md §3). The words themselves are the language's (`pack/`).

use crate::desk::caller::optout;
use crate::desk::wording::fold::fold;
use crate::desk::wording::pack::Pack;
use crate::ids::Handle;
use crate::phone::Body;

mod arguments;

use arguments::{away, crew, handle, help, later, name, owner, pause, set, won};

/// What the owner asks for. Times are as written, their words in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Status,
    List,
    /// What can be texted; of one order what it does, by its name.
    Help(Option<&'static str>),
    /// The rest of a long text; of this customer if named.
    More(Option<Handle>),
    /// No automatic texts for a while (`2h`); `None`: until RESUME.
    Pause(Option<String>),
    Resume,
    /// Away until then (`monday 8am`).
    Away(Option<String>),
    Name {
        handle: Handle,
        name: String,
    },
    Done(Handle),
    /// Remind me of 27 after this time; [`NEVER`]: not at all.
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
    /// `SET`: the keys.
    SetList,
    /// `SET delay`: what it is.
    SetShow(String),
    Set {
        key: String,
        value: Body,
    },
    /// The number as written, and a name if there is one.
    OwnerAdd(Body),
    OwnerRemove(Body),
    CrewAdd(Body),
    CrewRemove(Body),
}

/// What a text is as a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    Command(Command),
    /// The word stands alone as only a command would, but lacks what must follow.
    Usage(String),
    DidYouMean(String),
    /// The word, and then what is none of its: an order gone wrong, or a sentence for a customer. How the order goes.
    Unclear(String),
    /// No command.
    None,
}

/// `LATER 27 no`, in any language: not at all.
pub const NEVER: &str = "no";
/// Longest name a customer can be given, in characters.
pub const NAME_CHARACTERS_MAX: usize = 30;
/// Shortest command word whose slips are asked about: those of shorter ones are words of their own.
const TYPO_LETTERS_MIN: usize = 3;

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
    HandleAnd(fn(Handle, &str, &Pack) -> Option<Command>),
    /// Anything, checked by the function.
    Rest(fn(&str, &Pack) -> Option<Command>),
    /// The same, its last full stop left: it belongs to a text.
    Whole(fn(&str, &Pack) -> Option<Command>),
}

struct Word {
    /// Its name in the language packs, which is the English word.
    id: &'static str,
    shape: Shape,
    /// Needed every day: at the beginning of the HELP text.
    daily: bool,
}

const fn word(id: &'static str, daily: bool, shape: Shape) -> Word {
    Word { id, shape, daily }
}

/// The only place that knows which commands there are, in the order in which people read of them.
static WORDS: &[Word] = &[
    word("STATUS", true, Shape::Alone(|| Command::Status)),
    word("LIST", true, Shape::Alone(|| Command::List)),
    word("HELP", false, Shape::Rest(help)),
    word("MORE", true, Shape::MaybeHandle(Command::More)),
    word("NAME", true, Shape::HandleAnd(name)),
    word("NUM", false, Shape::Handle(Command::Num)),
    word("WHY", false, Shape::Handle(Command::Why)),
    word("DONE", true, Shape::Handle(Command::Done)),
    word("LATER", true, Shape::Rest(later)),
    word("WON", true, Shape::HandleAnd(won)),
    word("OOPS", true, Shape::MaybeHandle(Command::Oops)),
    word("UNDO", true, Shape::Alone(|| Command::Undo)),
    word("BLOCK", true, Shape::Handle(Command::Block)),
    word("UNBLOCK", false, Shape::Handle(Command::Unblock)),
    word("FRIEND", false, Shape::Handle(Command::Friend)),
    word("FORGET", false, Shape::Handle(Command::Forget)),
    word("PAUSE", true, Shape::Rest(pause)),
    word("RESUME", true, Shape::Alone(|| Command::Resume)),
    word("AWAY", false, Shape::Rest(away)),
    word("REPORT", false, Shape::Alone(|| Command::Report)),
    word("TEST", false, Shape::Alone(|| Command::Test)),
    word("SET", false, Shape::Whole(set)),
    word("OWNER", false, Shape::Rest(owner)),
    word("CREW", false, Shape::Rest(crew)),
];

/// The ids of all commands, in the order in which people read of them.
#[must_use]
pub fn ids() -> Vec<&'static str> {
    WORDS.iter().map(|word| word.id).collect()
}

/// Reads a text that starts with no number.
#[must_use]
pub fn read(text: &str, pack: &Pack) -> Read {
    let (first, rest) = split(text, pack);
    let rest = rest.trim().trim_start_matches([':', '-', ',']).trim();
    let bare = first.trim_matches(|c: char| !c.is_alphanumeric());
    let known = first_word(text, pack).and_then(|id| WORDS.iter().find(|word| word.id == id));
    if let Some(known) = known {
        return known.read(rest, pack);
    }
    let folded = fold(bare);
    let folded = folded.trim();
    if folded.chars().count() < TYPO_LETTERS_MIN || pack.means("everyday", bare) {
        return Read::None;
    }
    // Only a text that has a command's form is asked about: the word alone, with a handle, or with what may follow it.
    let bare_form = rest.is_empty() || rest.split_whitespace().next().is_some_and(|w| handle(w).is_some());
    let form = |id: &str| {
        let known = WORDS.iter().find(|word| word.id == id);
        bare_form || known.is_some_and(|known| matches!(known.read(rest, pack), Read::Command(_)))
    };
    match pack
        .command_words()
        .find(|(id, word)| one_typo(folded, word) && form(id))
    {
        Some((id, word)) if pack.command_word(id).eq_ignore_ascii_case(word) => Read::DidYouMean(pack.command_word(id)),
        Some((_, word)) => Read::DidYouMean(word.to_uppercase()),
        None => Read::None,
    }
}

/// The order that a text one slip away from it should have been.
#[must_use]
pub fn corrected(text: &str, pack: &Pack) -> Option<String> {
    let Read::DidYouMean(word) = read(text, pack) else {
        return None;
    };
    Some(format!("{word}{}", split(text, pack).1))
}

/// Orders that nobody means as words to a customer when they stand behind the number: "27 block", "27 name Dave". "27 Done",
/// "27 why?" and "27 later" are words to a customer.
const BEHIND: [&str; 7] = ["BLOCK", "UNBLOCK", "FRIEND", "FORGET", "NUM", "NAME", "WON"];
/// Words of a name in such an order; more is a sentence.
const BEHIND_WORDS_MAX: usize = 3;

/// The order that stands behind the number it is about, as it should be texted.
#[must_use]
pub fn behind_its_number(handle: Handle, body: &str, pack: &Pack) -> Option<String> {
    let (_, rest) = split(body, pack);
    let id = first_word(body, pack).filter(|id| BEHIND.contains(id))?;
    if body.split_whitespace().count() > BEHIND_WORDS_MAX || (id == "WON" && rest.trim().is_empty()) {
        return None;
    }
    let order = format!("{} {handle} {}", pack.command_word(id), rest.trim());
    let order = order.trim_end();
    matches!(self::read(order, pack), Read::Command(_)).then(|| order.to_owned())
}

/// The id of the command whose word a text starts with.
pub(in crate::desk) fn first_word<'p>(text: &str, pack: &'p Pack) -> Option<&'p str> {
    let (first, _) = split(text, pack);
    pack.command_of(first.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// The first word and the rest. "Done27" is two words, if the first is a command's.
fn split<'t>(text: &'t str, pack: &Pack) -> (&'t str, &'t str) {
    let text = text.trim_start_matches(['#', '*', '/', '!', '.']).trim();
    let (first, rest) = match text.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',')) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let letters = first.find(|c: char| c.is_ascii_digit()).unwrap_or(first.len());
    if letters < first.len() && pack.command_of(first.get(..letters).unwrap_or("")).is_some() {
        return text.split_at(letters);
    }
    (first, rest)
}

/// How each command is used, those first that are needed every day. HELP itself need not be told.
#[must_use]
pub fn usages(pack: &Pack) -> Vec<String> {
    let (daily, rest): (Vec<&Word>, Vec<&Word>) = WORDS.iter().filter(|w| w.id != "HELP").partition(|w| w.daily);
    let all = daily.into_iter().chain(rest);
    all.map(|word| word.usage(pack)).collect()
}

impl Word {
    fn read(&self, rest: &str, pack: &Pack) -> Read {
        let plain = rest.trim_end_matches(['.', '!', ',', '?']).trim();
        let alone = plain.is_empty() || pack.means("polite", plain);
        let command = match self.shape {
            Shape::Alone(make) => alone.then(make),
            Shape::MaybeHandle(make) if alone => Some(make(None)),
            Shape::MaybeHandle(make) => only_handle(plain, pack).map(|h| make(Some(h))),
            Shape::Handle(make) => only_handle(plain, pack).map(make),
            Shape::HandleAnd(make) => {
                let (first, rest) = plain.split_once(char::is_whitespace).unwrap_or((plain, ""));
                handle(first).and_then(|h| make(h, rest.trim(), pack))
            }
            Shape::Rest(make) if alone => make("", pack),
            Shape::Rest(make) => make(plain, pack),
            Shape::Whole(make) => make(rest.trim(), pack),
        };
        match command {
            Some(command) => Read::Command(command),
            // "Name?" alone, or with a number: a command gone wrong. "Later today works": a sentence.
            None if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit() || c == '#') => {
                Read::Usage(self.usage(pack))
            }
            None if matches!(self.id, "OWNER" | "CREW") && plain.split_whitespace().count() <= 2 => {
                Read::Usage(self.usage(pack))
            }
            None => Read::Unclear(self.usage(pack)),
        }
    }

    fn usage(&self, pack: &Pack) -> String {
        pack.command(self.id)
            .map_or_else(|| self.id.to_owned(), |phrase| phrase.usage.clone())
    }
}

/// A handle with nothing behind it but thanks.
fn only_handle(text: &str, pack: &Pack) -> Option<Handle> {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (rest.is_empty() || pack.means("polite", rest.trim()))
        .then(|| handle(first))
        .flatten()
}

/// One letter changed, missing, added, or swapped with its neighbour; equal words are none.
fn one_typo(word: &str, wanted: &str) -> bool {
    word != wanted && optout::one_slip(word, wanted)
}
