//! The notice that a picture message waits (m-notification.ind), which comes as a WAP push in an SMS: who sent it, about
//! what, how large. Fetching the picture needs mobile data, which this box has not. OMA-TS-MMS_ENC-V1_3 §6.2 and §7,
//! in the encoding of WAP-230-WSP §8.4.

use thiserror::Error;

/// WSP PDU type Push (WAP-230-WSP table 34).
const PUSH: u8 = 0x06;
/// application/vnd.wap.mms-message as a well-known media type, short integer (WINA).
const MMS_MESSAGE: u8 = 0x80 | 0x3E;
/// The same in letters.
const MMS_MESSAGE_TEXT: &[u8] = b"application/vnd.wap.mms-message";
/// X-Mms-Message-Type and its value m-notification-ind (§7.3.30).
const MESSAGE_TYPE: u8 = 0x8C;
const NOTIFICATION: u8 = 0x82;
/// From (§7.3.14): its value starts with Address-present-token.
const FROM: u8 = 0x89;
const ADDRESS_PRESENT: u8 = 0x80;
/// X-Mms-Message-Size (§7.3.29), octets.
const SIZE: u8 = 0x8E;
/// Subject (§7.3.45).
const SUBJECT: u8 = 0x96;
/// Character sets by MIBenum (IANA), of those that phones use here.
const UTF_8: u64 = 106;
const LATIN_1: u64 = 4;
const UCS_2: u64 = 1000;
const UTF_16: u64 = 1015;

/// Most headers that are read; a notice has about ten.
const HEADERS_MAX: usize = 64;
/// Longest subject that is kept, in characters.
pub const SUBJECT_CHARACTERS_MAX: usize = 80;
/// Longest sender that is kept, in characters.
const FROM_CHARACTERS_MAX: usize = 64;

/// A picture message that waits at the operator's.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Notification {
    /// Whose it is: a telephone number as the operator writes it, or a mail address. `None`: not told.
    pub from: Option<String>,
    /// What its sender wrote above it.
    pub subject: Option<String>,
    /// In octets.
    pub size: Option<u64>,
}

/// Lengths only: numbers and words have no place in a log.
impl std::fmt::Debug for Notification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let subject = self.subject.as_ref().map(|subject| subject.chars().count());
        write!(
            f,
            "Notification(from {}, {subject:?} characters of subject, {:?} octets)",
            if self.from.is_some() { "somebody" } else { "nobody" },
            self.size
        )
    }
}

/// Why a push is no notice of a picture message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MmsError {
    #[error("it is no WAP push")]
    NoPush,
    #[error("the push carries something else than a picture message")]
    OtherContent,
    #[error("it is about a picture message, but no notice of a new one")]
    OtherMessage,
    #[error("it ends in the middle, at octet {0}")]
    CutShort(usize),
}

/// Reads the data of a push (the user data behind its header, of all parts).
///
/// # Errors
/// [`MmsError`]. A notice that breaks off after its type is no error: what came counts.
pub fn notification(data: &[u8]) -> Result<Notification, MmsError> {
    let mut octets = Octets { data, at: 0 };
    // Transaction id, then the type (WAP-230-WSP §8.2.1).
    octets.one()?;
    if octets.one()? != PUSH {
        return Err(MmsError::NoPush);
    }
    let length = octets.uintvar()?;
    let headers = octets.take(length)?;
    let letters = headers
        .windows(MMS_MESSAGE_TEXT.len())
        .any(|window| window.eq_ignore_ascii_case(MMS_MESSAGE_TEXT));
    // The media type comes first, by itself or, with parameters, behind a length.
    if !letters && !headers.iter().take(3).any(|octet| *octet == MMS_MESSAGE) {
        return Err(MmsError::OtherContent);
    }
    if octets.one()? != MESSAGE_TYPE || octets.one()? != NOTIFICATION {
        return Err(MmsError::OtherMessage);
    }
    let mut found = Notification::default();
    for _ in 0..HEADERS_MAX {
        let Ok((field, value)) = octets.header() else { break };
        match (field, value) {
            (Some(FROM), Value::Data([ADDRESS_PRESENT, address @ ..])) => {
                let mut address = Octets { data: address, at: 0 };
                found.from = address.value().ok().and_then(encoded_text).and_then(address_of);
            }
            (Some(SUBJECT), value) => {
                found.subject = encoded_text(value)
                    .map(|text| bounded(&text, SUBJECT_CHARACTERS_MAX))
                    .filter(|text| !text.is_empty());
            }
            (Some(SIZE), Value::Data(octets)) => found.size = long_integer(octets),
            (Some(_) | None, _) => {}
        }
    }
    Ok(found)
}

