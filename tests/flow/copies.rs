//! Copies: when they are looked for, served, written, removed; and patience.

use std::time::Duration;

use understudy::drill::Drill;
use understudy::fields::FieldLines;
use understudy::flow::{Answer, Found};
use understudy::retry::Replay;

use crate::site::{Site, lines};

#[test]
fn a_copy_stands_in_when_everything_failed() {
    let visit = Site::new(&[]).plays("GET", "fetch 502 sleep slept fetch 521 cache? copy copy");
    assert_eq!(visit.status(), Some(200));
    assert_eq!(visit.field("cache-status"), "understudy;fwd=stale;fwd-status=521;ttl=-60;detail=cache");
    assert_eq!(visit.field("proxy-status"), "www.example;error=connection_refused;received-status=521");
    assert_eq!(visit.field("age"), "60");
    assert!(visit.finish.after.keep.is_none() && visit.finish.after.promote.is_none());
}

#[test]
fn the_second_tier_is_asked_when_the_first_has_none() {
    let mut site = Site::new(&[]);
    site.kv = true;
    site.plays("GET", "fetch 502 sleep slept fetch 502 cache? copy copy");
    site.plays("GET", "fetch 502 sleep slept fetch 502 cache? none kv? none page");
    let visit = site.plays("GET", "fetch 502 sleep slept fetch 502 cache? none kv? copy copy");
    assert!(visit.field("cache-status").ends_with("detail=kv"));
    let promoted = visit.finish.after.promote.expect("the copy goes into the first tier");
    assert_eq!(promoted.key, visit.flow.key());
}

#[test]
fn unsafe_methods_never_get_a_copy() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "OPTIONS"] {
        let visit = Site::new(&[("RETRY_ATTEMPTS", "0")]).plays(method, "fetch 502 page");
        assert!(visit.finish.after.remove.is_empty(), "{method}: a failure removes nothing");
    }
    Site::new(&[("RETRY_ATTEMPTS", "0")]).plays("HEAD", "fetch 502 cache? copy copy");
}

#[test]
fn a_copy_that_may_not_be_served_is_as_good_as_none() {
    for forbidden in ["no-cache", "max-age=1, must-revalidate", "max-age=1, proxy-revalidate", "s-maxage=1"] {
        let mut site = Site::new(&[("RETRY_ATTEMPTS", "0")]);
        site.copy = lines(&[("cache-control", "max-age=60, stale-if-error=600"), ("etag", "\"1\"")]);
        // The record is made where it is allowed, and read where it is not.
        let mut record = site.record().to_json();
        record = record.replace("max-age=60, stale-if-error=600", forbidden);
        let record = understudy::stale::Record::from_json(&record).expect("a record");
        let mut flow = site.flow("GET");
        let step = site.looks(&mut flow, "502", record);
        assert_eq!(crate::site::name(&step), "page", "{forbidden}");
    }
}

#[test]
fn who_has_a_copy_does_not_wait_longer_than_the_patience() {
    let mut site = Site::new(&[]);
    let mut visit = site.plays("GET", "fetch impatient cache? copy copy");
    assert_eq!(visit.took, Duration::from_millis(4001));
    assert_eq!(visit.field("proxy-status"), "www.example;error=http_response_timeout;details=\"patience\"");
    assert!(visit.finish.after.keep.is_none());
    // The attempt goes on, and its answer is the next copy.
    let after = site.late(&mut visit, "200");
    assert_eq!(after.keep.expect("a new copy").key, visit.flow.key());
    let mut visit = site.plays("GET", "fetch impatient cache? copy copy");
    assert!(site.late(&mut visit, "200").keep.is_some(), "although one was written a moment ago: nobody waits for it");
    let mut visit = site.plays("GET", "fetch impatient cache? copy copy");
    assert!(!site.late(&mut visit, "404").remove.is_empty(), "a deletion is not masked");
    site.plays("GET", "fetch impatient cache? copy wait 200 origin");
    site.time = site.time + Duration::from_secs(61);
    for failure in ["502", "timeout", "reset", "500"] {
        let mut visit = site.plays("GET", "fetch impatient cache? copy copy");
        let after = site.late(&mut visit, failure);
        assert!(after.keep.is_none() && after.remove.is_empty(), "{failure}");
    }
}

#[test]
fn who_has_none_waits_on() {
    let mut site = Site::new(&[("DEADLINE", "12s")]);
    site.kv = true;
    site.plays("GET", "fetch impatient cache? none kv? none wait 200 origin");
    let visit = site.plays("GET", "fetch impatient cache? none kv? none wait timeout sleep slept fetch 200 origin");
    assert_eq!(visit.fetches[1].patience, None, "it is known that there is no copy");
    site.plays("GET", "fetch impatient cache? none kv? none wait 502 sleep slept fetch 502 page");
}

#[test]
fn patience_is_for_the_whole_visit() {
    let mut site = Site::new(&[("TIMEOUT", "3s")]);
    let visit = site.plays("GET", "fetch timeout sleep slept fetch impatient cache? copy copy");
    assert_eq!(visit.fetches[0].patience, None, "the timeout comes first");
    assert_eq!(visit.took, Duration::from_millis(4001));
}

