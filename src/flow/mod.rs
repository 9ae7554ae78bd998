//! What comes next? The one file that knows the order of things: attempt, patience, retry, copy, page.
//!
//! A machine without I/O: [`Flow::next`] takes an [`Event`] and gives a [`Step`]; the driver (`edge/`, or a test's script)
//! carries the step out and reports back. It is total: an event that does not fit the phase ends in a page.
//!
//! | path | steps |
//! | --- | --- |
//! | healthy | `Fetch` `Finish(Origin)` |
//! | a retry helps | `Fetch` `Sleep` `Fetch` `Finish(Origin)` |
//! | held (`GUARD_BYTES`) | `Fetch` `Hold` `Finish(Origin)` |
//! | slow, copy in hand | `Fetch` `Lookup` `Finish(Copy)`, and the attempt goes on: [`Flow::late`] |
//! | failed | … `Lookup` (`Lookup`) `Finish(Copy or Page or Origin)` |
//! | breaker open | `Lookup` (`Lookup`) `Finish(Copy or Page)` |
//!
//! With `CACHE_FRESH` a look-up comes before all of it: `fresh`. With `RESUME` there is a way on from `Finish(Origin)`, for a
//! body that breaks off later: `resume`. With `INCIDENTS` others are asked what they know, after a failure and before a probe:
//! `consult`.

mod after;
mod answer;
mod consult;
mod fresh;
mod guard;
mod judge;
mod news;
mod noted;
mod notice;
mod own;
mod places;
mod probe;
mod recent;
mod relay;
mod resume;
mod state;
mod steps;

pub use after::{After, Keep, Promote};
pub(crate) use answer::deployment;
pub use answer::{Answer, Finish};
pub use consult::Consult;
pub use guard::{Held, Hold};
pub use judge::PEEK_MOST;
pub use noted::{Found, Worth};
pub use own::{loop_line, loop_page, maintenance_line, maintenance_page};
pub use recent::{Noting, Recent};
pub use state::{Origin, State};

use std::rc::Rc;
use std::time::Duration;

use crate::config::Config;
use crate::drill::Drill;
use crate::failure::{self, Failure, Outcome};
use crate::fields::FieldLines;
use crate::incidents::Known;
use crate::random::Random;
use crate::report::Line;
use crate::request::Request;
use crate::retry::Replay;
use crate::stale::{self, Aged, Record};
use crate::time::Time;

/// One request on its way to an answer.
pub struct Flow {
    config: Rc<Config>,
    request: Request,
    replay: Replay,
    bindings: Bindings,
    drill: Option<Drill>,
    start: Time,
    random: Random,
    phase: Phase,
    /// 0 = `ORIGIN`, 1 = the first fallback …
    target: usize,
    /// The last in the list that was asked.
    furthest: Option<usize>,
    attempts: u32,
    asked_at: Time,
    /// The attempt had too little time for its timeout to mean anything, for the deadline was near.
    hurried: bool,
    /// Some attempt may have reached an origin.
    maybe_sent: bool,
    failed: Option<Failed>,
    copy: Copies,
    /// Fields that are set in the last attempt's response, should the visitor get it.
    amendments: FieldLines,
    line: Line,
    /// The visitor wants a copy or nothing.
    only_copies: bool,
    /// What the origin is asked about, and the fields that ask it, in place of the visitor's own conditions.
    held: Option<fresh::Held>,
    conditions: FieldLines,
    /// This attempt is the one probe of all isolates.
    probing: bool,
    /// When the attempt takes long, others are to be asked; and they were.
    doubting: bool,
    doubted: bool,
    /// This attempt is a probe without a timeout, and says now and then that it is under way.
    signing: bool,
    /// What others are to be told.
    tell: Option<Consult>,
    /// It was looked everywhere, and there is nothing that an error could hide.
    vacant: bool,
    /// What the visitor has the start of (`RESUME`).
    download: Option<resume::Download>,
}

