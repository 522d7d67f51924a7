//! A profile a family.

use super::super::kept_settings::kept;
use super::{Clip, CnmiRule, Family, Profile, Release};
use std::time::Duration;

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
    pub(in crate::sim) fn profile(self) -> &'static Profile {
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
