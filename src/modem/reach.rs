//! Does the network reach us? Proof is what comes from the network, not what the modem answers to `AT`.
//!
//! Two things follow. A spell in which no call could have come is told ([`Event::Deaf`], [`Event::Hears`]), because the
//! owner must know; and a modem that answers but hears nothing is suspected, which takes it up the ladder of
//! [`super::health`]. A healthy modem is not disturbed: what it never told (its signal, its line's caller display) is not
//! held against it.

use super::{Deafness, Event};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A shorter spell is not worth a word: bring-up, a cell change.
pub const SPELL_MIN: Duration = Duration::from_secs(60);
/// Not registered for this long: the radio is switched off and on.
pub const UNREGISTERED_PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Registered, and so many answers in a row without any signal, from a modem that has told its signal before.
const DARK_MAX: u8 = 3;
/// Registered, and so many texts in a row that no network took.
const FAILED_SENDS_MAX: u8 = 3;
/// No sign from the network for this long, and it is asked something itself.
pub const OWN_TEST_AFTER: Duration = Duration::from_secs(6 * 3600);
/// So many own tests in a row without an answer, after one that had one.
const FAILED_TESTS_MAX: u8 = 2;

/// A time in which nothing could reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spell {
    why: Deafness,
    since: Instant,
    told: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Reach {
    spell: Option<Spell>,
    unregistered: Option<Instant>,
    /// The last sign from the network.
    proof: Option<Instant>,
    signal_told: bool,
    dark: u8,
    failed_sends: u8,
    tested: Option<Instant>,
    /// The network has answered an own test on this line before.
    testable: bool,
    failed_tests: u8,
    events: VecDeque<Event>,
}

impl Reach {
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The last sign from the network.
    pub fn last_proof(&self) -> Option<Instant> {
        self.proof
    }

    /// A call, a text, a report, the network's time, a text it took.
    pub fn proof(&mut self, at: Instant) {
        self.proof = Some(at);
        self.dark = 0;
        self.failed_sends = 0;
        self.failed_tests = 0;
    }

    /// What `+CSQ` said while registered.
    pub fn signal(&mut self, known: bool) {
        if known {
            self.signal_told = true;
            self.dark = 0;
        } else if self.signal_told {
            self.dark = self.dark.saturating_add(1);
        }
    }

    /// A text that no network took, while registered.
    pub fn send_failed(&mut self) {
        self.failed_sends = self.failed_sends.saturating_add(1);
    }

    /// The network should be asked something itself: it has been silent for long.
    pub fn wants_test(&self, at: Instant) -> bool {
        let last = [self.proof, self.tested].into_iter().flatten().max();
        last.is_some_and(|last| at.saturating_duration_since(last) >= OWN_TEST_AFTER)
    }

    /// What became of that question: the network answered it, or not.
    pub fn tested(&mut self, answered: bool, at: Instant) {
        self.tested = Some(at);
        if answered {
            self.testable = true;
            self.proof(at);
        } else if self.testable {
            self.failed_tests = self.failed_tests.saturating_add(1);
        }
    }

    /// Another modem, another SIM, or the same one restarted.
    pub fn forget(&mut self) {
        self.signal_told = false;
        self.dark = 0;
        self.failed_sends = 0;
        self.failed_tests = 0;
    }

    /// How things stand now: what keeps the network from reaching us, if anything. `port`: there is one, so a bring-up
    /// may end it soon.
    pub fn look(&mut self, deaf: Option<Deafness>, at: Instant) {
        let Some(why) = deaf else {
            self.unregistered = None;
            self.proof = self.proof.or(Some(at));
            if let Some(spell) = self.spell.take().filter(|spell| spell.told) {
                let after = at.saturating_duration_since(spell.since);
                self.events.push_back(Event::Hears { why: spell.why, after });
            }
            return;
        };
        if why == Deafness::NoNetwork {
            self.unregistered.get_or_insert(at);
        } else {
            self.unregistered = None;
        }
        let spell = self.spell.get_or_insert(Spell {
            why,
            since: at,
            told: false,
        });
        if spell.told {
            return;
        }
        // Setting up is what one does after everything else.
        if spell.why == Deafness::NotReady {
            spell.why = why;
        }
        let ago = at.saturating_duration_since(spell.since);
        if why == Deafness::NoModem || ago >= SPELL_MIN {
            spell.told = true;
            self.events.push_back(Event::Deaf { why: spell.why, ago });
        }
    }

