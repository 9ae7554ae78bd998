//! May a copy be served without asking the origin (`CACHE_FRESH`), or with which conditions is the origin asked?
//!
//! RFC 9111 §4, §4.3.1, §5.2.1; RFC 5861 §3 (`stale-while-revalidate`).

use super::directives::Directives;
use super::freshness::forbidden;
use super::reasons::NoReason;
use super::record::Record;
use super::usable::{Aged, accepted, is_wanted, matches_request};
use super::{Asked, Params};
use crate::fields::FieldLines;
use crate::time::Time;

/// What a shared cache does with a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reuse {
    /// Serve it; the origin is not asked.
    Fresh(Aged),
    /// Ask the origin whether it is still good.
    Revalidate {
        /// The request fields that make the request conditional, in place of the visitor's own `If-…` fields; empty if
        /// the copy has no validator.
        conditions: FieldLines,
        /// Serve it at once, and ask in the background.
        serve_while: Option<Aged>,
        /// The copy would do, but the request asks for a newer one.
        unwanted: bool,
    },
    /// The copy is not for this request.
    No(NoReason),
}

/// What a shared cache does with this copy, now, for this request.
#[must_use]
pub fn reuse(record: &Record, asked: &Asked<'_>, now: Time, params: &Params) -> Reuse {
    let directives = record.directives();
    if let Err(why) = matches_request(record, &directives, asked, params) {
        return Reuse::No(why);
    }
    // These are for the origin alone (RFC 9111 §4.3.2): it is asked just as the visitor did.
    if ["if-match", "if-unmodified-since"].iter().any(|name| asked.fields.field(name).is_some()) {
        return Reuse::Revalidate { conditions: FieldLines::new(), serve_while: None, unwanted: true };
    }
    let request = Directives::of_request(asked.fields);
    let aged = Aged::of(record, &directives, now);
    let unvalidated = !directives.no_cache && is_wanted(aged, &request).is_ok();
    let accepted = accepted(&directives, &request, params).is_ok_and(|seconds| aged.staleness() <= seconds);
    if unvalidated && (aged.is_fresh() || accepted) {
        return Reuse::Fresh(aged);
    }
    let window = directives.stale_while_revalidate.unwrap_or(0).min(params.limit.as_secs());
    let in_window = window > 0 && aged.staleness() <= window;
    let in_window = in_window && unvalidated && forbidden(&directives, params).is_ok();
    let unwanted = aged.is_fresh() && !directives.no_cache;
    Reuse::Revalidate { conditions: conditions(record), serve_while: in_window.then_some(aged), unwanted }
}

/// RFC 9111 §4.3.1: both validators, for the origins that know only the older one. What the runtime may not take as a
/// field value is left out: the request must go.
fn conditions(record: &Record) -> FieldLines {
    let etag = record.origin_etag().map(|etag| ("if-none-match".to_owned(), etag));
    let modified = record.field("last-modified").map(|modified| ("if-modified-since".to_owned(), modified));
    etag.into_iter().chain(modified).filter(|(_, value)| value.is_ascii()).collect()
}
