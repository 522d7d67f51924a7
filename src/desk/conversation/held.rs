//! Texts of the owner's that wait to be told whom they are for: asked about for 15 minutes, then dropped, which is said.

use crate::desk::conversation::replies::gist;
use crate::desk::conversation::routing::ORDER_WORDS_MAX;
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
/// Characters of the held text and of each caller's last one in the question, and whether numbers stand there in full, the most
/// telling first.
const SNIPPETS: [(usize, usize, bool); 6] = [
    (HELD_SNIPPET, 20, true),
    (HELD_SNIPPET, 12, true),
    (30, 10, true),
    (30, 0, true),
    (20, 0, true),
    (20, 0, false),
];
/// Digits of a number that is not there in full.
const LAST_DIGITS: usize = 4;

/// Why a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Doubt<'a> {
    /// It could be for more than one, or for nobody.
    Whom,
    /// It begins like an order, which goes like this, and is none.
    Order(&'a str),
    /// It is one slip away from this order's word.
    Slip(&'a str),
}

impl Turn<'_> {
    /// Holds a text; one held before is dropped, and that is said.
    pub fn hold_back(&mut self, member: &Member, body: &str, only_for: Option<&Contact>) -> Done {
        if let Some(before) = self.tx.held(&member.number)? {
            self.tx.release_held(before.id)?;
            self.tx.clear_timer(TimerKind::Held, before.id)?;
            if before.text != body {
                let dropped = gist(&before.text, HELD_SNIPPET);
                let line = self.line("held_dropped", &[("text", &dropped)]);
                self.reply_not_gone(&member.number, None, &line)?;
            }
        }
        let id = self.tx.hold(&member.number, body, only_for.map(|c| c.id))?;
        self.tx.set_timer(TimerKind::Held, id, self.now().steady.plus(HELD_FOR))
    }

    /// Holds a text and asks whom it is for, or whether it was meant to be an order.
    pub fn hold(&mut self, member: &Member, body: &str, choices: &[Contact], doubt: Doubt<'_>) -> Done {
        self.hold_back(member, body, None)?;
        let why = match doubt {
            Doubt::Order(_) => "it begins like an order and is none",
            Doubt::Slip(_) => "it may be an order with a slip",
            Doubt::Whom => "it could be for more than one, or for nobody",
        };
        self.tx.journal(About::default(), "held, not sent", why)?;
        let mut offered = Vec::new();
        for contact in choices {
            if let Some(holding) = self.tx.holding_of(contact.id)? {
                let said = self.last_words(contact.id)?;
                offered.push((holding.handle, contact, said));
            }
        }
        let asked = |snippets| self.question(body, doubt, &offered, snippets);
        // The snippets give way before a second part is paid for.
        let fits = SNIPPETS.iter().map(asked).find(|line| air::count_plain(line) <= 1);
        let line = fits.unwrap_or_else(|| self.question(body, doubt, &offered, &SNIPPETS[0]));
        self.reply_not_gone(&member.number, None, &line)
    }

    /// What is asked about a held text, with so much of it, of each caller's last one and of their numbers.
    fn question(
        &self,
        body: &str,
        doubt: Doubt<'_>,
        offered: &[(Handle, &Contact, Option<String>)],
        (of_text, of_last, in_full): &(usize, usize, bool),
    ) -> String {
        let text = gist(body, *of_text);
        let handles: Vec<String> = offered.iter().map(|(handle, ..)| handle.to_string()).collect();
        let choices: Vec<String> = offered
            .iter()
            .map(|(handle, contact, said)| {
                let who = match &contact.name {
                    None if !in_full => format!("{handle} {}", last_digits(&contact.number)),
                    Some(_) | None => lines::who(Some(*handle), contact),
                };
                match said {
                    Some(said) if *of_last > 0 => format!("{who} ({})", gist(said, *of_last)),
                    Some(_) | None => who,
                }
            })
            .collect();
        let (handles, choices) = (self.any_of(&handles), self.any_of(&choices));
        let open: Values<'_> = &[("text", &text), ("choices", &choices), ("handles", &handles)];
        match (doubt, offered.is_empty()) {
            (Doubt::Whom, true) => self.line("held_who_for_any", &[("text", &text)]),
            (Doubt::Whom, false) => self.line("held_who_for", open),
            (Doubt::Order(usage), true) => self.line("held_order_any", &[("text", &text), ("usage", &usage)]),
            (Doubt::Order(usage), false) => self.line("held_order", &with(open, ("usage", &usage))),
            (Doubt::Slip(word), true) => self.line("held_slip_any", &[("text", &text), ("word", &word)]),
            (Doubt::Slip(word), false) => self.line("held_slip", &with(open, ("word", &word))),
        }
    }

    /// `27, 31 or 33`
    fn any_of(&self, several: &[String]) -> String {
        match several.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, before)) => format!("{} {} {last}", before.join(", "), self.line("or", &[])),
            None => String::new(),
        }
    }

    /// An order came that begins with the word of a text held for its word: that was this one gone wrong, and is done with.
    pub fn order_came(&mut self, member: &Member, order: &str) -> Done {
        let Some(held) = self.tx.held(&member.number)? else {
            return Ok(());
        };
        let pack = &self.rules.pack;
        let mended = commands::corrected(&held.text, pack).unwrap_or_else(|| held.text.clone());
        let word = commands::first_word(order, pack);
        // "I'm back" too, before BACK.
        let among_the_first = |word: &str| {
            let mut words = held.text.split_whitespace().take(ORDER_WORDS_MAX);
            words.any(|held| pack.command_of(held) == Some(word))
        };
        if !word.is_some_and(|word| commands::first_word(&mended, pack) == Some(word) || among_the_first(word)) {
            return Ok(());
        }
        self.tx.release_held(held.id)?;
        self.tx.clear_timer(TimerKind::Held, held.id)?;
        let why = "the order it should have been came";
        self.tx.journal(About::default(), "held text dropped", why)
    }

    /// `YES` to the question whether a held text is an order with a slip: that order, and the text is held no longer.
    pub fn take_mended(&mut self, member: &Member) -> Result<Option<String>, StoreError> {
        let Some(held) = self.tx.held(&member.number)?.filter(|held| held.contact.is_none()) else {
            return Ok(None);
        };
        let Some(order) = commands::corrected(&held.text, &self.rules.pack) else {
            return Ok(None);
        };
        self.tx.release_held(held.id)?;
        self.tx.clear_timer(TimerKind::Held, held.id)?;
        let why = "the owner said that it is an order with a slip";
        self.tx.journal(About::default(), "held text dropped", why)?;
        Ok(Some(order))
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
        let line = self.line("held_dropped", &[("text", &gist(&text, HELD_SNIPPET))]);
        self.reply_not_gone(&owner, None, &line)
    }
}

/// `..1234`
fn last_digits(number: &str) -> String {
    let start = number.char_indices().rev().nth(LAST_DIGITS - 1).map_or(0, |(at, _)| at);
    format!("..{}", number.get(start..).unwrap_or(number))
}

fn with<'a>(
    values: Values<'a>,
    one: (&'a str, &'a dyn std::fmt::Display),
) -> Vec<(&'a str, &'a dyn std::fmt::Display)> {
    values.iter().copied().chain([one]).collect()
}
