//! What do the isolates of one data centre know together of an origin that fails? The binding `INCIDENTS`.
//!
//! An isolate tells of a failure and learns what others saw; it asks before it probes, and exactly one of all gets leave to.
//! One [`Incident`] for each origin and data centre, in a Durable Object, in memory only: forgetting it is harmless, since
//! every isolate has a breaker of its own. Nobody asks while all is well.
//!
//! What counts is time, not requests: isolates tell of failures, but a good answer is told only by who told of a failure
//! before. So the shared breaker opens when [`Params::failures`] were told, none by somebody who had had a later good answer than all who told before, and
//! nobody has had one for [`QUIET`]: an origin that fails a third of all requests has one every moment.

mod wire;

use std::time::Duration;

use crate::breaker::{Breaker, PROBE_WAIT, Params, Stage, Verdict};
use crate::random::Random;
use crate::time::Time;

/// What is told and asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// What happened.
    pub report: Report,
    /// The policy of who asks.
    pub breaker: Params,
}

/// What happened to one isolate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Attempts failed.
    Failed(Failures),
    /// An attempt is under way, and takes suspiciously long.
    Slow {
        /// See [`Failures::path`].
        path: u16,
    },
    /// The isolate's own breaker is due for a probe.
    Probe,
    /// The one probe is still on its way.
    Underway,
    /// After a failure that was told, an attempt worked.
    Worked {
        /// It was the one probe.
        probe: bool,
    },
    /// The one probe ended for a reason that says nothing of the origin.
    Returned,
    /// The one probe failed.
    Lost {
        /// The origin's own wish.
        retry_after: Option<Duration>,
    },
}

/// What an isolate has to say of attempts that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// All of them since it was last asked; a timeout counts twice.
    pub weight: u32,
    /// How long ago it had its last good answer, if it had any.
    pub worked: Option<Duration>,
    /// The origin's own wish.
    pub retry_after: Option<Duration>,
    /// A hash of the last one's path: one bad page is no outage.
    pub path: u16,
    /// The last one was of a kind that has nothing to do with the path.
    pub everywhere: bool,
}

/// What an isolate learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing that others saw is a reason not to ask the origin.
    Closed,
    /// Nobody is to ask it for so long.
    Open(Duration),
    /// You are the one who may.
    Probe,
    /// It came back so long ago.
    Ramp(Duration),
    /// It came back so long ago, some minutes at most, and its return is over.
    Over(Duration),
}

impl Known {
    /// The word for the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open(_) => "open",
            Self::Probe => "probe",
            Self::Ramp(_) => "ramp",
            Self::Over(_) => "over",
        }
    }
}

/// What is known of one origin.
#[derive(Debug, Clone, Default)]
pub struct Incident {
    breaker: Breaker,
    /// Failures told since the last good answer.
    weight: u32,
    /// When the last failure was told, and when somebody had a good answer, as far as known.
    told: Time,
    worked: Time,
    /// The path of the first of those failures.
    path: Option<u16>,
    /// They were of several paths, or of a kind that has nothing to do with it.
    everywhere: bool,
    /// When it last came back.
    back: Option<Time>,
}

impl Incident {
    /// Takes note of what one isolate tells, and says what there is to know.
    pub fn hear(&mut self, question: Question, now: Time, random: &mut Random) -> Known {
        let params = question.breaker;
        self.breaker.settle(now);
        match (question.report, self.breaker.stage(now)) {
            (Report::Failed(failures), stage @ (Stage::Closed | Stage::Ramp(_))) => {
                self.count(&failures, now);
                // Half of the usual patience while it is only just coming back.
                let enough = if stage == Stage::Closed { params.failures } else { params.failures.div_ceil(2) };
                self.judge(enough, params, failures.retry_after, now, random);
            }
            // Who is slow at another path than the one that fails is the second witness.
            (Report::Slow { path }, Stage::Closed) => {
                self.everywhere |= self.path.is_some_and(|known| known != path);
                self.judge(params.failures, params, None, now, random);
            }
            (Report::Lost { retry_after }, Stage::Probing(_)) => {
                self.breaker.failure(params, now, 1, retry_after, random);
            }
            (Report::Underway, Stage::Probing(_)) => self.breaker.renew(params, now, now),
            (Report::Returned, Stage::Probing(_)) => self.breaker.give_back(now),
            (Report::Worked { probe: true }, Stage::Probing(_)) => {
                self.breaker.success(params, now);
                self.back = Some(now);
                self.worked = now;
            }
            (Report::Worked { .. }, Stage::Closed | Stage::Ramp(_)) => {
                self.breaker.success(params, now);
                self.worked = now;
                self.forget();
            }
            // What was asked before says nothing of now.
            (Report::Failed(_) | Report::Worked { .. }, Stage::Open(_) | Stage::Probing(_))
            | (Report::Lost { .. }, Stage::Closed | Stage::Open(_) | Stage::Ramp(_))
            | (Report::Slow { .. }, Stage::Open(_) | Stage::Probing(_) | Stage::Ramp(_))
            | (Report::Underway | Report::Returned, Stage::Closed | Stage::Open(_) | Stage::Ramp(_))
            | (Report::Probe, _) => {}
        }
        self.known(question, now, random)
    }

