//! A PDU that came in → a whole text from somebody. Each PDU once, however often it is read; nothing disappears.

use crate::clock::Steady;
use crate::desk::caller::content::Content;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::fold::fold;
use crate::modem::Received;
use crate::sms::{self, Address, Deliver, Tpdu};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::inbound::{Concat, NewInbound};
use crate::store::messages::NewMessage;
use crate::store::records::About;
use crate::store::types::{Consent, Direction, Kind, State};
use std::fmt::Write as _;
use std::time::Duration;

/// TP-PID "Short Message Type 0": to be acknowledged and dropped (3GPP TS 23.040 §9.2.3.9).
const TYPE_0: u8 = 0x40;
/// ANSI-136 R-DATA, ME data download, ME de-personalization, (U)SIM data download (§9.2.3.9): between the operator and the
/// SIM or modem.
const FOR_THE_SIM: std::ops::RangeInclusive<u8> = 0x7C..=0x7F;

/// Setting: the owner was told of an unreadable text, steady milliseconds.
const UNREADABLE_TOLD: &str = "unreadable_told";
/// The owner is told of the next one after this long.
const UNREADABLE_TELL_AGAIN: Duration = Duration::from_secs(3600);

impl Turn<'_> {
    /// A PDU. Whatever it is, it is stored before the slot may be emptied.
    pub fn received(&mut self, received: &Received) -> Done {
        self.effects.committed.push(received.token);
        if !received.hex {
            return self.unreadable(received, "not in hexadecimal");
        }
        match sms::decode(&received.pdu) {
            Ok(pdu) => match pdu.tpdu {
                Tpdu::Deliver(deliver) => self.deliver(&deliver, &received.pdu),
                Tpdu::StatusReport(report) => self.report(&report),
                // A SUBMIT in a slot is a draft somebody left on the SIM: not a text to us.
                Tpdu::Submit(_) => self
                    .tx
                    .journal(About::default(), "draft on the SIM ignored", "not a received text"),
            },
            Err(error) => self.unreadable(received, &error.to_string()),
        }
    }

    fn unreadable(&mut self, received: &Received, why: &str) -> Done {
        if self.tx.quarantine(&received.pdu, received.hex, why)? {
            self.tx.journal(About::default(), "undecodable text kept", why)?;
            self.tell_of_unreadable()?;
        }
        Ok(())
    }

    /// Once an hour: a line that spoils what it carries brings the same text in many spoilt shapes.
    fn tell_of_unreadable(&mut self) -> Done {
        let now = self.now().steady;
        let told = self.tx.setting(UNREADABLE_TOLD)?.and_then(|ms| ms.parse().ok());
        if told.is_some_and(|at| now.since(Steady(at)) < UNREADABLE_TELL_AGAIN) {
            return Ok(());
        }
        self.tx.set_setting(UNREADABLE_TOLD, &now.0.to_string())?;
        self.alert(&self.line("unreadable", &[]), None)
    }

    fn deliver(&mut self, deliver: &Deliver, raw: &[u8]) -> Done {
        let sender = self.sender(&deliver.originator);
        let concat = deliver
            .user_data
            .header()
            .concat()
            .filter(|c| c.total > 1)
            .map(|c| Concat {
                reference: c.reference.number(),
                total: c.total,
                part: c.part,
            });
        let key = part_key(&sender, deliver, concat);
        if self.tx.inbound_known(&key)? {
            return Ok(());
        }
        if deliver.pid == TYPE_0 || FOR_THE_SIM.contains(&deliver.pid) {
            self.tx.add_inbound(&NewInbound {
                key: &key,
                raw,
                sender: &sender,
                concat: None,
                message: None,
            })?;
            let why = match deliver.pid {
                TYPE_0 => "type 0 is not for people",
                _ => "it is for the SIM or the modem, not for people",
            };
            return self.tx.journal(About::default(), "silent text dropped", why);
        }
        match concat {
            Some(concat) => {
                let id = self.tx.add_inbound(&NewInbound {
                    key: &key,
                    raw,
                    sender: &sender,
                    concat: Some(concat),
                    message: None,
                })?;
                self.long_part(id, &sender, concat)
            }
            None => {
                let id = self.tx.add_inbound(&NewInbound {
                    key: &key,
                    raw,
                    sender: &sender,
                    concat: None,
                    message: None,
                })?;
                self.whole_text(&sender, &Content::of_part(&deliver.user_data), 1, true, &[id])
            }
        }
    }

    /// A text as whole as it has come so far: recorded, then led to whoever it concerns.
    pub fn whole_text(&mut self, sender: &str, content: &Content, parts: u8, complete: bool, rows: &[i64]) -> Done {
        let text = content.recorded();
        // The notice of a picture may come from the operator's own number; it names the sender.
        let named = match content {
            Content::Picture(notification) => notification.from.as_deref().and_then(|from| self.dialled(from)),
            Content::Text(_) | Content::Card(_) | Content::Appointment | Content::Other | Content::Report => None,
        };
        let sender = named.as_deref().unwrap_or(sender);
        let member = self.member(sender);
        let claims = member.is_none() && complete && self.is_claim(sender, text)?;
        let contact = match member {
            Some(_) => None,
            None if claims => None,
            None if sender.starts_with('+') => Some(self.tx.contact_or_new(sender)?),
            None => None,
        };
        let message = self.tx.add_message(&NewMessage {
            direction: Direction::In,
            kind: match member.is_some() || claims {
                true => Kind::Command,
                false => Kind::Forward,
            },
            peer: sender,
            contact: contact.as_ref().map(|c| c.id),
            handle: None,
            text,
            parts,
            automatic: false,
            complete,
            state: State::Delivered,
            about: None,
        })?;
        for row in rows {
            self.tx.assign_inbound(*row, message)?;
        }
        if claims {
            self.tx.redact_message(message, "CLAIM ******")?;
            return self.claim(sender, text);
        }
        match (member, contact, content) {
            (Some(member), _, Content::Text(_)) if !complete => self.say(&member.number, "not_whole", &[]),
            (Some(member), _, Content::Text(text)) => self.owner_text(member, message, text),
            (_, _, Content::Report) => {
                let about = About {
                    message: Some(message),
                    ..About::default()
                };
                self.tx
                    .journal(about, "report ignored", "it is about a picture message's way")
            }
            (Some(member), _, _) => self.say(&member.number, "no_pictures", &[]),
            (None, Some(contact), Content::Text(text)) => self.caller_text(contact, message, text),
            (None, Some(contact), _) => self.caller_content(contact, message, content),
            (None, None, _) if self.is_own(sender)? => {
                self.tx
                    .journal(About::default(), "own text ignored", "the sender is our own number")
            }
            (None, None, Content::Text(text)) if self.missed_call_notice(sender, message, text)? => Ok(()),
            (None, None, Content::Picture(_)) => {
                let line = self.line("picture_from_nobody", &[]);
                self.forward(&line, None, message)
            }
            (None, None, _) => {
                let line = self.line("from_sender", &[("sender", &sender), ("text", &text)]);
                self.forward(&line, None, message)
            }
        }
    }

    /// Marks that a caller reacted to a text of ours: the conversation is alive, but nobody waits for an answer.
    pub fn reacted(&mut self, contact: &mut Contact) -> Done {
        contact.human_at = Some(self.now().steady);
        self.tx.save_contact(contact)
    }

    /// Marks that a caller spoke, giving them a handle; true if this begins a conversation.
    pub fn heard(&mut self, contact: &mut Contact) -> Result<bool, StoreError> {
        let now = self.now().steady;
        let new = contact
            .human_at
            .is_none_or(|at| now.since(at) >= crate::desk::calls::textback::ALIVE);
        if contact.heard_at.is_none() {
            self.tx.consent(&contact.number, Consent::Texted, "they texted")?;
        }
        contact.heard_at = Some(now);
        contact.human_at = Some(now);
        self.begin_waiting(contact)?;
        self.tx.save_contact(contact)?;
        Ok(new)
    }

    /// Whether a text only ends a talk that needs no answer: "Thanks!", while nothing of theirs is open.
    pub fn only_closes(&self, contact: &Contact, text: &str) -> bool {
        let now = self.now().steady;
        let alive = contact
            .human_at
            .is_some_and(|at| now.since(at) < crate::desk::calls::textback::ALIVE);
        let folded = fold(text);
        alive
            && !contact.waiting
            && self
                .rules
                .pack
                .words("closing")
                .iter()
                .any(|word| word == folded.trim())
    }

    /// They spoke, and wait for nothing. False: this begins no conversation.
    pub fn closed(&mut self, contact: &mut Contact) -> Result<bool, StoreError> {
        contact.heard_at = Some(self.now().steady);
        self.reacted(contact)?;
        Ok(false)
    }

    /// A number as it might be dialled from here, in E.164.
    pub fn dialled(&self, number: &str) -> Option<String> {
        let type_of_address = if number.starts_with('+') { 145 } else { 129 };
        let number = self.number(number, type_of_address).ok()?;
        Some(number.e164().to_owned())
    }

    /// Who an address is: E.164 where it makes a number, else what it says.
    pub fn sender(&self, address: &Address) -> String {
        if address.is_name() {
            return self.printable(address.value());
        }
        match self.number(address.value(), address.type_of_address()) {
            Ok(number) => number.e164().to_owned(),
            Err(_) => self.printable(address.value()),
        }
    }

    /// A name as it may stand at the start of a line; never empty, never with a `+` that would make it a number.
    fn printable(&self, name: &str) -> String {
        let plain: String = name.chars().filter(|c| !c.is_control()).collect();
        let plain = plain.trim().trim_start_matches('+');
        if plain.is_empty() {
            self.line("unknown_sender", &[])
        } else {
            plain.to_owned()
        }
    }
}

