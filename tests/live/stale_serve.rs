//! What does a visitor get from a copy, when the origin fails?

use serde_json::json;

use crate::client::Reply;
use crate::origin::Fault;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

/// Without waits before retries.
const VARS: [(&str, &str); 1] = [("RETRY_ATTEMPTS", "0")];

#[test]
fn the_copy_is_the_page_byte_for_byte() {
    let stand = Stand::new(&VARS);
    let target =
        "/page/a?h.X-Own=caf%C3%A9&h.Link=%3C/a.css%3E;rel=preload&h.Link=%3C/b.css%3E&h.Cache-Control=max-age=1";
    let fresh = stand.warm(target);
    stand.fail();
    let copy = stand.worker.get(target);
    assert_eq!((copy.status, copy.whole), (200, true), "{copy:?}");
    assert_eq!(copy.body, fresh.body);
    for name in ["content-type", "x-own", "cache-control", "date", "content-length"] {
        assert_eq!(copy.fields(name), fresh.fields(name), "{name}");
    }
    assert_eq!(copy.fields("link").join(", "), fresh.fields("link").join(", "));
    let age: u64 = copy.field("age").unwrap().parse().unwrap();
    assert!(age < 30, "{age}");
    assert!(copy.says("cache-status", "understudy;fwd=") && copy.says("cache-status", ";fwd-status=502;ttl="));
    assert_eq!(
        copy.field("proxy-status").as_deref(),
        Some("www.example;error=http_protocol_error;received-status=502")
    );
    let names: Vec<_> = copy.raw.head().lines().map(str::to_ascii_lowercase).collect();
    assert!(names.iter().all(|line| !line.starts_with("understudy") && !line.starts_with("cf-cache")), "{names:?}");
    assert!(copy.fields("warning").is_empty(), "obsolete since RFC 9111");
    // And for every way to fail, again and again.
    for fault in [Fault::Refuse, Fault::Reset, Fault::Garbage, Fault::Status(503), Fault::Status(520)] {
        stand.origin.break_with(fault);
        let copy = stand.worker.get(target);
        assert!(is_copy(&copy) && copy.body == fresh.body, "{fault:?} {copy:?}");
    }
    stand.origin.mend();
    assert!(!is_copy(&stand.worker.get(target)));
}

#[test]
fn its_age_is_told() {
    let stand = Stand::new(&VARS);
    let target = "/page/a?h.Cache-Control=max-age=100&h.Age=7";
    stand.warm(target);
    stand.age(50);
    stand.fail();
    let copy = stand.worker.get(target);
    let age: i64 = copy.field("age").unwrap().parse().unwrap();
    assert!((57..60).contains(&age), "{age}");
    let ttl = 100 - age;
    assert!(
        copy.says("cache-status", &format!("understudy;fwd=bypass;fwd-status=502;ttl={ttl};detail=cache")),
        "{copy:?}"
    );
    stand.age(100);
    let copy = stand.worker.get(target);
    assert!(copy.says("cache-status", "understudy;fwd=stale;fwd-status=502;ttl=-5"), "{copy:?}");
}

/// RFC 9111 §5.2.1: what a request says of freshness is advice, and the alternative is not a newer page but none.
#[test]
fn who_reloads_gets_it_too() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    stand.fail();
    for field in [("cache-control", "no-cache"), ("cache-control", "max-age=0"), ("pragma", "no-cache")] {
        let copy = stand.worker.get_with("/page/a", &[field]);
        assert!(is_copy(&copy) && copy.body == fresh.body, "{field:?} {copy:?}");
    }
}

/// RFC 9209 §2, RFC 9211 §2: who stood there before us stays there.
#[test]
fn the_words_of_other_caches_and_proxies_stay() {
    let stand = Stand::new(&VARS);
    let target = "/page/a?h.Cache-Control=max-age=60&h.Cache-Status=inner;+hit";
    stand.warm(target);
    stand.origin.break_as("/fault/502?h.Proxy-Status=inner;+error=dns_error");
    let copy = stand.worker.get(target);
    assert!(copy.field("cache-status").unwrap().starts_with("inner; hit, understudy;fwd=bypass;"), "{copy:?}");
    assert!(copy.field("proxy-status").unwrap().starts_with("inner; error=dns_error, www.example;"), "{copy:?}");
}

