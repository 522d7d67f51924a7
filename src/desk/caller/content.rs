//! What came in, if it is not simply a text: picture messages, contact cards, things for programs. Said in words, for none
//! of them can be shown (product.md §3).

use crate::desk::conversation::replies::snippet;
use crate::desk::wording::lines;
use crate::desk::wording::pack::Pack;
use crate::ids::Handle;
use crate::sms::mms::{self, MmsError, Notification};
use crate::sms::{Ports, UserData};
use crate::store::contacts::Contact;

/// Ports of contact cards and appointments (IANA: wap-vcard, wap-vcal, and their secure ones).
const CARD_PORTS: [u16; 2] = [9204, 9206];
const APPOINTMENT_PORTS: [u16; 2] = [9205, 9207];
/// Characters of a subject or card in the line.
const SHOWN_CHARACTERS: usize = 40;
/// Numbers of a card that are shown.
const CARD_NUMBERS_MAX: usize = 2;

/// What a received message amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) enum Content {
    Text(String),
    /// A picture or group message that waits at the operator's, with what its notice says.
    Picture(Notification),
    /// A contact card: its name and numbers.
    Card(String),
    Appointment,
    /// Something for a program.
    Other,
    /// Delivery and read reports of picture messages: nobody's business.
    Report,
}

impl Content {
    /// What one part, or all parts together, amount to: `text` where it is text, else `data`.
    pub fn of(ports: Option<Ports>, text: Option<String>, data: &[u8]) -> Content {
        if ports.is_some_and(Ports::is_wap_push) {
            return match mms::notification(data) {
                Ok(notification) => Content::Picture(notification),
                Err(MmsError::OtherMessage) => Content::Report,
                Err(MmsError::OtherContent) => Content::Other,
                // It announces something, and hardly anything else is announced so.
                Err(MmsError::CutShort(_) | MmsError::NoPush) => Content::Picture(Notification::default()),
            };
        }
        let to = |among: [u16; 2]| ports.is_some_and(|ports| among.contains(&ports.destination));
        let said = text.unwrap_or_else(|| String::from_utf8_lossy(data).into_owned());
        let start: String = said
            .trim_start()
            .chars()
            .take(15)
            .collect::<String>()
            .to_ascii_uppercase();
        if to(CARD_PORTS) || start.starts_with("BEGIN:VCARD") {
            return Content::Card(card(&said));
        }
        if to(APPOINTMENT_PORTS) || start.starts_with("BEGIN:VCALENDAR") {
            return Content::Appointment;
        }
        // Words sent as data, for nobody's program: somebody's, after all.
        let words = !said.trim().is_empty()
            && !said
                .chars()
                .any(|c| (c.is_control() && c != '\n' && c != '\r') || c == '\u{fffd}');
        match (ports, data.is_empty()) {
            (None, true) => Content::Text(said),
            (None, false) if words => Content::Text(said),
            (Some(_), _) if data.is_empty() && words => Content::Text(said),
            (Some(_) | None, _) => Content::Other,
        }
    }

    /// What one part amounts to.
    pub fn of_part(user_data: &UserData) -> Content {
        let data: &[u8] = match user_data.content() {
            crate::sms::Content::Data(octets) => octets,
            crate::sms::Content::Gsm7(_) | crate::sms::Content::Ucs2(_) => &[],
        };
        // Some senders put plain words where data belongs: without ports, and readable, they are words.
        if let (None, Ok(words)) = (user_data.header().ports(), std::str::from_utf8(data))
            && !words.is_empty()
            && !words.chars().any(|c| c.is_control() && !c.is_whitespace())
        {
            return Content::Text(words.to_owned());
        }
        Content::of(user_data.header().ports(), user_data.text(), data)
    }

    /// What a recorded text was, as far as the record tells.
    pub fn recalled(recorded: &str) -> Content {
        let all = [
            Content::Picture(Notification::default()),
            Content::Appointment,
            Content::Report,
            Content::Other,
        ];
        let found = all.into_iter().find(|content| content.recorded() == recorded);
        match found {
            Some(content) => content,
            // Of a card nothing but that it was one.
            None if recorded == Content::Card(String::new()).recorded() => Content::Other,
            None => Content::Text(recorded.to_owned()),
        }
    }

