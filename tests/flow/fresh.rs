//! A full cache (`CACHE_FRESH`): when the origin is not asked, asked with conditions, or asked afterwards.

use std::time::Duration;

use understudy::drill::Drill;
use understudy::flow::{Found, Now, Tier};

use crate::site::{Site, Visit, lines, name};

/// A site with a copy that came a minute ago with this `Cache-Control` and an `ETag`.
fn site(cache_control: &str, more: &[(&str, &str)]) -> Site {
    let mut site = Site::new(&[more, &[("CACHE_FRESH", "on"), ("RETRY_ATTEMPTS", "0")]].concat());
    site.copy = lines(&[("cache-control", cache_control), ("etag", "\"1\"")]);
    site.fields = lines(&[("etag", "\"1\"")]);
    site
}

/// Plays a script; what is to be written after it is written at once.
fn plays(site: &mut Site, method: &str, script: &str) -> Visit {
    let visit = site.plays(method, script);
    if let Some(keep) = &visit.finish.after.keep {
        site.state.stored().end(&keep.key);
    }
    visit
}

#[test]
fn a_fresh_copy_is_served_without_asking_the_origin() {
    let mut site = site("max-age=600", &[]);
    for method in ["GET", "HEAD"] {
        let visit = plays(&mut site, method, "cache? copy copy");
        assert_eq!(visit.field("cache-status"), "understudy;hit;ttl=540;detail=cache", "RFC 9211 §2.1");
        assert_eq!(visit.field("age"), "60", "RFC 9111 §4");
        assert_eq!(visit.field("proxy-status"), "", "nothing failed");
        assert_eq!(visit.finish.after.line.map(|line| line.event), Some("request"), "no incident");
    }
    plays(&mut site, "POST", "fetch 200 origin");
    site.kv = true;
    plays(&mut site, "GET", "cache? none kv? copy fetch 200 origin");
    site.time = site.time + Duration::from_secs(61);
    let visit = plays(&mut site, "GET", "cache? none kv? copy copy");
    assert!(visit.finish.after.promote.is_some(), "a copy of the second tier goes into the first one");
    plays(&mut site, "GET", "cache? none kv? none fetch 200 origin");
}

#[test]
fn a_stale_copy_is_validated_with_what_it_came_with() {
    let mut site = site("max-age=30", &[]);
    site.copy.push(("last-modified".to_owned(), "Mon, 12 Jan 1970 00:00:00 GMT".to_owned()));
    site.asked = lines(&[("if-none-match", "\"mine\"")]);
    let visit = plays(&mut site, "GET", "cache? copy fetch 304 copy");
    let [fetch] = &visit.fetches[..] else { panic!("one request") };
    let expected = [("if-none-match", "\"1\""), ("if-modified-since", "Mon, 12 Jan 1970 00:00:00 GMT")];
    assert_eq!(fetch.conditions, lines(&expected), "RFC 9111 §4.3.1");
    assert_eq!(visit.status(), Some(200), "RFC 9111 §4.3.2: the visitor's own validator is another one");
    assert_eq!(visit.field("cache-status"), "understudy;fwd=stale;fwd-status=304;ttl=30;detail=cache");
    assert_eq!(visit.field("proxy-status"), "");
    let keep = visit.finish.after.keep.expect("RFC 9111 §4.3.4: the copy is renewed");
    assert!(keep.renews.is_some());

    site.asked = lines(&[("if-none-match", "\"1\"")]);
    assert_eq!(plays(&mut site, "GET", "cache? copy fetch 304 copy").status(), Some(304), "and here it is the same");
}

#[test]
fn what_the_origin_sends_instead_takes_the_place_of_the_copy() {
    let mut site = site("max-age=30", &[]);
    site.fields = lines(&[("cache-control", "max-age=60"), ("etag", "\"2\"")]);
    let visit = plays(&mut site, "GET", "cache? copy fetch 200 origin");
    assert!(visit.finish.after.keep.is_some_and(|keep| keep.renews.is_none()));
    site.fields = lines(&[]);
    let visit = plays(&mut site, "GET", "cache? copy fetch 410 origin");
    assert_eq!(visit.finish.after.remove.len(), 1, "a deletion is never hidden");
}

