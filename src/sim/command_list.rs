//! `+CLAC`: every command there is (TS 27.007 §8.37).

use super::command_line::{Command, Form};
use super::modem::Modem;
use super::parameters::Parameters;
use super::reply::Answer;

/// The commands that are more than a setting of one number or a kept one.
const WRITTEN_OUT: &[&str] = &[
    "A", "D", "E", "H", "I", "L", "M", "P", "Q", "S0", "S3", "S4", "S5", "T", "V", "X", "Z", "&C", "&D", "&F", "&K",
    "&S", "&V", "&W", "&Y", "+CBC", "+CCFC", "+CCLK", "+CCWA", "+CEER", "+CESQ", "+CGATT", "+CGMI", "+CGMM", "+CGMR",
    "+CGSN", "+CHLD", "+CHUP", "+CIMI", "+CIND", "+CLAC", "+CLCC", "+CLCK", "+CMGC", "+CMGD", "+CMGL", "+CMGR",
    "+CMGS", "+CMGW", "+CMSS", "+CNMA", "+CNMI", "+CNUM", "+COPN", "+COPS", "+CPAS", "+CPBF", "+CPBR", "+CPBS",
    "+CPBW", "+CPIN", "+CPMS", "+CPWD", "+CRES", "+CRSM", "+CSAS", "+CSCA", "+CSCB", "+CSCS", "+CSMP", "+CSQ", "+GCAP",
    "+GMI", "+GMM", "+GMR", "+GSN", "+VTS",
];

impl Modem {
    pub(super) fn command_list(&self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        match (name.as_str(), form) {
            ("+CLAC", Form::Execute) => {
                let own = [self.profile.iccid.0, self.profile.pin_tries];
                let mut names: Vec<&str> = WRITTEN_OUT.to_vec();
                names.extend(Parameters::names().filter(|name| self.knows(name)));
                names.extend(super::kept_settings::names());
                names.extend(own);
                names.extend(self.profile.takes.iter().map(|taken| taken.name));
                names.sort_unstable();
                names.dedup();
                Some(Answer::Lines(
                    names.into_iter().map(|name| format!("AT{name}")).collect(),
                ))
            }
            ("+CLAC", Form::Test) => Some(Answer::Ok),
            _ => None,
        }
    }
}
