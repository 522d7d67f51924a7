//! Opting out, in, and asking for help: what a caller's text means for the consent ledger (product.md §4).
//!
//! The law in places: a missed STOP is a fine, a false STOP a lost customer. So a whole message that is an opt-out word
//! counts at once, however it is written; a sentence that only contains one is marked and goes to the owner.

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

/// Whole messages that opt out, folded and without spaces.
const STOP_WORDS: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "remove",
    "arret",
    "arrete",
    "parar",
    "pare",
    "alto",
    "baja",
    "nomas",
    "stopp",
    "abmelden",
];

/// Slips of one letter of STOP and UNSUBSCRIBE that are no word or name of their own. STEP, SHOP, SLOP, SNOP (a name),
/// STOW, ATOP, TOP, STUP, STOOP, SWOP, STOK (a name) and the like are left alone; any slip of UNSUBSCRIBE counts.
const STOP_SLIPS: &[&str] = &[
    "stpo", "sotp", "tsop", "sstop", "sttop", "stopo", "stio", "stip", "stpp", "stopt", "stopl", "stol", "sto0",
    "st0p", "stopq", "sgop", "sfop", "dtop", "wtop", "xtop", "ztop", "srop", "syop", "stlp", "stkp", "sto", "stp",
    "sopt", "sttp", "stop1", "5top", "stopn", "stopi", "stpop", "satop", "sotop", "astop", "tstop",
];

/// Up to this many filler words may stand around STOP.
const FILLERS_MAX: usize = 3;

/// Words that add nothing to a STOP.
const FILLERS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "thx",
    "you",
    "u",
    "now",
    "it",
    "this",
    "ok",
    "okay",
    "no",
    "all",
    "just",
    "already",
    "asap",
    "immediately",
    "sir",
    "maam",
    "guys",
    "texts",
    "texting",
    "text",
    "messages",
    "msgs",
    "messaging",
    "me",
    "sms",
    "and",
    "por",
    "favor",
    "gracias",
    "merci",
    "bitte",
    "danke",
    "sorry",
    "hey",
    "hi",
];

/// Phrases that opt out wherever they stand, folded. Whole words.
const STOP_PHRASES: &[&str] = &[
    "stop texting",
    "stop text",
    "stop messaging",
    "stop sending",
    "stop contacting",
    "stop these texts",
    "stop the texts",
    "stop all texts",
    "stop your texts",
    "stop bothering",
    "stop spamming",
    "stop calling and texting",
    "quit texting",
    "quit messaging",
    "dont text me",
    "do not text me",
    "dont text this",
    "do not text this",
    "dont message me",
    "do not message me",
    "dont contact me",
    "do not contact",
    "dont send me",
    "do not send me",
    "never text me",
    "remove my number",
    "remove this number",
    "remove me",
    "delete my number",
    "take me off",
    "take my number off",
    "leave me alone",
    "no more texts",
    "no more messages",
    "no more text",
    "opt me out",
    "opt out",
    "unsubscribe me",
    "wish to unsubscribe",
    "want to unsubscribe",
    "lose my number",
    "lose this number",
    "no me escriba",
    "no me escribas",
    "no mas mensajes",
    "deje de escribir",
    "dejen de escribir",
    "arretez de m",
    "ne m ecrivez plus",
];

/// In front of a phrase, these turn it round: "please don't stop texting me", "can you remove me from the schedule".
const NOT_BEFORE: &[&str] = &["dont", "not", "never", "why", "did", "didnt", "wont", "cant"];

/// After "remove me" or "take me off" and so on, these show that a job is meant, not the texts.
const JOB_WORDS: &[&str] = &[
    "schedule",
    "calendar",
    "appointment",
    "appointments",
    "job",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "tomorrow",
    "today",
    "waitlist",
    "hold",
    "quote",
    "estimate",
];

/// Single words that make a sentence worth marking.
const HINTS: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "remove",
    "stopp",
    "abmelden",
    "arret",
    "arrete",
    "parar",
    "baja",
    "spam",
];

/// Whole messages that opt in.
const START_WORDS: &[&str] = &["start", "unstop", "optin", "subscribe", "resubscribe"];
const YES_WORDS: &[&str] = &["yes"];
/// Whole messages that ask for help.
const HELP_WORDS: &[&str] = &["help", "info", "aide", "ayuda"];

/// Longest text that is looked at whole-message-wise; consent words are short.
const WHOLE_CHARACTERS_MAX: usize = 64;

