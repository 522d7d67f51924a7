//! Whom a text names at its start although that is no tag: `13On my way`, `+15125552001 on my way`, `Dave on my way`. Nothing is
//! sent by it, it only keeps a text from going to somebody else unasked; and a name answers the question whom a held text is for.

use crate::desk::conversation::IDLE;
use crate::desk::owner::grammar;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::fold::fold;
use crate::desk::wording::pack::Values;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::contacts::Contact;

/// Callers looked through for a name, those talked with last first.
const NAMES_MOST: u32 = 60;
/// Fewer digits are no telephone number.
const TELEPHONE_DIGITS_MIN: usize = 7;

impl Turn<'_> {
    /// The callers whom a text without a tag names at its start: by a number that touches the text or may as well count
    /// something, by their telephone number, or by name.
    pub fn named_first(&self, text: &str) -> Result<Vec<Contact>, StoreError> {
        if let Some(handle) = grammar::number_first(text, &self.rules.pack)
            && let Some(contact) = self.holder(handle)?
        {
            return Ok(vec![contact]);
        }
        if let Some(contact) = self.telephone_first(text)? {
            return Ok(vec![contact]);
        }
        let said = fold(text);
        let mut words: Vec<&str> = said.split_whitespace().collect();
        while words.len() > 1
            && words
                .first()
                .is_some_and(|word| self.rules.pack.means("greetings", word))
        {
            words.remove(0);
        }
        self.known_by(|name| words.starts_with(name))
    }

    /// The callers whose name, or first name, is all that a text says.
    pub fn called(&self, text: &str) -> Result<Vec<Contact>, StoreError> {
        let said = fold(text);
        let words: Vec<&str> = said.split_whitespace().collect();
        self.known_by(|name| words == name)
    }

    /// The callers of late whose name, or first name, fits.
    fn known_by(&self, fits: impl Fn(&[&str]) -> bool) -> Result<Vec<Contact>, StoreError> {
        let lately = self.tx.alive_since(self.now().steady.minus(IDLE), NAMES_MOST)?;
        let fits = |contact: &Contact| {
            let name = fold(contact.name.as_deref().unwrap_or_default());
            let words: Vec<&str> = name.split_whitespace().collect();
            match words.split_first() {
                Some((first, _)) => fits(&words) || fits(&[first]),
                None => false,
            }
        };
        Ok(lately.into_iter().filter(fits).collect())
    }

    /// Who has that handle, if anybody.
    pub fn holder(&self, handle: Handle) -> Result<Option<Contact>, StoreError> {
        use crate::desk::conversation::Addressee;
        Ok(match self.addressee(handle)? {
            Addressee::Contact(contact) => Some(*contact),
            Addressee::Expired(_) | Addressee::Nobody => None,
        })
    }

    /// The caller whose telephone number a text begins with.
    fn telephone_first(&self, text: &str) -> Result<Option<Contact>, StoreError> {
        let part_of_it =
            |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
        let end = text.find(|c: char| !part_of_it(c)).unwrap_or(text.len());
        let mut number = text.get(..end).unwrap_or_default().trim_end();
        // What follows may begin with figures of its own: "+15125552001 3pm works".
        while number.bytes().filter(u8::is_ascii_digit).count() >= TELEPHONE_DIGITS_MIN {
            if let Some(e164) = self.dialled(number)
                && let Some(contact) = self.tx.contact(&e164)?
            {
                return Ok(Some(contact));
            }
            match number.rfind(|c: char| !c.is_ascii_digit() && c != '+') {
                Some(at) => number = number.get(..at).unwrap_or_default().trim_end(),
                None => break,
            }
        }
        Ok(None)
    }

    /// `27 On my way`; what looks as if more than that was meant is asked about.
    pub fn numbered(&mut self, member: &Member, message: MessageId, handle: Handle, body: &str) -> Done {
        let waits_for_a_name = self.tx.held(&member.number)?.is_some_and(|held| held.contact.is_none());
        let second = grammar::second_number(body, &self.rules.pack);
        if let Some((_, true)) = second {
            // "27 and 31", and not a word for them.
            let values: Values<'_> = &[("usage", &self.rules.pack.form("tag"))];
            return match waits_for_a_name {
                true => self.say(&member.number, "still_held", &[]),
                false => self.say(&member.number, "usage", values),
            };
        }
        if waits_for_a_name {
            // "27 Dave" and "27 please" answer the question; "27 yes" may, or is for 27.
            let theirs = self.holder(handle)?.map(|contact| contact.id);
            let named = self.called(body)?.iter().any(|contact| Some(contact.id) == theirs);
            if named || self.rules.pack.means("polite", body) {
                return self.bare(member, message, handle);
            }
            if grammar::is_yes(body, &self.rules.pack) {
                return self.say(&member.number, "still_held", &[]);
            }
        }
        if let Some((other, false)) = second
            && let (Some(one), Some(other)) = (self.holder(handle)?, self.holder(other)?)
            && one.id != other.id
        {
            return self.hold_for_one_of(member, body, &[one, other]);
        }
        self.tagged(member, message, handle, body)
    }
}
