//! Two tiers: does each work alone, does neither hold up the other, and is the second one asked and written rarely?

use serde_json::{Value, json};

use crate::client::Reply;
use crate::faults::in_parallel;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

const VARS: [(&str, &str); 2] = [("RETRY_ATTEMPTS", "0"), ("STALE_REFRESH", "0")];
const TOKEN: [(&str, &str); 1] = [("authorization", "Bearer t0ken")];

fn lives_in(tier: &str, reply: &Reply) -> bool {
    reply.says("cache-status", &format!("detail={tier}"))
}

/// A visit after which the copy lies in both tiers.
fn warm(stand: &Stand, target: &str) -> Reply {
    let before = stand.worker.count("kv.put");
    let reply = stand.warm(target);
    stand.worker.wait_for("kv.put", before + 1);
    reply
}

/// The first tier has lost everything: another data centre.
fn elsewhere(stand: &Stand) {
    stand.worker.platform(json!(["evict"]));
}

#[test]
fn a_copy_of_another_data_centre_is_served_and_stays() {
    let stand = Stand::with_kv(&VARS);
    let fresh = warm(&stand, "/page/a?h.X-Own=yes");
    elsewhere(&stand);
    stand.fail();
    let copy = stand.worker.get("/page/a?h.X-Own=yes");
    assert!(lives_in("kv", &copy) && copy.status == 200 && copy.whole, "{copy:?}");
    assert_eq!((copy.body, copy.raw.header("x-own")), (fresh.body.clone(), vec!["yes".to_owned()]));
    stand.worker.wait_for("cache.put", 2);
    let again = stand.worker.get("/page/a?h.X-Own=yes");
    assert!(lives_in("cache", &again) && again.body == fresh.body, "{again:?}");
    assert_eq!(stand.worker.count("kv.put"), 1);
    for (fields, status) in [(("range", "bytes=0-9"), 206), (("if-none-match", "*"), 304)] {
        elsewhere(&stand);
        let reply = stand.worker.get_with("/page/a?h.X-Own=yes", &[fields]);
        assert!(reply.status == status && lives_in("kv", &reply), "{reply:?}");
        // What is promoted is all of it.
        let copies = stand.worker.count("cache.put");
        stand.worker.wait_for("cache.put", copies.max(3));
        assert_eq!(stand.worker.get("/page/a?h.X-Own=yes").body, fresh.body);
    }
}

#[test]
fn variants_are_found_and_promoted_too() {
    let stand = Stand::with_kv(&VARS);
    let target = "/page/a?h.Vary=Accept-Language";
    let pages: Vec<_> = ["de", "en"]
        .map(|language| {
            let before = stand.worker.count("kv.put");
            let reply = stand.warm_with(target, &[("accept-language", language)]);
            // The first one brings the list with it.
            stand.worker.wait_for("kv.put", before + if language == "de" { 2 } else { 1 });
            (language, reply.body)
        })
        .to_vec();
    elsewhere(&stand);
    stand.fail();
    for (language, page) in &pages {
        let fields = [("accept-language", *language)];
        let before = stand.worker.count("cache.put");
        let copy = stand.worker.get_with(target, &fields);
        assert!(lives_in("kv", &copy) && copy.body == *page, "{language} {copy:?}");
        stand.worker.wait_for("cache.put", before + if *language == "de" { 2 } else { 1 });
    }
    for (language, page) in &pages {
        let copy = stand.worker.get_with(target, &[("accept-language", language)]);
        assert!(lives_in("cache", &copy) && copy.body == *page, "{language} {copy:?}");
    }
    assert!(is_page(&stand.worker.get_with(target, &[("accept-language", "fr")])));
}

#[test]
fn the_second_tier_is_left_alone_where_it_is_not_needed() {
    let stand = Stand::with_kv(&VARS);
    for _ in 0..5 {
        stand.warm("/page/a");
    }
    stand.settle();
    stand.worker.wait_for("kv.put", 2);
    assert_eq!(stand.worker.count("kv.put"), 2, "once per KV_REFRESH and page");
    assert_eq!(stand.worker.count("kv.get"), 2, "and asked as often whether it is due");
    stand.fail();
    for _ in 0..5 {
        assert!(lives_in("cache", &stand.worker.get("/page/a")));
    }
    assert_eq!(stand.worker.count("kv.get"), 2, "not asked where the first tier has a copy");
    stand.worker.get("/page/b");
    assert_eq!(stand.worker.count("kv.get"), 3);
}

