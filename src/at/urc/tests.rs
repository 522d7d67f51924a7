//! Every line of the field tables, as printed by real modems.

mod calls;
mod network;

use super::*;

fn number(digits: &str, toa: u8) -> Option<RawNumber> {
    Some(RawNumber {
        digits: digits.into(),
        toa,
    })
}
