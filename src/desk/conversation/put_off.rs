//! What was put off has come: a reminder to whoever asked for it, a text to the caller, if it still may go and is not too late.

use crate::clock::Trust;
use crate::desk::conversation::later::{LOOK_AGAIN, SAID};
use crate::desk::conversation::outgoing::Outgoing;
use crate::desk::conversation::replies::gist;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Values;
use crate::desk::wording::said;
use crate::store::contacts::Contact;
use crate::store::records::About;
use crate::store::scheduled::Scheduled;
use crate::store::types::{Kind, Priority, ScheduledKind};
use std::time::Duration;

/// A text this much too late (the box was off) goes only at a decent hour,
const LATE: Duration = Duration::from_secs(30 * 60);
/// and later than this not at all: the owner gets it back.
const TOO_LATE: Duration = Duration::from_secs(4 * 3600);
/// With a clock nobody vouches for, what is due waits this long for a better one.
const GUESS_PATIENCE: Duration = Duration::from_secs(4 * 3600);

impl Turn<'_> {
    /// Something put off is due, or the clock is looked at again.
    pub fn scheduled_due(&mut self, id: i64) -> Done {
        let Some(row) = self.tx.scheduled(id)? else {
            return Ok(());
        };
        let now = self.now();
        let left = now.until(row.due_utc_ms, row.due_at);
        if !left.is_zero() {
            return self.look_again(id, now.steady.plus(left));
        }
        // By a clock that only ever lags it is past due; how late, nobody knows.
        if now.wall.trust == Trust::Guess
            && now.steady.since(row.due_at) > LATE
            && now.steady.since(row.due_at) < GUESS_PATIENCE
        {
            return self.look_again(id, now.steady.plus(LOOK_AGAIN));
        }
        self.tx.drop_scheduled(id)?;
        let Some(contact) = self.tx.contact_by_id(row.contact)? else {
            return Ok(());
        };
        let late = Duration::from_millis(u64::try_from(now.wall.utc_ms - row.due_utc_ms).unwrap_or(0));
        match row.kind {
            ScheduledKind::Reminder => self.remind(&row, &contact),
            ScheduledKind::Text => self.send_put_off(&row, &contact, late),
        }
    }

    /// The phone to tell of something that `row` asked for: whoever asked, or the owners if they are no longer of the team.
    fn askers(&self, row: &Scheduled) -> Vec<Member> {
        match self.member(&row.member) {
            Some(member) => vec![member.clone()],
            None => self.rules.owners().cloned().collect(),
        }
    }

    fn remind(&mut self, row: &Scheduled, contact: &Contact) -> Done {
        let handle = self.handle_for(contact)?;
        let said = self.last_words(contact.id)?;
        let said = said.map(|said| gist(&said, SAID)).unwrap_or_default();
        let line = said::reminder(&self.rules.pack, handle, contact, &said);
        for member in self.askers(row) {
            self.ring_owner(&member.number, &line, Some(contact))?;
        }
        Ok(())
    }

    /// Sends a text that was put off, if it still may go. It is no answer in the owner's running conversation: an untagged text
    /// after it goes to whom it would have gone before.
    fn send_put_off(&mut self, row: &Scheduled, contact: &Contact, late: Duration) -> Done {
        let now = self.now();
        let about = About {
            contact: Some(contact.id),
            ..About::default()
        };
        let handle = self.handle_for(contact)?;
        let decent = self.rules.polite_time(now) <= now.steady;
        let refusal = match self.may_not_text(contact)? {
            Some(why) => {
                let (who, why) = (lines::who(Some(handle), contact), self.rules.pack.reason(why));
                let values: Values<'_> = &[("who", &who), ("why", &why), ("number", &contact.number)];
                Some(self.line("not_sent_to", values))
            }
            None if late > TOO_LATE || (late > LATE && !decent) => {
                let when = self.in_words(row.due_utc_ms);
                Some(said::too_late(&self.rules.pack, handle, contact, &when, &row.text))
            }
            None => None,
        };
        if let Some(line) = refusal {
            self.tx
                .journal(about, "text put off was not sent", "opted out, blocked, or too late")?;
            for member in self.askers(row) {
                self.ring_owner(&member.number, &line, Some(contact))?;
            }
            return Ok(());
        }
        let out = Outgoing {
            kind: Kind::Relay,
            text: &row.text,
            priority: Priority::Caller,
            automatic: false,
            not_before: now.steady,
            about: None,
        };
        self.text_caller(contact, Some(handle), out)?;
        self.tx.journal(about, "text put off was sent", "its time has come")?;
        let mut contact = contact.clone();
        match contact.heard_at.filter(|heard| *heard > row.asked_at) {
            None => self.answered(&mut contact),
            // What they wrote since is not answered by it.
            Some(heard) => {
                contact.human_at = Some(now.steady);
                contact.waiting_since = contact.waiting.then_some(heard);
                self.tx.save_contact(&contact)?;
                self.follow_waiting(contact.id)
            }
        }
    }
}
