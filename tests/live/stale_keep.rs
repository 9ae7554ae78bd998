//! What is kept as a copy, and what never is?

use std::io::Read as _;

use crate::client;
use crate::origin::Fault;
use crate::stand::{Stand, is_copy, is_page};

const VARS: [(&str, &str); 2] = [("RETRY_ATTEMPTS", "0"), ("STALE_REFRESH", "0")];

/// RFC 9111 §4.2.4: even when disconnected, even with `stale-if-error`, even with the operator's own setting.
#[test]
fn what_forbids_staleness_is_obeyed() {
    let stand = Stand::new(&[VARS[0], VARS[1], ("STALE_IF_ERROR", "7d")]);
    let rows = [
        ("max-age=60,+must-revalidate", true),
        ("max-age=60,+proxy-revalidate", true),
        ("s-maxage=60", true),
        ("max-age=60,+must-revalidate,+stale-if-error=6000", true),
        ("s-maxage=60,+stale-if-error=6000", true),
        ("MAX-AGE=%2260%22,+MUST-REVALIDATE", true),
        ("max-age=60", false),
        ("max-age=60,+stale-if-error=6000", false),
    ];
    for (n, (directives, forbids)) in rows.into_iter().enumerate() {
        stand.origin.mend();
        let target = format!("/page/{n}?h.Cache-Control={directives}");
        stand.warm(&target);
        stand.fail();
        assert!(is_copy(&stand.worker.get(&target)), "{directives}: still fresh");
        stand.age(61);
        let reply = stand.worker.get(&target);
        assert_eq!(is_page(&reply), forbids, "{directives} {reply:?}");
    }
    // Those that leave no use for a copy are not even kept.
    for (n, directives) in
        ["no-cache", "no-cache,+stale-if-error=600", "max-age=0,+must-revalidate", "s-maxage=0"].into_iter().enumerate()
    {
        stand.origin.mend();
        let target = format!("/page/never-{n}?h.Cache-Control={directives}");
        stand.worker.get(&target);
        stand.settle();
        assert_eq!(stand.keys("/page/never-"), Vec::<String>::new(), "{directives}");
        stand.fail();
        assert!(is_page(&stand.worker.get(&target)), "{directives}");
    }
}

/// Without validators, which most pages that a program writes have none of.
#[test]
fn the_copy_is_the_last_good_answer() {
    let stand = Stand::new(&VARS[..1]);
    for n in 0..6 {
        stand.origin.break_as(&format!("/ok?body=v{n}"));
        stand.warm("/page/a");
    }
    stand.fail();
    assert_eq!(stand.worker.get("/page/a").text(), "v5");
    // What stays the same is not written again and again.
    stand.origin.break_as("/ok?body=same");
    stand.warm("/page/b");
    let puts = stand.worker.count("cache.put");
    for _ in 0..6 {
        stand.worker.get("/page/b");
    }
    stand.settle();
    assert_eq!(stand.worker.count("cache.put"), puts + 1, "only that of settling");
}

/// RFC 9111 §4: the newest counts, in whatever order the bodies arrive; and what is taken back is not written after that.
#[test]
fn an_answer_that_is_overtaken_is_no_copy() {
    for validator in ["", "&etag=%22{}%22"] {
        for (newer, taken_back) in [("", false), ("&h.Cache-Control=no-store", true)] {
            let stand = Stand::new(&VARS[..1]);
            let answer = |body: &str, more: &str| {
                let validator = validator.replace("{}", body);
                format!("/ok?type=text/plain&body={body}{validator}{more}")
            };
            stand
                .origin
                .script("/page/a", &[&answer("first", ""), &answer("older", "&hold=2"), &answer("newer", newer)]);
            stand.warm("/page/a");
            // Its header fields are here, and so in the Worker, and of its body only the start.
            let mut slow = client::send(stand.worker.port(), "GET", "/page/a", &[], b"");
            client::head(&mut slow);
            assert_eq!(stand.worker.get("/page/a").text(), "newer");
            if taken_back {
                stand.worker.wait_for("cache.delete", 1);
            } else {
                stand.worker.wait_for("cache.put", 2);
            }
            stand.origin.release();
            let mut rest = String::new();
            slow.read_to_string(&mut rest).unwrap();
            assert!(rest.ends_with("er"), "{rest}");
            stand.settle();
            stand.fail();
            let reply = stand.worker.get("/page/a");
            assert_eq!(is_page(&reply), taken_back, "{validator}{newer}: {reply:?}");
            assert!(taken_back || reply.text() == "newer", "{validator}{newer}: {reply:?}");
        }
    }
}

