//! Under which name is a copy kept? Under its URL: RFC 9111 §2, "primary cache key".
//!
//! The key is itself an absolute URL (the first tier demands one), without the query parameters that the operator
//! ignores. Nothing else is changed that an origin could tell apart: order, case and escapes of path and query stay, for
//! a missed copy is harmless and a wrong one is not.

use super::digest;
use super::url::Url;
use crate::pattern::Patterns;

/// The longest key, in bytes; longer ones are hashed. The second tier takes 512, prefix included.
pub const MAX_KEY: usize = 400;

/// The primary key of `url`. Idempotent: the key of a key is itself.
#[must_use]
pub fn key(url: &str, ignore_params: &Patterns) -> String {
    let Some(mut parts) = Url::parse(url) else { return hashed("https://invalid", url) };
    let kept = parts.query.and_then(|query| without_ignored(query, ignore_params));
    parts.query = kept.as_deref();
    let text = parts.text();
    let base = format!("{}://{}", parts.scheme, parts.authority);
    let own = text.strip_prefix(&base).is_some_and(is_hashed);
    // A visitor who asks for a name that we could have made ourselves gets a hash of it: nobody can aim at another key.
    if text.len() > MAX_KEY || (text.contains(RESERVED) && !own) { hashed(&base, &text) } else { text }
}

/// Part of every name that is made here; what visitors ask for is never kept under a name that has it.
pub(super) const RESERVED: &str = ".understudy-copy";

fn hashed(base: &str, text: &str) -> String {
    let base = if base.len() > MAX_BASE { "https://invalid" } else { base };
    format!("{base}/{RESERVED}/{}", digest::hex(&[text]))
}

fn is_hashed(path: &str) -> bool {
    path.strip_prefix('/')
        .and_then(|path| path.strip_prefix(RESERVED))
        .and_then(|path| path.strip_prefix('/'))
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The longest scheme and authority in a hashed key, in bytes.
const MAX_BASE: usize = 300;

/// `None` if nothing is left of it.
fn without_ignored(query: &str, ignored: &Patterns) -> Option<String> {
    let is_kept = |param: &&str| !ignored.matches(param.split('=').next().unwrap_or_default());
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}
