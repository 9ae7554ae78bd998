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

    /// At least half of at least twenty.
    pub fn bad(&self, now: Time) -> bool {
        let turn = now.secs() / SLOT_SECS;
        let recent = self.slots.iter().filter(|s| turn.saturating_sub(s.0) < 6);
        let (failed, all) = recent.fold((0u32, 0u32), |(f, a), s| (f.saturating_add(s.1), a.saturating_add(s.2)));
        all >= MIN_REQUESTS && failed.saturating_mul(2) >= all
    }
}

const SLOT_SECS: u64 = 5;
const MIN_REQUESTS: u32 = 20;
