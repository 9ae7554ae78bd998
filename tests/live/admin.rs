//! Do our own paths and the fire drill do what they say, and only for whoever has the token?

use serde_json::{Value, json};

use crate::client::Reply;
use crate::origin::{Fault, Origin};
use crate::worker::{Setup, Worker};

const TOKEN: &str = "t0ken";

fn start(origin: &Origin) -> Worker {
    Setup::new(origin.port()).kv().var("ADMIN_TOKEN", TOKEN).start()
}

fn with_token(worker: &Worker, method: &str, path: &str, body: &[u8]) -> Reply {
    worker.ask(method, path, &[("Authorization", &format!("Bearer {TOKEN}"))], body)
}

fn drill(worker: &Worker, method: &str, path: &str, drill: &str) -> Reply {
    worker.ask(method, path, &[("Understudy-Drill", drill)], b"")
}

#[test]
fn health_tells_anyone_the_status_and_only_the_operator_more() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("ADMIN_TOKEN", TOKEN).var("BREAKER_FAILURES", 2).start();
    let public = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")});
    for authorization in ["", "Bearer", "Bearer wrong", "Basic t0ken", "t0ken", "Bearer t0ken2"] {
        let reply = worker.get_with("/.understudy/health", &[("Authorization", authorization)]);
        assert_eq!((reply.status, reply.json()), (200, public.clone()), "{authorization}");
        assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
    }
    assert_eq!(worker.ask("HEAD", "/.understudy/health", &[], b"").status, 200);
    let page = |method| with_token(&worker, method, "/.understudy/pages?failure=dns", b"").field("content-length");
    assert!(page("GET").is_some() && page("HEAD") == page("GET"), "RFC 9110 §8.6: {:?}", page("HEAD"));
    assert_eq!(worker.ask("POST", "/.understudy/health", &[], b"").status, 405);
    worker.get("/fault/reset");
    let health = with_token(&worker, "GET", "/.understudy/health", b"").json();
    assert_eq!((&health["status"], &health["mistakes"]), (&json!("ok"), &json!([])), "{health}");
    let www = &health["origins"][0];
    assert_eq!((&www["origin"], &www["breaker"]), (&json!("www.example"), &json!("open")), "{health}");
    assert!(www["open_for_ms"].as_u64().is_some_and(|ms| ms > 0 && ms <= 60_000), "{health}");
    assert_eq!((&www["last_failure"], &www["gateway"]), (&json!("terminated"), &Value::Null), "{health}");
    assert!(origin.count("/.understudy/health") == 0);
}

#[test]
fn the_operator_sees_who_wrote_the_last_failure() {
    let origin = Origin::start();
    let vars = Setup::new(origin.port()).var("ADMIN_TOKEN", TOKEN).var("RETRY_ATTEMPTS", 0).var("BREAKER_FAILURES", 0);
    let worker = vars.start();
    origin.script("/page/a", &["/fault/502?as=nginx", "/fault/502?as=json"]);
    for expected in [json!("nginx"), Value::Null] {
        worker.get("/page/a");
        let health = with_token(&worker, "GET", "/.understudy/health", b"").json();
        let www = &health["origins"][0];
        assert_eq!((&www["last_failure"], &www["gateway"]), (&json!("bad_gateway"), &expected), "{health}");
    }
}

#[test]
fn a_wrong_token_and_an_unknown_path_look_the_same() {
    let origin = Origin::start();
    let worker = start(&origin);
    let unknown = with_token(&worker, "GET", "/.understudy/nothing", b"");
    assert_eq!(unknown.status, 404);
    for path in ["/.understudy/pages", "/.understudy/purge", "/.understudy/nothing", "/.understudy/"] {
        for (method, authorization) in [("GET", "Bearer wrong"), ("POST", ""), ("GET", "Bearer t0ken2")] {
            let reply = worker.ask(method, path, &[("Authorization", authorization)], b"");
            assert_eq!((reply.raw.head(), &reply.body), (unknown.raw.head(), &unknown.body), "{method} {path}");
        }
    }
    assert!(origin.requests().is_empty());
}

#[test]
fn without_a_token_set_all_but_health_is_the_origin_s() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    for path in ["/.understudy/pages", "/.understudy/purge", "/.understudy/x", "/.understudy"] {
        assert_eq!(worker.get_with(path, &[("Authorization", "Bearer ")]).text(), "There is no such page.\n");
        assert_eq!(origin.count(path), 1, "{path}");
    }
    // Nor is there a drill.
    for value in ["; fail=502", "t0ken; fail=502", ""] {
        assert_eq!(drill(&worker, "GET", "/ok", value).status, 200, "{value}");
    }
}

#[test]
fn purge_removes_copies_from_both_tiers() {
    let origin = Origin::start();
    let worker = start(&origin);
    let targets = ["/ok?h.Cache-Control=max-age=60", "/gzip?h.Cache-Control=max-age=60", "/etag"];
    for (index, target) in targets.iter().enumerate() {
        worker.get_with(target, &[("Accept-Encoding", "gzip")]);
        wait_for_copies(&worker, index + 1);
    }
    let body = json!({"urls": [format!("http://www.example{}", targets[0]), targets[1]]}).to_string();
    assert_eq!(with_token(&worker, "GET", "/.understudy/purge", b"").status, 405);
    let reply = with_token(&worker, "POST", "/.understudy/purge", body.as_bytes());
    assert_eq!((reply.status, reply.json()), (200, json!({"purged": 2})));
    origin.break_with(Fault::Status(502));
    for (target, status) in targets.iter().zip([502, 502, 200]) {
        let reply = worker.get_with(target, &[("Accept-Encoding", "gzip")]);
        assert_eq!(reply.status, status, "{target}");
    }
    // The origin may fill them again, at once.
    origin.mend();
    let puts = worker.count("cache.put");
    worker.get(targets[0]);
    worker.wait_for("cache.put", puts + 1);
    for bad in ["", "[]", "{\"urls\": []}", "{\"urls\": [\"x\"]}"] {
        let reply = with_token(&worker, "POST", "/.understudy/purge", bad.as_bytes());
        assert_eq!((reply.status, reply.text().contains("urls")), (400, true), "{bad}");
    }
}

