//! What we say: typed commands, the octets they become, the lines they own, and how long the slowest modem may take.

use super::fields::{Fields, after_name};
use super::urc::{self, Urc};
use at_commands::builder::CommandBuilder;
use std::fmt;
use std::time::Duration;

/// Plain `AT`. A modem busy with fall-back from LTE for a call answers late.
pub const ATTENTION_TIMEOUT: Duration = Duration::from_secs(5);
/// Identity questions; some wait for the SIM.
pub const IDENTIFY_TIMEOUT: Duration = Duration::from_secs(10);
/// `AT+CPIN?`
pub const PIN_STATE_TIMEOUT: Duration = Duration::from_secs(10);
/// `AT+CPIN="…"`: the SIM is asked, and then read.
pub const ENTER_PIN_TIMEOUT: Duration = Duration::from_secs(30);
/// `AT+CLCC`: EC2x 300 ms, A76xx 9 s. (SIM7600 names 120 s, which no use of a call list can wait for.)
pub const LIST_CALLS_TIMEOUT: Duration = Duration::from_secs(10);
/// `AT+CMGL=4` over 255 slots at serial speed.
pub const LIST_MESSAGES_TIMEOUT: Duration = Duration::from_secs(60);
/// `AT+CMGR`, `AT+CPMS`.
pub const READ_MESSAGE_TIMEOUT: Duration = Duration::from_secs(20);
/// `AT+CMGD`: SIMs erase slowly.
pub const DELETE_MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// `AT+CNMI=…`
pub const NOTIFICATIONS_TIMEOUT: Duration = Duration::from_secs(5);
/// From `AT+CMGS=<length>` to the prompt.
pub const PROMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// `AT+CHUP`: EC2x 90 s, SIM7600 120 s.
pub const HANG_UP_TIMEOUT: Duration = Duration::from_secs(120);

/// `AT+CUSD`: some answer OK only with the network's answer.
pub const USSD_TIMEOUT: Duration = Duration::from_secs(30);
/// `AT+CPBR` over a few entries of a slow SIM.
pub const READ_PHONEBOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// Longest code in `AT+CUSD`, as it is written.
const USSD_CODE_MAX: usize = 40;
/// Room for the longest command that is not a [`Command::Plain`] or [`Command::Identify`].
const COMMAND_MAX: usize = 64;

/// A command, typed; `Command::bytes` writes it through `at_commands`, `Command::prefixes` says which lines are its own,
/// `Command::timeout` how long the slowest documented modem may take. Its `Debug` is the command line, without a PIN.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Plain `AT`.
    Attention,
    /// A fixed command from the init tables: `AT+CMEE=1`, `ATE0` … Text after `AT`, and the prefix its reply lines carry, if any.
    Plain {
        text: &'static str,
        prefix: Option<&'static str>,
        timeout: Duration,
    },
    /// `AT+CGMI/CGMM/CGMR/CGSN/CIMI`, `ATI`: free information text, every line up to the final result. Text after `AT`.
    Identify(&'static str),
    /// `AT+CPIN?`
    PinState,
    /// `AT+CPIN="1234"`: four to eight digits; anything else in it is left out.
    EnterPin(String),
    /// `AT+CLCC`
    ListCalls,
    /// `AT+CMGL=4`
    ListMessages,
    /// `AT+CMGR=<index>`
    ReadMessage(u16),
    /// `AT+CMGD=<index>`
    DeleteMessage(u16),
    /// `AT+CPMS="SM","SM","SM"`
    MessageStorage(String),
    /// `AT+CPMS?`
    MessageStorageState,
    /// `AT+CNMI=<mode>,<mt>,<bm>,<ds>,<bfr>`, 27.005 §3.4.1.
    Notifications([u8; 5]),
    /// `AT+CMGS=<length>`, then the prompt, then the PDU and Ctrl-Z.
    SendMessage { tpdu_length: u8 },
    /// `AT+CHUP`
    HangUp,
    /// `AT+CUSD=1,"*100#",15`, 27.007 §7.15: the code, plain or in hex as the modem wants it; with its coding scheme or without.
    Ussd { code: String, dcs: Option<u8> },
    /// `AT+CPBR=1,<last>`: the first entries of the selected phonebook, 27.007 §8.12.
    ReadPhonebook { last: u16 },
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Command::EnterPin(_) = self {
            return f.write_str("AT+CPIN=<pin>");
        }
        f.write_str(String::from_utf8_lossy(&self.bytes()).trim_end())
    }
}

