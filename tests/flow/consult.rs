//! `INCIDENTS`: what others know spares a visitor the wait, and the origin the question; without it all goes on as ever.

use std::time::Duration;

use understudy::breaker::Stage;
use understudy::flow::{Now, Step};
use understudy::incidents::Report;

use crate::site::{Site, Visit, lines, name};

fn site(vars: &[(&str, &str)]) -> Site {
    let breaker = [("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "10s..60s")];
    let mut site = Site::new(&[vars, &breaker].concat());
    site.incidents = true;
    site
}

fn told(visit: &Visit) -> Option<Report> {
    visit.finish.after.tell.as_ref().map(|consult| consult.question.report)
}

fn later(site: &mut Site, secs: u64) {
    site.time = site.time + Duration::from_secs(secs);
}

#[test]
fn nobody_asks_while_all_is_well() {
    let mut site = site(&[]);
    for method in ["GET", "HEAD", "POST"] {
        assert_eq!(told(&site.plays(method, "fetch 200 origin")), None);
    }
}

#[test]
fn after_a_failure_the_visit_goes_on_as_ever_unless_others_know_better() {
    for answer in ["closed", "over", "away"] {
        site(&[]).plays("GET", &format!("fetch 502 ask {answer} sleep slept fetch 200 origin"));
    }
    let visit = site(&[]).plays("GET", "fetch 502 ask open cache? none page");
    let line = visit.finish.after.line.unwrap();
    assert_eq!((line.shared, line.no_retry), (Some("open"), Some("breaker")));
    let mut site = site(&[]);
    site.plays("POST", "fetch 502 ask open page");
    assert_eq!(site.plays("POST", "page").fetches, [], "the next visitor does not ask again");
}

#[test]
fn what_works_again_is_told_once_and_only_after_a_failure_was() {
    let mut site = site(&[]);
    let visit = site.plays("GET", "fetch 502 ask closed sleep slept fetch 200 origin");
    assert_eq!(told(&visit), Some(Report::Worked { probe: false }));
    assert_eq!(told(&site.plays("GET", "fetch 200 origin")), None);
}

#[test]
fn one_isolate_asks_once_a_second_but_for_its_breaker() {
    let mut site = Site::new(&[("BREAKER_FAILURES", "4"), ("RETRY_ATTEMPTS", "0")]);
    site.incidents = true;
    site.plays("POST", "fetch 502 ask closed page");
    site.plays("POST", "fetch 502 page");
    site.plays("POST", "fetch 502 page");
    let mut flow = site.flow("POST");
    flow.start(&mut Now { time: site.time, state: &mut site.state });
    let Step::Consult(consult) = site.happens(&mut flow, "502") else { panic!("it has just opened") };
    let Report::Failed(failures) = consult.question.report else { panic!("no failure") };
    assert_eq!((failures.weight, failures.worked), (3, None), "those that were not told yet");
    assert_eq!(consult.name, "www.example|");
}

/// A new isolate does not start by waiting ten seconds.
#[test]
fn whoever_waits_long_asks_and_does_not_wait_for_what_others_know() {
    let mut site = site(&[("PATIENCE", "4s")]);
    let visit = site.plays("GET", "fetch impatient ask open cache? copy copy");
    assert!(visit.took < Duration::from_millis(1_100), "{:?}", visit.took);
    assert!(visit.field("cache-status").contains("fwd="), "the origin was asked: {}", visit.field("cache-status"));
    let mut site = site_again();
    let visit = site.plays("GET", "fetch impatient ask open cache? none page");
    assert!(visit.took < Duration::from_millis(1_100), "{:?}", visit.took);
    assert!(visit.field("proxy-status").contains("circuit open"));
    // The answer may be there first.
    site_again().plays("GET", "fetch impatient ask 200 origin");
    site_again().plays("GET", "fetch impatient ask open cache? 200 origin");
    site_again().plays("POST", "fetch timeout ask closed page");
}

#[test]
fn another_origin_may_still_answer_what_others_know_of_this_one() {
    let mut site = site(&[("ORIGIN", "https://a.example"), ("ORIGIN_FALLBACKS", "https://b.example")]);
    site.plays("HEAD", "fetch impatient ask open wait impatient cache? none wait timeout fetch 200 origin");
}

#[test]
fn whoever_has_looked_for_a_copy_before_the_retry_asks_all_the_same() {
    let mut site = site(&[("PATIENCE", "1ms")]);
    site.fields = lines(&[("retry-after", "2")]);
    site.plays("GET", "fetch 503 ask closed cache? none sleep slept fetch impatient ask open page");
}

fn site_again() -> Site {
    site(&[("PATIENCE", "4s")])
}

#[test]
fn whoever_is_told_nothing_of_it_waits_as_ever() {
    for answer in ["closed", "away", "over", "ramp", "probe"] {
        let script = format!("fetch impatient ask {answer} wait impatient cache? none wait 200 origin");
        let visit = site_again().plays("GET", &script);
        assert!(visit.took < Duration::from_millis(4_100), "{answer} {:?}", visit.took);
    }
    // Who has no patience has looked by then, and asks once all the same.
    let site = || site(&[("PATIENCE", "500ms")]);
    site().plays("GET", "fetch impatient cache? none wait 200 origin");
    site().plays("GET", "fetch impatient cache? none wait impatient ask closed wait impatient wait 200 origin");
    let visit = site().plays("GET", "fetch impatient cache? none wait impatient ask open page");
    assert!(visit.took < Duration::from_millis(1_600), "{:?}", visit.took);
}

#[test]
fn one_of_all_isolates_probes() {
    let tripped = || {
        let mut site = site(&[("RETRY_ATTEMPTS", "0")]);
        site.plays("POST", "fetch timeout ask closed page");
        later(&mut site, 10);
        site
    };
    tripped().plays("GET", "ask open cache? none page");
    let visit = tripped().plays("GET", "ask probe fetch 200 origin");
    assert_eq!(told(&visit), Some(Report::Worked { probe: true }));
    let mut site = tripped();
    site.plays("GET", "ask over fetch 200 origin");
    site.plays("GET", "fetch 200 origin");
    for alone in ["away", "closed"] {
        let mut site = tripped();
        site.plays("GET", &format!("ask {alone} fetch 200 origin"));
        assert_eq!(site.state.origin("www.example").breaker.stage(site.time).as_str(), "ramp", "{alone}");
    }
}

/// What one isolate alone sees fail since all saw it come back is for this one to probe, slowly.
#[test]
fn a_return_of_before_is_no_news_to_who_has_seen_it_fail_since() {
    let mut site = Site::new(&[("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "2s..60s"), ("RETRY_ATTEMPTS", "0")]);
    site.incidents = true;
    site.plays("POST", "fetch timeout ask closed page");
    later(&mut site, 2);
    // "over" since four seconds.
    site.plays("GET", "ask over fetch 502 ask closed cache? none page");
    let stage = site.state.origin("www.example").breaker.stage(site.time);
    assert!(matches!(stage, Stage::Open(left) if left > Duration::from_secs(3)), "for twice as long: {stage:?}");
}

#[test]
fn a_probe_that_fails_is_told_as_one() {
    let mut site = site(&[("RETRY_ATTEMPTS", "0")]);
    site.plays("POST", "fetch timeout ask closed page");
    later(&mut site, 10);
    let mut flow = site.flow("GET");
    let mut now = Now { time: site.time, state: &mut site.state };
    assert_eq!(name(&flow.start(&mut now)), "ask");
    assert_eq!(name(&site.happens(&mut flow, "probe")), "fetch");
    let Step::Consult(consult) = site.happens(&mut flow, "502") else { panic!("not told") };
    assert_eq!(consult.question.report, Report::Lost { retry_after: None });
}

#[test]
fn the_name_ends_with_the_data_centre() {
    let mut site = site(&[]);
    for (ray, name) in [("8f0c1d2e3a4b5c6d-FRA", "www.example|FRA"), ("8f0c1d2e3a4b5c6d", "www.example|")] {
        site.asked = crate::site::lines(&[("cf-ray", ray)]);
        later(&mut site, 2);
        let mut flow = site.flow("POST");
        flow.start(&mut Now { time: site.time, state: &mut site.state });
        let Step::Consult(consult) = site.happens(&mut flow, "502") else { panic!("not told") };
        assert_eq!(consult.name, name);
        site.happens(&mut flow, "closed");
        site.plays("POST", "fetch 200 origin");
    }
}

#[test]
fn nothing_is_told_of_drills_nor_where_nothing_is_decided() {
    let mut site = site(&[("MODE", "observe")]);
    site.plays("GET", "fetch 502 origin");
    let mut site = Site::new(&[]);
    site.incidents = true;
    site.plays("GET", "fetch 502 sleep slept fetch 200 origin");
}
