//! What could the origin send instead, so that a copy is kept and may be served when it fails?
//!
//! A field that counts before `Cache-Control` and is meant for caches like this one (RFC 9213), so that nothing changes
//! for anybody else. Nothing is decided here; the tests hold what is advised against what decides.

use std::time::Duration;

use super::Params;
use super::directives::Directives;
use crate::fields::Fields;

/// Name and value of a field to add to an answer with these fields, or to put in place of the one of this name.
#[must_use]
pub fn advised(fields: &dyn Fields, params: &Params, public: bool) -> (&'static str, String) {
    let directives = Directives::of_response(fields);
    let named = |seconds: Option<u64>| seconds.filter(|seconds| *seconds > 0);
    let fresh = named(directives.s_maxage.or(directives.max_age)).unwrap_or(FRESH.as_secs());
    let stale = named(directives.stale_if_error).unwrap_or(params.if_error.max(STALE).as_secs());
    let name = if fields.field(FIRST).is_some() { "Cloudflare-CDN-Cache-Control" } else { "CDN-Cache-Control" };
    let public = if public || directives.public { "public, " } else { "" };
    (name, [public, "max-age=", &fresh.to_string(), ", stale-if-error=", &stale.to_string()].concat())
}

const FIRST: &str = "cloudflare-cdn-cache-control";

/// Where the origin names no lifetime.
const FRESH: Duration = Duration::from_secs(60);

/// Where the origin names no staleness, at least.
const STALE: Duration = Duration::from_secs(86_400);
