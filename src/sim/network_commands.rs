//! The SIM, the network, signal, clock and phonebook: TS 27.007 §5.13–§8.

use super::agenda::Due;
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::reply::{Answer, FinalResult, bad_parameter, cme, line};
use super::text_mode::Charset;
use std::time::Duration;

/// The PIN the simulated SIM wants when [`super::Fault::PinRequired`] is on.
pub(super) const PIN: &str = "1234";
/// From a good PIN to a SIM that can be read; until then it is busy.
const UNLOCK: Duration = Duration::from_secs(2);
/// From a code of USSD to its answer.
const USSD: Duration = Duration::from_millis(800);
const OPERATOR: (&str, &str) = ("Textback Mobile", "310260");
const ICCID: &str = "89012601234567890123";

impl Modem {
    /// `,"lac","ci",AcT` as `+CREG=2` shows it.
    pub(super) fn cell(&self) -> String {
        if matches!(self.stat, 1 | 5 | 6 | 7 | 9 | 10) {
            ",\"00C3\",\"0000A1B2\",7".to_owned()
        } else {
            String::new()
        }
    }

    pub(super) fn network_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        let name = name.as_str();
        if name == self.profile.iccid.0 && matches!(form, Form::Execute | Form::Read) {
            return if self.pin.needed {
                cme(11)
            } else {
                line(format!("{}{ICCID}", self.profile.iccid.1))
            };
        }
        if name == self.profile.pin_tries && matches!(form, Form::Execute | Form::Read) {
            return self.pin_tries(name);
        }
        match (name, form) {
            ("+CREG" | "+CGREG" | "+CEREG", Form::Read) => {
                let n = self.parameters.get(name);
                let cell = if n == 2 { self.cell() } else { String::new() };
                line(format!("{name}: {n},{}{cell}", self.stat))
            }
            ("+CPIN", Form::Read) => {
                let state = match (self.pin.needed, self.pin.tries) {
                    (false, _) => "READY",
                    (true, 0) => "SIM PUK",
                    (true, _) => "SIM PIN",
                };
                let lines = vec![format!("+CPIN: {state}")];
                Some(if self.profile.pin_without_ok {
                    Answer::Unfinished(lines)
                } else {
                    Answer::Lines(lines)
                })
            }
            ("+CPIN", Form::Test) => Some(Answer::Ok),
            ("+CPIN", Form::Set(arguments)) => self.enter_pin(arguments),
            ("+CLCK", Form::Test) => line("+CLCK: (\"SC\")"),
            ("+CLCK", Form::Set(arguments)) => match (
                arguments.first().map(|a| a.text.as_str()),
                arguments.get(1).and_then(Argument::number),
            ) {
                (Some("SC"), Some(2)) => line(format!("+CLCK: {}", u8::from(self.pin.needed))),
                _ => cme(4),
            },
            ("+COPS", Form::Read) if self.stat != 1 => line("+COPS: 0"),
            ("+COPS", Form::Read) => {
                let name = if self.operator_format == 2 {
                    OPERATOR.1
                } else {
                    OPERATOR.0
                };
                line(format!("+COPS: 0,{},\"{name}\",7", self.operator_format))
            }
            ("+COPS", Form::Test) => line(format!(
                "+COPS: (2,\"{0}\",\"{0}\",\"{1}\",7),,(0,3),(0-2)",
                OPERATOR.0, OPERATOR.1
            )),
            ("+COPS", Form::Set(arguments)) => match (
                arguments.first().and_then(Argument::number),
                arguments.get(1).and_then(Argument::number),
            ) {
                (Some(0), _) => Some(Answer::Ok),
                (Some(3), Some(format @ 0..=2)) => {
                    self.operator_format = format;
                    Some(Answer::Ok)
                }
                _ => bad_parameter(),
            },
            ("+CSQ", Form::Execute) => line(if self.is_registered() {
                "+CSQ: 21,99"
            } else {
                "+CSQ: 99,99"
            }),
            ("+CSQ", Form::Test) => line("+CSQ: (0-31,99),(0-7,99)"),
            ("+CESQ", Form::Execute) => line("+CESQ: 99,99,255,255,22,52"),
            ("+CGATT", Form::Read) => line(format!("+CGATT: {}", u8::from(self.is_registered()))),
            ("+CGATT", Form::Test) => line("+CGATT: (0,1)"),
            ("+CGATT", Form::Set(_)) => Some(Answer::Ok),
            ("+CBC", Form::Execute) => line("+CBC: 0,100"),
            ("+CNUM", Form::Execute) => line(format!(
                "+CNUM: \"\",\"{}\",{}",
                self.own_number,
                self.own_number.type_of_address()
            )),
            ("+CCLK", Form::Read) => {
                let stamp = super::tpdu::stamp_text(self.calendar.stamp(self.now));
                line(format!("+CCLK: \"{stamp}\""))
            }
            ("+CCLK", Form::Set(_)) => Some(Answer::Ok),
            ("+CSCS", Form::Read) => line(format!("+CSCS: \"{}\"", self.charset.name())),
            ("+CSCS", Form::Test) => line("+CSCS: (\"GSM\",\"IRA\",\"UCS2\",\"HEX\")"),
            ("+CSCS", Form::Set(arguments)) => match arguments.first().and_then(|a| Charset::from_name(&a.text)) {
                Some(charset) => {
                    self.charset = charset;
                    Some(Answer::Ok)
                }
                None => bad_parameter(),
            },
            ("+CUSD", Form::Set(arguments)) => self.ussd(arguments),
            ("+CSSN", Form::Set(_)) => Some(Answer::Ok),
            ("+CPBS", Form::Read) => line("+CPBS: \"SM\",0,250"),
            ("+CPBS", Form::Test) => line("+CPBS: (\"SM\",\"ON\",\"DC\",\"MC\",\"RC\")"),
            ("+CPBS", Form::Set(arguments))
                if matches!(arguments[0].text.as_str(), "SM" | "ON" | "DC" | "MC" | "RC") =>
            {
                Some(Answer::Ok)
            }
            ("+CPBR", Form::Test) => line("+CPBR: (1-250),40,14"),
            ("+CPBR", Form::Set(_)) => Some(Answer::Ok),
            ("+CIND", Form::Test) => line(
                "+CIND: (\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),(\"smsfull\",(0,1))",
            ),
            ("+CIND", Form::Read) => line(format!(
                "+CIND: 5,4,{},0,{},0",
                u8::from(self.is_registered()),
                u8::from(!self.calls.is_empty())
            )),
            _ => None,
        }
    }

    fn pin_tries(&self, name: &str) -> Option<Answer> {
        let tries = self.pin.tries;
        match name {
            "+SPIC" => line(format!("+SPIC: {tries},10,3,10")),
            "+QPINC" => Some(Answer::Lines(vec![
                format!("+QPINC: \"SC\",{tries},10"),
                "+QPINC: \"P2\",3,10".into(),
            ])),
            "^CPIN" => line(format!(
                "^CPIN: {},,10,{tries},10,3",
                if self.pin.needed { "SIM PIN" } else { "READY" }
            )),
            "+UPINCNT" => line(format!("+UPINCNT: {tries},3,10,10")),
            _ => Some(Answer::Lines(vec![
                format!("+CPINR: SIM PIN,{tries},3"),
                "+CPINR: SIM PUK,10,10".into(),
            ])),
        }
    }

    fn enter_pin(&mut self, arguments: &[Argument]) -> Option<Answer> {
        if !self.pin.needed {
            return cme(3);
        }
        if self.pin.tries == 0 {
            return cme(12);
        }
        if arguments.first().is_none_or(|a| a.text != PIN) {
            self.pin.tries -= 1;
            return if self.pin.tries == 0 { cme(12) } else { cme(16) };
        }
        self.pin = super::agenda::Pin {
            needed: false,
            tries: 3,
        };
        self.later(UNLOCK, Due::UnlockedSoon);
        self.later(UNLOCK, Due::Unsolicited("+CPIN: READY".into()));
        Some(Answer::Ok)
    }

    fn ussd(&mut self, arguments: &[Argument]) -> Option<Answer> {
        match arguments.first().and_then(Argument::number) {
            Some(n @ 0..=2) => self.parameters.set("+CUSD", n),
            _ => return bad_parameter(),
        }
        if arguments.len() > 1 {
            if !self.is_registered() {
                return Some(Answer::Final(FinalResult::Cme(30)));
            }
            self.later(
                USSD,
                Due::Unsolicited(
                    "+CUSD: 0,\"Balance: $12.34, valid \u{201c}until\u{201d} June\",15"
                        .replace(['\u{201c}', '\u{201d}'], "'"),
                ),
            );
        }
        Some(Answer::Ok)
    }
}
