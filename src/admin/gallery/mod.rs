//! How does every page look? `/.understudy/pages`, and with `?failure=…` any one of them.
//!
//! What else may be chosen: `lang`, `format`, `theme`, `method`, the `status` that the origin sends, and `until` for
//! maintenance; empty is as good as absent. A page is made by the very function that makes it for a visitor, from the
//! fields that such a visitor would send; what is shown is what is sent, status and header fields included. A browser
//! hides those, and shows nothing of a page for scripts or fonts: `show=headers` writes it all out.
//!
//! Which pages there are to choose from is in `list`, with which answers an origin fails in `answers`.

mod answers;
mod list;

use std::fmt::Write as _;
use std::time::Duration;

use answers::{answers, usual};

use super::Reply;
use crate::config::{self, Config};
use crate::failure::{Explanation, Failure, Kind, Worth};
use crate::fields::{FieldLines, Fields};
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
    let Some(failure) = value("failure") else {
        return Reply::new(200, "text/html; charset=utf-8", list::list(config));
    };
    let chosen = Chosen::new(failure, |name| value(name).filter(|value| !value.is_empty()), config);
    match chosen {
        Ok(chosen) if chosen.headers => written_out(&chosen.page(request, config, now)),
        Ok(chosen) => chosen.page(request, config, now),
        Err(wrong) => Reply::text(400, &wrong),
    }
}

