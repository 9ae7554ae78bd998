//! What do other isolates know, and when is it asked? The binding `INCIDENTS`.
//!
//! | when | steps |
//! | --- | --- |
//! | an attempt failed | … `Consult`, and then as without: retry, copy, page |
//! | an attempt takes longer than [`DOUBT`] | `Consult` while it goes on; nobody waits for an origin of which others know |
//! | the breaker is due for a probe | `Consult`: one of all isolates may |
//! | a probe without a timeout is under way | `Consult` twice in a lease, while it goes on |
//! | it works again | nothing: it is told afterwards, [`After::tell`] |
//!
//! Never while all is well; at most once a second for each origin, but for what a breaker waits for. Whoever gets no answer
//! in time goes on with what it knows itself. [`After::tell`]: super::After::tell

use std::hash::Hasher;
use std::time::Duration;

use super::{Flow, Now, Phase, Step};
use crate::cdn_loop::Fnv;
use crate::config::Mode;
use crate::failure::Failure;
use crate::incidents::{Failures, Known, Question, Report};

/// A question, and to which object it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consult {
    /// One for each origin and data centre.
    pub name: String,
    /// The question.
    pub question: Question,
}

/// What the flow does with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Failed,
    Doubt,
    Probe,
}

impl Flow {
    /// Does this request have a part in it?
    pub(super) fn shares(&self) -> bool {
        self.bindings.incidents
            && self.config.breaker.failures > 0
            && self.config.mode == Mode::On
            && self.drill.is_none()
    }

    pub(super) fn consult(&self, report: Report) -> Consult {
        // `cf-ray` ends with the data centre: `8f0c1d2e3a4b5c6d-FRA`.
        let ray = self.request.fields().field("cf-ray").unwrap_or_default();
        let place = ray.split_once('-').map(|(_, place)| place).filter(|p| p.len() <= MAX_PLACE).unwrap_or_default();
        Consult {
            name: [self.name(self.target), "|", place].concat(),
            question: Question { report, breaker: self.config.breaker },
        }
    }

    /// An attempt failed: it is told, if it is to be, and then what follows.
    pub(super) fn tell_and_go_on(&mut self, now: &mut Now) -> Step {
        match self.tell.take() {
            Some(consult) => {
                self.phase = Phase::Asking(Why::Failed);
                Step::Consult(consult)
            }
            None => self.go_on(now),
        }
    }

    fn go_on(&mut self, now: &mut Now) -> Step {
        if self.download.is_some() { self.rest_failed(now) } else { self.resolve(now) }
    }

    /// Is it to be told, and when? `tripped`: this isolate's own breaker has just opened.
    pub(super) fn note_failure(
        &mut self,
        failure: Failure,
        weight: u32,
        retry_after: Option<Duration>,
        tripped: bool,
        now: &mut Now,
    ) {
        if !self.shares() {
            return;
        }
        if std::mem::take(&mut self.probing) {
            self.tell = Some(self.consult(Report::Lost { retry_after }));
            return;
        }
        // Who is in the middle of a download (`RESUME`) has other worries.
        if self.download.is_some() {
            return;
        }
        let path = self.path_hash();
        let origin = self.origin(now.state);
        origin.untold = origin.untold.saturating_add(weight);
        if origin.untold == 0 || !(tripped || origin.may_ask(now.time)) {
            return;
        }
        origin.asked_at = Some(now.time);
        origin.has_told = true;
        let report = Report::Failed(Failures {
            weight: std::mem::take(&mut origin.untold),
            worked: origin.worked_at.map(|at| now.time.since(at)),
            retry_after,
            path,
            everywhere: failure.kind().is_of_all_paths(),
        });
        self.tell = Some(self.consult(report));
    }

    /// It ended for a reason that says nothing of the origin: another may probe.
    pub(super) fn note_return(&mut self) {
        if std::mem::take(&mut self.probing) {
            self.tell = Some(self.consult(Report::Returned));
        }
    }

