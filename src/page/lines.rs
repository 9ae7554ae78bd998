//! Which header fields are the same on many pages?
//!
//! Nearly all of them: they are kept once for all visitors of an outage, and compared by where they lie. What differs from
//! one visitor to the next (length, wait, what has failed) stands apart.

use std::iter::Chain;
use std::rc::Rc;
use std::slice::Iter;

use crate::fields::{FieldLines, Fields};

/// The header fields of a page, names in lower case.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    shared: Rc<FieldLines>,
    own: FieldLines,
}

impl Lines {
    /// Those that many pages have, and after them those of this one.
    #[must_use]
    pub const fn new(shared: Rc<FieldLines>, own: FieldLines) -> Self {
        Self { shared, own }
    }

    /// All of them.
    pub fn iter(&self) -> Both<'_> {
        self.shared.iter().chain(&self.own)
    }

    /// Adds one that only this page has.
    pub fn push(&mut self, name: &str, value: String) {
        self.own.push((name.to_owned(), value));
    }

    /// Those that many pages have, and those of this one.
    #[must_use]
    pub fn into_parts(self) -> (Rc<FieldLines>, FieldLines) {
        (self.shared, self.own)
    }
}

/// Those that many pages have, and then those of this one.
type Both<'a> = Chain<Iter<'a, (String, String)>, Iter<'a, (String, String)>>;

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Lines {}

impl<'a> IntoIterator for &'a Lines {
    type Item = &'a (String, String);
    type IntoIter = Both<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<FieldLines> for Lines {
    fn from(lines: FieldLines) -> Self {
        Self::new(Rc::default(), lines)
    }
}

impl Fields for Lines {
    fn field(&self, name: &str) -> Option<String> {
        self.shared.field(name).or_else(|| self.own.field(name))
    }

    fn lines(&self) -> FieldLines {
        self.iter().cloned().collect()
    }
}
