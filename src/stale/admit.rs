//! May this answer be kept as a copy, and must the copy that is there go? RFC 9111 §3.
//!
//! Asked of every healthy answer, so in the order of price: what needs no field first, then the fields that reject most
//! often; all lines are only read for what will be kept. An answer that is not kept leaves the older copy alone, except
//! where the origin *takes it back*: it says that there is nothing any more, or it tells a visitor without `Cookie` and
//! `Authorization` that this must not be kept. Said to a visitor with a cookie, that may hold for this visitor only, and
//! everybody with an account could wipe the anonymous copy; for the same reason `Set-Cookie`, 403 and 429, which anybody
//! can provoke, take nothing back.

use super::directives::Directives;
use super::freshness::{explicit_lifetime, forbids, is_heuristically_cacheable};
use super::personal::has_session_cookie;
use super::reasons::SkipReason;
use super::record::{MAX_RECORD, Record};
use super::vary::Vary;
use super::{Answered, Asked, Params};

/// What becomes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Keep it: it replaces the copy that is there.
    Keep(Box<Record>),
    /// Do not keep it, and remove the copy that is there, with all variants: the origin has taken it back.
    Remove(SkipReason),
    /// Do not keep it; a copy that is there stays.
    Skip(SkipReason),
}

/// Decides about the answer of a healthy origin.
#[must_use]
pub fn admit(asked: &Asked<'_>, answered: &Answered<'_>, params: &Params) -> Admission {
    use SkipReason::{Gone, Method, NeverUsable, NoCache, NoStore, Private};
    if asked.method != "GET" {
        return Admission::Skip(Method);
    }
    match judge(asked, answered, params) {
        Ok(record) => Admission::Keep(Box::new(record)),
        Err(_) if matches!(answered.status, 404 | 410 | 451) => Admission::Remove(Gone),
        Err(why @ (NoStore | Private | NoCache | NeverUsable | Gone)) if is_anonymous(asked) => Admission::Remove(why),
        Err(why) => Admission::Skip(why),
    }
}

fn judge(asked: &Asked<'_>, answered: &Answered<'_>, params: &Params) -> Result<Record, SkipReason> {
    let status = answered.status;
    match status {
        401 => return Err(SkipReason::Gone),
        206 | 304 => return Err(SkipReason::Status),
        200..=399 => {}
        400..=499 if params.fresh => {}
        _ => return Err(SkipReason::Status),
    }
    if answered.fields.field("set-cookie").is_some() {
        return Err(SkipReason::SetCookie);
    }
    let directives = Directives::of_response(answered.fields);
    if directives.no_store && !(directives.must_understand && is_understood(status)) {
        return Err(SkipReason::NoStore);
    }
    if directives.private {
        return Err(SkipReason::Private);
    }
    if directives.no_cache && !params.overrides.no_cache && !params.fresh {
        return Err(SkipReason::NoCache);
    }
    if !directives.public && has_session_cookie(asked.fields, &params.session_cookies) {
        return Err(SkipReason::SessionCookie);
    }
    let shared = directives.public || directives.must_revalidate || directives.s_maxage.is_some();
    if !shared && asked.fields.field("authorization").is_some() {
        return Err(SkipReason::Authorization);
    }
    if Directives::of_request(asked.fields).no_store {
        return Err(SkipReason::RequestNoStore);
    }
    let vary = match Vary::parse(answered.fields.field("vary").as_deref()) {
        Vary::Names(names) => names,
        Vary::Star => return Err(SkipReason::VaryStar),
        Vary::TooMany => return Err(SkipReason::VaryNames),
    };
    let length = answered.fields.field("content-length").and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > params.size_limit) {
        return Err(SkipReason::TooLarge);
    }

    let lines = answered.fields.lines();
    let coding = lines.iter().find(|(name, _)| name == "content-encoding").map(|(_, coding)| coding.as_str());
    if !matches!(coding, None | Some("gzip" | "br" | "identity" | "")) {
        return Err(SkipReason::Coding);
    }
    let record = Record::new(asked, answered, vary, lines);
    let guessable = is_heuristically_cacheable(status) && status < 400 || directives.public;
    if !guessable && explicit_lifetime(&record, &directives).is_none() {
        return Err(SkipReason::NotCacheable);
    }
    if record.retention(params).is_zero() {
        return Err(if forbids(&directives, params).is_some() && directives.no_cache {
            SkipReason::NoCache
        } else {
            SkipReason::NeverUsable
        });
    }
    if record.to_json().len() >= MAX_RECORD {
        return Err(SkipReason::HeadersTooLarge);
    }
    Ok(record)
}

/// Statuses whose meaning for caches is implemented here (RFC 9111 §3: "the response status code is understood").
fn is_understood(status: u16) -> bool {
    is_heuristically_cacheable(status) || matches!(status, 302 | 303 | 307)
}

fn is_anonymous(asked: &Asked<'_>) -> bool {
    asked.fields.field("cookie").is_none() && asked.fields.field("authorization").is_none()
}
