//! A caller's text: opting out and in, HELP, robots; everything else goes to the owner.

pub(super) mod content;
pub(super) mod flood;
pub(super) mod inbound;
pub(super) mod kept;
pub(super) mod long_text;
pub mod optout;
pub(super) mod reactions;

use crate::desk::caller::content::Content;
use crate::desk::caller::optout::Consent as Word;
use crate::desk::conversation::outgoing::Outgoing;
use crate::desk::conversation::replies::snippet;
use crate::desk::submission::limits;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::{Handle, MessageId};
use crate::phone::{self, NumberClass, PhoneNumber};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::messages::Message;
use crate::store::records::About;
use crate::store::types::{Consent, Kind, Priority, TimerKind};
use std::time::Duration;

/// The same words twice within this long: a machine answers.
const ROBOT_WINDOW: Duration = Duration::from_secs(120);
/// So many texts within that time are no person's.
const ROBOT_TEXTS: u32 = 20;
/// STOP and START in turns, so often in a day, are no person's wish.
const TURNS_MAX: u32 = 6;
/// STOP and the few words that people put around it; the owner need not read them.
const BARE_STOP_WORDS: usize = 4;
/// Characters of an opt-out in so many words that the owner reads.
const OPT_OUT_SAID: usize = 60;
/// For the journal: a text may ask us to stop, and is passed on.
pub(super) const FROZEN: &str = "automatic texts frozen";
/// Confirmations of STOP and START beyond the cap on automatic texts: whoever had them all may still say STOP once.
const CONFIRMATIONS_OVER: u32 = 1;

