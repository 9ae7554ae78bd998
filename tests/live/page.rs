//! What does a person or a program get over the wire when nothing else is left?

use crate::client::Reply;
use crate::origin::Fault;
use crate::stand::Stand;

/// Formats by `Accept`, with what each begins with and something that shows that it is whole.
const FORMATS: [(&str, &str, &str, &str); 7] = [
    ("text/html", "text/html", "<!doctype html>", "</html>"),
    ("application/problem+json", "application/problem+json", "{", "}"),
    ("application/json", "application/json", "{", "}"),
    ("application/problem+xml", "application/problem+xml", "<?xml", "</problem>"),
    ("application/xml", "application/xml", "<?xml", ">"),
    ("text/markdown", "text/markdown", "#", "\n"),
    ("text/plain", "text/plain", "", "\n"),
];

const BROWSER: [(&str, &str); 3] = [
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
];

fn failing() -> Stand {
    let stand = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    stand.fail();
    stand
}

#[test]
fn comes_in_the_format_that_was_asked_for_with_every_field_of_the_contract() {
    let stand = failing();
    for (accept, media_type, start, end) in FORMATS {
        let page = stand.worker.get_with("/a", &[("Accept", accept)]);
        let text = page.text();
        assert_eq!(page.status, 502, "{accept}");
        assert!(page.says("content-type", media_type), "{accept}: {:?}", page.field("content-type"));
        assert!(text.to_ascii_lowercase().starts_with(start) && text.trim_end().ends_with(end.trim()), "{text}");
        assert!(page.whole, "{accept}");
        carries_the_fields_of_every_page(&page);
    }
}

/// Their bytes lie in the same memory, one after the other: none may be sent with what came into it later.
#[test]
fn many_visitors_at_once_each_get_their_own() {
    let stand = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    stand.fail();
    let visit = |visitor: usize| {
        let language = ["de", "ja", "ar"].get(visitor % 3).copied().unwrap_or_default();
        (0..25).all(|time| {
            let path = format!("/of-{visitor}/{}/{time}", "long-".repeat(visitor));
            let page = stand.worker.get_with(&path, &[("Accept", "text/html"), ("Accept-Language", language)]);
            let (text, path) = (page.text(), format!(">{path}<"));
            page.whole
                && text.contains(&path)
                && text.contains(&format!("lang=\"{language}\""))
                && text.ends_with("</html>\n")
        })
    };
    std::thread::scope(|scope| {
        let visits: Vec<_> = (0..12).map(|visitor| scope.spawn(move || visit(visitor))).collect();
        assert!(visits.into_iter().all(|visit| visit.join().unwrap()));
    });
}

type Fields = &'static [(&'static str, &'static str)];

/// Formats that say nothing to people, by what asks for them: their media type, and their body with the number of
/// `Retry-After` in place of `{}`.
const WORDLESS: [(Fields, &str, &str); 9] = [
    (&[("Accept", "text/event-stream"), ("Sec-Fetch-Dest", "empty")], "text/event-stream", "retry: {}000\n\n"),
    (&[("Accept", "application/grpc-web+proto")], "application/grpc-web+proto", ""),
    (&[("Accept", "*/*"), ("Content-Type", "application/grpc-web-text")], "application/grpc-web+proto", ""),
    (&[("Accept", "*/*"), ("Sec-Fetch-Dest", "script")], "text/javascript; charset=utf-8", ""),
    (&[("Accept", "*/*"), ("Sec-Fetch-Dest", "serviceworker")], "text/javascript; charset=utf-8", ""),
    (&[("Accept", "text/css,*/*;q=0.1"), ("Sec-Fetch-Dest", "style")], "text/css; charset=utf-8", ""),
    (&[("Accept", "*/*"), ("Sec-Fetch-Dest", "font")], "", ""),
    (&[("Accept", "video/webm,*/*;q=0.5"), ("Sec-Fetch-Dest", "video")], "", ""),
    (&[("Accept", "audio/ogg")], "", ""),
];

