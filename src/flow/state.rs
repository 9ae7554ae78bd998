//! What does an isolate remember from one request to the next? Breakers, budgets, and which copies were just written.
//!
//! Plain data with caps, lost when the isolate ends and never shared: each of them only ever saves work or spares the
//! origin, so that forgetting is harmless.

use std::collections::HashMap;
use std::time::Duration;

use super::recent::Recent;
use crate::breaker::Breaker;
use crate::failure::Failure;
use crate::page::Memo;
use crate::report::Said;
use crate::retry::Budget;
use crate::sort::sorted;
use crate::time::Time;

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct State {
    origins: HashMap<String, Origin>,
    stored: Recent,
    pages: Memo,
    said: Said,
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
    /// Who wrote what it said then, if a gateway did; for the operator.
    pub gateway: Option<&'static str>,
    /// The weight of failures that others have not been told of.
    pub untold: u32,
    /// Others were told of a failure, and not yet that it works again.
    pub has_told: bool,
    /// Its last good answer; only where others are told.
    pub worked_at: Option<Time>,
    /// When others were last asked.
    pub asked_at: Option<Time>,
}

impl Origin {
    /// Were others not asked just now?
    #[must_use]
    pub fn may_ask(&self, now: Time) -> bool {
        self.asked_at.is_none_or(|at| now.since(at) >= ASK_AGAIN)
    }
}

impl State {
    /// Nothing remembered yet. The seed is for what nobody outside may foresee: under which hash a key is remembered.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { stored: Recent::new(seed), ..Self::default() }
    }

    /// The memory of the origin with this name. Beyond `MAX_ORIGINS` those are forgotten that never failed, or all: only
    /// a Worker on wildcard routes gets there, and a fresh breaker is a closed one.
    pub fn origin(&mut self, name: &str) -> &mut Origin {
        if !self.origins.contains_key(name) {
            if self.origins.len() >= MAX_ORIGINS {
                self.origins.retain(|_, origin| origin.last.is_some());
            }
            if self.origins.len() >= MAX_ORIGINS {
                self.origins.clear();
            }
            self.origins.insert(name.to_owned(), Origin::default());
        }
        self.origins.entry(name.to_owned()).or_default()
    }

    /// All origins, sorted by name.
    #[must_use]
    pub fn origins(&self) -> Vec<(&str, &Origin)> {
        let names = sorted(self.origins.keys().map(String::as_str).collect());
        names.into_iter().filter_map(|name| Some((name, self.origins.get(name)?))).collect()
    }

    /// Which pages were made lately.
    pub fn pages(&mut self) -> &mut Memo {
        &mut self.pages
    }

    /// What was said last of an origin.
    pub fn said(&mut self) -> &mut Said {
        &mut self.said
    }

    /// Which copies were written lately.
    pub fn stored(&mut self) -> &mut Recent {
        &mut self.stored
    }
}

/// An isolate asks no more often than this what others know.
const ASK_AGAIN: Duration = Duration::from_secs(1);

const MAX_ORIGINS: usize = 64;
