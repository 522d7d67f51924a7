//! Modem families: every quirk as data, in one table. The only place that knows makers' names.
//!
//! Read `modem-facts.md` §2.2 (calls), §3.3 (texts), §4 (init) first. A modem is matched by what it says of itself
//! (`AT+CGMI`, `AT+CGMM`, `ATI`), never by USB id alone: one id is used by several models. What is not in the table is
//! served by [`GENERIC`].

use std::time::Duration;

mod table;
pub mod udev;
pub mod usb;

pub use table::{FAMILIES, GENERIC, NO_ACKNOWLEDGEMENT};

/// Can this model see a voice call at all?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Yes,
    /// Data only: texts may work, calls never ring.
    No,
    /// Sold as a data card: taken for one without voice until a call is seen.
    OnceSeen,
}

/// Who tells us that ringing is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallWatch {
    /// The modem has a release message of its own; the call list is asked only for the number and in silence.
    Reported,
    /// It may have none: `AT+CLCC` twice a second while it rings.
    Polled,
}

/// Whose meaning `+CMS ERROR` from 512 up has (`modem-facts.md` §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorErrors {
    /// 512 establishment failed, 513 lower layer, 514 congestion, 515 busy: try again.
    Wavecom,
    /// 512 user abort, 513 store, 514 status, 515 character: malformed.
    Cinterion,
    /// Nobody knows: try again a little.
    Unknown,
}

/// May a text be sent while a call is ringing?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhileRinging {
    Send,
    /// The modem mixes the two up: hold the text back, for a bounded time only.
    Hold,
}

/// A command of an init table: text after `AT`, and the prefix of its reply lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub text: &'static str,
    pub prefix: Option<&'static str>,
}

/// One step of the family's own set-up: the lines are tried in order until one is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extra(pub &'static [Line]);

/// Where unsolicited lines come out, on a modem with several ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewsPort {
    pub ask: Line,
    /// Which field of the answer tells.
    pub field: usize,
    /// The values with which they come to an AT port.
    pub here: &'static [&'static str],
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    pub name: &'static str,
    /// Any of these in `AT+CGMI` or `ATI`, upper case; empty: the maker doesn't matter.
    makers: &'static [&'static str],
    /// `AT+CGMM` (or a word of `ATI`) starts with one of these, upper case; empty: any model of the maker.
    models: &'static [&'static str],
    pub voice: Voice,
    pub watch: CallWatch,
    /// Set-up beyond the standard, before the SMS part.
    pub extras: &'static [Extra],
    /// Switches on what [`CallWatch::Reported`] relies on, best first; empty: it is always on. Where all are refused the call list
    /// is asked as if nobody told.
    pub call_reports: &'static [Line],
    /// Ways to hang up on a ringing call, best first; the next is tried if the call list still shows it.
    pub hang_up: &'static [&'static str],
    /// Message memories, best first.
    pub storage: &'static [&'static str],
    /// `AT+CNMI` settings, best first.
    pub notify: &'static [[u8; 5]],
    /// Ways to ask how many tries are left for the SIM PIN.
    pub pin_counters: &'static [Line],
    /// Ways to ask for the SIM's number, text after `AT`; the answer may be bare digits.
    pub iccid: &'static [&'static str],
    /// How to ask on which of its ports its news comes out.
    pub news_port: Option<NewsPort>,
    /// Asks whether the firmware has voice, where the model alone doesn't tell: 0 yes, 1 no, ERROR no.
    pub voice_switch: Option<Line>,
    /// Ways to ask whether calls over LTE (IMS) are up.
    pub ims: &'static [Line],
    /// Ways to ask for the time as the network told it, best first.
    pub clock: &'static [Line],
    /// Ways to restart, text after `AT`, best first.
    pub reset: &'static [&'static str],
    /// Pause between the prompt and the PDU.
    pub prompt_delay: Duration,
    /// From the PDU to the verdict; the engine has its own bound above it.
    pub submit_timeout: Duration,
    pub vendor_errors: VendorErrors,
    pub while_ringing: WhileRinging,
    /// After a restart it says when its texts are ready (`SMS DONE`): worth waiting for, for a bounded time.
    pub says_sms_ready: bool,
}

