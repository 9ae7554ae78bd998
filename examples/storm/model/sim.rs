//! What happens next? Events in the order of their times, and what follows from each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use understudy::config::Config;
use understudy::flow::{Answer, Event, Flow, Step};
use understudy::random::Random;

use super::event::{Visit, Visitor, What};
use super::origin::{Mode, Origin, Word};
use super::script::{Arrival, Script, Zipf};
use super::strategy::Strategy;
use super::tally::{Got, Tally};
use super::understudies::Understudies;

struct Storm<'a> {
    script: &'a Script,
    strategy: Strategy,
    patience: Option<u64>,
    now: u64,
    turn: u64,
    events: BinaryHeap<Reverse<(u64, u64, What)>>,
    random: Random,
    zipf: Zipf,
    origin: Origin,
    understudies: Understudies,
    visitors: Vec<Visitor>,
    visits: Vec<Visit>,
    tally: Tally,
}

/// Plays a script. `patience`: after how many milliseconds a visitor who sees nothing reloads. `config`: Understudy's.
pub fn play(
    script: &Script,
    strategy: Strategy,
    arrivals: &[Arrival],
    patience: Option<u64>,
    config: &Rc<Config>,
) -> Tally {
    let zipf = Zipf::new(script.scale.isolates);
    let mut storm = Storm {
        script,
        strategy,
        patience,
        now: 0,
        turn: 0,
        events: BinaryHeap::new(),
        random: Random::new(7),
        tally: Tally::new(script, zipf.busy(script.scale.rate)),
        zipf,
        origin: Origin::new(&script.scale),
        understudies: Understudies::new(Rc::clone(config), script.scale.isolates, strategy == Strategy::Shared),
        visitors: Vec::new(),
        visits: Vec::new(),
    };
    storm.at(script.start * 1000, What::Begins);
    storm.at(script.end * 1000, What::Ends);
    if !arrivals.is_empty() {
        storm.at(0, What::Arrives(0));
    }
    while let Some(Reverse((at, _, what))) = storm.events.pop() {
        if at >= script.length * 1000 {
            break;
        }
        storm.now = at;
        storm.happens(what, arrivals);
        storm.tally.queued(storm.origin.queued());
    }
    storm.tally.questions = storm.understudies.questions;
    storm.tally
}

