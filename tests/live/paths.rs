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
    let fresh = stand.warm("/x/../page/a");
    stand.fail();
    let copy = stand.worker.get("/page/a");
    assert!(is_copy(&copy) && copy.body == fresh.body, "{copy:?}");
}