/// Reads one text of a caller.
#[must_use]
pub fn consent(text: &str) -> Consent {
    let words = fold(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        return Consent::Plain;
    }
    let joined = words.concat();
    if joined.len() <= WHOLE_CHARACTERS_MAX {
        if is_stop(&joined) || stop_with_fillers(&words) {
            return Consent::Stop;
        }
        if START_WORDS.contains(&joined.as_str()) {
            return Consent::Start;
        }
        if YES_WORDS.contains(&joined.as_str()) {
            return Consent::Yes;
        }
        if HELP_WORDS.contains(&joined.as_str()) {
            return Consent::Help;
        }
    }
    if has_stop_phrase(&words) {
        return Consent::Stop;
    }
    if words.iter().any(|w| HINTS.contains(w)) {
        Consent::MaybeStop
    } else {
        Consent::Plain
    }
}

/// Whether the whole text is an opt-out word: the owner's is never relayed.
#[must_use]
pub fn is_opt_out_word(text: &str) -> bool {
    let words = fold(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let joined = words.concat();
    joined.len() <= WHOLE_CHARACTERS_MAX && (is_stop(&joined) || stop_with_fillers(&words))
}

fn is_stop(joined: &str) -> bool {
    // A text without a letter (a thumb, "?!") says nothing; every rule below would hold for it vacuously.
    if joined.is_empty() {
        return false;
    }
    // "S T O P" and "s.t.o.p" arrive here joined; "STOPPPP!!" with its tail shortened.
    STOP_WORDS.contains(&joined)
        || STOP_SLIPS.contains(&joined)
        || (joined != "subscribe" && joined.len() >= 9 && one_slip(joined, "unsubscribe"))
        || (joined.starts_with("stop") && joined[4..].chars().all(|c| c == 'p'))
        || (joined.len() <= 12 && joined.len().is_multiple_of(4) && joined.as_bytes().chunks(4).all(|c| c == b"stop"))
}

/// STOP first or last, with only fillers around it.
fn stop_with_fillers(words: &[&str]) -> bool {
    if words.len() > FILLERS_MAX + 1 {
        return false;
    }
    let stops = words
        .iter()
        .filter(|w| matches!(**w, "stop" | "stopp" | "unsubscribe" | "stopall"))
        .count();
    let first = words.first().copied().unwrap_or("");
    let last = words.last().copied().unwrap_or("");
    let at_an_end = [first, last]
        .iter()
        .any(|w| matches!(*w, "stop" | "stopp" | "unsubscribe" | "stopall"));
    // "don't stop", "not stop": fillers include "no" alone ("no, stop").
    stops >= 1
        && at_an_end
        && words
            .iter()
            .all(|w| matches!(*w, "stop" | "stopp" | "unsubscribe" | "stopall") || FILLERS.contains(w))
}

fn has_stop_phrase(words: &[&str]) -> bool {
    STOP_PHRASES.iter().any(|phrase| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        words.windows(phrase.len()).enumerate().any(|(at, window)| {
            if window != phrase.as_slice() {
                return false;
            }
            let turned = at
                .checked_sub(1)
                .and_then(|b| words.get(b))
                .is_some_and(|w| NOT_BEFORE.contains(w));
            let job = words[at..].iter().any(|w| JOB_WORDS.contains(w));
            !turned && !job
        })
    })
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

/// Lower case, without accents, apostrophes dropped, everything else that is no letter or digit a space.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{00b4}' | '\u{0060}' | '\u{02bc}' => {}
            // Combining accents, joiners, direction marks: nothing to read.
            '\u{0300}'..='\u{036f}' | '\u{200b}'..='\u{200f}' | '\u{fe0f}' | '\u{feff}' | '\u{00ad}' => {}
            // Full-width forms are ASCII in disguise.
            '\u{ff01}'..='\u{ff5e}' => {
                let plain = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(' ');
                out.push(if plain.is_alphanumeric() {
                    plain.to_ascii_lowercase()
                } else {
                    ' '
                });
            }
            c if c.is_alphanumeric() => c.to_lowercase().map(unaccented).for_each(|c| out.push(c)),
            _ => out.push(' '),
        }
    }
    out
}

fn unaccented(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ś' | 'ş' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        // A combining dot left over from lower-casing İ is not a letter of its own.
        '\u{0307}' => ' ',
        other => other,
    }
}
