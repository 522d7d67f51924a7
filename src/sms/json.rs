//! The JSON of `textback pdu decode` and `textback pdu encode`: other programs read it, so its keys and their order are
//! kept stable.

use super::{Address, AddressError, ConcatReference, Content, Dcs, Header, PduError, UserData, hex};
use super::{Deliver, Pdu, SegmentError, StatusReport, Submit, SubmitOptions, Tpdu, submit_parts};
use serde::Serialize;

/// One PDU with its service centre part, given as hexadecimal text, as one line of JSON.
///
/// # Errors
/// The field and octet where it is malformed.
pub fn decode(pdu: &str) -> Result<String, PduError> {
    let digits = pdu.trim_start();
    let digits = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
        .unwrap_or(digits);
    let pdu = super::decode(&hex::decode(digits)?)?;
    Ok(line(&Decoded::of(&pdu)))
}

/// What `pdu encode` is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// As dialled: `+` for international.
    pub to: &'a str,
    pub text: &'a str,
    /// Service centre, as dialled; `None` for the SIM's own (`00`).
    pub smsc: Option<&'a str>,
    /// Ask for a status report.
    pub report: bool,
    /// What the parts share, if it takes more than one.
    pub reference: ConcatReference,
}

/// Why a text could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("destination: {0}")]
    To(#[source] AddressError),
    #[error("service centre: {0}")]
    Smsc(#[source] AddressError),
    #[error(transparent)]
    Text(#[from] SegmentError),
    #[error(transparent)]
    Pdu(#[from] PduError),
}

/// The SUBMITs of a text, one line of JSON each.
///
/// # Errors
/// [`EncodeError`] if a number is none or the text takes more than 255 parts.
pub fn encode(request: Request<'_>) -> Result<Vec<String>, EncodeError> {
    let to = Address::dialled(request.to).map_err(EncodeError::To)?;
    let smsc = request
        .smsc
        .map(Address::dialled)
        .transpose()
        .map_err(EncodeError::Smsc)?;
    let options = SubmitOptions {
        report: request.report,
        ..SubmitOptions::default()
    };
    let submits = submit_parts(&to, request.text, request.reference, options)?;
    let total = submits.len();
    let mut lines = Vec::with_capacity(total);
    for (part, submit) in (1..).zip(submits) {
        let encoding = submit.user_data.encoding().name();
        let tpdu_length = submit.encode()?.len();
        let pdu = Pdu {
            smsc: smsc.clone(),
            tpdu: Tpdu::Submit(submit),
        }
        .encode()?;
        lines.push(line(&Encoded {
            pdu: hex::encode(&pdu),
            tpdu_length,
            encoding,
            part,
            total,
        }));
    }
    Ok(lines)
}

#[derive(Serialize)]
struct Encoded {
    pdu: String,
    tpdu_length: usize,
    encoding: &'static str,
    part: usize,
    total: usize,
}

#[derive(Serialize)]
struct Decoded {
    kind: &'static str,
    smsc: Option<String>,
    address: String,
    address_type: &'static str,
    timestamp: Option<String>,
    encoding: Option<&'static str>,
    text: Option<String>,
    data: Option<String>,
    concat: Option<Concat>,
    ports: Option<Ports>,
    class: Option<u8>,
    reference: Option<u8>,
    status: Option<u8>,
    /// Only a status report has the last two; `Some(None)` is a discharge time that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discharge: Option<Option<String>>,
}

#[derive(Serialize)]
struct Concat {
    reference: u16,
    total: u8,
    part: u8,
}

#[derive(Serialize)]
struct Ports {
    destination: u16,
    source: u16,
}

impl Decoded {
    fn of(pdu: &Pdu) -> Decoded {
        // A service centre part of a type and no digit says as little as none.
        let smsc = pdu
            .smsc
            .as_ref()
            .map(Address::to_string)
            .filter(|digits| !digits.is_empty());
        match &pdu.tpdu {
            Tpdu::Deliver(deliver) => Decoded::of_deliver(smsc, deliver),
            Tpdu::Submit(submit) => Decoded::of_submit(smsc, submit),
            Tpdu::StatusReport(report) => Decoded::of_report(smsc, report),
        }
    }

    fn of_deliver(smsc: Option<String>, deliver: &Deliver) -> Decoded {
        Decoded {
            timestamp: deliver.timestamp.rfc3339(),
            class: deliver.dcs.class(),
            ..Decoded::bare("deliver", smsc, &deliver.originator, Some(&deliver.user_data))
        }
    }

    fn of_submit(smsc: Option<String>, submit: &Submit) -> Decoded {
        Decoded {
            class: submit.dcs.class(),
            reference: Some(submit.reference),
            ..Decoded::bare("submit", smsc, &submit.destination, Some(&submit.user_data))
        }
    }

    fn of_report(smsc: Option<String>, report: &StatusReport) -> Decoded {
        Decoded {
            timestamp: report.timestamp.rfc3339(),
            class: report.dcs.and_then(Dcs::class),
            reference: Some(report.reference),
            status: Some(report.status),
            outcome: Some(report.outcome().name()),
            discharge: Some(report.discharge.rfc3339()),
            ..Decoded::bare("status-report", smsc, &report.recipient, report.user_data.as_ref())
        }
    }

    fn bare(kind: &'static str, smsc: Option<String>, address: &Address, user_data: Option<&UserData>) -> Decoded {
        let header = user_data.map(UserData::header);
        Decoded {
            kind,
            smsc,
            address: address.to_string(),
            address_type: address.type_of_number().name(),
            timestamp: None,
            encoding: user_data.map(|user_data| user_data.encoding().name()),
            text: user_data.and_then(UserData::text),
            data: user_data.and_then(|user_data| match user_data.content() {
                Content::Data(octets) => Some(hex::encode(octets)),
                Content::Gsm7(_) | Content::Ucs2(_) => None,
            }),
            concat: header.and_then(Header::concat).map(|concat| Concat {
                reference: concat.reference.number(),
                total: concat.total,
                part: concat.part,
            }),
            ports: header.and_then(Header::ports).map(|ports| Ports {
                destination: ports.destination,
                source: ports.source,
            }),
            class: None,
            reference: None,
            status: None,
            outcome: None,
            discharge: None,
        }
    }
}

fn line(value: &impl Serialize) -> String {
    // Strings, numbers and nulls under string keys: serde_json has no way to fail on them.
    let json = serde_json::to_string(value).unwrap_or_default();
    crate::printable::in_json(&json).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deliver_has_the_keys_in_their_order() {
        let got = decode("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07");
        let want = concat!(
            r#"{"kind":"deliver","smsc":"+31624000000","address":"+31641600986","address_type":"international","#,
            r#""timestamp":"2002-08-26T19:37:41+00:00","encoding":"gsm7","text":"How are you?","data":null,"#,
            r#""concat":null,"ports":null,"class":null,"reference":null,"status":null}"#
        );
        assert_eq!(got.unwrap(), want);
    }

    #[test]
    fn encode_gives_a_line_a_part() {
        let request = Request {
            to: "+15125550100",
            text: "Hi",
            smsc: None,
            report: false,
            reference: ConcatReference::Eight(1),
        };
        let lines = encode(request).unwrap();
        let want =
            r#"{"pdu":"0001000B915121550501F0000002C834","tpdu_length":15,"encoding":"gsm7","part":1,"total":1}"#;
        assert_eq!(lines, [want]);
        let long = "x".repeat(161);
        assert_eq!(encode(Request { text: &long, ..request }).unwrap().len(), 2);
        assert!(matches!(
            encode(Request { to: "joe", ..request }),
            Err(EncodeError::To(_))
        ));
    }
}
