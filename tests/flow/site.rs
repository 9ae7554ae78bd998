//! How does a script read? A site, and visits to it: the steps that are expected, and between them what happens.
//!
//! `fetch 502 sleep slept fetch 200 origin` is a flow that begins with an attempt, which a gateway's 502 ends; then it
//! wants to sleep, and it has slept; and so on, until there is an answer.
//!
//! | step | its event |
//! | --- | --- |
//! | `fetch` `wait` | a status (a gateway's page), `json:502` (the application's own), `reset`, `timeout`, `impatient` |
//! | `hold` | `whole`, `broken` or `released` |
//! | `sleep` | `slept` |
//! | `ask` | what others know: `closed`, `open`, `probe`, `ramp`, `over`, or `away`; or what ends the attempt under way |
//! | `cache?` `kv?` | `none`, `copy`, `slow`, or what ends the attempt under way |
//! | `origin` `kept` `copy` `page` | the end; `kept` is a failed response that is the application's own |

use std::rc::Rc;
use std::time::Duration;

use understudy::config::Config;
use understudy::drill::Drill;
use understudy::failure::{Body, Outcome};
use understudy::fields::{FieldLines, Fields};
use understudy::flow::{After, Answer, Bindings, Event, Fetch, Finish, Flow, Held, Now, State, Step, Tier};
use understudy::incidents::Known;
use understudy::request::Request;
use understudy::retry::Replay;
use understudy::stale::{Admission, Answered, Asked, Record, admit};
use understudy::time::Time;

/// A Worker in front of an origin: its configuration, one isolate's memory, and the time.
#[derive(Debug)]
pub struct Site {
    pub config: Rc<Config>,
    pub state: State,
    pub time: Time,
    pub replay: Replay,
    pub kv: bool,
    /// Others are asked what they know.
    pub incidents: bool,
    pub drill: Option<Drill>,
    /// Fields of the origin's answers.
    pub fields: FieldLines,
    /// Fields of the request.
    pub asked: FieldLines,
    /// Fields with which the copy came, a minute ago.
    pub copy: FieldLines,
    /// When the attempt under way times out.
    timeout: Time,
    seed: u64,
}

/// What became of a visit.
pub struct Visit {
    pub flow: Flow,
    pub finish: Finish,
    /// All attempts, in their order.
    pub fetches: Vec<Fetch>,
    pub took: Duration,
}

