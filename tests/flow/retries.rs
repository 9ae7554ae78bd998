//! Attempts, waits and the end: what is repeated, and what the visitor gets when it does not help.

use std::time::Duration;

use understudy::flow::{Answer, Now, Step};
use understudy::retry::Replay;

use crate::site::{Site, lines};

#[test]
fn a_healthy_answer_costs_one_fetch_and_nothing_else() {
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        for status in ["200", "204", "206", "301", "304", "400", "404", "429", "501", "505", "599", "999"] {
            Site::new(&[]).plays(method, &format!("fetch {status} origin"));
        }
    }
}

#[test]
fn what_is_safe_to_repeat_is_repeated_once() {
    for method in ["GET", "HEAD", "OPTIONS"] {
        for failure in ["502", "503", "504", "520", "522", "524", "530", "reset", "cut", "blank"] {
            Site::new(&[]).plays(method, &format!("fetch {failure} sleep slept fetch 200 origin"));
        }
    }
}

/// RFC 9110 §9.2.2
#[test]
fn nothing_else_is_repeated() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "PURGE", "QUERY", "get"] {
        for failure in ["502", "503", "504", "520", "522", "524", "reset", "timeout"] {
            Site::new(&[]).plays(method, &format!("fetch {failure} page"));
        }
    }
}

#[test]
fn what_provably_never_arrived_may_be_sent_again_if_it_is_still_there() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        for failure in ["521", "523", "530"] {
            let mut site = Site::new(&[]);
            site.plays(method, &format!("fetch {failure} sleep slept fetch 200 origin"));
            site.replay = Replay::No;
            site.plays(method, &format!("fetch {failure} page"));
        }
    }
}

#[test]
fn a_second_failure_counts_for_itself() {
    // The first one proved that nothing arrived; the second one does not.
    Site::new(&[("RETRY_ATTEMPTS", "3")]).plays("POST", "fetch 521 sleep slept fetch 502 page");
}

#[test]
fn there_are_as_many_attempts_as_configured() {
    Site::new(&[("RETRY_ATTEMPTS", "0")]).plays("GET", "fetch 502 cache? none page");
    let three = "fetch 502 sleep slept fetch reset sleep slept fetch 504 sleep slept fetch 503 cache? none page";
    let visit = Site::new(&[("RETRY_ATTEMPTS", "3"), ("TIMEOUT", "1s")]).plays("GET", three);
    assert_eq!(visit.status(), Some(503), "the last failure's");
}

#[test]
fn retry_after_is_waited_for_if_there_is_time() {
    let mut site = Site::new(&[]);
    site.fields = lines(&[("retry-after", "3")]);
    let visit = site.plays("GET", "fetch 503 sleep slept fetch 200 origin");
    assert!(visit.took >= Duration::from_secs(3), "{:?}", visit.took);
    site.fields = lines(&[("retry-after", "120")]);
    let visit = site.plays("GET", "fetch 503 cache? none page");
    assert_eq!(visit.field("retry-after"), "120");
    assert_eq!(visit.finish.after.line.as_ref().unwrap().no_retry, Some("retry_after"));
}

#[test]
fn a_wait_longer_than_the_patience_is_only_for_those_without_a_copy() {
    let mut site = Site::new(&[("PATIENCE", "1s")]);
    site.fields = lines(&[("retry-after", "3")]);
    let visit = site.plays("GET", "fetch 503 cache? copy copy");
    assert!(visit.took < Duration::from_secs(1), "{:?}", visit.took);
    site.fields.clear();
    site.plays("GET", "fetch 503 sleep slept fetch 200 origin");
}

#[test]
fn no_attempt_is_made_after_the_deadline() {
    let mut site = Site::new(&[("RETRY_ATTEMPTS", "5"), ("TIMEOUT", "10s"), ("DEADLINE", "15s")]);
    let visit = site.plays("GET", "fetch impatient cache? none wait timeout sleep slept fetch timeout page");
    assert_eq!(visit.status(), Some(504));
    assert!(visit.fetches[1].timeout.unwrap() < Duration::from_secs(15), "{:?}", visit.fetches);
    assert!(visit.took <= Duration::from_secs(15), "{:?}", visit.took);
}

/// A tier that hangs costs a moment beyond it; one that answers still has its chance.
#[test]
fn the_deadline_is_for_look_ups_too() {
    let mut site = Site::new(&[("TIMEOUT", "30s"), ("PATIENCE", "2m"), ("DEADLINE", "10s")]);
    site.kv = true;
    let visit = site.plays("GET", "fetch timeout cache? slow kv? slow page");
    assert!(visit.took <= Duration::from_secs(11), "{:?}", visit.took);
    site.plays("GET", "fetch timeout cache? slow kv? copy copy");
    let visit = site.plays("GET", "fetch 526 cache? slow kv? slow page");
    assert!(visit.took >= Duration::from_secs(5), "as long as there is time, they have it: {:?}", visit.took);
}

#[test]
fn the_budget_ends_retries_and_not_answers() {
    let mut site = Site::new(&[]);
    for _ in 0..3 {
        site.plays("GET", "fetch 502 sleep slept fetch 502 cache? none page");
    }
    let visit = site.plays("GET", "fetch 502 cache? none page");
    assert_eq!(visit.finish.after.line.unwrap().no_retry, Some("budget"));
    Site::new(&[("RETRY_BUDGET", "0%")]).plays("GET", "fetch 502 cache? none page");
}

