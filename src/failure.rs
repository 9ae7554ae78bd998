//! In which way did the origin fail, and what follows from it?
//!
//! One value of one type, [`Failure`], and one table, [`Kind::row`]: the status that we answer, the RFC 9209 error type,
//! whether a retry makes sense, whether the origin provably never got the request, and which explanation the page gives.
//! A literal 502 stands in this file and nowhere else.
//!
//! Not here: whether a retry is *allowed* (`retry`), who wrote the body (`gateway`).
//! Sources: RFC 9110 §15.6.3–5, RFC 9209 §2.3, Cloudflare's 52x/530 statuses.

use crate::fields::Fields;

/// One failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    received: Option<u16>,
}

/// What one attempt at an origin came to.
pub enum Outcome<'a> {
    /// Response headers arrived.
    Answered {
        /// Status code as received; may be outside 100–599.
        status: u16,
        /// The response's header fields.
        fields: &'a dyn Fields,
        /// What is known of the body.
        body: Body<'a>,
    },
    /// The fetch was rejected before response headers; `reason` is the runtime's words, hostile and only a hint.
    Rejected {
        /// The message of the rejection.
        reason: &'a str,
    },
    /// No response headers within the attempt's timeout.
    TimedOut,
    /// There was no page where there should have been one.
    Blank {
        /// The status of the answer without a page.
        status: u16,
    },
    /// The body broke off before any of it was committed to the visitor.
    CutShort {
        /// The status whose body broke off.
        status: u16,
    },
}

/// What is known of a response's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// Nobody looked: the body of a response that [`inspect`] did not ask for.
    Unread,
    /// Its first bytes (at most [`MAX_PREFIX`]), decoded.
    Prefix {
        /// The bytes.
        bytes: &'a [u8],
        /// There are no more.
        whole: bool,
    },
}

/// How much of a failed response's body is read to find out who wrote it, in bytes.
pub const MAX_PREFIX: usize = 4096;

/// The kinds of failure of the 502 class. `as_str` is the vocabulary of log lines, problem details and drills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The origin could not be reached; the runtime does not say why.
    Unreachable,
    /// The origin refused the connection (521).
    ConnectionRefused,
    /// The connection broke before an answer: reset, closed, empty reply.
    ConnectionTerminated,
    /// The origin's address cannot be routed to (523).
    Unroutable,
    /// The origin's name cannot be resolved (530 with error 1016).
    Dns,
    /// The tunnel to the origin is down (530 with error 1033), or 530 for another reason.
    Tunnel,
    /// The TLS handshake failed (525).
    Tls,
    /// The origin's certificate is not valid (526).
    Certificate,
    /// The connection was not established in time (522).
    ConnectTimeout,
    /// No answer within our own `TIMEOUT`, or 524.
    ResponseTimeout,
    /// A gateway behind us got no answer in time (504).
    GatewayTimeout,
    /// A gateway behind us got an invalid answer or none (502).
    BadGateway,
    /// Overload or maintenance, as the origin says itself (503).
    Unavailable,
    /// The origin's answer could not be understood (520, 527, 528, 529).
    Protocol,
    /// The body broke off.
    CutShort,
    /// A blank page where there should have been one.
    Blank,
    /// The request came back to this very deployment.
    Loop,
    /// Another status that the operator counts as a failure.
    OtherStatus,
}

/// When a failure of this kind is worth another attempt, if method, budget and deadline permit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Yes.
    Retry,
    /// Only when the origin's `Retry-After` (if any) fits into the deadline.
    RetryAfter,
    /// No: the same would happen again.
    GiveUp,
}

/// Which explanation a page gives. `as_str` is the stem of the keys in the locale files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Explanation {
    /// Could not connect, or the connection broke off.
    Connection,
    /// The name of the origin does not resolve.
    Dns,
    /// The tunnel to the origin is down.
    Tunnel,
    /// No secure connection could be made.
    Tls,
    /// Too slow.
    Timeout,
    /// A bad gateway behind us, or an answer that could not be understood.
    BadGateway,
    /// Overloaded or being maintained.
    Unavailable,
    /// The answer broke off or was blank.
    Incomplete,
    /// The request runs in a circle.
    Loop,
    /// Planned maintenance.
    Maintenance,
}

impl Explanation {
    /// All of them, in the order of the table in the README.
    pub const ALL: [Self; 10] = [
        Self::Connection,
        Self::Dns,
        Self::Tunnel,
        Self::Tls,
        Self::Timeout,
        Self::BadGateway,
        Self::Unavailable,
        Self::Incomplete,
        Self::Loop,
        Self::Maintenance,
    ];

    /// The stem of its keys in the locale files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Dns => "dns",
            Self::Tunnel => "tunnel",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::BadGateway => "bad_gateway",
            Self::Unavailable => "unavailable",
            Self::Incomplete => "incomplete",
            Self::Loop => "loop",
            Self::Maintenance => "maintenance",
        }
    }
}

