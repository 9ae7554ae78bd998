//! What did the operator configure? Every variable is parsed at once, and every mistake is reported at once.
//!
//! A bad value never takes the site down: that variable falls back to its default. [`VARS`] is the one list of names,
//! defaults and meanings. Not here: what the values are good for (each module has its own `Params`).

mod instant;
mod read;
mod rules;
mod targets;
mod units;
mod vars;

pub use read::{Mistake, meant, shown};
pub use rules::Rule;
pub use units::duration;
pub use vars::{Scope, VARS, Var};

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::failure::{self, StatusSet};
use crate::maintenance::{End, Window};
use crate::pattern::{Pattern, Patterns};
use crate::retry::{self, Backoff, Share};
use crate::url::Base;
use crate::{breaker, cdn_loop, json, page, stale};
use read::Reader;

/// Everything that the operator can say, for one path.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What Understudy may do.
    pub mode: Mode,
    /// Its name in `Proxy-Status`; `None`: the request's host.
    pub deployment: Option<String>,
    /// Where requests go; `None`: where they were going (a Worker on a route).
    pub origin: Option<Base>,
    /// Where they go next, in order, when the one before failed.
    pub fallbacks: Vec<Base>,
    /// Under which names breakers and budgets know all of these, `ORIGIN` first.
    names: Vec<String>,
    /// What a request to one of these carries, so that it is known should it come back ([`cdn_loop`]).
    pub mark: Option<String>,
    /// What counts as a failure.
    pub failure: failure::Params,
    /// Whose failed responses are replaced.
    pub bodies: Bodies,
    /// One attempt, until its response headers.
    pub timeout: Duration,
    /// With a usable copy in hand, how long a visitor waits.
    pub patience: Duration,
    /// The whole request.
    pub deadline: Duration,
    /// Retries.
    pub retry: retry::Params,
    /// Largest request body kept for replay, in bytes.
    pub replay_limit: u64,
    /// The breaker of each origin.
    pub breaker: breaker::Params,
    /// Copies.
    pub stale: stale::Params,
    /// An unchanged copy is rewritten at most this often.
    pub stale_refresh: Duration,
    /// A bar in stale HTML says how old the copy is.
    pub stale_notice: bool,
    /// An HTML or JSON answer up to this size, in bytes, is held until it is whole; 0 = none is.
    pub guard_bytes: u64,
    /// Downloads that break off are continued.
    pub resume: bool,
    /// At most one KV write per key in this time.
    pub kv_refresh: Duration,
    /// Largest copy written to KV, in bytes.
    pub kv_size_limit: u64,
    /// The page's looks.
    pub page: page::Params,
    /// Where the operator's own HTML lies.
    pub page_template: Option<page::Source>,
    /// `Retry-After` of a page when the origin gave none.
    pub page_retry_after: Duration,
    /// Planned maintenance.
    pub maintenance: Option<Window>,
    /// Overrides for some paths, in order.
    pub rules: Vec<Rule>,
    /// The parameters left out of the keys of other paths' copies, in order; empty: everywhere those of [`Self::stale`].
    ignored: Rc<[(Pattern, Patterns)]>,
    /// Which requests leave a line in the log.
    pub log: Log,
    /// The token of `/.understudy/`.
    pub admin_token: Option<String>,
}

/// `MODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Decide and act.
    #[default]
    On,
    /// Decide and log, but change nothing.
    Observe,
    /// A plain relay.
    Off,
}

/// `FAILURE_BODIES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bodies {
    /// Replace what a gateway wrote, and nothing at all.
    #[default]
    Gateway,
    /// Replace every failed response.
    All,
    /// Replace none that has arrived.
    None,
}

/// `LOG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Log {
    /// No line.
    None,
    /// One for each request that something failed in.
    #[default]
    Incidents,
    /// One for each request.
    All,
}

