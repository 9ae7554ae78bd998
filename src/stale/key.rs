//! Under which name is a copy kept? Under its URL: RFC 9111 §2, "cache key".
//!
//! The key is itself an absolute URL (the first tier demands one), without the query parameters that the operator
//! ignores. Nothing else is changed that an origin could tell apart: order, case and escapes of path and query stay, for
//! a missed copy is harmless and a wrong one is not.

use super::digest;
use super::url::Url;
use crate::pattern::Patterns;

/// The longest primary key, in bytes; longer URLs are hashed. A second key is at most [`MAX_VARIANT`] bytes longer, and
/// both together fit into the 512 that the second tier takes.
pub const MAX_KEY: usize = 400;

/// What a second key adds to a primary one, in bytes.
pub const MAX_VARIANT: usize = RESERVED.len() + 42;

/// The primary key of `url`. A key is its own key, unless it is a hash: those are nobody's URL.
#[must_use]
pub fn key(url: &str, ignore_params: &Patterns) -> String {
    if is_own_key(url) { url.to_owned() } else { made(url, ignore_params) }
}

fn made(url: &str, ignore_params: &Patterns) -> String {
    let Some(mut parts) = Url::parse(url) else { return hashed(NOWHERE, url) };
    let kept = parts.query.and_then(|query| without_ignored(query, ignore_params));
    parts.query = kept.as_deref();
    let text = parts.text();
    // Who asks for a name that could have been made here gets the hash of it: nobody can aim at another's key.
    if text.len() > MAX_KEY || text.contains(RESERVED) {
        return hashed(&format!("{}://{}", parts.scheme, parts.authority), &text);
    }
    text
}

/// Part of every name that is made here.
pub(super) const RESERVED: &str = ".understudy-copy";

/// Is it certain that this URL is its own key? Most are, and in an outage every visitor's is asked for: without a query, in
/// lower case before the path, and with nothing in the path that might be another spelling.
fn is_own_key(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let Some(slash) = rest.bytes().position(|b| b == b'/') else { return false };
    let Some((host, path)) = rest.split_at_checked(slash) else { return false };
    let (name, port) = host.split_once(':').unwrap_or((host, "8080"));
    let in_name = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    let in_path = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_');
    let is_port = !matches!(port, "" | "80" | "443") && port.bytes().all(|b| b.is_ascii_digit());
    url.len() <= MAX_KEY && !name.is_empty() && name.bytes().all(in_name) && is_port && path.bytes().all(in_path)
}

/// Stands for what has no authority, or one that is too long (RFC 6761 §6.4: never a real host).
pub(super) const NOWHERE: &str = "https://invalid";

fn hashed(base: &str, text: &str) -> String {
    let base = if base.len() > MAX_BASE { NOWHERE } else { base };
    format!("{base}/{RESERVED}/{}", digest::hex(&[text]))
}

/// The longest scheme and authority in a hashed key, in bytes.
const MAX_BASE: usize = 300;

/// `None` if nothing is left of it.
fn without_ignored(query: &str, ignored: &Patterns) -> Option<String> {
    // What some servers take for the end of a parameter could hide another one in this.
    let is_kept = |param: &&str| param.contains(';') || !ignored.matches(param.split('=').next().unwrap_or_default());
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn most_urls_are_their_own_keys() {
        for url in ["https://www.example/", "http://localhost:8787/a/B-c_1", "https://a.b//"] {
            assert!(is_own_key(url), "{url}");
        }
    }

    /// Some servers end a parameter at a semicolon: `utm_x=1;id=2` names an `id` to them.
    #[test]
    fn what_could_hide_a_parameter_is_not_left_out() {
        let key = |query: &str| key(&format!("https://a.example/?{query}"), &Patterns::new(["utm_*"]));
        assert_eq!(key("id=1&utm_x=1"), key("id=1"));
        assert_ne!(key("id=1&utm_x=1;id=2"), key("id=1"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// The short way leads to where the long one does.
        #[test]
        fn what_is_its_own_key_is_what_would_be_made(
            url in "(https?|HTTP|ftp)://[a-zA.:@-]{0,4}(:?(80|443|8080?|:))?[/?#]?[a-zA-Z0-9/._%2e?#-]{0,12}"
        ) {
            if is_own_key(&url) {
                prop_assert_eq!(made(&url, &Patterns::default()), url);
            }
        }
    }
}