#[test]
fn what_is_no_text_comes_empty_and_typed_with_every_field_of_the_contract() {
    let stand = failing();
    for (fields, media_type, body) in WORDLESS {
        for method in ["GET", "HEAD"] {
            let page = stand.worker.ask(method, "/a", fields, b"");
            let wait = page.field("retry-after").expect("a time");
            let content = body.replace("{}", &wait);
            assert_eq!(page.status, 502, "{fields:?}");
            assert_eq!(page.text(), if method == "HEAD" { "" } else { &content }, "{method} {fields:?}");
            assert_eq!(page.field("content-type").unwrap_or_default(), media_type, "{fields:?}");
            let language = (!content.is_empty()).then_some("en");
            assert_eq!(page.field("content-language").as_deref(), language, "{fields:?}");
            let is_grpc = media_type.contains("grpc");
            for (name, value) in [
                ("grpc-status", "14"),
                ("grpc-message", "This%20website%20gave%20no%20proper%20answer"),
                ("access-control-allow-origin", "*"),
                ("access-control-expose-headers", "Retry-After, Grpc-Status, Grpc-Message"),
            ] {
                assert_eq!(page.field(name).as_deref(), is_grpc.then_some(value), "{fields:?} {name}");
            }
            assert!(page.whole, "{fields:?}");
            carries_the_fields_of_every_answer(&page, content.len());
        }
    }
    // gRPC's DEADLINE_EXCEEDED.
    stand.origin.break_with(Fault::Status(504));
    assert_eq!(stand.worker.get_with("/a", WORDLESS[1].0).field("grpc-status").as_deref(), Some("4"));
}

fn carries_the_fields_of_every_page(page: &Reply) {
    assert_eq!(page.field("content-language").as_deref(), Some("en"));
    carries_the_fields_of_every_answer(page, page.body.len());
}

fn carries_the_fields_of_every_answer(page: &Reply, length: usize) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("vary", "Accept, Accept-Language"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.field(name).as_deref(), Some(value), "{name}");
    }
    let policy = page.field("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let wait: u64 = page.field("retry-after").expect("a time").parse().expect("seconds");
    assert!((24..=36).contains(&wait), "30 s and a fifth more or less, not {wait}");
    assert_eq!(page.field("content-length"), Some(length.to_string()));
    let told = page.field("proxy-status").expect("a reason");
    assert!(told.starts_with("www.example;error=") && told.contains("received-status=502"), "{told}");
    for absent in ["set-cookie", "etag", "last-modified", "cache-status", "content-encoding", "server"] {
        assert_eq!(page.field(absent), None, "{absent}");
    }
}

#[test]
fn problem_details_tell_a_program_what_it_needs() {
    let page = failing().worker.get_with("/a?b", &[("Accept", "application/json"), ("CF-Ray", "8f00ba4-FRA")]);
    let problem = page.json();
    assert_eq!(problem["status"], 502);
    assert_eq!(problem["retryable"], true);
    assert_eq!(problem["failure"], "bad_gateway");
    assert_eq!(problem["gateway"], "nginx");
    assert_eq!(problem["request_id"], "8f00ba4-FRA");
    assert_eq!(problem["retry_after"].as_u64().map(|s| s.to_string()), page.field("retry-after"));
}

