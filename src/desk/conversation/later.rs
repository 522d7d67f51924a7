//! Texts for later (`27 @8am see you`), reminders (`LATER 27 2h`) and canned replies (`27 q2`).
//!
//! What is put off lives in the database with the time of day it is for. The wall clock is looked at again every so often, so
//! that a clock put right, a change to summer time and a restart make it neither early nor forgotten.

use crate::clock::{Steady, Trust};
use crate::desk::conversation::Addressee;
use crate::desk::conversation::replies::snippet;
use crate::desk::hours;
use crate::desk::hours::when;
use crate::desk::owner::commands::NEVER;
use crate::desk::owner::undo::Order;
use crate::desk::rules::{Member, NIGHT};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Values;
use crate::desk::wording::said;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::records::About;
use crate::store::scheduled::Scheduled;
use crate::store::types::{ScheduledKind, TimerKind};
use crate::store::undo::Change;
use std::time::Duration;

/// Most that is put off at a time, over all callers.
const ALL_MOST: u32 = 100;
/// And for one caller.
const EACH_MOST: u32 = 10;
/// The wall clock is looked at this often at least.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);
/// `LATER 27` without a time.
const SOME_TIME: Duration = Duration::from_secs(2 * 3600);
/// Characters of a text in a confirmation.
pub(super) const SAID: usize = 60;
/// Characters of a time that makes no sense.
const WHEN_SAID: usize = 20;
/// Lines of a list of what is put off.
const SHOWN_MOST: u32 = 10;