#[test]
fn an_origin_that_is_quicker_than_a_slow_tier_wins() {
    let mut site = Site::new(&[]);
    site.kv = true;
    site.plays("GET", "fetch impatient cache? 200 origin");
    site.plays("GET", "fetch impatient cache? none kv? 200 origin");
    // Its failure is none of the copy's fault.
    site.plays("GET", "fetch impatient cache? 502 cache? copy copy");
    site.plays("GET", "fetch impatient cache? none kv? timeout cache? none kv? copy copy");
}

/// RFC 5861 §4: only an explicit `stale-if-error` covers a 500.
#[test]
fn a_500_is_replaced_only_if_the_origin_said_so() {
    let mut site = Site::new(&[]);
    site.plays("GET", "fetch 500 cache? none origin");
    site.plays("GET", "fetch 500 cache? copy origin");
    site.copy = lines(&[("cache-control", "max-age=1, stale-if-error=600")]);
    let visit = site.plays("GET", "fetch 500 cache? copy copy");
    assert_eq!(visit.field("cache-status"), "understudy;fwd=stale;fwd-status=500;ttl=-59;detail=cache");
    assert_eq!(visit.field("proxy-status"), "www.example;received-status=500");
    site.plays("POST", "fetch 500 origin");
}

#[test]
fn a_healthy_answer_is_kept_once_in_a_while() {
    let mut site = Site::new(&[]);
    site.fields = lines(&[("etag", "\"2\"")]);
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some());
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_none(), "a moment later");
    site.time = site.time + Duration::from_secs(60);
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), "STALE_REFRESH is over");
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_none());
    site.fields = lines(&[("etag", "\"3\"")]);
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), "another validator");
    site.fields = lines(&[("etag", "\"3\""), ("cache-control", "max-age=60, must-revalidate")]);
    assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), "it says something else");
}

/// RFC 9111 §3: what the origin says last of its keeping holds, however young the copy is.
#[test]
fn a_copy_goes_as_soon_as_the_origin_forbids_it() {
    for said in [
        ("cache-control", "no-store"),
        ("cache-control", "private"),
        ("cache-control", "max-age=0, must-revalidate"),
        ("cdn-cache-control", "no-store"),
    ] {
        for validator in [("etag", "\"1\""), ("x-no", "validator")] {
            let mut site = Site::new(&[]);
            site.fields = lines(&[validator]);
            assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some());
            site.fields = lines(&[validator, said]);
            assert!(!site.plays("GET", "fetch 200 origin").finish.after.remove.is_empty(), "{said:?}");
        }
    }
}

#[test]
fn the_second_tier_is_written_more_rarely() {
    let mut site = Site::new(&[("STALE_REFRESH", "0"), ("KV_REFRESH", "1h")]);
    site.kv = true;
    let kept = |site: &mut Site| site.plays("GET", "fetch 200 origin").finish.after.keep.expect("a copy").kv;
    assert!(kept(&mut site));
    assert!(!kept(&mut site));
    site.time = site.time + Duration::from_secs(3600);
    assert!(kept(&mut site));
    site.kv = false;
    site.time = site.time + Duration::from_secs(3600);
    assert!(!kept(&mut site), "not bound");
}

#[test]
fn each_variant_is_kept_for_itself() {
    let mut site = Site::new(&[]);
    site.fields = lines(&[("vary", "accept-language"), ("etag", "\"1\"")]);
    for (language, kept) in [("en", true), ("de", true), ("en", false), ("de", false)] {
        site.asked = lines(&[("accept-language", language)]);
        assert_eq!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), kept, "{language}");
    }
}

/// RFC 9111 §4.4
#[test]
fn a_successful_unsafe_request_removes_the_copy() {
    for (method, status, removes) in [
        ("POST", "200", true),
        ("PUT", "204", true),
        ("DELETE", "303", true),
        ("BREW", "200", true),
        ("POST", "404", false),
        ("POST", "500", false),
        ("POST", "502", false),
        ("OPTIONS", "200", false),
    ] {
        let mut site = Site::new(&[("FAILURE_STATUSES", "503")]);
        site.fields = lines(&[("etag", "\"1\"")]);
        site.plays("GET", "fetch 200 origin");
        let visit = site.plays(method, &format!("fetch {status} origin"));
        assert_eq!(!visit.finish.after.remove.is_empty(), removes, "{method} {status}");
        assert_eq!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), removes, "{method} {status}");
    }
}

#[test]
fn it_removes_the_copies_that_its_answer_names() {
    let mut site = Site::new(&[("ORIGIN", "https://o.example/app")]);
    site.fields =
        lines(&[("location", "https://o.example/app/list"), ("content-location", "https://elsewhere.example/b")]);
    let visit = site.plays("POST", "fetch 303 origin");
    assert_eq!(visit.finish.after.remove, ["https://www.example/page?q=1", "https://www.example/list"]);
}

