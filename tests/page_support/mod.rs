//! A visitor, a failure and an operator to start from, for every test of the page.
#![allow(dead_code)]

use understudy::failure::{Explanation, Kind};
use understudy::page::{Asked, Fate, Incident, Page, Params, render};
use understudy::time::Time;

/// 2026-11-22T20:41:09Z
pub const NOW: Time = Time::from_secs(1_795_380_069);

/// One for every format, and two for the one without content.
pub const ACCEPTS: [&str; 12] = [
    "text/html",
    "application/problem+json",
    "application/json",
    "application/problem+xml",
    "application/xml",
    "text/markdown",
    "text/plain",
    "image/svg+xml",
    "text/javascript",
    "text/css",
    "text/event-stream",
    "application/grpc-web+proto",
];

/// A failure of this kind on a GET.
pub fn incident(explanation: Explanation) -> Incident<'static> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.row().explanation == explanation);
    let is_hopeless = matches!(explanation, Explanation::Tls | Explanation::Loop);
    Incident {
        explanation,
        status: kind.map_or(503, |kind| kind.row().status),
        failure: kind.map_or("maintenance", Kind::as_str),
        error: kind.and_then(|kind| kind.row().error),
        gateway: None,
        retry_after: (!is_hopeless).then_some(30),
        fate: Fate::Safe,
        now: NOW,
        until: (explanation == Explanation::Maintenance).then_some(Time::from_secs(1_795_390_200)),
    }
}

/// The page for a request with these fields.
pub fn page(params: &Params, incident: &Incident, method: &str, fields: &[(&str, &str)]) -> Page {
    let fields: Vec<(String, String)> = fields.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
    let url = "https://www.example.com/reports/2026?session=secret#part";
    render(params, incident, &Asked { method, url, fields: &fields })
}

/// The value of a header field; the empty string if there is none.
pub fn field<'p>(page: &'p Page, name: &str) -> &'p str {
    let mut values = page.lines.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let value = values.next().unwrap_or_default();
    assert!(values.next().is_none(), "{name} stands there twice");
    value
}

/// What a browser sends with a navigation.
pub const BROWSER: &[(&str, &str)] = &[
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("user-agent", "Mozilla/5.0"),
    ("cf-ray", "8f1c2d3e4a5b6c7d-FRA"),
];

/// The same, in this language.
pub fn browser(language: &str) -> Vec<(&str, &str)> {
    BROWSER.iter().copied().chain([("accept-language", language)]).collect()
}
