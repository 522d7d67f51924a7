//! The SIM's lock: PIN, PUK and the facilities that a password guards (TS 27.007 §8.3, §7.4, §7.5).

use super::agenda::{Due, Pin};
use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::reply::{Answer, cme, line};
use std::time::Duration;

/// The PIN and PUK of the simulated SIM.
pub(super) const PIN: &str = "1234";
const PUK: &str = "12345678";
/// Tries a new card gives for its PIN.
pub(super) const PIN_TRIES: u8 = 3;
/// From a good PIN to a SIM that can be read; until then it is busy.
const UNLOCK: Duration = Duration::from_secs(2);
/// Call barring and locks of the card, which nobody has set: they can be asked after.
const NOT_SET: [&str; 11] = ["AO", "OI", "OX", "AI", "IR", "AB", "AG", "AC", "FD", "PN", "PS"];

/// Text of an argument.
fn text(arguments: &[Argument], place: usize) -> Option<&str> {
    arguments.get(place).map(|a| a.text.as_str())
}

impl Modem {
    pub(super) fn lock_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        if name == self.profile.pin_tries && matches!(form, Form::Execute | Form::Read) {
            return self.pin_tries(name);
        }
        match (name.as_str(), form) {
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
            ("+CLCK", Form::Test) => line(format!("+CLCK: (\"SC\",\"{}\")", NOT_SET.join("\",\""))),
            ("+CLCK", Form::Set(arguments)) => self.lock(arguments),
            ("+CPWD", Form::Test) => line("+CPWD: (\"SC\",8)"),
            ("+CPWD", Form::Set(arguments)) => match (text(arguments, 0), text(arguments, 1), text(arguments, 2)) {
                (Some("SC"), Some(old), Some(new)) if self.pin.locked => {
                    if let Err(refused) = self.check_pin(old) {
                        return refused;
                    }
                    self.pin.code = new.to_owned();
                    Some(Answer::Ok)
                }
                // TS 31.102: a PIN that is not in force can't be changed.
                (Some("SC"), Some(_), Some(_)) => cme(3),
                _ => cme(4),
            },
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

    /// A wrong one costs a try, the last of them the PIN (TS 31.101 §9.5).
    fn check_pin(&mut self, given: &str) -> Result<(), Option<Answer>> {
        if self.pin.tries == 0 {
            return Err(cme(12));
        }
        if given != self.pin.code {
            self.pin.tries -= 1;
            return Err(if self.pin.tries == 0 { cme(12) } else { cme(16) });
        }
        self.pin.tries = PIN_TRIES;
        Ok(())
    }

    fn enter_pin(&mut self, arguments: &[Argument]) -> Option<Answer> {
        if !self.pin.needed {
            return cme(3);
        }
        match (text(arguments, 0), text(arguments, 1)) {
            // With the PUK comes the PIN that shall be.
            (Some(puk), Some(new)) if self.pin.tries == 0 => {
                if puk != PUK {
                    return cme(16);
                }
                self.pin = Pin {
                    tries: PIN_TRIES,
                    code: new.to_owned(),
                    ..self.pin.clone()
                };
            }
            (given, _) => {
                if let Err(refused) = self.check_pin(given.unwrap_or("")) {
                    return refused;
                }
            }
        }
        self.pin.needed = false;
        self.later(UNLOCK, Due::UnlockedSoon);
        self.later(UNLOCK, Due::Unsolicited("+CPIN: READY".into()));
        Some(Answer::Ok)
    }

    /// `+CLCK=<fac>,<mode>[,<passwd>]`
    fn lock(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let mode = arguments.get(1).and_then(Argument::number);
        match (text(arguments, 0), mode) {
            (Some("SC"), Some(2)) => line(format!("+CLCK: {}", u8::from(self.pin.locked))),
            (Some("SC"), Some(on @ 0..=1)) => {
                if let Err(refused) = self.check_pin(text(arguments, 2).unwrap_or("")) {
                    return refused;
                }
                self.pin.locked = on == 1;
                Some(Answer::Ok)
            }
            (Some(facility), Some(2)) if NOT_SET.contains(&facility) => line("+CLCK: 0"),
            _ => cme(4),
        }
    }
}