impl Config {
    /// Reads all variables. `lookup` gives a variable's value as text (tables and lists as JSON), `None` if it is not set.
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> (Self, Vec<Mistake>) {
        let mut reader =
            Reader { lookup: &lookup, otherwise: &|_| None, place: "", reports: &|_| true, mistakes: Vec::new() };
        let mut config = Self::read(&mut reader);
        let text = lookup("RULES").unwrap_or_default();
        config.rules = rules::read(&text, &lookup, &mut reader);
        config.ignored = rules::ignored(&config);
        for rule in &mut config.rules {
            Rc::make_mut(&mut rule.config).ignored = Rc::clone(&config.ignored);
        }
        (config, reader.mistakes)
    }

    /// With a library of texts for its pages.
    #[must_use]
    pub fn with_library(mut self, library: page::Library) -> Self {
        for rule in &mut self.rules {
            Rc::make_mut(&mut rule.config).page.library = library;
        }
        self.page.library = library;
        self
    }

    /// The configuration that holds for `path`: that of the first rule that matches, else this one.
    #[must_use]
    pub fn at(self: &Rc<Self>, path: &str) -> Rc<Self> {
        let rule = self.rules.iter().find(|r| r.path.matches(path));
        Rc::clone(rule.map_or(self, |r| &r.config))
    }

    fn read(r: &mut Reader) -> Self {
        let (backoff_base, backoff_cap) = span_range(r, "RETRY_BACKOFF", "1m");
        let (open_base, open_cap) = span_range(r, "BREAKER_OPEN", "1h");
        let statuses =
            r.read("FAILURE_STATUSES", "statuses or ranges of them from 400 to 599, such as 502-504 520-530", |t| {
                units::statuses(&words(t)?.join(" "))
            });
        let mut config = Self {
            mode: r.read("MODE", "on, observe or off", mode),
            deployment: text(r, "DEPLOYMENT", "visible ASCII, at most 255 characters", |t| {
                t.len() <= 255 && t.bytes().all(|b| b.is_ascii_graphic())
            }),
            origin: r.read("ORIGIN", BASE_URL, |t| if t.is_empty() { Some(None) } else { Base::parse(t).map(Some) }),
            fallbacks: r.read("ORIGIN_FALLBACKS", BASE_URLS, |t| {
                let all: Option<Vec<_>> = words(t)?.iter().map(|w| Base::parse(w)).collect();
                all.filter(|a| a.len() <= 5)
            }),
            names: Vec::new(),
            mark: None,
            failure: failure::Params {
                statuses: StatusSet::new(statuses),
                blank: r.read("FAILURE_BLANK", ON_OFF, units::switch),
            },
            bodies: r.read("FAILURE_BODIES", "gateway, all or none", bodies),
            timeout: span(r, "TIMEOUT", "1ms", "10m"),
            patience: span(r, "PATIENCE", "0", "10m"),
            deadline: span(r, "DEADLINE", "1ms", "15m"),
            retry: retry::Params {
                attempts: number(r, "RETRY_ATTEMPTS", 0, 5),
                methods: r.read("RETRY_METHODS", "HTTP methods in upper case, such as GET HEAD OPTIONS", methods),
                backoff: Backoff { base: backoff_base, cap: backoff_cap },
                budget: Share(r.read("RETRY_BUDGET", "a share from 0% to 100%, such as 20%", units::percent)),
            },
            replay_limit: bytes(r, "RETRY_BODY_LIMIT", "10MiB"),
            breaker: breaker::Params { failures: number(r, "BREAKER_FAILURES", 0, 1000), open_base, open_cap, ..Default::default() },
            stale: stale::Params {
                if_error: span(r, "STALE_IF_ERROR", "0", "365d"),
                limit: span(r, "STALE_LIMIT", "0", "365d"),
                size_limit: bytes(r, "STALE_SIZE_LIMIT", "25MiB"),
                ignore_params: patterns(r, "STALE_IGNORE_PARAMS"),
                session_cookies: patterns(r, "STALE_SESSION_COOKIES"),
                overrides: r.read(
                    "STALE_OVERRIDE",
                    "any of no-cache must-revalidate proxy-revalidate s-maxage (no-store and private are never disregarded)",
                    overrides,
                ),
                fresh: r.read("CACHE_FRESH", ON_OFF, units::switch),
            },
            stale_refresh: span(r, "STALE_REFRESH", "0", "7d"),
            stale_notice: r.read("STALE_NOTICE", ON_OFF, units::switch),
            guard_bytes: bytes(r, "GUARD_BYTES", "10MiB"),
            resume: r.read("RESUME", ON_OFF, units::switch),
            kv_refresh: span(r, "KV_REFRESH", "1s", "30d"),
            kv_size_limit: bytes(r, "KV_SIZE_LIMIT", "25MiB"),
            page: page(r),
            page_template: r.read("PAGE_TEMPLATE", "kv:<key> or assets:/path", |t| match t {
                "" => Some(None),
                _ => page::Source::parse(t).map(Some),
            }),
            page_retry_after: span(r, "PAGE_RETRY_AFTER", "1s", "1d"),
            maintenance: r.read("MAINTENANCE", MAINTENANCE, maintenance),
            rules: Vec::new(),
            ignored: Rc::default(),
            log: r.read("LOG", "none, incidents or all", log),
            admin_token: text(r, "ADMIN_TOKEN", "visible ASCII, at most 512 characters", |t| {
                t.len() <= 512 && t.bytes().all(|b| b.is_ascii_graphic())
            }),
        };
        config.mark = config
            .origin
            .as_ref()
            .or(config.fallbacks.first())
            .map(|base| cdn_loop::mark(base.authority(), config.deployment.as_deref()));
        config.names = targets::names(&config);
        // A probe that has not been heard of by then is not going to be: its headers come within `TIMEOUT`, a document that
        // is held (`GUARD_BYTES`) is let go when `PATIENCE` is over; and others are asked, a body is looked into.
        let held = config.patience.min(config.deadline);
        config.breaker.lease = config.timeout.max(held) + Duration::from_secs(2);
        config
    }
}

