//! What comes near a gateway's page without being one: an application's answer that is taken away is worse than an ugly
//! page that stays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code, reason = "the default pages use the rest")]
mod gateway_support;

use gateway_support::{Answer, names_in, sources};
use std::collections::BTreeSet;
use understudy::gateway::{Author, MAX_BYTES, UNNAMED, author};

/// The near misses of this author, `near/<author>.<what>.http`.
fn near_misses(author: &str) -> Vec<String> {
    let dashed: String =
        author.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let slug = dashed.trim_matches('-').replace("--", "-");
    names_in("near").into_iter().filter(|name| name.split('.').next() == Some(&slug)).collect()
}

/// Every author that a fixture of the catalogue has; every line of the catalogue has a fixture (`src/gateway/mod.rs`).
fn authors() -> BTreeSet<String> {
    sources().into_iter().map(|(_, author)| author).filter(|author| author != "nobody").collect()
}

#[test]
fn every_author_has_a_near_miss() {
    let without: Vec<String> = authors().into_iter().filter(|author| near_misses(author).is_empty()).collect();
    assert!(without.is_empty(), "authors without a near miss in tests/golden/gateway/near: {without:?}");
    let known: usize = authors().iter().map(|author| near_misses(author).len()).sum();
    assert_eq!(known, names_in("near").len(), "near misses of nobody in the catalogue");
}

#[test]
fn near_misses_are_kept() {
    let taken: Vec<String> = names_in("near")
        .into_iter()
        .filter(|name| Answer::load(&format!("near/{name}")).author(MAX_BYTES) != Author::Application)
        .collect();
    assert!(taken.is_empty(), "taken from the application: {taken:#?}");
}

/// Otherwise it would prove nothing.
#[test]
fn near_misses_come_near() {
    for author in authors() {
        let pages = sources().into_iter().filter(|(_, a)| *a == author);
        let pages: Vec<Vec<String>> = pages.map(|(name, _)| tell_tales(&Answer::load(&name))).collect();
        for name in near_misses(&author) {
            let said = tell_tales(&Answer::load(&format!("near/{name}"))).join(" ");
            let is_near = pages.iter().flatten().any(|tell_tale| said.contains(tell_tale));
            assert!(is_near, "{name} has nothing in common with a page of {author}");
        }
    }
}

/// Its header fields and its words and tags, without those that any answer may have.
fn tell_tales(answer: &Answer) -> Vec<String> {
    const COMMON: &[&str] = &["date", "content-type", "cache-control", "retry-after"];
    let fields = answer.fields.iter().filter(|(name, _)| !COMMON.contains(&name.to_ascii_lowercase().as_str()));
    let fields = fields.map(|(name, value)| format!("{name}: {value}").to_ascii_lowercase());
    let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    let words = body.split(['<', '>', '\n', '{', '}', ',', '"', '.', ':']).map(|words| words.trim().to_owned());
    fields.chain(words.filter(|words| words.len() >= 8 && words.contains(' '))).collect()
}

