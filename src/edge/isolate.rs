//! What does this isolate remember? Its configuration, read once, and the plain data of [`State`].
//!
//! Borrowed only around one step of a flow, never across an await (a second request would find it borrowed).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use worker::js_sys::Math;
use worker::{Env, console_error};

use super::env;
use super::store::COPIES;
use super::texts;
use crate::config::{Config, Mistake};
use crate::flow::{State, Tiers};

/// What was configured.
#[derive(Clone)]
pub struct Isolate {
    /// The configuration.
    pub config: Rc<Config>,
    /// What is wrong with it.
    pub mistakes: Rc<Vec<Mistake>>,
    /// Which tiers of copies there are.
    pub tiers: Tiers,
}

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
    static STATE: RefCell<State> = RefCell::default();
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
    static BUFFERED: Cell<u64> = const { Cell::new(0) };
}

/// The configuration of this isolate; read, and complained about, at its first request.
pub fn isolate(env: &Env) -> Isolate {
    if let Some(known) = ISOLATE.with_borrow(Option::clone) {
        return known;
    }
    let (config, mistakes) = Config::from_vars(|name| env::variable(env, name));
    if !mistakes.is_empty() {
        let all: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        console_error!("{}", serde_json::json!({"log": "understudy", "event": "config", "mistakes": all}).to_string());
    }
    let tiers = Tiers { kv: env::binding(env, COPIES).is_some() };
    let isolate =
        Isolate { config: Rc::new(config.with_library(texts::library())), mistakes: Rc::new(mistakes), tiers };
    ISOLATE.set(Some(isolate.clone()));
    isolate
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

/// A share of the memory that bodies on their way into copies may take up; given back when dropped.
pub struct Buffered(u64);

impl Buffered {
    /// Takes `bytes`, if they are free.
    pub fn take(bytes: u64) -> Option<Self> {
        let mut taken = Self(0);
        taken.grow(bytes).then_some(taken)
    }

    /// Takes more.
    pub fn grow(&mut self, bytes: u64) -> bool {
        let all = BUFFERED.get().saturating_add(bytes);
        let free = all <= MAX_BUFFERED;
        if free {
            BUFFERED.set(all);
            self.0 += bytes;
        }
        free
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        BUFFERED.set(BUFFERED.get().saturating_sub(self.0));
    }
}

/// Bytes of bodies that an isolate holds at most for copies. All requests of an isolate share 128 MB, and a branch that
/// is read ahead of a slow visitor holds the difference once more.
const MAX_BUFFERED: u64 = 32 * 1024 * 1024;
