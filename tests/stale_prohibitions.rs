//! What forbids to serve a copy, whoever would like to? RFC 9111 §4.2.4, RFC 5861; RFC 9111 §3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::stale::{Overrides, Params, eligible};

const ALL: Overrides = Overrides { no_cache: true, must_revalidate: true, proxy_revalidate: true, s_maxage: true };

/// Rule 33: "A cache MUST NOT generate a stale response if it is prohibited by an explicit in-protocol directive"
/// (RFC 9111 §4.2.4), and `s-maxage` is such a one (§5.2.2.10). While it is fresh, nothing but `no-cache` forbids it.
#[test]
fn keeps_stale_out_under_a_prohibition() {
    for (cache_control, when_fresh, when_stale) in [
        ("max-age=60", "yes", "yes"),
        ("max-age=60, must-revalidate", "yes", "must-revalidate"),
        ("max-age=60, Must-Revalidate", "yes", "must-revalidate"),
        ("max-age=60, proxy-revalidate", "yes", "proxy-revalidate"),
        ("s-maxage=60", "yes", "s-maxage"),
        ("max-age=5, s-maxage=60", "yes", "s-maxage"),
        // Not even with a permission beside it: the origin contradicts itself, and the stricter word counts.
        ("max-age=60, must-revalidate, stale-if-error=600", "yes", "must-revalidate"),
        ("s-maxage=60, stale-if-error=600", "yes", "s-maxage"),
        ("s-maxage=60, stale-while-revalidate=600", "yes", "s-maxage"),
        ("max-age=60, public, proxy-revalidate", "yes", "proxy-revalidate"),
        // Browsers' business.
        ("max-age=60, immutable", "yes", "yes"),
        ("max-age=60, must-revalidate-not", "yes", "yes"),
        ("max-age=60, x=\"must-revalidate\"", "yes", "yes"),
    ] {
        let record = copy(&says(cache_control));
        assert_eq!(on_failure(&record, &get(), 59, &params()), when_fresh, "fresh: {cache_control}");
        assert_eq!(on_failure(&record, &get(), 60, &params()), when_stale, "stale: {cache_control}");
        assert_eq!(on_failure(&record, &get(), 600, &params()), when_stale, "stale: {cache_control}");
    }
}

/// Rule 33: `no-cache` also forbids a fresh one. (With CACHE_FRESH such a copy is kept, to be validated.)
#[test]
fn never_serves_no_cache_without_validation() {
    let record = kept(&get(), &says("max-age=60, no-cache").with("etag", "\"a\""), &caching());
    for offset in [0, 59, 60, 600] {
        assert_eq!(on_failure(&record, &get(), offset, &caching()), "no-cache");
        assert_eq!(on_500(&record, &get(), offset, &caching()), "no-cache");
        assert_eq!(only_if_cached(&record, &get(), offset, &caching()), "no-cache");
    }
}

/// Rule 33: each prohibition is lifted by its own name only.
#[test]
fn lifts_only_the_prohibition_that_the_operator_names() {
    let none = Overrides::default();
    let each = [
        ("max-age=60, no-cache", Overrides { no_cache: true, ..none }),
        ("max-age=60, must-revalidate", Overrides { must_revalidate: true, ..none }),
        ("max-age=60, proxy-revalidate", Overrides { proxy_revalidate: true, ..none }),
        ("s-maxage=60", Overrides { s_maxage: true, ..none }),
    ];
    for (cache_control, own) in each {
        let record = kept(&get(), &says(cache_control).with("etag", "\"a\""), &caching());
        for (_, lifted) in each {
            let answer = on_failure(&record, &get(), 60, &Params { overrides: lifted, ..params() });
            assert_eq!(answer == "yes", lifted == own, "{cache_control} with {lifted:?}: {answer}");
        }
    }
    // The value of s-maxage stays the lifetime, and the other limits stay in force.
    let record = copy(&says("max-age=5, s-maxage=60"));
    let lifted = Params { overrides: ALL, ..params() };
    assert_eq!(on_failure(&record, &get(), 60 + DAY, &lifted), "yes");
    assert_eq!(on_failure(&record, &get(), 61 + DAY, &lifted), "too-stale");
    let zero = kept(&get(), &says("s-maxage=60, stale-if-error=0"), &lifted);
    assert_eq!(on_failure(&zero, &get(), 60, &lifted), "not-permitted");
}

