//! Numbers and words out of serial lines, so that lengths and forms stay and the engine decides the same.
//!
//! A number keeps all but its last six digits; those become others, the same for the same digits within one recording, so that
//! a caller who rings and then texts is still one caller. Words become `x`. PINs are zeros before a line comes here ([`super::secret`]).

use super::mask::{Mask, words};
use super::pdu;
use crate::at::result::FinalResult;
use crate::at::urc::{self, Urc};

/// A line of hexadecimal digits at least this long is taken for a PDU.
const PDU_DIGITS_MIN: usize = 16;
/// Longest line of decimal digits that is an IMSI, IMEI or ICCID, not a PDU.
const IDENTITY_DIGITS_MAX: usize = 22;

/// Results whose quoted fields may hold a name from the phone book.
const NAMED: [&str; 9] = [
    "+CLIP", "+CCWA", "+CLCC", "+CNUM", "+CMGL", "+CMGR", "+CMT", "+CPBR", "^DSCI",
];
/// Quoted words in them that are no names.
const WORDS: [&str; 8] = [
    "REC UNREAD",
    "REC READ",
    "STO SENT",
    "STO UNSENT",
    "SM",
    "ME",
    "MT",
    "SR",
];
/// Commands that are answered in free words: who made the modem, what it is.
const IDENTIFY: [&str; 6] = ["AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+GM", "ATI", "AT+SIMCOMATI"];

/// Masks lines. Remembers whether the command in flight asks for the modem's name, which is no secret.
#[derive(Debug, Clone)]
pub struct Redactor {
    mask: Mask,
    identifying: bool,
}

impl Redactor {
    /// `key` is random, drawn once for a process and kept nowhere: without it the masked digits can't be undone by trying.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Redactor {
            mask: Mask::new(key),
            identifying: false,
        }
    }

    /// A command or PDU of ours, without its CR or Ctrl-Z.
    #[must_use]
    pub fn said(&mut self, text: &str) -> String {
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("AT") {
            self.identifying = IDENTIFY.iter().any(|command| upper.starts_with(command));
        }
        self.ours(text)
    }

    fn ours(&self, text: &str) -> String {
        if is_pdu(text) {
            self.pdu(text)
        } else {
            self.numbers(text)
        }
    }

    /// A line of the modem's, without its line end.
    #[must_use]
    pub fn heard(&mut self, text: &str) -> String {
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("AT") {
            return self.ours(text);
        }
        if FinalResult::read(text).is_some() {
            self.identifying = false;
            return text.to_owned();
        }
        if is_pdu(text) {
            return self.pdu(text);
        }
        if NAMED.iter().any(|name| upper.starts_with(name)) {
            return self.numbers(&names(text));
        }
        let known = self.identifying
            || urc::carries_name(text)
            || text.bytes().all(|octet| octet.is_ascii_digit())
            || !matches!(urc::parse(text), Urc::Other(_));
        let text = if known { text.to_owned() } else { words(text) };
        self.numbers(&text)
    }

    /// A number as digits, with or without `+`.
    #[must_use]
    pub fn number(&self, digits: &str) -> String {
        self.mask.number(digits)
    }

    /// Every run of digits long enough to be a number.
    fn numbers(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut run = String::new();
        for c in text.chars() {
            if c.is_ascii_digit() {
                run.push(c);
                continue;
            }
            out.push_str(&self.mask.number(&std::mem::take(&mut run)));
            out.push(c);
        }
        out.push_str(&self.mask.number(&run));
        out
    }

    fn pdu(&self, hex: &str) -> String {
        match crate::sms::hex::decode(hex) {
            Ok(octets) => crate::sms::hex::encode(&pdu::masked(&octets, &self.mask)),
            // Half an octet too many: what is wrong with it is its length.
            Err(_) => "5".repeat(hex.len()),
        }
    }
}

fn is_pdu(text: &str) -> bool {
    let decimal = text.bytes().all(|octet| octet.is_ascii_digit());
    text.len() >= PDU_DIGITS_MIN
        && text.bytes().all(|octet| octet.is_ascii_hexdigit())
        && !(decimal && text.len() <= IDENTITY_DIGITS_MAX)
}

/// Quoted names as `x`.
fn names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, piece) in text.split('"').enumerate() {
        if n > 0 {
            out.push('"');
        }
        let quoted = n % 2 == 1;
        if quoted && !WORDS.contains(&piece) {
            out.push_str(&words(piece));
        } else {
            out.push_str(piece);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_form_and_lose_who_and_what() {
        let mut redactor = Redactor::new(7);
        for (line, gone) in [
            (
                r#"+CLIP: "+15125551234",145,"",0,"Bob Jones",0"#,
                &["551234", "Bob", "Jones"][..],
            ),
            (r#"+CLCC: 1,1,4,0,0,"5125551234",129,"Bob""#, &["551234", "Bob"]),
            ("MISSED_CALL: 02:14PM +15125551234", &["551234"]),
            ("^DSCI: 1,1,4,0,15125551234,129,0", &["551234"]),
            ("310410123456789", &["456789"]),
            ("Call me at home, it is leaking. 4411", &["home", "leaking"]),
            (r#"+CMGL: 1,"REC UNREAD","+15125551234","Bob",,24"#, &["551234", "Bob"]),
        ] {
            let masked = redactor.heard(line);
            assert_eq!(masked.chars().count(), line.chars().count(), "{masked}");
            for word in gone {
                assert!(!masked.contains(word), "{word} is still in {masked}");
            }
            let form = |line: &str| std::mem::discriminant(&urc::parse(line));
            assert_eq!(form(&masked), form(line), "{masked}");
        }
        assert!(redactor.heard(r#"+CMGL: 1,"REC UNREAD",,24"#).contains("REC UNREAD"));
        for line in [
            "OK",
            "RING",
            "+CME ERROR: 515",
            "^HCSQ: \"LTE\",45,40",
            "+CMTI: \"SM\",3",
            "SMS DONE",
        ] {
            assert_eq!(redactor.heard(line), line);
        }
    }

    #[test]
    fn the_modems_own_name_is_kept_while_it_is_asked_for() {
        let mut redactor = Redactor::new(7);
        assert_eq!(redactor.said("AT+CGMM"), "AT+CGMM");
        assert_eq!(redactor.heard("SIMCOM_SIM7600G-H"), "SIMCOM_SIM7600G-H");
        assert_eq!(redactor.heard("OK"), "OK");
        assert_eq!(redactor.heard("Meet Bob"), "Xxxx Xxx");
    }
}
