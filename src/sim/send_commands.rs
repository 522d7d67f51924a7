//! `+CMGS`, `+CMGW`, `+CMSS` and what is typed behind the prompt (TS 27.005 §3.5.1–3, §4.3–4.4).

use super::agenda::{Request, Waiting};
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::phone::Number;
use super::reply::{Answer, FinalResult, cms};
use super::storage::{Status, Stored};
use super::tpdu::{Submit, unhex};

/// Longest TPDU that may be announced: 164 octets for SUBMIT (TS 24.011 §8.2.5.1 gives 232 for any RPDU).
const MAX_TPDU: u32 = 232;

/// What the prompt is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    to: Target,
    /// `Some`: written to memory, not sent.
    store: Option<Status>,
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
            ("+CMGS" | "+CMGW" | "+CMSS", _) if self.pin.needed => cms(311),
            ("+CMGS" | "+CMGW" | "+CMSS", Form::Test) => Some(Answer::Ok),
            ("+CMGS", Form::Set(arguments)) => self.prompt(arguments, None),
            ("+CMGW", Form::Set(arguments)) => self.prompt(arguments, Some(Status::Unsent)),
            ("+CMGW", Form::Execute) if self.parameters.get("+CMGF") == 1 => Some(Answer::Prompt(Body {
                to: Target::Text(Number::new("")),
                store: Some(Status::Unsent),
            })),
            ("+CMSS", Form::Set(arguments)) => self.send_stored(&arguments[0]),
            _ => None,
        }
    }

    fn prompt(&mut self, arguments: &[Argument], store: Option<Status>) -> Option<Answer> {
        if self.parameters.get("+CMGF") == 0 {
            let length = arguments[0]
                .number()
                .filter(|n| (1..=MAX_TPDU).contains(n))
                .and_then(|n| usize::try_from(n).ok());
            let Some(length) = length else { return cms(304) };
            let status = match (store, arguments.get(1)) {
                (None, None) => None,
                (None, Some(_)) => return cms(304),
                (Some(default), None) => Some(default),
                (Some(_), Some(code)) => match code.number().and_then(Status::from_code) {
                    Some(status) => Some(status),
                    None => return cms(304),
                },
            };
            return Some(Answer::Prompt(Body {
                to: Target::Pdu(length),
                store: status,
            }));
        }
        let text = &arguments[0].text;
        let address = if self.charset == super::text_mode::Charset::Ucs2 {
            self.charset.read(text.as_bytes())
        } else {
            Some(text.clone())
        };
        let mut number = Number::new(&address.unwrap_or_default());
        let international = arguments.get(1).and_then(Argument::number) == Some(145);
        if international && !number.as_str().starts_with('+') {
            number = Number::new(&format!("+{number}"));
        }
        if number.as_str().is_empty() && store.is_none() {
            return cms(305);
        }
        Some(Answer::Prompt(Body {
            to: Target::Text(number),
            store,
        }))
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
                let Some(tpdu) = self.text_parameters.submit(number, text, self.charset) else {
                    return failed(305);
                };
                (vec![0], tpdu)
            }
        };
        match body.store {
            None => self.submit("+CMGS", tpdu),
            Some(status) => {
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

    fn send_stored(&mut self, index: &Argument) -> Option<Answer> {
        let Some(Some(stored)) = index.number().and_then(|i| self.memories.chosen(1).get_mut(i)) else {
            return cms(321);
        };
        stored.status = Status::Sent;
        let tpdu = stored.tpdu.clone();
        Some(self.submit("+CMSS", tpdu))
    }

    fn submit(&mut self, name: &'static str, mut tpdu: Vec<u8>) -> Answer {
        let failed = |code| Answer::Final(FinalResult::Cms(code));
        if Submit::read(&tpdu).is_err() {
            return failed(304);
        }
        if !self.is_registered() {
            return failed(331);
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
        Answer::Wait(Waiting::Submit { name })
    }
}