#[test]
fn many_visitors_at_once_all_get_it() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    stand.fail();
    std::thread::scope(|scope| {
        let visit = || (0..10).all(|_| stand.worker.get("/page/a").body == fresh.body);
        let visits: Vec<_> = (0..10).map(|_| scope.spawn(visit)).collect();
        assert!(visits.into_iter().all(|visit| visit.join().unwrap()));
    });
}

#[test]
fn head_gets_the_head() {
    let stand = Stand::new(&VARS);
    let target = "/page/a?h.X-Own=yes";
    let fresh = stand.warm(target);
    stand.fail();
    let copy = stand.worker.ask("HEAD", target, &[], b"");
    assert!(copy.status == 200 && is_copy(&copy) && copy.body.is_empty(), "{copy:?}");
    assert_eq!(copy.fields("x-own"), ["yes"]);
    assert_eq!(copy.field("content-length"), fresh.field("content-length"));
}

/// RFC 9110 §13 and §14.
#[test]
fn conditions_and_ranges_are_answered_from_the_copy() {
    let stand = Stand::new(&VARS);
    let target = "/bytes?n=1000&etag=%22v1%22&last-modified=Sun,+06+Nov+1994+08:49:37+GMT";
    let fresh = stand.warm(target);
    stand.fail();
    let ask = |fields: &[(&str, &str)]| stand.worker.get_with(target, fields);
    let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (fields, status) in [
        (&[("if-none-match", "\"v1\"")][..], 304),
        (&[("if-none-match", "\"x\", W/\"v1\"")], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", "\"v2\"")], 200),
        (&[("if-modified-since", modified)], 304),
        (&[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], 200),
        (&[("if-none-match", "\"v2\""), ("if-modified-since", modified)], 200),
        (&[("if-none-match", "\"v1\""), ("range", "bytes=0-1")], 304),
        (&[("range", "bytes=0-1,5-6")], 200),
        (&[("range", "lines=0-1")], 200),
        (&[("range", "bytes=0-9"), ("if-range", "\"v2\"")], 200),
        (&[("range", "bytes=0-9"), ("if-range", "W/\"v1\"")], 200),
    ] {
        let reply = ask(fields);
        assert_eq!(reply.status, status, "{fields:?} {reply:?}");
        assert!(is_copy(&reply), "{fields:?}");
        assert_eq!(reply.body, if status == 304 { vec![] } else { fresh.body.clone() }, "{fields:?}");
        assert_eq!(reply.field("etag").as_deref(), Some("\"v1\""), "{fields:?}");
    }
    for (range, first, last) in
        [("bytes=0-9", 0, 9), ("bytes=990-", 990, 999), ("bytes=-5", 995, 999), ("bytes=5-5", 5, 5)]
    {
        for if_range in [None, Some(("if-range", "\"v1\""))] {
            let fields: Vec<_> = [("range", range)].into_iter().chain(if_range).collect();
            let reply = ask(&fields);
            assert!(reply.status == 206 && is_copy(&reply), "{fields:?} {reply:?}");
            assert_eq!(reply.body, fresh.body[first..=last], "{fields:?}");
            assert_eq!(reply.field("content-range"), Some(format!("bytes {first}-{last}/1000")));
            assert_eq!(reply.field("content-length"), Some((last - first + 1).to_string()));
        }
    }
    let reply = ask(&[("range", "bytes=1000-")]);
    assert!(reply.status == 416 && reply.body.is_empty(), "{reply:?}");
    assert_eq!(reply.field("content-range").as_deref(), Some("bytes */1000"));
}

#[test]
fn other_methods_never_get_a_copy_and_a_failed_one_leaves_it() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    stand.fail();
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "OPTIONS"] {
        let reply = stand.worker.ask(method, "/page/a", &[], b"x");
        assert!(reply.status == 502 && is_page(&reply), "{method} {reply:?}");
    }
    assert_eq!(stand.worker.get("/page/a").body, fresh.body);
    // Neither does one that the origin turned down.
    stand.origin.mend();
    stand.worker.ask("POST", "/page/a?status=403", &[], b"x");
    stand.origin.script("/page/a", &["/fault/500"]);
    stand.worker.ask("POST", "/page/a", &[], b"x");
    stand.settle();
    stand.fail();
    assert_eq!(stand.worker.get("/page/a").body, fresh.body);
}

