//! Which pages are there to look at? Links to every failure with every status, theme, format and language, and a form for any
//! combination. All text here is our own.

use std::fmt::Write as _;

use super::answers::answers;
use super::{MAINTENANCE, METHODS, SHOWS, failures, name_of};
use crate::config::Config;
use crate::failure::Kind;
use crate::page::{Format, Language, Theme};
use crate::sort::sorted;

/// The list, as HTML.
pub(super) fn list(config: &Config) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Pages</title><h1>Pages</h1><p>Every page as a visitor gets it, for the failures below.</p>",
    );
    form(&mut html, config);
    for failure in failures() {
        let _ = write!(html, "<h2>{failure}</h2>");
        paragraph(&mut html, failure, "theme", &or_default(Theme::ALL.map(Theme::as_str)));
        paragraph(&mut html, failure, "format", &Format::ALL.map(name_of));
        paragraph(&mut html, failure, "lang", &Language::iter().map(Language::tag).collect::<Vec<_>>());
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == failure);
        let statuses: Vec<_> = kind.into_iter().flat_map(|kind| statuses(kind, config)).collect();
        paragraph(&mut html, failure, "status", &statuses.iter().map(String::as_str).collect::<Vec<_>>());
        if failure == MAINTENANCE {
            paragraph(&mut html, failure, "until", &[LASTS]);
        }
    }
    html
}

/// Any combination. What is left at the default is as the operator has it.
fn form(html: &mut String, config: &Config) {
    let mut all = sorted(Kind::ALL.into_iter().flat_map(|kind| statuses(kind, config)).collect());
    all.dedup();
    let choices = [
        ("failure", failures()),
        ("status", or_default(all.iter().map(String::as_str))),
        ("until", or_default([LASTS])),
        ("theme", or_default(Theme::ALL.map(Theme::as_str))),
        ("lang", or_default(Language::iter().map(Language::tag))),
        ("format", Format::ALL.map(name_of).to_vec()),
        ("method", METHODS.to_vec()),
        ("show", SHOWS.to_vec()),
    ];
    html.push_str("<form>");
    for (name, values) in choices {
        let _ = write!(html, "<label>{name} <select name={name}>");
        for value in values {
            html.push_str(match value {
                "" => "<option value=\"\">default",
                "html" => "<option selected>",
                _ => "<option>",
            });
            html.push_str(value);
        }
        html.push_str("</select></label> ");
    }
    html.push_str("<button>Show</button></form>");
}

/// One failure with each of the values, and with the header fields of each format.
fn paragraph(html: &mut String, failure: &str, name: &str, values: &[&str]) {
    html.push_str("<p>");
    for value in values {
        let (rest, shown) = match *value {
            "" => (String::new(), "default"),
            value => (["&amp;", name, "=", &value.replace('+', "%2B")].concat(), value),
        };
        let _ = write!(html, "<a href=\"?failure={failure}{rest}\">{shown}</a> ");
        if name == "format" {
            let _ = write!(html, "(<a href=\"?failure={failure}{rest}&amp;show=headers\">headers</a>) ");
        }
    }
}

fn statuses(kind: Kind, config: &Config) -> impl Iterator<Item = String> {
    answers(kind, config).into_iter().map(|answer| answer.status.to_string())
}

fn or_default<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    [""].into_iter().chain(values).collect()
}

/// How long maintenance lasts in the example.
const LASTS: &str = "2h";
