//! Callers' texts that came while nobody was there to get them: a box without an owner keeps them, and passes them on to the
//! first one, as they would have been passed on: no STOP or HELP, no machine's, none of whoever owns the box now.

use crate::desk::caller::FROZEN;
use crate::desk::caller::content::Content;
use crate::desk::calls::notices;
use crate::desk::conversation::nudges;
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageId;
use crate::store::StoreError;
use crate::store::contacts::ContactId;
use crate::store::messages::Message;
use crate::store::records::About;
use crate::store::types::TimerKind;

/// Setting: row id of the first text that was kept.
const KEPT_FROM: &str = "kept_from";
/// Texts passed on at once; a new owner is not to be flooded.
const KEPT_MOST: usize = 30;
/// Texts looked through for them: some are nothing to pass on.
const LOOKED_THROUGH: u32 = 100;

impl Turn<'_> {
    /// Nobody may read callers' texts: `message` waits for somebody who may.
    pub fn keep_for_owner(&mut self, message: MessageId) -> Done {
        if self.tx.setting(KEPT_FROM)?.is_none() {
            self.tx.set_setting(KEPT_FROM, &message.0.to_string())?;
        }
        // Of nobody's: what stands in the journal about a caller's text is why it is not passed on.
        let about = About {
            message: Some(message),
            ..About::default()
        };
        let why = "no owner is set; passed on when there is one";
        self.tx.journal(about, "kept, not forwarded", why)
    }

    /// At the start: a program that kept nothing yet had texts all the same, if nobody ever owned the box.
    pub fn keep_what_nobody_got(&mut self) -> Done {
        let unowned = self.rules.readers().next().is_none();
        if unowned && self.tx.setting(KEPT_FROM)?.is_none() && !self.tx.ever_forwarded()? {
            self.tx.set_setting(KEPT_FROM, "0")?;
        }
        Ok(())
    }

    /// Passes on what was kept, now that somebody may read it. Who wrote is brought to mind as if they had written now.
    pub fn pass_on_kept(&mut self) -> Done {
        self.team_waits_for_nothing()?;
        let Some(first) = self.tx.setting(KEPT_FROM)?.and_then(|id| id.parse().ok()) else {
            return Ok(());
        };
        if self.rules.readers().next().is_none() {
            return Ok(());
        }
        self.tx.drop_setting(KEPT_FROM)?;
        let mut told: Vec<ContactId> = Vec::new();
        let mut passed_on = 0;
        for message in self.tx.kept_from(MessageId(first), FROZEN, LOOKED_THROUGH)? {
            let Some(line) = self.line_of_kept(&message, &told)? else {
                continue;
            };
            if passed_on == KEPT_MOST {
                return self.alert(&self.line("more_kept", &[]), None);
            }
            passed_on += 1;
            let contact = message
                .contact
                .map(|id| self.tx.contact_by_id(id))
                .transpose()?
                .flatten();
            if let Some(contact) = contact.as_ref().filter(|contact| !told.contains(&contact.id)) {
                told.push(contact.id);
                if contact.waiting && self.rules.nudges {
                    let due = self.now().steady.plus(nudges::FIRST);
                    self.tx.set_timer(TimerKind::Nudge, contact.id.0, due)?;
                }
            }
            self.forward(&line, contact.as_ref(), message.id)?;
        }
        Ok(())
    }

    /// The line about a text that was kept; `None`: it is not passed on.
    fn line_of_kept(&mut self, message: &Message, told: &[ContactId]) -> Result<Option<String>, StoreError> {
        let content = Content::recalled(&message.text);
        let Some(id) = message.contact else {
            let (sender, text) = (&message.peer, &message.text);
            let for_nobody = content == Content::Report
                || self.is_own(sender)?
                || notices::caller_in(&self.rules.notices, sender, text).is_some();
            return Ok((!for_nobody).then(|| match content {
                Content::Picture(_) => self.line("picture_from_nobody", &[]),
                _ => self.line("from_sender", &[("sender", sender), ("text", text)]),
            }));
        };
        let Some(contact) = self.tx.contact_by_id(id)? else {
            return Ok(None);
        };
        if contact.blocked || self.member(&contact.number).is_some() {
            return Ok(None);
        }
        let handle = self.handle_for(&contact)?;
        Ok(match content {
            Content::Text(text) => Some(self.line_of(&contact, handle, !told.contains(&id), &text)),
            content => content.line(&self.rules.pack, handle, &contact),
        })
    }

    /// Who belongs to the box is no caller who waits: a new owner may have tried it before.
    fn team_waits_for_nothing(&mut self) -> Done {
        for member in &self.rules.team {
            if let Some(mut contact) = self.tx.contact(&member.number)?.filter(|contact| contact.waiting) {
                self.finish_with(&contact)?;
                contact.waiting = false;
                contact.waiting_since = None;
                self.tx.save_contact(&contact)?;
            }
        }
        Ok(())
    }
}
