//! Is an answer held until all of it is there? `GUARD_BYTES`.
//!
//! A body that breaks off after its headers went out cannot be taken back; one that breaks off before is a failure like
//! any other. So an HTML or JSON answer of at most that size is held until it is whole, but for no longer than a visitor
//! would wait for a copy (`PATIENCE`); what is larger or slower streams from then on. Nothing of this where the variable
//! is 0. Not here: how it is held (`edge`): the response itself stays what the origin sent.

use std::time::Duration;

use super::{Flow, Now};
use crate::config::Mode;
use crate::failure::Outcome;
use crate::fields::Fields;

/// What is held, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The most bytes of its body, decoded.
    pub limit: u64,
    /// How many there will be, where the origin says so.
    pub length: Option<u64>,
    /// The longest time.
    pub patience: Duration,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is all there.
    Whole,
    /// It broke off.
    Cut,
    /// It is larger or slower, or there was no room to hold it: it goes out as it comes.
    Released,
}

impl Flow {
    /// Is this answer to be held?
    pub(super) fn hold(&self, outcome: &Outcome, now: &Now) -> Option<Hold> {
        let limit = self.config.guard_bytes;
        if limit == 0 || self.config.mode != Mode::On || self.request.method() == "HEAD" {
            return None;
        }
        let Outcome::Answered { status, fields, .. } = *outcome else { return None };
        let patience = self.patience(now).min(self.left(now));
        // No copy and no page may hide that something is not there (RFC 9110 §15.5): such an answer goes out as it comes.
        if patience.is_zero() || matches!(status, 204 | 205 | 304 | 400..=499) || !is_document(fields) {
            return None;
        }
        let length = fields.field("content-length");
        if length.as_deref() == Some("0") {
            // All there already, and no coding of nothing need be read.
            return None;
        }
        // RFC 9110 §8.6: with a coding, the length is not that of what is read.
        let is_coded = fields.field("content-encoding").is_some();
        let length = length.filter(|_| !is_coded).and_then(|length| length.parse().ok());
        length.is_none_or(|length: u64| length <= limit).then_some(Hold { limit, length, patience })
    }
}

/// HTML or JSON, of whatever kind (RFC 6839 §3.1); not what is made to stream.
fn is_document(fields: &dyn Fields) -> bool {
    let full = fields.field("content-type").unwrap_or_default().to_ascii_lowercase();
    let kind = full.split(';').next().unwrap_or_default().trim_end();
    matches!(kind, "text/html" | "application/xhtml+xml" | "application/json") || kind.ends_with("+json")
}
