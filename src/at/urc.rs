//! Unsolicited results of every family, typed (`modem-facts.md` §2–4).

/// A number as the modem gave it: digits (perhaps with `+`), type of address octet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawNumber {
    pub digits: String,
    pub toa: u8,
}

/// `<CLI validity>` of +CLIP, 3GPP TS 27.007 §7.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CliValidity {
    Valid,
    Withheld,
    NotAvailable,
}

/// State of a call as a call list row or a maker's report says it (27.007 §7.18 plus "released").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    Active,
    Held,
    Dialing,
    Alerting,
    Incoming,
    Waiting,
    Released,
}

/// Which line said it: part of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallSource {
    Clcc,
    Ccinfo,
    Dsci,
    Ucallstat,
    Ecam,
}

/// One row of a call list or one call report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReport {
    pub source: CallSource,
    pub id: u8,
    /// True: mobile terminated.
    pub incoming: bool,
    pub state: CallState,
    /// False for data / packet bearers (the phantom rows on LTE).
    pub voice: bool,
    pub number: Option<RawNumber>,
    pub cause: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Urc {
    /// RING, +CRING: VOICE.
    Ring,
    /// +CLIP. An empty number has `number: None`.
    CallingLine {
        number: Option<RawNumber>,
        validity: CliValidity,
    },
    /// +CCWA.
    CallWaiting {
        number: Option<RawNumber>,
        validity: CliValidity,
    },
    /// +CLCC as URC, +QIND "ccinfo", ^DSCI, +UCALLSTAT, #ECAM.
    Call(CallReport),
    /// VOICE CALL: BEGIN, ^CONN.
    CallConnected { id: Option<u8> },
    /// VOICE CALL: END, ^CEND (id, duration, cause), MISSED_CALL (number), HANGUP, NO CARRIER / BUSY / NO ANSWER outside a dial.
    CallReleased {
        evidence: &'static str,
        id: Option<u8>,
        number: Option<RawNumber>,
        duration_s: Option<u32>,
        cause: Option<u8>,
    },
    /// +CMTI. The index may be nonsense (-1): then `None`.
    MessageStored { storage: String, index: Option<u16> },
    /// +CDSI.
    ReportStored { storage: String, index: Option<u16> },
    /// +CMT, +CLASS0: the PDU line that followed.
    MessageDirect { pdu: String },
    /// +CDS: the PDU line that followed.
    ReportDirect { pdu: String },
    /// ^SMMEMFULL, +SMS FULL, +QIND "smsfull", +CIEV smsfull.
    StorageFull { storage: Option<String> },
    /// +CREG/+CGREG/+CEREG unsolicited.
    Registration { domain: Domain, stat: u8 },
    /// +CSQ, ^RSSI, ^HCSQ …, in dBm.
    Signal { dbm: i16 },
    /// +CPIN: … unsolicited.
    SimState(String),
    /// RDY, *ATREADY, +CFUN: 1 …: the modem started anew; its settings are lost.
    Restarted { line: String },
    /// SMS DONE, SMS Ready, +QIND: SMS DONE.
    SmsReady,
    /// PB DONE, Call Ready.
    PhonebookReady,
    /// POWERED DOWN, NORMAL POWER DOWN, UNDER-VOLTAGE …
    PowerTrouble { line: String },
    /// +CTZV / *PSUTTZ / ^NWTIME with a full time.
    NetworkTime { utc_ms: i64, offset_s: i32 },
    /// +CUSD.
    Ussd { text: String },
    /// Anything else, bounded.
    Other(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    Cs,
    Ps,
    Eps,
}
