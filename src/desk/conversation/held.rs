//! Texts of the owner's that wait to be told whom they are for: asked about for 15 minutes, then dropped, which is said.

use crate::desk::conversation::routing::snippet;
use crate::desk::owner::commands;
use crate::desk::rules::Member;
use crate::desk::submission::air;
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
pub(super) const CHOICES: usize = 4;
/// Characters of the held text in what is said of it.
const HELD_SNIPPET: usize = 40;
/// Characters of the held text and of each caller's last one in the question, the most telling first.
const SNIPPETS: [(usize, usize); 5] = [(HELD_SNIPPET, 20), (HELD_SNIPPET, 12), (30, 10), (30, 0), (20, 0)];

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

    /// Holds a text and asks whom it is for; with `order`, whether it was meant to be one that goes like that.
    pub fn hold(&mut self, member: &Member, body: &str, choices: &[Contact], order: Option<&str>) -> Done {
        self.hold_back(member, body, None)?;
        let why = match order {
            Some(_) => "it begins like an order and is none",
            None => "it could be for more than one, or for nobody",
        };
        self.tx.journal(About::default(), "held, not sent", why)?;
        let mut offered = Vec::new();
        for contact in choices {
            if let Some(holding) = self.tx.holding_of(contact.id)? {
                let said = self.tx.last_heard(contact.id, 1)?;
                let said = said.first().map(|message| message.text.clone());
                offered.push((holding.handle, lines::who(Some(holding.handle), contact), said));
            }
        }
        let asked = |snippets| self.question(body, order, &offered, snippets);
        // The snippets give way before a second part is paid for.
        let fits = SNIPPETS.iter().map(asked).find(|line| air::count(line) <= 1);
        let line = fits.unwrap_or_else(|| self.question(body, order, &offered, &SNIPPETS[0]));
        self.reply(&member.number, &line)
    }

    /// What is asked about a held text, with so much of it and of each caller's last one.
    fn question(
        &self,
        body: &str,
        order: Option<&str>,
        offered: &[(Handle, String, Option<String>)],
        (of_text, of_last): &(usize, usize),
    ) -> String {
        let text = snippet(body, *of_text);
        let or = format!(" {} ", self.line("or", &[]));
        let handles: Vec<String> = offered.iter().map(|(handle, ..)| handle.to_string()).collect();
        let choices: Vec<String> = offered
            .iter()
            .map(|(_, who, said)| match said {
                Some(said) if *of_last > 0 => format!("{who} ({})", snippet(said, *of_last)),
                Some(_) | None => who.clone(),
            })
            .collect();
        let (handles, choices) = (handles.join(&or), choices.join(&or));
        match (order, offered.is_empty()) {
            (None, true) => self.line("held_who_for_any", &[("text", &text)]),
            (Some(usage), true) => self.line("held_order_any", &[("text", &text), ("usage", &usage)]),
            (None, false) => {
                let values: Values<'_> = &[("text", &text), ("choices", &choices), ("handles", &handles)];
                self.line("held_who_for", values)
            }
            (Some(usage), false) => {
                let values: Values<'_> = &[
                    ("text", &text),
                    ("usage", &usage),
                    ("choices", &choices),
                    ("handles", &handles),
                ];
                self.line("held_order", values)
            }
        }
    }

    /// An order came that begins with the word of a text held for its word: that was this one gone wrong, and is done with.
    pub fn order_came(&mut self, member: &Member, order: &str) -> Done {
        let Some(held) = self.tx.held(&member.number)? else {
            return Ok(());
        };
        let pack = &self.rules.pack;
        let word = commands::first_word(order, pack);
        if word.is_none() || word != commands::first_word(&held.text, pack) {
            return Ok(());
        }
        self.tx.release_held(held.id)?;
        self.tx.clear_timer(TimerKind::Held, held.id)?;
        let why = "the order it should have been came";
        self.tx.journal(About::default(), "held text dropped", why)
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
