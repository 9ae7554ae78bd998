//! What if the operator makes mistakes? The site goes on, and all of them are told at once.

use serde_json::{Value, json};
use understudy::config::{Scope, VARS};

use crate::origin::Origin;
use crate::worker::Setup;

const TOKEN: &str = "t0ken";

#[test]
fn with_every_variable_wrong_the_site_works_and_every_mistake_is_told() {
    let origin = Origin::start();
    let mut setup = Setup::new(origin.port());
    for var in VARS {
        setup = setup.var(var.name, wrong(var.name));
    }
    let worker = setup.var("ADMIN_TOKEN", TOKEN).start();
    // A healthy origin, one that fails once, one that fails.
    assert_eq!(worker.get("/ok?body=well").text(), "well");
    origin.script("/flaky", &["/fault/502", "/ok"]);
    assert_eq!(worker.get("/flaky").status, 200);
    let reply = worker.get_with("/fault/502", &[("Accept", "text/html")]);
    assert_eq!((reply.status, reply.says("content-type", "text/html")), (502, true));
    assert!(reply.says("proxy-status", "www.example;"), "{}", reply.raw.head());

    let health = worker.get_with("/.understudy/health", &[("Authorization", &format!("Bearer {TOKEN}"))]).json();
    let told: Vec<_> = health["mistakes"].as_array().unwrap().iter().collect();
    let lines: Vec<_> = worker.end().into_iter().filter(|line| line["event"] == "config").collect();
    assert_eq!(lines.len(), 1, "one line tells all: {lines:#?}");
    let logged = lines[0]["mistakes"].as_array().unwrap();
    let all: Vec<_> = VARS.iter().filter(|var| var.scope != Scope::Secret).collect();
    assert_eq!((told.len(), logged.len()), (all.len(), all.len()), "{logged:#?}");
    for var in all {
        let mistake = told.iter().find(|mistake| mistake["variable"] == var.name).expect(var.name);
        let starts = format!("{} = ", var.name);
        assert!(logged.iter().any(|line| line.as_str().unwrap().starts_with(&starts)), "{}", var.name);
        assert!(!mistake["expected"].as_str().unwrap().is_empty(), "{mistake}");
    }
}

#[test]
fn a_bad_token_opens_nothing_and_is_never_shown() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("ADMIN_TOKEN", "hunter 2").start();
    for token in ["hunter 2", "hunter", ""] {
        let fields = [("Authorization", format!("Bearer {token}"))].map(|(name, value)| (name, value.leak() as &str));
        let health = worker.get_with("/.understudy/health", &fields).json();
        assert_eq!(health.as_object().unwrap().len(), 2, "{health}");
        // As if there were none: these paths are the origin's.
        assert_eq!(worker.get_with("/.understudy/pages", &fields).text(), "There is no such page.\n");
    }
    let log = worker.wait_for_line(|line| line["event"] == "config").to_string();
    assert!(log.contains("ADMIN_TOKEN = ") && !log.contains("hunter"), "{log}");
}

#[test]
fn without_a_mistake_there_is_nothing_to_tell() {
    let origin = Origin::start();
    let mut setup = Setup::new(origin.port()).var("ADMIN_TOKEN", TOKEN).var("UNKNOWN", "x").var("TIMEOUTS", "x");
    for var in VARS.iter().filter(|var| var.scope != Scope::Secret) {
        setup = setup.var(var.name, var.default);
    }
    let worker = setup.start();
    let health = worker.get_with("/.understudy/health", &[("Authorization", &format!("Bearer {TOKEN}"))]).json();
    assert_eq!(health["mistakes"], json!([]), "{health}");
    assert!(worker.end().is_empty());
}

#[test]
fn variables_may_be_of_any_type_of_toml() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port())
        .var("ADMIN_TOKEN", TOKEN)
        .var("FAILURE_STATUSES", json!([404, "503"]))
        .var("FAILURE_BODIES", "all")
        .var("FAILURE_BLANK", true)
        .var("RETRY_ATTEMPTS", 2)
        .var("RETRY_METHODS", json!(["GET", "PURGE"]))
        .var("RETRY_BACKOFF", "1ms..1ms")
        .var("STALE_IGNORE_PARAMS", json!(["utm_*"]))
        .var("GUARD_BYTES", 0)
        .var("RESUME", false)
        .var("PAGE_STATUS", 503)
        .var("RULES", json!([{"path": "/raw/*", "MODE": false}, {"path": "/down/*", "MAINTENANCE": true}]))
        .start();
    for (method, path, answer, status, requests) in [
        ("GET", "/a", "/status/404", 503, 3),
        ("PURGE", "/b", "/status/404", 503, 3),
        ("HEAD", "/c", "/status/404", 503, 1),
        ("GET", "/d", "/fault/blank", 503, 3),
        ("GET", "/e", "/fault/502?as=json", 502, 1),
        ("GET", "/raw/a", "/status/404", 404, 1),
        ("GET", "/down/a", "/ok", 503, 0),
    ] {
        origin.script(path, &[answer]);
        // A budget of its own for each.
        let host = [path.trim_matches('/').split('/').next().unwrap(), ".example"].concat();
        assert_eq!(worker.ask(method, path, &[("Host", &host)], b"").status, status, "{path}");
        assert_eq!(origin.count(path), requests, "{path}");
    }
    let health = worker.get_with("/.understudy/health", &[("Authorization", &format!("Bearer {TOKEN}"))]).json();
    assert_eq!(health["mistakes"], json!([]), "{health}");
}

#[test]
fn a_bad_rule_spoils_only_itself() {
    let origin = Origin::start();
    let rules = json!([
        {"path": "nowhere", "RETRY_ATTEMPTS": 0},
        {"path": "/a*", "RETRY_ATTEMPTS": "many", "TIMEUOT": "1s", "PAGE_STATUS": 503},
        {"path": "/b*", "RETRY_ATTEMPTS": 0},
    ]);
    let worker = Setup::new(origin.port()).var("RULES", rules).start();
    for (path, status, requests) in [("/a", 503, 2), ("/b", 502, 1), ("/c", 502, 2)] {
        origin.script(path, &["/fault/502"]);
        assert_eq!((worker.get(path).status, origin.count(path)), (status, requests), "{path}");
    }
    let line = worker.wait_for_line(|line| line["event"] == "config");
    let told: Vec<_> = line["mistakes"].as_array().unwrap().iter().map(|mistake| mistake.as_str().unwrap()).collect();
    for start in ["RULES[0].path", "RULES[1].RETRY_ATTEMPTS", "RULES[1].TIMEUOT"] {
        assert!(told.iter().any(|mistake| mistake.starts_with(start)), "{start}: {told:#?}");
    }
    assert_eq!(told.len(), 3);
}

/// Something that cannot be the value of this variable.
fn wrong(name: &str) -> Value {
    match name {
        "DEPLOYMENT" => json!("caf\u{e9}"),
        "PAGE_SITE" => json!("x".repeat(201)),
        "RETRY_METHODS" => json!("get"),
        "STALE_IGNORE_PARAMS" | "STALE_SESSION_COOKIES" => json!([1, {"a": "b"}]),
        // Of every type there is.
        "TIMEOUT" => json!(10),
        "FAILURE_BLANK" => json!({"a": 1}),
        "RETRY_ATTEMPTS" => json!(-1),
        "STALE_LIMIT" => json!(true),
        _ => json!("<script>nonsense\u{0}</script>"),
    }
}
