//! Which answers are kept, which are not, and which take the older copy with them? RFC 9111 §3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::{FieldLines, Fields};
use understudy::stale::{Admission, Answered, MAX_RECORD, MAX_VARY_NAMES, Params, admit};

/// Rules 15, 16: only final answers to GET, of a cacheable status, permitted by request and response.
#[test]
fn keeps_what_may_be_kept() {
    for (ask, page, expected) in [
        (get(), page(&[]), "keep"),
        (get(), says("max-age=60"), "keep"),
        (get(), says("public"), "keep"),
        (get(), page(&[("expires", &date(60))]), "keep"),
        (get(), page(&[("last-modified", &date(-60))]), "keep"),
        (get().with("range", "bytes=0-1"), says("max-age=60"), "keep"),
        (get().with("if-none-match", "\"a\""), says("max-age=60"), "keep"),
        (head(), says("max-age=60"), "skip: method"),
        (get().by("POST"), says("max-age=60"), "skip: method"),
        (get().by("PROPFIND"), says("max-age=60"), "skip: method"),
        (get().by("get"), says("max-age=60"), "skip: method"),
        (get().with("cache-control", "no-store"), says("max-age=60"), "skip: request-no-store"),
        (get().with("cache-control", "max-age=0, No-Store"), says("max-age=60"), "skip: request-no-store"),
        (get().with("cache-control", "no-cache"), says("max-age=60"), "keep"),
        (get(), says("max-age=60").with("content-length", "10485760"), "keep"),
        (get(), says("max-age=60").with("content-length", "10485761"), "skip: too-large"),
        (get(), says("max-age=60").with("content-length", "99999999999999999999999"), "skip: too-large"),
        (get(), says("max-age=60").with("content-length", "many"), "keep"),
    ] {
        assert_eq!(verdict(&ask, &page, &params()), expected, "{} {:?} {:?}", ask.method, ask.fields, page.fields);
    }
}

/// Rules 15, 16, 22, 23: by status, with and without an explicit lifetime, by default and with CACHE_FRESH.
#[test]
fn keeps_by_status() {
    let (status, gone, not_cacheable) = ("skip: status", "remove: gone", "skip: not-cacheable");
    for (code, silent, explicit, silent_caching, explicit_caching) in [
        (200, "keep", "keep", "keep", "keep"),
        (201, not_cacheable, "keep", not_cacheable, "keep"),
        (203, "keep", "keep", "keep", "keep"),
        (204, "keep", "keep", "keep", "keep"),
        (299, not_cacheable, "keep", not_cacheable, "keep"),
        (300, "keep", "keep", "keep", "keep"),
        (301, "keep", "keep", "keep", "keep"),
        (302, not_cacheable, "keep", not_cacheable, "keep"),
        (303, not_cacheable, "keep", not_cacheable, "keep"),
        (307, not_cacheable, "keep", not_cacheable, "keep"),
        (308, "keep", "keep", "keep", "keep"),
        // Not final, not whole, not a page.
        (101, status, status, status, status),
        (103, status, status, status, status),
        (206, status, status, status, status),
        (304, status, status, status, status),
        // Rule 58: a deletion is a valid answer and is never masked.
        (404, gone, gone, gone, "keep"),
        (410, gone, gone, gone, "keep"),
        (451, gone, gone, gone, "keep"),
        // What anybody can provoke takes nothing back.
        (400, status, status, not_cacheable, "keep"),
        (403, status, status, not_cacheable, "keep"),
        (405, status, status, not_cacheable, "keep"),
        (412, status, status, status, status),
        (416, status, status, status, status),
        (429, status, status, status, status),
        (431, status, status, status, status),
        // Rule 23: an error is not kept and does not replace the copy. (With CACHE_FRESH one that says for how long it is
        // good is kept where there is no copy; failures of the 502 class are not asked about.)
        (500, status, status, not_cacheable, "keep"),
        (501, status, status, not_cacheable, "keep"),
        (502, status, status, not_cacheable, "keep"),
        (503, status, status, not_cacheable, "keep"),
        (521, status, status, not_cacheable, "keep"),
        (599, status, status, not_cacheable, "keep"),
        (999, status, status, status, status),
        (0, status, status, status, status),
    ] {
        let (quiet, loud) = (page(&[]).status(code), says("max-age=60").status(code));
        assert_eq!(verdict(&get(), &quiet, &params()), silent, "{code} silent");
        assert_eq!(verdict(&get(), &loud, &params()), explicit, "{code} explicit");
        assert_eq!(verdict(&get(), &quiet, &caching()), silent_caching, "{code} silent, CACHE_FRESH");
        assert_eq!(verdict(&get(), &loud, &caching()), explicit_caching, "{code} explicit, CACHE_FRESH");
    }
}

