//! An owner's text to a caller: tagged, bare handle, untagged. Never guessed between two; held and asked instead.

use super::conversation::Addressee;
use super::outgoing::Outgoing;
use super::pack::Values;
use super::rules::Member;
use super::turn::{Done, Turn};
use super::{lines, said};
use crate::clock::Steady;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::claims::Shown;
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::{About, Held};
use crate::store::types::{Consent, Direction, Kind, Priority, TimerKind};
use std::time::Duration;

/// A caller who spoke this recently may be whom an untagged text is for.
const SPOKE_RECENTLY: Duration = Duration::from_secs(2 * 3600);
/// The owner goes on writing to the same person this soon after the last text.
const SAME_PERSON: Duration = Duration::from_secs(10 * 60);
/// A held text is asked about this long.
const HELD_FOR: Duration = Duration::from_secs(15 * 60);
/// A line takes about this long from the network to the owner's eyes: a text sent sooner does not answer it.
const UNDERWAY: Duration = Duration::from_secs(4);
/// Lines queued this long before the owner's last text may have gone out after it.
const QUEUED_MOST: Duration = Duration::from_secs(30 * 60);
/// Lines looked through for whom an untagged text may be for; more of them, and it is asked.
const SHOWN_MOST: u32 = 40;
/// Callers offered in the question.
const CHOICES: usize = 4;
/// Texts shown for a bare handle.
const LAST_FEW: u32 = 3;
/// Characters of each caller's last text in a list.
const SNIPPET: usize = 20;
/// Characters of the held text in the question.
const HELD_SNIPPET: usize = 40;

