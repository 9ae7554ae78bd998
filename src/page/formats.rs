//! What does a page say where HTML is not asked for?
//!
//! Problem details (RFC 9457) in JSON and XML for programs, Markdown for agents, text for terminals, and the smallest
//! thing that is right for an image, a script, a style sheet, an event stream.

use super::catalog::key;
use super::escape::{add, clean, markdown, push_markup};
use super::facts::{Support, View};
use super::{Fate, Format, html, problem};

/// The content of this page in this format.
pub(super) fn content(view: &View, format: Format) -> String {
    match format {
        Format::Html => html::page(view),
        Format::Problem | Format::Json => problem::json(view),
        Format::ProblemXml | Format::Xml => problem::xml(view),
        Format::Markdown => as_markdown(view),
        Format::Text => as_text(view),
        Format::Svg => svg(view),
        Format::EventStream => event_stream(view),
        Format::Script | Format::Style | Format::GrpcWeb | Format::Empty => String::new(),
    }
}

/// The sentences of the page, in the order in which they matter.
fn paragraphs(view: &View) -> Vec<String> {
    let mut said = vec![view.what().to_owned()];
    said.push(view.whose_side().to_owned());
    said.extend(view.headed_fate());
    if view.incident.fate != Fate::Unknown {
        said.extend(view.advice().map(str::to_owned));
        said.extend(view.when());
    }
    said.extend(view.until());
    said
}

fn headline(view: &View) -> String {
    match view.label() {
        Some(label) => [label.as_str(), view.catalog.colon(), view.title()].concat(),
        None => view.title().to_owned(),
    }
}

fn as_text(view: &View) -> String {
    let mut out = [&headline(view), "\n"].concat();
    for paragraph in paragraphs(view) {
        out.push('\n');
        out.push_str(&paragraph);
    }
    out.push('\n');
    for (label, value) in view.facts().into_iter().chain(help(view)) {
        out.push('\n');
        add(&mut out, &[label, view.catalog.colon(), &view.isolated(value)]);
    }
    out.push('\n');
    out
}

fn as_markdown(view: &View) -> String {
    let mut out = ["# ", &markdown(&headline(view)), "\n"].concat();
    for paragraph in paragraphs(view) {
        out.push('\n');
        out.push_str(&markdown(&paragraph));
        out.push('\n');
    }
    out.push_str("\n## ");
    out.push_str(view.text(key!("facts_title")));
    out.push('\n');
    for (label, value) in view.facts() {
        // A code span cannot be left without its fence, and the value has none.
        let value = view.isolated(&["`", &value.replace('`', "'"), "`"].concat());
        add(&mut out, &["\n- ", label, view.catalog.colon(), &value]);
    }
    for (label, target) in help(view) {
        let scheme = if target.contains("://") { "" } else { "mailto:" };
        let link = view.isolated(&["<", scheme, target, ">"].concat());
        add(&mut out, &["\n- ", label, view.catalog.colon(), &link]);
    }
    out.push('\n');
    out
}

fn help<'v>(view: &'v View) -> impl Iterator<Item = (&'static str, &'v str)> {
    let status = view.status_link().map(|url| (view.text(key!("status_link")), url));
    let support = view.support().map(|s| match s {
        Support::Link(to) | Support::Mail(to) => (view.text(key!("support_link")), to),
    });
    status.into_iter().chain(support)
}

/// A dashed frame with a gap in it, as tall and wide as its place, which says why it is empty when pointed at or read.
fn svg(view: &View) -> String {
    let mut out = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48" viewBox="0 0 64 48" role="img"><title>"##,
    );
    push_markup(&mut out, &clean(&headline(view), MAX_SVG_TITLE));
    out.push_str(
        r##"</title><g fill="none" stroke="#7a7f8a" stroke-width="2" stroke-linecap="round"><rect x="4" y="4" width="56" height="40" rx="5" stroke-dasharray="5 5"/><path d="M18 24h10m8 0h10m-16-5 4 10"/></g></svg>"##,
    );
    out.push('\n');
    out
}

/// Tells an `EventSource` when to come back, as far as it listens to an error at all.
fn event_stream(view: &View) -> String {
    let millis = view.incident.retry_after.map_or(0, |seconds| seconds.saturating_mul(1000));
    match millis {
        0 => String::from(": \n\n"),
        millis => format!("retry: {millis}\n\n"),
    }
}

const MAX_SVG_TITLE: usize = 120;
