//! Can a download that breaks off go on, and is this answer the rest of it? `RESUME`.
//!
//! It can, if its bytes are those of one representation that the origin can be asked for by name: a strong `ETag`
//! (RFC 9110 §8.8.1), a known length, no content coding, for the runtime takes that off and then nobody knows how far
//! the visitor has got on the wire. The rest is asked for with `Range` and `If-Range` (§13.1.5, §14.2) and is only
//! believed if it is the exact continuation (§15.3.7.3); anything else breaks the download off, as it would have.
//!
//! Not here: when and where to ask (`flow`), and how bytes are put together (`edge`).

use crate::fields::{FieldLines, Fields};
use crate::stale::Record;

/// A download under way: which representation, and which of its bytes. Both ends are inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    etag: String,
    first: u64,
    last: u64,
    total: u64,
}

/// Why an answer is not the rest of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no 206.
    Status,
    /// It names another representation, or none.
    Etag,
    /// It is another part.
    Range,
    /// It came with a content coding.
    Coding,
    /// It has broken off too often.
    Breaks,
}

impl Refusal {
    /// The reason in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Etag => "etag",
            Self::Range => "range",
            Self::Coding => "coding",
            Self::Breaks => "breaks",
        }
    }
}

impl Plan {
    /// Of this answer to a GET: all of a representation, or the one part of it that the visitor has asked for.
    #[must_use]
    pub fn of(status: u16, fields: &dyn Fields) -> Option<Self> {
        if !matches!(status, 200 | 206) {
            return None;
        }
        let etag = fields.field("etag").filter(|etag| is_strong(etag))?;
        let length = fields.field("content-length").and_then(|length| integer(&length)).filter(|length| *length > 0)?;
        if fields.field("content-encoding").is_some() {
            return None;
        }
        let plan = match status {
            206 => {
                let (first, last, total) = content_range(&fields.field("content-range")?)?;
                Self { etag, first, last, total }
            }
            _ if takes_ranges(fields) => Self { etag, first: 0, last: length - 1, total: length },
            _ => return None,
        };
        (plan.length() == length).then_some(plan)
    }

    /// Bytes of the whole download.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// What a request asks for the rest with, in place of the visitor's own fields; an empty value: without that field.
    /// The tag says all that a condition could.
    #[must_use]
    pub fn continuation(&self, received: u64) -> FieldLines {
        let range = format!("bytes={}-{}", self.first.saturating_add(received), self.last);
        let lines = [
            ("range", range.as_str()),
            ("if-range", &self.etag),
            ("accept-encoding", "identity"),
            ("if-match", ""),
            ("if-none-match", ""),
            ("if-modified-since", ""),
            ("if-unmodified-since", ""),
        ];
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// Is this answer the rest, from the byte after those that the visitor has?
    ///
    /// # Errors
    /// Why it is not.
    pub fn continues(&self, received: u64, status: u16, fields: &dyn Fields) -> Result<(), Refusal> {
        if status != 206 {
            return Err(Refusal::Status);
        }
        // RFC 9110 §15.3.7: it has the tag that a 200 would have had.
        if fields.field("etag").as_ref() != Some(&self.etag) {
            return Err(Refusal::Etag);
        }
        if fields.field("content-encoding").is_some() {
            return Err(Refusal::Coding);
        }
        let first = self.first.saturating_add(received);
        let range = fields.field("content-range").and_then(|range| content_range(&range));
        let several = fields.field("content-type").is_some_and(|kind| is_multipart(&kind));
        if range != Some((first, self.last, self.total)) || several {
            return Err(Refusal::Range);
        }
        // A chunked one has no length; whether it was all of it is seen at its end.
        let length = fields.field("content-length").map(|length| integer(&length));
        let left = self.length().saturating_sub(received);
        if length.is_some_and(|length| length != Some(left)) { Err(Refusal::Range) } else { Ok(()) }
    }

    /// Has this copy the very bytes? Then these of its own are the rest, both inclusive.
    #[must_use]
    pub fn rest_of(&self, received: u64, copy: &Record) -> Option<(u64, u64)> {
        let same = copy.status() == 200
            && copy.lines().field("etag").as_ref() == Some(&self.etag)
            && copy.lines().field("content-encoding").is_none()
            && copy.length() == Some(self.total);
        let first = self.first.saturating_add(received);
        (same && first <= self.last).then_some((first, self.last))
    }
}

/// RFC 9110 §8.8.3: an opaque tag and nothing before it. Two lines with one each are none.
fn is_strong(etag: &str) -> bool {
    let inner = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| inner.len() <= MAX_ETAG && inner.bytes().all(|b| b.is_ascii_graphic() && b != b'"'))
}

/// RFC 9110 §14.3.
fn takes_ranges(fields: &dyn Fields) -> bool {
    let units = fields.field("accept-ranges").unwrap_or_default();
    units.split(',').any(|unit| unit.trim().eq_ignore_ascii_case("bytes"))
}

fn is_multipart(kind: &str) -> bool {
    kind.get(..MULTIPART.len()).is_some_and(|start| start.eq_ignore_ascii_case(MULTIPART))
}

const MULTIPART: &str = "multipart/byteranges";

/// First and last byte, and how many there are in all (RFC 9110 §14.4); `None` where one of them is not known.
fn content_range(value: &str) -> Option<(u64, u64, u64)> {
    let (unit, rest) = value.split_once(' ')?;
    let (range, total) = rest.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) = (integer(first)?, integer(last)?, integer(total)?);
    (unit.eq_ignore_ascii_case("bytes") && first <= last && last < total).then_some((first, last, total))
}

/// Digits only, and no more than JavaScript can count.
fn integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok().filter(|n| *n < MAX_LENGTH)).flatten()
}