/// Each under the key that its own visitors have there, whatever rule holds for the one who posts.
#[test]
fn a_copy_is_removed_under_the_key_of_its_own_path() {
    let rules = |rules| [("STALE_IGNORE_PARAMS", "q"), ("RULES", rules)];
    for (vars, removed) in [
        (rules("[]"), ["https://www.example/page", "https://www.example/list"]),
        (
            rules(r#"[{"path": "/list", "STALE_IGNORE_PARAMS": "none"}]"#),
            ["https://www.example/page", "https://www.example/list?q=2"],
        ),
        (
            rules(r#"[{"path": "/page", "STALE_IGNORE_PARAMS": "none"}]"#),
            ["https://www.example/page?q=1", "https://www.example/list"],
        ),
    ] {
        let mut site = Site::new(&vars);
        site.config = site.config.at("/page");
        site.fields = lines(&[("location", "/list?q=2")]);
        assert_eq!(site.plays("POST", "fetch 303 origin").finish.after.remove, removed, "{vars:?}");
    }
}

#[test]
fn a_deletion_removes_the_copy_and_an_error_does_not() {
    for (status, removes) in
        [("404", true), ("410", true), ("451", true), ("400", false), ("403", false), ("429", false)]
    {
        let visit = Site::new(&[]).plays("GET", &format!("fetch {status} origin"));
        assert_eq!(!visit.finish.after.remove.is_empty(), removes, "{status}");
    }
    let visit = Site::new(&[]).plays("GET", "fetch 500 cache? none origin");
    assert!(visit.finish.after.remove.is_empty());
}

#[test]
fn a_drill_is_heard_of_by_nobody() {
    let mut site = Site::new(&[("BREAKER_FAILURES", "1"), ("ADMIN_TOKEN", "t0ken")]);
    site.drill = Some(Drill::Status(502));
    for _ in 0..10 {
        let visit = site.plays("GET", "fetch 502 sleep slept fetch 502 cache? none page");
        assert_eq!(visit.fetches[0].pretend, site.drill);
    }
    site.drill = None;
    site.plays("GET", "fetch 502 cache? none page");
    let visit = site.plays("GET", "cache? copy copy");
    assert!(matches!(visit.finish.answer, Answer::Copy(_)));
}

/// RFC 9111 §4: the newest counts, in whatever order the bodies arrive, and none that was asked for before a change.
#[test]
fn a_body_that_comes_late_takes_no_newer_ones_place() {
    for (fresh, says) in [("off", &[][..]), ("on", &[("cache-control", "max-age=600")])] {
        for changed in [false, true] {
            let mut site = Site::new(&[("CACHE_FRESH", fresh), ("RETRY_ATTEMPTS", "0")]);
            site.fields = lines(says);
            let get = if fresh == "on" { "cache? none fetch 200 origin" } else { "fetch 200 origin" };
            let mut keeps = Vec::new();
            for _ in 0..2 {
                let keep = site.plays("GET", get).finish.after.keep.expect("a copy");
                site.state.stored().end(&keep.key);
                site.time = site.time + Duration::from_secs(1);
                if changed {
                    site.plays("POST", "fetch 200 origin");
                    site.time = site.time + Duration::from_secs(1);
                }
                keeps.push(keep);
            }
            let now = site.time;
            let mut found = keeps.into_iter().rev().map(|mut keep| {
                let content = keep.record.answered_at().secs();
                *keep.record = keep.record.with_body(5, Some(content));
                site.state.stored().find(&keep, &FieldLines::new(), now, Duration::from_secs(60))
            });
            let newer = if changed { Found::Overtaken } else { Found::New };
            assert_eq!(found.next(), Some(newer), "CACHE_FRESH={fresh} {changed}: the newer one");
            assert_eq!(found.next(), Some(Found::Overtaken), "CACHE_FRESH={fresh} {changed}: the older one");
        }
    }
}

/// Of use for ten seconds, it is not renewed once a minute.
#[test]
fn a_copy_that_is_of_use_for_a_short_time_is_renewed_more_often() {
    let mut site = Site::new(&[]);
    for (said, again) in [("max-age=10, must-revalidate", 5), ("max-age=600, must-revalidate", 60)] {
        site.fields = lines(&[("cache-control", said), ("etag", "\"1\"")]);
        assert!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), "{said}");
        for (after, keeps) in [(again - 1, false), (1, true)] {
            site.time = site.time + Duration::from_secs(after);
            assert_eq!(site.plays("GET", "fetch 200 origin").finish.after.keep.is_some(), keeps, "{said} {after}");
        }
    }
}

/// `Content-Length: 0` is a body to the runtime, and to nobody else.
#[test]
fn a_get_with_a_body_of_no_bytes_is_one_like_any_other() {
    let mut site = Site::new(&[("RETRY_ATTEMPTS", "0")]);
    site.replay = Replay::Once;
    for (length, script) in [("0", "fetch 502 cache? copy copy"), ("6", "fetch 502 page")] {
        site.asked = lines(&[("content-length", length)]);
        site.plays("GET", script);
        let keeps = site.plays("GET", "fetch 200 origin").finish.after.keep.is_some();
        assert_eq!(keeps, length == "0", "{length}");
    }
}
