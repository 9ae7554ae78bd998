//! What do programs learn about the failure?
//!
//! Problem details (RFC 9457) with extension members that say what to do: may the request be repeated, when, and whose
//! move it is. The type is the section of the RFC that defines the error, since a type should resolve to documentation.

use serde::Serialize;

use super::Fate;
use super::escape::push_markup;
use super::facts::{View, rfc_3339};
use crate::failure::Explanation;

#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: String,
    instance: &'a str,
    failure: &'a str,
    error_category: &'static str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    owner_action_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl<'a> Problem<'a> {
    fn new(view: &'a View) -> Self {
        let incident = view.incident;
        let detail =
            [Some(view.what().to_owned()), view.headed_fate()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        // A repeated PUT or DELETE does no harm, even if the first one was carried out (RFC 9110 §9.2.2).
        let may_repeat = incident.fate != Fate::Unknown || matches!(view.method, "PUT" | "DELETE");
        Self {
            r#type: type_of(incident.error, view.status),
            title: view.title(),
            status: view.status,
            detail,
            instance: &view.path,
            failure: &view.failure,
            error_category: category(incident.explanation),
            retryable: incident.retry_after.is_some() && may_repeat,
            retry_after: incident.retry_after,
            owner_action_required: needs_owner(incident.explanation),
            request_id: view.id.as_deref(),
            gateway: incident.gateway.map(|name| super::escape::clean(name, MAX_GATEWAY)),
            time: &view.time,
            until: incident.until.map(rfc_3339),
        }
    }
}

/// As JSON.
pub(super) fn json(view: &View) -> String {
    // Strings, numbers and booleans only: there is nothing that could fail.
    serde_json::to_string(&Problem::new(view)).unwrap_or_default() + "\n"
}

/// As XML (RFC 9457 Appendix B).
pub(super) fn xml(view: &View) -> String {
    let problem = Problem::new(view);
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem xmlns=\"urn:ietf:rfc:7807\" xml:lang=\"");
    out.push_str(view.language.tag());
    out.push_str("\">\n");
    let mut element = |name: &str, value: &str| {
        out.extend(["  <", name, ">"]);
        push_markup(&mut out, value);
        out.extend(["</", name, ">\n"]);
    };
    element("type", &problem.r#type);
    element("title", problem.title);
    element("status", &view.code);
    element("detail", &problem.detail);
    element("instance", problem.instance);
    element("failure", problem.failure);
    element("error_category", problem.error_category);
    element("retryable", if problem.retryable { "true" } else { "false" });
    if let Some(seconds) = problem.retry_after {
        element("retry_after", &seconds.to_string());
    }
    element("owner_action_required", if problem.owner_action_required { "true" } else { "false" });
    for (name, value) in [
        ("request_id", problem.request_id),
        ("gateway", problem.gateway.as_deref()),
        ("time", Some(problem.time)),
        ("until", problem.until.as_deref()),
    ] {
        if let Some(value) = value {
            element(name, value);
        }
    }
    out.push_str("</problem>\n");
    out
}

fn type_of(error: Option<&str>, status: u16) -> String {
    if let Some(section) = error.and_then(|error| ERRORS.iter().position(|&name| name == error)) {
        return format!("https://www.rfc-editor.org/rfc/rfc9209#section-2.3.{}", section + 1);
    }
    match status {
        500..=505 => format!("https://www.rfc-editor.org/rfc/rfc9110#section-15.6.{}", status - 499),
        400..=499 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5".to_owned(),
        _ => "https://www.rfc-editor.org/rfc/rfc9110#section-15.6".to_owned(),
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

/// Does it stay broken until somebody changes a setting?
const fn needs_owner(explanation: Explanation) -> bool {
    matches!(explanation, Explanation::Dns | Explanation::Tls | Explanation::Loop)
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
