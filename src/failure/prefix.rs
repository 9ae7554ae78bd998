//! Of which bodies is the start read, how much of it, and when is that enough?
//!
//! Not here: who reads (`edge`), within what time, and what the bytes say (`gateway`).

use super::Body;
use super::classify::{Params, may_be_blank};
use crate::fields::Fields;

/// How much of a failed response's body is read to find out who wrote it, in bytes.
pub const MAX_PREFIX: usize = 4096;

/// How much has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Enough to recognise who wrote it.
    Start,
    /// Enough to see that it is not blank: nobody who gets a page waits longer than for its first words.
    Anything,
}

/// Must the start of this response's body be read before the attempt is reported, and how much? `None`: nothing of it.
#[must_use]
pub fn inspect(params: &Params, method: &str, status: u16, fields: &dyn Fields) -> Option<Until> {
    if method == "HEAD" {
        None
    } else if params.statuses.contains(status) {
        Some(Until::Start)
    } else {
        (params.blank && may_be_blank(method, status, fields)).then_some(Until::Anything)
    }
}

/// The first bytes of a body, as they come in.
#[derive(Debug, Default)]
pub struct Prefix {
    bytes: Vec<u8>,
    whole: bool,
    broken: bool,
}

impl Prefix {
    /// All of a body of which there is nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { bytes: Vec::new(), whole: true, broken: false }
    }

    /// How many more bytes are wanted; `None` if it is enough, and no more may be asked of the body.
    #[must_use]
    pub fn wants(&self, until: Until) -> Option<usize> {
        let room = MAX_PREFIX.saturating_sub(self.bytes.len());
        let enough = match until {
            Until::Start => false,
            Until::Anything => !self.bytes.trim_ascii().is_empty(),
        };
        (room > 0 && !self.whole && !self.broken && !enough).then_some(room)
    }

    /// Takes of what came as much as there is room for.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = MAX_PREFIX.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// The body has ended.
    pub const fn end(&mut self) {
        self.whole = true;
    }

    /// The body has broken off.
    pub const fn break_off(&mut self) {
        self.broken = true;
    }

    /// All that is known of the body.
    #[must_use]
    pub fn body(&self) -> Body<'_> {
        if self.broken { Body::Broken(&self.bytes) } else { Body::Prefix { bytes: &self.bytes, whole: self.whole } }
    }

    /// At most [`MAX_PREFIX`] bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// There are no more.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// It broke off.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.broken
    }
}
