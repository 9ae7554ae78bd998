//! What does an event mean? The questions that the steps ask: of the origin, of the clock, of a copy.

use std::time::Duration;

use super::fresh::LOOK_LIMIT;
use super::{Copies, Failed, Flow, Now, Origin, Phase, State, Tier};
use crate::breaker::Stage;
use crate::config::{Bodies, Config, Mode};
use crate::failure::{Body, Failure, Outcome};
use crate::gateway::{self, Author};
use crate::request::Request;
use crate::retry::{self, Replay};
use crate::stale::{self, Record, Trigger, Usable};
use crate::time::Time;

impl Flow {
    /// Tells breaker and memory how the origin did.
    pub(super) fn judge_origin(&mut self, failed: Option<Failure>, outcome: &Outcome, now: &mut Now) {
        // A visitor whose own request breaks off says nothing of the origin, and neither does a look from outside.
        let is_ours = match outcome {
            Outcome::Unsendable => true,
            // Whose body is still on its way.
            Outcome::Rejected { .. } | Outcome::TimedOut => self.replay != Replay::Yes,
            _ => false,
        };
        if self.drill.is_some() || self.config.mode != Mode::On {
            return;
        }
        let params = self.config.breaker;
        let origin = now.state.origin(self.name(self.target));
        if is_ours {
            if params.failures > 0 && (self.probing || !origin.breaker.is_of_before(self.asked_at)) {
                origin.breaker.give_back(now.time);
            }
            self.note_return();
            return;
        }
        // The probe of all isolates is never of before: somebody waits for what became of it.
        let is_of_before = !self.probing && origin.breaker.is_of_before(self.asked_at);
        match failed {
            None if is_of_before && matches!(origin.breaker.stage(now.time), Stage::Probing(_)) => {}
            None => {
                origin.breaker.success(params, now.time);
                self.note_success(now);
            }
            Some(_) if is_of_before => {}
            Some(failure) => {
                origin.last = Some(failure);
                // A timeout costs visitors most; but one that our own deadline cut short may have been no fault at all.
                let weight = match outcome {
                    Outcome::TimedOut if self.hurried => 0,
                    Outcome::TimedOut => 2,
                    _ => 1,
                };
                let asked = retry_after(outcome, now.time);
                let was_open = origin.breaker.is_open(now.time);
                origin.breaker.failure(params, now.time, weight, asked, &mut self.random);
                let tripped = !was_open && origin.breaker.is_open(now.time);
                self.note_failure(failure, weight, asked, tripped, now);
            }
        }
    }

    pub(super) fn facts(&self, failure: Failure, outcome: &Outcome, now: &Now) -> Failed {
        let Outcome::Answered { status, fields, body } = outcome else { return Failed::of(failure) };
        let author = match body {
            Body::Prefix { bytes, whole } => gateway::author(*status, *fields, bytes, *whole),
            Body::Broken(bytes) => gateway::author(*status, *fields, bytes, false),
            Body::Unread => gateway::author_unseen(*fields),
        };
        Failed {
            retry_after: retry_after(outcome, now.time),
            gateway: if let Author::Gateway(name) = author { Some(name) } else { None },
            keep: match self.config.bodies {
                // A drill has no response that could be kept; and one whose body is lost would be no answer at all.
                _ if self.drill.is_some() || matches!(body, Body::Broken(_)) => false,
                // Of which nothing comes, that says nothing.
                Bodies::Gateway => author == Author::Application && !is_silent(body),
                Bodies::All => false,
                Bodies::None => true,
            },
            proxy_status: fields.field("proxy-status"),
            ..Failed::of(failure)
        }
    }

    pub(super) fn may_look(&self) -> bool {
        matches!(self.copy, Copies::Unasked)
            && self.config.mode == Mode::On
            && !self.has_content()
            && stale::eligible(&self.asked(), &self.config.stale).is_ok()
    }

    /// Is it a GET with a body? In that no key sees anything, and some servers a form (RFC 9110 §9.3.1).
    pub(super) fn has_content(&self) -> bool {
        // One of no length has a body for the runtime, and for nobody else.
        let is_empty = || self.request.fields().field("content-length").is_some_and(|length| length.trim() == "0");
        self.replay != Replay::Yes && matches!(self.request.method(), "GET" | "HEAD") && !is_empty()
    }

    pub(super) fn patience(&self, now: &Now) -> Duration {
        self.config.patience.saturating_sub(now.time.since(self.start))
    }

    pub(super) fn left(&self, now: &Now) -> Duration {
        self.config.deadline.saturating_sub(now.time.since(self.start))
    }

    /// How long a tier may take to say whether it has the copy; one that takes longer has none.
    #[must_use]
    pub fn look_limit(&self, now: &Now) -> Duration {
        if self.phase == Phase::Caching && !self.only_copies {
            // The origin is not kept waiting for a tier that is slower than it.
            return LOOK_LIMIT;
        }
        // `DEADLINE` is for all of it. But where the attempts have used that up, a copy is still worth a moment.
        LOOK_MOST.min(self.left(now)).max(LOOK_LEAST)
    }

    /// How long the start of a failed body may take to come; then it is judged by what is there. Whom a copy waits for does not
    /// wait beyond the patience, and who is only watched hardly at all.
    #[must_use]
    pub fn peek_limit(&self, now: &Now) -> Duration {
        let limit = if self.may_look() { self.patience(now) } else { PEEK_MOST };
        if self.config.mode == Mode::Observe { PEEK_LEAST } else { limit.clamp(PEEK_LEAST, PEEK_MOST) }
    }

    /// What is remembered of the present target.
    pub(super) fn origin<'a>(&self, state: &'a mut State) -> &'a mut Origin {
        state.origin(self.name(self.target))
    }

    pub(super) fn name(&self, target: usize) -> &str {
        name(&self.config, &self.request, target)
    }

    pub(super) fn asked(&self) -> stale::Asked<'_> {
        stale::Asked { method: self.request.method(), url: self.request.url(), fields: self.request.fields() }
    }

    pub(super) fn judge_copy(&mut self, record: Record, phase: Phase, tier: Tier, now: &Now) -> Copies {
        let trigger = if phase == Phase::Error500 { Trigger::Error500 } else { Trigger::Failure };
        match stale::usable(&record, &self.asked(), now.time, trigger, &self.config.stale) {
            Usable::Yes(aged) => Copies::Found(Box::new(record), aged, tier),
            Usable::No(why) => {
                self.line.no_copy = Some(why.as_str());
                Copies::None
            }
        }
    }
}

/// Under which name breaker and budget know the target with this index.
pub(super) fn name<'a>(config: &'a Config, request: &'a Request, target: usize) -> &'a str {
    config.name(target).unwrap_or_else(|| request.parts().authority)
}

/// Not a byte of it came in time.
fn is_silent(body: &Body) -> bool {
    matches!(body, Body::Prefix { bytes: [], whole: false })
}

fn retry_after(outcome: &Outcome, now: Time) -> Option<Duration> {
    let Outcome::Answered { fields, .. } = outcome else { return None };
    retry::retry_after(&fields.field("retry-after")?, now)
}

/// How long a tier may take to say whether it has the copy, at most and at least.
const LOOK_MOST: Duration = Duration::from_secs(3);
const LOOK_LEAST: Duration = Duration::from_millis(500);
/// How long the start of a failed body may take, at most and at least.
pub const PEEK_MOST: Duration = Duration::from_secs(1);
const PEEK_LEAST: Duration = Duration::from_millis(100);
