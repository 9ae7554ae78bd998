//! Fallback origins: in their order, each with its own breaker, and without a wait.

use std::time::Duration;

use understudy::flow::{Answer, Now, Step};
use understudy::random::Random;

use crate::site::{Site, Visit, lines};

const VARS: [(&str, &str); 3] = [
    ("ORIGIN", "https://one.example"),
    ("ORIGIN_FALLBACKS", "https://two.example https://three.example"),
    ("RETRY_ATTEMPTS", "0"),
];

fn hosts(visit: &Visit) -> Vec<&str> {
    let urls = visit.fetches.iter().map(|fetch| fetch.url.as_deref().expect("a base"));
    urls.map(|url| url.split('/').nth(2).expect("a host")).collect()
}

fn trip_second(site: &mut Site) {
    let (params, time) = (site.config.breaker, site.time);
    site.state.origin("two.example").breaker.trip(params, time, None, &mut Random::new(1));
}

#[test]
fn each_is_tried_in_its_turn() {
    let mut site = Site::new(&VARS);
    let visit = site.plays("GET", "fetch 502 fetch timeout fetch 200 origin");
    assert_eq!(hosts(&visit), ["one.example", "two.example", "three.example"]);
    let visit = site.plays("GET", "fetch 502 fetch reset fetch 503 cache? none page");
    assert_eq!(visit.status(), Some(503), "the last one's");
    assert_eq!(hosts(&site.plays("GET", "fetch 200 origin")), ["one.example"], "the first one comes first again");
}

/// RFC 9209 §2.1.2
#[test]
fn the_answer_of_another_one_says_so() {
    let own = |visit: Visit| match visit.finish.answer {
        Answer::Origin(fields) => fields,
        Answer::Copy(_) | Answer::Page(_) | Answer::BreakOff => panic!("not relayed"),
    };
    let mut site = Site::new(&VARS);
    site.fields = lines(&[("proxy-status", "inner")]);
    assert_eq!(own(site.plays("GET", "fetch 200 origin")), []);
    let marked = lines(&[("proxy-status", "inner, www.example;next-hop=two.example")]);
    for answer in ["200 origin", "404 origin", "500 cache? none origin"] {
        assert_eq!(own(site.plays("GET", &format!("fetch 502 fetch {answer}"))), marked, "{answer}");
    }
    assert_eq!(own(site.plays("GET", "fetch 502 fetch 101 origin")), [], "which has no place for it");
    site.fields.clear();
    let marked = lines(&[("proxy-status", "www.example;next-hop=three.example")]);
    assert_eq!(own(site.plays("GET", "fetch 502 fetch 502 fetch json:502 cache? none kept")), marked);
}

#[test]
fn another_certificate_may_be_good() {
    Site::new(&VARS).plays("GET", "fetch 526 fetch 525 fetch 200 origin");
    Site::new(&VARS).plays("GET", "fetch 526 fetch 525 fetch 526 cache? none page");
}

#[test]
fn a_form_is_not_sent_to_the_next_one() {
    Site::new(&VARS).plays("POST", "fetch 502 page");
    assert_eq!(
        hosts(&Site::new(&VARS).plays("POST", "fetch 521 fetch 200 origin")),
        ["one.example", "two.example"],
        "unless it never arrived"
    );
}

#[test]
fn retries_go_round() {
    let vars = [VARS[0], ("ORIGIN_FALLBACKS", "https://two.example"), ("RETRY_ATTEMPTS", "3")];
    let visit = Site::new(&vars).plays("GET", "fetch 502 fetch 502 sleep slept fetch 502 sleep slept fetch 200 origin");
    // The second round is one of retries like any other, with waits and out of the budget.
    assert_eq!(hosts(&visit), ["one.example", "two.example", "one.example", "two.example"]);
}

#[test]
fn an_open_breaker_leads_to_the_next_one_at_once() {
    let vars = [VARS[0], VARS[1], VARS[2], ("BREAKER_FAILURES", "1")];
    let mut site = Site::new(&vars);
    site.plays("GET", "fetch 502 fetch 200 origin");
    assert_eq!(hosts(&site.plays("OPTIONS", "fetch 200 origin")), ["two.example"]);
    assert_eq!(hosts(&site.plays("GET", "fetch 502 fetch 200 origin")), ["two.example", "three.example"]);
    assert_eq!(hosts(&site.plays("GET", "fetch 502 cache? none page")), ["three.example"]);
    site.plays("GET", "cache? copy copy");
}

