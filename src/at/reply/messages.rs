//! Message memory and its settings: 3GPP TS 27.005 §3.1 (`+CSCA`), §3.2.2 (`+CPMS`), §4.1 (`+CMGL`), §4.2 (`+CMGR`).

use super::named;
use crate::at::fields::{Fields, after_name};
use crate::at::urc::{RawNumber, raw_number};

/// One memory's filling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Named in the answer to a query, not in the answer to a setting.
    pub name: Option<String>,
    pub used: u16,
    pub total: u16,
}

/// `<stat>`, 27.005 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStatus {
    ReceivedUnread,
    ReceivedRead,
    StoredUnsent,
    StoredSent,
}

/// One row of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// `None` from `+CMGR`, which does not repeat it, or if it was unreadable.
    pub index: Option<u16>,
    pub status: Option<MessageStatus>,
    /// The line under the header as it came; empty if there was none.
    pub pdu: String,
    /// The modem is in text mode: the line is no PDU. `AT+CMGF=0` was lost.
    pub text_mode: bool,
}

/// `+CPMS: "SM",3,20,…` (query) or `+CPMS: 3,20,…` (setting): up to three memories, in the order read, write, receive. A
/// modem that only says OK gives none.
#[must_use]
pub fn cpms(lines: &[String]) -> Vec<Storage> {
    let Some(fields) = named(lines, "+CPMS").next() else {
        return Vec::new();
    };
    let step = if fields.number::<u16>(0).is_some() { 2 } else { 3 };
    (0..fields.len())
        .step_by(step)
        .take(3)
        .map_while(|start| {
            let numbers = start + step - 2;
            let name = (step == 3).then(|| fields.text(start).to_owned());
            Some(Storage {
                name,
                used: fields.number(numbers)?,
                total: fields.number(numbers + 1)?,
            })
        })
        .collect()
}

/// `+CNMI: (0-2),(0,1),(0,2),(0-2),(0,1)`: which values each of the five settings may have (27.005 §3.4.1). `None` if none were
/// told; a setting that was left out may have none but 0.
#[must_use]
pub fn cnmi_ranges(lines: &[String]) -> Option<[Vec<u8>; 5]> {
    let text = lines.iter().find_map(|line| after_name(line, "+CNMI"))?;
    let (mut ranges, mut depth) = ([const { Vec::new() }; 5], 0_usize);
    let mut place = 0;
    for part in text.split_inclusive(['(', ')', ',']) {
        let (value, end) = part.split_at(part.trim_end_matches(['(', ')', ',']).len());
        if let Some(range) = ranges.get_mut(place) {
            range.extend(values(value.trim()));
        }
        match end {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => place += 1,
            _inside => {}
        }
    }
    if ranges[1].is_empty() {
        return None;
    }
    Some(ranges.map(|range| if range.is_empty() { vec![0] } else { range }))
}

/// `2` or `0-2`; nothing of what is no number of one digit.
fn values(text: &str) -> impl Iterator<Item = u8> {
    let digit = |text: &str| text.trim().parse::<u8>().ok().filter(|value| *value < 10);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = digit(first).zip(digit(last)).map(|(first, last)| first..=last);
    range.into_iter().flatten()
}

/// `+CMGL: <index>,<stat>,[<alpha>],<length>` and the PDU under each.
#[must_use]
pub fn cmgl(lines: &[String]) -> Vec<StoredMessage> {
    rows(lines, "+CMGL", Some(0))
}

/// `+CMGR: <stat>,[<alpha>],<length>` and its PDU. `None`: the slot is empty.
#[must_use]
pub fn cmgr(lines: &[String]) -> Option<StoredMessage> {
    rows(lines, "+CMGR", None).into_iter().next()
}

fn rows(lines: &[String], name: &str, index_at: Option<usize>) -> Vec<StoredMessage> {
    let mut rows = Vec::new();
    let mut lines = lines.iter();
    while let Some(line) = lines.next() {
        let Some(fields) = Fields::after_name(line, name) else {
            continue;
        };
        let status_at = index_at.map_or(0, |at| at + 1);
        rows.push(StoredMessage {
            index: index_at.and_then(|at| fields.number(at)),
            status: MessageStatus::read(fields.text(status_at)),
            // The engine keeps a line, perhaps an empty one, under each header.
            pdu: lines.next().cloned().unwrap_or_default(),
            text_mode: fields.is_quoted(status_at),
        });
    }
    rows
}

