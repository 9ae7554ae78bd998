//! How long to wait before a retry: full jitter, exponential between a base and a cap.
//!
//! "Full" because the aim is that many isolates which failed together do not come back together: the wait is uniform
//! between nothing and the exponential step (Brooker, "Exponential Backoff And Jitter").

use std::time::Duration;

use crate::random::Random;

/// `RETRY_BACKOFF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backoff {
    /// The first step.
    pub base: Duration,
    /// No step is longer.
    pub cap: Duration,
}

impl Backoff {
    /// The wait before retry number `retry` (1 = the first).
    pub fn wait(self, retry: u32, random: &mut Random) -> Duration {
        let factor = 1u32.checked_shl(retry.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap).mul_f64(random.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_double_up_to_the_cap_and_waits_fill_them() {
        let backoff = Backoff { base: Duration::from_millis(100), cap: Duration::from_secs(1) };
        let mut random = Random::new(1);
        for (retry, step) in [(1, 100), (2, 200), (4, 800), (5, 1000), (60, 1000), (u32::MAX, 1000)] {
            let step = Duration::from_millis(step);
            let waits: Vec<_> = (0..200).map(|_| backoff.wait(retry, &mut random)).collect();
            assert!(waits.iter().all(|w| *w <= step), "{retry}");
            assert!(waits.iter().any(|w| *w < step / 4) && waits.iter().any(|w| *w > step / 4 * 3), "{retry}");
        }
    }
}