/// Rule 16: a 404 without a lifetime must not stick; a guessed one (RFC 9111 §4.2.2) is a lifetime.
#[test]
fn keeps_negative_answers_only_with_a_lifetime() {
    for (fields, expected) in [
        (vec![], "remove: gone"),
        (vec![("etag", "\"a\"")], "remove: gone"),
        (vec![("cache-control", "public")], "remove: gone"),
        (vec![("cache-control", "max-age=0")], "remove: gone"),
        (vec![("cache-control", "max-age=60")], "keep"),
        (vec![("cache-control", "max-age=60"), ("set-cookie", "a=b")], "remove: gone"),
    ] {
        assert_eq!(verdict(&get(), &page(&fields).status(404), &caching()), expected, "{fields:?}");
    }
    let old = page(&[("last-modified", &date(-(DAY as i64)))]).status(404);
    assert_eq!(verdict(&get(), &old, &caching()), "keep");
}

/// Rules 15, 17, 31: no-store, private and must-understand, in any spelling.
#[test]
fn obeys_no_store_and_private() {
    for (cache_control, expected) in [
        ("no-store", "remove: no-store"),
        ("No-StOrE, max-age=60", "remove: no-store"),
        ("public, no-store", "remove: no-store"),
        ("no-store=\"a\"", "remove: no-store"),
        ("private, max-age=60", "remove: private"),
        ("public, private", "remove: private"),
        ("private=\"\"", "remove: private"),
        ("private=\"a b\"", "remove: private"),
        ("extension=\"no-store, private\", max-age=60", "keep"),
        ("max-age=60, no-store, must-understand", "keep"),
        ("max-age=60, must-understand", "keep"),
        ("max-age=60, must-understand, private", "remove: private"),
    ] {
        assert_eq!(verdict(&get(), &says(cache_control), &params()), expected, "{cache_control}");
    }
    let unknown = says("max-age=60, no-store, must-understand").status(299);
    assert_eq!(verdict(&get(), &unknown, &caching()), "remove: no-store");
}

/// An origin takes a copy back by what it says to a visitor of whom it knows nothing.
#[test]
fn only_an_anonymous_answer_takes_a_copy_back() {
    for fields in [vec![("cookie", "theme=dark")], vec![("authorization", "Basic YTpi")]] {
        let somebody = get_with(&fields);
        for (page, expected) in [
            (says("no-store"), "skip: no-store"),
            (says("private"), "skip: private"),
            (says("no-cache"), "skip: no-cache"),
            (says("max-age=0, public, must-revalidate"), "skip: never-usable"),
            (page(&[]).status(401), "skip: gone"),
            (page(&[]).status(404), "remove: gone"),
        ] {
            assert_eq!(verdict(&somebody, &page, &params()), expected, "{fields:?} {:?}", page.fields);
        }
    }
    for (page, expected) in [
        (says("no-store"), "remove: no-store"),
        (says("private"), "remove: private"),
        (says("no-cache"), "remove: no-cache"),
        (says("max-age=0, must-revalidate"), "remove: never-usable"),
        (says("max-age=0, proxy-revalidate"), "remove: never-usable"),
        (says("s-maxage=0"), "remove: never-usable"),
        (says("max-age=0, stale-if-error=0"), "remove: never-usable"),
        (page(&[]).status(401), "remove: gone"),
        // Of these the origin only says that they are not to be kept now.
        (page(&[("set-cookie", "a=b")]), "skip: set-cookie"),
        (says("no-store").with("set-cookie", "a=b"), "skip: set-cookie"),
        (says("max-age=60").with("age", "99999999"), "skip: already-stale"),
    ] {
        assert_eq!(verdict(&get(), &page, &params()), expected, "{:?}", page.fields);
    }
    assert_eq!(verdict(&get(), &says("max-age=0"), &only_where_permitted()), "skip: not-permitted");
}

