//! Does the doctor for a URL say what really happens, and does what it advises really help?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::Value;
use understudy::admin::doctor::{self, Facts, Remedy, Words};
use understudy::config::Config;
use understudy::failure::{Body, Outcome};
use understudy::fields::{FieldLines, Fields};
use understudy::flow::Tier;
use understudy::page::Library;
use understudy::request::Request;
use understudy::stale::{self, Admission, NoReason, Record, SkipReason};
use understudy::time::Time;

const NOW: Time = Time::from_secs(1_764_108_060);

const SKIPS: [SkipReason; 23] = {
    use SkipReason::*;
    [
        Method,
        Status,
        Gone,
        NotCacheable,
        SetCookie,
        NoStore,
        Private,
        NoCache,
        RequestNoStore,
        SessionCookie,
        Authorization,
        Cookie,
        Rerouted,
        VaryStar,
        VaryNames,
        Endless,
        TooLarge,
        Malformed,
        HeadersTooLarge,
        Coding,
        NeverUsable,
        NotPermitted,
        AlreadyStale,
    ]
};

const NOES: [NoReason; 12] = {
    use NoReason::*;
    [
        Method,
        Vary,
        SessionCookie,
        Authorization,
        NoCache,
        MustRevalidate,
        ProxyRevalidate,
        SMaxage,
        TooStale,
        NotPermitted,
        Error500,
        Request,
    ]
};

fn skipped(why: SkipReason) -> Words {
    doctor::skipped(why, Library::default())
}

fn unserved(why: NoReason) -> Words {
    doctor::unserved(why, Library::default())
}

fn config(vars: &[(&str, &str)]) -> Config {
    let value = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    let (config, mistakes) = Config::from_vars(value);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    config
}

fn asked(accept: &str) -> Request {
    let fields: FieldLines = vec![("accept".to_owned(), accept.to_owned())];
    Request::new(
        "GET".to_owned(),
        "https://www.example/.understudy/doctor?url=/news?utm_source=x%26id=1".to_owned(),
        fields,
    )
}

fn lines(fields: &[(&str, &str)]) -> FieldLines {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn record(status: u16, fields: &[(&str, &str)], config: &Config) -> Record {
    match admitted(status, &lines(fields), config) {
        Admission::Keep(record) => *record,
        other => panic!("{other:?}"),
    }
}

fn admitted(status: u16, fields: &FieldLines, config: &Config) -> Admission {
    let visit = doctor::visit(&asked("*/*")).unwrap();
    let asked = stale::Asked { method: "GET", url: visit.url(), fields: visit.fields() };
    stale::admit(&asked, &stale::Answered { status, fields, asked_at: NOW, answered_at: NOW }, &config.stale)
}

fn report(accept: &str, outcome: Outcome, config: &Config, copies: &[(Tier, Option<Record>)]) -> String {
    let visit = doctor::visit(&asked(accept)).unwrap();
    let facts = Facts { visit: &visit, config, rule: None, outcome, asked_at: NOW, now: NOW, copies };
    let reply = doctor::reply(&asked(accept), &facts);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.lines.field("cache-control").as_deref(), Some("no-store"));
    reply.body
}

fn about(status: u16, fields: &[(&str, &str)], config: &Config) -> Value {
    let fields = lines(fields);
    let outcome = Outcome::Answered { status, fields: &fields, body: Body::Unread };
    serde_json::from_str(&report("application/json", outcome, config, &[])).unwrap()
}

