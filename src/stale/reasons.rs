//! Why not? One vocabulary for the header detail, the log line, the doctor and the tests.

/// Why an answer of the origin is not kept as a copy, or why the copy that was there is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// Only answers to GET are kept; with `CACHE_FRESH` also one to POST that says that it is what a GET would get.
    Method,
    /// This status is never kept: 1xx, 206, 304, what is said of one request only, and errors unless `CACHE_FRESH`.
    Status,
    /// The origin says that there is nothing (404, 410, 451), or nothing for everybody (401).
    Gone,
    /// The status is kept only with an explicit freshness, and there is none (RFC 9111 §3).
    NotCacheable,
    /// The answer sets a cookie: it was made for one visitor.
    SetCookie,
    /// `no-store` in the response.
    NoStore,
    /// `private` in the response.
    Private,
    /// `no-cache` in the response, and nothing to validate the copy with.
    NoCache,
    /// `no-store` in the request.
    RequestNoStore,
    /// The request has a session cookie, and the response did not say `public`.
    SessionCookie,
    /// The request has `Authorization`, and the response did not permit sharing (RFC 9111 §3.5).
    Authorization,
    /// The request has a cookie, and the response says nothing at all about keeping it.
    Cookie,
    /// The request names another host, path or method in a field that many origins believe and no key contains, or is a GET
    /// with a body.
    Rerouted,
    /// `Vary: *`
    VaryStar,
    /// `Vary` names more fields than a key takes.
    VaryNames,
    /// A stream of events or pictures, which has no end.
    Endless,
    /// The body is larger than `STALE_SIZE_LIMIT`.
    TooLarge,
    /// Field values that no message can have.
    Malformed,
    /// The header fields alone are larger than a record.
    HeadersTooLarge,
    /// A content coding that the runtime does not decode, and that not everybody gets.
    Coding,
    /// The origin leaves no use for a copy: it is stale at once, and must not be served stale.
    NeverUsable,
    /// It is stale at once, and neither the origin nor the operator permits to serve it then.
    NotPermitted,
    /// It came from a cache where it had already grown too old to be of use.
    AlreadyStale,
}

impl SkipReason {
    /// Will the next answer be left for the same reason, whoever asks?
    #[must_use]
    pub const fn is_of_the_page(self) -> bool {
        !matches!(
            self,
            Self::Method
                | Self::Status
                | Self::RequestNoStore
                | Self::SessionCookie
                | Self::Authorization
                | Self::Cookie
                | Self::Rerouted
        )
    }

    /// The reason in the vocabulary of headers and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Status => "status",
            Self::Gone => "gone",
            Self::NotCacheable => "not-cacheable",
            Self::SetCookie => "set-cookie",
            Self::NoStore => "no-store",
            Self::Private => "private",
            Self::NoCache => "no-cache",
            Self::RequestNoStore => "request-no-store",
            Self::SessionCookie => "session-cookie",
            Self::Authorization => "authorization",
            Self::Cookie => "cookie",
            Self::Rerouted => "rerouted",
            Self::VaryStar => "vary-star",
            Self::VaryNames => "vary-names",
            Self::Endless => "endless",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Coding => "content-coding",
            Self::NeverUsable => "never-usable",
            Self::NotPermitted => "not-permitted",
            Self::AlreadyStale => "already-stale",
        }
    }
}

/// Why a copy is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoReason {
    /// Only GET and HEAD are answered from copies.
    Method,
    /// The copy was made for other values of the request fields that `Vary` names.
    Vary,
    /// The request has a session cookie, and the copy's response did not say `public`.
    SessionCookie,
    /// The request has `Authorization`, and the copy's response did not permit sharing.
    Authorization,
    /// `no-cache`: never without validation.
    NoCache,
    /// Stale, and `must-revalidate`.
    MustRevalidate,
    /// Stale, and `proxy-revalidate`.
    ProxyRevalidate,
    /// Stale, and `s-maxage`, which means `proxy-revalidate` (RFC 9111 §5.2.2.10).
    SMaxage,
    /// Stale for longer than the origin or the operator permits.
    TooStale,
    /// Stale, and neither the origin nor the operator permits that.
    NotPermitted,
    /// The failure is a 500, and no explicit `stale-if-error` covers it.
    Error500,
    /// The request's own directives (`max-age`, `min-fresh`, `no-cache`) ask for something newer.
    Request,
}

impl NoReason {
    /// The reason in the vocabulary of headers and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Vary => "vary",
            Self::SessionCookie => "session-cookie",
            Self::Authorization => "authorization",
            Self::NoCache => "no-cache",
            Self::MustRevalidate => "must-revalidate",
            Self::ProxyRevalidate => "proxy-revalidate",
            Self::SMaxage => "s-maxage",
            Self::TooStale => "too-stale",
            Self::NotPermitted => "not-permitted",
            Self::Error500 => "error-500",
            Self::Request => "request",
        }
    }
}
