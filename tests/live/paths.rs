//! Is what is decided by a path decided by the one that the origin is asked for?

use crate::stand::{Stand, is_copy};

#[test]
fn dot_segments_lead_past_neither_rules_nor_the_base_path() {
    let rules = r#"[{"path": "/public/*", "FAILURE_STATUSES": "503"}]"#;
    let stand = Stand::new(&[("ORIGIN", "https://o.example/app"), ("RULES", rules), ("RETRY_ATTEMPTS", "0")]);
    for target in ["/public/../a", "/public/%2e%2E/a", "/public\\..\\a", "/./a", "/../a"] {
        stand.origin.clear();
        stand.origin.script("/app/a", &["/fault/502"]);
        let reply = stand.worker.get(target);
        assert!(reply.says("proxy-status", "received-status=502"), "{target} {reply:?}");
        assert_eq!(stand.origin.count("/app/a"), 1, "{target} {:?}", stand.origin.requests());
    }
}

#[test]
fn a_copy_has_the_name_that_the_origin_was_asked_for() {
    let stand = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    for (n, target) in ["/x/../page/0", "/x/%2e%2e/page/1", "/x/%2E./page/2", "/./%2e/page/3", "/x\\..\\page/4"]
        .into_iter()
        .enumerate()
    {
        stand.origin.mend();
        let path = format!("/page/{n}");
        let fresh = stand.warm(target);
        assert_eq!(stand.origin.count(&path), 1, "{target}: {:?}", stand.origin.requests());
        stand.fail();
        let copy = stand.worker.get(&path);
        assert!(is_copy(&copy) && copy.body == fresh.body, "{target}: {copy:?}");
    }
}

#[test]
fn a_redirect_from_a_copy_stays_with_us() {
    let stand = Stand::new(&[("ORIGIN", "https://o.example/app"), ("RETRY_ATTEMPTS", "0")]);
    stand.origin.script("/app/a", &["/redirect?status=301&to=https://o.example/app/there"]);
    let fresh = stand.warm("/a");
    stand.fail();
    let copy = stand.worker.get("/a");
    assert!(is_copy(&copy) && copy.status == 301, "{copy:?}");
    assert_eq!(copy.field("location").as_deref(), Some("http://www.example/there"));
    assert_eq!(copy.field("location"), fresh.field("location"));
}

#[test]
fn a_long_name_is_a_name_too() {
    let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0")]);
    let long = "x".repeat(6000);
    let pages = ["1", "2"].map(|n| {
        let target = format!("/page/a?{long}={n}");
        (stand.warm(&target).body, target)
    });
    stand.worker.wait_for("kv.put", 2);
    assert!(stand.keys_in("kv", "").iter().all(|key| key.len() <= 512));
    stand.fail();
    for (body, target) in &pages {
        assert_eq!(stand.worker.get(target).body, *body);
    }
}
