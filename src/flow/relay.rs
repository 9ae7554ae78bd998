//! What is changed in an answer that is the origin's own? Nearly always nothing.

use super::Flow;
use super::deployment;
use crate::failure::Outcome;
use crate::fields::{FieldLines, Fields};
use crate::report::{self, Passed};

impl Flow {
    /// The fields that are set in the answer before it goes to the visitor.
    pub(super) fn amendments(&self, outcome: &Outcome) -> FieldLines {
        let Outcome::Answered { status, fields, .. } = *outcome else { return FieldLines::new() };
        let location = self.location(fields).map(|location| ("location".to_owned(), location));
        // RFC 9209 §2.1.2. A switch of protocols is the runtime's own affair, with no place for a field.
        let mark = (self.target > 0 && self.attempts > 0 && status != 101).then(|| {
            let passed = Passed { next_hop: Some(self.authority(self.target)), ..Passed::default() };
            let before = fields.field("proxy-status");
            report::proxy_status(before.as_deref(), deployment(&self.config, &self.request), passed)
        });
        location.into_iter().chain(mark.map(|mark| ("proxy-status".to_owned(), mark))).collect()
    }

    /// RFC 9110 §10.2.2: a `Location` with an origin's own authority would lead the visitor past us, with whatever status it
    /// comes (202 names where a result will be). The new one, if that is what this one does.
    pub(super) fn location(&self, fields: &dyn Fields) -> Option<String> {
        if self.config.origin.is_none() && self.config.fallbacks.is_empty() {
            return None;
        }
        self.relocate(&fields.field("location")?)
    }

    /// A URL that names one of the origins, as a visitor names it.
    pub(super) fn relocate(&self, url: &str) -> Option<String> {
        let mut bases = self.config.origin.iter().chain(&self.config.fallbacks);
        bases.find_map(|base| base.relocate(url, &self.request.parts()))
    }
}
