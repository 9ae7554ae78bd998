//! What lies in a tier under a key?

use super::record::Record;
use super::vary::Variants;
use super::wire;

/// The content of one place in a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A copy; its body lies beside it.
    Copy(Box<Record>),
    /// The copies lie under second keys.
    Variants(Variants),
}

impl Entry {
    /// As JSON in plain ASCII, shorter than [`MAX_RECORD`](super::MAX_RECORD).
    #[must_use]
    pub fn to_json(&self) -> String {
        wire::entry_to_json(self)
    }

    /// From what [`to_json`](Self::to_json) wrote; `None` for anything else: an older version, a corrupt text.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        wire::entry_from_json(text)
    }
}