/// However young the copy is.
#[test]
fn a_copy_goes_as_soon_as_the_origin_forbids_it() {
    let stand = Stand::new(&VARS[..1]);
    for (n, said) in [
        "h.Cache-Control=no-store",
        "h.Cache-Control=private",
        "h.Cache-Control=no-cache",
        "h.Cache-Control=max-age=0,+must-revalidate",
        "h.Cache-Control=s-maxage=0",
        "h.CDN-Cache-Control=no-store",
    ]
    .into_iter()
    .enumerate()
    {
        for validator in ["", "&etag=%22x%22"] {
            let path = format!("/page/{n}{}", validator.len());
            stand.origin.break_as(&format!("/ok?body=OLD&h.Cache-Control=public,+max-age=0{validator}"));
            stand.warm(&path);
            let deleted = stand.worker.count("cache.delete");
            stand.origin.break_as(&format!("/ok?body=NEW&{said}{validator}"));
            assert_eq!(stand.worker.get(&path).text(), "NEW");
            stand.worker.wait_for("cache.delete", deleted + 1);
            stand.fail();
            assert!(is_page(&stand.worker.get(&path)), "{said}{validator}");
        }
    }
}

#[test]
fn the_operator_can_lift_single_prohibitions() {
    let stand = Stand::new(&[VARS[0], VARS[1], ("STALE_OVERRIDE", "s-maxage must-revalidate")]);
    for (n, (directives, served)) in
        [("s-maxage=60", true), ("max-age=60,+must-revalidate", true), ("max-age=60,+proxy-revalidate", false)]
            .into_iter()
            .enumerate()
    {
        stand.origin.mend();
        let target = format!("/page/{n}?h.Cache-Control={directives}");
        stand.warm(&target);
        stand.age(61);
        stand.fail();
        assert_eq!(is_copy(&stand.worker.get(&target)), served, "{directives}");
    }
}

#[test]
fn what_must_not_be_kept_lies_nowhere() {
    let stand = Stand::with_kv(&VARS);
    let rows: [(&str, &[(&str, &str)]); 15] = [
        ("h.Cache-Control=no-store", &[]),
        ("h.Cache-Control=private,+max-age=600", &[]),
        ("h.Cache-Control=max-age=600,+NO-STORE", &[]),
        ("h.CDN-Cache-Control=no-store&h.Cache-Control=public,+max-age=600", &[]),
        ("h.Set-Cookie=a=1&h.Cache-Control=public,+max-age=600", &[]),
        ("h.Vary=*&h.Cache-Control=max-age=600", &[]),
        ("h.Content-Encoding=zstd&h.Cache-Control=max-age=600", &[]),
        ("h.Content-Encoding=GZIP&h.Cache-Control=max-age=600", &[]),
        ("h.Cache-Control=max-age=600", &[("authorization", "Bearer x")]),
        ("h.Cache-Control=max-age=600", &[("cookie", "a=1; PHPSESSID=x")]),
        ("h.Cache-Control=max-age=600", &[("cookie", "wordpress_logged_in_x=1")]),
        ("h.Cache-Control=max-age=600", &[("cache-control", "no-store")]),
        ("status=206&h.Content-Range=bytes+0-5/10&h.Cache-Control=max-age=600", &[]),
        ("status=403&h.Cache-Control=max-age=600", &[]),
        ("status=500&h.Cache-Control=max-age=600", &[]),
    ];
    for (n, (options, fields)) in rows.iter().enumerate() {
        stand.origin.mend();
        let target = format!("/ok?body=secret-{n}&{options}");
        let reply = stand.worker.get_with(&target, fields);
        assert_eq!(reply.text(), format!("secret-{n}"), "{options} {fields:?}");
        for method in ["HEAD", "POST", "OPTIONS"] {
            stand.worker.ask(method, &format!("/ok?body=secret-{method}-{n}"), &[], b"");
        }
        stand.settle();
        assert!(!stand.dump().contains("secret"), "{options} {fields:?}");
        stand.fail();
        for fields in [*fields, &[]] {
            let reply = stand.worker.get_with(&target, fields);
            assert!(is_page(&reply) && !reply.text().contains("secret"), "{options} {fields:?} {reply:?}");
        }
    }
    assert_eq!(stand.keys_in("kv", "/page/settled").len(), rows.len(), "and the rest lies in both tiers");
}

