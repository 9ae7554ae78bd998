//! When, and where to, does a page look again by itself?

use std::hash::Hasher;

use super::catalog::{Catalog, key};
use super::escape::is_tricky;
use super::facts::parts;
use super::{Asked, Incident};
use crate::cdn_loop::Fnv;

/// In how many seconds does a page look again that may?
pub(super) fn looks_after(incident: &Incident) -> u64 {
    incident.retry_after.unwrap_or(SELDOM)
}

/// In how many seconds the page looks again, in digits, as a refresh without a script, and the sentence that says so.
pub(super) struct Waits {
    pub digits: String,
    pub refresh: String,
    pub sentence: String,
}

impl Waits {
    pub(super) fn new(seconds: u64, later: &Later, catalog: &Catalog) -> Self {
        Self { digits: seconds.to_string(), refresh: later.than(seconds), sentence: sentence(seconds, catalog) }
    }
}

/// That the page looks again by itself, and in how many seconds.
pub(super) fn sentence(seconds: u64, catalog: &Catalog) -> String {
    catalog.fill(key!("check_in"), "{in}", &catalog.within(seconds))
}

/// How one visitor's page refreshes without a script: a little later than told, each a little later than another, and with
/// the address, for without one a browser whose address has a fragment goes nowhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Later {
    /// Parts of [`WHOLE`].
    part: u64,
    /// Relative, so that it cannot lead to another host. None where there is a query: it is where secrets travel.
    target: Option<String>,
}

impl Later {
    pub(super) fn new(incident: &Incident, asked: &Asked, id: Option<&str>) -> Self {
        let mut hasher = Fnv::default();
        hasher.write(id.unwrap_or_default().as_bytes());
        hasher.write(&incident.now.millis().to_le_bytes());
        let (path, query) = path_and_query(asked.url);
        let page = path.rsplit('/').next().unwrap_or_default();
        // A browser takes a backslash for a slash.
        let is_short = page.len() <= MAX_PAGE && !page.contains('\\') && !page.contains(is_tricky);
        let target = (query.is_none() && is_short).then(|| ["./", page].concat());
        Self { part: hasher.finish() % WHOLE, target }
    }

    /// The value of the refresh.
    pub(super) fn than(&self, seconds: u64) -> String {
        let seconds = seconds.saturating_add((seconds / 5).min(MAX_LATER) * self.part / WHOLE);
        match &self.target {
            Some(target) => [&seconds.to_string(), "; url=", target].concat(),
            None => seconds.to_string(),
        }
    }
}

fn path_and_query(url: &str) -> (&str, Option<&str>) {
    let rest = parts(url).1.split('#').next().unwrap_or_default();
    rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)))
}

/// When a page looks again that was told no time, in seconds.
const SELDOM: u64 = 300;
/// How much later than told it refreshes at most, in seconds.
const MAX_LATER: u64 = 60;
/// Longest last part of a path that a refresh names, in bytes.
const MAX_PAGE: usize = 300;
const WHOLE: u64 = 1024;
