//! Which header fields go with a page? RFC 9110 §8.3, §10.2.3 and §12.5.5, RFC 9111 §5.2.2.5, RFC 9457.

use std::rc::Rc;

use super::facts::View;
use super::{Format, Incident, Lines, Page, html};
use crate::failure::Explanation;
use crate::fields::FieldLines;

/// The page with its status and header fields; without its content if the method is HEAD (RFC 9110 §9.3.2).
pub(super) fn finish(view: &View, format: Format, content: String) -> Page {
    let policy = if format == Format::Html { html::policy(view) } else { NOTHING.to_owned() };
    with_policy(view, format, content, policy)
}

/// The same for an operator's own page, whose styles, scripts and images are the operator's business.
pub(super) fn finish_template(view: &View, content: String) -> Page {
    with_policy(view, Format::Html, content, OPERATORS.to_owned())
}

fn with_policy(view: &View, format: Format, content: String, policy: String) -> Page {
    let mut lines = Shared(Vec::with_capacity(16));
    if let Some(content_type) = content_type(format) {
        lines.add("content-type", content_type);
    }
    if !content.is_empty() {
        lines.add("content-language", view.language.tag());
    }
    lines.add("cache-control", "no-store");
    lines.add("vary", "Accept, Accept-Language");
    lines.add("x-robots-tag", "noindex");
    lines.add("x-content-type-options", "nosniff");
    lines.add("referrer-policy", "no-referrer");
    lines.add("content-security-policy", policy);
    match format {
        // Without this a program on another origin sees a “CORS error” instead of the outage. Nothing in these formats
        // is more than what the asker knows already.
        Format::Problem | Format::Json | Format::ProblemXml | Format::Xml => {
            lines.add("access-control-allow-origin", "*");
            lines.add("access-control-expose-headers", "Retry-After");
        }
        Format::GrpcWeb => {
            lines.add("grpc-status", grpc_status(view));
            lines.add("grpc-message", super::escape::percent(view.title()));
            lines.add("access-control-allow-origin", "*");
            lines.add("access-control-expose-headers", "Retry-After, Grpc-Status, Grpc-Message");
        }
        _ => {}
    }
    page(view.status, Rc::new(lines.0), view.incident, view.method, content)
}

/// With what differs from one page of an outage to the next.
pub(super) fn page(status: u16, shared: Rc<FieldLines>, incident: &Incident, method: &str, content: String) -> Page {
    let mut own = Vec::with_capacity(4);
    // RFC 9110 §6.6.1; in production the edge has the last word.
    own.push(("date".to_owned(), incident.now.http_date()));
    own.push(("content-length".to_owned(), content.len().to_string()));
    own.extend(incident.retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())));
    let body = if method == "HEAD" { String::new() } else { content };
    Page { status, lines: Lines::new(shared, own), body }
}

struct Shared(FieldLines);

impl Shared {
    fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }
}

const fn content_type(format: Format) -> Option<&'static str> {
    Some(match format {
        Format::Html => "text/html; charset=utf-8",
        Format::ProblemXml => "application/problem+xml; charset=utf-8",
        Format::Xml => "application/xml; charset=utf-8",
        Format::Markdown => "text/markdown; charset=utf-8",
        Format::Text => "text/plain; charset=utf-8",
        Format::Svg => "image/svg+xml; charset=utf-8",
        Format::Script => "text/javascript; charset=utf-8",
        Format::Style => "text/css; charset=utf-8",
        // Always UTF-8; neither registers the parameter.
        Format::Problem | Format::Json | Format::EventStream | Format::GrpcWeb => format.media_type(),
        Format::Empty => return None,
    })
}

/// gRPC's codes DEADLINE_EXCEEDED, UNAVAILABLE (worth another try) and INTERNAL.
const fn grpc_status(view: &View) -> &'static str {
    match (view.incident.explanation, view.incident.retry_after) {
        (Explanation::Timeout, _) => "4",
        (_, Some(_)) => "14",
        _ => "13",
    }
}

const OPERATORS: &str = "object-src 'none'; base-uri 'none'; form-action 'self'";
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'";
