//! Text mode: character sets (TS 27.007 §5.5), `+CSMP` (TS 27.005 §3.3.3), and messages as text mode shows them (§3.4.2–3).

use super::gsm7;
use super::number::Number;
use super::octets::{hex, unhex};
use super::storage::{Status, Stored};
use super::tpdu::{Alphabet, Received, Submit, UserData, alphabet, stamp_text};

/// `+CSCS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Gsm,
    Ira,
    Ucs2,
    Hex,
    Latin1,
    Utf8,
}

impl Charset {
    pub(super) const ALL: [Charset; 6] = [
        Charset::Gsm,
        Charset::Ira,
        Charset::Ucs2,
        Charset::Hex,
        Charset::Latin1,
        Charset::Utf8,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Charset::Gsm => "GSM",
            Charset::Ira => "IRA",
            Charset::Ucs2 => "UCS2",
            Charset::Hex => "HEX",
            Charset::Latin1 => "8859-1",
            Charset::Utf8 => "UTF-8",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(name))
    }

    /// What the client wrote, as text.
    pub(super) fn read(self, octets: &[u8]) -> Option<String> {
        match self {
            Charset::Gsm => Some(gsm7::decode(octets)),
            Charset::Ira | Charset::Latin1 => Some(octets.iter().copied().map(char::from).collect()),
            Charset::Utf8 => String::from_utf8(octets.to_vec()).ok(),
            Charset::Hex => Some(gsm7::decode(&unhex(octets)?)),
            Charset::Ucs2 => {
                let octets = unhex(octets)?;
                let units = octets
                    .chunks_exact(2)
                    .map(|c| u16::from_be_bytes([c[0], c[1]]))
                    .collect::<Vec<_>>();
                String::from_utf16(&units).ok()
            }
        }
    }

    /// A string of a command line, in which a character stands for an octet.
    pub(super) fn read_argument(self, text: &str) -> Option<String> {
        let octets: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
        self.read(&octets?)
    }

    /// Text, as the client wants it, a character for an octet. What has no place in the set becomes `?`. GSM is written with
    /// one octet a septet.
    pub(super) fn write(self, text: &str) -> String {
        let septet = |c: char| gsm7::encode(c.encode_utf8(&mut [0; 4])).unwrap_or_else(|| vec![b'?']);
        match self {
            Charset::Gsm => text.chars().flat_map(septet).map(char::from).collect(),
            Charset::Ira => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
            Charset::Latin1 => text
                .chars()
                .map(|c| if u8::try_from(c).is_ok() { c } else { '?' })
                .collect(),
            Charset::Utf8 => text.bytes().map(char::from).collect(),
            Charset::Hex => hex(&text.chars().flat_map(septet).collect::<Vec<_>>()),
            Charset::Ucs2 => hex(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()),
        }
    }
}

impl Charset {
    /// An address: a number in HEX stays a number, as modems have it.
    pub(super) fn write_address(self, address: &str) -> String {
        if self == Charset::Hex {
            Charset::Ira.write(address)
        } else {
            self.write(address)
        }
    }

    /// An address that a client wrote.
    pub(super) fn read_address(self, address: &str) -> Option<Number> {
        let text = if self == Charset::Hex {
            Some(address.to_owned())
        } else {
            self.read_argument(address)
        };
        text.map(|text| Number::new(&text))
    }
}

/// `+CSMP`: first octet, validity, protocol, coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextParameters {
    pub first_octet: u8,
    pub validity: u8,
    pub pid: u8,
    pub dcs: u8,
}

impl Default for TextParameters {
    fn default() -> Self {
        TextParameters {
            first_octet: 17,
            validity: 167,
            pid: 0,
            dcs: 0,
        }
    }
}

