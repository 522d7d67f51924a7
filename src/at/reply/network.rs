//! Network answers: 3GPP TS 27.007 §7.2 (`+CREG`), §7.3 (`+COPS`), §7.6 (`+CLIP`), §7.11 (`+CCFC`), §6.10 (`+CEER`), §8.5
//! (`+CSQ`), §8.15 (`+CCLK`), §8.69 (`+CESQ`).

use super::named;
use crate::at::fields::after_name;
use crate::at::urc::{RawNumber, Reading, instant_of, quarters, raw_number, registration_stat, signal_dbm, stamp_of};

/// `+COPS?`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// 0 automatic, 1 manual, 2 deregistered, 4 manual then automatic.
    pub mode: u8,
    /// As the network or the modem's table calls it; `None` while unregistered.
    pub name: Option<String>,
    /// Access technology: 0–1 and 3 GSM, 2 and 4–6 UTRAN, 7 LTE.
    pub technology: Option<u8>,
}

/// One class's call forwarding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    pub active: bool,
    /// Sum of 1 voice, 2 data, 4 fax …
    pub class: u8,
    pub number: Option<RawNumber>,
    /// Seconds of ringing before a no-reply diversion.
    pub time_s: Option<u8>,
}

/// `<stat>` of `+CREG?`, `+CGREG?` or `+CEREG?`.
#[must_use]
pub fn registration(lines: &[String]) -> Option<u8> {
    ["+CREG", "+CGREG", "+CEREG"]
        .into_iter()
        .find_map(|name| named(lines, name).find_map(|fields| registration_stat(&fields)))
}

/// `+CSQ: <rssi>,<ber>` in dBm; unknown: `None`.
#[must_use]
pub fn csq(lines: &[String]) -> Option<i16> {
    named(lines, "+CSQ").find_map(|fields| signal_dbm(fields.number(0)?))
}

/// `+COPS: <mode>[,<format>,<oper>[,<AcT>]]`
#[must_use]
pub fn cops(lines: &[String]) -> Option<Operator> {
    named(lines, "+COPS").find_map(|fields| {
        let name = fields.text(2);
        Some(Operator {
            mode: fields.number(0)?,
            name: (!name.is_empty()).then(|| name.to_owned()),
            technology: fields.number(3),
        })
    })
}

/// `+CLIP: <n>,<m>`: whether the line has calling line identification. 0 not, 1 yes, 2 unknown.
#[must_use]
pub fn clip(lines: &[String]) -> Option<u8> {
    named(lines, "+CLIP").find_map(|fields| fields.number(1))
}

/// `+CCFC: <status>,<class>[,<number>,<type>[,<subaddr>,<satype>[,<time>]]]`, one per class.
#[must_use]
pub fn ccfc(lines: &[String]) -> Vec<Forwarding> {
    named(lines, "+CCFC")
        .filter_map(|fields| {
            Some(Forwarding {
                active: fields.number::<u8>(0)? == 1,
                class: fields.number(1)?,
                number: raw_number(fields.text(2), fields.number(3)),
                time_s: fields.number(6),
            })
        })
        .collect()
}

/// `<domain>` of Quectel's `+CEER` whose causes are the modem's own numbers.
const OWN_CAUSES: u8 = 0;

/// `+CEER`: the cause of the last release, 3GPP TS 24.008 §10.5.4.11. `"16 Normal call clearing"`, `<domain>,<cause>` and
/// `Cause: 16` are read; words alone are looked up.
#[must_use]
pub fn ceer(lines: &[String]) -> Option<u8> {
    const WORDS: [(&str, u8); 7] = [
        ("normal call clearing", 16),
        ("user busy", 17),
        ("no user responding", 18),
        ("alerting", 19),
        ("call rejected", 21),
        ("non-selected user clearing", 26),
        ("normal, unspecified", 31),
    ];
    let text = lines.iter().find_map(|line| after_name(line, "+CEER"))?;
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|run| run.parse::<u8>().ok());
    let first = numbers.next();
    let pair = text.split(',').all(|part| {
        part.trim()
            .trim_matches('"')
            .bytes()
            .all(|octet| octet.is_ascii_digit())
    });
    let second = if pair { numbers.next() } else { None };
    if let (Some(OWN_CAUSES), Some(_)) = (first, second) {
        return None;
    }
    let cause = second.or(first);
    let lower = text.to_ascii_lowercase();
    cause.or_else(|| {
        WORDS
            .iter()
            .find(|(words, _)| lower.contains(words))
            .map(|&(_, cause)| cause)
    })
}

/// Whether calls over LTE are up: `+CIREG: <n>,<reg_info>[,<ext_info>]` (27.007 §8.71: registered), Quectel's
/// `+QCFG: "ims",<cfg>,<volte>`.
#[must_use]
pub fn ims(lines: &[String]) -> Option<bool> {
    let standard = named(lines, "+CIREG").find_map(|fields| fields.number::<u8>(1));
    let quectel = || {
        named(lines, "+QCFG")
            .filter(|fields| fields.text(0).eq_ignore_ascii_case("ims"))
            .find_map(|fields| fields.number::<u8>(2))
    };
    standard.or_else(quectel).map(|up| up == 1)
}

