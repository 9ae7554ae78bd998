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
