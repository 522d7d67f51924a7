//! The owner's PIN: set by `SET pin 4711`, given behind an order that needs proof, locked after five wrong ones. Kept as a keyed
//! hash.

use crate::desk::owner::undo::Order;
use crate::desk::rules::Member;
use crate::desk::team::authority::Proof;
use crate::desk::turn::{Done, Turn};
use crate::store::StoreError;
use crate::store::records::About;
use crate::store::undo::Change;
use std::time::Duration;

/// The key by which the PIN is set: `SET pin 4711`.
pub(in crate::desk) const PIN_KEY: &str = "pin";
/// Setting: the PIN's keyed hash.
pub(in crate::desk) const PIN: &str = "owner_pin";
/// Setting: wrong PINs, and since when, `count:steady`.
pub(in crate::desk) const PIN_WRONG: &str = "owner_pin_wrong";

/// Digits of a PIN.
pub(in crate::desk) const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=6;
/// Wrong PINs until the PIN is locked.
const WRONG_PINS_MAX: u32 = 5;
/// How long it is locked.
const PIN_LOCK: Duration = Duration::from_secs(3600);

impl Turn<'_> {
    /// `FORGET 27 PIN 4711`.
    pub(super) fn pin_given(&mut self, member: &Member, order: String, pin: &str) -> Result<Proof, StoreError> {
        let (wrong, since) = self.count(PIN_WRONG, PIN_LOCK)?;
        if wrong >= WRONG_PINS_MAX {
            let left = self
                .rules
                .pack
                .length(PIN_LOCK.saturating_sub(self.now().steady.since(since)));
            self.tx
                .journal(About::default(), "order refused", "the PIN is locked")?;
            if wrong == WRONG_PINS_MAX {
                // Said once in a lock: who guesses on is not answered.
                self.tx.set_setting(PIN_WRONG, &format!("{}:{}", wrong + 1, since.0))?;
                self.say(&member.number, "pin_locked", &[("left", &left)])?;
            }
            return Ok(Proof::Handled);
        }
        if self.tx.setting(PIN)? == self.keyed("pin", pin)? {
            self.tx.drop_setting(PIN_WRONG)?;
            self.proven = true;
            return Ok(Proof::Order(order));
        }
        self.tx.journal(About::default(), "order refused", "wrong PIN")?;
        self.tx.set_setting(PIN_WRONG, &format!("{}:{}", wrong + 1, since.0))?;
        if wrong + 1 < WRONG_PINS_MAX {
            let left = WRONG_PINS_MAX - wrong - 1;
            self.say(&member.number, "pin_wrong", &[("left", &left)])?;
        } else {
            self.tx.journal(About::default(), "PIN locked", "too many wrong ones")?;
            let who = member.called().to_owned();
            let said = self.line("pin_lock_told", &[("who", &who)]);
            self.alert(&said, None)?;
        }
        Ok(Proof::Handled)
    }

    /// `SET pin`.
    pub fn show_pin(&mut self, member: &Member) -> Done {
        match self.tx.setting(PIN)? {
            Some(_) => self.say(&member.number, "pin_is_set", &[]),
            None => self.say(&member.number, "pin_is_not_set", &[]),
        }
    }

    /// The PIN that `SET pin` is to set, `Some(None)`: none; or it is said what a PIN is.
    #[expect(clippy::option_option, reason = "no PIN at all; PIN off; a PIN")]
    pub(super) fn pin_meant(&mut self, member: &Member, value: &str) -> Result<Option<Option<String>>, StoreError> {
        match value.trim().to_lowercase().as_str() {
            "off" | "none" | "default" => Ok(Some(None)),
            digits if PIN_DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(Some(Some(digits.to_owned())))
            }
            _ => {
                self.say(&member.number, "pin_malformed", &[])?;
                Ok(None)
            }
        }
    }

    /// `SET pin 4711`, `SET pin off`; the order is proven.
    pub fn set_pin(&mut self, member: &Member, value: &str) -> Done {
        let before = self.tx.setting(PIN)?;
        let (after, key) = match self.pin_meant(member, value)? {
            None => return Ok(()),
            Some(None) => (None, "pin_off"),
            Some(Some(digits)) => match self.keyed("pin", &digits)? {
                Some(hash) => (Some(hash), "pin_on"),
                None => return self.say(&member.number, "no_codes_yet", &[]),
            },
        };
        match &after {
            Some(hash) => self.tx.set_setting(PIN, hash)?,
            None => self.tx.drop_setting(PIN).map(|_| ())?,
        }
        self.tx.drop_setting(PIN_WRONG)?;
        self.tx.journal(About::default(), "setting changed by text", PIN_KEY)?;
        let order = Order::new("SET pin").guarded();
        self.undoable(member, order.changes([Change::setting(PIN, before, after)]))?;
        let said = self.line(key, &[]);
        self.reply(&member.number, &said)?;
        let who = member.called().to_owned();
        let told = self.line("by_whom", &[("who", &who), ("what", &said)]);
        self.tell_other_owners(member, &told)
    }
}
