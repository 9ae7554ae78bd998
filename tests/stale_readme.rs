//! Is what the README's tables say of copies true, row by row? Whoever changes a table or the code has to change both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields as _;
use understudy::stale::{Params, Record, invalidated};

/// One answer, and who asked for it.
type Case = (Ask, Page);

/// A row of “Is it kept?”: how its first cell begins, cases that it is about, and some that it is just not about.
struct Kept {
    row: &'static str,
    about: Vec<Case>,
    not_about: Vec<(Ask, Page, Params)>,
}

fn kept_rows() -> Vec<Kept> {
    let of = |fields: &[(&str, &str)]| (get(), page(fields));
    let by = |fields: &[(&str, &str)]| (get_with(fields), page(&[]));
    let near = |(ask, page): Case| (ask, page, params());
    let lifted = |name: &str| {
        let mut params = params();
        params.overrides.no_cache = name == "no-cache";
        params.overrides.must_revalidate = name == "must-revalidate";
        params
    };
    let session = [("cookie", "PHPSESSID=a")];
    let login = [("authorization", "Basic YTpi")];
    let status = |status| (get(), undated(&[("date", &date(0))]).status(status));
    vec![
        Kept {
            row: "not to a GET",
            about: ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"]
                .map(|method| (get().by(method), page(&[])))
                .to_vec(),
            not_about: vec![near(of(&[]))],
        },
        Kept { row: "404, 410, 451", about: [404, 410, 451].map(status).to_vec(), not_about: vec![] },
        Kept { row: "401", about: vec![status(401)], not_about: vec![] },
        Kept {
            row: "206, 304, other 4xx, 5xx",
            about: [206, 304, 400, 402, 403, 405, 414, 418, 429, 499, 500, 501, 502, 503, 530, 599]
                .map(status)
                .to_vec(),
            not_about: [200, 203, 204, 300, 301, 308].map(|s| near(status(s))).to_vec(),
        },
        Kept {
            row: "a stream without an end",
            about: ["text/event-stream", "Text/Event-Stream; charset=utf-8", "multipart/x-mixed-replace; boundary=a"]
                .map(|kind| of(&[("content-type", kind)]))
                .to_vec(),
            not_about: ["text/plain", "multipart/mixed"].map(|kind| near(of(&[("content-type", kind)]))).to_vec(),
        },
        Kept {
            row: "`Set-Cookie`",
            about: vec![of(&[("set-cookie", "a=b")]), of(&[("set-cookie", "")])],
            not_about: vec![near(of(&[("x-set-cookie", "a=b")]))],
        },
        Kept {
            row: "`no-store`",
            about: ["no-store", "private", "No-Store", "max-age=60, private", "public, private"]
                .map(|said| (get(), says(said)))
                .to_vec(),
            not_about: vec![
                near((get(), says("x=\"no-store\""))),
                near((get(), says("private=\"x-name\""))),
                near((get(), says("no-store, must-understand, max-age=60"))),
            ],
        },
        Kept {
            row: "`no-cache`",
            about: ["no-cache", "No-Cache", "max-age=60, no-cache"].map(|said| (get(), says(said))).to_vec(),
            not_about: vec![(get(), says("no-cache, max-age=60"), lifted("no-cache"))],
        },
        Kept {
            row: "the request has a session cookie",
            about: ["PHPSESSID=a", "a=b; JSESSIONID=1", "theme=dark;  Remember_Me = 1", "a=b, sessionid=2", "AUTH"]
                .map(|cookie| by(&[("cookie", cookie)]))
                .to_vec(),
            not_about: vec![
                near((get_with(&session), says("public, max-age=60"))),
                near((get_with(&[("cookie", "a=sessionid")]), says("max-age=60"))),
            ],
        },
        Kept {
            row: "the request has `Authorization`",
            about: vec![by(&login), by(&[("authorization", "")]), (get_with(&login), says("max-age=60"))],
            not_about: ["public", "must-revalidate, max-age=60", "s-maxage=60"]
                .map(|said| near((get_with(&login), says(said))))
                .to_vec(),
        },
        Kept {
            row: "the request said `no-store`",
            about: vec![by(&[("cache-control", "no-store")]), by(&[("cache-control", "max-age=0, No-Store")])],
            not_about: vec![near(by(&[("cache-control", "no-cache")])), near(by(&[("cache-control", "max-age=0")]))],
        },
        Kept {
            row: "larger than `STALE_SIZE_LIMIT`",
            about: vec![of(&[("content-length", "10485761")])],
            not_about: vec![near(of(&[("content-length", "10485760")]))],
        },
        Kept {
            row: "header fields that no message can have",
            about: vec![
                of(&[("x", "a\r\nb")]),
                of(&[("set-cookie2", "a=b")]),
                of(&[("content-encoding", "zstd")]),
                of(&[("content-encoding", "gzip, br")]),
            ],
            not_about: ["gzip", "br", "identity"].map(|coding| near(of(&[("content-encoding", coding)]))).to_vec(),
        },
        Kept {
            row: "`Vary: *`",
            about: vec![of(&[("vary", "*")]), of(&[("vary", "a, *")]), of(&[("vary", "a,b,c,d,e,f,g,h,i")])],
            not_about: vec![near(of(&[("vary", "a,b,c,d,e,f,g,h")]))],
        },
        Kept {
            row: "a status such as 302 or 307",
            about: [201, 202, 302, 303, 307].map(status).to_vec(),
            not_about: ["public", "max-age=60", "s-maxage=60"]
                .map(|said| near((get(), says(said).status(302))))
                .into_iter()
                .chain([near((get(), page(&[("expires", &date(60))]).status(307)))])
                .collect(),
        },
        Kept {
            row: "the request is for something else than its URL says",
            about: REROUTING
                .map(|name| by(&[(name, if name == "forwarded" { "host=evil.example" } else { "6" })]))
                .to_vec(),
            not_about: vec![
                near(by(&[("x-forwarded-host", "example.com")])),
                near(by(&[("forwarded", "for=192.0.2.1;host=example.com")])),
                near(by(&[("content-length", "0")])),
            ],
        },
        Kept {
            row: "the request has **any other cookie**",
            about: vec![by(&[("cookie", "theme=dark")]), by(&[("cookie", "_ga=1; basket=2")])],
            not_about: vec![
                near(by(&[("cookie", "_ga=1; __cf_bm=2; AWSALB=3")])),
                near((get_with(&[("cookie", "theme=dark")]), says("max-age=60"))),
                near((get_with(&[("cookie", "theme=dark")]), page(&[("vary", "Cookie")]))),
                near((get_with(&[("cookie", "theme=dark")]), page(&[("last-modified", &date(-60))]))),
            ],
        },
        Kept {
            row: "could never be served",
            about: [
                "max-age=0, must-revalidate",
                "s-maxage=0",
                "max-age=0, proxy-revalidate",
                "max-age=0, stale-if-error=0",
            ]
            .map(|said| (get(), says(said)))
            .to_vec(),
            not_about: vec![
                near((get(), says("max-age=0"))),
                near((get(), says("max-age=1, must-revalidate"))),
                (get(), says("max-age=0, must-revalidate"), lifted("must-revalidate")),
            ],
        },
        Kept {
            row: "stale at once, and nobody permits",
            about: vec![
                // With the defaults only what was too old when it came; the other half is the next test.
                (get(), says("max-age=60").with("age", "900000")),
            ],
            not_about: vec![near((get(), says("max-age=60").with("age", "86000")))],
        },
        Kept {
            row: "header fields of more than 16 KiB",
            about: vec![of(&[("x", &"a".repeat(16 << 10))])],
            not_about: vec![near(of(&[("x", &"a".repeat(15 << 10))]))],
        },
        Kept {
            row: "anything else",
            about: vec![of(&[]), (get(), says("max-age=60")), status(204)],
            not_about: vec![],
        },
    ]
}

