//! Are the healthy pages of the fault origin, and its control, what the live tests take them for?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/origin.rs"]
mod origin;
#[allow(dead_code, reason = "each test uses the parts it needs")]
#[path = "support/raw.rs"]
mod raw;

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;

use origin::{Origin, generated, hash};
use raw::{Raw, ask, drain, send};

fn get(origin: &Origin, target: &str) -> Raw {
    ask(origin.port(), "GET", target, "")
}

#[test]
fn options_script_any_answer() {
    let origin = Origin::start();
    let target = "/ok?status=299&type=a/b&body=%00%FF&h.X-A=1&h.X-A=caf%E9&h.Server=mine&no=Date";
    let raw = get(&origin, target);
    assert_eq!((raw.status(), raw.body()), (299, &b"\x00\xff"[..]));
    assert_eq!((raw.header("content-type"), raw.header("x-a")), (vec!["a/b".into()], vec!["1".into(), "café".into()]));
    assert_eq!((raw.header("server"), raw.header("date")), (vec!["mine".into()], vec![]));
    assert_eq!(get(&origin, "/cookies").header("set-cookie"), ["a=1; Path=/", "b=2; HttpOnly"]);
    assert_eq!(get(&origin, "/latin1").header("x-latin1"), ["caf\u{e9}"]);
    assert_eq!(get(&origin, "/redirect?to=/x%3Fy").header("location"), ["/x?y"]);
    assert_eq!(get(&origin, "/slow?delay=1").body(), b"slow\n");
    assert_eq!(get(&origin, "/page/%3Cb%3E").status(), 200);
    assert!(get(&origin, "/page/<b>").text().contains("&lt;b&gt;"));
    assert_eq!([(); 2].map(|()| get(&origin, "/counter").body().to_vec()), [b"1\n", b"2\n"]);
    for status in [200, 204, 304, 404, 418, 599, 999] {
        assert_eq!(get(&origin, &format!("/status/{status}")).status(), status);
    }
    assert_eq!(get(&origin, "/nowhere").status(), 404);
}

