//! What must hold for every input that a visitor, an origin, a store or an operator could send? One function a target.
//!
//! The parsers are reached the way the Worker reaches them, through the questions that it asks of a message, so that a
//! finding is one that a message could cause. `tests/fuzz_seeds.rs` runs the same functions on the seeds.

use std::time::Duration;

use understudy::config::Config;
use understudy::fields::{FieldLines, Fields};
use understudy::gateway;
use understudy::pattern::Patterns;
use understudy::retry::retry_after;
use understudy::stale::{
    Admission, Answered, Asked, Entry, MAX_KEY, MAX_RECORD, MAX_VARIANT, Overrides, Params, Part, Record, Reuse,
    Trigger, Usable, Variants, admit, invalidated, key, reuse, serve, updated, usable,
};
use understudy::time::Time;

const URL: &str = "https://www.example/page";
const NOW: Time = Time::from_secs(1_800_000_000);
const DAY: u64 = 86_400;

/// `Cache-Control`, of a response and of a request (RFC 9111 §5.2).
pub fn directives(input: &[u8]) {
    let text = text(input);
    stored_by(&lines(&[("cache-control", &text)]));
    let forbidden = format!("private, {text}");
    assert!(kept(&[], &lines(&[("cache-control", &forbidden)])).is_none(), "kept in spite of private");
    for word in ["must-revalidate", "proxy-revalidate", "s-maxage=1"] {
        let Some(record) = kept(&[], &lines(&[("cache-control", &format!("{word}, {text}"))])) else { continue };
        let later = NOW + Duration::from_secs(3 * DAY);
        if let Usable::Yes(aged) = judged(&record, &[], later) {
            assert!(aged.is_fresh(), "stale in spite of {word}");
        }
    }
    let record = kept(&[], &lines(&[("cache-control", "max-age=60")])).expect("a copy");
    let visitor = lines(&[("cache-control", &text)]);
    for trigger in [Trigger::Failure, Trigger::OnlyIfCached] {
        let _ = usable(&record, &asked("GET", &visitor), NOW + Duration::from_secs(90), trigger, &params());
    }
    let _ = reuse(&record, &asked("GET", &visitor), NOW, &params());
}

/// `Date`, `Expires`, `Last-Modified`, `If-Modified-Since`, `Retry-After` (RFC 9110 §5.6.7, §10.2.3), a line each.
pub fn dates(input: &[u8]) {
    let text = text(input);
    let mut parts = text.lines();
    let mut next = || parts.next().unwrap_or_default();
    let (date, expires, modified, since, age) = (next(), next(), next(), next(), next());
    stored_by(&lines(&[("date", date), ("expires", expires), ("last-modified", modified), ("age", age)]));
    let Some(record) = kept(&[], &lines(&[("cache-control", "max-age=60"), ("last-modified", modified)])) else {
        return;
    };
    let visitor = lines(&[("if-modified-since", since), ("range", "bytes=0-"), ("if-range", since)]);
    if let Usable::Yes(aged) = judged(&record, &visitor, NOW) {
        let _ = serve(&record, &asked("GET", &visitor), aged, 10);
    }
    if let Some(wait) = retry_after(since, NOW) {
        assert!(wait < Duration::from_secs(u64::from(u32::MAX)), "a wait without a cap");
    }
}

/// `Vary`, and the request's values of what it names (RFC 9111 §4.1). First line: `Vary`; the rest: request fields.
pub fn vary(input: &[u8]) {
    let text = text(input);
    let (vary, request) = text.split_once('\n').unwrap_or((&text, ""));
    let request = fields(request);
    let response = lines(&[("cache-control", "public, max-age=60"), ("vary", vary)]);
    let Admission::Keep(record) = admit(&asked("GET", &request), &answered(200, &response), &params()) else { return };
    assert!(!vary.split(',').any(|name| name.trim() == "*"), "kept in spite of *");
    assert!(matches!(judged(&record, &request, NOW), Usable::Yes(_)), "not for the request that it was made for");
    if record.varies() {
        let variants = Variants::new(&record, "epoch");
        let second = variants.key(URL, &request);
        assert!(second.len() <= MAX_KEY + MAX_VARIANT && second.is_ascii());
        assert_eq!(Entry::from_json(&Entry::Variants(variants.clone()).to_json()), Some(Entry::Variants(variants)));
    }
}

