//! A line with its polarity: what is "on" and "pressed" on this board, so that nobody else thinks in high and low.

use embedded_hal::digital::{InputPin, OutputPin, PinState};
use serde::Deserialize;

/// The level that means "on", "pressed", "key down".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Active {
    /// High is on.
    #[default]
    High,
    /// Low is on.
    Low,
}

impl Active {
    /// The level for on (`true`) or off.
    #[must_use]
    pub fn level(self, on: bool) -> PinState {
        PinState::from(on == (self == Active::High))
    }
}

/// An output line.
#[derive(Debug)]
pub struct Driven<O> {
    pin: O,
    active: Active,
}

impl<O: OutputPin> Driven<O> {
    /// A line that is driven to `active` for on.
    pub fn new(pin: O, active: Active) -> Self {
        Driven { pin, active }
    }

    /// Drives it.
    ///
    /// # Errors
    /// If the line can't be driven.
    pub fn set(&mut self, on: bool) -> Result<(), O::Error> {
        self.pin.set_state(self.active.level(on))
    }
}

/// An input line.
#[derive(Debug)]
pub struct Sensed<I> {
    pin: I,
    active: Active,
}

impl<I: InputPin> Sensed<I> {
    /// A line that reads `active` for on.
    pub fn new(pin: I, active: Active) -> Self {
        Sensed { pin, active }
    }

    /// Reads it.
    ///
    /// # Errors
    /// If the line can't be read.
    pub fn is_active(&mut self) -> Result<bool, I::Error> {
        match self.active {
            Active::High => self.pin.is_high(),
            Active::Low => self.pin.is_low(),
        }
    }
}
