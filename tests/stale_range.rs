//! Does a copy answer range requests as the origin would? RFC 9111 §4.3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields;
use understudy::stale::{Part, Record};

/// Status and part, for short.
fn part(record: &Record, fields: &[(&str, &str)], length: u64) -> (u16, Part) {
    let served = served(record, &get_with(fields), length);
    (served.status, served.part)
}

/// A body of ten bytes.
#[test]
fn serves_the_part_that_is_asked_for() {
    let some = |first, last| (206, Part::Range { first, last });
    let (whole, none) = ((200, Part::Whole), (416, Part::Nothing));
    for (range, expected) in [
        ("bytes=0-1", some(0, 1)),
        ("bytes=0-0", some(0, 0)),
        ("bytes=9-9", some(9, 9)),
        ("bytes=5-", some(5, 9)),
        ("bytes=-3", some(7, 9)),
        ("bytes=-10", some(0, 9)),
        ("bytes=-99", some(0, 9)),
        ("bytes=0-99", some(0, 9)),
        ("bytes=0-99999999999999999999999", some(0, 9)),
        ("Bytes=0-1", some(0, 1)),
        ("bytes=0-1,", some(0, 1)),
        ("bytes= 0-1 ", some(0, 1)),
        // Not satisfiable.
        ("bytes=10-", none),
        ("bytes=10-11", none),
        ("bytes=99999999999999999999999-", none),
        ("bytes=-0", none),
        // Several are answered whole, which a server may always do (RFC 9110 §14.2).
        ("bytes=0-1,5-6", whole),
        ("bytes=0-1,-1", whole),
        // What is not understood is ignored.
        ("bytes=2-1", whole),
        ("bytes=-", whole),
        ("bytes=", whole),
        ("bytes=a-b", whole),
        ("bytes=1", whole),
        ("bytes=+1-2", whole),
        ("bytes=--1", whole),
        ("bytes=1-2-3", whole),
        ("lines=0-1", whole),
        ("0-1", whole),
        ("", whole),
    ] {
        assert_eq!(part(&lasting(&[]), &[("range", range)], 10), expected, "{range}");
    }
}

#[test]
fn an_empty_body_has_no_part() {
    for (range, expected) in
        [("bytes=0-", (416, Part::Nothing)), ("bytes=0-0", (416, Part::Nothing)), ("bytes=-1", (200, Part::Whole))]
    {
        assert_eq!(part(&lasting(&[]), &[("range", range)], 0), expected, "{range}");
    }
}

/// RFC 9110 §15.3.7, §15.5.17: the fields of a 206 and of a 416.
#[test]
fn says_which_part_it_is() {
    let record =
        lasting(&[("etag", "\"a\""), ("content-type", "text/html"), ("content-range", "odd"), ("content-digest", "x")]);
    let some = served(&record, &get_with(&[("range", "bytes=2-4")]), 10).lines;
    assert_eq!(some.field("content-range").as_deref(), Some("bytes 2-4/10"));
    assert_eq!(some.field("content-length").as_deref(), Some("3"));
    assert_eq!(some.field("etag").as_deref(), Some("\"a\""));
    assert_eq!(some.field("content-type").as_deref(), Some("text/html"));
    assert_eq!(some.field("content-digest"), None);
    assert_eq!(some.field("age").as_deref(), Some("10"));

    let none = served(&record, &get_with(&[("range", "bytes=10-")]), 10).lines;
    assert_eq!(none.field("content-range").as_deref(), Some("bytes */10"));
    assert_eq!(none.field("content-length").as_deref(), Some("0"));
    for name in ["content-type", "etag", "cache-control", "content-digest"] {
        assert_eq!(none.field(name), None, "{name}");
    }
}

/// If-Range lets a part through by a strong validator only (RFC 9110 §13.1.5).
#[test]
fn if_range_needs_a_strong_validator() {
    let (changed, just_now) = (date(-100), date(0));
    for (fields, condition, expected) in [
        (vec![("etag", "\"a\"")], "\"a\"", 206),
        (vec![("etag", "\"a\"")], "\"b\"", 200),
        (vec![("etag", "\"a\"")], "W/\"a\"", 200),
        (vec![("etag", "W/\"a\"")], "\"a\"", 200),
        (vec![("etag", "W/\"a\"")], "W/\"a\"", 200),
        (vec![], "\"a\"", 200),
        (vec![("last-modified", changed.as_str())], changed.as_str(), 206),
        (vec![("last-modified", changed.as_str())], just_now.as_str(), 200),
        (vec![("last-modified", just_now.as_str())], just_now.as_str(), 200),
        (vec![], changed.as_str(), 200),
        (vec![("etag", "\"a\"")], "a", 200),
        (vec![("etag", "\"a\"")], "", 200),
    ] {
        let status = part(&lasting(&fields), &[("range", "bytes=0-1"), ("if-range", condition)], 10).0;
        assert_eq!(status, expected, "{fields:?} {condition}");
    }
    // A tag that was strong for the coded body is not one for the decoded.
    let decoded = lasting(&[("etag", "\"a\""), ("content-encoding", "gzip")]);
    assert_eq!(part(&decoded, &[("range", "bytes=0-1"), ("if-range", "\"a\"")], 10).0, 200);
}

/// Conditions go before ranges (RFC 9110 §13.2.2), and only a 200 has parts.
#[test]
fn ranges_come_last() {
    let record = lasting(&[("etag", "\"a\"")]);
    assert_eq!(part(&record, &[("range", "bytes=0-1"), ("if-none-match", "\"a\"")], 10).0, 304);
    assert_eq!(part(&record, &[("range", "bytes=0-1"), ("if-none-match", "\"b\"")], 10).0, 206);
    let other = copy(&says("max-age=60").status(203));
    assert_eq!(part(&other, &[("range", "bytes=0-1")], 10), (203, Part::Whole));
}
