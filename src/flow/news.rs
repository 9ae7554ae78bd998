//! How long does somebody without a copy wait for an origin that does not answer? Until the timeout, unless it turns out
//! meanwhile that it would be in vain.
//!
//! Once a second they look at what their isolate has learnt from the others: where the breaker has opened since, they get what
//! everybody gets who comes now. The attempt goes on, and what becomes of it counts. Whoever came after the first ones of an
//! outage therefore waits no longer than they do.

use std::time::Duration;

use super::steps::as_failed_last;
use super::{Failed, Flow, Now, Phase, Step};
use crate::breaker::Stage;
use crate::config::Mode;
use crate::failure::Kind;

impl Flow {
    /// After which time somebody who cannot get a copy looks for the first time: not before their patience is over.
    pub(super) fn first_news(&self, now: &Now) -> Option<Duration> {
        self.heeds_news().then(|| self.patience(now).max(NEWS))
    }

    /// The attempt goes on, and there is no copy.
    pub(super) fn wait_for_news(&mut self) -> Step {
        self.phase = Phase::Attempting;
        Step::Wait(self.heeds_news().then_some(NEWS))
    }

    /// A look at what others have learnt.
    pub(super) fn news(&mut self, now: &mut Now) -> Step {
        match self.hopeless_for(now) {
            Some(left) => {
                self.line.no_retry = Some("breaker");
                self.give_up_waiting(left, now)
            }
            // Whose patience was over before there was any doubt.
            None if self.doubt(now).is_some() => self.ask_in_doubt(now),
            None => self.wait_for_news(),
        }
    }

    /// It is known that it will come to nothing: the attempt goes on, but nobody waits for it.
    pub(super) fn give_up_waiting(&mut self, left: Duration, now: &mut Now) -> Step {
        let last = self.origin(now.state).last;
        let failure = as_failed_last(last, Kind::ResponseTimeout);
        self.failed = Some(Failed { open: Some(left), ..Failed::of(failure) });
        self.look(Phase::Doubting, now)
    }

    /// Whoever sends something wants to know what became of it, and a probe has to be waited for.
    pub(super) fn heeds_news(&self) -> bool {
        matches!(self.request.method(), "GET" | "HEAD")
            && self.config.mode == Mode::On
            && self.config.breaker.failures > 0
            && self.drill.is_none()
            && self.download.is_none()
            && !self.probing
    }

    /// How long is no origin to be asked? Not while this very attempt may be the probe.
    fn hopeless_for(&self, now: &mut Now) -> Option<Duration> {
        match self.origin(now.state).breaker.stage(now.time) {
            Stage::Open(left) if !left.is_zero() => self.all_open(now).then_some(left),
            _ => None,
        }
    }
}

/// How often.
pub const NEWS: Duration = Duration::from_secs(1);
