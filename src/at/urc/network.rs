//! News of network, SIM, time and power: 3GPP TS 27.007 §7.2 (`+CREG`), §8.5 (`+CSQ`), §8.41 (`+CTZV`), and boot lines.

use super::{Domain, Urc};
use crate::at::fields::{Fields, after_name};
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Time zones come in quarters of an hour (3GPP TS 23.040 §9.2.3.11).
const QUARTER_S: i32 = 15 * 60;
/// The furthest zone there is, quarters: UTC+14.
const QUARTERS_MAX: i32 = 56;

pub(super) fn parse(line: &str) -> Option<Urc> {
    registration(line)
        .or_else(|| signal(line))
        .or_else(|| time(line))
        .or_else(|| sim_and_boot(line))
        .or_else(|| power(line))
}

fn registration(line: &str) -> Option<Urc> {
    [("+CREG", Domain::Cs), ("+CGREG", Domain::Ps), ("+CEREG", Domain::Eps)]
        .into_iter()
        .find_map(|(name, domain)| {
            let stat = registration_stat(&Fields::after_name(line, name)?)?;
            Some(Urc::Registration { domain, stat })
        })
}

/// `<stat>` of either form: the reply `<n>,<stat>[,<lac>,<ci>…]` or the unsolicited `<stat>[,<lac>,<ci>…]`.
#[must_use]
pub fn registration_stat(fields: &Fields<'_>) -> Option<u8> {
    if fields.is_quoted(0) {
        return None;
    }
    fields.number(usize::from(is_registration_reply(fields)))
}

/// In the reply the second field is a bare number of one or two digits; in the unsolicited form it is an area code,
/// quoted or of four hex digits.
pub(in crate::at) fn is_registration_reply(fields: &Fields<'_>) -> bool {
    let second = fields.text(1);
    !fields.is_quoted(1) && matches!(second.len(), 1 | 2) && second.bytes().all(|octet| octet.is_ascii_digit())
}

fn signal(line: &str) -> Option<Urc> {
    if let Some(fields) = Fields::after_name(line, "+CSQ").or_else(|| Fields::after_name(line, "^RSSI")) {
        return signal_dbm(fields.number(0)?).map(|dbm| Urc::Signal { dbm });
    }
    let fields = Fields::after_name(line, "^HCSQ")?;
    // `^HCSQ: "LTE",<rssi>,…`: 0 is below -120 dBm, then 1 dB a step, 255 unknown.
    let level: i16 = fields.number(1)?;
    (0..=96).contains(&level).then(|| Urc::Signal { dbm: level - 121 })
}

/// `<rssi>` of `+CSQ`, 27.007 §8.5: 0–31 in steps of 2 dB from -113 dBm; 100–191 is the RSCP scale from -116 dBm.
/// 99, 199 and anything else: unknown.
#[must_use]
pub fn signal_dbm(rssi: i16) -> Option<i16> {
    match rssi {
        0..=31 => Some(2 * rssi - 113),
        100..=191 => Some(rssi - 216),
        _unknown => None,
    }
}

fn time(line: &str) -> Option<Urc> {
    // `<tz>,<date>,<time>` or `<tz>,"<date>,<time>"`: UTC.
    if let Some(rest) = after_name(line, "+CTZV") {
        let (zone, stamp) = rest.split_once(',')?;
        return network_time(stamp_of(stamp)?, quarters(zone)?, Reading::Utc);
    }
    // `<tz>,<dst>[,<local time>]`
    if let Some(rest) = after_name(line, "+CTZE") {
        let (zone, rest) = rest.split_once(',')?;
        let (_dst, stamp) = rest.split_once(',')?;
        return network_time(stamp_of(stamp)?, quarters(zone)?, Reading::Local);
    }
    // `<year>,<month>,<day>,<hour>,<minute>,<second>,"<tz>",<dst>`: UTC.
    if let Some(fields) = Fields::after_name(line, "*PSUTTZ") {
        let mut numbers = [0; 6];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = fields.number(index)?;
        }
        return network_time(numbers, quarters(fields.text(6))?, Reading::Utc);
    }
    // `<date>,<local time><tz>,<dst>`
    let rest = after_name(line, "^NWTIME")?;
    let rest = rest.trim_matches('"');
    let sign = rest.rfind(['+', '-'])?;
    let (stamp, zone) = rest.split_at(sign);
    network_time(
        stamp_of(stamp)?,
        quarters(zone.split(',').next().unwrap_or(zone))?,
        Reading::Local,
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::at) enum Reading {
    Utc,
    Local,
}

