//! The operator's own page (`PAGE_TEMPLATE`): from KV, from the static assets, and what happens where it cannot be had.

use serde_json::json;

use crate::client::Reply;
use crate::stand::Stand;

const BROWSER: [(&str, &str); 2] = [("Accept", "text/html"), ("Sec-Fetch-Dest", "document")];
const TOKEN: [(&str, &str); 1] = [("authorization", "Bearer secret")];
const OWN: &str = "<!doctype html><html lang={{lang}}><title>{{title}}</title><h1>Ours: {{status}} {{path}}</h1>";

/// An origin that is down, and a Worker that wants this template.
fn stand(template: &str) -> Stand {
    let vars = [("PAGE_TEMPLATE", template), ("RETRY_ATTEMPTS", "0"), ("ADMIN_TOKEN", "secret")];
    let stand = Stand::with(&vars, |setup| setup.kv().assets());
    stand.fail();
    stand
}

fn page(stand: &Stand) -> Reply {
    stand.worker.get_with("/a%3Cb", &BROWSER)
}

fn complaints(stand: &Stand) -> serde_json::Value {
    stand.worker.get_with("/.understudy/health", &TOKEN).json()["templates"].clone()
}

#[test]
fn it_takes_the_place_of_the_page_wherever_it_lies() {
    for (template, verb, key) in [("kv:my page", "value", "my page"), ("assets:/err/502.html", "file", "/err/502.html")]
    {
        let stand = stand(template);
        stand.worker.platform(json!([verb, key, OWN]));
        let reply = page(&stand);
        assert_eq!(reply.status, 502);
        assert!(reply.text().ends_with("<h1>Ours: 502 /a&#37;3Cb</h1>"), "{template}: {}", reply.text());
        assert!(reply.says("content-type", "text/html") && reply.says("cache-control", "no-store"));
        assert!(reply.says("proxy-status", "received-status=502") && reply.field("retry-after").is_some());
        assert!(reply.says("content-security-policy", "object-src 'none'"), "{reply:?}");
        assert_eq!(complaints(&stand), json!(null));
        let gallery = stand.worker.get_with("/.understudy/pages?failure=dns", &TOKEN).text();
        assert!(gallery.contains("<h1>Ours: 502"), "{gallery}");
    }
}

#[test]
fn programs_get_what_they_always_get_and_nothing_is_read_for_them() {
    let stand = stand("assets:/502.html");
    stand.worker.platform(json!(["file", "/502.html", OWN]));
    let reply = stand.worker.get_with("/a", &[("Accept", "application/json")]);
    assert_eq!(reply.json()["status"], 502);
    stand.origin.mend();
    assert_eq!(stand.worker.get_with("/page/a", &BROWSER).status, 200);
    assert_eq!(stand.worker.count("asset.get"), 0);
}

#[test]
fn it_is_read_once_in_a_while_and_not_for_every_page() {
    let stand = stand("assets:/502.html");
    stand.worker.platform(json!(["file", "/502.html", OWN]));
    for _ in 0..5 {
        assert!(page(&stand).text().contains("Ours"));
    }
    assert_eq!(stand.worker.count("asset.get"), 1);
}

#[test]
fn one_that_is_broken_missing_or_slow_leaves_the_built_in_page_and_a_reason() {
    let large = "<p>".repeat(100_000);
    for (template, text, fault, reason) in [
        ("assets:/a", Some("<p>{{nonsense}}"), None, "the template uses “nonsense”, which does not exist"),
        ("assets:/a", Some("<p>{{#site}}"), None, "not opened and closed in turn"),
        ("assets:/a", Some("just text"), None, "the template holds no HTML"),
        ("assets:/a", Some(large.as_str()), None, "larger than 256 KiB"),
        ("assets:/a", None, None, "there is nothing"),
        ("kv:a", None, None, "there is nothing"),
        ("assets:/a", Some(OWN), Some(("asset.get", "throw")), "there is nothing"),
        ("assets:/a", Some(OWN), Some(("asset.get", "hang")), "it took too long to read"),
    ] {
        let stand = stand(template);
        if let Some(text) = text {
            stand.worker.platform(json!(["file", "/a", text]));
        }
        if let Some((part, kind)) = fault {
            stand.fault(part, kind);
        }
        for _ in 0..2 {
            let reply = page(&stand);
            assert!(reply.status == 502 && reply.text().contains("id=\"facts\""), "{reason}: {}", reply.text());
        }
        let told = complaints(&stand).to_string();
        assert!(told.contains(reason) && told.contains(template), "{told}");
        let line = stand.worker.wait_for_line(|line| line["event"] == "template");
        assert!(line["mistake"].as_str().is_some_and(|mistake| mistake.contains(reason)), "{line}");
        let lines = stand.worker.lines();
        assert_eq!(lines.iter().filter(|line| line["event"] == "template").count(), 1, "said once");
    }
}

#[test]
fn without_the_binding_it_says_so() {
    let vars = [("PAGE_TEMPLATE", "assets:/a"), ("RETRY_ATTEMPTS", "0"), ("ADMIN_TOKEN", "secret")];
    let stand = Stand::new(&vars);
    stand.fail();
    assert!(page(&stand).text().contains("id=\"facts\""));
    assert!(complaints(&stand).to_string().contains("there is no binding ASSETS"));
}

#[test]
fn planned_maintenance_wears_it_too() {
    let vars = [("PAGE_TEMPLATE", "kv:page"), ("MAINTENANCE", "on")];
    let stand = Stand::with_kv(&vars);
    stand.worker.platform(json!(["value", "page", "<h1>Ours</h1>{{#label}}an error{{/label}}{{title}}"]));
    let reply = page(&stand);
    assert_eq!((reply.status, reply.text().as_str()), (503, "<h1>Ours</h1>Planned&#32;maintenance"));
}
