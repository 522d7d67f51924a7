//! The families of modems as data: how each names itself, boots, rings, releases, and what it refuses
//! (`modem-facts.md` §2.2, §3.3, §4).

use super::kept_settings::{Kept, kept};
use std::time::Duration;

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

const GENERIC: Profile = Profile {
    manufacturer: "Textback",
    model: "Simulated modem",
    revision: "1.0",
    ati: &["Textback", "Simulated modem", "Revision: 1.0"],
    prefixed_identity: false,
    boot: &["RDY"],
    extended_ring: 0,
    cadence: Duration::from_secs(5),
    cvhu: 0,
    cmee: 0,
    clip: Clip::Full,
    release: Release::Silence,
    cnmi: CnmiRule::Standard,
    memories: &[("SM", 50), ("ME", 100), ("SR", 20)],
    report_memory: false,
    default_memory: "SM",
    first_slot: 1,
    call_list_urc: false,
    double_cr: false,
    plain_message_errors: false,
    pin_without_ok: false,
    unknown: "ERROR",
    iccid: ("+CCID", "+CCID: "),
    pin_tries: "+CPINR",
    takes: &[],
};

const SIM7600: Profile = Profile {
    manufacturer: "SIMCOM INCORPORATED",
    model: "SIMCOM_SIM7600G-H",
    revision: "+CGMR: LE20B04SIM7600G22",
    ati: &[
        "Manufacturer: SIMCOM INCORPORATED",
        "Model: SIMCOM_SIM7600G-H",
        "Revision: SIM7600M22_V2.0",
        "IMEI: 862636050012345",
        "+GCAP: +CGSM",
    ],
    boot: &["RDY", "+CPIN: READY", "SMS DONE", "PB DONE"],
    cvhu: 1,
    release: Release::MissedCall,
    cnmi: CnmiRule::Simcom,
    memories: &[("ME", 23), ("MT", 23), ("SM", 50), ("SR", 10)],
    first_slot: 0,
    call_list_urc: true,
    double_cr: true,
    iccid: ("+CICCID", "+ICCID: "),
    pin_tries: "+SPIC",
    takes: &[
        kept("+CATR", "0", ""),
        kept("+AUTOCSQ", "0,0", ""),
        kept("+CNMP", "2", ""),
    ],
    ..GENERIC
};

const A7670: Profile = Profile {
    model: "A7670E-FASE",
    revision: "+CGMR: A011B07A7670M7",
    ati: &[
        "Manufacturer: INCORPORATED",
        "Model: A7670E-FASE",
        "Revision: A7670M7_V1.11.1",
        "IMEI: 862636050012345",
        "+GCAP: +CGSM,+FCLASS,+DS",
    ],
    boot: &[
        "*ATREADY: 1",
        "*ISIMAID: \"A0000000871004\"",
        "+CPIN: READY",
        "SMS DONE",
        "PB DONE",
        "+CGEV: EPS PDN ACT 1",
        "+CGEV: ME PDN ACT 8,1",
    ],
    cadence: Duration::from_secs(6),
    cvhu: 0,
    release: Release::CallListThenNoCarrier,
    cnmi: CnmiRule::SimcomNoReportStore,
    memories: &[("ME", 180), ("SM", 50)],
    first_slot: 1,
    double_cr: false,
    ..SIM7600
};

const EC25: Profile = Profile {
    manufacturer: "Quectel",
    model: "EC25",
    revision: "EC25EFAR06A06M4G",
    ati: &["Quectel", "EC25", "Revision: EC25EFAR06A06M4G"],
    boot: &[
        "RDY",
        "+CFUN: 1",
        "+CPIN: READY",
        "+QUSIM: 1",
        "+QIND: SMS DONE",
        "+QIND: PB DONE",
    ],
    cadence: Duration::from_secs(6),
    cmee: 1,
    release: Release::CcInfo,
    memories: &[("SM", 50), ("ME", 255), ("MT", 255), ("SR", 20)],
    report_memory: true,
    default_memory: "ME",
    first_slot: 0,
    plain_message_errors: true,
    iccid: ("+QCCID", "+QCCID: "),
    pin_tries: "+QPINC",
    takes: &[
        kept("^DSCI", "0", ""),
        kept("+QURCCFG", "0", ""),
        kept("+QCFG", "0", ""),
        kept("+QGMR", "0", ""),
    ],
    ..GENERIC
};

const EC25_DSCI: Profile = Profile {
    model: "EC21",
    revision: "EC21EFAR02A08M4G",
    ati: &["Quectel", "EC21", "Revision: EC21EFAR02A08M4G"],
    release: Release::Dsci,
    ..EC25
};

