//! Several people answer one business number: whoever answers a caller first has that conversation, the others hear so in
//! one line, and what the caller writes next goes to that one alone. A day without a word, and it is everybody's again.

use crate::desk::rules::{Member, Role};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// A conversation idle this long is nobody's.
const LAPSES: Duration = Duration::from_secs(24 * 3600);

impl Turn<'_> {
    /// Who of the team has the conversation with a caller.
    pub fn claimant(&self, contact: ContactId) -> Result<Option<Member>, StoreError> {
        let now = self.now().steady;
        let claim = self.tx.claim(contact)?.filter(|c| now.since(c.active_at) < LAPSES);
        Ok(claim.and_then(|claim| {
            self.rules
                .readers()
                .find(|member| member.number == claim.member)
                .cloned()
        }))
    }

    /// `member` texts a caller: the conversation is theirs. The others are told when it changes hands.
    pub fn claim_by(&mut self, member: &Member, contact: &Contact, handle: Handle) -> Done {
        let others: Vec<Member> = self
            .rules
            .readers()
            .filter(|other| other.number != member.number)
            .cloned()
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let before = self.claimant(contact.id)?;
        self.tx.set_claim(contact.id, &member.number)?;
        if before.as_ref().is_some_and(|had| had.number == member.number) {
            return Ok(());
        }
        let about = About {
            contact: Some(contact.id),
            ..About::default()
        };
        self.tx
            .journal(about, "conversation taken", "first to answer, or answered over another")?;
        let (who, name) = (lines::who(Some(handle), contact), self.known_as(member));
        for other in others {
            // Who never heard of them, or lost interest with the first line, is not told twice.
            let concerned = before.as_ref().is_none_or(|had| had.number == other.number);
            if concerned {
                self.say_about(&other.number, contact, "taken", &[("who", &who), ("name", &name)])?;
            }
        }
        Ok(())
    }

    /// How the others of the team know somebody: by name, else "the owner" if there is only one, else by number.
    pub fn known_as(&self, member: &Member) -> String {
        let only_owner = member.role == Role::Owner && self.rules.owners().count() == 1;
        match only_owner && member.name.is_empty() {
            true => self.line("the_owner", &[]),
            false => member.called().to_owned(),
        }
    }

    /// Nobody has that conversation any more.
    pub fn unclaim(&mut self, contact: ContactId) -> Done {
        self.tx.drop_claim(contact)
    }

    /// Who gets what a caller writes: whoever has the conversation, else all who may answer. An urgent text goes to all.
    pub fn listeners(&self, contact: Option<&Contact>, text: Option<MessageId>) -> Result<Vec<Member>, StoreError> {
        let everybody = || self.rules.readers().cloned().collect();
        let Some(contact) = contact else {
            return Ok(everybody());
        };
        let Some(member) = self.claimant(contact.id)? else {
            return Ok(everybody());
        };
        let text = text.map(|id| self.tx.message(id)).transpose()?.flatten();
        if text.is_some_and(|text| self.rules.is_urgent(&text.text)) {
            return Ok(everybody());
        }
        self.tx.set_claim(contact.id, &member.number)?;
        Ok(vec![member])
    }

    /// A caller was answered: they wait no longer, and how long they did is counted.
    pub fn answered(&mut self, contact: &mut Contact) -> Done {
        let now = self.now().steady;
        if contact.waiting {
            let since = contact.waiting_since.or(contact.heard_at).unwrap_or(now);
            let waited = i64::try_from(now.since(since).as_millis()).unwrap_or(i64::MAX);
            self.tx.add_answered(waited)?;
        }
        self.tx.clear_timer(TimerKind::Nudge, contact.id.0)?;
        contact.human_at = Some(now);
        contact.waiting = false;
        contact.waiting_since = None;
        self.tx.save_contact(contact)
    }
}
