//! May this request go to the origin at all, or has it failed so often that asking again only hurts?
//!
//! Closed, open, probing, and a ramp back: after a good probe a growing share of the requests is let through, so that the
//! herd does not knock over what has just come back. While the breaker is open not one request reaches the origin.
//! One breaker per origin and isolate; `now` and chance are arguments.

mod window;

use std::time::Duration;

use window::Window;

use crate::random::Random;
use crate::time::Time;

/// The policy: from `BREAKER_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params {
    /// Consecutive failures that open it; 0 = there is no breaker.
    pub failures: u32,
    /// How long it stays open the first time.
    pub open_base: Duration,
    /// And at most, doubling.
    pub open_cap: Duration,
    /// How long nothing may be heard of a probe before it counts as lost and another may go.
    pub lease: Duration,
}

/// One origin's breaker.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    state: State,
    /// Failures in a row, by weight, and how many they are.
    consecutive: u32,
    row: u32,
    window: Window,
    /// How often it opened without having been fully closed in between.
    trips: u32,
    /// When it last opened, let a probe through or saw the origin come back.
    turned: Time,
    /// When it last opened.
    opened: Time,
}

#[derive(Debug, Clone, Copy, Default)]
enum State {
    #[default]
    Closed,
    Open {
        until: Time,
    },
    /// One request is on its way; if nothing is heard of it by then, another may go.
    Probing {
        lease: Time,
    },
    Ramp {
        since: Time,
    },
}

/// What the breaker says to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go.
    Go,
    /// Go; all others wait for what becomes of you.
    Probe,
    /// Do not ask the origin; a probe may be due after this time.
    Skip(Duration),
    /// It is only just coming back: take a copy if there is one, else go.
    Spare,
}

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Requests go.
    Closed,
    /// None goes for this long; then a probe.
    Open(Duration),
    /// One is on its way, and for this long no other may be.
    Probing(Duration),
    /// It came back so long ago, and a growing share goes.
    Ramp(Duration),
}

impl Stage {
    /// In one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open(_) => "open",
            Self::Probing(_) => "probing",
            Self::Ramp(_) => "ramp",
        }
    }
}

impl Breaker {
    /// May this request go?
    pub fn admit(&mut self, params: Params, now: Time, random: &mut Random) -> Verdict {
        if params.failures == 0 {
            return Verdict::Go;
        }
        self.settle(now);
        match self.state {
            State::Closed => Verdict::Go,
            State::Open { until } if now < until => Verdict::Skip(until.since(now)),
            State::Probing { lease } if now < lease => Verdict::Skip(lease.since(now).min(PROBE_WAIT)),
            State::Open { .. } | State::Probing { .. } => {
                self.probe(params, now);
                Verdict::Probe
            }
            State::Ramp { since } => match share(now.since(since)) {
                Some(share) if random.unit() >= share => Verdict::Spare,
                Some(_) | None => Verdict::Go,
            },
        }
    }

    /// When its return is over it is as if nothing had been: the next outage begins anew. Whoever does not ask to be admitted
    /// has to see to it.
    pub fn settle(&mut self, now: Time) {
        if self.stage(now) == Stage::Closed && matches!(self.state, State::Ramp { .. }) {
            self.close();
        }
    }

    /// The origin answered properly.
    pub fn success(&mut self, params: Params, now: Time) {
        if params.failures == 0 {
            return;
        }
        (self.consecutive, self.row) = (0, 0);
        self.window.count(now, false);
        match self.state {
            State::Probing { .. } => self.come_back(Duration::ZERO, now),
            // While it is open, only an answer to what was asked before can come: it says nothing of now.
            State::Open { .. } | State::Closed | State::Ramp { .. } => {}
        }
    }

    /// The origin failed. `weight` is 1, or 2 for a timeout, which costs a visitor far more than a quick refusal; 0 for what
    /// proves nothing but that a probe has not come back.
    /// `retry_after` is the origin's own wish, and a lower bound for the open time.
    pub fn failure(
        &mut self,
        params: Params,
        now: Time,
        weight: u32,
        retry_after: Option<Duration>,
        random: &mut Random,
    ) {
        if params.failures == 0 {
            return;
        }
        self.consecutive = self.consecutive.saturating_add(weight);
        if weight > 0 {
            self.row = self.row.saturating_add(1);
            self.window.count(now, true);
        }
        let trip = match self.state {
            State::Open { .. } => false,
            State::Probing { .. } => true,
            State::Ramp { .. } | State::Closed => self.is_streak(params, now) || self.window.bad(now),
        };
        if trip {
            self.trip(params, now, retry_after, random);
        }
    }

    /// Are the failures in a row an outage? [`Params::failures`] are, unless so many were failing before that at so many
    /// requests a row of that length is nothing but chance.
    fn is_streak(&self, params: Params, now: Time) -> bool {
        self.consecutive >= params.failures && self.row >= self.window.chance(now, self.row)
    }

