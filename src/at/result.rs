//! Final results of all dialects: ITU-T V.250 §5.7.1, 3GPP TS 27.007 §9.2 (`+CME ERROR`), TS 27.005 §3.2.5 (`+CMS ERROR`).
//!
//! `NO CARRIER`, `BUSY`, `NO ANSWER` and `NO DIALTONE` are final only for a dial or an answer, which we never send. They are
//! always news of a call here, so that a `+CLCC` in flight does not swallow the end of the call it asks about.

use super::fields::after_name;
use super::{CodeOrWords, Failure};

/// `+CMS ERROR` number, 3GPP TS 27.005 §3.2.5: 0–127 TS 24.011 RP-cause, 128–255 TS 23.040 §9.2.3.22 TP-FCS, 300–511
/// the modem's own, from 512 the maker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CmsError(pub u16);

/// `+CME ERROR` number, 3GPP TS 27.007 §9.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CmeError(pub u16);

impl CmsError {
    /// What 27.005 §3.2.5 calls it; `None` for the maker's own and unassigned numbers.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        meaning(CMS_WORDS, self.0)
    }
}

impl CmeError {
    /// What 27.007 §9.2 calls it; `None` for numbers not in its general part.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        meaning(CME_WORDS, self.0)
    }
}

fn meaning(table: &[(&'static str, u16)], number: u16) -> Option<&'static str> {
    table.iter().find(|&&(_, code)| code == number).map(|&(words, _)| words)
}

/// A line that ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinalResult {
    Ok,
    Failed(Failure),
}

/// Finals that are plain words. Huawei, Option, Novatel and u-blox write these where others write `ERROR`.
const WORDS: [&str; 8] = [
    "COMMAND NOT SUPPORT",
    "COMMAND NOT SUPPORTED",
    "TOO MANY PARAMETERS",
    "NOT SUPPORTED",
    "ABORTED",
    "ABORT",
    "NA",
    "NA?",
];

impl FinalResult {
    /// Reads a final result in words. `None`: the line ends nothing.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        if line.eq_ignore_ascii_case("OK") {
            return Some(FinalResult::Ok);
        }
        if let Some(rest) = after_name(line, "+CME ERROR") {
            return Some(FinalResult::Failed(Failure::Cme(CodeOrWords::read(rest))));
        }
        if let Some(rest) = after_name(line, "+CMS ERROR") {
            return Some(FinalResult::Failed(Failure::Cms(CodeOrWords::read(rest))));
        }
        if is_bare_error(line) {
            return Some(FinalResult::Failed(Failure::Error));
        }
        let words = WORDS.iter().any(|word| line.eq_ignore_ascii_case(word))
            || after_name(line, "MODEM ERROR").is_some()
            || starts_with(line, "NOT FOND ")
            || starts_with(line, "NOT FOUND ^");
        words.then(|| FinalResult::Failed(Failure::Other(line.to_owned())))
    }

    /// Reads a numeric result code (`ATV0`, V.250 table 1). Only for commands that have no information lines: a bare `0` is
    /// also a legitimate answer to a question.
    #[must_use]
    pub fn read_numeric(line: &str) -> Option<Self> {
        match line {
            "0" => Some(FinalResult::Ok),
            "4" => Some(FinalResult::Failed(Failure::Error)),
            _ => None,
        }
    }

    /// The modem went into data mode (V.250 `CONNECT`): the command is over, and not with what it asked for.
    #[must_use]
    pub fn read_connect(line: &str) -> Option<Self> {
        (line == "CONNECT" || starts_with(line, "CONNECT "))
            .then(|| FinalResult::Failed(Failure::Other(line.to_owned())))
    }
}

/// `ERROR`, alone or with the next thing glued to it (`ERROR+CNUM:`).
fn is_bare_error(line: &str) -> bool {
    starts_with(line, "ERROR")
        && line
            .as_bytes()
            .get(5)
            .is_none_or(|next| matches!(next, b'+' | b':' | b' '))
}