/// As text, in which nothing has to be escaped.
fn written_out(page: &Reply) -> Reply {
    let mut text = format!("HTTP {}\n", page.status);
    for (name, value) in &page.lines {
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    text.push_str(&page.body);
    Reply::text(200, &text)
}

struct Chosen {
    failure: Option<Failure>,
    /// Who says so.
    gateway: Option<&'static str>,
    language: Option<Language>,
    format: Format,
    theme: Option<Theme>,
    /// Something was submitted.
    submits: bool,
    /// How long maintenance lasts, if not as the operator says.
    lasts: Option<Duration>,
    /// Status and header fields are to be seen, too.
    headers: bool,
}

impl Chosen {
    /// What is not there is the default; what cannot be is said.
    fn new<'q>(failure: &str, value: impl Fn(&str) -> Option<&'q str>, config: &Config) -> Result<Self, String> {
        let by_name = |kind: &Kind| kind.as_str() == failure;
        // As drills have it: the status alone says which failure it is.
        let sends = |kind: &Kind| answers(*kind, config).iter().any(|answer| answer.status.to_string() == failure);
        let found = || Kind::ALL.into_iter().find(by_name).or_else(|| Kind::ALL.into_iter().find(sends));
        let kind = match failure {
            MAINTENANCE => None,
            name => Some(found().ok_or_else(|| wrong("failure", name, &failures().join(", ")))?),
        };
        let meant = kind.filter(|kind| !by_name(kind)).map(|_| failure);
        let answers = kind.map(|kind| answers(kind, config)).unwrap_or_default();
        let expected = answers.iter().map(|answer| answer.status.to_string()).collect::<Vec<_>>().join(", ");
        let status = |text: &str| answers.iter().find(|answer| answer.status.to_string() == text).copied();
        let status = checked("status", value("status").or(meant), status, or_none(&expected))?;
        let answer = status.or_else(|| usual(kind?, &answers));
        let lasts = |text: &str| kind.is_none().then(|| config::duration(text)).flatten();
        let ends = if kind.is_none() { "a duration such as 2h" } else { "" };
        Ok(Self {
            failure: kind.map(|kind| Failure::new(kind, answer.map(|answer| answer.status))),
            gateway: answer.and_then(|answer| answer.gateway),
            lasts: checked("until", value("until"), lasts, or_none(ends))?,
            language: checked("lang", value("lang"), Language::parse, "a language tag such as de")?,
            format: checked("format", value("format"), format_of, &formats())?.unwrap_or(Format::Html),
            theme: checked("theme", value("theme"), Theme::parse, &themes())?,
            submits: checked("method", value("method"), second_of(METHODS), "GET or POST")?.unwrap_or_default(),
            headers: checked("show", value("show"), second_of(SHOWS), "page or headers")?.unwrap_or_default(),
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
        lines.push("proxy-status", report::proxy_status(None, deployment, self.passed()));
        Reply { status: page.status, lines: lines.lines(), body: page.body }
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
            gateway: self.gateway,
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
                let set = || config.maintenance.and_then(|window| window.at(now)).unwrap_or(Planned { until: None });
                let planned = self.lasts.map_or_else(set, |lasts| Planned { until: Some(now + lasts) });
                let wait = planned.left(now).map_or(wait, |left| left.as_secs().max(1));
                let status = Kind::Unavailable.row().status;
                incident(Explanation::Maintenance, status, MAINTENANCE, None, Some(wait), planned.until)
            }
        }
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
    let plain = name.replace("%2B", "+").replace("%2b", "+").replace("%2F", "/").replace("%2f", "/");
    let is_it = |format: &Format| {
        let (name, media) = (name_of(*format), format.media_type());
        // `problem` for `problem+json`, and the whole media type.
        [name, media, name.split('+').next().unwrap_or(name)].iter().any(|name| name.eq_ignore_ascii_case(&plain))
    };
    let short = || SHORT.iter().find(|(name, _)| *name == plain).map(|(_, format)| *format);
    Format::ALL.into_iter().find(is_it).or_else(short)
}

/// Is it the second of two values?
fn second_of(two: [&'static str; 2]) -> impl Fn(&str) -> Option<bool> {
    move |name| two.iter().position(|value| *value == name).map(|at| at == 1)
}

const fn or_none(expected: &str) -> &str {
    if expected.is_empty() { "none for this failure" } else { expected }
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

const MAINTENANCE: &str = "maintenance";
/// What else people call them.
const SHORT: [(&str, Format); 4] =
    [("text", Format::Text), ("txt", Format::Text), ("md", Format::Markdown), ("js", Format::Script)];
const METHODS: [&str; 2] = ["GET", "POST"];
const SHOWS: [&str; 2] = ["page", "headers"];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str) -> Reply {
        seen(query, &[])
    }

    /// With these variables.
    fn seen(query: &str, vars: &[(&str, &str)]) -> Reply {
        let fields: FieldLines = Vec::new();
        let request = Request::new("GET".to_owned(), format!("https://a.example/.understudy/pages{query}"), fields);
        let value = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        gallery(&request, &Config::from_vars(value).0, Time::from_secs(1_000))
    }

    #[test]
    fn lists_pages_that_are_all_there() {
        let list = shown("");
        assert_eq!(list.status, 200);
        let links: Vec<_> = list.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() > 500, "{}", links.len());
        for link in links {
            let page = shown(&link.replace("&amp;", "&"));
            let is_headers = link.ends_with("&amp;show=headers");
            assert_eq!(page.status == 200, is_headers, "{link}: {}", page.status);
            assert!(is_headers || page.status >= 502, "{link}: {}", page.status);
            assert!(page.lines.iter().any(|(name, value)| name == "cache-control" && value == "no-store"), "{link}");
        }
    }

    #[test]
    fn its_form_offers_nothing_but_what_is_there() {
        let list = shown("").body;
        for select in list.split("<select name=").skip(1) {
            let (name, rest) = select.split_once('>').unwrap_or_default();
            let options = rest.split("</select>").next().unwrap_or_default();
            for option in options.split("<option").skip(1).filter(|option| !option.starts_with(" value=\"\"")) {
                let (_, value) = option.split_once('>').unwrap_or_default();
                let query = match name {
                    "failure" => format!("?failure={value}"),
                    "until" => format!("?failure=maintenance&until={value}"),
                    "status" => {
                        let one = failures().into_iter().map(|failure| format!("?failure={failure}&status={value}"));
                        let page = one.map(|query| shown(&query)).find(|page| page.status != 400);
                        assert_eq!(page.map(|page| page.status.to_string()).as_deref(), Some(value));
                        continue;
                    }
                    _ => format!("?failure=dns&{name}={}", value.replace('+', "%2B")),
                };
                assert_ne!(shown(&query).status, 400, "{query}");
            }
        }
        assert_eq!(shown("?failure=dns&status=&until=&theme=&lang=&format=&method=&show=").status, 502);
    }

    #[test]
    fn says_what_it_does_not_know() {
        for (query, expected) in [
            ("?failure=x", "unreachable, refused"),
            ("?failure=", "unreachable, refused"),
            ("?failure=dns&lang=xx", "a language tag"),
            ("?failure=dns&format=pdf", "plain, problem+json"),
            ("?failure=dns&theme=<b>", "understudy, plain"),
            ("?failure=dns&method=PUT", "GET or POST"),
            ("?failure=dns&show=body", "page or headers"),
            ("?failure=dns&status=521", "530"),
            ("?failure=protocol&status=<b>", "520, 527, 528"),
            ("?failure=terminated&status=502", "none for this failure"),
            ("?failure=maintenance&status=503", "none for this failure"),
            ("?failure=maintenance&until=soon", "such as 2h"),
            ("?failure=dns&until=2h", "none for this failure"),
        ] {
            let reply = shown(query);
            assert_eq!(reply.status, 400, "{query}");
            let (_, says) = reply.body.split_once(": expected ").unwrap_or_default();
            assert!(says.contains(expected), "{query}: {}", reply.body);
        }
    }

    #[test]
    fn knows_what_people_call_it() {
        for (query, same) in [
            ("?failure=502", "?failure=bad_gateway"),
            ("?failure=521", "?failure=refused&status=521"),
            ("?failure=530&status=530", "?failure=dns&status=530"),
            ("?failure=dns&format=text", "?failure=dns&format=plain"),
            ("?failure=dns&format=md", "?failure=dns&format=markdown"),
            ("?failure=dns&format=svg", "?failure=dns&format=svg%2Bxml"),
            ("?failure=dns&format=problem", "?failure=dns&format=problem+json"),
            ("?failure=dns&format=application%2Fproblem%2Bjson", "?failure=dns&format=problem+json"),
            ("?failure=dns&format=text/html", "?failure=dns"),
            ("?failure=dns&format=HTML", "?failure=dns"),
        ] {
            let (page, same) = (shown(query), shown(same));
            assert!(page.status != 400 && page.body == same.body && page.lines == same.lines, "{query}: {}", page.body);
        }
    }

    fn line<'r>(page: &'r Reply, name: &str) -> Option<&'r str> {
        page.lines.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn shows_what_was_chosen() {
        let page = shown("?failure=timeout&lang=de&theme=plain");
        assert!(page.body.contains("lang=\"de\"") || page.body.contains("lang=de"), "{}", page.body);
        let problem = shown("?failure=timeout&format=problem%2Bjson");
        assert!(problem.body.starts_with('{'), "{}", problem.body);
        let maintenance = shown("?failure=maintenance");
        assert_eq!(maintenance.status, 503);
        let status = "a.example;error=proxy_internal_response;details=\"maintenance\"";
        assert_eq!(line(&maintenance, "proxy-status"), Some(status));
        let timeout = shown("?failure=timeout");
        assert_eq!(line(&timeout, "proxy-status"), Some("a.example;error=http_response_timeout"));
        let (form, planned) = (shown("?failure=timeout&method=POST"), shown("?failure=maintenance&method=POST"));
        assert!(form.body.contains("not certain whether it arrived"), "{}", form.body);
        assert!(planned.body.contains("It did not reach the website"), "{}", planned.body);
        let refused = shown("?failure=refused&method=POST&status=521");
        assert!(refused.status == 521 && refused.body.contains("It did not reach the website"), "{}", refused.body);
    }

    #[test]
    fn a_status_that_the_operator_does_not_list_is_an_example() {
        let other = shown("?failure=status");
        assert_eq!((other.status, line(&other, "proxy-status")), (507, Some("a.example;received-status=507")));
        let listed = seen("?failure=status", &[("FAILURE_STATUSES", "502 500")]);
        assert_eq!((listed.status, line(&listed, "proxy-status")), (500, Some("a.example;received-status=500")));
        assert_eq!(seen("?failure=status&status=507", &[("FAILURE_STATUSES", "502 500")]).status, 400);
        assert_eq!(seen("?failure=unavailable", &[("FAILURE_STATUSES", "502")]).status, 503);
    }

    #[test]
    fn an_end_of_maintenance_can_be_seen_without_any() {
        let page = shown("?failure=maintenance&until=2h");
        assert_eq!(line(&page, "retry-after"), Some("7200"));
        // 1,000 seconds and two hours after the epoch.
        assert!(page.body.contains("1970-01-01 02:16 UTC"), "{}", page.body);
    }

    #[test]
    fn headers_are_shown_as_text_with_what_follows_them() {
        for format in Format::ALL.map(name_of) {
            let query = format!("?failure=dns&format={}", format.replace('+', "%2B"));
            let (page, text) = (shown(&query), shown(&format!("{query}&show=headers")));
            assert_eq!((text.status, line(&text, "content-type")), (200, Some("text/plain; charset=utf-8")));
            assert_eq!(line(&text, "x-content-type-options"), Some("nosniff"));
            let (head, body) = text.body.split_once("\n\n").unwrap_or_default();
            let lines: Vec<_> = page.lines.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            assert_eq!(head.lines().next(), Some("HTTP 502"));
            assert_eq!(head.lines().skip(1).collect::<Vec<_>>(), lines);
            assert_eq!(body.trim_end(), page.body.trim_end());
        }
    }

    #[test]
    fn the_operators_own_look_can_be_chosen() {
        let own = [("PAGE_THEME", "terminal")];
        let terminal = seen("?failure=dns&theme=terminal", &own).body;
        assert_ne!(terminal, seen("?failure=dns&theme=plain", &own).body);
        for query in ["?failure=dns", "?failure=dns&theme="] {
            assert_eq!(seen(query, &own).body, terminal, "{query}");
        }
        let list = shown("").body;
        assert!(list.contains("<select name=theme><option value=\"\">default<option>understudy"), "{list}");
        assert!(list.contains("<a href=\"?failure=dns\">default</a>"), "{list}");
    }
}