#[test]
fn an_answer_to_head_takes_the_copy_back_as_one_to_get_would() {
    for (status, said, removes) in [
        ("200", "max-age=60", false),
        ("200", "no-store", true),
        ("200", "private", true),
        ("404", "max-age=60", true),
        ("403", "no-store", false),
    ] {
        for cookie in [None, Some(("cookie", "session=1"))] {
            let mut site = site("max-age=30, public", &[]);
            site.asked = lines(&Vec::from_iter(cookie));
            site.fields = lines(&[("cache-control", said), ("etag", "\"1\"")]);
            let visit = plays(&mut site, "HEAD", &format!("cache? copy fetch {status} origin"));
            // What is said to one visitor need not hold for others.
            let removes = removes && (cookie.is_none() || status == "404");
            assert_eq!(!visit.finish.after.remove.is_empty(), removes, "{status} {said} {cookie:?}");
        }
    }
}

#[test]
fn a_304_about_another_page_is_not_believed() {
    let mut site = site("max-age=30", &[]);
    site.fields = lines(&[("etag", "\"2\"")]);
    let visit = plays(&mut site, "GET", "cache? copy fetch 304 fetch 200 origin");
    assert!(visit.fetches[1].conditions.is_empty(), "RFC 9111 §4.3.4: asked again, as the visitor did");
}

/// And should that fail, the copy is there all the same.
#[test]
fn a_304_about_another_page_takes_no_copy_away() {
    let mut site = site("max-age=30", &[]);
    site.fields = lines(&[("etag", "\"2\"")]);
    plays(&mut site, "GET", "cache? copy fetch 304 fetch 502 copy");
    // But where it says that there is none.
    site.fields.push(("cache-control".to_owned(), "no-store".to_owned()));
    plays(&mut site, "GET", "cache? copy fetch 304 fetch 502 page");
}

#[test]
fn what_was_changed_while_it_was_validated_is_not_promoted() {
    let mut site = site("max-age=30", &[]);
    site.kv = true;
    let mut flow = site.flow("GET");
    flow.start(&mut Now { time: site.time, state: &mut site.state });
    for (happens, step) in [("none", "kv?"), ("copy", "fetch")] {
        assert_eq!(name(&site.happens(&mut flow, happens)), step);
    }
    let second = Duration::from_secs(1);
    site.time = site.time + second;
    plays(&mut site, "POST", "fetch 200 origin");
    site.time = site.time + second;
    assert_eq!(name(&site.happens(&mut flow, "304")), "fetch", "asked again, without conditions");
}

#[test]
fn what_is_taken_back_in_the_background_goes() {
    for said in ["no-store", "private"] {
        let mut site = site("max-age=30, stale-while-revalidate=86400", &[]);
        let mut visit = plays(&mut site, "GET", "cache? copy copy");
        site.fields = lines(&[("etag", "\"1\""), ("cache-control", said)]);
        assert!(!site.late(&mut visit, "304").remove.is_empty(), "{said}");
    }
}

/// A monitor's HEAD, whose answer repeats nothing but the permission.
#[test]
fn what_head_does_not_repeat_is_not_taken_back() {
    for said in ["public, max-age=0, must-revalidate", "no-cache"] {
        let mut site = site(said, &[]);
        site.fields = lines(&[("cache-control", said)]);
        let after = plays(&mut site, "HEAD", "cache? copy fetch 200 origin").finish.after;
        assert!(after.remove.is_empty() && after.keep.is_none(), "{said}");
    }
}