fn starts_with(line: &str, start: &str) -> bool {
    line.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

impl CodeOrWords {
    /// A number (`AT+CMEE=1`) or words (`AT+CMEE=2`).
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim().trim_matches('"');
        match text.parse() {
            Ok(code) => CodeOrWords::Code(code),
            Err(_) => CodeOrWords::Words(text.to_owned()),
        }
    }

    /// As a `+CMS ERROR` number; words are looked up in the table of 27.005 §3.2.5. Words nobody knows: `None`.
    #[must_use]
    pub fn cms(&self) -> Option<CmsError> {
        self.number(CMS_WORDS).map(CmsError)
    }

    /// As a `+CME ERROR` number; words are looked up in the table of 27.007 §9.2. Words nobody knows: `None`.
    #[must_use]
    pub fn cme(&self) -> Option<CmeError> {
        self.number(CME_WORDS).map(CmeError)
    }

    fn number(&self, table: &[(&str, u16)]) -> Option<u16> {
        match self {
            CodeOrWords::Code(code) => Some(*code),
            CodeOrWords::Words(words) => table
                .iter()
                .find(|(known, _)| words.eq_ignore_ascii_case(known))
                .map(|&(_, code)| code),
        }
    }
}

impl std::fmt::Display for CodeOrWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CodeOrWords::Code(code) => code.fmt(f),
            CodeOrWords::Words(words) => words.fmt(f),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Error => f.write_str("ERROR"),
            Failure::Cme(code) => write!(f, "+CME ERROR: {code}"),
            Failure::Cms(code) => write!(f, "+CMS ERROR: {code}"),
            Failure::Other(words) => words.fmt(f),
            Failure::TimedOut { after_supply: true, .. } => f.write_str("no verdict in time after the text left"),
            Failure::TimedOut { after_prompt: true, .. } => f.write_str("the prompt was not used in time"),
            Failure::TimedOut { .. } => f.write_str("no answer in time"),
            Failure::Aborted => f.write_str("given up with ESC"),
            Failure::PortLost => f.write_str("the port was lost"),
        }
    }
}

/// Words of `+CMS ERROR` with `AT+CMEE=2`, as makers print them.
const CMS_WORDS: &[(&str, u16)] = &[
    ("Unassigned number", 1),
    ("Unassigned (unallocated) number", 1),
    ("Operator determined barring", 8),
    ("Call barred", 10),
    ("Short message transfer rejected", 21),
    ("Destination out of service", 27),
    ("Destination out of order", 27),
    ("Unidentified subscriber", 28),
    ("Facility rejected", 29),
    ("Unknown subscriber", 30),
    ("Network out of order", 38),
    ("Temporary failure", 41),
    ("Congestion", 42),
    ("Resources unavailable", 47),
    ("Resources unavailable, unspecified", 47),
    ("Requested facility not subscribed", 50),
    ("Requested facility not implemented", 69),
    ("Invalid short message transfer reference value", 81),
    ("Invalid message, unspecified", 95),
    ("Invalid mandatory information", 96),
    ("Message type non-existent or not implemented", 97),
    ("Protocol error, unspecified", 111),
    ("Interworking, unspecified", 127),
    ("ME failure", 300),
    ("SMS service of ME reserved", 301),
    ("SMS reserved", 301),
    ("Operation not allowed", 302),
    ("Operation not supported", 303),
    ("Invalid PDU mode parameter", 304),
    ("Invalid PDU mode", 304),
    ("Invalid text mode parameter", 305),
    ("Invalid text mode", 305),
    ("SIM not inserted", 310),
    ("(U)SIM not inserted", 310),
    ("SIM PIN required", 311),
    ("SIM PIN necessary", 311),
    ("(U)SIM PIN necessary", 311),
    ("PH-SIM PIN required", 312),
    ("PH-SIM PIN necessary", 312),
    ("SIM failure", 313),
    ("(U)SIM failure", 313),
    ("SIM busy", 314),
    ("(U)SIM busy", 314),
    ("SIM wrong", 315),
    ("(U)SIM wrong", 315),
    ("SIM PUK required", 316),
    ("(U)SIM PUK required", 316),
    ("SIM PIN2 required", 317),
    ("SIM PUK2 required", 318),
    ("Memory failure", 320),
    ("Invalid memory index", 321),
    ("Memory full", 322),
    ("SMSC address unknown", 330),
    ("SCA unknown", 330),
    ("No network service", 331),
    ("No network", 331),
    ("Network timeout", 332),
    ("No +CNMA acknowledgement expected", 340),
    ("No +CNMA acknowledgment expected", 340),
    ("CNMA not expected", 340),
    ("Buffer overflow", 341),
    ("SMS size more than expected", 342),
    ("Unknown error", 500),
    ("Unknown", 500),
];

