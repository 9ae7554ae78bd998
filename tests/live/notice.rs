//! Does a copy say in the page itself that it is one, and never where that would break something? `STALE_NOTICE`

use crate::client::Reply;
use crate::stand::{Stand, is_copy};

const VARS: [(&str, &str); 2] = [("RETRY_ATTEMPTS", "0"), ("STALE_NOTICE", "on")];
const TAG: &str = "<understudy-notice ";

/// A page of this HTML.
fn page(html: &str, more: &str) -> String {
    let content_type = if more.contains("type=") { "" } else { "&type=text/html;%20charset=utf-8" };
    ["/page/a?body=", &encoded(html.as_bytes()), content_type, more].concat()
}

fn encoded(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// The copy of that page, once the origin fails.
fn copy_of(stand: &Stand, target: &str) -> (Reply, Reply) {
    stand.origin.mend();
    let fresh = stand.warm(target);
    stand.fail();
    let copy = stand.worker.get(target);
    assert!(copy.status == 200 && copy.whole && is_copy(&copy), "{copy:?}");
    (fresh, copy)
}

/// The page without the notice in it, which must stand right here.
fn without_notice(copy: &Reply, before: &str) -> String {
    let text = copy.text();
    let (start, rest) = text.split_once(TAG).unwrap_or_else(|| panic!("no notice: {text}"));
    let (notice, rest) = rest.split_once("</understudy-notice>").expect("the end of the notice");
    assert!(start.ends_with(before) && notice.is_ascii() && !rest.contains(TAG), "{text}");
    [start, rest].concat()
}

#[test]
fn the_page_is_the_same_but_for_the_notice_after_body() {
    let stand = Stand::new(&VARS);
    for html in [
        "<!doctype html><html><head><title>x</title></head><body class='a>b'>\n<h1>Hi</h1></body></html>",
        "<!doctype html><!-- <body> --><title>a</title><script>'<body>'</script><BODY><p>one<body><p>two",
        "<body>",
    ] {
        let target = page(
            html,
            "&etag=%22v1%22&last-modified=Sun,+06+Nov+1994+08:49:37+GMT&h.Cache-Control=max-age=60&h.Vary=Cookie&h.X-Own=1",
        );
        let (fresh, copy) = copy_of(&stand, &target);
        assert_eq!(fresh.text(), html);
        assert_eq!(without_notice(&copy, ">"), html);
        assert!(
            copy.text()
                .contains("This website is not answering right now. You are seeing a saved copy. It is 1 minute old.")
        );
        // What described and kept the page's own body is gone; the rest is as it was.
        for name in ["etag", "last-modified", "accept-ranges", "content-length"] {
            assert!(fresh.field(name).is_some() && copy.field(name).is_none(), "{name} {copy:?}");
        }
        assert_eq!(copy.fields("cache-control"), ["no-store"]);
        assert_eq!(copy.fields("vary").join(", "), "Cookie, Accept-Language");
        for name in ["content-type", "x-own"] {
            assert_eq!(copy.field(name), fresh.field(name), "{name}");
        }
    }
    // What the visitor has is the page without a notice: that is what is confirmed, measured and cut.
    let target = page("<body>whole", "&etag=%22v1%22");
    copy_of(&stand, &target);
    let confirmed = stand.worker.get_with(&target, &[("If-None-Match", "\"v1\"")]);
    assert_eq!((confirmed.status, confirmed.field("etag").as_deref()), (304, Some("\"v1\"")));
    let part = stand.worker.get_with(&target, &[("Range", "bytes=6-")]);
    assert_eq!((part.status, part.text().as_str()), (206, "whole"));
    let head = stand.worker.ask("HEAD", &target, &[], b"");
    assert_eq!((head.status, head.field("etag").as_deref()), (200, Some("\"v1\"")));
}

#[test]
fn speaks_the_visitor_s_language_and_tells_the_age() {
    let stand = Stand::new(&VARS);
    let target = page("<body>x", "");
    stand.warm(&target);
    stand.age(3 * 3600 + 5);
    stand.fail();
    for (language, lang, direction, words) in [
        ("de-CH,de;q=0.9", "de", "ltr", "Die Kopie ist 3 Stunden alt."),
        ("xx", "en", "ltr", "It is 3 hours old."),
        ("he", "he", "rtl", "&#1492;&#1488;&#1514;&#1512;"),
        ("ru", "ru", "ltr", "3 &#1095;&#1072;&#1089;&#1072;"),
    ] {
        let copy = stand.worker.get_with(&target, &[("Accept-Language", language)]);
        let text = copy.text();
        assert!(text.contains(&format!("{TAG}lang=\"{lang}\" dir=\"{direction}\">")), "{text}");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn whoever_forbids_it_gets_the_page_byte_for_byte() {
    let stand = Stand::new(&VARS);
    let html = "<!doctype html><title>x</title><body>page";
    let meta = "<!doctype html><meta http-equiv=Content-Security-Policy content=\"default-src 'self'\"><body>page";
    for (html, more) in [
        (html, "&h.Cache-Control=max-age=60,+no-transform"),
        (html, "&h.Content-Security-Policy=default-src+'self'"),
        (html, "&h.Content-Security-Policy=style-src+'unsafe-inline'&h.Content-Security-Policy=style-src+'self'"),
        (html, "&type=application/xhtml%2Bxml"),
        (html, "&type=text/plain"),
        (html, "&type=text/html;charset=utf-16"),
        (html, "&h.Content-Disposition=attachment"),
        ("<!doctype html><title>x</title><p>no body tag", ""),
        ("<!doctype html><frameset></frameset>", ""),
        ("<!-- <body>", ""),
        ("", ""),
        (meta, ""),
    ] {
        let (fresh, copy) = copy_of(&stand, &page(html, more));
        assert_eq!((copy.text().as_str(), fresh.text().as_str()), (html, html), "{more}");
    }
    let target = page(html, "&h.Cache-Control=max-age=60");
    copy_of(&stand, &target);
    for field in [("Cache-Control", "no-transform"), ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Dest", "empty")] {
        assert_eq!(stand.worker.get_with(&target, &[field]).text(), html, "{field:?}");
    }
}

#[test]
fn bytes_of_other_charsets_and_large_pages_pass_unharmed() {
    let stand = Stand::new(&VARS);
    for (name, body) in [
        ("windows-1252", &b"<title>caf\xe9</title><body class=caf\xe9>\xff\x80\0"[..]),
        ("shift_jis", b"<title>\x83\x5c\x95\x5c</title><body>\x83\x5c\x8e"),
        ("nonsense", b"<title>x</title><body>\xff"),
        ("utf-8", b"<title>x</title><body>\xc3\x28\xf0\x9f"),
    ] {
        let target = format!("/page/a?body={}&type=text/html;charset={name}", encoded(body));
        stand.origin.mend();
        let fresh = stand.warm(&target);
        stand.fail();
        let copy = stand.worker.get(&target).body;
        let tag = TAG.as_bytes();
        let at = copy.windows(tag.len()).position(|window| window == tag).expect("a notice");
        let end = b"</understudy-notice>";
        let rest = copy.windows(end.len()).position(|window| window == end).expect("its end") + end.len();
        assert_eq!([&copy[..at], &copy[rest..]].concat(), fresh.body, "{name}");
    }
    // The start of a large page goes through the rewriter, the rest past it; what begins too late is left as it is.
    for (padding, noticed) in [(1_000, true), (255_000, true), (300_000, false)] {
        let html = ["<title>", &"x".repeat(padding), "</title><body>", &"y".repeat(400_000)].concat();
        stand.origin.mend();
        stand.origin.script("/page/large", &[&format!("/page/large?type=text/html&body={}", encoded(html.as_bytes()))]);
        let target = format!("/page/large?{padding}");
        let fresh = stand.warm(&target);
        stand.fail();
        let copy = stand.worker.get(&target);
        assert!(fresh.text() == html && copy.whole, "{padding}");
        match noticed {
            true => assert!(without_notice(&copy, "<body>") == fresh.text(), "{padding}"),
            false => assert!(copy.body == fresh.body, "{padding}"),
        }
    }
}

#[test]
fn a_copy_out_of_kv_carries_it_too_and_stays_as_it_was() {
    let stand = Stand::with_kv(&VARS);
    let html = "<!doctype html><title>x</title><body>page";
    let target = page(html, "");
    stand.warm(&target);
    stand.worker.wait_for("kv.put", 1);
    stand.fault("cache.get", "throw");
    stand.fail();
    for _ in 0..2 {
        let copy = stand.worker.get(&target);
        assert!(copy.says("cache-status", "detail=kv"), "{copy:?}");
        assert_eq!(without_notice(&copy, "<body>"), html);
    }
    assert!(!stand.dump().contains("understudy-notice"));
}

#[test]
fn without_the_variable_there_is_none() {
    let stand = Stand::new(&[("RETRY_ATTEMPTS", "0")]);
    let html = "<!doctype html><title>x</title><body>page";
    let (fresh, copy) = copy_of(&stand, &page(html, "&etag=%22v1%22"));
    assert_eq!(
        (copy.text().as_str(), copy.field("etag"), copy.field("content-length")),
        (html, fresh.field("etag"), fresh.field("content-length"))
    );
}

/// In a real browser, against a page that hides every dialog and button and forbids forms: it shows, in the page's own world
/// there is nothing of it, and its button closes it, for which no script of ours is needed.
#[test]
fn a_browser_shows_it_apart_from_the_page_and_its_button_closes_it() {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    if std::process::Command::new(&browser).arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "{browser} is not installed");
        eprintln!("skipped: {browser} is not installed");
        return;
    }
    let stand = Stand::new(&VARS);
    let html = "<!doctype html><title>x</title><style>body{margin:0}dialog,button,form,p{display:none!important}</style>\
        <body><h1>page</h1><script>onload=()=>{\
        const host=document.querySelector('understudy-notice'),root=host.shadowRoot,box=()=>host.getBoundingClientRect();\
        const {top,width,height}=box(),text=root.querySelector('[role=status]').textContent;\
        root.querySelector('button').click();\
        document.title=[top,width==innerWidth,height>20,text.includes('saved copy'),box().height,\
        document.forms.length,document.querySelectorAll('dialog,button,form,p,time').length,location.pathname].join(' ')}\
        </script>";
    let policy = "default-src 'none';script-src 'unsafe-inline';style-src 'unsafe-inline';form-action 'none';\
        require-trusted-types-for 'script'";
    let target = page(html, &format!("&h.Content-Security-Policy={}", encoded(policy.as_bytes())));
    let (_, copy) = copy_of(&stand, &target);
    assert_eq!(without_notice(&copy, "<body>"), html);
    let profile = crate::worker::scratch();
    let shown = std::process::Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--timeout=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--host-resolver-rules=MAP www.example 127.0.0.1:{}", stand.worker.port()))
        .args(["--disable-features=HttpsUpgrades", &format!("http://www.example{target}")])
        .output()
        .expect("the browser");
    let _ = std::fs::remove_dir_all(profile);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("<title>0 true true true 0 0 0 /page/a</title>"), "{shown}");
}
