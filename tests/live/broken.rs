//! What becomes of a failed answer whose body breaks off? Nobody can be given it: to the runtime it is no answer at all.

use crate::client;
use crate::origin::Origin;
use crate::worker::Setup;

/// An answer with this status, of which this many bytes come.
fn broken(status: u16, kind: &str, bytes: usize, more: &str) -> String {
    format!("/ok?status={status}&type={kind}&n=1000&cut={bytes}{more}")
}

#[test]
fn the_visitor_gets_a_page() {
    let origin = Origin::start();
    for bodies in ["gateway", "none", "all"] {
        let worker = Setup::new(origin.port()).var("RETRY_ATTEMPTS", 0).var("FAILURE_BODIES", bodies).start();
        for target in [
            broken(502, "text/html", 0, ""),
            broken(502, "text/html", 6, ""),
            broken(502, "text/html", 6, "&end=fin"),
            broken(503, "text/html", 600, "&chunked=1"),
            broken(530, "text/plain", 6, "&chunked=1&end=fin"),
            broken(503, "application/json", 6, ""),
        ] {
            for method in ["GET", "POST"] {
                origin.clear();
                let reply = worker.ask(method, &target, &[("Accept", "text/html")], b"");
                assert!(
                    reply.whole && reply.text().contains("<!doctype html>"),
                    "{bodies}, {method} {target}: {reply:?}"
                );
                assert_eq!(reply.status.to_string(), target[11..14], "{bodies}, {method} {target}");
                assert!(reply.says("proxy-status", &format!("received-status={}", reply.status)), "{reply:?}");
                assert_eq!(origin.requests().len(), 1, "{bodies}, {method} {target}");
            }
        }
    }
}

#[test]
fn it_is_asked_for_once_more_and_a_copy_stands_in() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    let target = broken(502, "application/json", 6, "");
    assert_eq!(worker.get(&target).status, 502);
    assert_eq!(origin.requests().len(), 2);
    assert_eq!(worker.get("/ok").status, 200);
    worker.wait_for("cache.put", 1);
    origin.break_as(&target);
    let reply = worker.get("/ok");
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.says("cache-status", "fwd-status=502"), "{reply:?}");
}

/// Nobody reads further than that before the visitor: who goes on from there goes on with them.
#[test]
fn what_breaks_off_later_breaks_off_for_the_visitor_too() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("RETRY_ATTEMPTS", 0).start();
    for (bytes, replaced) in [(4095, true), (6000, false)] {
        let target = format!("/ok?status=502&type=application/json&n=100000&cut={bytes}&end=fin");
        let reply = worker.get_with(&target, &[("Accept", "text/html")]);
        assert_eq!((reply.status, reply.whole), (502, replaced), "{bytes}: {}", reply.raw.head());
        assert_eq!(reply.text().contains("<!doctype html>"), replaced, "{bytes}");
    }
}

/// Until its body breaks off it is not blank, and after it neither: it is as broken as any other.
#[test]
fn nor_is_half_a_page_a_blank_one() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("FAILURE_BLANK", "on").var("RETRY_ATTEMPTS", 0).start();
    let reply = worker.get(&broken(200, "text/html", 0, ""));
    assert_eq!((reply.status, reply.whole), (502, true), "{reply:?}");
    assert!(reply.says("proxy-status", "error=http_response_incomplete;received-status=200"), "{reply:?}");
}

/// What is watched only goes to the visitor as it came: header fields, and as much of the body as there was.
#[test]
fn observe_hands_it_through_as_broken_as_it_is() {
    let origin = Origin::start();
    let observed = Setup::new(origin.port()).var("MODE", "observe").var("FAILURE_BLANK", "on").start();
    for target in [
        broken(502, "text/html", 600, ""),
        broken(503, "application/json", 600, "&end=fin"),
        broken(502, "text/html", 0, ""),
        broken(200, "text/html", 0, ""),
    ] {
        let (seen, direct) = (observed.get(&target), client::ask(origin.port(), "GET", &target, &[], b""));
        assert_eq!((seen.status, &seen.body, seen.whole), (direct.status, &direct.body, false), "{target}: {seen:?}");
        assert_eq!(seen.fields("content-type"), direct.fields("content-type"), "{target}");
    }
    for target in ["/ok?status=502&body=&h.Content-Encoding=gzip", "/ok?status=503&body=plain&h.Content-Encoding=gzip"]
    {
        let (seen, direct) = (observed.get(target), client::ask(origin.port(), "GET", target, &[], b""));
        assert_eq!((seen.status, &seen.body, seen.whole), (direct.status, &direct.body, true), "{target}: {seen:?}");
    }
}

/// Of which nothing comes, nobody has said anything.
#[test]
fn a_failed_answer_that_stays_silent_is_a_page() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).var("RETRY_ATTEMPTS", 0).start();
    let reply = worker.get_with("/ok?status=502&type=text/html&n=500&hold=0", &[("Accept", "text/html")]);
    assert_eq!((reply.status, reply.whole), (502, true), "{reply:?}");
    assert!(reply.text().contains("<!doctype html>"), "{reply:?}");
}
