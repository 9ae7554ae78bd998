//! Was this request made by somebody in particular?
//!
//! Cookies are not known to RFC 9111; the practice of shared caches is to leave requests with a session cookie alone.

use crate::fields::Fields;
use crate::pattern::Patterns;

/// Does the request carry a cookie whose name is on the operator's list (without regard to ASCII case)?
pub fn has_session_cookie(fields: &dyn Fields, session_cookies: &Patterns) -> bool {
    // Also at commas: lines of one name are joined by them.
    fields.field("cookie").is_some_and(|cookies| {
        cookies
            .split([';', ','])
            .map(|pair| pair.split('=').next().unwrap_or_default().trim())
            .any(|name| !name.is_empty() && session_cookies.matches_ignoring_case(name))
    })
}
