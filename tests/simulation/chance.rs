//! SplitMix64: chance that is the same on every machine for the same seed.

use std::time::Duration;

/// A seeded stream of numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` up to and including `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.draw() % (high - low + 1)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        n != 0 && self.draw().is_multiple_of(n)
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let n = u64::try_from(of.len()).unwrap();
        &of[usize::try_from(self.draw() % n).unwrap()]
    }

    pub fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }
}
