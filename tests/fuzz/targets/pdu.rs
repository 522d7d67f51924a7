//! The PDU codec on octets from strangers.

use textback::printable;
use textback::sms::{self, Content, Pdu, Tpdu, UserData, hex, json};

/// Longest text one part can hold: 160 septets, each at most three octets of UTF-8; and the same for UTF-16 units.
const TEXT_OCTETS_MAX: usize = 160 * 3;

/// Laws: what decodes encodes, and decodes to the same again; a text is bounded, and joined with itself too; the JSON of
/// `textback pdu decode` is one line of valid JSON, or the error is one line that names field and octet.
pub fn pdu(input: &[u8]) {
    let shown = json::decode(&hex::encode(input));
    match sms::decode(input) {
        Ok(pdu) => {
            round_trips(&pdu);
            let user_data = match &pdu.tpdu {
                Tpdu::Deliver(deliver) => Some(&deliver.user_data),
                Tpdu::Submit(submit) => Some(&submit.user_data),
                Tpdu::StatusReport(report) => report.user_data.as_ref(),
            };
            if let Some(user_data) = user_data {
                reads(user_data);
            }
            let line = shown
                .unwrap_or_else(|error| panic!("decodes, but is not shown: {error}"))
                .to_string();
            assert!(
                !line.chars().any(printable::is_unsafe),
                "a terminal would obey: {line:?}"
            );
            serde_json::from_str::<serde_json::Value>(&line).unwrap();
        }
        Err(error) => {
            let words = shown.expect_err("fails, but is shown").to_string();
            assert_eq!(words, error.to_string());
            assert!(words.contains(error.field) && words.contains(" at octet "), "{words}");
            assert!(!words.chars().any(char::is_control), "not one clean line: {words:?}");
            assert!(error.octet <= input.len() + 1, "an octet that is not there: {words}");
        }
    }
    // The same without a service centre part must not fail otherwise either.
    let _ = sms::decode_tpdu(input);
}

fn round_trips(pdu: &Pdu) {
    let octets = pdu
        .encode()
        .unwrap_or_else(|error| panic!("{pdu:?} decodes but does not encode: {error}"));
    let again = sms::decode(&octets).unwrap_or_else(|error| panic!("{pdu:?} encodes to what can't be read: {error}"));
    assert_eq!(*pdu, again, "another PDU came back from {}", hex::encode(&octets));
}

fn reads(user_data: &UserData) {
    let text = user_data.text();
    assert_eq!(text.is_none(), matches!(user_data.content(), Content::Data(_)));
    let length = text.as_ref().map_or(0, String::len);
    assert!(length <= TEXT_OCTETS_MAX, "a text of {length} octets");
    let Some(concat) = user_data.header().concat() else {
        return;
    };
    assert!(1 <= concat.part && concat.part <= concat.total);
    let assembled = sms::assemble(concat.total, [(concat.part, user_data), (concat.part, user_data)]);
    assert_eq!(assembled.missing.len(), usize::from(concat.total) - 1);
    assert!(!assembled.missing.contains(&concat.part));
}