/// The row for a modem that calls itself this; [`GENERIC`] if nobody has described it.
///
/// `manufacturer`, `model` and `about` are the answers to `AT+CGMI`, `AT+CGMM` and `ATI`; any may be empty.
#[must_use]
pub fn detect(manufacturer: &str, model: &str, about: &str) -> &'static Family {
    let who = format!("{manufacturer}\n{about}").to_ascii_uppercase();
    let what = model.to_ascii_uppercase();
    let said = about.to_ascii_uppercase();
    let is_model = |prefix: &&str| {
        what.trim_start().starts_with(*prefix)
            || said
                .split(|c: char| c.is_whitespace() || c == ':' || c == '"')
                .any(|word| word.starts_with(*prefix))
    };
    FAMILIES
        .iter()
        .find(|row| {
            let maker = row.makers.iter().any(|maker| who.contains(maker));
            let named = row.models.iter().any(is_model);
            // A model name without its maker is proof enough (some firmwares leave +CGMI empty); a maker alone only
            // where the row is for all of the maker's models.
            if row.models.is_empty() {
                maker
            } else {
                named && (maker || manufacturer.trim().is_empty())
            }
        })
        .unwrap_or(&GENERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_known_by_what_it_says_of_itself() {
        for (maker, model, about, want) in [
            ("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", "", "SIM7600"),
            ("SIMCOM INCORPORATED", "A7670E-FASE", "", "A76xx"),
            (
                "INCORPORATED",
                "A7672SA-FASE",
                "Manufacturer: INCORPORATED\nModel: A7672SA-FASE",
                "A76xx",
            ),
            ("SIMCOM INCORPORATED", "A7670E-LNXY-UBL", "", "SIMCom without voice"),
            ("SIMCOM INCORPORATED", "SIM7670G-MNGV", "", "SIMCom without voice"),
            ("SIMCOM_Ltd", "SIMCOM_SIM7080G", "", "SIMCom without voice"),
            ("SIMCOM_Ltd", "SIMCOM_SIM800L", "SIM800 R14.18", "SIM800/SIM900"),
            (
                "Quectel",
                "EC25",
                "Quectel\nEC25\nRevision: EC25EFAR06A06M4G",
                "Quectel LTE",
            ),
            ("Quectel_Ltd", "Quectel_M95", "", "Quectel 2G"),
            ("huawei", "E173", "", "Huawei"),
            ("ZTE INCORPORATED", "MF190", "", "ZTE"),
            ("Telit", "LE910C1-EU", "", "Telit"),
            ("u-blox", "SARA-U201", "", "u-blox"),
            ("Sierra Wireless, Incorporated", "MC7455", "", "Sierra data card"),
            ("Sierra Wireless, Incorporated", "EM7455", "", "Sierra data card"),
            ("Sierra Wireless, Incorporated", "EM7345", "", "Wavecom/Sierra"),
            ("WAVECOM MODEM", "MULTIBAND  900E  1800", "", "Wavecom/Sierra"),
            ("Cinterion", "PLS8-E", "", "Cinterion"),
            ("Nobody", "X1", "", "generic"),
            ("", "", "", "generic"),
        ] {
            assert_eq!(detect(maker, model, about).name, want, "{maker} {model}");
        }
    }

    #[test]
    fn every_row_can_be_set_up_and_hung_up() {
        for row in FAMILIES.iter().chain([&GENERIC]) {
            assert!(
                !row.hang_up.is_empty() && !row.storage.is_empty() && !row.notify.is_empty(),
                "{}",
                row.name
            );
        }
    }
}
