//! Persons and words out of PDUs; headers, lengths, codings and times stay. 3GPP TS 23.040 §9.2.2.

use super::mask::{Mask, words};
use crate::desk::caller::optout::{Consent, consent};
use crate::sms::{self, Address, Content, Header, Pdu, Tpdu, UserData};

/// A letter in septets (3GPP TS 23.038 §6.2.1).
const SMALL_X: u8 = 0x78;
const CAPITAL_X: u8 = 0x58;
const ESCAPE: u8 = 0x1B;
/// Longest text that is kept for its meaning, in characters: STOP and its kind are nobody's secret, and decide.
const KEPT_CHARACTERS: usize = 32;
/// Runs of more digits than this are masked in a text: handles and times stay, codes and numbers go.
const KEPT_DIGITS: usize = 3;
/// What stands for an octet of an undecodable PDU.
const FILL: u8 = 0x55;

/// The PDU with other digits and no words. What can't be decoded fails at the same field and octet afterwards.
pub(super) fn masked(octets: &[u8], mask: &Mask) -> Vec<u8> {
    let decoded = sms::decode(octets);
    let encoded = decoded.as_ref().ok().and_then(|pdu| {
        let masked = Pdu {
            smsc: pdu.smsc.clone(),
            tpdu: tpdu(&pdu.tpdu, mask),
        };
        let mut out = masked.encode().ok()?;
        // SIMs pad; nothing may stand in the padding.
        (out.len() <= octets.len()).then(|| {
            out.resize(octets.len(), 0xFF);
            out
        })
    });
    encoded.unwrap_or_else(|| blind(octets, decoded.map_or_else(|error| error.octet, |_| 0)))
}

fn tpdu(tpdu: &Tpdu, mask: &Mask) -> Tpdu {
    match tpdu.clone() {
        Tpdu::Deliver(mut deliver) => {
            deliver.originator = address(&deliver.originator, mask);
            deliver.user_data = user_data(&deliver.user_data);
            Tpdu::Deliver(deliver)
        }
        Tpdu::Submit(mut submit) => {
            submit.destination = address(&submit.destination, mask);
            submit.user_data = user_data(&submit.user_data);
            Tpdu::Submit(submit)
        }
        Tpdu::StatusReport(mut report) => {
            report.recipient = address(&report.recipient, mask);
            report.user_data = report.user_data.as_ref().map(user_data);
            Tpdu::StatusReport(report)
        }
    }
}

fn address(address: &Address, mask: &Mask) -> Address {
    let masked = if address.is_name() {
        Address::name(&words(address.value()))
    } else {
        Address::number(address.type_of_address(), &mask.number(address.value()))
    };
    masked.unwrap_or_else(|_| address.clone())
}

fn user_data(user_data: &UserData) -> UserData {
    let header = user_data.header();
    let text = user_data.text().unwrap_or_default();
    let means = matches!(
        consent(&text),
        Consent::Stop | Consent::Start | Consent::Yes | Consent::Help
    );
    if means && header.concat().is_none() && text.chars().count() <= KEPT_CHARACTERS {
        return user_data.clone();
    }
    let content = match user_data.content() {
        Content::Gsm7(units) => Content::Gsm7(septets(units, header)),
        Content::Ucs2(units) => Content::Ucs2(utf16(units)),
        Content::Data(octets) => Content::Data(vec![FILL; octets.len()]),
    };
    // As many units as before, so it fits as before.
    UserData::new(header.clone(), content).unwrap_or(UserData::EMPTY)
}

fn septets(units: &[u8], header: &Header) -> Vec<u8> {
    let default_table = header.shifts().locking.is_none();
    let mut out = units.to_vec();
    digits(&mut out, |unit| unit.is_ascii_digit(), b'0');
    let mut escaped = false;
    for unit in &mut out {
        let after_escape = std::mem::replace(&mut escaped, *unit == ESCAPE);
        *unit = match *unit {
            unit if after_escape || unit == ESCAPE => unit,
            b'A'..=b'Z' => CAPITAL_X,
            b'a'..=b'z' => SMALL_X,
            // é Ç Ä ñ and their like; in another locking table any place may be a letter.
            0x04..=0x09 | 0x0B | 0x0C | 0x0E | 0x0F | 0x10 | 0x12..=0x1A | 0x1C..=0x1F | 0x5B..=0x5E | 0x7B..=0x7F => {
                SMALL_X
            }
            0x01..=0x0F | 0x11 | 0x40 | 0x5F | 0x60 if !default_table => SMALL_X,
            unit => unit,
        };
    }
    out
}

fn utf16(units: &[u16]) -> Vec<u16> {
    let mut out = units.to_vec();
    digits(
        &mut out,
        |unit| char::from_u32(u32::from(*unit)).is_some_and(|c| c.is_ascii_digit()),
        u16::from(b'0'),
    );
    for unit in &mut out {
        let letter = char::from_u32(u32::from(*unit)).is_some_and(char::is_alphabetic);
        // Halves of surrogate pairs are emoji, mostly: they stay.
        if letter {
            *unit = u16::from(b'x');
        }
    }
    out
}

