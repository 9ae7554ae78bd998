//! The breaker by itself: when it opens, for how long, its one probe, and the ramp back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

use std::time::Duration;

use understudy::breaker::{Breaker, Params, Stage, Verdict};
use understudy::random::Random;
use understudy::time::Time;

const PARAMS: Params = Params {
    failures: 5,
    open_base: Duration::from_secs(5),
    open_cap: Duration::from_secs(60),
    lease: Duration::from_secs(11),
};
const START: Time = Time::from_secs(1_000);

fn tripped(random: &mut Random) -> Breaker {
    let mut breaker = Breaker::default();
    (0..5).for_each(|_| breaker.failure(PARAMS, START, 1, None, random));
    breaker
}

#[test]
fn opens_at_the_fifth_consecutive_failure() {
    let random = &mut Random::new(1);
    let mut breaker = Breaker::default();
    for _ in 0..4 {
        breaker.failure(PARAMS, START, 1, None, random);
    }
    assert_eq!(breaker.admit(PARAMS, START, random), Verdict::Go);
    breaker.failure(PARAMS, START, 1, None, random);
    assert!(matches!(breaker.admit(PARAMS, START, random), Verdict::Skip(left) if left <= PARAMS.open_base));
}

#[test]
fn a_success_starts_the_count_anew() {
    let random = &mut Random::new(1);
    let mut breaker = Breaker::default();
    for _ in 0..3 {
        (0..4).for_each(|_| breaker.failure(PARAMS, START, 1, None, random));
        breaker.success(PARAMS, START);
        // Twelve failures of fifteen: the rate alone needs twenty.
        assert_eq!(breaker.admit(PARAMS, START, random), Verdict::Go);
    }
}

/// A timeout weighs two, but a row of three is one of three.
#[test]
fn timeouts_that_chance_makes_open_it_no_more_often_than_other_errors() {
    let opened = |weight| {
        let (random, chance) = (&mut Random::new(1), &mut Random::new(2));
        let (mut breaker, mut opened) = (Breaker::default(), 0);
        for n in 0..60_000 {
            let now = START + Duration::from_millis(20 * n);
            let was_open = breaker.is_open(now);
            if matches!(breaker.admit(PARAMS, now, random), Verdict::Skip(_)) {
                continue;
            }
            match chance.unit() < 0.3 {
                true => breaker.failure(PARAMS, now, weight, None, random),
                false => breaker.success(PARAMS, now),
            }
            opened += u32::from(!was_open && breaker.is_open(now));
        }
        opened
    };
    let (errors, timeouts) = (opened(1), opened(2));
    // In the first moments, when nothing is known of the usual errors, a row of three timeouts does open it.
    assert!(timeouts <= errors + 5, "{timeouts} times with timeouts, {errors} times with errors");
}

/// At 30 % errors five in a row come every few hundred requests: an origin that serves the others is no outage.
#[test]
fn a_row_that_chance_makes_of_the_usual_errors_does_not_open_it() {
    let random = &mut Random::new(3);
    let mut breaker = Breaker::default();
    for n in 0..3_000 {
        let now = START + Duration::from_millis(10 * n);
        if n % 10 < 3 || (1_000..1_005).contains(&n) {
            breaker.failure(PARAMS, now, 1, None, random);
        } else {
            breaker.success(PARAMS, now);
        }
    }
    let now = START + Duration::from_secs(30);
    assert_eq!(breaker.stage(now), Stage::Closed);
    let failures = (1..).find(|_| {
        breaker.failure(PARAMS, now, 1, None, random);
        breaker.is_open(now)
    });
    assert!(failures.is_some_and(|failures| (6..=12).contains(&failures)), "a crash is seen soon: {failures:?}");
}

/// Where nothing failed before, there is nothing to be explained by chance, however much was asked.
#[test]
fn a_sudden_crash_of_a_busy_origin_opens_it_at_once() {
    let random = &mut Random::new(1);
    let mut breaker = Breaker::default();
    (0..10_000).for_each(|_| breaker.success(PARAMS, START));
    (0..5).for_each(|_| breaker.failure(PARAMS, START, 1, None, random));
    assert!(breaker.is_open(START));
}