/// A header's value (WAP-230-WSP §8.4.1.2): its first octet tells how long it is, whatever it means.
#[derive(Clone, Copy)]
enum Value<'a> {
    Short(u8),
    Text(&'a [u8]),
    Data(&'a [u8]),
}

struct Octets<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Octets<'a> {
    fn one(&mut self) -> Result<u8, MmsError> {
        let octet = self.data.get(self.at).copied().ok_or(MmsError::CutShort(self.at))?;
        self.at += 1;
        Ok(octet)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], MmsError> {
        let end = self.at.checked_add(length).ok_or(MmsError::CutShort(self.at))?;
        let taken = self.data.get(self.at..end).ok_or(MmsError::CutShort(self.data.len()))?;
        self.at = end;
        Ok(taken)
    }

    /// Seven bits an octet, the highest first (WAP-230-WSP §8.1.2); at most five octets.
    fn uintvar(&mut self) -> Result<usize, MmsError> {
        let mut number: u64 = 0;
        for _ in 0..5 {
            let octet = self.one()?;
            number = number << 7 | u64::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                return usize::try_from(number).map_err(|_| MmsError::CutShort(self.at));
            }
        }
        Err(MmsError::CutShort(self.at))
    }

    /// Up to a NUL, which is taken too; one that is missing at the end is forgiven.
    fn text(&mut self) -> &'a [u8] {
        let rest = self.data.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|octet| *octet == 0).unwrap_or(rest.len());
        self.at = (self.at + length + 1).min(self.data.len());
        rest.get(..length).unwrap_or(&[])
    }

    fn value(&mut self) -> Result<Value<'a>, MmsError> {
        let first = self.one()?;
        Ok(match first {
            0..=30 => Value::Data(self.take(usize::from(first))?),
            31 => {
                let length = self.uintvar()?;
                Value::Data(self.take(length)?)
            }
            32..=127 => {
                self.at -= 1;
                Value::Text(self.text())
            }
            128.. => Value::Short(first),
        })
    }

    /// A field, `None` for one of an application's own, and its value.
    fn header(&mut self) -> Result<(Option<u8>, Value<'a>), MmsError> {
        let field = self.one()?;
        if field & 0x80 == 0 {
            self.at -= 1;
            self.text();
            return Ok((None, self.value()?));
        }
        Ok((Some(field), self.value()?))
    }
}

/// Encoded-string-value (OMA-TS-MMS_ENC §7.3): text, or a character set and text.
fn encoded_text(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(octets) => Some(in_charset(UTF_8, octets)),
        Value::Data(octets) => {
            let mut inner = Octets { data: octets, at: 0 };
            let charset = match inner.value().ok()? {
                Value::Short(octet) => u64::from(octet & 0x7F),
                Value::Data(octets) => long_integer(octets)?,
                Value::Text(_) => return None,
            };
            let rest = octets.get(inner.at..)?;
            Some(in_charset(charset, rest))
        }
        Value::Short(_) => None,
    }
}

fn in_charset(charset: u64, octets: &[u8]) -> String {
    // A text that starts with an octet over 127 is quoted (WAP-230-WSP §8.4.2.1).
    let octets = octets.strip_prefix(&[0x7F]).unwrap_or(octets);
    match charset {
        UCS_2 | UTF_16 => {
            let (pairs, _) = octets.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
                .trim_matches(['\0', '\u{feff}'])
                .to_owned()
        }
        LATIN_1 => until_nul(octets).iter().map(|octet| char::from(*octet)).collect(),
        _ => String::from_utf8_lossy(until_nul(octets)).into_owned(),
    }
}

fn until_nul(octets: &[u8]) -> &[u8] {
    let length = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
    octets.get(..length).unwrap_or(&[])
}

