//! SMS-DELIVER: a text that comes in. 3GPP TS 23.040 §9.2.2.1.

use super::octets::Octets;
use super::tpdu::{REPLY_PATH, STATUS_REPORT, USER_DATA_HEADER, flag};
use super::{Address, ConcatKey, Dcs, PduError, Problem, Timestamp, UserData};

/// TP-MMS: *clear* while more messages wait (§9.2.3.2).
const NO_MORE_MESSAGES: u8 = 1 << 2;
/// TP-LP (§9.2.3.28).
const LOOP_PREVENTION: u8 = 1 << 3;

/// A text from the service centre.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deliver {
    /// TP-OA: who sent it.
    pub originator: Address,
    /// TP-PID; 0 for a plain text.
    pub pid: u8,
    pub dcs: Dcs,
    /// TP-SCTS: when the service centre got it, by its own clock.
    pub timestamp: Timestamp,
    /// More texts wait in the service centre.
    pub more_messages: bool,
    /// Forwarded or spawned by a text: an automatic answer to it may loop.
    pub loop_prevention: bool,
    /// An answer may go by the same service centre (§9.2.3.17).
    pub reply_path: bool,
    /// The sender asked for a status report; the service centre sees to it.
    pub status_report_indication: bool,
    pub user_data: UserData,
}

impl Deliver {
    /// A plain text: no flag set, no class, the DCS its user data asks for.
    #[must_use]
    pub fn new(originator: Address, timestamp: Timestamp, user_data: UserData) -> Deliver {
        Deliver {
            originator,
            pid: 0,
            dcs: Dcs::plain(user_data.encoding()),
            timestamp,
            more_messages: false,
            loop_prevention: false,
            reply_path: false,
            status_report_indication: false,
            user_data,
        }
    }

    /// What the parts of this message have in common; `None` for a message of one part.
    #[must_use]
    pub fn concat_key(&self) -> Option<ConcatKey> {
        let concat = self.user_data.header().concat()?;
        Some(ConcatKey {
            originator: self.originator.clone(),
            reference: concat.reference,
            total: concat.total,
        })
    }

    /// The TPDU, without the service centre part.
    ///
    /// # Errors
    /// [`Problem::CodingMismatch`] if `dcs` names another alphabet than the user data is in.
    pub fn encode(&self) -> Result<Vec<u8>, PduError> {
        let first = flag(NO_MORE_MESSAGES, !self.more_messages)
            | flag(LOOP_PREVENTION, self.loop_prevention)
            | flag(STATUS_REPORT, self.status_report_indication)
            | flag(USER_DATA_HEADER, self.user_data.header().is_present())
            | flag(REPLY_PATH, self.reply_path);
        let mut out = vec![first];
        self.originator.write(&mut out);
        out.push(self.pid);
        if self.dcs.encoding() != self.user_data.encoding() {
            return Err(PduError::new("TP-DCS", out.len(), Problem::CodingMismatch));
        }
        out.push(self.dcs.0);
        out.extend_from_slice(&self.timestamp.0);
        self.user_data.write(&mut out);
        Ok(out)
    }

    /// After the first octet.
    pub(super) fn read(first: u8, octets: &mut Octets<'_>) -> Result<Deliver, PduError> {
        let originator = Address::read(octets, "TP-OA")?;
        let pid = octets.one("TP-PID")?;
        let dcs = Dcs(octets.one("TP-DCS")?);
        Ok(Deliver {
            originator,
            pid,
            dcs,
            timestamp: Timestamp(octets.array("TP-SCTS")?),
            more_messages: first & NO_MORE_MESSAGES == 0,
            loop_prevention: first & LOOP_PREVENTION != 0,
            reply_path: first & REPLY_PATH != 0,
            status_report_indication: first & STATUS_REPORT != 0,
            user_data: UserData::read(octets, dcs, first & USER_DATA_HEADER != 0)?,
        })
    }
}
