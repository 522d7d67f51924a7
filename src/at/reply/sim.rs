//! The SIM and its PIN: 3GPP TS 27.007 §8.3 (`+CPIN`), §8.65 (`+CPINR`), and the makers' own counters.

use super::named;
use crate::at::fields::after_name;

/// What the SIM waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinState {
    Ready,
    Pin,
    Puk,
    Pin2,
    Puk2,
    /// `PH-SIM PIN` and its kin: the modem is locked to another SIM.
    PhoneLock,
    NotInserted,
    /// Not read yet.
    NotReady,
    Other(String),
}

/// Tries left before the SIM locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinTries {
    pub pin: u8,
    pub puk: Option<u8>,
}

/// `+CPIN: <code>`.
#[must_use]
pub fn cpin(lines: &[String]) -> Option<PinState> {
    lines
        .iter()
        .find_map(|line| after_name(line, "+CPIN"))
        .map(PinState::read)
}

impl PinState {
    /// Reads the words; also those of [`Urc::SimState`](crate::at::Urc::SimState).
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim().trim_matches('"');
        match text.to_ascii_uppercase().as_str() {
            "READY" => PinState::Ready,
            "SIM PIN" => PinState::Pin,
            "SIM PUK" => PinState::Puk,
            "SIM PIN2" => PinState::Pin2,
            "SIM PUK2" => PinState::Puk2,
            "NOT INSERTED" | "SIM REMOVED" => PinState::NotInserted,
            "NOT READY" => PinState::NotReady,
            lock if lock.starts_with("PH-") => PinState::PhoneLock,
            _other => PinState::Other(text.to_owned()),
        }
    }
}

/// Tries left, from whichever counter this family has:
/// `+SPIC: <pin>,<puk>,<pin2>,<puk2>` (SIMCom), `+QPINC: "SC",<pin>,<puk>` (Quectel),
/// `^CPIN: <code>,[<times>],<puk>,<pin>,<puk2>,<pin2>` (Huawei), `+UPINCNT: <pin>,<pin2>,<puk>,<puk2>` (u-blox),
/// `+CPINR: SIM PIN,<left>[,<default>]` (27.007).
#[must_use]
pub fn pin_tries(lines: &[String]) -> Option<PinTries> {
    let spic = || {
        named(lines, "+SPIC").find_map(|fields| {
            Some(PinTries {
                pin: fields.number(0)?,
                puk: fields.number(1),
            })
        })
    };
    let qpinc = || {
        let mut rows = named(lines, "+QPINC").filter(|fields| fields.text(0).eq_ignore_ascii_case("SC"));
        rows.find_map(|fields| {
            Some(PinTries {
                pin: fields.number(1)?,
                puk: fields.number(2),
            })
        })
    };
    let huawei = || {
        named(lines, "^CPIN").find_map(|fields| {
            Some(PinTries {
                pin: fields.number(3)?,
                puk: fields.number(2),
            })
        })
    };
    let ublox = || {
        named(lines, "+UPINCNT").find_map(|fields| {
            Some(PinTries {
                pin: fields.number(0)?,
                puk: fields.number(2),
            })
        })
    };
    let standard = || {
        let left = |code: &str| {
            named(lines, "+CPINR")
                .find(|fields| fields.text(0).eq_ignore_ascii_case(code))
                .and_then(|fields| fields.number(1))
        };
        Some(PinTries {
            pin: left("SIM PIN")?,
            puk: left("SIM PUK"),
        })
    };
    spic().or_else(qpinc).or_else(huawei).or_else(ublox).or_else(standard)
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn every_pin_state_is_told_apart() {
        for (line, expected) in [
            ("+CPIN: READY", PinState::Ready),
            ("+CPIN:SIM PIN", PinState::Pin),
            ("+CPIN: \"SIM PUK\"", PinState::Puk),
            ("+CPIN: SIM PIN2", PinState::Pin2),
            ("+CPIN: SIM PUK2", PinState::Puk2),
            ("+CPIN: PH-NET PIN", PinState::PhoneLock),
            ("+CPIN: NOT INSERTED", PinState::NotInserted),
            ("+CPIN: NOT READY", PinState::NotReady),
            ("+CPIN: EH", PinState::Other("EH".into())),
        ] {
            assert_eq!(cpin(&lines(&[line])), Some(expected));
        }
        assert_eq!(cpin(&[]), None);
    }

    #[test]
    fn every_makers_counter_counts_the_pin_and_not_the_puk() {
        for text in [
            &["+SPIC: 3,10,0,10"][..],
            &["+QPINC: \"P2\",1,1", "+QPINC: \"SC\",3,10"],
            &["^CPIN: READY,,10,3,10,3"],
            &["+UPINCNT: 3,2,10,10"],
            &["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10"],
        ] {
            assert_eq!(
                pin_tries(&lines(text)),
                Some(PinTries { pin: 3, puk: Some(10) }),
                "{text:?}"
            );
        }
        assert_eq!(pin_tries(&lines(&["+SPIC: ,"])), None);
    }
}
