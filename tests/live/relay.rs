//! Does everything that is no failure go through as if Understudy were not there?
//!
//! The yardstick is the runtime itself: a Worker of one line that only passes requests on.

use tungstenite::Message;

use crate::client;
use crate::origin::{Origin, generated, hash};
use crate::raw;
use crate::worker::Setup;

const BARE: &str = "export default { fetch: (request) => fetch(request) };";

#[test]
fn an_answer_is_byte_for_byte_what_the_runtime_alone_would_give() {
    let origin = Origin::start();
    let ours = Setup::new(origin.port()).start();
    let bare = Setup::new(origin.port()).script(BARE).start();
    // As an answer of which no copy is made, and as one of which one is.
    for lifetime in ["", "&h.Cache-Control=public,max-age=60"] {
        for target in [
            "/ok?body=x",
            "/ok?body=",
            "/ok?h.X-Odd=%22%3b&h.Link=a&h.Link=b&h.Server=s&h.Via=1.1+v&h.X-Powered-By=p&h.Cf-Ray=r",
            "/ok?h.Content-Security-Policy=a&h.Strict-Transport-Security=max-age%3D1&h.Alt-Svc=clear&h.Age=5",
            "/cookies?",
            "/latin1?",
            "/gzip?",
            "/br?",
            "/gzip?force=1&no=Vary",
            "/chunked?n=100000&chunked=1000",
            "/bytes?n=100000",
            "/status/204?",
            "/status/404?",
            "/status/500?",
            "/status/599?",
            "/status/999?",
            "/early-hints?",
            "/redirect?to=/ok",
            "/redirect?to=http://www.example/ok&status=308",
        ] {
            let target = format!("{target}&h.Date=Sun,+06+Nov+1994+08:49:37+GMT{lifetime}");
            let fields = [("Accept-Encoding", "gzip, br"), ("Range", "bytes=5-9")];
            for (method, fields) in [("GET", &[][..]), ("GET", &fields), ("HEAD", &fields), ("POST", &fields[..1])] {
                let (ours, bare) = (ours.ask(method, &target, fields, b""), bare.ask(method, &target, fields, b""));
                assert_eq!(ours.raw.head(), bare.raw.head(), "{method} {target}");
                assert_eq!((&ours.body, ours.whole), (&bare.body, true), "{method} {target}");
            }
        }
    }
}

#[test]
fn a_request_is_byte_for_byte_what_the_runtime_alone_would_send() {
    let origin = Origin::start();
    let ours = Setup::new(origin.port()).start();
    let bare = Setup::new(origin.port()).script(BARE).start();
    let fields = [
        ("Cookie", "a=1; session=2"),
        ("Authorization", "Basic eDp5"),
        ("Accept", "*/*"),
        ("Content-Type", "x/y"),
        ("X-Latin1", "caf\u{e9}"),
        ("Cf-Ray", "r"),
        ("Cdn-Loop", "other"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("If-None-Match", "\"x\""),
        ("Referer", "http://www.example/"),
    ];
    let target = "/echo//%2e%41/a;b=c/%E4?x=%20&y=a+b&&z=%2F?é".replace('é', "%C3%A9");
    // One body is kept for a replay, another one is too large for that.
    for (method, body) in
        [("GET", &b""[..]), ("HEAD", b""), ("POST", b""), ("POST", b"body"), ("PUT", &[b'x'; 100_000]), ("DELETE", b"")]
    {
        let sent = [&ours, &bare].map(|worker| {
            origin.clear();
            worker.ask(method, &target, &fields, body);
            let seen = origin.requests().pop().unwrap();
            (seen.method, seen.target, seen.headers, seen.body_hash)
        });
        assert_eq!(sent[0], sent[1], "{method}");
        assert_eq!((sent[0].0.as_str(), &sent[0].1, &sent[0].3), (method, &target, &hash(body)));
        assert!(sent[0].2.contains(&("X-Latin1".to_owned(), b"caf\xe9".to_vec())), "{:?}", sent[0].2);
    }
}

#[test]
fn each_line_and_each_byte_of_the_origin_arrives() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let reply = worker.get("/cookies");
    assert_eq!(reply.fields("set-cookie"), ["a=1; Path=/", "b=2; HttpOnly"]);
    assert_eq!(worker.get("/latin1").field("x-latin1").unwrap(), "caf\u{e9}", "one byte, as it came");
    for path in ["/gzip", "/br", "/gzip?h.Cache-Control=max-age=60", "/br?h.Cache-Control=max-age=60"] {
        let fields = [("Accept-Encoding", "gzip, br")];
        let (reply, direct) = (worker.get_with(path, &fields), client::ask(origin.port(), "GET", path, &fields, b""));
        assert_eq!(reply.body, direct.body, "{path}");
        for name in ["content-encoding", "content-length", "vary"] {
            assert_eq!(reply.field(name).unwrap(), direct.field(name).unwrap(), "{path} {name}");
        }
    }
    let reply = worker.get_with("/bytes?n=1000", &[("Range", "bytes=500-599")]);
    assert_eq!((reply.status, reply.body), (206, generated(500, 100)));
    let reply = worker.get_with("/etag", &[("If-None-Match", "\"v1\"")]);
    assert_eq!((reply.status, reply.field("etag").unwrap().as_str(), reply.body.len()), (304, "\"v1\"", 0));
    let reply = worker.get("/early-hints");
    assert_eq!((reply.status, reply.text().as_str()), (200, "after a 103\n"));
    assert_eq!(worker.get("/status/999").status, 999);
}

