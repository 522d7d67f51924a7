//! Callers' texts that came while nobody was there to get them: a box without an owner keeps them, and passes them on at the
//! first start with one.

use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::MessageId;
use crate::store::records::About;

/// Setting: row id of the first text that was kept.
const KEPT_FROM: &str = "kept_from";
/// Texts passed on at once; a new owner is not to be flooded.
const KEPT_MOST: u32 = 30;

impl Turn<'_> {
    /// Nobody may read callers' texts: `message` waits for somebody who may.
    pub fn keep_for_owner(&mut self, message: MessageId) -> Done {
        if self.tx.setting(KEPT_FROM)?.is_none() {
            self.tx.set_setting(KEPT_FROM, &message.0.to_string())?;
        }
        let about = About {
            message: Some(message),
            ..About::default()
        };
        self.tx.journal(
            about,
            "kept, not forwarded",
            "no owner is set; passed on when there is one",
        )?;
        Ok(())
    }

    /// Passes on what was kept, now that somebody may read it.
    pub fn pass_on_kept(&mut self) -> Done {
        let Some(first) = self.tx.setting(KEPT_FROM)?.and_then(|id| id.parse().ok()) else {
            return Ok(());
        };
        if self.rules.readers().next().is_none() {
            return Ok(());
        }
        self.tx.drop_setting(KEPT_FROM)?;
        let kept = self.tx.heard_from(MessageId(first), KEPT_MOST + 1)?;
        let most = usize::try_from(KEPT_MOST).unwrap_or(usize::MAX);
        for message in kept.iter().take(most) {
            let contact = match message.contact {
                Some(id) => self.tx.contact_by_id(id)?,
                None => None,
            };
            let line = match &contact {
                Some(contact) if contact.blocked => continue,
                Some(contact) => lines::text(
                    &self.rules.pack,
                    self.handle_for(contact)?,
                    contact,
                    true,
                    &message.text,
                ),
                None => self.line("from_sender", &[("sender", &message.peer), ("text", &message.text)]),
            };
            self.forward(&line, contact.as_ref(), message.id)?;
        }
        if kept.len() > most {
            self.alert(&self.line("more_kept", &[]), None)?;
        }
        Ok(())
    }
}
