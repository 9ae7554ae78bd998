//! What every page keeps, whatever the failure, format, method and operator (RFC 9110 §9.3.2, §12.5.5, §15; RFC 9457).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use std::io::Write;

use page_support::{ACCEPTS, BROWSER, NOW, browser, field, incident, page};
use sha2::Digest;
use understudy::failure::Explanation;
use understudy::page::{Asked, Color, Fate, Format, Incident, Language, Page, Params, Theme, fill, render};

fn every_page(mut check: impl FnMut(&Incident, &str, &Page)) {
    for explanation in Explanation::ALL {
        for fate in [Fate::Safe, Fate::NotSent, Fate::Unknown] {
            let incident = Incident { fate, ..incident(explanation) };
            let method = if fate == Fate::Safe { "GET" } else { "POST" };
            for accept in ACCEPTS {
                check(&incident, accept, &page(&Params::default(), &incident, method, &[("accept", accept)]));
            }
        }
    }
}

#[test]
fn carries_the_fields_of_the_contract() {
    every_page(|incident, accept, page| {
        assert_eq!(page.status, incident.status);
        assert_eq!(field(page, "cache-control"), "no-store");
        assert_eq!(field(page, "vary"), "Accept, Accept-Language");
        assert_eq!(field(page, "x-robots-tag"), "noindex");
        assert_eq!(field(page, "x-content-type-options"), "nosniff");
        assert_eq!(field(page, "referrer-policy"), "no-referrer");
        assert_eq!(field(page, "content-length"), page.body.len().to_string());
        assert_eq!(field(page, "content-type").split(';').next(), Some(accept));
        assert_eq!(field(page, "retry-after"), incident.retry_after.map(|s| s.to_string()).unwrap_or_default());
        assert!(field(page, "content-security-policy").starts_with("default-src 'none'"));
        assert!(!field(page, "content-security-policy").contains("unsafe"));
        let language = if page.body.is_empty() { "" } else { "en" };
        assert_eq!(field(page, "content-language"), language, "{accept}");
        for absent in ["set-cookie", "etag", "last-modified", "content-encoding", "cache-status", "proxy-status"] {
            assert_eq!(field(page, absent), "");
        }
        for (name, value) in &page.lines {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{name}: {value}");
        }
    });
}

// RFC 9110 §9.3.2: the same header fields, no content.
#[test]
fn head_has_the_fields_of_get_and_no_body() {
    for accept in ACCEPTS {
        let get = page(&Params::default(), &incident(Explanation::Dns), "GET", &[("accept", accept)]);
        let head = page(&Params::default(), &incident(Explanation::Dns), "HEAD", &[("accept", accept)]);
        assert_eq!((head.status, head.lines, head.body.as_str()), (get.status, get.lines, ""));
    }
}

// After POST, PUT, PATCH, DELETE never a reload, and plain words about what became of it.
#[test]
fn a_page_after_a_form_never_reloads_and_says_what_became_of_it() {
    for theme in Theme::ALL {
        let params = Params { theme, ..Params::default() };
        for explanation in Explanation::ALL {
            for (fate, words) in
                [(Fate::NotSent, "did not reach the website"), (Fate::Unknown, "not certain whether it arrived")]
            {
                let incident = Incident { fate, ..incident(explanation) };
                let made = page(&params, &incident, "POST", BROWSER);
                assert!(made.body.contains(words));
                for forbidden in ["http-equiv", "data-wait", "id=\"again\"", "id=\"count\""] {
                    assert!(!made.body.contains(forbidden), "{forbidden}");
                }
                assert!(!field(&made, "content-security-policy").contains("connect-src"));
                for accept in ["text/plain", "text/markdown", "application/problem+json"] {
                    assert!(page(&params, &incident, "POST", &[("accept", accept)]).body.contains(words));
                }
            }
            // Not even if it is taken for safe by mistake.
            assert!(!page(&params, &incident(explanation), "POST", BROWSER).body.contains("data-wait"));
            let safe = page(&params, &incident(explanation), "GET", BROWSER);
            // What an owner has to mend is asked about seldom, and one day it is mended.
            let wait = incident(explanation).retry_after.unwrap_or(300);
            assert!(refresh(&safe).0 >= wait, "{explanation:?}");
            assert!(safe.body.contains(&format!("data-wait=\"{wait}\"")), "{explanation:?}");
            assert!(field(&safe, "content-security-policy").contains("connect-src 'self'"));
            assert_eq!(safe.lines.iter().any(|(name, _)| name == "retry-after"), wait == 30);
        }
    }
}

