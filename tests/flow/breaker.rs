//! The breaker: no request to an origin that only fails, one probe, and a ramp.

use std::time::Duration;

use understudy::flow::{Now, Tier};
use understudy::retry::Replay;

use crate::site::Site;

const VARS: [(&str, &str); 3] = [("BREAKER_FAILURES", "2"), ("RETRY_ATTEMPTS", "0"), ("BREAKER_OPEN", "10s..60s")];

fn tripped() -> Site {
    let mut site = Site::new(&VARS);
    site.plays("GET", "fetch 502 cache? none page");
    site.plays("GET", "fetch 502 cache? none page");
    site
}

fn state(site: &mut Site) -> &'static str {
    site.state.origin("www.example").breaker.stage(site.time).as_str()
}

/// A GET with a body that the visitor never sends looks like an origin that hangs, or resets.
#[test]
fn a_get_whose_own_body_does_not_come_says_nothing_of_the_origin() {
    for how in ["timeout", "reset"] {
        let mut site = Site::new(&VARS);
        site.replay = Replay::Once;
        for _ in 0..5 {
            let mut flow = site.flow("GET");
            flow.start(&mut Now { time: site.time, state: &mut site.state });
            site.happens(&mut flow, how);
        }
        assert_eq!(state(&mut site), "closed", "{how}");
        // What the origin itself says counts; and no copy of a page is made or served that no key tells apart from this.
        site.plays("GET", "fetch 502 page");
        site.plays("GET", "fetch 502 page");
        assert_eq!(state(&mut site), "open", "{how}");
    }
}

#[test]
fn an_open_breaker_means_no_fetch_at_all() {
    let mut site = tripped();
    site.kv = true;
    let visit = site.plays("GET", "cache? copy copy");
    assert_eq!(visit.field("cache-status"), "understudy;hit;ttl=-60;detail=cache");
    assert_eq!(visit.field("proxy-status"), "www.example;error=destination_unavailable;details=\"circuit open\"");
    site.plays("GET", "cache? none kv? copy copy");
    let visit = site.plays("GET", "cache? none kv? none page");
    assert_eq!(visit.status(), Some(502), "as it failed last");
    let wait: u64 = visit.field("retry-after").parse().unwrap();
    // When it has let a probe through, and spread over as long as the operator's time: 30 s and a fifth of it.
    assert!((8..=10 + 36).contains(&wait), "{wait}");
    let visit = site.plays("POST", "page");
    assert_eq!(visit.fetches, []);
    assert_eq!(visit.field("proxy-status"), "www.example;error=destination_unavailable;details=\"circuit open\"");
}

#[test]
fn it_opens_in_the_middle_of_a_visit() {
    let mut site = Site::new(&[("BREAKER_FAILURES", "2"), ("RETRY_ATTEMPTS", "5")]);
    let visit = site.plays("GET", "fetch 502 sleep slept fetch 502 cache? none page");
    assert_eq!(visit.field("proxy-status"), "www.example;error=http_protocol_error;received-status=502");
    assert_eq!(visit.finish.after.line.unwrap().no_retry, Some("breaker"), "and nobody waits for nothing");
}

#[test]
fn timeouts_weigh_double() {
    let mut site = Site::new(&VARS);
    site.plays("POST", "fetch timeout page");
    site.plays("POST", "page");
}

/// The deadline comes first there, and an origin that hangs is none the better for it.
#[test]
fn a_timeout_that_the_deadline_cuts_short_weighs_as_much() {
    let mut site = Site::new(&[VARS[0], VARS[1], VARS[2], ("TIMEOUT", "30s")]);
    site.plays("POST", "fetch timeout page");
    assert_eq!(state(&mut site), "open");
}

/// Here the one attempt had its time, and what was left for the other one says nothing.
#[test]
fn what_had_no_time_left_does_not_count() {
    for (timeout, expected) in [("10s", "closed"), ("5s", "open")] {
        let mut site = Site::new(&[("BREAKER_FAILURES", "3"), ("DEADLINE", "12s"), ("TIMEOUT", timeout)]);
        site.plays("GET", "fetch timeout cache? none sleep slept fetch timeout page");
        assert_eq!(state(&mut site), expected, "{timeout}");
    }
    // Nor as one of many of which half failed.
    let mut site =
        Site::new(&[("BREAKER_FAILURES", "100"), ("DEADLINE", "10s"), ("TIMEOUT", "9s"), ("RETRY_BUDGET", "100%")]);
    (0..11).for_each(|_| drop(site.plays("POST", "fetch 200 origin")));
    for _ in 0..10 {
        let start = site.time;
        site.plays("GET", "fetch timeout cache? none sleep slept fetch timeout page");
        site.time = start;
    }
    assert_eq!(state(&mut site), "closed");
}

/// RFC 9110 §10.2.3: how long a 503 says that it will last.
#[test]
fn the_origins_retry_after_sets_the_open_time() {
    for (said, expected) in [
        (&["40"][..], 40..=42),
        (&["Mon, 12 Jan 1970 13:47:20 GMT"], 39..=42),
        (&["99999999999999999999"], 60..=60),
        (&["Mon, 12 Jan 1970 13:00:00 GMT"], 8..=10),
        (&["soon"], 8..=10),
        (&["40", "40"], 40..=42),
    ] {
        let mut site = Site::new(&[("BREAKER_FAILURES", "1"), VARS[1], VARS[2]]);
        site.fields = said.iter().map(|value| ("retry-after".to_owned(), (*value).to_owned())).collect();
        site.plays("POST", "fetch 503 page");
        let understudy::breaker::Stage::Open(left) = site.state.origin("www.example").breaker.stage(site.time) else {
            panic!("{said:?}: not open")
        };
        assert!(expected.contains(&left.as_secs()), "{said:?}: {left:?}");
    }
}