/// Year, month, day, hour, minute, second out of `[yy]yy/mm/dd,hh:mm:ss`, whatever stands between them.
pub(in crate::at) fn stamp_of(text: &str) -> Option<[i32; 6]> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok());
    let mut stamp = [0; 6];
    for number in &mut stamp {
        *number = numbers.next()??;
    }
    Some(stamp)
}

pub(in crate::at) fn quarters(text: &str) -> Option<i32> {
    let quarters: i32 = text.trim().trim_matches('"').parse().ok()?;
    (-QUARTERS_MAX..=QUARTERS_MAX).contains(&quarters).then_some(quarters)
}

fn network_time(stamp: [i32; 6], quarters: i32, reading: Reading) -> Option<Urc> {
    let (utc_ms, offset_s) = instant_of(stamp, quarters, reading)?;
    Some(Urc::NetworkTime { utc_ms, offset_s })
}

/// Milliseconds since 1970 UTC, and local minus UTC in seconds. A date that does not exist: `None`. Whether the date can be
/// believed (a clock never set says 1980 or 2004) is the clock's to judge.
pub(in crate::at) fn instant_of(stamp: [i32; 6], quarters: i32, reading: Reading) -> Option<(i64, i32)> {
    let [year, month, day, hour, minute, second] = stamp;
    // Two digits: 27.007 §8.15 counts 70–99 as 19xx.
    let year = match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    };
    let small = |number: i32| i8::try_from(number).ok();
    let year = i16::try_from(year).ok()?;
    let civil = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()?;
    let read_as_utc = Offset::UTC.to_timestamp(civil).ok()?.as_millisecond();
    let offset_s = quarters * QUARTER_S;
    let utc_ms = match reading {
        Reading::Utc => read_as_utc,
        Reading::Local => read_as_utc - i64::from(offset_s) * 1000,
    };
    Some((utc_ms, offset_s))
}

fn sim_and_boot(line: &str) -> Option<Urc> {
    if let Some(state) = after_name(line, "+CPIN") {
        return Some(Urc::SimState(state.trim_matches('"').to_owned()));
    }
    let restarted = |line: &str| Some(Urc::Restarted { line: line.to_owned() });
    if after_name(line, "*ATREADY").is_some() || after_name(line, "+CFUN").is_some_and(|state| state == "1") {
        return restarted(line);
    }
    let words = after_name(line, "+QIND").unwrap_or(line).trim_matches('"');
    match words.to_ascii_uppercase().as_str() {
        "RDY" | "+READY" | "APP RDY" | "^SYSSTART" | "*ATREADY" => restarted(line),
        "SMS DONE" | "SMS READY" => Some(Urc::SmsReady),
        "PB DONE" | "CALL READY" => Some(Urc::PhonebookReady),
        _other => None,
    }
}

fn power(line: &str) -> Option<Urc> {
    let upper = line.to_ascii_uppercase();
    let trouble = [
        "POWERED DOWN",
        "NORMAL POWER DOWN",
        "UNDER-VOLTAGE",
        "OVER-VOLTAGE",
        "UNDER_VOLTAGE",
        "OVER_VOLTAGE",
        "^SHUTDOWN",
    ];
    trouble
        .iter()
        .any(|start| upper.starts_with(start))
        .then(|| Urc::PowerTrouble { line: line.to_owned() })
}
