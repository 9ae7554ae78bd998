//! What holds for every input? Any text in any field, any order of visits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use proptest::prelude::*;
use stale_support::shelf::Shelf;
use stale_support::*;
use understudy::fields::{FieldLines, Fields};
use understudy::pattern::Patterns;
use understudy::stale::{
    Admission, Entry, MAX_KEY, MAX_RECORD, MAX_VARIANT, Part, Record, Reuse, Trigger, Usable, Variants, admit,
    invalidated, key, reuse, serve, updated, usable,
};

/// Half of it is made of what the parsers look for.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "max-age=60",
        "s-maxage=",
        "stale-if-error=9",
        "no-cache",
        "no-cache=\"",
        "no-store",
        "private",
        "public",
        "must-revalidate",
        "\"",
        "\\",
        ",",
        ";",
        "=",
        "-",
        "*",
        "W/",
        "\"a\"",
        "bytes=",
        "0",
        "99999999999999999999",
        "?1",
        "(",
        ")",
        ":",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "gzip",
        "cookie",
        "accept-encoding",
        " ",
        "\t",
        "é",
        "\u{0}",
        "\r\n",
        "https://example.com/",
        "//",
        "../",
        "%2e",
        "#",
        "?",
        "@",
        "&utm_a=1",
        "sid=1",
        ".understudy-copy",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())]
}

fn fields_of(names: &'static [&'static str]) -> impl Strategy<Value = FieldLines> {
    let name = prop_oneof![prop::sample::select(names).prop_map(str::to_owned), "[a-zA-Z-]{0,8}"];
    prop::collection::vec((name, text()), 0..8)
}

fn response_fields() -> impl Strategy<Value = FieldLines> {
    fields_of(&[
        "cache-control",
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "expires",
        "date",
        "age",
        "vary",
        "etag",
        "last-modified",
        "content-length",
        "content-encoding",
        "content-range",
        "connection",
        "location",
        "content-location",
        "Set-Cookie",
    ])
}

fn request_fields() -> impl Strategy<Value = FieldLines> {
    fields_of(&[
        "cache-control",
        "pragma",
        "cookie",
        "authorization",
        "range",
        "if-range",
        "if-none-match",
        "if-modified-since",
        "accept-language",
    ])
}

fn ask(method: &str, fields: FieldLines) -> Ask {
    Ask { fields, ..get().by(method) }
}

