//! V.250 settings and identification (V.250 §6.1–6.2, TS 27.007 §5), and every setting that is one number.

use super::agenda::Due;
use super::command_line::{Command, Form};
use super::modem::Modem;
use super::parameters::Parameters;
use super::reply::{Answer, FinalResult, bad_parameter, cme, line};
use std::time::Duration;

/// Between the OK of a reset and the restart.
const RESET_AFTER: Duration = Duration::from_millis(500);
const IMEI: &str = "862636050012345";
/// Registers a client may set, and up to what.
const REGISTER_MAX: u32 = 255;

impl Modem {
    pub(super) fn general_command(&mut self, command: &Command) -> Option<Answer> {
        match command {
            Command::Basic { name, value } => self.basic(name, value.unwrap_or(0)),
            Command::Register { number, set } => Some(self.register(*number, *set)),
            Command::Dial { .. } => None,
            Command::Extended { name, form } => self.identity(name, form).or_else(|| self.parameter(name, form)),
        }
    }

    fn basic(&mut self, name: &str, value: u32) -> Option<Answer> {
        let flag = match name {
            "E" => &mut self.echo,
            "V" => &mut self.verbose,
            "Q" => &mut self.quiet,
            "I" => {
                return Some(Answer::Lines(
                    self.profile.ati.iter().map(|l| (*l).to_owned()).collect(),
                ));
            }
            // V.250 leaves the form to the maker.
            "&V" if value == 0 => return Some(Answer::Lines(self.configuration())),
            "Z" | "&F" if value == 0 => {
                self.restore_defaults();
                return Some(Answer::Ok);
            }
            // Carrier detect, DTR, flow control, speaker, extended codes: taken and without meaning here.
            "&C" | "&D" | "&K" | "&S" | "&W" | "&Y" | "L" | "M" | "X" | "T" | "P" if value <= 4 => {
                return Some(Answer::Ok);
            }
            _ => return None,
        };
        match value {
            0 | 1 => *flag = value == 1,
            _ => return Some(Answer::Final(FinalResult::Error)),
        }
        Some(Answer::Ok)
    }

    fn configuration(&self) -> Vec<String> {
        let flag = u8::from;
        let (echo, quiet, verbose) = (flag(self.echo), flag(self.quiet), flag(self.verbose));
        let registers = self
            .registers
            .iter()
            .map(|(number, value)| format!("S{number}:{value:03}"));
        vec![
            format!("E{echo} Q{quiet} V{verbose}"),
            registers.collect::<Vec<_>>().join(" "),
        ]
    }

    fn register(&mut self, number: u32, set: Option<u32>) -> Answer {
        let Some(register) = self.registers.get_mut(&number) else {
            return Answer::Final(FinalResult::Error);
        };
        match set {
            // V.250 §5.3.2 writes three digits.
            None => Answer::Lines(vec![format!("{register:03}")]),
            // V.250 §6.2.1–6.2.3: characters of seven bits.
            Some(value) if matches!(number, 3..=5) && value > 127 => Answer::Final(FinalResult::Error),
            Some(value) if value <= REGISTER_MAX => {
                *register = value;
                Answer::Ok
            }
            Some(_) => Answer::Final(FinalResult::Error),
        }
    }

    fn identity(&mut self, name: &str, form: &Form) -> Option<Answer> {
        const IDENTITY: [&str; 10] = [
            "+CGMI", "+GMI", "+CGMM", "+GMM", "+CGMR", "+GMR", "+CGSN", "+GSN", "+CIMI", "+GCAP",
        ];
        if IDENTITY.contains(&name) && *form == Form::Test {
            return Some(Answer::Ok);
        }
        // TS 27.007 §5.4: 0 the serial number, 1 the IMEI by name.
        if let ("+CGSN", Form::Set(arguments)) = (name, form) {
            return match arguments[0].number() {
                Some(0) => line(IMEI),
                Some(1) => line(format!("+CGSN: \"{IMEI}\"")),
                _ => bad_parameter(),
            };
        }
        if *form != Form::Execute {
            return None;
        }
        let text = match name {
            "+CGMI" | "+GMI" => self.profile.manufacturer,
            "+CGMM" | "+GMM" => self.profile.model,
            "+CGMR" | "+GMR" => self.profile.revision,
            "+CGSN" | "+GSN" => IMEI,
            "+CIMI" if self.pin.needed => return cme(11),
            "+CIMI" => super::card_files::IMSI,
            "+GCAP" => "+GCAP: +CGSM",
            _ => return None,
        };
        if self.profile.prefixed_identity && name.starts_with("+CG") {
            line(format!("{name}: {text}"))
        } else {
            line(text)
        }
    }

    fn parameter(&mut self, name: &str, form: &Form) -> Option<Answer> {
        match (name, form) {
            ("+CFUN", Form::Set(_)) => return Some(self.functionality(form)),
            ("+CFUN", Form::Test) => return line("+CFUN: (0,1,4),(0,1)"),
            // These have more to say than their number: other files do.
            ("+CREG" | "+CGREG" | "+CEREG" | "+CLIP" | "+CLIR" | "+COLP" | "+CSMS", Form::Read)
            | ("+CUSD" | "+CSMS", Form::Set(_))
            | ("+CSMS", Form::Test) => return None,
            ("+CLCC", _) if !self.profile.call_list_urc => return None,
            _ if !self.knows(name) => return None,
            _ => {}
        }
        let parameter = Parameters::find(name)?;
        Some(match form {
            Form::Read => Answer::Lines(vec![format!("{name}: {}", self.parameters.get(name))]),
            Form::Test if parameter.max == 1 => Answer::Lines(vec![format!("{name}: (0,1)")]),
            Form::Test => Answer::Lines(vec![format!("{name}: (0-{})", parameter.max)]),
            Form::Execute if name == "+CLCC" => return None,
            Form::Execute => Answer::Final(FinalResult::Error),
            Form::Set(arguments) => match arguments.first().and_then(|a| a.number()) {
                Some(value) if value <= parameter.max && arguments.len() == 1 => {
                    self.parameters.set(parameter.name, value);
                    Answer::Ok
                }
                _ => return bad_parameter(),
            },
        })
    }

    /// Makers' settings are known to their own modems only.
    pub(super) fn knows(&self, name: &str) -> bool {
        let standard = name.starts_with('+') && name != "+UCALLSTAT";
        standard || self.profile.takes.iter().any(|taken| taken.name == name)
    }

    /// `+CFUN=<fun>[,<rst>]` (TS 27.007 §8.2).
    fn functionality(&mut self, form: &Form) -> Answer {
        let Form::Set(arguments) = form else {
            return Answer::Final(FinalResult::Error);
        };
        let value = |i: usize| arguments.get(i).and_then(|a| a.number());
        match (value(0), value(1).unwrap_or(0)) {
            (Some(1), 1) | (Some(6 | 16), 0) => {
                self.later(RESET_AFTER, Due::Restart);
                Answer::Ok
            }
            (Some(fun @ (0 | 1 | 4)), 0) => {
                self.faults.forgotten_until = None;
                if fun == 1 {
                    self.parameters.set("+CFUN", fun);
                    self.look_for_network();
                } else {
                    self.end_all_calls();
                    self.set_registration(0);
                    self.parameters.set("+CFUN", fun);
                }
                Answer::Ok
            }
            _ => Answer::Final(FinalResult::Cme(50)),
        }
    }
}
