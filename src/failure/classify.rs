//! Healthy, or failed in which way? An outcome against the operator's list of statuses.

use super::{Body, Failure, Kind, Outcome};
use crate::fields::Fields;

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

/// Healthy, or failed in which way?
#[must_use]
pub fn classify(params: &Params, method: &str, outcome: &Outcome) -> Option<Failure> {
    match *outcome {
        Outcome::Rejected { reason } => Some(Failure::new(rejected(reason), None)),
        Outcome::Unsendable => Some(Failure::new(Kind::Unreachable, None)),
        Outcome::TimedOut => Some(Failure::new(Kind::ResponseTimeout, None)),
        Outcome::CutShort { status } => Some(Failure::new(Kind::CutShort, Some(status))),
        Outcome::Blank { status } => Some(Failure::new(Kind::Blank, Some(status))),
        Outcome::Answered { status, fields, body } if params.statuses.contains(status) => {
            Some(Failure::new(received(status, fields, body), Some(status)))
        }
        Outcome::Answered { status, fields, body } => {
            let kind = blank(body).filter(|_| params.blank && may_be_blank(method, status, fields))?;
            Some(Failure::new(kind, Some(status)))
        }
    }
}

/// Nothing was to be seen of it in time: it may still turn out blank, and is no page to keep.
#[must_use]
pub fn may_turn_out_blank(params: &Params, method: &str, outcome: &Outcome) -> bool {
    let Outcome::Answered { status, fields, body: body @ Body::Prefix { whole: false, .. } } = *outcome else {
        return false;
    };
    params.blank && body.seen().trim_ascii().is_empty() && may_be_blank(method, status, fields)
}

/// RFC 9110 §15.3.5, §15.4.5 and §9.3.2: 204, 205, 304 and answers to HEAD have no body by right; only a page that should be there can be blank.
pub(super) fn may_be_blank(method: &str, status: u16, fields: &dyn Fields) -> bool {
    method == "GET" && status == 200 && fields.field("content-type").is_some_and(|t| is_html(&t))
}

fn is_html(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("text/html")
}

/// White space alone shows as a blank screen too.
fn blank(body: Body) -> Option<Kind> {
    let kind = match body {
        Body::Prefix { whole: true, .. } => Kind::Blank,
        Body::Broken(_) => Kind::CutShort,
        Body::Prefix { .. } | Body::Unread => return None,
    };
    body.seen().trim_ascii().is_empty().then_some(kind)
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
        // 529 is nobody's standard, and means “overloaded” wherever it is used.
        503 | 529 => Kind::Unavailable,
        504 => Kind::GatewayTimeout,
        520 if matches!(body, Body::Prefix { bytes: [], whole: true } | Body::Broken([])) => Kind::CutShort,
        521 => Kind::ConnectionRefused,
        522 => Kind::ConnectTimeout,
        523 => Kind::Unroutable,
        524 => Kind::ResponseTimeout,
        525 => Kind::Tls,
        526 => Kind::Certificate,
        520 | 527 | 528 => Kind::Protocol,
        530 if says(body, b"1016") => Kind::Dns,
        530 => Kind::Tunnel,
        _ => Kind::OtherStatus,
    }
}

fn says(body: Body, words: &[u8]) -> bool {
    body.seen().windows(words.len()).any(|w| w == words)
}