/// Under load the next answer has always come before a body is read, be it the same or another one each time.
#[test]
fn slow_bodies_of_a_busy_page_are_kept_all_the_same() {
    for changes in [false, true] {
        let mut site = site("max-age=600", &[]);
        let mut under_way = std::collections::VecDeque::new();
        for n in 0..9 {
            let tag = format!("\"{}\"", if changes { n } else { 0 });
            site.fields = lines(&[("cache-control", "max-age=600"), ("etag", &tag)]);
            let keep = plays(&mut site, "GET", "cache? none fetch 200 origin").finish.after.keep.expect("a copy");
            under_way.push_back(keep);
            site.time = site.time + Duration::from_secs(1);
            if under_way.len() > 2 {
                let mut keep = under_way.pop_front().expect("one of two seconds ago");
                *keep.record = keep.record.with_body(5, None);
                let found = site.state.stored().find(&keep, &lines(&[]), site.time, Duration::from_secs(60));
                assert_eq!(found, Found::New, "{changes}");
            }
        }
    }
}

/// A tier that was too slow to say may have a page, and so may a list of variants without this one.
#[test]
fn an_error_is_kept_only_where_nothing_lies() {
    let mut site = site("max-age=30", &[]);
    site.fields = lines(&[("cache-control", "max-age=60")]);
    assert!(plays(&mut site, "GET", "cache? slow fetch 500 origin").finish.after.keep.is_none());
}

/// The second tier is not written each time.
#[test]
fn what_the_second_tier_says_is_withdrawn_when_it_is_not_so_any_more() {
    let mut site = site("max-age=30", &[]);
    site.kv = true;
    site.fields = lines(&[("cache-control", "max-age=30"), ("etag", "\"1\"")]);
    let first = plays(&mut site, "GET", "cache? none kv? none fetch 200 origin").finish.after.keep.expect("a copy");
    assert!(first.kv && !first.withdraws);
    for (status, said, withdraws) in
        [("200", "max-age=29", false), ("200", "no-cache", true), ("404", "max-age=60", true)]
    {
        site.fields = lines(&[("cache-control", said), ("etag", "\"2\"")]);
        let keep = plays(&mut site, "GET", &format!("cache? none kv? none fetch {status} origin")).finish.after.keep;
        let keep = keep.expect("a copy");
        assert_eq!((keep.kv, keep.withdraws), (false, withdraws), "{status} {said}");
    }
}

#[test]
fn a_304_with_a_cookie_gives_it_to_this_visitor_and_to_no_store() {
    let mut site = site("max-age=30", &[]);
    site.fields.push(("set-cookie".to_owned(), "a=1".to_owned()));
    let visit = plays(&mut site, "GET", "cache? copy fetch 304 copy");
    assert_eq!(visit.field("set-cookie"), "a=1");
    assert!(visit.finish.after.keep.is_none());
}

/// What they are told may be made for them.
#[test]
fn who_asks_for_something_else_renews_nothing() {
    for asked in [("x-forwarded-host", "evil.example"), ("content-length", "6"), ("cache-control", "no-store")] {
        for method in ["GET", "HEAD"] {
            let mut site = site("max-age=30", &[]);
            site.asked = lines(&[asked]);
            site.fields =
                lines(&[("etag", "\"1\""), ("cache-control", "max-age=600"), ("link", "<https://evil.example>")]);
            let script = if method == "GET" { "cache? copy fetch 304 copy" } else { "cache? copy fetch 200 origin" };
            let after = plays(&mut site, method, script).finish.after;
            assert!(after.keep.is_none() && after.remove.is_empty(), "{method} {asked:?}");
        }
    }
}

/// By a field that no key contains, anybody can provoke one.
#[test]
fn an_error_takes_the_place_of_no_page() {
    for (status, keeps) in
        [("400", false), ("403", false), ("414", false), ("500", false), ("404", true), ("410", true)]
    {
        for (there, copy) in [("copy", true), ("none", false)] {
            let mut site = site("max-age=30", &[]);
            site.fields = lines(&[("cache-control", "max-age=600")]);
            if !copy {
                site.state.stored().note_absent(Tier::Cache, "https://www.example/page?q=1", site.time);
            }
            let visit = plays(&mut site, "GET", &format!("cache? {there} fetch {status} origin"));
            assert_eq!(visit.finish.after.keep.is_some(), keeps || !copy, "{status} {there}");
            assert!(visit.finish.after.remove.is_empty(), "{status} {there}");
        }
    }
}

