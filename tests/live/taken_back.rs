//! What was asked for before a copy was taken back is not written after that; and what is not written is not thought to be.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::client;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

const VARS: [(&str, &str); 2] = [("RETRY_ATTEMPTS", "0"), ("ADMIN_TOKEN", "t")];

/// A visit whose answer does not come until it is released.
fn slow(stand: &Stand, path: &str, seen: usize) -> TcpStream {
    let visit = client::send(stand.worker.port(), "GET", path, &[], b"");
    stand.origin.wait_for_path(path, seen);
    // What comes from now on comes later, by the clock too, which counts milliseconds.
    let millis = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = millis();
    wait_until(|| (millis() > now).then_some(()));
    visit
}

fn ends(mut visit: TcpStream) -> String {
    let mut all = String::new();
    visit.read_to_string(&mut all).unwrap();
    all
}

#[test]
fn an_answer_that_was_asked_for_before_is_no_copy() {
    for fresh in ["off", "on"] {
        for taken_back in ["no-store", "404", "POST", "purge"] {
            let stand = Stand::new(&[VARS[0], VARS[1], ("CACHE_FRESH", fresh)]);
            let path = "/page/a";
            let last = match taken_back {
                "no-store" => "/ok?body=none&h.Cache-Control=no-store",
                "404" => "/status/404",
                _ => "/ok?body=changed&h.Cache-Control=no-store&h.Set-Cookie=a",
            };
            stand.origin.script(path, &["/ok?body=old&hang=1&h.Cache-Control=max-age=60", last]);
            let visit = slow(&stand, path, 1);
            let removed = stand.worker.count("cache.delete");
            match taken_back {
                "POST" => drop(stand.worker.ask("POST", path, &[], b"a=1")),
                "purge" => {
                    let body = json!({"urls": [path]}).to_string();
                    let fields = [("Authorization", "Bearer t"), ("Content-Type", "application/json")];
                    let reply = stand.worker.ask("POST", "/.understudy/purge", &fields, body.as_bytes());
                    assert_eq!(reply.json(), json!({"purged": 1}));
                }
                _ => drop(stand.worker.get(path)),
            }
            stand.worker.wait_for("cache.delete", removed + 1);
            stand.origin.release();
            assert!(ends(visit).ends_with("old"));
            stand.settle();
            stand.fail();
            let reply = stand.worker.get(path);
            assert!(is_page(&reply), "{fresh}, {taken_back}: {reply:?}");
        }
    }
}

#[test]
fn a_copy_that_the_tier_did_not_take_is_written_by_the_next_visit() {
    for validator in ["", "&etag=%22x%22"] {
        let stand = Stand::new(&VARS);
        let target = format!("/ok?body=good{validator}");
        stand.fault("cache.put", "throw");
        stand.warm(&target);
        stand.fault("cache.put", json!(null));
        let tried = stand.worker.count("cache.put");
        wait_until(|| {
            stand.worker.get(&target);
            (stand.worker.count("cache.put") > tried).then_some(())
        });
        stand.settle();
        stand.fail();
        assert!(is_copy(&stand.worker.get(&target)), "{validator}");
    }
}

/// Nobody would ever have all of them.
#[test]
fn streams_without_an_end_are_no_copies() {
    let stand = Stand::new(&VARS);
    for kind in ["text/event-stream", "multipart/x-mixed-replace;boundary=a"] {
        assert_eq!(stand.worker.get(&format!("/ok?type={kind}&body=data")).status, 200);
    }
    stand.settle();
    assert_eq!(stand.worker.count("cache.put"), 1, "only that of settling");
}

/// KV is slower than the visitor who has just changed the page.
#[test]
fn who_changed_a_page_is_not_shown_the_copy_that_kv_still_has() {
    let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0"), ("CACHE_FRESH", "on")]);
    let answer = |body: &str| format!("/ok?body={body}&etag=%22{body}%22&h.Cache-Control=max-age=600");
    let see_other = "/ok?status=303&h.Location=/page/a&h.Cache-Control=no-store";
    stand.origin.script("/page/a", &[&answer("before"), see_other, &answer("after")]);
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", 1);
    stand.fault("kv.delete", "hang");
    assert_eq!(stand.worker.ask("POST", "/page/a", &[], b"a=1").status, 303);
    assert_eq!(stand.worker.get("/page/a").text(), "after", "RFC 9111 §4.4");
}

