//! Whose box it is: claimed by a text with the label's code when there is no owner, or in the window that the button opens.
//!
//! The code has six digits, is made once from the box's own secret, and dies with use. Five wrong ones lock it for an hour;
//! while it is locked nobody is answered, so that the box can't be made to text strangers. The button's window (3 s press)
//! takes the bare word CLAIM or the code, also when there is an owner already: who can press it holds the box. The long
//! press (10 s) clears owners, crew and PIN and makes the label's code good again; opt-outs, blocks and settings stay.

use crate::desk::rules::Role;
use crate::desk::team;
use crate::desk::team::authority::PENDING;
use crate::desk::team::pin::{PIN, PIN_WRONG};
use crate::desk::turn::{Done, Turn};
use crate::phone::{self, PhoneNumber};
use crate::store::records::About;
use crate::store::types::Kind;
use crate::store::{Store, StoreError};
use std::fmt::Write as _;
use std::time::Duration;

/// Setting: 256 random bits, in hexadecimal, given once.
pub(in crate::desk) const SECRET: &str = "box_secret";
/// Setting: the label's code.
const CODE: &str = "claim_code";
/// Setting: the code was used.
const USED: &str = "claim_used";
/// Setting: wrong codes, and since when, `count:steady`.
const WRONG: &str = "claim_wrong";
/// Setting: until when the button's window is open, steady milliseconds.
const WINDOW: &str = "claim_window_until";

const CODE_DIGITS: u32 = 6;
/// Wrong codes until claiming is locked.
const WRONG_MAX: u32 = 5;
/// How long it is locked.
const LOCK: Duration = Duration::from_secs(3600);
/// How long the button's window stays open.
pub const WINDOW_FOR: Duration = Duration::from_secs(600);

/// 256 random bits, from outside: the desk has none of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The label's code.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ClaimCode {
    /// Six digits; `None` before the box's first start.
    pub code: Option<String>,
    /// It was used, and works no more until the owners are cleared.
    pub used: bool,
}

/// The label's code as the store has it.
///
/// # Errors
/// The database's own.
pub fn code(store: &Store) -> Result<ClaimCode, StoreError> {
    Ok(ClaimCode {
        code: store.setting(CODE)?,
        used: store.setting(USED)?.is_some(),
    })
}