impl Turn<'_> {
    /// A whole text from a caller, recorded as `message`.
    pub fn caller_text(&mut self, mut contact: Contact, message: MessageId, text: &str) -> Done {
        let about = About {
            contact: Some(contact.id),
            call: None,
            message: Some(message),
        };
        let before = self.tx.last_heard(contact.id, 2)?;
        let handle = self.handle_for(&contact)?;
        self.tx
            .classify_message(message, Kind::Forward, Some(contact.id), Some(handle))?;
        match optout::consent_in(text, &self.rules.pack) {
            Word::Stop => self.opt_out(contact, handle, text, about),
            Word::Start | Word::Yes if contact.opted_out => self.opt_in(contact, handle, text, about),
            // They may have asked us to stop; now they surely ask for texts. A machine's START means nothing.
            Word::Start if contact.frozen.is_some() && !contact.robot_told => self.opt_in(contact, handle, text, about),
            Word::Help => self.help(contact, handle, about),
            Word::MaybeStop => {
                self.heard(&mut contact)?;
                contact.frozen = Some("may have asked us to stop".to_owned());
                self.tx.save_contact(&contact)?;
                let dropped = self.cancel_textbacks(&contact.number, "may have asked us to stop")?;
                let why = format!("the text may ask us to stop; text-backs still queued and dropped: {dropped}");
                self.tx.journal(about, FROZEN, &why)?;
                let line = self.line_of(&contact, handle, false, text);
                self.pass_on(&contact, message, &line)
            }
            Word::Start | Word::Yes | Word::Plain => {
                if self.is_repeat(&before, message, text) {
                    return self.robot(contact, handle, about, "the same text twice within two minutes");
                }
                if self.is_burst(&contact)? {
                    return self.robot(contact, handle, about, "more texts than a person writes");
                }
                let new = if reactions::read(text, &self.rules.pack).is_some() {
                    self.reacted(&mut contact)?;
                    false
                } else if self.only_closes(&contact, text) {
                    self.closed(&mut contact)?
                } else {
                    self.heard(&mut contact)?
                };
                let line = self.line_of(&contact, handle, new, text);
                self.pass_on(&contact, message, &line)
            }
        }
    }

    /// The line that passes a caller's text on. `new`: it begins a conversation.
    pub(super) fn line_of(&self, contact: &Contact, handle: Handle, new: bool, text: &str) -> String {
        let pack = &self.rules.pack;
        let may_stop = optout::consent_in(text, pack) == Word::MaybeStop;
        if may_stop && !contact.opted_out {
            let who = lines::who(Some(handle), contact);
            return self.line("maybe_stop", &[("who", &who), ("text", &text)]);
        }
        if let Some(reaction) = reactions::read(text, pack).filter(|_| !may_stop) {
            return lines::reaction(pack, handle, contact, &reaction.verb, &reaction.to);
        }
        let line = lines::text(pack, handle, contact, new, text);
        match self.rules.is_urgent(text) && !may_stop {
            true => format!("{} {line}", self.line("urgent", &[])),
            false => line,
        }
    }

    /// A picture message, a contact card or the like from a caller: told in words.
    pub fn caller_content(&mut self, mut contact: Contact, message: MessageId, content: &Content) -> Done {
        let handle = self.handle_for(&contact)?;
        self.tx
            .classify_message(message, Kind::Forward, Some(contact.id), Some(handle))?;
        self.heard(&mut contact)?;
        match content.line(&self.rules.pack, handle, &contact) {
            Some(line) => self.pass_on(&contact, message, &line),
            None => Ok(()),
        }
    }

    /// To everybody who may answer, unless the caller is blocked. It says more than a missed call's line, which is dropped.
    fn pass_on(&mut self, contact: &Contact, message: MessageId, line: &str) -> Done {
        if contact.blocked {
            let about = About {
                contact: Some(contact.id),
                call: None,
                message: Some(message),
            };
            return self.tx.journal(about, "not forwarded", "blocked");
        }
        self.told_of_call(contact)?;
        self.forward(line, Some(contact), message)
    }

    /// STOP: at once, before anything queued. One confirmation, queued after the queue was emptied.
    fn opt_out(&mut self, mut contact: Contact, handle: Handle, text: &str, about: About) -> Done {
        self.tx.consent(&contact.number, Consent::OptOut, text)?;
        if contact.opted_out {
            return self.tx.journal(
                about,
                "opt-out repeated",
                "already opted out; one confirmation is enough",
            );
        }
        let dropped = self.cancel_queued(&contact.number, "opted out")?;
        contact.opted_out = true;
        contact.waiting = false;
        self.tx.save_contact(&contact)?;
        self.tx.journal(
            about,
            "opted out",
            &format!("texts still queued for them and dropped: {}", dropped.len()),
        )?;
        let confirmation = self.rules.opted_out();
        let confirmed = self.confirm(&contact, handle, &confirmation, about)?;
        self.tx.clear_timer(TimerKind::MissedLine, contact.id.0)?;
        if contact.blocked {
            Ok(())
        } else if !confirmed {
            self.robot(contact, handle, about, "STOP and START in turns")
        } else {
            let who = lines::who(Some(handle), &contact);
            let mut line = self.line("opted_out", &[("who", &who), ("number", &contact.number)]);
            // In so many words they may have said more than STOP.
            if text.split_whitespace().count() > BARE_STOP_WORDS {
                let said = self.line("they_wrote", &[("text", &snippet(text, OPT_OUT_SAID))]);
                line = format!("{line}. {said}");
            }
            self.alert(&line, Some(&contact))
        }
    }

    fn opt_in(&mut self, mut contact: Contact, handle: Handle, text: &str, about: About) -> Done {
        self.tx.consent(&contact.number, Consent::OptIn, text)?;
        contact.opted_out = false;
        contact.frozen = None;
        self.tx.save_contact(&contact)?;
        self.tx.journal(about, "opted in again", "they asked for it")?;
        let confirmation = self.rules.opted_in();
        let confirmed = self.confirm(&contact, handle, &confirmation, about)?;
        if contact.blocked {
            Ok(())
        } else if !confirmed {
            self.robot(contact, handle, about, "STOP and START in turns")
        } else {
            let who = lines::who(Some(handle), &contact);
            let line = self.line("opted_in", &[("who", &who)]);
            self.alert(&line, Some(&contact))
        }
    }

    /// HELP gets the help text, within the cap on automatic texts; past it, a machine is assumed.
    fn help(&mut self, contact: Contact, handle: Handle, about: About) -> Done {
        let today = self
            .tx
            .automatic_since(contact.id, self.now().steady.minus(limits::DAY))?;
        if today >= self.rules.automatic_per_day {
            return self.robot(contact, handle, about, "over the cap on automatic texts");
        }
        if contact.robot_told {
            return self
                .tx
                .journal(about, "HELP not answered", "an automatic system answers there");
        }
        if let Some(why) = self.costs_to_answer(&contact) {
            return self.tx.journal(about, "HELP not answered", &why);
        }
        self.tx.journal(about, "HELP answered", "they asked who we are")?;
        let help = self.rules.help(self.business_number()?.as_deref());
        self.answer_caller(&contact, handle, &help)
    }

    /// Stops automatic texts there and tells the owner, once.
    fn robot(&mut self, mut contact: Contact, handle: Handle, about: About, why: &str) -> Done {
        self.tx.journal(about, "taken for an automatic system", why)?;
        if contact.robot_told {
            return Ok(());
        }
        contact.robot_told = true;
        contact.frozen = Some("an automatic system answers there".to_owned());
        self.tx.save_contact(&contact)?;
        let dropped = self.cancel_textbacks(&contact.number, "an automatic system answers there")?;
        if dropped > 0 {
            let why = format!("an automatic system answers there; text-backs: {dropped}");
            self.tx.journal(about, "queued texts dropped", &why)?;
        }
        if contact.blocked {
            Ok(())
        } else {
            let who = lines::who(Some(handle), &contact);
            let line = self.line("robot", &[("who", &who)]);
            self.alert(&line, Some(&contact))
        }
    }

    fn is_repeat(&self, before: &[Message], message: MessageId, text: &str) -> bool {
        let now = self.now().steady;
        before
            .iter()
            .any(|m| m.id != message && m.text == text && now.since(m.created_at) <= ROBOT_WINDOW)
    }

    fn is_burst(&self, contact: &Contact) -> Result<bool, StoreError> {
        let lately = self.tx.last_heard(contact.id, ROBOT_TEXTS)?;
        let now = self.now().steady;
        let full = u32::try_from(lately.len()).is_ok_and(|count| count >= ROBOT_TEXTS);
        Ok(full && lately.iter().all(|m| now.since(m.created_at) <= ROBOT_WINDOW))
    }

    fn takes_turns(&self, contact: &Contact) -> Result<bool, StoreError> {
        let lately = self.tx.last_heard(contact.id, TURNS_MAX)?;
        let now = self.now().steady;
        let full = u32::try_from(lately.len()).is_ok_and(|count| count >= TURNS_MAX);
        let wish = |text: &str| matches!(optout::consent(text), Word::Stop | Word::Start | Word::Yes);
        Ok(full
            && lately
                .iter()
                .all(|m| now.since(m.created_at) <= limits::DAY && wish(&m.text)))
    }

    /// Why not even an answer goes there: numbers whose texts cost us, by which strangers earn.
    fn costs_to_answer(&self, contact: &Contact) -> Option<String> {
        let number = PhoneNumber::from_e164(&contact.number).ok()?;
        // Before the SIM told where we are, nobody is foreign.
        self.country?;
        self.class_forbids(&number)
            .filter(|_| phone::class(&number) != NumberClass::Landline)
    }

    /// Confirms a STOP or START, unless that costs us or was done often enough today; the wish itself is on record. False if
    /// it was done too often.
    fn confirm(&mut self, contact: &Contact, handle: Handle, text: &str, about: About) -> Result<bool, StoreError> {
        if let Some(why) = self.costs_to_answer(contact) {
            self.tx.journal(about, "not confirmed", &why)?;
            return Ok(true);
        }
        let today = self
            .tx
            .automatic_since(contact.id, self.now().steady.minus(limits::DAY))?;
        if today >= self.rules.automatic_per_day.saturating_add(CONFIRMATIONS_OVER) || self.takes_turns(contact)? {
            self.tx
                .journal(about, "not confirmed", "over the cap on automatic texts")?;
            return Ok(false);
        }
        self.answer_caller(contact, handle, text)?;
        Ok(true)
    }

    /// Our own answer to STOP, START or HELP. No block holds it back: it is queued after the block was set.
    fn answer_caller(&mut self, contact: &Contact, handle: Handle, text: &str) -> Done {
        let out = Outgoing {
            kind: Kind::Answer,
            text,
            priority: Priority::Confirmation,
            automatic: true,
            not_before: self.now().steady,
            about: None,
        };
        self.text_caller(contact, Some(handle), out)?;
        Ok(())
    }

    /// More of a text that went on incomplete: the whole of it may be an opt-out after all.
    pub fn completed_text(&mut self, contact: Contact, message: MessageId, text: &str) -> Done {
        let handle = self.handle_for(&contact)?;
        if optout::consent_in(text, &self.rules.pack) == Word::Stop {
            let about = About {
                contact: Some(contact.id),
                call: None,
                message: Some(message),
            };
            return self.opt_out(contact, handle, text, about);
        }
        let who = lines::who(Some(handle), &contact);
        let line = self.line("now_complete", &[("who", &who), ("text", &text)]);
        self.pass_on(&contact, message, &line)
    }
}
