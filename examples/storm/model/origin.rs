//! How does the origin do? Servers, a queue before them, and what may be the matter with both.
//!
//! It does not notice that somebody has stopped waiting: the work is done all the same. That is how a queue that is
//! longer than its visitors' patience becomes work for nobody, and stays so.

use std::collections::VecDeque;

use understudy::random::Random;

use super::script::{Scale, exponential};

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    Healthy,
    /// Nobody listens.
    Crashed,
    /// It works, and this share of the answers is a 502.
    Erring(f64),
    /// Connections are accepted, and that is all.
    Hanging,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    Good,
    BadGateway,
    Refused,
    Reset,
    /// The queue is full: a 503.
    Full,
    Timeout,
}

/// A request: of which visit, and the how manieth.
pub type Ask = (usize, u32);

pub struct Origin {
    mode: Mode,
    servers: usize,
    backlog: usize,
    queue: VecDeque<Ask>,
    busy: Vec<Ask>,
    /// Since when it is coming back.
    cold: Option<u64>,
    /// How often it was restarted: what was begun before comes to nothing.
    pub epoch: u32,
}

impl Origin {
    pub fn new(scale: &Scale) -> Self {
        Self {
            mode: Mode::Healthy,
            servers: scale.servers,
            backlog: scale.backlog,
            queue: VecDeque::new(),
            busy: Vec::new(),
            cold: None,
            epoch: 0,
        }
    }

    /// A request comes in; what is answered at once.
    pub fn asked(&mut self, ask: Ask) -> Option<Word> {
        match self.mode {
            Mode::Crashed => Some(Word::Refused),
            Mode::Hanging => None,
            Mode::Healthy | Mode::Erring(_) if self.queue.len() >= self.backlog => Some(Word::Full),
            Mode::Healthy | Mode::Erring(_) => {
                self.queue.push_back(ask);
                None
            }
        }
    }

    /// Next, please: who is served now, and how many milliseconds that takes.
    pub fn next(&mut self, now: u64, random: &mut Random) -> Option<(Ask, u64)> {
        if matches!(self.mode, Mode::Crashed | Mode::Hanging) || self.busy.len() >= self.open_servers(now) {
            return None;
        }
        let ask = self.queue.pop_front()?;
        self.busy.push(ask);
        Some((ask, (exponential(SERVICE, random).round() as u64).max(1)))
    }

    pub fn served(&mut self, ask: Ask, random: &mut Random) -> Word {
        self.busy.retain(|other| *other != ask);
        match self.mode {
            Mode::Erring(share) if random.unit() < share => Word::BadGateway,
            _ => Word::Good,
        }
    }

    /// Something happens to it; whose connections that ends.
    pub fn becomes(&mut self, mode: Mode, now: u64) -> Vec<Ask> {
        let before = std::mem::replace(&mut self.mode, mode);
        let is_down = |mode| matches!(mode, Mode::Crashed | Mode::Hanging);
        if is_down(before) {
            self.cold = Some(now);
        }
        if !is_down(mode) {
            return Vec::new();
        }
        self.epoch += 1;
        let ended = self.busy.drain(..).chain(self.queue.drain(..)).collect();
        if mode == Mode::Crashed { ended } else { Vec::new() }
    }

    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// After a restart its caches are cold: it can do less at first.
    fn open_servers(&self, now: u64) -> usize {
        let share = match self.cold {
            None => 1.0,
            Some(since) => (COLD + (1.0 - COLD) * (now - since) as f64 / WARM_AFTER).min(1.0),
        };
        ((self.servers as f64 * share) as usize).max(1)
    }
}

/// Milliseconds that a request takes, on average.
const SERVICE: f64 = 50.0;

/// What it can do at first after a restart, and how many milliseconds until all.
const COLD: f64 = 0.3;
const WARM_AFTER: f64 = 10_000.0;
