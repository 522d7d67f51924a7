//! The families of modems as data: how each names itself, boots, rings, releases, and what it refuses
//! (`modem-facts.md` §2.2, §3.3, §4).

use super::kept_settings::Kept;
use std::time::Duration;

mod table;

/// Which maker's ways the modem has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    Generic,
    Sim7600,
    A7670,
    Ec25,
    Ec25Dsci,
    Huawei,
    Telit,
    Ublox,
    Sim800,
    Wavecom,
}

impl Family {
    pub const ALL: [Family; 10] = [
        Family::Generic,
        Family::Sim7600,
        Family::A7670,
        Family::Ec25,
        Family::Ec25Dsci,
        Family::Huawei,
        Family::Telit,
        Family::Ublox,
        Family::Sim800,
        Family::Wavecom,
    ];

    /// The word for `--family`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Family::Generic => "generic",
            Family::Sim7600 => "sim7600",
            Family::A7670 => "a7670",
            Family::Ec25 => "ec25",
            Family::Ec25Dsci => "ec25-dsci",
            Family::Huawei => "huawei",
            Family::Telit => "telit",
            Family::Ublox => "ublox",
            Family::Sim800 => "sim800",
            Family::Wavecom => "wavecom",
        }
    }
}

/// The word is not one of the families' names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such family; there are: {}", Family::ALL.map(Family::name).join(", "))]
pub struct UnknownFamily;

impl std::str::FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Family::ALL.into_iter().find(|f| f.name() == text).ok_or(UnknownFamily)
    }
}

/// How `+CLIP` is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clip {
    /// `+CLIP: "…",145,,,,0`
    Full,
    /// `+CLIP: "…",145,"",0,"",0` (SIM800)
    Quoted,
    /// `+CLIP: "…",145` (Wavecom)
    Short,
    /// As [`Clip::Full`], and a withheld number as `+CLIP:"",128,,,,1` (Huawei MC509)
    Tight,
    /// As [`Clip::Full`], and a withheld number as `+CLIP:,129,,,,1` (EM770W)
    Unquoted,
}

/// What says that a call is over; see `calls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// 27.007 asks for nothing: the RINGs just stop.
    Silence,
    /// `MISSED_CALL: 11:53AM 080…`, or `VOICE CALL: END: 000008`
    MissedCall,
    /// `+CLCC` 6 if asked for, `NO CARRIER`, and `VOICE CALL: END: …` after an answer
    CallListThenNoCarrier,
    /// `+QIND: "ccinfo",…,-1,…` if asked for, then `NO CARRIER`
    CcInfo,
    /// `^DSCI: …,6,…` if asked for, then `NO CARRIER`
    Dsci,
    /// `^CEND:1,0,104,16`, and `NO CARRIER` only after an answer
    Cend,
    /// `#ECAM: 0,0,…` and `NO CARRIER`
    Ecam,
    /// `+UCALLSTAT: 1,6`
    CallStat,
    /// `NO CARRIER` and `+WIND: 6,1`
    Wind,
}

/// Which `+CNMI` settings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CnmiRule {
    /// All of TS 27.005 §3.4.1.
    Standard,
    /// mt=3 or ds=1 need mode 1; mt=2 needs mode 1 or 2; bm 0 or 2.
    Simcom,
    /// As SIMCom, and ds=2 refused: no memory for reports.
    SimcomNoReportStore,
    /// ds=1 is listed and refused.
    NoDirectReports,
    /// mt 0 or 2.
    DirectOnly,
    /// mt 0.
    Unannounced,
}

/// One family.
#[derive(Debug)]
pub(super) struct Profile {
    pub manufacturer: &'static str,
    pub model: &'static str,
    pub revision: &'static str,
    /// What `ATI` prints.
    pub ati: &'static [&'static str],
    /// `+CGMI: ` before the maker's name and so on.
    pub prefixed_identity: bool,
    pub boot: &'static [&'static str],
    /// `+CRC` after a restart.
    pub extended_ring: u32,
    pub cadence: Duration,
    /// `+CVHU` after a restart.
    pub cvhu: u32,
    pub cmee: u32,
    pub clip: Clip,
    pub release: Release,
    pub cnmi: CnmiRule,
    /// Memories and their slots, in the order `+CPMS=?` lists them.
    pub memories: &'static [(&'static str, usize)],
    /// Reports stored with ds=2 go to memory SR.
    pub report_memory: bool,
    pub default_memory: &'static str,
    /// The number of the first slot.
    pub first_slot: usize,
    /// `+CLCC=1` gives call list lines unasked.
    pub call_list_urc: bool,
    /// `\r\r\n` after call lines.
    pub double_cr: bool,
    /// With `+CMEE=0` a failed message command says ERROR, not `+CMS ERROR`.
    pub plain_message_errors: bool,
    /// `+CPIN?` is answered without OK.
    pub pin_without_ok: bool,
    /// What an unknown command gets.
    pub unknown: &'static str,
    /// The command for the card's number, and what stands before it in the answer.
    pub iccid: (&'static str, &'static str),
    /// The command for the tries left.
    pub pin_tries: &'static str,
    /// Makers' settings this family takes.
    pub takes: &'static [Kept],
}
