//! The information lines of an [`Outcome`](super::Outcome), read.
//!
//! Each function takes the lines as the engine kept them and never fails: what can't be read is left out or `None`. Makers
//! leave fields away, add some, and quote or don't; what is required here is only what is used.

mod identity;
mod messages;
mod network;
mod sim;

pub use identity::{digits, free_text, own_number};
pub use messages::{MessageStatus, Storage, StoredMessage, cmgl, cmgr, cnmi_ranges, cpms, csca};
pub use network::{Forwarding, Operator, ccfc, cclk, ceer, clip, cops, csq, ims, qlts, registration};
pub use sim::{PinState, PinTries, cpin, pin_tries};

use super::fields::Fields;

/// The fields of every line of that name.
fn named<'a>(lines: &'a [String], name: &'a str) -> impl Iterator<Item = Fields<'a>> {
    lines.iter().filter_map(move |line| Fields::after_name(line, name))
}

#[cfg(test)]
pub(super) fn lines(text: &[&str]) -> Vec<String> {
    text.iter().map(|&line| line.to_owned()).collect()
}
