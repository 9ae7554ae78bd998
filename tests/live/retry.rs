//! Is what is safe to repeat repeated, and nothing else?

use std::io::Write as _;

use serde_json::json;

use crate::client;
use crate::origin::{Ended, generated, hash};
use crate::raw;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::wait_until;

#[test]
fn a_flaky_origin_is_asked_twice_and_answers() {
    let Stand { origin, worker } = Stand::new(&[]);
    for method in ["GET", "HEAD", "OPTIONS"] {
        for failure in ["502", "503", "504", "520", "524", "530", "reset", "close"] {
            let path = format!("/{method}-{failure}");
            origin.script(&path, &[&format!("/fault/{failure}"), "/ok?body=here"]);
            // Each with the retries that a new isolate has.
            let reply = worker.ask(method, &path, &[("host", &format!("{failure}.{method}.example"))], b"");
            let body = if method == "HEAD" { "" } else { "here" };
            assert_eq!((reply.status, reply.text().as_str()), (200, body), "{path} {:#?}", worker.log());
            assert_eq!(origin.count(&path), 2, "{path}");
        }
    }
}

#[test]
fn what_may_change_something_is_sent_once() {
    let Stand { origin, worker } = Stand::new(&[]);
    for method in ["POST", "PATCH", "PUT", "DELETE", "PROPFIND", "PURGE", "LOCK"] {
        for failure in ["502", "503?retry-after=1", "504", "522", "reset", "close"] {
            origin.clear();
            origin.script("/a", &[&format!("/fault/{failure}"), "/ok"]);
            let reply = worker.ask(method, "/a", &[], b"x");
            assert!(reply.status >= 502 && is_page(&reply), "{method} {failure} {reply:?}");
            assert_eq!(origin.count("/a"), 1, "{method} {failure}");
        }
    }
}

#[test]
fn a_body_of_1_mib_arrives_whole() {
    let Stand { origin, worker } = Stand::new(&[]);
    let body = generated(0, 1 << 20);
    for method in ["POST", "PUT"] {
        let reply = worker.ask(method, "/upload", &[], &body);
        assert_eq!(reply.json(), json!({ "length": body.len(), "hash": hash(&body) }), "{method}");
    }
    assert_eq!(origin.count("/upload"), 2);
}

#[test]
fn what_never_arrived_is_sent_again_with_the_same_body() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_BODY_LIMIT", "64KiB")]);
    for (method, failure, len) in
        [("PUT", "521", 5), ("PUT", "523", 64 << 10), ("POST", "521", 1000), ("DELETE", "530", 1), ("PATCH", "521", 0)]
    {
        origin.clear();
        origin.script("/upload", &[&format!("/fault/{failure}"), "/upload"]);
        let body = generated(7, len);
        let reply = worker.ask(method, "/upload", &[("host", &format!("{len}.example"))], &body);
        assert_eq!(reply.status, 200, "{method} {failure}");
        let seen = origin.requests_to("/upload");
        let hashes: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.body_hash.clone())).collect();
        assert_eq!(hashes, [(method, hash(&body)), (method, hash(&body))], "{failure}");
    }
}

#[test]
fn a_body_that_was_not_kept_is_not_sent_again() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_BODY_LIMIT", "1KiB")]);
    origin.script("/upload", &["/fault/521", "/upload"]);
    let body = generated(0, 1025);
    let reply = worker.ask("PUT", "/upload", &[], &body);
    assert_eq!((reply.status, is_page(&reply)), (521, true));
    let seen = origin.requests_to("/upload");
    assert_eq!(seen.iter().map(|seen| seen.body_hash.clone()).collect::<Vec<_>>(), [hash(&body)]);
}

#[test]
fn a_body_of_unknown_length_is_streamed_and_not_kept() {
    let Stand { origin, worker } = Stand::new(&[]);
    origin.script("/upload", &["/fault/521", "/upload"]);
    let head = "PUT /upload HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let mut stream = raw::send(worker.port(), head.as_bytes());
    stream.write_all(b"5\r\nhello\r\n0\r\n\r\n").unwrap();
    assert_eq!(client::read(stream, "PUT").status, 521);
    let seen = origin.requests_to("/upload");
    assert_eq!(seen.iter().map(|seen| seen.body_hash.clone()).collect::<Vec<_>>(), [hash(b"hello")]);
}

