//! What a refused submission means: `+CMS ERROR` and `+CME ERROR` codes as data (3GPP TS 27.005 §3.2.5, 24.011 §8.2.5.4,
//! 23.040 §9.2.3.22, 27.007 §9.2). See `modem-facts.md` §3.2.

use super::RetryClass;
use super::families::VendorErrors;
use crate::at::{CodeOrWords, Failure};
use std::ops::RangeInclusive;

/// What became of a text that was answered with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It did not go out.
    Refused { error: String, class: RetryClass },
    /// It may have gone out all the same.
    Doubtful { why: String },
}

/// 332: the network did not answer in time; what it did with the text nobody knows.
const NETWORK_TIMEOUT_CMS: u16 = 332;
/// 27.007 §9.2.1: the same in the other numbering.
const NETWORK_TIMEOUT_CME: u16 = 31;
/// Wavecom's own: the lower layer's acknowledgement was lost. The text may have arrived.
const WAVECOM_ACK_LOST: u16 = 513;
/// From here on a code is the maker's own.
const VENDOR_FROM: u16 = 512;

const CMS: &[(RangeInclusive<u16>, RetryClass)] = &[
    (1..=1, RetryClass::Permanent),
    (8..=8, RetryClass::Account),
    (10..=10, RetryClass::Account),
    // Refused by the service centre: spam, no credit; now and then only in passing.
    (21..=21, RetryClass::AtMost(1)),
    (22..=22, RetryClass::TransientLong),
    (27..=27, RetryClass::TransientLong),
    (28..=28, RetryClass::Permanent),
    (29..=29, RetryClass::Account),
    (30..=30, RetryClass::Permanent),
    (38..=38, RetryClass::Transient),
    (41..=42, RetryClass::Transient),
    (47..=47, RetryClass::Transient),
    (50..=50, RetryClass::Account),
    (69..=69, RetryClass::Account),
    (81..=81, RetryClass::Permanent),
    (95..=99, RetryClass::Permanent),
    (111..=111, RetryClass::Transient),
    (127..=127, RetryClass::Transient),
    (128..=130, RetryClass::Permanent),
    (143..=145, RetryClass::Permanent),
    (159..=161, RetryClass::Permanent),
    (175..=176, RetryClass::Permanent),
    (192..=192, RetryClass::Transient),
    (193..=193, RetryClass::Permanent),
    (194..=194, RetryClass::Transient),
    (195..=196, RetryClass::Permanent),
    (197..=197, RetryClass::AlreadySent),
    (198..=199, RetryClass::WithoutValidity),
    (208..=209, RetryClass::Modem),
    (211..=211, RetryClass::TransientLong),
    (212..=212, RetryClass::Transient),
    (255..=255, RetryClass::Transient),
    (300..=302, RetryClass::Transient),
    (303..=303, RetryClass::Permanent),
    // What the modem can't read of a PDU is, as a rule, the one thing that not all have: TP-VP (23.040 §9.2.3.12).
    (304..=304, RetryClass::WithoutValidity),
    (305..=305, RetryClass::Permanent),
    (310..=313, RetryClass::Modem),
    // SIM busy: a few seconds after boot.
    (314..=314, RetryClass::Transient),
    (315..=318, RetryClass::Modem),
    (320..=322, RetryClass::Modem),
    // No service centre number on the SIM: ours to put right, not the text's fault.
    (330..=330, RetryClass::Modem),
    (331..=331, RetryClass::Unregistered),
    (340..=340, RetryClass::Transient),
    (341..=342, RetryClass::Permanent),
    (350..=350, RetryClass::Transient),
    // Unknown error: common just after a start. Nobody knows what became of the text, so it is not tried for ever.
    (500..=500, RetryClass::AtMost(3)),
    (510..=510, RetryClass::Permanent),
];

const CME: &[(RangeInclusive<u16>, RetryClass)] = &[
    (10..=13, RetryClass::Modem),
    (14..=14, RetryClass::Transient),
    (15..=18, RetryClass::Modem),
    (20..=23, RetryClass::Modem),
    (30..=30, RetryClass::Unregistered),
    (32..=32, RetryClass::Unregistered),
];

/// The class of a `+CMS ERROR` code; what nobody has described may pass.
#[must_use]
pub fn cms_class(code: u16, vendor: VendorErrors) -> RetryClass {
    if code >= VENDOR_FROM {
        return match vendor {
            VendorErrors::Cinterion => RetryClass::Permanent,
            VendorErrors::Wavecom => RetryClass::Transient,
            VendorErrors::Unknown => RetryClass::AtMost(2),
        };
    }
    look_up(CMS, code)
}

fn look_up(table: &[(RangeInclusive<u16>, RetryClass)], code: u16) -> RetryClass {
    table
        .iter()
        .find(|(codes, _)| codes.contains(&code))
        .map_or(RetryClass::Transient, |(_, class)| *class)
}