#[test]
fn one_probe_decides() {
    let mut site = tripped();
    site.time = site.time + Duration::from_secs(10);
    let mut probe = site.flow("GET");
    let mut now = understudy::flow::Now { time: site.time, state: &mut site.state };
    assert_eq!(crate::site::name(&probe.start(&mut now)), "fetch");
    site.plays("GET", "cache? copy copy");
    site.plays("POST", "page");
    assert_eq!(crate::site::name(&site.happens(&mut probe, "502")), "cache?");
    site.time = site.time + Duration::from_secs(12);
    site.plays("GET", "cache? none page");
}

#[test]
fn while_it_comes_back_those_who_have_a_copy_spare_it() {
    let mut site = tripped();
    site.time = site.time + Duration::from_secs(10);
    site.plays("GET", "fetch 200 origin");
    assert_eq!(state(&mut site), "ramp");
    let (mut spared, mut asked) = (0, 0);
    for _ in 0..100 {
        let mut flow = site.flow("GET");
        let mut now = understudy::flow::Now { time: site.time, state: &mut site.state };
        match crate::site::name(&flow.start(&mut now)) {
            "cache?" => spared += 1,
            "fetch" => asked += 1,
            other => panic!("{other}"),
        }
    }
    assert!((80..=97).contains(&spared) && asked > 0, "{spared} {asked}");
    let visit = loop {
        let mut flow = site.flow("GET");
        let mut now = understudy::flow::Now { time: site.time, state: &mut site.state };
        if crate::site::name(&flow.start(&mut now)) == "cache?" {
            break site.happens(&mut flow, "copy");
        }
    };
    let understudy::flow::Step::Finish(finish) = visit else { panic!("no end") };
    let understudy::flow::Answer::Copy(served) = finish.answer else { panic!("no copy") };
    let status = served.lines.iter().find(|(name, _)| name == "proxy-status").unwrap();
    assert_eq!(status.1, "www.example;error=destination_unavailable;details=\"recovering\"");
    // Who has no copy goes all the same.
    let mut flow = site.flow("POST");
    let mut now = understudy::flow::Now { time: site.time, state: &mut site.state };
    assert_eq!(crate::site::name(&flow.start(&mut now)), "fetch");
}

/// An outage asks the tiers once a second for a page that they do not have, and not for each visitor.
#[test]
fn while_it_is_open_what_was_not_there_a_moment_ago_is_not_looked_for() {
    let mut site = tripped();
    let key = site.flow("GET").key();
    let noted = site.time;
    site.state.stored().note_absent(Tier::Cache, &key, noted);
    site.plays("GET", "page");
    site.kv = true;
    site.plays("GET", "cache? none kv? copy copy");
    site.state.stored().note_absent(Tier::Kv, &key, noted);
    site.plays("GET", "page");
    site.time = noted + Duration::from_secs(1);
    site.plays("GET", "cache? copy copy");
}

#[test]
fn while_it_is_closed_every_failure_looks() {
    let mut site = Site::new(&VARS);
    let (key, now) = (site.flow("GET").key(), site.time);
    site.state.stored().note_absent(Tier::Cache, &key, now);
    site.plays("GET", "fetch 502 cache? copy copy");
}

/// A rule may switch it off for some paths; those ask whatever others have found out.
#[test]
fn where_it_is_off_it_keeps_nobody_from_the_origin() {
    let mut site = tripped();
    site.config = Site::new(&[("BREAKER_FAILURES", "0")]).config;
    site.plays("GET", "fetch 502 sleep slept fetch 200 origin");
    site.replay = Replay::No;
    site.time = site.time + Duration::from_secs(11);
    site.plays("POST", "fetch 200 origin");
}

/// Nor has it a hand in the others' probe.
#[test]
fn where_it_is_off_it_neither_is_a_probe_nor_ends_one() {
    let mut site = tripped();
    let own = std::rc::Rc::clone(&site.config);
    site.time = site.time + Duration::from_secs(10);
    let mut probe = site.flow("GET");
    probe.start(&mut Now { time: site.time, state: &mut site.state });
    assert_eq!(state(&mut site), "probing");
    site.config = Site::new(&[("BREAKER_FAILURES", "0"), ("RETRY_ATTEMPTS", "0")]).config;
    site.replay = Replay::No;
    assert_eq!(site.plays("POST", "fetch reset page").fetches[0].patience, None, "it has nothing to say of itself");
    site.config = own;
    site.replay = Replay::Yes;
    site.plays("GET", "cache? none page");
}

/// Of an origin that is not asked, only what it says of all its paths.
#[test]
fn the_page_of_an_open_breaker_has_no_status_that_only_one_path_has() {
    let mut site = Site::new(&[&VARS[..], &[("FAILURE_STATUSES", "404 502-504")]].concat());
    for _ in 0..2 {
        site.plays("GET", "fetch 404 cache? none page");
    }
    assert_eq!(site.plays("GET", "cache? none page").status(), Some(502));
}

#[test]
fn the_log_says_that_nobody_was_asked() {
    let line = tripped().plays("GET", "cache? none page").finish.after.line.expect("a line");
    assert_eq!((line.attempts, line.received_status, line.no_retry), (0, None, Some("breaker")));
}
