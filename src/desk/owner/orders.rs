//! Commands from the owner's phone.

use crate::desk::conversation::Addressee;
use crate::desk::conversation::outgoing;
use crate::desk::owner::undo::Order;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::{Pack, Values};
use crate::desk::wording::template::plain;
use crate::ids::Handle;
use crate::sms;
use crate::store::StoreError;
use crate::store::contacts::{Contact, MORE_FROM};
use crate::store::records::About;
use crate::store::types::{Decision, State};
use crate::store::undo::Change;

/// Enough of a text's beginning to find it in the line that carried it.
const START_CHARACTERS: usize = 12;

impl Turn<'_> {
    /// `MORE 27`: what was cut off of their last text, page by page; then from the beginning.
    pub fn more(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.known(member, handle)? else {
            return Ok(());
        };
        let said = self.tx.last_heard(contact.id, 1)?;
        let Some(message) = said.first() else {
            let who = lines::who(Some(handle), &contact);
            return self.say(&member.number, "has_not_texted", &[("who", &who)]);
        };
        // As the line that carried it had it.
        let body = sms::plain_punctuation(&crate::printable::for_phone(&message.text));
        let key = format!("{MORE_FROM}{}", contact.id.0);
        let mark = self.tx.setting(&key)?;
        let from = match mark.as_deref().and_then(|mark| mark.split_once(':')) {
            Some((id, from)) if id == message.id.to_string() => from.parse().unwrap_or(0),
            Some(_) | None => shown_of(&self.tx.forward_of(message.id)?.unwrap_or_default(), &body),
        };
        let rest = body.get(from..).unwrap_or("");
        let (page, next) = match rest.trim().is_empty() {
            true => (lines::text(&self.rules.pack, handle, &contact, false, &body), 0),
            false => (format!("{handle} ...{rest}"), from),
        };
        let capped = outgoing::cap(&self.rules.pack, &page, Some(handle));
        let body_at = page.len().saturating_sub(body.len().saturating_sub(next));
        let kept = kept(&capped, &page).saturating_sub(body_at);
        self.tx.set_setting(&key, &format!("{}:{}", message.id, next + kept))?;
        self.reply_about(&member.number, &contact, &page)
    }

    /// `NAME 27 Dave`.
    pub fn name(&mut self, member: &Member, handle: Handle, name: &str) -> Done {
        // Whoever names a customer "Dave, slow payer" should know that.
        let they_read_it = self.rules.greets_by_name();
        self.change(member, handle, ("NAME", "", Vec::new()), |contact, pack| {
            contact.name = Some(name.trim().to_owned()).filter(|n| !n.is_empty());
            let named = pack.line("named", &[("number", &contact.number), ("name", &plain(name))]);
            match they_read_it {
                true => format!("{named} {}", pack.line("named_to_them_too", &[])),
                false => named,
            }
        })
    }

    /// `DONE 27`: they no longer wait.
    pub fn done(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        let dropped = self.finish_with(&contact)?;
        self.change(member, handle, ("DONE", "", dropped), |contact, pack| {
            contact.waiting = false;
            contact.waiting_since = None;
            pack.line("done", &[("who", &lines::who(Some(handle), contact))])
        })
    }

    /// `BLOCK 27`: nothing goes there, nothing comes from there.
    pub fn block(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        let dropped = self.cancel_queued(&contact.number, "blocked")?;
        let remains = match dropped.is_empty() {
            true => String::new(),
            false => self.line("queued_stays_unsent", &[]),
        };
        self.change(member, handle, ("BLOCK", &remains, Vec::new()), |contact, pack| {
            contact.blocked = true;
            contact.waiting = false;
            let who = lines::who(Some(handle), contact);
            pack.line("blocked", &[("who", &who), ("handle", &handle)])
        })
    }

    /// `UNBLOCK 27`: takes back BLOCK, FRIEND, and a stop on automatic texts; whoever waited waits again. Never an opt-out:
    /// that is the caller's.
    pub fn unblock(&mut self, member: &Member, handle: Handle) -> Done {
        self.change(member, handle, ("UNBLOCK", "", Vec::new()), |contact, pack| {
            contact.waiting |= contact.blocked && !contact.opted_out && contact.waiting_since.is_some();
            contact.blocked = false;
            contact.friend = false;
            contact.frozen = None;
            contact.robot_told = false;
            let done = pack.line("unblocked", &[("who", &lines::who(Some(handle), contact))]);
            match contact.opted_out {
                true => format!("{done} {}", pack.line("still_opted_out", &[])),
                false => done,
            }
        })
    }

    /// `FRIEND 27`: never texted automatically.
    pub fn friend(&mut self, member: &Member, handle: Handle) -> Done {
        self.change(member, handle, ("FRIEND", "", Vec::new()), |contact, pack| {
            contact.friend = true;
            pack.line("friend", &[("who", &lines::who(Some(handle), contact))])
        })
    }

    /// `FORGET 27`: erases all but the opt-out.
    pub fn forget(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        self.cancel_queued(&contact.number, "forgotten")?;
        self.tx.forget(&contact)?;
        self.tx
            .journal(About::default(), "a caller was forgotten", "the owner asked for it")?;
        let order = Order::new(&format!("{} {handle}", self.word("FORGET")));
        self.undoable(member, order)?;
        let mut said = self.line("forgotten", &[("handle", &handle)]);
        if contact.opted_out {
            said = format!("{said} {}", self.line("opt_out_kept", &[]));
        }
        self.reply(&member.number, &said)
    }

    /// `WHY 27`: why they were texted or not.
    pub fn why(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.known(member, handle)? else {
            return Ok(());
        };
        let who = lines::who(Some(handle), &contact);
        let Some(call) = self.tx.last_call_of(contact.id)? else {
            return self.say_about(&member.number, &contact, "why_only_texted", &[("who", &who)]);
        };
        let time = self.rules.time_of_day(call.started_utc_ms, call.offset_s);
        let state = match call.message {
            Some(message) => self.tx.message(message)?.map(|m| m.state),
            None => None,
        };
        let why = self.rules.pack.reason(&call.reason);
        let what = match (call.decision, state) {
            (Decision::Pending, _) if call.verdict.is_some() => self.line("why_not_yet", &[("why", &why)]),
            (Decision::Pending, _) => self.line("why_ringing", &[]),
            (Decision::Skipped, _) => self.line("why_not", &[("why", &why)]),
            (Decision::Texted, Some(State::Delivered)) => self.line("why_delivered", &[("why", &why)]),
            (Decision::Texted, Some(State::Accepted)) => self.line("why_sent", &[("why", &why)]),
            (Decision::Texted, Some(State::Failed)) => self.line("why_failed", &[]),
            (Decision::Texted, Some(State::InDoubt)) => self.line("why_in_doubt", &[]),
            (Decision::Texted, Some(State::Queued | State::Submitting) | None) => self.line("why_on_its_way", &[]),
        };
        let values: Values<'_> = &[("who", &who), ("time", &time), ("what", &what)];
        self.say_about(&member.number, &contact, "why", values)
    }

    /// `NUM 27`: the number in full.
    pub fn num(&mut self, member: &Member, handle: Handle) -> Done {
        let Some(contact) = self.known(member, handle)? else {
            return Ok(());
        };
        let name = contact.name.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
        self.reply_about(&member.number, &contact, &format!("{handle}{name}: {}", contact.number))
    }

    /// The contact a command names, or the owner is told that there is none.
    pub fn known(&mut self, member: &Member, handle: Handle) -> Result<Option<Contact>, StoreError> {
        match self.addressee(handle)? {
            Addressee::Contact(contact) | Addressee::Expired(contact) => Ok(Some(*contact)),
            Addressee::Nobody => {
                self.say(&member.number, "nobody_has", &[("handle", &handle)])?;
                Ok(None)
            }
        }
    }

    /// Changes a contact, puts the order (`word`) on record for UNDO with what that would not bring back and what else it
    /// changed, and says so.
    fn change(
        &mut self,
        member: &Member,
        handle: Handle,
        (word, remains, also): (&str, &str, Vec<Change>),
        apply: impl FnOnce(&mut Contact, &Pack) -> String,
    ) -> Done {
        let Some(mut contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        let before = contact.clone();
        let said = apply(&mut contact, &self.rules.pack);
        self.tx.save_contact(&contact)?;
        let who = lines::who(Some(handle), &contact);
        let order = Order::new(&format!("{} {who}", self.word(word)));
        let order = order.about(&contact).leaving(remains);
        let changes = std::iter::once(Change::contact(&before, &contact)).chain(also);
        self.undoable(member, order.changes(changes))?;
        self.follow_waiting(contact.id)?;
        self.reply_about(&member.number, &contact, &said)
    }
}

/// How many octets of `body` the line that carried it showed.
fn shown_of(line: &str, body: &str) -> usize {
    let start: String = body.chars().take(START_CHARACTERS).collect();
    match line.find(&start) {
        Some(at) if !start.is_empty() => {
            kept(line, &format!("{}{body}", line.get(..at).unwrap_or(""))).saturating_sub(at)
        }
        Some(_) | None => 0,
    }
}

/// How many octets the beginning of `capped` shares with `whole`.
fn kept(capped: &str, whole: &str) -> usize {
    let same = capped
        .char_indices()
        .zip(whole.chars())
        .take_while(|((_, a), b)| a == b)
        .last();
    same.map_or(0, |((at, c), _)| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_showed_of_a_text_is_found_again() {
        assert_eq!(
            shown_of("NEW 13 +1555: hello world and... MORE 13", "hello world and more"),
            15
        );
        assert_eq!(shown_of("13 Dave: hello", "hello"), 5);
        assert_eq!(shown_of("", "hello"), 0);
        assert_eq!(shown_of("13 Dave:", ""), 0);
    }
}