#[test]
fn where_accept_leaves_a_choice_the_asker_decides() {
    let stand = failing();
    let html = stand.worker.get_with("/a", &BROWSER);
    assert!(html.says("content-type", "text/html"));
    for (fields, expected) in [
        (vec![], "text/plain"),
        (vec![("Accept", "*/*"), ("User-Agent", "curl/8.9")], "text/plain"),
        (vec![("Accept", "*/*"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")], "application/problem+json"),
        (vec![("Accept", "*/*"), ("X-Requested-With", "XMLHttpRequest")], "application/problem+json"),
        (vec![("Accept", "image/avif,image/webp,*/*;q=0.8"), ("Sec-Fetch-Dest", "image")], "image/svg+xml"),
        (vec![("Accept", "*/*"), ("Sec-Fetch-Dest", "script")], "text/javascript"),
        (vec![("Accept", "text/css,*/*;q=0.1"), ("Sec-Fetch-Dest", "style")], "text/css"),
        (vec![("Accept", "text/html;q=0, application/json")], "application/json"),
    ] {
        let page = stand.worker.get_with("/a", &fields);
        assert!(page.says("content-type", expected), "{fields:?}: {:?}", page.field("content-type"));
    }
}

#[test]
fn speaks_the_visitors_language_and_says_which() {
    let stand = failing();
    for (accepted, tag, direction, words) in [
        ("de-CH, en;q=0.5", "de", "ltr", "Website"),
        ("ar", "ar", "rtl", "الموقع"),
        ("he;q=0.2, fa;q=0.9", "fa", "rtl", "وب"),
        ("zh-TW", "zh-Hant", "ltr", "網站"),
        ("pt-AO", "pt", "ltr", "site"),
        ("no", "nb", "ltr", "nettsiden"),
        ("tlh, ja;q=0.1", "ja", "ltr", "サイト"),
        ("tlh", "en", "ltr", "website"),
        ("", "en", "ltr", "website"),
    ] {
        let page = stand.worker.get_with("/a", &[BROWSER[0], ("Accept-Language", accepted)]);
        let text = page.text();
        assert_eq!(page.field("content-language").as_deref(), Some(tag), "{accepted}");
        assert!(text.contains(&format!("lang=\"{tag}\"")) || text.contains(&format!("lang={tag}")), "{accepted}");
        assert!(direction == "ltr" || text.contains("dir=\"rtl\"") || text.contains("dir=rtl"), "{accepted}");
        assert!(text.contains(words), "{accepted}: {text}");
    }
}

#[test]
fn head_gets_the_fields_and_nothing_else() {
    let stand = failing();
    let page = stand.worker.ask("HEAD", "/a", &BROWSER, b"");
    assert_eq!((page.status, page.body.len()), (502, 0));
    assert!(page.says("content-type", "text/html") && page.says("cache-control", "no-store"));
}

#[test]
fn after_a_form_it_never_reloads_and_says_what_may_have_happened() {
    let stand = failing();
    let unknown = stand.worker.ask("POST", "/a", &BROWSER, b"order=1").text();
    assert!(unknown.contains("It is not certain whether it arrived"), "{unknown}");
    assert!(!unknown.contains("http-equiv=\"refresh\"") && !unknown.contains("http-equiv=refresh"));
    stand.origin.break_with(Fault::Status(521));
    let not_sent = stand.worker.ask("POST", "/a", &BROWSER, b"order=1").text();
    assert!(not_sent.contains("It did not reach the website"), "{not_sent}");
}

/// The status is kept, and each kind of failure says what it is.
#[test]
fn every_status_keeps_its_number() {
    let stand = failing();
    for status in (502..=504).chain(520..=530) {
        stand.origin.break_with(Fault::Status(status));
        let page = stand.worker.get_with("/a", &[("Accept", "application/json")]);
        assert_eq!(page.status, status);
        assert_eq!(page.json()["status"], status);
        assert!(page.says("proxy-status", &format!("received-status={status}")), "{:?}", page.field("proxy-status"));
    }
}

/// Hostile URL, host and header values come out escaped, whatever the format.
#[test]
fn nothing_of_the_request_gets_out_of_its_place() {
    let stand = failing();
    const EVIL: &str = "<script>alert(1)</script>";
    for (accept, ..) in FORMATS {
        let fields = [
            ("Accept", accept),
            ("Accept-Language", "\"><script>alert(1)</script>"),
            ("CF-Ray", EVIL),
            ("Referer", EVIL),
            ("User-Agent", EVIL),
        ];
        let target = "/a'b%22%3Cscript%3Ealert(1)%3C/script%3E&lt;?secret=%3Cscript%3E";
        let page = stand.worker.get_with(target, &fields);
        let text = page.text();
        assert_eq!(page.status, 502, "{accept}: {text}");
        assert!(!text.contains(EVIL) && !text.contains("<script>alert"), "{accept}: {text}");
        assert!(!text.contains("secret"), "the query is nobody's business: {text}");
    }
    // The runtime refuses most hosts that are none; what it lets through must not get out of its place either.
    for host in ["evil'onload=alert(1)", "a&lt;b", "evil.example:99999", "\"><b>", "<script>alert(1)</script>"] {
        let page = stand.worker.get_with("/a", &[BROWSER[0], ("Host", host)]);
        let text = page.text();
        assert!(matches!(page.status, 400 | 502), "{host}: {}", page.status);
        assert!(!text.contains(EVIL) && !text.contains("\"><b>") && !text.contains("'onload"), "{host}: {text}");
    }
}
