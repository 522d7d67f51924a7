//! The button: held 3 s it opens the claim window, held 10 s it clears owners and PIN.
//!
//! Nothing happens before the finger lifts: who holds it by mistake sees the lights change and can hold on. A button that
//! is still down after [`STUCK`] is a short circuit or a screw, and means nothing.

use super::line::Sensed;
use embedded_hal::digital::InputPin;
use std::time::{Duration, Instant};

/// Held this long, the claim window opens.
pub const CLAIM_HOLD: Duration = Duration::from_secs(3);
/// Held this long, owners and PIN are cleared; opt-outs stay.
pub const CLEAR_HOLD: Duration = Duration::from_secs(10);
/// Held longer than this it isn't a finger.
pub const STUCK: Duration = Duration::from_secs(60);
/// Contacts bounce this long.
pub const BOUNCE: Duration = Duration::from_millis(30);

/// What the person at the box wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Let a new owner claim the box by text.
    Claim,
    /// Forget owners and PIN. Opt-outs stay.
    Clear,
}

/// How far the finger has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Not down, or not long enough for anything.
    No,
    /// Lifting it now opens the claim window.
    Claim,
    /// Lifting it now clears owners and PIN.
    Clear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contact {
    Up,
    Down {
        since: Instant,
    },
    /// Not heeded until the contact opens: it was down when we started, or it is stuck.
    Ignored,
}

/// A button on an input line. Sampled at every edge and whenever [`Button::wake_at`] says.
#[derive(Debug)]
pub struct Button<I> {
    line: Sensed<I>,
    contact: Contact,
    /// The level seen last and since when, until it has stood for [`BOUNCE`].
    settling: Option<(bool, Instant)>,
}

impl<I: InputPin> Button<I> {
    /// A button that is down now is not heeded until it was let go: a box that starts with a stuck one keeps its owners.
    ///
    /// # Errors
    /// If the line can't be read.
    pub fn new(mut line: Sensed<I>) -> Result<Self, I::Error> {
        let contact = if line.is_active()? {
            Contact::Ignored
        } else {
            Contact::Up
        };
        Ok(Button {
            line,
            contact,
            settling: None,
        })
    }

    /// Looks at the line.
    ///
    /// # Errors
    /// If the line can't be read.
    pub fn sample(&mut self, at: Instant) -> Result<Option<Press>, I::Error> {
        let down = self.line.is_active()?;
        if let Contact::Down { since } = self.contact
            && at.saturating_duration_since(since) > STUCK
        {
            self.contact = Contact::Ignored;
        }
        if down == (self.contact != Contact::Up) {
            self.settling = None;
            return Ok(None);
        }
        let since = match self.settling {
            Some((level, since)) if level == down => since,
            _ => at,
        };
        if at.saturating_duration_since(since) < BOUNCE {
            self.settling = Some((down, since));
            return Ok(None);
        }
        self.settling = None;
        let before = self.contact;
        self.contact = if down { Contact::Down { since } } else { Contact::Up };
        Ok(match before {
            Contact::Down { since: down_since } => match since.saturating_duration_since(down_since) {
                held if held >= CLEAR_HOLD => Some(Press::Clear),
                held if held >= CLAIM_HOLD => Some(Press::Claim),
                _ => None,
            },
            Contact::Up | Contact::Ignored => None,
        })
    }

    /// What lifting the finger now would do: for the lights.
    #[must_use]
    pub fn held(&self, at: Instant) -> Held {
        match self.contact {
            Contact::Down { since } => match at.saturating_duration_since(since) {
                held if held > STUCK => Held::No,
                held if held >= CLEAR_HOLD => Held::Clear,
                held if held >= CLAIM_HOLD => Held::Claim,
                _ => Held::No,
            },
            Contact::Up | Contact::Ignored => Held::No,
        }
    }

