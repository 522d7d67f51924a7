//! Commands about calls: V.250 §6.3, 3GPP TS 27.007 §6 and §7.

use super::agenda::Request;
use super::calls::{Call, State};
use super::command_line::{Command, Form};
use super::modem::Modem;
use super::network::CallRef;
use super::number::Number;
use super::phone::Caller;
use super::profiles::Release;
use super::reply::{Answer, FinalResult, bad_parameter, cme, line};

impl Modem {
    pub(super) fn call_command(&mut self, command: &Command) -> Option<Answer> {
        match command {
            Command::Dial { number, voice } => Some(self.dial(number, *voice)),
            Command::Basic { name, value } => match name.as_str() {
                "A" => Some(if self.answer() {
                    Answer::Ok
                } else {
                    Answer::Final(FinalResult::NoCarrier)
                }),
                "H" if value.unwrap_or(0) == 0 => {
                    // With CVHU=1 ATH is accepted and does nothing (TS 27.007 §6.20).
                    if self.parameters.get("+CVHU") != 1
                        && !self.faults.ath_ignored
                        && self.profile.release != Release::Cend
                    {
                        self.hang_up();
                    }
                    Some(Answer::Ok)
                }
                _ => None,
            },
            Command::Register { .. } => None,
            Command::Extended { name, form } => self.extended_call_command(name, form),
        }
    }

    fn extended_call_command(&mut self, name: &str, form: &Form) -> Option<Answer> {
        match (name, form) {
            ("+CHUP", Form::Execute) => {
                self.hang_up();
                Some(Answer::Ok)
            }
            ("+CHUP" | "+CEER" | "+CPAS", Form::Test) => Some(Answer::Ok),
            ("+CLCC", Form::Execute) => {
                let phantom = self.faults.phantom_call.then(|| "+CLCC: 7,1,0,1,0,\"\",128".to_owned());
                let rows: Vec<_> = self
                    .calls
                    .iter()
                    .map(|c| c.row(c.state.code()))
                    .chain(phantom)
                    .collect();
                Some(if rows.is_empty() {
                    Answer::Ok
                } else {
                    Answer::Lines(rows)
                })
            }
            // Only a family that reports calls by list has the set form.
            ("+CLCC", Form::Test) if !self.profile.call_list_urc => Some(Answer::Ok),
            ("+CLCC", Form::Read | Form::Set(_)) if !self.profile.call_list_urc => {
                Some(Answer::Final(FinalResult::Error))
            }
            ("+CLIP", Form::Read) => line(format!("+CLIP: {},1", self.parameters.get("+CLIP"))),
            // The second says whether the subscriber has it (TS 27.007 §7.6–7.8).
            ("+COLP", Form::Read) => line(format!("+COLP: {},1", self.parameters.get("+COLP"))),
            ("+CLIR", Form::Read) => line(format!("+CLIR: {},4", self.parameters.get("+CLIR"))),
            ("+VTS", Form::Test) => line("+VTS: (0-9,*,#,A,B,C,D)"),
            // DTMF needs somebody who hears it.
            ("+VTS", Form::Set(_)) if self.calls.iter().any(|c| c.state == State::Active) => Some(Answer::Ok),
            ("+VTS", Form::Set(_)) => cme(3),
            ("+CPAS", Form::Execute) => {
                let busy = if self.calls.iter().any(|c| c.state == State::Incoming) {
                    3
                } else {
                    4
                };
                line(format!("+CPAS: {}", if self.calls.is_empty() { 0 } else { busy }))
            }
            ("+CEER", Form::Execute) => line(match (self.family, self.last_cause) {
                (super::Family::A7670, 16) => "+CEER: \"16 Normal call clearing\"".to_owned(),
                (super::Family::Ec25 | super::Family::Ec25Dsci, cause) => format!("+CEER: 5,{cause}"),
                (_, 0) => "+CEER: No cause information available".to_owned(),
                (_, 16) => "+CEER: Normal call clearing".to_owned(),
                (_, cause) => format!("+CEER: {cause}"),
            }),
            ("+CCWA", Form::Read) => line(format!("+CCWA: {}", self.call_waiting.0)),
            ("+CCWA", Form::Test) => line("+CCWA: (0,1)"),
            ("+CCWA", Form::Set(arguments)) => {
                let value = |i: usize| arguments.get(i).and_then(|a| a.number());
                match value(0) {
                    Some(n @ 0..=1) => self.call_waiting.0 = n,
                    None if arguments.first().is_none_or(|a| a.is_absent()) => {}
                    _ => return bad_parameter(),
                }
                match value(1) {
                    Some(on @ 0..=1) => self.call_waiting.1 = on == 1,
                    Some(2) => return line(format!("+CCWA: {},1", u8::from(self.call_waiting.1))),
                    None => {}
                    Some(_) => return bad_parameter(),
                }
                Some(Answer::Ok)
            }
            ("+CCFC", Form::Test) => line("+CCFC: (0-5)"),
            ("+CCFC", Form::Set(_)) if !self.is_reachable() => cme(30),
            ("+CCFC", Form::Set(arguments)) => self.diverts.command(arguments),
            ("+CHLD", Form::Test) => line("+CHLD: (0,1,1x)"),
            ("+CHLD", Form::Set(arguments)) => match arguments.first().and_then(|a| a.number()) {
                Some(0) => {
                    self.end_waiting_or_ringing();
                    Some(Answer::Ok)
                }
                // The active ones end, the waiting one is taken.
                Some(1) => {
                    let waits = self.calls.iter().any(|c| c.state == State::Waiting);
                    self.hang_up();
                    if waits {
                        self.answer();
                    }
                    Some(Answer::Ok)
                }
                // 1x: this call alone.
                Some(one) if (11..=19).contains(&one) => Some(match self.release(one - 10) {
                    true => Answer::Ok,
                    false => return cme(22),
                }),
                _ => cme(4),
            },
            _ => None,
        }
    }

    /// User determined user busy for the waiting call (TS 27.007 §7.13, CHLD=0).
    fn end_waiting_or_ringing(&mut self) {
        match self.calls.iter().position(|c| c.state == State::Waiting) {
            Some(place) => {
                let call = self.calls.remove(place);
                self.requests.push_back(Request::HangUp(call.network));
            }
            None => self.hang_up(),
        }
    }

    fn dial(&mut self, number: &str, voice: bool) -> Answer {
        // TS 22.030 §6.5.3.2: what ends in # is for the network, not a call.
        if number.ends_with('#') && number.starts_with(['*', '#']) && voice {
            return self.service_code();
        }
        if !voice || number.is_empty() || !self.is_registered() || !self.calls.is_empty() {
            return Answer::Final(FinalResult::NoCarrier);
        }
        let number = Number::new(number);
        let call = Call {
            id: self.free_call_id(),
            network: CallRef::DIALLED,
            incoming: false,
            state: State::Dialing,
            caller: Caller::Known(number.clone()),
            rings: 0,
            connected: None,
        };
        self.calls.push(call.clone());
        self.requests.push_back(Request::Dial(number));
        self.start_dialling(&call);
        Answer::Ok
    }
}
