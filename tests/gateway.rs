//! Who wrote this error body? Every default page that the catalogue knows, and what comes near without being one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use std::path::PathBuf;
use understudy::fields::FieldLines;
use understudy::gateway::{Author, MAX_BYTES, UNNAMED, author};

/// A fixture: status, header fields, body.
struct Answer {
    status: u16,
    fields: FieldLines,
    body: Vec<u8>,
}

impl Answer {
    fn load(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{name}.http"))).unwrap();
        let (head, body) = text.split_once("\n\n").unwrap_or_else(|| panic!("{name}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields =
            lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        Self { status, fields, body: body.as_bytes().to_vec() }
    }

    /// Its author, when no more than the first `limit` bytes of the body were read.
    fn author(&self, limit: usize) -> Author {
        let seen = self.body.get(..limit).unwrap_or(&self.body);
        author(self.status, &self.fields, seen, seen.len() == self.body.len())
    }

    fn without(mut self, name: &str) -> Self {
        assert!(self.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)), "{name}");
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    fn replaced(mut self, old: &str, new: &str) -> Self {
        let body = String::from_utf8(self.body).unwrap();
        assert!(body.contains(old), "{old}");
        self.body = body.replace(old, new).into_bytes();
        self
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", "gateway"].iter().collect()
}

fn fixtures() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter_map(|file| file.strip_suffix(".http").map(str::to_owned)).collect();
    names.sort();
    names
}

/// The body alone, as a 502 of this media type.
fn bad_gateway(content_type: &str, body: &str) -> Author {
    author(502, &[("Content-Type", content_type)], body.as_bytes(), true)
}

/// The table of SOURCES.md: what each fixture is called, and who wrote it.
fn sources() -> Vec<(String, String)> {
    let table = std::fs::read_to_string(folder().join("SOURCES.md")).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    rows.flat_map(|(names, rest)| {
        let author = rest.split(" | ").next().unwrap();
        names.split(['`', ' ']).filter(|name| !name.is_empty()).map(|name| (name.to_owned(), author.to_owned()))
    })
    .collect()
}

#[test]
fn recognises_every_default_page() {
    let mut wrong = Vec::new();
    for (name, product) in sources() {
        let found = match Answer::load(&name).author(MAX_BYTES) {
            Author::Gateway(name) => name,
            Author::Empty => "nobody",
            Author::Application => "the application",
        };
        if found != product {
            wrong.push(format!("{name}: {found} instead of {product}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_fixture_has_a_source() {
    let mut listed: Vec<String> = sources().into_iter().map(|(name, _)| name).collect();
    listed.sort();
    assert_eq!(listed, fixtures());
}

#[test]
fn upper_and_lower_case_and_line_ends_do_not_matter() {
    for name in ["nginx-502", "haproxy-503", "aws-alb-502", "varnish-503", "cloudfront-502", "lighttpd-503"] {
        let answer = Answer::load(name);
        let expected = answer.author(MAX_BYTES);
        let shouted = Answer { body: answer.body.to_ascii_uppercase(), ..Answer::load(name) };
        assert_eq!(shouted.author(MAX_BYTES), expected, "{name}");
        let windows = Answer::load(name).replaced("\n", "\r\n");
        assert_eq!(windows.author(MAX_BYTES), expected, "{name}");
    }
}

#[test]
fn an_empty_body_is_nobodys() {
    for body in
        ["", " \r\n\t\n", "\u{feff}", "<html><head></head><body></body></html>", "<!-- nothing --><p>&nbsp;</p>"]
    {
        assert_eq!(bad_gateway("text/html", body), Author::Empty, "{body:?}");
    }
    for content_type in ["application/json", "image/png", "application/grpc"] {
        assert_eq!(bad_gateway(content_type, "\n"), Author::Empty, "{content_type}");
    }
    assert_eq!(author(200, &[("content-type", "text/html")], b" ", true), Author::Empty);
}

#[test]
fn nothing_seen_yet_is_not_an_empty_body() {
    assert_eq!(author(502, &[("content-type", "text/html")], b"  ", false), Author::Application);
    assert_eq!(author(502, &[("content-type", "text/html")], &[b' '; MAX_BYTES + 1], true), Author::Application);
}

#[test]
fn a_shell_that_something_fills_is_the_applications() {
    for body in [
        "<html><head><script src=\"/app.js\"></script></head><body><div id=\"root\"></div></body></html>",
        "<html><body><img src=\"/sorry.png\"></body></html>",
        "<html><body><iframe src=\"/sorry\"></iframe></body></html>",
        "<html><body><svg><path d=\"M0 0\"/></svg></body></html>",
        "<html><head><meta http-equiv=\"refresh\" content=\"0;url=/sorry\"></head><body></body></html>",
        "<html><head><link rel=\"stylesheet\" href=\"/sorry.css\"></head><body></body></html>",
        "<html><head><style>body { background: url(/sorry.png) }</style></head><body></body></html>",
        "<html><head><style>body::after { content: \"Sorry\" }</style></head><body></body></html>",
        "<html><body onload=\"sorry()\"></body></html>",
        // What hides the words here is our reading, not the browser's.
        "<!-- odd --!><h1>Sorry</h1><!-- end -->",
        "<style>body { margin: 0 }</style <h1>Sorry</h1>",
        "<!-- <h1>Sorry</h1>",
    ] {
        assert_eq!(bad_gateway("text/html", body), Author::Application, "{body}");
    }
}

#[test]
fn bare_statuses_are_a_gateways() {
    for (status, body) in [
        (502, "Bad Gateway"),
        (502, "502"),
        (502, "502 Bad Gateway\n"),
        (502, "<h1>502 Bad Gateway</h1>"),
        (502, "502: Bad Gateway"),
        (502, "<html><head><title>Bad Gateway</title></head><body><h1>502</h1><p>Bad Gateway</p></body></html>"),
        (502, "502 Proxy Error"),
        (502, "Temporary Error (502)"),
        (502, "HTTP Error 502 - Bad Gateway"),
        (503, "Service Unavailable"),
        (503, "HTTP/1.1 503 Service Unavailable"),
        (503, "The service is unavailable."),
        (503, "<h1>503 - Service Not Available</h1>"),
        (504, "Gateway Timeout"),
        (504, "504 Gateway Time-out"),
        (521, "Error 521"),
    ] {
        let found = author(status, &[("content-type", "text/html")], body.as_bytes(), true);
        assert_eq!(found, Author::Gateway(UNNAMED), "{status} {body}");
    }
}

#[test]
fn words_of_its_own_make_a_page_the_applications() {
    for body in [
        "<h1>502 Bad Gateway</h1><p>We are moving house today. Back at noon!</p>",
        "<h1>502 Bad Gateway</h1><p>Die Seite ist gerade nicht erreichbar.</p>",
        "<h1>502 Bad Gateway</h1><p>サーバーに接続できません</p>",
        "<h1>502 Bad Gateway</h1><hr><center>call Anna, extension 12</center>",
        "<center><h1>502 Bad Gateway</h1></center><hr><center>help@shop.example</center>",
        "<h1>502 Bad Gateway</h1><img src=\"/logo.png\"><hr><center>nginx</center>",
        "<title>502 Bad Gateway</title><h1>Sorry!</h1><address>nginx</address>",
        "<h1>Our nginx says 502 Bad Gateway</h1>",
        "<h1>503 Service Unavailable</h1>",
        "<h1>Bad Gateway</h1><form action=\"/retry\"><button>Try again</button></form>",
        "502 is what we say when the warehouse does not answer",
        "<p>1 < 2 502 Bad Gateway</p>",
        "Error",
        "Not today",
        "upstream request timeout while asking the warehouse",
        "no healthy upstream is what I would call this river",
    ] {
        assert_eq!(bad_gateway("text/html; charset=utf-8", body), Author::Application, "{body}");
    }
    let long = format!("<h1>502 Bad Gateway</h1><p>{}</p><hr><center>nginx</center>", "Our story begins. ".repeat(400));
    assert_eq!(
        author(502, &[("content-type", "text/html")], &long.as_bytes()[..MAX_BYTES], false),
        Author::Application
    );
}

#[test]
fn structured_bodies_are_the_applications() {
    for (content_type, body) in [
        ("application/json", r#"{"error":"warehouse down"}"#),
        ("application/json", r#"{"message":"Internal server error"}"#),
        ("application/json", r#"{"message":"Service Unavailable"}"#),
        ("application/json", r#""Bad Gateway""#),
        ("application/json", "{}"),
        ("application/json", "not even JSON"),
        ("application/json; charset=utf-8", "502 Bad Gateway"),
        ("application/vnd.api+json", r#"{"errors":[{"status":"502","title":"Bad Gateway"}]}"#),
        ("application/problem+json", r#"{"type":"about:blank","title":"Bad Gateway","status":502}"#),
        ("text/html", r#"{"status":502,"error":"Bad Gateway","path":"/cart"}"#),
        ("text/plain", r#"["Bad Gateway"]"#),
        ("", r#" {"status":502}"#),
        ("application/xml", "<h1>502 Bad Gateway</h1>"),
        ("application/problem+xml", "<problem><title>Bad Gateway</title></problem>"),
        ("text/html", "<?xml version=\"1.0\"?><Error><Code>ServiceUnavailable</Code></Error>"),
        ("text/css", "Bad Gateway"),
        ("application/javascript", "Bad Gateway"),
        ("text/event-stream", "Bad Gateway"),
    ] {
        assert_eq!(bad_gateway(content_type, body), Author::Application, "{content_type} {body}");
    }
}

/// What makes the page in the fixture somebody else's: its markup or words changed.
const EDITS: &[(&str, &str, &str)] = &[
    ("nginx-502", "</body>", WORDS),
    ("nginx-502", "502", "403"),
    ("nginx-padding", "</body>", WORDS),
    ("openresty-502", "</body>", WORDS),
    ("azure-application-gateway-502", "</body>", WORDS),
    ("angie-502", "Angie/1.8.1", "Angie will help you"),
    ("tengine-504-info", "Sorry for", "So sorry for"),
    ("nginx-50x-html", "Faithfully yours, nginx.", "Your shop team"),
    ("nginx-50x-fedora", "distributed with", "adapted for"),
    ("apache-503", "The server is", "Our shop is"),
    // Werkzeug says the same sentences in another skeleton.
    ("apache-503", "</head><body>\n", ""),
    ("haproxy-503", "No server is", "Nobody is"),
    ("varnish-503", "Varnish cache server", "Your shop team"),
    ("fastly-503", "Varnish cache server", "Your shop team"),
    ("squid-502-fields-hidden", "id=\"titles\"", "id=\"top\""),
    ("envoy-503", "upstream connect", "We saw an upstream connect"),
    ("envoy-503-no-healthy", "no healthy", "one healthy"),
    ("traefik-503", "no available server", "no available server today"),
    ("lighttpd-503", "<h1>", "<img src=\"/logo.png\"/><h1>"),
    ("litespeed-503", "LiteSpeed Technologies Inc.", "Our shop"),
    ("iis-arr-502", "content-container", "content"),
    ("iis-detailed-502", "<title>IIS 10.0", "<title>Shop"),
    ("iis-cgi-502", "The specified", "Our"),
    ("http-sys-503", "The service is unavailable.", "The shop is closed."),
    ("asp-net-core-502", "Troubleshooting steps:", "Sorry!"),
    ("tomcat-503-context", "The requested service [/shop] is not currently available", "Stocktaking until noon"),
    ("traffic-server-502", "FGCOLOR=\"black\"", ""),
    ("kong-502", "An invalid response was received from the upstream server", "Shop closed"),
    ("kong-502", "\"request_id\"", "\"order\""),
    ("kong-502-html", "An invalid response was received", "We received nothing"),
    ("kubernetes-default-backend-503", "5xx html", "5xx html of our own"),
    ("cloudflared-502", "Unable to reach", "Sorry: unable to reach"),
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
    ("api-gateway-http-503", "apigw-requestid"),
    ("render-502", "x-render-routing"),
    ("railway-502", "x-railway-fallback"),
    ("railway-502-html", "x-railway-fallback"),
    ("vercel-504", "x-vercel-error"),
    ("vercel-504-json", "x-vercel-error"),
    ("netlify-502", "server"),
    ("netlify-function-502", "server"),
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

#[test]
fn a_challenge_or_a_block_of_cloudflare_is_not_a_failure_of_the_origin() {
    let challenge = "<title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue</noscript>\
                     <script>window._cf_chl_opt={}</script>";
    let fields = [("content-type", "text/html"), ("server", "cloudflare"), ("cf-mitigated", "challenge")];
    assert_eq!(author(503, &fields, challenge.as_bytes(), true), Author::Application);
    let block = Answer { status: 403, ..Answer::load("cloudflare-tunnel-1033-html") };
    assert_eq!(block.author(MAX_BYTES), Author::Application);
}

#[test]
fn answers_that_are_no_errors_have_no_gateway_for_an_author() {
    let tutorial = Answer { status: 200, ..Answer::load("nginx-502") };
    assert_eq!(tutorial.author(MAX_BYTES), Author::Application);
}

#[test]
fn a_page_that_is_cut_off_is_recognised_only_if_its_product_is_known_to_send_long_ones() {
    let cloudflare = Answer::load("cloudflare-502-html");
    assert!(cloudflare.body.len() > MAX_BYTES);
    assert_eq!(cloudflare.author(MAX_BYTES), Author::Gateway("Cloudflare"));
    assert_eq!(cloudflare.author(1500), Author::Gateway("Cloudflare"));
    let nginx = Answer::load("nginx-502");
    assert_eq!(nginx.author(nginx.body.len() - 1), Author::Application);
}

proptest! {
    #[test]
    fn a_prefix_of_any_length_never_panics_nor_passes_for_empty(fixture in 0..200_usize, length in 0..MAX_BYTES * 2) {
        let names = fixtures();
        let answer = Answer::load(&names[fixture % names.len()]);
        let found = answer.author(length);
        prop_assert!(found != Author::Empty || answer.author(usize::MAX) == Author::Empty);
    }

    #[test]
    fn any_bytes_have_an_author(
        status in 0..u16::MAX,
        content_type in "[a-z/+;= ]{0,24}|text/html",
        body in proptest::collection::vec(any::<u8>(), 0..600),
        whole in any::<bool>(),
    ) {
        let _ = author(status, &[("content-type", content_type.as_str())], &body, whole);
    }

    #[test]
    fn any_markup_has_an_author(body in "(<[/!a-z?]{0,9}[ >\"-]{0,4}|&#?[a-z0-9]{0,5};?|502|[ A-Z–’<>]{0,9}){0,60}") {
        let _ = author(502, &[("content-type", "text/html")], body.as_bytes(), true);
    }

    /// Words that no product says are never taken away, wherever they stand in a page.
    #[test]
    fn words_of_its_own_are_kept_wherever_they_stand(at in 0..200_usize) {
        let page = "<title>502</title><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body>";
        let words = "<p>Back at noon</p>";
        let body = page.find("<body>").unwrap() + 6;
        let end = page.find("</body>").unwrap();
        let spot = body + at % (end - body);
        prop_assume!(page[..spot].rfind('<') <= page[..spot].rfind('>'));
        let page = format!("{}{words}{}", &page[..spot], &page[spot..]);
        prop_assert_eq!(bad_gateway("text/html", &page), Author::Application);
    }
}
