//! Does the visitor have it already? `If-None-Match`, `If-Modified-Since`, `If-Range` on a copy.
//!
//! RFC 9110 §13, RFC 9111 §4.3.2. `If-Match` and `If-Unmodified-Since` are not for caches.

use super::directives::split;
use super::freshness::{date, http_date};
use super::record::Record;
use crate::fields::Fields;

/// Is a 304 the answer? `If-None-Match` goes before `If-Modified-Since`, which is then not looked at.
pub fn not_modified(record: &Record, request: &dyn Fields) -> bool {
    if let Some(known) = request.field("if-none-match") {
        let etag = record.field("etag");
        return split(&known, b',')
            .any(|one| one == "*" || etag.as_deref().is_some_and(|etag| weakly_equal(one, etag)));
    }
    let Some(since) = request.field("if-modified-since").and_then(|since| http_date(&since)) else { return false };
    let modified = match record.field("last-modified") {
        Some(modified) => http_date(&modified),
        None => Some(date(record)),
    };
    modified.is_some_and(|modified| modified <= since)
}

/// Does `If-Range`, if there is one, permit a part? Only by a strong validator.
pub fn range_permitted(record: &Record, request: &dyn Fields) -> bool {
    let Some(condition) = request.field("if-range") else { return true };
    if condition.starts_with('"') {
        return record.field("etag").is_some_and(|etag| etag == condition);
    }
    // A date is strong if it lies at least a second before the answer was made (RFC 9110 §8.8.2.2), and must be the same.
    let modified = record.field("last-modified").and_then(|modified| http_date(&modified));
    match (http_date(&condition), modified) {
        (Some(known), Some(modified)) => known == modified && date(record).since(modified).as_secs() >= 1,
        _ => false,
    }
}

/// RFC 9110 §8.8.3.2
pub fn weakly_equal(a: &str, b: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    is_entity_tag(a) && opaque(a) == opaque(b)
}

fn is_entity_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"')
}
