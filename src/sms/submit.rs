//! SMS-SUBMIT: a text that goes out. 3GPP TS 23.040 §9.2.2.2.

use super::octets::Octets;
use super::segment::{SegmentError, SegmentOptions, segment};
use super::tpdu::{MTI_SUBMIT, REPLY_PATH, STATUS_REPORT, USER_DATA_HEADER, flag};
use super::{Address, ConcatReference, Dcs, MAX_PARTS, PduError, Problem, UserData, Validity};

/// TP-RD (§9.2.3.25).
const REJECT_DUPLICATES: u8 = 1 << 2;

/// A text to the service centre.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Submit {
    /// The service centre shall refuse a second text with the same reference to the same destination.
    pub reject_duplicates: bool,
    pub validity: Validity,
    /// TP-SRR: ask for a status report.
    pub status_report_request: bool,
    /// TP-RP (§9.2.3.17).
    pub reply_path: bool,
    /// TP-MR. Modems put their own there; what they used comes back with `+CMGS`.
    pub reference: u8,
    /// TP-DA: whom it goes to.
    pub destination: Address,
    /// TP-PID; 0 for a plain text.
    pub pid: u8,
    pub dcs: Dcs,
    pub user_data: UserData,
}

impl Submit {
    /// The TPDU, without the service centre part. Its length is what `AT+CMGS` is told.
    ///
    /// # Errors
    /// [`Problem::CodingMismatch`] if `dcs` names another alphabet than the user data is in.
    pub fn encode(&self) -> Result<Vec<u8>, PduError> {
        let first = MTI_SUBMIT
            | flag(REJECT_DUPLICATES, self.reject_duplicates)
            | self.validity.format_bits()
            | flag(STATUS_REPORT, self.status_report_request)
            | flag(USER_DATA_HEADER, self.user_data.header().is_present())
            | flag(REPLY_PATH, self.reply_path);
        let mut out = vec![first, self.reference];
        self.destination.write(&mut out);
        out.push(self.pid);
        if self.dcs.encoding() != self.user_data.encoding() {
            return Err(PduError::new("TP-DCS", out.len(), Problem::CodingMismatch));
        }
        out.push(self.dcs.0);
        self.validity.write(&mut out);
        self.user_data.write(&mut out);
        Ok(out)
    }

    /// After the first octet.
    pub(super) fn read(first: u8, octets: &mut Octets<'_>) -> Result<Submit, PduError> {
        let reference = octets.one("TP-MR")?;
        let destination = Address::read(octets, "TP-DA")?;
        let pid = octets.one("TP-PID")?;
        let dcs = Dcs(octets.one("TP-DCS")?);
        Ok(Submit {
            reject_duplicates: first & REJECT_DUPLICATES != 0,
            validity: Validity::read(octets, first)?,
            status_report_request: first & STATUS_REPORT != 0,
            reply_path: first & REPLY_PATH != 0,
            reference,
            destination,
            pid,
            dcs,
            user_data: UserData::read(octets, dcs, first & USER_DATA_HEADER != 0)?,
        })
    }
}

/// How the parts of a text are to be submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmitOptions {
    /// Ask for a status report for every part.
    pub report: bool,
    pub validity: Validity,
    /// Most parts the text may take, see [`SegmentOptions::max_parts`].
    pub max_parts: u8,
}

impl Default for SubmitOptions {
    fn default() -> Self {
        SubmitOptions {
            report: false,
            validity: Validity::None,
            max_parts: MAX_PARTS,
        }
    }
}

/// A text to a number as the SMS-SUBMITs it takes, in order. `reference` is used only if it takes more than one.
///
/// # Errors
/// [`SegmentError`] if it takes more than `options.max_parts`.
pub fn submit_parts(
    to: &Address,
    text: &str,
    reference: ConcatReference,
    options: SubmitOptions,
) -> Result<Vec<Submit>, SegmentError> {
    let segment_options = SegmentOptions {
        max_parts: options.max_parts,
        ..SegmentOptions::new(reference)
    };
    let segments = segment(text, segment_options)?;
    let dcs = Dcs::plain(segments.encoding);
    let submits = segments.parts.into_iter().map(|user_data| Submit {
        reject_duplicates: false,
        validity: options.validity,
        status_report_request: options.report,
        reply_path: false,
        reference: 0,
        destination: to.clone(),
        pid: 0,
        dcs,
        user_data,
    });
    Ok(submits.collect())
}