    /// Only those who told of a failure tell that it works.
    pub(super) fn note_success(&mut self, now: &mut Now) {
        if !self.shares() {
            return;
        }
        let probe = std::mem::take(&mut self.probing);
        let origin = self.origin(now.state);
        origin.worked_at = Some(now.time);
        origin.untold = 0;
        if std::mem::take(&mut origin.has_told) || probe {
            self.tell = Some(self.consult(Report::Worked { probe }));
        }
    }

    /// After which time of waiting others are asked, if at all.
    pub(super) fn doubt(&self, now: &mut Now) -> Option<Duration> {
        // Who sends something wants an answer, and not to be told after a second that it will never be known.
        let doubts = self.shares() && !self.probing && !self.doubted && self.download.is_none();
        (doubts && matches!(self.request.method(), "GET" | "HEAD") && self.origin(now.state).may_ask(now.time))
            .then_some(DOUBT)
    }

    /// The attempt takes suspiciously long.
    pub(super) fn ask_in_doubt(&mut self, now: &mut Now) -> Step {
        self.origin(now.state).asked_at = Some(now.time);
        (self.doubting, self.doubted) = (false, true);
        self.phase = Phase::Asking(Why::Doubt);
        Step::Consult(self.consult(Report::Slow { path: self.path_hash() }))
    }

    /// What others know, or nothing, if they did not say in time.
    pub(super) fn consulted(&mut self, why: Why, known: Option<Known>, now: &mut Now) -> Step {
        self.line.shared = Some(known.map_or("away", Known::as_str));
        let origin = self.origin(now.state);
        // An isolate that has seen it fail since then is not told that it is well by those who have not.
        let known = known.filter(|known| match known {
            Known::Ramp(ago) | Known::Over(ago) => !origin.breaker.opened_after(now.time - *ago),
            Known::Open(_) | Known::Probe | Known::Closed => true,
        });
        match known {
            Some(Known::Open(left)) => origin.breaker.keep_open(left, now.time, &mut self.random),
            Some(Known::Ramp(ago)) => origin.breaker.come_back(ago, now.time),
            Some(Known::Over(_)) if why == Why::Probe => origin.breaker.close(),
            // Whatever this isolate heard meanwhile, or has not seen itself.
            Some(Known::Probe) => {
                origin.breaker.probe(self.config.breaker, now.time);
                self.probing = true;
            }
            Some(Known::Closed | Known::Over(_)) | None => {}
        }
        let is_download = self.download.is_some();
        // Nobody knows of anything: then the probe is for this isolate alone to decide.
        let may_probe = matches!(known, Some(Known::Probe | Known::Closed) | None);
        match why {
            Why::Failed => self.go_on(now),
            Why::Probe if is_download && may_probe => self.fetch_rest(now),
            Why::Probe if is_download => self.ask_for_rest(now),
            Why::Probe if may_probe => self.fetch(now),
            Why::Probe => self.attempt(now),
            Why::Doubt => match known {
                // Another origin may still have an answer, once this attempt has failed.
                Some(Known::Open(left)) if self.all_open(now) => self.give_up_waiting(left, now),
                _ => self.wait_on(now),
            },
        }
    }

    fn wait_on(&mut self, now: &mut Now) -> Step {
        if !self.may_look() {
            return self.wait_for_news();
        }
        self.phase = Phase::Attempting;
        match self.patience(now) {
            Duration::ZERO => self.look(Phase::Impatient, now),
            left => Step::Wait(Some(left)),
        }
    }

    /// One bad page is no outage.
    fn path_hash(&self) -> u16 {
        let mut hasher = Fnv::default();
        hasher.write(self.request.parts().path.as_bytes());
        (hasher.finish() & 0xffff) as u16
    }
}

/// Most healthy answers come sooner.
pub const DOUBT: Duration = Duration::from_secs(1);

/// A data centre is called by three letters.
const MAX_PLACE: usize = 8;
