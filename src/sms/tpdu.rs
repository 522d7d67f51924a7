//! Which PDU it is, and the service centre part before it. 3GPP TS 23.040 §9.2.2, TS 27.005 §3.1.

use super::octets::Octets;
use super::{Address, Deliver, PduError, StatusReport, Submit};

/// TP-MTI (§9.2.3.1), bits 1..0.
const MTI: u8 = 0b11;
pub(super) const MTI_SUBMIT: u8 = 0b01;
pub(super) const MTI_STATUS_REPORT: u8 = 0b10;
/// TP-SRI, TP-SRR or TP-SRQ, by kind.
pub(super) const STATUS_REPORT: u8 = 1 << 5;
/// TP-UDHI.
pub(super) const USER_DATA_HEADER: u8 = 1 << 6;
/// TP-RP.
pub(super) const REPLY_PATH: u8 = 1 << 7;

/// A PDU as modems give and take it: the service centre's address, then the TPDU.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pdu {
    /// `None`: not said (received), or the one the SIM knows (sent).
    pub smsc: Option<Address>,
    pub tpdu: Tpdu,
}

impl Pdu {
    /// What the service centre's clock showed, UTC milliseconds: when it got a text (TP-SCTS), or knew what became of one of ours
    /// (TP-DT).
    #[must_use]
    pub fn service_centre_ms(&self) -> Option<i64> {
        match &self.tpdu {
            Tpdu::Deliver(deliver) => deliver.timestamp.utc_ms(),
            Tpdu::StatusReport(report) => report.discharge.utc_ms(),
            Tpdu::Submit(_) => None,
        }
    }
}

/// The kinds of TPDU that pass between a phone and its service centre as messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tpdu {
    Deliver(Deliver),
    Submit(Submit),
    StatusReport(StatusReport),
}

/// A PDU with its service centre part. Octets after the end of the TPDU are left alone: modems and SIMs pad.
///
/// # Errors
/// Names the field and octet where it is cut short or says more than the standard lets it.
pub fn decode(pdu_with_smsc: &[u8]) -> Result<Pdu, PduError> {
    let mut octets = Octets::new(pdu_with_smsc);
    let smsc = Address::read_smsc(&mut octets)?;
    let tpdu = Tpdu::read(&mut octets)?;
    Ok(Pdu { smsc, tpdu })
}

/// A TPDU alone, as between the CMGS prompt's service centre octets and Ctrl-Z.
///
/// # Errors
/// As [`decode`]; octets count from the start of the TPDU.
pub fn decode_tpdu(tpdu: &[u8]) -> Result<Tpdu, PduError> {
    Tpdu::read(&mut Octets::new(tpdu))
}

impl Pdu {
    /// Service centre part and TPDU; `00` for no service centre.
    ///
    /// # Errors
    /// As [`Tpdu::encode`].
    pub fn encode(&self) -> Result<Vec<u8>, PduError> {
        let mut out = Vec::new();
        Address::write_smsc(self.smsc.as_ref(), &mut out);
        out.extend(self.tpdu.encode()?);
        Ok(out)
    }
}

impl Tpdu {
    /// Without the service centre part.
    ///
    /// # Errors
    /// [`super::Problem::CodingMismatch`] if the DCS names another alphabet than the user data is in.
    pub fn encode(&self) -> Result<Vec<u8>, PduError> {
        match self {
            Tpdu::Deliver(deliver) => deliver.encode(),
            Tpdu::Submit(submit) => submit.encode(),
            Tpdu::StatusReport(report) => report.encode(),
        }
    }

    fn read(octets: &mut Octets<'_>) -> Result<Tpdu, PduError> {
        let first = octets.one("TP-MTI")?;
        Ok(match first & MTI {
            MTI_SUBMIT => Tpdu::Submit(Submit::read(first, octets)?),
            MTI_STATUS_REPORT => Tpdu::StatusReport(StatusReport::read(first, octets)?),
            // 00, and the reserved 11, which a phone processes as if it were an SMS-DELIVER (§9.2.3.1).
            _ => Tpdu::Deliver(Deliver::read(first, octets)?),
        })
    }
}

/// `bit` if `on`.
pub(super) fn flag(bit: u8, on: bool) -> u8 {
    if on { bit } else { 0 }
}
