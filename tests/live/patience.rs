//! Who has a copy does not wait for an origin that hangs, and who has none not for ever.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::origin::Fault;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

const VARS: [(&str, &str); 3] = [("PATIENCE", "50ms"), ("RETRY_ATTEMPTS", "0"), ("TIMEOUT", "20s")];

#[test]
fn a_copy_is_served_after_the_patience_and_the_late_answer_is_the_next_copy() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    stand.origin.script("/page/a", &["/ok?body=late&hang=1"]);
    let start = Instant::now();
    let copy = stand.worker.get("/page/a");
    assert!(is_copy(&copy) && copy.body == fresh.body, "{copy:?}");
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(
        copy.field("proxy-status").as_deref(),
        Some("www.example;error=http_response_timeout;details=\"patience\"")
    );
    assert!(!copy.says("cache-status", "fwd-status"), "{copy:?}");
    stand.origin.wait_for_hanging(1);
    let before = stand.worker.count("cache.put");
    stand.origin.release();
    stand.worker.wait_for("cache.put", before + 1);
    stand.fail();
    assert_eq!(stand.worker.get("/page/a").text(), "late");
}

#[test]
fn a_late_failure_changes_nothing_and_a_late_deletion_does() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    for target in ["/fault/502?hang=1", "/fault/500?hang=1", "/fault/cut?hang=1", "/ok?hang=1&h.Set-Cookie=a=1"] {
        stand.origin.mend();
        stand.origin.script("/page/a", &[target]);
        assert_eq!(stand.worker.get("/page/a").body, fresh.body, "{target}");
        stand.origin.wait_for_hanging(1);
        stand.origin.release();
        stand.settle();
        stand.fail();
        assert_eq!(stand.worker.get("/page/a").body, fresh.body, "{target}");
    }
    stand.origin.mend();
    stand.origin.script("/page/a", &["/status/410?hang=1"]);
    let removed = stand.worker.count("cache.delete");
    assert_eq!(stand.worker.get("/page/a").body, fresh.body);
    stand.origin.wait_for_hanging(1);
    stand.origin.release();
    stand.worker.wait_for("cache.delete", removed + 1);
    stand.fail();
    assert!(is_page(&stand.worker.get("/page/a")));
}

#[test]
fn a_page_that_was_overtaken_does_not_come_back() {
    let stand = Stand::new(&[VARS[0], VARS[1], VARS[2], ("STALE_REFRESH", "0")]);
    stand.warm("/page/a");
    let old = "/ok?body=old&hang=1&h.Date=Sun,+06+Nov+1994+08:49:37+GMT";
    stand.origin.script("/page/a", &[old, "/ok?body=new"]);
    assert!(is_copy(&stand.worker.get("/page/a")));
    stand.origin.wait_for_hanging(1);
    assert_eq!(stand.warm("/page/a").text(), "new");
    stand.origin.release();
    stand.settle();
    stand.fail();
    assert_eq!(stand.worker.get("/page/a").text(), "new");
}

#[test]
fn without_a_copy_a_hanging_origin_is_a_504_after_the_timeout() {
    let stand = Stand::with_kv(&[("PATIENCE", "50ms"), ("RETRY_ATTEMPTS", "0"), ("TIMEOUT", "300ms")]);
    stand.origin.break_with(Fault::Hang);
    let start = Instant::now();
    let page = stand.worker.get("/page/a");
    assert!(page.status == 504 && is_page(&page), "{page:?}");
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
    assert_eq!(stand.worker.count("cache.get"), 1, "asked once");
}

/// Their own timeout is far, and there is no copy: they get what everybody gets who comes now.
#[test]
fn nobody_waits_for_an_origin_that_was_found_to_be_down_meanwhile() {
    let quick = r#"[{"path": "/quick", "TIMEOUT": "100ms"}]"#;
    let breaker = [("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "1h..1h"), ("RULES", quick)];
    let stand = Stand::new(&[&VARS[..], &breaker].concat());
    stand.origin.break_with(Fault::Hang);
    let page = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| stand.worker.get("/page/a"));
        stand.origin.wait_for_hanging(1);
        assert!(is_page(&stand.worker.get("/quick")));
        waiting.join().expect("an answer")
    });
    assert!(page.status == 504 && is_page(&page), "{page:?}");
    assert!(page.says("proxy-status", "circuit open"), "{page:?}");
}