#[test]
fn every_reason_has_words_and_advice_of_its_own() {
    let words: Vec<(&str, Words)> = SKIPS.iter().map(|why| (why.as_str(), skipped(*why))).collect();
    let more: Vec<(&str, Words)> = NOES.iter().map(|why| (why.as_str(), unserved(*why))).collect();
    let mut seen = HashSet::new();
    for (name, words) in words.iter().chain(&more) {
        assert!(seen.insert(words.why), "{name} says what another one says");
        assert!(words.why.ends_with('.') && words.why.len() > 20, "{name}: {}", words.why);
        assert!(words.advice.ends_with('.') && words.advice.len() > 8, "{name}: {}", words.advice);
        assert!(words.why.is_ascii() && words.advice.is_ascii(), "{name}: any terminal can show it");
    }
    // And the texts are about nothing else.
    let texts = include_str!("../src/admin/doctor/words.txt");
    let mut named: Vec<_> = texts.lines().step_by(3).collect();
    named.sort_unstable();
    let mut listed: Vec<_> = words.iter().map(|(name, _)| format!("kept {name}")).collect();
    listed.extend(more.iter().map(|(name, _)| format!("served {name}")));
    // Two more in whose way something else is.
    listed.extend(["limit-0", "stale-if-error-0"].map(|name| format!("served {name}")));
    listed.sort_unstable();
    assert_eq!(named, listed);
    listed.dedup();
    assert_eq!(named.len(), listed.len());
}

/// What is in the way, and what helps: to name a `stale-if-error` that is there already does not.
#[test]
fn says_which_of_three_things_permits_nothing() {
    for (vars, said, why, advice) in [
        (&[][..], "max-age=60, stale-if-error=0", "stale-if-error=0 forbids it", "Send another number."),
        (
            &[("STALE_LIMIT", "0")],
            "max-age=60, stale-if-error=600",
            "STALE_LIMIT = 0",
            "First of all raise STALE_LIMIT",
        ),
        (&[("STALE_IF_ERROR", "0")], "max-age=60", "The origin names no stale-if-error", "Name one"),
    ] {
        let fields = lines(&[("cache-control", said)]);
        let outcome = Outcome::Answered { status: 200, fields: &fields, body: Body::Unread };
        let text = report("*/*", outcome, &config(vars), &[]);
        assert!(text.contains(why) && text.contains(advice), "{vars:?} {said}: {text}");
    }
}

/// An on-call engineer asks in the middle of an outage.
#[test]
fn says_what_visitors_get_right_now() {
    let fields = lines(&[("retry-after", "120")]);
    let failed = || Outcome::Answered { status: 503, fields: &fields, body: Body::Unread };
    let none = report("*/*", failed(), &config(&[]), &[(Tier::Cache, None)]);
    assert!(
        none.contains("The origin fails (unavailable, status 503).") && none.contains("retry-after: 120"),
        "{none}"
    );
    assert!(none.contains("There is no copy that could be"), "{none}");
    let copy = record(200, &[("cache-control", "max-age=60")], &config(&[]));
    let there = report("*/*", failed(), &config(&[]), &[(Tier::Cache, Some(copy))]);
    assert!(there.contains("Yes. Right now: visitors get the copy below, until "), "{there}");
    let copy = |vars| Some(record(200, &[("cache-control", "max-age=60")], &config(vars)));
    for (vars, said) in [
        (&[("FAILURE_BODIES", "none")][..], "FAILURE_BODIES=none: visitors get what the origin said"),
        (
            &[("ORIGIN_FALLBACKS", "https://two.example")],
            "Right now, if no fallback answers: visitors get the copy below",
        ),
        (&[("MAINTENANCE", "on")], "Once the maintenance is over: visitors get the copy below"),
    ] {
        let text = report("*/*", failed(), &config(vars), &[(Tier::Cache, copy(vars))]);
        assert!(text.contains(said), "{vars:?}: {text}");
    }
    for mode in ["observe", "off"] {
        let looked_on = report("*/*", failed(), &config(&[("MODE", mode), ("MAINTENANCE", "on")]), &[]);
        assert!(!looked_on.contains("MAINTENANCE"), "{looked_on}");
    }
    let maintained = report("*/*", failed(), &config(&[("MAINTENANCE", "on")]), &[]);
    assert!(maintained.contains("MAINTENANCE is on"), "{maintained}");
}

