//! A request whose body is still on its way from the visitor has no timeout: as a probe it says that it is under way.

use std::time::Duration;

use understudy::flow::{Flow, Now, Step};
use understudy::incidents::Report;
use understudy::retry::Replay;

use crate::site::{Site, lines, name};

const VARS: [(&str, &str); 3] = [("BREAKER_FAILURES", "2"), ("RETRY_ATTEMPTS", "0"), ("BREAKER_OPEN", "10s..60s")];

/// An origin that has been due for a probe for a whole lease.
fn overdue(incidents: bool) -> Site {
    let mut site = Site::new(&VARS);
    site.incidents = incidents;
    if incidents {
        site.plays("POST", "fetch timeout ask closed page");
    } else {
        site.plays("POST", "fetch timeout page");
    }
    later(&mut site, Duration::from_secs(10));
    later_by_lease(&mut site);
    site
}

fn later(site: &mut Site, span: Duration) {
    site.time = site.time + span;
}

fn later_by_lease(site: &mut Site) {
    let lease = site.config.breaker.lease;
    later(site, lease);
}

fn state(site: &mut Site) -> &'static str {
    site.state.origin("www.example").breaker.stage(site.time).as_str()
}

/// A large upload that comes now.
fn upload(site: &mut Site) -> (Flow, Step) {
    site.replay = Replay::No;
    let mut flow = site.flow("POST");
    site.replay = Replay::Yes;
    let step = flow.start(&mut Now { time: site.time, state: &mut site.state });
    (flow, step)
}

/// It may take minutes, and break off for reasons of its own: the others would wait for that.
#[test]
fn an_upload_is_a_probe_only_where_nothing_better_comes() {
    let mut site = Site::new(&VARS);
    site.plays("POST", "fetch timeout page");
    later(&mut site, Duration::from_secs(10));
    for replay in [Replay::No, Replay::Once] {
        site.replay = replay;
        site.plays("POST", "page");
    }
    site.replay = Replay::Yes;
    site.plays("POST", "fetch 200 origin");
    assert_eq!(state(&mut site), "ramp");

    let mut site = overdue(false);
    let (mut flow, step) = upload(&mut site);
    assert_eq!(name(&step), "fetch", "nobody else came for so long");
    site.plays("POST", "page");
    // It breaks off, whosever fault that is: the next one need not wait for a lease to end.
    site.happens(&mut flow, "reset");
    site.plays("POST", "fetch 200 origin");
    assert_eq!(state(&mut site), "ramp");
}

#[test]
fn while_it_is_under_way_no_other_goes() {
    let mut site = overdue(false);
    let (mut flow, Step::Fetch(fetch)) = upload(&mut site) else { panic!("no probe") };
    assert_eq!(fetch.timeout, None);
    let mut sign = fetch.patience.expect("a sign");
    for _ in 0..9 {
        later(&mut site, sign);
        site.plays("POST", "page");
        let Step::Wait(Some(next)) = site.happens(&mut flow, "impatient") else { panic!("it goes on") };
        sign = next;
        assert!(sign < site.config.breaker.lease);
    }
    site.happens(&mut flow, "200");
    assert_eq!(state(&mut site), "ramp");
}

#[test]
fn when_nothing_more_is_heard_of_it_another_goes() {
    let mut site = overdue(false);
    let (mut flow, Step::Fetch(fetch)) = upload(&mut site) else { panic!("no probe") };
    later(&mut site, fetch.patience.expect("a sign"));
    site.happens(&mut flow, "impatient");
    later_by_lease(&mut site);
    site.plays("GET", "fetch 502 cache? none page");
    // And should it still be there after all, it is the probe no more.
    let step = site.happens(&mut flow, "impatient");
    assert_eq!((name(&step), state(&mut site)), ("wait", "open"));
}

/// Or whoever sends slowly would keep all others away.
#[test]
fn it_keeps_nobody_away_for_longer_than_an_open_breaker_would() {
    for incidents in [false, true] {
        let mut site = overdue(incidents);
        let (mut flow, mut step) = upload(&mut site);
        let began = site.time;
        let mut asked = 0;
        loop {
            let word = match &step {
                Step::Fetch(fetch) => {
                    later(&mut site, fetch.patience.expect("a sign"));
                    "impatient"
                }
                Step::Wait(Some(sign)) => {
                    later(&mut site, *sign);
                    "impatient"
                }
                Step::Consult(_) => {
                    asked += 1;
                    "probe"
                }
                Step::Wait(None) => break,
                other => panic!("{}", name(other)),
            };
            step = site.happens(&mut flow, word);
        }
        let took = site.time.since(began);
        assert!(took >= Duration::from_secs(60) && took < Duration::from_secs(60) + site.config.breaker.lease);
        assert_eq!(asked > 1, incidents);
        later_by_lease(&mut site);
        let script = if incidents { "ask probe fetch 200 origin" } else { "fetch 200 origin" };
        site.plays("GET", script);
        assert_eq!(state(&mut site), "ramp");
        assert_eq!(name(&site.happens(&mut flow, "200")), "origin");
    }
}

