//! Opting out, in, and asking for help: what a caller's text means for the consent ledger (product.md §4).
//!
//! The law in places: a missed STOP is a fine, a false STOP a lost customer. So a whole message that is an opt-out word
//! counts at once, however it is written; a sentence that only contains one is marked and goes to the owner.

use crate::desk::wording::fold::fold;
use crate::desk::wording::pack::Pack;
use std::sync::OnceLock;

/// What a caller's text means for their consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Opted out: nothing more goes to them but one confirmation.
    Stop,
    /// Opted in again.
    Start,
    /// YES: opts in only somebody who is opted out; a plain text otherwise.
    Yes,
    /// Asks who we are.
    Help,
    /// Has an opt-out word in it but says something else: to the owner, marked; automatic texts to the caller freeze.
    MaybeStop,
    /// Says nothing about consent.
    Plain,
}

/// Slips of one letter of STOP and UNSUBSCRIBE that are no word or name of their own. STEP, SHOP, SLOP, SNOP (a name),
/// STOW, ATOP, TOP, STUP, STOOP, SWOP, STOK (a name) and the like are left alone; any slip of UNSUBSCRIBE counts.
const STOP_SLIPS: &[&str] = &[
    "stpo", "sotp", "tsop", "sstop", "sttop", "stopo", "stio", "stip", "stpp", "stopt", "stopl", "stol", "sto0",
    "st0p", "stopq", "sgop", "sfop", "dtop", "wtop", "xtop", "ztop", "srop", "syop", "stlp", "stkp", "sto", "stp",
    "sopt", "sttp", "stop1", "5top", "stopn", "stopi", "stpop", "satop", "sotop", "astop", "tstop",
];

/// Up to this many filler words may stand around STOP.
const FILLERS_MAX: usize = 3;

/// Longest text that is looked at whole-message-wise; consent words are short.
const WHOLE_CHARACTERS_MAX: usize = 64;

/// What all languages say about consent, folded: callers' phones speak theirs, not the box's.
#[derive(Debug, Default)]
struct Words {
    /// Whole messages, without spaces.
    stop: Vec<String>,
    start: Vec<String>,
    yes: Vec<String>,
    help: Vec<String>,
    fillers: Vec<String>,
    /// Word by word.
    phrases: Vec<Vec<String>>,
    not_before: Vec<String>,
    job: Vec<String>,
    hints: Vec<String>,
}

