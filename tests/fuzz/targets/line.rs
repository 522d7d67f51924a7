//! Every parser of a line: unsolicited results and the answers to every command.

use textback::at::reply;
use textback::at::result::FinalResult;
use textback::at::urc::{self, Urc};
use textback::at::{FIELDS_MAX, Fields, fields};

/// Names that answers and reports come under: the fuzzer should not have to guess them.
const NAMES: &[&str] = &[
    "",
    "+CLCC: ",
    "+CLIP: ",
    "+CCWA: ",
    "+CMTI: ",
    "+CDSI: ",
    "+CMGL: ",
    "+CMGR: ",
    "+CPMS: ",
    "+CNMI: ",
    "+CSCA: ",
    "+CREG: ",
    "+CEREG: ",
    "+CGREG: ",
    "+CSQ: ",
    "+CESQ: ",
    "+COPS: ",
    "+CCFC: ",
    "+CEER: ",
    "+CCLK: ",
    "+QLTS: ",
    "+CPIN: ",
    "+CPINR: ",
    "+SPIC: ",
    "^CPIN: ",
    "+CNUM: ",
    "^DSCI: ",
    "+QIND: ",
    "+UCALLSTAT: ",
    "#ECAM: ",
    "^CEND:",
    "^CONN:",
    "MISSED_CALL: ",
    "VOICE CALL: ",
    "^RSSI:",
    "^HCSQ: ",
    "+CTZV: ",
    "*PSUTTZ: ",
    "^NWTIME: ",
    "+CUSD: ",
    "+CME ERROR: ",
    "+CMS ERROR: ",
    "+CIEV: ",
    "+CRING: ",
    "+WIND: ",
    "+CLIP:\"",
    "^SMMEMFULL: ",
    "+CMGS: ",
    "#QSS: ",
];

/// Octet 0 chooses a name put before the first line; the rest is lines.
///
/// Laws: no parser fails or makes more rows than there are lines; what is kept of a line is no longer than the line; a
/// telephone number shows itself in no `Debug`; fields put together again are the line.
pub fn line(input: &[u8]) {
    let Some((&choice, rest)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let name = NAMES[usize::from(choice) % NAMES.len()];
    let lines: Vec<String> = text
        .split('\n')
        .take(16)
        .enumerate()
        .map(|(n, line)| {
            if n == 0 {
                format!("{name}{line}")
            } else {
                line.to_owned()
            }
        })
        .collect();
    for line in &lines {
        unsolicited(line);
        let _ = FinalResult::read(line);
        let split = Fields::split(line);
        assert!((1..=FIELDS_MAX).contains(&split.len()), "fields are unbounded");
        assert!((0..split.len()).map(|n| split.text(n).len()).sum::<usize>() <= line.len());
        if let Some(after) = fields::after_name(line, name.trim_end_matches([':', ' ', '"'])) {
            assert!(after.len() < line.len().max(1));
        }
    }
    answers(&lines);
}

fn unsolicited(line: &str) {
    let urc = urc::parse(line);
    let kept = match &urc {
        Urc::CallingLine { number, .. } | Urc::CallWaiting { number, .. } | Urc::CallReleased { number, .. } => {
            number.as_ref().map_or(0, |number| number.digits.len())
        }
        Urc::Call(report) => report.number.as_ref().map_or(0, |number| number.digits.len()),
        Urc::MessageStored { storage, .. } | Urc::ReportStored { storage, .. } => storage.len(),
        Urc::StorageFull { storage } => storage.as_ref().map_or(0, String::len),
        Urc::MessageDirect { pdu } | Urc::ReportDirect { pdu } => pdu.len(),
        Urc::SimState(text) | Urc::Ussd { text, .. } | Urc::Other(text) => text.len(),
        Urc::Restarted { line } | Urc::PowerTrouble { line } => line.len(),
        Urc::Ring
        | Urc::CallConnected { .. }
        | Urc::LateSubmit { .. }
        | Urc::Registration { .. }
        | Urc::Signal { .. }
        | Urc::SmsReady
        | Urc::PhonebookReady
        | Urc::NetworkTime { .. } => 0,
    };
    // A USSD text may come as UCS-2 in hexadecimal: four digits make at most three octets of UTF-8.
    assert!(kept <= line.len(), "a report is longer than its line");
    if let Urc::CallingLine {
        number: Some(number), ..
    } = &urc
        && number.digits.len() >= 6
    {
        assert!(!format!("{urc:?}").contains(&number.digits), "a number shows itself");
    }
}

fn answers(lines: &[String]) {
    let room = lines.len();
    let octets = lines.iter().map(String::len).sum::<usize>();
    assert!(reply::cmgl(lines).len() <= room);
    let _ = reply::cmgr(lines);
    assert!(reply::cpms(lines).len() <= 3 * room);
    assert!(reply::ccfc(lines).len() <= room);
    let _ = (reply::csca(lines), reply::registration(lines), reply::csq(lines));
    let _ = (reply::cops(lines), reply::clip(lines), reply::ceer(lines));
    let _ = (
        reply::cclk(lines),
        reply::qlts(lines),
        reply::cpin(lines),
        reply::pin_tries(lines),
    );
    let _ = reply::own_number(lines);
    assert!(reply::free_text(lines).len() <= octets + room);
    assert!(reply::digits(lines, 14..=22).map_or(0, |text| text.len()) <= octets);
}
