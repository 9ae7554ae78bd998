//! Was this request made by somebody in particular, and may its answer be shared all the same?
//!
//! `Authorization` is a matter of RFC 9111 §3.5. Cookies are unknown to that RFC; the practice of shared caches is to
//! leave requests with a session cookie alone.

use super::directives::Directives;
use crate::fields::Fields;
use crate::pattern::Patterns;

/// Is one of the cookies in a `Cookie` value on the operator's list (by name, without regard to ASCII case)?
pub fn names_a_session(cookie: &str, session_cookies: &Patterns) -> bool {
    names(cookie).any(|name| session_cookies.matches_ignoring_case(name))
}

/// Could one of them say who asks, for all that is known of it? Those of the well-known counters, load balancers and
/// consent banners do not: pages are not made by them.
pub fn may_name_somebody(cookie: &str) -> bool {
    let is_of_nobody = |name: &str| {
        OF_NOBODY.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *known,
        })
    };
    names(cookie).any(|name| !is_of_nobody(name))
}

/// Also at commas, by which several lines are joined.
fn names(cookie: &str) -> impl Iterator<Item = &str> {
    cookie
        .split([';', ','])
        .map(|pair| pair.split('=').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
}

/// Their names, or how a family of names begins.
const OF_NOBODY: [&str; 43] = [
    "AWSALB",
    "AWSALBCORS",
    "AWSALBTG*",
    "CookieConsent",
    "OptanonAlertBoxClosed",
    "OptanonConsent",
    "__cf_bm",
    "__cfruid",
    "__utma",
    "__utmb",
    "__utmc",
    "__utmt",
    "__utmt_*",
    "__utmv",
    "__utmx",
    "__utmz",
    "_cfuvid",
    "_clck",
    "_clsk",
    "_fbc",
    "_fbp",
    "_ga",
    "_ga_*",
    "_gat",
    "_gat_*",
    "_gcl_au",
    "_gcl_aw",
    "_gcl_dc",
    "_gcl_gs",
    "_gid",
    "_hjAbsoluteSessionInProgress",
    "_hjFirstSeen",
    "_hjIncludedIn*",
    "_hjSession*",
    "_hjTLDTest",
    "_hjid",
    "_pk_cvar.*",
    "_pk_hsr.*",
    "_pk_id.*",
    "_pk_ref.*",
    "_pk_ses.*",
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
