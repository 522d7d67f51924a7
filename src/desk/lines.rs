//! Every wording for the owner's phone (product.md §3). Plain GSM-7 except for what people wrote themselves.

use crate::ids::Handle;
use crate::store::contacts::Contact;
use std::time::Duration;

/// Longest name in a line.
const NAME_CHARACTERS: usize = 24;

/// `27 Dave`, or with the number in full until there is a name.
pub(super) fn who(handle: Option<Handle>, contact: &Contact) -> String {
    let name = match &contact.name {
        Some(name) => name.chars().take(NAME_CHARACTERS).collect(),
        None => contact.number.clone(),
    };
    match handle {
        Some(handle) => format!("{handle} {name}"),
        None => name,
    }
}

/// `2h`, `3 days`: since when, roughly.
pub(super) fn ago(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    match minutes {
        0..60 => format!("{minutes}m"),
        60..2880 => format!("{}h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

/// What a missed call's line says after the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tail {
    TextedBack,
    /// Queued, but not out yet.
    Texting,
    NotDelivered,
    NotTexted(String),
    /// Never texted because no text could get there.
    CannotText(String),
}

/// The line about a missed call.
pub(super) fn missed(handle: Option<Handle>, contact: &Contact, time: &str, ringing: Duration, tail: &Tail) -> String {
    let start = format!("Missed {} {time}, {}s ring.", who(handle, contact), ringing.as_secs());
    let answer = handle
        .map(|handle| format!(" To answer: {handle} your message"))
        .unwrap_or_default();
    match tail {
        Tail::TextedBack => format!("{start} Texted back.{answer}"),
        Tail::Texting => format!("{start} Texting back now.{answer}"),
        Tail::NotDelivered => format!("{start} The text did not get through. Please call {}", contact.number),
        Tail::NotTexted(why) => format!("{start} Not texted: {why}."),
        // The number stands in the line until they have a name.
        Tail::CannotText(why) if contact.name.is_none() => format!("{start} Not texted: {why}. Please call them."),
        Tail::CannotText(why) => format!("{start} Not texted: {why}. Please call {}", contact.number),
    }
}

/// The line when the same caller is missed again inside a day.
pub(super) fn called_again(handle: Option<Handle>, contact: &Contact, times: u32) -> String {
    format!("{} called again ({times}x)", who(handle, contact))
}

/// A missed call without a number.
pub(super) fn missed_unknown(what: &str, time: &str, ringing: Duration) -> String {
    format!("Missed call, {what}, {time}, {}s ring.", ringing.as_secs())
}

/// A call before the SIM told where we are: texted as soon as it has.
pub(super) fn missed_waiting(number: &str, time: &str, ringing: Duration) -> String {
    format!(
        "Missed {number} {time}, {}s ring. Not texted yet: the SIM has not told its country. Please call them.",
        ringing.as_secs()
    )
}

/// A call by something that is no number a text could go to.
pub(super) fn missed_unusable(digits: &str, time: &str, ringing: Duration) -> String {
    format!(
        "Missed call from {digits}, {time}, {}s ring. Not texted: not a number for texts.",
        ringing.as_secs()
    )
}

/// A caller's text.
pub(super) fn text(handle: Handle, contact: &Contact, new: bool, body: &str) -> String {
    match (new, contact.opted_out) {
        (true, false) => format!("NEW {handle} {}: {body}", name_or_number(contact)),
        (false, false) => format!("{}: {body}", who(Some(handle), contact)),
        (_, true) => format!(
            "{} (opted out, call {}): {body}",
            who(Some(handle), contact),
            contact.number
        ),
    }
}

/// A phone's reaction (`Liked "…"`), on one short line.
pub(super) fn reaction(handle: Handle, contact: &Contact, verb: &str, to: &str) -> String {
    let start: String = to.chars().take(30).collect();
    let dots = if start.len() < to.len() { ".." } else { "" };
    format!("{}: {verb} \"{start}{dots}\"", who(Some(handle), contact))
}

fn name_or_number(contact: &Contact) -> String {
    who(None, contact)
}

/// A text that may ask us to stop.
pub(super) fn maybe_stop(handle: Handle, contact: &Contact, body: &str) -> String {
    format!(
        "{} (may want no more texts; automatic ones stopped): {body}",
        who(Some(handle), contact)
    )
}

/// The rest of a long text arrived.
pub(super) fn completed(handle: Handle, contact: &Contact, body: &str) -> String {
    format!("{} (now complete): {body}", who(Some(handle), contact))
}

/// Opting out, told to the owner.
pub(super) fn opted_out(handle: Handle, contact: &Contact) -> String {
    format!(
        "{} opted out: no more texts go there. To reach them call {}",
        who(Some(handle), contact),
        contact.number
    )
}

/// Opting in again, told to the owner.
pub(super) fn opted_in(handle: Handle, contact: &Contact) -> String {
    format!("{} opted back in: you can text them again.", who(Some(handle), contact))
}

/// A machine answers there.
pub(super) fn robot(handle: Handle, contact: &Contact) -> String {
    format!(
        "{} looks like an automatic system. No more automatic texts go there.",
        who(Some(handle), contact)
    )
}

/// A text to a caller that did not arrive.
pub(super) fn not_delivered(handle: Option<Handle>, contact: &Contact, why: &str) -> String {
    format!(
        "Not delivered to {}: {why}. Please call {}",
        who(handle, contact),
        contact.number
    )
}

/// A text to a caller of which nobody knows whether it went.
pub(super) fn in_doubt(handle: Option<Handle>, contact: &Contact) -> String {
    format!(
        "Not sure your caller {} got our text: the modem never confirmed it. It is not sent again. Please call {}",
        who(handle, contact),
        contact.number
    )
}

/// A picture or group message.
pub(super) fn picture(handle: Option<Handle>, contact: &Contact) -> String {
    format!(
        "{} sent a picture or group text I can't show. Call {} or ask them to describe it.",
        who(handle, contact),
        contact.number
    )
}

/// A text from a sender that is no telephone number.
pub(super) fn plain(sender: &str, body: &str) -> String {
    format!("From {sender}: {body}")
}

/// Something came in that nobody can read.
pub(super) fn undecodable() -> &'static str {
    "A text came in that I can't read (damaged or of an unknown kind). It is kept for your installer: textback status"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_rough() {
        assert_eq!(ago(Duration::from_secs(90)), "1m");
        assert_eq!(ago(Duration::from_secs(7300)), "2h");
        assert_eq!(ago(Duration::from_secs(300_000)), "3 days");
    }
}
