//! Modems of other makers and other people's emulators, each as a table of what it answers: identity, boot lines, refusals, lines
//! nobody asked for. Written from manuals, drivers, field logs and the descriptions that emulators ship. Each must do the whole
//! job, as `quirks` has it.

use super::PDU;
use super::quirks::{Other, whole_job};

/// How a text comes in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Arrival {
    /// Announced by this line, and read from its slot.
    Stored(&'static str),
    /// Under this header.
    Direct(&'static str),
    /// The same, and it is only gone from the network when this command has said that it is here.
    Acknowledged(&'static str, &'static str),
}

/// One modem. In all texts `|` stands between lines.
#[derive(Debug, Clone, Copy)]
struct Maker {
    name: &'static str,
    /// Before and after a line.
    ends: (&'static str, &'static str),
    /// It echoes until `ATE0`; or for ever.
    echo: bool,
    echo_always: bool,
    /// Said before the first answer.
    boot: &'static str,
    /// What it answers where that is not [`USUAL`]: a command, or the beginning of one with `*`. No answer at all: `-`.
    answers: &'static [(&'static str, &'static str)],
    /// What it says to anything else.
    unknown: &'static str,
    prompt: &'static str,
    sent: &'static str,
    ring: &'static str,
    /// `AT+CLCC` while it rings.
    call_list: &'static str,
    over: &'static str,
    arrival: Arrival,
    /// The header of a row of `AT+CMGL=4` and of `AT+CMGR=1`.
    rows: (&'static str, &'static str),
}

/// 27.007 and 27.005, as most have it.
const USUAL: &[(&str, &str)] = &[
    ("AT", "OK"),
    ("ATE0", "OK"),
    ("ATV1", "OK"),
    ("ATQ0", "OK"),
    ("ATQ0V1E0", "OK"),
    ("AT+CMEE=1", "OK"),
    ("AT+CGSN", "862636050012345|OK"),
    ("AT+CFUN?", "+CFUN: 1|OK"),
    ("AT+CPIN?", "+CPIN: READY|OK"),
    ("AT+CLIP=1", "OK"),
    ("AT+CRC=1", "OK"),
    ("ATS0=0", "OK"),
    ("AT+CSCS=\"GSM\"", "OK"),
    ("AT+CREG=2", "OK"),
    ("AT+CMGF=0", "OK"),
    ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,20,0,20,0,20|OK"),
    ("AT+CNMI=2,1,0,2,0", "OK"),
    ("AT+CNMI?", "+CNMI: 2,1,0,2,0|OK"),
    ("AT+CREG?", "+CREG: 2,1,\"0F1D\",\"2A61\"|OK"),
    ("AT+CSQ", "+CSQ: 18,0|OK"),
    ("AT+CSCA?", "+CSCA: \"+15125559999\",145|OK"),
    ("AT+CIMI", "310260123456789|OK"),
    ("AT+COPS=3,0", "OK"),
    ("AT+COPS?", "+COPS: 0,0,\"Some Operator\"|OK"),
];

const PLAIN: Maker = Maker {
    name: "plain",
    ends: ("\r\n", "\r\n"),
    echo: true,
    echo_always: false,
    boot: "",
    answers: &[],
    unknown: "ERROR",
    prompt: "\r\n> ",
    sent: "+CMGS: 7|OK",
    ring: "RING|+CLIP: \"+15551234567\",145,,,,0",
    call_list: "OK",
    over: "NO CARRIER",
    arrival: Arrival::Stored("+CMTI: \"SM\",1"),
    rows: ("+CMGL: 1,0,,30", "+CMGR: 0,,30"),
};

/// What one emulator says to every command it does not know: the list of those it does.
const EVERYTHING: &str =
    "+CGMI|+CGMM|+CREG|+COPS|+CLCK|+CLIP|+CCWA|+CUSD|+CPIN|+CSQ|+CMGF|+CMGS|*ECAM|A|D|E|H|S0|&C|*|OK";

const MAKERS: &[Maker] = &[
    PLAIN,
    Maker {
        name: "SIM800L on its own UART",
        boot: "RDY|+CFUN: 1|+CPIN: READY|Call Ready|SMS Ready|+CIEV: 10,\"310260\",\"Some\",\"Some\", 0, 0|*PSUTTZ: 2026,1,5,15,0,0,\"-24\",0|DST: 0",
        answers: &[
            ("AT+CGMI", "SIMCOM_Ltd|OK"),
            ("AT+CGMM", "SIMCOM_SIM800L|OK"),
            ("AT+CGMR", "Revision:1418B05SIM800L24|OK"),
            ("ATI", "SIM800 R14.18|OK"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
            ("AT+CNMI=2,1,0,1,0", "OK"),
            ("AT+CNMI?", "+CNMI: 2,1,0,1,0|OK"),
        ],
        ring: "RING|+CLIP: \"+15551234567\",145,\"\",0,\"\",0",
        ..PLAIN
    },
    Maker {
        name: "SIM900 that warns of its supply",
        boot: "UNDER-VOLTAGE WARNNING|+CPIN: READY|Call Ready",
        answers: &[
            ("AT+CGMI", "SIMCOM_Ltd|OK"),
            ("AT+CGMM", "SIMCOM_SIM900|OK"),
            ("AT+CSQ", "UNDER-VOLTAGE WARNNING|+CSQ: 12,0|OK"),
        ],
        over: "UNDER-VOLTAGE WARNNING|NO CARRIER",
        ..PLAIN
    },
    Maker {
        name: "E3372 in stick mode, its news all over the place",
        boot: "^SIMST:1|^RSSI:20|^HCSQ:\"LTE\",48,50,151,28",
        answers: &[
            ("AT+CGMI", "huawei|OK"),
            ("AT+CGMM", "^RSSI:20|E3372|OK"),
            (
                "ATI",
                "Manufacturer: huawei|Model: E3372|Revision: 21.180.01.00.00|IMEI: 862636050012345|+GCAP: +CGSM,+DS,+ES||OK",
            ),
            ("AT+CNMI=2,1,0,2,0", "OK"),
            (
                "AT+CREG?",
                "^HCSQ:\"LTE\",48,50,151,28|+CREG: 2,1,\"0F1D\",\"2A61\"|OK|^RSSI:21",
            ),
        ],
        unknown: "COMMAND NOT SUPPORT",
        ring: "+CRING: VOICE|+CLIP:\"+15551234567\",145,,,,0",
        over: "^CEND:1,0,104,16",
        arrival: Arrival::Stored("^RSSI:22|+CMTI: \"SM\",1|^HCSQ:\"LTE\",48,50,151,28"),
        ..PLAIN
    },
    Maker {
        name: "E1550, whose boot line comes every three seconds",
        boot: "^BOOT:47862234,0,0,0,6",
        answers: &[
            ("AT+CGMI", "huawei|OK"),
            ("AT+CGMM", "^BOOT:47862234,0,0,0,6|E1550|OK"),
            ("AT+CPMS=*", "^SRVST:0|+CPMS: 0,20,0,20,0,20|OK"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
            ("AT+CNMI=2,1,0,2,0", "^BOOT:47862234,0,0,0,6|OK"),
            ("AT^CURC=1", "OK"),
        ],
        unknown: "COMMAND NOT SUPPORT",
        ring: "^BOOT:47862234,0,0,0,6|RING|+CLIP: \"+15551234567\",145,,,,0",
        over: "^CEND:1,0,104,16|^BOOT:47862234,0,0,0,6",
        ..PLAIN
    },
    Maker {
        name: "ZTE MF190",
        boot: "+ZUSIMR:2|+ZDONR: \"Some\",310,260,\"CS_PS\",\"ROAM_OFF\"",
        answers: &[
            ("AT+CGMI", "ZTE CORPORATION|OK"),
            ("AT+CGMM", "MF190|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,20,0,20,0,20|OK|+ZUSIMR:2"),
        ],
        ring: "+CRING: VOICE|+CLIP: \"+15551234567\",145,,,,0",
        over: "HANGUP: 1",
        arrival: Arrival::Stored("+ZUSIMR:2|+CMTI: \"SM\",1"),
        ..PLAIN
    },
    Maker {
        name: "Ericsson F5521gw with its radio off",
        boot: "*EMRDY: 1",
        answers: &[
            ("AT+CGMI", "Ericsson|OK"),
            ("AT+CGMM", "F5521gw|OK"),
            ("ATI", "F5521gw|OK"),
            ("AT+CFUN?", "+CFUN: 4|OK"),
            ("AT+CFUN=1", "OK|+PACSP1"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CMS ERROR: 500"),
            ("AT+CPMS=\"ME\",\"ME\",\"ME\"", "+CPMS: 0,100,0,100,0,100|OK"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
            ("AT+CNMI=2,1,0,0,0", "OK"),
            ("AT+CNMI?", "+CNMI: 2,1,0,0,0|OK"),
        ],
        arrival: Arrival::Stored("+CMTI: \"ME\",1"),
        ..PLAIN
    },
    Maker {
        name: "Cinterion BGS2, words in capitals of its own",
        boot: "^SYSSTART|+CIEV: simstatus,5",
        answers: &[
            ("AT+CGMI", "Cinterion|OK"),
            ("AT+CGMM", "BGS2-W|OK"),
            ("ATI", "Cinterion|BGS2-W|REVISION 01.301||OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,30,0,30,0,30|OK"),
            ("AT+CREG?", "+CREG: 2,1,\"0F1D\",\"2A61\"|OK"),
        ],
        unknown: "+CME ERROR: 100",
        over: "NO CARRIER|+CIEV: call,0",
        ..PLAIN
    },
    Maker {
        name: "Telit GL865",
        answers: &[
            ("AT+CGMI", "Telit|OK"),
            ("AT+CGMM", "GL865-QUAD|OK"),
            ("ATI", "332|OK"),
            ("AT#ECAM=1", "OK"),
        ],
        ring: "#ECAM: 0,6,1,,,|RING|+CLIP: \"+15551234567\",145,\"\",128,\"\",0",
        over: "#ECAM: 0,0,,,,|NO CARRIER",
        ..PLAIN
    },
    Maker {
        name: "u-blox SARA-U201, words for errors",
        boot: "+UUSIMSTAT: 1|+PACSP0",
        answers: &[
            ("AT+CGMI", "u-blox|OK"),
            ("AT+CGMM", "SARA-U201|OK"),
            ("ATI", "SARA-U201-03B-00|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,20,0,20,0,20|OK"),
        ],
        unknown: "+CME ERROR: operation not supported",
        ring: "RING|+CLIP: \"+15551234567\",145,,,\"\",0",
        ..PLAIN
    },
    Maker {
        name: "Sony Ericsson phone on a cable",
        answers: &[
            ("AT+CGMI", "Sony Ericsson|OK"),
            ("AT+CGMM", "AAD-3022031-BV|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "ERROR"),
            ("AT+CPMS=\"ME\",\"ME\",\"ME\"", "+CPMS: 0,100,0,100,0,100|OK"),
            ("AT+CNMI=*", "ERROR"),
            ("AT+CNMI=2,1,0,0,0", "OK"),
            ("AT+CNMI?", "+CNMI: 2,1,0,0,0|OK"),
        ],
        ring: "*ECAV: 1,6,1,,,\"+15551234567\",145|RING|+CLIP: \"+15551234567\",145,\"\",128,\"\",0",
        over: "*ECAV: 1,0,1|NO CARRIER",
        arrival: Arrival::Stored("+CMTI: \"ME\",1"),
        rows: ("+CMGL: 1,0,\"\",30", "+CMGR: 0,\"\",30"),
        ..PLAIN
    },
    Maker {
        name: "Motorola phone, one memory of its own name",
        answers: &[
            ("AT+CGMI", "+CGMI: \"Motorola CE, Copyright 2000\"|OK"),
            ("AT+CGMM", "+CGMM: \"GSM900\",\"GSM1800\",\"MODEL=V3\"|OK"),
            ("AT+CPMS=*", "+CMS ERROR: 302"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
            ("AT+CNMI=2,1", "OK"),
            ("AT+CNMI?", "+CNMI: 2,1,0,0,0|OK"),
        ],
        unknown: "+CME ERROR: 4",
        arrival: Arrival::Stored("+CMTI: \"MT\",1"),
        ..PLAIN
    },
    Maker {
        name: "Air724UG",
        boot: "RDY|^MODE: 17,17|+E_UTRAN Service|+CGEV: ME PDN ACT 5|+NITZ: 2026/01/05,15:00:00-24,0|+CPIN: READY|SMS READY|CALL READY",
        answers: &[
            ("AT+CGMI", "+CGMI: \"AirM2M\"||OK"),
            ("AT+CGMM", "+CGMM: \"Air724UG\"||OK"),
            ("ATI", "AirM2M_Air724UG_V2020_LTE_AT||OK"),
        ],
        unknown: "+CME ERROR: 58",
        ring: "+CIEV: \"CALL\",1|+CIEV: \"SOUNDER\",1|RING|+CLIP: \"+15551234567\",145,,,,0",
        over: "NO CARRIER|+CIEV: \"CALL\",0|+CIEV: \"SOUNDER\",0",
        arrival: Arrival::Stored("+CIEV: \"MESSAGE\",1|+CMTI: \"SM\",1"),
        ..PLAIN
    },
    Maker {
        name: "ML307A, no caller shown but in the call list",
        boot: "+MATREADY|+CPIN: READY|+MSIMST: 1",
        answers: &[
            ("AT+CGMI", "CMCC|OK"),
            ("AT+CGMM", "ML307A|OK"),
            ("AT+CLIP=1", "+CME ERROR: 4"),
        ],
        unknown: "+CME ERROR: 100",
        ring: "RING",
        call_list: "+CLCC: 1,1,4,0,0,\"+15551234567\",145|OK",
        ..PLAIN
    },
    Maker {
        name: "Neoway M590",
        boot: "MODEM:STARTUP|+PBREADY",
        answers: &[
            ("AT+CGMI", "NEOWAY|OK"),
            ("AT+CGMM", "M590|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,50,0,50,0,50|OK"),
        ],
        unknown: "+CME ERROR: 50",
        ..PLAIN
    },
    Maker {
        name: "Fibocom L610, blanks after commas",
        boot: "+SIM READY|+SIM: Inserted",
        answers: &[
            ("AT+CGMI", "+CGMI: \"Fibocom\"|OK"),
            ("AT+CGMM", "+CGMM: \"L610-CN-00\",\"L610\"|OK"),
            ("AT+CREG?", "+CREG: 2, 1, \"0F1D\", \"2A61\", 7|OK"),
            ("AT+CSQ", "+CSQ: 18, 99|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0, 20, 0, 20, 0, 20|OK"),
            ("AT+CNMI?", "+CNMI: 2, 1, 0, 2, 0|OK"),
        ],
        ring: "RING|+CLIP: \"+15551234567\", 145, \"\", 0, \"\", 0",
        arrival: Arrival::Stored("+CMTI: \"SM\", 1"),
        rows: ("+CMGL: 1, 0, , 30", "+CMGR: 0, , 30"),
        ..PLAIN
    },
    Maker {
        name: "a Qualcomm card that answers CREG after its OK",
        answers: &[
            ("AT+CGMI", "QUALCOMM INCORPORATED|OK"),
            ("AT+CGMM", "0|OK"),
            ("AT+CREG?", "OK|+CREG: 2,1,\"0F1D\",\"2A61\""),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "OK"),
        ],
        ..PLAIN
    },
    Maker {
        name: "an emulator of a phone that lists all it knows when it does not know",
        boot: "",
        answers: &[
            ("AT+CGMI", "Some Phones||OK"),
            ("AT+CGMM", "Synthetic Device||OK"),
            ("AT+CGMR", "REV1||OK"),
            ("AT+CGSN", "1234567890||OK"),
            ("AT+CIMI", "246813579||OK"),
            ("AT+CFUN?", "+CFUN: 0||OK"),
            ("AT+CFUN=*", "OK"),
            ("AT+CSQ", "+CSQ: 99,99||OK"),
            ("AT+CREG?", "+CREG: 2,1||OK"),
            ("AT+CGREG?", "+CGREG: 2,0||OK"),
            ("AT+CNUM", "+CNUM: ,\"+358501234567\",145,,4||OK"),
            ("AT+CNMI=*", "OK"),
            ("AT+CNMI?", EVERYTHING),
            ("ATE*", "OK"),
        ],
        unknown: EVERYTHING,
        prompt: "> ",
        rows: ("+CMGL: 1,0,,999", "+CMGR: 0,,999"),
        ..PLAIN
    },
    Maker {
        name: "an emulated phone for a radio layer: CR only, texts under a header without a length",
        ends: ("", "\r"),
        echo: false,
        answers: &[
            ("ATE0", "ERROR: UNSUPPORTED"),
            ("ATV1", "ERROR: UNSUPPORTED"),
            ("ATQ0", "ERROR: UNSUPPORTED"),
            ("ATQ0V1E0", "ERROR: UNSUPPORTED"),
            ("AT+CGSN", "000000000000000|OK"),
            ("AT+CLIP=1", "ERROR: UNSUPPORTED"),
            ("AT+CRC=1", "ERROR: UNSUPPORTED"),
            ("AT+CSCS=\"GSM\"", "ERROR: UNSUPPORTED"),
            ("AT+CPMS=*", "ERROR: UNSUPPORTED"),
            ("AT+CNMI=*", "ERROR: UNSUPPORTED"),
            ("AT+CNMI?", "+CNMI: 1,2,2,1,1|OK"),
            ("AT+CSMS=1", "+CSMS: 1, 1, 1|OK"),
            ("AT+CMGL=4", "ERROR: UNSUPPORTED"),
            ("AT+CMGR=1", "ERROR: UNSUPPORTED"),
        ],
        unknown: "ERROR: UNSUPPORTED",
        prompt: "> \r",
        ring: "RING",
        call_list: "+CLCC: 1,1,4,0,0,\"+15551234567\",145|OK",
        // Every change of the calls is told as RING, their end too.
        over: "RING",
        arrival: Arrival::Direct("+CMT: 0"),
        ..PLAIN
    },
    Maker {
        name: "a modem that only hands texts on, and waits for each to be acknowledged",
        answers: &[
            ("AT+CNMI=2,2,0,1,0", "OK"),
            ("AT+CNMI=?", "+CNMI: (0-2),(0,2),(0),(0,1),(0)|OK"),
            ("AT+CNMI?", "+CNMI: 2,2,0,1,0|OK"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
            ("AT+CSMS=1", "+CSMS: 1,1,1|OK"),
        ],
        arrival: Arrival::Acknowledged("+CMT: ,30", "AT+CNMA"),
        ..PLAIN
    },
    Maker {
        name: "the same, without a list of its settings, in a buffer of its own, and +CNMA with its number",
        answers: &[
            ("AT+CNMI=1,2,0,0,0", "OK"),
            ("AT+CNMI?", "ERROR"),
            ("AT+CNMI=*", "ERROR"),
            ("AT+CSMS=1", "OK"),
            ("AT+CNMA", "+CMS ERROR: 302"),
            ("AT+CNMA=0", "ERROR"),
        ],
        arrival: Arrival::Acknowledged("+CMT: ,30", "AT+CNMA=1"),
        ..PLAIN
    },
    Maker {
        name: "texts are handed on since somebody else said so, and +CSMS=1 from then on as well",
        answers: &[
            ("AT+CNMI=*", "ERROR"),
            ("AT+CNMI?", "+CNMI: 1,2,0,1,0|OK"),
            ("AT+CSMS=*", "ERROR"),
        ],
        arrival: Arrival::Acknowledged("+CMT: ,30", "AT+CNMA"),
        ..PLAIN
    },
    Maker {
        name: "a Siemens that takes no text's announcement but with its buffer flushed",
        answers: &[
            ("AT+CGMI", "SIEMENS|OK"),
            ("AT+CGMM", "TC35i|OK"),
            ("AT+CNMI=2,1,0,2,1", "OK"),
            ("AT+CNMI=?", "+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)|OK"),
            ("AT+CNMI?", "+CNMI: 2,1,0,2,1|OK"),
            ("AT+CNMI=*", "+CMS ERROR: 303"),
        ],
        ..PLAIN
    },
    Maker {
        name: "an emulated phone that answers nothing to AT alone",
        answers: &[("AT", "-"), ("ATQ0V1E0", "ERROR: UNSUPPORTED")],
        ..PLAIN
    },
    Maker {
        name: "an emulator that hands texts on under a header without their length",
        answers: &[
            ("AT+CPMS=*", "ERROR"),
            ("AT+CNMI=*", "ERROR"),
            ("AT+CMGL=4", "ERROR"),
            ("AT+CREG?", "+CREG: 1,1,\"036D\",\"58B2\"|OK"),
        ],
        arrival: Arrival::Direct("+CMT: 0"),
        ..PLAIN
    },
    Maker {
        name: "an emulator without blanks, and without names where the question says it all",
        answers: &[
            ("AT+CPIN?", "+CPIN:READY|OK"),
            ("AT+CREG?", "+CREG:0,5|OK"),
            ("AT+CSQ", "+CSQ:18|OK"),
            ("AT+CFUN?", "+CFUN:1|OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS:0,20|OK"),
            ("AT+CNMI?", "+CNMI:2,1|OK"),
        ],
        sent: "+CMGS:7|OK",
        ring: "RING|+CLIP:\"+15551234567\",145",
        arrival: Arrival::Stored("+CMTI:\"SM\",1"),
        rows: ("+CMGL:1,0,,30", "+CMGR:0,,30"),
        ..PLAIN
    },
    Maker {
        name: "an emulator without quotation marks",
        ring: "RING|+CLIP: +15551234567,145",
        arrival: Arrival::Stored("+CMTI: SM,1"),
        sent: "+CMGS: 7,26/01/05,15:00:00-24|OK",
        ..PLAIN
    },
    Maker {
        name: "an emulator that shows a number and no type, and says BUSY when the caller gives up",
        answers: &[("AT+CPIN?", "READY|OK"), ("AT+CREG?", "+CREG: 0,1,000F,2A61|OK")],
        ring: "RING|+CLIP: \"+15551234567\"",
        over: "BUSY",
        ..PLAIN
    },
    Maker {
        name: "an emulator in small letters",
        unknown: "error",
        ring: "RING|+clip: \"+15551234567\",145",
        over: "no carrier",
        arrival: Arrival::Stored("+cmti: \"SM\",1"),
        ..PLAIN
    },
    Maker {
        name: "an emulator that forgets the end of its last line",
        ends: ("\r\n", ""),
        ..PLAIN
    },
    Maker {
        name: "a stick that lists in text mode although PDU mode is set, and announces no slot (gammu#979)",
        arrival: Arrival::Stored("+CMTI: \"SM\",-1"),
        rows: (
            "+CMGL: 1,\"REC UNREAD\",\"+15551234567\",,\"26/11/25,12:00:00-24\"",
            "+CMGR: 0,,30",
        ),
        ..PLAIN
    },
    Maker {
        name: "python-gsmmodem's Wavecom: no OK after the SIM's state, an error to CVHU, WIND lines",
        answers: &[
            ("AT+CGMI", " WAVECOM MODEM|OK"),
            ("AT+CGMM", " MULTIBAND  900E  1800|OK"),
            ("AT+CGMR", "ERROR"),
            ("AT+CPIN?", "+CPIN: READY"),
            ("AT+CVHU=0", "ERROR"),
            ("AT+CREG?", "OK"),
            ("AT+CSCA?", "OK"),
            ("AT+CPMS=\"SM\",\"SM\",\"SM\"", "OK"),
            ("AT+CNMI?", "OK"),
        ],
        unknown: "OK",
        ends: ("", "\r\n"),
        ring: "+CRING: VOICE|+CLIP: \"+15551234567\",145",
        over: "NO CARRIER|+WIND: 6,1",
        ..PLAIN
    },
    Maker {
        name: "python-gsmmodem's Huawei: five seconds of talk at the end of every call",
        answers: &[
            ("AT+CGMI", "huawei|OK"),
            ("AT+CGMM", "E1752|OK"),
            ("AT+CREG?", "OK"),
            ("AT+CNMI?", "OK"),
        ],
        unknown: "OK",
        ends: ("", "\r\n"),
        ring: "+CRING: VOICE|+CLIP: \"+15551234567\",145,,,,0",
        over: "^CEND:1,5,29,16",
        ..PLAIN
    },
    Maker {
        name: "python-gsmmodem's ZTE: ranges for answers",
        answers: &[
            ("AT+CGMI", "ZTE INCORPORATED|OK"),
            ("AT+CGMM", "K3565-Z|OK"),
            ("AT+CFUN?", "+CFUN: (0-1,4-7),(0-1)|OK"),
            ("AT+CVHU=0", "+CVHU: (0-1)|OK"),
            ("AT+CREG?", "OK"),
            ("AT+CNMI?", "OK"),
        ],
        unknown: "OK",
        ends: ("", "\r\n"),
        ring: "+CRING: VOICE|+CLIP: \"+15551234567\",145,,,,0",
        over: "HANGUP: 1",
        ..PLAIN
    },
    Maker {
        name: "python-gsmmodem's Nokia: OK to whatever it has not heard of, a revision of five lines, calls end in silence",
        answers: &[
            ("AT+CGMI", "Nokia|OK"),
            ("AT+CGMM", "Nokia N79|OK"),
            ("AT+CGMR", "V ICPR72_08w44.1|24-11-08|RM-348|(c) Nokia|11.049|OK"),
            ("AT+CREG?", "OK"),
            ("AT+CNMI?", "OK"),
        ],
        unknown: "OK",
        ends: ("", "\r\n"),
        ring: "+CRING: VOICE|+CLIP: \"+15551234567\",145,,,,0",
        over: "",
        ..PLAIN
    },
    Maker {
        name: "a small emulator: seven commands, results with LF, a prompt in a line of its own",
        ends: ("", "\n"),
        echo_always: true,
        answers: &[
            ("AT+CGMI", "Fake v1.0|OK"),
            ("AT+CGMM", "ERROR"),
            ("AT+CMEE=1", "ERROR"),
            ("AT+CFUN?", "ERROR"),
        ],
        prompt: "> \n",
        ..PLAIN
    },
];

/// The modem of a table, at work.
pub struct Working {
    maker: Maker,
    echo: bool,
    booted: bool,
    ringing: bool,
    stored: bool,
    writing: bool,
}

/// The one that does everything as the standards have it.
pub fn plain() -> Working {
    Working::of(&PLAIN)
}

impl Working {
    fn of(maker: &Maker) -> Self {
        Working {
            maker: *maker,
            echo: maker.echo,
            booted: false,
            ringing: false,
            stored: false,
            writing: false,
        }
    }

    fn lines(&self, text: &str) -> String {
        let (before, after) = self.maker.ends;
        if text.is_empty() {
            return String::new();
        }
        text.split('|').map(|line| format!("{before}{line}{after}")).collect()
    }
}

impl Other for Working {
    fn told(&self) -> String {
        self.maker.name.to_string()
    }

    fn answer(&mut self, command: &str) -> String {
        let mut said = String::new();
        if !std::mem::replace(&mut self.booted, true) {
            said += &self.lines(self.maker.boot);
        }
        if self.echo || self.maker.echo_always {
            said += &format!("{command}\r");
        }
        if std::mem::take(&mut self.writing) {
            return said + &self.lines(self.maker.sent);
        }
        let found = |table: &[(&'static str, &'static str)]| {
            let exact = table.iter().find(|(known, _)| *known == command);
            let begun = || {
                table
                    .iter()
                    .find(|(known, _)| known.strip_suffix('*').is_some_and(|start| command.starts_with(start)))
            };
            exact.or_else(begun).map(|(_, answer)| *answer)
        };
        let direct = !matches!(self.maker.arrival, Arrival::Stored(_));
        let answer = match command {
            "AT+CLCC" if self.ringing => self.maker.call_list.to_string(),
            "AT+CLCC" => "OK".to_string(),
            "AT+CMGL=4" | "AT+CMGR=1" if !direct => {
                let row = if command == "AT+CMGL=4" {
                    self.maker.rows.0
                } else {
                    self.maker.rows.1
                };
                if self.stored {
                    format!("{row}|{PDU}|OK")
                } else {
                    "OK".to_string()
                }
            }
            _ if matches!(self.maker.arrival, Arrival::Acknowledged(_, said) if said == command) => {
                let waited = std::mem::take(&mut self.stored);
                if waited { "OK" } else { "+CMS ERROR: 340" }.to_string()
            }
            "AT+CMGD=1" => {
                self.stored = false;
                "OK".to_string()
            }
            command if command.starts_with("AT+CMGS=") => {
                self.writing = true;
                return said + self.maker.prompt;
            }
            _ => {
                self.echo &= command != "ATE0";
                found(self.maker.answers)
                    .or_else(|| found(USUAL))
                    .unwrap_or(self.maker.unknown)
                    .to_string()
            }
        };
        if answer == "-" {
            said
        } else {
            said + &self.lines(&answer)
        }
    }

    fn escape(&mut self) {
        self.writing = false;
    }

    fn ring(&mut self) -> String {
        self.ringing = true;
        self.lines(self.maker.ring)
    }

    fn over(&mut self) -> String {
        self.ringing = false;
        self.lines(self.maker.over)
    }

    fn text_comes(&mut self) -> String {
        match self.maker.arrival {
            Arrival::Stored(line) => {
                self.stored = true;
                self.lines(line)
            }
            Arrival::Direct(header) => self.lines(&format!("{header}|{PDU}")),
            Arrival::Acknowledged(header, _) => {
                self.stored = true;
                self.lines(&format!("{header}|{PDU}"))
            }
        }
    }

    fn holds_text(&self) -> bool {
        self.stored
    }
}

#[test]
fn every_makers_modem_does_the_whole_job() {
    let failed: Vec<String> = MAKERS
        .iter()
        .filter_map(|maker| whole_job(Working::of(maker)).err())
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n\n"));
}
