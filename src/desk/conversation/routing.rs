//! An owner's text to a caller: tagged, bare handle, untagged. Never guessed between two; held and asked instead.

use crate::desk::conversation::Addressee;
use crate::desk::conversation::held::{CHOICES, Doubt};
use crate::desk::conversation::meant::{Guess, READ, SPOKE_RECENTLY};
use crate::desk::conversation::outgoing::Outgoing;
use crate::desk::owner::grammar;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Values;
use crate::desk::wording::said;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::{Contact, ContactId};
use crate::store::types::{Consent, Kind, Priority};

/// Words of a sentence that may be an order: "I am back now".
pub(super) const ORDER_WORDS_MAX: usize = 4;
/// Waiting callers looked through for those to offer.
const WAITING_LOOKED_AT: u32 = 20;
/// Texts with a customer among which the very same words are looked for.
const SAID_LATELY: u32 = 6;

impl Turn<'_> {
    /// `27 On my way`.
    pub fn tagged(&mut self, member: &Member, message: MessageId, handle: Handle, body: &str) -> Done {
        if let Some(contact) = self.meant(member, handle, body)? {
            self.relay(member, Some(message), &contact, body)?;
        }
        Ok(())
    }

    /// Whom the owner surely means by `handle`. `None`: nobody, or it is asked; `body` is held then.
    pub fn meant(&mut self, member: &Member, handle: Handle, body: &str) -> Result<Option<Contact>, StoreError> {
        match self.addressee(handle)? {
            Addressee::Contact(contact) => match self.meant_before(member, handle, &contact)? {
                None => Ok(Some(*contact)),
                Some(before) => {
                    self.hold_back(member, body, Some(&contact))?;
                    let line = said::changed_hands(&self.rules.pack, handle, &contact, before.as_ref());
                    self.reply_not_gone(&member.number, Some(&contact), &line)?;
                    Ok(None)
                }
            },
            Addressee::Expired(contact) => {
                let who = lines::who(None, &contact);
                let number = &contact.number;
                let values: Values<'_> = &[("handle", &handle), ("who", &who), ("number", number)];
                let line = self.line("not_sent_expired", values);
                self.reply_not_gone(&member.number, None, &line)?;
                Ok(None)
            }
            Addressee::Nobody => {
                self.unknown_handle(member, handle)?;
                Ok(None)
            }
        }
    }

    /// Whom `member` meant when they last used `handle`, if that was somebody else. `Some(None)`: forgotten since.
    pub fn meant_before(
        &self,
        member: &Member,
        handle: Handle,
        contact: &Contact,
    ) -> Result<Option<Option<Contact>>, StoreError> {
        let meant = match self.tx.last_meant(&member.number, handle)? {
            Some(meant) => Some(meant),
            // Never used by them: then whoever it stood for in the last line they can have read.
            None => self
                .tx
                .last_shown_as(&member.number, handle, self.now().steady.minus(READ))?
                .map(Some),
        };
        match meant {
            None => Ok(None),
            Some(Some(id)) if id == contact.id => Ok(None),
            Some(None) => Ok(Some(None)),
            Some(Some(id)) => Ok(Some(self.tx.contact_by_id(id)?)),
        }
    }

    /// `27` alone: releases a held text to 27, else shows the last few.
    pub fn bare(&mut self, member: &Member, message: MessageId, handle: Handle) -> Done {
        let addressee = self.addressee(handle)?;
        let (Addressee::Contact(contact) | Addressee::Expired(contact)) = &addressee else {
            return self.unknown_handle(member, handle);
        };
        let Some(held) = self.tx.held(&member.number)? else {
            return self.show_last(member, handle, contact);
        };
        if matches!(addressee, Addressee::Expired(_)) {
            // As for a tagged text: a number idle this long may be mistaken. The text stays held.
            return self.tagged(member, message, handle, &held.text);
        }
        // The question named who has the number now; one that was about somebody else did not.
        let told = held.contact == Some(contact.id) || held.contact.is_none();
        if !told && self.meant(member, handle, &held.text)?.is_none() {
            return Ok(());
        }
        self.release(member, message, handle, contact, &held)
    }

    /// A text without a handle: to the one it can only be for, else held and asked about.
    pub fn untagged(&mut self, member: &Member, message: MessageId, body: &str) -> Done {
        if self.answers_by_name(member, message, body)? {
            return Ok(());
        }
        if let Some(order) = self.reads_like_an_order(body)? {
            return self.unclear(member, Doubt::Order(&order), body);
        }
        if let Some((one, other)) = grammar::two_numbers(body, &self.rules.pack)
            && let (Some(one), Some(other)) = (self.holder(one)?, self.holder(other)?)
        {
            return self.hold_for_one_of(member, body, &[one, other]);
        }
        let named = self.named_first(body)?;
        let guess = self.only_meant(member)?;
        let meant = match &guess {
            Guess::OnlyChat(contact) | Guess::SamePerson(contact) => Some(contact.as_ref().clone()),
            Guess::Unsure { .. } => None,
        };
        match guess {
            // The text itself says that it is for somebody else, or reads like it.
            Guess::OnlyChat(_) | Guess::SamePerson(_)
                if !named.is_empty()
                    && meant
                        .as_ref()
                        .is_none_or(|meant| named.iter().all(|n| n.id != meant.id)) =>
            {
                let choices: Vec<Contact> = named.into_iter().chain(meant).collect();
                self.hold_for_one_of(member, body, &choices)
            }
            Guess::OnlyChat(contact) => {
                self.said_again(member, &contact, body)?;
                if self.relay(member, Some(message), &contact, body)?.is_some() {
                    let handle = self.tx.holding_of(contact.id)?.map(|h| h.handle);
                    let other = self.another_than(contact.id)?;
                    let mut line = self.line("sent_only_open", &[("who", &lines::who(handle, &contact))]);
                    if let Some(handle) = other {
                        line = format!("{line} {}", self.line("wrong_person", &[("handle", &handle)]));
                    }
                    self.reply(&member.number, &line)?;
                }
                Ok(())
            }
            Guess::SamePerson(contact) => {
                self.said_again(member, &contact, body)?;
                self.relay(member, Some(message), &contact, body)?;
                Ok(())
            }
            Guess::Unsure { since } => {
                let mut told = self.told_of(member, since, CHOICES)?;
                if told.is_empty() {
                    told = self.waiting_for(member)?;
                }
                let choices: Vec<Contact> = named.into_iter().chain(told).collect();
                self.hold_for_one_of(member, body, &choices)
            }
        }
    }

    /// The order that a text without a command's word first may be all the same: "I'm back" of somebody who is away; "mute 16",
    /// which is none that there is, but for no customer either.
    fn reads_like_an_order(&self, body: &str) -> Result<Option<String>, StoreError> {
        let pack = &self.rules.pack;
        if let Some(handle) = grammar::word_and_number(body)
            && self.holder(handle)?.is_some()
        {
            return Ok(Some(pack.command_word("HELP")));
        }
        let words: Vec<&str> = body.split_whitespace().collect();
        let back = |word: &&str| pack.command_of(word) == Some("RESUME");
        let resumes = words.len() <= ORDER_WORDS_MAX && words.iter().any(back);
        let stopped = resumes && (self.paused()? || self.away()?.is_some());
        Ok(stopped.then(|| pack.command_word("RESUME")))
    }

    /// Who waits for an answer from `member`, those who wait longest first: whom an answer after hours on a roof is for.
    fn waiting_for(&self, member: &Member) -> Result<Vec<Contact>, StoreError> {
        let mut theirs = Vec::new();
        for contact in self.tx.waiting(WAITING_LOOKED_AT)? {
            let taken = self.claimant(contact.id)?.is_some_and(|by| by.number != member.number);
            if !taken && self.may_not_text(&contact)?.is_none() {
                theirs.push(contact);
            }
        }
        theirs.truncate(CHOICES);
        Ok(theirs)
    }

    /// Holds a text and asks whom of these it is for; nobody stands there twice.
    pub fn hold_for_one_of(&mut self, member: &Member, body: &str, among: &[Contact]) -> Done {
        self.puzzled(&member.number)?;
        let mut choices: Vec<Contact> = Vec::new();
        for contact in among {
            if choices.len() < CHOICES && choices.iter().all(|known| known.id != contact.id) {
                choices.push(contact.clone());
            }
        }
        self.hold(member, body, &choices, Doubt::Whom)
    }

    /// `Dave`, while it is asked whom a text is for: sent to the one who is called that. False: that is no answer.
    fn answers_by_name(&mut self, member: &Member, message: MessageId, body: &str) -> Result<bool, StoreError> {
        if self.tx.held(&member.number)?.is_none_or(|held| held.contact.is_some()) {
            return Ok(false);
        }
        let called = self.called(body)?;
        match called.as_slice() {
            [] => return Ok(false),
            [one] => match self.tx.holding_of(one.id)?.map(|holding| holding.handle) {
                Some(handle) => self.bare(member, message, handle)?,
                None => return Ok(false),
            },
            [_, _, ..] => self.say(&member.number, "still_held", &[])?,
        }
        Ok(true)
    }

    /// Counts a text without a number whose very words that customer got lately: a phone that answers by itself says the same.
    fn said_again(&mut self, member: &Member, contact: &Contact, body: &str) -> Done {
        let lately = self.tx.last_with(contact.id, SAID_LATELY)?;
        if lately.iter().any(|said| said.kind == Kind::Relay && said.text == body) {
            self.puzzled(&member.number)?;
        }
        Ok(())
    }

    /// A command's word before what makes no order of it, or one with a slip. However sure it is whom it would be for, it is
    /// asked: sent to a customer, an order gone wrong ("Away on vacation") can't be taken back.
    pub fn unclear(&mut self, member: &Member, doubt: Doubt<'_>, body: &str) -> Done {
        let choices = match self.only_meant(member)? {
            Guess::OnlyChat(contact) | Guess::SamePerson(contact) => vec![*contact],
            Guess::Unsure { since } => self.told_of(member, since, CHOICES)?,
        };
        self.hold(member, body, &choices, doubt)
    }

    /// `27 block`: an order behind the number it is about, which would be sent to them.
    pub fn misplaced(&mut self, member: &Member, handle: Handle, order: &str, body: &str) -> Done {
        match self.meant(member, handle, body)? {
            Some(contact) => self.hold(member, body, &[contact], Doubt::Order(order)),
            None => Ok(()),
        }
    }

    /// Queues the owner's words to a caller. `None`: not, and the owner was told why.
    pub fn relay(
        &mut self,
        member: &Member,
        answers: Option<MessageId>,
        contact: &Contact,
        body: &str,
    ) -> Result<Option<MessageId>, StoreError> {
        let mut contact = contact.clone();
        let number = &contact.number;
        if let Some(why) = self.may_not_text(&contact)? {
            let who = lines::who(self.tx.holding_of(contact.id)?.map(|h| h.handle), &contact);
            if contact.opted_out {
                self.tx
                    .consent(number, Consent::Refused, "the owner's text was not sent")?;
            }
            let why = self.rules.pack.reason(why);
            let values: Values<'_> = &[("who", &who), ("why", &why), ("number", number)];
            let line = self.line("not_sent_to", values);
            self.reply_not_gone(&member.number, Some(&contact), &line)?;
            return Ok(None);
        }
        let handle = self.handle_for(&contact)?;
        if let Some(answers) = answers {
            self.tx
                .classify_message(answers, Kind::Relay, Some(contact.id), Some(handle))?;
        }
        let out = Outgoing {
            kind: Kind::Relay,
            text: body,
            priority: Priority::Caller,
            automatic: false,
            not_before: self.now().steady,
            about: answers,
        };
        let message = self.text_caller(&contact, Some(handle), out)?;
        let unsendable = self.tx.message(message)?.is_some_and(|m| m.parts == 0);
        if unsendable {
            let who = lines::who(Some(handle), &contact);
            let line = self.line("not_sent_too_long", &[("who", &who)]);
            self.reply_not_gone(&member.number, Some(&contact), &line)?;
            return Ok(None);
        }
        self.answered(&mut contact)?;
        self.tx.set_last_meant(&member.number, handle, contact.id)?;
        self.claim_by(member, &contact, handle)?;
        self.tx.owner_wrote(&member.number, contact.id, message)?;
        Ok(Some(message))
    }

    /// Why nothing may be sent to a contact, by anybody.
    pub fn may_not_text(&self, contact: &Contact) -> Result<Option<&'static str>, StoreError> {
        Ok(if contact.opted_out {
            Some("they opted out (STOP)")
        } else if contact.blocked {
            Some("you blocked them")
        } else if self.is_own(&contact.number)? {
            Some("it is our own number")
        } else {
            None
        })
    }

    /// Somebody else who spoke lately, for `OOPS`.
    fn another_than(&self, id: ContactId) -> Result<Option<Handle>, StoreError> {
        let since = self.now().steady.minus(SPOKE_RECENTLY);
        let other = self.tx.spoken_since(since, 2)?.into_iter().find(|c| c.id != id);
        match other {
            Some(contact) => Ok(self.tx.holding_of(contact.id)?.map(|h| h.handle)),
            None => Ok(None),
        }
    }
}