/// RFC 9111 §3.3: an incomplete answer.
#[test]
fn a_body_that_breaks_off_is_never_kept_and_replaces_nothing() {
    let stand = Stand::with_kv(&VARS);
    for (n, fault) in ["cut", "cut-chunked", "cut-gzip", "cut?end=fin", "long"].into_iter().enumerate() {
        stand.origin.mend();
        let (path, never) = (format!("/page/{n}"), format!("/page/never-{n}"));
        let good = stand.warm(&path);
        for path in [&path, &never] {
            stand.origin.script(path, &[&format!("/fault/{fault}")]);
            stand.worker.get_with(path, &[("accept-encoding", "gzip")]);
        }
        stand.settle();
        stand.fail();
        if fault == "long" {
            // All of what was promised has come; only the connection is of no more use.
            continue;
        }
        let copy = stand.worker.get(&path);
        assert!(is_copy(&copy) && copy.body == good.body, "{fault} {copy:?}");
        assert!(is_page(&stand.worker.get(&never)), "{fault}");
        assert_eq!(stand.keys("/page/never"), Vec::<String>::new(), "{fault}");
        assert_eq!(stand.keys_in("kv", "/page/never"), Vec::<String>::new(), "{fault}");
    }
}

#[test]
fn a_copy_is_not_served_for_longer_than_permitted() {
    let rows = [
        // Nothing said: the operator's contract.
        (&[("STALE_IF_ERROR", "10m")][..], "", 595, true),
        (&[("STALE_IF_ERROR", "10m")], "", 605, false),
        (&[("STALE_IF_ERROR", "10m")], "max-age=60", 655, true),
        (&[("STALE_IF_ERROR", "10m")], "max-age=60", 665, false),
        // The origin's word counts before it.
        (&[("STALE_IF_ERROR", "10m")], "max-age=60,+stale-if-error=30", 85, true),
        (&[("STALE_IF_ERROR", "10m")], "max-age=60,+stale-if-error=30", 95, false),
        (&[("STALE_IF_ERROR", "10m")], "max-age=60,+stale-if-error=6000", 6000, true),
        (&[("STALE_IF_ERROR", "10m")], "max-age=60,+stale-if-error=0", 65, false),
        // Only where it permits it.
        (&[("STALE_IF_ERROR", "0")], "max-age=60", 55, true),
        (&[("STALE_IF_ERROR", "0")], "max-age=60", 65, false),
        (&[("STALE_IF_ERROR", "0")], "max-age=60,+stale-if-error=600", 600, true),
        // Nobody goes beyond the limit.
        (&[("STALE_LIMIT", "1m")], "max-age=60,+stale-if-error=6000", 115, true),
        (&[("STALE_LIMIT", "1m")], "max-age=60,+stale-if-error=6000", 125, false),
        (&[("STALE_LIMIT", "1m"), ("STALE_IF_ERROR", "1d")], "", 65, false),
    ];
    for (vars, directives, seconds, served) in rows {
        let stand = Stand::new(&[&VARS[..], vars].concat());
        let target = format!("/page/a?h.Cache-Control={directives}");
        stand.warm(&target);
        stand.age(seconds);
        stand.fail();
        let reply = stand.worker.get(&target);
        assert_eq!(is_copy(&reply), served, "{vars:?} {directives} {seconds} {reply:?}");
    }
}

