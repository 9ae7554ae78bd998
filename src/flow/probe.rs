//! Who is the probe of an origin that has failed, and how long does it count as one?
//!
//! One at a time, of this isolate and, with `INCIDENTS`, of all. Mostly it ends with its timeout. A request whose body is
//! still on its way from the visitor has none: it says now and then that it is under way. When its visitor goes away the
//! platform ends it, and nothing more is heard of it; then another may go. So it may when `BREAKER_OPEN` is over: nobody is
//! to keep others from an origin by sending slowly.

use std::time::Duration;

use super::consult::Why;
use super::{Flow, Now, Phase, Step};
use crate::breaker::{PROBE_WAIT, Stage, Verdict};
use crate::config::Mode;
use crate::incidents::Report;
use crate::retry::Replay;

impl Flow {
    /// May this request go to the present target?
    pub(super) fn admit(&mut self, now: &mut Now) -> Verdict {
        if self.drill.is_some() || self.config.mode == Mode::Observe {
            return Verdict::Go;
        }
        let params = self.config.breaker;
        let breaker = &mut self.origin(now.state).breaker;
        // A body on its way from the visitor takes its time, and may break off: a bad probe, if there is any other to be had.
        if self.replay != Replay::Yes
            && params.failures > 0
            && breaker.due_for(now.time).is_some_and(|due| due < params.lease)
        {
            return Verdict::Skip(PROBE_WAIT);
        }
        breaker.admit(params, now.time, &mut self.random)
    }

    /// The breaker would let this request through as its probe: do others know better?
    pub(super) fn ask_to_probe(&mut self) -> Option<Step> {
        if !self.shares() {
            return None;
        }
        self.phase = Phase::Asking(Why::Probe);
        Some(Step::Consult(self.consult(Report::Probe)))
    }

    /// May a probe go that nobody waits for? Where all isolates share one, none is wasted on that.
    pub(super) fn may_go_unasked(&mut self, now: &mut Now) -> bool {
        let is_due = matches!(self.origin(now.state).breaker.stage(now.time), Stage::Open(_) | Stage::Probing(_));
        !(self.shares() && is_due) && matches!(self.admit(now), Verdict::Go | Verdict::Probe)
    }

    /// After which time the attempt that now begins is to say that it is under way; `None`: it is no probe, or ends in time.
    pub(super) fn first_sign(&self, now: &mut Now) -> Option<Duration> {
        let has_part = self.config.breaker.failures > 0 && self.config.mode == Mode::On && self.drill.is_none();
        let is_endless = self.replay == Replay::No && has_part;
        let is_probe = is_endless && matches!(self.origin(now.state).breaker.stage(now.time), Stage::Probing(_));
        is_probe.then(|| self.sign_after())
    }

    /// It is under way.
    pub(super) fn sign(&mut self, now: &mut Now) -> Step {
        let (params, asked_at) = (self.config.breaker, self.asked_at);
        if now.time.since(asked_at) > params.open_cap {
            (self.phase, self.probing) = (Phase::Attempting, false);
            return Step::Wait(None);
        }
        self.origin(now.state).breaker.renew(params, asked_at, now.time);
        if !self.probing {
            return self.signed();
        }
        self.phase = Phase::Signing;
        Step::Consult(self.consult(Report::Underway))
    }

    /// It goes on.
    pub(super) fn signed(&mut self) -> Step {
        self.phase = Phase::Attempting;
        Step::Wait(Some(self.sign_after()))
    }

    /// Twice in a lease: should one come late, another is not.
    fn sign_after(&self) -> Duration {
        self.config.breaker.lease / 2
    }
}
