//! Does anything that was made for one visitor ever reach another? RFC 9111 §3; RFC 9111 §4.2.4, RFC 5861.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::shelf::Shelf;
use stale_support::*;
use understudy::stale::may_renew;

const SESSION: (&str, &str) = ("cookie", "theme=dark; PHPSESSID=alice");
const OTHER_SESSION: (&str, &str) = ("cookie", "PHPSESSID=bob");
const LOGIN: (&str, &str) = ("authorization", "Basic YWxpY2U6YQ==");
const THEME: (&str, &str) = ("cookie", "theme=dark");

/// What the next visitor gets, after one visitor was answered and the origin died.
fn cross(first: &[(&str, &str)], page: &Page, second: &[(&str, &str)]) -> &'static str {
    let mut shelf = Shelf::default();
    shelf.store(&get_with(first), page, "the first visitor's page", &params());
    if shelf.fail(&get_with(second), 10, &params()).is_some() { "copy" } else { "none" }
}

/// Two visitors, in every order, under everything that an origin may say. `N` is nobody in particular.
#[test]
fn nothing_personal_crosses() {
    let (none, copy) = ("none", "copy");
    let nobody: &[(&str, &str)] = &[];
    let (alice, bob, login, theme): (&[_], &[_], &[_], &[_]) = (&[SESSION], &[OTHER_SESSION], &[LOGIN], &[THEME]);
    let public_varying = says("public, max-age=60").with("vary", "Cookie");
    for (says_what, page, table) in [
        // (first, second, expected)
        (
            "nothing",
            page(&[]),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, none),
                (nobody, login, none),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, none),
                (login, login, none),
                (theme, nobody, none),
                (theme, theme, none),
            ],
        ),
        (
            "max-age",
            says("max-age=60"),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, none),
                (nobody, login, none),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, none),
                (login, login, none),
                (theme, nobody, copy),
                (theme, theme, copy),
            ],
        ),
        // "public" is the origin's word that it is for everybody.
        (
            "public",
            says("public, max-age=60"),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, copy),
                (nobody, login, copy),
                (alice, nobody, copy),
                (alice, bob, copy),
                (alice, alice, copy),
                (login, nobody, copy),
                (login, login, copy),
                (theme, nobody, copy),
                (theme, theme, copy),
            ],
        ),
        // ... for everybody with the same cookies.
        (
            "public, Vary: Cookie",
            public_varying,
            [
                (nobody, nobody, copy),
                (nobody, theme, none),
                (nobody, alice, none),
                (nobody, login, copy),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, copy),
                (login, nobody, copy),
                (login, login, copy),
                (theme, nobody, none),
                (theme, theme, copy),
            ],
        ),
        (
            "Vary: Cookie",
            page(&[("vary", "Cookie")]),
            [
                (nobody, nobody, copy),
                (nobody, theme, none),
                (nobody, alice, none),
                (nobody, login, none),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, none),
                (login, login, none),
                (theme, nobody, none),
                (theme, theme, copy),
            ],
        ),
        // Permits to share what Authorization got (RFC 9111 §3.5), while it is fresh; says nothing of cookies.
        (
            "must-revalidate",
            says("max-age=60, must-revalidate"),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, none),
                (nobody, login, copy),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, copy),
                (login, login, copy),
                (theme, nobody, copy),
                (theme, theme, copy),
            ],
        ),
        (
            "s-maxage",
            says("s-maxage=60"),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, none),
                (nobody, login, copy),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, copy),
                (login, login, copy),
                (theme, nobody, copy),
                (theme, theme, copy),
            ],
        ),
        // Only of a targeted field does its own word count.
        (
            "public, but targeted",
            says("public, max-age=60").with("cdn-cache-control", "max-age=60"),
            [
                (nobody, nobody, copy),
                (nobody, theme, copy),
                (nobody, alice, none),
                (nobody, login, none),
                (alice, nobody, none),
                (alice, bob, none),
                (alice, alice, none),
                (login, nobody, none),
                (login, login, none),
                (theme, nobody, copy),
                (theme, theme, copy),
            ],
        ),
    ] {
        for (first, second, expected) in table {
            assert_eq!(cross(first, &page, second), expected, "{says_what}: {first:?}, then {second:?}");
        }
    }
}

/// Rules 15, 20: what is marked as one visitor's is nobody else's, whoever asks, whatever else is said.
#[test]
fn marked_answers_reach_nobody() {
    let visitors: [&[(&str, &str)]; 4] = [&[], &[SESSION], &[LOGIN], &[THEME]];
    for page in [
        says("private"),
        says("no-store"),
        says("public, private, max-age=60"),
        says("public, no-store, max-age=60"),
        says("public, max-age=60").with("set-cookie", "id=1"),
        says("public, max-age=60, stale-if-error=600").with("set-cookie", ""),
        says("public, max-age=60").with("vary", "*"),
        says("public, max-age=60").with("cdn-cache-control", "private"),
    ] {
        for first in visitors {
            for second in visitors {
                assert_eq!(cross(first, &page, second), "none", "{:?}: {first:?}, then {second:?}", page.fields);
            }
        }
    }
}