// RFC 9111 §5.2.2.10: `s-maxage` forbids to serve it stale, whatever `stale-if-error` says; RFC 9213: a targeted field wins.
#[test]
fn says_that_s_maxage_forbids_it_and_what_to_send() {
    let config = config(&[]);
    let report = about(200, &[("cache-control", "s-maxage=600, stale-if-error=86400")], &config);
    assert_eq!((&report["kept"]["kept"], &report["kept"]["fresh_for"]), (&true.into(), &600.into()), "{report}");
    let stale = &report["stale"];
    assert_eq!((&stale["served"], &stale["reason"]), (&false.into(), &"s-maxage".into()), "{report}");
    assert_eq!(stale["send"], "CDN-Cache-Control: max-age=600, stale-if-error=86400");
    let report = about(
        200,
        &[
            ("cache-control", "s-maxage=600, stale-if-error=86400"),
            ("cdn-cache-control", "max-age=600, stale-if-error=86400"),
        ],
        &config,
    );
    assert_eq!((&report["stale"]["served"], &report["stale"]["stale_for"]), (&true.into(), &86_400.into()), "{report}");
}

#[test]
fn what_it_advises_helps() {
    let mut advised = HashSet::new();
    for vars in [&[][..], &[("STALE_IF_ERROR", "0")], &[("CACHE_FRESH", "on")]] {
        let config = config(vars);
        for (status, fields) in [
            (200, &[("cache-control", "s-maxage=600, stale-if-error=86400")][..]),
            (200, &[("cache-control", "s-maxage=0")]),
            (200, &[("cache-control", "max-age=5, must-revalidate")]),
            (200, &[("cache-control", "max-age=5, proxy-revalidate, stale-if-error=7")]),
            (200, &[("cache-control", "max-age=0, must-revalidate")]),
            (200, &[("cache-control", "no-cache")]),
            (200, &[("cache-control", "no-store")]),
            (200, &[("cache-control", "private, max-age=60")]),
            (200, &[("cache-control", "max-age=nonsense, stale-if-error=0")]),
            (200, &[("cdn-cache-control", "no-store"), ("cache-control", "max-age=60")]),
            (200, &[("cloudflare-cdn-cache-control", "s-maxage=60"), ("cdn-cache-control", "max-age=60")]),
            (200, &[("expires", "0")]),
            (200, &[("cache-control", "max-age=60, stale-if-error=0")]),
            (302, &[("location", "/x")]),
            (200, &[("cache-control", "public, s-maxage=1"), ("age", "5"), ("etag", "\"x\"")]),
        ] {
            let report = about(status, fields, &config);
            for part in ["kept", "stale"] {
                let Some(send) = report[part]["send"].as_str() else { continue };
                let (name, value) = send.split_once(": ").unwrap();
                let mut better = lines(fields);
                better.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                better.push((name.to_ascii_lowercase(), value.to_owned()));
                let Admission::Keep(record) = admitted(status, &better, &config) else {
                    panic!("{fields:?}: {send} is not kept");
                };
                assert!(record.staleness(&config.stale).is_ok(), "{fields:?}: {send} is not served stale");
                advised.insert(report[part]["reason"].as_str().unwrap().to_owned());
            }
        }
    }
    // Each reason that an anonymous visit can meet, and that has a field against it, was among them.
    let of_others = ["session-cookie", "authorization", "cookie", "error-500"];
    let skips = SKIPS.iter().map(|why| (why.as_str(), skipped(*why)));
    let noes = NOES.iter().map(|why| (why.as_str(), unserved(*why)));
    for (name, words) in skips.chain(noes) {
        if words.send != Remedy::Nothing && !of_others.contains(&name) {
            assert!(advised.contains(name), "{name} was never advised on: {advised:?}");
        }
    }
}

