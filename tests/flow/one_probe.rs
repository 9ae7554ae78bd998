//! However many come, whatever they send, however long it takes, whoever goes away: an origin whose breaker is not closed is
//! asked by one at a time, in one isolate, and with `INCIDENTS` in all of them together. An upload that takes longer than
//! `BREAKER_OPEN` is no longer that one.

use std::collections::BTreeMap;
use std::time::Duration;

use understudy::flow::{Consult, Event, Flow, Now, Step};
use understudy::incidents::{Incident, Known};
use understudy::random::Random;
use understudy::retry::Replay;
use understudy::time::Time;

use crate::site::{Site, lines, outcome};

const VARS: [(&str, &str); 6] = [
    ("BREAKER_FAILURES", "2"),
    ("BREAKER_OPEN", "1s..20s"),
    ("TIMEOUT", "3s"),
    ("DEADLINE", "8s"),
    ("GUARD_BYTES", "10000"),
    ("RETRY_BUDGET", "100%"),
];

/// A visit, or what has become of it.
struct Visit {
    flow: Flow,
    isolate: usize,
    /// When its attempt ends, if one is under way, and how.
    attempt: Option<(Time, &'static str)>,
    /// Until when its attempt is the isolate's probe, and that of all of them.
    probes: Option<Time>,
    probes_for_all: Option<Time>,
    answered: bool,
    /// What was to happen before this step happens no more.
    step: u32,
}

enum What {
    Comes,
    Happens(usize, u32, &'static str),
    Hears(usize, u32, Option<Known>),
    Leaves(usize),
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Seen {
    probes: u32,
    probes_for_all: u32,
    of_uploads: u32,
    /// Longer than a lease.
    long: u32,
    held: u32,
    left: u32,
}

struct World {
    isolates: Vec<Site>,
    incident: Incident,
    visits: Vec<Visit>,
    queue: BTreeMap<(Time, u64), What>,
    random: Random,
    now: Time,
    serial: u64,
    seen: Seen,
}

impl World {
    fn new(seed: u64, isolates: usize, patience: &'static str) -> Self {
        let site = || {
            let mut site = Site::new(&[&VARS[..], &[("PATIENCE", patience)]].concat());
            site.incidents = isolates > 1;
            site.fields = lines(&[("content-type", "text/html")]);
            site
        };
        let isolates: Vec<_> = (0..isolates).map(|_| site()).collect();
        let now = isolates[0].time;
        Self {
            isolates,
            incident: Incident::default(),
            visits: Vec::new(),
            queue: BTreeMap::new(),
            random: Random::new(seed),
            now,
            serial: 0,
            seen: Seen::default(),
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.random.unit() * limit as f64) as u64
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64) as usize;
        all[index]
    }

    fn within(&mut self, span: Duration) -> Duration {
        span.mul_f64(self.random.unit())
    }

    fn after(&mut self, span: Duration, what: What) {
        self.serial += 1;
        self.queue.insert((self.now + span, self.serial), what);
    }

    fn run(mut self, visits: u32) -> Seen {
        for _ in 0..visits {
            let at = Duration::from_millis(self.below(120_000));
            self.after(at, What::Comes);
        }
        while let Some(((at, _), what)) = self.queue.pop_first() {
            self.now = at;
            self.isolates.iter_mut().for_each(|site| site.time = at);
            match what {
                What::Comes => self.comes(),
                What::Leaves(visit) => self.leaves(visit),
                What::Happens(visit, step, word) if self.visits[visit].step == step => self.happens(visit, word),
                What::Hears(visit, step, known) if self.visits[visit].step == step => self.hears(visit, known),
                What::Happens(..) | What::Hears(..) => {}
            }
        }
        self.seen
    }

    fn comes(&mut self) {
        let isolate = self.below(self.isolates.len() as u64) as usize;
        let (method, replay) =
            self.one_of(&[("GET", Replay::Yes), ("POST", Replay::Once), ("POST", Replay::No), ("PUT", Replay::No)]);
        let site = &mut self.isolates[isolate];
        site.replay = replay;
        let mut flow = site.flow(method);
        let step = flow.start(&mut Now { time: self.now, state: &mut site.state });
        let visit = self.visits.len();
        self.visits.push(Visit {
            flow,
            isolate,
            attempt: None,
            probes: None,
            probes_for_all: None,
            answered: false,
            step: 0,
        });
        if self.below(8) == 0 {
            let stays = Duration::from_millis(self.below(30_000));
            self.after(stays, What::Leaves(visit));
        }
        self.does(visit, step);
    }

    /// The platform ends all that belongs to it.
    fn leaves(&mut self, visit: usize) {
        let of = &mut self.visits[visit];
        if !of.answered {
            self.seen.left += u32::from(of.probes.is_some());
            (of.attempt, of.probes, of.probes_for_all) = (None, None, None);
            of.step += 1;
        }
    }

    fn happens(&mut self, visit: usize, word: &'static str) {
        let of = &mut self.visits[visit];
        of.step += 1;
        let ends = of.attempt.is_some_and(|(at, how)| at <= self.now && how == word);
        let is_late = of.answered;
        if ends {
            of.attempt = None;
        }
        let (site, fields) = (&mut self.isolates[of.isolate], lines(&[("content-type", "text/html")]));
        if is_late {
            (of.probes, of.probes_for_all) = (None, None);
            let outcome = outcome(word, &fields);
            let after = of.flow.late(&outcome, &mut Now { time: self.now, state: &mut site.state });
            self.told(after.tell.as_ref());
            return;
        }
        let step = site.happens(&mut of.flow, word);
        let is_held = matches!(step, Step::Hold(_));
        if (ends && !is_held) || matches!(word, "whole" | "broken" | "released") {
            (of.probes, of.probes_for_all) = (None, None);
        }
        self.does(visit, step);
    }

    fn hears(&mut self, visit: usize, known: Option<Known>) {
        let of = &mut self.visits[visit];
        of.step += 1;
        if known == Some(Known::Probe) {
            assert_eq!(
                self.visits.iter().filter(|of| of.probes_for_all > Some(self.now)).count(),
                0,
                "two for all isolates"
            );
            self.seen.probes_for_all += 1;
        }
        let of = &mut self.visits[visit];
        let site = &mut self.isolates[of.isolate];
        if known == Some(Known::Probe) {
            of.probes_for_all = Some(self.now + site.config.breaker.open_cap);
        }
        let step = of.flow.next(Event::Consulted(known), &mut Now { time: self.now, state: &mut site.state });
        self.does(visit, step);
    }

    fn tell(&mut self, consult: &Consult) -> Known {
        self.incident.hear(consult.question, self.now, &mut self.random)
    }

    fn told(&mut self, consult: Option<&Consult>) {
        consult.map(|consult| self.tell(consult));
    }

    /// Carries out what the flow wants, and thinks of what becomes of it.
    fn does(&mut self, visit: usize, step: Step) {
        let serial = self.visits[visit].step;
        match step {
            Step::Fetch(fetch) => {
                self.fetches(visit, fetch.timeout);
                self.waits(visit, fetch.patience);
            }
            Step::Wait(patience) => self.waits(visit, patience),
            Step::Hold(hold) => {
                self.seen.held += u32::from(self.visits[visit].probes.is_some());
                let word = self.one_of(&["whole", "broken", "released"]);
                let span = self.within(hold.patience);
                self.after(span, What::Happens(visit, serial, word));
            }
            Step::Sleep(wait) => self.after(wait, What::Happens(visit, serial, "slept")),
            Step::Lookup(_) => {
                let (word, span) = (self.one_of(&["none", "none", "copy"]), self.within(Duration::from_millis(400)));
                self.beside(visit, span, What::Happens(visit, serial, word));
            }
            Step::Consult(consult) => {
                let known = self.tell(&consult);
                let span = self.within(Duration::from_millis(250));
                self.beside(visit, span, What::Hears(visit, serial, Some(known)));
            }
            Step::Finish(finish) => {
                self.told(finish.after.tell.as_ref());
                self.visits[visit].answered = true;
                self.waits(visit, None);
            }
        }
    }

    fn fetches(&mut self, visit: usize, timeout: Option<Duration>) {
        // The origin is well for half a minute, and then it is not.
        let is_well = (self.now.millis() / 30_000).is_multiple_of(2);
        let word = if is_well { "200" } else { self.one_of(&["502", "503", "reset", "timeout", "200"]) };
        let takes = self.within(timeout.map_or(Duration::from_secs(40), |timeout| timeout * 2));
        let (takes, word) = match timeout {
            Some(timeout) if takes >= timeout || word == "timeout" => (timeout, "timeout"),
            None if word == "timeout" => (takes, "504"),
            _ => (takes, word),
        };
        let isolate = self.visits[visit].isolate;
        let breaker = &self.isolates[isolate].state.origin("www.example").breaker;
        let stage = breaker.stage(self.now).as_str();
        assert_ne!(stage, "open", "nobody goes then");
        let probes = stage == "probing";
        if probes {
            let others = self.visits.iter().filter(|of| of.isolate == isolate && of.probes > Some(self.now)).count();
            // What one isolate alone took for an outage may be under way when all come to know of one.
            assert!(others == 0 || self.isolates.len() > 1, "two at a time");
            self.seen.probes += 1;
            self.seen.of_uploads += u32::from(timeout.is_none());
            self.seen.long += u32::from(takes > self.isolates[isolate].config.breaker.lease);
        }
        let of = &mut self.visits[visit];
        of.attempt = Some((self.now + takes, word));
        of.probes = probes.then_some(self.now + self.isolates[isolate].config.breaker.open_cap);
    }

    /// For its attempt, or until its patience is over.
    fn waits(&mut self, visit: usize, patience: Option<Duration>) {
        let of = &self.visits[visit];
        let (serial, Some((at, word))) = (of.step, of.attempt) else { return };
        let left = at.since(self.now);
        match patience {
            Some(patience) if patience < left => self.after(patience, What::Happens(visit, serial, "impatient")),
            _ => self.after(left, What::Happens(visit, serial, word)),
        }
    }

    /// Unless the attempt that is under way ends first.
    fn beside(&mut self, visit: usize, span: Duration, what: What) {
        match self.visits[visit].attempt {
            Some((at, _)) if at < self.now + span => self.waits(visit, None),
            _ => self.after(span, what),
        }
    }
}

fn total(isolates: usize) -> Seen {
    let mut all = Seen::default();
    for seed in 0..150 {
        let patience = if seed % 2 == 0 { "1s" } else { "6s" };
        // Where few come, uploads have to do.
        let seen = World::new(seed, isolates, patience).run(if seed % 3 == 0 { 100 } else { 25 });
        all.probes += seen.probes;
        all.probes_for_all += seen.probes_for_all;
        all.of_uploads += seen.of_uploads;
        all.long += seen.long;
        all.held += seen.held;
        all.left += seen.left;
    }
    println!("{isolates}: {all:?}");
    all
}

#[test]
fn in_one_isolate() {
    let seen = total(1);
    assert!(seen.probes > 500 && seen.of_uploads > 50 && seen.long > 20, "{seen:?}");
    assert!(seen.held > 20 && seen.left > 10, "{seen:?}");
}

#[test]
fn in_all_isolates_together() {
    let seen = total(8);
    assert!(seen.probes_for_all > 200 && seen.of_uploads > 20 && seen.long > 10, "{seen:?}");
    assert!(seen.held > 10 && seen.left > 10, "{seen:?}");
}
