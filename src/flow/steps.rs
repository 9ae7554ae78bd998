//! Which step follows? The order of attempt, patience, retry, copy and page.

use std::rc::Rc;
use std::time::Duration;

use super::after::{After, Refresh};
use super::fresh::Held;
use super::judge::name;
use super::{Copies, Failed, Fetch, Flow, Now, Phase, Step, Tier};
use crate::breaker::{Stage, Verdict};
use crate::config::{Bodies, Mode};
use crate::failure::{self, Failure, Kind, Outcome};
use crate::retry::{self, Decision, Replay, Situation};
use crate::stale::Record;
use crate::time::Time;

impl Flow {
    pub(super) fn attempt(&mut self, now: &mut Now) -> Step {
        // What is left after waits and look-ups may be too little to ask once more.
        if self.attempts > 0 && self.left(now) < retry::MIN_ATTEMPT {
            return self.conclude(now);
        }
        let mut open = None;
        while self.target <= self.config.fallbacks.len() {
            match self.admit(now) {
                Verdict::Go => return self.fetch(now),
                Verdict::Probe => return self.ask_to_probe().unwrap_or_else(|| self.fetch(now)),
                Verdict::Spare if self.may_look() => return self.look(Phase::Sparing, now),
                Verdict::Spare => return self.fetch_sparing(now),
                Verdict::Skip(left) => open = Some(open.map_or(left, |o: Duration| o.min(left))),
            }
            self.target += 1;
        }
        self.target = self.config.fallbacks.len();
        if self.failed.is_none() {
            let last = now.state.origin(self.name(0)).last;
            let failure = as_failed_last(last, Kind::Unreachable);
            self.failed = Some(Failed { open, ..Failed::of(failure) });
        }
        self.conclude(now)
    }

    /// The origin is only just coming back, and there is no copy: then from one that is well.
    fn fetch_sparing(&mut self, now: &mut Now) -> Step {
        let mut others = self.target + 1..=self.config.fallbacks.len();
        let is_well = |&target: &usize| now.state.origin(self.name(target)).breaker.stage(now.time) == Stage::Closed;
        self.target = others.find(is_well).unwrap_or(self.target);
        self.fetch(now)
    }

    pub(super) fn fetch(&mut self, now: &mut Now) -> Step {
        self.phase = Phase::Attempting;
        Step::Fetch(self.attempted_fetch(now))
    }

    pub(super) fn attempted_fetch(&mut self, now: &mut Now) -> Fetch {
        self.attempts += 1;
        self.asked_at = now.time;
        self.line.next_hop = self.next_hop().map(str::to_owned);
        let target = self.config.base(self.target);
        let observe = self.config.mode == Mode::Observe;
        // A body that is not held is still on its way from the visitor, and how long that takes is the visitor's affair.
        let timed = !observe && self.replay != Replay::No;
        let timeout = self.config.timeout.min(self.left(now));
        // Half of the deadline is time enough, where `TIMEOUT` is longer than that.
        self.hurried = timeout < self.config.timeout.min(self.config.deadline / 2);
        if self.furthest.is_none_or(|furthest| self.target > furthest) {
            self.furthest = Some(self.target);
            if self.drill.is_none() {
                self.origin(now.state).budget.request(now.time);
            }
        }
        let patience = self.may_look().then(|| self.patience(now));
        self.doubted = false;
        let doubt = if timed { self.doubt(now) } else { None };
        // Whichever comes first; who has no patience looks for a copy at once.
        self.doubting = doubt.is_some_and(|doubt| patience.is_none_or(|patience| doubt < patience));
        let patience = if self.doubting { doubt } else { patience.or_else(|| self.first_news(now)) };
        let sign = self.first_sign(now);
        self.signing = sign.is_some();
        Fetch {
            url: target.map(|base| base.join(&self.request.parts())),
            timeout: timed.then_some(timeout),
            patience: sign.or(patience).filter(|patience| !observe && (!timed || *patience < timeout)),
            conditions: self.conditions.clone(),
            pretend: self.drill,
        }
    }

    pub(super) fn attempted(&mut self, outcome: &Outcome, now: &mut Now) -> Step {
        if self.phase == Phase::Doubting {
            (self.failed, self.line.no_retry) = (None, None);
        }
        if matches!(self.copy, Copies::Asking(_)) {
            // It overtook the look-up: should a copy be wanted after all, it is asked for again.
            self.copy = Copies::Unasked;
        }
        let failed = failure::classify(&self.config.failure, self.request.method(), outcome);
        match self.hold(outcome, now).filter(|_| failed.is_none()) {
            Some(hold) => {
                self.phase = Phase::Holding;
                Step::Hold(hold)
            }
            None => self.settled(failed, outcome, now),
        }
    }

