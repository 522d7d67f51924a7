//! Notes of the modem's on their way to the journal: one that is said again and again is written seldom, and then how often it was
//! said. A modem that warns of its supply every second would wear the card, and hide what else the journal says.

use std::time::{Duration, Instant};

/// The same note is written again after this long.
const AGAIN: Duration = Duration::from_secs(3600);
/// Notes remembered; the one heard longest ago goes first.
const NOTES_MAX: usize = 32;

/// What was noted lately.
#[derive(Debug, Default)]
pub(in crate::daemon) struct Notes {
    lately: Vec<Lately>,
}

#[derive(Debug)]
struct Lately {
    what: &'static str,
    why: String,
    written: Instant,
    heard: Instant,
    unwritten: u64,
}

impl Notes {
    /// What to write of it, if anything.
    pub fn take(&mut self, what: &'static str, why: &str, at: Instant) -> Option<String> {
        if let Some(known) = self.lately.iter_mut().find(|note| note.what == what && note.why == why) {
            known.heard = at;
            if at.saturating_duration_since(known.written) < AGAIN {
                known.unwritten += 1;
                return None;
            }
            known.written = at;
            return Some(match std::mem::take(&mut known.unwritten) {
                0 => why.to_owned(),
                more => format!("{why} (and {more} times since it was last noted)"),
            });
        }
        if self.lately.len() >= NOTES_MAX
            && let Some(oldest) = (0..self.lately.len()).min_by_key(|&i| self.lately[i].heard)
        {
            self.lately.swap_remove(oldest);
        }
        self.lately.push(Lately {
            what,
            why: why.to_owned(),
            written: at,
            heard: at,
            unwritten: 0,
        });
        Some(why.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_every_second_is_written_every_hour_with_how_often_it_was_said() {
        let start = Instant::now();
        let mut notes = Notes::default();
        let mut written = Vec::new();
        for second in 0..=7200 {
            let at = start + Duration::from_secs(second);
            written.extend(notes.take("supply", "UNDER-VOLTAGE WARNNING", at));
        }
        assert_eq!(
            written,
            [
                "UNDER-VOLTAGE WARNNING",
                "UNDER-VOLTAGE WARNNING (and 3599 times since it was last noted)",
                "UNDER-VOLTAGE WARNNING (and 3599 times since it was last noted)",
            ]
        );
    }

    #[test]
    fn other_notes_are_written_and_memory_is_bounded() {
        let at = Instant::now();
        let mut notes = Notes::default();
        for n in 0..1000 {
            assert!(notes.take("slot", &format!("slot {n} was refused"), at).is_some());
        }
        assert_eq!(notes.lately.len(), NOTES_MAX);
    }
}
