//! What does a 304, or an answer to HEAD, change in a copy? RFC 9111 §3.2, §4.3.4, §4.3.5.

use super::conditional::weakly_equal;
use super::record::{Record, storable};
use super::{Answered, Asked};
use crate::fields::FieldLines;

/// The copy with the fields of `answered`; `None` if that answer is about something else and must not touch the copy.
#[must_use]
pub fn updated(record: &Record, answered: &Answered<'_>, asked: &Asked<'_>) -> Option<Record> {
    let about_it = match answered.status {
        304 => true,
        200 => asked.method == "HEAD" && same_length(record, answered),
        _ => false,
    };
    if !about_it || !same_validators(record, answered) {
        return None;
    }
    let new: FieldLines = storable(answered.fields.lines(), false);
    let replaced = |name: &str| new.iter().any(|(other, _)| other == name);
    let kept = record.lines().iter().filter(|(name, _)| !replaced(name) && name != "age").cloned();
    let lines: FieldLines = kept.chain(new.iter().cloned()).collect();
    Some(record.with_lines(lines, answered))
}

fn same_validators(record: &Record, answered: &Answered<'_>) -> bool {
    if let Some(etag) = answered.fields.field("etag") {
        return record.origin_etag().is_some_and(|own| weakly_equal(&etag, &own));
    }
    match answered.fields.field("last-modified") {
        Some(modified) => record.field("last-modified").is_none_or(|own| own == modified),
        None => true,
    }
}

fn same_length(record: &Record, answered: &Answered<'_>) -> bool {
    let length = answered.fields.field("content-length").and_then(|length| length.parse::<u64>().ok());
    length.is_none() || record.length().is_none() || length == record.length()
}
