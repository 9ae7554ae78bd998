//! What does each reason mean, and what helps? In plain words, for whoever runs the site.

use crate::stale::{NoReason, SkipReason};

/// The words of one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What it means, with the field that says so.
    pub why: &'static str,
    /// What to do if a copy is wanted.
    pub advice: &'static str,
    /// Which field would help.
    pub send: Remedy,
}

/// Is there a field that the origin could send instead?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// None helps by itself.
    Nothing,
    /// Freshness and staleness, for caches like this one.
    Directives,
    /// The same, and that it is for everybody.
    Public,
}

/// Why an answer is not kept.
#[must_use]
pub const fn skipped(reason: SkipReason) -> Words {
    use Remedy::{Directives, Nothing, Public};
    use SkipReason as R;
    let (why, advice, send) = match reason {
        R::Method => ("Only answers to GET are kept.", "Offer the page to GET as well.", Nothing),
        R::Status => (
            "An answer with this status is never kept: it is an error, a part, or for one request only.",
            "Answer with 200, or redirect with 301 or 308.",
            Nothing,
        ),
        R::Gone => (
            "The origin says that there is nothing here for everybody (401, 404, 410, 451). A copy from before is removed: a deletion is never hidden.",
            "If the page should be there, answer with 200.",
            Nothing,
        ),
        R::NotCacheable => (
            "A cache keeps this status only if the origin names a freshness, and it names none (RFC 9111 section 3).",
            "Name one.",
            Directives,
        ),
        R::SetCookie => (
            "Set-Cookie: the answer gives this one visitor a cookie, so it is not kept for others.",
            "Set cookies only where they are needed (after a login, on a form), not on pages for everybody.",
            Nothing,
        ),
        R::NoStore => (
            "no-store in Cache-Control (or in CDN-Cache-Control) forbids keeping it.",
            "If the page is the same for everybody, send this as well; it leaves browsers as they are.",
            Directives,
        ),
        R::Private => (
            "private in Cache-Control (or in CDN-Cache-Control): it is meant for one visitor.",
            "If the page is the same for everybody, send this as well; it leaves browsers as they are.",
            Directives,
        ),
        R::NoCache => (
            "no-cache in Cache-Control (or in CDN-Cache-Control): a copy may not be served without asking the origin, which cannot be asked when it fails.",
            "Send this as well; it leaves browsers as they are. Or set STALE_OVERRIDE = \"no-cache\".",
            Directives,
        ),
        R::RequestNoStore => (
            "The request said no-store, so its answer is not kept.",
            "Nothing to do: other visitors' requests leave a copy.",
            Nothing,
        ),
        R::SessionCookie => (
            "The request has a session cookie (STALE_SESSION_COOKIES), and the answer does not say public.",
            "If the page is the same for everybody, say so. If the cookie is no session, take its name out of STALE_SESSION_COOKIES.",
            Public,
        ),
        R::Authorization => (
            "The request has Authorization, and the answer says none of public, must-revalidate, s-maxage (RFC 9111 section 3.5).",
            "If the page is the same for everybody, say so.",
            Public,
        ),
        R::Cookie => (
            "The request has a cookie, and the answer says nothing at all about caching: it may be anybody's.",
            "Say how long it is good, or send Vary: Cookie if it differs by the cookie.",
            Directives,
        ),
        R::Rerouted => (
            "The request names another host or path (X-Forwarded-Host, X-Original-URL and the like) than its URL.",
            "Nothing to do: requests of visitors do not.",
            Nothing,
        ),
        R::VaryStar => (
            "Vary: * says that no two visitors get the same.",
            "Name the request fields by which it differs, for instance Vary: Accept-Language.",
            Nothing,
        ),
        R::VaryNames => (
            "Vary names more than 8 request fields: hardly a visitor would find a copy.",
            "Name only those by which the page really differs.",
            Nothing,
        ),
        R::TooLarge => (
            "Content-Length is larger than STALE_SIZE_LIMIT.",
            "Raise STALE_SIZE_LIMIT (at most 25MiB), if the isolate's memory has room for it.",
            Nothing,
        ),
        R::Malformed => (
            "A header field has a value that no message can have.",
            "Look for control characters in the header fields.",
            Nothing,
        ),
        R::HeadersTooLarge => (
            "The header fields alone are larger than 16 KiB.",
            "Send shorter ones; often it is Link, or a policy.",
            Nothing,
        ),
        R::Coding => (
            "The body has a compression other than gzip and br, which could not be undone for visitors who do not know it.",
            "Compress with gzip or br.",
            Nothing,
        ),
        R::NeverUsable => (
            "It is stale at once, and must not be served stale: there is no use in a copy.",
            "Send this as well; it leaves browsers as they are.",
            Directives,
        ),
        R::NotPermitted => (
            "It is stale at once, the origin names no stale-if-error, and STALE_IF_ERROR permits nothing either.",
            "Name both, or set STALE_IF_ERROR.",
            Directives,
        ),
        R::AlreadyStale => (
            "It came out of a cache behind us (Age), where it had already grown too old to be of use.",
            "Name a longer staleness, or have that cache refresh it sooner.",
            Nothing,
        ),
    };
    Words { why, advice, send }
}

