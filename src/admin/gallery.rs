//! How does every page look? `/.understudy/pages`, and with `?failure=…&lang=…&format=…&theme=…&method=…` any one of them.
//!
//! A page is made by the very function that makes it for a visitor, from the fields that such a visitor would send; what
//! is shown is what is sent, status and header fields included.

use std::fmt::Write as _;

use super::Reply;
use crate::config::Config;
use crate::failure::{Body, Explanation, Failure, Kind, Outcome, Worth, classify};
use crate::fields::FieldLines;
use crate::flow::deployment;
use crate::maintenance::Planned;
use crate::page::{self, Asked, Fate, Format, Incident, Language, Params, Theme};
use crate::report::{self, Passed};
use crate::request::Request;
use crate::time::Time;

/// The list of all pages, or the page that the query names.
#[must_use]
pub fn gallery(request: &Request, config: &Config, now: Time) -> Reply {
    let query = request.parts().query.unwrap_or_default();
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let Some(failure) = value("failure") else { return Reply::new(200, "text/html; charset=utf-8", list()) };
    let chosen = Chosen::new(failure, value, config);
    match chosen {
        Ok(chosen) => chosen.page(request, config, now),
        Err(wrong) => Reply::text(400, &wrong),
    }
}

struct Chosen {
    failure: Option<Failure>,
    language: Option<Language>,
    format: Format,
    theme: Option<Theme>,
    /// Something was submitted.
    submits: bool,
}

impl Chosen {
    /// What is not there is the default; what cannot be is said.
    fn new<'q>(failure: &str, value: impl Fn(&str) -> Option<&'q str>, config: &Config) -> Result<Self, String> {
        let kind = |name: &str| Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        Ok(Self {
            failure: match failure {
                MAINTENANCE => None,
                name => {
                    let kind = kind(name).ok_or_else(|| wrong("failure", name, &failures().join(", ")))?;
                    Some(Failure::new(kind, received(kind, config)))
                }
            },
            language: checked("lang", value("lang"), Language::parse, "a language tag such as de")?,
            format: checked("format", value("format"), format_of, &formats())?.unwrap_or(Format::Html),
            theme: checked("theme", value("theme"), Theme::parse, &themes())?,
            submits: checked("method", value("method"), method, "GET or POST")?.unwrap_or_default(),
        })
    }

    fn page(&self, request: &Request, config: &Config, now: Time) -> Reply {
        let mut fields: FieldLines = vec![("accept".to_owned(), self.format.media_type().to_owned())];
        if self.format == Format::Empty {
            fields = vec![("sec-fetch-dest".to_owned(), "font".to_owned())];
        }
        fields.extend(self.language.map(|language| ("accept-language".to_owned(), language.tag().to_owned())));
        let mut params = config.page.clone();
        if let Some(theme) = self.theme {
            // Whoever asks for one of ours does not want the operator's own page.
            params = Params { theme, template: None, ..params };
        }
        let parts = request.parts();
        let url = [parts.scheme, "://", parts.authority, "/an/example"].concat();
        let method = if self.submits { "POST" } else { "GET" };
        let page = page::render(&params, &self.incident(config, now), &Asked { method, url: &url, fields: &fields });
        let mut lines = page.lines;
        let deployment = deployment(config, request);
        lines.push(("proxy-status".to_owned(), report::proxy_status(None, &deployment, self.passed())));
        Reply { status: page.status, lines, body: page.body }
    }

    fn passed(&self) -> Passed<'static> {
        match self.failure {
            Some(failure) => Passed::failed(failure),
            None => Passed { error: Some("proxy_internal_response"), details: Some(MAINTENANCE), ..Passed::default() },
        }
    }

    fn fate(&self) -> Fate {
        match self.failure {
            _ if !self.submits => Fate::Safe,
            Some(failure) if !failure.never_sent() && failure.kind() != Kind::Loop => Fate::Unknown,
            Some(_) | None => Fate::NotSent,
        }
    }

    /// With the operator's own times, but for the jitter.
    fn incident(&self, config: &Config, now: Time) -> Incident<'static> {
        let wait = config.page_retry_after.as_secs().max(1);
        let incident = |explanation, status, failure, error, retry_after, until| Incident {
            explanation,
            status,
            failure,
            error,
            gateway: None,
            retry_after,
            fate: self.fate(),
            now,
            until,
        };
        match self.failure {
            Some(failure) => {
                let row = failure.kind().row();
                let wait = (row.worth != Worth::GiveUp).then_some(wait);
                incident(row.explanation, failure.status(), failure.kind().as_str(), row.error, wait, None)
            }
            None => {
                let planned = config.maintenance.and_then(|window| window.at(now)).unwrap_or(Planned { until: None });
                let wait = planned.left(now).map_or(wait, |left| left.as_secs().max(1));
                let status = Kind::Unavailable.row().status;
                incident(Explanation::Maintenance, status, MAINTENANCE, None, Some(wait), planned.until)
            }
        }
    }
}

/// The status with which the origin fails so, where a failure of this kind is always an answer.
fn received(kind: Kind, config: &Config) -> Option<u16> {
    let none: FieldLines = Vec::new();
    let body = Body::Prefix { bytes: b"", whole: true };
    let params = &config.failure;
    let is_so = |outcome: Outcome| classify(params, "GET", &outcome).is_some_and(|failure| failure.kind() == kind);
    match kind {
        Kind::Unroutable
        | Kind::Tunnel
        | Kind::GatewayTimeout
        | Kind::BadGateway
        | Kind::Unavailable
        | Kind::OtherStatus => {
            params.statuses.iter().find(|&status| is_so(Outcome::Answered { status, fields: &none, body }))
        }
        Kind::CutShort | Kind::Blank => Some(200),
        _ => None,
    }
}

