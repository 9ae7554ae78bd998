//! How many of the recent requests failed?

use crate::time::Time;

/// Failures and all requests of the last 30 seconds, in six slots.
#[derive(Debug, Clone, Default)]
pub struct Window {
    slots: [(u64, u32, u32); 6],
}

impl Window {
    /// One more.
    pub fn count(&mut self, now: Time, failed: bool) {
        let turn = now.secs() / SLOT_SECS;
        if let Some(slot) = self.slots.get_mut((turn % 6) as usize) {
            if slot.0 != turn {
                *slot = (turn, 0, 0);
            }
            slot.1 = slot.1.saturating_add(u32::from(failed));
            slot.2 = slot.2.saturating_add(1);
        }
    }

    /// The longest row of failures that chance alone may make of what was seen before the present one, of this length:
    /// it is to be expected less than once in ten times as many requests.
    pub fn chance(&self, now: Time, row: u32) -> u32 {
        let (failed, all) = self.recent(now);
        let (failed, all) = (failed.saturating_sub(row), all.saturating_sub(row));
        if all < MIN_REQUESTS {
            return 0;
        }
        let (one, mut expected) = (f64::from(failed) / f64::from(all), f64::from(all) * 10.0);
        (0..MAX_ROW)
            .find(|_| {
                let is_rare = expected < 1.0;
                expected *= one;
                is_rare
            })
            .unwrap_or(MAX_ROW)
    }

    /// At least half of at least twenty.
    pub fn bad(&self, now: Time) -> bool {
        let (failed, all) = self.recent(now);
        all >= MIN_REQUESTS && failed.saturating_mul(2) >= all
    }

    fn recent(&self, now: Time) -> (u32, u32) {
        let turn = now.secs() / SLOT_SECS;
        let recent = self.slots.iter().filter(|s| turn.saturating_sub(s.0) < 6);
        recent.fold((0u32, 0u32), |(f, a), s| (f.saturating_add(s.1), a.saturating_add(s.2)))
    }
}

const SLOT_SECS: u64 = 5;
const MIN_REQUESTS: u32 = 20;

/// A longer row is never asked for.
const MAX_ROW: u32 = 20;
