//! The card, registration, signal and clock: TS 27.007 §5.13–§8.

use super::calendar::Clock;
use super::command_line::{Command, Form};
use super::modem::Modem;
use super::reply::{Answer, bad_parameter, cme, line};
use super::text_mode::Charset;

pub(super) const ICCID: &str = "89012601234567890123";

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
        match (name, form) {
            ("+CREG" | "+CGREG" | "+CEREG", Form::Read) => {
                let n = self.parameters.get(name);
                let cell = if n == 2 { self.cell() } else { String::new() };
                line(format!("{name}: {n},{}{cell}", self.stat))
            }
            ("+CSQ", Form::Execute) => line(if self.is_registered() {
                "+CSQ: 21,99"
            } else {
                "+CSQ: 99,99"
            }),
            ("+CSQ", Form::Test) => line("+CSQ: (0-31,99),(0-7,99)"),
            ("+CESQ", Form::Execute) => line("+CESQ: 99,99,255,255,22,52"),
            // TS 27.007 §8.69
            ("+CESQ", Form::Test) => line("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)"),
            ("+CNUM", Form::Test) => Some(Answer::Ok),
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
            ("+CCLK", Form::Set(arguments)) => match Clock::from_written(&arguments[0].text) {
                Some(clock) => {
                    self.calendar.set_clock(self.now, clock);
                    Some(Answer::Ok)
                }
                None => bad_parameter(),
            },
            ("+CSCS", Form::Read) => line(format!("+CSCS: \"{}\"", self.charset.name())),
            ("+CSCS", Form::Test) => line(format!(
                "+CSCS: ({})",
                Charset::ALL.map(|c| format!("\"{}\"", c.name())).join(",")
            )),
            ("+CSCS", Form::Set(arguments)) => match arguments.first().and_then(|a| Charset::from_name(&a.text)) {
                Some(charset) => {
                    self.charset = charset;
                    Some(Answer::Ok)
                }
                None => bad_parameter(),
            },
            ("+CIND", Form::Test) => line(
                "+CIND: (\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),(\"smsfull\",(0,1))",
            ),
            ("+CIND", Form::Read) => line(format!(
                "+CIND: 5,4,{},{},{},0",
                u8::from(self.is_registered()),
                u8::from(self.memories.any_unread()),
                u8::from(!self.calls.is_empty())
            )),
            _ => None,
        }
    }
}
