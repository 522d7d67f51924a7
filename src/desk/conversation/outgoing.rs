//! Outgoing texts: words → a message and its parts in the outbox. Nothing else makes outbox rows.

use crate::clock::Steady;
use crate::desk::submission::air;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::pack::Pack;
use crate::ids::{Handle, MessageId};
use crate::sms;
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::messages::NewMessage;
use crate::store::outbox::NewPart;
use crate::store::records::About;
use crate::store::types::{Audience, Direction, Kind, Priority, State};

/// Parts a text to the owner may have; the rest is had with `MORE`.
pub(in crate::desk) const OWNER_PARTS: usize = 3;

/// A text to be queued.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct Outgoing<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub priority: Priority,
    /// No human stands behind it; it counts for the caps.
    pub automatic: bool,
    pub not_before: Steady,
    pub about: Option<MessageId>,
}

impl Turn<'_> {
    /// Queues a text to a caller. A text that can't be encoded for that number is recorded as failed.
    pub fn text_caller(
        &mut self,
        contact: &Contact,
        handle: Option<Handle>,
        out: Outgoing<'_>,
    ) -> Result<MessageId, StoreError> {
        self.queue(&contact.number, Audience::Caller, Some(contact), handle, out, 0)
    }

    /// Queues a text to one owner's phone, at most [`OWNER_PARTS`] long; lines that can wait do in the owner's quiet hours.
    pub fn text_owner(
        &mut self,
        number: &str,
        kind: Kind,
        text: &str,
        contact: Option<&Contact>,
        about: Option<MessageId>,
    ) -> Result<MessageId, StoreError> {
        let not_before = self.owner_hears_at(number, kind, text)?;
        if let Some(contact) = contact.filter(|_| not_before <= self.now().steady) {
            // What waits from the same caller goes first, or the talk reads backwards.
            self.tx.hear_by(number, Some(contact.id), not_before)?;
        }
        self.text_owner_at(number, kind, text, contact, about, not_before)
    }

    /// The same for what somebody asked to be told now: it waits for no quiet hours.
    pub fn ring_owner(&mut self, number: &str, text: &str, contact: Option<&Contact>) -> Done {
        let now = self.now().steady;
        self.text_owner_at(number, Kind::Alert, text, contact, None, now)?;
        Ok(())
    }

    fn text_owner_at(
        &mut self,
        number: &str,
        kind: Kind,
        text: &str,
        contact: Option<&Contact>,
        about: Option<MessageId>,
        not_before: Steady,
    ) -> Result<MessageId, StoreError> {
        let handle = match contact {
            Some(contact) => self.tx.holding_of(contact.id)?.map(|holding| holding.handle),
            None => None,
        };
        let text = cap(&self.rules.pack, &sms::plain_punctuation(text), handle);
        let out = Outgoing {
            kind,
            text: &text,
            priority: Priority::Owner,
            automatic: false,
            not_before,
            about,
        };
        self.queue(number, Audience::Owner, contact, handle, out, 0)
    }

    /// Queues a line to every owner.
    pub fn alert(&mut self, text: &str, contact: Option<&Contact>) -> Done {
        for member in self.rules.owners() {
            self.text_owner(&member.number, Kind::Alert, text, contact, None)?;
        }
        Ok(())
    }

    /// Queues a caller's text to everybody who may answer it; to one alone if that one has the conversation.
    pub fn forward(&mut self, text: &str, contact: Option<&Contact>, about: MessageId) -> Done {
        if self.rules.readers().next().is_none() {
            return self.keep_for_owner(about);
        }
        if self.merges_text(text, contact)? {
            return Ok(());
        }
        for member in self.listeners(contact, Some(about))? {
            self.text_owner(&member.number, Kind::Forward, text, contact, Some(about))?;
        }
        Ok(())
    }

    /// Makes the message and its parts. `repeats`: earlier copies of it, of which nobody knows whether they went.
    pub fn queue(
        &mut self,
        recipient: &str,
        audience: Audience,
        contact: Option<&Contact>,
        handle: Option<Handle>,
        out: Outgoing<'_>,
        repeats: u32,
    ) -> Result<MessageId, StoreError> {
        let report = audience == Audience::Caller;
        let encoded = air::parts(recipient, out.text, report, 0);
        let (count, state) = match &encoded {
            Ok(parts) => (u8::try_from(parts.len()).unwrap_or(u8::MAX), State::Queued),
            Err(_) => (0, State::Failed),
        };
        let message = self.tx.add_message(&NewMessage {
            direction: Direction::Out,
            kind: out.kind,
            peer: recipient,
            contact: contact.map(|c| c.id),
            handle,
            text: out.text,
            parts: count,
            automatic: out.automatic,
            complete: true,
            state,
            about: out.about,
        })?;
        let parts = match encoded {
            // The reference must differ between long texts to one phone (3GPP TS 23.040 §9.2.3.24.1): the row id does.
            Ok(parts) if parts.len() > 1 => air::parts(recipient, out.text, report, message.0),
            other => other,
        };
        match parts {
            Ok(parts) => {
                for (part, tpdu) in (1..=u8::MAX).zip(&parts) {
                    let new = NewPart {
                        message,
                        part,
                        recipient,
                        audience,
                        priority: out.priority,
                        tpdu,
                        not_before: out.not_before,
                        repeats,
                    };
                    self.tx.queue_part(&new)?;
                }
                self.effects.send = true;
            }
            Err(why) => {
                let about = About {
                    contact: contact.map(|c| c.id),
                    message: Some(message),
                    call: None,
                };
                self.tx.journal(about, "text not queued", &why)?;
            }
        }
        Ok(message)
    }
}

/// Cuts a line to the owner to [`OWNER_PARTS`], saying how to get the rest.
pub(in crate::desk) fn cap(pack: &Pack, text: &str, handle: Option<Handle>) -> String {
    if air::count(text) <= OWNER_PARTS {
        return text.to_owned();
    }
    let tail = match handle {
        Some(handle) => format!("... {} {handle}", pack.command_word("MORE")),
        None => "...".to_owned(),
    };
    air::longest_prefix(text, &tail, OWNER_PARTS)
}
