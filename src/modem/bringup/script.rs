//! The fixed part of bring-up: what every modem is told and asked, in order. `modem-facts.md` §4.2.

use super::super::families::Line;

const fn line(text: &'static str) -> Line {
    Line { text, prefix: None }
}

const fn asks(text: &'static str, prefix: &'static str) -> Line {
    Line {
        text,
        prefix: Some(prefix),
    }
}

/// So that we understand each other: no echo, words for results, errors as numbers (V.250 §6.2, 27.007 §9.1).
pub const BASICS: &[Line] = &[line("E0"), line("V1"), line("Q0"), line("+CMEE=1")];

/// Results, in words, and no echo (V.250 §6.2).
pub const SPEAK_UP: Line = line("Q0V1E0");

/// Who it is; the last answer decides on the family.
pub const IDENTITY: &[&str] = &["+CGMI", "+CGMM", "+CGMR", "I", "+CGSN"];

/// Is the radio on? 27.007 §8.2.
pub const RADIO: Line = asks("+CFUN?", "+CFUN:");
/// Full functionality. Only given where it is off: on some modems it looks like a restart.
pub const RADIO_ON: Line = line("+CFUN=1");

/// Texts as PDUs, 27.005 §3.2.3.
pub const PDU_MODE: Line = line("+CMGF=0");

/// Which ways of writing texts it has, 27.005 §3.2.3.
pub const PDU_MODES: Line = asks("+CMGF=?", "+CMGF:");

/// What shows us calls first, then what keeps them ours: never answer by itself (S0), hanging up works (CVHU, 27.007 §6.20),
/// numbers come as they are (CSCS), registration is told (CREG …).
pub const SETTINGS: &[Line] = &[
    line("+CLIP=1"),
    line("+CRC=1"),
    line("S0=0"),
    line("+CVHU=0"),
    line("+CSCS=\"GSM\""),
    line("+CREG=2"),
    line("+CGREG=2"),
    line("+CEREG=2"),
];

/// The calls there are, 27.007 §7.18. One that has rung already may not ring again before it ends. Nobody waits for the list as
/// a whole: its rows are news, each in its turn among the lines that tell an end.
pub const CALLS: Line = asks("+CLCC", "+CLCC:");

/// Which ways of telling new texts it has, 27.005 §3.4.1.
pub const NOTIFY_RANGES: Line = asks("+CNMI=?", "+CNMI:");
/// Texts handed on unstored are acknowledged by us, 27.005 §3.2.1.
pub const ACKNOWLEDGEMENT: Line = asks("+CSMS=1", "+CSMS:");

/// A question of the survey.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    Free(&'static str),
    Named(Line),
}

impl Ask {
    /// What is asked, after `AT`.
    pub fn text(&self) -> &'static str {
        match self {
            Ask::Free(text) => text,
            Ask::Named(line) => line.text,
        }
    }
}

/// What is good to know and never necessary.
pub const SURVEY: &[Ask] = &[
    Ask::Named(asks("+CREG?", "+CREG:")),
    Ask::Named(asks("+CEREG?", "+CEREG:")),
    Ask::Named(asks("+CSQ", "+CSQ:")),
    Ask::Named(asks("+CSCA?", "+CSCA:")),
    Ask::Free("+CIMI"),
    Ask::Named(asks("+CNUM", "+CNUM:")),
    Ask::Named(line("+COPS=3,0")),
    Ask::Named(asks("+COPS?", "+COPS:")),
];
