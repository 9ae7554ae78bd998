//! What does the visitor get for each way in which an origin can break?

use crate::client::Reply;
use crate::origin::Fault;
use crate::stand::{Stand, is_page};

fn error(reply: &Reply) -> String {
    let status = reply.field("proxy-status").unwrap_or_default();
    status.trim_start_matches("www.example;").to_owned()
}

#[test]
fn a_broken_connection_is_a_502_that_says_what_it_was() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    // The local runtime has one sentence for a refused, a reset and a closed connection, and none for the rest.
    for fault in
        [Fault::Reset, Fault::Close, Fault::Empty, Fault::CutHead, Fault::Refuse, Fault::Garbage, Fault::Headers]
    {
        origin.break_with(fault);
        for method in ["GET", "HEAD", "POST"] {
            let reply = worker.ask(method, "/a", &[], b"x");
            assert!(reply.status == 502 && is_page(&reply), "{fault:?} {method} {reply:?}");
            let known =
                ["connection_terminated", "http_protocol_error", "destination_unavailable", "connection_refused"];
            let error = error(&reply);
            assert!(known.iter().any(|known| error == format!("error={known}")), "{fault:?} {error}");
            assert!(reply.says("retry-after", ""), "{fault:?}");
        }
        origin.mend();
    }
}

#[test]
fn a_broken_connection_is_tried_again() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_BACKOFF", "1ms..2ms")]);
    for (n, fault) in ["reset", "close", "empty", "cut-head", "garbage", "headers"].into_iter().enumerate() {
        let path = format!("/{fault}");
        origin.script(&path, &[&format!("/fault/{fault}"), "/ok?body=here"]);
        let reply = worker.ask("GET", &path, &[("host", &format!("{n}.example"))], b"");
        assert_eq!((reply.status, reply.text().as_str()), (200, "here"), "{fault}");
        assert_eq!(origin.count(&path), 2, "{fault}");
    }
}

#[test]
fn statuses_stay_what_they_are() {
    let Stand { origin: _origin, worker } = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    for (status, error_type) in [
        (502, "error=http_protocol_error;"),
        (503, ""),
        (504, "error=http_response_timeout;"),
        (521, "error=connection_refused;"),
        (522, "error=connection_timeout;"),
        (523, "error=destination_ip_unroutable;"),
        (524, "error=http_response_timeout;"),
        (525, "error=tls_protocol_error;"),
        (526, "error=tls_certificate_error;"),
        (530, "error=dns_error;"),
    ] {
        let reply = worker.get(&format!("/fault/{status}"));
        assert!(reply.status == status && is_page(&reply), "{reply:?}");
        assert_eq!(error(&reply), format!("{error_type}received-status={status}"));
    }
}

#[test]
fn no_answer_in_time_is_a_504() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_ATTEMPTS", "0"), ("TIMEOUT", "100ms")]);
    origin.break_with(Fault::Hang);
    for method in ["GET", "HEAD", "POST"] {
        let reply = worker.ask(method, "/a", &[], b"x");
        assert!(reply.status == 504 && is_page(&reply), "{method} {reply:?}");
        assert_eq!(error(&reply), "error=http_response_timeout");
    }
}

#[test]
fn a_timeout_is_tried_again_while_there_is_time() {
    let Stand { origin, worker } = Stand::new(&[("TIMEOUT", "200ms"), ("RETRY_BACKOFF", "1ms..2ms")]);
    origin.script("/a", &["/fault/hang", "/ok?body=here"]);
    assert_eq!(worker.get("/a").text(), "here");
    assert_eq!(origin.count("/a"), 2);
    let Stand { origin, worker } = Stand::new(&[("TIMEOUT", "5s"), ("DEADLINE", "200ms"), ("RETRY_ATTEMPTS", "5")]);
    origin.break_with(Fault::Hang);
    let reply = worker.get("/a");
    assert_eq!((reply.status, origin.count("/a")), (504, 1), "the deadline ends the first attempt, too");
}

#[test]
fn the_next_origin_is_asked_when_the_first_fails() {
    // In the tests' runtime all hosts are one origin, which can tell them apart.
    let stand = Stand::new(&[
        ("ORIGIN", "https://one.example"),
        ("ORIGIN_FALLBACKS", "https://two.example/second"),
        ("RETRY_ATTEMPTS", "0"),
    ]);
    stand.origin.script("/a", &["/fault/502"]);
    stand.origin.script("/second/a", &["/ok?body=second"]);
    let reply = stand.worker.get("/a?q=1");
    assert_eq!(reply.text(), "second");
    let seen = stand.origin.requests();
    let hosts: Vec<_> = seen.iter().map(|s| (s.header("host").unwrap(), s.target.clone())).collect();
    assert_eq!(hosts, [("one.example".into(), "/a?q=1".into()), ("two.example".into(), "/second/a?q=1".into())]);
    assert_eq!(seen[1].header("x-forwarded-host").as_deref(), Some("www.example"));
    let sent = stand.worker.ask("POST", "/a", &[], b"once");
    assert_eq!((sent.status, stand.origin.count("/a")), (502, 2));
}