#[test]
fn opens_at_half_of_twenty() {
    let random = &mut Random::new(1);
    let mut breaker = Breaker::default();
    for _ in 0..9 {
        breaker.success(PARAMS, START);
        breaker.failure(PARAMS, START, 1, None, random);
    }
    breaker.success(PARAMS, START);
    assert_eq!(breaker.stage(START).as_str(), "closed");
    breaker.failure(PARAMS, START, 1, None, random);
    assert_eq!(breaker.stage(START).as_str(), "open");
}

#[test]
fn timeouts_weigh_double() {
    let random = &mut Random::new(1);
    let mut breaker = Breaker::default();
    (0..3).for_each(|_| breaker.failure(PARAMS, START, 2, None, random));
    assert_eq!(breaker.stage(START).as_str(), "open");
}

#[test]
fn lets_exactly_one_probe_through() {
    let random = &mut Random::new(1);
    let mut breaker = tripped(random);
    let later = START + PARAMS.open_base;
    assert_eq!(breaker.admit(PARAMS, later, random), Verdict::Probe);
    for _ in 0..100 {
        assert!(matches!(breaker.admit(PARAMS, later, random), Verdict::Skip(_)));
    }
    assert_eq!(breaker.admit(PARAMS, later + PARAMS.lease, random), Verdict::Probe, "the first one got lost");
}

#[test]
fn a_failed_probe_doubles_the_wait_up_to_the_cap() {
    let random = &mut Random::new(1);
    let mut breaker = tripped(random);
    let mut now = START;
    for expected in [5, 10, 20, 40, 60, 60] {
        let Stage::Open(left) = breaker.stage(now) else { panic!("not open") };
        let step = Duration::from_secs(expected);
        assert!(left <= step && left >= step.mul_f64(0.8), "{left:?} of {step:?}");
        now = now + left;
        assert_eq!(breaker.admit(PARAMS, now, random), Verdict::Probe);
        breaker.failure(PARAMS, now, 1, None, random);
    }
}

#[test]
fn a_good_probe_starts_a_ramp_that_spares_the_origin() {
    let random = &mut Random::new(1);
    let mut breaker = tripped(random);
    let start = START + PARAMS.open_base;
    assert_eq!(breaker.admit(PARAMS, start, random), Verdict::Probe);
    breaker.success(PARAMS, start);
    for (second, expected) in [(0, 100), (1, 250), (2, 500)] {
        let now = start + Duration::from_secs(second);
        let go = (0..1000).filter(|_| breaker.admit(PARAMS, now, random) == Verdict::Go).count();
        assert!(go.abs_diff(expected) < 60, "{go} of {expected}");
    }
    assert_eq!(breaker.admit(PARAMS, start + Duration::from_secs(3), random), Verdict::Go);
    assert_eq!(breaker.stage(start).as_str(), "closed");
}

/// RFC 9110 §10.2.3. A date is the same moment for all isolates, and they do not all probe at that moment.
#[test]
fn the_origins_own_wish_is_a_lower_bound() {
    let random = &mut Random::new(1);
    let opened = |asked: u64, random: &mut Random| {
        let mut breaker = Breaker::default();
        (0..5).for_each(|_| breaker.failure(PARAMS, START, 1, Some(Duration::from_secs(asked)), random));
        let Stage::Open(left) = breaker.stage(START) else { panic!("not open") };
        left
    };
    let all: Vec<_> = (0..100).map(|_| opened(30, random)).collect();
    let (least, most) = (all.iter().min().unwrap(), all.iter().max().unwrap());
    assert!(*least >= Duration::from_secs(30) && *most <= Duration::from_secs(32), "{least:?} {most:?}");
    assert!(*most - *least > Duration::from_secs(1), "{least:?} {most:?}");
    assert_eq!(opened(86_400, random), PARAMS.open_cap);
    assert!(opened(1, random) >= PARAMS.open_base.mul_f64(0.8), "and no upper one");
}

#[test]
fn zero_means_none() {
    let random = &mut Random::new(1);
    let params = Params { failures: 0, ..PARAMS };
    let mut breaker = Breaker::default();
    (0..100).for_each(|_| breaker.failure(params, START, 1, None, random));
    assert_eq!(breaker.admit(params, START, random), Verdict::Go);
}