fn answer(status: u16, fields: FieldLines) -> Page {
    Page { status, fields, ..undated(&[]) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing that anybody sends makes any of it panic, and all that is promised of the results holds.
    #[test]
    fn any_exchange_keeps_its_promises(
        status in prop_oneof![Just(200_u16), any::<u16>()],
        request in request_fields(),
        response in response_fields(),
        later in request_fields(),
        second in response_fields(),
        fresh in any::<bool>(),
        offset in any::<u64>(),
        length in prop_oneof![0..100_u64, any::<u64>()],
    ) {
        let params = if fresh { caching() } else { params() };
        let (first, page) = (ask("GET", request), answer(status, response));
        let Admission::Keep(record) = admit(&first.asked(), &page.answered(), &params) else { return Ok(()) };
        let record = record.with_body(length, None);

        prop_assert!((200..500).contains(&record.status()) && record.status() != 206 && record.status() != 304);
        prop_assert!(page.fields.field("set-cookie").is_none());
        prop_assert!(!record.retention(&params).is_zero());
        for (name, value) in record.lines() {
            prop_assert!(!name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase()), "{name}");
            prop_assert!(!value.contains(['\r', '\n', '\0']), "{name}: {value:?}");
        }

        // What is kept says the same as what came.
        let kept = answer(record.status(), record.lines().to_vec());
        let Admission::Keep(twice) = admit(&first.asked(), &kept.answered(), &params) else {
            return Err(TestCaseError::fail(format!("not kept again: {record:?}")));
        };
        prop_assert_eq!(twice.lines(), record.lines());
        prop_assert_eq!(twice.retention(&params), record.retention(&params));
        prop_assert_eq!(twice.staleness(&params), record.staleness(&params));

        // parse ∘ serialise = id
        let json = record.to_json();
        prop_assert!(json.is_ascii() && json.len() < MAX_RECORD && !json.contains(['\r', '\n']));
        let again = Record::from_json(&json);
        prop_assert_eq!(again.as_ref(), Some(&record));
        let entry = Entry::Copy(Box::new(record.clone()));
        prop_assert_eq!(Entry::from_json(&entry.to_json()), Some(entry));

        for method in ["GET", "HEAD", "POST"] {
            let visitor = ask(method, later.clone());
            for trigger in [Trigger::Failure, Trigger::Error500, Trigger::OnlyIfCached] {
                let now = understudy::time::Time::from_millis(offset);
                let Usable::Yes(aged) = usable(&record, &visitor.asked(), now, trigger, &params) else { continue };
                prop_assert!(method != "POST" && aged.age <= 1 << 31);
                prop_assert!(aged.staleness() <= params.limit.as_secs());
                let served = serve(&record, &visitor.asked(), aged, length);
                let body = match served.part {
                    Part::Range { first, last } => {
                        prop_assert!(first <= last && last < length && served.status == 206 && method == "GET");
                        last - first + 1
                    }
                    Part::Whole => length,
                    Part::Nothing => if served.status == 416 { 0 } else { length },
                };
                let declared = served.lines.field("content-length");
                prop_assert!(declared.is_none_or(|declared| declared == body.to_string()));
                prop_assert!(matches!(served.status, 206 | 304 | 416) || served.status == record.status());
                let ages: Vec<_> = served.lines.iter().filter(|(name, _)| name == "age").collect();
                prop_assert_eq!(ages.len(), 1);
                prop_assert_eq!(&ages[0].1, &aged.age.to_string());
            }
            if let Reuse::Fresh(aged) = reuse(&record, &visitor.asked(), at(10), &params) {
                prop_assert!(method != "POST" && aged.staleness() <= params.limit.as_secs());
            }
            for status in [200, 304] {
                let new = answer(status, second.clone());
                if let Some(new) = updated(&record, &new.answered(), &visitor.asked()) {
                    prop_assert!(new.to_json().len() < MAX_RECORD);
                    prop_assert_eq!(Record::from_json(&new.to_json()), Some(new));
                }
            }
        }
    }

    /// Staleness only grows: what is refused as too stale is refused for ever, what is served was served before.
    #[test]
    fn time_takes_no_copy_back_to_life(cache_control in text(), early in 0..10_000_000_u64, more in 0..10_000_000_u64) {
        let page = says(&cache_control);
        let Admission::Keep(record) = admit(&get().asked(), &page.answered(), &params()) else { return Ok(()) };
        if on_failure(&record, &get(), early + more, &params()) == "yes" {
            prop_assert_eq!(on_failure(&record, &get(), early, &params()), "yes");
            prop_assert!(early + more <= record.retention(&params()).as_secs());
        }
    }

    /// Whatever a store hands back: a record as it was written, or none.
    #[test]
    fn any_stored_text_is_a_record_or_none(
        text in any::<String>(), cut in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let _ = (Record::from_json(&text), Entry::from_json(&text));
        let json = Entry::Copy(Box::new(lasting(&[("x", "é\"\\")]))).to_json();
        let at = cut.index(json.len());
        prop_assert_eq!(Entry::from_json(&json[..at]), None);
        let mut changed = json.into_bytes();
        changed[at] = byte;
        if let Some(Entry::Copy(record)) = std::str::from_utf8(&changed).ok().and_then(Entry::from_json) {
            prop_assert_eq!(Record::from_json(&record.to_json()), Some(*record.clone()));
            let Usable::Yes(aged) = usable(&record, &get().asked(), at_t0(), Trigger::Failure, &params()) else {
                return Ok(());
            };
            for (name, value) in serve(&record, &get().asked(), aged, 3).lines {
                prop_assert!(!name.contains("cookie") && !value.contains(['\r', '\n', '\0']));
            }
        }
    }

    /// A key is a URL of bounded length in plain ASCII, its own key unless it is a hash, and always of the same origin.
    #[test]
    fn any_url_has_a_key(url in prop_oneof![text(), text().prop_map(|text| format!("https://example.com/{text}"))]) {
        let ignored = params().ignore_params;
        let name = key(&url, &ignored);
        prop_assert!(name.len() <= MAX_KEY && name.bytes().all(|b| b.is_ascii_graphic()), "{}", name);
        prop_assert!(name.starts_with("http://") || name.starts_with("https://"));
        let path = name.split('?').next().unwrap();
        prop_assert!(!name.contains('#') && !path.contains("/../") && !path.ends_with("/.."));
        if !name.contains(".understudy-copy") {
            prop_assert_eq!(&key(&name, &ignored), &name);
            prop_assert_eq!(&key(&name, &Patterns::default()), &name);
        }
        let record = kept(&get().with("foo", &url), &says("max-age=60").with("vary", "foo"), &params());
        let variants = Variants::new(&record, &url);
        let second = variants.key(&name, &get().fields);
        prop_assert!(second.starts_with(&name) && second.len() <= MAX_KEY + MAX_VARIANT);
        prop_assert_ne!(key(&second, &ignored), second);
        let entry = Entry::Variants(variants);
        prop_assert_eq!(Entry::from_json(&entry.to_json()), Some(entry));
    }

    /// Only URLs of the target's own origin are invalidated.
    #[test]
    fn any_location_stays_within_its_origin(location in text(), content_location in text(), method in "[A-Z]{0,8}") {
        let fields = vec![
            ("location".to_owned(), location),
            ("content-location".to_owned(), content_location),
        ];
        let urls = invalidated(&method, URL, 200, &fields);
        prop_assert!(urls.len() <= 3);
        for url in urls {
            prop_assert!(url.starts_with("https://example.com/"), "{}", url);
        }
    }

    /// The values of the selecting fields, and nothing else, make the second key.
    #[test]
    fn any_values_make_one_second_key(one in text(), two in text(), other in text()) {
        let record = kept(&get(), &says("max-age=60, public").with("vary", "foo, bar"), &params());
        let variants = Variants::new(&record, "epoch");
        let name = |foo: &str, bar: &str| {
            variants.key(URL, &[("foo".to_owned(), foo.to_owned()), ("bar".to_owned(), bar.to_owned())].to_vec())
        };
        prop_assert_eq!(name(&one, &two), name(&one, &two));
        let more = get().with("foo", &one).with("other", &other).with("bar", &two);
        prop_assert_eq!(variants.key(URL, &more.fields), name(&one, &two));
        let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        if words(&one) != words(&two) {
            prop_assert_ne!(name(&one, &two), name(&two, &one));
        }
    }
}

