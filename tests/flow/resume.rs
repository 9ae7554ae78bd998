//! `RESUME`: what is asked of whom when a download breaks off, and when it does for good.

use std::time::Duration;

use understudy::failure::{Body, Outcome};
use understudy::flow::{Answer, Event, Flow, Now, Step};
use understudy::report::Line;

use crate::site::{Site, lines, name};

/// A download of 1 MB.
const LENGTH: u64 = 1_000_000;

struct Visit {
    site: Site,
    flow: Flow,
    line: Option<Line>,
    fetches: Vec<understudy::flow::Fetch>,
}

/// A visitor who has the head of the download.
fn visit(vars: &[(&str, &str)]) -> Visit {
    let mut site = Site::new(&[&[("RESUME", "on"), ("ORIGIN", "https://a.example")], vars].concat());
    site.fields = download();
    site.copy = lines(&[("etag", "\"a\""), ("cache-control", "max-age=60")]);
    let mut flow = site.flow("GET");
    flow.start(&mut Now { time: site.time, state: &mut site.state });
    assert_eq!(name(&site.happens(&mut flow, "200")), "origin");
    assert_eq!(flow.download(200, &site.fields), Some(LENGTH));
    Visit { site, flow, line: None, fetches: Vec::new() }
}

fn download() -> understudy::fields::FieldLines {
    let length = LENGTH.to_string();
    lines(&[
        ("etag", "\"a\""),
        ("accept-ranges", "bytes"),
        ("content-length", &length),
        ("cache-control", "max-age=60"),
    ])
}

impl Visit {
    /// The body breaks off there, and this follows; `rest` is the exact rest, `other` that of another representation,
    /// `all` a copy with the very bytes.
    fn breaks(&mut self, received: u64, script: &str) -> &mut Self {
        let site = &mut self.site;
        let mut step = self.flow.broke_off(received, &mut Now { time: site.time, state: &mut site.state });
        let mut words = script.split_whitespace();
        let mut played = String::new();
        loop {
            played += name(&step);
            assert_eq!(name(&step), words.next().unwrap_or("nothing more"), "after {played} of {script}");
            if let Step::Fetch(fetch) = &step {
                self.fetches.push(fetch.clone());
            }
            if let Step::Finish(finish) = step {
                assert_eq!(words.next(), None, "{script}");
                if let Answer::Copy(served) = &finish.answer {
                    let first = received;
                    assert_eq!(served.part, understudy::stale::Part::Range { first, last: LENGTH - 1 });
                }
                self.line = finish.after.line;
                return self;
            }
            let word = words.next().expect("an event");
            site.pass(&self.flow, &step, word);
            let range = format!("bytes {received}-{}/{LENGTH}", LENGTH - 1);
            let record = site.record().with_body(LENGTH, None);
            let mut now = Now { time: site.time, state: &mut site.state };
            step = match word {
                "rest" | "other" => {
                    let etag = if word == "rest" { "\"a\"" } else { "\"b\"" };
                    let fields = lines(&[("etag", etag), ("content-range", &range)]);
                    let outcome = Outcome::Answered { status: 206, fields: &fields, body: Body::Unread };
                    self.flow.next(Event::Attempted(outcome), &mut now)
                }
                "all" => self.flow.next(Event::Looked(Some(record)), &mut now),
                word => site.happens(&mut self.flow, word),
            };
        }
    }

    fn said(&self) -> (&'static str, Option<&'static str>, Option<&'static str>) {
        let line = self.line.as_ref().expect("a line");
        (line.answer, line.no_retry, line.no_resume)
    }
}

#[test]
fn the_rest_is_asked_for_at_the_same_origin() {
    let mut visit = visit(&[("ORIGIN_FALLBACKS", "https://b.example")]);
    visit.breaks(400_000, "sleep slept fetch rest origin").breaks(800_000, "sleep slept fetch rest origin");
    assert!(visit.line.is_none(), "it is not over");
    for (fetch, range) in visit.fetches.iter().zip(["bytes=400000-999999", "bytes=800000-999999"]) {
        assert_eq!(fetch.url.as_deref(), Some("https://a.example/page?q=1"));
        assert!(fetch.conditions.contains(&("range".to_owned(), range.to_owned())));
        assert!(fetch.conditions.contains(&("if-range".to_owned(), "\"a\"".to_owned())));
        assert_eq!(fetch.patience, None);
    }
    let mut state = understudy::flow::State::default();
    let line = visit.flow.arrived(&Now { time: visit.site.time, state: &mut state }).expect("a line");
    assert_eq!((line.event, line.answer, line.resumed, line.attempts), ("incident", "resumed", 2, 3));
    assert_eq!(line.failure, Some("cut"));
}

#[test]
fn one_that_fails_is_followed_by_the_next_origin() {
    let mut visit = visit(&[("ORIGIN_FALLBACKS", "https://b.example"), ("RETRY_ATTEMPTS", "2")]);
    visit.breaks(400_000, "sleep slept fetch 503 fetch rest origin");
    assert_eq!(visit.fetches[1].url.as_deref(), Some("https://b.example/page?q=1"));
    // Where a body brings nothing at all, its origin has had its turn.
    visit.breaks(400_000, "sleep slept fetch rest origin");
    assert_eq!(visit.fetches[2].url.as_deref(), Some("https://a.example/page?q=1"));
}

