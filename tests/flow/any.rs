//! Whatever happens, in whatever order: there is an answer, soon, and nothing is sent twice that must not be.

use std::time::Duration;

use proptest::prelude::*;
use understudy::flow::{Answer, Now, Step};
use understudy::retry::Replay;

use crate::site::{Site, name};

const EVENTS: [&str; 25] = [
    "200",
    "304",
    "404",
    "500",
    "502",
    "503",
    "504",
    "521",
    "526",
    "json:502",
    "reset",
    "timeout",
    "impatient",
    "slept",
    "none",
    "copy",
    "whole",
    "broken",
    "released",
    "closed",
    "open",
    "probe",
    "ramp",
    "over",
    "away",
];

/// Mode, fallbacks, retries, breaker, second tier, replay.
type Choice = (&'static str, &'static str, u32, &'static str, bool, bool);

fn sites() -> impl Strategy<Value = Choice> {
    let modes = prop_oneof![8 => Just("on"), 1 => Just("observe")];
    let fallbacks = prop_oneof![Just(""), Just("https://b.example"), Just("https://b.example https://c.example")];
    let breakers = prop_oneof![Just("0"), Just("1"), Just("5")];
    (modes, fallbacks, 0..6u32, breakers, any::<bool>(), any::<bool>())
}

fn site((mode, fallbacks, attempts, breaker, kv, replay): Choice) -> Site {
    let mut site = Site::new(&[
        ("MODE", mode),
        ("ORIGIN", "https://a.example"),
        ("ORIGIN_FALLBACKS", fallbacks),
        ("RETRY_ATTEMPTS", &attempts.to_string()),
        ("RETRY_BUDGET", "100%"),
        ("BREAKER_FAILURES", breaker),
    ]);
    site.kv = kv;
    site.incidents = replay != kv;
    site.replay = if replay { Replay::Yes } else { Replay::No };
    site
}

fn method() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("GET"), Just("HEAD"), Just("POST"), Just("DELETE"), Just("BREW")]
}

/// What an honest driver could report after this step.
fn possible(step: &Step) -> Vec<&'static str> {
    let ends = EVENTS[..12].to_vec();
    match step {
        Step::Fetch(fetch) => {
            let mut all = ends;
            all.extend(fetch.patience.map(|_| "impatient"));
            all
        }
        Step::Wait(None) => ends,
        Step::Wait(Some(_)) => [ends, vec!["impatient"]].concat(),
        Step::Consult(_) => vec!["closed", "open", "probe", "ramp", "over", "away"],
        Step::Hold(_) => vec!["whole", "broken", "released"],
        Step::Sleep(_) => vec!["slept"],
        Step::Lookup(_) => vec!["none", "slow", "copy"],
        Step::Finish(_) => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_visit_ends_soon_and_sends_nothing_twice_that_must_not_be(
        choice in sites(),
        method in method(),
        choices in prop::collection::vec(any::<u8>(), 64),
    ) {
        let mut site = site(choice);
        let mut flow = site.flow(method);
        let start = site.time;
        let mut step = flow.start(&mut Now { time: site.time, state: &mut site.state });
        let (mut fetches, mut lookups, mut proved) = (0_u32, 0, true);
        let mut choices = choices.into_iter();
        let finish = loop {
            if let Step::Finish(finish) = step {
                break finish;
            }
            let choice = choices.next().expect("an end within 64 steps");
            fetches += u32::from(matches!(step, Step::Fetch(_)));
            lookups += u32::from(matches!(step, Step::Lookup(_)));
            if matches!(step, Step::Fetch(_)) && fetches > 1 && !matches!(method, "GET" | "HEAD") {
                prop_assert!(proved && site.replay == Replay::Yes, "{method} sent again");
            }
            let all = possible(&step);
            let word = all[usize::from(choice) % all.len()];
            if matches!(step, Step::Fetch(_)) {
                proved = word == "521";
            }
            site.pass(&flow, &step, word);
            step = site.happens(&mut flow, word);
        };
        prop_assert!(fetches <= 1 + site.config.retry.attempts.max(2), "{fetches} attempts");
        prop_assert!(lookups <= 2, "{lookups} look-ups");
        let took = site.time.since(start);
        // A last question and a last look into two slow tiers may go beyond it.
        prop_assert!(took <= site.config.deadline + Duration::from_millis(1_350), "{took:?}");
        if matches!(finish.answer, Answer::Copy(_)) {
            prop_assert!(matches!(method, "GET" | "HEAD"), "{method} answered from a copy");
        }
    }

    /// A driver that is wrong, or a platform that surprises: still an answer, and none that stands for success.
    #[test]
    fn an_event_that_does_not_fit_ends_the_visit(
        choice in sites(),
        method in method(),
        words in prop::collection::vec(prop::sample::select(EVENTS.to_vec()), 0..40),
    ) {
        let mut site = site(choice);
        let mut flow = site.flow(method);
        let mut step = flow.start(&mut Now { time: site.time, state: &mut site.state });
        let mut going = false;
        for word in words {
            // The end of an attempt may overtake a look-up or a question.
            let overtakes = going && matches!(step, Step::Lookup(_) | Step::Consult(_)) && EVENTS[..12].contains(&word);
            let fits = possible(&step).contains(&word) || overtakes;
            going = word == "impatient" || (going && !EVENTS[..12].contains(&word));
            step = site.happens(&mut flow, word);
            if !fits {
                prop_assert!(matches!(step, Step::Finish(_)), "{} after {word}", name(&step));
            }
        }
    }
}
