//! Does each switch of the operator do what it says: `MODE`, `MAINTENANCE`, `PAGE_STATUS`, `LOG`, `RULES`?

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::client::{self, UPGRADE};
use crate::origin::{Fault, Origin};
use crate::worker::Setup;

#[test]
fn off_is_a_plain_relay() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("MODE", "off").start();
    for target in ["/fault/502", "/fault/503?as=json&retry-after=1", "/fault/521?as=empty", "/ok"] {
        let date = "h.Date=x";
        let target = if target.contains('?') { format!("{target}&{date}") } else { format!("{target}?{date}") };
        let (reply, direct) = (worker.get(&target), client::ask(origin.port(), "GET", &target, &[], b""));
        assert_eq!((reply.status, &reply.body), (direct.status, &direct.body), "{target}");
        assert_eq!(reply.fields("proxy-status"), [""; 0], "{target}");
        assert_eq!(origin.count(&target), 2, "one of them from the Worker: {target}");
    }
    origin.break_with(Fault::Refuse);
    // There is no answer that could be relayed.
    assert_eq!(worker.get("/ok").status, 502);
    for what in ["cache.get", "cache.put"] {
        assert_eq!(worker.count(what), 0, "{what}");
    }
    assert!(worker.end().is_empty());
}

#[test]
fn observe_changes_nothing_and_says_what_it_would_do() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).kv().var("MODE", "observe").start();
    // A copy that could be served is not even made.
    assert_eq!(worker.get("/a?h.Cache-Control=max-age=60").status, 404);
    let rows = [
        ("GET", "/fault/502", "retry"),
        ("POST", "/fault/502", "replace"),
        ("POST", "/fault/503?as=json", "keep"),
        ("GET", "/fault/526?as=empty", "replace"),
    ];
    for (method, target, would) in rows {
        origin.clear();
        let reply = worker.ask(method, target, &[], b"");
        let direct = client::ask(origin.port(), method, target, &[], b"");
        assert_eq!((reply.status, &reply.body), (direct.status, &direct.body), "{target}");
        assert_eq!(reply.fields("proxy-status"), [""; 0], "{target}");
        assert_eq!(origin.requests().len(), 2, "one of them from the Worker: {target}");
        let path = target.split('?').next().unwrap();
        let line = worker.wait_for_line(|line| line["method"] == method && line["path"] == path);
        assert_eq!((&line["answer"], &line["would"]), (&json!("origin"), &json!(would)), "{line}");
    }
    origin.break_with(Fault::Refuse);
    // There is no answer that could be relayed.
    assert_eq!(worker.get("/ok").status, 502);
    for what in ["cache.get", "cache.put", "kv.get", "kv.put"] {
        assert_eq!(worker.count(what), 0, "{what}");
    }
}

#[test]
fn maintenance_keeps_everybody_from_the_origin() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("MAINTENANCE", "on").start();
    for method in ["GET", "HEAD", "POST", "PURGE"] {
        let reply = worker.ask(method, "/a", &[], b"");
        assert_eq!(reply.status, 503, "{method}");
        let seconds: u64 = reply.field("retry-after").unwrap().parse().unwrap();
        assert!((24..=36).contains(&seconds), "PAGE_RETRY_AFTER, jittered: {seconds}");
        assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
        assert_eq!(reply.body.is_empty(), method == "HEAD");
    }
    assert_eq!(worker.get_with("/ws", &UPGRADE).status, 503);
    assert!(origin.requests().is_empty());
    assert_eq!(worker.get("/.understudy/health").status, 200);
}

#[test]
fn maintenance_begins_and_ends_when_planned() {
    let origin = Origin::start();
    for (window, is_on) in [
        ("2000-01-01T00:00:00Z/2000-01-02T00:00:00Z", false),
        ("2100-01-01T00:00:00Z/P7D", false),
        ("2000-01-01T00:00:00Z/2100-01-01T00:00:00Z", true),
        ("2000-01-01T00:00:00+02:00/P40000D", true),
        ("off", false),
    ] {
        let worker = Setup::new(origin.port()).var("MAINTENANCE", window).start();
        let reply = worker.get("/ok");
        assert_eq!(reply.status, if is_on { 503 } else { 200 }, "{window}");
        if window.ends_with("2100-01-01T00:00:00Z") {
            let end = 4_102_444_800;
            let seconds: u64 = reply.field("retry-after").unwrap().parse().unwrap();
            assert!((now() + seconds).abs_diff(end) < 60, "{seconds}");
        }
    }
}