/// Why a copy is not served.
#[must_use]
pub const fn unserved(reason: NoReason) -> Words {
    use NoReason as R;
    use Remedy::{Directives, Nothing, Public};
    let (why, advice, send) = match reason {
        R::Method => (
            "Only GET and HEAD are answered from a copy.",
            "Nothing to do: a form is never answered from one.",
            Nothing,
        ),
        R::Vary => (
            "The copy was made for other values of the request fields that Vary names.",
            "Name only those by which the page really differs.",
            Nothing,
        ),
        R::SessionCookie => (
            "The visitor has a session cookie (STALE_SESSION_COOKIES), and the copy does not say public.",
            "If the page is the same for everybody, say so.",
            Public,
        ),
        R::Authorization => (
            "The visitor sends Authorization, and the copy says none of public, must-revalidate, s-maxage.",
            "If the page is the same for everybody, say so.",
            Public,
        ),
        R::NoCache => (
            "no-cache: never without asking the origin (RFC 9111 section 5.2.2.4).",
            "Send this as well; it leaves browsers as they are. Or set STALE_OVERRIDE = \"no-cache\".",
            Directives,
        ),
        R::MustRevalidate => (
            "must-revalidate: once it is stale, never without asking the origin (RFC 9111 section 5.2.2.2), whatever stale-if-error says.",
            "Send this as well; it leaves browsers as they are. Or set STALE_OVERRIDE = \"must-revalidate\".",
            Directives,
        ),
        R::ProxyRevalidate => (
            "proxy-revalidate: once it is stale, no shared cache serves it without asking the origin (RFC 9111 section 5.2.2.8), whatever stale-if-error says.",
            "Send this as well; it leaves browsers as they are. Or set STALE_OVERRIDE = \"proxy-revalidate\".",
            Directives,
        ),
        R::SMaxage => (
            "s-maxage means proxy-revalidate, too: once it is stale, no shared cache serves it without asking the origin (RFC 9111 section 5.2.2.10), whatever stale-if-error says.",
            "Send this as well; it leaves browsers and other caches as they are. Or set STALE_OVERRIDE = \"s-maxage\".",
            Directives,
        ),
        R::TooStale => (
            "It has been stale for longer than stale-if-error, STALE_IF_ERROR or STALE_LIMIT permits.",
            "A visit while the origin is well renews it; for longer outages permit more.",
            Nothing,
        ),
        R::NotPermitted => (
            "The origin names no stale-if-error, and STALE_IF_ERROR or STALE_LIMIT permits nothing.",
            "Name one, or set STALE_IF_ERROR.",
            Directives,
        ),
        R::Error500 => (
            "A 500 is the application's own answer: only an explicit stale-if-error covers it (RFC 5861 section 4).",
            "Name one.",
            Directives,
        ),
        R::Request => (
            "The request itself asks for something newer (max-age, min-fresh, no-cache).",
            "Nothing to do: when the origin fails, that is not followed.",
            Nothing,
        ),
    };
    Words { why, advice, send }
}