const ON_OFF: &str = "on or off";
const BASE_URL: &str = "a base URL such as https://origin.example, without user, query or fragment";
const BASE_URLS: &str = "up to 5 base URLs such as https://backup.example, between blanks or commas";
const MAINTENANCE: &str =
    "on, off, or start/end such as 2026-11-22T20:00:00Z/2026-11-22T22:00:00Z or 2026-11-22T20:00:00Z/PT2H";

fn page(r: &mut Reader) -> page::Params {
    page::Params {
        library: page::Library::default(),
        template: None,
        site: text(r, "PAGE_SITE", "a name of at most 200 characters", |t| t.chars().count() <= 200),
        status_url: text(r, "PAGE_STATUS_URL", "an http or https URL", page::check_link),
        support: text(r, "PAGE_SUPPORT", "an http or https URL or an e-mail address", page::check_support),
        accent: r.read(
            "PAGE_ACCENT",
            "a CSS colour: #0b6e4f, rgb(11 110 79), hsl(161 82% 24%) or a basic name such as teal",
            |t| match t {
                "" => Some(None),
                _ => page::Color::parse(t).map(Some),
            },
        ),
        logo: text(r, "PAGE_LOGO", "an https: or data:image/ URL", page::check_logo),
        theme: r.read("PAGE_THEME", "understudy, plain, friendly, terminal or corporate", page::Theme::parse),
        language: r.read("PAGE_LANGUAGE", "a language tag that there is a translation for, such as en or pt-BR", |t| {
            page::Language::parse(t)
        }),
        status: r.read("PAGE_STATUS", "keep, or a status from 500 to 599", |t| match t {
            "keep" => Some(None),
            _ => t.parse().ok().filter(|s| (500..=599).contains(s)).map(Some),
        }),
    }
}

fn text(r: &mut Reader, name: &str, expected: &str, check: impl Fn(&str) -> bool) -> Option<String> {
    r.read(name, expected, |t| match t {
        "" => Some(None),
        _ => check(t).then(|| Some(t.to_owned())),
    })
}

