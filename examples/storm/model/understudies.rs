//! How is the real flow driven? As `edge/drive.rs` does it, but that a fetch is an event of the model.

use std::rc::Rc;

use understudy::config::Config;
use understudy::failure::{Body, Outcome};
use understudy::fields::FieldLines;
use understudy::flow::{Bindings, Consult, Event, Flow, Now, State, Step, Tier};
use understudy::incidents::{Incident, Known};
use understudy::random::Random;
use understudy::request::Request;
use understudy::retry::Replay;
use understudy::stale::{Admission, Answered, Asked, Record, admit};
use understudy::time::Time;

use super::origin::Word;
use super::script::has_copy;

/// All isolates of a deployment.
pub struct Understudies {
    config: Rc<Config>,
    isolates: Vec<Isolate>,
    record: Record,
    good: FieldLines,
    personal: FieldLines,
    /// One for each data centre, if isolates share what they know.
    incidents: Vec<Incident>,
    random: Random,
    /// Questions that they were asked.
    pub questions: u32,
}

#[derive(Default)]
struct Isolate {
    state: Option<Box<State>>,
    used: u64,
}

impl Understudies {
    pub fn new(config: Rc<Config>, isolates: usize, shared: bool) -> Self {
        let good = lines(&[("content-type", "text/html"), ("etag", "\"1\"")]);
        Self {
            record: record(&config, &good),
            config,
            isolates: std::iter::repeat_with(Isolate::default).take(isolates).collect(),
            good,
            incidents: vec![Incident::default(); if shared { CENTRES } else { 0 }],
            random: Random::new(3),
            questions: 0,
            personal: lines(&[("content-type", "text/html"), ("cache-control", "no-store")]),
        }
    }

    pub fn flow(&self, page: u32, now: u64, seed: u64) -> Flow {
        // A browser would get HTML. The policy is the same for text, and the model draws no pages.
        let asked = lines(&[("accept", "text/plain")]);
        let request = Request::new("GET".to_owned(), format!("https://www.example/page/{page}"), asked);
        let bindings = Bindings { kv: false, incidents: !self.incidents.is_empty() };
        Flow::new(Rc::clone(&self.config), request, Replay::Yes, bindings, None, time(now), seed)
    }

    pub fn start(&mut self, flow: &mut Flow, isolate: u32, now: u64) -> Step {
        flow.start(&mut Now { time: time(now), state: self.state(isolate, now) })
    }

    pub fn next(&mut self, flow: &mut Flow, isolate: u32, now: u64, event: Event) -> Step {
        flow.next(event, &mut Now { time: time(now), state: self.state(isolate, now) })
    }

    /// An attempt of this visit ended; `None` if its answer is out already.
    pub fn ended(&mut self, flow: &mut Flow, visit: (u32, u32), now: u64, word: Word, is_late: bool) -> Option<Step> {
        let (isolate, page) = visit;
        let fields = if has_copy(page) { self.good.clone() } else { self.personal.clone() };
        let outcome = outcome(word, &fields);
        if !is_late {
            return Some(self.next(flow, isolate, now, Event::Attempted(outcome)));
        }
        let after = flow.late(&outcome, &mut Now { time: time(now), state: self.state(isolate, now) });
        if let Some(consult) = after.tell {
            self.hear(&consult, isolate, now);
        }
        None
    }

    /// What the isolate's data centre knows.
    pub fn hear(&mut self, consult: &Consult, isolate: u32, now: u64) -> Option<Known> {
        self.questions += 1;
        let incident = self.incidents.get_mut(isolate as usize % CENTRES)?;
        Some(incident.hear(consult.question, time(now), &mut self.random))
    }

    /// It was looked for a copy.
    pub fn looked(&mut self, flow: &mut Flow, isolate: u32, page: u32, now: u64) -> Step {
        let found = has_copy(page).then(|| self.record.clone());
        if found.is_none() {
            let key = flow.key();
            self.state(isolate, now).stored().note_absent(Tier::Cache, &key, time(now));
        }
        self.next(flow, isolate, now, Event::Looked(found))
    }

    /// An isolate that nobody needed for a while is gone, and all that it knew.
    fn state(&mut self, isolate: u32, now: u64) -> &mut State {
        let isolate = &mut self.isolates[isolate as usize];
        if now - isolate.used > IDLE {
            isolate.state = None;
        }
        isolate.used = now;
        isolate.state.get_or_insert_default()
    }
}

fn outcome(word: Word, fields: &FieldLines) -> Outcome<'_> {
    let answered = |status| Outcome::Answered { status, fields, body: Body::Prefix { bytes: b"", whole: true } };
    match word {
        Word::Good => answered(200),
        Word::BadGateway => answered(502),
        Word::Full => answered(503),
        Word::Refused => Outcome::Rejected { reason: "connection refused" },
        Word::Reset => Outcome::Rejected { reason: "Network connection lost." },
        Word::Timeout => Outcome::TimedOut,
    }
}

/// The copy of a page, a minute old when the storm begins.
fn record(config: &Config, fields: &FieldLines) -> Record {
    let none = FieldLines::new();
    let asked = Asked { method: "GET", url: "https://www.example/page/0", fields: &none };
    let then = Time::from_secs(EPOCH - 60);
    match admit(&asked, &Answered { status: 200, fields, asked_at: then, answered_at: then }, &config.stale) {
        Admission::Keep(record) => record.with_body(5, None),
        other => panic!("{other:?}"),
    }
}

fn lines(lines: &[(&str, &str)]) -> FieldLines {
    lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The model's zero is no date that HTTP knows.
const fn time(now: u64) -> Time {
    Time::from_millis(EPOCH * 1000 + now)
}

const EPOCH: u64 = 1_000_000;

/// Data centres, each with its share of the isolates.
const CENTRES: usize = 10;

/// Milliseconds after which an isolate without a request is evicted.
const IDLE: u64 = 60_000;