/// RFC 9110 §10.2.3: never wait longer than there is time.
#[test]
fn retry_after_beyond_the_deadline_ends_it_at_once() {
    let Stand { origin, worker } = Stand::new(&[("DEADLINE", "5s")]);
    origin.script("/a", &["/fault/503?retry-after=120", "/ok"]);
    let reply = worker.get("/a");
    assert_eq!((reply.status, is_page(&reply)), (503, true));
    assert_eq!(reply.field("retry-after").as_deref(), Some("120"));
    assert_eq!(reply.field("proxy-status").as_deref(), Some("www.example;received-status=503"));
    assert_eq!(origin.count("/a"), 1);
    // However it is said, and however long: a day at most is passed on.
    let far = "Fri, 31 Dec 9999 23:59:59 GMT".replace(' ', "%20");
    for (n, long) in ["99999999999999999999", &far, "60&h.Retry-After=120"].into_iter().enumerate() {
        let path = format!("/long-{n}");
        origin.script(&path, &[&format!("/fault/503?retry-after={long}"), "/ok"]);
        let reply = worker.ask("GET", &path, &[("host", &format!("long-{n}.example"))], b"");
        assert_eq!((reply.status, origin.count(&path)), (503, 1), "{long}");
        let wait = reply.field("retry-after").unwrap().parse::<u64>();
        assert!(wait.as_ref().is_ok_and(|wait| (60..=86_400).contains(wait)), "{long}: {wait:?}");
    }
    // And one that is none is no reason to wait, nor to give up.
    let past = "Sun, 06 Nov 1994 08:49:37 GMT".replace(' ', "%20");
    for (n, nonsense) in ["soon", "-5", "1.5", "", &past, "0&h.Retry-After=0"].into_iter().enumerate() {
        let path = format!("/nonsense-{n}");
        origin.script(&path, &[&format!("/fault/503?retry-after={nonsense}"), "/ok"]);
        let reply = worker.ask("GET", &path, &[("host", &format!("{n}.example"))], b"");
        assert_eq!((reply.status, origin.count(&path)), (200, 2), "{nonsense:?}");
    }
}

#[test]
fn there_are_as_many_retries_as_configured() {
    for (attempts, requests) in [("0", 1), ("1", 2), ("3", 4)] {
        let vars = [("RETRY_ATTEMPTS", attempts), ("RETRY_BACKOFF", "1ms..2ms")];
        let Stand { origin, worker } = Stand::new(&vars);
        origin.script("/a", &["/fault/502"]);
        let reply = worker.get("/a");
        assert_eq!((reply.status, is_page(&reply)), (502, true), "{attempts}");
        assert_eq!(origin.count("/a"), requests);
        let line = worker.wait_for_line(|line| line["answer"] == "page");
        assert_eq!((line["attempts"].as_u64(), &line["no_retry"]), (Some(requests as u64), &json!("attempts")));
    }
}

#[test]
fn retries_are_a_small_share_of_the_requests() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_BACKOFF", "1ms..2ms"), ("RETRY_BUDGET", "20%")]);
    origin.script("/a", &["/fault/502"]);
    for _ in 0..30 {
        assert_eq!(worker.get("/a").status, 502);
    }
    let requests = origin.count("/a");
    assert!((33..=36).contains(&requests), "{requests} for 30 visitors");
}

#[test]
fn an_open_breaker_spares_the_origin_and_says_so() {
    let vars = [("BREAKER_FAILURES", "3"), ("RETRY_ATTEMPTS", "0"), ("BREAKER_OPEN", "60s..60s")];
    let stand = Stand::new(&vars);
    stand.warm("/page/a");
    stand.origin.clear();
    stand.fail();
    for _ in 0..3 {
        assert_eq!(stand.worker.get("/b").status, 502);
    }
    assert_eq!(stand.origin.count("/b"), 3);
    let unavailable = "www.example;error=destination_unavailable;details=\"circuit open\"";
    for method in ["GET", "POST", "HEAD"] {
        let page = stand.worker.ask(method, "/b", &[], b"");
        assert!(is_page(&page) && page.status == 502, "{page:?}");
        assert_eq!(page.field("proxy-status").as_deref(), Some(unavailable));
        let wait: u64 = page.field("retry-after").unwrap().parse().unwrap();
        assert!((40..=60 + 36).contains(&wait), "{wait}: when it opens the way, and spread over the page's own time");
    }
    let copy = stand.worker.get("/page/a");
    assert!(is_copy(&copy) && copy.says("cache-status", "understudy;hit;ttl="), "{copy:?}");
    assert_eq!(copy.field("proxy-status").as_deref(), Some(unavailable));
    assert_eq!(stand.origin.requests().len(), 3, "not one of them reached the origin");
}