impl Command {
    /// The octets to send: the command line with its CR (ITU-T V.250 §5.2.1).
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut room = [0; COMMAND_MAX];
        let line = match self {
            Command::Attention => execute(&mut room, ""),
            Command::Plain { text, .. } | Command::Identify(text) => {
                let mut room = vec![0; text.len() + COMMAND_MAX];
                execute(&mut room, text.strip_prefix("AT").unwrap_or(text))
            }
            Command::PinState => query(&mut room, "+CPIN"),
            Command::EnterPin(pin) => {
                let digits: String = pin.chars().filter(char::is_ascii_digit).take(8).collect();
                let line = CommandBuilder::create_set(&mut room, true)
                    .named("+CPIN")
                    .with_string_parameter(digits);
                line.finish_with(b"\r").map(<[u8]>::to_vec)
            }
            Command::ListCalls => execute(&mut room, "+CLCC"),
            Command::ListMessages => set(&mut room, "+CMGL", 4),
            Command::ReadMessage(index) => set(&mut room, "+CMGR", i32::from(*index)),
            Command::DeleteMessage(index) => set(&mut room, "+CMGD", i32::from(*index)),
            Command::MessageStorage(storage) => {
                let name: String = storage.chars().filter(char::is_ascii_alphanumeric).take(4).collect();
                CommandBuilder::create_set(&mut room, true)
                    .named("+CPMS")
                    .with_string_parameter(&name)
                    .with_string_parameter(&name)
                    .with_string_parameter(&name)
                    .finish_with(b"\r")
                    .map(<[u8]>::to_vec)
            }
            Command::MessageStorageState => query(&mut room, "+CPMS"),
            Command::Notifications(values) => {
                let [mode, mt, bm, ds, bfr] = values.map(i32::from);
                CommandBuilder::create_set(&mut room, true)
                    .named("+CNMI")
                    .with_int_parameter(mode)
                    .with_int_parameter(mt)
                    .with_int_parameter(bm)
                    .with_int_parameter(ds)
                    .with_int_parameter(bfr)
                    .finish_with(b"\r")
                    .map(<[u8]>::to_vec)
            }
            Command::SendMessage { tpdu_length } => set(&mut room, "+CMGS", i32::from(*tpdu_length)),
            Command::HangUp => execute(&mut room, "+CHUP"),
            Command::Ussd { code, dcs } => {
                let code: String = code
                    .chars()
                    .filter(|c| c.is_ascii_hexdigit() || matches!(c, '*' | '#'))
                    .take(USSD_CODE_MAX)
                    .collect();
                let line = CommandBuilder::create_set(&mut room, true)
                    .named("+CUSD")
                    .with_int_parameter(1)
                    .with_string_parameter(&code);
                match dcs {
                    Some(dcs) => line
                        .with_int_parameter(i32::from(*dcs))
                        .finish_with(b"\r")
                        .map(<[u8]>::to_vec),
                    None => line.finish_with(b"\r").map(<[u8]>::to_vec),
                }
            }
            Command::ReadPhonebook { last } => CommandBuilder::create_set(&mut room, true)
                .named("+CPBR")
                .with_int_parameter(1)
                .with_int_parameter(i32::from(*last))
                .finish_with(b"\r")
                .map(<[u8]>::to_vec),
        };
        // The builder only fails for lack of room, and every arm above has enough by construction.
        line.unwrap_or_default()
    }

    /// The names its information lines start with. Empty: it has none, or ([`Command::Identify`]) they have no name.
    #[must_use]
    pub fn prefixes(&self) -> Vec<&'static str> {
        match self {
            Command::Attention
            | Command::Identify(_)
            | Command::EnterPin(_)
            | Command::DeleteMessage(_)
            | Command::Notifications(_)
            | Command::Ussd { .. }
            | Command::HangUp => Vec::new(),
            Command::ReadPhonebook { .. } => vec!["+CPBR"],
            Command::Plain { prefix, .. } => prefix.iter().map(|name| name.trim_end_matches(':')).collect(),
            Command::PinState => vec!["+CPIN"],
            Command::ListCalls => vec!["+CLCC"],
            Command::ListMessages => vec!["+CMGL"],
            Command::ReadMessage(_) => vec!["+CMGR"],
            Command::MessageStorage(_) | Command::MessageStorageState => vec!["+CPMS"],
            Command::SendMessage { .. } => vec!["+CMGS"],
        }
    }

    /// From the command to its final result; for [`Command::SendMessage`] to the prompt.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        match self {
            Command::Attention => ATTENTION_TIMEOUT,
            Command::Plain { timeout, .. } => *timeout,
            Command::Identify(_) => IDENTIFY_TIMEOUT,
            Command::PinState => PIN_STATE_TIMEOUT,
            Command::EnterPin(_) => ENTER_PIN_TIMEOUT,
            Command::ListCalls => LIST_CALLS_TIMEOUT,
            Command::ListMessages => LIST_MESSAGES_TIMEOUT,
            Command::ReadMessage(_) | Command::MessageStorage(_) | Command::MessageStorageState => READ_MESSAGE_TIMEOUT,
            Command::DeleteMessage(_) => DELETE_MESSAGE_TIMEOUT,
            Command::Notifications(_) => NOTIFICATIONS_TIMEOUT,
            Command::SendMessage { .. } => PROMPT_TIMEOUT,
            Command::HangUp => HANG_UP_TIMEOUT,
            Command::Ussd { .. } => USSD_TIMEOUT,
            Command::ReadPhonebook { .. } => READ_PHONEBOOK_TIMEOUT,
        }
    }

    /// Whether this information line answers the command. A line that only shares the name (`+CREG: 1,"00C3"` while
    /// `AT+CREG?` is asked, `+CLCC: 1,1,6,…` while calls are listed) is told apart by its fields and stays unsolicited.
    #[must_use]
    pub fn claims(&self, line: &str) -> bool {
        if let Command::Identify(text) = self {
            return is_identity(text, line);
        }
        self.prefixes().iter().any(|name| {
            Fields::after_name(line, name).is_some_and(|fields| {
                // A list has no released calls (27.007 §7.18): stat 6 is SIMCom's unsolicited form.
                if *self == Command::ListCalls {
                    fields.text(2) != "6"
                } else {
                    !urc::only_looks_like_reply(name, &fields)
                }
            })
        })
    }

    /// Whether it is a plain `AT` on the wire: the question by which one finds out whether anybody answers.
    pub(crate) fn is_attention(&self) -> bool {
        self.bytes() == b"AT\r"
    }

    /// Whether a `+CMS ERROR` can be this command's own (27.005 §3.2.5).
    pub(crate) fn is_message_service(&self) -> bool {
        let of_27_005 = |text: &str| {
            let text = text.strip_prefix("AT").unwrap_or(text);
            [
                "+CM", "+CN", "+CPMS", "+CSM", "+CSC", "+CSAS", "+CRES", "+CSDH", "+CGSMS",
            ]
            .iter()
            .any(|start| text.starts_with(start))
        };
        match self {
            Command::Plain { text, .. } | Command::Identify(text) => of_27_005(text),
            Command::ListMessages
            | Command::ReadMessage(_)
            | Command::DeleteMessage(_)
            | Command::MessageStorage(_)
            | Command::MessageStorageState
            | Command::Notifications(_)
            | Command::SendMessage { .. } => true,
            Command::Attention
            | Command::PinState
            | Command::EnterPin(_)
            | Command::ListCalls
            | Command::Ussd { .. }
            | Command::ReadPhonebook { .. }
            | Command::HangUp => false,
        }
    }
}