/// Words of `+CME ERROR` with `AT+CMEE=2`, as makers print them.
const CME_WORDS: &[(&str, u16)] = &[
    ("Phone failure", 0),
    ("No connection to phone", 1),
    ("Phone-adaptor link reserved", 2),
    ("Operation not allowed", 3),
    ("Operation not supported", 4),
    ("PH-SIM PIN required", 5),
    ("SIM not inserted", 10),
    ("(U)SIM not inserted", 10),
    ("SIM PIN required", 11),
    ("SIM PUK required", 12),
    ("SIM failure", 13),
    ("SIM busy", 14),
    ("SIM wrong", 15),
    ("Incorrect password", 16),
    ("SIM PIN2 required", 17),
    ("SIM PUK2 required", 18),
    ("Memory full", 20),
    ("Invalid index", 21),
    ("Not found", 22),
    ("Memory failure", 23),
    ("Text string too long", 24),
    ("Invalid characters in text string", 25),
    ("Dial string too long", 26),
    ("Invalid characters in dial string", 27),
    ("No network service", 30),
    ("Network timeout", 31),
    ("Network not allowed - emergency calls only", 32),
    ("Network not allowed, emergency calls only", 32),
    ("Incorrect parameters", 50),
    ("Unknown", 100),
    ("Unknown error", 100),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_of_a_final_result_is_read() {
        let failed = |failure| Some(FinalResult::Failed(failure));
        let words = |text: &str| failed(Failure::Other(text.to_owned()));
        let code = CodeOrWords::Code;
        for (line, expected) in [
            ("OK", Some(FinalResult::Ok)),
            ("ERROR", failed(Failure::Error)),
            ("ERROR+CNUM:", failed(Failure::Error)),
            ("+CME ERROR: 10", failed(Failure::Cme(code(10)))),
            ("+CME ERROR:515", failed(Failure::Cme(code(515)))),
            ("+CMS ERROR: 332", failed(Failure::Cms(code(332)))),
            (
                "+CMS ERROR: Network timeout",
                failed(Failure::Cms(CodeOrWords::Words("Network timeout".into()))),
            ),
            ("COMMAND NOT SUPPORT", words("COMMAND NOT SUPPORT")),
            ("MODEM ERROR: 5", words("MODEM ERROR: 5")),
            ("TOO MANY PARAMETERS", words("TOO MANY PARAMETERS")),
            ("NA", words("NA")),
            ("NOT FOND ^CURC", words("NOT FOND ^CURC")),
            ("NO CARRIER", None),
            ("BUSY", None),
            ("NO ANSWER", None),
            ("NO DIALTONE", None),
            ("OKAY", None),
            ("ERRORS", None),
            ("+CMGS: 1", None),
            ("0", None),
        ] {
            assert_eq!(FinalResult::read(line), expected, "{line}");
        }
    }

    #[test]
    fn words_and_numbers_name_the_same_error() {
        let words = CodeOrWords::Words("network Timeout".into());
        assert_eq!(words.cms(), Some(CmsError(332)));
        assert_eq!(words.cme(), Some(CmeError(31)));
        assert_eq!(CodeOrWords::Code(21).cms(), Some(CmsError(21)));
        assert_eq!(CodeOrWords::Words("SIM busy".into()).cme(), Some(CmeError(14)));
        assert_eq!(CmsError(332).meaning(), Some("Network timeout"));
        assert_eq!(CmsError(513).meaning(), None);
        assert_eq!(CmeError(14).meaning(), Some("SIM busy"));
        assert_eq!(CodeOrWords::Words("whatever".into()).cms(), None);
        assert_eq!(CodeOrWords::read("70000"), CodeOrWords::Words("70000".into()));
    }
}