/// Runs of digits too long for a handle or a time become `zero`.
fn digits<T: Copy>(units: &mut [T], is_digit: impl Fn(&T) -> bool, zero: T) {
    for run in units.chunk_by_mut(|a, b| is_digit(a) == is_digit(b)) {
        if run.len() > KEPT_DIGITS && is_digit(&run[0]) {
            run.fill(zero);
        }
    }
}

/// An undecodable PDU: what stands before the octet where it fails stays, but for the digits of its address; the octet and
/// the one after too, since their value is the failure; the rest is filled.
fn blind(octets: &[u8], fails_at: usize) -> Vec<u8> {
    let kept = fails_at.saturating_add(2);
    let mut out: Vec<u8> = octets
        .iter()
        .enumerate()
        .map(|(at, octet)| if at < kept { *octet } else { FILL })
        .collect();
    // Service centre part, first octet, and for what we send the message reference.
    let start = usize::from(octets.first().copied().unwrap_or(0)) + 1;
    let reference = octets.get(start).is_some_and(|first| first & 0b11 != 0);
    let length_at = start + 1 + usize::from(reference);
    let value = length_at + 2;
    let length = usize::from(octets.get(length_at).copied().unwrap_or(0))
        .min(20)
        .div_ceil(2);
    // The last six digits, and one more where their number is odd.
    for octet in out
        .iter_mut()
        .take(value + length)
        .skip(value + length.saturating_sub(4))
    {
        *octet = FILL;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::hex;

    fn mask(pdu: &str) -> (String, Pdu, Pdu) {
        let octets = hex::decode(pdu).unwrap();
        let out = masked(&octets, &Mask::new(3));
        assert_eq!(out.len(), octets.len());
        let shown = sms::json::decode(&hex::encode(&out)).unwrap();
        (shown, sms::decode(&octets).unwrap(), sms::decode(&out).unwrap())
    }

    fn text(pdu: &Pdu) -> String {
        match &pdu.tpdu {
            Tpdu::Deliver(deliver) => deliver.user_data.text().unwrap_or_default(),
            Tpdu::Submit(submit) => submit.user_data.text().unwrap_or_default(),
            Tpdu::StatusReport(_) => String::new(),
        }
    }

    #[test]
    fn who_and_what_are_gone_and_the_form_stays() {
        let (shown, before, after) =
            mask("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07");
        assert_eq!(
            (text(&before), text(&after)),
            ("How are you?".into(), "Xxx xxx xxx?".into())
        );
        assert!(
            shown.contains("+31624000000") && shown.contains("2002-08-26T19:37:41+00:00"),
            "{shown}"
        );
        assert!(shown.contains("+31641") && !shown.contains("600986"), "{shown}");
        let (_, _, russian) = mask("07919730071111F10414D04937BD2C7797E9D3E614000811309291024061080442043504410442");
        assert_eq!(text(&russian), "xxxx");
        let (data, ..) = mask("0044038111F0000411111111111100090605040B8423F0ABCD");
        assert!(data.contains(r#""data":"5555""#) && data.contains("2948"), "{data}");
    }

    #[test]
    fn an_opt_out_still_decides() {
        let stop = "0004 0B915121551532F4 0000 11101010214300 04 D3E91304";
        let user_data = sms::segment("STOP", sms::SegmentOptions::new(sms::ConcatReference::Eight(1))).unwrap();
        let from = Address::dialled("+15125551234").unwrap();
        let stamp = sms::Timestamp([0x11; 7]);
        let deliver = sms::Deliver::new(from, stamp, user_data.parts[0].clone());
        let pdu = Pdu {
            smsc: None,
            tpdu: Tpdu::Deliver(deliver),
        };
        let (_, _, after) = mask(&hex::encode(&pdu.encode().unwrap()));
        assert_eq!(text(&after), "STOP", "{stop}");
    }

    #[test]
    fn what_cannot_be_read_fails_alike_and_tells_no_number() {
        for pdu in [
            "00040B915121551532F40000111010102143000AC8F71D",
            "00040B915121551532F4000011101010214300FFC8F71D14969741",
            "00440B915121551532F40008111010102143000405000341",
            "0004159151215515",
            "0C91",
            "07911326040000F00001",
        ] {
            let octets = hex::decode(pdu).unwrap();
            let out = masked(&octets, &Mask::new(3));
            assert_eq!(out.len(), octets.len());
            assert_eq!(
                sms::decode(&out).unwrap_err(),
                sms::decode(&octets).unwrap_err(),
                "{pdu}"
            );
            assert!(!hex::encode(&out).contains("551532F4"), "{}", hex::encode(&out));
        }
    }
}
