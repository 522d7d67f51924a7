//! What the modem says: information text, final results (V.250 §5.7) and unsolicited lines, in the form E, V and Q ask for.

use super::agenda::Phase;
use super::modem::Modem;

/// Unsolicited lines that wait for the end of a command; more are said at once.
const MAX_WAITING: usize = 64;

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Ok,
    /// Information lines, then on with the line.
    Lines(Vec<String>),
    /// Information lines and no final result: the old Wavecom way with `+CPIN?`.
    Unfinished(Vec<String>),
    Final(FinalResult),
    /// `> ` and then a message.
    Prompt(super::send_commands::Body),
    /// The network has to say.
    Wait(super::agenda::Waiting),
}

/// How a command line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FinalResult {
    Ok,
    Error,
    /// What this maker says to a command it does not know.
    Unknown,
    NoCarrier,
    /// `+CME ERROR`, 3GPP TS 27.007 §9.2.
    Cme(u16),
    /// `+CMS ERROR`, 3GPP TS 27.005 §3.2.5.
    Cms(u16),
}

/// One line of information.
pub(super) fn line(text: impl Into<String>) -> Option<Answer> {
    Some(Answer::Lines(vec![text.into()]))
}

pub(super) fn cme(code: u16) -> Option<Answer> {
    Some(Answer::Final(FinalResult::Cme(code)))
}

pub(super) fn cms(code: u16) -> Option<Answer> {
    Some(Answer::Final(FinalResult::Cms(code)))
}

/// Incorrect parameters (TS 27.007 §9.2.1 code 50).
pub(super) fn bad_parameter() -> Option<Answer> {
    cme(50)
}

impl Modem {
    /// Information text: a list's lines stand directly below one another.
    pub(super) fn say_lines(&mut self, lines: &[String]) {
        let text = lines.join("\r\n");
        if self.verbose {
            self.say(format!("\r\n{text}\r\n"))
        } else {
            self.say(format!("{text}\r\n"))
        }
    }

    pub(super) fn say_final(&mut self, result: FinalResult) {
        if self.quiet {
            return;
        }
        let words = |modem: &Modem, name: &str, code: u16, table: &[(u16, &str)]| {
            let word = table
                .iter()
                .find(|(c, _)| *c == code)
                .map_or("unknown error", |(_, w)| *w);
            if modem.parameters.get("+CMEE") == 2 {
                format!("{name}: {word}")
            } else {
                format!("{name}: {code}")
            }
        };
        let silent = self.parameters.get("+CMEE") == 0;
        let text = match result {
            FinalResult::Ok => return self.say_code(0, "OK"),
            FinalResult::Error => return self.say_code(4, "ERROR"),
            FinalResult::NoCarrier => return self.say_code(3, "NO CARRIER"),
            FinalResult::Unknown => return self.say_code(4, self.profile.unknown),
            FinalResult::Cme(_) if silent => return self.say_code(4, "ERROR"),
            FinalResult::Cms(_) if silent && self.profile.plain_message_errors => return self.say_code(4, "ERROR"),
            FinalResult::Cme(code) => words(self, "+CME ERROR", code, CME),
            FinalResult::Cms(code) => words(self, "+CMS ERROR", code, CMS),
        };
        self.say(format!("\r\n{text}\r\n"));
    }

    fn say_code(&mut self, code: u8, word: &str) {
        if self.verbose {
            self.say(format!("\r\n{word}\r\n"))
        } else {
            self.say(format!("{code}\r"))
        }
    }

    /// What came unasked while a command was run.
    pub(super) fn say_what_waited(&mut self) {
        while !matches!(self.phase, Phase::Busy)
            && let Some(line) = self.waiting_lines.pop_front()
        {
            self.say_unsolicited(&line);
        }
    }

    /// An unsolicited line; `\r\r\n` behind call lines where the firmware is like that. Between a command and its answer it
    /// waits, as most makers have it; those that don't are what [`super::Fault::Chatter`] is like.
    pub(super) fn say_unsolicited(&mut self, text: &str) {
        if self.quiet {
            return;
        }
        let busy = matches!(self.phase, Phase::Busy) && !self.running;
        if busy && !self.faults.chatter && self.waiting_lines.len() < MAX_WAITING {
            return self.waiting_lines.push_back(text.to_owned());
        }
        let call = ["+CRING", "+CLIP", "MISSED_CALL", "+RXDTMF"]
            .iter()
            .any(|p| text.starts_with(p));
        let end = if call && self.profile.double_cr {
            "\r\r\n"
        } else {
            "\r\n"
        };
        let line = match (text, self.verbose) {
            ("RING", false) => "2\r".to_owned(),
            ("NO CARRIER", false) => "3\r".to_owned(),
            (_, _) => format!("\r\n{text}{end}"),
        };
        if self.faults.duplicate_urcs {
            self.say(line.clone());
        }
        self.say(line);
    }
}

/// TS 27.007 §9.2.1, the ones used here.
const CME: &[(u16, &str)] = &[
    (3, "operation not allowed"),
    (4, "operation not supported"),
    (10, "SIM not inserted"),
    (11, "SIM PIN required"),
    (12, "SIM PUK required"),
    (14, "SIM busy"),
    (16, "incorrect password"),
    (20, "memory full"),
    (21, "invalid index"),
    (22, "not found"),
    (24, "text string too long"),
    (26, "dial string too long"),
    (30, "no network service"),
    (32, "network not allowed - emergency calls only"),
    (50, "Incorrect parameters"),
];

/// TS 27.005 §3.2.5 and the network causes of TS 24.011 annex E, the ones used here.
const CMS: &[(u16, &str)] = &[
    (21, "Short message transfer rejected"),
    (38, "Network out of order"),
    (300, "ME failure"),
    (302, "operation not allowed"),
    (303, "operation not supported"),
    (304, "invalid PDU mode parameter"),
    (305, "invalid text mode parameter"),
    (311, "SIM PIN required"),
    (321, "invalid memory index"),
    (322, "memory full"),
    (331, "no network service"),
    (332, "network timeout"),
    (340, "no +CNMA acknowledgement expected"),
    (500, "unknown error"),
];