    /// For the record.
    pub fn recorded(&self) -> &str {
        match self {
            Content::Text(text) => text,
            Content::Picture(_) => "(picture or group message)",
            Content::Card(_) => "(contact card)",
            Content::Appointment => "(appointment)",
            Content::Other => "(something for a program)",
            Content::Report => "(report on a picture message)",
        }
    }

    /// The line to the owner about what can't be shown; `None` for a text.
    pub fn line(&self, pack: &Pack, handle: Handle, contact: &Contact) -> Option<String> {
        let who = lines::who(Some(handle), contact);
        let number = &contact.number;
        Some(match self {
            Content::Text(_) | Content::Report => return None,
            Content::Picture(notification) => match &notification.subject {
                None => pack.line("picture", &[("who", &who), ("number", number)]),
                Some(subject) => {
                    let subject = snippet(subject, SHOWN_CHARACTERS);
                    pack.line(
                        "picture_about",
                        &[("who", &who), ("text", &subject), ("number", number)],
                    )
                }
            },
            Content::Card(card) => pack.line("card", &[("who", &who), ("text", card)]),
            Content::Appointment => pack.line("appointment", &[("who", &who), ("number", number)]),
            Content::Other => pack.line("cannot_show", &[("who", &who), ("number", number)]),
        })
    }
}

/// Name and numbers of a contact card (RFC 2426), as far as they are there.
fn card(text: &str) -> String {
    let mut name = String::new();
    let mut numbers = Vec::new();
    for line in text.lines() {
        let Some((field, value)) = line.split_once(':') else {
            continue;
        };
        let field = field.split(';').next().unwrap_or("").trim().to_ascii_uppercase();
        let field = field.rsplit('.').next().unwrap_or("");
        let value = value.trim();
        match field {
            "FN" => value.clone_into(&mut name),
            "N" if name.is_empty() => {
                // Family name first, given name second.
                let parts: Vec<&str> = value
                    .split(';')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .take(2)
                    .collect();
                name = parts.into_iter().rev().collect::<Vec<_>>().join(" ");
            }
            "TEL" if numbers.len() < CARD_NUMBERS_MAX => numbers.push(value.to_owned()),
            _ => {}
        }
    }
    let all = std::iter::once(name).chain(numbers).filter(|part| !part.is_empty());
    let shown = all
        .map(|part| snippet(&part, SHOWN_CHARACTERS))
        .collect::<Vec<_>>()
        .join(" ");
    if shown.is_empty() { "?".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(destination: u16) -> Option<Ports> {
        Some(Ports { destination, source: 0 })
    }

    #[test]
    fn a_contact_card_is_its_name_and_numbers() {
        let vcard = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Miller;Anna;;;\r\nTEL;CELL:+15125550123\r\nEND:VCARD\r\n";
        let card = Content::Card("Anna Miller +15125550123".to_owned());
        assert_eq!(Content::of(ports(9204), None, vcard.as_bytes()), card);
        assert_eq!(Content::of(None, Some(vcard.to_owned()), &[]), card);
        let named = "BEGIN:VCARD\nFN:Sam\nitem1.TEL;type=pref:123\nEND:VCARD";
        assert_eq!(
            Content::of(None, Some(named.to_owned()), &[]),
            Content::Card("Sam 123".to_owned())
        );
        assert_eq!(
            Content::of(ports(9204), None, b"\x01\x02"),
            Content::Card("?".to_owned())
        );
    }

    #[test]
    fn what_is_for_programs_is_said_to_be() {
        assert_eq!(Content::of(ports(5505), None, b"\x02\x4a\x3a"), Content::Other);
        assert_eq!(Content::of(None, None, b"\x00\x01\xff"), Content::Other);
        assert_eq!(Content::of(ports(9205), None, b"BEGIN:VCALENDAR"), Content::Appointment);
        assert_eq!(
            Content::of(None, None, b"leak at 5"),
            Content::Text("leak at 5".to_owned())
        );
        assert_eq!(
            Content::of(None, Some(String::new()), &[]),
            Content::Text(String::new())
        );
        assert_eq!(
            Content::of(ports(2948), None, b"\x01\x06\x01\xBE\x8C\x86"),
            Content::Report
        );
        assert_eq!(Content::of(ports(2948), None, b"\x01\x06\x01\xAE"), Content::Other);
    }
}
