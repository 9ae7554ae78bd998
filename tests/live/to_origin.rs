//! With `ORIGIN` set: is the request the same under another address, and does the visitor stay where he is?

use crate::client::{self, Reply};
use crate::origin::{Fault, Origin, Seen};
use crate::worker::{Setup, Worker};

/// A Worker in front of `inside.example:81`.
fn start(origin: &Origin) -> Worker {
    Setup::new(origin.port()).var("ORIGIN", "http://inside.example:81").start()
}

fn seen(origin: &Origin) -> Seen {
    origin.requests().pop().unwrap()
}

#[test]
fn path_and_query_are_kept_exactly() {
    let origin = Origin::start();
    let worker = start(&origin);
    let below = Setup::new(origin.port()).var("ORIGIN", "http://inside.example/base/").start();
    for target in [
        "/",
        "//",
        "/a//b/%2f%2F/%e4%C3%A9/~!$&'()*+,;=:@",
        "/a?",
        "/a??b=?",
        "/a?x=%20&y=a+b&&z=%00&z=1&%41=%2e%2e/",
        "/a;b=c/d%3Bx?q=http://x/?y#".trim_end_matches('#'),
        "/%ff?%FF",
        "/a/%5c/%7Bx%7D?[1]={2}|^`",
    ] {
        for (worker, base) in [(&worker, ""), (&below, "/base")] {
            worker.get(target);
            assert_eq!(seen(&origin).target, format!("{base}{target}"));
        }
    }
}

#[test]
fn the_origin_learns_its_own_host_and_that_of_the_visitor() {
    let origin = Origin::start();
    let worker = start(&origin);
    for (method, body) in [("GET", &b""[..]), ("POST", b"small"), ("PUT", &[b'x'; 100_000])] {
        let fields = [("Host", "shop.example:8080"), ("X-Forwarded-Host", "forged"), ("X-Forwarded-Proto", "forged")];
        worker.ask(method, "/a", &fields, body);
        let seen = seen(&origin);
        let values = |name: &str| -> Vec<_> {
            let lines = seen.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            lines.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
        };
        assert_eq!(values("host"), ["inside.example:81"], "{method}");
        assert_eq!(values("x-forwarded-host"), ["shop.example:8080"], "{method}");
        assert_eq!(values("x-forwarded-proto"), ["http"], "{method}");
        assert_eq!(seen.body_len, body.len() as u64);
    }
}