/// Free text has no name, so what is known to be unsolicited is kept out of it, and so is what carries another's name.
fn is_identity(text: &str, line: &str) -> bool {
    let name = text.strip_prefix("AT").unwrap_or(text);
    let name = name.split(['=', '?']).next().unwrap_or(name);
    if after_name(line, name).is_some() || (name.contains("CCID") && line.contains("CCID")) {
        return true;
    }
    matches!(urc::parse(line), Urc::Other(_)) && (name == "I" || !urc::carries_name(line))
}

fn execute(room: &mut [u8], name: &str) -> Result<Vec<u8>, usize> {
    CommandBuilder::create_execute(room, true)
        .named(name)
        .finish_with(b"\r")
        .map(<[u8]>::to_vec)
}

fn query(room: &mut [u8], name: &str) -> Result<Vec<u8>, usize> {
    CommandBuilder::create_query(room, true)
        .named(name)
        .finish_with(b"\r")
        .map(<[u8]>::to_vec)
}

fn set(room: &mut [u8], name: &str, value: i32) -> Result<Vec<u8>, usize> {
    CommandBuilder::create_set(room, true)
        .named(name)
        .with_int_parameter(value)
        .finish_with(b"\r")
        .map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: fn(&'static str, Option<&'static str>) -> Command = |text, prefix| Command::Plain {
        text,
        prefix,
        timeout: Duration::from_secs(5),
    };

    #[test]
    fn commands_are_written_as_the_standards_spell_them() {
        for (command, expected) in [
            (Command::Attention, "AT\r"),
            (PLAIN("+CMEE=1", None), "AT+CMEE=1\r"),
            (PLAIN("ATE0", None), "ATE0\r"),
            (Command::Identify("+CGMI"), "AT+CGMI\r"),
            (Command::Identify("I"), "ATI\r"),
            (Command::PinState, "AT+CPIN?\r"),
            (Command::EnterPin("1234".into()), "AT+CPIN=\"1234\"\r"),
            (Command::EnterPin("12\"\r34".into()), "AT+CPIN=\"1234\"\r"),
            (Command::ListCalls, "AT+CLCC\r"),
            (Command::ListMessages, "AT+CMGL=4\r"),
            (Command::ReadMessage(0), "AT+CMGR=0\r"),
            (Command::DeleteMessage(65535), "AT+CMGD=65535\r"),
            (Command::MessageStorage("SM".into()), "AT+CPMS=\"SM\",\"SM\",\"SM\"\r"),
            (Command::MessageStorageState, "AT+CPMS?\r"),
            (Command::Notifications([2, 2, 0, 1, 0]), "AT+CNMI=2,2,0,1,0\r"),
            (Command::SendMessage { tpdu_length: 164 }, "AT+CMGS=164\r"),
            (Command::HangUp, "AT+CHUP\r"),
            (
                Command::Ussd {
                    code: "*100#\"\r".into(),
                    dcs: Some(15),
                },
                "AT+CUSD=1,\"*100#\",15\r",
            ),
            (
                Command::Ussd {
                    code: "AA180C3602".into(),
                    dcs: None,
                },
                "AT+CUSD=1,\"AA180C3602\"\r",
            ),
            (Command::ReadPhonebook { last: 10 }, "AT+CPBR=1,10\r"),
        ] {
            assert_eq!(String::from_utf8(command.bytes()).unwrap(), expected);
        }
        let long = "+QCFG=\"a\",".repeat(40).leak();
        assert!(PLAIN(long, None).bytes().len() > 300);
    }

    #[test]
    fn a_pin_is_not_shown() {
        assert_eq!(
            format!("{:?} {:?}", Command::EnterPin("1234".into()), Command::HangUp),
            "AT+CPIN=<pin> AT+CHUP"
        );
    }

    #[test]
    fn a_command_claims_its_own_lines_and_no_urc_of_the_same_name() {
        for (command, line, claimed) in [
            (
                PLAIN("+CREG?", Some("+CREG")),
                r#"+CREG: 2,1,"00C3","0000A1B2",7"#,
                true,
            ),
            (PLAIN("+CREG?", Some("+CREG:")), "+CREG: 0,1", true),
            (PLAIN("+CREG?", Some("+CREG")), r#"+CREG: 1,"00C3","0000A1B2",7"#, false),
            (PLAIN("+CREG?", Some("+CREG")), "+CREG: 1", false),
            (PLAIN("+CLIP?", Some("+CLIP")), "+CLIP: 1,1", true),
            (PLAIN("+CLIP?", Some("+CLIP")), r#"+CLIP: "+491",145"#, false),
            (PLAIN("+CLIP?", Some("+CLIP")), "+CLIP:,129,,,,1", false),
            (PLAIN("+CLCC=?", Some("+CLCC")), "+CLCC: (0-1)", true),
            (Command::ListCalls, r#"+CLCC: 1,1,4,0,0,"1",129"#, true),
            (Command::ListCalls, r#"+CLCC: 1,1,6,0,0,"1",129"#, false),
            (Command::Identify("+CGMM"), "SIMCOM_SIM7600G-H", true),
            (Command::Identify("+CGMM"), "+CGMM: MU509", true),
            (Command::Identify("+CGMM"), "RING", false),
            (Command::Identify("+CGMM"), "^HWNAT:06", false),
            (Command::Identify("+CGSN"), "861234567890123", true),
            (Command::Identify("I"), "+GCAP: +CGSM", true),
            (Command::Identify("I"), "+CMTI: \"SM\",3", false),
            (Command::Identify("+CICCID"), "+ICCID: 8949", true),
        ] {
            assert_eq!(command.claims(line), claimed, "{command:?} {line}");
        }
    }
}
