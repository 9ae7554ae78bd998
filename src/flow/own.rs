//! Which pages are shown without any origin being asked? That of planned maintenance, and that of a request that came back.

use super::answer::{deployment, jittered, line, page_asked};
use crate::config::{Config, Log};
use crate::failure::{Explanation, Kind};
use crate::maintenance::Planned;
use crate::page::{Fate, Incident, Memo, Page};
use crate::random::Random;
use crate::report::{self, Line, Passed};
use crate::request::Request;
use crate::time::Time;

/// The planned page: 503, and `Retry-After` is the end (RFC 9110 §15.6.4).
#[must_use]
pub fn maintenance_page(
    pages: &mut Memo,
    config: &Config,
    request: &Request,
    planned: Planned,
    now: Time,
    seed: u64,
) -> Page {
    let wait = planned.left(now).unwrap_or_else(|| jittered(config, &mut Random::new(seed)));
    let incident = Incident {
        explanation: Explanation::Maintenance,
        status: Kind::Unavailable.row().status,
        failure: Explanation::Maintenance.as_str(),
        error: None,
        gateway: None,
        retry_after: Some(wait.as_secs().max(1)),
        fate: if request.is_safe() { Fate::Safe } else { Fate::NotSent },
        now,
        until: planned.until,
    };
    own_page(pages, config, request, &incident, Some("maintenance"))
}

/// The page for a request that came back to us (RFC 9209 §2.3.30).
#[must_use]
pub fn loop_page(pages: &mut Memo, config: &Config, request: &Request, now: Time) -> Page {
    let row = Kind::Loop.row();
    let incident = Incident {
        explanation: row.explanation,
        status: row.status,
        failure: Kind::Loop.as_str(),
        error: row.error,
        gateway: None,
        retry_after: None,
        fate: if request.is_safe() { Fate::Safe } else { Fate::NotSent },
        now,
        until: None,
    };
    own_page(pages, config, request, &incident, None)
}

fn own_page(pages: &mut Memo, config: &Config, request: &Request, incident: &Incident, details: Option<&str>) -> Page {
    let mut page = pages.render(&config.page, incident, &page_asked(request));
    let error = incident.error.or(Some("proxy_internal_response"));
    let passed = Passed { error, details, ..Passed::default() };
    page.lines.push("proxy-status", report::proxy_status(None, deployment(config, request), passed));
    page
}

/// The line of the log about the planned page, which is no incident.
#[must_use]
pub fn maintenance_line(config: &Config, request: &Request, status: u16) -> Option<Line> {
    let said = Line { event: "request", answer: "maintenance", status: Some(status), ..Line::default() };
    (config.log == Log::All).then(|| line(said, config, request))
}

/// The line about a request that came back, which is one.
#[must_use]
pub fn loop_line(config: &Config, request: &Request, status: u16) -> Option<Line> {
    let failure = Some(Kind::Loop.as_str());
    let said = Line { event: "incident", answer: "page", status: Some(status), failure, ..Line::default() };
    (config.log != Log::None).then(|| line(said, config, request))
}
