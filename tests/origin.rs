//! Is the fault origin itself what the live tests take it for? Looked at through bare sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/origin.rs"]
mod origin;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use origin::{Ended, Fault, Origin, generated, hash};

/// All that came before the connection ended, and whether a reset ended it.
struct Raw {
    bytes: Vec<u8>,
    reset: bool,
}

impl Raw {
    fn text(&self) -> String {
        self.bytes.iter().map(|&b| char::from(b)).collect()
    }

    fn head(&self) -> String {
        self.text().split_inclusive("\r\n\r\n").next().unwrap_or_default().to_owned()
    }

    fn body(&self) -> &[u8] {
        let end = self.bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
        &self.bytes[end + 4..]
    }

    fn status(&self) -> u16 {
        self.text()["HTTP/1.1 ".len()..][..3].parse().unwrap()
    }
}

fn connect(origin: &Origin) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", origin.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn drain(mut stream: TcpStream) -> Raw {
    let mut bytes = Vec::new();
    let reset = match stream.read_to_end(&mut bytes) {
        Ok(_) => false,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
        Err(error) => panic!("{error} after {bytes:?}"),
    };
    Raw { bytes, reset }
}

fn send(origin: &Origin, request: &str) -> TcpStream {
    let mut stream = connect(origin);
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// A request with `Connection: close`, `more` header lines, and no body.
fn ask(origin: &Origin, method: &str, target: &str, more: &str) -> Raw {
    drain(send(origin, &format!("{method} {target} HTTP/1.1\r\nHost: o\r\nConnection: close\r\n{more}\r\n")))
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
    let rows: &[(&str, bool, fn(&Raw) -> bool)] = &[
        ("reset", true, |raw| raw.bytes.is_empty()),
        ("close", false, |raw| raw.bytes.is_empty()),
        ("empty", false, |raw| raw.bytes.is_empty()),
        ("cut-head", false, |raw| raw.text().starts_with("HTTP/1.1 200") && !raw.text().contains("\r\n\r\n")),
        ("cut", true, |raw| raw.head().contains("Content-Length: 1000\r\n") && raw.body() == generated(0, 500)),
        ("cut-chunked", true, |raw| raw.body() == [b"1f5\r\n", &generated(0, 500)[..]].concat()),
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