/// `+CCLK: "yy/MM/dd,hh:mm:ss±zz"`: local time and quarters of an hour. (UTC in ms since 1970, local minus UTC in s.) Without
/// a zone it is not a point in time: `None`. A clock never set says 1980 or 2004; judging that is not done here.
#[must_use]
pub fn cclk(lines: &[String]) -> Option<(i64, i32)> {
    stamped(lines, "+CCLK", Reading::Local)
}

/// `+QLTS: "yyyy/MM/dd,hh:mm:ss±zz,<dst>"`, the answer to `AT+QLTS=1`: UTC and quarters. Never synchronised: `None`.
#[must_use]
pub fn qlts(lines: &[String]) -> Option<(i64, i32)> {
    stamped(lines, "+QLTS", Reading::Utc)
}

fn stamped(lines: &[String], name: &str, reading: Reading) -> Option<(i64, i32)> {
    let text = lines.iter().find_map(|line| after_name(line, name))?.trim_matches('"');
    let (stamp, zone) = text.split_at(text.rfind(['+', '-'])?);
    instant_of(
        stamp_of(stamp)?,
        quarters(zone.split(',').next().unwrap_or(zone))?,
        reading,
    )
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn registration_is_read_from_both_forms() {
        for (line, expected) in [
            (r#"+CREG: 2,1,"00C3","0000A1B2",7"#, Some(1)),
            ("+CREG: 0,3", Some(3)),
            ("+CEREG: 2,5,00C3,0000A1B2,7", Some(5)),
            ("+CGREG: 1,\"00C3\"", Some(1)),
            ("+CREG: 6", Some(6)),
            ("+CREG: 2,10", Some(10)),
            ("+CREG:", None),
        ] {
            assert_eq!(registration(&lines(&[line])), expected, "{line}");
        }
    }

    #[test]
    fn signal_is_in_dbm_or_unknown() {
        for (line, expected) in [
            ("+CSQ: 0,99", Some(-113)),
            ("+CSQ: 31,0", Some(-51)),
            ("+CSQ: 99,99", None),
            ("+CSQ: 100,99", Some(-116)),
            ("+CSQ: 191,99", Some(-25)),
            ("+CSQ: 199,99", None),
            ("+CSQ: -1,99", None),
        ] {
            assert_eq!(csq(&lines(&[line])), expected, "{line}");
        }
    }

    #[test]
    fn operators_forwardings_and_clip_are_read() {
        let operator = cops(&lines(&["+COPS: 0,0,\"TELE2\",7"])).unwrap();
        assert_eq!(
            (operator.mode, operator.name.as_deref(), operator.technology),
            (0, Some("TELE2"), Some(7))
        );
        assert_eq!(cops(&lines(&["+COPS: 0"])).unwrap().name, None);
        let rows = ccfc(&lines(&["+CCFC: 1,1,\"+491701234567\",145,,,20", "+CCFC: 0,255"]));
        assert_eq!(
            (rows[0].active, rows[0].time_s, rows[0].number.is_some()),
            (true, Some(20), true)
        );
        assert!(!rows[1].active);
        assert_eq!(clip(&lines(&["+CLIP: 1,0"])), Some(0));
    }

    #[test]
    fn causes_are_read_from_numbers_pairs_and_words() {
        for (line, expected) in [
            ("+CEER: \"16 Normal call clearing\"", Some(16)),
            ("+CEER: 5,26", Some(26)),
            ("+CEER: No user responding", Some(18)),
            ("+CEER: Release, cause 31", Some(31)),
            ("+CEER: No cause information available", None),
            ("+CEER: 0,26", None),
            ("+CEER: 26", Some(26)),
        ] {
            assert_eq!(ceer(&lines(&[line])), expected, "{line}");
        }
    }

    #[test]
    fn calls_over_lte_are_up_or_not_or_nobody_says() {
        for (line, expected) in [
            ("+CIREG: 2,1,15", Some(true)),
            ("+CIREG: 0,0", Some(false)),
            ("+QCFG: \"ims\",1,1", Some(true)),
            ("+QCFG: \"ims\",1,0", Some(false)),
            ("+QCFG: \"ims\",0,0", Some(false)),
            ("+QCFG: \"ims\",1", None),
            ("+QCFG: \"nwscanmode\",0,1", None),
        ] {
            assert_eq!(ims(&lines(&[line])), expected, "{line}");
        }
    }

    #[test]
    fn clocks_are_utc_with_their_offset() {
        const NOON: i64 = 1_718_107_200_000; // 2024-06-11T12:00:00Z
        assert_eq!(cclk(&lines(&["+CCLK: \"24/06/11,14:00:00+08\""])), Some((NOON, 7200)));
        assert_eq!(
            cclk(&lines(&["+CCLK: \"24/06/11,05:00:00-28\""])),
            Some((NOON, -25_200))
        );
        assert_eq!(
            qlts(&lines(&["+QLTS: \"2024/06/11,12:00:00+08,1\""])),
            Some((NOON, 7200))
        );
        assert_eq!(qlts(&lines(&["+QLTS: \"\""])), None);
        assert_eq!(cclk(&lines(&["+CCLK: \"24/06/11,14:00:00\""])), None);
        assert_eq!(cclk(&lines(&["+CCLK: \"24/13/41,14:00:00+08\""])), None);
    }
}