/// Multi-octet-integer, at most eight octets (WAP-230-WSP §8.4.2.1).
fn long_integer(octets: &[u8]) -> Option<u64> {
    (1..=8)
        .contains(&octets.len())
        .then(|| octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
}

/// `+15551234567/TYPE=PLMN` → the number (OMA-TS-MMS_ENC §8).
fn address_of(text: String) -> Option<String> {
    let address = text.split_once("/TYPE=").map_or(text.as_str(), |(address, _)| address);
    let address = bounded(address, FROM_CHARACTERS_MAX);
    (!address.is_empty()).then_some(address)
}

/// One line of at most that many characters.
fn bounded(text: &str, characters: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(characters)
        .collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As operators send it: transaction id, version, from, subject, class, size, expiry, location.
    fn notice(from: &[u8], subject: &[u8]) -> Vec<u8> {
        let mut push = vec![0x2F, 0x06];
        let headers: &[u8] = b"\xBE\xAF\x84\x8D\xDE";
        push.push(u8::try_from(headers.len()).unwrap());
        push.extend_from_slice(headers);
        push.extend_from_slice(b"\x8C\x82\x98T1a2b3c\0\x8D\x92");
        push.extend_from_slice(from);
        push.extend_from_slice(subject);
        push.extend_from_slice(
            b"\x8A\x80\x8E\x03\x03\xA9\x80\x88\x05\x81\x03\x03\xF4\x80\x83http://mms.example.net/servlets/mms?id=1\0",
        );
        push
    }

    const FROM_DAVE: &[u8] = b"\x89\x18\x80+15551234567/TYPE=PLMN\0";

    #[test]
    fn sender_subject_and_size_are_read() {
        let read = notification(&notice(FROM_DAVE, b"\x96Leak under sink\0")).unwrap();
        assert_eq!(read.from.as_deref(), Some("+15551234567"));
        assert_eq!(read.subject.as_deref(), Some("Leak under sink"));
        assert_eq!(read.size, Some(240_000));
    }

    #[test]
    fn subjects_come_in_several_character_sets() {
        for (subject, wanted) in [
            (&b"\x96\x09\xEAFu\xC3\x9Fweg\0"[..], "Fußweg"),
            (b"\x96\x09\x84Fu\xDFweg\0\0", "Fußweg"),
            (b"\x96\x0b\x02\x03\xE8\0F\0u\0\xDF\0\0", "Fuß"),
            (b"\x96\x7F\xC3\xA9t\xC3\xA9\0", "été"),
            (b"\x96line one\nline two\0", "line one line two"),
        ] {
            let read = notification(&notice(FROM_DAVE, subject)).unwrap();
            assert_eq!(read.subject.as_deref(), Some(wanted), "{subject:02x?}");
        }
        let long = [b"\x96".as_slice(), &[b'x'; 120], b"\0"].concat();
        let read = notification(&notice(FROM_DAVE, &long)).unwrap();
        assert_eq!(read.subject.map(|s| s.len()), Some(SUBJECT_CHARACTERS_MAX));
    }

    #[test]
    fn a_notice_without_sender_or_subject_is_a_notice() {
        let read = notification(&notice(b"\x89\x01\x81", b"")).unwrap();
        assert_eq!((read.from, read.subject, read.size), (None, None, Some(240_000)));
        let mail = notification(&notice(b"\x89\x12\x80anna@example.com\0", b"")).unwrap();
        assert_eq!(mail.from.as_deref(), Some("anna@example.com"));
    }

    #[test]
    fn a_content_type_in_letters_is_understood() {
        let mut push = vec![0x01, 0x06, 0x21];
        push.extend_from_slice(b"\x1Fapplication/vnd.wap.mms-message\0\x8C\x82");
        push[2] = 33;
        assert_eq!(notification(&push), Ok(Notification::default()));
    }

    #[test]
    fn other_pushes_are_told_apart() {
        // A service indication: a link that an operator pushes.
        assert_eq!(
            notification(b"\x01\x06\x01\xAE\x02\x05\x6A\x00"),
            Err(MmsError::OtherContent)
        );
        // A delivery report of a picture message.
        assert_eq!(notification(b"\x01\x06\x01\xBE\x8C\x86"), Err(MmsError::OtherMessage));
        assert_eq!(notification(b"\x01\x04\x00"), Err(MmsError::NoPush));
        assert_eq!(notification(b""), Err(MmsError::CutShort(0)));
    }

    #[test]
    fn a_notice_cut_anywhere_is_read_as_far_as_it_goes_and_never_panics() {
        let whole = notice(FROM_DAVE, b"\x96Leak\0");
        for length in 0..whole.len() {
            let read = notification(&whole[..length]);
            assert_eq!(read.is_ok(), length >= 10, "{length}: {read:?}");
        }
    }
}
