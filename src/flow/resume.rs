//! What comes next when a download breaks off on its way to the visitor? `RESUME`.
//!
//! | the body breaks off, and | steps |
//! | --- | --- |
//! | the origin has the rest | (`Sleep`) `Fetch` `Finish(Origin)`: the body that is to follow |
//! | it fails, and the next one too | … `Fetch` `Lookup` (`Lookup`) `Finish(Copy)`, if the copy has the very bytes |
//! | it answers anything but the exact rest | `Fetch` `Finish(BreakOff)` |
//!
//! Each break is an incident of its own, with a `DEADLINE` of its own. To ask for the rest is no retry: nothing is sent
//! twice. So a body that has brought at least [`LEAST`] bytes since the last break costs no retry, nothing of the budget,
//! and is not held against the origin: whoever delivers is not down. One that brought less is a failure like any other.
//! Attempts that fail are retries, at the next origin in its turn. Not here: what the rest is (`resume`).

use std::time::Duration;

use super::{After, Answer, Copies, Failed, Fetch, Finish, Flow, Now, Phase, Step, Tier};
use crate::breaker::Verdict;
use crate::config::{Log, Mode};
use crate::failure::{self, Failure, Kind, Outcome};
use crate::fields::{FieldLines, Fields};
use crate::report::Line;
use crate::resume::{Plan, Refusal};
use crate::retry::{self, Decision, Replay};
use crate::stale::{Part, Record, Served};
use crate::time::Time;

/// A download that the visitor has the start of.
#[derive(Debug)]
pub(super) struct Download {
    plan: Plan,
    status: u16,
    began: Time,
    received: u64,
    /// Bodies in a row that brought nothing, the attempts without a body included.
    attempts: u32,
    /// To how many other origins it has gone meanwhile.
    moves: u32,
    breaks: u32,
    resumed: u32,
}

impl Flow {
    /// Is the answer that the visitor gets a download that can be resumed? Its length in bytes.
    pub fn download(&mut self, status: u16, fields: &dyn Fields) -> Option<u64> {
        if !self.config.resume || self.config.mode != Mode::On || self.drill.is_some() {
            return None;
        }
        if self.request.method() != "GET" || self.replay != Replay::Yes {
            return None;
        }
        let plan = Plan::of(status, fields)?;
        let length = plan.length();
        let began = self.start;
        self.download =
            Some(Download { plan, status, began, received: 0, attempts: 1, moves: 0, breaks: 0, resumed: 0 });
        Some(length)
    }

    /// Its body has broken off, with so many bytes of the whole download received.
    pub fn broke_off(&mut self, received: u64, now: &mut Now) -> Step {
        let Some(download) = &mut self.download else { return self.break_off(now) };
        let gained = received.saturating_sub(download.received);
        let outcome = Outcome::CutShort { status: download.status };
        let failure = Failure::new(Kind::CutShort, Some(download.status));
        download.received = received;
        download.breaks += 1;
        if gained > 0 {
            (download.attempts, download.moves) = (1, 0);
        }
        let too_often = download.breaks > MAX_BREAKS;
        // It broke off now, however long ago it was asked for.
        (self.start, self.asked_at) = (now.time, now.time);
        self.line = Line::default();
        self.failed = Some(Failed::of(failure));
        if too_often {
            self.line.no_resume = Some(Refusal::Breaks.as_str());
            return self.break_off(now);
        }
        let delivers = gained >= LEAST;
        if !delivers {
            self.judge_origin(Some(failure), &outcome, now);
        }
        if gained == 0 {
            self.move_on();
        }
        let permitted = self.config.retry.methods.iter().any(|method| method == "GET");
        if delivers && permitted && !self.all_open(now) {
            let wait = self.config.retry.backoff.wait(1, &mut self.random);
            return self.wait_for_rest(wait, now);
        }
        self.ask_again(failure, now)
    }

    /// All of it has arrived, after it broke off at least once: the line for the log.
    pub fn arrived(&mut self, now: &Now) -> Option<Line> {
        self.download_line("resumed", now)
    }

    /// The wait is over.
    pub(super) fn ask_for_rest(&mut self, now: &mut Now) -> Step {
        if self.left(now) < retry::MIN_ATTEMPT {
            return self.complete(now);
        }
        for _ in 0..=self.config.fallbacks.len() {
            match self.admit(now) {
                Verdict::Skip(_) => self.move_on(),
                Verdict::Probe => return self.ask_to_probe().unwrap_or_else(|| self.fetch_rest(now)),
                // Who is in the middle of a download is not to be spared one.
                Verdict::Go | Verdict::Spare => return self.fetch_rest(now),
            }
        }
        self.complete(now)
    }

    pub(super) fn fetch_rest(&mut self, now: &mut Now) -> Step {
        let Some(download) = &mut self.download else { return self.break_off(now) };
        download.attempts += 1;
        let conditions = download.plan.continuation(download.received);
        self.phase = Phase::Resuming;
        Step::Fetch(Fetch { conditions, patience: None, ..self.attempted_fetch(now) })
    }

