//! Unsolicited results of every family, typed.
//!
//! [`parse`] tries calls, then messages, then network and power; what none of them knows is [`Urc::Other`]. A line that is
//! damaged is never half believed: fields that must be there and aren't make it [`Urc::Other`] too.

mod calls;
mod messages;
mod network;
mod number;

pub use calls::call_list_row;
pub(super) use network::{Reading, instant_of, quarters, stamp_of};
pub use network::{registration_stat, signal_dbm};
pub(super) use number::raw as raw_number;

use super::fields::Fields;

/// A number as the modem gave it: digits (perhaps with `+`), type of address octet. Its `Debug` shows only how long it is.
#[derive(Clone, PartialEq, Eq)]
pub struct RawNumber {
    pub digits: String,
    pub toa: u8,
}

impl std::fmt::Debug for RawNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawNumber({} digits, type {})", self.digits.len(), self.toa)
    }
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

/// One unsolicited result.
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
    /// `evidence` is one of `no_carrier`, `busy`, `no_answer`, `no_dialtone`, `missed_call`, `cend`, `voice_call_end`, `hangup`,
    /// `wind`, `ciev_call`.
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
    /// `+CMGS: <mr>` that no command in flight waits for: the verdict on a text whose command timed out.
    LateSubmit { reference: u8 },
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
    /// +CUSD: 0 over, 1 an answer is wanted, 2 ended by the network, 3 another client, 4 not supported, 5 no answer. The text as
    /// it came, empty if there was none, and its coding scheme. Not `whole`: its closing quote is on a line to come.
    Ussd {
        mode: u8,
        text: String,
        dcs: Option<u8>,
        whole: bool,
    },
    /// Anything else, bounded.
    Other(String),
}

/// Which registration: `+CREG` circuit-switched, `+CGREG` packet, `+CEREG` LTE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    Cs,
    Ps,
    Eps,
}

/// Reads one line. Two-line results are put together by the engine; their headers alone come out as [`Urc::Other`].
#[must_use]
pub fn parse(line: &str) -> Urc {
    calls::parse(line)
        .or_else(|| messages::parse(line))
        .or_else(|| network::parse(line))
        .unwrap_or_else(|| Urc::Other(line.to_owned()))
}

/// Whether the line starts with the name of a result (`+CREG:`, `^HWNAT:06`, `*ISIMAID:`), known or not.
#[must_use]
pub fn carries_name(line: &str) -> bool {
    let Some(rest) = line.strip_prefix(['+', '^', '*', '#', '_', '%', '$', '!']) else {
        return false;
    };
    let name = rest.split([':', ',']).next().unwrap_or(rest).trim_end();
    name.len() >= 2
        && name
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b" _-".contains(&octet))
}

/// True if the line has the name of a reply but the fields of the unsolicited result.
pub(super) fn only_looks_like_reply(name: &str, fields: &Fields<'_>) -> bool {
    match name {
        // Reply `<n>,<stat>…`, unsolicited `<stat>…`.
        "+CREG" | "+CGREG" | "+CEREG" => !network::is_registration_reply(fields),
        // Reply `<n>,<m>`, unsolicited `<number>,<type>…`.
        "+CLIP" | "+CCWA" => fields.is_quoted(0) || fields.text(0).len() != 1,
        // Reply to a read or test command `(0-1)` or `<n>`, unsolicited a call.
        "+CLCC" | "^DSCI" => fields.len() >= 5,
        "#ECAM" => fields.len() >= 3,
        "+UCALLSTAT" => fields.len() >= 2,
        _others_have_one_form => false,
    }
}

#[cfg(test)]
mod tests;