/// Keys of URLs, and the URLs that an unsafe method invalidates (RFC 9111 §4.4).
pub fn keys(input: &[u8]) {
    let text = text(input);
    for url in [text.clone(), format!("https://www.example/{text}")] {
        let name = key(&url, &ignored());
        assert!(name.len() <= MAX_KEY && name.bytes().all(|b| b.is_ascii_graphic()), "{name:?}");
        assert!(name.starts_with("http://") || name.starts_with("https://"), "{name:?}");
        if !name.contains(".understudy-copy") {
            assert_eq!(key(&name, &ignored()), name, "a key is its own key");
        }
    }
    let named = lines(&[("location", &text), ("content-location", &text)]);
    for url in invalidated("POST", URL, 200, &named) {
        assert!(url.starts_with("https://www.example/"), "{url:?}");
    }
}

/// What a store hands back.
pub fn records(input: &[u8]) {
    let text = text(input);
    if let Some(record) = Record::from_json(&text) {
        assert_eq!(Record::from_json(&record.to_json()), Some(record.clone()));
        if let Usable::Yes(aged) = judged(&record, &[], NOW) {
            let served = serve(&record, &asked("GET", &lines(&[])), aged, 10);
            assert!(
                served.lines.iter().all(|(name, value)| name != "set-cookie" && !value.contains(['\r', '\n', '\0']))
            );
        }
        let _ = reuse(&record, &asked("GET", &lines(&[])), NOW, &params());
    }
    if let Some(entry) = Entry::from_json(&text) {
        assert_eq!(Entry::from_json(&entry.to_json()), Some(entry));
    }
}

/// `CDN-Cache-Control`, a structured field (RFC 9213).
pub fn targeted(input: &[u8]) {
    let text = text(input);
    stored_by(&lines(&[("cdn-cache-control", &text), ("cache-control", "max-age=60, stale-if-error=60")]));
    stored_by(&lines(&[("cloudflare-cdn-cache-control", &text), ("cdn-cache-control", "max-age=60")]));
}

/// `Range` and the conditions on it (RFC 9110 §13, §14). First byte: the body's length; then a line each.
pub fn ranges(input: &[u8]) {
    let (length, rest) = input.split_first().map_or((0, input), |(first, rest)| (u64::from(*first), rest));
    let text = text(rest);
    let mut parts = text.lines();
    let mut next = || parts.next().unwrap_or_default();
    let visitor = lines(&[("range", next()), ("if-range", next()), ("if-none-match", next()), ("if-match", next())]);
    let page = lines(&[("cache-control", "max-age=60"), ("etag", "\"a\""), ("last-modified", &NOW.http_date())]);
    let record = kept(&[], &page).expect("a copy");
    let Usable::Yes(aged) = judged(&record, &visitor, NOW) else { panic!("it is fresh") };
    for method in ["GET", "HEAD"] {
        let served = serve(&record, &asked(method, &visitor), aged, length);
        match served.part {
            Part::Range { first, last } => assert!(first <= last && last < length && served.status == 206),
            Part::Whole => assert_eq!((served.status, method), (200, "GET")),
            Part::Nothing => assert!(method == "HEAD" || matches!(served.status, 304 | 416)),
        }
    }
}

