//! What lies in a tier under a key: a copy, or the list of fields by which to find it.

use serde::{Deserialize, Serialize};

use super::record::{MAX_RECORD, Record, VERSION, Wire, ascii};
use super::vary::Variants;

/// The content of one place in a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A copy; its body lies beside it.
    Copy(Box<Record>),
    /// The copies lie under second keys.
    Variants(Variants),
}

impl Entry {
    /// As JSON in plain ASCII.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = match self {
            Self::Copy(record) => EntryWire::Copy(Box::new(record.to_wire())),
            Self::Variants(variants) => {
                let (names, epoch) = variants.parts();
                EntryWire::Variants { v: VERSION, names: names.to_vec(), epoch: epoch.to_owned() }
            }
        };
        ascii(serde_json::to_string(&wire).unwrap_or_default())
    }

    /// From what [`to_json`](Self::to_json) wrote; `None` for anything else.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        if text.len() > MAX_RECORD + ENVELOPE {
            return None;
        }
        match serde_json::from_str(text).ok()? {
            EntryWire::Copy(wire) => Some(Self::Copy(Box::new(Record::from_wire(*wire)?))),
            EntryWire::Variants { v: VERSION, names, epoch } => Variants::from_parts(names, epoch).map(Self::Variants),
            EntryWire::Variants { .. } => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum EntryWire {
    Copy(Box<Wire>),
    Variants { v: u32, names: Vec<String>, epoch: String },
}

/// What [`EntryWire`] adds to a record, in bytes.
const ENVELOPE: usize = 16;