/// RFC 9111 §4.4
#[test]
fn a_successful_unsafe_request_removes_the_copies() {
    let stand = Stand::new(&VARS);
    for (n, method) in ["POST", "PUT", "DELETE", "PATCH", "LOCK"].into_iter().enumerate() {
        stand.origin.mend();
        let (page, other, stays) = (format!("/page/a{n}"), format!("/page/b{n}"), format!("/page/c{n}"));
        for path in [&page, &other, &stays] {
            stand.warm(path);
        }
        let to = format!("/ok?h.Content-Location={other}&h.Location=https://elsewhere.example{stays}");
        stand.origin.script(&page, &[&to]);
        let removed = stand.worker.count("cache.delete");
        assert_eq!(stand.worker.ask(method, &page, &[], b"").status, 200);
        stand.worker.wait_for("cache.delete", removed + 2);
        stand.fail();
        assert!(is_page(&stand.worker.get(&page)), "{method}");
        assert!(is_page(&stand.worker.get(&other)), "{method}");
        assert!(is_copy(&stand.worker.get(&stays)), "{method}: another origin's is not theirs to remove");
    }
}

/// RFC 9111 §4.3.3: a deletion is never masked.
#[test]
fn a_deletion_removes_the_copy() {
    let stand = Stand::new(&VARS);
    for status in [404, 410, 451] {
        stand.origin.mend();
        let path = format!("/page/{status}");
        stand.warm(&path);
        stand.origin.script(&path, &[&format!("/status/{status}")]);
        let removed = stand.worker.count("cache.delete");
        assert_eq!(stand.worker.get(&path).status, status);
        stand.worker.wait_for("cache.delete", removed + 1);
        stand.fail();
        assert!(is_page(&stand.worker.get(&path)), "{status}");
    }
}

/// RFC 5861 §4.
#[test]
fn errors_of_the_application_leave_it_and_only_a_500_may_be_replaced() {
    let stand = Stand::new(&VARS);
    for status in [400, 403, 429, 500, 501] {
        let path = format!("/page/{status}");
        let explicit = format!("/page/{status}-explicit");
        let fresh = stand.warm(&path);
        stand.warm(&format!("{explicit}?h.Cache-Control=max-age=1,+stale-if-error=600"));
        for path in [&path, &explicit] {
            stand.origin.script(path, &[&format!("/ok?status={status}&body=own")]);
        }
        let reply = stand.worker.get(&path);
        assert_eq!((reply.status, reply.text().as_str()), (status, "own"));
        let reply = stand.worker.get(&format!("{explicit}?h.Cache-Control=max-age=1,+stale-if-error=600"));
        assert_eq!(is_copy(&reply), status == 500, "{reply:?}");
        if status == 500 {
            assert_eq!(reply.field("proxy-status").as_deref(), Some("www.example;received-status=500"));
        }
        stand.settle();
        stand.fail();
        assert_eq!(stand.worker.get(&path).body, fresh.body, "{status}");
        stand.origin.mend();
    }
}

#[test]
fn variants_are_told_apart() {
    let stand = Stand::new(&VARS);
    let target = "/page/a?h.Vary=Accept-Language,+X-Shop,+Accept-Encoding";
    let visits = [
        [("accept-language", "de"), ("x-shop", "1")],
        [("accept-language", "en"), ("x-shop", "1")],
        [("accept-language", "de"), ("x-shop", "2")],
    ];
    let pages: Vec<_> = visits.iter().map(|fields| stand.warm_with(target, fields).body).collect();
    assert!(pages[0] != pages[1] && pages[1] != pages[2], "a page says how often it was made");
    stand.fail();
    for (fields, page) in visits.iter().zip(&pages) {
        let copy = stand.worker.get_with(target, fields);
        assert!(is_copy(&copy) && copy.body == *page, "{fields:?} {copy:?}");
        // The coding is none of the copy's business.
        let fields: Vec<_> = fields.iter().copied().chain([("accept-encoding", "br, gzip")]).collect();
        assert_eq!(stand.worker.get_with(target, &fields).body, *page);
    }
    for stranger in [&[][..], &[("accept-language", "fr"), ("x-shop", "1")], &[("accept-language", "de")]] {
        let reply = stand.worker.get_with(target, stranger);
        assert!(is_page(&reply), "{stranger:?} {reply:?}");
    }
}

#[test]
fn other_variants_survive_when_the_origin_names_other_fields() {
    let stand = Stand::new(&[VARS[0], ("STALE_REFRESH", "0")]);
    stand.origin.script("/a", &["/ok?body=german&h.Vary=Accept-Language", "/ok?body=shop&h.Vary=X-Shop"]);
    stand.warm_with("/a", &[("accept-language", "de")]);
    stand.warm_with("/a", &[("accept-language", "de"), ("x-shop", "1")]);
    // What names both fields now is found by both; the older one cannot be, for it was stored by one only.
    stand.fail();
    let copy = stand.worker.get_with("/a", &[("accept-language", "de"), ("x-shop", "1")]);
    assert_eq!((is_copy(&copy), copy.text().as_str()), (true, "shop"), "{copy:?}");
    assert!(is_page(&stand.worker.get_with("/a", &[("accept-language", "de"), ("x-shop", "2")])));
}