#[test]
fn each_row_of_is_it_kept_is_true() {
    let (rows, table) = (kept_rows(), table("### Is it kept?"));
    assert_eq!(rows.len(), table.len(), "a row without a case, or a case without a row");
    for (Kept { row, about, not_about }, cells) in rows.iter().zip(&table) {
        assert!(cells[0].starts_with(row), "{row:?} is not {:?}", cells[0]);
        assert!(!about.is_empty());
        for (ask, page) in about {
            assert_eq!(told(ask, page, &params()), promised(cells, ask), "{row} {:?} {:?}", ask.fields, page.fields);
        }
        for (ask, page, params) in not_about {
            assert_eq!(told(ask, page, params), "keep", "just not {row}: {:?} {:?}", ask.fields, page.fields);
        }
    }
}

/// “The first row that fits decides”: of two rows that both fit, in every pair.
#[test]
fn the_first_row_that_fits_decides() {
    let (rows, table) = (kept_rows(), table("### Is it kept?"));
    let mut pairs = 0;
    for (n, (first, cells)) in rows.iter().zip(&table).enumerate() {
        for later in rows.iter().skip(n + 1).filter(|later| later.row != "anything else") {
            for (a, b) in first.about.iter().flat_map(|a| later.about.iter().map(move |b| (a, b))) {
                let Some((ask, page)) = both(a, b) else { continue };
                pairs += 1;
                let (told, promised) = (told(&ask, &page, &params()), promised(cells, &ask));
                assert_eq!(told, promised, "{} + {}: {:?} {:.99?}", first.row, later.row, ask.fields, page.fields);
            }
        }
    }
    assert!(pairs > 1000, "{pairs}");
}

