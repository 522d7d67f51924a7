//! An owner's text to a caller: tagged, bare handle, untagged. Never guessed between two; held and asked instead.

use super::conversation::Addressee;
use super::lines;
use super::outgoing::Outgoing;
use super::pack::Values;
use super::rules::Member;
use super::turn::{Done, Turn};
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::About;
use crate::store::types::{Consent, Direction, Kind, Priority, TimerKind};
use std::time::Duration;

/// A caller who spoke this recently may be whom an untagged text is for.
const SPOKE_RECENTLY: Duration = Duration::from_secs(2 * 3600);
/// The owner goes on writing to the same person this soon after the last text.
const SAME_PERSON: Duration = Duration::from_secs(10 * 60);
/// A held text is asked about this long.
const HELD_FOR: Duration = Duration::from_secs(15 * 60);
/// Callers offered in the question.
const CHOICES: u32 = 4;
/// Texts shown for a bare handle.
const LAST_FEW: u32 = 3;
/// Characters of each caller's last text in a list.
const SNIPPET: usize = 20;
/// Characters of the held text in the question.
const HELD_SNIPPET: usize = 40;

impl Turn<'_> {
    /// `27 On my way`.
    pub fn tagged(&mut self, member: &Member, message: MessageId, handle: Handle, body: &str) -> Done {
        match self.addressee(handle)? {
            Addressee::Contact(contact) => {
                self.relay(member, Some(message), &contact, body)?;
                Ok(())
            }
            Addressee::Expired(contact) => {
                let who = lines::who(None, &contact);
                let number = &contact.number;
                self.say(
                    &member.number,
                    "not_sent_expired",
                    &[("handle", &handle), ("who", &who), ("number", number)],
                )
            }
            Addressee::Nobody => self.unknown_handle(member, handle),
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
        self.tx.release_held(held.id)?;
        self.tx.clear_timer(TimerKind::Held, held.id)?;
        if self.relay(member, Some(message), contact, &held.text)?.is_some() {
            let who = lines::who(Some(handle), contact);
            self.say(&member.number, "sent_to", &[("who", &who)])?;
        }
        Ok(())
    }

    /// A text without a handle: to the one it can only be for, else held and asked about.
    pub fn untagged(&mut self, member: &Member, message: MessageId, body: &str) -> Done {
        let now = self.now().steady;
        let state = self.tx.owner_state(&member.number)?;
        let last_sent = state.map(|s| s.last_sent_at);
        let since = now
            .minus(SPOKE_RECENTLY)
            .max(last_sent.unwrap_or(now.minus(SPOKE_RECENTLY)));
        let spoken = self.spoken(since, CHOICES)?;
        let held_already = self.tx.held(&member.number)?.is_some();
        match spoken.as_slice() {
            [only] if !held_already => {
                if self.relay(member, Some(message), only, body)?.is_some() {
                    let handle = self.tx.holding_of(only.id)?.map(|h| h.handle);
                    let other = self.another_than(only.id)?;
                    let mut line = self.line("sent_only_open", &[("who", &lines::who(handle, only))]);
                    if let Some(handle) = other {
                        line = format!("{line} {}", self.line("wrong_person", &[("handle", &handle)]));
                    }
                    self.reply(&member.number, &line)?;
                }
                Ok(())
            }
            [] if !held_already => {
                let same = state
                    .filter(|s| now.since(s.last_sent_at) < SAME_PERSON)
                    .and_then(|s| s.last_contact);
                match same.map(|id| self.tx.contact_by_id(id)).transpose()?.flatten() {
                    Some(contact) => {
                        self.relay(member, Some(message), &contact, body)?;
                        Ok(())
                    }
                    None => self.hold(member, body, now.minus(SPOKE_RECENTLY)),
                }
            }
            _ => self.hold(member, body, since),
        }
    }

    /// `NO`: the held text goes nowhere.
    pub fn refuse_held(&mut self, member: &Member) -> Done {
        match self.tx.held(&member.number)? {
            Some(held) => {
                self.tx.release_held(held.id)?;
                self.tx.clear_timer(TimerKind::Held, held.id)?;
                self.say(&member.number, "held_refused", &[])
            }
            None => self.say(&member.number, "nothing_held", &[]),
        }
    }

    /// Nobody said in time whom a held text is for.
    pub fn held_expired(&mut self, id: i64) -> Done {
        let Some((owner, text)) = self.tx.held_by_id(id)? else {
            return Ok(());
        };
        self.tx.release_held(id)?;
        self.say(&owner, "held_dropped", &[("text", &snippet(&text, HELD_SNIPPET))])
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
            self.say_about(&member.number, &contact, "not_sent_to", values)?;
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
            self.say(&member.number, "not_sent_too_long", &[("who", &who)])?;
            return Ok(None);
        }
        contact.human_at = Some(self.now().steady);
        contact.waiting = false;
        self.tx.save_contact(&contact)?;
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

    /// An answer to an owner's phone.
    pub fn reply(&mut self, number: &str, text: &str) -> Done {
        self.text_owner(number, Kind::Answer, text, None, None)?;
        Ok(())
    }

    /// An answer about one caller; it is theirs, so that `FORGET` erases it too.
    pub fn reply_about(&mut self, number: &str, contact: &Contact, text: &str) -> Done {
        self.text_owner(number, Kind::Answer, text, Some(contact), None)?;
        Ok(())
    }

    /// Nobody has that handle.
    pub fn unknown_handle(&mut self, member: &Member, handle: Handle) -> Done {
        self.say(&member.number, "nobody_is", &[("handle", &handle)])
    }

    /// Callers who texted after `since` and may be answered, latest first.
    fn spoken(&self, since: crate::clock::Steady, limit: u32) -> Result<Vec<Contact>, StoreError> {
        self.tx.spoken_since(since, limit)
    }

    /// Somebody else who spoke lately, for `OOPS`.
    fn another_than(&self, id: ContactId) -> Result<Option<Handle>, StoreError> {
        let since = self.now().steady.minus(SPOKE_RECENTLY);
        let other = self.spoken(since, CHOICES)?.into_iter().find(|c| c.id != id);
        match other {
            Some(contact) => Ok(self.tx.holding_of(contact.id)?.map(|h| h.handle)),
            None => Ok(None),
        }
    }

    /// Holds a text and asks whom it is for.
    fn hold(&mut self, member: &Member, body: &str, since: crate::clock::Steady) -> Done {
        if let Some(before) = self.tx.held(&member.number)? {
            self.tx.release_held(before.id)?;
            self.tx.clear_timer(TimerKind::Held, before.id)?;
            let dropped = snippet(&before.text, HELD_SNIPPET);
            self.say(&member.number, "held_dropped", &[("text", &dropped)])?;
        }
        let id = self.tx.hold(&member.number, body)?;
        self.tx
            .set_timer(TimerKind::Held, id, self.now().steady.plus(HELD_FOR))?;
        let mut choices = Vec::new();
        let mut handles = Vec::new();
        for contact in self.spoken(since, CHOICES)? {
            let Some(holding) = self.tx.holding_of(contact.id)? else {
                continue;
            };
            let said = self.tx.last_heard(contact.id, 1)?;
            let said = said
                .first()
                .map(|m| format!(" ({})", snippet(&m.text, SNIPPET)))
                .unwrap_or_default();
            choices.push(format!("{}{said}", lines::who(Some(holding.handle), &contact)));
            handles.push(holding.handle.to_string());
        }
        let held = snippet(body, HELD_SNIPPET);
        self.tx.journal(
            About::default(),
            "held, not sent",
            "it could be for more than one, or for nobody",
        )?;
        if choices.is_empty() {
            return self.say(&member.number, "held_who_for_any", &[("text", &held)]);
        }
        let or = format!(" {} ", self.line("or", &[]));
        let (choices, handles) = (choices.join(&or), handles.join(&or));
        let values: Values<'_> = &[("text", &held), ("choices", &choices), ("handles", &handles)];
        self.say(&member.number, "held_who_for", values)
    }

    /// The last few texts with a caller, oldest first.
    fn show_last(&mut self, member: &Member, handle: Handle, contact: &Contact) -> Done {
        let mut shown = vec![lines::who(Some(handle), contact)];
        for message in self.tx.last_with(contact.id, LAST_FEW)?.iter().rev() {
            let from = match message.direction {
                Direction::In if message.peer == contact.number => "they",
                Direction::In => continue,
                Direction::Out => "we",
            };
            let time = self.rules.time_of_day(message.created_utc_ms, message.offset_s);
            let from = self.line(from, &[]);
            shown.push(format!("{from} {time}: {}", message.text));
        }
        if shown.len() == 1 {
            shown.push(self.line("no_texts_yet", &[]));
        }
        self.reply_about(&member.number, contact, &shown.join("\n"))
    }
}

/// The beginning of a text, on one line.
pub(super) fn snippet(text: &str, characters: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= characters {
        return flat;
    }
    let cut: String = flat.chars().take(characters.saturating_sub(2)).collect();
    format!("{}..", cut.trim_end())
}