/// A whole exchange: a request, its answer, and a later visitor, separated by empty lines.
pub fn exchange(input: &[u8]) {
    let (status, rest) = input.split_first().map_or((200, input), |(first, rest)| (200 + u16::from(*first), rest));
    let text = text(rest);
    let mut blocks = text.split("\n\n").map(fields);
    let mut next = || blocks.next().unwrap_or_default();
    let (request, response, later, second) = (next(), next(), next(), next());
    for fresh in [false, true] {
        let params = Params { fresh, ..params() };
        let Admission::Keep(record) = admit(&asked("GET", &request), &answered(status, &response), &params) else {
            continue;
        };
        assert!(response.field("set-cookie").is_none(), "kept in spite of Set-Cookie");
        let json = record.to_json();
        assert!(json.len() < MAX_RECORD && json.is_ascii());
        assert_eq!(Record::from_json(&json).as_ref(), Some(&*record));
        for method in ["GET", "HEAD"] {
            let visitor = asked(method, &later);
            if let Usable::Yes(aged) = usable(&record, &visitor, NOW, Trigger::Failure, &params) {
                let _ = serve(&record, &visitor, aged, 10);
            }
            if let Reuse::Revalidate { conditions, .. } = reuse(&record, &visitor, NOW, &params) {
                assert!(conditions.iter().all(|(_, value)| !value.contains(['\r', '\n', '\0'])));
            }
            if let Some(new) = updated(&record, &answered(304, &second), &visitor) {
                assert_eq!(Record::from_json(&new.to_json()), Some(new));
            }
        }
    }
}

/// The operator's variables: `NAME=value`, a line each. Whatever they say, there is a configuration.
pub fn variables(input: &[u8]) {
    let text = text(input);
    let lookup =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
    let (config, mistakes) = Config::from_vars(lookup);
    assert!(mistakes.iter().all(|mistake| !mistake.to_string().contains(['\r', '\n'])), "{mistakes:?}");
    let secret = lookup("ADMIN_TOKEN").filter(|token| token.len() > 12 && text.matches(token.as_str()).count() == 1);
    if let Some(secret) = secret {
        assert!(!mistakes.iter().any(|mistake| mistake.to_string().contains(&secret)), "a secret in a message");
    }
    let _ = std::rc::Rc::new(config).at("/any/path");
}

/// Who wrote this error page? First line: content type; then header fields; after an empty line, the body.
pub fn gateway(input: &[u8]) {
    let head = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
    let (head, body) = input.split_at(head);
    let fields = fields(&text(head));
    for whole in [true, false] {
        for status in [502, 530] {
            let _ = gateway::author(status, &fields, body.get(2..).unwrap_or_default(), whole);
        }
    }
}

/// All that is asked of an answer with these field lines.
fn stored_by(response: &FieldLines) {
    let Some(record) = kept(&[], response) else { return };
    assert!(!record.retention(&params()).is_zero(), "kept for no time");
    assert_eq!(Record::from_json(&record.to_json()), Some(record.clone()));
    // Time takes no copy back to life.
    let mut alive = true;
    for after in [0, 30, 61, 3600, DAY, 2 * DAY, 8 * DAY] {
        let yes = matches!(judged(&record, &[], NOW + Duration::from_secs(after)), Usable::Yes(_));
        assert!(alive || !yes, "usable again after {after} s");
        alive = yes;
    }
}

fn kept(request: &[(String, String)], response: &FieldLines) -> Option<Record> {
    let request = request.to_vec();
    match admit(&asked("GET", &request), &answered(200, response), &params()) {
        Admission::Keep(record) => Some(record.with_body(10, None)),
        _ => None,
    }
}

fn judged(record: &Record, request: &[(String, String)], now: Time) -> Usable {
    usable(record, &asked("GET", &request.to_vec()), now, Trigger::Failure, &params())
}

fn asked<'a>(method: &'a str, fields: &'a FieldLines) -> Asked<'a> {
    Asked { method, url: URL, fields }
}

fn answered(status: u16, fields: &FieldLines) -> Answered<'_> {
    Answered { status, fields, asked_at: NOW, answered_at: NOW }
}

fn params() -> Params {
    Params {
        if_error: Duration::from_secs(DAY),
        limit: Duration::from_secs(7 * DAY),
        size_limit: 1024,
        ignore_params: ignored(),
        session_cookies: Patterns::new(["*sess*"]),
        overrides: Overrides::default(),
        fresh: false,
    }
}

fn ignored() -> Patterns {
    Patterns::new(["utm_*"])
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

fn lines(lines: &[(&str, &str)]) -> FieldLines {
    let given = lines.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// `name: value`, a line each.
fn fields(text: &str) -> FieldLines {
    let split = text.lines().filter_map(|line| line.split_once(':'));
    split.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}
