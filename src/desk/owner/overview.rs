//! `LIST` and `MORE` alone: who waits.

use crate::clock::Steady;
use crate::desk::conversation::routing::snippet;
use crate::desk::rules::{Member, Role};
use crate::desk::submission::air;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::store::StoreError;
use crate::store::contacts::Contact;
use std::time::Duration;

/// Callers that `LIST` knows of, all pages together.
const LIST_MOST: u32 = 60;
/// Characters of each caller's last text in `LIST`.
const LIST_SNIPPET: usize = 24;
/// Callers who don't wait are listed this long after the last text either way.
const LISTED_FOR: Duration = Duration::from_secs(72 * 3600);
/// Setting, followed by a phone's number: where its `LIST` stopped and when, as `offset:steady`.
const LIST_FROM: &str = "list_from_";
/// `MORE` goes on with a list this long after it.
const LIST_GOES_ON: Duration = Duration::from_secs(30 * 60);

impl Turn<'_> {
    /// `LIST`: who waits first, then the other conversations; as many as one part takes.
    pub fn list(&mut self, member: &Member) -> Done {
        self.list_page(member, 0)
    }

    /// `MORE` alone: the rest of the list if that was asked for last, else of whoever texted last.
    pub fn more_of_last(&mut self, member: &Member) -> Done {
        let mark = self.tx.setting(&list_key(member))?;
        let mark = mark.as_deref().and_then(|mark| mark.split_once(':'));
        let mark = mark.and_then(|(from, at)| Some((from.parse::<usize>().ok()?, Steady(at.parse().ok()?))));
        let last = self.tx.spoken_since(Steady(i64::MIN), 1)?;
        if let Some((from, at)) = mark {
            let spoke_since = last.first().and_then(|c| c.heard_at).is_some_and(|heard| heard > at);
            if from > 0 && !spoke_since && self.now().steady.since(at) < LIST_GOES_ON {
                return self.list_page(member, from);
            }
        }
        let handle = match last.first() {
            Some(contact) => self.tx.holding_of(contact.id)?.map(|holding| holding.handle),
            None => None,
        };
        match handle {
            Some(handle) => self.more(member, handle),
            None => self.say(&member.number, "nothing_more", &[]),
        }
    }

    fn list_page(&mut self, member: &Member, from: usize) -> Done {
        let mut open = self.tx.waiting(LIST_MOST)?;
        let waiting = open.len();
        for contact in self.tx.alive_since(self.now().steady.minus(LISTED_FOR), LIST_MOST)? {
            if !contact.waiting {
                open.push(contact);
            }
        }
        let header = match waiting == 0 && from == 0 {
            true => format!("{} {}\n", self.line("nobody_waits", &[]), self.line("list_lately", &[])),
            false => String::new(),
        };
        let mut page = String::new();
        let mut shown = from;
        for (at, contact) in open.iter().enumerate().skip(from) {
            let line = self.list_line(member, contact, at < waiting)?;
            let left = open.len() - at - 1;
            let more = if left > 0 {
                format!("\n{}", self.line("list_more", &[("count", &left)]))
            } else {
                String::new()
            };
            let with = if page.is_empty() {
                line
            } else {
                format!("{page}\n{line}")
            };
            if !page.is_empty() && air::count(&format!("{header}{with}{more}")) > 1 {
                break;
            }
            page = with;
            shown = at + 1;
        }
        let left = open.len().saturating_sub(shown);
        if left > 0 {
            page = format!("{page}\n{}", self.line("list_more", &[("count", &left)]));
        }
        if waiting == 0 && from == 0 {
            page = match page.is_empty() {
                true => self.line("nobody_waits", &[]),
                false => format!("{header}{page}"),
            };
        }
        let next = if left > 0 { shown } else { 0 };
        self.tx
            .set_setting(&list_key(member), &format!("{next}:{}", self.now().steady.0))?;
        self.reply(&member.number, &page)
    }

    /// `27 Dave 2h: Water heater..`; whoever has the conversation is named, and that it was answered.
    fn list_line(&self, member: &Member, contact: &Contact, waits: bool) -> Result<String, StoreError> {
        let handle = self.tx.holding_of(contact.id)?.map(|h| h.handle);
        let who = lines::who(handle, contact);
        let since = if waits {
            contact.waiting_since.or(contact.heard_at)
        } else {
            contact.human_at
        };
        let age = since
            .map(|at| format!(" {}", self.rules.pack.length(self.now().steady.since(at))))
            .unwrap_or_default();
        let by = match self.claimant(contact.id)? {
            Some(by) if by.number != member.number => format!(" ({})", self.known_as(&by)),
            Some(_) | None => String::new(),
        };
        if !waits {
            return Ok(format!("{who}{age} {}{by}", self.line("list_answered", &[])));
        }
        let said = self.tx.last_heard(contact.id, 1)?;
        // An installer looks after the box, not into people's texts.
        let said = match (member.role, said.first()) {
            (Role::Installer, _) | (_, None) => String::new(),
            (Role::Owner | Role::Crew, Some(message)) => format!(": {}", snippet(&message.text, LIST_SNIPPET)),
        };
        Ok(format!("{who}{age}{by}{said}"))
    }
}

fn list_key(member: &Member) -> String {
    format!("{LIST_FROM}{}", member.number)
}
