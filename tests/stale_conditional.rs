//! Does a copy answer conditional requests as the origin would? RFC 9111 §4.3; RFC 9110.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields;
use understudy::stale::{Part, Record};

fn status(record: &Record, fields: &[(&str, &str)]) -> u16 {
    served(record, &get_with(fields), 10).status
}

/// Rule 47: If-None-Match compares weakly; `*` matches whatever there is (RFC 9110 §13.1.2).
#[test]
fn if_none_match_compares_weakly() {
    for (etag, known, expected) in [
        ("\"a\"", "\"a\"", 304),
        ("\"a\"", "W/\"a\"", 304),
        ("W/\"a\"", "\"a\"", 304),
        ("W/\"a\"", "W/\"a\"", 304),
        ("\"a\"", "\"b\"", 200),
        ("\"a\"", "\"A\"", 200),
        ("\"a\"", "\"b\", \"a\", \"c\"", 304),
        ("\"a\"", "\"b\",\"c\" , W/\"a\"", 304),
        ("\"a,b\"", "\"a,b\"", 304),
        ("\"a,b\"", "\"a\", \"b\"", 200),
        ("\"a\\\"", "\"x\", \"a\\\"", 304),
        ("\"\u{fc}\"", "\"\u{fc}\"", 304),
        ("\"a\"", "*", 304),
        ("\"a\"", "\"*\"", 200),
        ("\"a\"", "a", 200),
        ("\"a\"", "", 200),
        ("\"a\"", "\"a", 200),
    ] {
        let record = lasting(&[("etag", etag)]);
        assert_eq!(status(&record, &[("if-none-match", known)]), expected, "{etag} {known}");
    }
    assert_eq!(status(&lasting(&[]), &[("if-none-match", "*")]), 304);
    assert_eq!(status(&lasting(&[]), &[("if-none-match", "\"a\"")]), 200);
}

/// Rule 46: If-None-Match goes before If-Modified-Since; without Last-Modified, Date counts (RFC 9111 §4.3.2).
#[test]
fn if_modified_since_compares_dates() {
    let (changed, record) = (date(-3000), lasting(&[("last-modified", &date(-3000)), ("etag", "\"a\"")]));
    for (since, expected) in [
        (changed.clone(), 304),
        (date(-2999), 304),
        (date(-3001), 200),
        ("Sunday, 06-Nov-94 08:49:37 GMT".to_owned(), 200),
        ("yesterday".to_owned(), 200),
        (String::new(), 200),
    ] {
        assert_eq!(status(&record, &[("if-modified-since", &since)]), expected, "{since}");
    }
    assert_eq!(status(&record, &[("if-modified-since", &changed), ("if-none-match", "\"b\"")]), 200);
    assert_eq!(status(&record, &[("if-modified-since", &date(-9999)), ("if-none-match", "\"a\"")]), 304);

    let undated = lasting(&[]);
    assert_eq!(status(&undated, &[("if-modified-since", &date(0))]), 304);
    assert_eq!(status(&undated, &[("if-modified-since", &date(-1))]), 200);
    let broken = lasting(&[("last-modified", "yesterday")]);
    assert_eq!(status(&broken, &[("if-modified-since", &date(9999))]), 200);
}

/// Rule 46: If-Match and If-Unmodified-Since are for origins.
#[test]
fn leaves_the_other_conditions_alone() {
    let record = lasting(&[("etag", "\"a\""), ("last-modified", &date(-10))]);
    assert_eq!(status(&record, &[("if-match", "\"b\"")]), 200);
    assert_eq!(status(&record, &[("if-unmodified-since", &date(-9999))]), 200);
}

/// Rule 53: also a stale copy answers with a 304, and the visitor sees its age.
#[test]
fn a_stale_copy_answers_304_too() {
    let record = copy(&says("max-age=1").with("etag", "\"a\""));
    let answer = served(&record, &get_with(&[("if-none-match", "\"a\"")]), 10);
    assert_eq!(answer.status, 304);
    assert_eq!(answer.lines.field("age").as_deref(), Some("10"));
}

