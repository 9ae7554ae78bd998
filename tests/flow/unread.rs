//! What does the flow need to know of a body? Of an answer that is no failure nothing; of a failure how it begins.

use understudy::failure::{Body, MAX_PREFIX, Outcome};
use understudy::flow::{Answer, Event, Now, Step};

use super::site::{Site, lines, name};

/// What becomes of one attempt that ends so, without a copy and without another try.
fn ends(status: u16, body: Body) -> Step {
    let mut site = Site::new(&[("RETRY_ATTEMPTS", "0")]);
    let mut flow = site.flow("GET");
    let mut now = Now { time: site.time, state: &mut site.state };
    assert_eq!(name(&flow.start(&mut now)), "fetch");
    let fields = lines(&[("content-type", "text/html"), ("server", "nginx"), ("cache-control", "no-store")]);
    let mut step = flow.next(Event::Attempted(Outcome::Answered { status, fields: &fields, body }), &mut now);
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
