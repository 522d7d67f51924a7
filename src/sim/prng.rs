//! SplitMix64: enough chance for jitter and faults, the same on every machine for the same seed.

/// A seeded stream of numbers. Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Prng(u64);

impl Prng {
    pub(super) fn new(seed: u64) -> Self {
        Prng(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 up to, not including, `bound`; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// True once in `n` on average; never for 0.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        n != 0 && self.below(u64::from(n)) == 0
    }

    /// `base`, up to a quarter longer.
    pub(super) fn jitter(&mut self, base: std::time::Duration) -> std::time::Duration {
        let quarter = u64::try_from(base.as_micros() / 4).unwrap_or(0);
        base + std::time::Duration::from_micros(self.below(quarter))
    }
}