    /// Where it stands. Unlike [`Self::admit`] this does not count as a request.
    #[must_use]
    pub fn stage(&self, now: Time) -> Stage {
        match self.state {
            State::Open { until } => Stage::Open(until.since(now)),
            State::Probing { lease } => Stage::Probing(lease.since(now)),
            State::Ramp { since } if share(now.since(since)).is_some() => Stage::Ramp(now.since(since)),
            State::Ramp { .. } | State::Closed => Stage::Closed,
        }
    }

    /// Would a request be turned away now?
    #[must_use]
    pub fn is_open(&self, now: Time) -> bool {
        matches!(self.stage(now), Stage::Open(left) | Stage::Probing(left) if !left.is_zero())
    }

    /// For how long has it been waiting for somebody to be its probe, if it has?
    #[must_use]
    pub fn due_for(&self, now: Time) -> Option<Duration> {
        match self.state {
            State::Open { until } | State::Probing { lease: until } if until <= now => Some(now.since(until)),
            State::Open { .. } | State::Probing { .. } | State::Closed | State::Ramp { .. } => None,
        }
    }

    /// One request is the probe.
    pub fn probe(&mut self, params: Params, now: Time) {
        self.turned = now;
        self.state = State::Probing { lease: now + params.lease };
    }

    /// The probe, asked at that time, is still on its way: no other may go for another lease.
    pub fn renew(&mut self, params: Params, asked_at: Time, now: Time) {
        if !self.is_of_before(asked_at)
            && let State::Probing { lease } = &mut self.state
        {
            *lease = now + params.lease;
        }
    }

    /// The probe ended for a reason that says nothing of the origin: the next one may be it.
    pub fn give_back(&mut self, now: Time) {
        if let State::Probing { .. } = self.state {
            self.state = State::Open { until: now };
        }
    }

    /// Others know that the origin is to be left alone for this long. No isolate comes back before that, and they do not
    /// come back together.
    pub fn keep_open(&mut self, left: Duration, now: Time, random: &mut Random) {
        let spread = spread(left, random);
        (self.turned, self.opened) = (now, now);
        self.state = State::Open { until: now + (left + spread).max(MIN_OPEN) };
        (self.consecutive, self.row) = (0, 0);
    }

    /// Others know that the origin came back so long ago.
    pub fn come_back(&mut self, ago: Duration, now: Time) {
        self.turned = now - ago;
        self.state = State::Ramp { since: self.turned };
        (self.consecutive, self.row) = (0, 0);
    }

    /// Others know that all is well again.
    pub fn close(&mut self) {
        *self = Self { turned: self.turned, ..Self::default() };
    }

    /// Was this asked before things took a turn? That it failed says nothing of now: the attempts of a hang time out while the
    /// probe is on its way, and when all is well again.
    #[must_use]
    pub fn is_of_before(&self, asked_at: Time) -> bool {
        asked_at < self.turned
    }

    /// Opens it.
    pub fn trip(&mut self, params: Params, now: Time, retry_after: Option<Duration>, random: &mut Random) {
        let factor = 1u32.checked_shl(self.trips).unwrap_or(u32::MAX);
        let span = params.open_base.saturating_mul(factor).min(params.open_cap);
        // 80–100 %: isolates that tripped together do not probe together, and none waits longer than configured.
        let span = span.mul_f64(0.8 + 0.2 * random.unit());
        // Those who are told the same moment do not come back at that very moment either.
        let asked = retry_after.map_or(Duration::ZERO, |asked| asked + spread(asked, random)).min(params.open_cap);
        *self = Self {
            state: State::Open { until: now + span.max(asked) },
            trips: self.trips.saturating_add(1),
            turned: now,
            opened: now,
            ..Self::default()
        };
    }

    /// Did it open after this? Then it knows more than those who saw the origin come back at that time.
    #[must_use]
    pub fn opened_after(&self, then: Time) -> bool {
        self.opened > then
    }
}

/// How much later than told one isolate comes back.
fn spread(span: Duration, random: &mut Random) -> Duration {
    span.mul_f64(0.2 * random.unit()).min(MAX_SPREAD)
}

/// The share of requests let through at this time after a good probe; `None`: all, and the outage is over.
fn share(elapsed: Duration) -> Option<f64> {
    let step = (elapsed.as_millis() / RAMP_STEP.as_millis()) as usize;
    RAMP.get(step).copied()
}

const RAMP: [f64; 3] = [0.10, 0.25, 0.50];
const RAMP_STEP: Duration = Duration::from_secs(1);
/// While a probe is on its way, nobody else asks again sooner.
pub const PROBE_WAIT: Duration = Duration::from_secs(1);

/// How much later than others said an isolate comes back at most, and how soon at least.
const MAX_SPREAD: Duration = Duration::from_secs(2);
const MIN_OPEN: Duration = Duration::from_millis(100);
