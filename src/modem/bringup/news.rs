//! How new texts are told: the `+CNMI` settings that a modem allows where it refuses all that its family should take.
//! 3GPP TS 27.005 §3.4.1.

use super::Bringup;
use super::state::{Rung, State};
use std::collections::VecDeque;

/// Settings tried of those that fit.
const MAX_FITTING: usize = 12;
/// `<mt>`: stored and announced; handed on as they come.
const ANNOUNCED: u8 = 1;
const HANDED_ON: u8 = 2;

/// Settings that the modem allows, the best first: announced before handed on, since what is stored waits for us. With no
/// word from the modem: those that most take.
pub fn fitting(ranges: Option<&[Vec<u8>; 5]>, tried: &[&str]) -> VecDeque<[u8; 5]> {
    let usual = [vec![1, 2], vec![HANDED_ON], vec![0], vec![0, 1], vec![0]];
    let [modes, deliveries, broadcasts, reports, buffers] = ranges.unwrap_or(&usual);
    let among = |wanted: &[u8], allowed: &[u8]| -> Vec<u8> {
        let known = wanted.iter().copied().filter(|value| allowed.contains(value));
        known.collect()
    };
    let broadcast = broadcasts.iter().min().copied().unwrap_or(0);
    let buffer = buffers.iter().min().copied().unwrap_or(0);
    let mut found = VecDeque::new();
    for mt in among(&[ANNOUNCED, HANDED_ON], deliveries) {
        // A stored report where texts are stored, a report handed on where texts are.
        let ways = if mt == ANNOUNCED { [2, 1, 0] } else { [1, 2, 0] };
        for ds in among(&ways, reports) {
            for mode in among(&[2, 1, 3], modes) {
                found.push_back([mode, mt, broadcast, ds, buffer]);
            }
        }
    }
    found.retain(|[mode, mt, bm, ds, bfr]| {
        let line = format!("+CNMI={mode},{mt},{bm},{ds},{bfr}");
        !tried.contains(&line.as_str())
    });
    found.truncate(MAX_FITTING);
    found
}

impl Bringup {
    /// That setting was refused, or taken and not done.
    pub(super) fn next_rung(&mut self, rung: Rung) {
        match rung {
            Rung::Family(number) => self.enter(State::Notify {
                rung: Rung::Family(number + 1),
                again: 0,
            }),
            Rung::Fitting => {
                self.fitting.pop_front();
                self.next_fitting();
            }
        }
    }

    /// Before the first text is handed on unstored, the network is to keep it until we have it.
    pub(super) fn next_fitting(&mut self) {
        let handed_on = self.fitting.front().is_some_and(|[_, mt, ..]| *mt == HANDED_ON);
        let ask = handed_on && !self.asked_acknowledgement;
        self.asked_acknowledgement |= ask;
        self.enter(match ask {
            true => State::WithAcknowledgement,
            false => State::Notify {
                rung: Rung::Fitting,
                again: 0,
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_what_the_modem_allows_and_was_not_tried() {
        let siemens = [vec![0, 1, 2, 3], vec![0, 1], vec![0, 2, 3], vec![0, 2], vec![1]];
        let found = fitting(Some(&siemens), &["+CNMI=2,1,0,2,0", "+CNMI=2,1,0,2,1"]);
        assert_eq!(found[0], [1, 1, 0, 2, 1]);
        assert!(found.iter().all(|setting| setting[1] == 1 && setting[4] == 1));
        assert!(!found.contains(&[2, 1, 0, 2, 1]), "it was refused before");
        let direct = [vec![0, 1], vec![0, 2], vec![0], vec![0, 1], vec![0]];
        assert_eq!(fitting(Some(&direct), &[]), [[1, 2, 0, 1, 0], [1, 2, 0, 0, 0]]);
        let none = [vec![0, 1, 2], vec![0], vec![0], vec![0], vec![0]];
        assert!(fitting(Some(&none), &[]).is_empty());
        assert_eq!(fitting(None, &[])[0], [2, 2, 0, 1, 0]);
    }

    #[test]
    fn settings_that_fit_are_bounded() {
        let everything = std::array::from_fn(|_| (0..=9).collect());
        assert_eq!(fitting(Some(&everything), &[]).len(), MAX_FITTING);
        assert!(
            fitting(Some(&everything), &[])
                .iter()
                .any(|setting| setting[1] == HANDED_ON)
        );
    }
}
