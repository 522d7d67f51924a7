//! What stands for a text in a chain or behind a line.

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    let octets = Sha256::digest(text);
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
