//! News of messages: 3GPP TS 27.005 §3.4.1 (`+CMTI`, `+CDSI`), memory full, USSD (27.007 §7.15).

use super::Urc;
use crate::at::fields::{Fields, after_name};

pub(super) fn parse(line: &str) -> Option<Urc> {
    if let Some(fields) = Fields::after_name(line, "+CMTI") {
        let storage = fields.text(0).to_owned();
        return Some(Urc::MessageStored {
            storage,
            index: fields.number(1),
        });
    }
    if let Some(fields) = Fields::after_name(line, "+CDSI") {
        let storage = fields.text(0).to_owned();
        return Some(Urc::ReportStored {
            storage,
            index: fields.number(1),
        });
    }
    if let Some(fields) = Fields::after_name(line, "+CMGS") {
        return Some(Urc::LateSubmit {
            reference: fields.number(0)?,
        });
    }
    if let Some(rest) = after_name(line, "+CUSD") {
        return ussd(rest);
    }
    storage_full(line)
}

fn storage_full(line: &str) -> Option<Urc> {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(fields) = Fields::after_name(line, "^SMMEMFULL") {
        return Some(Urc::StorageFull {
            storage: named(fields.text(0)),
        });
    }
    if let Some(fields) = Fields::after_name(line, "+QIND") {
        return fields
            .text(0)
            .eq_ignore_ascii_case("smsfull")
            .then(|| Urc::StorageFull {
                storage: named(fields.text(1)),
            });
    }
    if let Some(fields) = Fields::after_name(line, "+CIEV") {
        let full =
            fields.text(0).eq_ignore_ascii_case("smsfull") && fields.number::<u8>(1).is_some_and(|level| level > 0);
        return full.then_some(Urc::StorageFull { storage: None });
    }
    let words = line.trim_start_matches('+').trim_end_matches([':', ' ']);
    ["SMS FULL", "SMSFULL", "^SMMEMFULL"]
        .into_iter()
        .any(|full| words.eq_ignore_ascii_case(full))
        .then_some(Urc::StorageFull { storage: None })
}

/// `<m>[,<text>,<dcs>]`: from the first quote to the last, for the text may hold both commas and quotes, and line ends.
fn ussd(rest: &str) -> Option<Urc> {
    let (mode, after) = rest
        .split_once(',')
        .map_or((rest, ""), |(mode, after)| (mode, after.trim()));
    let mode = mode.trim().parse().ok()?;
    let number = |text: &str| text.trim().trim_start_matches(',').trim().parse().ok();
    let (text, dcs, whole) = match after.strip_prefix('"') {
        Some(quoted) => match quoted.rfind('"') {
            Some(end) => (&quoted[..end], number(&quoted[end + 1..]), true),
            None => (quoted, None, false),
        },
        None => match after.rsplit_once(',') {
            Some((text, dcs)) => (text, number(dcs), true),
            None => (after, None, true),
        },
    };
    Some(Urc::Ussd {
        mode,
        text: text.to_owned(),
        dcs,
        whole,
    })
}