#[test]
fn everything_else_of_the_request_is_as_without_an_origin_set() {
    let origin = Origin::start();
    let workers = [Setup::new(origin.port()).start(), start(&origin)];
    let fields = [
        ("X-Latin1", "caf\u{e9}"),
        ("Cookie", "a=b"),
        ("Authorization", "x y"),
        ("Accept-Encoding", "br"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-Empty", ""),
    ];
    for (method, body) in [("GET", &b""[..]), ("POST", b"small"), ("QUERY", &[b'x'; 100_000]), ("DELETE", b"")] {
        let heads = [0, 1].map(|i| {
            workers[i].ask(method, "/a", &fields, body);
            let mut seen = seen(&origin);
            let ours = ["host", "cdn-loop", "x-forwarded-host", "x-forwarded-proto"];
            seen.headers.retain(|(name, _)| !ours.contains(&name.to_ascii_lowercase().as_str()));
            (seen.method, seen.headers, seen.body_hash)
        });
        assert_eq!(heads[0], heads[1], "{method}");
    }
}

#[test]
fn the_path_of_a_request_is_marked() {
    let origin = Origin::start();
    let worker = start(&origin);
    let marked = |fields: &[(&str, &str)]| {
        worker.get_with("/a", fields);
        seen(&origin).header("cdn-loop").unwrap()
    };
    let mark = marked(&[]);
    assert!(mark.starts_with("understudy-"), "{mark}");
    assert_eq!(marked(&[("CDN-Loop", "cloudflare; loops=1")]), format!("cloudflare; loops=1, {mark}"));
    assert_eq!(marked(&[("CDN-Loop", "a"), ("CDN-Loop", "b")]), format!("a, b, {mark}"));
    origin.clear();
    let reply = worker.get_with("/a", &[("CDN-Loop", &format!("a, {mark}; x=y"))]);
    assert_loop(&reply);
    assert!(origin.requests().is_empty());
}

#[test]
fn an_origin_that_is_the_worker_itself_ends_in_a_page() {
    let worker = Setup::circle().var("ORIGIN", "http://www.example").start();
    assert_loop(&worker.get("/a"));
    assert_loop(&worker.ask("POST", "/a", &[], b"x"));
    let line = worker.wait_for_line(|line| line["failure"] == "loop" && line["method"] == "POST");
    assert_eq!((&line["event"], &line["answer"], &line["status"]), (&"incident".into(), &"page".into(), &502.into()));
    let worker = Setup::circle().var("ORIGIN", "http://www.example").var("MODE", "off").start();
    assert_loop(&worker.get("/a"));
}

fn assert_loop(reply: &Reply) {
    assert_eq!(reply.status, 502);
    assert!(reply.says("proxy-status", "error=proxy_loop_detected"), "{}", reply.raw.head());
    assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
}

#[test]
fn only_a_location_that_names_the_origin_is_changed() {
    let origin = Origin::start();
    let relay = Setup::new(origin.port()).var("ORIGIN", "http://inside.example:81").var("MODE", "off").start();
    for worker in [&start(&origin), &relay] {
        for (location, expected) in [
            ("http://inside.example:81/new?a=b%23c", "http://www.example/new?a=b%23c"),
            ("//inside.example:81/new", "http://www.example/new"),
            ("/new", "/new"),
            ("new?x", "new?x"),
            ("http://inside.example/new", "http://inside.example/new"),
            ("http://inside.example:8100/new", "http://inside.example:8100/new"),
            (
                "https://elsewhere.example/?to=http://inside.example:81/",
                "https://elsewhere.example/?to=http://inside.example:81/",
            ),
        ] {
            let to = location.replace('%', "%25").replace('&', "%26");
            let target = format!("/redirect?to={to}&h.Set-Cookie=a&h.Set-Cookie=b&body=moved");
            for status in [200, 201, 202, 301, 302, 303, 307, 308] {
                let reply = worker.get(&format!("{target}&status={status}"));
                assert_eq!((reply.status, reply.field("location").unwrap().as_str()), (status, expected));
                assert_eq!((reply.fields("set-cookie").len(), reply.text().as_str()), (2, "moved"), "{location}");
            }
        }
    }
}

#[test]
fn an_answer_with_another_location_is_otherwise_the_same() {
    let origin = Origin::start();
    let worker = start(&origin);
    for more in ["", "&encode=gzip&force=1", "&encode=br&force=1&chunked=1", "&body=", "&h.X-Latin1=caf%E9"] {
        let target = format!("/redirect?to=http://inside.example:81/b&h.Date=x&n=5000{more}");
        let (reply, direct) = (worker.get(&target), client::ask(origin.port(), "GET", &target, &[], b""));
        assert_eq!(reply.body, direct.body, "{more}");
        let head = |reply: &Reply, location: &str| {
            let mut lines: Vec<_> = reply.raw.head().lines().map(|line| line.replace(location, "")).collect();
            lines.retain(|line| line != "Connection: close");
            lines.sort();
            lines
        };
        assert_eq!(head(&reply, "http://www.example/b"), head(&direct, "http://inside.example:81/b"));
    }
}

#[test]
fn a_fallback_answers_when_the_origin_fails() {
    let origin = Origin::start();
    let fallbacks = "http://second.example, http://third.example";
    let worker = Setup::new(origin.port()).var("ORIGIN", "http://first.example").var("ORIGIN_FALLBACKS", fallbacks);
    let worker = worker.start();
    let hosts = || origin.requests().iter().map(|seen| seen.header("host").unwrap()).collect::<Vec<_>>();
    origin.script("/a", &["/fault/502", "/fault/reset", "/redirect?to=http://third.example/b"]);
    let reply = worker.get("/a");
    assert_eq!((reply.status, reply.field("location").unwrap().as_str()), (302, "http://www.example/b"));
    assert_eq!(reply.fields("proxy-status"), ["www.example;next-hop=third.example"]);
    assert_eq!(hosts(), ["first.example", "second.example", "third.example"]);
    // A POST that may have been carried out stays with the origin that got it.
    origin.clear();
    origin.script("/a", &["/fault/502", "/ok"]);
    assert_eq!(worker.ask("POST", "/a", &[], b"x").status, 502);
    assert_eq!(hosts(), ["first.example"]);
}

#[test]
fn an_origin_whose_breaker_is_open_is_not_asked() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port())
        .var("ORIGIN", "http://first.example")
        .var("ORIGIN_FALLBACKS", "http://second.example")
        .var("BREAKER_FAILURES", 1)
        .start();
    origin.script("/a", &["/fault/502", "/ok"]);
    for expected in [&["first.example", "second.example"][..], &["second.example"], &["second.example"]] {
        assert_eq!(worker.get("/a").status, 200);
        let hosts: Vec<_> = origin.requests().iter().map(|seen| seen.header("host").unwrap()).collect();
        assert_eq!(hosts, expected);
        origin.clear();
        origin.script("/a", &["/ok"]);
    }
}

#[test]
fn a_fallback_answers_when_nobody_listens_at_the_origin() {
    let (dead, alive) = (Origin::start(), Origin::start());
    dead.break_with(Fault::Refuse);
    let setup = || Setup::network().var("ORIGIN", dead.url()).var("ORIGIN_FALLBACKS", alive.url());
    let worker = setup().start();
    let reply = worker.get("/ok?body=second");
    assert_eq!((reply.status, reply.text().as_str()), (200, "second"));
    assert!(reply.says("proxy-status", "www.example;next-hop="), "{}", reply.raw.head());
    assert_eq!(alive.requests().len(), 1);
    alive.break_with(Fault::Refuse);
    let reply = worker.get("/ok");
    assert_eq!(reply.status, 502);
    assert!(reply.says("proxy-status", "www.example;error="), "{}", reply.raw.head());
}
