//! `UNDO`: takes back the last order of whoever asks; once more does it again.
//!
//! Every order that changes something calls [`Turn::undoable`] in the transaction that changes it, with how things were
//! before and after. An order without changes (`FORGET`) is on record too: UNDO then says that it can't be taken back,
//! rather than take back the one before it.

use crate::clock::Steady;
use crate::desk::hours::away::AWAY_UNTIL;
use crate::desk::rules::{Member, Role};
use crate::desk::team;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::store::StoreError;
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::About;
use crate::store::types::TimerKind;
use crate::store::undo::{Change, NewUndoable, Standing, Undoable};
use std::time::Duration;

/// How long an order can be taken back.
pub(in crate::desk) const UNDO_FOR: Duration = Duration::from_secs(24 * 3600);

/// An order as UNDO will name it, and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Order {
    what: String,
    remains: String,
    contact: Option<ContactId>,
    guarded: bool,
    changes: Vec<Change>,
}

impl Order {
    /// An order that can't be taken back, unless it gets changes. `what` names it: `BLOCK 27 Dave`.
    pub fn new(what: &str) -> Order {
        Order {
            what: what.to_owned(),
            remains: String::new(),
            contact: None,
            guarded: false,
            changes: Vec::new(),
        }
    }

    /// Whom it is about; `FORGET` erases it with them.
    pub fn about(mut self, contact: &Contact) -> Order {
        self.contact = Some(contact.id);
        self
    }

    /// What taking it back does not bring back, as a sentence.
    pub fn leaving(mut self, remains: &str) -> Order {
        remains.clone_into(&mut self.remains);
        self
    }

    /// Taking it back needs the same proof as the order.
    pub fn guarded(mut self) -> Order {
        self.guarded = true;
        self
    }

    /// What it changed.
    pub fn changes(mut self, changes: impl IntoIterator<Item = Change>) -> Order {
        self.changes.extend(changes);
        self
    }
}

/// What stands in the way of taking a change back.
enum Obstacle {
    /// Somebody changed it since.
    ChangedSince,
    /// What it was about is gone.
    Gone,
}