impl MessageStatus {
    fn read(text: &str) -> Option<Self> {
        match text {
            "0" | "REC UNREAD" => Some(MessageStatus::ReceivedUnread),
            "1" | "REC READ" => Some(MessageStatus::ReceivedRead),
            "2" | "STO UNSENT" => Some(MessageStatus::StoredUnsent),
            "3" | "STO SENT" => Some(MessageStatus::StoredSent),
            _unknown => None,
        }
    }
}

/// `+CSCA: <number>,<type>`; the number may be UCS-2 hex.
#[must_use]
pub fn csca(lines: &[String]) -> Option<RawNumber> {
    named(lines, "+CSCA").find_map(|fields| raw_number(fields.text(0), fields.number(1)))
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn memories_are_read_from_every_shape_of_answer() {
        let query = cpms(&lines(&[r#"+CPMS: "SM",3,20,"SM",3,20,"ME",0,255"#]));
        assert_eq!(query.len(), 3);
        assert_eq!(
            query[2],
            Storage {
                name: Some("ME".into()),
                used: 0,
                total: 255
            }
        );
        let setting = cpms(&lines(&["+CPMS: 3,20,3,20,3,20"]));
        assert_eq!(
            setting,
            vec![
                Storage {
                    name: None,
                    used: 3,
                    total: 20
                };
                3
            ]
        );
        assert_eq!(cpms(&lines(&["+CPMS:1,20"])).len(), 1);
        assert_eq!(cpms(&lines(&[r#"+CPMS: "SM",1,20"#])).len(), 1);
        assert_eq!(cpms(&lines(&[r#"+CPMS: ("SM","ME"),("SM")"#])), []);
        assert_eq!(cpms(&[]), [], "a modem that only says OK");
    }

    #[test]
    fn the_settings_a_modem_allows_are_read_in_every_notation() {
        let ranges = |line: &str| cnmi_ranges(&lines(&[line]));
        let siemens = ranges("+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)");
        let expected = [vec![0, 1, 2, 3], vec![0, 1], vec![0, 2, 3], vec![0, 2], vec![1]];
        assert_eq!(siemens, Some(expected));
        let bare = ranges("+CNMI:(0 - 2), (2), 0, 1");
        assert_eq!(bare, Some([vec![0, 1, 2], vec![2], vec![0], vec![1], vec![0]]));
        assert_eq!(
            ranges("+CNMI: 2"),
            None,
            "what is done with texts was not said: nothing follows"
        );
        assert_eq!(ranges("+CNMI: (9-0,x,300),(-),((,)"), None);
        assert_eq!(cnmi_ranges(&[]), None);
    }

    #[test]
    fn listings_pair_each_header_with_the_line_under_it() {
        let rows = cmgl(&lines(&[
            "+CMGL: 0,1,,24",
            "0791",
            "+CMGL: 1,0,\"a,b\",0",
            "",
            "+CMGL: x,9,,3",
            "+CMGL: 5",
        ]));
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].index, Some(0));
        assert_eq!(rows[0].status, Some(MessageStatus::ReceivedRead));
        assert_eq!((rows[1].pdu.as_str(), rows[1].text_mode), ("", false));
        assert_eq!((rows[2].index, rows[2].status), (None, None));
        assert_eq!(cmgl(&[]), []);
        assert_eq!(cmgr(&[]), None, "an empty slot");
        let text = cmgr(&lines(&[
            "+CMGR: \"REC UNREAD\",\"+49170\",,\"26/01/02,03:04:05+04\"",
            "OK",
        ]));
        assert_eq!(text.map(|row| (row.text_mode, row.pdu)), Some((true, "OK".into())));
    }

    #[test]
    fn the_service_centre_may_be_written_in_ucs2() {
        for line in [
            "+CSCA: \"+491710760000\",145",
            "+CSCA: \"002B003400390031003700310030003700360030003000300030\",145",
        ] {
            assert_eq!(
                csca(&lines(&[line])).map(|number| number.digits).as_deref(),
                Some("+491710760000")
            );
        }
        assert_eq!(csca(&lines(&["+CSCA: \"\",129"])), None);
    }
}
