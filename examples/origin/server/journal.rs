//! What has the origin seen? One entry for each request, in the order in which their heads arrived.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::content::Hash;
use super::request::{Digest, Request};
use super::target::latin1;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its number, from 0; they are not used again.
    pub id: u64,
    /// The connection it came on: equal numbers, same connection.
    pub connection: u64,
    /// As it came.
    pub method: String,
    /// As it came: path and query.
    pub target: String,
    /// Names and values as they came, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The length of its body in bytes; 0 until the body is whole.
    pub body_len: u64,
    /// The hash of its body, see `hash`.
    pub body_hash: String,
    /// The first bytes of its body, at most 4096.
    pub body_start: Vec<u8>,
    /// `None` while it is being answered.
    pub ended: Option<Ended>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With an answer that was written to its end.
    Answered,
    /// Broken by the origin, on purpose.
    Broken,
    /// The client went away before the answer was written.
    Abandoned,
}

impl Seen {
    /// Its target without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Was it for this path (any query), or this whole target?
    #[must_use]
    pub fn is_to(&self, path: &str) -> bool {
        self.target == path || self.path() == path
    }

    /// The first header of this name, as text (latin-1).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| latin1(value))
    }

    /// For `/_control/seen`.
    #[must_use]
    pub fn json(&self) -> Value {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| json!([name, latin1(value)])).collect();
        json!({
            "id": self.id,
            "connection": self.connection,
            "method": self.method,
            "target": self.target,
            "headers": headers,
            "body_len": self.body_len,
            "body_hash": self.body_hash,
            "ended": self.ended.map(Ended::as_str),
        })
    }
}

impl Ended {
    /// Its name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Broken => "broken",
            Self::Abandoned => "abandoned",
        }
    }
}

/// The latest requests, at most [`MAX_SEEN`].
#[derive(Debug, Default)]
pub struct Journal {
    seen: VecDeque<Seen>,
    next: u64,
}

impl Journal {
    /// A request's head is here. Gives its number.
    pub fn arrived(&mut self, request: &Request, connection: u64) -> u64 {
        if self.seen.len() >= MAX_SEEN {
            self.seen.pop_front();
        }
        let id = self.next;
        self.next += 1;
        self.seen.push_back(Seen {
            id,
            connection,
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body_len: 0,
            body_hash: Hash::new().hex(),
            body_start: Vec::new(),
            ended: None,
        });
        id
    }

    /// Its body is here too.
    pub fn body(&mut self, id: u64, digest: Digest) {
        if let Some(seen) = self.find(id) {
            seen.body_len = digest.len;
            seen.body_hash = digest.hash.hex();
            seen.body_start = digest.start;
        }
    }

    /// It has ended.
    pub fn ended(&mut self, id: u64, ended: Ended) {
        if let Some(seen) = self.find(id) {
            seen.ended = Some(ended);
        }
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter()
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.seen.clear();
    }

    fn find(&mut self, id: u64) -> Option<&mut Seen> {
        self.seen.iter_mut().rev().find(|seen| seen.id == id)
    }
}

/// How many requests are kept; older ones are forgotten.
const MAX_SEEN: usize = 20_000;