    fn known(&mut self, question: Question, now: Time, random: &mut Random) -> Known {
        let probes = matches!(question.report, Report::Probe | Report::Slow { .. });
        let back = self.back.map(|back| now.since(back)).filter(|ago| *ago < MEMORY);
        match self.breaker.stage(now) {
            Stage::Closed => back.map_or(Known::Closed, Known::Over),
            Stage::Ramp(since) => Known::Ramp(since),
            Stage::Open(left) if !left.is_zero() => Known::Open(left.min(MAX_OPEN)),
            // The longer the probe takes, the less is it worth to ask again soon.
            Stage::Probing(left) if !left.is_zero() => {
                let taken = question.breaker.lease.saturating_sub(left);
                Known::Open(taken.max(PROBE_WAIT).min(left))
            }
            // It is due. Who is on the way already, or about to be, is the probe.
            Stage::Open(_) | Stage::Probing(_) if probes => match self.breaker.admit(question.breaker, now, random) {
                Verdict::Probe => Known::Probe,
                Verdict::Go | Verdict::Spare => Known::Closed,
                Verdict::Skip(left) => Known::Open(left),
            },
            Stage::Open(_) | Stage::Probing(_) => Known::Open(Duration::ZERO),
        }
    }

    fn count(&mut self, failures: &Failures, now: Time) {
        let worked = failures.worked.map(|ago| now - ago);
        if now.since(self.told) > MEMORY || worked.is_some_and(|worked| worked > self.worked) {
            self.forget();
        }
        self.worked = self.worked.max(worked.unwrap_or_default());
        self.told = now;
        self.weight = self.weight.saturating_add(failures.weight);
        self.everywhere |= failures.everywhere || self.path.is_some_and(|path| path != failures.path);
        self.path.get_or_insert(failures.path);
    }

    fn forget(&mut self) {
        (self.weight, self.path, self.everywhere) = (0, None, false);
    }

    /// Is it an outage by now?
    fn judge(&mut self, enough: u32, params: Params, asked: Option<Duration>, now: Time, random: &mut Random) {
        let enough = if self.everywhere { enough } else { enough.saturating_mul(ONE_PATH) };
        if params.failures > 0 && self.weight >= enough && now.since(self.worked) > QUIET {
            self.breaker.trip(params, now, asked, random);
            self.forget();
        }
    }
}

/// Nobody has had a good answer for so long.
pub const QUIET: Duration = Duration::from_secs(1);

/// If only one path is known to fail, it takes so many times the failures: it may be the only one that the site has.
const ONE_PATH: u32 = 4;

/// How long failures, and a recovery, are remembered.
const MEMORY: Duration = Duration::from_secs(300);

