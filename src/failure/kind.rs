//! Which kinds of failure are there, and what follows from each? The one table from failure to wire.
//!
//! Sources: RFC 9209 §2.3 (error types and their recommended statuses), RFC 9110 §15.6, Cloudflare's 52x/530 statuses.

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
    /// Overload or maintenance, as the origin says itself (503, 529).
    Unavailable,
    /// The origin's answer could not be understood (520, 527, 528).
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

    /// Does it have nothing to do with what was asked for? Then one such failure speaks for the whole origin.
    #[must_use]
    pub const fn is_of_all_paths(self) -> bool {
        match self {
            Self::Unreachable
            | Self::ConnectionRefused
            | Self::Unroutable
            | Self::Dns
            | Self::Tunnel
            | Self::Tls
            | Self::Certificate
            | Self::ConnectTimeout => true,
            Self::ConnectionTerminated
            | Self::ResponseTimeout
            | Self::GatewayTimeout
            | Self::BadGateway
            | Self::Unavailable
            | Self::Protocol
            | Self::CutShort
            | Self::Blank
            | Self::Loop
            | Self::OtherStatus => false,
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
            Self::Tls => row(502, Some("tls_protocol_error"), GiveUp, true, E::Tls),
            Self::Certificate => row(502, Some("tls_certificate_error"), GiveUp, true, E::Tls),
            Self::ConnectTimeout => row(504, Some("connection_timeout"), Retry, false, E::Timeout),
            Self::ResponseTimeout => row(504, Some("http_response_timeout"), Retry, false, E::Timeout),
            Self::GatewayTimeout => row(504, Some("http_response_timeout"), Retry, false, E::Timeout),
            Self::BadGateway => row(502, Some("http_protocol_error"), Retry, false, E::BadGateway),
            Self::Unavailable => row(503, None, RetryAfter, false, E::Unavailable),
            Self::Protocol => row(502, Some("http_protocol_error"), Retry, false, E::BadGateway),
            Self::CutShort | Self::Blank => row(502, Some("http_response_incomplete"), Retry, false, E::Incomplete),
            Self::Loop => row(502, Some("proxy_loop_detected"), GiveUp, true, E::Loop),
            Self::OtherStatus => row(502, None, RetryAfter, false, E::BadGateway),
        }
    }
}
