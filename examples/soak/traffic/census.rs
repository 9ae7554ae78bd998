//! What happened? Counts by kind of answer, how long they took, what was lost, what the runtime said, and its memory.

use std::collections::BTreeMap;
use std::time::Duration;

use super::verdict::Kind;

/// The sums of one visitor, or of all.
#[derive(Debug, Default)]
pub struct Census {
    /// Requests whose visitor went away.
    pub gone: u64,
    /// Connections that broke off before the head, where the origin broke off.
    pub broken: u64,
    /// Answers by kind, each with how long it took, in microseconds.
    pub answers: BTreeMap<Kind, Vec<u32>>,
    /// How many got no answer, or one that nobody could have meant.
    pub lost: u64,
    /// What was wrong with the first of them.
    pub complaints: Vec<String>,
}

/// What the runtime's process said and took.
#[derive(Debug, Default)]
pub struct Watch {
    /// Lines of Understudy's log.
    pub incidents: u64,
    /// Lines that tell of a panic or an exception that nobody caught.
    pub panics: Vec<String>,
    /// Other lines, without their numbers: how often.
    pub others: BTreeMap<String, u64>,
    /// Resident memory in bytes, at regular numbers of requests.
    pub resident: Vec<u64>,
}

impl Census {
    /// An answer.
    pub fn answered(&mut self, kind: Kind, took: Duration) {
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.answers.entry(kind).or_default().push(micros);
    }

    /// None.
    pub fn lost(&mut self, complaint: String) {
        self.lost += 1;
        if self.complaints.len() < COMPLAINTS {
            self.complaints.push(complaint);
        }
    }

    /// And those of another.
    pub fn add(&mut self, other: Self) {
        self.gone += other.gone;
        self.broken += other.broken;
        self.lost += other.lost;
        self.complaints.extend(other.complaints);
        for (kind, took) in other.answers {
            self.answers.entry(kind).or_default().extend(took);
        }
    }

    /// All requests.
    pub fn requests(&self) -> u64 {
        self.gone + self.broken + self.lost + self.answers.values().map(|took| took.len() as u64).sum::<u64>()
    }

    /// How long they took, sorted.
    pub fn waits(&self) -> Vec<u32> {
        let mut all: Vec<_> = self.answers.values().flatten().copied().collect();
        all.sort_unstable();
        all
    }
}

impl Watch {
    /// New lines of output.
    pub fn lines(&mut self, lines: Vec<String>) {
        for line in lines {
            if PANICS.iter().any(|sign| line.contains(sign)) {
                self.panics.push(line);
            } else if line.contains(r#""log":"understudy""#) {
                self.incidents += 1;
            } else {
                let kind: String = line.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).take(200).collect();
                *self.others.entry(kind).or_default() += 1;
            }
        }
    }

    /// The most in this fifth of the run; the first is 0.
    pub fn peak(&self, fifth: usize) -> u64 {
        let at = |n: usize| self.resident.len() * n / 5;
        let part = self.resident.get(at(fifth)..at(fifth + 1)).unwrap_or_default();
        part.iter().copied().max().unwrap_or_default()
    }
}

const COMPLAINTS: usize = 20;

/// How panics and exceptions show in the output of workerd and in what the Worker's entry says before it starts anew.
const PANICS: [&str; 7] = [
    "panicked at",
    "RuntimeError",
    "Reinitializing",
    "Uncaught",
    "uncaught exception",
    "Fatal",
    "hung and would never generate a response",
];