/// No isolate is kept away for longer, whatever a `Retry-After` says.
const MAX_OPEN: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: Params = Params {
        failures: 5,
        open_base: Duration::from_secs(5),
        open_cap: Duration::from_secs(60),
        lease: Duration::from_secs(11),
    };
    const START: Time = Time::from_secs(1_000);

    /// A data centre's isolates and what they share.
    struct Place {
        incident: Incident,
        now: Time,
        random: Random,
    }

    impl Place {
        fn new() -> Self {
            Self { incident: Incident::default(), now: START, random: Random::new(1) }
        }

        fn hears(&mut self, report: Report) -> Known {
            self.incident.hear(Question { report, breaker: PARAMS }, self.now, &mut self.random)
        }

        /// One failure at this path, by an isolate that had a good answer so many milliseconds ago.
        fn fails(&mut self, path: u16, worked: Option<u64>) -> Known {
            let worked = worked.map(Duration::from_millis);
            self.hears(Report::Failed(Failures { weight: 1, worked, path, ..Failures::default() }))
        }

        fn tripped() -> Self {
            let mut place = Self::new();
            (0..4).for_each(|path| assert_eq!(place.fails(path, None), Known::Closed));
            assert!(matches!(place.fails(4, None), Known::Open(left) if left <= PARAMS.open_base));
            place
        }

        fn later(&mut self, millis: u64) {
            self.now = self.now + Duration::from_millis(millis);
        }
    }

    #[test]
    fn five_isolates_with_one_failure_each_are_an_outage() {
        let mut place = Place::tripped();
        place.later(1_000);
        assert!(matches!(place.hears(Report::Slow { path: 9 }), Known::Open(_)), "a new one need not wait");
        assert!(matches!(place.hears(Report::Probe), Known::Open(_)));
    }

    #[test]
    fn an_origin_that_fails_now_and_then_is_none() {
        let mut place = Place::new();
        for path in 0..200 {
            assert_eq!(place.fails(path, Some(300)), Known::Closed);
            place.later(50);
        }
        // Isolates that have only failures to tell, and tell of the retry that worked.
        for path in 0..200 {
            assert_eq!(place.fails(path, None), Known::Closed);
            if path % 3 == 0 {
                place.hears(Report::Worked { probe: false });
            }
            place.later(50);
        }
    }

    #[test]
    fn one_bad_page_is_none_unless_it_is_all_that_is_ever_told() {
        let mut place = Place::new();
        (0..19).for_each(|_| assert_eq!(place.fails(7, None), Known::Closed));
        let mut witness = Place { incident: place.incident.clone(), ..Place::new() };
        assert!(matches!(place.fails(7, None), Known::Open(_)));
        assert_eq!(witness.hears(Report::Slow { path: 7 }), Known::Closed);
        assert!(matches!(witness.hears(Report::Slow { path: 8 }), Known::Open(_)), "a second path");
        let refused = Failures { weight: 5, path: 7, everywhere: true, ..Failures::default() };
        assert!(matches!(Place::new().hears(Report::Failed(refused)), Known::Open(_)), "nobody listens, at no path");
    }

    #[test]
    fn failures_of_long_ago_do_not_count() {
        let mut place = Place::new();
        (0..4).for_each(|path| assert_eq!(place.fails(path, None), Known::Closed));
        place.later(301_000);
        assert_eq!(place.fails(4, None), Known::Closed);
    }

    #[test]
    fn one_of_all_isolates_probes() {
        let mut place = Place::tripped();
        place.later(5_000);
        assert_eq!(place.hears(Report::Probe), Known::Probe);
        // Most probes are quick; of one that is not, nobody asks more often than each time that it has taken twice as long.
        for (after, expected) in [(0, 1), (0, 1), (1_000, 1), (1_000, 2), (2_000, 4), (4_000, 3)] {
            place.later(after);
            let known = place.hears(Report::Probe);
            assert!(
                matches!(known, Known::Open(left) if left == Duration::from_secs(expected)),
                "{expected}: {known:?}"
            );
        }
        place.later(3_000);
        assert_eq!(
            place.hears(Report::Slow { path: 1 }),
            Known::Probe,
            "the first one got lost, and this one is on its way"
        );
    }

    #[test]
    fn stragglers_change_nothing() {
        let mut place = Place::tripped();
        place.hears(Report::Worked { probe: false });
        assert!(matches!(place.fails(1, None), Known::Open(_)));
        place.later(5_000);
        assert_eq!(place.fails(1, None), Known::Open(Duration::ZERO), "it is due, but not by one that failed");
        assert_eq!(place.hears(Report::Probe), Known::Probe);
        place.fails(2, None);
        place.hears(Report::Worked { probe: false });
        assert!(matches!(place.hears(Report::Probe), Known::Open(_)), "still the one probe");
        assert!(matches!(place.hears(Report::Lost { retry_after: None }), Known::Open(left) if left.as_secs() >= 8));
    }

    #[test]
    fn all_come_back_together_and_slowly() {
        let mut place = Place::tripped();
        place.later(5_000);
        assert_eq!(place.hears(Report::Probe), Known::Probe);
        assert_eq!(place.hears(Report::Worked { probe: true }), Known::Ramp(Duration::ZERO));
        place.later(1_500);
        assert_eq!(place.hears(Report::Probe), Known::Ramp(Duration::from_millis(1_500)));
        place.later(2_000);
        assert_eq!(place.hears(Report::Probe), Known::Over(Duration::from_millis(3_500)));
        place.later(301_000);
        assert_eq!(place.hears(Report::Probe), Known::Closed);
    }

    #[test]
    fn it_falls_back_sooner_while_it_is_coming_back() {
        let mut place = Place::tripped();
        place.later(5_000);
        place.hears(Report::Probe);
        place.hears(Report::Worked { probe: true });
        place.later(1_500);
        (0..2).for_each(|path| assert!(matches!(place.fails(path, None), Known::Ramp(_))));
        assert!(matches!(place.fails(3, None), Known::Open(left) if left.as_secs() >= 8), "and for twice as long");
    }

    #[test]
    fn the_next_outage_begins_anew() {
        let mut place = Place::tripped();
        for minutes in [1, 10] {
            place.later(5_000);
            assert_eq!(place.hears(Report::Probe), Known::Probe);
            assert_eq!(place.hears(Report::Worked { probe: true }), Known::Ramp(Duration::ZERO));
            place.later(minutes * 60_000);
            (0..4).for_each(|path| assert!(!matches!(place.fails(path, None), Known::Open(_))));
            assert!(
                matches!(place.fails(4, None), Known::Open(left) if left <= PARAMS.open_base),
                "after {minutes} min"
            );
        }
    }

    #[test]
    fn the_origins_own_wish_counts() {
        let mut place = Place::new();
        let retry_after = Some(Duration::from_secs(40));
        let failures = Failures { weight: 5, everywhere: true, retry_after, ..Failures::default() };
        let known = place.hears(Report::Failed(failures));
        assert!(matches!(known, Known::Open(left) if (40..=42).contains(&left.as_secs())), "{known:?}");
    }
}
