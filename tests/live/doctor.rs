//! Does the doctor for a URL find out what happens to it, and disturb nobody?

use serde_json::{Value, json};

use crate::client::Reply;
use crate::origin::{Fault, Origin};
use crate::stand::Stand;
use crate::worker::{Setup, Worker};

const TOKEN: &str = "t0ken";
const VARS: [(&str, &str); 2] = [("ADMIN_TOKEN", TOKEN), ("RETRY_ATTEMPTS", "0")];

fn ask(worker: &Worker, url: &str, more: &[(&str, &str)]) -> Reply {
    let bearer = format!("Bearer {TOKEN}");
    let fields: Vec<_> = [("Authorization", bearer.as_str())].into_iter().chain(more.iter().copied()).collect();
    worker.get_with(&format!("/.understudy/doctor?url={url}"), &fields)
}

fn report(worker: &Worker, url: &str) -> Value {
    ask(worker, url, &[("Accept", "application/json")]).json()
}

#[test]
fn explains_what_forbids_a_copy_and_what_to_send() {
    let stand = Stand::new(&VARS);
    let reply = ask(&stand.worker, "/page/a?h.Cache-Control=s-maxage=600,+stale-if-error=86400", &[]);
    assert!(reply.status == 200 && reply.says("content-type", "text/plain") && reply.says("cache-control", "no-store"));
    let text = reply.text();
    assert!(text.contains("May it be served stale when the origin fails? No: s-maxage.\n"), "{text}");
    assert!(text.contains("\n  s-maxage means proxy-revalidate, too: "), "{text}");
    assert!(text.contains("\n    CDN-Cache-Control: max-age=600, stale-if-error=86400\n"), "{text}");
    let kept = report(&stand.worker, "/page/a?h.Cache-Control=max-age=60");
    assert_eq!((&kept["kept"]["fresh_for"], &kept["stale"]["stale_for"]), (&json!(60), &json!(86_400)), "{kept}");
    for (options, reason) in [("h.Set-Cookie=a=b", "set-cookie"), ("status=404", "gone"), ("h.Vary=*", "vary-star")] {
        let report = report(&stand.worker, &format!("/page/a?{options}"));
        assert_eq!(report["kept"]["reason"], reason, "{report}");
    }
    // To look is not to keep.
    assert_eq!(stand.worker.count("cache.put"), 0);
}

#[test]
fn asks_the_origin_once_as_somebody_who_is_not_logged_in() {
    let stand = Stand::new(&VARS);
    let fields = [("Cookie", "session=1"), ("Accept-Language", "de"), ("If-None-Match", "*"), ("Range", "bytes=0-1")];
    ask(&stand.worker, "/redirect", &fields);
    let seen = stand.origin.requests();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    for name in ["authorization", "cookie", "if-none-match", "range"] {
        assert_eq!(seen[0].header(name), None, "{name}");
    }
    assert_eq!(seen[0].header("accept-language").as_deref(), Some("de"));
    // Nobody else, and nothing of ours.
    stand.origin.clear();
    for url in
        ["", "x", "http://other.example/", "http://www.example:81/", "/.understudy/health", "/a/../b", "/a%0d%0ab"]
    {
        let reply = ask(&stand.worker, url, &[]);
        assert_eq!(reply.status, 400, "{url} {reply:?}");
    }
    let wrong = stand.worker.get_with("/.understudy/doctor?url=/page/a", &[("Authorization", "Bearer wrong")]);
    assert_eq!((wrong.status, wrong.text().as_str()), (404, "Not found\n"));
    assert!(stand.origin.requests().is_empty());
}

#[test]
fn tells_what_lies_in_the_tiers() {
    let stand = Stand::with_kv(&VARS);
    let target = "/page/a?h.Cache-Control=max-age=60,+stale-if-error=600";
    let none = report(&stand.worker, target);
    assert_eq!((&none["copies"][0]["there"], &none["copies"][1]["there"]), (&json!(false), &json!(false)), "{none}");
    stand.warm(target);
    stand.worker.wait_for("kv.put", 1);
    stand.age(100);
    stand.origin.break_with(Fault::Status(502));
    let report_of = |target: &str| report(&stand.worker, target);
    let there = report_of(target);
    for (place, tier) in ["cache", "kv"].iter().enumerate() {
        let copy = &there["copies"][place];
        assert_eq!((&copy["tier"], &copy["usable"]), (&json!(tier), &json!(true)), "{there}");
        assert!(copy["age"].as_u64().is_some_and(|age| (100..130).contains(&age)), "{there}");
        assert!(copy["usable_until"].as_str().is_some_and(|until| until.ends_with("GMT")), "{there}");
    }
    assert_eq!(there["origin"]["failure"], "bad_gateway", "{there}");
    assert!(there["stale"]["why"].as_str().is_some_and(|why| why.starts_with("Right now")), "{there}");
    // A tier is told to keep it for as long as it may be of use.
    stand.age(600);
    let old = report_of(target);
    assert_eq!((&old["copies"][0]["there"], &old["copies"][1]["there"]), (&json!(false), &json!(false)), "{old}");
    // The doctor's visits are no failures of the origin's.
    let health = stand.worker.get_with("/.understudy/health", &[("Authorization", "Bearer t0ken")]).json();
    assert!(!health["origins"].to_string().contains("open\""), "{health}");
}

#[test]
fn goes_where_visitors_go_by_the_rules_for_the_path() {
    let origin = Origin::start();
    let rules = json!([{"path": "/slow/*", "TIMEOUT": "50ms"}, {"path": "/page/*", "STALE_IF_ERROR": "0"}]);
    let setup = Setup::new(origin.port()).var("ADMIN_TOKEN", TOKEN).var("ORIGIN", "http://origin.example");
    let worker = setup.var("RULES", rules).start();
    let report_of = |url: &str| report(&worker, url);
    let report = report_of("/page/a?h.Cache-Control=max-age=60");
    assert_eq!(
        (&report["rule"], &report["stale"]["reason"]),
        (&json!("RULES[1], path /page/*"), &json!("not-permitted"))
    );
    assert_eq!(report["variables"]["STALE_IF_ERROR"], "0 seconds");
    let seen = origin.requests();
    assert_eq!(seen[0].target, "/page/a?h.Cache-Control=max-age=60");
    assert_eq!(seen[0].header("x-forwarded-host").as_deref(), Some("www.example"));
    assert!(seen[0].header("cdn-loop").is_some());
    let late = report_of("/slow/a?hang=1");
    assert_eq!(late["origin"]["failure"], "timeout", "{late}");
}