#[test]
fn says_what_is_kept_of_each_kind_of_answer() {
    let config = config(&[]);
    for (status, fields, reason) in [
        (404, &[][..], "gone"),
        (206, &[("content-range", "bytes 0-1/2")], "status"),
        (200, &[("set-cookie", "session=s3cret")], "set-cookie"),
        (200, &[("vary", "*")], "vary-star"),
        (200, &[("content-length", "99999999")], "too-large"),
        (200, &[("content-encoding", "compress")], "content-coding"),
        (200, &[("cache-control", "no-store")], "no-store"),
        (200, &[("cache-control", "private")], "private"),
    ] {
        let report = about(status, fields, &config);
        assert_eq!(report["kept"]["reason"], reason, "{report}");
        assert_eq!((&report["kept"]["kept"], &report["stale"]["served"]), (&false.into(), &false.into()));
        assert!(!report.to_string().contains("s3cret"), "a cookie is a secret");
    }
    let report = about(200, &[("vary", "Accept-Language, Accept-Encoding"), ("cache-control", "max-age=60")], &config);
    assert_eq!(report["varies_by"], serde_json::json!(["accept-language"]), "{report}");
    assert_eq!(report["key"], "https://www.example/news?id=1");
    assert_eq!(report["ignored_params"], serde_json::json!(["utm_source"]));
    let report = about(200, &[("cache-control", "max-age=60, stale-if-error=99999999")], &config);
    assert_eq!(report["stale"]["stale_for"], 7 * 86_400, "{report}");
    assert!(report["notes"].to_string().contains("STALE_LIMIT"), "{report}");
}

#[test]
fn an_origin_that_fails_leaves_what_is_there() {
    let config = config(&[]);
    let fields = [("cache-control", "max-age=60, stale-if-error=120"), ("date", "Tue, 25 Nov 2025 22:00:00 GMT")];
    let there = [(Tier::Cache, Some(record(200, &fields, &config))), (Tier::Kv, None)];
    let json = report("application/json", Outcome::TimedOut, &config, &there);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["origin"]["failure"], &json["kept"]["reason"]), (&"timeout".into(), &"failure".into()), "{json}");
    let [cache, kv] = [&json["copies"][0], &json["copies"][1]];
    assert_eq!(
        (&cache["tier"], &cache["there"], &cache["usable"]),
        (&"cache".into(), &true.into(), &true.into()),
        "{json}"
    );
    assert_eq!(cache["age"], 60, "{json}");
    assert_eq!(cache["usable_until"], "Tue, 25 Nov 2025 22:03:00 GMT", "{json}");
    assert_eq!((&kv["there"], &kv["reason"]), (&false.into(), &"none".into()), "{json}");
}

