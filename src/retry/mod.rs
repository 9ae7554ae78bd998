//! Is this failed attempt followed by another one, when, and if not, why not?
//!
//! First law: a request is sent twice only if sending it twice is as good as sending it once (RFC 9110 §9.2.2), or if the
//! failure proves that it never arrived. Second: retries are a small share of the traffic ([`Budget`]), so that a dying
//! origin is not killed by its helpers. Not here: which origin is next, and copies (`flow`).

mod after;
mod backoff;
mod budget;

pub use after::{MAX_RETRY_AFTER, retry_after};
pub use backoff::Backoff;
pub use budget::{Budget, Share};

use std::time::Duration;

use crate::failure::{Failure, Worth};
use crate::random::Random;
use crate::time::Time;

/// The policy: from `RETRY_*`.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Retries after the first attempt, 0–5.
    pub attempts: u32,
    /// Methods that are retried whatever the failure.
    pub methods: Vec<String>,
    /// How long to wait before a retry.
    pub backoff: Backoff,
    /// Retries as a share of recent requests.
    pub budget: Share,
}

/// Can the request be sent again as it was?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// It has no body, or its body was kept.
    Yes,
    /// No: its body is given away with the first attempt. But it is small, and takes no time to speak of.
    Once,
    /// No: its body is on its way from the visitor, for as long as that takes.
    No,
}

/// What is known when an attempt has failed.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The request's method.
    pub method: &'a str,
    /// Can it be sent again?
    pub replay: Replay,
    /// How the attempt failed.
    pub failure: Failure,
    /// Attempts so far, at least 1.
    pub attempts: u32,
    /// The next attempt would go to another origin than the one that failed.
    pub elsewhere: bool,
    /// Nobody would be asked: every breaker is open.
    pub open: bool,
    /// The failed origin's `Retry-After`.
    pub retry_after: Option<Duration>,
    /// When the whole request must be answered.
    pub deadline: Time,
    /// Now.
    pub now: Time,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Once more, after this wait.
    Again(Duration),
    /// Not again.
    Stop(StopReason),
}

/// Why there is no other attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// All attempts are used up.
    Attempts,
    /// The same would happen again.
    Pointless,
    /// The method is not safe to repeat and the request may have been carried out.
    Method,
    /// The body was not kept.
    Body,
    /// No time is left.
    Deadline,
    /// The origin asks for a longer wait than there is time.
    RetryAfter,
    /// By the time of the retry no origin would be asked.
    Breaker,
    /// Too many retries already.
    Budget,
}

impl StopReason {
    /// The reason in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Pointless => "pointless",
            Self::Method => "method",
            Self::Body => "body",
            Self::Deadline => "deadline",
            Self::RetryAfter => "retry_after",
            Self::Breaker => "breaker",
            Self::Budget => "budget",
        }
    }
}

/// Decides, and takes the retry out of the budget if there is to be one. `allowed` is how many attempts there may be in
/// all: more than [`Params::attempts`] when there are more fallback origins than that.
pub fn decide(params: &Params, at: &Situation, allowed: u32, budget: &mut Budget, random: &mut Random) -> Decision {
    use Decision::{Again, Stop};
    if at.attempts >= allowed {
        return Stop(StopReason::Attempts);
    }
    // Another origin may well have a good certificate; the same one has not.
    let gives_up = at.failure.kind().row().worth == Worth::GiveUp;
    if gives_up && !at.elsewhere {
        return Stop(StopReason::Pointless);
    }
    if at.failure.kind() == crate::failure::Kind::Loop {
        return Stop(StopReason::Pointless);
    }
    // What is not to be repeated goes elsewhere only where trying again is of use at all.
    if !params.methods.iter().any(|m| m == at.method) && (gives_up || !at.failure.never_sent()) {
        return Stop(StopReason::Method);
    }
    if at.replay != Replay::Yes {
        return Stop(StopReason::Body);
    }
    // `Retry-After` speaks for the origin that sent it, not for another one.
    let asked = if at.elsewhere { Duration::ZERO } else { at.retry_after.unwrap_or_default() };
    // All who were told the same moment do not come back at that very moment: the jitter comes on top.
    let wait = if at.elsewhere { Duration::ZERO } else { asked + params.backoff.wait(at.attempts, random) };
    let left = at.deadline.since(at.now);
    if wait + MIN_ATTEMPT > left {
        return Stop(if asked + MIN_ATTEMPT > left && !asked.is_zero() {
            StopReason::RetryAfter
        } else {
            StopReason::Deadline
        });
    }
    if at.open {
        return Stop(StopReason::Breaker);
    }
    if !at.elsewhere && !budget.take(params.budget, at.now) {
        return Stop(StopReason::Budget);
    }
    Again(wait)
}