impl Storm<'_> {
    fn at(&mut self, at: u64, what: What) {
        self.turn += 1;
        self.events.push(Reverse((at.max(self.now), self.turn, what)));
    }

    fn after(&mut self, wait: u64, what: What) {
        self.at(self.now + wait, what);
    }

    fn happens(&mut self, what: What, arrivals: &[Arrival]) {
        match what {
            What::Arrives(number) => {
                let Arrival { at, page, isolate } = arrivals[number];
                self.visitors.push(Visitor { page, isolate, loads: 0 });
                self.at(at, What::Loads(number));
                if let Some(next) = arrivals.get(number + 1) {
                    self.at(next.at, What::Arrives(number + 1));
                }
            }
            What::Loads(visitor) => self.loads(visitor),
            What::GivesUp(visit) => {
                if !self.visits[visit].is_answered {
                    // The runtime ends all that belongs to the request, and nobody hears how the attempt ended.
                    if self.visits[visit].is_open {
                        self.tally.attempt(self.now, false);
                    }
                    self.visits[visit].flow = None;
                    self.visits[visit].is_open = false;
                    self.answered(visit, Got::Nothing, HUMAN / 2);
                }
            }
            What::Served(epoch, ask) => {
                if epoch == self.origin.epoch {
                    let word = self.origin.served(ask, &mut self.random);
                    self.after(WAY, What::Reply(ask, word));
                    self.dispatch();
                }
            }
            What::Reply((visit, attempt), word) => {
                let of = &mut self.visits[visit];
                if of.is_open && of.attempts == attempt {
                    of.is_open = false;
                    of.last = word;
                    self.tally.attempt(self.now, word == Word::Good);
                    self.ended(visit, word);
                }
            }
            What::Impatient((visit, attempt)) => {
                let of = &self.visits[visit];
                if of.is_open && of.attempts == attempt && !of.is_answered {
                    self.tell(visit, Event::Impatient);
                }
            }
            What::Slept(visit) => self.tell(visit, Event::Slept),
            What::Looked(visit, look) => {
                let of = &mut self.visits[visit];
                if of.looks == look && !of.is_answered {
                    let (isolate, page) = (of.isolate, of.page);
                    if let Some(mut flow) = of.flow.take() {
                        let step = self.understudies.looked(&mut flow, isolate, page, self.now);
                        self.carry_out(visit, flow, step);
                    }
                }
            }
            What::Consulted(visit, look) => {
                let of = &self.visits[visit];
                if of.looks == look && !of.is_answered {
                    self.tell(visit, Event::Consulted(of.known));
                }
            }
            What::Begins => self.becomes(self.script.mode),
            What::Ends => {
                self.becomes(Mode::Healthy);
                (1..=WARMING).for_each(|tenth| self.after(tenth * 100, What::Warms));
            }
            What::Warms => self.dispatch(),
        }
    }

    fn becomes(&mut self, mode: Mode) {
        for ask in self.origin.becomes(mode, self.now) {
            self.after(WAY, What::Reply(ask, Word::Reset));
        }
        self.dispatch();
    }

    fn loads(&mut self, visitor: usize) {
        let who = &mut self.visitors[visitor];
        who.loads += 1;
        // Who comes back gets another isolate.
        let isolate = if who.loads == 1 { who.isolate } else { self.zipf.pick(&mut self.random) };
        let (page, visit) = (who.page, self.visits.len());
        self.tally.load(self.now, isolate, who.loads);
        self.visits.push(Visit::new(visitor, isolate, page, self.now));
        if let Some(patience) = self.patience {
            self.after(patience, What::GivesUp(visit));
        }
        if !self.strategy.is_real() {
            return self.attempt(visit, self.strategy.tries().1);
        }
        let mut flow = Box::new(self.understudies.flow(page, self.now, visit as u64 + 1));
        let step = self.understudies.start(&mut flow, isolate, self.now);
        self.carry_out(visit, flow, step);
    }

    fn attempt(&mut self, visit: usize, timeout: u64) {
        let of = &mut self.visits[visit];
        of.attempts += 1;
        of.is_open = true;
        let ask = (visit, of.attempts);
        self.tally.ask(self.now, of.start, of.isolate);
        match self.origin.asked(ask) {
            Some(word) => self.after(WAY, What::Reply(ask, word)),
            None => {
                self.after(timeout, What::Reply(ask, Word::Timeout));
                self.dispatch();
            }
        }
    }

    fn dispatch(&mut self) {
        while let Some((ask, takes)) = self.origin.next(self.now, &mut self.random) {
            self.after(takes, What::Served(self.origin.epoch, ask));
        }
    }

    /// An attempt ended, in one way or another.
    fn ended(&mut self, visit: usize, word: Word) {
        let (tries, timeout) = self.strategy.tries();
        let of = &mut self.visits[visit];
        if !self.strategy.is_real() {
            return match word {
                Word::Good => self.answered(visit, Got::Good, 0),
                _ if of.attempts < tries => self.attempt(visit, timeout),
                _ => self.answered(visit, Got::Error, HUMAN),
            };
        }
        of.looks += 1;
        let (place, is_late) = ((of.isolate, of.page), of.is_answered);
        let Some(mut flow) = of.flow.take() else { return };
        if let Some(step) = self.understudies.ended(&mut flow, place, self.now, word, is_late) {
            self.carry_out(visit, flow, step);
        }
    }

    fn tell(&mut self, visit: usize, event: Event) {
        let isolate = self.visits[visit].isolate;
        if let Some(mut flow) = self.visits[visit].flow.take() {
            let step = self.understudies.next(&mut flow, isolate, self.now, event);
            self.carry_out(visit, flow, step);
        }
    }

    fn carry_out(&mut self, visit: usize, flow: Box<Flow>, step: Step) {
        self.visits[visit].flow = Some(flow);
        match step {
            Step::Fetch(fetch) => {
                self.attempt(visit, fetch.timeout.map_or(100_000, |t| t.as_millis() as u64));
                if let Some(patience) = fetch.patience {
                    let ask = (visit, self.visits[visit].attempts);
                    self.after(patience.as_millis() as u64, What::Impatient(ask));
                }
            }
            Step::Wait(patience) => {
                if let Some(patience) = patience {
                    let ask = (visit, self.visits[visit].attempts);
                    self.after(patience.as_millis() as u64, What::Impatient(ask));
                }
            }
            Step::Consult(consult) => {
                let known = self.understudies.hear(&consult, self.visits[visit].isolate, self.now);
                let of = &mut self.visits[visit];
                of.known = known;
                of.looks += 1;
                let look = of.looks;
                self.after(CONSULT, What::Consulted(visit, look));
            }
            Step::Hold(_) => panic!("nothing is held by default"),
            Step::Sleep(wait) => self.after(wait.as_millis() as u64, What::Slept(visit)),
            Step::Lookup(_) => {
                self.visits[visit].looks += 1;
                self.after(LOOK, What::Looked(visit, self.visits[visit].looks));
            }
            Step::Finish(finish) => {
                if let Some(consult) = &finish.after.tell {
                    self.understudies.hear(consult, self.visits[visit].isolate, self.now);
                }
                self.finished(visit, finish.answer);
            }
        }
    }

    fn finished(&mut self, visit: usize, answer: Answer) {
        match answer {
            Answer::Origin(_) if self.visits[visit].last == Word::Good => self.answered(visit, Got::Good, 0),
            Answer::Origin(_) | Answer::BreakOff => self.answered(visit, Got::Error, HUMAN),
            Answer::Copy(_) => self.answered(visit, Got::Copy, 0),
            Answer::Page(page) => {
                let after = page.lines.iter().find(|(name, _)| name == "retry-after");
                let wait = after.and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or(30);
                self.answered(visit, Got::Page, wait * 1000);
            }
        }
    }

    /// The visitor has something to look at; if it is not what they came for, they come back after this time.
    fn answered(&mut self, visit: usize, got: Got, again: u64) {
        let of = &mut self.visits[visit];
        of.is_answered = true;
        if !of.is_open {
            of.flow = None;
        }
        self.tally.answer(self.now, of.start, of.page, got);
        let visitor = of.visitor;
        let is_content = matches!(got, Got::Good | Got::Copy);
        if is_content || self.visitors[visitor].loads > RELOADS {
            return self.tally.leaves(is_content);
        }
        let (chance, loads) = (self.random.unit(), self.visitors[visitor].loads);
        let wait = match got {
            // As the page's own script does it.
            Got::Page if loads > 1 => {
                (again as f64).max(5_000.0 * 1.6f64.powf(f64::from(loads - 1))) * (1.0 + 0.2 * chance)
            }
            Got::Page => again as f64 * (1.0 + 0.2 * chance),
            Got::Good | Got::Copy | Got::Error | Got::Nothing => again as f64 * (0.5 + chance),
        };
        self.after(wait as u64, What::Loads(visitor));
    }
}

/// Milliseconds to the origin and back.
const WAY: u64 = 10;
/// Milliseconds until a tier has answered.
const LOOK: u64 = 5;
/// Milliseconds until an object has answered.
const CONSULT: u64 = 15;
/// Milliseconds until a person who sees an error reloads.
const HUMAN: u64 = 2_000;
/// And how often.
const RELOADS: u32 = 5;
/// Tenths of a second until the origin is warm, and one.
const WARMING: u64 = 101;