const HUAWEI: Profile = Profile {
    manufacturer: "huawei",
    model: "E1750",
    revision: "11.126.08.00.00",
    ati: &[
        "Manufacturer: huawei",
        "Model: E1750",
        "Revision: 11.126.08.00.00",
        "IMEI: 862636050012345",
        "+GCAP: +CGSM,+DS,+ES",
    ],
    boot: &[
        "^BOOT:12345678,0,0,0,72",
        "^SIMST:1",
        "^SRVST:2",
        "^RSSI:18",
        "^MODE:5,4",
    ],
    clip: Clip::Tight,
    release: Release::Cend,
    cnmi: CnmiRule::NoDirectReports,
    memories: &[("SM", 20), ("ME", 255)],
    first_slot: 0,
    plain_message_errors: true,
    unknown: "COMMAND NOT SUPPORT",
    iccid: ("^ICCID", "^ICCID: "),
    pin_tries: "^CPIN",
    takes: &[
        kept("^PORTSEL", "0", ""),
        kept("^CURC", "0", ""),
        kept("^U2DIAG", "0", ""),
        kept("^CVOICE", "0", ""),
        kept("^DDSETEX", "0", ""),
        kept("^STSF", "0", ""),
    ],
    ..GENERIC
};

const TELIT: Profile = Profile {
    manufacturer: "Telit",
    model: "LE910C1-EU",
    revision: "25.30.008",
    ati: &["332"],
    boot: &[],
    clip: Clip::Unquoted,
    release: Release::Ecam,
    cnmi: CnmiRule::NoDirectReports,
    memories: &[("SM", 50), ("ME", 100)],
    iccid: ("+CCID", "+CCID: "),
    pin_tries: "+CPINR",
    takes: &[kept("#ECAM", "0", ""), kept("#QSS", "0", "")],
    ..GENERIC
};

const UBLOX: Profile = Profile {
    manufacturer: "u-blox",
    model: "SARA-U201",
    revision: "23.60",
    ati: &["SARA-U201-03S-00"],
    boot: &["+READY"],
    release: Release::CallStat,
    memories: &[("ME", 100), ("SM", 50)],
    default_memory: "ME",
    pin_tries: "+UPINCNT",
    takes: &[
        kept("+UCALLSTAT", "0", ""),
        kept("+URAT", "1,2", "(0-2),(0,2)"),
        kept("+UBANDSEL", "850,900,1800,1900,2100", "(0,850,900,1800,1900,2100)"),
    ],
    ..GENERIC
};

const SIM800: Profile = Profile {
    manufacturer: "SIMCOM_Ltd",
    model: "SIMCOM_SIM800L",
    revision: "Revision:1418B05SIM800L24",
    ati: &["SIM800 R14.18"],
    boot: &["RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"],
    cadence: Duration::from_secs(5),
    clip: Clip::Quoted,
    release: Release::CallListThenNoCarrier,
    memories: &[("SM", 30), ("ME", 100)],
    call_list_urc: true,
    iccid: ("+CCID", ""),
    pin_tries: "+SPIC",
    takes: &[kept("+CIURC", "0", ""), kept("+CLTS", "0", "")],
    cnmi: CnmiRule::Standard,
    ..GENERIC
};

const WAVECOM: Profile = Profile {
    manufacturer: "WAVECOM MODEM",
    model: "MULTIBAND  900E  1800",
    revision: "641b09gg.Q2403A 1320676 061804 14:38",
    ati: &["WAVECOM MODEM", "MULTIBAND  900E  1800"],
    boot: &["+WIND: 1", "+WIND: 7", "+WIND: 4"],
    extended_ring: 1,
    clip: Clip::Short,
    release: Release::Wind,
    memories: &[("SM", 20)],
    report_memory: false,
    pin_without_ok: true,
    takes: &[kept("+WIND", "0", "")],
    ..GENERIC
};

impl Family {
    pub(super) fn profile(self) -> &'static Profile {
        match self {
            Family::Generic => &GENERIC,
            Family::Sim7600 => &SIM7600,
            Family::A7670 => &A7670,
            Family::Ec25 => &EC25,
            Family::Ec25Dsci => &EC25_DSCI,
            Family::Huawei => &HUAWEI,
            Family::Telit => &TELIT,
            Family::Ublox => &UBLOX,
            Family::Sim800 => &SIM800,
            Family::Wavecom => &WAVECOM,
        }
    }
}
