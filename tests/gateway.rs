//! Who wrote this error body? Every default page that the catalogue knows, and what comes near without being one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code, reason = "the near misses use the rest")]
mod gateway_support;

use gateway_support::{Answer, fixtures, places, sources};
use proptest::prelude::*;
use understudy::gateway::{Author, MAX_BYTES, UNNAMED, author};

/// The body alone, as a 502 of this media type.
fn bad_gateway(content_type: &str, body: &str) -> Author {
    author(502, &[("Content-Type", content_type)], body.as_bytes(), true)
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
fn every_source_says_where_to_look() {
    for place in places() {
        assert!(place.contains("https://") || place.contains("none found") || place.contains("the same"), "{place}");
    }
}

/// The same product's other sentences: fixture, status, and what stands in the place of what.
const VARIANTS: &[(&str, u16, &str, &str)] = &[
    ("nginx-50x-fedora", 502, "Fedora.", "EPEL."),
    ("apache-502", 502, "Error reading from remote server", "DNS lookup failure for: stock.shop.example"),
    ("apache-502-old", 502, "Error reading from remote server", "Error during SSL Handshake with remote server"),
    ("apache-503", 503, "</body>", APACHE_TWICE),
    ("varnish-503", 503, "Backend fetch failed", "VCL failed"),
    ("varnish-503", 503, "Backend fetch failed", "Service Unavailable"),
    ("fastly-503", 503, "first byte timeout", "Backend is unhealthy"),
    ("fastly-503", 503, "first byte timeout", "No healthy backends"),
    ("fastly-503-number", 503, "first byte timeout", "Backend.max_conn reached"),
    ("fastly-503-number", 503, "first byte timeout", "Backend unavailable, connection timeout"),
    ("fastly-503-number", 503, "first byte timeout", "Response object too large"),
    ("fastly-503-number", 503, "first byte timeout", "Service Unavailable"),
    (
        "asp-net-core-502-v2",
        502,
        ANCM_TODAY,
        "visit: <a> <cite> https://go.microsoft.com/fwlink/?LinkID=2028526 </cite></a>",
    ),
    (
        "asp-net-core-502-v2",
        502,
        "</ul>\n\n        \n",
        "</ul>\n<h2>Specific error detected by ANCM:</h2><h3>Failed to find dotnet.exe.</h3>\n",
    ),
    ("passenger-502", 502, "Incomplete response received from application", "Application socket read error"),
    ("passenger-503", 503, " (queue full)", ""),
    ("apisix-502", 502, "<center>openresty</center>", "<center>openresty/1.25.3.1</center>"),
    ("jetty-503", 503, "<hr><a href=\"http://eclipse.org/jetty\">Powered by Jetty:// 9.4.31.v20200723</a><hr/>", ""),
    ("jetty-503", 503, "<tr><th>SERVLET:</th><td>-</td></tr>", ""),
    ("envoy-503", 503, ". retried and the latest reset reason: remote", ". reset reason: local"),
    (
        "envoy-503",
        503,
        ". retried and the latest reset reason: remote connection failure, transport failure reason: \
      delayed connect error: Connection refused",
        "",
    ),
    ("envoy-504-stream", 504, "stream timeout", "upstream max stream duration reached"),
    ("envoy-504-stream", 504, "stream timeout", "downstream duration timeout"),
    (
        "azure-front-door-503",
        503,
        "</p>0WKZEYgAAAADMF2yZfE7ZTZg4DKn",
        "</p><span>Ref A: 0 Ref B: X Ref C: 2026-11-22T20:00:00Z</span>",
    ),
    ("google-lb-502", 502, "a temporary error", "an error"),
    ("akamai-503-zero-size", 503, "Zero size object", "DNS failure"),
    ("traffic-server-502", 502, "requested server host.", "server \"<EM>shop.example</EM>\"."),
    (
        "kong-502-html",
        502,
        "An invalid response was received from the upstream server.",
        "The upstream server is timing out.",
    ),
    ("cloudflare-521-text", 522, "521", "522"),
    ("cloudflare-521-text", 502, "521", "502"),
    ("cloudflared-502", 502, "502 Bad Gateway\n", ""),
    ("cloudflared-502", 502, "cloudflared", "cloudflared: dial tcp 127.0.0.1:8080: connect: connection refused"),
    (
        "litespeed-503",
        503,
        "<br>Proudly powered by LiteSpeed Web Server",
        "<br>Proudly powered by  <a>LiteSpeed Web Server</a>",
    ),
];

const ANCM_TODAY: &str = "and guidance on handling these errors, visit\n             \
                          <a href=\"https://go.microsoft.com/fwlink/?LinkID=2028526\"> <cite>Troubleshoot ASP.NET Core \
                          on Azure App Service and IIS</cite></a>.";

const APACHE_TWICE: &str = "<p>Additionally, a 404 Not Found\nerror was encountered while trying to use an ErrorDocument \
                            to handle the request.</p>\n<hr>\n<address>Apache/2.4.71 (Debian) Server at shop.example \
                            Port 80</address>\n</body>";

#[test]
fn recognises_its_other_sentences() {
    for (fixture, status, old, new) in VARIANTS {
        let answer = Answer::load(fixture);
        let expected = answer.author(MAX_BYTES);
        let variant = Answer { status: *status, ..answer.replaced(old, new) };
        assert_eq!(variant.author(MAX_BYTES), expected, "{fixture}: {new}");
    }
}

#[test]
fn red_hats_page_of_nginx_has_the_names_of_its_rebuilds() {
    let answer = Answer::load("nginx-50x-rhel");
    let answer =
        answer.replaced("Red Hat Enterprise Linux", "OpenELA").replaced("Red Hat, Inc. website", "OpenELA website");
    assert_eq!(answer.author(MAX_BYTES), Author::Gateway("nginx"));
}

#[test]
fn tomcat_describes_each_status() {
    for (status, phrase, description) in [
        (
            502,
            "Bad Gateway",
            ", while acting as a gateway or proxy, received an invalid response from an inbound server it \
          accessed while attempting to fulfill the request.",
        ),
        (
            504,
            "Gateway Timeout",
            ", while acting as a gateway or proxy, did not receive a timely response from an upstream \
          server it needed to access in order to complete the request.",
        ),
    ] {
        let body = format!(
            "<h1>HTTP Status {status} – {phrase}</h1><hr/><p><b>Type</b> Status Report</p>\
             <p><b>Description</b> The server{description}</p><hr/><h3>Apache Tomcat/10.1.31</h3>"
        );
        let found = author(status, &[("content-type", "text/html;charset=utf-8")], body.as_bytes(), true);
        assert_eq!(found, Author::Gateway("Tomcat"), "{status}");
    }
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
