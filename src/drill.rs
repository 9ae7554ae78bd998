//! What is the origin to pretend in a fire drill? `Understudy-Drill: <token>; fail=502`.
//!
//! A drill makes no request to the origin: it hands the flow a made-up outcome, so that everything after it (retry, copy,
//! page) is the real thing. Breakers and budgets do not hear of it.

use crate::failure::{Body, Outcome, StatusSet};
use crate::fields::FieldLines;
use crate::token;

/// The request header field of a drill.
pub const FIELD: &str = "understudy-drill";

/// How the origin is to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drill {
    /// The connection is refused.
    Refused,
    /// No answer within the timeout; nobody waits for it.
    Timeout,
    /// A blank page.
    Blank,
    /// The body breaks off.
    Cut,
    /// A status of `FAILURE_STATUSES`, with an empty body.
    Status(u16),
}

/// Reads the field. `None`: the token is wrong or missing, so there is no drill; an `Err` is a message for somebody who
/// knows the token but asks for a failure that is not there.
#[must_use]
pub fn parse(field: &str, token: &str, statuses: &StatusSet) -> Option<Result<Drill, String>> {
    let (presented, what) = field.split_once(';').unwrap_or((field, ""));
    if !token::equal(presented.trim(), token) {
        return None;
    }
    let name = what.trim().strip_prefix("fail=").map(str::trim).unwrap_or_default();
    let drill = match name {
        "refused" => Some(Drill::Refused),
        "timeout" => Some(Drill::Timeout),
        "blank" => Some(Drill::Blank),
        "cut" => Some(Drill::Cut),
        _ => name.parse().ok().filter(|s| statuses.contains(*s)).map(Drill::Status),
    };
    Some(drill.ok_or_else(|| {
        let shown: String = name.chars().take(20).filter(char::is_ascii_graphic).collect();
        format!("Understudy-Drill: fail={shown}: expected refused, timeout, blank, cut or a status of FAILURE_STATUSES")
    }))
}

impl Drill {
    /// What an attempt comes to. `none` is an empty list of fields to point at.
    #[must_use]
    pub fn outcome(self, none: &FieldLines) -> Outcome<'_> {
        match self {
            Self::Refused => Outcome::Rejected { reason: "connection refused (drill)" },
            Self::Timeout => Outcome::TimedOut,
            Self::Blank => Outcome::Blank { status: 200 },
            Self::Cut => Outcome::CutShort { status: 200 },
            Self::Status(status) => {
                Outcome::Answered { status, fields: none, body: Body::Prefix { bytes: b"", whole: true } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_the_token_and_a_failure_that_is_there() {
        let statuses = StatusSet::new(vec![(502, 504)]);
        let parsed = |field| parse(field, "t0ken", &statuses);
        assert_eq!(parsed("t0ken; fail=502"), Some(Ok(Drill::Status(502))));
        assert_eq!(parsed("t0ken;fail=cut"), Some(Ok(Drill::Cut)));
        for wrong in ["", "token; fail=502", "fail=502", "t0ken1; fail=502", "; fail=502"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
        for unknown in ["t0ken", "t0ken; fail=", "t0ken; fail=500", "t0ken; fail=<script>", "t0ken; fale=502"] {
            assert!(matches!(parsed(unknown), Some(Err(_))), "{unknown}");
        }
    }
}