/// Seconds and where to.
fn refresh(page: &Page) -> (u64, Option<String>) {
    let (_, rest) = page.body.split_once("<noscript><meta http-equiv=\"refresh\" content=\"").expect("a refresh");
    let (content, _) = rest.split_once("\"></noscript>").unwrap();
    match content.split_once("; url=") {
        Some((seconds, url)) => (seconds.parse().unwrap(), Some(url.to_owned())),
        None => (content.parse().unwrap(), None),
    }
}

/// Those who were told the same time, the end of maintenance for instance, do not come back in the same second.
#[test]
fn without_a_script_everybody_comes_back_a_little_later_than_told() {
    for (told, latest) in [(1, 1), (30, 36), (900, 960), (1_000_000, 1_000_060)] {
        let incident = Incident { retry_after: Some(told), ..incident(Explanation::Maintenance) };
        let ids = (0..100).map(|n| format!("{n:04x}-FRA"));
        let waits: Vec<_> = ids
            .map(|id| {
                refresh(&page(&Params::default(), &incident, "GET", &[("accept", "text/html"), ("cf-ray", &id)])).0
            })
            .collect();
        assert!(waits.iter().all(|wait| (told..=latest).contains(wait)), "{waits:?}");
        let different = waits.iter().collect::<std::collections::BTreeSet<_>>().len() as u64;
        assert!(different > (latest - told).min(20) / 2, "{different} of {told}");
    }
}

/// A browser whose address has a fragment goes nowhere without an address; and it must not lead to another host, nor show
/// what stands in a query.
#[test]
fn without_a_script_it_goes_where_it_was() {
    for (path, target) in [
        ("/", Some("./")),
        ("", Some("./")),
        ("/a/b", Some("./b")),
        ("/a/b/", Some("./")),
        ("//evil.example", Some("./evil.example")),
        ("//evil.example/", Some("./")),
        ("/a/javascript:alert(1)", Some("./javascript:alert(1)")),
        ("/a\"><script>", Some("./a&quot;&gt;&lt;script&gt;")),
        ("/a/\\evil.example", None),
        ("/a?token=secret", None),
    ] {
        let url = format!("https://a.example{path}");
        let fields = [("accept", "text/html")];
        let asked = Asked { method: "GET", url: &url, fields: &fields };
        let page = render(&Params::default(), &incident(Explanation::Timeout), &asked);
        assert_eq!(refresh(&page).1.as_deref(), target, "{path}");
        assert!(!page.body.contains("secret"), "{path}");
    }
}

/// “Nothing was passed on” and “not certain whether it arrived” are not both true.
#[test]
fn a_page_does_not_contradict_itself_after_a_form() {
    for (fate, expected) in [(Fate::NotSent, true), (Fate::Unknown, false)] {
        let incident = Incident { fate, ..incident(Explanation::Tls) };
        let body = page(&Params::default(), &incident, "POST", BROWSER).body;
        assert_eq!(body.contains("nothing was passed on"), expected);
    }
}

#[test]
fn an_error_stays_an_error() {
    for (forced, status, expected) in [
        (None, 502, 502),
        (Some(503), 502, 503),
        (Some(200), 504, 504),
        (Some(302), 521, 521),
        (None, 200, 502),
        (None, 999, 502),
        (Some(404), 502, 404),
    ] {
        let params = Params { status: forced, ..Params::default() };
        let made = page(&params, &Incident { status, ..incident(Explanation::Dns) }, "GET", &[]);
        assert_eq!(made.status, expected);
        assert!(made.body.starts_with(&format!("Error {expected}: ")));
    }
}

// CSP Level 3: every inline style and script is allowed by its hash, and nothing else is.
#[test]
fn the_policy_names_the_hash_of_every_style_and_script() {
    for theme in Theme::ALL {
        for language in Language::iter() {
            for accent in [None, Color::parse("#fc0")] {
                let params = Params { theme, accent, ..Params::default() };
                let made = page(&params, &incident(Explanation::Timeout), "GET", &browser(language.tag()));
                let policy = field(&made, "content-security-policy");
                let mut hashes = 0;
                for (name, inside) in elements(&made.body, &["style", "script"]) {
                    let directive = policy.split(';').find(|d| d.trim().starts_with(&format!("{name}-src"))).unwrap();
                    assert!(directive.contains(&format!("'sha256-{}'", sha256(inside))), "{theme:?} {name}");
                    hashes += 1;
                }
                assert_eq!(policy.matches("'sha256-").count(), hashes);
                for word in [" style=", " onclick=", " onload=", "javascript:"] {
                    assert!(!made.body.contains(word), "{word}");
                }
            }
        }
    }
}

