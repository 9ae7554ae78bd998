//! Which part of a body does `Range` ask for? RFC 9110 §14.

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range, none that is understood, or several (which may always be ignored, RFC 9110 §14.2).
    Whole,
    /// These bytes, both inclusive, within the body.
    Part(u64, u64),
    /// Nothing that there is.
    Unsatisfiable,
}

/// Reads a `Range` value for a body of `length` bytes.
pub fn wanted(text: Option<&str>, length: u64) -> Wanted {
    parse(text.unwrap_or_default(), length).unwrap_or(Wanted::Whole)
}

fn parse(text: &str, length: u64) -> Option<Wanted> {
    let (unit, ranges) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut several = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
    let (Some(only), None) = (several.next(), several.next()) else { return None };
    let (first, last) = only.split_once('-')?;
    let end = length.saturating_sub(1);
    let (first, last) = match (number(first), number(last)) {
        (None, Some(0)) if first.is_empty() => return Some(Wanted::Unsatisfiable),
        (None, Some(suffix)) if first.is_empty() => (length.saturating_sub(suffix), end),
        (Some(first), None) if last.is_empty() => (first, end),
        (Some(first), Some(last)) if first <= last => (first, last.min(end)),
        _ => return None,
    };
    Some(if first < length { Wanted::Part(first, last) } else { Wanted::Unsatisfiable })
}

fn number(digits: &str) -> Option<u64> {
    let good = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    good.then(|| digits.parse().unwrap_or(u64::MAX))
}
