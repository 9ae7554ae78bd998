//! Which status and field lines does the visitor get with a copy, and which part of its body?
//!
//! RFC 9111 §4 (`Age`), §4.3.2; RFC 9110 §14.2 (206), §15.4.5 (304), §15.5.17 (416).

use super::Asked;
use super::conditional::{not_modified, permits_range};
use super::range::{self, Wanted};
use super::record::Record;
use super::usable::Aged;
use crate::fields::FieldLines;

/// The head of an answer from a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The copy's own status, 206, 304 or 416.
    pub status: u16,
    /// The final field lines, with `Age` and, where it belongs, `Content-Length`.
    pub lines: FieldLines,
    /// What of the body goes with it.
    pub part: Part,
    /// HTML to insert where the page begins: see [`crate::notice`].
    pub notice: Option<String>,
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
    let status = record.status();
    // Conditions count only where the answer would be a success (RFC 9110 §13.2.1), ranges only for GET of a 200.
    if (200..300).contains(&status) && not_modified(record, asked.fields) {
        return not_modified_head(record, aged);
    }
    if asked.method == "HEAD" {
        return Served { part: Part::Nothing, ..whole(record, aged, body_length) };
    }
    let range = asked.fields.field("range").filter(|_| status == 200 && permits_range(record, asked.fields));
    match range.map_or(Wanted::Whole, |range| range::wanted(&range, body_length)) {
        Wanted::Whole => whole(record, aged, body_length),
        Wanted::Part(first, last) => part(record, aged, first, last, body_length),
        Wanted::Unsatisfiable => unsatisfiable(record, aged, body_length),
    }
}

fn whole(record: &Record, aged: Aged, length: u64) -> Served {
    let mut lines = without(record, &[]);
    if !matches!(record.status(), 204 | 205) {
        push(&mut lines, "content-length", length.to_string());
    }
    // RFC 9110 §15.3.5 and .6: there is no content, and the runtime takes not even an empty stream.
    let part = if matches!(record.status(), 204 | 205) { Part::Nothing } else { Part::Whole };
    served(record.status(), lines, aged, part)
}

fn part(record: &Record, aged: Aged, first: u64, last: u64, length: u64) -> Served {
    let mut lines = without(record, &["content-digest", "content-md5", "content-range"]);
    push(&mut lines, "content-range", format!("bytes {first}-{last}/{length}"));
    push(&mut lines, "content-length", last.saturating_sub(first).saturating_add(1).to_string());
    served(206, lines, aged, Part::Range { first, last })
}

fn unsatisfiable(record: &Record, aged: Aged, length: u64) -> Served {
    let mut lines = without(record, &OF_THE_BODY);
    lines.retain(|(name, _)| !OF_THE_STATUS.contains(&name.as_str()));
    push(&mut lines, "content-range", format!("bytes */{length}"));
    push(&mut lines, "content-length", "0".to_owned());
    served(416, lines, aged, Part::Nothing)
}

/// All that a 200 would have but what describes a body; `Last-Modified` only in place of an `ETag`.
fn not_modified_head(record: &Record, aged: Aged) -> Served {
    let mut lines = without(record, &OF_THE_BODY);
    if record.field("etag").is_some() {
        lines.retain(|(name, _)| name != "last-modified");
    }
    served(304, lines, aged, Part::Nothing)
}

/// `Age` replaces the one with which the copy came.
fn served(status: u16, mut lines: FieldLines, aged: Aged, part: Part) -> Served {
    push(&mut lines, "age", aged.age.to_string());
    Served { status, lines, part, notice: None }
}

fn without(record: &Record, names: &[&str]) -> FieldLines {
    let stays = |name: &str| name != "age" && !names.contains(&name);
    record.lines().iter().filter(|(name, _)| stays(name)).cloned().collect()
}

fn push(lines: &mut FieldLines, name: &str, value: String) {
    lines.push((name.to_owned(), value));
}

/// Fields that describe the body.
const OF_THE_BODY: [&str; 9] = [
    "accept-ranges",
    "content-digest",
    "content-disposition",
    "content-language",
    "content-md5",
    "content-range",
    "content-type",
    "digest",
    "repr-digest",
];

/// Fields that say how long, and under which validator, the *page* may be kept: a 416 is another answer.
const OF_THE_STATUS: [&str; 8] = [
    "cache-control",
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "content-location",
    "etag",
    "expires",
    "last-modified",
    "pragma",
];