#[test]
fn a_crowd_writes_once() {
    let stand = Stand::with_kv(&VARS);
    in_parallel(&[(); 50], |()| assert_eq!(stand.worker.get("/ok?body=a&n=2000").status, 200));
    stand.settle();
    stand.worker.wait_for("kv.put", 2);
    assert_eq!(stand.worker.count("kv.put"), 2);
    assert_eq!(stand.keys_in("kv", "/ok").len(), 1);
    // It is the same key.
    let counted = "/ok?body=a&n=2000&utm_source=x";
    in_parallel(&[(); 50], |()| assert_eq!(stand.worker.get(counted).status, 200));
    stand.settle();
    stand.worker.wait_for("kv.put", 3);
    assert_eq!(stand.worker.count("kv.put"), 3);
}

#[test]
fn it_is_written_again_only_when_there_is_something_new() {
    let stand = Stand::with_kv(&[VARS[0], VARS[1], ("KV_REFRESH", "1s"), ("STALE_IF_ERROR", "10h")]);
    let puts = |expected| assert_eq!(stand.worker.count("kv.put"), expected);
    // With a validator and without one.
    stand.origin.script("/a", &["/ok?body=one&etag=%221%22"]);
    stand.origin.script("/b", &["/ok?body=one"]);
    warm(&stand, "/a");
    warm(&stand, "/b");
    // Long after the one before, as far as the tier can tell; the isolate asks it again after a second.
    let later = |path: &str| {
        stand.age(3600);
        let asked = stand.worker.count("kv.get");
        wait_until(|| {
            stand.warm(path);
            (stand.worker.count("kv.get") > asked).then_some(())
        });
    };
    later("/a");
    later("/b");
    stand.settle();
    puts(3);
    stand.origin.script("/a", &["/ok?body=two&etag=%222%22"]);
    stand.origin.script("/b", &["/ok?body=two"]);
    later("/a");
    later("/b");
    stand.worker.wait_for("kv.put", 5);
    puts(5);
    // Half of the time is over in which the copy could be of use.
    stand.age(4 * 3600);
    later("/a");
    stand.worker.wait_for("kv.put", 6);
    elsewhere(&stand);
    stand.fail();
    assert_eq!((stand.worker.get("/a").text().as_str(), stand.worker.get("/b").text().as_str()), ("two", "two"));
}

#[test]
fn large_copies_stay_in_the_first_tier() {
    let stand = Stand::with_kv(&[VARS[0], VARS[1], ("KV_SIZE_LIMIT", "10KiB")]);
    let limit = 10 << 10;
    stand.warm(&format!("/bytes?n={}", limit + 1));
    stand.warm(&format!("/chunked?n={}", limit + 1));
    warm(&stand, &format!("/bytes?n={limit}"));
    stand.settle();
    assert_eq!(stand.keys("example/bytes").len() + stand.keys("example/chunked").len(), 3);
    assert_eq!(stand.keys_in("kv", "example/bytes"), [format!("http://www.example/bytes?n={limit}")]);
    assert_eq!(stand.keys_in("kv", "example/chunked"), Vec::<String>::new());
}

#[test]
fn the_second_tier_works_alone() {
    for fault in ["throw", "full", "hang", "after"] {
        let stand = Stand::with_kv(&VARS);
        ["cache.get", "cache.put", "cache.delete"].iter().for_each(|part| stand.fault(part, fault));
        let fresh = stand.worker.get("/page/a");
        stand.worker.wait_for("kv.put", 1);
        stand.fail();
        let copy = stand.worker.get("/page/a");
        assert!(is_copy(&copy) && copy.body == fresh.body, "{fault} {copy:?}");
        assert!(is_page(&stand.worker.get("/page/b")), "{fault}");
        stand.origin.mend();
        assert_eq!(stand.worker.ask("POST", "/page/a", &[], b"").status, 200);
        stand.worker.wait_for("kv.delete", 1);
        stand.fail();
        if fault != "after" {
            assert!(is_page(&stand.worker.get("/page/a")), "{fault}: removed");
        }
    }
}

#[test]
fn the_first_tier_works_alone() {
    for fault in ["throw", "full", "hang", "after"] {
        let stand = Stand::with_kv(&VARS);
        ["kv.get", "kv.put", "kv.delete"].iter().for_each(|part| stand.fault(part, fault));
        let fresh = stand.warm("/page/a");
        stand.fail();
        let copy = stand.worker.get("/page/a");
        assert!(lives_in("cache", &copy) && copy.body == fresh.body, "{fault} {copy:?}");
        assert!(is_page(&stand.worker.get("/page/b")), "{fault}");
        stand.origin.mend();
        assert_eq!(stand.worker.ask("POST", "/page/a", &[], b"").status, 200);
        stand.worker.wait_for("cache.delete", 1);
        stand.fail();
        assert!(is_page(&stand.worker.get("/page/a")), "{fault}: removed");
    }
}

