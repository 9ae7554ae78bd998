//! A full cache (`CACHE_FRESH`), in the real runtime.

use crate::client::Reply;
use crate::origin::Fault;
use crate::stand::{Stand, is_copy, is_page};

const VARS: [(&str, &str); 2] = [("CACHE_FRESH", "on"), ("RETRY_ATTEMPTS", "0")];

/// Is it from a copy, while nothing failed?
fn is_hit(reply: &Reply) -> bool {
    reply.says("cache-status", "understudy;hit;ttl=") && reply.field("proxy-status").is_none()
}

#[test]
fn a_fresh_copy_spares_the_origin() {
    let stand = Stand::with_kv(&VARS);
    let target = "/page/a?h.Cache-Control=max-age=600&etag=%22v1%22";
    let first = stand.warm(target);
    assert!(first.field("cache-status").is_none() && first.field("age").is_none(), "untouched: {first:?}");
    for (method, fields, status) in [
        ("GET", &[][..], 200),
        ("HEAD", &[], 200),
        ("GET", &[("if-none-match", "\"v1\"")], 304),
        ("GET", &[("if-none-match", "\"v2\"")], 200),
        ("GET", &[("range", "bytes=2-5")], 206),
        ("GET", &[("range", "bytes=999999-")], 416),
    ] {
        let reply = stand.worker.ask(method, target, fields, b"");
        assert!(reply.status == status && is_hit(&reply) && reply.whole, "{method} {fields:?} {reply:?}");
        match status {
            200 if method == "GET" => assert_eq!(reply.body, first.body),
            206 => assert_eq!(reply.body, first.body[2..=5]),
            _ => assert!(reply.body.is_empty(), "{reply:?}"),
        }
    }
    assert_eq!(stand.origin.count("/page/a"), 1);
    stand.age(600);
    assert!(!is_copy(&stand.worker.get("/page/b?h.Cache-Control=max-age=600")), "another page is another copy");
}

#[test]
fn a_stale_copy_is_validated_and_renewed() {
    let stand = Stand::new(&VARS);
    let target = "/page/a?h.Cache-Control=max-age=60&etag=%22v1%22";
    let first = stand.warm(target);
    stand.age(100);
    let before = stand.worker.count("cache.put");
    let reply = stand.worker.get_with(target, &[("if-none-match", "\"other\"")]);
    assert!(reply.says("cache-status", "understudy;fwd=stale;fwd-status=304;ttl="), "{reply:?}");
    assert_eq!((reply.status, &reply.body), (200, &first.body), "the visitor's own validator is another one");
    assert_eq!(stand.origin.requests_to("/page/a")[1].header("if-none-match").as_deref(), Some("\"v1\""));
    stand.worker.wait_for("cache.put", before + 1);
    assert!(is_hit(&stand.worker.get(target)), "fresh again");
    assert_eq!(stand.origin.count("/page/a"), 2);
}

#[test]
fn while_revalidating_nobody_waits() {
    let stand = Stand::new(&VARS);
    let path = "/page/a?h.Cache-Control=max-age=60,+stale-while-revalidate=60";
    stand.warm(path);
    stand.age(100);
    let before = stand.worker.count("cache.put");
    let reply = stand.worker.get(path);
    assert!(is_hit(&reply) && reply.says("cache-status", "ttl=-"), "{reply:?}");
    stand.worker.wait_for("cache.put", before + 1);
    assert_eq!(stand.origin.count("/page/a"), 2, "asked in the background");
    let again = stand.worker.get(path);
    assert!(is_hit(&again) && !again.says("cache-status", "ttl=-"), "and fresh again: {again:?}");
    stand.age(200);
    assert!(!is_copy(&stand.worker.get(path)), "not after its window (RFC 5861 §3)");
}