/// The same for the same PDU however often it is read: sender, time stamp, content hash, concatenation.
fn part_key(sender: &str, deliver: &Deliver, concat: Option<Concat>) -> String {
    let mut key = format!("{sender}|");
    for octet in deliver.timestamp.0 {
        // Writing to a String does not fail.
        let _ = write!(key, "{octet:02x}");
    }
    if let Some(Concat { reference, total, part }) = concat {
        let _ = write!(key, "|{reference}/{total}/{part}");
    }
    let _ = write!(key, "|{:016x}", content_hash(deliver));
    key
}

/// FNV-1a over header and content: stable over versions, unlike the standard library's.
fn content_hash(deliver: &Deliver) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |octet: u8| hash = (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
    for element in deliver.user_data.header().elements() {
        eat(element.id);
        element.octets.iter().copied().for_each(&mut eat);
    }
    match deliver.user_data.content() {
        sms::Content::Gsm7(octets) | sms::Content::Data(octets) => octets.iter().copied().for_each(&mut eat),
        sms::Content::Ucs2(units) => units.iter().flat_map(|unit| unit.to_be_bytes()).for_each(&mut eat),
    }
    hash
}

/// Since when parts of the same reference belong together; references come round again.
pub(in crate::desk) fn merge_since(now: Steady) -> Steady {
    now.minus(crate::desk::calls::textback::ALIVE)
}