#[test]
fn a_103_comes_before_the_answer() {
    let origin = Origin::start();
    let text = get(&origin, "/early-hints").text();
    assert!(text.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </style.css>"), "{text}");
    assert!(text.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"), "{text}");
}

#[test]
fn unknown_methods_are_answered_with_their_name() {
    let origin = Origin::start();
    for method in ["PROPFIND", "PURGE", "QUERY", "LOCK", "BREW"] {
        assert_eq!(ask(origin.port(), method, "/page/x", "").body(), format!("{method} /page/x\n").as_bytes());
    }
    let echo = ask(origin.port(), "PURGE", "/echo?q=1", "X-Hello: caf\u{e9}\r\n").text();
    assert!(echo.contains(r#""method":"PURGE""#) && echo.contains(r#""target":"/echo?q=1""#), "{echo}");
}

/// RFC 9110 §13.1, §14.2, §15.3.7.
#[test]
fn conditions_and_ranges_are_honoured() {
    let origin = Origin::start();
    let target = "/etag?body=0123456789&last-modified=Sun,+06+Nov+1994+08:49:37+GMT";
    let rows: &[(&str, u16, &str, &str)] = &[
        ("", 200, "0123456789", ""),
        ("If-None-Match: \"v1\"\r\n", 304, "", ""),
        ("If-None-Match: W/\"v1\", \"v2\"\r\n", 304, "", ""),
        ("If-None-Match: *\r\n", 304, "", ""),
        ("If-None-Match: \"v2\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 200, "0123456789", ""),
        ("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 304, "", ""),
        ("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200, "0123456789", ""),
        ("Range: bytes=2-4\r\n", 206, "234", "bytes 2-4/10"),
        ("Range: bytes=8-\r\n", 206, "89", "bytes 8-9/10"),
        ("Range: bytes=-3\r\n", 206, "789", "bytes 7-9/10"),
        ("Range: bytes=0-99\r\n", 206, "0123456789", "bytes 0-9/10"),
        ("Range: bytes=10-\r\n", 416, "out of range\n", "bytes */10"),
        ("Range: bytes=0-1,3-4\r\n", 200, "0123456789", ""),
        ("Range: lines=0-1\r\n", 200, "0123456789", ""),
        ("Range: bytes=2-4\r\nIf-Range: \"v1\"\r\n", 206, "234", "bytes 2-4/10"),
        ("Range: bytes=2-4\r\nIf-Range: \"v2\"\r\n", 200, "0123456789", ""),
        ("Range: bytes=2-4\r\nIf-Range: W/\"v1\"\r\n", 200, "0123456789", ""),
        ("Range: bytes=2-4\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 206, "234", "bytes 2-4/10"),
    ];
    for (condition, status, body, range) in rows {
        let raw = ask(origin.port(), "GET", target, condition);
        assert_eq!((raw.status(), raw.body()), (*status, body.as_bytes()), "{condition}");
        assert_eq!(raw.header("content-range").concat(), *range, "{condition}");
        let has_tag = !raw.header("etag").is_empty();
        assert!(has_tag || *status == 416, "{condition}");
    }
    let head = ask(origin.port(), "HEAD", target, "Range: bytes=2-4\r\n");
    assert_eq!((head.status(), head.header("content-length"), head.body()), (200, vec!["10".into()], &b""[..]));
    let blind = ask(origin.port(), "GET", "/etag?validate=0", "If-None-Match: \"v1\"\r\n");
    assert_eq!(blind.status(), 200);
}

#[test]
fn bodies_of_any_size_are_the_same_each_time() {
    let origin = Origin::start();
    let raw = get(&origin, "/bytes?n=3000000");
    assert_eq!((raw.header("content-length"), raw.body().len()), (vec!["3000000".into()], 3_000_000));
    assert!(raw.body() == generated(0, 3_000_000) && raw.body()[1_234_567..] == generated(1_234_567, 1_765_433));
    assert_ne!(generated(0, 64), generated(1, 64));
    let chunked = get(&origin, "/chunked?n=100000");
    assert_eq!(chunked.header("transfer-encoding"), ["chunked"]);
    let expected =
        [b"10000\r\n", &generated(0, 65536)[..], b"\r\n86a0\r\n", &generated(65536, 34464), b"\r\n0\r\n\r\n"];
    assert!(chunked.body() == expected.concat());
    let head = ask(origin.port(), "HEAD", "/bytes?n=9999999999", "");
    assert_eq!(head.header("content-length"), ["1073741824"], "no more than a gibibyte");
}

#[test]
fn a_download_that_is_cut_goes_on_to_the_next_cut() {
    let origin = Origin::start();
    let mut whole = Vec::new();
    for (range, reset) in [("", true), ("Range: bytes=1000-\r\n", true), ("Range: bytes=70000-\r\n", false)] {
        let raw = ask(origin.port(), "GET", "/bytes?n=100000&cuts=70000,1000", range);
        assert_eq!(raw.reset, reset, "{range}");
        whole.extend_from_slice(raw.body());
    }
    assert_eq!(hash(&whole), hash(&generated(0, 100_000)));
    let orderly = get(&origin, "/bytes?n=10&cut=5&end=fin");
    assert_eq!((orderly.body().len(), orderly.reset), (5, false));
}

#[test]
fn bodies_are_compressed_where_that_is_accepted() {
    let origin = Origin::start();
    let plain = get(&origin, "/gzip");
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (vec![], vec!["Accept-Encoding".into()]));
    let gzip = ask(origin.port(), "GET", "/gzip", "Accept-Encoding: br;q=0.5, gzip\r\n");
    assert_eq!(gzip.header("content-encoding"), ["gzip"]);
    let mut decoded = Vec::new();
    flate2::read::GzDecoder::new(gzip.body()).read_to_end(&mut decoded).unwrap();
    assert_eq!(decoded, plain.body());
    let br = ask(origin.port(), "GET", "/br", "Accept-Encoding: br\r\n");
    assert_eq!(br.header("content-encoding"), ["br"]);
    let mut decoded = Vec::new();
    brotli::BrotliDecompress(&mut br.body(), &mut decoded).unwrap();
    assert_eq!(decoded, plain.body());
    let refused = ask(origin.port(), "GET", "/gzip", "Accept-Encoding: gzip;q=0\r\n");
    assert_eq!(refused.body(), plain.body());
    let cut = get(&origin, "/fault/cut-gzip");
    assert_eq!(cut.header("content-length"), [cut.body().len().to_string()]);
    let mut decoded = Vec::new();
    let error = flate2::read::GzDecoder::new(cut.body()).read_to_end(&mut decoded).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn a_websocket_echoes() {
    use tungstenite::Message;
    let origin = Origin::start();
    let stream = TcpStream::connect(("127.0.0.1", origin.port())).unwrap();
    let (mut socket, _) = tungstenite::client(format!("ws://127.0.0.1:{}/ws", origin.port()), stream).unwrap();
    for message in [Message::text("hello"), Message::binary(generated(0, 100_000))] {
        socket.send(message.clone()).unwrap();
        assert_eq!(socket.read().unwrap(), message);
    }
    socket.close(None).unwrap();
    assert!(matches!(socket.read(), Ok(Message::Close(_))));
    assert_eq!(get(&origin, "/ws").status(), 426);
}

#[test]
fn control_works_over_http_while_all_else_is_broken() {
    let origin = Origin::start();
    let post = |port, target: &str, more: &str| ask(port, "POST", target, more);
    let broken = post(origin.port(), "/_control/break?fault=503&retry-after=7", "");
    assert_eq!(broken.body(), br#"{"broken":"/fault/503?retry-after=7"}"#);
    assert_eq!(get(&origin, "/ok").header("retry-after"), ["7"]);
    assert!(get(&origin, "/_control").text().contains("is broken: 503"));
    let seen = get(&origin, "/_control/seen?path=/ok").text();
    assert!(seen.contains(r#""target":"/ok""#) && !seen.contains("_control"), "{seen}");
    let form = "POST /_control/break HTTP/1.0\r\nAccept: text/html\r\nContent-Length: 9\r\n\r\nfault=cut";
    let sent = drain(send(origin.port(), form.as_bytes()));
    assert_eq!((sent.status(), sent.header("location")), (303, vec!["/_control".into()]));
    assert!(get(&origin, "/ok").reset);
    assert_eq!(post(origin.port(), "/_control/mend", "Sec-Fetch-Site: cross-site\r\n").status(), 403);
    assert_eq!(post(origin.port(), "/_control/break?fault=nonsense", "").status(), 400);
    assert_eq!(get(&origin, "/_control/mend").status(), 405);
    assert_eq!(post(origin.port(), "/_control/nonsense", "").status(), 404);
    assert_eq!(post(origin.port(), "/_control/mend", "").body(), br#"{"broken":null}"#);
    assert_eq!(get(&origin, "/ok").status(), 200);
    post(origin.port(), "/_control/script?path=/news&to=/ok%3Fbody%3Da&to=/ok%3Fbody%3Db", "");
    assert_eq!([(); 2].map(|()| get(&origin, "/news").body().to_vec()), [b"a", b"b"]);
    post(origin.port(), "/_control/clear", "");
    assert_eq!(get(&origin, "/_control/seen").body(), b"[]");
}

#[test]
fn the_control_port_mends_a_port_that_refuses() {
    let origin = Origin::start();
    let answer = ask(origin.port(), "POST", "/_control/break?fault=refuse", "Accept: text/html\r\n");
    assert_eq!(answer.header("location"), [format!("http://localhost:{}/_control", origin.control_port())]);
    assert!(TcpStream::connect(("127.0.0.1", origin.port())).is_err());
    assert!(ask(origin.control_port(), "GET", "/", "").text().contains("is broken: it refuses connections"));
    assert_eq!(ask(origin.control_port(), "POST", "/_control/mend", "").status(), 200);
    assert_eq!(get(&origin, "/ok").status(), 200);
}

#[test]
fn every_link_of_the_index_page_leads_somewhere() {
    let origin = Origin::start();
    let index = get(&origin, "/").text();
    let links: Vec<_> = index.split("href=\"/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 60, "{links:?}");
    for link in links {
        let target = format!("/{}", link.replace("&amp;", "&"));
        // Those that never answer have their own tests.
        if ["/fault/hang", "/fault/hang-body", "/fault/trickle", "/slow"].contains(&target.as_str()) {
            continue;
        }
        let raw = get(&origin, &target);
        let is_missing = raw.text().starts_with("HTTP/1.1 404") && target != "/status/404";
        assert!(!is_missing, "{target}");
    }
}
