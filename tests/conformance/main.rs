//! Does an independent suite agree that this is an HTTP cache?
//!
//! The suite is `http-cache-tests`, which a package of its own beside this file brings. What it finds is compared with
//! the lists in `accepted`: a new finding fails the test, and so does one that is listed and found no more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(clippy::disallowed_methods, reason = "a test has a clock to say how long it waits at most")]

#[allow(dead_code, reason = "others use it")]
#[path = "../support/client.rs"]
mod client;
#[allow(dead_code, reason = "others use it")]
#[path = "../support/raw.rs"]
mod raw;
#[allow(dead_code, reason = "others use the rest")]
#[path = "../support/worker.rs"]
mod worker;

mod accepted;
mod suite;

use std::collections::BTreeSet;

use accepted::Accepted;
use suite::{Outcome, run};

/// Everything that the suite requires or calls optimal.
#[test]
fn a_full_cache_keeps_the_rules() {
    let found = findings(&[("CACHE_FRESH", "on"), ("RETRY_ATTEMPTS", "0")], |missed| missed.kind != "check");
    compare(&found, accepted::FULL_CACHE);
}

/// Without `CACHE_FRESH`, copies only stand in for failures. What the suite does not want from a cache is not wanted then.
#[test]
fn copies_that_only_stand_in_keep_the_rules() {
    let found = findings(&[("RETRY_ATTEMPTS", "0")], |missed| missed.why.ends_with("comes from cache"));
    compare(&found, accepted::STANDING_IN);
}

/// What is not as the suite has it. On a busy machine a copy can grow stale between two requests of a test; what counts
/// is what is found twice.
fn findings(vars: &[(&str, &str)], counts: impl Fn(&Outcome) -> bool) -> Vec<Outcome> {
    let is_missed = |outcome: &Outcome| outcome.result != "pass" && counts(outcome);
    let all = run(vars, &[]);
    let passed = all.iter().filter(|outcome| outcome.result == "pass").count();
    assert!(all.len() > 300 && passed > 100, "the suite did not run: {all:?}");
    println!("{passed} of {} tests passed with {vars:?}", all.len());
    let once: Vec<_> = all.iter().filter(|outcome| is_missed(outcome)).map(|outcome| outcome.id.as_str()).collect();
    if once.is_empty() { Vec::new() } else { run(vars, &once).into_iter().filter(is_missed).collect() }
}

fn compare(found: &[Outcome], accepted: &[Accepted]) {
    let listed: BTreeSet<_> = accepted.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let new: Vec<_> = found.iter().filter(|outcome| !listed.contains(outcome.id.as_str())).collect();
    assert!(new.is_empty(), "new findings: {new:#?}");
    let found: BTreeSet<_> = found.iter().map(|outcome| outcome.id.as_str()).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "listed, but found no more: {gone:#?}");
}