/// Rule 23: an error may not be kept, and the page that it stood in for stays all the same.
#[test]
fn an_error_takes_no_copy_back_whatever_it_says_of_itself() {
    for status in [400, 403, 405, 429, 500, 502, 503] {
        for said in ["no-store", "private", "no-cache", "max-age=60, s-maxage=0", "max-age=0, must-revalidate"] {
            for params in [params(), caching()] {
                let verdict = verdict(&get(), &says(said).status(status), &params);
                assert!(!verdict.starts_with("remove"), "{status} {said} {}: {verdict}", params.fresh);
            }
        }
    }
    for said in ["no-store", "max-age=60"] {
        assert_eq!(verdict(&get(), &says(said).status(401), &caching()), "remove: gone", "{said}");
        assert_eq!(verdict(&get(), &says(said).status(200), &caching()).starts_with("remove"), said == "no-store");
    }
}

/// Rule 33: what could never be served is not kept, unless the operator has lifted just that prohibition.
#[test]
fn keeps_nothing_that_could_never_be_served() {
    let with = |name: &str| {
        let mut params = params();
        match name {
            "no-cache" => params.overrides.no_cache = true,
            "must-revalidate" => params.overrides.must_revalidate = true,
            "proxy-revalidate" => params.overrides.proxy_revalidate = true,
            _ => params.overrides.s_maxage = true,
        }
        params
    };
    for (cache_control, lifted) in [
        ("no-cache", "no-cache"),
        ("max-age=0, must-revalidate", "must-revalidate"),
        ("max-age=0, proxy-revalidate", "proxy-revalidate"),
        ("s-maxage=0", "s-maxage"),
    ] {
        assert_ne!(verdict(&get(), &says(cache_control), &params()), "keep", "{cache_control}");
        assert_eq!(verdict(&get(), &says(cache_control), &with(lifted)), "keep", "{cache_control}");
        for other in ["no-cache", "must-revalidate", "proxy-revalidate", "s-maxage"] {
            let verdict = verdict(&get(), &says(cache_control), &with(other));
            assert_eq!(verdict == "keep", other == lifted, "{cache_control} with {other} lifted");
        }
    }
    // Never to be lifted.
    let all = Params {
        overrides: understudy::stale::Overrides {
            no_cache: true,
            must_revalidate: true,
            proxy_revalidate: true,
            s_maxage: true,
        },
        ..params()
    };
    assert_eq!(verdict(&get(), &says("no-store"), &all), "remove: no-store");
    assert_eq!(verdict(&get(), &says("private"), &all), "remove: private");
}

/// Rules 64, 65: a targeted field that can be read replaces Cache-Control and Expires.
#[test]
fn targeted_fields_decide() {
    for (name, value, cache_control, expected) in [
        ("cdn-cache-control", "max-age=60", "no-store", "keep"),
        ("cloudflare-cdn-cache-control", "max-age=60", "private", "keep"),
        ("cdn-cache-control", "no-store", "max-age=60", "remove: no-store"),
        ("cdn-cache-control", "private", "public, max-age=60", "remove: private"),
        ("cdn-cache-control", "no-cache", "max-age=60", "remove: no-cache"),
        ("cdn-cache-control", "unknown", "no-store", "keep"),
        ("cdn-cache-control", "no-store=?0, max-age=60", "private", "keep"),
        ("cdn-cache-control", "max-age=0, max-age=60, must-revalidate", "no-store", "keep"),
        // Empty or not to be parsed: the next one counts.
        ("cdn-cache-control", "", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age=60, &&&", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age=\"60\"", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age=60.5", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age=(60)", "no-store", "remove: no-store"),
        ("cdn-cache-control", "Max-Age=60", "no-store", "remove: no-store"),
        ("cdn-cache-control", "max-age =60", "no-store", "remove: no-store"),
        ("cdn-cache-control", "no-store=1", "max-age=60", "remove: no-store"),
    ] {
        let page = says(cache_control).with(name, value);
        assert_eq!(verdict(&get(), &page, &params()), expected, "{name}: {value}");
    }
    let both = says("no-store").with("cdn-cache-control", "no-store").with("cloudflare-cdn-cache-control", "max-age=9");
    assert_eq!(verdict(&get(), &both, &params()), "keep", "the more specific one counts");
}