/// Rule 44: names of session cookies, in any case, wherever they stand; a value or a part of a name is none.
#[test]
fn knows_session_cookies_by_name() {
    let record = copy(&says("max-age=60"));
    for (cookie, expected) in [
        ("PHPSESSID=1", "session-cookie"),
        ("a=1; JSESSIONID=1; b=2", "session-cookie"),
        ("a=1;connect.sid=1", "session-cookie"),
        ("wordpress_logged_in_0123=1", "session-cookie"),
        ("XSRF-TOKEN=1", "session-cookie"),
        ("remember_me=1", "session-cookie"),
        ("next-auth.csrf=1", "session-cookie"),
        ("session", "session-cookie"),
        ("a=1, SESSION=2", "session-cookie"),
        (" sid = 1", "session-cookie"),
        ("_ga=GA1.2; theme=dark", "yes"),
        ("a=session", "yes"),
        ("a=1; b=x%3Dsession", "yes"),
        ("dont_remember=1", "yes"),
        ("", "yes"),
        (";;=;,", "yes"),
    ] {
        assert_eq!(on_failure(&record, &get().with("cookie", cookie), 10, &params()), expected, "{cookie}");
    }
    let two_lines = get().with("cookie", "a=1").with("cookie", "PHPSESSID=1");
    assert_eq!(on_failure(&record, &two_lines, 10, &params()), "session-cookie");
    assert_eq!(verdict(&two_lines, &says("max-age=60"), &params()), "skip: session-cookie");
}

/// A cookie that is not on the list, and an origin that says nothing: this page may be anybody's.
#[test]
fn an_unknown_cookie_needs_a_word_of_the_origin() {
    let visitor = get_with(&[("cookie", "uid=alice")]);
    for (page, expected) in [
        (page(&[]), "skip: cookie"),
        (page(&[("etag", "\"a\"")]), "skip: cookie"),
        (says("stale-if-error=600"), "skip: cookie"),
        (says("max-age=60"), "keep"),
        (says("public"), "keep"),
        (page(&[("expires", &date(60))]), "keep"),
        (page(&[("last-modified", &date(-60))]), "keep"),
        (page(&[("vary", "Cookie")]), "keep"),
    ] {
        assert_eq!(verdict(&visitor, &page, &params()), expected, "{:?}", page.fields);
        assert_eq!(verdict(&get(), &page, &params()), "keep", "{:?}", page.fields);
    }
    for (cookie, expected) in [
        ("_ga=GA1.2.3; _gid=1; __cf_bm=x; AWSALB=y", "keep"),
        ("_ga=GA1.2.3; uid=alice", "skip: cookie"),
        ("uid", "skip: cookie"),
        ("x_ga=1", "skip: cookie"),
        ("", "keep"),
    ] {
        assert_eq!(verdict(&get().with("cookie", cookie), &page(&[]), &params()), expected, "{cookie}");
    }
}

/// Who is logged in cannot wipe the anonymous copy, nor replace it.
#[test]
fn a_logged_in_visitor_leaves_the_anonymous_copy() {
    for answer in [
        says("private"),
        says("no-store"),
        says("no-cache"),
        says("max-age=0, must-revalidate"),
        says("max-age=60"),
        page(&[]),
        page(&[("set-cookie", "PHPSESSID=alice")]),
        page(&[("vary", "*")]),
        page(&[]).status(401),
        page(&[]).status(403),
        page(&[]).status(302),
        page(&[]).status(429),
        page(&[]).status(500),
    ] {
        for fields in [SESSION, LOGIN] {
            let mut shelf = Shelf::default();
            shelf.store(&get(), &says("max-age=60"), "for everybody", &params());
            shelf.store(&get_with(&[fields]), &answer, "for Alice", &params());
            let after = shelf.fail(&get(), 10, &params());
            assert_eq!(after.as_deref(), Some("for everybody"), "{fields:?} {} {:?}", answer.status, answer.fields);
        }
    }
}

/// Nor can a new visitor who is given a cookie, or a robot that is turned away.
#[test]
fn a_first_visit_leaves_the_anonymous_copy() {
    for answer in [
        says("no-store").with("set-cookie", "PHPSESSID=new"),
        page(&[("set-cookie", "PHPSESSID=new")]),
        page(&[]).status(403),
        page(&[]).status(429),
        page(&[]).status(416),
        page(&[]).status(302),
        page(&[]).status(500),
        page(&[]).status(503),
    ] {
        let mut shelf = Shelf::default();
        shelf.store(&get(), &says("max-age=60"), "for everybody", &params());
        shelf.store(&get(), &answer, "", &params());
        let after = shelf.fail(&get(), 10, &params());
        assert_eq!(after.as_deref(), Some("for everybody"), "{} {:?}", answer.status, answer.fields);
    }
}

