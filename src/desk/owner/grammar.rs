//! What the owner's text means: number first is a message to that customer, a known word first is a command, nothing else
//! is a command (product.md §3). In the language of the box, and always in English too. A known word before what makes no
//! order of it ("Away on vacation", "Done with the roof") is neither: it is asked about.

use crate::desk::caller::optout;
use crate::desk::caller::reactions;
use crate::desk::owner::commands::{self, Command};
use crate::desk::wording::fold::fold;
use crate::desk::wording::pack::Pack;
use crate::ids::{HANDLES, Handle};

mod numbers;

pub use crate::desk::caller::reactions::Reaction;
use numbers::{is_local, is_quantity, is_telephone, last_number};
pub use numbers::{number_first, second_number, two_numbers, word_and_number};

/// Ready-made replies have one digit.
const CANNED_MAX: u8 = 9;
/// A phone or mail program's signature names itself in this many words.
const SIGNATURE_WORDS_MAX: usize = 3;

/// Words before a customer's number that would opt them out: "stop texting 16". More is a sentence for somebody.
const OPT_OUT_WORDS_MAX: usize = 3;
/// Digits of an area code, which may be written in brackets: (512) 555-0100.
const AREA_CODE: usize = 3;

/// What the owner's text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerText {
    /// `27 On my way`: to 27.
    To {
        handle: Handle,
        text: String,
    },
    /// `27 block`: an order behind the number it is about. `order` shows how it goes; the text may be meant for 27 all the same.
    Misplaced {
        handle: Handle,
        order: String,
        text: String,
    },
    /// `27`: show the last messages, or release a held text to 27.
    Handle(Handle),
    /// `27 q2`: canned reply 2 to 27.
    Canned {
        handle: Handle,
        reply: u8,
    },
    /// `27 @8am text`: later. `when` in English words; what is no time at all stands there as written.
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
        word: String,
        text: String,
    },
    /// A command word, but not what must follow it; `usage` shows how.
    Usage {
        usage: String,
    },
    /// A command word before what makes no order of it: an order gone wrong, or a sentence for a customer. Only the owner
    /// knows; `usage` shows how the order goes.
    Unclear {
        usage: String,
        text: String,
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

/// Reads the owner's text in English.
#[must_use]
pub fn read(text: &str) -> OwnerText {
    read_in(text, &Pack::english())
}

/// Reads the owner's text in the language of the box.
#[must_use]
pub fn read_in(text: &str, pack: &Pack) -> OwnerText {
    let text = bare(text);
    if text.is_empty() {
        return OwnerText::Empty;
    }
    if let Some(reaction) = reactions::read(text, pack) {
        return OwnerText::Reaction(reaction);
    }
    let text = bare(without_signature(unquoted(text), pack));
    if let Some(tagged) = tagged(text, pack) {
        return tagged;
    }
    // "q2" and "@8am See you" are for nobody without a number, least of all as they stand.
    if canned(text).is_some() {
        return OwnerText::Usage {
            usage: pack.form("quick"),
        };
    }
    if text
        .strip_prefix('@')
        .is_some_and(|rest| pack.leading_time(rest.trim_start()).is_some())
    {
        return OwnerText::Usage {
            usage: pack.form("scheduled"),
        };
    }
    // A STOP of the owner is a slip or meant for the box; none is ever sent to a customer.
    // "Stop texting 16" too.
    let about_one = last_number(text).is_some_and(|(before, _)| {
        let order = before.split_whitespace().count() <= OPT_OUT_WORDS_MAX;
        order && optout::consent_in(before, pack) == optout::Consent::Stop
    });
    if optout::is_opt_out_word(text, pack) || about_one {
        return OwnerText::OptOutWord;
    }
    if pack.means("no", text) {
        return OwnerText::No;
    }
    match commands::read(without_name(text), pack) {
        commands::Read::Command(command) => OwnerText::Command(command),
        commands::Read::Usage(usage) => OwnerText::Usage { usage },
        commands::Read::DidYouMean(word) => OwnerText::DidYouMean {
            word,
            text: text.to_owned(),
        },
        commands::Read::Unclear(usage) => OwnerText::Unclear {
            usage,
            text: text.to_owned(),
        },
        commands::Read::None => OwnerText::Untagged(text.to_owned()),
    }
}

/// Without blanks and invisible characters around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fffc}')
    })
}

/// Without quotes around the whole of it, as copied from a page; only where a number or word follows, so that a customer's
/// quoted words stay quoted.
fn unquoted(text: &str) -> &str {
    const OPEN: [char; 7] = ['"', '\u{201c}', '\u{201e}', '\u{ab}', '`', '\'', '\u{2018}'];
    const CLOSE: [char; 7] = ['"', '\u{201d}', '\u{201c}', '\u{bb}', '`', '\'', '\u{2019}'];
    let inner = text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(CLOSE));
    match inner {
        Some(inner) if !inner.contains(OPEN) && !inner.contains(CLOSE) && !bare(inner).is_empty() => inner,
        Some(_) | None => text,
    }
}

