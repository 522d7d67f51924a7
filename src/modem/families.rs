//! Modem families: every quirk as data, in one table. The only place that knows makers' names.
//!
//! Read `modem-facts.md` §2.2 (calls), §3.3 (texts), §4 (init) first. A modem is matched by what it says of itself
//! (`AT+CGMI`, `AT+CGMM`, `ATI`), never by USB id alone: one id is used by several models. What is not in the table is
//! served by [`GENERIC`].

use std::time::Duration;

pub mod udev;
pub mod usb;

/// Can this model see a voice call at all?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Yes,
    /// Data only: texts may work, calls never ring.
    No,
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

const fn line(text: &'static str) -> Line {
    Line { text, prefix: None }
}

const fn asks(text: &'static str, prefix: &'static str) -> Line {
    Line {
        text,
        prefix: Some(prefix),
    }
}

/// One step of the family's own set-up: the lines are tried in order until one is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extra(pub &'static [Line]);

/// Where the tries left for the SIM PIN stand in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinCounter {
    pub ask: Line,
    /// Which comma-separated field of the reply, from 0.
    pub field: usize,
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
    /// Ways to hang up on a ringing call, best first; the next is tried if the call list still shows it.
    pub hang_up: &'static [&'static str],
    /// Message memories, best first.
    pub storage: &'static [&'static str],
    /// `AT+CNMI` settings, best first.
    pub notify: &'static [&'static str],
    pub pin_counters: &'static [PinCounter],
    pub iccid: &'static [Line],
    /// Ways to ask for the time as the network told it, best first.
    pub clock: &'static [Line],
    /// Restart, text after `AT`.
    pub reset: &'static str,
    /// Pause between the prompt and the PDU.
    pub prompt_delay: Duration,
    /// From the PDU to the verdict; the engine has its own bound above it.
    pub submit_timeout: Duration,
    pub vendor_errors: VendorErrors,
    pub while_ringing: WhileRinging,
    /// After a restart it says when its texts are ready (`SMS DONE`): worth waiting for, for a bounded time.
    pub says_sms_ready: bool,
}

/// 3GPP TS 27.005 §3.4.1, in the order of `modem-facts.md` §3.3.
const NOTIFY: &[&str] = &[
    "+CNMI=2,1,0,2,0",
    "+CNMI=2,1,0,1,0",
    "+CNMI=1,1,0,1,0",
    "+CNMI=1,1,0,2,0",
    "+CNMI=2,1,0,0,0",
    "+CNMI=1,1,0,0,0",
];
/// Where mode 2 is advertised and then refused, or ds=1 needs mode 1.
const NOTIFY_MODE_1: &[&str] = &[
    "+CNMI=1,1,0,2,0",
    "+CNMI=1,1,0,1,0",
    "+CNMI=2,1,0,2,0",
    "+CNMI=2,1,0,1,0",
    "+CNMI=1,1,0,0,0",
    "+CNMI=2,1,0,0,0",
];
/// 3GPP TS 27.007 §8.65: `+CPINR: SIM PIN,<retries>,<default>`.
const CPINR: PinCounter = PinCounter {
    ask: asks("+CPINR=\"SIM PIN\"", "+CPINR:"),
    field: 1,
};
const SPIC: PinCounter = PinCounter {
    ask: asks("+SPIC", "+SPIC:"),
    field: 0,
};
const QPINC: PinCounter = PinCounter {
    ask: asks("+QPINC=\"SC\"", "+QPINC:"),
    field: 1,
};
const QPINC_READ: PinCounter = PinCounter {
    ask: asks("+QPINC?", "+QPINC:"),
    field: 1,
};
/// `^CPIN: <code>,[<times>],<puk>,<pin>,<puk2>,<pin2>`.
const HUAWEI_CPIN: PinCounter = PinCounter {
    ask: asks("^CPIN?", "^CPIN:"),
    field: 3,
};
/// `+UPINCNT: <pin>,<pin2>,<puk>,<puk2>`.
const UPINCNT: PinCounter = PinCounter {
    ask: asks("+UPINCNT", "+UPINCNT:"),
    field: 0,
};

