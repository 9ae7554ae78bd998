//! `GUARD_BYTES`: a page that breaks off is retried or replaced, and everything else arrives as it was sent.

use std::io::Read as _;
use std::time::Duration;

use crate::client;
use crate::origin::{Ended, generated};
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

const VARS: [(&str, &str); 3] = [("GUARD_BYTES", "64KiB"), ("RETRY_BACKOFF", "1ms..1ms"), ("RETRY_BUDGET", "100%")];

/// How a page of 5,000 bytes can break off.
const CUTS: [&str; 5] = [
    "type=text/html&n=5000&cut=2000",
    "type=text/html&n=5000&cut=2000&chunked=1",
    "type=text/html&n=5000&cut=2000&end=fin",
    "type=application/json&n=5000&encode=gzip&force=1&cut=50%",
    "type=text/html&n=5000&encode=gzip&force=1&truncate=50%",
];

#[test]
fn a_page_that_breaks_off_is_asked_for_again() {
    let stand = Stand::new(&VARS);
    for (n, cut) in CUTS.iter().enumerate() {
        let path = format!("/page/{n}");
        stand.origin.script(&path, &[&format!("/ok?{cut}"), "/ok?body=whole&type=text/html"]);
        let reply = stand.worker.get(&path);
        assert!(reply.status == 200 && reply.whole && reply.text() == "whole", "{cut}: {reply:?}");
        assert_eq!(stand.origin.count(&path), 2, "{cut}");
    }
}

#[test]
fn else_there_is_the_copy_or_the_page() {
    let stand = Stand::new(&VARS);
    for (n, cut) in CUTS.iter().enumerate() {
        let (seen, never) = (format!("/seen/{n}"), format!("/never/{n}"));
        let broken = format!("/ok?{cut}");
        stand.origin.script(&seen, &["/ok?body=good&type=text/html", &broken, &broken]);
        stand.warm(&seen);
        let copy = stand.worker.get(&seen);
        assert!(is_copy(&copy) && copy.text() == "good", "{cut}: {copy:?}");
        assert!(copy.says("proxy-status", "error=http_response_incomplete;received-status=200"), "{copy:?}");
        stand.origin.script(&never, &[&broken, &broken]);
        let page = stand.worker.get(&never);
        assert!(is_page(&page) && page.status == 502 && page.whole, "{cut}: {page:?}");
    }
    stand.origin.script("/form", &[&format!("/ok?{}", CUTS[0]), "/ok"]);
    let page = stand.worker.ask("POST", "/form", &[], b"a=1");
    assert!(page.status == 502 && stand.origin.count("/form") == 1, "it has arrived, and is not sent again: {page:?}");
}

/// RFC 9111 §4.3.3 is about errors: that something is gone, no copy may hide.
#[test]
fn what_is_not_there_is_not_hidden_by_a_copy() {
    let stand = Stand::new(&VARS);
    for (n, status) in [404, 410, 451, 403].into_iter().enumerate() {
        let path = format!("/page/{n}");
        stand.warm(&path);
        stand.origin.script(&path, &[&format!("/ok?{}&status={status}", CUTS[0])]);
        let reply = stand.worker.get(&path);
        assert_eq!((reply.status, reply.whole), (status, false), "{reply:?}");
    }
}

#[test]
fn what_is_whole_arrives_as_it_was_sent() {
    let (guarded, plain) = (Stand::new(&VARS), Stand::new(&[]));
    for target in [
        "/ok?type=text/html&n=5000",
        "/ok?type=text/html&n=5000&chunked=1",
        "/ok?type=text/html&n=5000&encode=gzip&force=1&h.Set-Cookie=a=1&h.Set-Cookie=b=2",
        "/ok?type=application/json&n=5000&encode=br&force=1",
        "/ok?type=text/html&n=0",
        "/ok?type=text/html&status=404&n=100",
        "/ok?type=text/html&n=300000",
        "/ok?type=text/html&n=300000&chunked=1",
    ] {
        let [one, other] = [&guarded, &plain].map(|stand| stand.worker.get(target));
        assert!(one.whole && one.status == other.status, "{target}");
        assert_eq!(one.body, other.body, "{target}: byte for byte, compressed as it came");
        for name in ["content-type", "content-length", "content-encoding", "transfer-encoding", "set-cookie"] {
            assert_eq!(one.fields(name), other.fields(name), "{target}: {name}");
        }
        assert_eq!(guarded.origin.count("/ok"), plain.origin.count("/ok"), "{target}: asked once");
    }
}