/// ¹ Nobody with an account can wipe the copy that others get.
#[test]
fn only_what_everybody_is_told_removes_a_copy() {
    for cells in table("### Is it kept?").iter().filter(|cells| cells[2].contains('¹')) {
        let rows = kept_rows();
        let row = rows.iter().find(|row| cells[0].starts_with(row.row)).unwrap();
        for (ask, page) in &row.about {
            for (name, value, expected) in [
                ("cookie", "_ga=1; __cf_bm=2", "remove"),
                ("cookie", "sid=1", "skip"),
                ("cookie", "_ga=1; theme=dark", "skip"),
                ("authorization", "x", "skip"),
                ("x-original-url", "/nope", "skip"),
            ] {
                let told = told(&ask.clone().with(name, value), page, &params());
                assert_eq!(told, expected, "{} {name}: {value}", row.row);
            }
        }
    }
}

#[test]
fn where_the_operator_permits_nothing_only_what_the_origin_permits_is_kept() {
    for (said, expected) in [("max-age=0", "skip"), ("max-age=0, stale-if-error=1", "keep"), ("max-age=1", "keep")] {
        assert_eq!(told(&get(), &says(said), &only_where_permitted()), expected, "{said}");
    }
}

#[test]
fn a_successful_unsafe_request_removes_what_its_row_says() {
    let fields = [("location", "/a"), ("content-location", "https://example.com/b"), ("x", "https://else.example/c")];
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let mut removed = invalidated(method, URL, 201, &fields);
        removed.sort();
        assert_eq!(removed, ["https://example.com/a", "https://example.com/b", URL], "{method}");
        assert_eq!(invalidated(method, URL, 201, &[("location", "https://else.example/a")]), [URL]);
        assert!(invalidated(method, URL, 500, &fields).is_empty());
    }
}

/// A row of “Is it served?”: the copy, who asks, so many seconds later, with which variables; and the answer.
type Asking = (Page, Ask, u64, Params);