/// It is not there, and takes nothing away from the others: neither their retries, nor the waits before those.
#[test]
fn one_with_an_open_breaker_is_as_if_it_were_not_configured() {
    let vars = |more: &[(&'static str, &'static str)]| [&VARS[..1], &[("BREAKER_FAILURES", "3")], more].concat();
    let without = |retries| Site::new(&vars(&[("RETRY_ATTEMPTS", retries)]));
    let with = |retries| {
        let mut site = Site::new(&vars(&[("ORIGIN_FALLBACKS", "https://two.example"), ("RETRY_ATTEMPTS", retries)]));
        trip_second(&mut site);
        site
    };
    for (retries, script) in [
        ("0", "fetch 502 cache? none page"),
        ("1", "fetch 502 sleep slept fetch 200 origin"),
        ("1", "fetch 502 sleep slept fetch 502 cache? none page"),
        ("2", "fetch reset sleep slept fetch 502 sleep slept fetch 200 origin"),
        ("1", "fetch 526 cache? none page"),
    ] {
        let (one, other) = (without(retries).plays("GET", script), with(retries).plays("GET", script));
        assert_eq!(hosts(&one), hosts(&other), "{retries} {script}");
    }
    // Of three, the middle one is open: the last one is the next, and after it comes the first, as a retry.
    let mut site = Site::new(&vars(&[VARS[1], ("RETRY_ATTEMPTS", "2")]));
    trip_second(&mut site);
    let visit = site.plays("GET", "fetch 502 fetch 502 sleep slept fetch 200 origin");
    assert_eq!(hosts(&visit), ["one.example", "three.example", "one.example"]);
}

#[test]
fn the_retry_of_an_origin_is_out_of_its_budget_though_a_fallback_is_away() {
    let vars =
        [VARS[0], ("ORIGIN_FALLBACKS", "https://two.example"), ("BREAKER_FAILURES", "90"), ("RETRY_BUDGET", "0%")];
    let mut site = Site::new(&vars);
    trip_second(&mut site);
    let visit = site.plays("GET", "fetch 502 cache? none page");
    assert_eq!(visit.finish.after.line.unwrap().no_retry, Some("budget"));
}

/// Those who have no copy go where all is well, while the first origin is only just coming back.
#[test]
fn who_has_no_copy_spares_it_by_means_of_the_next_one() {
    let vars = [VARS[0], VARS[1], VARS[2], ("BREAKER_FAILURES", "5")];
    let mut site = Site::new(&vars);
    let time = site.time;
    site.state.origin("one.example").breaker.come_back(Duration::ZERO, time);
    trip_second(&mut site);
    let mut asked = Vec::new();
    for _ in 0..50 {
        let mut flow = site.flow("POST");
        let Step::Fetch(fetch) = flow.start(&mut Now { time, state: &mut site.state }) else { panic!("no fetch") };
        asked.push(fetch.url.unwrap());
        let mut flow = site.flow("GET");
        let first = flow.start(&mut Now { time, state: &mut site.state });
        let then = if crate::site::name(&first) == "cache?" { site.happens(&mut flow, "none") } else { first };
        let Step::Fetch(fetch) = then else { panic!("no fetch") };
        asked.push(fetch.url.unwrap());
    }
    let spared = asked.iter().filter(|url| url.starts_with("https://three.example/")).count();
    let went = asked.iter().filter(|url| url.starts_with("https://one.example/")).count();
    assert!(spared + went == 100 && (80..=99).contains(&spared), "{spared} and {went}");
}

