//! `INCIDENTS`: two isolates of one Worker, and the object in which they share what they know.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{self, Reply};
use crate::origin::Fault;
use crate::stand::{Stand, is_copy, is_page};
use crate::worker::Setup;

const VARS: [(&str, &str); 4] =
    [("BREAKER_FAILURES", "3"), ("RETRY_ATTEMPTS", "0"), ("BREAKER_OPEN", "60s..60s"), ("LOG", "all")];

fn shared(more: &[(&str, &str)]) -> Stand {
    Stand::with(&[&VARS[..], more].concat(), Setup::incidents)
}

fn twin(stand: &Stand, target: &str) -> Reply {
    client::ask(stand.worker.twin(), "GET", target, &[], b"")
}

fn lines_with<'a>(lines: &'a [Value], path: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["path"] == path).collect()
}

#[test]
fn nothing_is_asked_while_all_is_well() {
    let stand = shared(&[]);
    assert_eq!(stand.worker.get("/ok").status, 200);
    assert_eq!(twin(&stand, "/ok").status, 200);
    let lines = stand.worker.end();
    assert!(lines.iter().all(|line| line["shared"].is_null()) && !lines.is_empty(), "{lines:?}");
}

#[test]
fn an_isolate_learns_with_its_first_failure_of_those_of_others() {
    let stand = shared(&[]);
    stand.fail();
    for path in ["/a", "/b", "/c"] {
        assert!(is_page(&stand.worker.get(path)));
    }
    let asked = stand.origin.requests().len();
    assert!(is_page(&twin(&stand, "/d")));
    assert_eq!(stand.origin.requests().len(), asked + 1, "the first failure of its own");
    let page = twin(&stand, "/e");
    assert!(is_page(&page) && page.says("proxy-status", "circuit open"), "{page:?}");
    assert_eq!(stand.origin.requests().len(), asked + 1);
    let lines = stand.worker.end();
    assert_eq!(lines_with(&lines, "/d")[0]["shared"], "open", "{lines:?}");
}

/// The very thing: a new isolate does not start by waiting for an origin that hangs.
#[test]
fn a_new_isolate_does_not_wait_for_an_origin_of_which_others_know_that_it_hangs() {
    let stand = shared(&[("TIMEOUT", "1h"), ("DEADLINE", "1h"), ("PATIENCE", "30m")]);
    stand.warm("/page/kept");
    stand.fail();
    for path in ["/a", "/b", "/c"] {
        assert!(is_page(&stand.worker.get(path)));
    }
    stand.origin.break_with(Fault::Hang);
    let start = Instant::now();
    let copy = twin(&stand, "/page/kept");
    assert!(is_copy(&copy), "{copy:?}");
    assert!(start.elapsed() >= Duration::from_secs(1), "it asked after a while: {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(60), "and not after half an hour: {:?}", start.elapsed());
    assert!(is_page(&twin(&stand, "/page/none")), "and then it knows");
}

#[test]
fn one_isolate_probes_and_tells_the_other() {
    // A download that can be resumed takes another way to the visitor.
    for resume in ["off", "on"] {
        one_probes(shared(&[("BREAKER_OPEN", "10ms..10ms"), ("RESUME", resume)]));
    }
}

fn one_probes(stand: Stand) {
    let file = "/ok?body=whole&etag=%22m%22&h.Accept-Ranges=bytes&h.Cache-Control=no-store";
    stand.fail();
    for path in ["/a", "/b", "/c"] {
        assert!(is_page(&stand.worker.get(path)));
        twin(&stand, path);
    }
    stand.origin.mend();
    crate::worker::wait_until(|| (stand.worker.get(file).status == 200).then_some(()));
    crate::worker::wait_until(|| (twin(&stand, file).status == 200).then_some(()));
    let answered = |lines: &[Value]| lines_with(lines, "/ok").iter().filter(|line| line["answer"] == "origin").count();
    crate::worker::wait_until(|| (answered(&stand.worker.lines()) == 2).then_some(()));
    let lines = stand.worker.end();
    let known: Vec<_> = lines_with(&lines, "/ok").iter().map(|line| line["shared"].clone()).collect();
    assert_eq!(known.iter().filter(|word| *word == "probe").count(), 1, "{known:?}");
    assert_ne!(known.last().unwrap(), "probe", "the other one was told: {known:?}");
}

#[test]
fn without_it_every_isolate_has_its_own_memory() {
    for class in ["Broken", "Hanging"] {
        let stand = Stand::with(&VARS, |setup| setup.incidents_that(class));
        stand.fail();
        for path in ["/a", "/b", "/c"] {
            assert!(is_page(&stand.worker.get(path)), "{class}");
        }
        let asked = stand.origin.requests().len();
        assert!(stand.worker.get("/d").says("proxy-status", "circuit open"), "{class}");
        assert_eq!(stand.origin.requests().len(), asked, "{class}");
        let lines = stand.worker.end();
        assert_eq!(lines_with(&lines, "/a")[0]["shared"], "away", "{class}");
    }
}