    /// It is certain how the attempt ended.
    pub(super) fn settled(&mut self, failed: Option<Failure>, outcome: &Outcome, now: &mut Now) -> Step {
        self.judge_origin(failed, outcome, now);
        self.line.status = if let Outcome::Answered { status, .. } = *outcome { Some(status) } else { None };
        self.amendments = self.amendments(outcome);
        let late = failed.is_none() && self.is_too_late(now);
        let judged = if late { &Outcome::TimedOut } else { outcome };
        let failed = if late { failure::classify(&self.config.failure, self.request.method(), judged) } else { failed };
        let Some(failure) = failed else { return self.healthy(outcome, now) };
        self.maybe_sent |= !failure.never_sent();
        let failed = self.facts(failure, judged, now);
        if self.drill.is_none() {
            self.origin(now.state).gateway = failed.gateway;
        }
        self.failed = Some(failed);
        if self.config.mode == Mode::Observe {
            // Judged when it would have been cut off.
            let then = if late { self.asked_at + self.config.timeout } else { now.time };
            return self.observed(failure, outcome, then, now);
        }
        self.tell_and_go_on(now)
    }

    /// Nothing is cut off by looking on (`MODE=observe`), but with `MODE=on` this would have been.
    fn is_too_late(&self, now: &Now) -> bool {
        self.config.mode == Mode::Observe
            && self.replay == Replay::Yes
            && now.time.since(self.asked_at) > self.config.timeout
    }

    /// `MODE=observe`: what would have been done?
    fn observed(&mut self, failure: Failure, outcome: &Outcome, then: Time, now: &mut Now) -> Step {
        let keeps = self.failed.as_ref().is_some_and(|f| f.keep);
        self.line.would = Some(match self.decide(failure, &mut Now { time: then, state: now.state }) {
            Decision::Again(_) => "retry",
            Decision::Stop(_) if keeps => "keep",
            Decision::Stop(_) => "replace",
        });
        self.finish_observed(outcome, now)
    }

    /// The attempt has failed: once more, or what there is instead?
    pub(super) fn resolve(&mut self, now: &mut Now) -> Step {
        let Some(failure) = self.failed.as_ref().map(|failed| failed.failure) else { return self.answer_failed(now) };
        match self.decide(failure, now) {
            Decision::Again(wait) => {
                self.target = self.next_target(now);
                // A wait longer than the visitor's patience is only for those for whom there is no copy.
                if wait > self.patience(now) && self.may_look() {
                    return self.look(Phase::BeforeSleep(wait), now);
                }
                self.sleep(wait, now)
            }
            Decision::Stop(why) => {
                self.line.no_retry = Some(why.as_str());
                self.conclude(now)
            }
        }
    }

    fn healthy(&mut self, outcome: &Outcome, now: &mut Now) -> Step {
        let Outcome::Answered { status, fields, .. } = *outcome else { return self.answer_failed(now) };
        // RFC 5861 §4: an explicit `stale-if-error` covers a 500 too. Asked only when a 500 is there.
        if status == 500 && self.may_look() && self.config.mode == Mode::On {
            return self.look(Phase::Error500, now);
        }
        if self.validates(status) {
            return self.validated(fields, now);
        }
        let after = self.after(outcome, now, Refresh::WhenDue);
        self.phase = Phase::Done;
        let answer = self.relayed();
        Step::Finish(Box::new(self.finish(answer, after, now)))
    }

    fn decide(&mut self, failure: Failure, now: &mut Now) -> Decision {
        let next = self.next_target(now);
        // Back at an origin that has failed already is not elsewhere, and not what fallbacks are allowed for.
        let elsewhere = self.furthest.is_some_and(|furthest| next > furthest);
        let retries = self.config.retry.attempts;
        let allowed = if elsewhere { retries.max(self.others()) } else { retries } + 1;
        self.weigh(failure, self.attempts, allowed, elsewhere, next, now)
    }

    /// Each origin in its turn, and then round again, but for those whose breaker is open.
    fn next_target(&self, now: &mut Now) -> usize {
        let count = self.config.fallbacks.len() + 1;
        let mut round = (1..=count).map(|step| (self.target + step) % count);
        round.find(|target| !self.is_open(*target, now)).unwrap_or(self.target)
    }

    /// Once more, or not? A retry is charged to the origin that it goes to.
    pub(super) fn weigh(
        &mut self,
        failure: Failure,
        attempts: u32,
        allowed: u32,
        elsewhere: bool,
        target: usize,
        now: &mut Now,
    ) -> Decision {
        let config = Rc::clone(&self.config);
        let at = Situation {
            method: self.request.method(),
            replay: self.replay,
            failure,
            attempts,
            elsewhere,
            open: self.all_open(now),
            retry_after: self.failed.as_ref().and_then(|failed| failed.retry_after),
            deadline: self.start + config.deadline,
            now: now.time,
        };
        let mut spare = retry::Budget::default();
        let name = name(&config, &self.request, target);
        // What is only played through uses nothing up.
        let is_real = self.drill.is_none() && config.mode == Mode::On;
        let budget = if is_real { &mut now.state.origin(name).budget } else { &mut spare };
        retry::decide(&config.retry, &at, allowed, budget, &mut self.random)
    }

