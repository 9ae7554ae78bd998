//! Does the gallery show what visitors get? Every page of it beside the one of a visit that fails in that way.

use std::rc::Rc;

use understudy::admin::gallery;
use understudy::config::Config;
use understudy::failure::{Body, Kind, Outcome};
use understudy::fields::{FieldLines, Fields as _};
use understudy::flow::{Answer, Bindings, Event, Flow, Now, State, Step, loop_page, maintenance_page};
use understudy::page::{Format, Language, Memo, Page, Theme};
use understudy::request::Request;
use understudy::retry::Replay;
use understudy::time::Time;

use crate::site::lines;

const NOW: Time = Time::from_secs(1_795_380_069);
const HOST: &str = "https://www.example";

/// What the operator has set; `PAGE_RETRY_AFTER` and `MAINTENANCE` come to it.
const VARS: [(&str, &str); 10] = [
    ("RETRY_ATTEMPTS", "0"),
    ("STALE_IF_ERROR", "0"),
    ("FAILURE_STATUSES", "500 502-504 520-530"),
    ("FAILURE_BLANK", "on"),
    ("PAGE_SITE", "Example & Co"),
    ("PAGE_STATUS_URL", "https://status.example/"),
    ("PAGE_SUPPORT", "help@example.com"),
    ("PAGE_ACCENT", "#e4007f"),
    ("PAGE_LOGO", "data:image/png;base64,AA=="),
    ("ADMIN_TOKEN", "secret"),
];