    /// It turned out that nothing could reach us since then.
    pub fn was_deaf(&mut self, why: Deafness, since: Instant, at: Instant) {
        let since = self.spell.map_or(since, |spell| spell.since.min(since));
        self.spell = Some(Spell { why, since, told: true });
        let ago = at.saturating_duration_since(since);
        self.events.push_back(Event::Deaf { why, ago });
    }

    /// Why a modem that answers is taken for deaf, if it is.
    pub fn suspicion(&self, at: Instant) -> Option<String> {
        let unregistered = self
            .unregistered
            .map(|since| at.saturating_duration_since(since))
            .filter(|so_long| *so_long >= UNREGISTERED_PATIENCE);
        if let Some(so_long) = unregistered {
            return Some(format!("not registered for {} min", so_long.as_secs() / 60));
        }
        if self.dark >= DARK_MAX {
            return Some(format!("registered, and no signal {DARK_MAX} times in a row"));
        }
        if self.failed_sends >= FAILED_SENDS_MAX {
            return Some(format!(
                "registered, and {FAILED_SENDS_MAX} texts in a row that no network took"
            ));
        }
        (self.failed_tests >= FAILED_TESTS_MAX)
            .then(|| format!("registered, and the network left {FAILED_TESTS_MAX} questions unanswered"))
    }

    /// When, after `at`, [`Reach::look`] or [`Reach::suspicion`] has something new.
    pub fn deadline(&self, at: Instant) -> Option<Instant> {
        let spell = self
            .spell
            .filter(|spell| !spell.told)
            .map(|spell| spell.since + SPELL_MIN);
        let patience = self.unregistered.map(|since| since + UNREGISTERED_PATIENCE);
        [spell, patience].into_iter().flatten().filter(|due| *due > at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(n: u64) -> Duration {
        Duration::from_secs(60 * n)
    }

    #[test]
    fn a_short_spell_is_not_told_and_a_long_one_is_told_once_with_its_length() {
        let start = Instant::now();
        let mut reach = Reach::default();
        reach.look(Some(Deafness::NotReady), start);
        reach.look(None, start + Duration::from_secs(20));
        assert_eq!(reach.poll_event(), None);
        reach.look(Some(Deafness::NoNetwork), start + minutes(5));
        assert_eq!(reach.deadline(start + minutes(5)), Some(start + minutes(6)));
        for n in 6..9 {
            reach.look(Some(Deafness::NoNetwork), start + minutes(n));
        }
        reach.look(None, start + minutes(34));
        let told: Vec<Event> = std::iter::from_fn(|| reach.poll_event()).collect();
        let why = Deafness::NoNetwork;
        assert_eq!(
            told,
            [
                Event::Deaf { why, ago: minutes(1) },
                Event::Hears {
                    why,
                    after: minutes(29)
                }
            ]
        );
    }

    #[test]
    fn a_missing_modem_needs_no_timer() {
        let start = Instant::now();
        let mut reach = Reach::default();
        reach.look(Some(Deafness::NoModem), start);
        assert!(matches!(reach.poll_event(), Some(Event::Deaf { .. })));
        assert_eq!(reach.deadline(start), None);
    }

    #[test]
    fn what_a_modem_never_told_is_not_held_against_it() {
        let at = Instant::now();
        let mut reach = Reach::default();
        for _ in 0..9 {
            reach.signal(false);
            reach.tested(false, at);
        }
        assert_eq!(reach.suspicion(at), None);
        reach.signal(true);
        reach.tested(true, at);
        for _ in 0..DARK_MAX {
            reach.signal(false);
        }
        assert!(reach.suspicion(at).is_some_and(|why| why.contains("no signal")));
        reach.proof(at);
        assert_eq!(reach.suspicion(at), None);
    }
}