#[test]
fn any_method_arrives_as_it_is() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let methods = ["PROPFIND", "PROPPATCH", "MKCOL", "LOCK", "PURGE", "QUERY", "REPORT", "SEARCH", "TRACE", "PATCH"];
    for method in methods {
        let reply = worker.ask(method, "/ok", &[], b"");
        assert_eq!(reply.status, 200, "{method}");
        // Not one that may be repeated by default.
        worker.ask(method, "/fault/502", &[], b"");
        let seen: Vec<_> = origin.requests().into_iter().map(|seen| seen.method).collect();
        assert_eq!(seen, [method, method]);
        origin.clear();
    }
}

#[test]
fn a_healthy_answer_costs_one_request_and_no_look_at_copies() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).kv().start();
    for target in
        ["/ok?h.Cache-Control=no-store", "/cookies", "/status/403", "/redirect", "/bytes?h.Cache-Control=private"]
    {
        origin.clear();
        assert!(worker.get(target).status < 500);
        assert_eq!(origin.requests().len(), 1, "{target}");
    }
    for what in ["cache.get", "cache.put", "kv.put", "kv.delete"] {
        assert_eq!(worker.count(what), 0, "{what}");
    }
    // A copy is made once the visitor has the answer, and then not again for a while.
    let counts = || ["cache.get", "cache.put", "kv.get", "kv.put"].map(|what| worker.count(what));
    assert_eq!(worker.get("/ok").status, 200);
    worker.wait_for("cache.put", 1);
    worker.wait_for("kv.put", 1);
    let after_one = counts();
    for _ in 0..3 {
        assert_eq!(worker.get("/ok").status, 200);
    }
    assert_eq!(counts(), after_one);
    let lines = worker.end();
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_redirect_is_the_visitor_s_to_follow() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let reply = worker.get("/redirect?to=http://www.example/ok");
    assert_eq!((reply.status, reply.field("location").unwrap().as_str()), (302, "http://www.example/ok"));
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn a_websocket_goes_through() {
    let origin = Origin::start();
    for setup in [
        Setup::new(origin.port()),
        Setup::new(origin.port()).var("ORIGIN", "http://inside.example:81"),
        Setup::new(origin.port()).var("MODE", "off"),
    ] {
        let worker = setup.start();
        let (mut socket, _) = tungstenite::client("ws://www.example/ws", raw::connect(worker.port())).unwrap();
        for message in [Message::text("äöü"), Message::binary(vec![0; 100_000]), Message::text("")] {
            socket.send(message.clone()).unwrap();
            assert_eq!(socket.read().unwrap(), message);
        }
        socket.close(None).unwrap();
    }
}

#[test]
fn an_upgrade_to_anything_else_is_a_request_like_any_other() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let fields = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk")];
    assert_eq!(worker.get_with("/ok?body=well", &fields).text(), "well");
    assert!(worker.get_with("/fault/502", &fields).says("proxy-status", "received-status=502"));
}