/// One row of the table: all that follows from a kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The status that we answer when the origin sent none of its own.
    pub status: u16,
    /// The RFC 9209 error type; `None` where only `received-status` says it.
    pub error: Option<&'static str>,
    /// Is another attempt worth it?
    pub worth: Worth,
    /// The failure proves that the origin never got the request.
    pub never_sent: bool,
    /// What the page says.
    pub explanation: Explanation,
}

impl Kind {
    /// Every kind, for tests, drills and the gallery.
    pub const ALL: [Self; 18] = [
        Self::Unreachable,
        Self::ConnectionRefused,
        Self::ConnectionTerminated,
        Self::Unroutable,
        Self::Dns,
        Self::Tunnel,
        Self::Tls,
        Self::Certificate,
        Self::ConnectTimeout,
        Self::ResponseTimeout,
        Self::GatewayTimeout,
        Self::BadGateway,
        Self::Unavailable,
        Self::Protocol,
        Self::CutShort,
        Self::Blank,
        Self::Loop,
        Self::OtherStatus,
    ];

    /// Its name in logs, problem details and drills.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::ConnectionRefused => "refused",
            Self::ConnectionTerminated => "terminated",
            Self::Unroutable => "unroutable",
            Self::Dns => "dns",
            Self::Tunnel => "tunnel",
            Self::Tls => "tls",
            Self::Certificate => "certificate",
            Self::ConnectTimeout => "connect_timeout",
            Self::ResponseTimeout => "timeout",
            Self::GatewayTimeout => "gateway_timeout",
            Self::BadGateway => "bad_gateway",
            Self::Unavailable => "unavailable",
            Self::Protocol => "protocol",
            Self::CutShort => "cut",
            Self::Blank => "blank",
            Self::Loop => "loop",
            Self::OtherStatus => "status",
        }
    }

    /// The one table from failure to wire. Statuses and types: RFC 9209 §2.3, RFC 9110 §15.6.
    #[must_use]
    pub const fn row(self) -> Row {
        use Explanation as E;
        use Worth::{GiveUp, Retry, RetryAfter};
        const fn row(
            status: u16,
            error: Option<&'static str>,
            worth: Worth,
            never_sent: bool,
            explanation: Explanation,
        ) -> Row {
            Row { status, error, worth, never_sent, explanation }
        }
        match self {
            Self::Unreachable => row(502, Some("destination_unavailable"), Retry, false, E::Connection),
            Self::ConnectionRefused => row(502, Some("connection_refused"), Retry, true, E::Connection),
            Self::ConnectionTerminated => row(502, Some("connection_terminated"), Retry, false, E::Connection),
            Self::Unroutable => row(502, Some("destination_ip_unroutable"), Retry, true, E::Connection),
            Self::Dns => row(502, Some("dns_error"), Retry, true, E::Dns),
            Self::Tunnel => row(503, Some("destination_unavailable"), Retry, true, E::Tunnel),
            Self::Tls => row(502, Some("tls_protocol_error"), GiveUp, false, E::Tls),
            Self::Certificate => row(502, Some("tls_certificate_error"), GiveUp, false, E::Tls),
            Self::ConnectTimeout => row(504, Some("connection_timeout"), Retry, false, E::Timeout),
            Self::ResponseTimeout => row(504, Some("http_response_timeout"), Retry, false, E::Timeout),
            Self::GatewayTimeout => row(504, Some("http_response_timeout"), Retry, false, E::Timeout),
            Self::BadGateway => row(502, Some("http_protocol_error"), Retry, false, E::BadGateway),
            Self::Unavailable => row(503, None, RetryAfter, false, E::Unavailable),
            Self::Protocol => row(502, Some("http_protocol_error"), Retry, false, E::BadGateway),
            Self::CutShort | Self::Blank => row(502, Some("http_response_incomplete"), Retry, false, E::Incomplete),
            Self::Loop => row(502, Some("proxy_loop_detected"), GiveUp, false, E::Loop),
            Self::OtherStatus => row(502, None, RetryAfter, false, E::BadGateway),
        }
    }
}

impl Failure {
    /// A failure of this kind, with the status that the origin sent, if it sent one.
    #[must_use]
    pub const fn new(kind: Kind, received: Option<u16>) -> Self {
        Self { kind, received }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The status that the origin sent, if it sent one (RFC 9209 §2.1.4 `received-status`).
    #[must_use]
    pub const fn received(self) -> Option<u16> {
        self.received
    }

    /// The status to answer with: the origin's own where it sent one of the failure class (so that monitors see it),
    /// else that of the table. Never one that would turn an error into a success (RFC.md 67).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self.received {
            Some(status) if status >= 400 && status <= 599 => status,
            _ => self.kind.row().status,
        }
    }

    /// Does the failure prove that the origin never got the request? Only Cloudflare's own statuses do: the words of a
    /// rejected fetch do not tell a refused connection from a reset one.
    #[must_use]
    pub const fn never_sent(self) -> bool {
        self.received.is_some() && self.kind.row().never_sent
    }
}