/// Local time with its zone, 3GPP TS 27.007 §8.15.
const CCLK: Line = asks("+CCLK?", "+CCLK:");
/// Quectel's time is UTC with its zone there, whatever `+CTZU` makes of `+CCLK`.
const QLTS: Line = asks("+QLTS=1", "+QLTS:");
const CICCID: Line = asks("+CICCID", "+ICCID:");
const CCID: Line = asks("+CCID", "+CCID:");
const QCCID: Line = asks("+QCCID", "+QCCID:");

/// What every modem should do; the row for those nobody has described.
pub const GENERIC: Family = Family {
    name: "generic",
    makers: &[],
    models: &[],
    voice: Voice::Yes,
    watch: CallWatch::Polled,
    extras: &[],
    hang_up: &["+CHUP", "H", "+CHLD=0"],
    storage: &["SM", "ME", "MT"],
    notify: NOTIFY,
    pin_counters: &[CPINR],
    iccid: &[CCID, CICCID],
    clock: &[CCLK],
    reset: "+CFUN=1,1",
    prompt_delay: Duration::ZERO,
    submit_timeout: Duration::from_secs(60),
    vendor_errors: VendorErrors::Unknown,
    while_ringing: WhileRinging::Send,
    says_sms_ready: false,
};

/// Call reports as they come, and all ports: `modem-facts.md` §2.4.
const SIMCOM_EXTRAS: &[Extra] = &[
    Extra(&[line("+CLCC=1")]),
    Extra(&[line("+CATR=0")]),
    Extra(&[line("+CTZU=1")]),
];

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
        iccid: &[CICCID, CCID],
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
        extras: SIMCOM_EXTRAS,
        // ME is slow there (minutes) and holds 23; SM is right.
        storage: &["SM"],
        pin_counters: &[SPIC, CPINR],
        iccid: &[CICCID, CCID],
        says_sms_ready: true,
        ..GENERIC
    },
    Family {
        name: "A76xx",
        makers: &["SIMCOM", "SIMTECH", "INCORPORATED"],
        models: &["A76", "SIMCOM_A76", "A78", "SIMCOM_A78"],
        watch: CallWatch::Reported,
        extras: SIMCOM_EXTRAS,
        storage: &["SM", "ME"],
        pin_counters: &[SPIC, CPINR],
        iccid: &[CICCID, CCID],
        says_sms_ready: true,
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
        extras: &[Extra(&[line("+CLCC=1")]), Extra(&[line("+CLTS=1")])],
        storage: &["SM", "ME"],
        pin_counters: &[SPIC, CPINR],
        iccid: &[asks("+CCID", "+CCID:")],
        says_sms_ready: true,
        ..GENERIC
    },
    Family {
        name: "Quectel 2G",
        makers: &["QUECTEL"],
        models: &["M95", "M66", "M85", "M10", "M35", "MC60", "QUECTEL_M"],
        watch: CallWatch::Reported,
        extras: &[Extra(&[line("+QURCCFG=\"urcport\",\"all\"")])],
        iccid: &[QCCID, CCID],
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
            Extra(&[line("+QINDCFG=\"ccinfo\",1,0"), line("^DSCI=1")]),
            Extra(&[line("+QINDCFG=\"smsfull\",1,0")]),
            Extra(&[line("+CTZR=2"), line("+CTZR=1")]),
        ],
        hang_up: &["+QHUP=17", "+CHUP", "H"],
        // Documented: up to 120 s.
        submit_timeout: Duration::from_secs(120),
        storage: &["ME", "SM"],
        pin_counters: &[QPINC, QPINC_READ, CPINR],
        iccid: &[QCCID, CCID],
        clock: &[QLTS, CCLK],
        says_sms_ready: true,
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
        ],
        storage: &["SM", "ME"],
        pin_counters: &[HUAWEI_CPIN, CPINR],
        iccid: &[asks("^ICCID?", "^ICCID:"), CCID],
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
        extras: &[Extra(&[line("#ECAM=1")])],
        iccid: &[asks("#CCID", "#CCID:"), CCID],
        reset: "#REBOOT",
        ..GENERIC
    },
    Family {
        name: "u-blox",
        makers: &["U-BLOX", "UBLOX"],
        models: &[],
        watch: CallWatch::Reported,
        extras: &[Extra(&[line("+UCALLSTAT=1")])],
        pin_counters: &[UPINCNT, CPINR],
        reset: "+CFUN=16",
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
        iccid: &[asks("^SCID", "^SCID:"), CCID],
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
            ("Sierra Wireless, Incorporated", "MC7455", "", "Wavecom/Sierra"),
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
