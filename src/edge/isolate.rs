//! What does this isolate remember? Its configuration, read once, and the plain data of [`State`].
//!
//! Borrowed only around one step of a flow, never across an await (a second request would find it borrowed).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread::LocalKey;
use std::time::Duration;

use worker::js_sys::Math;
use worker::{Env, console_error};

use super::incidents::INCIDENTS;
use super::store::COPIES;
use super::{env, now, texts};
use crate::config::{Config, Mistake};
use crate::flow::{Bindings, State};
use crate::room::{Room, Ticket};

/// What was configured.
#[derive(Clone)]
pub struct Isolate {
    /// The configuration.
    pub config: Rc<Config>,
    /// What is wrong with it.
    pub mistakes: Rc<Vec<Mistake>>,
    /// Which optional bindings there are.
    pub bindings: Bindings,
}

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
    // Not one of the seeds below: those decide about waits, which everybody is told.
    static STATE: RefCell<State> = RefCell::new(State::new(Math::random().to_bits()));
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
    static ROOM: RefCell<Room> = RefCell::default();
    // Of their own: who sends slowly takes nothing away from copies.
    static UPLOADS: RefCell<Room> = RefCell::default();
}

/// The configuration of this isolate; read, and complained about, at its first request.
pub fn isolate(env: &Env) -> Isolate {
    if let Some(known) = ISOLATE.with_borrow(Option::clone) {
        return known;
    }
    let (config, mistakes) = Config::from_vars(|name| env::variable(env, name));
    if !mistakes.is_empty() {
        let mistakes = mistakes.iter().map(ToString::to_string).collect();
        let line = Told { event: "config", log: "understudy", mistakes };
        console_error!("{}", serde_json::to_string(&line).unwrap_or_default());
    }
    let is_bound = |name| env::binding(env, name).is_some();
    let bindings = Bindings { kv: is_bound(COPIES), incidents: is_bound(INCIDENTS) };
    let isolate =
        Isolate { config: Rc::new(config.with_library(texts::library())), mistakes: Rc::new(mistakes), bindings };
    ISOLATE.set(Some(isolate.clone()));
    isolate
}

/// The line of the log about mistakes in the configuration.
#[derive(serde::Serialize)]
struct Told {
    event: &'static str,
    log: &'static str,
    mistakes: Vec<String>,
}

/// Lends the memory of this isolate to one step.
pub fn with_state<T>(step: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(step)
}

/// A seed for one request: the isolate's own, and a step further each time (Weyl), without asking JavaScript again.
pub fn seed() -> u64 {
    let before = SEED.get().unwrap_or_else(|| Math::random().to_bits());
    SEED.set(Some(before.wrapping_add(0x9E37_79B9_7F4A_7C15)));
    before
}

/// A share of the memory that bodies may take up that are held for copies, for replay or until they are whole; given back when dropped.
pub struct Buffered {
    room: &'static LocalKey<RefCell<Room>>,
    ticket: Ticket,
    lasts: Duration,
}

impl Buffered {
    /// Takes `bytes`, if they are free. Should the request be ended from outside, they are free again after `lasts`.
    pub fn take(bytes: u64, lasts: Duration) -> Option<Self> {
        Self::take_of(&ROOM, bytes, lasts)
    }

    /// The same for a body that a visitor sends.
    pub fn take_for_upload(bytes: u64, lasts: Duration) -> Option<Self> {
        Self::take_of(&UPLOADS, bytes, lasts)
    }

    fn take_of(room: &'static LocalKey<RefCell<Room>>, bytes: u64, lasts: Duration) -> Option<Self> {
        let mut taken = Self { room, ticket: room.with_borrow_mut(|room| room.enter(now(), lasts)), lasts };
        taken.grow(bytes).then_some(taken)
    }

    /// Takes more.
    pub fn grow(&mut self, bytes: u64) -> bool {
        self.room.with_borrow_mut(|room| room.grow(self.ticket, bytes, now(), self.lasts))
    }

    /// It turned out to be no more than this.
    pub fn shrink(&mut self, bytes: u64) {
        self.room.with_borrow_mut(|room| room.shrink(self.ticket, bytes));
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        self.room.with_borrow_mut(|room| room.leave(self.ticket, now()));
    }
}
