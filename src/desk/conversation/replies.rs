//! What the box answers to somebody of the team: replies, a caller's last words, cut to what fits.

use crate::desk::caller::{optout, reactions};
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::Handle;
use crate::sms;
use crate::store::StoreError;
use crate::store::contacts::{Contact, ContactId};
use crate::store::messages::Message;
use crate::store::types::{Direction, Kind};

/// Texts shown for a bare handle.
const LAST_FEW: u32 = 3;
/// Texts of a caller looked through for words of their own.
const WORDS_LOOKED_AT: u32 = 4;

impl Turn<'_> {
    /// An answer to an owner's phone.
    pub fn reply(&mut self, number: &str, text: &str) -> Done {
        if self.answers_spent(text)? {
            return Ok(());
        }
        self.text_owner(number, Kind::Answer, text, None, None)?;
        Ok(())
    }

    /// An answer about one caller; it is theirs, so that `FORGET` erases it too.
    pub fn reply_about(&mut self, number: &str, contact: &Contact, text: &str) -> Done {
        if self.answers_spent(text)? {
            return Ok(());
        }
        self.text_owner(number, Kind::Answer, text, Some(contact), None)?;
        Ok(())
    }

    /// Says that a text of theirs did not go, or waits for an answer. Every failure is reported (product.md §3): a day's first
    /// few even when other answers are spent.
    pub fn reply_not_gone(&mut self, number: &str, contact: Option<&Contact>, text: &str) -> Done {
        if self.answers_spent(text)? && self.failures_spent()? {
            return Ok(());
        }
        self.text_owner(number, Kind::Answer, text, contact, None)?;
        Ok(())
    }

    /// Nobody has that handle.
    pub fn unknown_handle(&mut self, member: &Member, handle: Handle) -> Done {
        let line = self.line("nobody_is", &[("handle", &handle)]);
        self.reply_not_gone(&member.number, None, &line)
    }

    /// What a caller last wrote in words of their own: no reaction, no STOP, START or HELP, if they wrote anything else of late.
    pub fn last_words(&self, contact: ContactId) -> Result<Option<String>, StoreError> {
        let pack = &self.rules.pack;
        let lately = self.tx.last_heard(contact, WORDS_LOOKED_AT)?;
        let own = |text: &str| {
            let wish = matches!(
                optout::consent_in(text, pack),
                optout::Consent::Stop | optout::Consent::Start | optout::Consent::Help
            );
            !wish && reactions::read(text, pack).is_none()
        };
        let words = lately.iter().find(|message| own(&message.text)).or(lately.first());
        Ok(words.map(|message| message.text.clone()))
    }

    /// The last few texts with a caller, oldest first.
    pub(super) fn show_last(&mut self, member: &Member, handle: Handle, contact: &Contact) -> Done {
        self.tx.set_last_meant(&member.number, handle, contact.id)?;
        let mut shown = vec![lines::who(Some(handle), contact)];
        // The owner's own texts stand there too, as they came in.
        let between = |message: &&Message| message.direction == Direction::Out || message.peer == contact.number;
        let last = self.tx.last_with(contact.id, LAST_FEW * 3)?;
        let last: Vec<&Message> = last.iter().filter(between).take(LAST_FEW as usize).collect();
        for message in last.into_iter().rev() {
            let from = match message.direction {
                Direction::In => "they",
                Direction::Out => "we",
            };
            let time = self.rules.time_of_day(message.created_utc_ms, message.offset_s);
            let from = self.line(from, &[]);
            shown.push(format!("{from} {time}: {}", crate::printable::for_phone(&message.text)));
        }
        if shown.len() == 1 {
            shown.push(self.line("no_texts_yet", &[]));
        }
        shown.extend(self.put_off_for(contact)?);
        self.reply_about(&member.number, contact, &shown.join("\n"))
    }
}

/// The beginning of a text, on one line.
pub(in crate::desk) fn snippet(text: &str, characters: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= characters {
        return flat;
    }
    let cut: String = flat.chars().take(characters.saturating_sub(2)).collect();
    format!("{}..", cut.trim_end())
}

/// The same where it only brings a text to mind: letters plain and without pictographs, unless it is nothing else. One would more
/// than halve what else there is room for.
pub(in crate::desk) fn gist(text: &str, characters: usize) -> String {
    let plain = sms::to_gsm7_lossy(text).text;
    let words: String = plain
        .chars()
        .filter(|c| !reactions::is_emoji(*c) && *c != '\u{200d}')
        .collect();
    match words.trim().is_empty() {
        true => snippet(text, characters),
        false => snippet(&words, characters),
    }
}
