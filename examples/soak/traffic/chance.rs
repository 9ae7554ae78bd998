//! What happens by chance? Everything that comes from one seed, so that a run can be had again.

use understudy::random::Random;

/// A stream of dice.
pub struct Chance(Random);

impl Chance {
    /// That of one visitor.
    pub fn new(seed: u64, visitor: usize) -> Self {
        Self(Random::new(seed.wrapping_mul(1_000_003).wrapping_add(visitor as u64)))
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.0.unit() * n as f64) as usize
    }

    /// True so many times in a hundred.
    pub fn share(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}
