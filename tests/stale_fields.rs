//! Which field lines are kept with a copy, and in which form? RFC 9110; RFC 9111 §3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields;

/// Rules 7, 18, 20: every field is kept but those of the connection, of a proxy, of one visitor, of the coded body.
#[test]
fn keeps_all_fields_that_may_be_kept() {
    let page = says("max-age=60")
        .with("content-type", "text/html")
        .with("x-unknown", "1")
        .with("content-range", "odd in a 200, but kept")
        .with("link", "</a>; rel=preload")
        .with("link", "</b>; rel=preload")
        .with("connection", "close, X-Hop, Cache-Control")
        .with("x-hop", "1")
        .with("keep-alive", "timeout=5")
        .with("proxy-connection", "close")
        .with("proxy-authenticate", "Basic")
        .with("proxy-authentication-info", "x")
        .with("proxy-authorization", "Basic x")
        .with("te", "trailers")
        .with("trailer", "expires")
        .with("transfer-encoding", "chunked")
        .with("upgrade", "h2c")
        .with("understudy-record", "forged")
        .with("bad name", "1")
        .with("content-length", "5");
    let record = copy(&page);
    let names: Vec<&str> = record.lines().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cache-control", "date", "content-type", "x-unknown", "content-range", "link", "link"]);
    assert_eq!(record.length(), Some(5));
}

/// What cannot have come out of a message is not trusted in its other parts either.
#[test]
fn keeps_nothing_of_a_split_field() {
    for value in ["a\r\nset-cookie: b=c", "a\nb", "a\0"] {
        assert_eq!(verdict(&get(), &says("max-age=60").with("x", value), &params()), "skip: malformed", "{value:?}");
    }
}

/// RFC 9110 §6.6.1: a recipient with a clock adds the Date that is missing.
#[test]
fn adds_a_missing_date() {
    assert_eq!(copy(&undated(&[("cache-control", "max-age=60")])).lines().to_vec().field("date"), Some(date(0)));
}

/// Bodies are kept decoded: coding, digests of the coded bytes and the strength of the tag go with it.
#[test]
fn forgets_the_content_coding() {
    for (coding, etag, kept_etag) in
        [("gzip", "\"a\"", "W/\"a\""), ("br", "W/\"a\"", "W/\"a\""), ("identity", "\"a\"", "\"a\"")]
    {
        let page = says("max-age=60")
            .with("content-encoding", coding)
            .with("etag", etag)
            .with("content-digest", "sha-256=:AA==:")
            .with("content-length", "5");
        let record = copy(&page);
        let lines = record.lines().to_vec();
        assert_eq!(lines.field("content-encoding"), None, "{coding}");
        assert_eq!(lines.field("etag").as_deref(), Some(kept_etag), "{coding}");
        assert_eq!(lines.field("content-digest").is_some(), coding == "identity", "{coding}");
        assert_eq!(record.length().is_some(), coding == "identity", "the length on the wire is not the body's");
    }
}

/// RFC 9111 §3.1: the runtime hands other codings on as they are, and without the field nobody could read the body. Where
/// it follows from what the visitor accepts (§4.1), the copy would not be everybody's. Only a full cache believes that it is.
#[test]
fn a_full_cache_keeps_a_content_coding_that_stays_in_the_body() {
    for coding in ["zstd", "deflate", "gzip, br", "GZIP", "x-unknown", ""] {
        let page = says("max-age=60").with("content-encoding", coding).with("content-digest", "sha-256=:AA==:");
        assert_eq!(verdict(&get(), &page, &params()), "skip: content-coding", "{coding}");
        let lines = kept(&get(), &page, &caching()).lines().to_vec();
        assert_eq!(lines.field("content-encoding").as_deref(), Some(coding));
        assert!(lines.field("content-digest").is_some(), "{coding}");
        for vary in ["accept-encoding", "Accept-Language, Accept-Encoding"] {
            let page = page.clone().with("vary", vary);
            assert_eq!(verdict(&get(), &page, &caching()), "skip: content-coding", "{coding}");
        }
        let page = page.with("vary", "accept-language");
        assert_eq!(verdict(&get(), &page, &caching()), "keep", "{coding}");
    }
}

/// Rule 19: fields named by `no-cache="…"` or `private="…"` are not kept; what cannot be understood counts as unqualified.
#[test]
fn leaves_out_the_fields_of_a_qualified_directive() {
    for (cache_control, missing) in [
        ("max-age=60, no-cache=\"A\"", vec!["a"]),
        ("max-age=60, no-cache=\"a, B\"", vec!["a", "b"]),
        ("max-age=60, private=\"a\", no-cache=b", vec!["a", "b"]),
    ] {
        let page = says(cache_control).with("a", "1").with("b", "2").with("c", "3");
        let record = copy(&page);
        for name in ["a", "b", "c"] {
            let there = record.lines().to_vec().field(name).is_some();
            assert_eq!(there, !missing.contains(&name), "{cache_control}: {name}");
        }
        assert_eq!(on_failure(&record, &get(), 10, &params()), "yes", "{cache_control}");
    }
    for unqualified in
        ["no-cache=\"\"", "no-cache=\"a b\"", "no-cache=\"vary\"", "no-cache =\"a\"", "no-cache=7, no-cache"]
    {
        let page = says(&format!("max-age=60, {unqualified}"));
        assert_eq!(verdict(&get(), &page, &params()), "remove: no-cache", "{unqualified}");
    }
    let targeted = page(&[("cdn-cache-control", "max-age=60, private=\"a\""), ("a", "1")]);
    assert_eq!(copy(&targeted).lines().to_vec().field("a"), None);
}
