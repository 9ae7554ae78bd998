//! How fast is it? `npm run bench`: the Worker in workerd on loopback, each figure a ratio against a baseline.
//!
//! Baseline and Worker run in turns, and of the ratios of the turns the median counts, so that what else the machine
//! does falls on both. Absolute numbers are printed only to show the order of magnitude: client, origin and runtime share
//! the cores. `npm run bench -- quick` makes fewer turns; a name runs only the benchmarks that contain it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "what is measured is time")]

#[path = "../../tests/support/client.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod client;
#[path = "../../tests/support/origin.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod faults;
mod incident;
mod load;
#[path = "../../tests/support/memory.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod measured;
mod memory;
mod origin;
#[path = "../../tests/support/raw.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod raw;
#[path = "../../tests/support/worker.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod worker;
mod workers;

use std::time::Duration;

use load::Load;
use origin::Origin;
use worker::Worker;

/// How much is run.
struct Plan {
    turns: usize,
    quick: bool,
    only: Option<String>,
}

fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let quick = args.iter().any(|a| a == "quick");
    let only = args.into_iter().find(|a| a != "quick");
    let plan = Plan { quick, turns: if quick { 3 } else { 9 }, only };
    println!("| benchmark | baseline | ratio | Worker | baseline's own |");
    println!("| --- | --- | --- | --- | --- |");
    let origin = Origin::start();
    plan.healthy(&origin);
    plan.rescue(&origin);
    plan.patience(&origin);
    plan.memory();
    plan.start_up(&origin);
    plan.size();
    plan.incident();
}

/// Its breaker opens.
fn goes_down(worker: &Worker) {
    for _ in 0..3 {
        assert_eq!(worker.get("/down").status, 502);
    }
}

impl Plan {
    /// Relaying what works: the path of nearly every request.
    fn healthy(&self, origin: &Origin) {
        let small = Load { target: "/small", requests: 2_000, connections: 8, status: 200 };
        let big = Load { target: "/big", requests: 12, connections: 2, status: 200 };
        let ours = workers::understudy(origin).start();
        let named = workers::understudy(origin).var("ORIGIN", "http://origin.example").start();
        let storing_off = workers::understudy(origin).var("STALE_SIZE_LIMIT", "0").start();
        let js = workers::script(origin, workers::RELAY);
        self.rate("relay, 1 KB", &small, &ours, "bare JavaScript relay", &js);
        let js_to = workers::script(origin, workers::RELAY_TO);
        self.rate("relay, 1 KB, `ORIGIN` set", &small, &named, "the same in bare JavaScript", &js_to);
        self.rate("relay, 30 MB", &big, &ours, "bare JavaScript relay", &js);
        self.rate("relay, 1 KB, storing on", &small, &ours, "the same with storing off", &storing_off);
        let putting = workers::script(origin, workers::PUT);
        self.rate("relay, 1 KB, storing on", &small, &ours, "JavaScript that puts every response", &putting);
        let page = Load { target: "/page", requests: 2_000, connections: 8, status: 200 };
        let guarded = workers::understudy(origin).var("GUARD_BYTES", "64KiB").start();
        self.rate("page of 15 KB, guarded (`GUARD_BYTES`)", &page, &guarded, "the same without", &ours);
        let resuming = workers::understudy(origin).var("RESUME", "on").start();
        let (file, download) = (Load { target: "/file", ..small }, Load { target: "/download", ..big });
        self.rate("file of 1 KB that can be resumed (`RESUME`)", &file, &resuming, "the same without", &ours);
        self.rate("download of 30 MB (`RESUME`)", &download, &resuming, "the same without", &ours);
        if let Some(plain) = workers::plain_relay(origin) {
            self.rate("relay, 1 KB", &small, &ours, "relay in `worker::Response`", &plain);
            self.rate("relay, 30 MB", &big, &ours, "relay in `worker::Response`", &plain);
        }
    }

