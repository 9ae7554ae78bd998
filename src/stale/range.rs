//! Which part of a body does `Range` ask for? RFC 9110 §14.1.2, §14.2.

use super::syntax::integer;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range, none that is understood, or several (which a server may always ignore).
    Whole,
    /// These bytes, both inclusive, within the body.
    Part(u64, u64),
    /// Nothing that there is.
    Unsatisfiable,
}

/// Reads a `Range` value for a body of `length` bytes.
pub fn wanted(range: &str, length: u64) -> Wanted {
    parse(range, length).unwrap_or(Wanted::Whole)
}

fn parse(range: &str, length: u64) -> Option<Wanted> {
    let (unit, ranges) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut several = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
    let (Some(only), None) = (several.next(), several.next()) else { return None };
    let end = length.checked_sub(1);
    let (first, last) = match only.split_once('-')? {
        ("", suffix) => match (integer(suffix)?, end) {
            (0, _) => return Some(Wanted::Unsatisfiable),
            // The whole of nothing cannot be put into a Content-Range.
            (_, None) => return None,
            (suffix, Some(end)) => (length.saturating_sub(suffix), end),
        },
        (first, "") => (integer(first)?, u64::MAX),
        (first, last) => (integer(first)?, integer(last)?),
    };
    match end {
        _ if first > last => None,
        Some(end) if first <= end => Some(Wanted::Part(first, last.min(end))),
        _ => Some(Wanted::Unsatisfiable),
    }
}