impl Turn<'_> {
    /// `27 q2`.
    pub fn canned(&mut self, member: &Member, message: MessageId, handle: Handle, number: u8) -> Done {
        let name = match self.addressee(handle)? {
            Addressee::Contact(contact) => contact.name,
            Addressee::Expired(_) | Addressee::Nobody => None,
        };
        let phone = self.business_number()?;
        let wall = self.now().wall;
        let open = self.back_in_words()?;
        let text = self
            .rules
            .canned(number, name.as_deref(), phone.as_deref(), wall, open.as_deref());
        match text {
            Some(text) => self.tagged(member, message, handle, &text),
            None => {
                let there: Vec<String> = self.rules.canned_numbers().iter().map(|n| format!("q{n}")).collect();
                match there.is_empty() {
                    true => self.say(&member.number, "no_canned_at_all", &[]),
                    false => {
                        let there = there.join(", ");
                        self.say(&member.number, "no_canned", &[("count", &number), ("words", &there)])
                    }
                }
            }
        }
    }

    /// `27 @no`, or a time without a text.
    pub fn later_alone(&mut self, member: &Member, handle: Handle, when: &str) -> Done {
        if is_no(when) {
            return self.cancel_put_off(member, handle);
        }
        self.say(&member.number, "put_off_no_text", &[("handle", &handle)])
    }

    /// `27 @8am see you`.
    pub fn later_text(&mut self, member: &Member, handle: Handle, when: &str, text: &str) -> Done {
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        if let Some(why) = self.may_not_text(&contact)? {
            let who = lines::who(Some(handle), &contact);
            let why = self.rules.pack.reason(why);
            let values: Values<'_> = &[("who", &who), ("why", &why), ("number", &contact.number)];
            return self.say_about(&member.number, &contact, "put_off_refused", values);
        }
        let Some(due) = self.time_meant(member, when)? else {
            return Ok(());
        };
        if crate::desk::submission::air::parts(&contact.number, text, true, 0).is_err() {
            return self.say(&member.number, "put_off_too_long", &[]);
        }
        let Some(words) = self.put_off(member, &contact, ScheduledKind::Text, due, text)? else {
            return Ok(());
        };
        let wall = self.now().wall;
        let night = hours::within(NIGHT, due, &self.rules.zone(wall)).is_some();
        let line = said::kept_text(&self.rules.pack, handle, &contact, &words, &snippet(text, SAID), night);
        self.reply_about(&member.number, &contact, &line)
    }

    /// `LATER 27 2h`.
    pub fn remind_later(&mut self, member: &Member, handle: Handle, when: Option<&str>) -> Done {
        if when.is_some_and(is_no) {
            return self.cancel_put_off(member, handle);
        }
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        let due = match when {
            Some(when) => match self.time_meant(member, when)? {
                Some(due) => due,
                None => return Ok(()),
            },
            None => self.now().wall.utc_ms + i64::try_from(SOME_TIME.as_millis()).unwrap_or(0),
        };
        let Some(words) = self.put_off(member, &contact, ScheduledKind::Reminder, due, "")? else {
            return Ok(());
        };
        let who = lines::who(Some(handle), &contact);
        self.say_about(
            &member.number,
            &contact,
            "kept_reminder",
            &[("who", &who), ("time", &words)],
        )
    }

    /// `LATER`: what is put off.
    pub fn list_put_off(&mut self, member: &Member) -> Done {
        let all = self.tx.all_scheduled(SHOWN_MOST)?;
        let mut shown = Vec::new();
        let mut first = None;
        for row in &all {
            if let Some(contact) = self.tx.contact_by_id(row.contact)? {
                let handle = self.handle_for_line(&contact)?;
                first = first.or(Some(handle));
                shown.push(self.put_off_line(&lines::who(Some(handle), &contact), row));
            }
        }
        let Some(first) = first else {
            return self.say(&member.number, "put_off_none", &[]);
        };
        let more = self.tx.scheduled_count()?.saturating_sub(SHOWN_MOST);
        if more > 0 {
            shown.push(self.line("and_more", &[("count", &more)]));
        }
        shown.push(self.line("put_off_cancel", &[("handle", &first)]));
        self.reply(&member.number, &shown.join("\n"))
    }

    /// What is put off for one caller, as lines.
    pub fn put_off_for(&self, contact: &Contact) -> Result<Vec<String>, StoreError> {
        let rows = self.tx.scheduled_for(contact.id, EACH_MOST)?;
        let later = self.line("later", &[]);
        Ok(rows.iter().map(|row| self.put_off_line(&later, row)).collect())
    }

    fn put_off_line(&self, who: &str, row: &Scheduled) -> String {
        let time = self.in_words(row.due_utc_ms);
        match row.kind {
            ScheduledKind::Text => {
                let text = snippet(&row.text, SAID);
                self.line("put_off_text", &[("who", &who), ("time", &time), ("text", &text)])
            }
            ScheduledKind::Reminder => self.line("put_off_reminder", &[("who", &who), ("time", &time)]),
        }
    }

    /// `LATER 27 no`, `27 @no`: nothing of it happens.
    fn cancel_put_off(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.known(member, handle)? else {
            return Ok(());
        };
        let rows = self.tx.scheduled_for(contact.id, EACH_MOST)?;
        let who = lines::who(Some(handle), &contact);
        if rows.is_empty() {
            return self.say_about(&member.number, &contact, "put_off_none_for", &[("who", &who)]);
        }
        let mut order = Order::new(&format!("{} {handle} {NEVER}", self.word("LATER"))).about(&contact);
        let mut said = Vec::new();
        for row in rows {
            self.tx.drop_scheduled(row.id)?;
            self.tx.clear_timer(TimerKind::Scheduled, row.id)?;
            said.push(self.put_off_line("", &row).trim().to_owned());
            order = order.changes([Change::scheduled(Some(row), None)]);
        }
        self.undoable(member, order)?;
        self.follow_waiting(contact.id)?;
        let said = said.join("; ");
        self.say_about(
            &member.number,
            &contact,
            "put_off_cancelled",
            &[("who", &who), ("text", &said)],
        )
    }

    /// The instant that words mean, or it is said why not.
    fn time_meant(&mut self, member: &Member, words: &str) -> Result<Option<i64>, StoreError> {
        let wall = self.now().wall;
        if wall.trust == Trust::Guess && when::length(words).is_none() {
            self.say(&member.number, "put_off_no_clock", &[])?;
            return Ok(None);
        }
        let due = when::read(words, wall.utc_ms, &self.rules.zone(wall), &self.rules.pack);
        if due.is_none() {
            self.say(
                &member.number,
                "put_off_no_time",
                &[("text", &snippet(words, WHEN_SAID))],
            )?;
        }
        Ok(due)
    }

    /// Puts something off and gives its time in words; `None` when there is too much, which was said.
    fn put_off(
        &mut self,
        member: &Member,
        contact: &Contact,
        kind: ScheduledKind,
        due_utc_ms: i64,
        text: &str,
    ) -> Result<Option<String>, StoreError> {
        let theirs = self.tx.scheduled_for(contact.id, EACH_MOST)?.len();
        if theirs >= EACH_MOST as usize || self.tx.scheduled_count()? >= ALL_MOST {
            self.say(&member.number, "put_off_too_many", &[])?;
            return Ok(None);
        }
        let now = self.now();
        let left = u64::try_from(due_utc_ms - now.wall.utc_ms).unwrap_or(0);
        let due_at = now.steady.plus(Duration::from_millis(left));
        let mut row = Scheduled {
            id: 0,
            kind,
            member: member.number.clone(),
            contact: contact.id,
            text: text.to_owned(),
            due_utc_ms,
            due_at,
            asked_at: now.steady,
        };
        row.id = self.tx.schedule(&row)?;
        self.look_again(row.id, due_at)?;
        self.follow_waiting(contact.id)?;
        let about = About {
            contact: Some(contact.id),
            ..About::default()
        };
        self.tx.journal(about, "put off", "the owner asked for it")?;
        let words = self.in_words(due_utc_ms);
        let what = match kind {
            ScheduledKind::Text => self.line("order_text", &[("time", &words)]),
            ScheduledKind::Reminder => self.line("order_reminder", &[("time", &words)]),
        };
        let order = Order::new(&what).about(contact);
        self.undoable(member, order.changes([Change::scheduled(None, Some(row))]))?;
        Ok(Some(words))
    }

    pub(super) fn look_again(&self, id: i64, due_at: Steady) -> Done {
        let soon = self.now().steady.plus(LOOK_AGAIN);
        self.tx.set_timer(TimerKind::Scheduled, id, due_at.min(soon))
    }

    pub(super) fn in_words(&self, utc_ms: i64) -> String {
        let wall = self.now().wall;
        when::in_words(utc_ms, wall.utc_ms, &self.rules.zone(wall), &self.rules.pack)
    }

    /// The caller an order means; asked if the number changed hands since its giver last used it.
    pub fn sure(&mut self, member: &Member, handle: Handle) -> Result<Option<Contact>, StoreError> {
        let Some(contact) = self.known(member, handle)? else {
            return Ok(None);
        };
        match self.meant_before(member, handle, &contact)? {
            None => Ok(Some(contact)),
            Some(before) => {
                let line = said::changed_hands_order(&self.rules.pack, handle, &contact, before.as_ref());
                self.reply_about(&member.number, &contact, &line)?;
                Ok(None)
            }
        }
    }
}

/// `27 @no`, `LATER 27 cancel`.
fn is_no(when: &str) -> bool {
    matches!(
        when.trim().to_lowercase().trim_end_matches(['.', '!']),
        "no" | "off" | "cancel" | "never" | "none"
    )
}
