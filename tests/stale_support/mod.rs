//! Requests and responses for the tests of copies, written as sentences.
#![allow(dead_code)]

pub mod shelf;

use std::time::Duration;

use understudy::fields::FieldLines;
use understudy::pattern::Patterns;
use understudy::stale::{
    Admission, Answered, Asked, Overrides, Params, Record, Reuse, Served, Trigger, Usable, admit, reuse, serve, usable,
};
use understudy::time::Time;

pub const URL: &str = "https://example.com/page";
pub const HOUR: u64 = 3600;
pub const DAY: u64 = 86_400;
/// When the origin answers, in every test: seconds since 1970.
pub const T0: u64 = 1_800_000_000;

/// The defaults of the variables.
pub fn params() -> Params {
    Params {
        if_error: Duration::from_secs(DAY),
        limit: Duration::from_secs(7 * DAY),
        size_limit: 10 * 1024 * 1024,
        ignore_params: Patterns::new(["utm_*", "fbclid", "gclid", "msclkid", "mc_eid"]),
        session_cookies: Patterns::new([
            "*sess*",
            "*sid*",
            "*auth*",
            "*token*",
            "*login*",
            "*logged_in*",
            "*jwt*",
            "remember*",
        ]),
        overrides: Overrides::default(),
        fresh: false,
    }
}

/// With `CACHE_FRESH=on`.
pub fn caching() -> Params {
    Params { fresh: true, ..params() }
}

/// With `STALE_IF_ERROR=0`.
pub fn only_where_permitted() -> Params {
    Params { if_error: Duration::ZERO, ..params() }
}

/// A date so many seconds from [`T0`].
pub fn date(offset: i64) -> String {
    Time::from_secs(T0.saturating_add_signed(offset)).http_date()
}

pub fn at(offset: u64) -> Time {
    Time::from_secs(T0 + offset)
}

#[derive(Clone)]
pub struct Ask {
    pub method: String,
    pub url: String,
    pub fields: FieldLines,
}

pub fn get() -> Ask {
    Ask { method: "GET".to_owned(), url: URL.to_owned(), fields: Vec::new() }
}

pub fn get_with(fields: &[(&str, &str)]) -> Ask {
    fields.iter().fold(get(), |ask, (name, value)| ask.with(name, value))
}

pub fn head() -> Ask {
    get().by("HEAD")
}

impl Ask {
    pub fn by(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn asked(&self) -> Asked<'_> {
        Asked { method: &self.method, url: &self.url, fields: &self.fields }
    }
}

#[derive(Clone)]
pub struct Page {
    pub status: u16,
    pub fields: FieldLines,
    pub asked_at: Time,
    pub answered_at: Time,
}

/// A 200 with these field lines and a `Date`, asked for and answered at [`T0`].
pub fn page(fields: &[(&str, &str)]) -> Page {
    undated(fields).with("date", &date(0))
}

pub fn undated(fields: &[(&str, &str)]) -> Page {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Page { status: 200, fields, asked_at: at(0), answered_at: at(0) }
}

/// A 200 with this `Cache-Control`.
pub fn says(cache_control: &str) -> Page {
    page(&[("cache-control", cache_control)])
}

impl Page {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn arriving(mut self, asked_at: Time, answered_at: Time) -> Self {
        (self.asked_at, self.answered_at) = (asked_at, answered_at);
        self
    }

    pub fn answered(&self) -> Answered<'_> {
        Answered { status: self.status, fields: &self.fields, asked_at: self.asked_at, answered_at: self.answered_at }
    }
}

/// `keep`, `skip: why` or `remove: why`.
pub fn verdict(ask: &Ask, page: &Page, params: &Params) -> String {
    match admit(&ask.asked(), &page.answered(), params) {
        Admission::Keep(_) => "keep".to_owned(),
        Admission::Skip(why) => format!("skip: {}", why.as_str()),
        Admission::Remove(why) => format!("remove: {}", why.as_str()),
    }
}

pub fn kept(ask: &Ask, page: &Page, params: &Params) -> Record {
    match admit(&ask.asked(), &page.answered(), params) {
        Admission::Keep(record) => *record,
        other => panic!("not kept: {other:?}, {:?}", page.fields),
    }
}

/// A copy of `page` as an anonymous visitor got it, by default settings.
pub fn copy(page: &Page) -> Record {
    kept(&get(), page, &params())
}

/// A copy of a page that is good for ever, with these fields.
pub fn lasting(fields: &[(&str, &str)]) -> Record {
    let page = fields.iter().fold(says("max-age=3600, public"), |page, (name, value)| page.with(name, value));
    copy(&page)
}

/// `yes`, or why not, for a visitor whose request failed so many seconds after [`T0`].
pub fn on_failure(record: &Record, ask: &Ask, offset: u64, params: &Params) -> &'static str {
    answer(usable(record, &ask.asked(), at(offset), Trigger::Failure, params))
}

pub fn on_500(record: &Record, ask: &Ask, offset: u64, params: &Params) -> &'static str {
    answer(usable(record, &ask.asked(), at(offset), Trigger::Error500, params))
}

pub fn only_if_cached(record: &Record, ask: &Ask, offset: u64, params: &Params) -> &'static str {
    answer(usable(record, &ask.asked(), at(offset), Trigger::OnlyIfCached, params))
}

pub fn answer(usable: Usable) -> &'static str {
    match usable {
        Usable::Yes(_) => "yes",
        Usable::No(why) => why.as_str(),
    }
}

/// Age and time to live so many seconds after [`T0`].
pub fn aged(record: &Record, offset: u64) -> (u64, i64) {
    match usable(record, &get().asked(), at(offset), Trigger::Failure, &params()) {
        Usable::Yes(aged) => (aged.age, aged.ttl),
        Usable::No(why) => panic!("not usable: {}", why.as_str()),
    }
}

/// The head of an answer from the copy, ten seconds old, with a body of `length` bytes.
pub fn served(record: &Record, ask: &Ask, length: u64) -> Served {
    let Usable::Yes(aged) = usable(record, &ask.asked(), at(10), Trigger::Failure, &params()) else {
        panic!("not usable")
    };
    serve(record, &ask.asked(), aged, length)
}

/// `fresh`, `validate`, `serve and validate`, or why the copy is not for this request.
pub fn reused(record: &Record, ask: &Ask, offset: u64) -> &'static str {
    match reuse(record, &ask.asked(), at(offset), &caching()) {
        Reuse::Fresh(_) => "fresh",
        Reuse::Revalidate { serve_while: None, .. } => "validate",
        Reuse::Revalidate { serve_while: Some(_), .. } => "serve and validate",
        Reuse::No(why) => why.as_str(),
    }
}