impl Turn<'_> {
    /// Puts an order on record for UNDO. So is one that changed nothing, or UNDO would take back another one before it; but
    /// the same order given twice is one.
    pub fn undoable(&mut self, member: &Member, order: Order) -> Done {
        let idle = !order.changes.is_empty() && order.changes.iter().all(|change| !change.changes_something());
        if idle {
            let last = self.tx.last_undo(&member.number)?;
            if last.is_some_and(|last| last.what == order.what && !last.undone) {
                return Ok(());
            }
        }
        self.tx.add_undo(&NewUndoable {
            owner: &member.number,
            what: &order.what,
            remains: &order.remains,
            changes: &order.changes,
            contact: order.contact,
            guarded: order.guarded,
        })
    }

    /// `UNDO`.
    pub fn undo(&mut self, member: &Member) -> Done {
        let recent = self.now().steady.minus(UNDO_FOR);
        let last = self.tx.last_undo(&member.number)?.filter(|last| last.done_at >= recent);
        if let Some(said) = self.sent_since(member, last.as_ref(), recent)? {
            return self.reply(&member.number, &said);
        }
        let Some(last) = last else {
            return self.say(&member.number, "nothing_to_undo", &[]);
        };
        // Somebody who was an owner when they changed the box.
        let of_the_box = |change: &Change| matches!(change, Change::Setting { .. });
        if member.role == Role::Crew && last.changes.iter().any(of_the_box) {
            return self.say(&member.number, "for_the_owner", &[]);
        }
        if last.changes.is_empty() {
            return self.say(&member.number, "undo_never", &[("order", &last.what)]);
        }
        if last.guarded && !self.proven {
            return self.ask_proof(member, "UNDO");
        }
        self.take_back(member, &last)
    }

    /// A text sent after the last order is what UNDO seems to mean: it can't be taken back, and the order before it is not
    /// taken back unasked.
    fn sent_since(
        &mut self,
        member: &Member,
        last: Option<&Undoable>,
        recent: Steady,
    ) -> Result<Option<String>, StoreError> {
        let Some(state) = self.tx.owner_state(&member.number)? else {
            return Ok(None);
        };
        let since = last.map_or(recent, |last| last.done_at);
        let Some(contact) = state.last_contact.filter(|_| state.last_sent_at > since) else {
            return Ok(None);
        };
        let who = match self.tx.contact_by_id(contact)? {
            Some(contact) => lines::who(self.tx.holding_of(contact.id)?.map(|h| h.handle), &contact),
            None => return Ok(None),
        };
        let mut said = self.line("undo_text_sent", &[("who", &who)]);
        if let Some(last) = last.filter(|last| !last.changes.is_empty()) {
            // Now it is younger than the text, so that asking again means it.
            self.tx.mark_undone(last.id, last.undone)?;
            let again = match last.undone {
                true => self.line("undo_again_to_do", &[("order", &last.what)]),
                false => self.line("undo_again_to_undo", &[("order", &last.what)]),
            };
            said = format!("{said} {again}");
        }
        Ok(Some(said))
    }

    fn take_back(&mut self, member: &Member, last: &Undoable) -> Done {
        let changes: Vec<Change> = match last.undone {
            true => last.changes.clone(),
            false => last.changes.iter().rev().map(Change::inverse).collect(),
        };
        for change in &changes {
            let said = match self.obstacle(change)? {
                None => continue,
                Some(Obstacle::ChangedSince) => "undo_changed_since",
                Some(Obstacle::Gone) => "undo_gone",
            };
            return self.say(&member.number, said, &[("order", &last.what)]);
        }
        for change in &changes {
            self.make(change)?;
        }
        for contact in changes.iter().filter_map(Change::whom) {
            self.follow_waiting(contact)?;
        }
        self.tx.mark_undone(last.id, !last.undone)?;
        let (note, said) = match last.undone {
            false => ("order taken back", self.line("undone", &[("order", &last.what)])),
            true => ("order done again", self.line("done_again", &[("order", &last.what)])),
        };
        self.tx.journal(About::default(), note, "the owner asked for it")?;
        let said = match last.undone || last.remains.is_empty() {
            true => said,
            false => format!("{said} {}", last.remains),
        };
        if last.guarded || self.rules_changed {
            let who = member.called().to_owned();
            let told = self.line("by_whom", &[("who", &who), ("what", &said)]);
            self.tell_other_owners(member, &told)?;
        }
        self.reply(&member.number, &said)
    }

    /// Why `change` can't be made: things are neither as before it nor as after it.
    fn obstacle(&self, change: &Change) -> Result<Option<Obstacle>, StoreError> {
        let as_expected = match change {
            Change::Contact { id, before, after } => match self.tx.contact_by_id(ContactId(*id))? {
                None => return Ok(Some(Obstacle::Gone)),
                Some(contact) => fits(&Standing::of(&contact), before, after),
            },
            Change::Setting { key, before, after } => {
                let now = self.tx.setting(key)?;
                now == *before || now == *after
            }
            // It went out, or whom it was about was forgotten.
            Change::Scheduled { before, after } => match (before, after) {
                (Some(before), _) if self.tx.scheduled(before.id)?.is_none() => return Ok(Some(Obstacle::Gone)),
                (_, Some(after)) if self.tx.contact_by_id(after.contact)?.is_none() => return Ok(Some(Obstacle::Gone)),
                (Some(_) | None, _) => true,
            },
            Change::Win { before, after } => match (before, after) {
                (Some(before), _) if !self.tx.has_win(before.id)? => return Ok(Some(Obstacle::Gone)),
                (_, Some(after)) if self.tx.contact_by_id(after.contact)?.is_none() => return Ok(Some(Obstacle::Gone)),
                (Some(_) | None, _) => true,
            },
        };
        Ok((!as_expected).then_some(Obstacle::ChangedSince))
    }

    fn make(&mut self, change: &Change) -> Done {
        match change {
            Change::Contact { id, before, after } => {
                let Some(mut contact) = self.tx.contact_by_id(ContactId(*id))? else {
                    return Ok(());
                };
                move_standing(&mut contact, before, after);
                self.tx.save_contact(&contact)
            }
            Change::Setting { key, after, .. } => {
                self.rules_changed |= team::changes_rules(key);
                match after {
                    Some(value) => self.tx.set_setting(key, value)?,
                    None => self.tx.drop_setting(key).map(|_| ())?,
                }
                match key.as_str() {
                    AWAY_UNTIL => self.follow_away(),
                    _ => Ok(()),
                }
            }
            Change::Scheduled { before, after } => {
                if let Some(before) = before {
                    self.tx.drop_scheduled(before.id)?;
                    self.tx.clear_timer(TimerKind::Scheduled, before.id)?;
                }
                if let Some(after) = after {
                    self.tx.schedule(after)?;
                    self.tx.set_timer(TimerKind::Scheduled, after.id, self.now().steady)?;
                }
                Ok(())
            }
            Change::Win { before, after } => {
                if let Some(before) = before {
                    self.tx.drop_win(before.id)?;
                }
                if let Some(after) = after {
                    self.tx.add_win(after)?;
                }
                Ok(())
            }
        }
    }
}

/// Whether every field that the change concerns is as before it or as after it.
fn fits(now: &Standing, before: &Standing, after: &Standing) -> bool {
    let either = |now: &Option<String>, before: &Option<String>, after: &Option<String>| {
        before == after || now == before || now == after
    };
    // A flag is always one or the other.
    either(&now.name, &before.name, &after.name) && either(&now.frozen, &before.frozen, &after.frozen)
}

/// Sets the fields in which `after` differs from `before`; what else happened to the contact meanwhile stays.
fn move_standing(contact: &mut Contact, before: &Standing, after: &Standing) {
    fn set<T: PartialEq + Clone>(field: &mut T, before: &T, after: &T) {
        if before != after {
            field.clone_from(after);
        }
    }
    set(&mut contact.name, &before.name, &after.name);
    set(&mut contact.blocked, &before.blocked, &after.blocked);
    set(&mut contact.friend, &before.friend, &after.friend);
    set(&mut contact.frozen, &before.frozen, &after.frozen);
    set(&mut contact.robot_told, &before.robot_told, &after.robot_told);
    set(&mut contact.waiting, &before.waiting, &after.waiting);
}
