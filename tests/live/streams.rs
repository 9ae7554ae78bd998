//! Do bodies flow, in both directions: at once, whole, of any size, at anybody's pace, and without piling up in memory?

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::client;
use crate::origin::{Ended, Origin, generated, hash};
use crate::raw;
use crate::worker::{Setup, Worker};

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
fn what_the_origin_has_sent_arrives_before_it_sends_the_rest() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    for more in
        ["", "&chunked=1", "&h.Cache-Control=max-age=60", "&type=text/html", "&type=text/event-stream&chunked=1"]
    {
        let mut stream = client::send(worker.port(), "GET", &format!("/ok?n=1000&hold=500{more}"), &[], b"");
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(&String::from_utf8(generated(0, 500)).unwrap()) {
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).expect(more);
            assert!(length > 0, "{more}");
            bytes.extend(&piece[..length]);
        }
        origin.wait_for_hanging(1);
        origin.release();
        let rest = raw::drain(stream).text();
        assert!(rest.contains(&String::from_utf8(generated(500, 500)).unwrap()), "{more}");
    }
}

#[test]
fn a_visitor_who_leaves_lets_go_of_the_origin() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    for target in ["/fault/hang", "/ok?n=1000&hold=500&h.Cache-Control=no-store"] {
        origin.clear();
        let mut stream = client::send(worker.port(), "GET", target, &[], b"");
        origin.wait_for_hanging(1);
        if target.contains("hold") {
            stream.read_exact(&mut [0; 100]).unwrap();
        }
        drop(stream);
        origin.wait_for_ended(Ended::Abandoned, 1);
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