impl Turn<'_> {
    /// The box is given its secret; only the first counts.
    pub fn secret(&mut self, secret: Secret) -> Done {
        if self.tx.setting(SECRET)?.is_none() {
            let mut hex = String::with_capacity(64);
            for octet in secret.0 {
                // Writing to a String does not fail.
                let _ = write!(hex, "{octet:02x}");
            }
            self.tx.set_setting(SECRET, &hex)?;
        }
        if self.tx.setting(CODE)?.is_none()
            && let Some(code) = self.digits("claim", "", CODE_DIGITS)?
        {
            self.tx.set_setting(CODE, &code)?;
        }
        Ok(())
    }

    /// The button opened the window.
    pub fn claim_window(&mut self) -> Done {
        let until = self.now().steady.plus(WINDOW_FOR);
        self.tx.set_setting(WINDOW, &until.0.to_string())?;
        self.tx
            .journal(About::default(), "claim window opened", "the button was pressed")
    }

    /// The button was held: owners, crew and PIN go.
    pub fn clear_owners(&mut self) -> Done {
        let said = self.line("owners_cleared", &[]);
        self.alert(&said, None)?;
        for member in &self.rules.team {
            self.tx
                .set_setting(&format!("{}{}", team::PREFIX, member.number), team::NOBODY)?;
            self.tx.drop_undo(&member.number)?;
            self.tx.drop_setting(&format!("{PENDING}{}", member.number))?;
        }
        for key in [PIN, PIN_WRONG, USED, WRONG, WINDOW] {
            self.tx.drop_setting(key)?;
        }
        self.rules_changed = true;
        self.tx
            .journal(About::default(), "owners and PIN cleared", "the button was held")
    }

    /// Whether a stranger's text tries to claim the box, and may.
    pub fn is_claim(&self, sender: &str, text: &str) -> Result<bool, StoreError> {
        let (word, digits) = claim_of(text);
        if !sender.starts_with('+') || (!word && digits.is_none()) {
            return Ok(false);
        }
        Ok(self.rules.owners().next().is_none() || self.window_open()?)
    }

    fn window_open(&self) -> Result<bool, StoreError> {
        let until = self.tx.setting(WINDOW)?.and_then(|ms| ms.parse::<i64>().ok());
        Ok(until.is_some_and(|until| until > self.now().steady.0))
    }

    /// A text for which [`Turn::is_claim`] holds.
    pub fn claim(&mut self, sender: &str, text: &str) -> Done {
        if PhoneNumber::from_e164(sender).is_ok_and(|number| !phone::class(&number).may_read_texts()) {
            return self
                .tx
                .journal(About::default(), "claim refused", "a number that cannot receive texts");
        }
        let window = self.window_open()?;
        let (wrong, since) = self.count(WRONG, LOCK)?;
        if wrong >= WRONG_MAX && !window {
            return self
                .tx
                .journal(About::default(), "claim refused", "locked after wrong codes");
        }
        let (_, digits) = claim_of(text);
        let right = match &digits {
            Some(digits) => self.tx.setting(CODE)?.is_some_and(|code| code == *digits),
            None => window,
        };
        let alive = window || self.tx.setting(USED)?.is_none();
        if right && alive {
            return self.claimed(sender);
        }
        if digits.is_none() || (right && !alive) {
            let key = if digits.is_none() { "claim_how" } else { "claim_used" };
            self.tx
                .journal(About::default(), "claim refused", "no code, or one that was used")?;
            // Counted, so that nobody makes the box talk for ever.
            self.tx.set_setting(WRONG, &format!("{}:{}", wrong + 1, since.0))?;
            return self.say(sender, key, &[]);
        }
        self.tx.set_setting(WRONG, &format!("{}:{}", wrong + 1, since.0))?;
        self.tx.journal(About::default(), "claim refused", "wrong code")?;
        match (wrong + 1).cmp(&WRONG_MAX) {
            std::cmp::Ordering::Less => self.say(sender, "claim_wrong", &[("left", &(WRONG_MAX - wrong - 1))]),
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => self.say(sender, "claim_locked", &[]),
        }
    }

    fn claimed(&mut self, sender: &str) -> Done {
        let said = self.line("claim_told", &[("number", &sender)]);
        self.alert(&said, None)?;
        self.tx
            .set_setting(&format!("{}{sender}", team::PREFIX), &team::value_of(Role::Owner, ""))?;
        self.tx.set_setting(USED, "1")?;
        for key in [WRONG, WINDOW] {
            self.tx.drop_setting(key)?;
        }
        self.rules_changed = true;
        self.tx
            .journal(About::default(), "claimed", "the label's code, or the button's window")?;
        let company = self.rules.company.clone();
        let welcome = self.line("claimed", &[("company", &company)]);
        self.text_owner(sender, Kind::Answer, &welcome, None, None)?;
        Ok(())
    }
}

/// Words that people put around the code.
const AROUND_A_CODE: [&str; 7] = ["code", "my", "is", "the", "box", "please", "hi"];

/// Whether the word CLAIM stands in it, and the six digits if they do; beside them only what people put around a code.
fn claim_of(text: &str) -> (bool, Option<String>) {
    let (mut word, mut around) = (false, false);
    let mut digits = String::new();
    let between = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '-' | '.' | ':' | '#' | ',' | '!' | '"' | '=' | '\u{2010}'..='\u{201d}'
            )
    };
    for part in text.split(between) {
        match part {
            "" => {}
            part if part.bytes().all(|b| b.is_ascii_digit()) => digits.push_str(part),
            part if part.eq_ignore_ascii_case("claim") && !word => word = true,
            part if AROUND_A_CODE.contains(&part.to_lowercase().as_str()) => around = true,
            _ => return (false, None),
        }
    }
    match digits.len() {
        0 if around => (false, None),
        0 => (word, None),
        6 => (word, Some(digits)),
        _ => (false, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_six_digits_or_the_word_and_nothing_else() {
        for (text, word, digits) in [
            ("123456", false, Some("123456")),
            ("123 456", false, Some("123456")),
            ("Claim 123-456.", true, Some("123456")),
            ("CLAIM", true, None),
            ("Claim code: 123 456", true, Some("123456")),
            ("my code is 123456!", false, Some("123456")),
            ("\u{201c}CLAIM 123\u{2013}456\u{201d}", true, Some("123456")),
            ("my number is 123456", false, None),
            ("CLAIM the box", false, None),
            ("12345", false, None),
            ("1234567", false, None),
            ("I claim this", false, None),
            ("", false, None),
        ] {
            assert_eq!(claim_of(text), (word, digits.map(str::to_owned)), "{text}");
        }
    }
}