#[test]
fn a_drill_does_what_a_failing_origin_does() {
    let origin = Origin::start();
    let worker = start(&origin);
    let rows = [
        ("502", 502, "http_protocol_error", "bad_gateway"),
        ("503", 503, "received-status=503", "unavailable"),
        ("504", 504, "http_response_timeout", "gateway_timeout"),
        ("521", 521, "connection_refused", "refused"),
        ("530", 530, "", "tunnel"),
        ("refused", 502, "connection_refused", "refused"),
        ("timeout", 504, "http_response_timeout", "timeout"),
        ("blank", 502, "http_response_incomplete", "blank"),
        ("cut", 502, "http_response_incomplete", "cut"),
    ];
    for (fail, status, error, failure) in rows {
        let path = format!("/{fail}");
        let reply = drill(&worker, "GET", &path, &format!("{TOKEN}; fail={fail}"));
        assert_eq!(reply.status, status, "{fail}");
        assert!(reply.says("proxy-status", error), "{fail}: {}", reply.raw.head());
        let line = worker.wait_for_line(|line| line["path"] == path);
        assert_eq!(
            (&line["drill"], &line["answer"], &line["failure"]),
            (&json!(true), &json!("page"), &json!(failure))
        );
    }
    assert!(origin.requests().is_empty(), "{:#?}", origin.requests());

    // With a copy, the copy.
    worker.get("/ok?body=copied");
    wait_for_copies(&worker, 1);
    origin.clear();
    for fail in ["502", "refused", "timeout", "blank", "cut"] {
        let reply = drill(&worker, "GET", "/ok?body=copied", &format!("{TOKEN};fail={fail}"));
        assert_eq!((reply.status, reply.text().as_str()), (200, "copied"), "{fail}");
        assert!(reply.says("cache-status", "understudy;fwd="), "{}", reply.raw.head());
    }
    assert_eq!(drill(&worker, "POST", "/ok?body=copied", &format!("{TOKEN};fail=502")).status, 502);
    assert!(origin.requests().is_empty());
    // Nobody else notices: breaker and budget do not hear of it.
    let health = with_token(&worker, "GET", "/.understudy/health", b"").json();
    let breakers = health["origins"].as_array().unwrap();
    assert!(breakers.iter().all(|origin| origin["breaker"] == "closed"), "{health}");
}

#[test]
fn a_drill_needs_the_token_and_a_failure_that_there_is() {
    let origin = Origin::start();
    let worker = start(&origin);
    for wrong in ["wrong; fail=502", "fail=502", "; fail=502", "t0ken2; fail=502", "t0ken, fail=502"] {
        origin.clear();
        assert_eq!(drill(&worker, "GET", "/ok", wrong).status, 200, "{wrong}");
        assert_eq!(origin.count("/ok"), 1, "{wrong}");
    }
    origin.clear();
    for bad in ["t0ken", "t0ken; fail=", "t0ken; fail=200", "t0ken; fail=500", "t0ken; fail=<b>", "t0ken; x=502"] {
        let reply = drill(&worker, "GET", "/ok", bad);
        assert_eq!(reply.status, 400, "{bad}");
        assert!(reply.text().contains("expected refused, timeout, blank, cut or a status"), "{}", reply.text());
        assert!(reply.says("content-type", "text/plain"));
    }
    assert!(origin.requests().is_empty());
}

/// Waits until so many pages have their copies in both tiers.
fn wait_for_copies(worker: &Worker, pages: usize) {
    crate::worker::wait_until(|| {
        let keys = worker.platform(json!(["keys"]));
        let count = |tier: &str| keys[tier].as_array().map_or(0, |all: &Vec<Value>| all.len());
        (count("cache") >= pages && count("kv") >= pages).then_some(())
    });
}

#[test]
fn the_gallery_shows_a_page_as_a_visitor_gets_it() {
    let origin = Origin::start();
    let worker = start(&origin);
    let list = with_token(&worker, "GET", "/.understudy/pages", b"");
    assert!(list.status == 200 && list.says("content-type", "text/html") && list.text().contains("failure=dns"));
    let page = with_token(&worker, "GET", "/.understudy/pages?failure=timeout&lang=ar&theme=terminal", b"");
    assert_eq!((page.status, page.field("content-language").as_deref()), (504, Some("ar")));
    assert!(page.text().contains("dir=\"rtl\"") && page.says("content-security-policy", "default-src 'none'"));
    let kept = with_token(&worker, "GET", "/.understudy/pages?failure=refused&status=521&method=POST", b"");
    assert!(kept.status == 521 && kept.text().contains("It did not reach the website"), "{}", kept.raw.head());
    let text = with_token(&worker, "GET", "/.understudy/pages?failure=timeout&format=css&show=headers", b"");
    assert!(text.status == 200 && text.says("content-type", "text/plain"), "{}", text.raw.head());
    assert!(text.text().starts_with("HTTP 504\ncontent-type: text/css"), "{}", text.text());
    assert_eq!(with_token(&worker, "GET", "/.understudy/pages?failure=x", b"").status, 400);
    assert_eq!(worker.get("/.understudy/pages").status, 404);
    assert!(origin.requests().is_empty());
}