/// What makes the page in the fixture somebody else's: its markup or words changed.
const EDITS: &[(&str, &str, &str)] = &[
    ("nginx-502", "</body>", WORDS),
    ("nginx-502", "502", "403"),
    ("nginx-padding", "</body>", WORDS),
    ("openresty-502", "</body>", WORDS),
    ("apisix-502", "</body>", WORDS),
    ("apisix-502", "<hr>", "<p>Back at noon</p><hr>"),
    ("passenger-502", "</h2>", ", sorry</h2>"),
    ("passenger-503", "Please try again later.", "Please come back at noon."),
    ("openresty-50x-html", "for details.", "for details. We are back at noon."),
    ("azure-application-gateway-502", "</body>", WORDS),
    ("angie-502", "Angie/1.8.1", "Angie will help you"),
    ("tengine-504-info", "Sorry for", "So sorry for"),
    ("nginx-50x-html", "Faithfully yours, nginx.", "Your shop team"),
    ("nginx-50x-fedora", "distributed with", "adapted for"),
    ("nginx-50x-fedora", "Fedora.", "our shop. We are back on Monday at noon."),
    ("nginx-50x-rhel", "For information on Red Hat Enterprise Linux", "For information on your order"),
    ("nginx-50x-rhel", "The documentation", "Anna knows. The documentation"),
    ("apache-503", "The server is", "Our shop is"),
    // Werkzeug says the same sentences in another skeleton.
    ("apache-503", "</head><body>\n", ""),
    ("haproxy-503", "No server is", "Nobody is"),
    ("varnish-503", "Varnish cache server", "Your shop team"),
    ("fastly-503", "Varnish cache server", "Your shop team"),
    ("fastly-503-number", "Varnish cache server", "Your shop team"),
    ("fastly-503-number", "54113", "54114"),
    ("squid-502-fields-hidden", "id=\"titles\"", "id=\"top\""),
    ("envoy-503", "upstream connect", "We saw an upstream connect"),
    ("envoy-503-no-healthy", "no healthy", "one healthy"),
    ("envoy-504-stream", "stream timeout", "video stream timeout"),
    ("traefik-503", "no available server", "no available server today"),
    ("lighttpd-503", "<h1>", "<img src=\"/logo.png\"/><h1>"),
    ("litespeed-503", "LiteSpeed Technologies Inc.", "Our shop"),
    ("iis-arr-502", "content-container", "content"),
    ("iis-detailed-502", "<title>IIS 10.0", "<title>Shop"),
    ("iis-cgi-502", "The specified", "Our"),
    ("http-sys-503", "The service is unavailable.", "The shop is closed."),
    ("asp-net-core-502", "Troubleshooting steps:", "Sorry!"),
    ("asp-net-core-502", "Attach a debugger", "Ask Anna. Attach a debugger"),
    ("asp-net-core-502-v2", "</cite></a>.", "</cite></a>. Or call us."),
    ("jetty-503", "MESSAGE:</th><td>Service Unavailable", "MESSAGE:</th><td>Stocktaking until noon"),
    ("jetty-503-old", "    Service Unavailable", "    Stocktaking until noon"),
    ("tomcat-503-context", "The requested service [/shop] is not currently available", "Stocktaking until noon"),
    ("traffic-server-502", "FGCOLOR=\"black\"", ""),
    ("kong-502", "An invalid response was received from the upstream server", "Shop closed"),
    ("kong-502", "\"request_id\"", "\"order\""),
    ("kong-502-html", "An invalid response was received", "We received nothing"),
    ("kubernetes-default-backend-503", "5xx html", "5xx html of our own"),
    ("cloudflared-502", "Unable to reach", "Sorry: unable to reach"),
    ("cloudflared-502", "traffic from cloudflared", "traffic from cloudflared. Back at noon"),
    ("understudy-problem", "owner_action_required", "owner"),
    // An imitation, and a challenge in the same clothes.
    ("cloudflare-502-html", "/cdn-cgi/styles/", "/assets/"),
    ("cloudflare-502-html", "code-label", "cf-captcha-container"),
    ("cloudflare-521-text", "error code", "The error code was"),
    ("cloudflare-502-json", "\"ray_id\"", "\"ray\""),
    ("cloudflare-502-json", "\"cloudflare_error\":true", "\"cloudflare_error\":\"true\""),
    ("cloudflare-530-markdown", "cloudflare_error: true", "cloudflare: true"),
    ("aws-alb-503", "</center>", "</center><p>Sale starts at noon</p>"),
    ("cloudfront-502", "Generated by cloudfront", "Printed by"),
    ("api-gateway-502", "Internal server error", "Shop closed"),
    ("api-gateway-502", "}", ", \"order\": 7}"),
    ("google-lb-502", "a temporary error", "our oldest error"),
    ("google-error-502", "www.google.com", "shop.example"),
    ("cloud-run-503", "Service Unavailable", "Service Unavailable, call us"),
    ("azure-front-door-503", "We're working to restore all services", "Please call us"),
    ("azure-app-service-503", "diagnostic resources", "phone"),
    ("fastly-unknown-domain", "unknown domain:", ""),
    ("akamai-503", "An error occurred while", "We could not finish"),
    ("akamai-503-zero-size", "Reference&#32;", "Call us"),
    ("heroku-503", "www.herokucdn.com/error-pages", "shop.example/errors"),
    ("netlify-504", "Description:", "Sorry:"),
];

const WORDS: &str = "<p>We will be back at noon.</p></body>";

/// What makes the page in the fixture somebody else's: without this header field nothing proves the product.
const PROOFS: &[(&str, &str)] = &[
    ("kong-502", "x-kong-response-latency"),
    ("kong-502-html", "x-kong-response-latency"),
    ("understudy-problem", "proxy-status"),
    ("understudy-page", "proxy-status"),
    ("understudy-page", "content-security-policy"),
    ("understudy-page", "x-robots-tag"),
    ("cloudflare-502-json", "cf-ray"),
    ("cloudflare-502-problem", "cf-ray"),
    ("cloudflare-530-markdown", "cf-ray"),
    ("api-gateway-502", "x-amzn-errortype"),
    ("api-gateway-503", "x-amzn-errortype"),
    ("render-502", "x-render-routing"),
    ("railway-502", "x-railway-fallback"),
    ("railway-502-html", "x-railway-fallback"),
    ("vercel-504", "x-vercel-error"),
    ("vercel-504-html", "x-vercel-error"),
    ("vercel-504-json", "x-vercel-error"),
    ("netlify-502", "server"),
    ("netlify-function-502", "server"),
    ("netlify-edge-function-502", "server"),
];

