//! When does the whole origin fail? For a tenth of every so many requests, in another way each time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::origin::Origin;

/// The switch of the origin, moved by the number of requests that are done.
pub struct Weather {
    origin: Origin,
    cycle: u64,
    turn: Mutex<()>,
    turns: AtomicU64,
    cutting: AtomicBool,
}

/// What a visitor remembers of it.
#[derive(Debug, Clone, Copy)]
pub struct Glance {
    turns: u64,
    cutting: bool,
}

impl Weather {
    /// Fine, so far. `cycle`: requests from one outage to the next.
    pub fn new(origin: Origin, cycle: u64) -> Self {
        Self { origin, cycle, turn: Mutex::default(), turns: AtomicU64::new(0), cutting: AtomicBool::new(false) }
    }

    /// What it is like now.
    pub fn look(&self) -> Glance {
        Glance { turns: self.turns.load(Ordering::SeqCst), cutting: self.cutting.load(Ordering::SeqCst) }
    }

    /// Could the origin have broken off a body since? A port that begins to refuse closes what is open.
    pub fn cuts(&self, since: Glance) -> bool {
        since.cutting || since.turns != self.look().turns
    }

    /// Has nothing been the matter with it since?
    pub fn was_fine(&self, since: Glance) -> bool {
        // Two turns to each change, of which every other one mends it.
        since.turns.is_multiple_of(4) && since.turns == self.look().turns
    }

    /// So many requests are done.
    pub fn done(&self, requests: u64) {
        let outage = usize::try_from(requests / self.cycle).unwrap_or_default() % OUTAGES.len();
        let place = requests % self.cycle;
        if place == self.cycle / 2 {
            self.change(OUTAGES.get(outage).copied());
        } else if place == self.cycle / 2 + self.cycle / 10 {
            self.change(None);
        }
    }

    fn change(&self, outage: Option<&str>) {
        let _turn = self.turn.lock().expect("no panic at the switch");
        self.turns.fetch_add(1, Ordering::SeqCst);
        match outage {
            Some(fault) => {
                self.cutting.store(fault.starts_with("/fault/cut"), Ordering::SeqCst);
                self.origin.break_as(fault);
            }
            None => {
                self.origin.mend();
                self.cutting.store(false, Ordering::SeqCst);
            }
        }
        self.turns.fetch_add(1, Ordering::SeqCst);
        // Nobody waits for ever.
        self.origin.release();
    }
}

const OUTAGES: [&str; 10] = [
    "/fault/refuse",
    "/fault/502",
    "/fault/reset",
    "/fault/hang",
    "/fault/503?retry-after=1",
    "/fault/cut-chunked",
    "/fault/close",
    "/fault/504",
    "/fault/cut",
    "/fault/garbage",
];