/// Reads a failed submission. `left`: the PDU was already given to the modem. Before that nothing can have gone, so nothing
/// limits the tries.
#[must_use]
pub fn read(failure: &Failure, left: bool, vendor: VendorErrors) -> Refusal {
    let refused = |error: String, class| Refusal::Refused {
        error,
        class: match class {
            RetryClass::AtMost(_) if !left => RetryClass::Transient,
            class => class,
        },
    };
    match failure {
        Failure::Cms(code) => match code.cms().map(|e| e.0) {
            Some(NETWORK_TIMEOUT_CMS) if left => Refusal::Doubtful {
                why: "CMS 332: network timeout".to_string(),
            },
            Some(WAVECOM_ACK_LOST) if left && vendor == VendorErrors::Wavecom => Refusal::Doubtful {
                why: "CMS 513: the acknowledgement was lost".to_string(),
            },
            Some(number) => refused(format!("CMS {number}"), cms_class(number, vendor)),
            None => refused(words("CMS", code), RetryClass::Transient),
        },
        Failure::Cme(code) => match code.cme().map(|e| e.0) {
            Some(NETWORK_TIMEOUT_CME) if left => Refusal::Doubtful {
                why: "CME 31: network timeout".to_string(),
            },
            Some(number) => refused(format!("CME {number}"), look_up(CME, number)),
            None => refused(words("CME", code), RetryClass::Transient),
        },
        // Codes were asked for at bring-up. A modem that leaves them off never had them or has forgotten that, and its `ERROR`
        // may be a network timeout like any other.
        Failure::Error if left => Refusal::Doubtful {
            why: "ERROR without its code, after the text had left".to_string(),
        },
        Failure::Error => refused("ERROR".to_string(), RetryClass::Transient),
        Failure::Other(said) => refused(said.chars().take(40).collect(), RetryClass::Transient),
        Failure::TimedOut { .. } => Refusal::Doubtful {
            why: "no answer in time".to_string(),
        },
        Failure::Aborted => Refusal::Doubtful {
            why: "given up after the text had left".to_string(),
        },
        Failure::PortLost => Refusal::Doubtful {
            why: "the port was lost after the text had left".to_string(),
        },
    }
}

fn words(kind: &str, code: &CodeOrWords) -> String {
    match code {
        CodeOrWords::Code(number) => format!("{kind} {number}"),
        CodeOrWords::Words(said) => format!("{kind} {}", said.chars().take(40).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_table_of_the_facts_says() {
        use RetryClass::{
            Account, AlreadySent, AtMost, Modem, Permanent, Transient, TransientLong, Unregistered, WithoutValidity,
        };
        for (codes, want) in [
            (&[1, 28, 30][..], Permanent),
            (&[8, 10, 29, 50, 69], Account),
            (&[21], AtMost(1)),
            (&[22, 211, 27], TransientLong),
            (&[38, 41, 42, 47, 111, 127], Transient),
            (&[81, 95, 96, 97, 98, 99], Permanent),
            (&[128, 129, 130, 143, 144, 145, 159, 160, 161, 175, 176], Permanent),
            (&[192, 194, 212, 255], Transient),
            (&[193, 195, 196], Permanent),
            (&[197], AlreadySent),
            (&[198, 199, 304], WithoutValidity),
            (&[208, 209, 320, 321, 322], Modem),
            (&[300, 301, 302], Transient),
            (&[303, 305], Permanent),
            (&[310, 311, 312, 313, 315, 316, 317, 318], Modem),
            (&[314], Transient),
            (&[330], Modem),
            (&[331], Unregistered),
            (&[340], Transient),
            (&[341, 342, 510], Permanent),
            (&[500], AtMost(3)),
            (&[512, 515, 600], AtMost(2)),
            // Nobody's: it may pass.
            (&[400], Transient),
        ] {
            for code in codes {
                assert_eq!(cms_class(*code, VendorErrors::Unknown), want, "{code}");
            }
        }
        for code in [512, 513, 514, 515, 517, 538, 554] {
            assert_eq!(cms_class(code, VendorErrors::Cinterion), Permanent, "{code}");
            assert_eq!(cms_class(code, VendorErrors::Wavecom), Transient, "{code}");
        }
    }

    #[test]
    fn tries_are_only_limited_once_the_text_has_left() {
        for code in [21, 500, 512] {
            let failure = Failure::Cms(CodeOrWords::Code(code));
            let class = |left| match read(&failure, left, VendorErrors::Unknown) {
                Refusal::Refused { class, .. } => class,
                Refusal::Doubtful { why } => panic!("{why}"),
            };
            assert_eq!(class(false), RetryClass::Transient);
            assert!(matches!(class(true), RetryClass::AtMost(_)), "{code}");
        }
    }

    #[test]
    fn a_lost_acknowledgement_after_the_text_left_is_in_doubt() {
        let failure = Failure::Cms(CodeOrWords::Code(513));
        let doubtful = |left, vendor| matches!(read(&failure, left, vendor), Refusal::Doubtful { .. });
        assert!(doubtful(true, VendorErrors::Wavecom));
        assert!(!doubtful(false, VendorErrors::Wavecom));
        assert!(!doubtful(true, VendorErrors::Cinterion));
    }

    #[test]
    fn an_error_without_its_code_after_the_text_left_is_in_doubt() {
        let doubtful = |left| {
            matches!(
                read(&Failure::Error, left, VendorErrors::Unknown),
                Refusal::Doubtful { .. }
            )
        };
        assert!(doubtful(true));
        assert!(!doubtful(false));
    }

    #[test]
    fn a_network_timeout_after_the_text_left_is_in_doubt() {
        let failure = Failure::Cms(CodeOrWords::Code(332));
        assert!(matches!(
            read(&failure, true, VendorErrors::Unknown),
            Refusal::Doubtful { .. }
        ));
        assert!(matches!(
            read(&failure, false, VendorErrors::Unknown),
            Refusal::Refused { .. }
        ));
    }
}
