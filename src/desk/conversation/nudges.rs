//! A caller who waits is brought to mind after 15 minutes and after 2 hours, reckoned from when the team could first read
//! what they wrote; after that the digest tells of them.

use crate::clock::{Steady, Trust};
use crate::desk::conversation::replies::gist;
use crate::desk::hours;
use crate::desk::hours::away::AWAY_UNTIL;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::said;
use crate::ids::Handle;
use crate::store::StoreError;
use crate::store::claims::Told;
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::About;
use crate::store::timers::Timer;
use crate::store::types::{Kind, ScheduledKind, TimerKind};
use crate::store::undo::Change;
use std::time::Duration;

/// The first nudge, from when the first text that nobody answered reached the team.
pub(in crate::desk) const FIRST: Duration = Duration::from_secs(15 * 60);
/// The second and last.
const SECOND: Duration = Duration::from_secs(2 * 3600);
/// A nudge this long after that was the second.
const BETWEEN: Duration = Duration::from_secs(3600);
/// Whom nobody answered for so long, since their last text, no longer waits: as long as a handle stays theirs.
const WAITS_MOST: Duration = Duration::from_secs(14 * 24 * 3600);
/// Callers looked at for that in one step of the housekeeping.
const GIVEN_UP_MOST: u32 = 100;
/// Nudges due this close together are one text.
const TOGETHER: Duration = Duration::from_secs(3 * 60);
/// So many due within [`FIRST`] are a crowd …
const CROWD: usize = 5;
/// … and whoever is due this soon is told with it, and nobody else before then but who is urgent: a text for each handful would
/// cost more than it says.
const TOGETHER_IN_A_CROWD: Duration = Duration::from_secs(3600);
/// Most callers in one.
const TOGETHER_MOST: u32 = 100;
/// While the owner is away one that isn't urgent is looked at again after this long.
const HELD_WHILE_AWAY: Duration = Duration::from_secs(3600);
/// The latest texts that make a nudge urgent.
const URGENT_LOOKS_AT: u32 = 3;
/// Characters of what they wrote.
const SAID: usize = 60;

/// Setting: when a crowd was told of, steady milliseconds.
const CROWD_TOLD: &str = "crowd_told";

/// A caller to be told of.
struct Waiting {
    contact: Contact,
    handle: Handle,
    /// How long they wait.
    age: Duration,
}

