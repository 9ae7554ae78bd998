//! Does everything that is no failure go through as if Understudy were not there?
//!
//! The yardstick is the runtime itself: a Worker of one line that only passes requests on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use tungstenite::Message;

use crate::client;
use crate::origin::{Origin, generated, hash};
use crate::raw;
use crate::worker::{Setup, Worker};

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
    for what in ["cache.get", "cache.put", "kv.get", "kv.put"] {
        assert_eq!(worker.count(what), 0, "{what}");
    }
    // A copy is made afterwards, and then not again for a while.
    for _ in 0..3 {
        assert_eq!(worker.get("/ok").status, 200);
        worker.wait_for("kv.put", 1);
    }
    assert_eq!((worker.count("cache.put"), worker.count("kv.put"), worker.count("cache.get")), (1, 1, 0));
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

#[test]
fn an_upload_of_50_mb_arrives_whole() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let before = peak(&worker);
    let body = generated(0, 50_000_000);
    let reply = worker.ask("POST", "/upload", &[], &body);
    assert_eq!(reply.json(), serde_json::json!({"length": body.len(), "hash": hash(&body)}));
    assert!(peak(&worker) - before < 16 * 1024, "{} KiB more", peak(&worker) - before);
}

/// How long it takes is the visitor's affair: alone, the origin would have waited too.
#[test]
fn an_upload_may_take_longer_than_the_timeout() {
    let origin = Origin::start();
    for origin_set in ["", "http://inside.example"] {
        let setup =
            Setup::new(origin.port()).var("ORIGIN", origin_set).var("TIMEOUT", "100ms").var("DEADLINE", "200ms");
        let worker = setup.start();
        origin.clear();
        for size in [1_000_000, 1000] {
            let body = generated(0, size);
            let head =
                format!("POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n");
            let (start, rest) = body.split_at(size / 2);
            let mut stream = raw::send(worker.port(), &[head.as_bytes(), start].concat());
            if size > 100_000 {
                origin.wait_for_path("/upload", 1);
            }
            // Whoever asks later runs into the timeout.
            assert_eq!(worker.get("/fault/hang").status, 504);
            assert_eq!(worker.get("/fault/hang").status, 504);
            stream.write_all(rest).unwrap();
            let reply = client::read(stream, "POST");
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(reply.json(), serde_json::json!({"length": size, "hash": hash(&body)}));
        }
        // A small body is read first, and then the origin's time runs.
        assert_eq!(worker.ask("POST", "/fault/hang", &[], b"small").status, 504);
    }
}

#[test]
fn a_download_of_200_mb_leaves_the_memory_flat() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    for target in [
        "/bytes?",
        // One of which a copy would be made, were it not so large; and one whose length nobody knows before its end.
        "/bytes?h.Cache-Control=max-age=60&",
        "/chunked?h.Cache-Control=max-age=60&",
    ] {
        let before = peak(&worker);
        download(client::send(worker.port(), "GET", &format!("{target}n={DOWNLOAD}"), &[], b""));
        assert!(peak(&worker) - before < 64 * 1024, "{target}: {} KiB more", peak(&worker) - before);
    }
    assert_eq!(worker.count("cache.put"), 0);
}

/// Reads all of it and looks at the start of each MiB: a byte that was lost or doubled would have moved the rest.
fn download(mut stream: TcpStream) {
    let mut bytes = vec![0; 1 << 20];
    let mut start = 0;
    while !bytes[..start].windows(4).any(|window| window == b"\r\n\r\n") {
        start += stream.read(&mut bytes[start..]).unwrap();
    }
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let chunked = bytes[..head].windows(7).any(|window| window.eq_ignore_ascii_case(b"chunked"));
    let (mut offset, mut read) = (start - head, start);
    while read > 0 {
        read = stream.read(&mut bytes).unwrap();
        offset += read;
        if !chunked && read >= 64 {
            assert_eq!(bytes[..64], generated((offset - read) as u64, 64), "at {offset}");
        }
    }
    // Chunks add their sizes, some bytes for each 64 KiB.
    assert!(offset == DOWNLOAD || chunked && offset > DOWNLOAD, "{offset}");
}

/// The most memory that the runtime has had so far, in KiB; always 0 where there is no `/proc` to look it up.
fn peak(worker: &Worker) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const DOWNLOAD: usize = 200_000_000;