/// Rules 35, 64: the way out for an origin: a targeted field without the prohibition.
#[test]
fn a_targeted_field_replaces_the_prohibition() {
    let page = says("s-maxage=600, must-revalidate").with("cdn-cache-control", "max-age=60, stale-if-error=600");
    let record = copy(&page);
    assert_eq!(aged(&record, 10), (10, 50));
    assert_eq!(on_failure(&record, &get(), 660, &params()), "yes");
    assert_eq!(on_failure(&record, &get(), 661, &params()), "too-stale");
    let stricter = copy(&says("max-age=600").with("cdn-cache-control", "max-age=60, must-revalidate"));
    assert_eq!(on_failure(&stricter, &get(), 60, &params()), "must-revalidate");
}

/// Rule 42: "unsafe methods MUST be written through" (RFC 9111 §4).
#[test]
fn answers_only_get_and_head() {
    let record = lasting(&[]);
    for (method, expected) in [
        ("GET", "yes"),
        ("HEAD", "yes"),
        ("POST", "method"),
        ("PUT", "method"),
        ("PATCH", "method"),
        ("DELETE", "method"),
        ("OPTIONS", "method"),
        ("TRACE", "method"),
        ("QUERY", "method"),
        ("PROPFIND", "method"),
        ("get", "method"),
        ("", "method"),
    ] {
        let ask = get().by(method);
        assert_eq!(on_failure(&record, &ask, 1, &params()), expected, "{method}");
        assert_eq!(eligible(&ask.asked(), &params()).map_or_else(|why| why.as_str(), |()| "yes"), expected, "{method}");
        assert_eq!(reused(&record, &ask, 1) == "fresh", expected == "yes", "{method}");
    }
}

/// Rule 41: what a request says about freshness is advice, and is not followed when there is nothing fresher to be had.
#[test]
fn a_reload_gets_the_copy_when_the_origin_is_down() {
    let record = copy(&says("max-age=60"));
    for cache_control in ["no-cache", "max-age=0", "min-fresh=9999", "no-store"] {
        let ask = get().with("cache-control", cache_control);
        assert_eq!(on_failure(&record, &ask, 100, &params()), "yes", "{cache_control}");
    }
    assert_eq!(on_failure(&record, &get().with("pragma", "no-cache"), 100, &params()), "yes");
}

/// Rule 41: "only-if-cached": what is stored and satisfies the request's other directives, or 504.
#[test]
fn only_if_cached_takes_the_request_at_its_word() {
    let record = copy(&says("max-age=60"));
    for (cache_control, offset, expected) in [
        ("only-if-cached", 59, "yes"),
        ("only-if-cached", 60, "not-permitted"),
        ("only-if-cached, max-stale", 60, "yes"),
        ("only-if-cached, max-stale=10", 70, "yes"),
        ("only-if-cached, max-stale=10", 71, "too-stale"),
        ("only-if-cached, max-stale=x", 60, "not-permitted"),
        ("only-if-cached, max-stale", 60 + 7 * DAY, "yes"),
        ("only-if-cached, max-stale", 61 + 7 * DAY, "too-stale"),
        ("only-if-cached, max-age=10", 10, "yes"),
        ("only-if-cached, max-age=10", 11, "request"),
        ("only-if-cached, min-fresh=20", 40, "yes"),
        ("only-if-cached, min-fresh=20", 41, "request"),
        ("only-if-cached, no-cache", 1, "request"),
    ] {
        let ask = get().with("cache-control", cache_control);
        assert_eq!(only_if_cached(&record, &ask, offset, &params()), expected, "{cache_control} at {offset}");
    }
    let strict = copy(&says("max-age=60, must-revalidate"));
    let ask = get().with("cache-control", "only-if-cached, max-stale");
    assert_eq!(only_if_cached(&strict, &ask, 60, &params()), "must-revalidate");
}

/// What the doctor tells: how long after its lifetime a copy may still be served, and if not, why.
#[test]
fn says_how_long_and_why_not() {
    for (cache_control, expected) in [
        ("max-age=60", Ok(DAY)),
        ("max-age=60, stale-if-error=10", Ok(10)),
        ("max-age=60, stale-if-error=99999999", Ok(7 * DAY)),
        ("max-age=60, stale-if-error=0", Err("not-permitted")),
        ("max-age=60, must-revalidate", Err("must-revalidate")),
        ("s-maxage=60, stale-if-error=86400", Err("s-maxage")),
    ] {
        let record = copy(&says(cache_control));
        let staleness = record.staleness(&params()).map(|span| span.as_secs()).map_err(|why| why.as_str());
        assert_eq!(staleness, expected, "{cache_control}");
        assert_eq!(record.lifetime().as_secs(), 60, "{cache_control}");
        assert_eq!(record.retention(&params()).as_secs(), 60 + expected.unwrap_or(0), "{cache_control}");
    }
}
