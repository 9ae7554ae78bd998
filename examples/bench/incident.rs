//! What is an outage like, for visitors and for the origin? Against what many sites have: try three times, then show a page.
//!
//! The origin fails from the first visitor on, and everything that Understudy knows of that it finds out meanwhile. Its
//! settings are the defaults, the breaker included; only the times that a hanging origin takes are a tenth of them, and
//! so is the JavaScript's (a second instead of ten), or this would take half an hour.

use std::time::Duration;

use crate::faults::Origin;
use crate::worker::{Setup, Worker};
use crate::{Plan, load, workers};

/// How the origin fails, and what the demo origin calls it.
const FAULTS: [(&str, &str); 5] = [
    ("hangs", "/fault/hang"),
    ("refuses connections", "/fault/refuse"),
    ("resets connections", "/fault/reset"),
    ("answers 502 after 300 ms", "/fault/502?delay=300"),
    ("answers 503 at once", "/fault/503"),
];

/// What came of one outage.
struct Outage {
    p50: Duration,
    p99: Duration,
    /// Requests that the origin got for 1,000 visitors; where nobody listens, connections that were refused.
    asked: Option<f64>,
}

impl Plan {
    /// A table of its own: each fault, each Worker.
    pub fn incident(&self) {
        if self.skips("incident") {
            return;
        }
        let visitors = if self.quick { 200 } else { 1_000 };
        println!("\n| the origin … | Worker | p50 | p99 | requests to the origin per 1,000 visitors |");
        println!("| --- | --- | --- | --- | --- |");
        for (name, fault) in FAULTS {
            let theirs =
                outage(fault, visitors, NEVER, |origin| Setup::new(origin.port()).script(workers::RETRYING).start());
            println!("| {name} | JavaScript: three times, then a page | {theirs} |");
            for (whom, target) in [("Understudy, no copy", NEVER), ("Understudy, a copy", SEEN)] {
                let ours = outage(fault, visitors, target, understudy);
                println!("| {name} | {whom} | {} |", ours.against(&theirs));
            }
        }
    }
}

fn understudy(origin: &Origin) -> Worker {
    let setup = Setup::new(origin.port()).var("BREAKER_FAILURES", "5");
    let worker = setup.var("TIMEOUT", "1s").var("PATIENCE", "400ms").var("DEADLINE", "2500ms").start();
    worker.get(SEEN);
    worker.wait_for("cache.put", 1);
    worker
}

fn outage(fault: &str, visitors: usize, target: &str, worker: impl Fn(&Origin) -> Worker) -> Outage {
    let origin = Origin::start();
    let worker = worker(&origin);
    origin.clear();
    origin.break_as(fault);
    let statuses: &[u16] = if target == SEEN { &[200] } else { &[502, 503, 504] };
    let refused = refusals();
    let waits = load::waits(worker.port(), target, visitors, AT_ONCE, statuses);
    let asked = match fault {
        "/fault/refuse" => refused.zip(refusals()).map(|(before, after)| after - before),
        _ => Some(origin.count(target) as u64),
    };
    let asked = asked.map(|asked| asked as f64 * 1000.0 / visitors as f64);
    Outage { p50: waits[waits.len() / 2], p99: waits[waits.len() * 99 / 100], asked }
}

/// Connections of this machine that were refused so far (RFC 4022, `tcpAttemptFails`); on Linux.
fn refusals() -> Option<u64> {
    let snmp = std::fs::read_to_string("/proc/net/snmp").ok()?;
    let mut lines = snmp.lines().filter_map(|line| line.strip_prefix("Tcp:"));
    let (names, values) = (lines.next()?.split_whitespace(), lines.next()?.split_whitespace());
    names.zip(values).find(|(name, _)| *name == "AttemptFails")?.1.parse().ok()
}

impl std::fmt::Display for Outage {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let asked = self.asked.map_or("–".to_owned(), |asked| format!("{asked:.0}"));
        write!(f, "{} | {} | {asked}", millis(self.p50), millis(self.p99))
    }
}

impl Outage {
    /// The same figures, each with its ratio.
    fn against(&self, other: &Self) -> String {
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        let asked = self.asked.zip(other.asked);
        format!(
            "{} ({:.2}) | {} ({:.2}) | {}",
            millis(self.p50),
            ratio(self.p50, other.p50),
            millis(self.p99),
            ratio(self.p99, other.p99),
            asked.map_or("–".to_owned(), |(a, b)| format!("{a:.0} ({:.3})", a / b)),
        )
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

const NEVER: &str = "/page/never-seen";
const SEEN: &str = "/page/seen";
/// Visitors at one time; each next one comes when one has an answer.
const AT_ONCE: usize = 50;
