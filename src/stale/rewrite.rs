//! Is a copy worth writing where one lies already?
//!
//! Writing costs: time in the first tier, one of few writes a day in the second one. An unchanged copy is written again
//! only so that it does not grow too old.

use std::time::Duration;

use super::Params;
use super::digest;
use super::record::Record;
use crate::fields::{FieldLines, Fields};
use crate::time::Time;

/// What a tier tells of the copy that lies in it, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// When it was written.
    pub at: Time,
    /// Its [`Record::content`].
    pub content: Option<u64>,
    /// How stale it may be in place of a failure, in seconds.
    pub stale: Option<u64>,
}

impl Written {
    /// Is it another copy, that may be shown for longer than `new`? Of one that does not say for how long: whatever forbids it.
    #[must_use]
    pub fn outlasts(&self, new: &Record, params: &Params) -> bool {
        let same = self.content.is_some() && self.content == new.content();
        let stale = new.staleness(params).unwrap_or_default().as_secs();
        !same && self.stale.map_or(stale == 0, |before| stale < before)
    }
}

impl Record {
    /// Its content, and what the origin says of keeping it, in one number; `None` without validator and hash of the body.
    #[must_use]
    pub fn content(&self) -> Option<u64> {
        let body = self.fingerprint.or(self.hash)?.to_string();
        Some(digest::short(&[&self.status.to_string(), &body, &said(&self.lines)]))
    }
}

impl Record {
    /// Does it, updated by a 304 or by an answer to HEAD, say more than `old`, the copy that it is the update of? Not if
    /// only the time went on, and the next visitor will ask the origin all the same.
    #[must_use]
    pub fn is_news_to(&self, old: &Self, span: Duration) -> bool {
        let timeless = |record: &Self| -> FieldLines {
            record
                .lines
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "age" | "date" | "expires"))
                .cloned()
                .collect()
        };
        let fresh = self.aged(self.answered_at).is_fresh();
        let soon = self.answered_at.since(old.answered_at) < span;
        fresh && !self.directives().no_cache
            || !soon
            || self.outdated != old.outdated
            || timeless(self) != timeless(old)
    }
}

/// How long a copy may lie there unchanged before it is written again: `most`, but what is of use for a short time only is to be
/// renewed within half of that; no more often than every five seconds.
#[must_use]
pub fn span(record: &Record, most: Duration, params: &Params) -> Duration {
    most.min((record.retention(params) / 2).max(Duration::from_secs(5)))
}

/// Into a tier where writing is cheap: is `new` something else than `old`, or `old` older than `span`?
#[must_use]
pub fn refreshes(new: &Record, old: &Record, span: Duration) -> bool {
    // An attempt that was overtaken must not bring the older page back (RFC 9111 §4).
    let overtaken = new.asked_at() < old.answered_at() && !new.supersedes(old);
    let same = new.content().is_some() && new.content() == old.content();
    let soon = new.answered_at().since(old.answered_at()) < span;
    !(overtaken || same && soon)
}

/// Into a tier where writes are few: was the last one longer ago than `span`, and is there something new, or is half of
/// the time over in which the copy that is there could be of use?
#[must_use]
pub fn is_due(new: &Record, old: Option<Written>, now: Time, span: Duration, params: &Params) -> bool {
    let Some(old) = old else { return true };
    let since = now.since(old.at);
    let same = new.content().is_some() && new.content() == old.content;
    since >= span && !(same && since < new.retention(params) / 2)
}

/// What an answer says of its keeping, in one text: one that says something else is no longer the one of the copy.
#[must_use]
pub fn said(fields: &(impl Fields + ?Sized)) -> String {
    fields.values(&SAID)
}

/// Fields that make another copy of the same body.
const SAID: [&str; 6] =
    ["cache-control", "cdn-cache-control", "cloudflare-cdn-cache-control", "content-type", "location", "vary"];
