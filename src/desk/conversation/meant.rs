//! Whom an untagged text can only be for. Each phone has its own context: what it was shown, by when the network took it, and
//! whom it wrote last. Anything less than certain is asked.

use crate::clock::Steady;
use crate::desk::rules::Member;
use crate::desk::turn::Turn;
use crate::store::StoreError;
use crate::store::claims::Shown;
use crate::store::contacts::{Contact, ContactId};
use std::time::Duration;

/// A caller who spoke this recently may be whom an untagged text is for.
pub(in crate::desk) const SPOKE_RECENTLY: Duration = Duration::from_secs(2 * 3600);
/// The owner goes on writing to the same person this soon after the last text.
const SAME_PERSON: Duration = Duration::from_secs(10 * 60);
/// From the network to the phone, a look at it, a text typed and back again: what was sent to a phone this short a time before
/// a text from it may not have been read when that was written.
pub(in crate::desk) const READ: Duration = Duration::from_secs(30);
/// Lines queued this long before the owner's last text may have gone out after it.
const QUEUED_MOST: Duration = Duration::from_secs(30 * 60);
/// Lines looked through for whom an untagged text may be for; more of them, and it is asked.
const SHOWN_MOST: u32 = 40;

/// Whom an untagged text is for.
#[derive(Debug)]
pub(in crate::desk) enum Guess {
    /// Only one spoke since the owner last wrote.
    OnlyChat(Box<Contact>),
    /// Nobody did, and the owner goes on writing to the same one.
    SamePerson(Box<Contact>),
    /// Anything else. `since`: who spoke after it is offered.
    Unsure { since: Steady },
}

impl Turn<'_> {
    /// Whom an untagged text can only be for. Each phone has its own context: what it was told of, and whom it wrote last.
    pub fn only_meant(&self, member: &Member) -> Result<Guess, StoreError> {
        let now = self.now().steady;
        let two_hours_ago = now.minus(SPOKE_RECENTLY);
        let state = self.tx.owner_state(&member.number)?;
        let written = state.map_or(two_hours_ago, |s| s.last_sent_at).max(two_hours_ago);
        let unsure = Guess::Unsure { since: written };
        let since = written.minus(QUEUED_MOST).max(two_hours_ago);
        let shown = self.tx.shown_since(&member.number, since, SHOWN_MOST)?;
        if self.tx.held(&member.number)?.is_some() || shown.len() >= SHOWN_MOST as usize {
            return Ok(unsure);
        }
        // Lines that came while the owner wrote last may have been read after it, unless the one they wrote to had the later line.
        let answered = shown
            .iter()
            .filter(|line| state.is_some_and(|s| s.last_contact == Some(line.contact)))
            .filter_map(|line| line.sent_at.filter(|at| *at <= written))
            .max();
        let read_since = written.minus(READ).max(answered.unwrap_or(Steady(i64::MIN)));
        let news: Vec<&Shown> = shown
            .iter()
            .filter(|line| line.sent_at.is_none_or(|at| at > read_since))
            .collect();
        let same = state
            .filter(|s| now.since(s.last_sent_at) < SAME_PERSON)
            .and_then(|s| s.last_contact);
        let Some(only) = news.first().map(|line| line.contact) else {
            return match same {
                Some(id) => self.same_person(id, unsure),
                None => Ok(Guess::Unsure { since: two_hours_ago }),
            };
        };
        if news.iter().any(|line| line.contact != only) {
            return Ok(unsure);
        }
        let spoke = news
            .iter()
            .any(|line| line.spoke && line.sent_at.is_some_and(|at| at > written));
        let unread = news
            .iter()
            .any(|line| line.sent_at.is_none_or(|at| at.plus(READ) > now));
        match same {
            Some(id) if id == only && !spoke => self.same_person(id, unsure),
            // It may be for somebody before: what this one said has hardly been read.
            Some(id) if id != only && unread => Ok(unsure),
            None if unread && shown.iter().any(|line| line.contact != only) => Ok(unsure),
            Some(_) | None if spoke => self.unless_taken(member, only, unsure),
            Some(_) | None => Ok(unsure),
        }
    }

    fn same_person(&self, contact: ContactId, unsure: Guess) -> Result<Guess, StoreError> {
        let contact = self.tx.contact_by_id(contact)?;
        Ok(contact.map_or(unsure, |contact| Guess::SamePerson(Box::new(contact))))
    }

    /// The only open chat, unless somebody else of the team has it: then it is asked.
    fn unless_taken(&self, member: &Member, contact: ContactId, unsure: Guess) -> Result<Guess, StoreError> {
        let taken = self.claimant(contact)?.is_some_and(|by| by.number != member.number);
        let contact = self.tx.contact_by_id(contact)?.filter(|_| !taken);
        Ok(contact.map_or(unsure, |contact| Guess::OnlyChat(Box::new(contact))))
    }

    /// Callers this phone was told of after `since`, latest first.
    pub fn told_of(&self, member: &Member, since: Steady, limit: usize) -> Result<Vec<Contact>, StoreError> {
        let mut found: Vec<Contact> = Vec::new();
        for line in self.tx.shown_since(&member.number, since, SHOWN_MOST)? {
            if found.len() >= limit || found.iter().any(|known| known.id == line.contact) {
                continue;
            }
            found.extend(self.tx.contact_by_id(line.contact)?);
        }
        Ok(found)
    }
}