/// Without "Sent from my iPhone" at its end: a customer has no use for it. Text that is nothing else stays.
fn without_signature<'t>(text: &'t str, pack: &Pack) -> &'t str {
    let ends = |from: usize| {
        let last = text.get(from..).unwrap_or("");
        let folded = fold(last);
        let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
        pack.words("signatures").iter().any(|start| {
            folded
                .strip_prefix(start.as_str())
                .is_some_and(|name| (1..=SIGNATURE_WORDS_MAX).contains(&name.split_whitespace().count()))
        })
    };
    let lines = text.match_indices('\n').map(|(at, _)| at);
    // On the last line of its own, or after a full stop.
    let starts = lines.chain(text.match_indices(". ").map(|(at, _)| at + 1));
    match starts.filter(|at| ends(*at)).min() {
        Some(at) => bare(text.get(..at).unwrap_or(text)),
        None => text,
    }
}

/// Without "-- Dave" on lines of their own. For what is told to the box only: a customer may be meant to read it.
fn without_name(text: &str) -> &str {
    let at = text.match_indices('\n').find(|(at, _)| {
        text.get(at + 1..)
            .is_some_and(|rest| rest.trim_start().starts_with("--"))
    });
    match at {
        Some((at, _)) => bare(text.get(..at).unwrap_or(text)),
        None => text,
    }
}

/// A leading handle and what follows it, if it is a tag.
fn tagged(text: &str, pack: &Pack) -> Option<OwnerText> {
    let marked = text.strip_prefix(['#', '@', '(', '[']);
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
        ':' | '.' | '-' | ',' | ';' | ')' | ']' | '!' | '?' | '\u{2013}' | '\u{2014}' | '>' => {
            let body = after.get(next.len_utf8()..).unwrap_or("");
            // 27-28, 27.50, 9:30, 27,000: a digit follows, so it is a range, a price, a time.
            if body.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            body
        }
        c if c.is_whitespace() => after,
        // Nothing else goes on like this: 27@8am, 27q2.
        '@' => after,
        'q' | 'Q' if canned(after).is_some() => after,
        // 27/7, 27th, 27%, 27", 27ft
        _ => return None,
    };
    let body = body
        .trim_start()
        .trim_start_matches([':', '-', '\u{2013}', '\u{2014}', ']', ')'])
        .trim();
    // "27", however it is punctuated, with nothing or only a name under it.
    let signed = after.find("--").is_some_and(|at| {
        let before = after.get(..at).unwrap_or("");
        before.contains('\n') && before.chars().all(|c| !c.is_alphanumeric())
    });
    if body.is_empty() || signed {
        return Some(OwnerText::Handle(handle));
    }
    let spaced = after.starts_with(char::is_whitespace);
    if (marked.is_none() && spaced && is_quantity(body, pack))
        || (text.starts_with('(') && (is_telephone(body) || digits == AREA_CODE && is_local(body)))
    {
        return None;
    }
    Some(addressed(handle, body, pack))
}

fn addressed(handle: Handle, body: &str, pack: &Pack) -> OwnerText {
    if let Some(reply) = canned(body) {
        return OwnerText::Canned { handle, reply };
    }
    if let Some(body) = body.strip_prefix('@') {
        return later(handle, body.trim(), pack);
    }
    // "27 STOP" would opt the owner's own conversation out at the other end's carrier.
    if optout::is_opt_out_word(body, pack) {
        return OwnerText::OptOutWord;
    }
    if let Some(order) = commands::behind_its_number(handle, body, pack) {
        let text = body.to_owned();
        return OwnerText::Misplaced { handle, order, text };
    }
    OwnerText::To {
        handle,
        text: body.to_owned(),
    }
}

/// `q2`, `Q 2`
fn canned(body: &str) -> Option<u8> {
    let rest = body.strip_prefix(['q', 'Q'])?.trim_end_matches('.').trim();
    (rest.len() == 1)
        .then(|| rest.parse().ok())
        .flatten()
        .filter(|n| (1..=CANNED_MAX).contains(n))
}

/// `@8am text`, `@ 8:30 am text`, `@mon 8am text`, `@no`. Whatever follows an `@` is never relayed at once: a time that was
/// mistyped would go out now.
fn later(handle: Handle, body: &str, pack: &Pack) -> OwnerText {
    let (when, text) = match pack.leading_time(body) {
        Some((when, text)) => (when, text.trim_start_matches([',', ':', '-']).trim()),
        None => {
            let (first, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
            (first.to_owned(), rest.trim())
        }
    };
    // Later is no better than now.
    if optout::is_opt_out_word(text, pack) {
        return OwnerText::OptOutWord;
    }
    let never = pack.means("no", &when) || pack.means("off", &when);
    match text.is_empty() {
        true if never => OwnerText::LaterAlone {
            handle,
            when: commands::NEVER.to_owned(),
        },
        true => OwnerText::LaterAlone { handle, when },
        false => OwnerText::Later {
            handle,
            when,
            text: text.to_owned(),
        },
    }
}

/// Whether the owner agrees: `YES`, in the language of the box.
#[must_use]
pub fn is_yes(text: &str, pack: &Pack) -> bool {
    pack.means("yes", bare(text).trim_end_matches(['.', '!']))
}

/// A phone's reaction (`Liked “On my way”`), in any language that the program knows.
#[must_use]
pub fn reaction(text: &str) -> Option<Reaction> {
    reactions::read(text, &Pack::english())
}
