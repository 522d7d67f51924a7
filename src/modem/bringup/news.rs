//! How new texts are told: the `+CNMI` settings that the family should take, then those that the modem allows where it refuses
//! all of them. 3GPP TS 27.005 §3.4.1.

use super::state::State;
use std::collections::VecDeque;

/// Settings tried of those that fit.
const MAX_FITTING: usize = 12;
/// `<mt>`: stored and announced; handed on as they come.
const ANNOUNCED: u8 = 1;
const HANDED_ON: u8 = 2;

/// The settings that are left to try, and what was asked on their account.
#[derive(Debug, Default)]
pub struct News {
    /// The first is the one that is tried.
    settings: VecDeque<[u8; 5]>,
    asked_ranges: bool,
    asked_acknowledgement: bool,
}

impl News {
    /// Begins with those.
    pub fn new(settings: &[[u8; 5]]) -> News {
        News {
            settings: settings.iter().copied().collect(),
            ..News::default()
        }
    }

    /// The one to try; `None`: none is left.
    pub fn setting(&self) -> Option<[u8; 5]> {
        self.settings.front().copied()
    }

    /// It was refused, or taken and not done. The step that follows.
    pub fn refused(&mut self) -> State {
        self.settings.pop_front();
        self.step()
    }

    /// The modem told what it allows, or knows no such question; `tried` were refused. The step that follows.
    pub fn fit(&mut self, ranges: Option<&[Vec<u8>; 5]>, tried: &[[u8; 5]]) -> State {
        self.settings = fitting(ranges, tried);
        self.step()
    }

    fn step(&mut self) -> State {
        match self.setting() {
            None if !self.asked_ranges => {
                self.asked_ranges = true;
                State::NotifyRanges
            }
            // Before the first text is handed on unstored, the network is to keep it until we have it.
            Some([_, HANDED_ON, ..]) if !self.asked_acknowledgement => {
                self.asked_acknowledgement = true;
                State::WithAcknowledgement
            }
            Some(_) | None => State::Notify { again: 0 },
        }
    }
}

/// Settings that the modem allows, the best first: announced before handed on, since what is stored waits for us. With no
/// word from the modem: those that most take.
fn fitting(ranges: Option<&[Vec<u8>; 5]>, tried: &[[u8; 5]]) -> VecDeque<[u8; 5]> {
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
    found.retain(|setting| !tried.contains(setting));
    found.truncate(MAX_FITTING);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_what_the_modem_allows_and_was_not_tried() {
        let siemens = [vec![0, 1, 2, 3], vec![0, 1], vec![0, 2, 3], vec![0, 2], vec![1]];
        let found = fitting(Some(&siemens), &[[2, 1, 0, 2, 0], [2, 1, 0, 2, 1]]);
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