/// Rule 12: a 304 carries what a 200 would have had of Cache-Control, Content-Location, Date, ETag, Expires and Vary, no
/// content, and nothing that describes content (RFC 9110 §15.4.5).
#[test]
fn a_304_has_the_fields_of_a_304() {
    let describing = [
        ("content-type", "text/html"),
        ("content-language", "en"),
        ("content-range", "x"),
        ("accept-ranges", "bytes"),
        ("content-disposition", "inline"),
        ("repr-digest", "x"),
    ];
    let wanted = [("etag", "\"a\""), ("expires", "0"), ("vary", "Foo"), ("content-location", "/x"), ("x-other", "1")];
    let all: Vec<(&str, &str)> = describing.iter().chain(&wanted).copied().collect();
    for ask in [get(), head()] {
        let answer = served(&lasting(&all), &ask.with("if-none-match", "\"a\""), 10);
        assert_eq!((answer.status, answer.part), (304, Part::Nothing));
        for (name, value) in wanted.iter().chain(&[("cache-control", "max-age=3600, public"), ("date", &date(0))]) {
            assert_eq!(answer.lines.field(name).as_deref(), Some(*value), "{name}");
        }
        for (name, _) in describing.iter().chain(&[("content-length", ""), ("set-cookie", "")]) {
            assert_eq!(answer.lines.field(name), None, "{name}");
        }
    }
    // Last-Modified only where there is no ETag to go by.
    let modified = date(-10);
    let with_etag = lasting(&[("etag", "\"a\""), ("last-modified", &modified)]);
    let answer = served(&with_etag, &get_with(&[("if-none-match", "\"a\"")]), 10);
    assert_eq!(answer.lines.field("last-modified"), None);
    let answer = served(&lasting(&[("last-modified", &modified)]), &get_with(&[("if-modified-since", &modified)]), 10);
    assert_eq!(answer.lines.field("last-modified"), Some(modified));
}

/// Rules 11, 14, 24: HEAD gets the head of the GET copy.
#[test]
fn head_gets_the_head() {
    let record = lasting(&[("content-type", "text/html"), ("etag", "\"a\"")]);
    let (full, only_head) = (served(&record, &get(), 10), served(&record, &head(), 10));
    assert_eq!(full.part, Part::Whole);
    assert_eq!(only_head.part, Part::Nothing);
    assert_eq!(full.lines, only_head.lines);
    assert_eq!(full.lines.field("content-length").as_deref(), Some("10"));
    assert_eq!(served(&record, &head().with("range", "bytes=0-1"), 10).status, 200);
    let empty = copy(&says("max-age=60").status(204));
    assert_eq!(served(&empty, &get(), 0).lines.field("content-length"), None);
}

/// Conditions count only where the answer would be a success (RFC 9110 §13.2.1).
#[test]
fn a_redirect_is_served_whatever_the_condition() {
    let moved = copy(&says("max-age=60").with("location", "/b").with("etag", "\"a\"").status(301));
    let answer = served(&moved, &get_with(&[("if-none-match", "\"a\""), ("range", "bytes=0-1")]), 10);
    assert_eq!((answer.status, answer.part), (301, Part::Whole));
    assert_eq!(answer.lines.field("location").as_deref(), Some("/b"));
}

/// Rules 28, 31: Age replaces any other; everything else goes out as it came, targeted fields included.
#[test]
fn sends_what_came_with_its_own_age() {
    let record =
        lasting(&[("age", "5, 6"), ("cdn-cache-control", "max-age=60"), ("x", "\u{e9}"), ("link", "a"), ("link", "b")]);
    let lines = served(&record, &get(), 7).lines;
    let expected: Vec<(String, String)> = [
        ("cache-control", "max-age=3600, public"),
        ("date", &date(0)),
        ("cdn-cache-control", "max-age=60"),
        ("x", "\u{e9}"),
        ("link", "a"),
        ("link", "b"),
        ("content-length", "7"),
        ("age", "15"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    assert_eq!(lines, expected);
}