#[test]
fn each_row_of_is_it_served_is_true() {
    let cookie = |value: &str| get_with(&[("cookie", value)]);
    let login = || get_with(&[("authorization", "x")]);
    let lifted = Params {
        overrides: understudy::stale::Overrides {
            no_cache: true,
            must_revalidate: true,
            proxy_revalidate: true,
            s_maxage: true,
        },
        ..params()
    };
    let long = 30 * DAY;
    // How the row begins; what it says no to; what it says yes to.
    let rows: Vec<(&str, Vec<Asking>, Vec<Asking>)> = vec![
        (
            "made for other values",
            vec![
                (says("public").with("vary", "Cookie"), cookie("a=b"), 1, params()),
                (says("max-age=60").with("vary", "Foo"), get_with(&[("foo", "1")]), 1, params()),
            ],
            vec![(
                says("max-age=60").with("vary", "Accept-Encoding"),
                get_with(&[("accept-encoding", "br")]),
                1,
                params(),
            )],
        ),
        (
            "the visitor has a session cookie",
            ["sid=1", "a=b; PHPSESSID", "a=b, X-Auth=1"].map(|c| (says("max-age=60"), cookie(c), 1, params())).to_vec(),
            vec![
                (says("public, max-age=60"), cookie("sid=1"), 1, params()),
                (says("max-age=60"), cookie("a=sid"), 1, params()),
            ],
        ),
        (
            "the visitor sends `Authorization`",
            vec![(says("max-age=60"), login(), 1, params()), (page(&[]), login(), 1, params())],
            ["public", "max-age=60, must-revalidate", "s-maxage=60"].map(|c| (says(c), login(), 1, params())).to_vec(),
        ),
        (
            "said `no-cache`",
            // Such a copy can be there from when it was lifted.
            vec![(says("no-cache, max-age=60"), get(), 1, params())],
            vec![(says("no-cache, max-age=60"), get(), 1, lifted.clone())],
        ),
        // The next test.
        ("the origin answered 500", vec![], vec![]),
        (
            "still fresh",
            vec![],
            vec![
                (says("max-age=60, must-revalidate"), get(), 59, params()),
                (says("s-maxage=60, max-age=1"), get(), 59, params()),
                (page(&[("expires", &date(60))]), get(), 59, only_where_permitted()),
                (page(&[("last-modified", &date(-600))]), get(), 59, only_where_permitted()),
                (page(&[("last-modified", &date(-99 * 86_400))]), get(), DAY - 1, only_where_permitted()),
            ],
        ),
        (
            "stale, with `must-revalidate`",
            ["max-age=60, must-revalidate", "max-age=60, proxy-revalidate, stale-if-error=9", "s-maxage=60"]
                .map(|said| (says(said), get(), 60, params()))
                .to_vec(),
            ["max-age=60, must-revalidate", "max-age=60, proxy-revalidate", "s-maxage=60"]
                .map(|said| (says(said), get(), 60, lifted.clone()))
                .to_vec(),
        ),
        (
            "stale, with `stale-if-error=N`",
            vec![
                (says("max-age=60, stale-if-error=9"), get(), 70, params()),
                (
                    says("max-age=60, stale-if-error=9"),
                    get_with(&[("cache-control", "stale-if-error=5")]),
                    66,
                    params(),
                ),
                (says("max-age=60, stale-if-error=99999999"), get(), 61 + 7 * DAY, params()),
            ],
            vec![
                (says("max-age=60, stale-if-error=9"), get(), 69, params()),
                (
                    says("max-age=60, stale-if-error=9"),
                    get_with(&[("cache-control", "stale-if-error=99")]),
                    69,
                    params(),
                ),
                (says("max-age=60, stale-if-error=99999999"), get(), 60 + 7 * DAY, params()),
            ],
        ),
        (
            "stale, without it",
            vec![
                (says("max-age=60"), get(), 61 + DAY, params()),
                (says("max-age=60"), get_with(&[("cache-control", "stale-if-error=9")]), 70, params()),
                (says("max-age=60"), get(), 60, only_where_permitted()),
                (says("max-age=60"), get_with(&[("cache-control", "stale-if-error=99999999")]), long, params()),
            ],
            vec![
                (says("max-age=60"), get(), 60 + DAY, params()),
                (says("max-age=60"), get_with(&[("cache-control", "stale-if-error=172800")]), 60 + 2 * DAY, params()),
                (says("max-age=60"), get_with(&[("cache-control", "max-stale=9")]), 69, only_where_permitted()),
                (says("max-age=60, stale-while-revalidate=9"), get(), 69, only_where_permitted()),
            ],
        ),
    ];
    let table = table("### Is it served?");
    assert_eq!(rows.len(), table.len(), "a row without a case, or a case without a row");
    for ((row, no, yes), cells) in rows.iter().zip(&table) {
        assert!(cells[0].starts_with(row), "{row:?} is not {:?}", cells[0]);
        assert_eq!(cells[1].starts_with("no"), yes.is_empty() || !cells[1].contains("yes"), "{cells:?}");
        for (page, ask, after, params) in no {
            let found = on_failure(&record(page), ask, *after, params);
            assert_ne!(found, "yes", "{row}: {:?} {:?} after {after}", page.fields, ask.fields);
        }
        for (page, ask, after, params) in yes {
            let found = on_failure(&record(page), ask, *after, params);
            assert_eq!(found, "yes", "just not {row}: {:?} {:?} after {after}", page.fields, ask.fields);
        }
    }
}