fn config(more: &[(&str, &str)]) -> Rc<Config> {
    let all: Vec<_> = more.iter().chain(&VARS).collect();
    let (config, mistakes) =
        Config::from_vars(|name| all.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    Rc::new(config)
}

/// What an origin says with the status; of Cloudflare's own ones it is Cloudflare that says it.
fn body(kind: Kind, status: u16) -> String {
    match (kind, status) {
        (Kind::CutShort, 520) => String::new(),
        (Kind::Dns, 530) => "error code: 1016".to_owned(),
        (_, 520..) => format!("error code: {status}"),
        _ => " ".to_owned(),
    }
}

/// How an attempt ends that fails in this way: `None` where none is made, in maintenance and in a circle.
fn outcome<'a>(kind: Kind, received: Option<u16>, fields: &'a FieldLines, body: &'a str) -> Option<Outcome<'a>> {
    if let Some(status) = received {
        return Some(Outcome::Answered { status, fields, body: Body::Prefix { bytes: body.as_bytes(), whole: true } });
    }
    let rejected = |reason| Outcome::Rejected { reason };
    Some(match kind {
        Kind::Unreachable => rejected("internal error; reference = 1"),
        Kind::ConnectionRefused => rejected("Connection refused."),
        Kind::ConnectionTerminated => rejected("Network connection lost."),
        Kind::Dns => rejected("DNS lookup failed."),
        Kind::Tls => rejected("TLS handshake failed."),
        Kind::Certificate => rejected("The certificate is not trusted."),
        Kind::ConnectTimeout => rejected("The connection timed out."),
        Kind::ResponseTimeout => Outcome::TimedOut,
        Kind::Protocol => rejected("Invalid HTTP response."),
        Kind::CutShort => Outcome::CutShort { status: 200 },
        Kind::Blank => Outcome::Blank { status: 200 },
        _ => return None,
    })
}

/// The status with which an origin always fails so, for the settings above.
const fn always(kind: Kind) -> Option<u16> {
    match kind {
        Kind::Unroutable => Some(523),
        Kind::Tunnel => Some(530),
        Kind::GatewayTimeout => Some(504),
        Kind::BadGateway => Some(502),
        Kind::Unavailable => Some(503),
        Kind::OtherStatus => Some(500),
        _ => None,
    }
}

/// The page of a visit that fails in this way; `None`: in maintenance.
fn visit(config: &Rc<Config>, kind: Option<Kind>, status: Option<u16>, request: Request) -> Page {
    let none: FieldLines = Vec::new();
    let mut state = State::default();
    let Some(kind) = kind else {
        let planned = config.maintenance.expect("maintenance").at(NOW).expect("it is on");
        return maintenance_page(&mut Memo::default(), config, &request, planned, NOW, 7);
    };
    if kind == Kind::Loop {
        return loop_page(&mut Memo::default(), config, &request, NOW);
    }
    let received = status.or(always(kind));
    let body = body(kind, received.unwrap_or_default());
    let bindings = Bindings { kv: false, incidents: false };
    let mut flow = Flow::new(Rc::clone(config), request, Replay::Yes, bindings, None, NOW, 7);
    let mut step = flow.start(&mut Now { time: NOW, state: &mut state });
    loop {
        let event = match step {
            Step::Fetch(_) => Event::Attempted(outcome(kind, received, &none, &body).expect("an attempt")),
            Step::Lookup(_) => Event::Looked(None),
            Step::Finish(finish) => match finish.answer {
                Answer::Page(page) => return page,
                other => panic!("{kind:?}: {other:?}"),
            },
            other => panic!("{kind:?}: {other:?}"),
        };
        step = flow.next(event, &mut Now { time: NOW, state: &mut state });
    }
}

/// What is chosen in the gallery.
#[derive(Debug, Clone, Copy)]
struct Choice {
    kind: Option<Kind>,
    /// The status that the origin sends, where it may send several or none.
    status: Option<u16>,
    method: &'static str,
    theme: Theme,
    language: &'static str,
    format: Format,
}

impl Choice {
    fn accept(self) -> &'static str {
        if self.format == Format::Empty { "font/woff2" } else { self.format.media_type() }
    }

    fn query(self) -> String {
        let failure = self.kind.map_or("maintenance", Kind::as_str);
        let format = self.format.media_type().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("empty");
        let (method, theme, language) = (self.method, self.theme.as_str(), self.language);
        let format = format.replace('+', "%2B");
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        format!("?failure={failure}&status={status}&method={method}&theme={theme}&lang={language}&format={format}")
    }

    /// Beside each other. The visitor's time to wait is jittered: the gallery has it as the operator's setting.
    fn compare(self, vars: &[(&str, &str)]) {
        let set = |more: &[(&'static str, &str)]| {
            let theme = [("PAGE_THEME", self.theme.as_str())];
            config(&[more, vars, &theme[..]].concat())
        };
        let asked = lines(&[("accept", self.accept()), ("accept-language", self.language)]);
        let request = Request::new(self.method.to_owned(), format!("{HOST}/an/example"), asked);
        let real = visit(&set(&[("PAGE_RETRY_AFTER", "50s")]), self.kind, self.status, request);
        let wait = real.lines.field("retry-after");
        let is_known = vars.iter().any(|(name, value)| *name == "MAINTENANCE" && *value != "on");
        if let (Some(wait), false) = (&wait, is_known && self.kind.is_none()) {
            assert!((40..=60).contains(&wait.parse::<u64>().unwrap()), "{self:?}: {wait}");
        }
        let wait = format!("{}s", wait.as_deref().unwrap_or("50"));
        let request = Request::new("GET".to_owned(), format!("{HOST}/.understudy/pages{}", self.query()), Vec::new());
        let shown = gallery(&request, &set(&[("PAGE_RETRY_AFTER", &wait)]), NOW);
        assert_eq!((shown.status, shown.lines), (real.status, real.lines.lines()), "{self:?}");
        assert_eq!(shown.body, real.body, "{self:?}");
    }
}

const METHODS: [&str; 2] = ["GET", "POST"];

fn kinds() -> impl Iterator<Item = Option<Kind>> {
    Kind::ALL.into_iter().map(Some).chain([None])
}

#[test]
fn it_shows_every_failure_in_every_format_as_visitors_see_it() {
    for kind in kinds() {
        for format in Format::ALL {
            for method in METHODS {
                for language in ["en", "ar"] {
                    Choice { kind, status: None, method, theme: Theme::default(), language, format }
                        .compare(&[("MAINTENANCE", "on")]);
                }
            }
        }
    }
}

/// Statuses of which nothing says that the failure has to come as one.
const STATUSES: [(Kind, u16); 11] = [
    (Kind::ConnectionRefused, 521),
    (Kind::ConnectTimeout, 522),
    (Kind::ResponseTimeout, 524),
    (Kind::Tls, 525),
    (Kind::Certificate, 526),
    (Kind::Dns, 530),
    (Kind::CutShort, 520),
    (Kind::Protocol, 520),
    (Kind::Protocol, 527),
    (Kind::Protocol, 528),
    (Kind::Unavailable, 529),
];

#[test]
fn it_shows_the_statuses_that_an_origin_may_fail_with() {
    for (kind, status) in STATUSES {
        for format in Format::ALL {
            for method in METHODS {
                let (kind, status) = (Some(kind), Some(status));
                Choice { kind, status, method, theme: Theme::default(), language: "en", format }.compare(&[]);
            }
        }
    }
}

#[test]
fn it_shows_every_failure_in_every_language_and_theme_as_visitors_see_it() {
    for kind in kinds() {
        for (i, language) in Language::iter().enumerate() {
            for (theme, method) in Theme::ALL.into_iter().zip(METHODS.into_iter().cycle().skip(i)) {
                let choice =
                    Choice { kind, status: None, method, theme, language: language.tag(), format: Format::Html };
                choice.compare(&[("MAINTENANCE", "on")]);
            }
        }
    }
}

#[test]
fn it_shows_the_end_of_maintenance_and_the_status_that_are_set() {
    let vars = [("MAINTENANCE", "2026-11-22T20:00:00Z/2026-11-23T04:00:00Z"), ("PAGE_STATUS", "503")];
    for kind in [None, Some(Kind::BadGateway), Some(Kind::Unroutable)] {
        for format in Format::ALL {
            Choice { kind, status: None, method: "GET", theme: Theme::Plain, language: "de", format }.compare(&vars);
        }
    }
}