impl TextParameters {
    /// The SUBMIT for a body typed in text mode (TS 27.005 §3.5.1); `None` if the body does not fit the coding.
    pub(super) fn submit(&self, to: &Number, body: &[u8], charset: Charset) -> Option<Vec<u8>> {
        let headed = self.first_octet & 0x40 != 0;
        let plain = |content| UserData {
            dcs: self.dcs,
            concat: None,
            header: vec![],
            content,
        };
        let user_data = match alphabet(self.dcs) {
            Alphabet::Gsm7 if !headed => plain(gsm7::encode(&charset.read(body)?)?),
            Alphabet::Ucs2 if charset != Charset::Ucs2 && !headed => {
                // Many clients leave the set at GSM and type UCS-2 as hex: both are understood.
                let octets = unhex(body)
                    .or_else(|| Some(charset.read(body)?.encode_utf16().flat_map(u16::to_be_bytes).collect()))?;
                plain(octets)
            }
            // TS 27.005 §3.1 <data>: each octet of TP-UD as two digits, whatever the alphabet.
            coding @ (Alphabet::Gsm7 | Alphabet::Octets | Alphabet::Ucs2) => {
                let octets = unhex(body)?;
                let length = match coding {
                    Alphabet::Gsm7 => octets.len() * 8 / 7,
                    Alphabet::Octets | Alphabet::Ucs2 => octets.len(),
                };
                UserData::read(&octets, u8::try_from(length).ok()?, self.dcs, headed).ok()?
            }
        };
        let room = if alphabet(self.dcs) == Alphabet::Gsm7 { 160 } else { 140 };
        let fits = user_data.length() <= room;
        let validity = (self.first_octet & 0x18 == 0x10).then_some(self.validity);
        fits.then(|| Submit::write(self.first_octet, to, self.pid, validity, &user_data))
    }
}

/// What a message looks like to a reader in text mode.
pub(super) struct Shown {
    /// After `+CMGR: ` or `+CMGL: <index>,`.
    pub head: String,
    pub body: Option<String>,
}

fn quoted(text: &str, charset: Charset) -> String {
    format!("\"{}\"", charset.write_address(text))
}

/// A message for `+CMGL`/`+CMGR`; with `details`, what `+CSDH=1` adds. `listed` is for `+CMGL`.
pub(super) fn show(stored: &Stored, charset: Charset, details: bool, listed: bool, smsc: &Number) -> Shown {
    let status = stored.status.words();
    let data = |ud: &UserData| match alphabet(ud.dcs) {
        Alphabet::Gsm7 if ud.header.is_empty() => charset.write(&ud.text()),
        Alphabet::Gsm7 | Alphabet::Octets | Alphabet::Ucs2 => hex(&ud.octets()),
    };
    let unreadable = Shown {
        head: format!("\"{status}\",\"\",,\"\""),
        body: Some(String::new()),
    };
    if matches!(stored.status, Status::Unsent | Status::Sent) {
        let Ok(submit) = Submit::read(&stored.tpdu) else {
            return unreadable;
        };
        let to = &submit.destination;
        let more = match (details, listed) {
            (false, false) => String::new(),
            // It has no time stamp, and its place is kept.
            (false, true) => ",".to_owned(),
            (true, true) => format!(",,{},{}", to.type_of_address(), submit.length),
            (true, false) => {
                format!(
                    ",{},{},{},{},,\"{smsc}\",{},{}",
                    to.type_of_address(),
                    submit.first_octet,
                    submit.pid,
                    submit.user_data.dcs,
                    smsc.type_of_address(),
                    submit.length
                )
            }
        };
        return Shown {
            head: format!("\"{status}\",{},{more}", quoted(to.as_str(), charset)),
            body: Some(data(&submit.user_data)),
        };
    }
    match Received::read(&stored.tpdu) {
        Ok(Received::Deliver {
            first_octet,
            from,
            pid,
            stamp,
            user_data,
        }) => {
            let stamp = stamp_text(stamp);
            let (kind, length) = (from.type_of_address(), user_data.length());
            let more = match (details, listed) {
                (false, _) => String::new(),
                (true, true) => format!(",{kind},{length}"),
                (true, false) => format!(
                    ",{kind},{first_octet},{pid},{},\"{smsc}\",{},{length}",
                    user_data.dcs,
                    smsc.type_of_address()
                ),
            };
            Shown {
                head: format!("\"{status}\",{},,\"{stamp}\"{more}", quoted(from.as_str(), charset)),
                body: Some(data(&user_data)),
            }
        }
        Ok(Received::Report {
            first_octet,
            reference,
            to,
            stamp,
            discharge,
            status: outcome,
        }) => {
            let (stamp, discharge, kind) = (stamp_text(stamp), stamp_text(discharge), to.type_of_address());
            let to = quoted(to.as_str(), charset);
            Shown {
                head: format!(
                    "\"{status}\",{first_octet},{reference},{to},{kind},\"{stamp}\",\"{discharge}\",{outcome}"
                ),
                body: None,
            }
        }
        Err(_) => unreadable,
    }
}
