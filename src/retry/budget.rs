//! Have there been too many retries already?
//!
//! Retries may be a share of the recent requests, with a floor so that a quiet site can retry at all. Counted over the
//! last ten seconds in ten slots; one isolate knows only its own. After linkerd's and Finagle's retry budgets.

use crate::time::Time;

/// `RETRY_BUDGET`: retries per request, `0.0..=1.0`. Zero means no retries at all.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share(pub f64);

/// What has been sent lately.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    slots: [Slot; SLOTS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    second: u64,
    requests: u32,
    retries: u32,
}

impl Budget {
    /// A first attempt is being made.
    pub fn request(&mut self, now: Time) {
        if let Some(slot) = self.slot(now) {
            slot.requests = slot.requests.saturating_add(1);
        }
    }

    /// Takes one retry out of the budget, if there is one.
    pub fn take(&mut self, share: Share, now: Time) -> bool {
        if self.left(share, now) == 0 {
            return false;
        }
        if let Some(slot) = self.slot(now) {
            slot.retries = slot.retries.saturating_add(1);
        }
        true
    }

    /// How many retries could be made now.
    #[must_use]
    pub fn left(&self, share: Share, now: Time) -> u32 {
        if share.0 <= 0.0 {
            return 0;
        }
        let recent = |s: &&Slot| now.secs().saturating_sub(s.second) < SLOTS as u64;
        let (requests, retries) = self
            .slots
            .iter()
            .filter(recent)
            .fold((0u32, 0u32), |(q, t), s| (q.saturating_add(s.requests), t.saturating_add(s.retries)));
        let allowed = (f64::from(requests) * share.0) as u32;
        allowed.max(FLOOR).saturating_sub(retries)
    }

    fn slot(&mut self, now: Time) -> Option<&mut Slot> {
        let second = now.secs();
        let slot = self.slots.get_mut((second % SLOTS as u64) as usize)?;
        if slot.second != second {
            *slot = Slot { second, ..Slot::default() };
        }
        Some(slot)
    }
}

/// Retries that a window always has room for.
pub const FLOOR: u32 = 3;

const SLOTS: usize = 10;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FIFTH: Share = Share(0.2);

    #[test]
    fn a_quiet_site_has_the_floor() {
        let mut budget = Budget::default();
        let now = Time::from_secs(100);
        assert_eq!((0..10).filter(|_| budget.take(FIFTH, now)).count(), 3);
        assert!(budget.take(FIFTH, now + Duration::from_secs(10)), "and has it again after the window");
    }

    #[test]
    fn a_busy_site_has_its_share() {
        let mut budget = Budget::default();
        for second in 0..10 {
            (0..100).for_each(|_| budget.request(Time::from_secs(100 + second)));
        }
        let now = Time::from_secs(109);
        assert_eq!((0..1000).filter(|_| budget.take(FIFTH, now)).count(), 200);
    }

    #[test]
    fn nothing_means_nothing() {
        assert!(!Budget::default().take(Share(0.0), Time::from_secs(1)));
    }
}
