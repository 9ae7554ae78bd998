//! What never ends, and has no row in `docs/faults.md`: nobody waits for it longer than they want to, and it is asked once.

use crate::client;
use crate::stand::{Stand, is_page};

/// Time limits that would be over at once, and a second origin that works.
const VARS: [(&str, &str); 3] =
    [("TIMEOUT", "200ms"), ("DEADLINE", "1s"), ("ORIGIN_FALLBACKS", "http://second.example")];

/// Another visitor waits for all of the time limits.
fn until_all_limits_are_over(stand: &Stand) {
    let page = stand.worker.get("/fault/hang");
    assert!(is_page(&page) && page.status == 504, "{page:?}");
}

#[test]
fn a_body_that_does_not_come_is_the_origins_affair() {
    let stand = Stand::new(&VARS);
    stand.warm("/page/copy");
    let mut visitors = Vec::new();
    for path in ["/page/copy", "/page/none"] {
        for (method, field) in [
            ("GET", ("accept", "text/html")),
            ("GET", ("range", "bytes=0-3")),
            ("GET", ("if-none-match", "\"else\"")),
            ("POST", ("accept", "text/html")),
            ("PUT", ("accept", "text/html")),
        ] {
            stand.origin.script(path, &["/fault/hang-body"]);
            let mut visitor = client::send(stand.worker.port(), method, path, &[field], b"");
            let head = String::from_utf8_lossy(&client::head(&mut visitor)).to_lowercase();
            assert!(head.starts_with("http/1.1 200") && !head.contains("proxy-status"), "{method} {path}: {head}");
            visitors.push(visitor);
        }
        assert_eq!(stand.worker.ask("HEAD", path, &[], b"").status, 200, "which has no body to wait for");
    }
    until_all_limits_are_over(&stand);
    let asked = stand.origin.requests();
    let unended = asked.iter().filter(|seen| seen.path().starts_with("/page/") && seen.ended.is_none()).count();
    assert_eq!(unended, visitors.len(), "each was asked for once, and still goes on: {asked:?}");
    assert_eq!(stand.origin.count("/page/none"), 6);
}

/// Passed on as it is, with no timer: the application may take its time.
#[test]
fn a_websocket_to_an_origin_that_hangs_waits_as_long_as_the_visitor_does() {
    let stand = Stand::new(&VARS);
    stand.origin.script("/ws", &["/fault/hang?status=418"]);
    let visitor = client::send(stand.worker.port(), "GET", "/ws", &client::UPGRADE, b"");
    stand.origin.wait_for_hanging(1);
    until_all_limits_are_over(&stand);
    assert_eq!(stand.origin.requests_to("/ws").iter().map(|seen| seen.ended).collect::<Vec<_>>(), [None]);
    stand.origin.release();
    let reply = client::read(visitor, "GET");
    assert!(reply.status == 418 && reply.field("proxy-status").is_none(), "the origin's own, however late: {reply:?}");
    assert_eq!(stand.origin.count("/ws"), 1);
}