/// What counts as a failure: from `FAILURE_STATUSES` and `FAILURE_BLANK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Statuses of the 502 class.
    pub statuses: StatusSet,
    /// A 200 `text/html` answer to a GET with an empty body is a failure.
    pub blank: bool,
}

/// Inclusive ranges of statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSet(Vec<(u16, u16)>);

impl StatusSet {
    /// From inclusive ranges `(first, last)`.
    #[must_use]
    pub const fn new(ranges: Vec<(u16, u16)>) -> Self {
        Self(ranges)
    }

    /// Is `status` one of them?
    #[must_use]
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|&(first, last)| first <= status && status <= last)
    }

    /// Every status in the set, ascending by range.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().flat_map(|&(first, last)| first..=last)
    }
}

/// Must the driver look at the start of this response's body before it reports the attempt?
#[must_use]
pub fn inspect(params: &Params, method: &str, status: u16, fields: &dyn Fields) -> bool {
    if method == "HEAD" {
        return false;
    }
    params.statuses.contains(status) || (params.blank && may_be_blank(method, status, fields))
}

/// Healthy, or failed in which way?
#[must_use]
pub fn classify(params: &Params, method: &str, outcome: &Outcome) -> Option<Failure> {
    match *outcome {
        Outcome::Rejected { reason } => Some(Failure::new(rejected(reason), None)),
        Outcome::TimedOut => Some(Failure::new(Kind::ResponseTimeout, None)),
        Outcome::CutShort { status } => Some(Failure::new(Kind::CutShort, Some(status))),
        Outcome::Blank { status } => Some(Failure::new(Kind::Blank, Some(status))),
        Outcome::Answered { status, fields, body } if params.statuses.contains(status) => {
            Some(Failure::new(received(status, fields, body), Some(status)))
        }
        Outcome::Answered { status, fields, body } => {
            let blank = params.blank && is_blank(body) && may_be_blank(method, status, fields);
            blank.then_some(Failure::new(Kind::Blank, Some(status)))
        }
    }
}

/// RFC.md 14: 204, 205, 304 and answers to HEAD have no body by right; only a page that should be there can be blank.
fn may_be_blank(method: &str, status: u16, fields: &dyn Fields) -> bool {
    method == "GET" && status == 200 && fields.field("content-type").is_some_and(|t| is_html(&t))
}

fn is_html(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("text/html")
}

/// White space alone shows as a blank screen too.
fn is_blank(body: Body) -> bool {
    matches!(body, Body::Prefix { bytes, whole: true } if bytes.trim_ascii().is_empty())
}

fn rejected(reason: &str) -> Kind {
    let reason = reason.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| reason.contains(w));
    if says(&["refused"]) {
        Kind::ConnectionRefused
    } else if says(&["dns", "resolve", "name not"]) {
        Kind::Dns
    } else if says(&["certificate"]) {
        Kind::Certificate
    } else if says(&["tls", "ssl", "handshake"]) {
        Kind::Tls
    } else if says(&["timeout", "timed out"]) {
        Kind::ConnectTimeout
    } else if says(&["connection lost", "reset", "disconnected", "closed", "end of stream", "eof"]) {
        Kind::ConnectionTerminated
    } else if says(&["http", "header", "parse", "protocol"]) {
        Kind::Protocol
    } else {
        Kind::Unreachable
    }
}

fn received(status: u16, fields: &dyn Fields, body: Body) -> Kind {
    // A loop that an instance of ours found further in: asking again would run the same circle.
    if fields.field("proxy-status").is_some_and(|v| v.contains("proxy_loop_detected")) {
        return Kind::Loop;
    }
    match status {
        502 => Kind::BadGateway,
        503 => Kind::Unavailable,
        504 => Kind::GatewayTimeout,
        520 if matches!(body, Body::Prefix { bytes: [], whole: true }) => Kind::CutShort,
        521 => Kind::ConnectionRefused,
        522 => Kind::ConnectTimeout,
        523 => Kind::Unroutable,
        524 => Kind::ResponseTimeout,
        525 => Kind::Tls,
        526 => Kind::Certificate,
        520 | 527..=529 => Kind::Protocol,
        530 if says(body, b"1016") => Kind::Dns,
        530 => Kind::Tunnel,
        _ => Kind::OtherStatus,
    }
}

fn says(body: Body, words: &[u8]) -> bool {
    matches!(body, Body::Prefix { bytes, .. } if bytes.windows(words.len()).any(|w| w == words))
}
