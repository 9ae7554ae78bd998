//! Which status and which field lines does the visitor get with a copy, and which part of its body?
//!
//! RFC 9111 §4 (`Age`), §4.3.2 (304), RFC 9110 §14 (206, 416), §15.4.5 (fields of a 304).

use super::Asked;
use super::conditional::{not_modified, range_permitted};
use super::range::{self, Wanted};
use super::record::Record;
use super::usable::Aged;
use crate::fields::FieldLines;

/// The head of an answer from a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The copy's own status, 206, 304 or 416.
    pub status: u16,
    /// The final field lines, `Age` and `Content-Length` included.
    pub lines: FieldLines,
    /// What of the body goes with it.
    pub part: Part,
}

/// What of the copy's body goes to the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Nothing: HEAD, 304, 416.
    Nothing,
    /// Some of it.
    Range {
        /// The first byte.
        first: u64,
        /// The last byte, inclusive.
        last: u64,
    },
}

/// The head of the answer to `asked` from a copy whose body has `body_length` bytes.
#[must_use]
pub fn serve(record: &Record, asked: &Asked<'_>, aged: Aged, body_length: u64) -> Served {
    let head = asked.method == "HEAD";
    let whole = |part| Served {
        status: record.status(),
        lines: with(record, aged, &[("content-length", body_length.to_string())]),
        part,
    };
    if record.status() != 200 {
        return whole(if head { Part::Nothing } else { Part::Whole });
    }
    if not_modified(record, asked.fields) {
        let mut lines = with(record, aged, &[]);
        lines.retain(|(name, _)| !OF_THE_BODY.contains(&name.as_str()));
        return Served { status: 304, lines, part: Part::Nothing };
    }
    if head {
        return whole(Part::Nothing);
    }
    let range = asked.fields.field("range").filter(|_| range_permitted(record, asked.fields));
    match range::wanted(range.as_deref(), body_length) {
        Wanted::Whole => whole(Part::Whole),
        Wanted::Part(first, last) => Served {
            status: 206,
            lines: with(
                record,
                aged,
                &[
                    ("content-length", last.saturating_sub(first).saturating_add(1).to_string()),
                    ("content-range", format!("bytes {first}-{last}/{body_length}")),
                ],
            ),
            part: Part::Range { first, last },
        },
        Wanted::Unsatisfiable => {
            let mut lines = with(record, aged, &[]);
            lines.retain(|(name, _)| !OF_THE_BODY.contains(&name.as_str()));
            lines.push(("content-range".to_owned(), format!("bytes */{body_length}")));
            lines.push(("content-length".to_owned(), "0".to_owned()));
            Served { status: 416, lines, part: Part::Nothing }
        }
    }
}

fn with(record: &Record, aged: Aged, more: &[(&str, String)]) -> FieldLines {
    let own = record.lines().iter().filter(|(name, _)| name != "age").cloned();
    let age = ("age", aged.age.to_string());
    own.chain(more.iter().chain([&age]).map(|(name, value)| ((*name).to_owned(), value.clone()))).collect()
}

/// Fields that describe a body which a 304 or 416 does not have; a 304 must not change the visitor's stored ones.
const OF_THE_BODY: [&str; 8] = [
    "accept-ranges",
    "content-digest",
    "content-language",
    "content-md5",
    "content-type",
    "digest",
    "last-modified",
    "repr-digest",
];