/// Who only watches shows nothing.
#[test]
fn maintenance_is_not_shown_where_it_is_only_observed() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("MODE", "observe").var("MAINTENANCE", "on").start();
    assert_eq!((worker.get("/ok").status, origin.requests().len()), (200, 1));
}

#[test]
fn every_page_may_have_one_status() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("PAGE_STATUS", 503).var("RETRY_ATTEMPTS", 0).start();
    for target in ["/fault/502", "/fault/504", "/fault/reset", "/fault/530"] {
        let reply = worker.get_with(target, &[("Accept", "application/problem+json")]);
        assert_eq!((reply.status, &reply.json()["status"]), (503, &json!(503)), "{target}");
    }
    // What is no page keeps its own.
    assert_eq!(worker.get("/fault/502?as=json").status, 502);
}

#[test]
fn the_log_says_as_much_as_it_is_told_to() {
    let origin = Origin::start();
    for (log, events) in [("none", &[][..]), ("incidents", &["incident"]), ("all", &["request", "incident"])] {
        let worker = Setup::new(origin.port()).var("LOG", log).var("RETRY_ATTEMPTS", 0).start();
        worker.get("/ok?secret=1");
        worker.get("/fault/502?secret=2");
        let lines = worker.end();
        let seen: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(seen, events, "{log}");
        // Planned maintenance is no incident, and a request like any other.
        let worker = Setup::new(origin.port()).var("LOG", log).var("MAINTENANCE", "on").start();
        worker.get("/ok?secret=3");
        let lines = worker.end();
        assert_eq!(lines.len(), usize::from(log == "all"), "{log}");
        for line in lines {
            let said = [&line["event"], &line["answer"], &line["status"], &line["path"]];
            assert_eq!(said, [&json!("request"), &json!("maintenance"), &json!(503), &json!("/ok")]);
        }
    }
}

#[test]
fn a_line_of_the_log_tells_the_whole_story() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("DEPLOYMENT", "shop").start();
    let fields = [("Cf-Ray", "ray-1"), ("Cookie", "session=secret"), ("Authorization", "secret")];
    worker.get_with("/fault/502?token=secret", &fields);
    let line = worker.wait_for_line(|line| line["event"] == "incident");
    for (name, expected) in [
        ("log", json!("understudy")),
        ("deployment", json!("shop")),
        ("method", json!("GET")),
        ("host", json!("www.example")),
        ("path", json!("/fault/502")),
        ("request_id", json!("ray-1")),
        ("answer", json!("page")),
        ("status", json!(502)),
        ("attempts", json!(2)),
        ("failure", json!("bad_gateway")),
        ("received_status", json!(502)),
        ("gateway", json!("nginx")),
        ("no_retry", json!("attempts")),
        ("no_copy", json!("none")),
    ] {
        assert_eq!(line[name], expected, "{name}");
    }
    assert!(!line.to_string().contains("secret"), "{line}");
}

#[test]
fn a_rule_holds_for_its_paths_only_and_the_first_one_wins() {
    let origin = Origin::start();
    let rules = json!([
        {"path": "/api/health", "MODE": "off"},
        {"path": "/api/*", "RETRY_ATTEMPTS": 0, "PAGE_STATUS": 503, "LOG": "none"},
        {"path": "*.pdf", "RETRY_ATTEMPTS": "2", "RETRY_BACKOFF": "1ms..1ms"},
        {"path": "/down/*", "MAINTENANCE": "on"},
        {"path": "*", "RETRY_ATTEMPTS": "0"},
    ]);
    // A table as TOML gives it, and text.
    for rules in [rules.clone(), json!(rules.to_string())] {
        let worker = Setup::new(origin.port()).var("RULES", rules).start();
        origin.clear();
        for (path, status, requests) in [
            ("/api/health", 502, 1),
            ("/api/a", 503, 1),
            ("/api/a.pdf", 503, 1),
            ("/a.pdf", 502, 3),
            ("/down/a", 503, 0),
            ("/a", 502, 1),
        ] {
            origin.script(path, &["/fault/502"]);
            let reply = worker.get(path);
            assert_eq!((reply.status, origin.count(path)), (status, requests), "{path}");
            assert_eq!(reply.text().contains("<center>nginx</center>"), path == "/api/health", "{path}");
        }
    }
}

fn now() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the core has no clock, a test may")]
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