/// An upload is no probe while all is well, and nobody wants to hear of it.
#[test]
fn who_is_no_probe_says_nothing() {
    let mut site = Site::new(&VARS);
    let (_, Step::Fetch(fetch)) = upload(&mut site) else { panic!("all is well") };
    assert_eq!((fetch.patience, fetch.timeout), (None, None));
}

#[test]
fn the_one_probe_of_all_isolates_says_so_to_all() {
    let mut site = overdue(true);
    let (mut flow, step) = upload(&mut site);
    assert_eq!(name(&step), "ask");
    let Step::Fetch(fetch) = site.happens(&mut flow, "probe") else { panic!("no probe") };
    later(&mut site, fetch.patience.expect("a sign"));
    for answer in ["open", "away", "closed"] {
        let Step::Consult(consult) = site.happens(&mut flow, "impatient") else { panic!("no sign") };
        assert_eq!(consult.question.report, Report::Underway);
        assert_eq!(name(&site.happens(&mut flow, answer)), "wait", "{answer}");
    }
    // An answer may come while it says so.
    assert_eq!(name(&site.happens(&mut flow, "impatient")), "ask");
    let Step::Finish(finish) = site.happens(&mut flow, "200") else { panic!("no answer") };
    assert_eq!(finish.after.tell.unwrap().question.report, Report::Worked { probe: true });
    assert_eq!(state(&mut site), "ramp");
}

/// Another one's question is answered in between.
#[test]
fn whatever_its_isolate_hears_meanwhile_the_probe_decides() {
    let mut site = overdue(true);
    let mut failing = site.flow("GET");
    failing.start(&mut Now { time: site.time, state: &mut site.state });
    site.happens(&mut failing, "probe");
    assert_eq!(name(&site.happens(&mut failing, "502")), "ask");
    later(&mut site, Duration::from_secs(40));
    let mut probe = site.flow("GET");
    assert_eq!(name(&probe.start(&mut Now { time: site.time, state: &mut site.state })), "ask");
    site.happens(&mut failing, "open");
    assert_eq!(name(&site.happens(&mut probe, "probe")), "fetch");
    site.plays("POST", "page");
    site.happens(&mut probe, "200");
    assert_eq!(state(&mut site), "ramp");
}

#[test]
fn one_that_its_visitor_broke_off_is_given_back_to_all() {
    let mut site = overdue(true);
    let (mut flow, _) = upload(&mut site);
    site.happens(&mut flow, "probe");
    let Step::Consult(consult) = site.happens(&mut flow, "reset") else { panic!("not told") };
    assert_eq!(consult.question.report, Report::Returned);
}

/// A download of 1 MB, half of which the visitor has, from an origin that has failed since and is due for a probe.
fn download_of_one_that_is_due(vars: &[(&str, &str)]) -> (Site, Flow) {
    let mut site = Site::new(&[vars, &[("RESUME", "on")]].concat());
    site.incidents = true;
    site.fields = lines(&[("etag", "\"a\""), ("accept-ranges", "bytes"), ("content-length", "1000000")]);
    let mut flow = site.flow("GET");
    flow.start(&mut Now { time: site.time, state: &mut site.state });
    site.happens(&mut flow, "200");
    flow.download(200, &site.fields).unwrap();
    site.plays("POST", "fetch timeout ask closed page");
    later(&mut site, Duration::from_secs(10));
    (site, flow)
}

#[test]
fn a_download_that_goes_on_may_be_the_one_probe() {
    for (answer, ends) in [("probe", Report::Worked { probe: true }), ("open", Report::Probe)] {
        let (mut site, mut flow) = download_of_one_that_is_due(&VARS);
        let step = flow.broke_off(500_000, &mut Now { time: site.time, state: &mut site.state });
        let step = if name(&step) == "sleep" { site.happens(&mut flow, "slept") } else { step };
        let Step::Consult(consult) = step else { panic!("{} and not asked", name(&step)) };
        assert_eq!(consult.question.report, Report::Probe);
        let step = site.happens(&mut flow, answer);
        if answer == "open" {
            assert_eq!(name(&step), "cache?", "another one is on its way");
            continue;
        }
        assert_eq!(name(&step), "fetch");
        site.fields = lines(&[("etag", "\"a\""), ("content-range", "bytes 500000-999999/1000000")]);
        let Step::Finish(finish) = site.happens(&mut flow, "206") else { panic!("no rest") };
        assert_eq!(finish.after.tell.unwrap().question.report, ends);
        assert_eq!(state(&mut site), "ramp");
    }
}

#[test]
fn a_download_that_was_the_one_probe_and_failed_is_told_as_one() {
    let (mut site, mut flow) = download_of_one_that_is_due(&[VARS[0], VARS[2]]);
    flow.broke_off(500_000, &mut Now { time: site.time, state: &mut site.state });
    site.happens(&mut flow, "slept");
    site.happens(&mut flow, "probe");
    let Step::Consult(consult) = site.happens(&mut flow, "502") else { panic!("not told") };
    assert_eq!(consult.question.report, Report::Lost { retry_after: None });
    assert_eq!(name(&site.happens(&mut flow, "open")), "cache?");
}
