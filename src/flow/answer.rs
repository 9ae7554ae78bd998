//! What does the visitor get? The origin's own answer, a copy, or a page, with the fields that say so.

use super::after::After;
use super::relay::Of;
use super::{Copies, Failed, Flow, Now, Phase, Step, Tier};
use crate::config::{Config, Log};
use crate::failure::{Failure, Kind, Outcome, Worth};
use crate::fields::{FieldLines, Fields};
use crate::page::{self, Fate, Incident, Page};
use crate::random::Random;
use crate::report::{self, Forwarded, Line, Passed, Used};
use crate::request::Request;
use crate::stale::{self, Aged, Record, Served};
use crate::time::millis;

/// The end of a flow.
#[derive(Debug)]
pub struct Finish {
    /// For the visitor.
    pub answer: Answer,
    /// For afterwards.
    pub after: After,
}

/// What the visitor gets.
#[derive(Debug)]
pub enum Answer {
    /// The response of the last attempt, the runtime's own object, untouched: but for these fields, which are nearly
    /// always none. A `Location` that names the origin's own authority is replaced; a fallback's answer says that it is one.
    Origin(FieldLines),
    /// The copy that the last look-up found.
    Copy(Served),
    /// A page.
    Page(Page),
    /// Nothing more: the download that the visitor has the start of ends before its end (`RESUME`).
    BreakOff,
}

impl Flow {
    pub(super) fn answer_copy(&mut self, now: &mut Now) -> Step {
        let Copies::Found(record, aged, tier) = &self.copy else { return self.answer_failed(now) };
        let (record, aged, tier) = (record.clone(), *aged, *tier);
        let forwarded = match (self.phase, &self.failed) {
            (Phase::Error500, _) => Forwarded::Yes(Some(ERROR)),
            (_, Some(Failed { open: Some(_), .. })) if self.attempts == 0 => Forwarded::No,
            (_, Some(Failed { open: Some(_), .. })) => Forwarded::Yes(None),
            (_, Some(failed)) => Forwarded::Yes(failed.failure.received()),
            (_, None) if self.attempts > 0 => Forwarded::Yes(None),
            (_, None) => Forwarded::No,
        };
        let mut served = self.served(&record, aged, tier, forwarded);
        set(&mut served.lines, "proxy-status", self.proxy_status(now));
        self.notice(&mut served, aged, now.time);
        let promote = (tier == Tier::Kv).then(|| self.promotion(*record));
        let after = After { promote, ..After::default() };
        self.done("copy", Some(served.status), Answer::Copy(served), after, now)
    }

    /// Nothing has failed: the copy is fresh, or the origin has said that it is. With these fields, for this visitor only;
    /// `shared`: what the copy says is for others, too.
    pub(super) fn answer_cached(
        &mut self,
        forwarded: Forwarded,
        own: &[(String, String)],
        mut after: After,
        shared: bool,
        now: &mut Now,
    ) -> Step {
        let Copies::Found(record, aged, tier) = &self.copy else { return self.answer_failed(now) };
        let (record, aged, tier) = (record.clone(), *aged, *tier);
        let mut served = self.served(&record, aged, tier, forwarded);
        served.lines.extend_from_slice(own);
        if tier == Tier::Kv && after.promote.is_none() && shared {
            after.promote = Some(self.promotion(*record));
        }
        self.done("cache", Some(served.status), Answer::Copy(served), after, now)
    }

    fn served(&mut self, record: &Record, aged: Aged, tier: Tier, forwarded: Forwarded) -> Served {
        let mut served = stale::serve(record, &self.asked(), aged, record.length().unwrap_or(0));
        let before = served.lines.field("cache-status");
        let status = report::cache_status(before.as_deref(), Used { forwarded, ttl: aged.ttl, tier: tier.as_str() });
        set(&mut served.lines, "cache-status", status);
        // One from before this was done when it was made.
        if let Some(location) = self.location(&served.lines, Of::Copy) {
            set(&mut served.lines, "location", location);
        }
        self.line.age = Some(aged.age);
        served
    }

    /// A page that says that what the visitor asked for cannot be had, although nothing failed.
    pub(super) fn answer_page(&mut self, mut page: Page, now: &mut Now) -> Step {
        let passed =
            Passed { error: Some("proxy_internal_response"), details: Some("only-if-cached"), ..Passed::default() };
        page.lines.push("proxy-status", report::proxy_status(None, deployment(&self.config, &self.request), passed));
        self.done("cache", Some(page.status), Answer::Page(page), After::default(), now)
    }

    /// There is no copy: the failed response if it is the application's own, else the page.
    pub(super) fn answer_failed(&mut self, now: &mut Now) -> Step {
        if self.failed.as_ref().is_some_and(|f| f.keep) && self.phase != Phase::Done {
            return self.done_relayed("kept", now);
        }
        let page = self.page(now);
        self.done("page", Some(page.status), Answer::Page(page), After::default(), now)
    }

    /// The page for what has failed so far.
    pub fn page(&mut self, now: &mut Now) -> Page {
        let failed = self.failed.clone().unwrap_or(Failed::of(Failure::new(Kind::Unreachable, None)));
        let row = failed.failure.kind().row();
        let incident = Incident {
            explanation: row.explanation,
            status: failed.failure.status(),
            failure: failed.failure.kind().as_str(),
            error: row.error,
            gateway: failed.gateway,
            retry_after: self.retry_after(&failed),
            fate: self.fate(),
            now: now.time,
            until: None,
        };
        let mut page = now.state.pages().render(&self.config.page, &incident, &page_asked(&self.request));
        page.lines.push("proxy-status", self.proxy_status(now));
        page
    }

