//! Handles: the two digits by which the owner names a caller.
//!
//! A handle is theirs until 14 days idle, rests 7 days, and is then reused, oldest first. The pool leaves out what people
//! start sentences with: 1–12, round figures, minutes.

pub(super) mod claims;
pub(super) mod held;
pub(super) mod later;
pub(super) mod meant;
pub(super) mod named;
pub(super) mod nudges;
pub(super) mod oops;
pub(super) mod outgoing;
pub(super) mod put_off;
pub(super) mod replies;
pub(super) mod routing;

use crate::desk::turn::Turn;
use crate::ids::Handle;
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::handles::Holding;
use std::time::Duration;

/// Idle this long, a handle addresses nobody any more.
const IDLE: Duration = Duration::from_secs(14 * 24 * 3600);
/// And this much longer, it may be given to somebody else.
const REST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Two-digit numbers that start sentences and prices.
const LEFT_OUT: [u16; 16] = [15, 18, 20, 24, 25, 30, 35, 40, 45, 48, 50, 55, 60, 65, 70, 75];
/// The rest of them.
const LEFT_OUT_HIGH: [u16; 2] = [80, 90];
const FIRST: u16 = 13;
const LAST: u16 = 999;

/// Whom a number in the owner's text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Addressee {
    Contact(Box<Contact>),
    /// It was theirs, too long ago to be meant surely.
    Expired(Box<Contact>),
    Nobody,
}

fn in_pool(number: u16) -> bool {
    (FIRST..=LAST).contains(&number) && !LEFT_OUT.contains(&number) && !LEFT_OUT_HIGH.contains(&number)
}

/// The next number of the pool after `last`.
fn successor(last: Option<Handle>) -> Option<Handle> {
    let from = last.map_or(FIRST, |Handle(n)| n.saturating_add(1));
    (from..=LAST).find(|n| in_pool(*n)).map(Handle)
}

impl Turn<'_> {
    /// The handle of a contact, given now if there is none, and its idle time begun anew.
    pub fn handle_for(&self, contact: &Contact) -> Result<Handle, StoreError> {
        if let Some(Holding { handle, .. }) = self.tx.holding_of(contact.id)? {
            self.tx.touch_handle(handle)?;
            return Ok(handle);
        }
        let handle = self.free_handle()?;
        self.tx.give_handle(handle, contact.id)?;
        Ok(handle)
    }

    /// Two digits never used, else two digits rested longest, else three digits; when all 970 are in use, the one idle
    /// longest changes hands.
    fn free_handle(&self) -> Result<Handle, StoreError> {
        let fresh = successor(self.tx.highest_handle()?);
        if let Some(handle) = fresh.filter(|Handle(n)| *n <= 99) {
            return Ok(handle);
        }
        let rested = self.tx.rested_handle(self.now().steady.minus(IDLE + REST))?;
        if let Some(Holding { handle, .. }) = rested {
            return Ok(handle);
        }
        if let Some(handle) = fresh {
            return Ok(handle);
        }
        let oldest = self.tx.idlest_handle()?;
        Ok(oldest.map_or(Handle(FIRST), |holding| holding.handle))
    }

    /// Whom the owner means by `handle`.
    pub fn addressee(&self, handle: Handle) -> Result<Addressee, StoreError> {
        let Some(Holding {
            contact: Some(contact),
            used_at,
            ..
        }) = self.tx.holding(handle)?
        else {
            return Ok(Addressee::Nobody);
        };
        let Some(contact) = self.tx.contact_by_id(contact)? else {
            return Ok(Addressee::Nobody);
        };
        let idle = self.now().steady.since(used_at) > IDLE;
        Ok(if idle {
            Addressee::Expired(Box::new(contact))
        } else {
            Addressee::Contact(Box::new(contact))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_has_no_number_that_starts_a_sentence() {
        let two_digits: Vec<u16> = (0..100).filter(|n| in_pool(*n)).collect();
        assert_eq!(two_digits.first(), Some(&13));
        assert_eq!(two_digits.last(), Some(&99));
        for bad in [
            1, 5, 10, 12, 15, 18, 20, 24, 25, 30, 35, 40, 45, 48, 50, 55, 60, 65, 70, 75, 80, 90,
        ] {
            assert!(!two_digits.contains(&bad), "{bad}");
        }
        assert_eq!(two_digits.len(), 87 - 18);
    }

    #[test]
    fn after_99_come_three_digits_and_after_999_nothing() {
        assert_eq!(successor(None), Some(Handle(13)));
        assert_eq!(successor(Some(Handle(14))), Some(Handle(16)));
        assert_eq!(successor(Some(Handle(99))), Some(Handle(100)));
        assert_eq!(successor(Some(Handle(999))), None);
    }
}