/// Before the next attempt, and not when all is over: the origin is not to serve both.
#[test]
fn a_failed_answer_gives_its_connection_back() {
    let Stand { origin, worker } = Stand::new(&[("FAILURE_BODIES", "all"), ("RETRY_BACKOFF", "1ms..2ms")]);
    // Its body would go on for ever, and is of no use to anybody.
    origin.script("/a", &["/fault/502?n=1000000&hold=20000", "/ok?n=5000&hold=1000"]);
    let visitor = client::send(worker.port(), "GET", "/a", &[], b"");
    origin.wait_for_ended(Ended::Abandoned, 1);
    origin.wait_for_hanging(1);
    assert_eq!(origin.requests().iter().map(|seen| seen.ended).collect::<Vec<_>>(), [Some(Ended::Abandoned), None]);
    origin.release();
    let reply = client::read(visitor, "GET");
    assert!(reply.status == 200 && reply.whole, "{reply:?}");
}

#[test]
fn the_applications_own_words_go_through_as_they_are() {
    let authors = ["json", "problem", "xml", "html", "text"];
    for (bodies, kept) in [("gateway", true), ("none", true), ("all", false)] {
        let Stand { origin, worker } = Stand::new(&[("FAILURE_BODIES", bodies), ("RETRY_ATTEMPTS", "0")]);
        for (author, status) in authors.into_iter().zip([502, 503, 504, 502, 503]) {
            let target = format!("/fault/{status}?as={author}&h.X-Own=yes&h.Set-Cookie=a=1&h.Set-Cookie=b=2");
            let direct = client::ask(origin.port(), "GET", &target, &[], b"");
            for method in ["GET", "POST"] {
                let reply = worker.ask(method, &target, &[], b"");
                assert_eq!(reply.status, status, "{bodies} {author}");
                assert_eq!(is_page(&reply), !kept, "{bodies} {author} {reply:?}");
                if kept {
                    assert_eq!(reply.body, direct.body, "{bodies} {author}");
                    for name in ["content-type", "x-own", "set-cookie", "content-length"] {
                        assert_eq!(reply.fields(name), direct.fields(name), "{bodies} {author} {name}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_gateways_words_do_not_unless_told_so() {
    for (bodies, kept) in [("gateway", false), ("none", true), ("all", false)] {
        let Stand { origin: _origin, worker } = Stand::new(&[("FAILURE_BODIES", bodies), ("RETRY_ATTEMPTS", "0")]);
        for target in ["/fault/502", "/fault/503?as=empty", "/fault/530?as=cloudflare"] {
            let reply = worker.get(target);
            assert_eq!(is_page(&reply), !kept, "{bodies} {target} {reply:?}");
        }
    }
}

#[test]
fn the_last_real_answer_counts() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_BACKOFF", "1ms..2ms")]);
    origin.script("/a", &["/fault/503?as=text", "/fault/502?as=json"]);
    assert_eq!(worker.get("/a").json()["status"], 502);
    origin.script("/a", &["/fault/502?as=json", "/fault/503"]);
    let reply = worker.get("/a");
    assert!(is_page(&reply) && reply.status == 503, "{reply:?}");
}

#[test]
fn a_slow_failed_body_holds_nobody_up() {
    let Stand { origin, worker } = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    origin.script("/a", &["/fault/502?as=text&trickle=600"]);
    let started = std::time::Instant::now();
    // A visitor who gets its own words gets them as they come, so only the head is waited for.
    let stream = client::send(worker.port(), "GET", "/a", &[], b"");
    let mut first = [0];
    std::io::Read::read_exact(&mut &stream, &mut first).unwrap();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    drop(stream);
    wait_until(|| (origin.requests_to("/a")[0].ended == Some(Ended::Abandoned)).then_some(()));
}