/// What is well on one is not taken for the other's.
#[test]
fn two_at_one_host_are_two_origins() {
    for (origin, fallback) in
        [("https://one.example/blue", "https://one.example/green"), ("https://one.example", "http://one.example")]
    {
        let mut site = Site::new(&[
            ("ORIGIN", origin),
            ("ORIGIN_FALLBACKS", fallback),
            ("RETRY_ATTEMPTS", "1"),
            ("BREAKER_FAILURES", "5"),
            ("RETRY_BUDGET", "100%"),
        ]);
        for visit in 0..40 {
            let script = if visit < 5 { "fetch 521 fetch 200 origin" } else { "fetch 200 origin" };
            let visit = site.plays("GET", script);
            assert_eq!(
                visit.fetches.last().and_then(|fetch| fetch.url.as_deref()),
                Some(&*format!("{fallback}/page?q=1"))
            );
            site.time = site.time + std::time::Duration::from_millis(10);
        }
        let names: Vec<_> = site.state.origins().into_iter().map(|(name, _)| name.to_owned()).collect();
        let bare = |base: &str| base.replace("https://", "").replace("http://one.example", "one.example:80");
        let mut expected = [bare(origin), bare(fallback)];
        expected.sort();
        assert_eq!(names, expected);
    }
}

/// An answer speaks of the origin that gave it.
#[test]
fn a_location_is_the_visitors_where_it_names_the_origin_that_answered() {
    let visitor = "https://www.example/next";
    for (vars, script, location, expected) in [
        (&[("ORIGIN", "https://one.example")][..], "fetch 302 origin", "https://one.example/next", visitor),
        (&[("ORIGIN_FALLBACKS", "https://files.example")], "fetch 302 origin", "https://files.example/next", ""),
        (
            &[("ORIGIN_FALLBACKS", "https://files.example")],
            "fetch 521 fetch 302 origin",
            "https://files.example/next",
            visitor,
        ),
        (
            &[("ORIGIN", "https://one.example/blue"), ("ORIGIN_FALLBACKS", "https://one.example/green")],
            "fetch 521 fetch 302 origin",
            "https://one.example/green/next",
            visitor,
        ),
    ] {
        let mut site = Site::new(vars);
        site.fields = lines(&[("location", location)]);
        let Answer::Origin(fields) = site.plays("GET", script).finish.answer else { panic!("the origin's own") };
        let location = fields.into_iter().find(|(name, _)| name == "location").map(|(_, value)| value);
        assert_eq!(location.unwrap_or_default(), expected, "{vars:?} {script}");
    }
}

/// Which rule holds has no part in it.
#[test]
fn an_origin_has_one_name_and_shares_it_with_no_other() {
    let breaker = [("BREAKER_FAILURES", "2"), ("RETRY_ATTEMPTS", "0")];
    let other = r#"[{"path": "/api/*", "ORIGIN": "https://one.example/green"}]"#;
    let mut site = Site::new(&[&breaker[..], &[("ORIGIN", "https://one.example/blue"), ("RULES", other)]].concat());
    for _ in 0..2 {
        site.plays("GET", "fetch 502 cache? none page");
    }
    site.config = site.config.at("/api/x");
    site.plays("GET", "fetch 200 origin");

    let alone = r#"[{"path": "/api/*", "ORIGIN_FALLBACKS": ""}]"#;
    let both =
        [("ORIGIN", "https://one.example/blue"), ("ORIGIN_FALLBACKS", "https://one.example/green"), ("RULES", alone)];
    let mut site = Site::new(&[&breaker[..], &both].concat());
    for _ in 0..2 {
        site.plays("GET", "fetch 502 fetch 502 cache? none page");
    }
    site.config = site.config.at("/api/x");
    site.plays("GET", "cache? none page");
}

/// Only when it is made is it known which origin says so.
#[test]
fn a_copy_of_a_redirect_leads_where_the_answer_did() {
    let bases =
        [("ORIGIN", "https://one.example/blue"), ("ORIGIN_FALLBACKS", "https://one.example/green https://two.example")];
    for (script, location, expected) in [
        ("fetch 301 origin", "https://one.example/blue/next", "https://www.example/next"),
        ("fetch 301 origin", "https://two.example/next", "https://two.example/next"),
        ("fetch 521 fetch 301 origin", "https://one.example/green/next", "https://www.example/next"),
        ("fetch 521 fetch 521 fetch 301 origin", "https://two.example/next", "https://www.example/next"),
    ] {
        let mut site = Site::new(&bases);
        site.fields = lines(&[("location", location)]);
        let record = site.plays("GET", script).finish.after.keep.expect("a copy").record;
        let kept = record.lines().iter().find(|(name, _)| name == "location").map(|(_, value)| value.as_str());
        assert_eq!(kept, Some(expected), "{script} {location}");
    }
}
