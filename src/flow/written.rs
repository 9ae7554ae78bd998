//! Is an answer the one of the copy that was just written, so that there is nothing to write?
//!
//! By its validators, where it has any, and by what it says of its keeping. Content without validators has to be read to
//! find out: often in the beginning, and ever more seldom while it stays the same.

use std::time::Duration;

use crate::stale::Variants;
use crate::time::Time;

/// A copy that was written, or tried in vain.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// When an answer was last taken for it.
    at: Time,
    fingerprint: Option<u64>,
    /// The hash of what it said of its keeping.
    said: u64,
    /// Of content without validators: what was written, and when; and how often it was read lately.
    body: Option<(u64, Time)>,
    looks: u32,
    /// Under the hash of a primary key: how the variants are told apart, each of which has an entry of its own.
    variants: Option<Variants>,
}

/// An answer, as far as it has to be read: what is not asked for costs nothing.
pub struct Answer<'a> {
    /// Its validators in one number, if it has any.
    pub fingerprint: &'a dyn Fn() -> Option<u64>,
    /// What it says of its keeping.
    pub said: &'a dyn Fn() -> String,
}

impl Written {
    /// The list of variants under a primary key.
    pub(super) fn list(variants: Variants, now: Time) -> Self {
        Self { at: now, variants: Some(variants), ..Self::default() }
    }

    /// A copy, where there was this one.
    pub(super) fn after(before: Option<Self>, fingerprint: Option<u64>, said: u64, now: Time) -> Self {
        let written = Self { at: now, fingerprint, said, ..Self::default() };
        let before = before.filter(|before| before.said == said && now.since(before.at) < FORGOTTEN);
        match before.filter(|_| fingerprint.is_none()) {
            Some(before) => Self { looks: before.looks.saturating_add(1), body: before.body, ..written },
            None => written,
        }
    }

    pub(super) fn variants(&self) -> Option<&Variants> {
        self.variants.as_ref()
    }

    pub(super) fn into_variants(self) -> Option<Variants> {
        self.variants
    }

    /// Is there nothing to write, or to find out?
    pub(super) fn holds(&self, answer: &Answer, said: impl Fn() -> u64, now: Time, span: Duration) -> bool {
        let span = if self.fingerprint.is_some() { span } else { self.rest().min(span) };
        self.variants.is_none()
            && now.since(self.at) < span
            && (self.fingerprint.is_none() || self.fingerprint == (answer.fingerprint)())
            && self.said == said()
    }

    /// Is this the body that was written within `span`? If not, it is now.
    pub(super) fn is_same(&mut self, body: u64, now: Time, span: Duration) -> bool {
        match self.body {
            Some((before, at)) if before == body && now.since(at) < span => return true,
            // It changes: then it goes on being looked at.
            Some((before, _)) if before != body => self.looks = self.looks.min(LOOKS),
            _ => {}
        }
        self.body = Some((body, now));
        false
    }

    /// There is nothing to look at any more.
    pub(super) fn settle(&mut self) {
        self.looks = u32::MAX;
    }

    /// How long content without validators is not looked at again.
    fn rest(&self) -> Duration {
        match self.looks.checked_sub(LOOKS) {
            None => Duration::ZERO,
            Some(more) => Duration::from_secs(1_u64.checked_shl(more).unwrap_or(u64::MAX)),
        }
    }
}

/// So often content without validators is looked at at once; from then on after a second, two, four …
const LOOKS: u32 = 8;

/// After this time it is looked at as if for the first time.
const FORGOTTEN: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const UNMARKED: Answer = Answer { fingerprint: &|| None, said: &String::new };

    /// Whether a page without validators has changed shows only when it is read.
    #[test]
    fn content_without_validators_is_read_ever_more_seldom_while_it_stays_the_same() {
        let mut written: Option<Written> = None;
        // A visit each second: of these, which is read?
        let mut read = |body: &dyn Fn(u64) -> u64, seconds: std::ops::Range<u64>| {
            let mut looked = Vec::new();
            for second in seconds {
                let now = Time::from_secs(1_000_000 + second);
                if written.as_ref().is_some_and(|written| written.holds(&UNMARKED, || 0, now, MINUTE)) {
                    continue;
                }
                written = Some(Written::after(written.take(), None, 0, now));
                written.iter_mut().for_each(|written| _ = written.is_same(body(second), now, MINUTE));
                looked.push(second);
            }
            looked
        };
        let same = read(&|_| 1, 0..400);
        assert_eq!(same, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 23, 39, 71, 131, 191, 251, 311, 371]);
        assert_eq!(read(&|second| second, 400..436), [431, 432, 433, 434, 435], "it changes");
        let again = read(&|_| 1, 2000..2012);
        assert_eq!(again, [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2011], "long ago");
    }

    #[test]
    fn the_same_body_is_written_again_only_after_a_while() {
        let mut written = Written::after(None, None, 0, Time::from_secs(0));
        let mut same = |body, seconds| written.is_same(body, Time::from_secs(seconds), MINUTE);
        assert!(!same(1, 0) && same(1, 1) && same(1, 59));
        assert!(!same(1, 60) && same(1, 61), "after STALE_REFRESH once more");
        assert!(!same(2, 62) && !same(1, 63), "another one");
    }
}
