//! Texts of the owner's that wait to be told whom they are for: asked about for 15 minutes, then dropped, which is said.

use crate::clock::Steady;
use crate::desk::conversation::routing::snippet;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Values;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::records::{About, Held};
use crate::store::types::TimerKind;
use std::time::Duration;

/// A held text is asked about this long.
const HELD_FOR: Duration = Duration::from_secs(15 * 60);
/// Callers offered in the question.
const CHOICES: usize = 4;
/// Characters of each caller's last text in a list.
const SNIPPET: usize = 20;
/// Characters of the held text in the question.
const HELD_SNIPPET: usize = 40;

impl Turn<'_> {
    /// Holds a text; one held before is dropped, and that is said.
    pub fn hold_back(&mut self, member: &Member, body: &str, only_for: Option<&Contact>) -> Done {
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
    pub fn hold(&mut self, member: &Member, body: &str, since: Steady) -> Done {
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

    pub fn release(
        &mut self,
        member: &Member,
        message: MessageId,
        handle: Handle,
        contact: &Contact,
        held: &Held,
    ) -> Done {
        self.tx.release_held(held.id)?;
        self.tx.clear_timer(TimerKind::Held, held.id)?;
        if self.relay(member, Some(message), contact, &held.text)?.is_some() {
            let who = lines::who(Some(handle), contact);
            self.say(&member.number, "sent_to", &[("who", &who)])?;
        }
        Ok(())
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
}
