//! What only one maker understands (`modem-facts.md` §4.2), and the settings that are taken with OK.

use super::agenda::Due;
use super::command_line::{Argument, Command, Form};
use super::kept_settings::Kept;
use super::modem::Modem;
use super::profiles::Release;
use super::reply::{Answer, FinalResult, cme, line};
use std::time::Duration;

/// Between the OK of a reset and the restart.
const RESET_AFTER: Duration = Duration::from_millis(500);

impl Modem {
    pub(super) fn vendor_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        let quectel = self.profile.iccid.0 == "+QCCID";
        let simcom = self.profile.pin_tries == "+SPIC";
        let reset = simcom && name == "+CRESET" || self.profile.release == Release::Cend && name == "^RESET";
        if reset && *form == Form::Execute {
            self.later(RESET_AFTER, Due::Restart);
            return Some(Answer::Ok);
        }
        if quectel && name == "+QINDCFG" {
            return self.indication(form);
        }
        if quectel && name == "+QINISTAT" && matches!(form, Form::Execute | Form::Read) {
            return line("+QINISTAT: 7");
        }
        if quectel && name == "+QHUP" {
            self.hang_up();
            return Some(Answer::Ok);
        }
        if self.profile.release == Release::Cend && name == "^CVOICE" && *form == Form::Read {
            return line("^CVOICE:0,8000,16,20");
        }
        let takes: &'static [Kept] = self.profile.takes;
        self.keep(takes.iter().find(|taken| taken.name == name)?, form)
    }

    /// `AT+QINDCFG="ccinfo",1,0`
    fn indication(&mut self, form: &Form) -> Option<Answer> {
        let has_ccinfo = self.profile.release == Release::CcInfo;
        let Form::Set(arguments) = form else {
            return if *form == Form::Test {
                line("+QINDCFG: \"all\",(0,1)")
            } else {
                Some(Answer::Final(FinalResult::Error))
            };
        };
        let key = arguments.first().map_or("", |a| a.text.as_str());
        match key {
            "ccinfo" if !has_ccinfo => cme(4),
            "ccinfo" | "ring" | "smsfull" | "csq" | "all" => match arguments.get(1).and_then(Argument::number) {
                Some(on @ 0..=1) => {
                    self.vendor.insert(key.to_owned(), on.to_string());
                    Some(Answer::Ok)
                }
                Some(_) => cme(50),
                None => line(format!(
                    "+QINDCFG: \"{key}\",{}",
                    self.vendor.get(key).map_or("0", String::as_str)
                )),
            },
            _ => cme(50),
        }
    }
}
