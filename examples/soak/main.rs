//! Does it last? `npm run soak [-- <seconds>] [-- seed=<n>] [visitors=<n>] [incidents]`: mixed traffic and faults at full speed on one
//! workerd. No answer may be lost, memory stays flat, nothing panics; exit code 1 otherwise.
//!
//! Memory is compared by the most of the last and of the second fifth of the requests: the first one fills the caches, and
//! a most is steadier than a moment, since garbage is collected now and then. Client and origin share the machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "what is measured is time")]

#[path = "../../tests/support/client.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod client;
#[path = "../../tests/support/memory.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod measured;
#[path = "../../tests/support/origin.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod origin;
#[path = "../../tests/support/raw.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod raw;
mod traffic;
#[path = "../../tests/support/worker.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod worker;

use std::process::ExitCode;
use std::time::Duration;

use traffic::{Kind, Outcome, Plan};

fn main() -> ExitCode {
    let (mut seconds, mut seed, mut visitors, mut shared) = (SECONDS, 1, VISITORS, false);
    for arg in std::env::args().skip(1) {
        if arg == "incidents" {
            shared = true;
            continue;
        }
        let (name, value) = arg.split_once('=').unwrap_or(("seconds", &arg));
        match (name, value.parse::<u64>()) {
            ("seconds", Ok(value)) => seconds = value,
            ("seed", Ok(value)) => seed = value,
            ("visitors", Ok(value)) => visitors = value.clamp(1, 1_000),
            _ => {
                eprintln!("{arg}: unknown\nusage: soak [<seconds>] [seed=<n>] [visitors=<n>] [incidents]");
                return ExitCode::from(2);
            }
        }
    }
    let time = Duration::from_secs(seconds);
    let visitors = usize::try_from(visitors).unwrap_or(1);
    let plan = Plan { requests: u64::MAX, time, visitors, cycle: CYCLE, seed, shared };
    let outcome = plan.run();
    print(&outcome);
    let violations = outcome.violations();
    violations.iter().for_each(|violation| eprintln!("violated: {violation}"));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Outcome {
    /// What must hold and does not.
    fn violations(&self) -> Vec<String> {
        let mut all = self.faults();
        let (early, late) = (self.watch.peak(1), self.watch.peak(4));
        if self.is_long() && late as f64 > early as f64 * GROWTH {
            all.push(format!("memory grew from {} to {}", mib(early), mib(late)));
        }
        all
    }

    /// Has it gone on for long enough that memory can be judged?
    fn is_long(&self) -> bool {
        self.census.requests() >= LEVEL || self.took.as_secs() >= SECONDS
    }
}

fn print(outcome: &Outcome) {
    let (census, watch) = (&outcome.census, &outcome.watch);
    let requests = census.requests();
    let share = |n: u64| format!("{n} ({:.1} %)", n as f64 * 100.0 / requests.max(1) as f64);
    let waits = census.waits();
    let wait = |permille: usize| {
        let at = (waits.len() * permille / 1000).min(waits.len().saturating_sub(1));
        format!("{:.1} ms", f64::from(waits.get(at).copied().unwrap_or_default()) / 1000.0)
    };
    println!("| | |\n| --- | --- |");
    println!("| time | {:.0} s |", outcome.took.as_secs_f64());
    println!("| requests | {requests} ({:.0}/s) |", requests as f64 / outcome.took.as_secs_f64());
    for (kind, name) in KINDS {
        println!("| {name} | {} |", share(census.answers.get(&kind).map_or(0, |all| all.len() as u64)));
    }
    println!("| broken off before the head was out, where the origin broke off | {} |", share(census.broken));
    println!("| visitors who went away | {} |", share(census.gone));
    println!("| **lost answers** | {} |", census.lost);
    println!("| p50, p99, slowest | {}, {}, {} |", wait(500), wait(990), wait(1000));
    println!("| incidents in the log | {} |", watch.incidents);
    println!("| panics, uncaught exceptions | {} |", watch.panics.len());
    let first = watch.resident.first().copied().unwrap_or_default();
    let last = watch.resident.last().copied().unwrap_or_default();
    println!("| memory of workerd at the start, at the end | {}, {} |", mib(first), mib(last));
    let fifths: Vec<_> = (0..5).map(|n| mib(watch.peak(n))).collect();
    println!("| most memory in each fifth of the requests | {} |", fifths.join(", "));
    let ratio = watch.peak(4) as f64 / watch.peak(1).max(1) as f64;
    let judged = if outcome.is_long() { "" } else { ", not judged: too few requests" };
    println!("| last fifth to second (at most {GROWTH}) | {ratio:.2}{judged} |");
    for (line, times) in &watch.others {
        eprintln!("{times} times: {line}");
    }
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

const KINDS: [(Kind, &str); 9] = [
    (Kind::Origin, "the origin's own answers"),
    (Kind::Cut, "the same, broken off where the origin broke off"),
    (Kind::Resumed, "downloads that broke off and went on (`RESUME`)"),
    (Kind::Next, "the next origin's answers (`ORIGIN_FALLBACKS`)"),
    (Kind::Own, "the application's own words about a failure"),
    (Kind::Copy, "copies"),
    (Kind::Page, "pages"),
    (Kind::Health, "of `/.understudy/`"),
    (Kind::Echo, "WebSockets"),
];

const SECONDS: u64 = 600;
const VISITORS: u64 = 32;
const CYCLE: u64 = 10_000;
/// By then the second fifth begins with the runtime's heaps as large as they get.
const LEVEL: u64 = 300_000;
const GROWTH: f64 = 1.25;
