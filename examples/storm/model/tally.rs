//! What came of it? Counts by second, and the figures of the tables.

use super::script::{Script, has_copy};

/// What a visitor gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    Good,
    Copy,
    Page,
    /// A bare error.
    Error,
    /// Nothing, for as long as they waited.
    Nothing,
}

/// In the order of the tables and figures.
pub const KINDS: [Got; 5] = [Got::Good, Got::Copy, Got::Page, Got::Error, Got::Nothing];

/// One second.
#[derive(Debug, Clone, Default)]
pub struct Second {
    /// Requests to the origin.
    pub asks: u32,
    /// Answers by kind.
    pub answers: [u32; 5],
    /// How long they took.
    pub waits: Vec<u32>,
    /// Attempts that ended well, and all others.
    pub good: u32,
    pub bad: u32,
}

/// Requests of visitors, and what the origin got of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    pub loads: u32,
    pub asks: u32,
}

pub struct Tally {
    pub seconds: Vec<Second>,
    start: u64,
    end: u64,
    /// How many isolates are busy.
    pub busy: u32,
    /// Of those who came in the trouble: all, and those whose isolates are busy.
    pub all: Traffic,
    pub of_busy: Traffic,
    pub visitors: u32,
    pub peak: usize,
    /// Waits of those who came in the trouble; whose page has a copy, and the others.
    pub with_copy: Vec<u32>,
    pub without: Vec<u32>,
    pub answers: [u32; 5],
    pub contented: u32,
    pub left: u32,
    /// Questions to `INCIDENTS`.
    pub questions: u32,
}

impl Tally {
    pub fn new(script: &Script, busy: u32) -> Self {
        Self {
            seconds: vec![Second::default(); script.length as usize],
            start: script.start * 1000,
            end: script.end * 1000,
            busy,
            all: Traffic::default(),
            of_busy: Traffic::default(),
            visitors: 0,
            peak: 0,
            with_copy: Vec::new(),
            without: Vec::new(),
            answers: [0; 5],
            contented: 0,
            left: 0,
            questions: 0,
        }
    }

    pub fn load(&mut self, now: u64, isolate: u32, loads: u32) {
        self.visitors += u32::from(loads == 1);
        self.count(now, isolate, |traffic| traffic.loads += 1);
    }

    /// A request to the origin, for a visitor who came at `start`.
    pub fn ask(&mut self, now: u64, start: u64, isolate: u32) {
        self.second(now).asks += 1;
        self.count(start, isolate, |traffic| traffic.asks += 1);
    }

    pub fn attempt(&mut self, now: u64, is_good: bool) {
        let second = self.second(now);
        *if is_good { &mut second.good } else { &mut second.bad } += 1;
    }

    pub fn queued(&mut self, length: usize) {
        self.peak = self.peak.max(length);
    }

    pub fn answer(&mut self, now: u64, start: u64, page: u32, got: Got) {
        let kind = KINDS.iter().position(|kind| *kind == got).unwrap_or_default();
        let wait = (now - start) as u32;
        let second = self.second(now);
        second.answers[kind] += 1;
        second.waits.push(wait);
        if self.is_trouble(start) {
            self.answers[kind] += 1;
            if has_copy(page) { &mut self.with_copy } else { &mut self.without }.push(wait);
        }
    }

    /// A visitor does not come back, either as they have what they came for, or as they have enough.
    pub fn leaves(&mut self, is_contented: bool) {
        *if is_contented { &mut self.contented } else { &mut self.left } += 1;
    }

    /// Seconds from the end of the trouble from which on 95 % of the answers of every five seconds are good.
    pub fn recovery(&self) -> Option<usize> {
        let after = self.seconds.get((self.end / 1000) as usize..).unwrap_or_default();
        let last_bad = after.windows(5).rposition(|five| {
            let good: u32 = five.iter().map(|s| s.answers[0]).sum();
            let all: u32 = five.iter().flat_map(|s| s.answers).sum();
            f64::from(good) < 0.95 * f64::from(all)
        });
        let first = last_bad.map_or(0, |second| second + 1);
        (first + 5 <= after.len()).then_some(first)
    }

    /// Seconds, from fifteen after the end on, around which most of the origin's work was for nothing.
    pub fn collapsed(&self) -> usize {
        let from = (self.end / 1000) as usize + 15;
        let five = self.seconds.get(from..).unwrap_or_default().windows(5);
        five.filter(|five| {
            let (good, bad) = five.iter().fold((0, 0), |(good, bad), s| (good + s.good, bad + s.bad));
            bad > good && bad >= 20
        })
        .count()
    }

    fn second(&mut self, now: u64) -> &mut Second {
        &mut self.seconds[(now / 1000) as usize]
    }

    fn is_trouble(&self, start: u64) -> bool {
        (self.start..self.end).contains(&start)
    }

    fn count(&mut self, start: u64, isolate: u32, count: impl Fn(&mut Traffic)) {
        if self.is_trouble(start) {
            count(&mut self.all);
            if isolate < self.busy {
                count(&mut self.of_busy);
            }
        }
    }
}

impl Traffic {
    pub const fn without(self, other: Self) -> Self {
        Self { loads: self.loads - other.loads, asks: self.asks - other.asks }
    }

    /// Requests to the origin for each one of a visitor.
    pub fn amplification(self) -> f64 {
        f64::from(self.asks) / f64::from(self.loads.max(1))
    }
}

/// The wait that this share of all waits does not exceed.
pub fn quantile(waits: &[u32], share: f64) -> u32 {
    let mut sorted = waits.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
}
