//! Does anything get lost? Mixed traffic through the Worker in workerd, with every fault that the demo origin has.
//!
//! | file | question |
//! | --- | --- |
//! | `errand` · `sites` · `chance` | who asks for what? |
//! | `visitor` · `wire` · `socket` | how is it asked, and is what comes back HTTP, or a WebSocket? |
//! | `verdict` | whose answer is it, and is it the right one? |
//! | `weather` | when does the whole origin fail? |
//! | `census` | what came of it? |

mod census;
mod chance;
mod errand;
mod sites;
mod socket;
mod verdict;
mod visitor;
mod weather;
mod wire;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

pub use census::{Census, Watch};
pub use verdict::Kind;

use crate::measured::resident;
use crate::origin::Origin;
use crate::worker::{Setup, Worker};
use chance::Chance;
use errand::{Content, Errand};
use visitor::{Got, Visitor};
use weather::{Glance, Weather};

/// How much is asked.
pub struct Plan {
    /// How many requests at most.
    pub requests: u64,
    /// For how long at most.
    pub time: Duration,
    /// On how many connections at once.
    pub visitors: usize,
    /// Requests from one outage of the whole origin to the next.
    pub cycle: u64,
    /// Where chance comes from.
    pub seed: u64,
    /// In two isolates that share what they know (`INCIDENTS`), and not in one.
    pub shared: bool,
}

/// What came of it.
pub struct Outcome {
    /// The visitors' side.
    pub census: Census,
    /// The runtime's side.
    pub watch: Watch,
    /// For how long visitors asked.
    pub took: Duration,
    /// The process that was started still answers.
    pub lives: bool,
}

impl Plan {
    /// Runs it.
    pub fn run(&self) -> Outcome {
        let origin = Origin::start();
        let worker = worker(&origin, self.shared);
        let run = Run {
            plan: self,
            worker,
            weather: Weather::new(origin, self.cycle),
            done: AtomicU64::new(0),
            watch: Mutex::default(),
        };
        let start = Instant::now();
        let mut census = Census::default();
        std::thread::scope(|scope| {
            let run = &run;
            let visitors: Vec<_> = (0..self.visitors).map(|n| scope.spawn(move || run.visit(n, start))).collect();
            visitors.into_iter().for_each(|visitor| census.add(visitor.join().expect("a visitor")));
        });
        let took = start.elapsed();
        let mut worker = run.worker;
        let asked = Visitor::new(worker.port()).ask(&Errand::get("/.understudy/health", Content::Health));
        let lives = worker.lives() && matches!(asked, Ok(Got::Answer(..)));
        let mut watch = run.watch.into_inner().expect("no panic");
        watch.lines(worker.take_log());
        Outcome { census, watch, took, lives }
    }
}

/// How a request ended.
enum Judged {
    Answered(Kind, Duration),
    Broken,
    Gone,
}

/// One that goes on.
struct Run<'a> {
    plan: &'a Plan,
    worker: Worker,
    weather: Weather,
    done: AtomicU64,
    watch: Mutex<Watch>,
}

impl Run<'_> {
    fn visit(&self, number: usize, start: Instant) -> Census {
        let mut chance = Chance::new(self.plan.seed, number);
        let is_second = self.plan.shared && number % 2 == 1;
        let mut visitor = Visitor::new(if is_second { self.worker.twin() } else { self.worker.port() });
        let mut census = Census::default();
        let share = self.plan.requests / self.plan.visitors as u64;
        for _ in 0..share {
            if start.elapsed() >= self.plan.time {
                break;
            }
            let errand = Errand::draw(&mut chance, number);
            let glance = self.weather.look();
            let judged = match &errand.content {
                Content::Echo(words) => self.echo(visitor.port(), words, glance),
                _ => visitor.ask(&errand).and_then(|got| self.judge(&errand, glance, got)),
            };
            match judged {
                Ok(Judged::Answered(kind, took)) => census.answered(kind, took),
                Ok(Judged::Broken) => census.broken += 1,
                Ok(Judged::Gone) => census.gone += 1,
                Err(error) => census.lost(format!("{} {} {:?}: {error}", errand.method, errand.target, errand.fields)),
            }
            self.done();
        }
        census
    }

    fn judge(&self, errand: &Errand, glance: Glance, got: Got) -> Result<Judged, String> {
        let cuts = || errand.cuts || self.weather.cuts(glance);
        match got {
            Got::Left => Ok(Judged::Gone),
            // The runtime has not written the head yet when the body that it passes on breaks off.
            Got::End(_) if cuts() => Ok(Judged::Broken),
            Got::End(told) => Err(told),
            Got::Answer(answer, took) => match verdict::judge(errand, &answer, cuts()) {
                Ok(kind) => Ok(Judged::Answered(kind, took)),
                Err(error) => {
                    let text: String = answer.text().chars().take(200).collect();
                    Err(format!("{error}: {} {:?} {text:?}", answer.status, answer.fields))
                }
            },
        }
    }

    /// What an upgrade comes to while the origin fails is the origin's affair.
    fn echo(&self, port: u16, words: &str, glance: Glance) -> Result<Judged, String> {
        match socket::echo(port, words) {
            Ok(took) => Ok(Judged::Answered(Kind::Echo, took)),
            Err(_) if !self.weather.was_fine(glance) => Ok(Judged::Broken),
            Err(error) => Err(error),
        }
    }

    fn done(&self) {
        let done = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        self.weather.done(done);
        if done.is_multiple_of(SAMPLE) {
            let mut watch = self.watch.lock().expect("no panic");
            watch.lines(self.worker.take_log());
            watch.resident.extend(resident(self.worker.pid()).map(|(now, _)| now));
        }
    }
}

/// Times short enough that every one of them is over again and again.
fn worker(origin: &Origin, shared: bool) -> Worker {
    let rules = json!([
        { "path": "/bytes", "RESUME": "on" },
        { "path": "/flaky/elsewhere", "ORIGIN_FALLBACKS": "http://second.example" },
        { "path": "/page/guarded-*", "GUARD_BYTES": "64KiB" },
        { "path": "/page/cached-*", "CACHE_FRESH": "on" },
        { "path": "/page/noticed-*", "STALE_NOTICE": "on" },
    ]);
    let setup = Setup::new(origin.port()).kv();
    let setup = if shared { setup.incidents() } else { setup };
    setup
        .var("RULES", rules)
        .var("TIMEOUT", "400ms")
        .var("PATIENCE", "100ms")
        .var("DEADLINE", "2s")
        .var("RETRY_BACKOFF", "5ms..50ms")
        // Only an outage opens it.
        .var("BREAKER_FAILURES", "10")
        .var("BREAKER_OPEN", "50ms..200ms")
        .var("STALE_REFRESH", "1s")
        .var("KV_REFRESH", "1s")
        .var("FAILURE_BLANK", "on")
        .start()
}

/// Requests between two looks at the process.
const SAMPLE: u64 = 250;

impl Outcome {
    /// What must hold of every run, however short, and does not.
    pub fn faults(&self) -> Vec<String> {
        let mut all = self.census.complaints.clone();
        if self.census.lost > 0 {
            all.push(format!("{} answers of {} were lost", self.census.lost, self.census.requests()));
        }
        all.extend(self.watch.panics.iter().take(20).cloned());
        if !self.lives {
            all.push("workerd has ended".to_owned());
        }
        all
    }
}
