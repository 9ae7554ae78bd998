//! What is changed in an answer that is the origin's own? Nearly always nothing.

use super::Flow;
use super::deployment;
use crate::failure::Outcome;
use crate::fields::{FieldLines, Fields};
use crate::report::{self, Passed};
use crate::url::Base;

impl Flow {
    /// The fields that are set in the answer before it goes to the visitor.
    pub(super) fn amendments(&self, outcome: &Outcome) -> FieldLines {
        let Outcome::Answered { status, fields, .. } = *outcome else { return FieldLines::new() };
        let location = self.location(fields, Of::Live).map(|location| ("location".to_owned(), location));
        // RFC 9209 §2.1.2. A switch of protocols is the runtime's own affair, with no place for a field.
        let mark = (self.target > 0 && self.attempts > 0 && status != 101).then(|| {
            let passed = Passed { next_hop: self.next_hop(), ..Passed::default() };
            let before = fields.field("proxy-status");
            report::proxy_status(before.as_deref(), deployment(&self.config, &self.request), passed)
        });
        location.into_iter().chain(mark.map(|mark| ("proxy-status".to_owned(), mark))).collect()
    }

    /// RFC 9110 §10.2.2: a `Location` with an origin's own authority would lead the visitor past us, with whatever status it
    /// comes (202 names where a result will be). The new one, if that is what this one does.
    pub(super) fn location(&self, fields: &dyn Fields, of: Of) -> Option<String> {
        if self.config.origin.is_none() && self.config.fallbacks.is_empty() {
            return None;
        }
        self.relocate(&fields.field("location")?, of)
    }

    /// A URL that names an origin, as a visitor names it. What another origin is called says nothing in an answer of this one.
    pub(super) fn relocate(&self, url: &str, of: Of) -> Option<String> {
        let parts = self.request.parts();
        let relocated = |base: &Base| base.relocate(url, &parts);
        match of {
            Of::Live => self.config.base(self.target).into_iter().chain(&self.config.origin).find_map(relocated),
            Of::Copy => self.config.origin.as_ref().and_then(relocated),
        }
    }

    /// Which fallback answered, if one did.
    pub(super) fn next_hop(&self) -> Option<&str> {
        self.config.base(self.target).filter(|_| self.target > 0).map(Base::authority)
    }
}

/// What does a field stand in?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The answer of the present target.
    Live,
    /// A copy: where another origin than the first one gave it, it was changed when it was made.
    Copy,
}