#[test]
fn while_revalidating_the_visitor_has_the_copy_already() {
    let mut site = site("max-age=30, stale-while-revalidate=60", &[]);
    let mut visit = plays(&mut site, "GET", "cache? copy copy");
    assert_eq!(visit.field("cache-status"), "understudy;hit;ttl=-30;detail=cache");
    assert!(visit.finish.after.refresh.is_some(), "RFC 5861 §3: in the background");
    let again = plays(&mut site, "GET", "cache? copy copy");
    assert!(again.finish.after.refresh.is_none(), "one at a time");
    let keep = site.late(&mut visit, "304").keep.expect("the copy is renewed");
    site.state.stored().end(&keep.key);
    site.copy = lines(&[("cache-control", "max-age=30, stale-while-revalidate=29"), ("etag", "\"1\"")]);
    plays(&mut site, "GET", "cache? copy fetch 304 copy");
}

#[test]
fn a_failure_while_validating_is_one_like_any_other() {
    let mut site = site("max-age=30", &[]);
    let visit = plays(&mut site, "GET", "cache? copy fetch 502 copy");
    assert_eq!(visit.field("cache-status"), "understudy;fwd=stale;fwd-status=502;ttl=-30;detail=cache");
    assert!(visit.field("proxy-status").contains("received-status=502"));
    plays(&mut site, "GET", "cache? copy fetch impatient copy");
    site.copy = lines(&[("cache-control", "max-age=30, must-revalidate"), ("etag", "\"1\"")]);
    plays(&mut site, "GET", "cache? copy fetch 502 page");
}

#[test]
fn a_request_that_wants_a_copy_or_nothing_gets_that() {
    for (vars, script, status) in [
        (&[][..], "cache? copy copy", 200),
        (&[("CACHE_FRESH", "off")], "cache? copy copy", 200),
        (&[("CACHE_FRESH", "off")], "cache? none page", 504),
    ] {
        let mut site = site("max-age=600", vars);
        site.asked = lines(&[("cache-control", "only-if-cached")]);
        assert_eq!(plays(&mut site, "GET", script).status(), Some(status), "RFC 9111 §5.2.1.7");
    }
}

#[test]
fn whoever_asks_for_newer_gets_newer() {
    for (wish, script) in [
        ("no-cache", "cache? copy fetch 304 copy"),
        ("max-age=59", "cache? copy fetch 304 copy"),
        ("max-age=61", "cache? copy copy"),
        ("min-fresh=541", "cache? copy fetch 304 copy"),
        ("min-fresh=540", "cache? copy copy"),
    ] {
        let mut site = site("max-age=600", &[]);
        site.asked = lines(&[("cache-control", wish)]);
        plays(&mut site, "GET", script);
    }
}

#[test]
fn an_open_breaker_leaves_the_copy() {
    let mut site = site("max-age=30", &[("BREAKER_FAILURES", "1")]);
    plays(&mut site, "GET", "cache? copy fetch 502 copy");
    let visit = plays(&mut site, "GET", "cache? copy copy");
    assert!(visit.field("proxy-status").contains("circuit open"));
}

#[test]
fn without_it_or_looking_on_or_in_a_drill_the_origin_is_asked_first() {
    for vars in [[("CACHE_FRESH", "off")], [("MODE", "observe")]] {
        plays(&mut site("max-age=600", &vars), "GET", "fetch 200 origin");
    }
    let mut drilled = site("max-age=600", &[]);
    drilled.drill = Some(Drill::Status(502));
    plays(&mut drilled, "GET", "fetch 502 cache? copy copy");
}

#[test]
fn who_asks_for_a_copy_that_is_being_written_waits_for_it() {
    let mut site = site("max-age=600", &[]);
    site.fields = lines(&[("cache-control", "max-age=600")]);
    let visit = Site::plays(&mut site, "GET", "cache? none fetch 200 origin");
    let key = visit.finish.after.keep.expect("a copy").key;
    let mut flow = site.flow("GET");
    let step = flow.start(&mut Now { time: site.time, state: &mut site.state });
    assert_eq!(name(&step), "sleep");
    site.state.stored().end(&key);
    assert_eq!(name(&site.happens(&mut flow, "slept")), "cache?");
}