#[test]
fn an_origin_that_is_only_slow_is_waited_for_without_a_copy() {
    let stand = Stand::new(&VARS);
    stand.origin.script("/page/a", &["/ok?body=slow&delay=200"]);
    let reply = stand.warm("/page/a");
    assert_eq!((reply.status, reply.text().as_str()), (200, "slow"));
    // And with one, for a form.
    stand.origin.script("/page/a", &["/ok?body=sent&delay=200"]);
    assert_eq!(stand.worker.ask("POST", "/page/a", &[], b"x").text(), "sent");
}

#[test]
fn patience_is_for_the_whole_visit() {
    let stand = Stand::new(&[("PATIENCE", "300ms"), ("RETRY_ATTEMPTS", "2"), ("RETRY_BACKOFF", "1ms..2ms")]);
    let fresh = stand.warm("/page/a");
    // It fails, and hangs when asked again.
    stand.origin.script("/page/a", &["/fault/502", "/ok?body=late&hang=1"]);
    let copy = stand.worker.get("/page/a");
    assert!(is_copy(&copy) && copy.body == fresh.body, "{copy:?}");
    assert!(copy.says("proxy-status", "received-status=502"), "{copy:?}");
    assert_eq!(stand.origin.count("/page/a"), 3);
    let before = stand.worker.count("cache.put");
    stand.origin.release();
    stand.worker.wait_for("cache.put", before + 1);
    // It asks for more time than anybody with a copy has.
    stand.origin.script("/page/a", &["/fault/503?retry-after=5", "/ok"]);
    let start = Instant::now();
    assert_eq!(stand.worker.get("/page/a").text(), "late");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn a_hanging_origin_is_tried_again_while_there_is_time() {
    let stand = Stand::new(&[
        ("PATIENCE", "20ms"),
        ("TIMEOUT", "500ms"),
        ("RETRY_ATTEMPTS", "3"),
        ("RETRY_BACKOFF", "1ms..2ms"),
        ("DEADLINE", "10s"),
    ]);
    stand.origin.script("/a", &["/fault/hang", "/fault/hang", "/ok?body=at+last"]);
    assert_eq!(stand.worker.get("/a").text(), "at last");
    assert_eq!(stand.origin.count("/a"), 3);
    stand.worker.wait_for("cache.put", 1);
    assert_eq!(stand.worker.count("cache.get"), 1, "asked once");
}

#[test]
fn a_slow_second_tier_holds_nobody_for_longer_than_a_look_up_may_take() {
    let stand = Stand::with_kv(&[("PATIENCE", "50ms"), ("RETRY_ATTEMPTS", "0"), ("TIMEOUT", "20s")]);
    stand.fault("kv.get", "hang");
    // An origin that answers meanwhile is quicker.
    stand.origin.script("/a", &["/ok?body=slow&delay=300"]);
    let start = Instant::now();
    assert_eq!(stand.worker.get("/a").text(), "slow");
    assert!(start.elapsed() < Duration::from_millis(2500), "{:?}", start.elapsed());
    // One that has failed is not.
    stand.fail();
    let start = Instant::now();
    let page = stand.worker.get("/b");
    assert!(is_page(&page), "{page:?}");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_visitor_who_leaves_early_leaves_the_answer_to_the_next_one() {
    let stand = Stand::new(&[("PATIENCE", "0"), ("RETRY_ATTEMPTS", "0"), ("TIMEOUT", "20s")]);
    stand.warm("/page/a");
    stand.origin.script("/page/a", &["/ok?body=next&delay=100"]);
    let before = stand.worker.count("cache.put");
    assert!(is_copy(&stand.worker.get("/page/a")), "no patience at all: the copy comes first");
    stand.worker.wait_for("cache.put", before + 1);
    stand.origin.script("/page/a", &["/fault/hang"]);
    let copy = wait_until(|| Some(stand.worker.get("/page/a")).filter(|copy| copy.text() == "next"));
    assert!(is_copy(&copy));
    assert_eq!(stand.worker.platform(json!(["keys"]))["kv"], json!([]));
}
