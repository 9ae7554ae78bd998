//! With CACHE_FRESH: when is a copy served as it is, when is the origin asked, and what does its answer change?
//! RFC 9111 §4.2.4, RFC 5861; RFC 9111 §4.3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use std::time::Duration;

use stale_support::*;
use understudy::fields::Fields;
use understudy::stale::{MAX_RECORD, Params, Record, Reuse, reuse, updated};

fn cached(page: &Page) -> Record {
    kept(&get(), page, &caching())
}

/// What a 304 with these fields makes of the copy, half a minute later.
fn not_modified(record: &Record, fields: &[(&str, &str)]) -> Option<Record> {
    let answer = undated(fields).status(304).arriving(at(30), at(30));
    updated(record, &answer.answered(), &get().asked())
}

/// Rules 25, 39, 41: fresh, within the window of `stale-while-revalidate`, or to be validated.
#[test]
fn asks_the_origin_when_it_must() {
    for (cache_control, request, offset, expected) in [
        ("max-age=60", "", 59, "fresh"),
        ("max-age=60", "", 60, "validate"),
        ("max-age=60, no-cache", "", 1, "validate"),
        ("s-maxage=60, max-age=5", "", 59, "fresh"),
        ("max-age=60, must-revalidate", "", 59, "fresh"),
        ("max-age=60, must-revalidate", "", 60, "validate"),
        // "after the window MUST NOT serve stale"
        ("max-age=60, stale-while-revalidate=30", "", 60, "serve and validate"),
        ("max-age=60, stale-while-revalidate=30", "", 89, "serve and validate"),
        ("max-age=60, stale-while-revalidate=30", "", 90, "serve and validate"),
        ("max-age=60, stale-while-revalidate=30", "", 91, "validate"),
        ("max-age=0, stale-while-revalidate=30", "", 0, "serve and validate"),
        ("max-age=0, stale-while-revalidate=0", "", 0, "validate"),
        ("max-age=0, stale-while-revalidate=x", "", 0, "validate"),
        ("max-age=60, stale-while-revalidate=30, must-revalidate", "", 60, "validate"),
        ("max-age=60, stale-while-revalidate=30, proxy-revalidate", "", 60, "validate"),
        ("s-maxage=60, stale-while-revalidate=30", "", 60, "validate"),
        ("max-age=60, stale-while-revalidate=30, no-cache", "", 60, "validate"),
        ("max-age=60, stale-if-error=600", "", 60, "validate"),
        // The request's own wishes.
        ("max-age=60", "no-cache", 1, "validate"),
        ("max-age=60", "max-age=0", 1, "validate"),
        ("max-age=60", "max-age=10", 10, "fresh"),
        ("max-age=60", "max-age=10", 11, "validate"),
        ("max-age=60", "min-fresh=20", 40, "fresh"),
        ("max-age=60", "min-fresh=20", 41, "validate"),
        ("max-age=60", "max-stale=20", 80, "fresh"),
        ("max-age=60", "max-stale=20", 81, "validate"),
        ("max-age=60", "max-stale", 9999, "fresh"),
        ("max-age=60", "max-stale, no-cache", 80, "validate"),
        ("max-age=60, must-revalidate", "max-stale", 80, "validate"),
        ("max-age=60, stale-while-revalidate=30", "no-cache", 60, "validate"),
    ] {
        let record = cached(&says(cache_control).with("etag", "\"a\""));
        let ask = if request.is_empty() { get() } else { get().with("cache-control", request) };
        assert_eq!(reused(&record, &ask, offset), expected, "{cache_control} / {request} at {offset}");
    }
    let record = cached(&says("max-age=60"));
    assert_eq!(reused(&record, &get().with("pragma", "no-cache"), 1), "validate");
    assert_eq!(reused(&record, &get().with("pragma", "no-cache").with("cache-control", "x"), 1), "fresh");
    assert_eq!(reused(&record, &get().with("pragma", "other"), 1), "fresh");
    assert_eq!(reused(&record, &head(), 1), "fresh");
    assert_eq!(reused(&record, &get().by("POST"), 1), "method");
    let varied = cached(&says("max-age=60").with("vary", "Foo"));
    assert_eq!(reused(&varied, &get_with(&[("foo", "1")]), 1), "vary");
}