    /// How many fallbacks there are.
    pub(super) fn others(&self) -> u32 {
        u32::try_from(self.config.fallbacks.len()).unwrap_or(u32::MAX)
    }

    /// Is there nobody who may be asked?
    pub(super) fn all_open(&self, now: &mut Now) -> bool {
        (0..=self.config.fallbacks.len()).all(|target| self.is_open(target, now))
    }

    fn is_open(&self, target: usize, now: &mut Now) -> bool {
        self.drill.is_none()
            && self.config.breaker.failures > 0
            && now.state.origin(self.name(target)).breaker.is_open(now.time)
    }

    fn sleep(&mut self, wait: Duration, now: &mut Now) -> Step {
        if wait.is_zero() {
            return self.attempt(now);
        }
        self.phase = Phase::Sleeping;
        Step::Sleep(wait)
    }

    /// No attempt is left: a copy, else what the application said itself, else the page.
    fn conclude(&mut self, now: &mut Now) -> Step {
        let arrived = self.failed.as_ref().is_some_and(|f| f.keep);
        if self.may_look() && !(arrived && self.config.bodies == Bodies::None) {
            return self.look(Phase::Failing, now);
        }
        self.answer_failed(now)
    }

    pub(super) fn look(&mut self, phase: Phase, now: &mut Now) -> Step {
        if !self.may_look() {
            return self.looked(phase, None, now);
        }
        if let Some((record, tier)) = self.held.as_ref().map(Held::parts) {
            let record = record.clone();
            self.copy = self.judge_copy(record, phase, tier, now);
            return self.after_look(phase, now);
        }
        if self.is_known_absent(now) {
            self.copy = Copies::Asking(Tier::Kv);
            return self.looked(phase, None, now);
        }
        self.phase = phase;
        self.copy = Copies::Asking(Tier::Cache);
        Step::Lookup(Tier::Cache)
    }

    /// Nobody asks an origin whose breaker is open, and every visitor would ask the tiers for what is not there.
    fn is_known_absent(&self, now: &mut Now) -> bool {
        let is_open = self.failed.as_ref().is_some_and(|failed| failed.open.is_some());
        if !is_open {
            return false;
        }
        let (key, stored) = (self.key(), now.state.stored());
        stored.is_absent(Tier::Cache, &key, now.time)
            && (!self.bindings.kv || stored.is_absent(Tier::Kv, &key, now.time))
    }

    pub(super) fn looked(&mut self, phase: Phase, found: Option<Record>, now: &mut Now) -> Step {
        if phase == Phase::Caching {
            return self.cached(found, now);
        }
        match (found, &self.copy) {
            (Some(record), Copies::Asking(tier)) => {
                let tier = *tier;
                self.copy = self.judge_copy(record, phase, tier, now);
                // Another data centre may have seen a newer one.
                if matches!(self.copy, Copies::None) && tier == Tier::Cache && self.bindings.kv {
                    self.copy = Copies::Asking(Tier::Kv);
                    return Step::Lookup(Tier::Kv);
                }
            }
            (None, Copies::Asking(Tier::Cache)) if self.bindings.kv => {
                self.copy = Copies::Asking(Tier::Kv);
                return Step::Lookup(Tier::Kv);
            }
            _ => {
                self.line.no_copy = self.line.no_copy.or(Some("none"));
                self.copy = Copies::None;
            }
        }
        self.after_look(phase, now)
    }

    /// It is known whether there is a copy.
    fn after_look(&mut self, phase: Phase, now: &mut Now) -> Step {
        let found = matches!(self.copy, Copies::Found(..));
        self.phase = phase;
        match phase {
            _ if found => self.answer_copy(now),
            Phase::Impatient => self.wait_for_news(),
            Phase::Sparing => self.fetch_sparing(now),
            Phase::BeforeSleep(wait) => self.sleep(wait, now),
            Phase::Error500 => {
                self.phase = Phase::Done;
                let answer = self.relayed();
                let finish = self.finish(answer, After::default(), now);
                Step::Finish(Box::new(finish))
            }
            _ => self.answer_failed(now),
        }
    }
}

/// How an origin that is not asked now failed last. An error that only one path has (`FAILURE_STATUSES`) says nothing of others.
pub(super) fn as_failed_last(last: Option<Failure>, otherwise: Kind) -> Failure {
    last.filter(|failure| failure.status() >= 500).unwrap_or(Failure::new(otherwise, None))
}