#[test]
fn the_applications_own_words_go_through_unless_told_otherwise() {
    let script = "fetch json:502 sleep slept fetch json:503 cache? none";
    Site::new(&[]).plays("GET", &format!("{script} kept"));
    Site::new(&[("FAILURE_BODIES", "all")]).plays("GET", &format!("{script} page"));
    Site::new(&[]).plays("POST", "fetch json:502 kept");
    Site::new(&[]).plays("GET", "fetch json:502 sleep slept fetch 503 cache? none page");
    Site::new(&[]).plays("GET", "fetch 502 sleep slept fetch json:503 cache? none kept");
}

#[test]
fn failure_bodies_none_replaces_nothing_that_has_arrived() {
    let none = [("FAILURE_BODIES", "none")];
    Site::new(&none).plays("GET", "fetch 502 sleep slept fetch 502 kept");
    Site::new(&none).plays("GET", "fetch 502 sleep slept fetch reset cache? none page");
    Site::new(&none).plays("GET", "fetch 502 sleep slept fetch reset cache? copy copy");
}

#[test]
fn observing_changes_nothing() {
    let mut site = Site::new(&[("MODE", "observe"), ("BREAKER_FAILURES", "1")]);
    for _ in 0..3 {
        let visit = site.plays("GET", "fetch 502 origin");
        assert_eq!((visit.fetches[0].timeout, visit.fetches[0].patience), (None, None));
        assert_eq!(visit.finish.after.line.unwrap().would, Some("retry"));
    }
    let visit = site.plays("POST", "fetch 502 origin");
    assert_eq!(visit.finish.after.line.unwrap().would, Some("replace"));
    let healthy = site.plays("GET", "fetch 200 origin");
    assert!(healthy.finish.after.keep.is_none() && healthy.finish.after.remove.is_empty());
    site.plays("GET", "fetch 500 origin");
    // There is nothing to relay.
    site.plays("GET", "fetch reset page");
    // What is only looked on at uses no retries up.
    let config = std::mem::replace(&mut site.config, Site::new(&[("BREAKER_FAILURES", "0")]).config);
    site.plays("GET", "fetch 502 sleep slept fetch 200 origin");
    site.config = config;
}

/// Nothing is cut off by looking on; but the log says what would have been.
#[test]
fn observing_tells_of_answers_that_came_too_late() {
    for (took, said) in [(9, None), (11, Some("timeout")), (26, Some("timeout"))] {
        let mut site = Site::new(&[("MODE", "observe"), ("LOG", "incidents")]);
        let mut flow = site.flow("GET");
        flow.start(&mut Now { time: site.time, state: &mut site.state });
        site.time = site.time + Duration::from_secs(took);
        let Step::Finish(finish) = site.happens(&mut flow, "200") else { panic!("an answer") };
        assert!(matches!(finish.answer, Answer::Origin(_)), "it is relayed all the same");
        let line = finish.after.line;
        assert_eq!(line.as_ref().and_then(|line| line.failure), said, "after {took} s");
        assert_eq!(line.and_then(|line| line.would), said.map(|_| "retry"), "after {took} s");
    }
}

#[test]
fn a_redirect_to_the_origins_own_name_is_pointed_at_the_visitors() {
    let mut site = Site::new(&[("ORIGIN", "https://o.example:8443/app")]);
    site.fields = lines(&[("location", "https://o.example:8443/app/there?x=1#y")]);
    let visit = site.plays("GET", "fetch 302 origin");
    assert_eq!(visit.fetches[0].url.as_deref(), Some("https://o.example:8443/app/page?q=1"));
    let Answer::Origin(fields) = visit.finish.answer else { panic!("not relayed") };
    assert_eq!(fields, lines(&[("location", "https://www.example/there?x=1#y")]));
}

#[test]
fn a_redirect_that_was_kept_is_too() {
    let mut site = Site::new(&[("ORIGIN", "https://o.example/app"), ("RETRY_ATTEMPTS", "0")]);
    site.copy = lines(&[("location", "https://o.example/app/there"), ("cache-control", "max-age=600")]);
    let mut flow = site.flow("GET");
    let record = site.record_of(301);
    let step = site.looks(&mut flow, "502", record);
    let Step::Finish(finish) = step else { panic!("no end") };
    let Answer::Copy(served) = finish.answer else { panic!("no copy") };
    let locations: Vec<_> = served.lines.iter().filter(|(name, _)| name == "location").collect();
    assert_eq!(locations, [&("location".to_owned(), "https://www.example/there".to_owned())]);
}

#[test]
fn the_page_says_whether_the_request_may_have_been_carried_out() {
    let body = |visit: crate::site::Visit| match visit.finish.answer {
        Answer::Page(page) => page.body,
        other => panic!("{other:?}"),
    };
    let lost = body(Site::new(&[]).plays("POST", "fetch 502 page"));
    let mut unsent = Site::new(&[("RETRY_ATTEMPTS", "0")]);
    assert_ne!(lost, body(unsent.plays("POST", "fetch 521 page")));
}
