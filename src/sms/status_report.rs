//! SMS-STATUS-REPORT: what became of a text we sent. 3GPP TS 23.040 §9.2.2.3.

use super::octets::Octets;
use super::tpdu::{MTI_STATUS_REPORT, STATUS_REPORT, USER_DATA_HEADER, flag};
use super::{Address, Dcs, PduError, Problem, Timestamp, UserData};

/// TP-MMS, as in SMS-DELIVER.
const NO_MORE_MESSAGES: u8 = 1 << 2;
/// TP-LP.
const LOOP_PREVENTION: u8 = 1 << 3;
/// TP-PI bits (§9.2.3.27).
const HAS_PID: u8 = 1 << 0;
const HAS_DCS: u8 = 1 << 1;
const HAS_USER_DATA: u8 = 1 << 2;
const HAS_MORE: u8 = 1 << 7;

/// What TP-Status says, in the words of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The transaction is completed.
    Delivered,
    /// A temporary error, and the service centre still tries.
    Trying,
    /// It will not arrive.
    Failed,
}

impl Outcome {
    /// The name used in `pdu decode`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::Trying => "trying",
            Outcome::Failed => "failed",
        }
    }
}

/// The service centre's word on a text we submitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatusReport {
    /// TP-MR of the SMS-SUBMIT this is about.
    pub reference: u8,
    /// TP-RA: whom that text went to.
    pub recipient: Address,
    /// TP-SCTS: when the service centre got that text.
    pub timestamp: Timestamp,
    /// TP-DT: when it was delivered, or last tried.
    pub discharge: Timestamp,
    /// TP-ST.
    pub status: u8,
    /// About an SMS-COMMAND, not an SMS-SUBMIT (TP-SRQ).
    pub of_command: bool,
    pub more_messages: bool,
    pub loop_prevention: bool,
    /// TP-PID, where given.
    pub pid: Option<u8>,
    /// TP-DCS, where given.
    pub dcs: Option<Dcs>,
    /// A text from the service centre, where given.
    pub user_data: Option<UserData>,
}

impl StatusReport {
    /// A report with nothing optional.
    #[must_use]
    pub fn new(
        reference: u8,
        recipient: Address,
        timestamp: Timestamp,
        discharge: Timestamp,
        status: u8,
    ) -> StatusReport {
        StatusReport {
            reference,
            recipient,
            timestamp,
            discharge,
            status,
            of_command: false,
            more_messages: false,
            loop_prevention: false,
            pid: None,
            dcs: None,
            user_data: None,
        }
    }

    /// §9.2.3.15. Values the clause reserves are read as `Service Rejected`, as it asks; those left to the service
    /// centre as the others of their range.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.status {
            0x00..=0x02 | 0x10..=0x1F => Outcome::Delivered,
            0x20..=0x25 | 0x30..=0x3F => Outcome::Trying,
            // Reserved; permanent errors; temporary errors the service centre has given up on; reserved.
            0x03..=0x0F | 0x26..=0x2F | 0x40..=0x5F | 0x60..=0x7F | 0x80..=0xFF => Outcome::Failed,
        }
    }

    /// The TPDU, without the service centre part. User data goes with a DCS: the given one, or GSM 7 bit.
    ///
    /// # Errors
    /// [`Problem::CodingMismatch`] if that DCS names another alphabet than the user data is in.
    pub fn encode(&self) -> Result<Vec<u8>, PduError> {
        let has_header = self
            .user_data
            .as_ref()
            .is_some_and(|user_data| user_data.header().is_present());
        let first = MTI_STATUS_REPORT
            | flag(NO_MORE_MESSAGES, !self.more_messages)
            | flag(LOOP_PREVENTION, self.loop_prevention)
            | flag(STATUS_REPORT, self.of_command)
            | flag(USER_DATA_HEADER, has_header);
        let mut out = vec![first, self.reference];
        self.recipient.write(&mut out);
        out.extend_from_slice(&self.timestamp.0);
        out.extend_from_slice(&self.discharge.0);
        out.push(self.status);
        let present = flag(HAS_PID, self.pid.is_some())
            | flag(HAS_DCS, self.dcs.is_some())
            | flag(HAS_USER_DATA, self.user_data.is_some());
        if present != 0 {
            out.push(present);
            out.extend(self.pid);
            out.extend(self.dcs.map(|dcs| dcs.0));
        }
        if let Some(user_data) = &self.user_data {
            if self.dcs.unwrap_or(Dcs::GSM7).encoding() != user_data.encoding() {
                return Err(PduError::new("TP-DCS", out.len(), Problem::CodingMismatch));
            }
            user_data.write(&mut out);
        }
        Ok(out)
    }

    /// After the first octet.
    pub(super) fn read(first: u8, octets: &mut Octets<'_>) -> Result<StatusReport, PduError> {
        let reference = octets.one("TP-MR")?;
        let recipient = Address::read(octets, "TP-RA")?;
        let timestamp = Timestamp(octets.array("TP-SCTS")?);
        let discharge = Timestamp(octets.array("TP-DT")?);
        let status = octets.one("TP-ST")?;
        // The verdict is all here. What follows is optional, and SIMs fill the rest of a record with FF: an optional
        // part that does not add up is none.
        let (pid, dcs, user_data) = read_optional(first, octets).unwrap_or_default();
        Ok(StatusReport {
            reference,
            recipient,
            timestamp,
            discharge,
            status,
            of_command: first & STATUS_REPORT != 0,
            more_messages: first & NO_MORE_MESSAGES == 0,
            loop_prevention: first & LOOP_PREVENTION != 0,
            pid,
            dcs,
            user_data,
        })
    }
}

type Optional = (Option<u8>, Option<Dcs>, Option<UserData>);

/// TP-PI and what it says is there.
fn read_optional(first: u8, octets: &mut Octets<'_>) -> Result<Optional, PduError> {
    if octets.is_empty() {
        return Ok(Optional::default());
    }
    let present = octets.one("TP-PI")?;
    // Bit 7 says that another octet of indicators follows; none of its bits has a meaning yet.
    let mut more = present & HAS_MORE != 0;
    while more {
        more = octets.one("TP-PI")? & HAS_MORE != 0;
    }
    let pid = if present & HAS_PID != 0 {
        Some(octets.one("TP-PID")?)
    } else {
        None
    };
    let dcs = if present & HAS_DCS != 0 {
        Some(Dcs(octets.one("TP-DCS")?))
    } else {
        None
    };
    let user_data = if present & HAS_USER_DATA != 0 {
        Some(UserData::read(
            octets,
            dcs.unwrap_or(Dcs::GSM7),
            first & USER_DATA_HEADER != 0,
        )?)
    } else {
        None
    };
    Ok((pid, dcs, user_data))
}
