//! What stands for a text in a chain or behind a line.

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    of(text.as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect()
}

/// SHA-256.
pub(super) fn of(octets: &[u8]) -> [u8; 32] {
    Sha256::digest(octets).into()
}
