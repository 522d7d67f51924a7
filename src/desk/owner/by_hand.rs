//! `textback send`: a text queued by hand from the command line.

use crate::desk::conversation::Addressee;
use crate::desk::conversation::outgoing;
use crate::desk::turn::{Done, Turn};
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::types::{Kind, Priority};

impl Turn<'_> {
    /// `textback send 27 TEXT` or `textback send +1… TEXT`: all rules but the cooldown apply.
    pub fn send_by_hand(&mut self, to: &str, text: &str) -> Done {
        let queued = self.send_to(to.trim(), text)?;
        self.effects.queued = Some(queued);
        Ok(())
    }

    fn send_to(&mut self, to: &str, text: &str) -> Result<Result<MessageId, String>, StoreError> {
        if text.trim().is_empty() {
            return Ok(Err("there is no text to send".to_owned()));
        }
        let mut contact = match self.recipient(to)? {
            Ok(contact) => contact,
            Err(why) => return Ok(Err(why)),
        };
        if let Some(why) = self.may_not_text(&contact)? {
            return Ok(Err(format!("not sent: {why}")));
        }
        let handle = self.handle_for(&contact)?;
        let out = outgoing::Outgoing {
            kind: Kind::Relay,
            text,
            priority: Priority::Caller,
            automatic: false,
            not_before: self.now().steady,
            about: None,
        };
        let message = self.text_caller(&contact, Some(handle), out)?;
        if self.tx.message(message)?.is_none_or(|recorded| recorded.parts == 0) {
            return Ok(Err("not sent: the text is too long".to_owned()));
        }
        self.answered(&mut contact)?;
        Ok(Ok(message))
    }

    /// Whom `to` names: a handle, or a number that may be texted.
    fn recipient(&self, to: &str) -> Result<Result<Contact, String>, StoreError> {
        let digits = to.trim_start_matches(['#', '@']);
        if let Ok(handle) = digits.parse::<u16>()
            && !to.starts_with('+')
        {
            return Ok(match self.addressee(Handle(handle))? {
                Addressee::Contact(contact) => Ok(*contact),
                Addressee::Expired(contact) => Err(format!(
                    "the handle {handle} was {}'s too long ago to be meant surely; send to the number",
                    contact.name.as_ref().unwrap_or(&contact.number)
                )),
                Addressee::Nobody => Err(format!("nobody has the handle {handle}")),
            });
        }
        let type_of_address = if to.starts_with('+') { 145 } else { 129 };
        let number = match self.number(to, type_of_address) {
            Ok(number) => number,
            Err(why) => return Ok(Err(format!("{to} can't be texted: {why}"))),
        };
        if self.member(number.e164()).is_some() {
            return Ok(Err(format!("{to} is the owner's or crew's own phone")));
        }
        if let Some(why) = self.class_forbids(&number) {
            return Ok(Err(format!("{to} is not texted: {why}")));
        }
        Ok(Ok(self.tx.contact_or_new(number.e164())?))
    }
}
