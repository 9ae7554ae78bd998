//! What does the page that people read look like?
//!
//! One structure for all themes, which differ in their style sheets; `about` holds what only the curious open. All texts
//! of the catalogue are free of markup (a test sees to it); what comes from outside goes through [`push_markup`].

use super::asset::{Asset, asset, hash};
use super::catalog::key;
use super::escape::{add, percent, push_markup};
use super::facts::{Support, View, rfc_3339};
use super::{Theme, about, art, diagram, style};

/// The page.
pub(super) fn page(view: &View) -> String {
    let mut out = String::with_capacity(ABOUT);
    head(&mut out, view);
    out.push_str("<body>\n");
    header(&mut out, view);
    out.push_str("<main>\n");
    what(&mut out, view);
    diagram::push(&mut out, view);
    add(&mut out, &["<p id=\"side\">", view.whose_side(), "</p>\n"]);
    fate(&mut out, view);
    next(&mut out, view);
    about::push(&mut out, view);
    facts(&mut out, view);
    out.push_str("</main>\n<footer><p>");
    standin(&mut out, view);
    add(&mut out, &["</p></footer>\n<script>", SCRIPT.text, "</script>\n</body>\n</html>\n"]);
    out
}

/// Its content security policy: nothing but its own styles and script, by their hashes.
pub(super) fn policy(view: &View) -> String {
    let mut out = String::from("default-src 'none'; style-src");
    let source = |out: &mut String, hash: &[u8]| {
        add(out, &[" 'sha256-", str::from_utf8(hash).unwrap_or_default(), "'"]);
    };
    for style in view.params.theme.styles().into_iter().flatten() {
        source(&mut out, &style.hash);
    }
    let own = style::own(view);
    if !own.is_empty() {
        source(&mut out, &hash(own.as_bytes()));
    }
    out.push_str("; script-src");
    source(&mut out, &SCRIPT.hash);
    if view.reloads_after().is_some() {
        out.push_str("; connect-src 'self'");
    }
    out.push_str("; img-src data:");
    if view.logo().is_some_and(|logo| logo.starts_with("https:")) {
        out.push_str(" https:");
    }
    out + "; base-uri 'none'; form-action 'none'"
}