/// Rule 58: what the origin takes back is gone, with all its variants.
#[test]
fn what_is_taken_back_is_gone() {
    for answer in [
        page(&[]).status(404),
        page(&[]).status(410),
        page(&[]).status(451),
        page(&[]).status(401),
        says("no-store"),
        says("private"),
        says("no-cache"),
    ] {
        let mut shelf = Shelf::default();
        for language in ["de", "en"] {
            let page = says("max-age=60").with("vary", "Accept-Language");
            shelf.store(&get_with(&[("accept-language", language)]), &page, language, &params());
        }
        assert_eq!(shelf.fail(&get_with(&[("accept-language", "de")]), 10, &params()).as_deref(), Some("de"));
        shelf.store(&get(), &answer, "", &params());
        for language in ["de", "en"] {
            let after = shelf.fail(&get_with(&[("accept-language", language)]), 10, &params());
            assert_eq!(after, None, "{language} {} {:?}", answer.status, answer.fields);
        }
    }
}

/// Rule 43: a stale copy of what `Authorization` got is only ever served under `public`.
#[test]
fn authorized_copies_do_not_outlive_their_freshness() {
    for (cache_control, expected) in
        [("max-age=60, public", "yes"), ("max-age=60, must-revalidate", "must-revalidate"), ("s-maxage=60", "s-maxage")]
    {
        let record = kept(&get_with(&[LOGIN]), &says(cache_control), &params());
        assert_eq!(on_failure(&record, &get_with(&[LOGIN]), 59, &params()), "yes", "{cache_control}");
        assert_eq!(on_failure(&record, &get_with(&[LOGIN]), 61, &params()), expected, "{cache_control}");
    }
}

/// The same guard stands before CACHE_FRESH.
#[test]
fn a_fresh_copy_is_guarded_like_a_stale_one() {
    let record = copy(&says("max-age=60"));
    assert_eq!(reused(&record, &get(), 10), "fresh");
    assert_eq!(reused(&record, &get_with(&[THEME]), 10), "fresh");
    assert_eq!(reused(&record, &get_with(&[SESSION]), 10), "session-cookie");
    assert_eq!(reused(&record, &get_with(&[LOGIN]), 10), "authorization");
}

/// Web cache poisoning by fields that no key contains.
#[test]
fn an_answer_to_a_request_that_names_another_host_is_not_kept() {
    for (name, value, kept) in [
        ("x-forwarded-host", "evil.example", false),
        ("x-forwarded-host", "example.com", true),
        ("x-forwarded-server", "evil.example", false),
        ("x-original-host", "evil.example", false),
        ("x-host", "evil.example", false),
        ("forwarded", "for=192.0.2.1;Host=\"evil.example\"", false),
        ("forwarded", "for=192.0.2.1;proto=http", false),
        ("forwarded", "for=192.0.2.1;proto=https, for=192.0.2.2", true),
        ("x-forwarded-scheme", "http", false),
        ("x-forwarded-scheme", "HTTPS", true),
        ("x-forwarded-port", "8443", false),
        ("x-forwarded-port", "443", true),
        ("x-forwarded-prefix", "/evil", false),
        ("x-original-url", "/admin", false),
        ("x-rewrite-url", "/admin", false),
        ("x-http-method", "POST", false),
        ("x-http-method-override", "POST", false),
        ("x-method-override", "POST", false),
        ("x-forwarded-for", "192.0.2.1", true),
        // Cloudflare's own.
        ("x-forwarded-proto", "https", true),
        // Some frameworks read a form in the body of a GET.
        ("content-length", "5", false),
        ("content-length", "0", true),
        ("transfer-encoding", "chunked", false),
    ] {
        let expected = if kept { "keep" } else { "skip: rerouted" };
        let asked = get().with(name, value);
        assert_eq!(verdict(&asked, &says("max-age=60"), &params()), expected, "{name}: {value}");
        assert_eq!(may_renew(&copy(&says("max-age=60")), &asked.asked(), &params()), kept, "{name}: {value}");
        // And wipes nothing.
        let gone = verdict(&asked, &page(&[]).status(404), &params());
        assert_eq!(gone.starts_with("remove"), kept, "{name}: {value}");
    }
    let no_store = get().with("cache-control", "no-store");
    assert!(!may_renew(&copy(&says("max-age=60")), &no_store.asked(), &params()), "RFC 9111 §5.2.1.5");
    // Nor what was said to one of whom it is not known who they are, where a whole answer would not be kept.
    let cookie = get().with("cookie", "uid=alice");
    assert!(!may_renew(&copy(&undated(&[])), &cookie.asked(), &params()));
    assert!(may_renew(&copy(&undated(&[])), &get().asked(), &params()));
}

/// Only those of counters that a name says for certain.
#[test]
fn a_cookie_that_begins_like_a_counters_is_not_one() {
    for (cookies, expected) in [
        ("_ga=1; _ga_ABC=2; _gid=3; AWSALBTGCORS=4; _pk_id.1.abc=5; __cf_bm=6", "keep"),
        ("_gamer=alice", "skip: cookie"),
        ("AWSALBuser=7", "skip: cookie"),
        ("_pk_user=alice", "skip: cookie"),
        ("__utmost=1", "skip: cookie"),
    ] {
        assert_eq!(verdict(&get_with(&[("cookie", cookies)]), &undated(&[]), &params()), expected, "{cookies}");
    }
}