#[test]
fn a_failure_is_one_like_any_other() {
    let stand = Stand::new(&VARS);
    let (plain, strict) = ("/page/a?h.Cache-Control=max-age=60", "/page/b?h.Cache-Control=max-age=60,+must-revalidate");
    stand.warm(plain);
    stand.warm(strict);
    stand.origin.break_with(Fault::Refuse);
    assert!(is_hit(&stand.worker.get(plain)) && is_hit(&stand.worker.get(strict)), "fresh copies do not need it");
    stand.age(100);
    let stale = stand.worker.get(plain);
    assert!(is_copy(&stale) && stale.says("proxy-status", "error="), "{stale:?}");
    assert!(is_page(&stand.worker.get(strict)), "RFC 9111 §5.2.2.2");
    assert!(is_page(&stand.worker.get("/page/never")));
}

#[test]
fn a_deletion_and_a_change_reach_everybody() {
    let stand = Stand::with_kv(&VARS);
    let path = "/page/a";
    let kept = "/ok?h.Cache-Control=max-age=60&body=one";
    stand.origin.script(path, &[kept, "/ok?status=404&h.Cache-Control=no-store", "/ok?body=two"]);
    stand.warm(path);
    stand.age(100);
    assert_eq!(stand.worker.get(path).status, 404);
    stand.worker.wait_for("cache.delete", 1);
    stand.fail();
    assert!(!is_copy(&stand.worker.get(path)), "a deletion is never hidden");

    stand.origin.mend();
    let path = "/page/b?h.Cache-Control=max-age=600";
    stand.warm(path);
    assert!(is_hit(&stand.worker.get(path)));
    assert_eq!(stand.worker.ask("POST", path, &[], b"a=1").status, 200);
    assert!(!is_copy(&stand.worker.get(path)), "RFC 9111 §4.4: whoever changed it sees the change");
}

#[test]
fn a_negative_answer_is_kept_for_as_long_as_it_says() {
    let stand = Stand::new(&VARS);
    let gone = "/page/gone?status=410&h.Cache-Control=max-age=60";
    stand.warm(gone);
    let reply = stand.worker.get(gone);
    assert!(reply.status == 410 && is_hit(&reply), "{reply:?}");
    let missing = "/page/missing?status=404";
    for _ in 0..2 {
        let reply = stand.worker.get(missing);
        assert!(reply.status == 404 && !is_copy(&reply), "without a lifetime it does not stick: {reply:?}");
    }
}

#[test]
fn a_request_for_a_copy_or_nothing_never_reaches_the_origin() {
    let stand = Stand::new(&VARS);
    let fields = [("cache-control", "only-if-cached")];
    let target = "/page/a?h.Cache-Control=max-age=600";
    let none = stand.worker.get_with(target, &fields);
    assert_eq!((none.status, stand.origin.count("/page/a")), (504, 0), "RFC 9111 §5.2.1.7");
    stand.warm(target);
    assert!(is_hit(&stand.worker.get_with(target, &fields)));
}

#[test]
fn nothing_fresh_crosses_between_visitors() {
    let stand = Stand::with_kv(&VARS);
    let visitors: [(&str, &[(&str, &str)]); 4] = [
        ("anonymous", &[]),
        ("alice", &[("cookie", "sessionid=alice")]),
        ("carol", &[("authorization", "Basic Y2Fyb2w6eA==")]),
        ("dave", &[("cookie", "theme=dark")]),
    ];
    for (n, options) in
        ["", "&h.Cache-Control=max-age=600", "&h.Vary=Cookie,+Authorization&h.Cache-Control=max-age=600"]
            .into_iter()
            .enumerate()
    {
        for (first, fields) in visitors {
            let path = format!("/{n}/{first}");
            stand.origin.script(&path, &[&format!("/ok?body=for-{first}{options}")]);
            stand.worker.get_with(&path, fields);
            stand.settle();
            for (second, fields) in visitors {
                stand.origin.script(&path, &[&format!("/ok?body=for-{second}{options}")]);
                let reply = stand.worker.get_with(&path, fields);
                let made_for = reply.text().strip_prefix("for-").expect("a marked page").to_owned();
                // What says `max-age` and nothing of cookies says that it is the same for all without a session.
                let open = |who: &str| matches!(who, "anonymous" | "dave");
                let shared = n == 1 && open(&made_for) && open(second);
                assert!(made_for == second || shared, "{path} {options}: {second} got what is for {made_for}");
            }
        }
    }
}