#[test]
fn parameters_that_only_track_are_no_part_of_the_name() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a?id=1&utm_source=mail&gclid=x");
    stand.fail();
    for same in ["/page/a?id=1", "/page/a?fbclid=y&id=1", "/page/a?id=1&utm_medium=z"] {
        assert_eq!(stand.worker.get(same).body, fresh.body, "{same}");
    }
    for other in ["/page/a", "/page/a?id=2", "/page/a?ID=1", "/page/A?id=1", "/page/a?id=1&x", "/page/a/?id=1"] {
        assert!(is_page(&stand.worker.get(other)), "{other}");
    }
    let elsewhere = stand.worker.get_with("/page/a?id=1", &[("host", "other.example")]);
    assert!(!is_copy(&elsewhere), "{elsewhere:?}");
}

#[test]
fn compressed_pages_are_kept_as_what_they_say() {
    let stand = Stand::new(&VARS);
    for coding in ["gzip", "br"] {
        stand.origin.mend();
        let target = format!("/{coding}?etag=%22{coding}%22&validate=0");
        let plain = stand.worker.get_with(&target, &[("accept-encoding", "identity")]);
        stand.worker.platform(json!(["clear"]));
        // The first copy would do for a minute.
        let target = format!("{target}&again");
        let coded = stand.warm_with(&target, &[("accept-encoding", "gzip, br")]);
        assert_eq!(coded.field("content-encoding").as_deref(), Some(coding));
        assert_ne!(coded.body, plain.body);
        stand.fail();
        for accepted in ["gzip, br", "identity", ""] {
            let copy = stand.worker.get_with(&target, &[("accept-encoding", accepted)]);
            assert!(is_copy(&copy) && copy.whole, "{copy:?}");
            assert_eq!(copy.fields("content-encoding"), Vec::<String>::new());
            assert_eq!(copy.body, plain.body, "{coding} {accepted}");
            assert_eq!(copy.field("content-length"), Some(plain.body.len().to_string()));
            assert_eq!(copy.field("etag"), Some(format!("W/\"{coding}\"")), "other bytes than those of the tag");
        }
        let part = stand.worker.get_with(&target, &[("range", "bytes=10-19")]);
        assert_eq!((part.status, part.body.as_slice()), (206, &plain.body[10..20]));
    }
}

#[test]
fn a_blank_page_is_a_failure_where_that_is_wanted() {
    for (blank, copied) in [("on", true), ("off", false)] {
        let stand = Stand::new(&[VARS[0], ("FAILURE_BLANK", blank)]);
        let fresh = stand.warm("/page/a");
        stand.origin.break_with(Fault::Blank);
        let reply = stand.worker.get("/page/a");
        assert_eq!(is_copy(&reply), copied, "{reply:?}");
        assert_eq!(reply.body == fresh.body, copied);
        let other = stand.worker.get("/page/b");
        assert_eq!((other.status, is_page(&other)), if copied { (502, true) } else { (200, false) }, "{other:?}");
        // Whatever is empty by right stays so.
        stand.origin.mend();
        for (method, target, status) in [
            ("HEAD", "/page/c", 200),
            ("GET", "/ok?status=204&body=&type=text/html", 204),
            ("GET", "/ok?body=&type=application/json", 200),
            ("POST", "/ok?body=&type=text/html", 200),
        ] {
            let reply = stand.worker.ask(method, target, &[], b"");
            assert!(reply.status == status && !is_page(&reply), "{blank} {method} {target} {reply:?}");
        }
    }
}

#[test]
fn a_visit_to_one_page_never_shows_another() {
    let stand = Stand::new(&VARS);
    let all: Vec<(String, Reply)> =
        (0..20).map(|n| format!("/page/{n}?n={}", 10 + n)).map(|t| (t.clone(), stand.warm(&t))).collect();
    stand.fail();
    for (target, fresh) in &all {
        assert_eq!(stand.worker.get(target).body, fresh.body, "{target}");
    }
    wait_until(|| (stand.keys("/page/").len() == all.len()).then_some(()));
}