#[test]
fn a_500_is_covered_only_by_an_explicit_stale_if_error() {
    let asks = get_with(&[("cache-control", "stale-if-error=9")]);
    for (said, ask, after, expected) in [
        ("max-age=60", get(), 1, false),
        ("max-age=60", get(), 61, false),
        ("max-age=60, stale-if-error=0", get(), 1, false),
        ("max-age=60, stale-if-error=9", get(), 1, true),
        ("max-age=60, stale-if-error=9", get(), 69, true),
        ("max-age=60, stale-if-error=9", get(), 70, false),
        ("max-age=60", asks, 69, true),
    ] {
        assert_eq!(on_500(&record(&says(said)), &ask, after, &params()) == "yes", expected, "{said} {after}");
    }
}

/// The rows of the table below this heading, as cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once(&format!("{heading}\n")).expect("the heading");
    let lines = section.lines().skip_while(|line| !line.starts_with("| -")).skip(1);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What the row says: `keep`, `skip` (the older copy stays) or `remove`.
fn promised(cells: &[String], ask: &Ask) -> &'static str {
    let has = |name: &&str| ask.fields.field(name).is_some();
    let cookie = ask.fields.field("cookie").is_some_and(|all| all.split(';').any(|one| !one.trim().starts_with('_')));
    let named = cookie || has(&"authorization");
    let rerouted = REROUTING.iter().any(has);
    let (kept, older) = (cells[1].trim_matches('*'), cells[2].trim_matches('*'));
    match (kept.starts_with("yes"), older.starts_with("removed"), rerouted || older.starts_with("removed¹") && named) {
        (true, ..) => "keep",
        (false, true, false) => "remove",
        (false, ..) => "skip",
    }
}

const REROUTING: [&str; 8] = [
    "x-forwarded-host",
    "forwarded",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "x-forwarded-prefix",
    "x-host",
    "content-length",
];

fn told(ask: &Ask, page: &Page, params: &Params) -> &'static str {
    match verdict(ask, page, params).split(':').next() {
        Some("keep") => "keep",
        Some("remove") => "remove",
        _ => "skip",
    }
}

/// Both at once; `None` if then one of them would not be what its row is about.
fn both((ask, page): &Case, (other_ask, other_page): &Case) -> Option<Case> {
    let says_more = other_page.fields.field("cache-control").or(other_page.fields.field("expires")).is_some();
    let depends = page.status / 100 == 3 && page.status != 304
        || page.status / 100 == 2 && !matches!(page.status, 200 | 206)
        || ask.fields.field("cookie").is_some()
        || ask.fields.field("authorization").is_some();
    let two_statuses = page.status != 200 && other_page.status != 200;
    if says_more && depends || two_statuses {
        return None;
    }
    let mut both = (ask.clone(), page.clone());
    both.0.fields.extend(other_ask.fields.iter().cloned());
    let news = other_page.fields.iter().filter(|(name, _)| name != "date").cloned();
    both.1.fields.extend(news);
    if page.status == 200 {
        both.1.status = other_page.status;
    }
    Some(both)
}

/// The copy of a page as somebody got it for whom it may be kept.
fn record(page: &Page) -> Record {
    let mut params = params();
    params.overrides.no_cache = true;
    kept(&get(), page, &params)
}