#[test]
fn near_misses_are_the_applications() {
    for (fixture, old, new) in EDITS {
        let answer = Answer::load(fixture).replaced(old, new);
        assert_eq!(answer.author(MAX_BYTES), Author::Application, "{fixture}: {new} for {old}");
    }
    for (fixture, field) in PROOFS {
        let answer = Answer::load(fixture).without(field);
        assert_eq!(answer.author(MAX_BYTES), Author::Application, "{fixture} without {field}");
    }
}

/// A page of this body.
fn page(status: u16, body: &str) -> Author {
    author(status, &[("content-type", "text/html; charset=utf-8")], body.as_bytes(), true)
}

#[test]
fn a_link_beside_the_status_is_the_applications() {
    for (status, body) in [
        (503, "<h1>503</h1><p><a href=\"https://status.acme.example/\">Status</a></p>"),
        (503, "<h1><a href=\"https://status.acme.example/\">503</a></h1>"),
        (503, "<h1>503</h1><p>Status</p>"),
        (503, "<h1>503 Service Unavailable</h1><p>Code</p>"),
        (502, "<h1>502 Bad Gateway</h1><a href=\"/\">Error 502</a>"),
    ] {
        assert_eq!(page(status, body), Author::Application, "{body}");
    }
}

#[test]
fn a_title_that_says_more_than_the_status_is_the_applications() {
    for title in
        ["We are moving house. Back at noon!", "Acme Shop: 502", "502 Acme Shop", "Back at noon: error 502", "503"]
    {
        for body in ["<h1>502 Bad Gateway</h1>", ""] {
            let whole = format!("<html><head><title>{title}</title></head><body>{body}</body></html>");
            assert_eq!(page(502, &whole), Author::Application, "{whole}");
        }
    }
    for title in ["", " \n", "&nbsp;", "502", "502 Bad Gateway", "Error", "HTTP Error 502 &ndash; Bad Gateway"] {
        for (body, expected) in [("<h1>502 Bad Gateway</h1>", Author::Gateway(UNNAMED)), ("", Author::Empty)] {
            let whole = format!("<html><head><title>{title}</title></head><body>{body}</body></html>");
            assert_eq!(page(502, &whole), expected, "{whole}");
        }
    }
}

#[test]
fn words_and_pictures_that_a_style_or_a_script_brings_are_the_applications() {
    for head in [
        "<style>h1::after { content: attr(data-t) }</style>",
        "<style>h1::after{content:attr(data-t)}</style>",
        "<style>h1::after { content :\"Back at noon\" }</style>",
        "<style>h1::after { content:  'Back at noon' }</style>",
        "<style>h1::after { content:\n\"Back at noon\" }</style>",
        "<style>h1::after { content/**/: /* words */ \"Back at noon\" }</style>",
        "<style>h1::after { CONTENT: \"Back at noon\" }</style>",
        "<style>h1::after { content: \"\" attr(data-t) }</style>",
        "<style>h1::after { content: none } h1::before { content: counter(n) }</style>",
        "<style>h1 { background-image: image-set(\"/sorry.png\" 1x) }</style>",
        "<style>@import \"/sorry.css\";</style>",
        "<body onpageshow=\"sorry()\">",
        "<body class=\"a\"onpageshow = sorry()>",
        "<body/ONFOCUS=sorry()>",
    ] {
        for body in ["<h1 data-t=\"Back at noon\">502 Bad Gateway</h1>", ""] {
            assert_eq!(page(502, &format!("{head}{body}")), Author::Application, "{head}{body}");
        }
    }
    for head in [
        "<style>h1::after { content: \"\" }</style>",
        "<style>h1::after{content:''}</style>",
        "<style>h1::after { content: none; } h1::before { content:normal!important }</style>",
        "<style>body { display: flex; justify-content: center; align-content:center }</style>",
        "<meta name=\"robots\" content=\"noindex\"><meta content = none>",
        "<body class=\"on\" data-on=\"1\" data-once=\"1\" title=\"\">",
    ] {
        assert_eq!(page(502, &format!("{head}<h1>502 Bad Gateway</h1>")), Author::Gateway(UNNAMED), "{head}");
    }
}
