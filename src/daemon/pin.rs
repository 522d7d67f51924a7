//! Which PINs the SIM refused, over restarts: each wrong try is one of three before the SIM is blocked, so none is tried twice.
//!
//! The SIM's identity is not known before its PIN is entered, so the record is per PIN. Whoever changes the SIM and needs the
//! same PIN for the new one switches that SIM's PIN off in a phone. Kept is a fingerprint, so that a database that is
//! handed on (with a report of a fault, say) does not show the PIN at a glance; with so few PINs it is no secret.

use crate::config::Config;
use crate::store::{Store, StoreError};

/// What the modem notes when the SIM refused the PIN ([`crate::modem::Event::Note`]).
const REFUSED: &str = "pin_refused";
/// FNV-1a's, for 64 bits.
const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The setting under which a refused PIN is remembered.
fn key(pin: &str) -> String {
    let fingerprint = pin.bytes().fold(OFFSET_BASIS, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(PRIME)
    });
    format!("pin_refused_{fingerprint:016x}")
}

/// True if the configured PIN is on record as refused.
///
/// # Errors
/// If the database can't be read. Then nothing may be tried.
pub fn known_wrong(config: &Config, store: &Store) -> Result<bool, StoreError> {
    match &config.modem.pin {
        Some(pin) => Ok(store.setting(&key(pin))?.is_some()),
        None => Ok(false),
    }
}

/// The setting to keep because of what the modem noted, if `note` says that `pin` was refused.
#[must_use]
pub fn to_remember(note: &str, pin: Option<&str>) -> Option<String> {
    pin.filter(|_| note == REFUSED).map(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_told_apart_and_not_written_down() {
        assert_ne!(key("1234"), key("1235"));
        assert_eq!(key("1234"), key("1234"));
        assert!(!key("1234").contains("1234"));
        // Published test vector of FNV-1a: the record must outlive every rebuild.
        assert_eq!(key("a"), "pin_refused_af63dc4c8601ec8c");
    }

    #[test]
    fn only_the_refusal_of_a_pin_is_remembered() {
        assert_eq!(to_remember("pin_refused", Some("1234")), Some(key("1234")));
        assert_eq!(to_remember("pin_tries_low", Some("1234")), None);
        assert_eq!(to_remember("pin_refused", None), None);
    }
}
