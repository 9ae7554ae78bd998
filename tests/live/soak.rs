//! Is every request answered, whatever else goes on? The traffic of `npm run soak`: a fixed number of requests, and no clock.

use std::time::Duration;

use crate::traffic::{Kind, Plan};

#[test]
fn no_answer_is_lost_in_mixed_traffic_and_nothing_panics() {
    soak(false, 7);
}

/// In two isolates, with `INCIDENTS`.
#[test]
fn nor_is_one_where_isolates_share_what_they_know() {
    soak(true, 11);
}

fn soak(shared: bool, seed: u64) {
    // Ten outages, one of each sort.
    let plan = Plan { requests: 3_200, time: Duration::MAX, visitors: 16, cycle: 300, seed, shared };
    let outcome = plan.run();
    let faults = outcome.faults();
    assert!(faults.is_empty(), "{} problems:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(outcome.census.requests(), plan.requests);
    use Kind::{Copy, Echo, Health, Next, Origin, Own, Page, Resumed};
    for kind in [Origin, Resumed, Next, Own, Copy, Page, Health, Echo] {
        assert!(outcome.census.answers.contains_key(&kind), "not one {kind:?}");
    }
}