#[test]
fn anything_but_the_exact_rest_ends_it() {
    assert_eq!(visit(&[]).breaks(400_000, "sleep slept fetch 200 cut").said(), ("cut", None, Some("status")));
    assert_eq!(visit(&[]).breaks(400_000, "sleep slept fetch 404 cut").said(), ("cut", None, Some("status")));
    assert_eq!(visit(&[]).breaks(400_000, "sleep slept fetch other cut").said(), ("cut", None, Some("etag")));
}

#[test]
fn when_the_origins_fail_the_copy_has_the_rest() {
    let failing = "sleep slept fetch reset sleep slept fetch timeout cache?";
    visit(&[]).breaks(400_000, &format!("{failing} all copy"));
    let mut visit = visit(&[]);
    assert_eq!(visit.breaks(400_000, &format!("{failing} none cut")).said(), ("cut", Some("attempts"), None));
    let mut short = self::visit(&[]);
    short.breaks(400_000, &format!("{failing} copy cut"));
    assert_eq!(short.line.expect("a line").no_copy, Some("etag"), "a copy of other bytes");
}

#[test]
fn attempts_count_from_the_last_progress() {
    let mut visit = visit(&[("RETRY_ATTEMPTS", "2"), ("RETRY_BUDGET", "100%")]);
    let failing = "sleep slept fetch 502 sleep slept fetch 502 sleep slept fetch";
    for received in [100_000, 200_000] {
        visit.breaks(received, "sleep slept fetch 502 sleep slept fetch rest origin");
        // The budget is another matter.
        visit.site.time = visit.site.time + Duration::from_secs(10);
    }
    visit.breaks(300_000, &format!("{failing} 502 cache? none cut"));
}

#[test]
fn a_body_that_delivers_costs_no_retry_and_is_no_failure() {
    let mut visit = visit(&[("RETRY_BUDGET", "0%"), ("BREAKER_FAILURES", "1")]);
    for n in 1..=10 {
        visit.breaks(n * 65_536, "sleep slept fetch rest origin");
    }
    // One that does not is a failure like any other, and opens the breaker.
    assert_eq!(visit.breaks(10 * 65_536 + 1, "cache? none cut").said(), ("cut", Some("breaker"), None));
    let step = {
        let mut flow = visit.site.flow("GET");
        flow.start(&mut Now { time: visit.site.time, state: &mut visit.site.state })
    };
    assert_eq!(name(&step), "cache?", "the breaker is open");
}

#[test]
fn every_break_has_a_deadline_of_its_own() {
    let mut visit = visit(&[("DEADLINE", "10s"), ("TIMEOUT", "8s")]);
    visit.site.time = visit.site.time + Duration::from_secs(3600);
    visit.breaks(400_000, "sleep slept fetch rest origin");
    assert_eq!(visit.fetches[0].timeout, Some(Duration::from_secs(8)));
    visit.breaks(500_000, "sleep slept fetch timeout sleep slept fetch timeout cache? none cut");
    assert!(visit.fetches[2].timeout.expect("one") < Duration::from_secs(3), "what is left of it");
}

#[test]
fn there_is_an_end_to_it() {
    let mut visit = visit(&[]);
    for n in 1..=12 {
        visit.breaks(n * 80_000, "sleep slept fetch rest origin");
    }
    for n in 1..=20 {
        visit.breaks(12 * 80_000 + n, "sleep slept fetch rest origin");
        visit.site.time = visit.site.time + Duration::from_secs(10);
    }
    assert_eq!(visit.breaks(999_999, "cut").said(), ("cut", None, Some("breaks")));
}

#[test]
fn only_what_may_be_asked_for_twice_is_resumed() {
    let mut site = Site::new(&[("RESUME", "on")]);
    assert_eq!(site.flow("POST").download(200, &download()), None);
    assert_eq!(site.flow("HEAD").download(200, &download()), None);
    site.replay = understudy::retry::Replay::Once;
    assert_eq!(site.flow("GET").download(200, &download()), None, "its body is given away");
    assert_eq!(Site::new(&[]).flow("GET").download(200, &download()), None);
    assert_eq!(Site::new(&[("RESUME", "on"), ("MODE", "observe")]).flow("GET").download(200, &download()), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever happens, fitting or not: it ends soon.
    #[test]
    fn it_comes_to_an_end(
        gains in proptest::collection::vec(0..100_000_u64, 1..40),
        words in proptest::collection::vec(0..EVENTS.len(), 800),
    ) {
        let mut visit = visit(&[("ORIGIN_FALLBACKS", "https://b.example"), ("RETRY_ATTEMPTS", "5"), ("RETRY_BUDGET", "100%")]);
        visit.site.kv = true;
        let mut received = 0;
        let mut words = words.into_iter().map(|n| EVENTS[n]);
        for gain in gains {
            received = (received + gain).min(LENGTH - 1);
            let site = &mut visit.site;
            let mut step = visit.flow.broke_off(received, &mut Now { time: site.time, state: &mut site.state });
            for steps in 0.. {
                assert!(steps < 20, "{}", name(&step));
                if let Step::Finish(_) = step {
                    break;
                }
                step = site.happens(&mut visit.flow, words.next().unwrap_or("none"));
            }
        }
    }
}

const EVENTS: [&str; 11] =
    ["slept", "200", "404", "502", "503", "521", "reset", "timeout", "none", "copy", "impatient"];
