//! Nobody waits for an origin that their isolate has learnt to be down, and nothing that was asked before counts after.

use std::time::Duration;

use understudy::breaker::Stage;
use understudy::flow::{Answer, Flow, Now, Step};

use crate::site::{Site, name};

const SECOND: Duration = Duration::from_secs(1);

fn site(vars: &[(&str, &str)]) -> Site {
    let breaker = [("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "10s..60s"), ("RETRY_ATTEMPTS", "0")];
    Site::new(&[vars, &breaker].concat())
}

/// A visit, as far as these events bring it.
fn begun(site: &mut Site, method: &str, words: &[&str]) -> (Flow, Step) {
    let mut flow = site.flow(method);
    let mut step = flow.start(&mut Now { time: site.time, state: &mut site.state });
    for word in words {
        site.pass(&flow, &step, word);
        step = site.happens(&mut flow, word);
    }
    (flow, step)
}

fn stage(site: &mut Site) -> Stage {
    site.state.origin("www.example").breaker.stage(site.time)
}

#[test]
fn whoever_waits_without_a_copy_looks_once_a_second() {
    let mut site = site(&[]);
    let (mut flow, step) = begun(&mut site, "GET", &["impatient", "none"]);
    assert!(matches!(step, Step::Wait(Some(SECOND))), "{step:?}");
    let step = site.happens(&mut flow, "impatient");
    assert!(matches!(step, Step::Wait(Some(SECOND))), "all may be well: {step:?}");
    site.plays("POST", "fetch reset page");
    site.plays("POST", "fetch reset page");
    assert!(matches!(stage(&mut site), Stage::Open(_)));
    let Step::Finish(finish) = site.happens(&mut flow, "impatient") else { panic!("it waits on") };
    assert!(matches!(&finish.answer, Answer::Page(page) if page.lines.iter().any(|(name, _)| name == "retry-after")));
    assert_eq!(finish.after.line.and_then(|line| line.no_retry), Some("breaker"));
}

#[test]
fn so_does_whoever_has_looked_for_a_copy_before_the_retry() {
    let mut site = Site::new(&[("BREAKER_FAILURES", "5"), ("PATIENCE", "1ms"), ("RETRY_BACKOFF", "100ms..100ms")]);
    let (_, step) = begun(&mut site, "GET", &["502", "none", "slept"]);
    assert!(matches!(&step, Step::Fetch(fetch) if fetch.patience == Some(SECOND)), "{step:?}");
}

#[test]
fn a_form_is_waited_for_and_so_is_the_probe() {
    let mut site = site(&[]);
    let (_, step) = begun(&mut site, "POST", &[]);
    assert!(matches!(&step, Step::Fetch(fetch) if fetch.patience.is_none()), "{step:?}");
    site.plays("POST", "fetch timeout page");
    site.time = site.time + 10 * SECOND;
    let (mut probe, _) = begun(&mut site, "GET", &["impatient", "none"]);
    assert!(matches!(stage(&mut site), Stage::Probing(_)));
    assert_eq!(name(&site.happens(&mut probe, "impatient")), "wait");
    assert_eq!(name(&site.happens(&mut probe, "200")), "origin");
    assert!(matches!(stage(&mut site), Stage::Ramp(_)));
}

/// Nor does an answer to what was asked before: it is the probe that is waited for.
#[test]
fn an_old_answer_is_no_probe() {
    let mut site = site(&[]);
    let (mut before, _) = begun(&mut site, "POST", &[]);
    site.plays("POST", "fetch timeout page");
    site.time = site.time + 10 * SECOND;
    let (mut probe, _) = begun(&mut site, "POST", &[]);
    assert_eq!(name(&site.happens(&mut before, "200")), "origin");
    assert!(matches!(stage(&mut site), Stage::Probing(_)));
    assert_eq!(name(&site.happens(&mut probe, "timeout")), "page");
    assert!(matches!(stage(&mut site), Stage::Open(_)));
}

/// A hang's attempts end one after the other, long after the breaker has opened.
#[test]
fn what_was_asked_before_is_no_failure_of_the_probe_nor_of_an_origin_that_is_back() {
    let mut site = site(&[]);
    let mut before: Vec<Flow> = (0..4).map(|_| begun(&mut site, "POST", &[]).0).collect();
    site.plays("POST", "fetch timeout page");
    site.time = site.time + 10 * SECOND;
    let (mut probe, _) = begun(&mut site, "GET", &[]);
    for mut flow in before.drain(..2) {
        assert_eq!(name(&site.happens(&mut flow, "timeout")), "page");
    }
    assert!(matches!(stage(&mut site), Stage::Probing(_)), "the probe is still on its way");
    assert_eq!(name(&site.happens(&mut probe, "200")), "origin");
    for mut flow in before {
        assert_eq!(name(&site.happens(&mut flow, "timeout")), "page");
    }
    assert!(matches!(stage(&mut site), Stage::Ramp(_)), "it is back");
    for word in ["reset", "timeout"] {
        // Some are spared while it comes back.
        let (mut flow, step) = begun(&mut site, "POST", &[]);
        assert_eq!(name(&step), "fetch");
        site.happens(&mut flow, word);
    }
    assert!(matches!(stage(&mut site), Stage::Open(_)), "what is asked now counts");
}
