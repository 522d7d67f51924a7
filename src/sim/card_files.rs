//! The card's files as `+CRSM` reads them (TS 27.007 §8.18): what clients look at before they trust a SIM. Nothing is written.

use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::network_commands::ICCID;
use super::octets::hex;
use super::reply::{Answer, bad_parameter, cme, line};

/// The card's subscriber, TS 23.003 §2.2: three digits of country and three of network.
pub(super) const IMSI: &str = "310260123456789";
/// Service provider name, TS 31.102 §4.2.12: shown, and filled with FF to 16 characters.
const PROVIDER: &[u8; 15] = b"Textback Mobile";
/// Status words, TS 51.011 §9.4 and TS 102 221 §10.2.1.
const DONE: &str = "144,0";
const NO_SUCH_FILE: &str = "106,130";
const WRONG_LENGTH: &str = "103,0";
const UNKNOWN_INSTRUCTION: &str = "109,0";
const NOT_ALLOWED: &str = "105,130";

/// Two digits an octet, the first in the low half, F for none.
fn swapped(digits: &str) -> Vec<u8> {
    let nibble = |digit: Option<&u8>| digit.map_or(0x0F, |d| d.wrapping_sub(b'0') & 0x0F);
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| nibble(pair.get(1)) << 4 | nibble(pair.first()))
        .collect()
}

/// A transparent file's content, by its number.
fn content(file: u32) -> Option<Vec<u8>> {
    match file {
        // EF ICCID, TS 102 221 §13.2.
        0x2FE2 => Some(swapped(ICCID)),
        // EF IMSI, TS 31.102 §4.2.2: length, then parity 9 (an odd number of digits) before the first.
        0x6F07 => Some([vec![8], swapped(&format!("9{IMSI}"))].concat()),
        // EF SPN.
        0x6F46 => Some([&[1], PROVIDER.as_slice(), &[0xFF]].concat()),
        // EF AD, TS 31.102 §4.2.18: normal operation, three digits of network.
        0x6FAD => Some(vec![0, 0, 0, 3]),
        _ => None,
    }
}

/// What SELECT tells of a transparent file, TS 51.011 §9.2.1.
fn header(file: u32, size: usize) -> Vec<u8> {
    let [.., file_high, file_low] = file.to_be_bytes();
    let size = u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes();
    vec![
        0, 0, size[0], size[1], file_high, file_low, 4, 0, 0x1F, 0xFF, 0xFF, 1, 2, 0, 0,
    ]
}

impl Modem {
    pub(super) fn card_command(&mut self, command: &Command) -> Option<Answer> {
        match command {
            Command::Extended { name, form } if name == "+CRSM" => match form {
                Form::Test => Some(Answer::Ok),
                Form::Set(_) if self.pin.needed => cme(11),
                Form::Set(arguments) => read(arguments),
                Form::Read | Form::Execute => None,
            },
            _ => None,
        }
    }
}

/// `<command>[,<file>[,<P1>,<P2>,<P3>[,<data>[,<path>]]]]`
fn read(arguments: &[Argument]) -> Option<Answer> {
    let number = |place: usize| arguments.get(place).and_then(Argument::number);
    let Some(instruction) = number(0) else {
        return bad_parameter();
    };
    let says = |status: &str| line(format!("+CRSM: {status}"));
    let gives = |octets: &[u8]| line(format!("+CRSM: {DONE},\"{}\"", hex(octets)));
    let found = number(1).and_then(|file| Some((file, content(file)?)));
    match (instruction, found) {
        (176 | 178 | 192 | 214 | 220, None) => says(NO_SUCH_FILE),
        (192, Some((file, content))) => gives(&header(file, content.len())),
        (176, Some((_, content))) => {
            let place = |n: usize| number(n).and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
            let (start, count) = (place(2) << 8 | place(3), place(4));
            let end = if count == 0 { content.len() } else { start + count };
            match content.get(start..end) {
                Some(octets) => gives(octets),
                None => says(WRONG_LENGTH),
            }
        }
        (178 | 214 | 220, Some(_)) => says(NOT_ALLOWED),
        _ => says(UNKNOWN_INSTRUCTION),
    }
}