fn head(out: &mut String, view: &View) {
    add(out, &["<!doctype html>\n<html lang=\"", view.language.tag(), "\" dir=\"", view.direction(), "\">\n<head>\n"]);
    out.push_str(
        "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    );
    add(out, &["<meta name=\"color-scheme\" content=\"light dark\">\n<title>", view.title(), " · "]);
    push_markup(out, &view.site);
    add(
        out,
        &[
            "</title>
",
            ICON,
            "
",
        ],
    );
    for style in view.params.theme.styles().into_iter().flatten() {
        add(
            out,
            &[
                "<style>",
                style.text,
                "</style>
",
            ],
        );
    }
    let own = style::own(view);
    if !own.is_empty() {
        add(out, &["<style>", &own, "</style>\n"]);
    }
    if let Some(waits) = view.waits() {
        out.push_str("<noscript><meta http-equiv=\"refresh\" content=\"");
        push_markup(out, &waits.refresh);
        out.push_str("\"></noscript>\n");
    }
    out.push_str("</head>\n");
}

fn header(out: &mut String, view: &View) {
    out.push_str("<header><p class=\"site\">");
    if let Some(logo) = view.logo() {
        out.push_str("<img alt=\"\" src=\"");
        push_markup(out, logo);
        out.push_str("\">");
    }
    out.push_str("<bdi>");
    push_markup(out, &view.site);
    out.push_str("</bdi></p></header>\n");
}

fn what(out: &mut String, view: &View) {
    if view.params.theme == Theme::Friendly {
        art::push(out, view.incident.explanation);
    }
    if let Some(label) = view.label() {
        add(out, &["<p class=\"label\">", &label, "</p>\n"]);
    }
    add(out, &["<h1>", view.title(), "</h1>\n<p class=\"lead\">", view.what(), "</p>\n"]);
}

fn fate(out: &mut String, view: &View) {
    let Some(fate) = view.fate() else { return };
    add(
        out,
        &[
            "<section>\n<h2>",
            view.text(key!("fate_title")),
            "</h2>\n<p>",
            fate,
            "</p>\n<p id=\"keep\">",
            view.text(key!("fate_keep")),
        ],
    );
    add(out, &["</p>\n<p><button class=\"button\" type=\"button\" id=\"go-back\" hidden>", view.text(key!("go_back"))]);
    out.push_str("</button></p>\n</section>\n");
}

/// What to do, and when the page itself does something. The script finds its texts in the attributes.
fn next(out: &mut String, view: &View) {
    out.push_str("<section class=\"next\" id=\"next\"");
    let waits = view.waits();
    let mut data = |name: &str, value: &str| add(out, &[" data-", name, "=\"", value, "\""]);
    data("copy", view.text(key!("copy")));
    data("copied", view.text(key!("copied")));
    data("colon", view.catalog.colon());
    data("zero", view.catalog.zero().encode_utf8(&mut [0; 4]));
    if let Some(waits) = &waits {
        data("wait", &waits.digits);
        data("status", &view.code);
        data("plural", &view.catalog.plural_categories());
        for (name, key) in [
            ("seconds", key!("in_seconds")),
            ("minutes", key!("in_minutes")),
            ("hours", key!("in_hours")),
            ("days", key!("in_days")),
            ("check", key!("check_in")),
            ("checking", key!("checking")),
            ("back", key!("back")),
            ("gave-up", key!("gave_up")),
            ("offline", key!("offline")),
        ] {
            data(name, view.text(key));
        }
    }
    add(out, &[">\n<h2>", view.text(key!("todo_title")), "</h2>\n"]);
    if let Some(advice) = view.advice() {
        add(out, &["<p id=\"advice\">", advice, "</p>\n"]);
    }
    if let Some(until) = view.incident.until {
        let iso = rfc_3339(until);
        let time =
            ["<time data-t dir=\"auto\" datetime=\"", &iso, "\">", &super::facts::plain(until), "</time>"].concat();
        add(out, &["<p>", &view.catalog.fill(key!("until"), "{time}", &time), "</p>\n"]);
    }
    if let Some(waits) = &waits {
        add(out, &["<p class=\"count\" id=\"count\" role=\"timer\">", &waits.sentence, "</p>\n"]);
        out.push_str("<div class=\"bar\" id=\"bar\" hidden><i></i></div>\n");
        add(out, &["<p>", view.text(key!("check_auto")), "</p>\n<p class=\"sr\" id=\"say\" role=\"status\"></p>\n"]);
    } else if let Some(when) = view.when() {
        add(out, &["<p>", &when, "</p>\n"]);
    }
    if view.is_safe() {
        add(out, &["<p><a class=\"button\" id=\"again\" href=\"\">", view.text(key!("try_now")), "</a></p>\n"]);
    }
    if !view.is_maintenance() {
        add(out, &["<p id=\"report\">", view.text(key!("todo_report")), "</p>\n"]);
    }
    links(out, view);
    out.push_str("</section>\n");
}

fn links(out: &mut String, view: &View) {
    let (status, support) = (view.status_link(), view.support());
    if status.is_none() && support.is_none() {
        return;
    }
    out.push_str("<p class=\"links\">");
    let mut link = |to: &str, text: &str, address: Option<&str>| {
        out.push_str("<a href=\"");
        push_markup(out, to);
        add(out, &["\">", text]);
        // On paper and without a mail program, a link alone leads nowhere.
        if let Some(address) = address {
            add(out, &[view.catalog.colon(), "<bdi dir=\"ltr\">"]);
            push_markup(out, address);
            out.push_str("</bdi>");
        }
        out.push_str("</a>");
    };
    if let Some(url) = status {
        link(url, view.text(key!("status_link")), None);
    }
    match support {
        Some(Support::Link(url)) => link(url, view.text(key!("support_link")), None),
        Some(Support::Mail(address)) => link(&mail(view, address), view.text(key!("support_link")), Some(address)),
        None => {}
    }
    out.push_str("</p>\n");
}

/// A mail that already holds the facts (RFC 6068).
fn mail(view: &View, address: &str) -> String {
    let mut body = String::from("\r\n\r\n");
    for (label, value) in view.facts() {
        body.extend([label, view.catalog.colon(), &view.isolated(value), "\r\n"]);
    }
    let subject =
        [view.site.as_str(), view.catalog.colon(), &view.label().unwrap_or_else(|| view.title().to_owned())].concat();
    ["mailto:", &address.replace('%', "%25"), "?subject=", &percent(&subject), "&body=", &percent(&body)].concat()
}

fn facts(out: &mut String, view: &View) {
    add(
        out,
        &[
            "<section>\n<h2>",
            view.text(key!("facts_title")),
            "</h2>\n<p>",
            view.text(key!("facts_hint")),
            "</p>\n<dl id=\"facts\">\n",
        ],
    );
    for (label, value) in view.facts() {
        add(out, &["<dt>", label, "</dt><dd><bdi dir=\"ltr\">"]);
        push_markup(out, value);
        out.push_str("</bdi></dd>\n");
    }
    add(
        out,
        &[
            "</dl>\n<p><button class=\"button quiet\" type=\"button\" id=\"copy\" aria-live=\"polite\" hidden>",
            view.text(key!("copy")),
        ],
    );
    out.push_str("</button></p>\n</section>\n");
}

fn standin(out: &mut String, view: &View) {
    let (before, after) = view.text(key!("standin")).split_once("{site}").unwrap_or_default();
    add(out, &[before, "<bdi>"]);
    push_markup(out, &view.site);
    add(out, &["</bdi>", after]);
}

/// A page is about so long, in bytes.
const ABOUT: usize = 24 * 1024;
/// So that no browser asks the broken website for its icon.
const ICON: &str = r##"<link rel="icon" href="data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2016%2016'%3E%3Ccircle%20cx='8'%20cy='8'%20r='6'%20fill='none'%20stroke='%23888'%20stroke-width='2.5'%20stroke-dasharray='28%2010'/%3E%3C/svg%3E">"##;

static SCRIPT: Asset = asset!("page.js");
