//! What do programs learn about the failure?
//!
//! Problem details (RFC 9457) with extension members that say what to do: may the request be repeated, when, and whose
//! move it is. The type is the section of the RFC that defines the error, since a type should resolve to documentation.

use super::Fate;
use super::escape::{add, clean, push_markup};
use super::facts::{View, needs_owner, rfc_3339};
use crate::failure::Explanation;
use crate::json::quoted;

enum Value<'a> {
    Text(&'a str),
    Owned(String),
    Number(u64),
    Flag(bool),
}

/// The members, in the order in which they are written; those that are not known are left out.
fn members<'a>(view: &'a View) -> Vec<(&'static str, Value<'a>)> {
    let incident = view.incident;
    let mut detail = view.what().to_owned();
    if let Some(fate) = view.headed_fate() {
        add(&mut detail, &[" ", &fate]);
    }
    // A repeated PUT or DELETE does no harm, even if the first one was carried out (RFC 9110 §9.2.2).
    let may_repeat = incident.fate != Fate::Unknown || matches!(view.method, "PUT" | "DELETE");
    let mut members = vec![
        ("type", Value::Owned(type_of(incident.error, view.status))),
        ("title", Value::Text(view.title())),
        ("status", Value::Number(u64::from(view.status))),
        ("detail", Value::Owned(detail)),
    ];
    // What was cut is no reference to anything.
    if !view.path.ends_with('…') {
        members.push(("instance", Value::Owned(view.path_here())));
    }
    members.extend([
        ("failure", Value::Text(&view.failure)),
        ("error_category", Value::Text(category(incident.explanation))),
        ("retryable", Value::Flag(incident.retry_after.is_some() && may_repeat)),
    ]);
    members.extend(incident.retry_after.map(|seconds| ("retry_after", Value::Number(seconds))));
    members.push(("owner_action_required", Value::Flag(needs_owner(incident.explanation))));
    members.extend(view.id.as_deref().map(|id| ("request_id", Value::Text(id))));
    members.extend(incident.gateway.map(|name| ("gateway", Value::Owned(clean(name, MAX_GATEWAY)))));
    members.push(("time", Value::Text(&view.time)));
    members.extend(incident.until.map(|until| ("until", Value::Owned(rfc_3339(until)))));
    members
}

/// As JSON.
pub(super) fn json(view: &View) -> String {
    let mut out = String::with_capacity(1024);
    for (name, value) in members(view) {
        let value = match value {
            Value::Text(text) => quoted(text),
            Value::Owned(text) => quoted(&text),
            Value::Number(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
        };
        let before = if out.is_empty() { "{\"" } else { ",\"" };
        add(&mut out, &[before, name, "\":", &value]);
    }
    out + "}\n"
}

/// As XML (RFC 9457 Appendix B).
pub(super) fn xml(view: &View) -> String {
    let mut out = String::with_capacity(1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add(&mut out, &["<problem xmlns=\"urn:ietf:rfc:7807\" xml:lang=\"", view.language.tag(), "\">\n"]);
    for (name, value) in members(view) {
        add(&mut out, &["  <", name, ">"]);
        match value {
            Value::Text(text) => push_markup(&mut out, text),
            Value::Owned(text) => push_markup(&mut out, &text),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::Flag(flag) => out.push_str(&flag.to_string()),
        }
        add(&mut out, &["</", name, ">\n"]);
    }
    out + "</problem>\n"
}

fn type_of(error: Option<&str>, status: u16) -> String {
    const RFCS: &str = "https://www.rfc-editor.org/rfc/";
    let section = |base: &str, section: usize| [RFCS, base, &section.to_string()].concat();
    if let Some(index) = error.and_then(|error| ERRORS.iter().position(|&name| name == error)) {
        return section("rfc9209#section-2.3.", index + 1);
    }
    match status {
        500..=505 => section("rfc9110#section-15.6.", usize::from(status) - 499),
        400..=499 => section("rfc9110#section-15.", 5),
        _ => section("rfc9110#section-15.", 6),
    }
}

const fn category(explanation: Explanation) -> &'static str {
    match explanation {
        Explanation::Connection | Explanation::Tunnel => "connection",
        Explanation::Dns => "dns",
        Explanation::Tls => "tls",
        Explanation::Timeout => "timeout",
        Explanation::BadGateway | Explanation::Incomplete => "origin",
        Explanation::Unavailable => "overload",
        Explanation::Loop => "configuration",
        Explanation::Maintenance => "maintenance",
    }
}

const MAX_GATEWAY: usize = 64;

/// The error types of RFC 9209 in the order of its sections 2.3.1 to 2.3.32.
const ERRORS: [&str; 32] = [
    "dns_timeout",
    "dns_error",
    "destination_not_found",
    "destination_unavailable",
    "destination_ip_prohibited",
    "destination_ip_unroutable",
    "connection_refused",
    "connection_terminated",
    "connection_timeout",
    "connection_read_timeout",
    "connection_write_timeout",
    "connection_limit_reached",
    "tls_protocol_error",
    "tls_certificate_error",
    "tls_alert_received",
    "http_request_error",
    "http_request_denied",
    "http_response_incomplete",
    "http_response_header_section_size",
    "http_response_header_size",
    "http_response_body_size",
    "http_response_trailer_section_size",
    "http_response_trailer_size",
    "http_response_transfer_coding",
    "http_response_content_coding",
    "http_response_timeout",
    "http_upgrade_failed",
    "http_protocol_error",
    "proxy_internal_response",
    "proxy_internal_error",
    "proxy_configuration_error",
    "proxy_loop_detected",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_the_section_that_defines_the_error() {
        for (error, status, expected) in [
            (Some("dns_timeout"), 504, "https://www.rfc-editor.org/rfc/rfc9209#section-2.3.1"),
            (Some("connection_refused"), 502, "https://www.rfc-editor.org/rfc/rfc9209#section-2.3.7"),
            (Some("proxy_loop_detected"), 502, "https://www.rfc-editor.org/rfc/rfc9209#section-2.3.32"),
            (Some("nonsense"), 502, "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.3"),
            (None, 503, "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4"),
            (None, 530, "https://www.rfc-editor.org/rfc/rfc9110#section-15.6"),
            (None, 404, "https://www.rfc-editor.org/rfc/rfc9110#section-15.5"),
        ] {
            assert_eq!(type_of(error, status), expected);
        }
    }
}
