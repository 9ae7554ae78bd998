//! How stale may a copy be in place of a failure? RFC 9111 §4.2.4, RFC 5861.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use std::time::Duration;

use stale_support::*;
use understudy::fields::Fields;
use understudy::stale::Params;

/// Rule 36: "stale-if-error" is an upper limit of *staleness*, tried a second before, at, and after it.
#[test]
fn serves_up_to_the_very_second() {
    let limited = Params { limit: Duration::from_secs(100), ..params() };
    let strict = only_where_permitted();
    let week = 7 * DAY;
    for (cache_control, params, last) in [
        ("max-age=60, stale-if-error=30", params(), 90),
        ("max-age=60, stale-if-error=30", strict.clone(), 90),
        ("max-age=0, stale-if-error=30", params(), 30),
        ("max-age=60, Stale-If-Error=\"30\"", params(), 90),
        // Of two, the smaller.
        ("max-age=60, stale-if-error=30, stale-if-error=50", params(), 90),
        ("max-age=60, stale-if-error=50, stale-if-error=30", params(), 90),
        // Rule 37: the origin is silent, the operator's contract counts; also where the directive cannot be read.
        ("max-age=60", params(), 60 + DAY),
        ("max-age=60, stale-if-error=soon", params(), 60 + DAY),
        ("max-age=60, stale-if-error", params(), 60 + DAY),
        ("max-age=60, stale-if-error=-1", params(), 60 + DAY),
        // STALE_LIMIT, whatever a header says.
        ("max-age=60, stale-if-error=99999999999999999999", params(), 60 + week),
        ("max-age=60, stale-if-error=30", limited.clone(), 90),
        ("max-age=60, stale-if-error=101", limited.clone(), 160),
        ("max-age=60", limited, 160),
        // RFC 5861 §3 is a permission too, where the contract is not wider.
        ("max-age=60, stale-while-revalidate=30", strict, 90),
        ("max-age=60, stale-while-revalidate=30", params(), 60 + DAY),
    ] {
        let record = copy(&says(cache_control));
        for (offset, expected) in [(last - 1, "yes"), (last, "yes"), (last + 1, "too-stale")] {
            assert_eq!(on_failure(&record, &get(), offset, &params), expected, "{cache_control} at {offset}");
        }
    }
}

/// Rule 35: without any permission, not a second; the origin's `stale-if-error=0` says the same out loud.
#[test]
fn serves_nothing_stale_without_a_permission() {
    for (cache_control, params) in [
        ("max-age=60", only_where_permitted()),
        ("max-age=60, stale-if-error=0", only_where_permitted()),
        ("max-age=60, stale-if-error=0", params()),
        ("max-age=60, stale-if-error=0, stale-while-revalidate=600", params()),
        ("max-age=60, stale-if-error=600", Params { limit: Duration::ZERO, ..params() }),
    ] {
        let record = copy(&says(cache_control));
        assert_eq!(on_failure(&record, &get(), 59, &params), "yes", "fresh: {cache_control}");
        assert_eq!(on_failure(&record, &get(), 60, &params), "not-permitted", "{cache_control}");
        assert_eq!(on_failure(&record, &get(), 61, &params), "not-permitted", "{cache_control}");
    }
}

/// Rule 36: a 500 is an error of RFC 5861, but not of the 502 class: only an explicit directive covers it, for as long as
/// that says.
#[test]
fn a_500_needs_an_explicit_directive() {
    for (cache_control, request, offset, expected) in [
        ("max-age=60", "", 10, "error-500"),
        ("max-age=60", "", 100, "error-500"),
        ("max-age=60, stale-if-error=0", "", 10, "error-500"),
        ("max-age=60, stale-if-error=30", "", 10, "yes"),
        ("max-age=60, stale-if-error=30", "", 90, "yes"),
        ("max-age=60, stale-if-error=30", "", 91, "too-stale"),
        ("max-age=60, stale-if-error=30, must-revalidate", "", 90, "must-revalidate"),
        ("max-age=60, stale-while-revalidate=30", "", 90, "error-500"),
        // Rule 38, with the same limits: not the operator's day.
        ("max-age=60", "stale-if-error=30", 90, "yes"),
        ("max-age=60", "stale-if-error=30", 91, "too-stale"),
        ("max-age=60, stale-if-error=0", "stale-if-error=30", 90, "error-500"),
    ] {
        let record = copy(&says(cache_control));
        let ask = get().with("cache-control", request);
        assert_eq!(on_500(&record, &ask, offset, &params()), expected, "{cache_control} / {request} at {offset}");
    }
}

