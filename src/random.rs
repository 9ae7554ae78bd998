//! Where does chance come from? From a seed that is an argument.
//!
//! SplitMix64 (Steele, Lea, Flood 2014): good enough to spread retries, not for secrets. Not here: the seed itself (`edge/`).

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone, Copy)]
pub struct Random(u64);

impl Random {
    /// From a seed; equal seeds give equal streams.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, uniform in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 53 bits: all that an f64 between 0 and 1 can tell apart.
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_uniform_enough_and_repeatable() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        let mut sum = 0.0;
        for _ in 0..10_000 {
            let x = a.unit();
            assert!((0.0..1.0).contains(&x));
            assert!((x - b.unit()).abs() < f64::EPSILON);
            sum += x;
        }
        assert!((sum / 10_000.0 - 0.5).abs() < 0.02, "{sum}");
    }
}