#[test]
fn stale_limit_stands_over_the_window() {
    let record = cached(&says("max-age=60, stale-while-revalidate=9999").with("etag", "\"a\""));
    let params = Params { limit: Duration::from_secs(10), ..caching() };
    let window = |offset| match reuse(&record, &get().asked(), at(offset), &params) {
        Reuse::Revalidate { serve_while, .. } => serve_while.map(|aged| aged.ttl),
        other => panic!("{other:?}"),
    };
    assert_eq!(window(70), Some(-10));
    assert_eq!(window(71), None);
}

/// Rule 45: If-None-Match "MUST" be sent where there is an ETag, If-Modified-Since "SHOULD" with Last-Modified
/// (RFC 9111 §4.3.1); the tag as the origin knows it, not as it was weakened here.
#[test]
fn validates_with_what_the_origin_gave() {
    for (fields, expected) in [
        (vec![], vec![]),
        (vec![("etag", "\"a\"")], vec![("if-none-match", "\"a\"")]),
        (vec![("etag", "W/\"a\"")], vec![("if-none-match", "W/\"a\"")]),
        (vec![("etag", "\"a\""), ("content-encoding", "gzip")], vec![("if-none-match", "\"a\"")]),
        (vec![("etag", "W/\"a\""), ("content-encoding", "gzip")], vec![("if-none-match", "W/\"a\"")]),
        (vec![("last-modified", "odd")], vec![("if-modified-since", "odd")]),
        (vec![("last-modified", "x"), ("etag", "\"a\"")], vec![("if-none-match", "\"a\""), ("if-modified-since", "x")]),
    ] {
        let page = fields.iter().fold(says("max-age=60"), |page, (name, value)| page.with(name, value));
        let record = cached(&page);
        let again = Record::from_json(&record.to_json()).unwrap();
        for record in [record, again] {
            let Reuse::Revalidate { conditions, .. } = reuse(&record, &get().asked(), at(60), &caching()) else {
                panic!()
            };
            let conditions: Vec<(&str, &str)> = conditions.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(conditions, expected, "{fields:?}");
        }
    }
}

/// Rule 49: a 304 updates the stored fields, except those that are not stored and those of the stored body's form
/// (RFC 9111 §3.2).
#[test]
fn a_304_updates_the_fields() {
    let record = cached(
        &says("max-age=20")
            .with("etag", "\"a\"")
            .with("age", "7")
            .with("x", "old")
            .with("x", "old too")
            .with("y", "old")
            .with("content-type", "text/plain")
            .with("content-length", "5")
            .with("content-range", "old"),
    )
    .with_body(5, Some(99));
    let new = not_modified(
        &record,
        &[
            ("date", &date(30)),
            ("etag", "\"a\""),
            ("cache-control", "max-age=50"),
            ("x", "new"),
            ("z", "new"),
            ("content-type", "text/html"),
            ("content-length", "10"),
            ("content-encoding", "gzip"),
            ("content-range", "new"),
            ("connection", "hop"),
            ("hop", "1"),
            ("set-cookie", "a=b"),
        ],
    )
    .unwrap();
    let lines = new.lines().to_vec();
    for (name, expected) in [
        ("x", Some("new")),
        ("y", Some("old")),
        ("z", Some("new")),
        ("content-type", Some("text/html")),
        ("content-range", Some("old")),
        ("cache-control", Some("max-age=50")),
        ("etag", Some("\"a\"")),
        ("content-length", None),
        ("content-encoding", None),
        ("set-cookie", None),
        ("hop", None),
        ("age", None),
    ] {
        assert_eq!(lines.field(name).as_deref(), expected, "{name}");
    }
    assert_eq!((new.length(), new.hash(), new.status()), (Some(5), Some(99), 200));
    assert_eq!(aged(&new, 40), (10, 40));
    assert_eq!(reused(&new, &get(), 79), "fresh");
    assert_eq!(reused(&new, &get(), 80), "validate");
}

