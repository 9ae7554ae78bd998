//! A visitor who wants to break it for the others: what can be done with a request?

use std::io::Read as _;
use std::net::Shutdown;

use serde_json::json;

use crate::measured::{self, MIB};
use crate::origin::{Fault, generated, hash};
use crate::raw;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::Setup;

/// It looks like an origin that breaks off, and says nothing of it.
#[test]
fn a_get_whose_own_body_breaks_off_opens_no_breaker() {
    let stand = Stand::new(&[("BREAKER_FAILURES", "3"), ("RETRY_ATTEMPTS", "0")]);
    for n in 0..6 {
        let request = format!("GET /page/{n} HTTP/1.1\r\nHost: www.example\r\nContent-Length: 10\r\n\r\nabc");
        let mut visit = raw::send(stand.worker.port(), request.as_bytes());
        visit.shutdown(Shutdown::Write).unwrap();
        let _ = visit.read_to_end(&mut Vec::new());
    }
    let reply = stand.worker.get("/page/ok");
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// No key tells it apart from one without.
#[test]
fn what_a_get_with_a_body_brings_is_no_copy() {
    for fresh in ["off", "on"] {
        let stand = Stand::new(&[("CACHE_FRESH", fresh), ("RETRY_ATTEMPTS", "0")]);
        let target = "/ok?body=made-for-a-body&h.Cache-Control=max-age=600";
        assert_eq!(stand.worker.ask("GET", target, &[], b"q=evil").text(), "made-for-a-body");
        stand.settle();
        assert_eq!(stand.keys("made-for-a-body"), Vec::<String>::new(), "{fresh}");
        // And it is answered by none.
        stand.warm(target);
        stand.fail();
        assert!(is_page(&stand.worker.ask("GET", target, &[], b"q=evil")) && is_copy(&stand.worker.get(target)));
    }
}

#[test]
fn an_origin_is_the_same_however_its_name_is_written() {
    let vars = [("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "1h..1h"), ("RETRY_ATTEMPTS", "0")];
    let stand = Stand::new(&vars);
    stand.fail();
    for _ in 0..2 {
        stand.worker.get("/down");
    }
    stand.origin.clear();
    for host in ["www.example", "WWW.example", "wWw.eXample", "www.example:80", "www.example:"] {
        let request = format!("GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        raw::send(stand.worker.port(), request.as_bytes()).read_to_string(&mut answer).unwrap();
        assert!(answer.contains("circuit open"), "{host}: {answer}");
    }
    assert!(stand.origin.requests().is_empty());
}

/// 1,000 a day are free, and anybody can ask for what is not there.
#[test]
fn nothing_is_removed_from_kv_where_nothing_is() {
    let stand = Stand::with_kv(&[("RETRY_ATTEMPTS", "0")]);
    for n in 0..9 {
        assert_eq!(stand.worker.get(&format!("/ok?status=404&n={n}")).status, 404);
        assert_eq!(stand.worker.ask("POST", &format!("/ok?n={n}"), &[], b"x").status, 200);
    }
    stand.worker.wait_for("cache.delete", 18);
    stand.worker.wait_for("kv.get", 18);
    assert_eq!(stand.worker.count("kv.delete"), 0);
    stand.warm("/page/a");
    stand.worker.wait_for("kv.put", 1);
    stand.origin.break_as("/ok?status=404");
    assert_eq!(stand.worker.get("/page/a").status, 404);
    stand.worker.wait_for("kv.delete", 1);
}

/// Of a file as large as a copy may be, each visitor asks for ten bytes and takes none of them.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn parts_of_copies_do_not_grow_the_isolate() {
    let grown = |range: &str| {
        let stand = Stand::new(&[("CACHE_FRESH", "on")]);
        let target = format!("/bytes?n={}&h.Cache-Control=max-age=600", 9 * MIB);
        stand.warm(&target);
        let (before, _) = measured::resident(stand.worker.pid()).unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: www.example\r\n{range}\r\n");
        let visits: Vec<_> = (0..15).map(|_| raw::send(stand.worker.port(), request.as_bytes())).collect();
        stand.worker.wait_for("cache.get", 16);
        for mut visit in visits {
            visit.read_exact(&mut [0; 12]).unwrap();
        }
        let (_, most) = measured::resident(stand.worker.pid()).unwrap();
        most.saturating_sub(before)
    };
    let (whole, part, ten) = (grown(""), grown("Range: bytes=0-\r\n"), grown("Range: bytes=9-18\r\n"));
    println!(
        "fifteen of 9 MiB: {} MiB whole, {} MiB as a part, {} MiB for ten bytes",
        whole / MIB,
        part / MIB,
        ten / MIB
    );
    assert!(part < whole + 64 * MIB && ten < whole + 64 * MIB, "{whole} {part} {ten}");
}

/// However they lie to the pieces in which they are read, and in whichever tier.
#[test]
fn parts_of_copies_are_the_right_bytes() {
    const SIZE: u64 = 700_000;
    let stand = Stand::with(&[("RETRY_ATTEMPTS", "0"), ("KV_SIZE_LIMIT", "1MiB")], Setup::kv);
    let target = format!("/bytes?n={SIZE}&h.Cache-Control=max-age=600");
    stand.warm(&target);
    stand.worker.wait_for("kv.put", 1);
    stand.fail();
    for tier in ["cache", "kv"] {
        if tier == "kv" {
            stand.worker.platform(json!(["evict"]));
        }
        for (first, last) in
            [(0, 0), (0, 9), (262_143, 262_144), (262_144, 524_287), (1, SIZE - 1), (SIZE - 1, SIZE - 1)]
        {
            let range = format!("bytes={first}-{last}");
            let reply = stand.worker.get_with(&target, &[("range", &range)]);
            let length = usize::try_from(last - first + 1).unwrap();
            assert_eq!((reply.status, reply.body.len()), (206, length), "{tier} {range}");
            assert_eq!(hash(&reply.body), hash(&generated(first, length)), "{tier} {range}");
            if tier == "kv" {
                // It was written into the first one.
                stand.worker.wait_for("cache.put", 2);
                stand.worker.platform(json!(["evict"]));
            }
        }
    }
}

/// A POST in front of a shop: their bodies are held only as far as there is room, and all arrive.
#[test]
fn bodies_that_are_held_for_replay_have_a_room_of_their_own() {
    let stand = Stand::new(&[("RETRY_BODY_LIMIT", "10MiB"), ("RETRY_ATTEMPTS", "0")]);
    let length = 9 * MIB;
    // Three that stop one byte before their end would take 27 MiB.
    let head = format!("POST /upload HTTP/1.1\r\nHost: www.example\r\nContent-Length: {length}\r\n\r\n");
    let stopped: Vec<_> = (0..3).map(|_| raw::send(stand.worker.port(), head.as_bytes())).collect();
    // The second and third are passed on as they come.
    stand.origin.wait_for(2);
    let body = generated(0, usize::try_from(MIB).unwrap());
    assert_eq!(stand.worker.ask("POST", "/upload", &[], &body).status, 200);
    // And copies have their own.
    stand.warm("/page/a");
    drop(stopped);
}

/// The next visitor is told what the last one was not.
#[test]
fn a_blank_page_that_was_held_is_one() {
    let vars = [("GUARD_BYTES", "64KiB"), ("FAILURE_BLANK", "on"), ("STALE_REFRESH", "0"), ("RETRY_ATTEMPTS", "0")];
    let stand = Stand::new(&vars);
    let blank = "/ok?body=%20%20&type=text/html&chunked=1";
    stand.origin.script("/page/a", &["/ok?body=good&type=text/html", blank, blank]);
    stand.warm("/page/a");
    let reply = stand.worker.get("/page/a");
    assert!(is_copy(&reply) && reply.text() == "good", "{reply:?}");
    stand.origin.break_with(Fault::Refuse);
    assert_eq!(stand.worker.get("/page/a").text(), "good");
}
