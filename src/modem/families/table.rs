//! The table: a row per family, and what rows share.

use super::{CallWatch, Extra, Family, Line, NewsPort, VendorErrors, Voice, WhileRinging};
use std::time::Duration;

const fn line(text: &'static str) -> Line {
    Line { text, prefix: None }
}

const fn asks(text: &'static str, prefix: &'static str) -> Line {
    Line {
        text,
        prefix: Some(prefix),
    }
}

/// 3GPP TS 27.005 §3.4.1, in the order of `modem-facts.md` §3.3.
const NOTIFY: &[[u8; 5]] = &[
    [2, 1, 0, 2, 0],
    [2, 1, 0, 1, 0],
    [1, 1, 0, 1, 0],
    [1, 1, 0, 2, 0],
    [2, 1, 0, 0, 0],
    [1, 1, 0, 0, 0],
];
/// Where mode 2 is advertised and then refused, or ds=1 needs mode 1.
const NOTIFY_MODE_1: &[[u8; 5]] = &[
    [1, 1, 0, 2, 0],
    [1, 1, 0, 1, 0],
    [2, 1, 0, 2, 0],
    [2, 1, 0, 1, 0],
    [1, 1, 0, 0, 0],
    [2, 1, 0, 0, 0],
];
// What their answers look like: `crate::at::reply::pin_tries`.
const CPINR: Line = asks("+CPINR=\"SIM PIN\"", "+CPINR:");
const SPIC: Line = asks("+SPIC", "+SPIC:");
const QPINC: Line = asks("+QPINC=\"SC\"", "+QPINC:");
const QPINC_READ: Line = asks("+QPINC?", "+QPINC:");
const HUAWEI_CPIN: Line = asks("^CPIN?", "^CPIN:");
const UPINCNT: Line = asks("+UPINCNT", "+UPINCNT:");

/// Texts that are handed on unstored need no acknowledgement, 3GPP TS 27.005 §3.2.1.
pub const NO_ACKNOWLEDGEMENT: Line = asks("+CSMS=0", "+CSMS:");

/// Local time with its zone, 3GPP TS 27.007 §8.15.
const CCLK: Line = asks("+CCLK?", "+CCLK:");
/// Quectel's time is UTC with its zone there, whatever `+CTZU` makes of `+CCLK`.
const QLTS: Line = asks("+QLTS=1", "+QLTS:");
/// IMS registration, 3GPP TS 27.007 §8.71.
const CIREG: Line = asks("+CIREG?", "+CIREG:");
/// Quectel's: `<cfg>,<volte>`.
const QCFG_IMS: Line = asks("+QCFG=\"ims\"", "+QCFG:");

/// 0 is all ports, 2 and 3 the USB ports for AT.
const CATR: NewsPort = NewsPort {
    ask: asks("+CATR?", "+CATR:"),
    field: 0,
    here: &["0", "2", "3"],
};
const QURCCFG: NewsPort = NewsPort {
    ask: asks("+QURCCFG=\"urcport\"", "+QURCCFG:"),
    field: 1,
    here: &["all", "usbat"],
};
/// 0 is the port that udev picks (PCUI).
const PORTSEL: NewsPort = NewsPort {
    ask: asks("^PORTSEL?", "^PORTSEL:"),
    field: 0,
    here: &["0"],
};

/// What every modem should do; the row for those nobody has described.
pub const GENERIC: Family = Family {
    name: "generic",
    makers: &[],
    models: &[],
    voice: Voice::Yes,
    watch: CallWatch::Polled,
    extras: &[],
    call_reports: &[],
    hang_up: &["+CHUP", "H", "+CHLD=0"],
    storage: &["SM", "ME", "MT"],
    notify: NOTIFY,
    pin_counters: &[CPINR],
    iccid: &["+CCID", "+CICCID"],
    news_port: None,
    voice_switch: None,
    ims: &[CIREG],
    clock: &[CCLK],
    reset: &["+CFUN=1,1"],
    prompt_delay: Duration::ZERO,
    submit_timeout: Duration::from_secs(60),
    vendor_errors: VendorErrors::Unknown,
    while_ringing: WhileRinging::Send,
    says_sms_ready: false,
};