/// Rule 49: "strong validators must match, otherwise MUST NOT update" (RFC 9111 §4.3.4).
#[test]
fn a_304_about_something_else_changes_nothing() {
    let modified = date(-100);
    for (stored, answered, expected) in [
        (vec![("etag", "\"a\"")], vec![("etag", "\"a\"")], true),
        (vec![("etag", "\"a\"")], vec![("etag", "\"b\"")], false),
        (vec![("etag", "\"a\"")], vec![("etag", "W/\"a\"")], true),
        (vec![("etag", "W/\"a\"")], vec![("etag", "\"a\"")], true),
        (vec![("etag", "\"a\"")], vec![], true),
        (vec![("etag", "\"a\""), ("content-encoding", "br")], vec![("etag", "\"a\"")], true),
        (vec![], vec![("etag", "\"a\"")], false),
        (vec![("last-modified", modified.as_str())], vec![("last-modified", modified.as_str())], true),
        (vec![("last-modified", modified.as_str())], vec![("last-modified", "other")], false),
        (vec![("last-modified", modified.as_str())], vec![], true),
        // The origin has changed its mind about keeping it.
        (vec![("etag", "\"a\"")], vec![("etag", "\"a\""), ("cache-control", "no-store")], false),
        (vec![("etag", "\"a\"")], vec![("etag", "\"a\""), ("cache-control", "private")], false),
        (vec![("etag", "\"a\"")], vec![("etag", "\"a\""), ("vary", "*")], false),
    ] {
        let page = stored.iter().fold(says("max-age=60"), |page, (name, value)| page.with(name, value));
        let new = not_modified(&cached(&page), &answered);
        assert_eq!(new.is_some(), expected, "{stored:?} {answered:?}");
    }
    let record = cached(&says("max-age=60").with("etag", "\"a\""));
    for status in [200, 206, 404, 412, 500, 503] {
        let answer = says("max-age=60").with("etag", "\"a\"").status(status);
        assert_eq!(updated(&record, &answer.answered(), &get().asked()), None, "{status}");
    }
    let huge = "x".repeat(MAX_RECORD);
    assert_eq!(not_modified(&record, &[("x", &huge)]), None);
}

/// A decoded copy stays decoded, and its tag weak.
#[test]
fn a_304_does_not_bring_the_coding_back() {
    let record = cached(&says("max-age=60").with("etag", "\"a\"").with("content-encoding", "gzip"));
    for fields in [vec![("etag", "\"a\""), ("content-md5", "x")], vec![("content-md5", "x")]] {
        let new = not_modified(&record, &fields).unwrap();
        assert_eq!(new.lines().to_vec().field("etag").as_deref(), Some("W/\"a\""));
        assert_eq!(new.lines().to_vec().field("content-md5"), None);
        assert_eq!(aged(&new, 40).0, 10, "a 304 without Date is as old as its arrival");
        let Reuse::Revalidate { conditions, .. } = reuse(&new, &get().asked(), at(999), &caching()) else { panic!() };
        assert_eq!(conditions.field("if-none-match").as_deref(), Some("\"a\""));
    }
}

/// A 304 may change what the copy varies by; it was made for this request.
#[test]
fn a_304_may_change_vary() {
    let record = cached(&says("max-age=60").with("etag", "\"a\""));
    let answer = undated(&[("etag", "\"a\""), ("vary", "Foo")]).status(304);
    let ask = get_with(&[("foo", "1")]);
    let new = updated(&record, &answer.answered(), &ask.asked()).unwrap();
    assert_eq!(new.vary(), ["foo"]);
    assert_eq!(on_failure(&new, &ask, 10, &params()), "yes");
    assert_eq!(on_failure(&new, &get(), 10, &params()), "vary");
}