/// The longest tag that is sent back, in bytes.
const MAX_ETAG: usize = 1024;

/// 2⁵³.
const MAX_LENGTH: u64 = 1 << 53;

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [(&str, &str); 3] = [("etag", "\"a\""), ("accept-ranges", "bytes"), ("content-length", "1000")];

    fn with(fields: &[(&str, &str)], name: &str, value: &str) -> FieldLines {
        let others = fields.iter().copied().filter(|(n, _)| *n != name);
        let all = others.chain((!value.is_empty()).then_some((name, value)));
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn only_what_can_be_asked_for_by_name_can_be_resumed() {
        for (name, value, resumes) in [
            ("etag", "\"a\"", true),
            ("etag", "\"\"", true),
            ("etag", "W/\"a\"", false),
            ("etag", "a", false),
            ("etag", "\"", false),
            ("etag", "\"a\", \"b\"", false),
            ("etag", "", false),
            ("accept-ranges", "Bytes", true),
            ("accept-ranges", "x, bytes", true),
            ("accept-ranges", "none", false),
            ("accept-ranges", "", false),
            ("content-length", "", false),
            ("content-length", "0", false),
            ("content-length", "-1", false),
            ("content-length", "1000, 1000", false),
            ("content-length", "99999999999999999999", false),
            ("content-encoding", "gzip", false),
            ("content-encoding", "identity", false),
        ] {
            assert_eq!(Plan::of(200, &with(&WHOLE, name, value)).is_some(), resumes, "{name}: {value}");
        }
        for status in [0, 201, 203, 204, 304, 404, 502] {
            assert_eq!(Plan::of(status, &WHOLE), None, "{status}");
        }
    }

    #[test]
    fn a_part_can_be_resumed_like_the_whole() {
        let part = [("etag", "\"a\""), ("content-range", "bytes 100-299/1000"), ("content-length", "200")];
        let plan = Plan::of(206, &part).unwrap();
        assert_eq!(plan.length(), 200);
        assert_eq!(plan.continuation(50)[0].1, "bytes=150-299");
        let rest = [("etag", "\"a\""), ("content-range", "bytes 150-299/1000")];
        assert_eq!(plan.continues(50, 206, &rest), Ok(()));
        for value in ["", "bytes 100-299/*", "bytes 100-298/1000", "bytes */1000", "bytes 100-299/200"] {
            assert_eq!(Plan::of(206, &with(&part, "content-range", value)), None, "{value}");
        }
    }

    /// RFC 9110 §13.1.5, §14.2.
    #[test]
    fn asks_for_the_rest_of_this_representation_and_for_nothing_else() {
        let lines = Plan::of(200, &WHOLE).unwrap().continuation(400);
        assert_eq!(lines.field("range").as_deref(), Some("bytes=400-999"));
        assert_eq!(lines.field("if-range").as_deref(), Some("\"a\""));
        assert_eq!(lines.field("if-none-match").as_deref(), Some(""), "the visitor's own condition goes");
    }

    #[test]
    fn believes_the_exact_continuation_only() {
        let plan = Plan::of(200, &WHOLE).unwrap();
        let good = [("etag", "\"a\""), ("content-range", "bytes 400-999/1000"), ("content-length", "600")];
        for (name, value, verdict) in [
            ("x", "y", Ok(())),
            ("content-length", "", Ok(())),
            ("content-range", "Bytes 400-999/1000", Ok(())),
            ("etag", "\"b\"", Err(Refusal::Etag)),
            ("etag", "W/\"a\"", Err(Refusal::Etag)),
            ("etag", "", Err(Refusal::Etag)),
            ("content-encoding", "gzip", Err(Refusal::Coding)),
            ("content-range", "", Err(Refusal::Range)),
            ("content-range", "bytes 399-999/1000", Err(Refusal::Range)),
            ("content-range", "bytes 401-999/1000", Err(Refusal::Range)),
            ("content-range", "bytes 400-998/1000", Err(Refusal::Range)),
            ("content-range", "bytes 400-999/1001", Err(Refusal::Range)),
            ("content-range", "bytes 400-999/*", Err(Refusal::Range)),
            ("content-range", "bytes 400-999/1000, bytes 400-999/1000", Err(Refusal::Range)),
            ("content-range", "items 400-999/1000", Err(Refusal::Range)),
            ("content-length", "599", Err(Refusal::Range)),
            ("content-length", "x", Err(Refusal::Range)),
            ("content-type", "Multipart/byteranges; boundary=x", Err(Refusal::Range)),
        ] {
            assert_eq!(plan.continues(400, 206, &with(&good, name, value)), verdict, "{name}: {value}");
        }
        for status in [200, 204, 304, 416, 500] {
            assert_eq!(plan.continues(400, status, &good), Err(Refusal::Status), "{status}");
        }
    }

    proptest::proptest! {
        /// Whatever an origin says: the only rest is the one that was asked for.
        #[test]
        fn no_answer_moves_a_byte(
            received in 0..2_000_u64,
            status in proptest::prop_oneof![proptest::strategy::Just(206_u16), 100..600_u16],
            etag in "(W/)?\"[ab]?\"?|.{0,4}",
            range in "bytes [0-9]{1,4}-[0-9]{1,4}/(1000|[0-9*]{0,5})|.{0,20}",
        ) {
            let plan = Plan::of(200, &WHOLE).unwrap();
            let fields = [("etag", etag.as_str()), ("content-range", range.as_str())];
            if plan.continues(received, status, &fields).is_ok() {
                assert_eq!((status, etag.as_str()), (206, "\"a\""));
                assert_eq!(content_range(&range), Some((received, 999, 1000)));
            }
            let _ = Plan::of(status, &[("etag", etag.as_str()), ("content-range", &range), ("content-length", "5")]);
        }
    }
}
