//! The exact words and structure of pages, to be read in a review: `UPDATE_GOLDEN=1 cargo test --test page_golden`
//! writes `tests/golden/page/` anew. Styles and script are left out; they are files of their own in `src/page/assets/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use std::path::Path;

use page_support::{browser, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Fate, Incident, Page, Params, Theme};

fn operator() -> Params {
    Params {
        status_url: Some("https://status.example.net/".into()),
        support: Some("help@example.com".into()),
        ..Params::default()
    }
}

fn check(name: &str, page: &Page) {
    let mut text = format!("{}\n", page.status);
    for (field, value) in &page.lines {
        let value = if field == "content-length" { "(length)".to_owned() } else { without_hashes(value) };
        text.push_str(&format!("{field}: {value}\n"));
    }
    text.push('\n');
    text.push_str(&without(without(page.body.clone(), "style"), "script"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/page").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} differs from its golden file; UPDATE_GOLDEN=1 writes it anew. Now:\n{text}");
}

/// The hashes are compared with the texts in `page_contract`; here they would only make noise.
fn without_hashes(value: &str) -> String {
    let parts: Vec<&str> = value.split("'sha256-").collect();
    let rest = parts[1..].iter().map(|part| format!("'sha256-…'{}", part.split_once('\'').unwrap().1));
    parts[0].to_owned() + &rest.collect::<String>()
}

fn without(body: String, element: &str) -> String {
    let (start, end) = (format!("<{element}>"), format!("</{element}>"));
    let mut parts = body.split(start.as_str());
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += &format!("{start}…{end}{}", part.split_once(end.as_str()).unwrap().1);
    }
    out
}

#[test]
fn every_format() {
    for (name, accept) in [
        ("problem.json", "application/problem+json"),
        ("json.json", "application/json"),
        ("problem.xml", "application/problem+xml"),
        ("xml.xml", "application/xml"),
        ("markdown.md", "text/markdown"),
        ("text.txt", "text/plain"),
        ("image.svg", "image/svg+xml"),
        ("script.js", "text/javascript"),
        ("style.css", "text/css"),
        ("event-stream.txt", "text/event-stream"),
        ("grpc-web.txt", "application/grpc-web+proto"),
    ] {
        let fields = [("accept", accept), ("cf-ray", "8f1c2d3e4a5b6c7d-FRA")];
        let incident = Incident { gateway: Some("nginx"), ..incident(Explanation::BadGateway) };
        check(&format!("format-{name}"), &page(&operator(), &incident, "GET", &fields));
    }
    let font = [("sec-fetch-dest", "font"), ("accept", "*/*")];
    check("format-font.txt", &page(&operator(), &incident(Explanation::BadGateway), "GET", &font));
}

#[test]
fn every_theme() {
    for theme in Theme::ALL {
        let params = Params { theme, ..operator() };
        let made = page(&params, &incident(Explanation::Connection), "GET", &browser("en"));
        check(&format!("theme-{}.html", theme.as_str()), &made);
    }
}

#[test]
fn every_explanation() {
    for explanation in Explanation::ALL {
        let made = page(&operator(), &incident(explanation), "GET", &[("accept", "text/plain")]);
        check(&format!("explanation-{}.txt", explanation.as_str()), &made);
        let made = page(&operator(), &incident(explanation), "GET", &browser("en"));
        check(&format!("explanation-{}.html", explanation.as_str()), &made);
    }
}

#[test]
fn after_a_form() {
    for (name, fate) in [("not-sent", Fate::NotSent), ("unknown", Fate::Unknown)] {
        let incident = Incident { fate, ..incident(Explanation::Timeout) };
        check(&format!("form-{name}.html"), &page(&operator(), &incident, "POST", &browser("en")));
        check(&format!("form-{name}.txt"), &page(&operator(), &incident, "POST", &[("accept", "text/plain")]));
    }
}

#[test]
fn maintenance_in_three_languages() {
    for tag in ["ar", "de", "fr"] {
        let made = page(&operator(), &incident(Explanation::Maintenance), "GET", &browser(tag));
        check(&format!("maintenance-{tag}.html"), &made);
    }
}
