//! Was this request made by somebody in particular, and may its answer be shared all the same?
//!
//! `Authorization` is a matter of RFC 9111 §3.5. Cookies are unknown to that RFC; the practice of shared caches is to
//! leave requests with a session cookie alone.

use super::Asked;
use super::directives::Directives;
use super::url::Url;
use crate::fields::Fields;
use crate::pattern::Patterns;

/// Is one of the cookies in a `Cookie` value on the operator's list (by name, without regard to ASCII case)?
pub fn names_a_session(cookie: &str, session_cookies: &Patterns) -> bool {
    names(cookie).any(|name| session_cookies.matches_ignoring_case(name))
}

/// Could one of them say who asks, for all that is known of it? Those of the well-known counters, load balancers and
/// consent banners do not: pages are not made by them.
pub fn may_name_somebody(cookie: &str) -> bool {
    names(cookie).any(|name| !OF_NOBODY.iter().any(|prefix| name.starts_with(prefix)))
}

/// Also at commas, by which several lines are joined.
fn names(cookie: &str) -> impl Iterator<Item = &str> {
    cookie
        .split([';', ','])
        .map(|pair| pair.split('=').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
}

/// How the names of such cookies begin.
const OF_NOBODY: [&str; 17] = [
    "AWSALB",
    "CookieConsent",
    "OptanonConsent",
    "__cf_bm",
    "__utm",
    "_cfuvid",
    "_clck",
    "_clsk",
    "_fbc",
    "_fbp",
    "_ga",
    "_gcl_",
    "_gid",
    "_hj",
    "_pk_",
    "cf_clearance",
    "cookieyes-consent",
];

/// Does the response permit that requests with `Authorization` share it (RFC 9111 §3.5)?
pub fn permits_authorized(directives: &Directives) -> bool {
    directives.public || directives.must_revalidate || directives.s_maxage.is_some()
}

/// Does nothing in the request say who asks?
pub fn is_anonymous(fields: &dyn Fields) -> bool {
    fields.field("cookie").is_none_or(|cookie| !may_name_somebody(&cookie)) && fields.field("authorization").is_none()
}

/// Does the request tell the origin that it was for another host or path than it was? Frameworks believe such fields and
/// write them into links; an answer to one may be meant for nobody else (“unkeyed input”, cache poisoning). A gateway in
/// front that passes on the host that it was asked for says nothing new.
pub fn is_rerouted(asked: &Asked<'_>) -> bool {
    let host = Url::parse(asked.url).map_or(String::new(), |url| url.authority);
    let other = asked.fields.field("x-forwarded-host").is_some_and(|forwarded| !forwarded.eq_ignore_ascii_case(&host));
    other || REROUTING.iter().any(|name| asked.fields.field(name).is_some())
}

/// Fields with which a request can be for something else than its URL says.
const REROUTING: [&str; 4] = ["x-original-url", "x-rewrite-url", "x-http-method-override", "x-host"];