fn elements<'b>(body: &'b str, names: &[&'static str]) -> Vec<(&'static str, &'b str)> {
    let find = |&name: &&'static str| {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let parts: Vec<&str> = body.split(start.as_str()).skip(1).collect();
        parts.into_iter().map(move |part| (name, part.split_once(end.as_str()).unwrap().0)).collect::<Vec<_>>()
    };
    names.iter().flat_map(find).collect()
}

fn sha256(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = sha2::Sha256::digest(text).iter().flat_map(|b| (0..8).map(move |i| b >> (7 - i) & 1)).collect();
    let letter = |six: &[u8]| (0..6).fold(0, |n, i| n * 2 + usize::from(*six.get(i).unwrap_or(&0)));
    bits.chunks(6).map(|six| char::from(LETTERS[letter(six)])).collect::<String>() + "="
}

// The origin is down: a page that needs anything from anywhere would not work.
#[test]
fn asks_for_nothing_from_anywhere() {
    for theme in Theme::ALL {
        for explanation in Explanation::ALL {
            let body = page(&Params { theme, ..Params::default() }, &incident(explanation), "GET", BROWSER).body;
            for forbidden in
                ["src=", "@import", "url(", "<link rel=\"stylesheet", "@font-face", "http://", "localStorage", "cookie"]
            {
                let without_icon = body.replace("xmlns='http://www.w3.org/2000/svg'", "");
                assert!(!without_icon.contains(forbidden), "{theme:?} {forbidden}");
            }
        }
    }
}

// The first congestion window: ten segments of 1460 bytes.
#[test]
fn fits_the_first_flight_when_compressed() {
    for theme in Theme::ALL {
        for language in Language::iter() {
            for explanation in Explanation::ALL {
                let body = page(&full(theme), &incident(explanation), "GET", &browser(language.tag())).body;
                let size = gzip(&body);
                assert!(size <= 14 * 1024, "{theme:?} {} {explanation:?}: {size}", language.tag());
            }
        }
    }
}

#[test]
fn the_plain_theme_is_the_smallest() {
    let size = |theme| gzip(&page(&full(theme), &incident(Explanation::BadGateway), "GET", BROWSER).body);
    for theme in Theme::ALL.into_iter().filter(|&theme| theme != Theme::Plain) {
        assert!(size(Theme::Plain) < size(theme), "{theme:?}");
    }
}

fn full(theme: Theme) -> Params {
    Params {
        theme,
        site: Some("Example & Söhne".into()),
        status_url: Some("https://status.example.net/".into()),
        support: Some("help@example.com".into()),
        accent: Color::parse("#e4007f"),
        logo: Some("https://cdn.example.net/logo.svg".into()),
        ..Params::default()
    }
}

