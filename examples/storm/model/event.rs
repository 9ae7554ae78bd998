//! What can happen, and to whom?

use understudy::flow::Flow;
use understudy::incidents::Known;

use super::origin::{Ask, Word};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A visitor comes, or comes again.
    Loads(usize),
    /// A visitor has waited long enough.
    GivesUp(usize),
    Served(u32, Ask),
    /// An attempt's answer arrives.
    Reply(Ask, Word),
    Impatient(Ask),
    Slept(usize),
    Looked(usize, u32),
    Consulted(usize, u32),
    Begins,
    Ends,
    /// The origin may be able to do more by now.
    Warms,
    Arrives(usize),
}

pub struct Visitor {
    pub page: u32,
    pub isolate: u32,
    pub loads: u32,
}

pub struct Visit {
    pub visitor: usize,
    pub isolate: u32,
    pub page: u32,
    pub start: u64,
    pub flow: Option<Box<Flow>>,
    pub attempts: u32,
    /// The last attempt has not ended yet.
    pub is_open: bool,
    pub looks: u32,
    pub known: Option<Known>,
    pub last: Word,
    pub is_answered: bool,
}

impl Visit {
    pub const fn new(visitor: usize, isolate: u32, page: u32, start: u64) -> Self {
        Self {
            visitor,
            isolate,
            page,
            start,
            flow: None,
            attempts: 0,
            is_open: false,
            looks: 0,
            known: None,
            last: Word::Good,
            is_answered: false,
        }
    }
}