impl Turn<'_> {
    /// A caller begins to wait; one who is blocked does not, for nobody hears of them.
    pub fn begin_waiting(&mut self, contact: &mut Contact) -> Done {
        let now = self.now().steady;
        if contact.blocked || contact.waiting && contact.waiting_since.is_some() {
            return Ok(());
        }
        contact.waiting = true;
        contact.waiting_since = Some(now);
        if self.rules.nudges {
            self.tx.set_timer(TimerKind::Nudge, contact.id.0, now.plus(FIRST))?;
        }
        Ok(())
    }

    /// Callers whom nobody answered for [`WAITS_MOST`] no longer count as waiting, unless the owner put them off.
    pub fn give_up_waiting(&mut self) -> Done {
        let before = self.now().steady.minus(WAITS_MOST);
        for mut contact in self.tx.waiting(GIVEN_UP_MOST)? {
            let latest = contact.heard_at.max(contact.waiting_since);
            if latest.is_some_and(|at| at > before) || !self.tx.scheduled_for(contact.id, 1)?.is_empty() {
                continue;
            }
            contact.waiting = false;
            contact.waiting_since = None;
            self.tx.save_contact(&contact)?;
            self.tx.clear_timer(TimerKind::Nudge, contact.id.0)?;
            let about = About {
                contact: Some(contact.id),
                ..About::default()
            };
            self.tx
                .journal(about, "no longer waits", "nobody answered for 14 days")?;
        }
        Ok(())
    }

    /// A caller no longer waits, and nobody need look after them: no nudge, no reminder, no claim. The reminders dropped.
    pub fn finish_with(&mut self, contact: &Contact) -> Result<Vec<Change>, StoreError> {
        self.tx.clear_timer(TimerKind::Nudge, contact.id.0)?;
        let mut dropped = Vec::new();
        for row in self.tx.scheduled_for(contact.id, TOGETHER_MOST)? {
            if row.kind == ScheduledKind::Reminder {
                self.tx.drop_scheduled(row.id)?;
                self.tx.clear_timer(TimerKind::Scheduled, row.id)?;
                dropped.push(Change::scheduled(Some(row), None));
            }
        }
        self.unclaim(contact.id)?;
        Ok(dropped)
    }

    /// An order changed whether a caller waits or is put off: their nudges follow. Who is put off is not brought to mind
    /// before; one who waits again is when they would have been.
    pub fn follow_waiting(&mut self, id: ContactId) -> Done {
        let Some(contact) = self.tx.contact_by_id(id)? else {
            return Ok(());
        };
        let put_off = !self.tx.scheduled_for(id, 1)?.is_empty();
        if put_off || !contact.waiting || contact.blocked || !self.rules.nudges {
            return self.tx.clear_timer(TimerKind::Nudge, id.0).map(|_| ());
        }
        if self.tx.timer(TimerKind::Nudge, id.0)?.is_some() {
            return Ok(());
        }
        let now = self.now().steady;
        let due = match self.told_at(&contact)? {
            Some(told) => [told.plus(FIRST), told.plus(SECOND)].into_iter().find(|due| *due > now),
            None => Some(now.plus(FIRST)),
        };
        match due {
            Some(due) => self.tx.set_timer(TimerKind::Nudge, id.0, due),
            None => Ok(()),
        }
    }

    /// Since when the team could read what a caller waits for an answer to; `None`: not yet, as nothing could go out.
    fn told_at(&self, contact: &Contact) -> Result<Option<Steady>, StoreError> {
        let since = contact.waiting_since.or(contact.heard_at).unwrap_or(self.now().steady);
        Ok(match self.tx.told_since(contact.id, since)? {
            Told::At(at) => Some(at),
            Told::Never => Some(since),
            Told::NotYet => None,
        })
    }

    /// The time of a nudge has come; others due about now go with it.
    pub fn nudge(&mut self, id: ContactId) -> Done {
        if let Some(later) = self.nudge_later(id)? {
            return self.tx.set_timer(TimerKind::Nudge, id.0, later);
        }
        let crowd = self.nudges_due(FIRST)?.len() + 1 >= CROWD;
        let together = if crowd { TOGETHER_IN_A_CROWD } else { TOGETHER };
        let mut ids = vec![id];
        for timer in self.nudges_due(together)? {
            self.tx.clear_timer(timer.kind, timer.subject)?;
            ids.push(ContactId(timer.subject));
        }
        if self.nudged_enough()? {
            return Ok(());
        }
        let mut waiting: Vec<Waiting> = Vec::new();
        for id in ids {
            waiting.extend(self.worth_a_nudge(id, together)?);
        }
        if crowd {
            let now = self.now().steady;
            self.tx.set_setting(CROWD_TOLD, &now.0.to_string())?;
        }
        let members: Vec<Member> = self.rules.readers().cloned().collect();
        for member in members {
            let mut theirs = Vec::new();
            for one in &waiting {
                let taken = self.claimant(one.contact.id)?;
                if taken.is_none_or(|by| by.number == member.number) {
                    theirs.push(one);
                }
            }
            self.nudge_one(&member, &theirs)?;
        }
        Ok(())
    }

    /// Until when a nudge that is due now waits: the team sleeps, or a crowd was just told of and who came since is told with the
    /// next text.
    fn nudge_later(&self, id: ContactId) -> Result<Option<Steady>, StoreError> {
        if let Some(until) = self.quiet_until() {
            return Ok(Some(until));
        }
        let told = self.tx.setting(CROWD_TOLD)?.and_then(|ms| ms.parse().ok()).map(Steady);
        let next = told.map(|told| told.plus(TOGETHER_IN_A_CROWD));
        match next.filter(|next| *next > self.now().steady) {
            Some(next) if !self.waits_urgently(id)? => Ok(Some(next)),
            Some(_) | None => Ok(None),
        }
    }

    fn nudges_due(&self, within: Duration) -> Result<Vec<Timer>, StoreError> {
        let until = self.now().steady.plus(within);
        self.tx.due_timers_of(TimerKind::Nudge, until, TOGETHER_MOST)
    }

    /// A caller whose nudge is due, if anybody is to be nudged about them now; the next one is set.
    fn worth_a_nudge(&mut self, id: ContactId, together: Duration) -> Result<Option<Waiting>, StoreError> {
        let now = self.now().steady;
        let Some(contact) = self.tx.contact_by_id(id)? else {
            return Ok(None);
        };
        // That a machine answers there was told; nobody need hurry.
        if !contact.waiting || contact.blocked || contact.opted_out || contact.robot_told {
            return Ok(None);
        }
        // Also when its time is over and the line about that, which lists who waits, comes next.
        let away = self.tx.setting(AWAY_UNTIL)?.is_some();
        if away && !self.waits_urgently(id)? {
            self.tx.set_timer(TimerKind::Nudge, id.0, now.plus(HELD_WHILE_AWAY))?;
            return Ok(None);
        }
        // Nothing could go out (no network, quiet hours): a nudge would come with the text itself.
        let told = match self.told_at(&contact)? {
            Some(told) if told.plus(FIRST) <= now.plus(together) => told,
            early => {
                let due = early.unwrap_or(now).plus(FIRST);
                self.tx.set_timer(TimerKind::Nudge, id.0, due)?;
                return Ok(None);
            }
        };
        if now.since(told) < BETWEEN {
            let second = told.plus(SECOND).max(now.plus(FIRST));
            self.tx.set_timer(TimerKind::Nudge, id.0, second)?;
        }
        let about = About {
            contact: Some(contact.id),
            ..About::default()
        };
        self.tx.journal(about, "owner nudged", "a caller waits for an answer")?;
        let since = contact.waiting_since.or(contact.heard_at).unwrap_or(now);
        let handle = self.handle_for_line(&contact)?;
        Ok(Some(Waiting {
            contact,
            handle,
            age: now.since(since),
        }))
    }

    /// Who waits was just listed, after AWAY: a nudge held back meanwhile would only say it again.
    pub fn drop_held_nudges(&self) -> Done {
        let now = self.now().steady;
        let held = now.plus(HELD_WHILE_AWAY);
        for timer in self.tx.due_timers_of(TimerKind::Nudge, held, TOGETHER_MOST)? {
            let contact = self.tx.contact_by_id(ContactId(timer.subject))?;
            let since = contact.and_then(|contact| contact.waiting_since);
            if since.is_some_and(|at| at.plus(FIRST) <= now) {
                self.tx.clear_timer(timer.kind, timer.subject)?;
            }
        }
        Ok(())
    }

    /// Whether any of their latest texts is urgent.
    fn waits_urgently(&self, id: ContactId) -> Result<bool, StoreError> {
        let said = self.tx.last_heard(id, URGENT_LOOKS_AT)?;
        Ok(said.iter().any(|message| self.rules.is_urgent(&message.text)))
    }

    fn nudge_one(&mut self, member: &Member, waiting: &[&Waiting]) -> Done {
        match waiting {
            [] => Ok(()),
            [Waiting { contact, handle, age }] => {
                let said = self.last_words(contact.id)?;
                let said = said.map(|said| gist(&said, SAID)).unwrap_or_default();
                let line = said::waits(&self.rules.pack, *handle, contact, &self.rules.pack.length(*age), &said);
                self.text_owner(&member.number, Kind::Alert, &line, Some(contact), None)?;
                Ok(())
            }
            several => {
                let each: Vec<(Handle, String)> = several
                    .iter()
                    .map(|waiting| (waiting.handle, self.rules.pack.length(waiting.age)))
                    .collect();
                let line = said::several_wait(&self.rules.pack, &each);
                self.text_owner(&member.number, Kind::Alert, &line, None, None)?;
                Ok(())
            }
        }
    }

    /// Until when lines that can wait don't go to the team; `None`: they may go now. With a clock nobody vouches for they may.
    pub fn quiet_until(&self) -> Option<Steady> {
        let now = self.now();
        if now.wall.trust == Trust::Guess {
            return None;
        }
        let end = hours::within(self.rules.quiet_or_night, now.wall.utc_ms, &self.rules.zone(now.wall))?;
        let wait = u64::try_from(end.saturating_sub(now.wall.utc_ms)).unwrap_or(0);
        Some(now.steady.plus(Duration::from_millis(wait)))
    }

    /// The handle under which a line names a caller; one is given if there is none.
    pub fn handle_for_line(&self, contact: &Contact) -> Result<Handle, StoreError> {
        match self.tx.holding_of(contact.id)? {
            Some(holding) => Ok(holding.handle),
            None => self.handle_for(contact),
        }
    }
}
