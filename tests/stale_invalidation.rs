//! Which copies does an unsafe request make invalid? RFC 9111 §4.1, §4.4.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::stale::{invalidated, key};

/// Rule 56: "MUST invalidate the target URI when it receives a non-error status code in response to an unsafe request
/// method (including methods whose safety is unknown)" (RFC 9111 §4.4).
#[test]
fn a_success_of_an_unsafe_method_invalidates() {
    let nothing: [(&str, &str); 0] = [];
    for (method, status, expected) in [
        ("POST", 200, true),
        ("POST", 201, true),
        ("POST", 204, true),
        ("POST", 303, true),
        ("POST", 399, true),
        ("PUT", 200, true),
        ("PATCH", 200, true),
        ("DELETE", 204, true),
        // Rule 57: unknown methods too.
        ("M-SEARCH", 200, true),
        ("PURGE", 200, true),
        ("PROPPATCH", 207, true),
        ("post", 200, true),
        ("get", 200, true),
        // Errors change nothing: a POST that got a 502 leaves the copy.
        ("POST", 400, false),
        ("POST", 404, false),
        ("POST", 500, false),
        ("POST", 502, false),
        ("POST", 530, false),
        ("POST", 100, false),
        ("POST", 999, false),
        // Safe methods.
        ("GET", 200, false),
        ("HEAD", 200, false),
        ("OPTIONS", 200, false),
        ("TRACE", 200, false),
    ] {
        let urls = invalidated(method, URL, status, &nothing);
        assert_eq!(urls, if expected { vec![URL] } else { vec![] }, "{method} {status}");
    }
}

/// Rule 56: Location and Content-Location too, but only of the same origin.
#[test]
fn follows_locations_of_the_same_origin_only() {
    let from = "https://example.com/a/b?c=1";
    for (location, expected) in [
        ("/x", Some("https://example.com/x")),
        ("x", Some("https://example.com/a/x")),
        ("../x", Some("https://example.com/x")),
        ("./x?y=1#z", Some("https://example.com/a/x?y=1")),
        ("?d=2", Some("https://example.com/a/b?d=2")),
        ("https://example.com/x", Some("https://example.com/x")),
        ("HTTPS://EXAMPLE.COM:443/x", Some("https://example.com/x")),
        ("//example.com/x", Some("https://example.com/x")),
        ("https://example.com", Some("https://example.com/")),
        (" /x ", Some("https://example.com/x")),
        // Somebody else's.
        ("https://example.org/x", None),
        ("http://example.com/x", None),
        ("https://example.com:8443/x", None),
        ("https://example.com.evil.org/x", None),
        ("https://example.com@evil.org/x", None),
        ("//evil.org/x", None),
        ("mailto:a@example.com", None),
        ("javascript:alert(1)", None),
        ("", None),
        ("#z", None),
        // The target itself, once.
        ("https://example.com/a/b?c=1", None),
        ("b?c=1", None),
    ] {
        for name in ["location", "content-location"] {
            let urls = invalidated("POST", from, 201, &[(name, location)]);
            let mut all = vec![from];
            all.extend(expected);
            assert_eq!(urls, all, "{name}: {location}");
        }
    }
    let both = invalidated("POST", from, 201, &[("location", "/x"), ("content-location", "/y")]);
    assert_eq!(both, [from, "https://example.com/x", "https://example.com/y"]);
    assert!(invalidated("POST", "no url", 200, &[("location", "/x")]).is_empty());
}

/// What is named is found: the key of each URL is the key under which its copy was kept.
#[test]
fn names_urls_that_lead_to_keys() {
    let ignored = params().ignore_params;
    let urls = invalidated("POST", "https://EXAMPLE.com:443/a?utm_source=x", 200, &[("location", "./../é")]);
    let keys: Vec<String> = urls.iter().map(|url| key(url, &ignored)).collect();
    assert_eq!(keys, ["https://example.com/a", "https://example.com/%C3%A9"]);
}