impl Site {
    /// With these variables; without a breaker, unless one is among them.
    pub fn new(vars: &[(&str, &str)]) -> Self {
        let all: Vec<_> = vars.iter().copied().chain([("BREAKER_FAILURES", "0"), ("LOG", "all")]).collect();
        let (config, mistakes) =
            Config::from_vars(|name| all.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()));
        assert!(mistakes.is_empty(), "{mistakes:?}");
        Self {
            config: Rc::new(config),
            state: State::default(),
            time: Time::from_secs(1_000_000),
            replay: Replay::Yes,
            kv: false,
            incidents: false,
            drill: None,
            fields: Vec::new(),
            asked: Vec::new(),
            copy: lines(&[("etag", "\"1\"")]),
            timeout: Time::default(),
            seed: 0,
        }
    }

    pub fn flow(&mut self, method: &str) -> Flow {
        self.seed += 1;
        let url = "https://www.example/page?q=1".to_owned();
        let request = Request::new(method.to_owned(), url, self.asked.clone());
        let bindings = Bindings { kv: self.kv, incidents: self.incidents };
        Flow::new(Rc::clone(&self.config), request, self.replay, bindings, self.drill, self.time, self.seed)
    }

    /// Plays a script to its end.
    pub fn plays(&mut self, method: &str, script: &str) -> Visit {
        let mut flow = self.flow(method);
        let start = self.time;
        let mut fetches = Vec::new();
        let mut step = flow.start(&mut Now { time: self.time, state: &mut self.state });
        let mut words = script.split_whitespace();
        let mut played = String::new();
        loop {
            let expected = words.next().unwrap_or("nothing more");
            played += &format!("{} ", name(&step));
            assert_eq!(name(&step), expected, "after {played}of {method} {script}");
            if let Step::Fetch(fetch) = &step {
                fetches.push(fetch.clone());
            }
            let finish = match step {
                Step::Finish(finish) => *finish,
                other => {
                    let word = words.next().expect("an event");
                    played += &format!("{word} ");
                    self.pass(&flow, &other, word);
                    step = self.happens(&mut flow, word);
                    continue;
                }
            };
            assert_eq!(words.next(), None, "{method} {script}");
            return Visit { flow, finish, fetches, took: self.time.since(start) };
        }
    }

    /// Tells the flow what happened.
    pub fn happens(&mut self, flow: &mut Flow, word: &str) -> Step {
        let copy = (word == "copy").then(|| self.record());
        let fields = self.fields.clone();
        let event = match word {
            "slept" => Event::Slept,
            "whole" => Event::Held(Held::Whole, outcome("200", &fields)),
            "broken" => Event::Held(Held::Cut, outcome("200", &fields)),
            "released" => Event::Held(Held::Released, outcome("200", &fields)),
            "impatient" => Event::Impatient,
            "none" | "slow" | "copy" => Event::Looked(copy),
            "closed" => Event::Consulted(Some(Known::Closed)),
            "open" => Event::Consulted(Some(Known::Open(Duration::from_secs(5)))),
            "probe" => Event::Consulted(Some(Known::Probe)),
            "ramp" => Event::Consulted(Some(Known::Ramp(Duration::ZERO))),
            "over" => Event::Consulted(Some(Known::Over(Duration::from_secs(4)))),
            "away" => Event::Consulted(None),
            word => Event::Attempted(outcome(word, &fields)),
        };
        flow.next(event, &mut Now { time: self.time, state: &mut self.state })
    }

    /// Tells it how an attempt ended that went on after the answer.
    pub fn late(&mut self, visit: &mut Visit, word: &str) -> After {
        let fields = self.fields.clone();
        visit.flow.late(&outcome(word, &fields), &mut Now { time: self.time, state: &mut self.state })
    }

    /// Time goes by as the event says.
    pub fn pass(&mut self, flow: &Flow, step: &Step, word: &str) {
        if let Step::Fetch(fetch) = step {
            self.timeout = self.time + fetch.timeout.unwrap_or_default();
        }
        self.time = match (step, word) {
            (Step::Sleep(wait), _) => self.time + *wait,
            (Step::Wait(limit), "impatient") => self.time + limit.expect("patience"),
            (Step::Fetch(fetch), "impatient") => self.time + fetch.patience.expect("patience"),
            (Step::Lookup(_), "slow") => self.time + flow.look_limit(&Now { time: self.time, state: &mut self.state }),
            // What the driver waits for an object.
            (Step::Consult(_), "away") => self.time + Duration::from_millis(250),
            (_, "timeout") => self.time.max(self.timeout),
            _ => self.time + Duration::from_millis(1),
        };
    }

    /// Tells it of a failure, and of this copy.
    pub fn looks(&mut self, flow: &mut Flow, failure: &str, copy: Record) -> Step {
        let mut now = Now { time: self.time, state: &mut self.state };
        assert_eq!(name(&flow.start(&mut now)), "fetch");
        assert_eq!(name(&self.happens(flow, failure)), "cache?");
        flow.next(Event::Looked(Some(copy)), &mut Now { time: self.time, state: &mut self.state })
    }

    /// The copy that lies in a tier.
    pub fn record(&self) -> Record {
        self.record_of(200)
    }

    /// The same with a status.
    pub fn record_of(&self, status: u16) -> Record {
        let none: FieldLines = Vec::new();
        let asked = Asked { method: "GET", url: "https://www.example/page?q=1", fields: &none };
        let then = Time::from_millis(self.time.millis() - 60_000);
        let answered = Answered { status, fields: &self.copy, asked_at: then, answered_at: then };
        match admit(&asked, &answered, &self.config.stale) {
            Admission::Keep(record) => record.with_body(5, None),
            other => panic!("{other:?}"),
        }
    }
}

impl Visit {
    pub fn field(&self, name: &str) -> String {
        let field = match &self.finish.answer {
            Answer::Copy(served) => served.lines.field(name),
            Answer::Page(page) => page.lines.field(name),
            Answer::Origin { .. } | Answer::BreakOff => panic!("the origin's own answer"),
        };
        field.unwrap_or_default()
    }

    /// `None` for the origin's own answer.
    pub fn status(&self) -> Option<u16> {
        match &self.finish.answer {
            Answer::Copy(served) => Some(served.status),
            Answer::Page(page) => Some(page.status),
            Answer::Origin { .. } | Answer::BreakOff => None,
        }
    }
}

pub fn name(step: &Step) -> &'static str {
    match step {
        Step::Fetch(_) => "fetch",
        Step::Wait(_) => "wait",
        Step::Hold(_) => "hold",
        Step::Sleep(_) => "sleep",
        Step::Consult(_) => "ask",
        Step::Lookup(Tier::Cache) => "cache?",
        Step::Lookup(Tier::Kv) => "kv?",
        Step::Finish(finish) => match (&finish.answer, &finish.after.line) {
            (Answer::Origin { .. }, Some(line)) if line.answer == "kept" => "kept",
            (Answer::Origin { .. }, _) => "origin",
            (Answer::Copy(_), _) => "copy",
            (Answer::Page(_), _) => "page",
            (Answer::BreakOff, _) => "cut",
        },
    }
}

pub fn outcome<'a>(word: &str, fields: &'a FieldLines) -> Outcome<'a> {
    match word {
        "reset" => Outcome::Rejected { reason: "Network connection lost." },
        "timeout" => Outcome::TimedOut,
        "blank" => Outcome::Blank { status: 200 },
        "cut" => Outcome::CutShort { status: 200 },
        word => {
            let (bytes, status) = match word.strip_prefix("json:") {
                Some(status) => (&br#"{"error":"stock"}"#[..], status),
                None => (&b""[..], word),
            };
            let status = status.parse().unwrap_or_else(|_| panic!("{word} is no event"));
            Outcome::Answered { status, fields, body: Body::Prefix { bytes, whole: true } }
        }
    }
}

pub fn lines(lines: &[(&str, &str)]) -> FieldLines {
    lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
