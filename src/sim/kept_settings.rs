//! Settings that every modem takes and that change nothing in this world: what was set is what is read.

use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::reply::{Answer, bad_parameter, line};

/// Settings kept; there are not more of them than this.
const MAX_KEPT: usize = 64;

/// One of them: what is read before it was set (nothing: not even a line), what the test form says (nothing: not even a
/// line), and what it may be if not anything.
#[derive(Debug)]
pub(super) struct Kept {
    pub name: &'static str,
    default: &'static str,
    test: &'static str,
    allowed: &'static [&'static str],
}

pub(super) const fn kept(name: &'static str, default: &'static str, test: &'static str) -> Kept {
    Kept {
        name,
        default,
        test,
        allowed: &[],
    }
}

/// ITU-T V.250 §6.2.10–13, T.31 §8.2, TS 27.007 §5.9, §6.7, §6.8, §8.10, §10.1, §7.17.
const SETTINGS: &[Kept] = &[
    Kept {
        allowed: &["0"],
        ..kept("+FCLASS", "0", "(0)")
    },
    Kept {
        allowed: &[
            "0", "1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200", "230400", "460800", "921600",
        ],
        ..kept(
            "+IPR",
            "115200",
            "(0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600)",
        )
    },
    kept("+IFC", "0,0", "(0-2),(0-2)"),
    kept("+ICF", "3,3", "(3),(3)"),
    kept("+ILRR", "0", "(0,1)"),
    kept("+CBST", "0,0,1", "(0,7,71),(0),(0-3)"),
    kept("+CRLP", "61,61,48,6", "(0-61),(0-61),(39-255),(1-255)"),
    kept("+CMER", "0,0,0,0,0", "(0-3),(0),(0),(0-2),(0,1)"),
    kept("+CSSN", "0,0", "(0,1),(0,1)"),
    kept("+CGDCONT", "", "(1-16),\"IP\",,,(0),(0)"),
    kept("+CGACT", "1,0", "(0,1)"),
    kept("+CGEREP", "0,0", "(0-2),(0,1)"),
    kept("+CGAUTH", "", "(1-16),(0-2),,"),
    Kept {
        allowed: &["12", "22", "25", "28", "29"],
        ..kept("+WS46", "25", "(12,22,25,28,29)")
    },
];

/// Every one's name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|s| s.name)
}

impl Modem {
    pub(super) fn kept_setting(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        self.keep(SETTINGS.iter().find(|s| s.name == name)?, form)
    }

    pub(super) fn keep(&mut self, setting: &Kept, form: &Form) -> Option<Answer> {
        let name = setting.name;
        match form {
            Form::Set(arguments)
                if !setting.allowed.is_empty() && !setting.allowed.contains(&arguments[0].text.as_str()) =>
            {
                bad_parameter()
            }
            Form::Set(arguments) => {
                if self.vendor.len() < MAX_KEPT || self.vendor.contains_key(name) {
                    let text = arguments.iter().map(as_written).collect::<Vec<_>>().join(",");
                    self.vendor.insert(name.to_owned(), text);
                }
                Some(Answer::Ok)
            }
            Form::Read => match self.vendor.get(name).map_or(setting.default, String::as_str) {
                "" => Some(Answer::Ok),
                value => line(format!("{name}: {value}")),
            },
            Form::Test if !setting.test.is_empty() => line(format!("{name}: {}", setting.test)),
            Form::Test | Form::Execute => Some(Answer::Ok),
        }
    }

    /// `+CIEV` for an indicator that changed, where `+CMER` asks for it (TS 27.007 §8.10).
    pub(super) fn indicate(&mut self, indicator: Indicator, value: u32) {
        let asked = self.vendor.get("+CMER").map_or("", String::as_str);
        let field = |place: usize| asked.split(',').nth(place).unwrap_or("0");
        if field(0) != "0" && matches!(field(3), "1" | "2") {
            self.say_unsolicited(&format!("+CIEV: {},{value}", indicator.place()));
        }
    }
}

fn as_written(argument: &Argument) -> String {
    if argument.quoted {
        format!("\"{}\"", argument.text)
    } else {
        argument.text.clone()
    }
}

/// The indicators of `+CIND` that change here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indicator {
    Service,
    Message,
    Call,
}

impl Indicator {
    /// Its place in the list that `+CIND=?` gives.
    fn place(self) -> u8 {
        match self {
            Indicator::Service => 3,
            Indicator::Message => 4,
            Indicator::Call => 5,
        }
    }
}