/// Rules 35, 38: a request may permit staleness where the origin is silent, and ask for less; never for more than the
/// origin named, nor more than the limit, nor what is forbidden.
#[test]
fn a_request_may_permit_or_narrow() {
    let (day, week) = (DAY, 7 * DAY);
    for (cache_control, request, params, last) in [
        ("max-age=60", "stale-if-error=30", only_where_permitted(), 90),
        ("max-age=60", "stale-if-error=30", params(), 90),
        ("max-age=60", "stale-if-error=9999999", params(), 60 + week),
        ("max-age=60, stale-if-error=50", "stale-if-error=30", params(), 90),
        ("max-age=60, stale-if-error=20", "stale-if-error=30", params(), 80),
        ("max-age=60", "max-stale=30", only_where_permitted(), 90),
        ("max-age=60", "max-stale", only_where_permitted(), 60 + week),
        ("max-age=60", "max-stale=30", params(), 60 + day),
        ("max-age=60, stale-if-error=20", "max-stale=30", params(), 80),
    ] {
        let record = copy(&says(cache_control));
        let ask = get().with("cache-control", request);
        assert_eq!(on_failure(&record, &ask, last, &params), "yes", "{cache_control} / {request}");
        assert_eq!(on_failure(&record, &ask, last + 1, &params), "too-stale", "{cache_control} / {request}");
    }
    for (cache_control, expected) in
        [("max-age=60, must-revalidate", "must-revalidate"), ("max-age=60, stale-if-error=0", "not-permitted")]
    {
        let ask = get().with("cache-control", "max-stale, stale-if-error=600");
        assert_eq!(on_failure(&copy(&says(cache_control)), &ask, 60, &params()), expected, "{cache_control}");
    }
}

/// Rule 58: a negative answer outlives its time only where the origin says so itself.
#[test]
fn a_deletion_is_not_kept_alive() {
    let gone = |cache_control: &str| kept(&get(), &says(cache_control).status(410), &caching());
    let patient = get().with("cache-control", "stale-if-error=600, max-stale");
    assert_eq!(on_failure(&gone("max-age=60"), &get(), 59, &caching()), "yes");
    assert_eq!(on_failure(&gone("max-age=60"), &get(), 60, &caching()), "not-permitted");
    assert_eq!(on_failure(&gone("max-age=60"), &patient, 60, &caching()), "not-permitted");
    assert_eq!(on_failure(&gone("max-age=60, stale-if-error=30"), &get(), 90, &caching()), "yes");
}

/// Rule 40: what shows staleness is `Age`; there is no `Warning` (RFC 9111 §5.5).
#[test]
fn shows_its_age_and_no_warning() {
    let record = copy(&says("max-age=5").with("age", "100"));
    let served = served(&record, &get(), 3);
    assert_eq!(served.lines.field("age").as_deref(), Some("110"));
    assert_eq!(served.lines.field("warning"), None);
}

/// A tier keeps a copy for as long as it could be of use, and no longer.
#[test]
fn retention_is_freshness_and_permitted_staleness() {
    for (cache_control, age, expected) in [
        ("max-age=60", "0", 60 + DAY),
        ("max-age=60", "50", 10 + DAY),
        ("max-age=60", "1000", 60 + DAY - 1000),
        ("max-age=60, stale-if-error=30", "0", 90),
        ("max-age=60, stale-if-error=0", "0", 60),
        ("max-age=60, must-revalidate", "0", 60),
        ("s-maxage=60", "10", 50),
        ("max-age=31536000", "0", 31_536_000 + DAY),
        ("max-age=99999999999999999999", "0", (1 << 31) + DAY),
    ] {
        let record = copy(&says(cache_control).with("age", age));
        assert_eq!(record.retention(&params()).as_secs(), expected, "{cache_control}, Age: {age}");
        assert_ne!(on_failure(&record, &get(), expected + 1, &params()), "yes", "{cache_control}");
    }
    // A shared cache keeps what it can validate.
    let keep = |page: &Page| kept(&get(), page, &caching()).retention(&caching()).as_secs();
    assert_eq!(keep(&says("no-cache").with("etag", "\"a\"")), 7 * DAY);
    assert_eq!(keep(&says("max-age=60, must-revalidate").with("last-modified", &date(-9))), 60 + 7 * DAY);
    assert_eq!(keep(&says("max-age=60, stale-while-revalidate=30, stale-if-error=0")), 90);
    assert_eq!(verdict(&get(), &says("no-cache, max-age=60"), &caching()), "remove: no-cache");
}
