//! What does the flow need to know of a body? Of an answer that is no failure nothing; of a failure how it begins.

use understudy::failure::{Body, MAX_PREFIX, Outcome};
use understudy::fields::FieldLines;
use understudy::flow::{Answer, Event, Now, Step};

use super::site::{Site, lines, name};

/// What becomes of one attempt that ends so, without a copy and without another try.
fn ends(status: u16, body: Body) -> Step {
    let fields = lines(&[("content-type", "text/html"), ("server", "nginx"), ("cache-control", "no-store")]);
    asked_with("GET", &[], status, &fields, body)
}

fn asked_with(method: &str, vars: &[(&str, &str)], status: u16, fields: &FieldLines, body: Body) -> Step {
    let vars: Vec<_> = vars.iter().copied().chain([("RETRY_ATTEMPTS", "0")]).collect();
    let mut site = Site::new(&vars);
    let mut flow = site.flow(method);
    let mut now = Now { time: site.time, state: &mut site.state };
    assert_eq!(name(&flow.start(&mut now)), "fetch");
    let mut step = flow.next(Event::Attempted(Outcome::Answered { status, fields, body }), &mut now);
    while matches!(step, Step::Lookup(_)) {
        step = flow.next(Event::Looked(None), &mut now);
    }
    step
}

#[test]
fn what_is_no_failure_goes_out_unread() {
    for status in [200, 206, 301, 304, 404, 429, 500, 501] {
        let Step::Finish(finish) = ends(status, Body::Unread) else { panic!("{status}") };
        assert!(matches!(finish.answer, Answer::Origin { .. }), "{status}");
        let line = finish.after.line.expect("LOG=all");
        assert_eq!(line.gateway, None, "{status}: nobody asked who wrote it");
    }
}

#[test]
fn how_a_failure_begins_decides_whose_it_is() {
    let long = "x".repeat(MAX_PREFIX);
    for (bytes, whole, expected) in [
        ("<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", true, "page"),
        ("<h1>502 Bad Gateway</h1><p>Back at noon</p>", true, "kept"),
        // More of the same page may follow: it is not taken for the words that were read.
        ("<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", false, "kept"),
        (&long, false, "kept"),
    ] {
        let step = ends(502, Body::Prefix { bytes: bytes.as_bytes(), whole });
        assert_eq!(name(&step), expected, "{whole} {}", &bytes[..20]);
    }
}

/// It goes out, for whoever has begun to wait; but should it be blank after all, no copy is to be.
#[test]
fn what_may_still_turn_out_blank_is_no_copy() {
    let html = lines(&[("content-type", "text/html")]);
    for (bytes, whole, kept) in [("", false, false), (" \n", false, false), (" <", false, true), (" <", true, true)] {
        let body = Body::Prefix { bytes: bytes.as_bytes(), whole };
        let step = asked_with("GET", &[("FAILURE_BLANK", "on")], 200, &html, body);
        let Step::Finish(finish) = step else { panic!("{bytes:?}") };
        assert!(matches!(finish.answer, Answer::Origin(_)), "{bytes:?}");
        assert_eq!(finish.after.keep.is_some(), kept, "{bytes:?} {whole}");
    }
}

/// RFC 9110 §9.3.2: HEAD gets the fields that GET would get. Of HTML and text nobody can tell without the body.
#[test]
fn the_media_type_decides_whose_the_answer_to_a_head_is() {
    for (fields, expected) in [
        (&[("content-type", "application/json"), ("content-length", "36")][..], "kept"),
        (&[("content-type", "Application/Problem+JSON; charset=utf-8")], "kept"),
        (&[("content-type", "application/xml")], "kept"),
        (&[("content-type", "image/png")], "kept"),
        // GET would get the page here, too: there is nothing.
        (&[("content-type", "application/json"), ("content-length", "0")], "page"),
        (&[("content-type", "text/html")], "page"),
        (&[("content-type", "TEXT/HTML; charset=utf-8"), ("content-length", "36")], "page"),
        (&[("content-type", "text/plain")], "page"),
        (&[("content-type", "application/xhtml+xml")], "page"),
        (&[("server", "nginx")], "page"),
    ] {
        let head = |vars| name(&asked_with("HEAD", vars, 503, &lines(fields), Body::Unread));
        assert_eq!(head(&[]), expected, "{fields:?}");
        assert_eq!(head(&[("FAILURE_BODIES", "all")]), "page", "{fields:?}");
        assert_eq!(head(&[("FAILURE_BODIES", "none")]), "kept", "{fields:?}");
    }
}