/// News on all ports (`modem-facts.md` §2.4), and the time as the network has it.
const SIMCOM_EXTRAS: &[Extra] = &[Extra(&[line("+CATR=0")]), Extra(&[line("+CTZU=1")])];
/// The call list told unasked, a line per change.
const SIMCOM_REPORTS: &[Line] = &[line("+CLCC=1")];
const SIMCOM_RESET: &[&str] = &["+CRESET", "+CFUN=1,1"];

/// The table; the first row that matches is the modem's.
pub const FAMILIES: &[Family] = &[
    // No voice first: their names start like those of their speaking sisters.
    Family {
        name: "SIMCom without voice",
        makers: &["SIMCOM", "SIMTECH"],
        models: &[
            "SIM7070",
            "SIM7080",
            "SIM7090",
            "SIMCOM_SIM7070",
            "SIMCOM_SIM7080",
            "SIMCOM_SIM7090",
            "SIMCOM_SIM767",
            "SIM7670",
            "SIM7672",
            "SIM767",
            "A7670E-LNXY",
            "SIM7020",
            "SIM7022",
        ],
        voice: Voice::No,
        extras: &[Extra(&[line("+CTZU=1")])],
        storage: &["SM", "ME"],
        notify: NOTIFY,
        pin_counters: &[SPIC, CPINR],
        iccid: &["+CICCID", "+CCID"],
        says_sms_ready: true,
        ..GENERIC
    },
    Family {
        name: "SIM7600",
        makers: &["SIMCOM", "SIMTECH"],
        models: &[
            "SIMCOM_SIM71",
            "SIMCOM_SIM75",
            "SIMCOM_SIM76",
            "SIM71",
            "SIM75",
            "SIM76",
        ],
        watch: CallWatch::Reported,
        // `MISSED_CALL` comes without any of them.
        extras: &[
            Extra(SIMCOM_REPORTS),
            Extra(&[line("+CATR=0")]),
            Extra(&[line("+CTZU=1")]),
        ],
        reset: SIMCOM_RESET,
        // What `AT+VOLTESETTING?` says proves nothing.
        ims: &[],
        // ME is slow there (minutes) and holds 23: SM is right, but what somebody left in ME is read too.
        storage: &["SM", "ME"],
        pin_counters: &[SPIC, CPINR],
        iccid: &["+CICCID", "+CCID"],
        says_sms_ready: true,
        news_port: Some(CATR),
        ..GENERIC
    },
    Family {
        name: "A76xx",
        makers: &["SIMCOM", "SIMTECH", "INCORPORATED"],
        models: &["A76", "SIMCOM_A76", "A78", "SIMCOM_A78"],
        watch: CallWatch::Reported,
        extras: SIMCOM_EXTRAS,
        call_reports: SIMCOM_REPORTS,
        reset: SIMCOM_RESET,
        storage: &["SM", "ME"],
        pin_counters: &[SPIC, CPINR],
        iccid: &["+CICCID", "+CCID"],
        says_sms_ready: true,
        news_port: Some(CATR),
        ..GENERIC
    },
    Family {
        name: "SIM800/SIM900",
        makers: &["SIMCOM", "SIM_COM", "SIMTECH"],
        models: &[
            "SIM8",
            "SIM9",
            "SIMCOM_SIM8",
            "SIMCOM_SIM9",
            "SIMCOM_SIM800",
            "SIMCOM_SIM900",
        ],
        watch: CallWatch::Reported,
        extras: &[Extra(&[line("+CLTS=1")])],
        call_reports: SIMCOM_REPORTS,
        storage: &["SM", "ME"],
        pin_counters: &[SPIC, CPINR],
        iccid: &["+CCID"],
        says_sms_ready: true,
        ..GENERIC
    },
    Family {
        name: "Quectel 2G",
        makers: &["QUECTEL"],
        models: &["M95", "M66", "M85", "M10", "M35", "MC60", "QUECTEL_M"],
        watch: CallWatch::Reported,
        extras: &[Extra(&[line("+QURCCFG=\"urcport\",\"all\"")])],
        iccid: &["+QCCID", "+CCID"],
        pin_counters: &[CPINR],
        ..GENERIC
    },
    Family {
        name: "Quectel LTE",
        makers: &["QUECTEL"],
        models: &[],
        watch: CallWatch::Reported,
        extras: &[
            Extra(&[
                line("+QURCCFG=\"urcport\",\"all\""),
                line("+QURCCFG=\"urcport\",\"usbat\""),
            ]),
            Extra(&[line("+QINDCFG=\"smsfull\",1,0")]),
            Extra(&[line("+CTZR=2"), line("+CTZR=1")]),
            // Kept over restarts there: somebody's 1 would want every text acknowledged that comes unstored, and end
            // the announcements if it isn't.
            Extra(&[NO_ACKNOWLEDGEMENT]),
        ],
        // The EC200, EG915 and their like may know neither.
        call_reports: &[line("+QINDCFG=\"ccinfo\",1,0"), line("^DSCI=1")],
        ims: &[QCFG_IMS, CIREG],
        hang_up: &["+QHUP=17", "+CHUP", "H"],
        // Documented: up to 120 s.
        submit_timeout: Duration::from_secs(120),
        storage: &["ME", "SM"],
        pin_counters: &[QPINC, QPINC_READ, CPINR],
        iccid: &["+QCCID", "+CCID"],
        clock: &[QLTS, CCLK],
        says_sms_ready: true,
        news_port: Some(QURCCFG),
        ..GENERIC
    },
    Family {
        name: "Huawei",
        makers: &["HUAWEI"],
        models: &[],
        watch: CallWatch::Reported,
        extras: &[
            Extra(&[line("^PORTSEL=0")]),
            Extra(&[line("^CURC=1")]),
            Extra(&[asks("^CVOICE=0", "^CVOICE:")]),
            // Beside S0 it answers by itself too.
            Extra(&[line("^AUTOANSWER=0")]),
        ],
        voice_switch: Some(asks("^CVOICE?", "^CVOICE:")),
        // After +CFUN=1,1 they may come back as a CD-ROM.
        reset: &["^RESET", "+CFUN=16", "+CFUN=1,1"],
        storage: &["SM", "ME"],
        pin_counters: &[HUAWEI_CPIN, CPINR],
        iccid: &["^ICCID?", "+CCID"],
        news_port: Some(PORTSEL),
        ..GENERIC
    },
    Family {
        name: "ZTE",
        makers: &["ZTE"],
        models: &[],
        // CLCC has been seen to end calls there; `HANGUP: 1` tells the end.
        watch: CallWatch::Reported,
        notify: NOTIFY_MODE_1,
        ..GENERIC
    },
    Family {
        name: "Telit",
        makers: &["TELIT"],
        models: &[],
        watch: CallWatch::Reported,
        call_reports: &[line("#ECAM=1")],
        iccid: &["#CCID", "+CCID"],
        reset: &["#REBOOT", "+CFUN=1,1"],
        ..GENERIC
    },
    Family {
        name: "u-blox",
        makers: &["U-BLOX", "UBLOX"],
        models: &[],
        watch: CallWatch::Reported,
        call_reports: &[line("+UCALLSTAT=1")],
        pin_counters: &[UPINCNT, CPINR],
        reset: &["+CFUN=16", "+CFUN=1,1"],
        ..GENERIC
    },
    Family {
        name: "Sierra data card",
        makers: &["SIERRA"],
        models: &["MC74", "EM74"],
        voice: Voice::OnceSeen,
        vendor_errors: VendorErrors::Wavecom,
        ..GENERIC
    },
    Family {
        name: "Wavecom/Sierra",
        makers: &["WAVECOM", "SIERRA"],
        models: &[],
        extras: &[Extra(&[line("+WIND=255")])],
        vendor_errors: VendorErrors::Wavecom,
        ..GENERIC
    },
    Family {
        name: "Cinterion",
        makers: &[
            "CINTERION",
            "SIEMENS",
            "THALES",
            "GEMALTO",
            "TELEFONAKTIEBOLAGET CINTERION",
        ],
        models: &[],
        iccid: &["^SCID", "+CCID"],
        vendor_errors: VendorErrors::Cinterion,
        ..GENERIC
    },
    Family {
        name: "Qualcomm/Novatel/Option",
        makers: &["QUALCOMM", "NOVATEL", "OPTION", "GOBI"],
        models: &[],
        notify: NOTIFY_MODE_1,
        ..GENERIC
    },
];