fn gzip(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

#[test]
fn problem_details_say_whose_move_it_is() {
    for (explanation, fate, method, retryable, owner, category) in [
        (Explanation::Connection, Fate::Safe, "GET", true, false, "connection"),
        (Explanation::Dns, Fate::Safe, "GET", true, true, "dns"),
        (Explanation::Tls, Fate::Safe, "GET", false, true, "tls"),
        (Explanation::Loop, Fate::Safe, "GET", false, true, "configuration"),
        (Explanation::Timeout, Fate::Unknown, "POST", false, false, "timeout"),
        (Explanation::Timeout, Fate::Unknown, "PUT", true, false, "timeout"),
        (Explanation::Timeout, Fate::NotSent, "POST", true, false, "timeout"),
        (Explanation::Unavailable, Fate::Safe, "GET", true, false, "overload"),
        (Explanation::Maintenance, Fate::Safe, "GET", true, false, "maintenance"),
    ] {
        let incident = Incident { fate, gateway: Some("nginx"), ..incident(explanation) };
        let fields = [("accept", "application/problem+json"), ("cf-ray", "8f1c-FRA"), ("accept-language", "de")];
        let made = page(&Params::default(), &incident, method, &fields);
        let problem: serde_json::Value = serde_json::from_str(&made.body).unwrap();
        // RFC 9457 §3.1.2: the real status code.
        assert_eq!(problem["status"], made.status);
        assert_eq!(problem["retryable"], retryable, "{explanation:?} {fate:?} {method}");
        assert_eq!(problem["owner_action_required"], owner);
        assert_eq!(problem["error_category"], category);
        assert_eq!(problem["failure"], incident.failure);
        assert_eq!(problem["request_id"], "8f1c-FRA");
        assert_eq!(problem["gateway"], "nginx");
        assert_eq!(problem["retry_after"].as_u64(), incident.retry_after);
        assert_eq!(problem["instance"], "/reports/2026");
        assert!(problem["type"].as_str().unwrap().starts_with("https://www.rfc-editor.org/rfc/rfc9"));
    }
}

/// RFC 9457 §3.1.5: a reference to what failed. `//evil.example` would be one to another host, and a path that was cut to size
/// is no path.
#[test]
fn the_instance_is_a_path_of_this_host_or_nothing() {
    let instance = |path: &str| {
        let asked = Asked {
            method: "GET",
            url: &["https://www.example.com", path].concat(),
            fields: &[("accept", "application/problem+json")],
        };
        let made = render(&Params::default(), &incident(Explanation::Dns), &asked);
        serde_json::from_str::<serde_json::Value>(&made.body).unwrap()["instance"].as_str().map(str::to_owned)
    };
    let long = |length: usize| ["/", &"a".repeat(length - 1)].concat();
    for (path, expected) in [
        ("/a//b?x#y", Some("/a//b")),
        ("", Some("/")),
        ("//", Some("/")),
        ("//evil.example/x", Some("/evil.example/x")),
        ("/\\evil.example/x", Some("/evil.example/x")),
        (&long(300), Some(&*long(300))),
        (&long(301), None),
    ] {
        assert_eq!(instance(path).as_deref(), expected, "{path}");
    }
}

#[test]
fn the_gateways_name_is_not_for_visitors() {
    let incident = Incident { gateway: Some("nginx-of-ours"), ..incident(Explanation::BadGateway) };
    for accept in ["text/html", "text/plain", "text/markdown", "image/svg+xml"] {
        let made = page(&Params::default(), &incident, "GET", &[("accept", accept)]);
        assert!(!made.body.contains("nginx-of-ours"));
    }
}

#[test]
fn secrets_in_the_query_and_in_user_info_are_not_shown() {
    for accept in ACCEPTS {
        let fields = [("accept", accept)];
        let url = "https://user:hunter2@www.example.com/a?token=hunter2#hunter2";
        let asked = Asked { method: "GET", url, fields: &fields };
        assert!(!render(&Params::default(), &incident(Explanation::Dns), &asked).body.contains("hunter2"));
    }
}

#[test]
fn a_template_replaces_the_page_and_only_the_page() {
    let template =
        "<!doctype html><title>{{title}}</title><h1>{{site}}</h1>{{#request_id}}<p>{{request_id}}</p>{{/request_id}}";
    let fields: Vec<(String, String)> = BROWSER.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
    let asked = Asked { method: "GET", url: "https://<b>.example/", fields: &fields };
    let made = fill(template, &Params::default(), &incident(Explanation::Dns), &asked).unwrap();
    assert!(made.body.contains("<h1>&#60;b&#62;.example</h1><p>8f1c2d3e4a5b6c7d-FRA</p>"));
    assert_eq!(field(&made, "content-type"), "text/html; charset=utf-8");
    assert_eq!(field(&made, "content-length"), made.body.len().to_string());
    let none: Vec<(String, String)> = Vec::new();
    let text = Asked { fields: &none, ..asked };
    assert_eq!(
        fill(template, &Params::default(), &incident(Explanation::Dns), &text).unwrap(),
        render(&Params::default(), &incident(Explanation::Dns), &text)
    );
    assert!(fill("<p>{{nope}}", &Params::default(), &incident(Explanation::Dns), &asked).is_err());
}

#[test]
fn every_format_can_be_asked_for() {
    assert_eq!(Format::ALL.len(), ACCEPTS.len() + 1);
    for format in Format::ALL {
        assert!(format == Format::Empty || ACCEPTS.contains(&format.media_type()));
    }
    assert_eq!(NOW.http_date(), "Sun, 22 Nov 2026 20:41:09 GMT");
}