#[test]
fn without_any_permission_nothing_is_kept() {
    let stand = Stand::new(&[VARS[0], VARS[1], ("STALE_IF_ERROR", "0")]);
    stand.worker.get("/page/silent");
    stand.origin.script("/page/settled", &["/ok?h.Cache-Control=max-age=60"]);
    stand.warm("/page/settled");
    assert_eq!(stand.keys("/page/silent"), Vec::<String>::new());
}

#[test]
fn large_pages_are_not_kept_and_arrive_all_the_same() {
    let stand = Stand::new(&[VARS[0], VARS[1], ("STALE_SIZE_LIMIT", "100KiB")]);
    let limit = 100 << 10;
    for (target, kept) in [
        (format!("/bytes?n={limit}"), true),
        (format!("/bytes?n={}", limit + 1), false),
        (format!("/chunked?n={limit}"), true),
        (format!("/chunked?n={}", limit + 1), false),
        (format!("/chunked?n={}", 10 << 20), false),
        // Small on the way, large for the store.
        (format!("/ok?n={}&encode=gzip&force=1", limit + 1), false),
    ] {
        stand.origin.mend();
        let fresh = stand.worker.get(&target);
        assert!(fresh.status == 200 && fresh.whole, "{target} {fresh:?}");
        stand.settle();
        stand.fail();
        let reply = stand.worker.get(&target);
        assert_eq!(is_copy(&reply), kept, "{target}");
        assert!(!kept || reply.body == fresh.body, "{target}");
    }
}

#[test]
fn a_page_too_large_for_a_copy_is_found_out_once() {
    let stand = Stand::new(&[VARS[0], ("STALE_SIZE_LIMIT", "100KiB")]);
    let target = format!("/chunked?n={}", 1 << 20);
    for _ in 0..3 {
        assert_eq!(stand.worker.get(&target).body.len(), 1 << 20);
    }
    stand.settle();
    assert_eq!(stand.keys("/chunked"), Vec::<String>::new());
}

#[test]
fn an_unchanged_copy_is_rewritten_once_in_a_while() {
    let stand = Stand::new(&[("STALE_REFRESH", "1h")]);
    for _ in 0..5 {
        stand.worker.get("/etag?etag=%22v1%22");
        stand.worker.get("/ok?body=without+a+validator");
    }
    stand.settle();
    assert_eq!(stand.worker.count("cache.put"), 3);
    stand.origin.script("/etag", &["/etag?etag=%22v2%22&body=new"]);
    stand.warm("/etag?etag=%22v1%22");
    stand.fail();
    assert_eq!(stand.worker.get("/etag?etag=%22v1%22").text(), "new");
}

#[test]
fn a_corrupt_copy_is_a_miss() {
    let stand = Stand::with_kv(&VARS);
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", 1);
    stand.fail();
    for corrupt in
        ["", "{", "{}", "null", "{\"copy\":{}}", "[1,2]", "{\"variants\":{\"v\":2,\"names\":[],\"epoch\":\"\"}}"]
    {
        stand.worker.platform(serde_json::json!(["corrupt", corrupt]));
        let reply = stand.worker.get("/page/a");
        assert!(is_page(&reply), "{corrupt} {reply:?}");
    }
    // And the next good one takes its place.
    stand.origin.mend();
    let fresh = stand.warm("/page/a");
    stand.origin.break_with(Fault::Reset);
    assert_eq!(stand.worker.get("/page/a").body, fresh.body);
}