fn span(r: &mut Reader, name: &str, min: &str, max: &str) -> Duration {
    let expected = format!("a duration from {min} to {max}, such as 250ms, 10s, 5m, 1h, 7d");
    let limits = units::duration(min).unwrap_or_default()..=units::duration(max).unwrap_or_default();
    r.read(name, &expected, |t| units::duration(t).filter(|d| limits.contains(d)))
}

fn span_range(r: &mut Reader, name: &str, max: &str) -> (Duration, Duration) {
    let expected = format!("two durations up to {max} as low..high, such as 100ms..1s");
    let limit = units::duration(max).unwrap_or_default();
    r.read(name, &expected, |t| units::duration_range(t).filter(|(_, high)| *high <= limit))
}

fn number(r: &mut Reader, name: &str, min: u32, max: u32) -> u32 {
    let expected = format!("a whole number from {min} to {max}");
    r.read(name, &expected, |t| t.parse().ok().filter(|n| (min..=max).contains(n)))
}

fn bytes(r: &mut Reader, name: &str, max: &str) -> u64 {
    let expected = format!("a size from 0 to {max}, such as 64KiB or 10MiB");
    let limit = units::size(max).unwrap_or_default();
    r.read(name, &expected, |t| units::size(t).filter(|n| *n <= limit))
}

/// A word of a list; where statuses stand, a number.
struct Word(String);

impl json::Taken for Word {
    fn taken(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self(text)),
            Value::Number(number) => number.as_u64().map(|number| Self(number.to_string())),
            _ => None,
        }
    }
}

/// A list, written with blanks or commas, or as a TOML list, which arrives as JSON.
fn words(text: &str) -> Option<Vec<String>> {
    if text.starts_with('[') {
        return Some(json::parse::<Vec<Word>>(text)?.into_iter().map(|Word(word)| word).collect());
    }
    Some(units::list(text).map(str::to_owned).collect())
}

fn patterns(r: &mut Reader, name: &str) -> Patterns {
    r.read(name, "up to 100 names between blanks or commas, in which * stands for anything", |t| {
        words(t).filter(|w| w.len() <= 100).map(|w| Patterns::new(w.iter().map(String::as_str)))
    })
}

fn methods(text: &str) -> Option<Vec<String>> {
    let token = |m: &String| m.parse::<http::Method>().is_ok() && !m.bytes().any(|b| b.is_ascii_lowercase());
    words(text).filter(|all| all.iter().all(token))
}

fn overrides(text: &str) -> Option<stale::Overrides> {
    let mut overrides = stale::Overrides::default();
    for word in words(text)? {
        match word.as_str() {
            "no-cache" => overrides.no_cache = true,
            "must-revalidate" => overrides.must_revalidate = true,
            "proxy-revalidate" => overrides.proxy_revalidate = true,
            "s-maxage" => overrides.s_maxage = true,
            _ => return None,
        }
    }
    Some(overrides)
}

fn maintenance(text: &str) -> Option<Option<Window>> {
    match text {
        "" | "off" | "false" => return Some(None),
        "on" | "true" => return Some(Some(Window::Always)),
        _ => {}
    }
    let (start, end) = text.split_once('/')?;
    let start = instant::instant(start.trim())?;
    let end = match instant::instant(end.trim()) {
        Some(end) => end,
        None => start + instant::iso_duration(end.trim())?,
    };
    (start < end).then_some(Some(Window::Between(start, End(end))))
}

fn mode(text: &str) -> Option<Mode> {
    match text {
        "on" | "true" => Some(Mode::On),
        "observe" => Some(Mode::Observe),
        "off" | "false" => Some(Mode::Off),
        _ => None,
    }
}

fn bodies(text: &str) -> Option<Bodies> {
    match text {
        "gateway" => Some(Bodies::Gateway),
        "all" => Some(Bodies::All),
        "none" => Some(Bodies::None),
        _ => None,
    }
}

fn log(text: &str) -> Option<Log> {
    match text {
        "none" | "false" => Some(Log::None),
        "incidents" => Some(Log::Incidents),
        "all" | "true" => Some(Log::All),
        _ => None,
    }
}
