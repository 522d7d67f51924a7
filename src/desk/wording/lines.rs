//! Lines to the owner's phone that are put together from several facts (product.md §3). Their words are in `pack/`; the rest
//! of what the owner is told needs no more than [`Pack::line`].

use crate::desk::wording::pack::Pack;
use crate::desk::wording::template::plain;
use crate::ids::Handle;
use crate::modem::Deafness;
use crate::sms;
use crate::store::contacts::Contact;
use std::time::Duration;

/// Longest name in a line.
const NAME_CHARACTERS: usize = 24;
/// Characters of a text that was reacted to.
const REACTION_CHARACTERS: usize = 30;

/// `27 Dave`, or with the number in full until there is a name: a phone makes it one to tap. A name's letters are made plain like
/// the rest of the line: one "Gómez" would make every text about them twice as dear.
pub(in crate::desk) fn who(handle: Option<Handle>, contact: &Contact) -> String {
    let name = match &contact.name {
        Some(name) => plain(&name.chars().take(NAME_CHARACTERS).collect::<String>()),
        None => contact.number.clone(),
    };
    match handle {
        Some(handle) => format!("{handle} {name}"),
        None => name,
    }
}

/// What a missed call's line says after the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) enum Tail {
    TextedBack,
    /// Queued, but not out yet.
    Texting,
    /// Queued for a polite hour, in words.
    TextingAt(String),
    NotDelivered,
    NotTexted(String),
    /// Never texted because no text could get there.
    CannotText(String),
}

impl Tail {
    /// Whether the line says enough without how to answer.
    fn stands_alone(&self) -> bool {
        match self {
            Tail::NotTexted(_) => true,
            Tail::TextedBack | Tail::Texting | Tail::TextingAt(_) | Tail::NotDelivered | Tail::CannotText(_) => false,
        }
    }
}

/// The line about a missed call.
pub(in crate::desk) fn missed(
    pack: &Pack,
    handle: Option<Handle>,
    contact: &Contact,
    time: &str,
    ringing: Duration,
    tail: &Tail,
) -> String {
    let who = who(handle, contact);
    let start = match ringing.as_secs() {
        // Learnt of later: nobody heard it ring.
        0 => pack.line("missed_unheard", &[("who", &who), ("time", &time)]),
        seconds => pack.line("missed", &[("who", &who), ("time", &time), ("seconds", &seconds)]),
    };
    let call = || pack.line("please_call", &[("number", &contact.number)]);
    let answer = handle.map(|handle| pack.line("to_answer", &[("handle", &handle)]));
    let not_texted = |why: &str| pack.line("not_texted", &[("why", &pack.reason(why))]);
    let (what, then) = match tail {
        Tail::TextedBack => (pack.line("texted_back", &[]), answer),
        Tail::Texting => (pack.line("texting_back", &[]), answer),
        Tail::TextingAt(time) => (pack.line("texting_back_at", &[("time", time)]), answer),
        Tail::NotDelivered => (pack.line("text_failed", &[("number", &contact.number)]), None),
        Tail::NotTexted(why) => (not_texted(why), answer),
        // The number stands in the line until they have a name.
        Tail::CannotText(why) if contact.name.is_none() => (not_texted(why), Some(pack.line("please_call_them", &[]))),
        Tail::CannotText(why) => (not_texted(why), Some(call())),
    };
    let line = format!("{start} {what}");
    match then.map(|then| format!("{line} {then}")) {
        // How to answer is known well enough not to be paid for.
        Some(whole) if tail.stands_alone() && sms::cost(&whole).parts > 1 => line,
        Some(whole) => whole,
        None => line,
    }
}

/// A caller's text.
pub(in crate::desk) fn text(pack: &Pack, handle: Handle, contact: &Contact, new: bool, body: &str) -> String {
    let who = who(Some(handle), contact);
    match (new, contact.opted_out) {
        (true, false) => pack.line("new_text", &[("who", &who), ("text", &body)]),
        (false, false) => pack.line("text", &[("who", &who), ("text", &body)]),
        (_, true) => pack.line(
            "text_opted_out",
            &[("who", &who), ("number", &contact.number), ("text", &body)],
        ),
    }
}

/// A phone's reaction (`Liked "…"`), on one short line.
pub(in crate::desk) fn reaction(pack: &Pack, handle: Handle, contact: &Contact, verb: &str, to: &str) -> String {
    let start: String = to.chars().take(REACTION_CHARACTERS).collect();
    let dots = if start.len() < to.len() { ".." } else { "" };
    let who = who(Some(handle), contact);
    let text = format!("{start}{dots}");
    pack.line("reaction", &[("who", &who), ("verb", &verb), ("text", &text)])
}

/// A text to a caller that did not arrive.
pub(in crate::desk) fn not_delivered(pack: &Pack, handle: Option<Handle>, contact: &Contact, why: &str) -> String {
    let who = who(handle, contact);
    let why = pack.reason(why);
    pack.line(
        "not_delivered",
        &[("who", &who), ("why", &why), ("number", &contact.number)],
    )
}

/// A time in which no call could come, now that it is over. `between`: local times of day, where the clock is known.
pub(in crate::desk) fn was_deaf(
    pack: &Pack,
    why: Deafness,
    between: Option<(String, String)>,
    lasted: Duration,
) -> String {
    let what = pack.line(
        match why {
            Deafness::NoNetwork => "deaf_no_network",
            Deafness::NoModem => "deaf_no_modem",
            Deafness::Mute => "deaf_mute",
            Deafness::NotReady => "deaf_not_ready",
            Deafness::SettingsLost => "deaf_settings_lost",
        },
        &[],
    );
    match between {
        Some((from, until)) => pack.line("deaf_between", &[("what", &what), ("from", &from), ("until", &until)]),
        None => pack.line("deaf_for", &[("what", &what), ("length", &pack.length(lasted))]),
    }
}
