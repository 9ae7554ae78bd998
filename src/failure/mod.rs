//! In which way did the origin fail, and what follows from it?
//!
//! One value of one type, [`Failure`], and one table, [`Kind::row`]: the status that we answer, the RFC 9209 error type,
//! whether a retry makes sense, whether the origin provably never got the request, and which explanation the page gives.
//! A literal 502 stands in this folder and nowhere else.
//!
//! The table is in `kind`, how an outcome is recognised in `classify`.
//!
//! Not here: whether a retry is *allowed* (`retry`), who wrote the body (`gateway`).
//! Sources: RFC 9110 §15.6.3–5, RFC 9209 §2.3, Cloudflare's 52x/530 statuses.

mod classify;
mod kind;
mod prefix;

pub use classify::{Params, StatusSet, classify, may_turn_out_blank};
pub use kind::{Explanation, Kind, Row, Worth};
pub use prefix::{MAX_PREFIX, Prefix, Until, inspect};

use crate::fields::Fields;

/// One failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    received: Option<u16>,
}

/// What one attempt at an origin came to.
pub enum Outcome<'a> {
    /// Response headers arrived.
    Answered {
        /// Status code as received; may be outside 100–599.
        status: u16,
        /// The response's header fields.
        fields: &'a dyn Fields,
        /// What is known of the body.
        body: Body<'a>,
    },
    /// The fetch was rejected before response headers; `reason` is the runtime's words, hostile and only a hint.
    Rejected {
        /// The message of the rejection.
        reason: &'a str,
    },
    /// No response headers within the attempt's timeout.
    TimedOut,
    /// The request could not be sent, through no fault of the origin: its body broke off, or the runtime refused it.
    Unsendable,
    /// There was no page where there should have been one.
    Blank {
        /// The status of the answer without a page.
        status: u16,
    },
    /// The body broke off before any of it was committed to the visitor.
    CutShort {
        /// The status whose body broke off.
        status: u16,
    },
}

/// What is known of a response's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// Nobody looked: the body of a response that [`inspect`] did not ask for.
    Unread,
    /// Its first bytes (at most [`MAX_PREFIX`]), decoded.
    Prefix {
        /// The bytes.
        bytes: &'a [u8],
        /// There are no more.
        whole: bool,
    },
    /// Its first bytes, decoded, after which it broke off: nobody can be given it.
    Broken(&'a [u8]),
}

impl<'a> Body<'a> {
    /// What was seen of it.
    #[must_use]
    pub const fn seen(self) -> &'a [u8] {
        match self {
            Self::Unread => &[],
            Self::Prefix { bytes, .. } | Self::Broken(bytes) => bytes,
        }
    }
}

impl Failure {
    /// A failure of this kind, with the status that the origin sent, if it sent one.
    #[must_use]
    pub const fn new(kind: Kind, received: Option<u16>) -> Self {
        Self { kind, received }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The status that the origin sent, if it sent one (RFC 9209 §2.1.4 `received-status`).
    #[must_use]
    pub const fn received(self) -> Option<u16> {
        self.received
    }

    /// The status to answer with: the origin's own where it sent one of the failure class (so that monitors see it),
    /// else that of the table. Never one that would turn an error into a success (RFC 9110 §15).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self.received {
            Some(status) if status >= 400 && status <= 599 => status,
            _ => self.kind.row().status,
        }
    }

    /// Does the failure prove that the origin never got the request? Only Cloudflare's own statuses do, and a proxy that met
    /// itself: the words of a rejected fetch do not tell a refused connection from a reset one.
    #[must_use]
    pub const fn never_sent(self) -> bool {
        self.received.is_some() && self.kind.row().never_sent
    }
}
