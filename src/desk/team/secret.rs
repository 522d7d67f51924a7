//! What only this box can make: hashes and digits keyed with its own secret (see [`claim::SECRET`]).

use crate::desk::team::claim;
use crate::desk::turn::Turn;
use crate::store::StoreError;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

impl Turn<'_> {
    /// A hash that only this box can make. `None`: it was given no secret yet.
    pub fn keyed(&self, label: &str, value: &str) -> Result<Option<String>, StoreError> {
        let Some(hash) = self.keyed_octets(label, value)? else {
            return Ok(None);
        };
        let mut hex = String::with_capacity(64);
        for octet in hash {
            // Writing to a String does not fail.
            let _ = write!(hex, "{octet:02x}");
        }
        Ok(Some(hex))
    }

    /// `count` digits that only this box can make.
    pub fn digits(&self, label: &str, value: &str, count: u32) -> Result<Option<String>, StoreError> {
        let Some(hash) = self.keyed_octets(label, value)? else {
            return Ok(None);
        };
        let number = hash
            .iter()
            .take(8)
            .fold(0u64, |sum, octet| (sum << 8) | u64::from(*octet));
        let width = usize::try_from(count).unwrap_or(6);
        Ok(Some(format!("{:0width$}", number % 10u64.pow(count))))
    }

    fn keyed_octets(&self, label: &str, value: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(secret) = self.tx.setting(claim::SECRET)? else {
            return Ok(None);
        };
        // Hashed twice with the secret in front both times, as HMAC does (RFC 2104), so that nothing can be appended.
        let inner = Sha256::digest(format!("{secret}|{label}|{value}").as_bytes());
        let mut outer = Sha256::new();
        outer.update(secret.as_bytes());
        outer.update(inner);
        Ok(Some(outer.finalize().to_vec()))
    }
}
