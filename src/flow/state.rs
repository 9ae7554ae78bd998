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

/// Copies written by this isolate, by the hash of their key.
#[derive(Debug, Default)]
pub struct Recent {
    written: HashMap<u64, (Time, Option<u64>)>,
}

impl Recent {
    /// Is there nothing to write, since a copy with the same validators was written within `span`? Content without
    /// validators counts as unchanged: whether it is can only be seen by reading all of it.
    #[must_use]
    pub fn holds(&self, key: u64, fingerprint: impl Fn() -> Option<u64>, now: Time, span: Duration) -> bool {
        self.written
            .get(&key)
            .is_some_and(|(at, known)| now.since(*at) < span && (known.is_none() || *known == fingerprint()))
    }

    /// A copy is being written.
    pub fn note(&mut self, key: u64, fingerprint: Option<u64>, now: Time) {
        if self.written.len() >= MAX_RECENT {
            self.written.clear();
        }
        self.written.insert(key, (now, fingerprint));
    }

    /// All copies may have been removed.
    pub fn clear(&mut self) {
        self.written.clear();
    }

    /// A copy was removed, or writing it came to nothing.
    pub fn forget(&mut self, key: u64) {
        self.written.remove(&key);
    }
}

const MAX_ORIGINS: usize = 64;
const MAX_RECENT: usize = 4096;