/// KV is written once an hour; what it has must not come back when it is gone, or forbidden, since.
#[test]
fn what_has_gone_since_does_not_come_back_out_of_kv() {
    for (fresh, then) in [
        ("on", "/ok?status=404&h.Cache-Control=max-age=60"),
        ("on", "/ok?status=410&h.Cache-Control=max-age=60"),
        ("on", "/ok?body=two&etag=%22v2%22&h.Cache-Control=no-cache"),
        ("on", "/ok?body=two&etag=%22v2%22&h.Cache-Control=max-age=0,+must-revalidate"),
        ("on", "/ok?status=304&etag=%22v1%22&h.Cache-Control=max-age=60,+must-revalidate"),
        ("off", "/ok?body=two&etag=%22v2%22&h.Cache-Control=max-age=60,+must-revalidate"),
        ("off", "/ok?body=two&etag=%22v2%22&h.Cache-Control=max-age=60,+stale-if-error=10"),
    ] {
        let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0"), ("CACHE_FRESH", fresh)]);
        stand.origin.script("/page/a", &["/ok?body=one&etag=%22v1%22&h.Cache-Control=max-age=60", then]);
        stand.warm("/page/a");
        stand.worker.wait_for("kv.put", 1);
        stand.age(100);
        stand.worker.get("/page/a");
        stand.settle();
        stand.worker.wait_for("kv.delete", 1);
        stand.age(100);
        stand.worker.platform(json!(["evict"]));
        stand.fail();
        let reply = stand.worker.get("/page/a");
        assert!(is_page(&reply), "CACHE_FRESH={fresh} {then}: {reply:?}");
    }
}

/// Although this isolate no longer remembers what it wrote there.
#[test]
fn what_permits_less_counts_in_kv_after_an_outage_too() {
    let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0")]);
    let answers = [
        "/ok?body=one&etag=%22v1%22&h.Cache-Control=max-age=60",
        "/ok?body=two&etag=%22v2%22&h.Cache-Control=max-age=60,+stale-if-error=10",
    ];
    stand.origin.script("/page/a", &answers);
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", 1);
    stand.age(100);
    stand.worker.platform(json!(["evict"]));
    stand.fail();
    assert_eq!(stand.worker.get("/page/a").text(), "one");
    stand.settle();
    assert_eq!(stand.worker.get("/page/a").text(), "two");
    stand.worker.wait_for("kv.delete", 1);
    stand.age(100);
    stand.worker.platform(json!(["evict"]));
    stand.fail();
    assert!(is_page(&stand.worker.get("/page/a")));
}

/// Only less is: what counts down says something else each time, and what breaks off says nothing.
#[test]
fn what_may_still_be_shown_stays_in_kv() {
    let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0")]);
    let answers = [600, 599, 598].map(|left| format!("/ok?body=page&etag=%22v1%22&h.Cache-Control=max-age={left}"));
    let broken = "/ok?n=5000&cut=1000&h.Cache-Control=max-age=60,+must-revalidate";
    stand.origin.script("/page/a", &[&answers[0], &answers[1], &answers[2], broken]);
    for n in 0..3 {
        let puts = stand.worker.count("cache.put");
        assert_eq!(stand.worker.get("/page/a").text(), "page");
        stand.worker.wait_for("cache.put", puts + 1);
        assert_eq!((n, stand.keys_in("kv", "/page/a").len()), (n, 1));
    }
    assert!(!stand.worker.get("/page/a").whole);
    stand.settle();
    assert_eq!((stand.keys_in("kv", "/page/a").len(), stand.worker.count("kv.delete")), (1, 0));
}

/// How the variants are told apart is needed for as long as there is one.
#[test]
fn variants_are_found_for_as_long_as_they_are_of_use() {
    let stand = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    let answer = |n| {
        let said = "h.Cache-Control=max-age=60,+stale-if-error=300&h.Vary=Accept-Language";
        format!("/ok?body=v{n}&etag=%22v{n}%22&{said}")
    };
    stand.origin.script("/page/a", &[&answer(1), &answer(2)]);
    let english = [("accept-language", "en")];
    stand.warm_with("/page/a", &english);
    stand.age(300);
    let puts = stand.worker.count("cache.put");
    assert_eq!(stand.worker.get_with("/page/a", &english).text(), "v2");
    stand.worker.wait_for("cache.put", puts + 2);
    stand.fail();
    // By then the first one would have been forgotten, and with it how to find the second.
    for _ in 0..3 {
        stand.age(100);
        let reply = stand.worker.get_with("/page/a", &english);
        assert!(is_copy(&reply) && reply.text() == "v2", "{reply:?}");
    }
    stand.age(100);
    assert!(is_page(&stand.worker.get_with("/page/a", &english)));
}