fn at_t0() -> understudy::time::Time {
    at(0)
}

/// A visitor, and what the origin says when it answers.
#[derive(Debug, Clone)]
enum Visit {
    Healthy { who: usize, how: usize },
    Failing { who: usize },
}

/// Nobody, two visitors with sessions, one with a password, one with a cookie of which nobody knows what it means.
const VISITORS: [&[(&str, &str)]; 5] = [
    &[],
    &[("cookie", "session=alice")],
    &[("cookie", "theme=dark; sid=bob")],
    &[("authorization", "Bearer carol")],
    &[("cookie", "uid=dave")],
];

/// What an honest origin may send along with a page that was made for one visitor.
const PERSONAL: [&[(&str, &str)]; 7] = [
    &[],
    &[("cache-control", "private")],
    &[("cache-control", "no-store")],
    &[("cache-control", "no-cache")],
    &[("vary", "Cookie, Authorization")],
    &[("vary", "Cookie, Authorization"), ("cache-control", "public, max-age=60")],
    &[("set-cookie", "x=y"), ("cache-control", "public, max-age=60")],
];

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let visit = prop_oneof![
        (0..VISITORS.len(), 0..PERSONAL.len()).prop_map(|(who, how)| Visit::Healthy { who, how }),
        (0..VISITORS.len()).prop_map(|who| Visit::Failing { who }),
    ];
    prop::collection::vec(visit, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes in whatever order: a page that was made for somebody reaches nobody else.
    #[test]
    fn no_order_of_visits_mixes_visitors(visits in visits()) {
        let mut shelf = Shelf::default();
        for visit in visits {
            match visit {
                Visit::Healthy { who: 0, .. } => {
                    let page = says("max-age=60").with("vary", "Cookie, Authorization");
                    shelf.store(&get(), &page, "for everybody", &params());
                }
                Visit::Healthy { who, how } => {
                    let body = format!("for {who}");
                    shelf.store(&get_with(VISITORS[who]), &page(PERSONAL[how]), &body, &params());
                }
                Visit::Failing { who } => {
                    let got = shelf.fail(&get_with(VISITORS[who]), 10, &params());
                    let own = format!("for {who}");
                    prop_assert!(got.as_ref().is_none_or(|body| *body == own || body == "for everybody"), "{who}: {got:?}");
                }
            }
        }
        prop_assert!(shelf.len() <= VISITORS.len() * 30);
    }
}
