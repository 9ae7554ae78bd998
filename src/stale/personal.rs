//! Was this request made by somebody in particular, and may its answer be shared all the same?
//!
//! `Authorization` is a matter of RFC 9111 §3.5. Cookies are unknown to that RFC; the practice of shared caches is to
//! leave requests with a session cookie alone.

use super::directives::Directives;
use crate::fields::Fields;
use crate::pattern::Patterns;

/// Is one of the cookies in a `Cookie` value on the operator's list (by name, without regard to ASCII case)?
pub fn names_a_session(cookie: &str, session_cookies: &Patterns) -> bool {
    // Also at commas, by which several lines are joined.
    cookie
        .split([';', ','])
        .map(|pair| pair.split('=').next().unwrap_or_default().trim())
        .any(|name| !name.is_empty() && session_cookies.matches_ignoring_case(name))
}

/// Does the response permit that requests with `Authorization` share it (RFC 9111 §3.5)?
pub fn permits_authorized(directives: &Directives) -> bool {
    directives.public || directives.must_revalidate || directives.s_maxage.is_some()
}

/// Does nothing in the request say who asks?
pub fn is_anonymous(fields: &dyn Fields) -> bool {
    fields.field("cookie").is_none() && fields.field("authorization").is_none()
}
