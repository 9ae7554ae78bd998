//! What do copies cost in memory? Ten downloads of 100 MB whose length nobody knows, by visitors who read slowly.

use std::time::Duration;

use crate::faults::Origin;
use crate::measured::{MIB, growth};
use crate::worker::{Setup, Worker};
use crate::{Plan, workers};

impl Plan {
    /// By how much workerd grows. The runtime's own buffers are in every figure.
    pub fn memory(&self) {
        let name = "memory of ten downloads of 100 MB";
        if self.skips(name) || !cfg!(target_os = "linux") {
            return;
        }
        let ours = grown(|origin| Setup::new(origin.port()).var("STALE_REFRESH", "0"));
        for (baseline, theirs) in [
            ("the same with storing off", grown(|origin| Setup::new(origin.port()).var("STALE_SIZE_LIMIT", "0"))),
            ("JavaScript that puts every response", grown(|origin| Setup::new(origin.port()).script(workers::PUT))),
        ] {
            let ratio = ours as f64 / theirs as f64;
            println!(
                "| {name} (lower is better) | {baseline} | {ratio:.2} | {} MiB | {} MiB |",
                ours / MIB,
                theirs / MIB
            );
        }
    }
}

fn grown(setup: impl Fn(&Origin) -> Setup) -> u64 {
    let origin = Origin::start();
    let worker: Worker = setup(&origin).start();
    worker.get("/page/a");
    let targets: Vec<_> = (0..10).map(|n| format!("/chunked?n={}&v={n}", 100 * MIB)).collect();
    growth(&worker, &targets, STAY, || origin.wait_for(targets.len() + 1))
}

/// Long enough for whoever reads ahead of the visitors to have read everything.
const STAY: Duration = Duration::from_secs(5);
