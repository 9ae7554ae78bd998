//! `GUARD_BYTES`: what is held until it is whole, and what becomes of it.

use std::time::Duration;

use understudy::flow::{Now, Step};

use crate::site::{Site, lines};

fn site(more: &[(&str, &str)]) -> Site {
    let mut site = Site::new(&[more, &[("GUARD_BYTES", "64KiB")]].concat());
    site.fields = lines(&[("content-type", "text/html; charset=utf-8"), ("cache-control", "max-age=60")]);
    site
}

#[test]
fn what_is_whole_goes_out_and_is_kept_as_ever() {
    for end in ["whole", "released"] {
        let visit = site(&[]).plays("GET", &format!("fetch 200 hold {end} origin"));
        assert!(visit.finish.after.keep.is_some());
        assert!(visit.finish.after.line.is_some_and(|line| line.event == "request"), "no incident");
    }
}

#[test]
fn what_breaks_off_is_a_failure_like_any_other() {
    let mut site = site(&[]);
    site.plays("GET", "fetch 200 hold broken sleep slept fetch 200 hold whole origin");
    let copy = site.plays("GET", "fetch 200 hold broken sleep slept fetch 200 hold broken cache? copy copy");
    assert!(
        copy.field("proxy-status").contains("error=http_response_incomplete;received-status=200"),
        "RFC 9209 §2.3.8"
    );
    let page = site.plays("GET", "fetch 200 hold broken sleep slept fetch reset cache? none page");
    assert_eq!(page.status(), Some(502));
    let sent = site.plays("POST", "fetch 200 hold broken page");
    assert_eq!(sent.status(), Some(502), "it arrived, and is not sent again");
}

#[test]
fn the_breaker_hears_of_it() {
    let mut site = site(&[("BREAKER_FAILURES", "2"), ("RETRY_ATTEMPTS", "0")]);
    for _ in 0..2 {
        site.plays("GET", "fetch 200 hold broken cache? none page");
    }
    site.plays("GET", "cache? none page");
}

#[test]
fn only_small_documents_are_held() {
    let length = |n: &'static str| [("content-type", "text/html"), ("content-length", n)];
    for (vars, method, fields, script) in [
        (&[][..], "GET", &[("content-type", "application/json")][..], "fetch 200 hold whole origin"),
        (&[], "GET", &[("content-type", "application/problem+json; charset=utf-8")], "fetch 200 hold whole origin"),
        (&[], "POST", &[("content-type", "Text/HTML")], "fetch 200 hold whole origin"),
        (&[], "GET", &length("65536"), "fetch 200 hold whole origin"),
        (&[], "GET", &length("65537"), "fetch 200 origin"),
        (&[], "HEAD", &length("10"), "fetch 200 origin"),
        (&[], "GET", &[("content-type", "text/event-stream")], "fetch 200 origin"),
        (&[], "GET", &[("content-type", "image/png")], "fetch 200 origin"),
        (&[], "GET", &[], "fetch 200 origin"),
        (&[("GUARD_BYTES", "0")], "GET", &length("10"), "fetch 200 origin"),
        (&[("MODE", "observe")], "GET", &length("10"), "fetch 200 origin"),
    ] {
        let mut site = site(vars);
        site.fields = lines(fields);
        site.plays(method, script);
    }
}

#[test]
fn nobody_waits_longer_for_it_than_for_a_copy() {
    let mut site = site(&[("PATIENCE", "3s")]);
    let mut flow = site.flow("GET");
    flow.start(&mut Now { time: site.time, state: &mut site.state });
    site.time = site.time + Duration::from_secs(1);
    let Step::Hold(hold) = site.happens(&mut flow, "200") else { panic!("held") };
    assert_eq!((hold.limit, hold.patience), (64 * 1024, Duration::from_secs(2)));
}
