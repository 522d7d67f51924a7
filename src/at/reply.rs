//! The information lines of an [`Outcome`](super::Outcome), read.
//!
//! Each function takes the lines as the engine kept them and never fails: what can't be read is left out or `None`. Makers
//! leave fields away, add some, and quote or don't; what is required here is only what is used.

mod identity;
mod messages;
mod network;
mod sim;

pub use identity::{digits, free_text, own_number};
pub use messages::{MessageStatus, Storage, StoredMessage, cmgl, cmgr, cpms, csca};
pub use network::{Forwarding, Operator, ccfc, cclk, ceer, clip, cops, csq, ims, qlts, registration};
pub use sim::{PinState, PinTries, cpin, pin_tries};

use super::fields::Fields;
use super::urc::{CallReport, CallSource, call_list_row};

/// Rows of `+CLCC`, 3GPP TS 27.007 §7.18. Rows that are not voice are kept, and say so.
#[must_use]
pub fn clcc(lines: &[String]) -> Vec<CallReport> {
    named(lines, "+CLCC")
        .filter_map(|fields| call_list_row(&fields, 0, CallSource::Clcc))
        .collect()
}

/// The fields of every line of that name.
fn named<'a>(lines: &'a [String], name: &'a str) -> impl Iterator<Item = Fields<'a>> {
    lines.iter().filter_map(move |line| Fields::after_name(line, name))
}

#[cfg(test)]
pub(super) fn lines(text: &[&str]) -> Vec<String> {
    text.iter().map(|&line| line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at::urc::CallState;

    #[test]
    fn call_list_rows_are_read_in_every_length() {
        let rows = clcc(&lines(&[
            r#"+CLCC: 1,1,4,0,0,"08020866256",128"#,
            "+CLCC: 2,0,0,0,0",
            r#"+CLCC: 1,0,0,1,0,"",128"#,
            r#"+CLCC: 3,1,5,0,0,"+491701234567",145,"Bob, Jr.",0,0"#,
            "+CLCC: (0-1)",
            "+CLCC: 1,1",
        ]));
        let seen: Vec<_> = rows
            .iter()
            .map(|row| (row.id, row.incoming, row.state, row.voice, row.number.is_some()))
            .collect();
        assert_eq!(
            seen,
            [
                (1, true, CallState::Incoming, true, true),
                (2, false, CallState::Active, true, false),
                (1, false, CallState::Active, false, false),
                (3, true, CallState::Waiting, true, true),
            ]
        );
    }
}