    /// When to sample next if no edge comes before.
    #[must_use]
    pub fn wake_at(&self, at: Instant) -> Option<Instant> {
        if let Some((_, since)) = self.settling {
            return Some(since + BOUNCE);
        }
        match self.contact {
            Contact::Down { since } => [CLAIM_HOLD, CLEAR_HOLD, STUCK + BOUNCE]
                .into_iter()
                .map(|hold| since + hold)
                .find(|wake| *wake > at),
            Contact::Up | Contact::Ignored => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Active;
    use super::*;
    use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};

    /// Samples (milliseconds, level) of a button that pulls its line low, and what came of them.
    fn run(first: State, samples: &[(u64, State)]) -> (Vec<Press>, Vec<Held>) {
        let mut expected = vec![Transaction::get(first)];
        expected.extend(samples.iter().map(|(_, level)| Transaction::get(*level)));
        let mut pin = Mock::new(&expected);
        let start = Instant::now();
        let mut button = Button::new(Sensed::new(pin.clone(), Active::Low)).expect("readable");
        let mut presses = Vec::new();
        let mut helds = Vec::new();
        for (ms, _) in samples {
            let at = start + Duration::from_millis(*ms);
            presses.extend(button.sample(at).expect("readable"));
            helds.push(button.held(at));
        }
        pin.done();
        (presses, helds)
    }

    fn held_for(ms: u64) -> Vec<Press> {
        let samples = [
            (100, State::Low),
            (130, State::Low),
            (100 + ms, State::High),
            (130 + ms, State::High),
        ];
        run(State::High, &samples).0
    }

    #[test]
    fn three_seconds_claim_ten_seconds_clear_a_tap_nothing() {
        assert_eq!(held_for(200), []);
        assert_eq!(held_for(2_999), []);
        assert_eq!(held_for(3_000), [Press::Claim]);
        assert_eq!(held_for(9_999), [Press::Claim]);
        assert_eq!(held_for(10_000), [Press::Clear]);
        assert_eq!(held_for(59_000), [Press::Clear]);
        assert_eq!(held_for(61_000), [], "a screw on the contacts is no order");
    }

    #[test]
    fn bounces_are_one_press() {
        let mut samples = Vec::new();
        for n in 0..5 {
            samples.push((100 + n * 4, if n % 2 == 0 { State::Low } else { State::High }));
        }
        samples.push((150, State::Low));
        for n in 0..5 {
            samples.push((4_000 + n * 4, if n % 2 == 0 { State::High } else { State::Low }));
        }
        samples.push((4_050, State::High));
        assert_eq!(run(State::High, &samples).0, [Press::Claim]);
    }

    #[test]
    fn a_button_down_at_the_start_means_nothing_until_let_go() {
        let stuck = [(100, State::Low), (20_000, State::High), (20_050, State::High)];
        assert_eq!(run(State::Low, &stuck).0, []);
    }

    #[test]
    fn the_lights_are_told_how_far_it_is_and_the_sampling_wakes_for_it() {
        let samples = [
            (0, State::Low),
            (30, State::Low),
            (3_000, State::Low),
            (10_000, State::Low),
            (60_100, State::Low),
        ];
        let (presses, helds) = run(State::High, &samples);
        assert_eq!(presses, []);
        assert_eq!(helds, [Held::No, Held::No, Held::Claim, Held::Clear, Held::No]);

        let pin = Mock::new(&[
            Transaction::get(State::High),
            Transaction::get(State::Low),
            Transaction::get(State::Low),
        ]);
        let mut done = pin.clone();
        let mut button = Button::new(Sensed::new(pin, Active::Low)).expect("readable");
        let start = Instant::now();
        assert_eq!(button.wake_at(start), None, "an idle button wakes nobody");
        button.sample(start).expect("readable");
        assert_eq!(button.wake_at(start), Some(start + BOUNCE));
        button.sample(start + BOUNCE).expect("readable");
        assert_eq!(button.wake_at(start + BOUNCE), Some(start + CLAIM_HOLD));
        done.done();
    }
}