/// Rule 54: `*` matches nothing, and a key has only so much room.
#[test]
fn refuses_a_vary_that_it_cannot_key() {
    let names = |n: usize| (0..n).map(|i| format!("x-{i}")).collect::<Vec<_>>().join(", ");
    for (vary, expected) in [
        ("*", "skip: vary-star"),
        ("*, *", "skip: vary-star"),
        (", *", "skip: vary-star"),
        ("Foo, *", "skip: vary-star"),
        ("*, Foo", "skip: vary-star"),
        (&names(MAX_VARY_NAMES), "keep"),
        (&names(MAX_VARY_NAMES + 1), "skip: vary-names"),
        (&(names(MAX_VARY_NAMES) + ", Accept-Encoding, X-0"), "keep"),
        ("a b", "skip: vary-names"),
        ("", "keep"),
    ] {
        assert_eq!(verdict(&get(), &says("max-age=60").with("vary", vary), &params()), expected, "{vary}");
    }
}

/// Rule 21: what the origin declared and what arrived must agree.
#[test]
fn knows_an_incomplete_body() {
    let declared = copy(&says("max-age=60").with("content-length", "100"));
    assert!(declared.is_whole(100));
    assert!(!declared.is_whole(60));
    let coded = copy(&says("max-age=60").with("content-length", "100").with("content-encoding", "gzip"));
    assert!(coded.is_whole(60));
    assert!(copy(&says("max-age=60")).is_whole(60));
}

#[test]
fn refuses_headers_that_no_record_holds() {
    let long = "x".repeat(MAX_RECORD);
    assert_eq!(verdict(&get(), &says("max-age=60").with("x", &long), &params()), "skip: headers-too-large");
    // Each of these takes six bytes when it is written down.
    let wide = "\u{e9}".repeat(MAX_RECORD / 6);
    assert_eq!(verdict(&get(), &says("max-age=60").with("x", &wide), &params()), "skip: headers-too-large");
    for length in ((MAX_RECORD - 1200)..MAX_RECORD).step_by(17) {
        let page = says("max-age=60").with("x", &"x".repeat(length));
        if let Admission::Keep(record) = admit(&get().asked(), &page.answered(), &params()) {
            let record = record.with_body(u64::MAX, Some(u64::MAX));
            assert!(record.to_json().len() < MAX_RECORD);
            assert!(understudy::stale::Entry::Copy(Box::new(record)).to_json().len() < MAX_RECORD);
        }
    }
}

/// Every read of a field costs; what will not be kept costs the fewest.
#[test]
fn reads_as_few_fields_as_it_can() {
    struct Counted(FieldLines, std::cell::Cell<(u32, u32)>);
    impl Fields for Counted {
        fn field(&self, name: &str) -> Option<String> {
            self.1.set((self.1.get().0 + 1, self.1.get().1));
            self.0.field(name)
        }
        fn lines(&self) -> FieldLines {
            self.1.set((self.1.get().0, self.1.get().1 + 1));
            self.0.lines()
        }
    }
    for (page, ask, reads, lists) in [
        (page(&[]), get().by("POST"), 0, 0),
        (page(&[]).status(500), get(), 0, 0),
        // For a copy that is there: could anybody have asked for something else?
        (page(&[]).status(404), get(), 16, 0),
        (page(&[("set-cookie", "a=b")]), get(), 2, 0),
        (says("no-store"), get().with("cookie", "session=1"), 6, 0),
        (says("max-age=60"), get().with("cookie", "session=1"), 6, 0),
        (says("max-age=60").with("content-length", "99999999999"), get(), 9, 0),
        // Sixteen more for what will be kept: the fields that could have made it an answer to something else.
        (says("max-age=60"), get(), 25, 1),
    ] {
        let request = Counted(ask.fields.clone(), Default::default());
        let response = Counted(page.fields.clone(), Default::default());
        let asked = understudy::stale::Asked { fields: &request, ..ask.asked() };
        let _ = admit(&asked, &Answered { fields: &response, ..page.answered() }, &params());
        let total = (request.1.get().0 + response.1.get().0, request.1.get().1 + response.1.get().1);
        assert_eq!(total, (reads, lists), "{} {} {:?}", ask.method, page.status, page.fields);
    }
}