/// With less time than this left an attempt is not worth making: a connection alone takes tens of milliseconds.
pub const MIN_ATTEMPT: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    const NOW: Time = Time::from_secs(1_000);

    fn at(method: &'static str, kind: Kind, received: Option<u16>) -> Situation<'static> {
        Situation {
            method,
            replay: Replay::Yes,
            failure: Failure::new(kind, received),
            attempts: 1,
            elsewhere: false,
            open: false,
            retry_after: None,
            deadline: NOW + Duration::from_secs(25),
            now: NOW,
        }
    }

    fn decided(situation: &Situation) -> Decision {
        let params = Params {
            attempts: 1,
            methods: ["GET", "HEAD", "OPTIONS"].map(String::from).to_vec(),
            backoff: Backoff { base: Duration::from_millis(100), cap: Duration::from_secs(1) },
            budget: Share(0.2),
        };
        decide(&params, situation, 2, &mut Budget::default(), &mut Random::new(1))
    }

    /// RFC 9110 §9.2.2.
    #[test]
    fn never_repeats_what_is_not_safe_to_repeat() {
        for method in ["POST", "PATCH", "PUT", "DELETE", "CONNECT", "LOCK", "get", ""] {
            let stop = Decision::Stop(StopReason::Method);
            assert_eq!(decided(&at(method, Kind::BadGateway, Some(502))), stop, "{method}");
            assert_eq!(decided(&at(method, Kind::ConnectionTerminated, None)), stop, "{method}");
            // Words alone prove nothing.
            assert_eq!(decided(&at(method, Kind::ConnectionRefused, None)), stop, "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(matches!(decided(&at(method, Kind::BadGateway, Some(502))), Decision::Again(_)), "{method}");
        }
    }

    #[test]
    fn repeats_anything_that_provably_never_arrived() {
        for (kind, status) in
            [(Kind::ConnectionRefused, 521), (Kind::Unroutable, 523), (Kind::Dns, 530), (Kind::Tunnel, 530)]
        {
            let put = at("PUT", kind, Some(status));
            assert!(matches!(decided(&put), Decision::Again(_)), "{status}");
            let given_away = Situation { replay: Replay::No, ..put };
            assert_eq!(decided(&given_away), Decision::Stop(StopReason::Body), "{status}");
        }
    }

    #[test]
    fn does_not_repeat_what_fails_the_same_way_again_except_elsewhere() {
        let tls = at("GET", Kind::Certificate, Some(526));
        assert_eq!(decided(&tls), Decision::Stop(StopReason::Pointless));
        assert_eq!(decided(&Situation { elsewhere: true, ..tls }), Decision::Again(Duration::ZERO));
        let looping = Situation { elsewhere: true, ..at("GET", Kind::Loop, None) };
        assert_eq!(decided(&looping), Decision::Stop(StopReason::Pointless));
    }

    /// RFC 9110 §10.2.3: never longer than the deadline.
    #[test]
    fn waits_as_long_as_asked_but_not_past_the_deadline() {
        let asked = |secs| Situation {
            retry_after: Some(Duration::from_secs(secs)),
            ..at("GET", Kind::Unavailable, Some(503))
        };
        let Decision::Again(wait) = decided(&asked(3)) else { panic!("not again") };
        let asked_for = Duration::from_secs(3);
        // Who was told the same moment does not come back at that very moment.
        assert!(wait > asked_for && wait <= asked_for + Duration::from_millis(100), "{wait:?}");
        assert_eq!(decided(&asked(25)), Decision::Stop(StopReason::RetryAfter));
        let elsewhere = Situation { elsewhere: true, ..asked(25) };
        assert_eq!(decided(&elsewhere), Decision::Again(Duration::ZERO), "it speaks for the origin that sent it");
    }

    /// A wait for an origin that will not be asked is a visitor's time for nothing.
    #[test]
    fn waits_for_nobody_who_will_not_be_asked() {
        let open = Situation { open: true, ..at("GET", Kind::BadGateway, Some(502)) };
        assert_eq!(decided(&open), Decision::Stop(StopReason::Breaker));
        assert_eq!(decided(&Situation { elsewhere: true, ..open }), Decision::Stop(StopReason::Breaker));
    }

    #[test]
    fn stops_at_the_deadline_and_at_the_last_attempt() {
        let get = at("GET", Kind::BadGateway, Some(502));
        assert_eq!(decided(&Situation { deadline: NOW, ..get }), Decision::Stop(StopReason::Deadline));
        assert_eq!(decided(&Situation { attempts: 2, ..get }), Decision::Stop(StopReason::Attempts));
    }
}