/// What the driver is to do.
#[derive(Debug)]
pub enum Step {
    /// Make an attempt; report `Attempted`, or `Impatient` once if it takes longer than the patience.
    Fetch(Fetch),
    /// Go on waiting for the attempt that is under way; report `Attempted`, or `Impatient` after this time.
    Wait(Option<Duration>),
    /// Hold the answer that the attempt ended with; report `Held`.
    Hold(Hold),
    /// Wait; report `Slept`.
    Sleep(Duration),
    /// Look for a copy under [`Flow::key`]; report `Looked`, or `Attempted` if an attempt under way ends first.
    Lookup(Tier),
    /// Ask what others know; report `Consulted`, or `Attempted` if an attempt under way ends first.
    Consult(Consult),
    /// Answer the visitor. If an attempt is still under way, tell [`Flow::late`] what becomes of it.
    Finish(Box<Finish>),
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Where to; `None`: where the request was going.
    pub url: Option<String>,
    /// Until the response's headers; `None`: without limit.
    pub timeout: Option<Duration>,
    /// After this time the visitor would rather have a copy, or others are asked or told what there is to know.
    pub patience: Option<Duration>,
    /// In place of the visitor's own: validators of the copy for `If-None-Match` and `If-Modified-Since`, or what asks for
    /// the rest of a download. Empty: those stay; an empty value: without that field.
    pub conditions: FieldLines,
    /// Do not ask the origin, pretend this.
    pub pretend: Option<Drill>,
}

/// Where copies lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// The Cache API: this data centre.
    Cache,
    /// KV: everywhere.
    Kv,
}

impl Tier {
    /// Its name in `Cache-Status` and elsewhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Kv => "kv",
        }
    }
}

/// Which optional bindings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bindings {
    /// `COPIES`: the second tier.
    pub kv: bool,
    /// `INCIDENTS`: what isolates know together.
    pub incidents: bool,
}

/// What happened.
pub enum Event<'a> {
    /// The attempt ended.
    Attempted(Outcome<'a>),
    /// The attempt takes longer than the patience.
    Impatient,
    /// What became of the answer that was held, and once more what it was.
    Held(Held, Outcome<'a>),
    /// The wait is over.
    Slept,
    /// What others know; nothing if they did not say in time.
    Consulted(Option<Known>),
    /// What lay in the tier; its body has [`Record::length`] bytes.
    Looked(Option<Record>),
}

/// What an isolate lends to a flow for one step.
pub struct Now<'a> {
    /// The time.
    pub time: Time,
    /// The isolate's memory.
    pub state: &'a mut State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A look-up before anything else.
    Caching,
    /// Waiting for a copy that is being written.
    Writing,
    Attempting,
    /// An answer is there, and held until it is whole.
    Holding,
    /// A look-up before an attempt, to spare an origin that is just coming back.
    Sparing,
    /// A look-up while the attempt goes on.
    Impatient,
    /// A look-up before a wait that is longer than the patience.
    BeforeSleep(Duration),
    Sleeping,
    /// Others are being asked what they know.
    Asking(consult::Why),
    /// Others are being told that the probe is under way.
    Signing,
    /// A look-up while an attempt goes on of which others know that it will come to nothing.
    Doubting,
    /// A look-up because everything has failed.
    Failing,
    /// A look-up because of a 500, which is relayed if there is no copy.
    Error500,
    /// A wait and an attempt for the rest of a download.
    Resuming,
    /// A look-up for it.
    Completing,
    Done,
}

/// The last failure and what came with it.
#[derive(Debug, Clone)]
struct Failed {
    failure: Failure,
    retry_after: Option<Duration>,
    gateway: Option<&'static str>,
    /// The failed response is the application's own.
    keep: bool,
    /// The `Proxy-Status` that it came with.
    proxy_status: Option<String>,
    /// The origin was not asked, and will not be for this long.
    open: Option<Duration>,
}

enum Copies {
    /// Nobody has looked yet.
    Unasked,
    /// This tier is being looked at.
    Asking(Tier),
    /// There is none to serve.
    None,
    Found(Box<Record>, Aged, Tier),
}