/// Whom an untagged text is for.
#[derive(Debug)]
enum Guess {
    /// Only one spoke since the owner last wrote.
    OnlyChat(Box<Contact>),
    /// Nobody did, and the owner goes on writing to the same one.
    SamePerson(Box<Contact>),
    /// Anything else. `since`: who spoke after it is offered.
    Unsure { since: Steady },
}

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
                    self.reply_about(&member.number, &contact, &line)?;
                    Ok(None)
                }
            },
            Addressee::Expired(contact) => {
                let who = lines::who(None, &contact);
                let number = &contact.number;
                self.say(
                    &member.number,
                    "not_sent_expired",
                    &[("handle", &handle), ("who", &who), ("number", number)],
                )?;
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
        match self.tx.last_meant(&member.number, handle)? {
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

    /// `YES` to the question whether the new holder of a number is meant. False: nothing like that was asked.
    pub fn confirm_held(&mut self, member: &Member, message: MessageId) -> Result<bool, StoreError> {
        let Some(held) = self.tx.held(&member.number)? else {
            return Ok(false);
        };
        let Some(contact) = held.contact.map(|id| self.tx.contact_by_id(id)).transpose()?.flatten() else {
            return Ok(false);
        };
        let handle = self.handle_for(&contact)?;
        self.release(member, message, handle, &contact, &held)?;
        Ok(true)
    }

    fn release(&mut self, member: &Member, message: MessageId, handle: Handle, contact: &Contact, held: &Held) -> Done {
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
        match self.only_meant(member)? {
            Guess::OnlyChat(contact) => {
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
                self.relay(member, Some(message), &contact, body)?;
                Ok(())
            }
            Guess::Unsure { since } => self.hold(member, body, since),
        }
    }

    /// Whom an untagged text can only be for. Each phone has its own context: what it was told of, and whom it wrote last.
    fn only_meant(&self, member: &Member) -> Result<Guess, StoreError> {
        let now = self.now().steady;
        let two_hours_ago = now.minus(SPOKE_RECENTLY);
        let state = self.tx.owner_state(&member.number)?;
        // Lines that were still on their way when the owner wrote last are news to them.
        let written = state
            .map_or(two_hours_ago, |s| s.last_sent_at.minus(UNDERWAY))
            .max(two_hours_ago);
        let same = state
            .filter(|s| now.since(s.last_sent_at) < SAME_PERSON)
            .and_then(|s| s.last_contact);
        let since = written.minus(QUEUED_MOST).max(two_hours_ago);
        let shown = self.tx.shown_since(&member.number, since, SHOWN_MOST)?;
        let news: Vec<&Shown> = shown
            .iter()
            .filter(|line| line.sent_at.is_none_or(|at| at > written))
            .collect();
        let unsure = Guess::Unsure {
            since: state.map_or(two_hours_ago, |s| s.last_sent_at).max(two_hours_ago),
        };
        if self.tx.held(&member.number)?.is_some() || shown.len() >= SHOWN_MOST as usize {
            return Ok(unsure);
        }
        if let Some(first) = news.first()
            && news.iter().all(|line| line.contact == first.contact)
        {
            // They spoke, and the phone has had time to show it, or there is nobody else it could be for.
            let read = |line: &&Shown| {
                let patience = if same.is_none_or(|id| id == line.contact) {
                    Duration::ZERO
                } else {
                    UNDERWAY
                };
                line.spoke && line.sent_at.is_some_and(|at| at.plus(patience) <= now)
            };
            let answered = state.is_some_and(|s| s.last_contact == Some(first.contact))
                && news
                    .iter()
                    .all(|line| line.sent_at.is_some_and(|at| at <= written.plus(UNDERWAY)));
            if !answered && news.iter().any(read) {
                return self.unless_taken(member, first.contact, unsure);
            }
        }
        match same {
            Some(id) if news.iter().all(|line| line.contact == id) => {
                let contact = self.tx.contact_by_id(id)?;
                Ok(contact.map_or(unsure, |contact| Guess::SamePerson(Box::new(contact))))
            }
            // Nobody spoke, nobody was written to: all of the last two hours are offered.
            None if news.is_empty() => Ok(Guess::Unsure { since: two_hours_ago }),
            Some(_) | None => Ok(unsure),
        }
    }

    /// The only open chat, unless somebody else of the team has it: then it is asked.
    fn unless_taken(&self, member: &Member, contact: ContactId, unsure: Guess) -> Result<Guess, StoreError> {
        let taken = self.claimant(contact)?.is_some_and(|by| by.number != member.number);
        let contact = self.tx.contact_by_id(contact)?.filter(|_| !taken);
        Ok(contact.map_or(unsure, |contact| Guess::OnlyChat(Box::new(contact))))
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

    /// Somebody else who spoke lately, for `OOPS`.
    fn another_than(&self, id: ContactId) -> Result<Option<Handle>, StoreError> {
        let since = self.now().steady.minus(SPOKE_RECENTLY);
        let other = self.tx.spoken_since(since, 2)?.into_iter().find(|c| c.id != id);
        match other {
            Some(contact) => Ok(self.tx.holding_of(contact.id)?.map(|h| h.handle)),
            None => Ok(None),
        }
    }

    /// Callers this phone was told of after `since`, latest first.
    fn told_of(&self, member: &Member, since: Steady, limit: usize) -> Result<Vec<Contact>, StoreError> {
        let mut found: Vec<Contact> = Vec::new();
        for line in self.tx.shown_since(&member.number, since, SHOWN_MOST)? {
            if found.len() >= limit || found.iter().any(|known| known.id == line.contact) {
                continue;
            }
            found.extend(self.tx.contact_by_id(line.contact)?);
        }
        Ok(found)
    }

    /// Holds a text; one held before is dropped, and that is said.
    fn hold_back(&mut self, member: &Member, body: &str, only_for: Option<&Contact>) -> Done {
        if let Some(before) = self.tx.held(&member.number)? {
            self.tx.release_held(before.id)?;
            self.tx.clear_timer(TimerKind::Held, before.id)?;
            if before.text != body {
                let dropped = snippet(&before.text, HELD_SNIPPET);
                self.say(&member.number, "held_dropped", &[("text", &dropped)])?;
            }
        }
        let id = self.tx.hold(&member.number, body, only_for.map(|c| c.id))?;
        self.tx.set_timer(TimerKind::Held, id, self.now().steady.plus(HELD_FOR))
    }

    /// Holds a text and asks whom it is for.
    fn hold(&mut self, member: &Member, body: &str, since: Steady) -> Done {
        self.hold_back(member, body, None)?;
        let mut choices = Vec::new();
        let mut handles = Vec::new();
        for contact in self.told_of(member, since, CHOICES)? {
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
        self.tx.set_last_meant(&member.number, handle, contact.id)?;
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
        shown.extend(self.put_off_for(contact)?);
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