/// Rule 51: a 200 to HEAD updates the copy if nothing contradicts it, else the copy is stale (RFC 9111 §4.3.5).
#[test]
fn head_updates_or_outdates() {
    let page = says("max-age=60").with("etag", "\"a\"").with("last-modified", "x").with("content-length", "5");
    let record = cached(&page).with_body(5, None);
    for (fields, expected) in [
        (vec![("etag", "\"a\""), ("last-modified", "x"), ("content-length", "5")], "fresh"),
        (vec![("etag", "\"b\"")], "validate"),
        (vec![("last-modified", "y")], "validate"),
        (vec![("content-length", "6")], "validate"),
        (vec![("etag", "\"a\""), ("content-length", "6")], "validate"),
    ] {
        let answer = fields.iter().fold(says("max-age=1000"), |page, (name, value)| page.with(name, value));
        let new = updated(&record, &answer.answered(), &head().asked()).unwrap();
        assert_eq!(reused(&new, &get(), 30), expected, "{fields:?}");
        assert_eq!(reused(&new, &get(), 999) == "fresh", expected == "fresh", "{fields:?}");
        // Outdated is not useless: the origin may still fail.
        assert_eq!(on_failure(&new, &get(), 30, &params()), "yes", "{fields:?}");
        assert_eq!(Record::from_json(&new.to_json()), Some(new));
    }
    // Of an answer without validators nobody knows whether its body would be the one that lies there.
    for answer in [says("max-age=9").status(404), says("private"), says("no-store"), says("max-age=1000")] {
        assert_eq!(updated(&record, &answer.answered(), &head().asked()), None, "{:?}", answer.fields);
    }
    // On the wire the body was another one.
    let coded = cached(&says("max-age=60").with("etag", "\"a\"").with("content-encoding", "gzip")).with_body(500, None);
    let answer = says("max-age=1000").with("etag", "\"a\"").with("content-length", "99");
    assert_eq!(reused(&updated(&coded, &answer.answered(), &head().asked()).unwrap(), &get(), 999), "fresh");
}

/// It says that the page is there now, and nothing of the error or redirection that lies there.
#[test]
fn head_makes_no_error_fresh() {
    for status in [404, 301] {
        let record = cached(&says("max-age=60").with("etag", "\"a\"").status(status)).with_body(5, None);
        let answer = says("max-age=1000").with("etag", "\"a\"");
        let new = updated(&record, &answer.answered(), &head().asked()).unwrap();
        assert_eq!(reused(&new, &get(), 30), "validate", "{status}");
    }
}

/// Rule 48: after a 304 that the visitor's own validators do not match, the answer is the updated 200.
#[test]
fn the_visitor_gets_what_the_visitor_asked_for() {
    let record = cached(&says("max-age=20").with("etag", "\"a\""));
    let new = not_modified(&record, &[("etag", "\"a\""), ("x", "new")]).unwrap();
    let other = served(&new, &get_with(&[("if-none-match", "\"old\"")]), 5);
    assert_eq!(other.status, 200);
    assert_eq!(other.lines.field("x").as_deref(), Some("new"));
    assert_eq!(served(&new, &get_with(&[("if-none-match", "\"a\"")]), 5).status, 304);
}

/// Rule 50: a full answer replaces the copy, and an error leaves it as it is (rule 23), to be served stale.
#[test]
fn a_full_answer_replaces_and_a_failure_does_not() {
    let record = cached(&says("max-age=20").with("etag", "\"a\""));
    assert_eq!(verdict(&get(), &says("max-age=20").with("etag", "\"b\""), &caching()), "keep");
    assert_eq!(verdict(&get(), &page(&[]).status(503), &caching()), "skip: not-cacheable");
    assert_eq!(on_failure(&record, &get(), 30, &caching()), "yes");
}