    /// An origin was asked for the rest.
    pub(super) fn continued(&mut self, outcome: &Outcome, now: &mut Now) -> Step {
        let failed = failure::classify(&self.config.failure, self.request.method(), outcome);
        self.judge_origin(failed, outcome, now);
        if let Some(failure) = failed {
            self.failed = Some(self.facts(failure, outcome, now));
            return self.tell_and_go_on(now);
        }
        let (Outcome::Answered { status, fields, .. }, Some(download)) = (outcome, &mut self.download) else {
            return self.break_off(now);
        };
        match download.plan.continues(download.received, *status, *fields) {
            Ok(()) => {
                download.resumed += 1;
                self.put(Answer::Origin(FieldLines::new()), None)
            }
            Err(why) => {
                self.line.no_resume = Some(why.as_str());
                self.break_off(now)
            }
        }
    }

    /// The one that was asked for the rest failed: another one, then?
    pub(super) fn rest_failed(&mut self, now: &mut Now) -> Step {
        let Some(failure) = self.failed.as_ref().map(|failed| failed.failure) else { return self.break_off(now) };
        self.move_on();
        self.ask_again(failure, now)
    }

    /// What lay in a tier.
    pub(super) fn completed(&mut self, found: Option<Record>, now: &mut Now) -> Step {
        let Copies::Asking(tier) = std::mem::replace(&mut self.copy, Copies::None) else { return self.break_off(now) };
        let rest = found.and_then(|record| {
            let download = self.download.as_ref()?;
            let rest = download.plan.rest_of(download.received, &record);
            if rest.is_none() {
                self.line.no_copy = Some(Refusal::Etag.as_str());
            }
            let (first, last) = rest?;
            match self.judge_copy(record, Phase::Failing, tier, now) {
                Copies::Found(_, aged, _) => Some((first, last, aged)),
                Copies::Unasked | Copies::Asking(_) | Copies::None => None,
            }
        });
        match rest {
            Some((first, last, aged)) => {
                self.line.age = Some(aged.age);
                self.download.iter_mut().for_each(|download| download.resumed += 1);
                let part = Part::Range { first, last };
                self.put(Answer::Copy(Served { status: 206, lines: FieldLines::new(), part, notice: None }), None)
            }
            None if tier == Tier::Cache && self.bindings.kv => {
                self.copy = Copies::Asking(Tier::Kv);
                Step::Lookup(Tier::Kv)
            }
            None => {
                self.line.no_copy = self.line.no_copy.or(Some("none"));
                self.break_off(now)
            }
        }
    }

    /// Once more, if what limits retries permits it; else the copy.
    fn ask_again(&mut self, failure: Failure, now: &mut Now) -> Step {
        let others = self.others();
        let (attempts, moves) =
            self.download.as_ref().map_or((u32::MAX, 0), |download| (download.attempts, download.moves));
        // Back at an origin that has failed already is not elsewhere.
        let elsewhere = (1..=others).contains(&moves);
        // The body that broke off, the first request for its rest, and the retries.
        let allowed = self.config.retry.attempts.max(others).saturating_add(2);
        match self.weigh(failure, attempts, allowed, elsewhere, self.target, now) {
            Decision::Again(wait) => self.wait_for_rest(wait, now),
            Decision::Stop(why) => {
                self.line.no_retry = Some(why.as_str());
                self.complete(now)
            }
        }
    }

    fn move_on(&mut self) {
        self.target = (self.target + 1) % (self.config.fallbacks.len() + 1);
        self.download.iter_mut().for_each(|download| download.moves += 1);
    }

    fn wait_for_rest(&mut self, wait: Duration, now: &mut Now) -> Step {
        self.phase = Phase::Resuming;
        if wait.is_zero() { self.ask_for_rest(now) } else { Step::Sleep(wait) }
    }

    /// No origin has the rest for us; a copy may.
    fn complete(&mut self, now: &mut Now) -> Step {
        self.copy = Copies::Unasked;
        if !self.may_look() {
            return self.break_off(now);
        }
        self.phase = Phase::Completing;
        self.copy = Copies::Asking(Tier::Cache);
        Step::Lookup(Tier::Cache)
    }

    /// It ends here, and the visitor sees that it is not all.
    fn break_off(&mut self, now: &mut Now) -> Step {
        let line = self.download_line("cut", now);
        self.put(Answer::BreakOff, line)
    }

    fn put(&mut self, answer: Answer, line: Option<Line>) -> Step {
        self.phase = Phase::Done;
        let tell = self.tell.take();
        Step::Finish(Box::new(Finish { answer, after: After { line, tell, ..After::default() } }))
    }

    fn download_line(&mut self, answer: &'static str, now: &Now) -> Option<Line> {
        let download = self.download.as_ref().filter(|_| self.config.log != Log::None)?;
        self.start = download.began;
        self.line.resumed = download.resumed;
        Some(self.log_line(answer, None, true, now))
    }
}

/// A body that brought so many bytes was worth the request: 64 KiB.
const LEAST: u64 = 64 * 1024;

/// How often one download may break off. A Worker of the free plan may make 50 requests for one of a visitor.
const MAX_BREAKS: u32 = 32;
