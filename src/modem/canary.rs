//! Settings as canaries: a modem that restarted without a word has forgotten them, and tells us of nothing any more.
//!
//! What it answered to bring-up is kept; the same question later, answered with the value after a restart, is the proof.
//! A modem that never showed the setting as set proves nothing by not showing it now.

use crate::at::fields::Fields;
use std::time::Instant;

/// A setting that is told by an answer: the answer's name, the field, and what it is after a restart.
#[derive(Debug, Clone, Copy)]
struct Setting {
    name: &'static str,
    field: usize,
    /// Fields that the answer has at least; the unsolicited form of the same name has fewer or others.
    fields: usize,
    lost: &'static str,
    what: &'static str,
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "+CREG",
        field: 0,
        fields: 2,
        lost: "0",
        what: "+CREG is 0 again",
    },
    Setting {
        name: "+CNMI",
        field: 1,
        fields: 2,
        lost: "0",
        what: "+CNMI announces nothing any more",
    },
];

/// See the module.
#[derive(Debug, Default)]
pub struct Canary {
    /// For each of [`SETTINGS`]: it was seen set.
    seen: [bool; SETTINGS.len()],
    /// When all that was asked was last found as set.
    well: Option<Instant>,
}

impl Canary {
    /// Nothing is known: a port opened, a restart.
    pub fn forget(&mut self) {
        *self = Canary::default();
    }

    /// Whether the setting of that name was ever shown as set, so that asking for it says something.
    pub fn shows(&self, name: &str) -> bool {
        SETTINGS.iter().zip(self.seen).any(|(s, seen)| s.name == name && seen)
    }

    /// When the settings were last found as they should be.
    pub fn well(&self) -> Option<Instant> {
        self.well
    }

    /// Takes an answer to a question for a setting. What was lost, in words.
    pub fn answer(&mut self, line: &str, at: Instant) -> Option<&'static str> {
        for (setting, seen) in SETTINGS.iter().zip(&mut self.seen) {
            let Some(fields) = Fields::after_name(line, setting.name) else {
                continue;
            };
            if fields.len() < setting.fields || fields.number::<u8>(setting.field).is_none() {
                continue;
            }
            if fields.text(setting.field) != setting.lost {
                *seen = true;
                self.well = Some(at);
            } else if *seen {
                return Some(setting.what);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_setting_that_was_seen_set_can_be_lost() {
        let at = Instant::now();
        let mut canary = Canary::default();
        assert_eq!(canary.answer("+CREG: 0,1", at), None);
        assert!(!canary.shows("+CREG"));
        assert_eq!(canary.answer("+CREG: 2,1,\"00C3\",\"0000A1B2\",7", at), None);
        assert_eq!(canary.answer("+CNMI: 2,1,0,2,0", at), None);
        assert_eq!(canary.answer("+CREG: 0,1", at), Some("+CREG is 0 again"));
        assert_eq!(
            canary.answer("+CNMI: 2,0,0,0,0", at),
            Some("+CNMI announces nothing any more")
        );
        assert_eq!(canary.answer("+CNMI: 2,1", at), None);
    }
}
