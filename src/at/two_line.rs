//! Results that come in two lines: a header and the PDU under it (3GPP TS 27.005 §3.4.1, §4.1, §4.2).
//!
//! What may stand between the two, and what the second line may be, decides whether a customer's text is lost. The rule,
//! safest first:
//!
//! * A header in *text* mode (its fields say so) is followed by free text: the next line is data whatever it reads, also
//!   `OK`, `ERROR` or `RING`.
//! * A header in *PDU* mode is followed by hex. Hex is data; `<length>` tells whose, if two headers wait. A line that can't be
//!   hex and is known to be something else (a URC, the header again, the final result of the command in flight) was written
//!   between the two by the firmware: it is treated as what it is, and the header goes on waiting.
//! * Anything else under a PDU-mode header is the PDU, damaged: it is handed on as it came, so that somebody is told.

use super::fields::Fields;
use std::time::{Duration, Instant};

/// Headers that may wait for their second line at once. Two is what one URC inside one listing needs.
pub const HEADERS_MAX: usize = 4;

/// How long a header waits for its PDU. 380 octets at 9600 baud take 0.4 s.
pub const SECOND_LINE_TIMEOUT: Duration = Duration::from_secs(5);

/// Whose second line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `+CMT`, `+CLASS0`: an SMS-DELIVER.
    Message,
    /// `+CDS`: an SMS-STATUS-REPORT.
    Report,
    /// `+CBM`: cell broadcast, which we don't use.
    Broadcast,
    /// A row of the `+CMGL`/`+CMGR` in flight.
    Row,
    /// A row of a listing that was given up.
    LateRow,
}

/// A header whose second line has not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub kind: Kind,
    pub text: String,
    pub until: Instant,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    /// `<length>`: octets of the TPDU, the service centre not counted.
    Pdu {
        octets: usize,
    },
}

impl Header {
    /// Reads a line as a header. `rows`: a listing is in flight whose rows these would be.
    pub fn read(line: &str, rows: bool, at: Instant) -> Option<Self> {
        let row = if rows { Kind::Row } else { Kind::LateRow };
        let (kind, fields) = [
            ("+CMT", Kind::Message),
            ("+CLASS0", Kind::Message),
            ("+CDS", Kind::Report),
            ("+CBM", Kind::Broadcast),
            ("+CMGL", row),
            ("+CMGR", row),
        ]
        .into_iter()
        .find_map(|(name, kind)| Fields::after_name(line, name).map(|fields| (kind, fields)))?;
        let mode = Mode::of(kind, &fields)?;
        Some(Header {
            kind,
            text: line.to_owned(),
            until: at + SECOND_LINE_TIMEOUT,
            mode,
        })
    }

    /// In text mode every next line is the data.
    pub fn takes_anything(&self) -> bool {
        self.mode == Mode::Text
    }

    /// Whether this PDU has the length the header announced: with its service centre part, or, as some old modems
    /// write it, without one.
    pub fn fits(&self, pdu: &str) -> bool {
        match self.mode {
            Mode::Text => true,
            Mode::Pdu { octets } => {
                let with_centre = pdu
                    .get(..2)
                    .and_then(|length| usize::from_str_radix(length, 16).ok())
                    .map(|centre| octets.saturating_add(centre).saturating_add(1));
                Some(pdu.len()) == with_centre.and_then(|all| all.checked_mul(2))
                    || Some(pdu.len()) == octets.checked_mul(2)
            }
        }
    }
}

impl Mode {
    /// `None`: this line has no second line.
    fn of(kind: Kind, fields: &Fields<'_>) -> Option<Self> {
        let last = fields.len() - 1;
        let length = (!fields.is_quoted(last))
            .then(|| fields.number::<usize>(last))
            .flatten();
        let pdu = |octets| Some(Mode::Pdu { octets });
        match (kind, length) {
            // `+CMT: [<alpha>],<length>`. In text mode there are more fields, or a time stamp at the end.
            (Kind::Message, Some(octets)) if fields.len() <= 2 => pdu(octets),
            (Kind::Message, _) => Some(Mode::Text),
            // `+CDS: <length>`. In text mode a report is all on one line.
            (Kind::Report, Some(octets)) if fields.len() <= 2 => pdu(octets),
            (Kind::Report, _) => None,
            (Kind::Broadcast, Some(octets)) if fields.len() == 1 => pdu(octets),
            (Kind::Broadcast, _) => Some(Mode::Text),
            // `+CMGL: <index>,<stat>,[<alpha>],<length>`, `+CMGR: <stat>,[<alpha>],<length>`: numbers, where text mode has
            // a quoted `"REC UNREAD"`.
            (Kind::Row | Kind::LateRow, Some(octets))
                if (0..2).all(|i| !fields.is_quoted(i) || fields.len() == 3 && i == 1) =>
            {
                pdu(octets)
            }
            (Kind::Row | Kind::LateRow, _) => {
                // `+CMGL: (0-4)` answers a test command and has nothing under it.
                (!fields.text(0).starts_with('(')).then_some(Mode::Text)
            }
        }
    }
}

/// Whether the line is made of hex digits in pairs, as a PDU is.
pub(super) fn is_hex(line: &str) -> bool {
    line.len() >= 2 && line.len().is_multiple_of(2) && line.bytes().all(|octet| octet.is_ascii_hexdigit())
}
