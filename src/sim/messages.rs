//! A TPDU arrives from the network: stored and announced, or handed on at once, as `+CNMI` says (TS 27.005 §3.4.1).

use super::address::semi_octets;
use super::agenda::{Due, Request};
use super::kept_settings::Indicator;
use super::modem::Modem;
use super::octets::hex;
use super::profiles::Release;
use super::storage::{Status, Stored};
use super::text_mode;
use super::tpdu::Received;
use std::time::{Duration, Instant};

/// With `+CSMS=1` the client has this long for `+CNMA` (TS 27.005 §3.4.4; TS 24.011 leaves it to the modem).
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(60);

/// A message that the client has not acknowledged yet.
#[derive(Debug)]
pub(super) struct HandedOn {
    number: u64,
    tpdu: Vec<u8>,
}

/// The message class of a TP-DCS, if it has one (TS 23.038 §4).
fn class(dcs: u8) -> Option<u8> {
    matches!(dcs, 0x10..=0x1F | 0x30..=0x3F | 0x50..=0x5F | 0x70..=0x7F | 0xF0..=0xFF).then_some(dcs & 3)
}

impl Modem {
    /// Takes it or not; a message not taken stays with the service centre.
    pub(super) fn deliver(&mut self, tpdu: &[u8], at: Instant) -> bool {
        self.tick(at);
        if !self.is_reachable() || self.unacknowledged.is_some() {
            return false;
        }
        let report = tpdu.first().is_some_and(|first| first & 3 == 2);
        let stored = Stored {
            status: Status::Unread,
            smsc: self.smsc_part(),
            tpdu: tpdu.to_vec(),
        };
        if report {
            return self.take_report(stored);
        }
        let class = match Received::read(tpdu) {
            Ok(Received::Deliver { user_data, .. }) => class(user_data.dcs),
            Ok(Received::Report { .. }) | Err(_) => None,
        };
        match (self.notify[1], class) {
            // Shown on a display, not stored (TS 23.038 §4): where nothing is routed, nobody sees it.
            (0, Some(0)) => {}
            // Makers hand on class 0 with <mt> 1 too (`modem-facts.md`); <mt> 3 does with it what 1 does.
            (1 | 3, Some(0)) | (3, Some(3)) => self.hand_on("+CMT", &stored),
            // Class 2 belongs on the SIM: told as with <mt> 1.
            (2, Some(2)) => return self.store(stored),
            (2, _) => self.hand_on("+CMT", &stored),
            _ => return self.store(stored),
        }
        true
    }

    fn store(&mut self, stored: Stored) -> bool {
        let full = self.faults.storage_full;
        let memory = self.memories.chosen(2);
        let name = memory.name;
        let Some(index) = (if full { None } else { memory.put(stored) }) else {
            self.say_full(name);
            return false;
        };
        if std::mem::take(&mut self.faults.full_instead_of_notice) {
            self.say_full(name);
        } else if self.notify[1] != 0 {
            let told = if std::mem::take(&mut self.faults.wrong_memory) {
                self.memories.other_than(name).unwrap_or(name)
            } else {
                name
            };
            let index = if std::mem::take(&mut self.faults.index_minus_one) {
                "-1".to_owned()
            } else {
                index.to_string()
            };
            self.say_unsolicited(&format!("+CMTI: \"{told}\",{index}"));
            self.indicate(Indicator::Message, 1);
        }
        true
    }

    fn say_full(&mut self, memory: &str) {
        let line = match self.profile.release {
            Release::Cend => format!("^SMMEMFULL: \"{memory}\""),
            Release::CcInfo | Release::Dsci if self.vendor.get("smsfull").is_some_and(|v| v == "1") => {
                format!("+QIND: \"smsfull\",\"{memory}\"")
            }
            Release::MissedCall => "+SMS FULL".to_owned(),
            Release::Silence
            | Release::CallListThenNoCarrier
            | Release::CcInfo
            | Release::Dsci
            | Release::Ecam
            | Release::CallStat
            | Release::Wind => return,
        };
        self.say_unsolicited(&line);
    }

    fn take_report(&mut self, stored: Stored) -> bool {
        match self.notify[3] {
            1 => self.hand_on("+CDS", &stored),
            2 => {
                let memory = if self.profile.report_memory {
                    self.memories.named("SR")
                } else {
                    None
                };
                let memory = match memory {
                    Some(memory) => memory,
                    None => self.memories.chosen(2),
                };
                let name = memory.name;
                let Some(index) = memory.put(stored) else {
                    self.say_full(name);
                    return false;
                };
                let (name, index) = match std::mem::take(&mut self.faults.wrong_report_slot) {
                    true => ("SM", self.profile.first_slot),
                    false => (name, index),
                };
                self.say_unsolicited(&format!("+CDSI: \"{name}\",{index}"));
            }
            // Nobody asked: the modem takes it from the network and drops it.
            _ => {}
        }
        true
    }

    /// `+CMT`, `+CDS`: header and message (TS 27.005 §3.4.1).
    fn hand_on(&mut self, name: &str, stored: &Stored) {
        let line = if self.parameters.get("+CMGF") == 0 {
            let alpha = if name == "+CMT" { "," } else { "" };
            format!(
                "{name}: {alpha}{}\r\n{}",
                stored.tpdu.len(),
                hex(&[stored.smsc.as_slice(), stored.tpdu.as_slice()].concat())
            )
        } else {
            let shown = text_mode::show(
                stored,
                self.charset,
                self.parameters.is_on("+CSDH"),
                false,
                &self.service_centre,
            );
            let head = shown.head.split_once(',').map_or("", |(_, rest)| rest);
            shown
                .body
                .map_or_else(|| format!("{name}: {head}"), |body| format!("{name}: {head}\r\n{body}"))
        };
        self.say_unsolicited(&line);
        if self.parameters.get("+CSMS") == 1 {
            self.handed_on += 1;
            self.unacknowledged = Some(HandedOn {
                number: self.handed_on,
                tpdu: stored.tpdu.clone(),
            });
            self.later(ACKNOWLEDGE_WITHIN, Due::AcknowledgementMissing(self.handed_on));
        }
    }

    /// Not acknowledged in time: nothing more is routed to the client (TS 27.005 §3.4.1, "mt and ds set to 0").
    pub(super) fn give_up_acknowledgement(&mut self, message: u64) {
        if self
            .unacknowledged
            .as_ref()
            .is_some_and(|waiting| waiting.number == message)
        {
            (self.notify[1], self.notify[3]) = (0, 0);
            self.hand_back();
        }
    }

    /// What nobody acknowledged was not delivered: the service centre has it still (TS 23.040 §3.2.7).
    pub(super) fn hand_back(&mut self) {
        if let Some(waiting) = self.unacknowledged.take() {
            self.requests.push_back(Request::NotTaken(waiting.tpdu));
        }
    }

    /// The service centre as PDU mode puts it before the TPDU (TS 27.005 §3.1, `<pdu>`).
    pub(super) fn smsc_part(&self) -> Vec<u8> {
        let digits = semi_octets(self.service_centre.as_str().trim_start_matches('+'));
        let mut part = vec![
            u8::try_from(digits.len() + 1).unwrap_or(0),
            if self.service_centre.type_of_address() == 145 {
                0x91
            } else {
                0x81
            },
        ];
        part.extend(digits);
        part
    }
}
