//! `OOPS`: the owner's last text went to the wrong one.

use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::{Handle, MessageId};
use crate::store::contacts::Contact;
use crate::store::types::{Direction, TimerKind};
use std::time::Duration;

/// Texts looked back at for whether somebody waited.
const LOOK_BACK: u32 = 10;
/// Who was waiting is brought to mind again after this long.
const NUDGE: Duration = Duration::from_secs(15 * 60);

impl Turn<'_> {
    /// `OOPS [31]`: apologises to the last recipient, and sends the text to 31 instead.
    pub fn oops(&mut self, member: &Member, to: Option<Handle>) -> Done {
        let state = self.tx.owner_state(&member.number)?;
        let last = match state {
            Some(state) => match (state.last_contact, state.last_message) {
                (Some(contact), Some(message)) => self.tx.contact_by_id(contact)?.zip(self.tx.message(message)?),
                (Some(_) | None, Some(_) | None) => None,
            },
            None => None,
        };
        let Some((wrong, text)) = last else {
            return self.say(&member.number, "nothing_to_take_back", &[]);
        };
        let right = match to {
            None => None,
            Some(handle) => match self.sure(member, handle)? {
                Some(right) => Some((handle, right)),
                None => return Ok(()),
            },
        };
        let who = lines::who(self.tx.holding_of(wrong.id)?.map(|h| h.handle), &wrong);
        if right.as_ref().is_some_and(|(_, right)| right.id == wrong.id) {
            return self.say(&member.number, "oops_same", &[("who", &who)]);
        }
        // Of a long text a part may have gone; the rest stays here.
        self.tx.fail_queued_of(text.id, "taken back by the owner")?;
        self.tx.refresh_message(text.id)?;
        let mut said = Vec::new();
        if self.tx.has_left(text.id)? {
            let apology = self.rules.sorry_wrong();
            // Who may not be texted any more is not; the owner is told so.
            if self.relay(member, None, &wrong, &apology)?.is_some() {
                said.push(self.line("told_mistake", &[("who", &who)]));
            }
        } else {
            // Not out yet, or never: nobody need apologise.
            said.push(self.line("taken_back", &[("who", &who)]));
        }
        self.waits_after_all(&wrong, text.id)?;
        // What the owner texts next without a number is not for whom this was a mistake.
        self.tx.owner_wrote_nobody(&member.number)?;
        if let Some((handle, right)) = right
            && self.relay(member, None, &right, &text.text)?.is_some()
        {
            let who = lines::who(Some(handle), &right);
            said.push(self.line("sent_to", &[("who", &who)]));
        }
        match said.is_empty() {
            true => Ok(()),
            false => self.reply(&member.number, &said.join(" ")),
        }
    }

    /// A text that was for somebody else answered nobody: who spoke last before it still waits.
    fn waits_after_all(&mut self, wrong: &Contact, text: MessageId) -> Done {
        let before = self.tx.last_with(wrong.id, LOOK_BACK)?;
        let unanswered = before
            .iter()
            // The owner's own texts are in there too, as they came in.
            .filter(|m| m.id < text && (m.direction == Direction::Out || m.peer == wrong.number))
            .take_while(|m| m.direction == Direction::In)
            .last();
        let (Some(unanswered), Some(mut contact)) = (unanswered, self.tx.contact_by_id(wrong.id)?) else {
            return Ok(());
        };
        // Nobody can answer them any more.
        if self.may_not_text(&contact)?.is_some() {
            return Ok(());
        }
        contact.waiting = true;
        contact.waiting_since = Some(unanswered.created_at);
        if self.rules.nudges {
            self.tx
                .set_timer(TimerKind::Nudge, contact.id.0, self.now().steady.plus(NUDGE))?;
        }
        self.tx.save_contact(&contact)
    }
}