    /// Answering for an origin that does not: its breaker is open, as it is within moments of an outage.
    fn rescue(&self, origin: &Origin) {
        let open = |origin| workers::understudy(origin).var("BREAKER_FAILURES", "2").var("BREAKER_OPEN", "1h..1h");
        let ours = open(origin).unheard().start();
        let small = ours.get("/small");
        ours.wait_for("cache.put", 1);
        goes_down(&ours);
        let constant = workers::script(origin, &workers::constant(200, small.body.len()));
        let stale = Load { target: "/small", requests: 2_000, connections: 8, status: 200 };
        self.rate("stale answer, 1 KB", &stale, &ours, "JavaScript that returns a constant", &constant);

        let page = ours.get_with("/page", &[("Accept", "text/html")]);
        let constant = workers::script(origin, &workers::constant(502, page.body.len()));
        let pages = Load { target: "/page", requests: 5_000, connections: 8, status: 502 };
        let name = format!("page, {} KB of HTML", page.body.len() / 1024);
        self.rate(&name, &pages, &ours, "JavaScript that returns a constant", &constant);
        let heard = open(origin).start();
        goes_down(&heard);
        heard.get("/page");
        let line = heard.wait_for_line(|line| line["path"] == "/page").to_string();
        let alike = workers::script(origin, &workers::alike(&page, Some(&line)));
        self.rate(&name, &pages, &ours, "the constant with the page's fields and log line", &alike);
        self.rate("the constant with fields and log line", &pages, &alike, "without them", &constant);
        let quiet = open(origin).var("LOG", "none").unheard().start();
        goes_down(&quiet);
        let name = name + ", `LOG=none`";
        self.rate(&name, &pages, &quiet, "JavaScript that returns a constant", &constant);
        let alike = workers::script(origin, &workers::alike(&page, None));
        self.rate(&name, &pages, &quiet, "the constant with the page's fields", &alike);

        let planned = workers::understudy(origin).var("MAINTENANCE", "on").start();
        let page = planned.get_with("/page", &[("Accept", "text/html")]);
        let constant = workers::script(origin, &workers::constant(503, page.body.len()));
        let pages = Load { status: 503, ..pages };
        self.rate("page of planned maintenance", &pages, &planned, "JavaScript that returns a constant", &constant);
    }

    /// What a visitor waits when the origin hangs and there is a copy.
    fn patience(&self, origin: &Origin) {
        const PATIENCE: Duration = Duration::from_millis(200);
        if self.skips("p99, origin hangs, copy in hand") {
            return;
        }
        let ours = workers::understudy(origin).var("PATIENCE", "200ms").start();
        ours.get("/sometimes");
        ours.wait_for("cache.put", 1);
        origin.hang(true);
        let waits = load::waits(ours.port(), "/sometimes", 100, 4, &[200]);
        origin.hang(false);
        let p99 = waits[waits.len() * 99 / 100];
        println!(
            "| p99, origin hangs, copy in hand | `PATIENCE` ({} ms) | {:.2} | {} ms | |",
            PATIENCE.as_millis(),
            p99.as_secs_f64() / PATIENCE.as_secs_f64(),
            p99.as_millis(),
        );
    }

    /// From the start of the process to the first answer.
    fn start_up(&self, origin: &Origin) {
        let name = "start of the runtime to first answer";
        if self.skips(name) {
            return;
        }
        let (mut ours, mut base) = (Vec::new(), Vec::new());
        for _ in 0..self.turns {
            ours.push(load::timed(|| drop(workers::understudy(origin).start().get("/small"))));
            base.push(load::timed(|| drop(workers::script(origin, workers::RELAY).get("/small"))));
        }
        let ratios = ours.iter().zip(&base).map(|(a, b)| a / b).collect();
        println!(
            "| {name} (lower is better) | bare JavaScript relay | {:.2} | {:.0} ms | {:.0} ms |",
            load::median(ratios),
            load::median(ours) * 1000.0,
            load::median(base) * 1000.0,
        );
    }

    /// What a cold start has to load.
    fn size(&self) {
        if self.skips("size of the Wasm") {
            return;
        }
        let bytes = std::fs::read(worker::build().join("index_bg.wasm")).expect("a build");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut gzip, &bytes).expect("memory");
        let packed = gzip.finish().expect("memory").len();
        println!(
            "| size of the Wasm | 250 KB gzip | {:.2} | {} KB, gzip {} KB | |",
            packed as f64 / 250_000.0,
            bytes.len() / 1000,
            packed / 1000
        );
    }

    /// Requests per second, ours against another's.
    fn rate(&self, name: &str, load: &Load, ours: &Worker, baseline: &str, theirs: &Worker) {
        if self.skips(name) {
            return;
        }
        load.run(theirs.port());
        load.run(ours.port());
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for turn in 0..self.turns {
            // Whoever goes second finds the machine warmer: they take turns in that too.
            if turn % 2 == 0 {
                a.push(load.run(ours.port()));
                b.push(load.run(theirs.port()));
            } else {
                b.push(load.run(theirs.port()));
                a.push(load.run(ours.port()));
            }
        }
        let ratio = load::median(a.iter().zip(&b).map(|(a, b)| a / b).collect());
        println!("| {name} | {baseline} | {ratio:.2} | {:.0}/s | {:.0}/s |", load::median(a), load::median(b));
    }

    fn skips(&self, name: &str) -> bool {
        self.only.as_ref().is_some_and(|only| !name.contains(only.as_str()))
    }
}