impl Words {
    /// Of every language that comes with the program.
    fn all() -> &'static Words {
        static ALL: OnceLock<Words> = OnceLock::new();
        ALL.get_or_init(|| Pack::all().iter().fold(Words::default(), |words, pack| words.and(pack)))
    }

    /// Of a language file of the user's own; `None` for one that comes with the program, which [`Words::all`] has.
    fn own(pack: &Pack) -> Option<Words> {
        let ours = Pack::all().iter().any(|known| **known == *pack);
        (!ours).then(|| Words::default().and(pack))
    }

    fn and(mut self, pack: &Pack) -> Words {
        /// Adds what is not there yet.
        fn add(words: &mut Vec<String>, more: impl Iterator<Item = String>) {
            for word in more {
                if !word.is_empty() && !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        let folded = |meaning: &'static str| pack.words(meaning).iter().map(|word| fold(word).trim().to_owned());
        let joined = |meaning: &'static str| folded(meaning).map(|word| word.replace(' ', ""));
        add(&mut self.stop, joined("opt_out"));
        add(&mut self.start, joined("opt_in"));
        add(&mut self.yes, joined("yes"));
        add(&mut self.help, joined("caller_help"));
        add(&mut self.fillers, folded("opt_out_fillers"));
        add(&mut self.not_before, folded("opt_out_not_before"));
        add(&mut self.job, folded("opt_out_job"));
        add(&mut self.hints, folded("opt_out_hints"));
        for phrase in folded("opt_out_phrases") {
            let phrase: Vec<String> = phrase.split_whitespace().map(str::to_owned).collect();
            if !phrase.is_empty() && !self.phrases.contains(&phrase) {
                self.phrases.push(phrase);
            }
        }
        self
    }
}

/// Reads one text of a caller, in every language that comes with the program.
#[must_use]
pub fn consent(text: &str) -> Consent {
    consent_by(text, Words::all())
}

/// The same, with the words of the box's language, which may be a file of the user's own.
#[must_use]
pub fn consent_in(text: &str, pack: &Pack) -> Consent {
    let Some(own) = Words::own(pack) else {
        return consent(text);
    };
    match (consent(text), consent_by(text, &own)) {
        (Consent::Stop, _) | (_, Consent::Stop) => Consent::Stop,
        (Consent::Plain, own) => own,
        (all, _) => all,
    }
}

fn consent_by(text: &str, known: &Words) -> Consent {
    let words = fold(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        return Consent::Plain;
    }
    let joined = words.concat();
    let is = |meaning: &[String]| meaning.contains(&joined);
    if joined.len() <= WHOLE_CHARACTERS_MAX {
        if is_stop(&joined, known) || stop_with_fillers(&words, known) {
            return Consent::Stop;
        }
        if is(&known.start) {
            return Consent::Start;
        }
        if is(&known.yes) {
            return Consent::Yes;
        }
        if is(&known.help) {
            return Consent::Help;
        }
    }
    let hint = |word: &&str| known.hints.iter().any(|hint| hint == word);
    match stop_phrase(&words, known) {
        Some(Phrase::Alone) => Consent::Stop,
        Some(Phrase::OfTheJob) => Consent::MaybeStop,
        None if words.iter().any(hint) => Consent::MaybeStop,
        None => Consent::Plain,
    }
}

/// Whether the whole text is an opt-out word, in any language we come with or the box's own: the owner's is never relayed.
#[must_use]
pub fn is_opt_out_word(text: &str, pack: &Pack) -> bool {
    let words = fold(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let joined = words.concat();
    let by = |known: &Words| is_stop(&joined, known) || stop_with_fillers(&words, known);
    joined.len() <= WHOLE_CHARACTERS_MAX && (by(Words::all()) || Words::own(pack).is_some_and(|own| by(&own)))
}

fn is_stop(joined: &str, known: &Words) -> bool {
    // A text without a letter (a thumb, "?!") says nothing; every rule below would hold for it vacuously.
    if joined.is_empty() {
        return false;
    }
    // "S T O P" and "s.t.o.p" arrive here joined; "STOPPPP!!" with its tail shortened.
    known.stop.iter().any(|word| word == joined)
        || STOP_SLIPS.contains(&joined)
        || (joined != "subscribe" && joined.len() >= 9 && one_slip(joined, "unsubscribe"))
        || (joined.starts_with("stop") && joined[4..].chars().all(|c| c == 'p'))
        || (joined.len() <= 12 && joined.len().is_multiple_of(4) && joined.as_bytes().chunks(4).all(|c| c == b"stop"))
}

/// STOP first or last, with only fillers around it.
fn stop_with_fillers(words: &[&str], known: &Words) -> bool {
    let stops = |word: &&str| matches!(*word, "stop" | "stopp" | "unsubscribe" | "stopall");
    let at_an_end = words.first().is_some_and(stops) || words.last().is_some_and(stops);
    // "don't stop", "not stop": fillers include "no" alone ("no, stop").
    words.len() <= FILLERS_MAX + 1
        && at_an_end
        && words
            .iter()
            .all(|word| stops(word) || known.fillers.iter().any(|filler| filler == word))
}

/// A phrase that opts out, by what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phrase {
    Alone,
    /// A word of the job follows ("take me off the schedule", "leave me alone, I have a quote"): either may be meant.
    OfTheJob,
}

fn stop_phrase(words: &[&str], known: &Words) -> Option<Phrase> {
    let among = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let found = known.phrases.iter().flat_map(|phrase| {
        let places = words.windows(phrase.len()).enumerate();
        places
            .filter(|(_, window)| *window == phrase.as_slice())
            .map(|(at, _)| at)
    });
    let mut phrase = None;
    for at in found {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        if before.is_some_and(|word| among(&known.not_before, word)) {
            continue;
        }
        if !words.iter().skip(at).any(|word| among(&known.job, word)) {
            return Some(Phrase::Alone);
        }
        phrase = Some(Phrase::OfTheJob);
    }
    phrase
}

/// At most one letter changed, missing, doubled or swapped with its neighbour.
pub(crate) fn one_slip(word: &str, wanted: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), wanted.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    match (a, b) {
        ([], []) | ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([p, q], [r, s]) => p == s && q == r,
        (_, _) => false,
    }
}