fn checked<T>(
    name: &str,
    value: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    expected: &str,
) -> Result<Option<T>, String> {
    value.map(|value| parse(value).ok_or_else(|| wrong(name, value, expected))).transpose()
}

fn wrong(name: &str, value: &str, expected: &str) -> String {
    let shown: String = value.chars().take(40).filter(char::is_ascii_graphic).collect();
    format!("{name}={shown}: expected {expected}")
}

/// The last part of the media type, which is enough to tell them apart: `html`, `problem+json`, `plain`.
fn name_of(format: Format) -> &'static str {
    format.media_type().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("empty")
}

/// In a query, `+` may stand for a blank and may be written as `%2B`.
fn format_of(name: &str) -> Option<Format> {
    let plain = name.replace("%2B", "+").replace("%2b", "+");
    Format::ALL.into_iter().find(|format| name_of(*format) == plain)
}

fn method(name: &str) -> Option<bool> {
    ["GET", "POST"].contains(&name).then_some(name == "POST")
}

fn formats() -> String {
    Format::ALL.map(name_of).join(", ")
}

fn themes() -> String {
    Theme::ALL.map(Theme::as_str).join(", ")
}

fn failures() -> Vec<&'static str> {
    Kind::ALL.map(Kind::as_str).into_iter().chain([MAINTENANCE]).collect()
}

/// Every failure with every theme, language and format, as links, and any combination by a form. All text here is our own.
fn list() -> String {
    let mut html = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Pages</title><h1>Pages</h1><p>Every page as a visitor gets it, for the failures below.</p><form>",
    );
    let choices = [
        ("failure", failures()),
        ("theme", Theme::ALL.map(Theme::as_str).to_vec()),
        ("lang", Language::iter().map(Language::tag).collect()),
        ("format", Format::ALL.map(name_of).to_vec()),
        ("method", vec!["GET", "POST"]),
    ];
    for (name, values) in choices {
        let _ = write!(html, "<label>{name} <select name={name}>");
        for value in values {
            let selected = if name == "format" && value == "html" { " selected" } else { "" };
            let _ = write!(html, "<option{selected}>{value}");
        }
        html.push_str("</select></label> ");
    }
    html.push_str("<button>Show</button></form>");
    for name in failures() {
        let _ = write!(html, "<h2>{name}</h2><p>");
        for theme in Theme::ALL.map(Theme::as_str) {
            let _ = write!(html, "<a href=\"?failure={name}&amp;theme={theme}\">{theme}</a> ");
        }
        html.push_str("<p>");
        for format in Format::ALL.map(name_of) {
            let encoded = format.replace('+', "%2B");
            let _ = write!(html, "<a href=\"?failure={name}&amp;format={encoded}\">{format}</a> ");
        }
        html.push_str("<p>");
        for language in Language::iter().map(Language::tag) {
            let _ = write!(html, "<a href=\"?failure={name}&amp;lang={language}\">{language}</a> ");
        }
    }
    html
}

const MAINTENANCE: &str = "maintenance";

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str) -> Reply {
        let fields: FieldLines = Vec::new();
        let request = Request::new("GET".to_owned(), format!("https://a.example/.understudy/pages{query}"), fields);
        gallery(&request, &Config::from_vars(|_| None).0, Time::from_secs(1_000))
    }

    #[test]
    fn lists_pages_that_are_all_there() {
        let list = shown("");
        assert_eq!(list.status, 200);
        let links: Vec<_> = list.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() > 500, "{}", links.len());
        for link in links {
            let page = shown(&link.replace("&amp;", "&"));
            assert!((502..=504).contains(&page.status) || [523, 530].contains(&page.status), "{link}: {}", page.status);
            assert!(page.lines.iter().any(|(name, value)| name == "cache-control" && value == "no-store"), "{link}");
        }
    }

    #[test]
    fn says_what_it_does_not_know() {
        for query in [
            "?failure=x",
            "?failure=dns&lang=xx",
            "?failure=dns&format=pdf",
            "?failure=dns&theme=<b>",
            "?failure=dns&method=PUT",
        ] {
            let reply = shown(query);
            assert_eq!(reply.status, 400, "{query}");
            assert!(reply.body.contains("expected"), "{}", reply.body);
        }
    }

    #[test]
    fn shows_what_was_chosen() {
        let page = shown("?failure=timeout&lang=de&theme=plain");
        assert!(page.body.contains("lang=\"de\"") || page.body.contains("lang=de"), "{}", page.body);
        let problem = shown("?failure=timeout&format=problem%2Bjson");
        assert!(problem.body.starts_with('{'), "{}", problem.body);
        let line = |page: &Reply, name| page.lines.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let maintenance = shown("?failure=maintenance");
        assert_eq!(maintenance.status, 503);
        let status = "a.example;error=proxy_internal_response;details=\"maintenance\"";
        assert_eq!(line(&maintenance, "proxy-status").as_deref(), Some(status));
        let timeout = line(&shown("?failure=timeout"), "proxy-status");
        assert_eq!(timeout.as_deref(), Some("a.example;error=http_response_timeout"));
        let (form, planned) = (shown("?failure=timeout&method=POST"), shown("?failure=maintenance&method=POST"));
        assert!(form.body.contains("not certain whether it arrived"), "{}", form.body);
        assert!(planned.body.contains("It did not reach the website"), "{}", planned.body);
    }
}