    /// `MODE=observe`: whatever the origin said, and if it said nothing, a page: there is nothing to relay.
    pub(super) fn finish_observed(&mut self, outcome: &Outcome, now: &mut Now) -> Step {
        match outcome {
            Outcome::Answered { .. } => self.done_relayed("origin", now),
            _ => self.answer_failed(now),
        }
    }

    /// The last attempt's response.
    pub(super) fn relayed(&mut self) -> Answer {
        Answer::Origin(std::mem::take(&mut self.amendments))
    }

    pub(super) fn finish(&mut self, answer: Answer, after: After, now: &Now) -> Finish {
        self.finish_as("origin", None, answer, after, now)
    }

    fn done_relayed(&mut self, name: &'static str, now: &Now) -> Step {
        let answer = self.relayed();
        self.done(name, None, answer, After::default(), now)
    }

    fn done(&mut self, name: &'static str, status: Option<u16>, answer: Answer, after: After, now: &Now) -> Step {
        self.phase = Phase::Done;
        Step::Finish(Box::new(self.finish_as(name, status, answer, after, now)))
    }

    fn finish_as(
        &mut self,
        name: &'static str,
        status: Option<u16>,
        answer: Answer,
        after: After,
        now: &Now,
    ) -> Finish {
        let incident = self.failed.is_some() || !matches!(name, "origin" | "cache");
        let logged = match self.config.log {
            Log::None => false,
            Log::Incidents => incident,
            Log::All => true,
        };
        let line = logged.then(|| self.log_line(name, status, incident, now));
        Finish { answer, after: After { line, tell: self.tell.take(), ..after } }
    }

    pub(super) fn log_line(&self, answer: &'static str, status: Option<u16>, incident: bool, now: &Now) -> Line {
        let open = self.failed.as_ref().is_some_and(|failed| failed.open.is_some());
        Line {
            event: if incident { "incident" } else { "request" },
            answer,
            status: status.or(self.line.status),
            attempts: self.attempts,
            failure: self.failed.as_ref().map(|f| f.failure.kind().as_str()),
            // Of an origin that was not asked, only what is remembered.
            received_status: self.failed.as_ref().filter(|_| !open).and_then(|f| f.failure.received()),
            no_retry: if open { Some("breaker") } else { self.line.no_retry },
            gateway: self.failed.as_ref().and_then(|f| f.gateway),
            drill: self.drill.is_some(),
            ms: millis(now.time.since(self.start)),
            ..line(self.line.clone(), &self.config, &self.request)
        }
    }

    fn proxy_status(&self, now: &mut Now) -> String {
        let before = self.failed.as_ref().and_then(|f| f.proxy_status.as_deref());
        now.state.said().proxy_status(before, deployment(&self.config, &self.request), self.passed())
    }

    /// What became of the request at its origin.
    fn passed(&self) -> Passed<'static> {
        let failed = self.failed.as_ref();
        let passed = |error, details| Passed { error: Some(error), details: Some(details), ..Passed::default() };
        match (self.phase, failed) {
            (Phase::Error500, _) => Passed { received: Some(ERROR), ..Passed::default() },
            (_, Some(Failed { open: Some(_), .. })) => passed("destination_unavailable", "circuit open"),
            (_, Some(failed)) => Passed::failed(failed.failure),
            (_, None) if self.attempts == 0 => passed("destination_unavailable", "recovering"),
            (_, None) => passed("http_response_timeout", "patience"),
        }
    }

    /// Seconds until a retry makes sense: what the origin said, else when its breaker has let a probe through, else the
    /// operator's time. Jittered so that the visitors of one outage do not come back together: those of an open breaker over
    /// as long as the operator's time, for they would all come at the moment at which it opens the way.
    fn retry_after(&mut self, failed: &Failed) -> Option<u64> {
        if failed.failure.kind().row().worth == Worth::GiveUp {
            return None;
        }
        let jittered = jittered(&self.config, &mut self.random);
        let wait = failed
            .retry_after
            .or(failed.open.map(|left| left + jittered.mul_f64(self.random.unit())))
            .unwrap_or(jittered);
        Some(wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX))
    }

    fn fate(&self) -> Fate {
        if self.request.is_safe() {
            Fate::Safe
        } else if self.maybe_sent {
            Fate::Unknown
        } else {
            Fate::NotSent
        }
    }
}

/// The name under which we speak: the operator's, else the host.
pub(crate) fn deployment<'a>(config: &'a Config, request: &'a Request) -> &'a str {
    config.deployment.as_deref().unwrap_or_else(|| request.parts().authority)
}

/// Such a line, with what every one says.
pub(super) fn line(line: Line, config: &Config, request: &Request) -> Line {
    let parts = request.parts();
    Line {
        log: "understudy",
        deployment: deployment(config, request).to_owned(),
        method: request.method().to_owned(),
        host: parts.authority.to_owned(),
        path: parts.path.chars().take(MAX_LOGGED_PATH).collect(),
        request_id: request.fields().field("cf-ray"),
        ..line
    }
}

pub(super) fn page_asked(request: &Request) -> page::Asked<'_> {
    page::Asked { method: request.method(), url: request.url(), fields: request.fields() }
}

/// `PAGE_RETRY_AFTER` ±20 %.
pub(super) fn jittered(config: &Config, random: &mut Random) -> std::time::Duration {
    config.page_retry_after.mul_f64(0.8 + 0.4 * random.unit())
}

fn set(lines: &mut FieldLines, name: &str, value: String) {
    lines.retain(|(n, _)| n != name);
    lines.push((name.to_owned(), value));
}

/// Not of the 502 class, but an explicit `stale-if-error` covers it (RFC 5861 §4).
const ERROR: u16 = 500;

/// Characters of a path in the log.
const MAX_LOGGED_PATH: usize = 1024;