impl Flow {
    /// A request that is to be handled. `seed` is any number, as long as each request has another one.
    pub fn new(
        config: Rc<Config>,
        request: Request,
        replay: Replay,
        bindings: Bindings,
        drill: Option<Drill>,
        start: Time,
        seed: u64,
    ) -> Self {
        Self {
            config,
            request,
            replay,
            bindings,
            drill,
            start,
            random: Random::new(seed),
            phase: Phase::Attempting,
            target: 0,
            furthest: None,
            attempts: 0,
            asked_at: start,
            hurried: false,
            maybe_sent: false,
            failed: None,
            copy: Copies::Unasked,
            amendments: FieldLines::new(),
            line: Line::default(),
            only_copies: false,
            held: None,
            conditions: FieldLines::new(),
            probing: false,
            doubting: false,
            doubted: false,
            signing: false,
            tell: None,
            vacant: false,
            download: None,
        }
    }

    /// The first step.
    pub fn start(&mut self, now: &mut Now) -> Step {
        if self.begins_with_copies() { self.ask_copies(now) } else { self.attempt(now) }
    }

    /// The step after this event.
    pub fn next(&mut self, event: Event, now: &mut Now) -> Step {
        let event = match event {
            // A tier may still have what was taken back a moment ago.
            Event::Looked(Some(record)) if now.state.stored().is_gone_since(&self.key(), record.answered_at()) => {
                Event::Looked(None)
            }
            event => event,
        };
        match (self.phase, event) {
            (
                Phase::Attempting
                | Phase::Impatient
                | Phase::Doubting
                | Phase::Signing
                | Phase::Asking(consult::Why::Doubt),
                Event::Attempted(outcome),
            ) => self.attempted(&outcome, now),
            (Phase::Signing, Event::Consulted(_)) => self.signed(),
            (Phase::Asking(why), Event::Consulted(known)) => self.consulted(why, known, now),
            (Phase::Attempting, Event::Impatient) if self.signing => self.sign(now),
            (Phase::Attempting, Event::Impatient) if self.doubting => self.ask_in_doubt(now),
            (Phase::Attempting, Event::Impatient) if self.may_look() => self.look(Phase::Impatient, now),
            (Phase::Attempting, Event::Impatient) if self.heeds_news() => self.news(now),
            (Phase::Holding, Event::Held(Held::Cut, Outcome::Answered { status, .. })) => {
                self.attempted(&Outcome::CutShort { status }, now)
            }
            // It may have turned out to be blank.
            (Phase::Holding, Event::Held(_, outcome)) => {
                let failed = failure::classify(&self.config.failure, self.request.method(), &outcome);
                self.settled(failed, &outcome, now)
            }
            (Phase::Sleeping, Event::Slept) => self.attempt(now),
            (Phase::Writing, Event::Slept) => self.ask_copies(now),
            (Phase::Resuming, Event::Slept) => self.ask_for_rest(now),
            (Phase::Resuming, Event::Attempted(outcome)) => self.continued(&outcome, now),
            (Phase::Completing, Event::Looked(found)) => self.completed(found, now),
            (phase, Event::Looked(found)) if phase != Phase::Done && matches!(self.copy, Copies::Asking(_)) => {
                self.looked(phase, found, now)
            }
            _ => self.answer_failed(now),
        }
    }

    /// What to do with an attempt that ended after the visitor had got a copy.
    pub fn late(&mut self, outcome: &Outcome, now: &mut Now) -> After {
        let method = self.request.method();
        let failed = failure::classify(&self.config.failure, method, outcome);
        self.judge_origin(failed, outcome, now);
        now.state.stored().unclaim(&self.key());
        let after = if failed.is_none() { self.after(outcome, now, after::Refresh::Always) } else { After::default() };
        After { tell: self.tell.take(), ..after }
    }

    /// The primary key of this request's copies.
    #[must_use]
    pub fn key(&self) -> String {
        stale::key(self.request.url(), &self.config.stale.ignore_params)
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The configuration that holds for it.
    #[must_use]
    pub fn config(&self) -> &Rc<Config> {
        &self.config
    }

    /// The same configuration, with the operator's own page in it.
    pub fn dress(&mut self, config: Rc<Config>) {
        self.config = config;
    }
}

impl Failed {
    const fn of(failure: Failure) -> Self {
        Self { failure, retry_after: None, gateway: None, keep: false, proxy_status: None, open: None }
    }
}
