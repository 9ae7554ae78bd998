//! Does the visitor have it already? `If-None-Match`, `If-Modified-Since`, `If-Range` on a copy.
//!
//! RFC 9110 §13, RFC 9111 §4.3.2. `If-Match` and `If-Unmodified-Since` are for origins only and are not looked at.

use super::date::http_date;
use super::freshness::date;
use super::record::Record;
use super::syntax::entity_tags;
use crate::fields::Fields;

/// Is a 304 the answer? If there is an `If-None-Match`, `If-Modified-Since` is not looked at.
pub fn not_modified(record: &Record, request: &dyn Fields) -> bool {
    if let Some(known) = request.field("if-none-match") {
        let etag = record.field("etag");
        return entity_tags(&known)
            .any(|known| known == "*" || etag.as_deref().is_some_and(|etag| weakly_equal(known, etag)));
    }
    let Some(since) = request.field("if-modified-since").and_then(|since| http_date(&since)) else { return false };
    match record.field("last-modified") {
        Some(modified) => http_date(&modified).is_some_and(|modified| modified <= since),
        None => date(record) <= since,
    }
}

/// Does `If-Range`, if there is one, permit to send a part? Only by a strong validator.
pub fn permits_range(record: &Record, request: &dyn Fields) -> bool {
    let Some(condition) = request.field("if-range") else { return true };
    if condition.starts_with('"') {
        return record.field("etag").is_some_and(|etag| etag == condition);
    }
    // A date is strong if the page was older than a second when the answer was made (RFC 9110 §8.8.2.2).
    let modified = record.field("last-modified").and_then(|modified| http_date(&modified));
    match (http_date(&condition), modified) {
        (Some(known), Some(modified)) => known == modified && date(record).since(modified).as_secs() >= 1,
        _ => false,
    }
}

/// RFC 9110 §8.8.3.2
pub fn weakly_equal(a: &str, b: &str) -> bool {
    opaque(a) == opaque(b)
}

fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}
