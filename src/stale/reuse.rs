//! May a copy be served without asking the origin (`CACHE_FRESH`), or with which conditions is the origin asked?
//!
//! RFC 9111 §4, §4.3.1; RFC 5861 §3 (`stale-while-revalidate`).

use super::directives::Directives;
use super::freshness::{age, forbids, lifetime};
use super::reasons::NoReason;
use super::record::Record;
use super::usable::{Aged, matches_request, wanted};
use super::{Asked, Params};
use crate::fields::FieldLines;
use crate::time::Time;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reuse {
    /// Serve it; the origin is not asked.
    Fresh(Aged),
    /// Ask the origin, if the copy has changed.
    Revalidate {
        /// The request fields that make the request conditional; empty if the copy has no validator.
        conditions: FieldLines,
        /// Serve it at once, and ask in the background.
        serve_while: Option<Aged>,
    },
    /// The copy is not for this request.
    No(NoReason),
}

/// What a shared cache does with this copy.
#[must_use]
pub fn reuse(record: &Record, asked: &Asked<'_>, now: Time, params: &Params) -> Reuse {
    let directives = record.directives();
    if let Err(why) = matches_request(record, &directives, asked, params) {
        return Reuse::No(why);
    }
    let request = Directives::of_request(asked.fields);
    let aged = Aged::new(age(record, now), lifetime(record, &directives));
    let wanted = wanted(aged, &request).is_ok();
    let unvalidated = wanted && !directives.no_cache;
    if unvalidated && aged.is_fresh() {
        return Reuse::Fresh(aged);
    }
    let may_be_stale = unvalidated && forbids(&directives, params).is_none();
    let accepted = request.max_stale.is_some_and(|max| aged.staleness() <= max.min(params.limit.as_secs()));
    if may_be_stale && accepted {
        return Reuse::Fresh(aged);
    }
    let window = directives.stale_while_revalidate.filter(|window| aged.staleness() <= *window);
    Reuse::Revalidate { conditions: conditions(record), serve_while: window.filter(|_| may_be_stale).map(|_| aged) }
}

fn conditions(record: &Record) -> FieldLines {
    let etag = record.origin_etag().map(|etag| ("if-none-match".to_owned(), etag));
    let modified = record.field("last-modified").map(|modified| ("if-modified-since".to_owned(), modified));
    etag.into_iter().chain(modified).collect()
}