#[test]
fn without_any_tier_the_main_job_is_done() {
    for fault in ["throw", "full", "hang", "after"] {
        let stand = Stand::with_kv(&VARS);
        for part in ["cache.get", "cache.put", "cache.delete", "kv.get", "kv.put", "kv.delete"] {
            stand.fault(part, fault);
        }
        for _ in 0..3 {
            assert_eq!(stand.worker.get("/page/a").status, 200, "{fault}");
            assert_eq!(stand.worker.ask("POST", "/page/b", &[], b"").status, 200, "{fault}");
        }
        stand.fail();
        let page = stand.worker.get("/page/c");
        assert!(page.status == 502 && is_page(&page), "{fault} {page:?}");
    }
}

#[test]
fn a_write_that_kv_did_not_take_is_tried_again() {
    let stand = Stand::with_kv(&VARS);
    stand.fault("kv.put", "full");
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", 1);
    stand.settle();
    stand.fault("kv.put", Value::Null);
    let puts = stand.worker.count("kv.put");
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", puts + 1);
    assert_eq!(stand.keys_in("kv", "/page/a").len(), 1);
    // One that it did take, although it said otherwise, is not made twice.
    stand.fault("kv.put", "after");
    stand.warm("/page/b");
    stand.worker.wait_for("kv.put", puts + 2);
    stand.settle();
    stand.fault("kv.put", Value::Null);
    let puts = stand.worker.count("kv.put");
    stand.warm("/page/b");
    stand.settle();
    assert_eq!((stand.keys_in("kv", "/page/b").len(), stand.worker.count("kv.put")), (1, puts + 1));
}

#[test]
fn a_body_that_is_not_all_there_is_a_miss() {
    let stand = Stand::with_kv(&VARS);
    warm(&stand, "/page/a");
    stand.worker.platform(json!(["shorten"]));
    elsewhere(&stand);
    stand.fail();
    assert!(is_page(&stand.worker.get("/page/a")));
}

#[test]
fn a_tier_that_takes_its_time_is_waited_for_by_those_only_who_need_it() {
    let stand = Stand::with_kv(&VARS);
    let fresh = warm(&stand, "/page/a");
    for part in ["cache.get", "kv.get", "cache.put", "kv.put"] {
        stand.fault(part, 200);
    }
    let looks = stand.worker.count("cache.get");
    for _ in 0..5 {
        assert_eq!(stand.worker.get("/page/a?h.Cache-Control=no-store&v=1").status, 200);
    }
    assert_eq!(stand.worker.count("cache.get"), looks, "nobody looks while the origin works");
    stand.fail();
    let copy = stand.worker.get("/page/a");
    assert!(lives_in("cache", &copy) && copy.body == fresh.body, "{copy:?}");
    elsewhere(&stand);
    let copy = stand.worker.get("/page/a");
    assert!(lives_in("kv", &copy) && copy.body == fresh.body, "{copy:?}");
}

#[test]
fn a_purge_clears_both_tiers_and_all_variants() {
    let stand = Stand::with_kv(&[VARS[0], VARS[1], ("ADMIN_TOKEN", "t0ken")]);
    let varied = "/page/v?h.Vary=Accept-Language";
    let languages = ["de", "en"].map(|language| [("accept-language", language)]);
    warm(&stand, "/page/a");
    for fields in &languages {
        stand.warm_with(varied, fields);
    }
    stand.settle();
    stand.worker.wait_for("kv.put", 5);
    let purge = |urls: Value| {
        stand.worker.ask("POST", "/.understudy/purge", &TOKEN, json!({ "urls": urls }).to_string().as_bytes())
    };
    let reply = purge(json!(["/page/a?utm_source=x", format!("http://www.example{varied}")]));
    assert_eq!((reply.status, reply.json()), (200, json!({ "purged": 2 })), "{reply:?}");
    stand.fail();
    assert!(is_page(&stand.worker.get("/page/a")));
    for fields in &languages {
        assert!(is_page(&stand.worker.get_with(varied, fields)), "{fields:?}");
    }
    // What comes next is kept at once, and nothing old with it.
    stand.origin.mend();
    let fresh = stand.warm_with(varied, &languages[0]);
    stand.fail();
    assert_eq!(stand.worker.get_with(varied, &languages[0]).body, fresh.body);
    assert!(is_page(&stand.worker.get_with(varied, &languages[1])));
}

#[test]
fn a_purge_says_which_tier_did_not_obey() {
    let stand = Stand::with_kv(&[VARS[0], VARS[1], ("ADMIN_TOKEN", "t0ken")]);
    warm(&stand, "/page/a");
    for fault in ["throw", "hang"] {
        stand.fault("kv.delete", fault);
        let body = json!({ "urls": ["/page/a"] }).to_string();
        let reply = stand.worker.ask("POST", "/.understudy/purge", &TOKEN, body.as_bytes());
        assert_eq!((reply.status, reply.json()), (503, json!({ "asked": 1, "failed": ["kv"] })), "{fault} {reply:?}");
    }
    assert_eq!((stand.keys("/page/a").len(), stand.keys_in("kv", "/page/a").len()), (0, 1));
}
