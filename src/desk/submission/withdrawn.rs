//! Texts that will not go: what they rested on has changed while they waited.

use crate::desk::calls::textback::{self, Refusal};
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageId;
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::messages::Message;
use crate::store::outbox::OutboxPart;
use crate::store::types::{Audience, Kind, State};

impl Turn<'_> {
    /// Why a part may not go any more, whatever queued it: what it rested on has changed meanwhile.
    pub(super) fn unwanted(&self, part: &OutboxPart) -> Result<Option<String>, StoreError> {
        let Some((contact, message)) = self.contact_of(part)? else {
            return Ok(None);
        };
        match part.audience {
            // What a caller wrote is for those who may answer it now.
            Audience::Owner => Ok((self.member(&part.recipient).is_none()).then(|| "no longer on the team".to_owned())),
            // Only our own answer to an opt-out passes.
            Audience::Caller if message.kind == Kind::Answer => Ok(None),
            Audience::Caller => Ok(self.refusal_meanwhile(&contact, &message)?.map(|why| why.to_string())),
        }
    }

    /// Why a text to a caller that was right when it was queued is not any more. A text-back of which a part has left goes on,
    /// unless the caller wants none.
    fn refusal_meanwhile(&self, contact: &Contact, message: &Message) -> Result<Option<Refusal>, StoreError> {
        if contact.opted_out {
            return Ok(Some(Refusal::OptedOut));
        }
        if contact.blocked {
            return Ok(Some(Refusal::Blocked));
        }
        if message.kind != Kind::TextBack || self.tx.has_left(message.id)? {
            return Ok(None);
        }
        if contact.friend {
            return Ok(Some(Refusal::Friend));
        }
        if self.paused()? {
            return Ok(Some(Refusal::Paused));
        }
        // Who wrote a moment ago is glad to hear at once that somebody is there; who was answered, or wrote long ago, is not.
        let now = self.now().steady;
        let talked = contact
            .human_at
            .is_some_and(|at| at > message.created_at && (!contact.waiting || now.since(at) >= textback::LATE));
        Ok(talked.then_some(Refusal::Alive))
    }

    pub(super) fn drop_part(&mut self, part: &OutboxPart, why: &str) -> Done {
        self.tx.settle_part(part.id, State::Failed, why, false)?;
        self.withdraw(part.message, why)?;
        let about = self.about(part)?;
        self.tx.journal(about, "not sent", why)
    }

    /// Drops everything queued for a number, at once, with the reason; the texts it was.
    pub fn cancel_queued(&mut self, recipient: &str, why: &str) -> Result<Vec<MessageId>, StoreError> {
        let messages = self.tx.queued_messages_to(recipient)?;
        for message in &messages {
            self.withdraw(*message, why)?;
        }
        Ok(messages)
    }

    /// What is still queued of a text will not go. A call whose text never left was not texted, whatever was decided before.
    fn withdraw(&self, id: MessageId, why: &str) -> Done {
        self.tx.fail_queued_of(id, why)?;
        self.tx.refresh_message(id)?;
        let text_back = self.tx.message(id)?.filter(|message| message.kind == Kind::TextBack);
        if let Some(contact) = text_back.and_then(|message| message.contact)
            && !self.tx.has_left(id)?
        {
            self.stop_line_lost(contact)?;
            self.tx
                .skip_call_of(contact, id, &format!("withdrawn before it went: {why}"))?;
        }
        Ok(())
    }

    /// Drops the text-backs that still wait for a number, with the reason; what the owner wrote stays. How many it was.
    pub fn cancel_textbacks(&mut self, recipient: &str, why: &str) -> Result<usize, StoreError> {
        let mut dropped = 0;
        for message in self.tx.queued_messages_to(recipient)? {
            let kind = self.tx.message(message)?.map(|message| message.kind);
            if kind == Some(Kind::TextBack) {
                self.withdraw(message, why)?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }
}