/// No coding can be read of nothing: such an answer is whole, and no body that broke off.
#[test]
fn an_empty_answer_is_whole_whatever_its_coding() {
    let stand = Stand::new(&VARS);
    for coding in ["gzip", "br"] {
        for more in ["", "&chunked=1"] {
            let target = format!("/ok?type=application/json&body=&h.Content-Encoding={coding}{more}");
            let reply = stand.worker.ask("POST", &target, &[], b"");
            assert_eq!((reply.status, reply.whole, reply.body.len()), (200, true, 0), "{target}: {reply:?}");
        }
    }
}

#[test]
fn what_is_larger_or_slower_streams() {
    let vars = [("GUARD_BYTES", "64KiB"), ("PATIENCE", "50ms")];
    let stand = Stand::new(&vars);
    let large = stand.worker.get("/ok?type=text/html&n=3000000&chunked=1");
    assert!(large.whole && large.body == generated(0, 3_000_000));
    // The origin waits in the middle of the body until it is told to go on, and that is after the visitor has the head.
    let mut slow = client::send(stand.worker.port(), "GET", "/ok?type=text/html&n=5000&hold=1000", &[], b"");
    let (mut got, mut buffer) = (client::head(&mut slow), [0; 4096]);
    assert!(got.starts_with(b"HTTP/1.1 200"));
    stand.origin.release();
    while !got.ends_with(&generated(0, 5000)) {
        let read = slow.read(&mut buffer).expect("the rest");
        assert!(read > 0, "it ended after {} bytes", got.len());
        got.extend(&buffer[..read]);
    }
    let cut = stand.worker.get("/ok?type=text/html&n=3000000&cut=2000000");
    assert!(cut.status == 200 && !cut.whole, "beyond the limit it is the visitor who sees it: {}", cut.status);
}

#[test]
fn it_is_off_unless_wanted_and_can_be_on_for_some_paths() {
    let rules = r#"[{"path":"/app/*","GUARD_BYTES":"64KiB"}]"#;
    let stand = Stand::new(&[("RULES", rules), ("RETRY_ATTEMPTS", "0")]);
    let target = format!("/other/a?{}", CUTS[0]);
    stand.origin.script("/other/a", &[&format!("/ok?{}", CUTS[0])]);
    stand.origin.script("/app/a", &[&format!("/ok?{}", CUTS[0])]);
    let cut = stand.worker.get(&target);
    assert!(cut.status == 200 && !cut.whole, "{cut:?}");
    assert!(is_page(&stand.worker.get("/app/a")));
}

/// Bytes of a page of which an isolate has room for a few.
const LARGE: usize = 4_190_000;

/// Whatever becomes of the requests of visitors who leave: their share of the memory is not lost.
#[test]
fn who_goes_away_meanwhile_takes_no_room_for_ever() {
    let stand = Stand::new(&[("GUARD_BYTES", "4MiB"), ("PATIENCE", "1s")]);
    for n in 1..=8 {
        let target = format!("/ok?type=text/html&n={LARGE}&hold=1000&v={n}");
        let visitor = client::send(stand.worker.port(), "GET", &target, &[], b"");
        stand.origin.wait_for_hanging(1);
        // A reset: a mere close might be that of a visitor who still listens.
        socket2::SockRef::from(&visitor).set_linger(Some(Duration::ZERO)).unwrap();
        drop(visitor);
        stand.origin.wait_for_ended(Ended::Abandoned, n);
    }
    let held = || is_page(&stand.worker.get(&format!("/ok?type=text/html&n={LARGE}&cut=2000")));
    wait_until(|| held().then_some(()));
}

/// Neither a generous limit nor many pages at once is a reason to let one through that breaks off: what counts is how large
/// they are, and not how large they might have been.
#[test]
fn a_generous_limit_holds_under_load() {
    let vars = [("GUARD_BYTES", "4MiB"), ("PATIENCE", "20s"), ("RETRY_ATTEMPTS", "0"), ("BREAKER_FAILURES", "0")];
    let stand = Stand::new(&vars);
    for n in 0..40 {
        let cut = CUTS[n % CUTS.len()];
        assert!(is_page(&stand.worker.get(&format!("/ok?{cut}"))), "{n}: {cut}");
    }
    // So many at the same time as would not fit if each took all it may; their origin holds them in the middle.
    let visitors: Vec<_> = (0..20)
        .map(|n| {
            let length = ["", "&chunked=1"][n % 2];
            let target = format!("/ok?type=text/html&n=5000&hold=1000&cut=2000{length}&v={n}");
            client::send(stand.worker.port(), "GET", &target, &[], b"")
        })
        .collect();
    stand.origin.wait_for_hanging(visitors.len());
    stand.origin.release();
    for (n, visitor) in visitors.into_iter().enumerate() {
        let page = client::read(visitor, "GET");
        assert!(is_page(&page), "{n}: {page:?}");
    }
}