#[test]
fn reads_well_in_a_terminal() {
    let config = config(&[("STALE_OVERRIDE", "no-cache"), ("MODE", "observe")]);
    let fields = lines(&[("cache-control", "max-age=90, must-revalidate"), ("etag", "\"x\u{1b}[31m\""), ("x", "y")]);
    let outcome = Outcome::Answered { status: 200, fields: &fields, body: Body::Unread };
    let text = report("*/*", outcome, &config, &[(Tier::Cache, None)]);
    for line in [
        "https://www.example/news?utm_source=x&id=1\n",
        "The origin answered 200.\n",
        "  cache-control: max-age=90, must-revalidate\n",
        "May it be served stale when the origin fails? No: must-revalidate.\n",
        "    CDN-Cache-Control: max-age=90, stale-if-error=86400\n",
        "Note: MODE=observe: nothing is kept or served; what is said here would hold with MODE=on.",
        "Key: https://www.example/news?id=1\n  without utm_source (STALE_IGNORE_PARAMS)\n",
        "  cache: nothing\n",
        "  STALE_OVERRIDE = no-cache\n",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
    assert!(!text.contains('\u{1b}') && text.ends_with('\n') && text.lines().all(|l| !l.ends_with(' ')), "{text:?}");
}

/// Field lines made of what the parsers look for.
fn any_lines() -> impl Strategy<Value = FieldLines> {
    let names = prop::sample::select(vec![
        "cache-control",
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "expires",
        "age",
        "vary",
        "set-cookie",
        "content-encoding",
        "content-length",
        "content-type",
        "content-security-policy",
        "last-modified",
    ]);
    let pieces = prop::sample::select(vec![
        "max-age=60",
        "max-age=0",
        "s-maxage=9",
        "stale-if-error=9",
        "stale-if-error=0",
        "no-cache",
        "no-store",
        "private",
        "public",
        "must-revalidate",
        "proxy-revalidate",
        "must-understand",
        "max-age=99999999999999999999",
        "no-transform",
        ", ",
        ", ",
        ", ",
        "0",
        "*",
        "gzip",
        "zstd",
        "text/html",
        "; style-src",
        " 'unsafe-inline'",
        "\"",
        "\u{1b}é",
        "Sun, 06 Nov 1994 08:49:37 GMT",
    ]);
    let value = prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat());
    prop::collection::vec((names.prop_map(str::to_owned), value), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// There is no second opinion: whatever the origin says, the report is what decides for visitors; and whoever follows
    /// the advice does not get the same reason again.
    #[test]
    fn any_answer_is_reported_as_it_is_decided(
        fields in any_lines(),
        status in prop::sample::select(vec![200_u16, 200, 200, 204, 206, 301, 302, 404, 418, 500]),
        fresh in any::<bool>(),
        silent in any::<bool>(),
    ) {
        let vars = [("CACHE_FRESH", if fresh { "on" } else { "off" }), ("STALE_IF_ERROR", if silent { "0" } else { "1d" })];
        let config = config(&vars);
        let given: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let said = about(status, &given, &config);
        let (kept, stale) = match admitted(status, &fields, &config) {
            Admission::Keep(record) => (None, record.staleness(&config.stale).err().map(NoReason::as_str)),
            Admission::Remove(why) | Admission::Skip(why) => (Some(why.as_str()), Some("not-kept")),
        };
        prop_assert_eq!((said["kept"]["reason"].as_str(), said["kept"]["kept"].as_bool()), (kept, Some(kept.is_none())));
        prop_assert_eq!((said["stale"]["reason"].as_str(), said["stale"]["served"].as_bool()), (stale, Some(stale.is_none())));
        for part in ["kept", "stale"] {
            let Some((name, value)) = said[part]["send"].as_str().and_then(|send| send.split_once(": ")) else { continue };
            let mut better = given.clone();
            let name = name.to_ascii_lowercase();
            better.retain(|(known, _)| *known != name);
            better.push((&name, value));
            let then = about(status, &better, &config);
            prop_assert_ne!(&then[part]["reason"], &said[part]["reason"], "{:?} {}", better, then);
        }
        let outcome = Outcome::Answered { status, fields: &fields, body: Body::Unread };
        let text = report("*/*", outcome, &config, &[]);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }

    /// Whatever stands in the query, no other host is asked, and no path of our own.
    #[test]
    fn any_query_leads_to_this_host_or_nowhere(
        url in prop_oneof![any::<String>(), "(/|https://|%2f|www\\.example|@|:|\\\\|\\.|%2e|\\.understudy/|a|\\?|#|&){0,8}"],
    ) {
        let request = Request::new(
            "GET".to_owned(), format!("https://www.example/.understudy/doctor?url={url}"), FieldLines::new(),
        );
        if let Ok(visit) = doctor::visit(&request) {
            let parts = understudy::url::Url::split(visit.url()).unwrap();
            prop_assert_eq!((parts.authority, visit.method()), ("www.example", "GET"));
            prop_assert!(!parts.path.starts_with("/.understudy/") && visit.url().bytes().all(|b| b.is_ascii_graphic()));
        }
    }

    /// A notice never goes where a field forbids it, and leaves no field that says something of the body without it.
    #[test]
    fn any_fields_either_forbid_a_notice_or_are_adapted_to_it(request in any_lines(), response in any_lines()) {
        let served = stale::Served { status: 200, lines: response.clone(), part: stale::Part::Whole, notice: None };
        if understudy::notice::permitted(&request, &served) {
            for fields in [&request, &response] {
                let control = fields.field("cache-control").unwrap_or_default();
                prop_assert!(control.split(',').all(|directive| directive.trim() != "no-transform"), "{control}");
            }
            let mut lines = response;
            understudy::notice::adapt(&mut lines);
            for name in ["content-length", "etag", "last-modified", "accept-ranges", "expires"] {
                prop_assert_eq!(lines.field(name), None);
            }
            prop_assert_eq!(lines.field("cache-control"), Some("no-store".to_owned()));
        }
    }
}
