//! Fallback origins: in their order, each with its own breaker, and without a wait.

use understudy::flow::Answer;

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
    assert_eq!(hosts(&site.plays("POST", "fetch 200 origin")), ["two.example"]);
    assert_eq!(hosts(&site.plays("GET", "fetch 502 fetch 200 origin")), ["two.example", "three.example"]);
    assert_eq!(hosts(&site.plays("GET", "fetch 502 cache? none page")), ["three.example"]);
    site.plays("GET", "cache? copy copy");
}
