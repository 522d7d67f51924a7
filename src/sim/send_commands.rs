//! `+CMGS`, `+CMGW`, `+CMSS`, `+CMGC` and what is typed behind the prompt (TS 27.005 §3.5.1–3, §4.3–4.4).

use super::agenda::{Request, Waiting};
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::number::Number;
use super::octets::unhex;
use super::reply::{Answer, FinalResult, cms};
use super::storage::{Status, Stored};
use super::tpdu::{self, Submit};

/// Longest TPDU that may be announced: 164 octets for SUBMIT (TS 24.011 §8.2.5.1 gives 232 for any RPDU).
const MAX_TPDU: u32 = 232;

/// What the prompt is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    to: Target,
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Send,
    /// `+CMGW`
    Store(Status),
    /// `+CMGC` with the first octet and command type of text mode.
    Command {
        first_octet: u8,
        kind: u8,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// PDU mode: octets announced.
    Pdu(usize),
    /// Text mode.
    Text(Number),
}

impl Modem {
    pub(super) fn send_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        match (name.as_str(), form) {
            ("+CMGS" | "+CMGW" | "+CMSS" | "+CMGC", _) if self.pin.needed => cms(311),
            ("+CMGS" | "+CMGW" | "+CMSS" | "+CMGC", Form::Test) => Some(Answer::Ok),
            ("+CMGS", Form::Set(arguments)) => self.prompt(arguments, Purpose::Send),
            ("+CMGW", Form::Set(arguments)) => self.prompt(arguments, Purpose::Store(Status::Unsent)),
            ("+CMGW", Form::Execute) if self.parameters.get("+CMGF") == 1 => Some(Answer::Prompt(Body {
                to: Target::Text(Number::new("")),
                purpose: Purpose::Store(Status::Unsent),
            })),
            ("+CMGC", Form::Set(arguments)) => self.command_prompt(arguments),
            ("+CMSS", Form::Set(arguments)) => self.send_stored(arguments),
            _ => None,
        }
    }

    fn prompt(&mut self, arguments: &[Argument], purpose: Purpose) -> Option<Answer> {
        if self.parameters.get("+CMGF") == 0 {
            let length = arguments[0]
                .number()
                .filter(|n| (1..=MAX_TPDU).contains(n))
                .and_then(|n| usize::try_from(n).ok());
            let Some(length) = length else { return cms(304) };
            let purpose = match (purpose, arguments.get(1)) {
                (purpose, None) => purpose,
                (Purpose::Store(_), Some(code)) => match code.number().and_then(Status::from_code) {
                    Some(status) => Purpose::Store(status),
                    None => return cms(304),
                },
                (Purpose::Send | Purpose::Command { .. }, Some(_)) => return cms(304),
            };
            let to = Target::Pdu(length);
            return Some(Answer::Prompt(Body { to, purpose }));
        }
        let to = self.addressee(arguments, 0);
        let (purpose, empty_is_fine) = match purpose {
            Purpose::Send | Purpose::Command { .. } => (purpose, false),
            Purpose::Store(default) => match arguments.get(2).filter(|a| !a.is_absent()) {
                None => (Purpose::Store(default), true),
                Some(words) => match Status::from_words(&words.text) {
                    Some(status) => (Purpose::Store(status), true),
                    None => return cms(305),
                },
            },
        };
        if to.as_str().is_empty() && !empty_is_fine {
            return cms(305);
        }
        let to = Target::Text(to);
        Some(Answer::Prompt(Body { to, purpose }))
    }

    /// `<da>` and `<toda>` of text mode, at that place.
    fn addressee(&self, arguments: &[Argument], place: usize) -> Number {
        let given = arguments.get(place).map_or("", |a| a.text.as_str());
        let number = self.charset.read_address(given).unwrap_or_else(|| Number::new(""));
        if arguments.get(place + 1).and_then(Argument::number) == Some(145) {
            number.international()
        } else {
            number
        }
    }

    /// `+CMGC=<length>`, or in text mode `+CMGC=<fo>,<ct>[,<pid>[,<mn>[,<da>[,<toda>]]]]` (TS 27.005 §3.5.5, §4.5).
    fn command_prompt(&mut self, arguments: &[Argument]) -> Option<Answer> {
        if self.parameters.get("+CMGF") == 0 {
            let purpose = Purpose::Command {
                first_octet: 0,
                kind: 0,
            };
            return self.prompt(arguments, purpose);
        }
        let octet = |place: usize| {
            arguments
                .get(place)
                .and_then(Argument::number)
                .and_then(|v| u8::try_from(v).ok())
        };
        let (Some(first_octet), Some(kind)) = (octet(0), octet(1)) else {
            return cms(305);
        };
        let to = Target::Text(self.addressee(arguments, 4));
        let purpose = Purpose::Command { first_octet, kind };
        Some(Answer::Prompt(Body { to, purpose }))
    }

    /// Ctrl-Z: the message is whole.
    pub(super) fn take_message(&mut self, body: Body, text: &[u8]) -> Answer {
        let failed = |code| Answer::Final(FinalResult::Cms(code));
        let (smsc, tpdu) = match &body.to {
            Target::Pdu(length) => {
                let digits: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
                let Some(octets) = unhex(&digits) else {
                    return failed(304);
                };
                let smsc = octets.first().map_or(0, |n| usize::from(*n) + 1);
                let Some((smsc, tpdu)) = octets.split_at_checked(smsc) else {
                    return failed(304);
                };
                if tpdu.len() != *length {
                    return failed(304);
                }
                (smsc.to_vec(), tpdu.to_vec())
            }
            Target::Text(number) => {
                let text = text.strip_suffix(b"\n").unwrap_or(text);
                let written = match body.purpose {
                    Purpose::Send | Purpose::Store(_) => self.text_parameters.submit(number, text, self.charset),
                    Purpose::Command { first_octet, kind } => Some(tpdu::command(first_octet, kind, number)),
                };
                let Some(tpdu) = written else {
                    return failed(305);
                };
                (vec![0], tpdu)
            }
        };
        match body.purpose {
            Purpose::Send => self.submit("+CMGS", tpdu, None),
            Purpose::Command { .. } => self.command_to_centre(&tpdu),
            Purpose::Store(status) => {
                let stored = Stored { status, smsc, tpdu };
                let index = if self.faults.storage_full {
                    None
                } else {
                    self.memories.chosen(1).put(stored)
                };
                index.map_or_else(|| failed(322), |index| Answer::Lines(vec![format!("+CMGW: {index}")]))
            }
        }
    }

    /// `+CMSS=<index>[,<da>[,<toda>]]`
    fn send_stored(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let to = self.addressee(arguments, 1);
        let index = arguments[0].number();
        let Some(Some(stored)) = index.and_then(|i| self.memories.chosen(1).get_mut(i)) else {
            return cms(321);
        };
        let tpdu = if to.as_str().is_empty() {
            Some(stored.tpdu.clone())
        } else {
            Submit::readdressed(&stored.tpdu, &to)
        };
        Some(tpdu.map_or(Answer::Final(FinalResult::Cms(304)), |tpdu| {
            self.submit("+CMSS", tpdu, index)
        }))
    }

    /// The service centre takes any command and does nothing about it (TS 23.040 §9.2.2.4).
    fn command_to_centre(&mut self, tpdu: &[u8]) -> Answer {
        let failed = |code| Answer::Final(FinalResult::Cms(code));
        if tpdu.first().is_none_or(|first| first & 3 != 2) || tpdu.len() < 7 {
            return failed(304);
        }
        if !self.is_registered() {
            return failed(331);
        }
        let reference = self.reference;
        self.reference = reference.wrapping_add(1);
        Answer::Lines(vec![format!("+CMGC: {reference}")])
    }

    fn submit(&mut self, name: &'static str, mut tpdu: Vec<u8>, slot: Option<u32>) -> Answer {
        let failed = |code| Answer::Final(FinalResult::Cms(code));
        if Submit::read(&tpdu).is_err() {
            return failed(304);
        }
        if !self.is_registered() {
            return failed(331);
        }
        if !self.is_reachable() {
            // TS 24.011 §E.2: network out of order.
            return failed(38);
        }
        if self.faults.send_errors_left > 0 {
            self.faults.send_errors_left -= 1;
            return failed(self.faults.send_error);
        }
        // The modem counts references, whatever the client wrote (TS 23.040 §9.2.3.6).
        if let Some(reference) = tpdu.get_mut(1) {
            *reference = self.reference;
        }
        self.reference = self.reference.wrapping_add(1);
        self.requests.push_back(Request::Submit(tpdu));
        if std::mem::take(&mut self.faults.early_ok) {
            return Answer::Ok;
        }
        Answer::Wait(Waiting::Submit { name, slot })
    }
}
