//! What does an isolate remember from one request to the next? Breakers, budgets, and which copies were just written.
//!
//! Plain data with caps, lost when the isolate ends and never shared: each of them only ever saves work or spares the
//! origin, so that forgetting is harmless.

use std::collections::HashMap;
use std::time::Duration;

use crate::breaker::Breaker;
use crate::failure::Failure;
use crate::retry::Budget;
use crate::time::Time;

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct State {
    origins: HashMap<String, Origin>,
    stored: Recent,
}

/// What is known of one origin.
#[derive(Debug, Default, Clone)]
pub struct Origin {
    /// Its breaker.
    pub breaker: Breaker,
    /// Its retries.
    pub budget: Budget,
    /// How it failed last: what a page says while the breaker is open.
    pub last: Option<Failure>,
}

impl State {
    /// The memory of the origin with this authority. Beyond [`MAX_ORIGINS`] all are forgotten: only a Worker on
    /// wildcard routes gets there, and a fresh breaker is a closed one.
    pub fn origin(&mut self, authority: &str) -> &mut Origin {
        if !self.origins.contains_key(authority) {
            if self.origins.len() >= MAX_ORIGINS {
                self.origins.clear();
            }
            self.origins.insert(authority.to_owned(), Origin::default());
        }
        self.origins.entry(authority.to_owned()).or_default()
    }

    /// All origins, sorted by name.
    #[must_use]
    pub fn origins(&self) -> Vec<(&str, &Origin)> {
        let mut all: Vec<_> = self.origins.iter().map(|(name, origin)| (name.as_str(), origin)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Which copies were written lately.
    pub fn stored(&mut self) -> &mut Recent {
        &mut self.stored
    }
}

/// Copies written and removed by this isolate, by the hash of their place.
///
/// The hash can be aimed at by whoever chooses URLs; all that is won is a copy that is refreshed a little later.
#[derive(Debug, Default)]
pub struct Recent {
    places: HashMap<u64, (Time, Done)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// With this fingerprint.
    Written(Option<u64>),
    Removed,
}

impl Recent {
    /// Is there nothing to write, since a copy with the same validators was written within `span`? Content without
    /// validators counts as unchanged: whether it is can only be seen by reading all of it.
    #[must_use]
    pub fn holds(&self, place: u64, fingerprint: impl Fn() -> Option<u64>, now: Time, span: Duration) -> bool {
        match self.within(place, now, span) {
            Some(Done::Written(known)) => known.is_none() || known == fingerprint(),
            _ => false,
        }
    }

    /// Was the copy removed within `span`?
    #[must_use]
    pub fn is_removed(&self, place: u64, now: Time, span: Duration) -> bool {
        self.within(place, now, span) == Some(Done::Removed)
    }

    /// A copy is being written.
    pub fn written(&mut self, place: u64, fingerprint: Option<u64>, now: Time) {
        self.note(place, Done::Written(fingerprint), now);
    }

    /// A copy is being removed.
    pub fn removed(&mut self, place: u64, now: Time) {
        self.note(place, Done::Removed, now);
    }

    /// Writing came to nothing.
    pub fn forget(&mut self, place: u64) {
        self.places.remove(&place);
    }

    /// All copies may have been removed.
    pub fn clear(&mut self) {
        self.places.clear();
    }

    fn within(&self, place: u64, now: Time, span: Duration) -> Option<Done> {
        self.places.get(&place).filter(|(at, _)| now.since(*at) < span).map(|(_, done)| *done)
    }

    fn note(&mut self, place: u64, done: Done, now: Time) {
        if self.places.len() >= MAX_RECENT {
            self.places.clear();
        }
        self.places.insert(place, (now, done));
    }
}

const MAX_ORIGINS: usize = 64;
const MAX_RECENT: usize = 4096;
