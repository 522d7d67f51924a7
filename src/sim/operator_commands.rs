//! Choosing the network, and its services: `+COPS` (TS 27.007 §7.3), `+CUSD` (§7.15) and codes that are dialled.

use super::agenda::Due;
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::reply::{Answer, FinalResult, bad_parameter, cme, line};
use std::time::Duration;

/// From a code of USSD to its answer.
const USSD: Duration = Duration::from_millis(800);
/// What any code is answered with.
const BALANCE: &str = "Balance: $12.34, valid 'until' June";
/// The one network that takes the SIM, and one that forbids it: long and short name, and number.
const HOME: [&str; 3] = ["Textback Mobile", "Textback Mobile", "310260"];
const FORBIDDEN: [&str; 3] = ["Other Mobile", "Other", "310999"];

/// `+COPS`'s settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Selection {
    /// 0 automatic, 1 manual, 2 deregistered.
    pub mode: u32,
    format: usize,
}

impl Modem {
    pub(super) fn operator_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        match (name.as_str(), form) {
            ("+COPS", Form::Read) => {
                let Selection { mode, format } = self.selection;
                line(if self.is_registered() {
                    let name = HOME[format];
                    format!("+COPS: {mode},{format},\"{name}\",7")
                } else {
                    format!("+COPS: {mode}")
                })
            }
            ("+COPS", Form::Test) => {
                let row =
                    |stat: u8, [long, short, code]: [&str; 3]| format!("({stat},\"{long}\",\"{short}\",\"{code}\",7)");
                let current = if self.is_registered() { 2 } else { 1 };
                line(format!(
                    "+COPS: {},{},,(0-4),(0-2)",
                    row(current, HOME),
                    row(3, FORBIDDEN)
                ))
            }
            // TS 27.007 §7.21
            ("+COPN", Form::Execute) => Some(Answer::Lines(
                [HOME, FORBIDDEN]
                    .map(|[long, _, code]| format!("+COPN: \"{code}\",\"{long}\""))
                    .to_vec(),
            )),
            ("+COPN", Form::Test) => Some(Answer::Ok),
            ("+COPS", Form::Set(arguments)) => self.select_operator(arguments),
            ("+CUSD", Form::Set(arguments)) => self.ussd(arguments),
            _ => None,
        }
    }

    fn select_operator(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let number = |place: usize| arguments.get(place).and_then(Argument::number);
        let format = number(1)
            .and_then(|f| usize::try_from(f).ok())
            .filter(|f| *f < HOME.len());
        match (number(0), format) {
            (Some(0), _) => self.choose(0),
            (Some(1 | 4), Some(format)) => {
                let wanted = arguments.get(2).and_then(|a| self.charset.read_argument(&a.text));
                let named = |operator: [&str; 3]| wanted.as_deref() == Some(operator[format]);
                match (named(HOME), number(0)) {
                    (true, _) => self.choose(1),
                    // 4: if the wanted one can't be had, any.
                    (false, Some(4)) => self.choose(0),
                    (false, _) => cme(if named(FORBIDDEN) { 32 } else { 30 }),
                }
            }
            (Some(2), _) => {
                self.selection.mode = 2;
                self.set_registration(0);
                Some(Answer::Ok)
            }
            (Some(3), Some(format)) => {
                self.selection.format = format;
                Some(Answer::Ok)
            }
            _ => bad_parameter(),
        }
    }

    fn choose(&mut self, mode: u32) -> Option<Answer> {
        self.selection.mode = mode;
        self.look_for_network();
        Some(Answer::Ok)
    }

    fn ussd(&mut self, arguments: &[Argument]) -> Option<Answer> {
        match arguments.first().and_then(Argument::number) {
            Some(n @ 0..=1) => self.parameters.set("+CUSD", n),
            // Ends the session, of which there is none; no setting (TS 27.007 §7.15).
            Some(2) => return Some(Answer::Ok),
            _ => return bad_parameter(),
        }
        if arguments.len() > 1 {
            return Some(self.service_code());
        }
        Some(Answer::Ok)
    }

    /// A code goes to the network, by `+CUSD` or dialled (TS 22.030 §6.5.3.2); its answer comes by `+CUSD`.
    pub(super) fn service_code(&mut self) -> Answer {
        if !self.is_registered() {
            return Answer::Final(FinalResult::Cme(30));
        }
        // <n> 0: the network answers, and nobody is told.
        if self.parameters.is_on("+CUSD") {
            let said = self.charset.write(BALANCE);
            self.later(USSD, Due::Unsolicited(format!("+CUSD: 0,\"{said}\",15")));
        }
        Answer::Ok
    }
}
