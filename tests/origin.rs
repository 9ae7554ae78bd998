//! Is the fault origin itself what the live tests take it for? Looked at through bare sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/origin.rs"]
mod origin;
#[allow(dead_code, reason = "each test uses the parts it needs")]
#[path = "support/raw.rs"]
mod raw;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use origin::{Ended, Fault, Origin, generated, hash};
use raw::{Raw, drain};

fn connect(origin: &Origin) -> TcpStream {
    raw::connect(origin.port())
}

fn send(origin: &Origin, request: &str) -> TcpStream {
    raw::send(origin.port(), request.as_bytes())
}

fn ask(origin: &Origin, method: &str, target: &str, more: &str) -> Raw {
    raw::ask(origin.port(), method, target, more)
}

fn get(origin: &Origin, target: &str) -> Raw {
    ask(origin, "GET", target, "")
}

#[test]
fn answers_and_writes_down_what_it_saw() {
    let origin = Origin::start();
    let request = "POST /upload?a=1 HTTP/1.1\r\nHost: o\r\nX-Raw: caf\u{e9}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    let raw = drain(send(&origin, request));
    assert_eq!(raw.status(), 200);
    assert_eq!(raw.body(), format!(r#"{{"hash":"{}","length":5}}"#, hash(b"hello")).as_bytes());
    origin.wait_for_ended(Ended::Answered, 1);
    let seen = origin.requests();
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/upload?a=1"));
    assert_eq!((seen[0].body_len, seen[0].body_start.as_slice()), (5, &b"hello"[..]));
    assert_eq!(seen[0].headers[1], ("X-Raw".to_owned(), "café".as_bytes().to_vec()));
    assert_eq!((origin.count("/upload"), origin.count("/upload?a=1"), origin.count("/up")), (1, 1, 0));
    origin.clear();
    assert!(origin.requests().is_empty());
}

#[test]
fn refuses_connections_and_accepts_them_again_on_the_same_port() {
    let origin = Origin::start();
    let mut open = connect(&origin);
    open.write_all(b"GET /ok HTTP/1.1\r\n\r\n").unwrap();
    origin.wait_for_ended(Ended::Answered, 1);
    for _ in 0..3 {
        origin.break_with(Fault::Refuse);
        let refused = TcpStream::connect(("127.0.0.1", origin.port())).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        origin.mend();
        assert_eq!(get(&origin, "/ok").body(), b"ok\n");
    }
    assert_eq!(drain(open).body(), b"ok\n", "the connection that was open is closed, not broken in the middle");
}

#[test]
fn each_fault_looks_as_its_name_says() {
    let origin = Origin::start();
    // Fault, is it a reset, what has come before.
    type Row<'a> = (&'a str, bool, fn(&Raw) -> bool);
    let rows: &[Row] = &[
        ("reset", true, |raw| raw.bytes.is_empty()),
        ("close", false, |raw| raw.bytes.is_empty()),
        ("empty", false, |raw| raw.bytes.is_empty()),
        ("cut-head", false, |raw| raw.text().starts_with("HTTP/1.1 200") && !raw.text().contains("\r\n\r\n")),
        ("cut", true, |raw| raw.head().contains("Content-Length: 1000\r\n") && raw.body() == generated(0, 500)),
        ("cut-chunked", true, |raw| raw.body() == [b"1f5\r\n", &generated(0, 500)[..]].concat()),
        ("cut-gzip", false, |raw| raw.head().contains("Content-Encoding: gzip")),
        ("garbage", false, |raw| !raw.bytes.is_empty() && !raw.bytes.starts_with(b"HTTP")),
        ("long", false, |raw| raw.head().contains("Content-Length: 500\r\n") && raw.body().len() == 1000),
        ("headers", false, |raw| raw.head().len() > 1 << 20),
        ("blank", false, |raw| raw.head().contains("Content-Type: text/html\r\n") && raw.body().is_empty()),
        ("trickle?trickle=0", false, |raw| raw.body() == generated(0, 50)),
    ];
    for (name, reset, is_right) in rows {
        let raw = get(&origin, &format!("/fault/{name}"));
        assert_eq!(raw.reset, *reset, "{name}");
        assert!(is_right(&raw), "{name}: {:.300}", raw.text());
    }
}

#[test]
fn hangs_until_it_is_released() {
    let origin = Origin::start();
    origin.break_with(Fault::Hang);
    let waiting = send(&origin, "GET /ok?body=late HTTP/1.1\r\n\r\n");
    origin.wait_for_hanging(1);
    origin.mend();
    assert_eq!(get(&origin, "/ok").body(), b"ok\n", "the others do not wait");
    origin.release();
    assert_eq!(drain(waiting).body(), b"late", "released, it gives the page that was asked for");
    for (target, status, body) in [
        ("/fault/long", 200, 1000),
        ("/fault/blank", 200, 0),
        ("/fault/503?as=empty", 503, 0),
        ("/flaky?n=1&fault=503&body=well", 200, 4),
    ] {
        origin.break_with(Fault::Hang);
        let waiting = send(&origin, &format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n"));
        origin.wait_for_hanging(1);
        origin.mend();
        origin.release();
        let raw = drain(waiting);
        assert_eq!((raw.status(), raw.body().len()), (status, body), "{target} is not one that does not exist");
    }
}

#[test]
fn notices_that_the_client_of_a_hanging_request_went_away() {
    let origin = Origin::start();
    drop(send(&origin, "GET /fault/hang HTTP/1.1\r\n\r\n"));
    origin.wait_for_ended(Ended::Abandoned, 1);
}

#[test]
fn sends_the_head_and_holds_the_body() {
    let origin = Origin::start();
    let mut stream = send(&origin, "GET /fault/hang-body HTTP/1.1\r\n\r\n");
    let mut start = [0; 15];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    origin.wait_for_hanging(1);
    origin.release();
    assert_eq!(drain(stream).body(), generated(0, 1000));
}

#[test]
fn ends_while_requests_hang() {
    let origin = Origin::start();
    let waiting = send(&origin, "GET /fault/hang HTTP/1.1\r\n\r\n");
    origin.wait_for_hanging(1);
    let port = origin.port();
    drop(origin);
    assert!(drain(waiting).bytes.is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn has_the_page_of_a_gateway_for_each_status() {
    let origin = Origin::start();
    for status in 500..=519 {
        let raw = get(&origin, &format!("/fault/{status}"));
        assert_eq!((raw.status(), raw.header("server")), (status, vec!["nginx".to_owned()]));
        assert!(raw.text().contains(&format!("<center><h1>{status} ")), "{}", raw.text());
    }
    let rows = [
        ("/fault/530", "text/plain; charset=UTF-8", "error code: 1016"),
        ("/fault/530?code=1033", "text/plain; charset=UTF-8", "error code: 1033"),
        ("/fault/521", "text/plain; charset=UTF-8", "error code: 521"),
        ("/fault/502?as=json", "application/json", "{\"error\":"),
        ("/fault/502?as=problem", "application/problem+json", "{\"type\":"),
        ("/fault/502?as=xml", "application/xml", "<error>"),
        ("/fault/502?as=html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("/fault/502?as=text", "text/plain", "The shop's own words"),
        ("/fault/502?as=empty", "text/html", ""),
        ("/fault/502?type=a/b&body=mine", "a/b", "mine"),
    ];
    for (target, content_type, start) in rows {
        let raw = get(&origin, target);
        assert_eq!(raw.header("content-type"), [content_type], "{target}");
        assert!(raw.body().starts_with(start.as_bytes()), "{target}");
        assert_eq!(raw.header("connection"), ["close"], "{target}");
    }
    assert_eq!(get(&origin, "/fault/503?retry-after=5&retry-after=x").header("retry-after"), ["5", "x"]);
}

#[test]
fn the_switch_does_to_every_page_what_the_fault_does() {
    let origin = Origin::start();
    origin.break_as("/fault/503?retry-after=2&as=json");
    let raw = get(&origin, "/counter?h.Cache-Control=public");
    assert_eq!((raw.status(), raw.header("retry-after")), (503, vec!["2".to_owned()]));
    assert!(raw.header("cache-control").is_empty(), "the page's own headers are not those of the failure");
    origin.break_with(Fault::Cut);
    let raw = get(&origin, "/ok?body=0123456789&h.X=y");
    assert_eq!((raw.body(), raw.header("x"), raw.reset), (&b"01234"[..], vec!["y".to_owned()], true));
    origin.break_with(Fault::Status(204));
    assert_eq!(ask(&origin, "HEAD", "/", "").status(), 204);
    origin.mend();
    assert_eq!(get(&origin, "/counter").body(), b"1\n");
}

#[test]
fn follows_a_script() {
    let origin = Origin::start();
    origin.script("/news", &["/ok?body=first", "/fault/reset", "/fault/502", "/ok?body=last"]);
    assert_eq!(get(&origin, "/news?any=query").body(), b"first");
    assert!(get(&origin, "/news").reset);
    assert_eq!(get(&origin, "/news").status(), 502);
    assert_eq!(get(&origin, "/news").body(), b"last");
    assert_eq!(get(&origin, "/news").body(), b"last");
    assert_eq!(get(&origin, "/newsletter").status(), 404);
    origin.script("/news", &[]);
    assert_eq!(get(&origin, "/news").status(), 404);
}

#[test]
fn flaky_fails_so_often_for_each_key() {
    let origin = Origin::start();
    let statuses = |target: &str| [(); 3].map(|()| get(&origin, target).status());
    assert_eq!(statuses("/flaky?n=2&key=a"), [502, 502, 200]);
    assert_eq!(statuses("/flaky?n=1&key=b&status=503"), [503, 200, 200]);
    assert_eq!(statuses("/flaky?n=1&again=1"), [502, 200, 502]);
    let target = "/flaky?n=1&key=c&fault=reset&body=well";
    assert!(get(&origin, target).reset);
    assert_eq!(get(&origin, target).body(), b"well");
}

#[test]
fn keeps_connections_that_end_well_and_only_those() {
    let origin = Origin::start();
    let mut stream = connect(&origin);
    stream.write_all(b"HEAD /ok HTTP/1.1\r\n\r\nPOST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    stream.write_all(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n").unwrap();
    stream.write_all(b"GET /chunked?n=20&chunked=8 HTTP/1.1\r\n\r\nGET /ok?cut=9 HTTP/1.0\r\n\r\n").unwrap();
    let text = drain(stream).text();
    assert_eq!(text.matches("HTTP/1.1 200 OK\r\n").count(), 4, "{text}");
    assert!(text.contains(&format!(r#"{{"hash":"{}","length":5}}"#, hash(b"abcde"))), "{text}");
    assert!(text.contains("\r\n\r\n8\r\n") && text.contains("\r\n4\r\n") && text.contains("\r\n0\r\n\r\nHTTP/1.1"));
    assert!(text.ends_with("Connection: close\r\n\r\nok\n"));
    let connections: Vec<_> = origin.requests().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 0, 0]);
}

#[test]
fn refuses_what_is_not_http_and_asks_for_a_body_that_waits() {
    let origin = Origin::start();
    for nonsense in ["\x16\x03\x01\r\n", "GET\r\n", "GET / HTTP/2\r\n", "GET / HTTP/1.1\r\nno colon\r\n"] {
        assert_eq!(drain(send(&origin, &format!("{nonsense}\r\n"))).status(), 400, "{nonsense:?}");
    }
    let mut stream = send(&origin, "PUT /upload HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hiGET /ok HTTP/1.0\r\n\r\n").unwrap();
    assert!(drain(stream).text().contains("\"length\":2"));
}
