//! Which copies does a request with an unsafe method make invalid? RFC 9111 §4.4.

use super::url::Url;
use crate::fields::Fields;

/// The URLs whose copies must go after `method` on `url` was answered with `status`; empty for safe methods and errors.
#[must_use]
pub fn invalidated(method: &str, url: &str, status: u16, fields: &dyn Fields) -> Vec<String> {
    // A method that nobody knows may change anything.
    if matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE") || !(200..400).contains(&status) {
        return Vec::new();
    }
    let Some(target) = Url::parse(url) else { return Vec::new() };
    let mut urls = vec![target.text()];
    for name in ["location", "content-location"] {
        // Of another origin they must not: anybody could wipe somebody else's copies.
        let other = fields.field(name).and_then(|reference| target.resolve_same_origin(&reference));
        urls.extend(other.filter(|other| !urls.contains(other)));
    }
    urls
}
