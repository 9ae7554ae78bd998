//! May this answer be kept as a copy, and must the copy that is there go? RFC 9111 §3.
//!
//! Asked of every healthy answer that may be news, so in the order of price: what needs no field first, then the fields
//! that reject most often; all lines are only read for what will be kept.
//!
//! An answer that is not kept leaves the older copy alone, except where the origin *takes it back*: it says that there
//! is nothing (404, 410, 451), or it tells a visitor who could be anybody that this must not be kept or
//! not be shown (`no-store`, `private`, `no-cache`, a prohibition that leaves no use for a copy, 401). Said to a visitor
//! with a cookie, that may hold for this visitor only, and everybody with an account could wipe the anonymous copy. For
//! the same reason `Set-Cookie`, 403, 429 and the like, which anybody can provoke, take nothing back.

use super::directives::Directives;
use super::freshness::{explicit_lifetime, is_heuristically_cacheable, lifetime, permitted};
use super::lines::are_sound;
use super::personal;
use super::reasons::{NoReason, SkipReason};
use super::record::{Record, is_decoded};
use super::rerouted::is_rerouted;
use super::syntax::{integer, members};
use super::url::Url;
use super::vary::Vary;
use super::wire;
use super::{Answered, Asked, Params};
use crate::fields::{FieldLines, Fields};

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
    use SkipReason::{Gone, NeverUsable, NoCache, NoStore, Private};
    if asked.method != "GET" && !(params.fresh && is_of_its_target(asked, answered)) {
        return Admission::Skip(SkipReason::Method);
    }
    let removed = match judge(asked, answered, params) {
        Ok(record) => return Admission::Keep(Box::new(record)),
        Err(_) if is_deletion(answered.status) => Gone,
        // An error says nothing of the page that is there otherwise (but 401, which is `Gone`: it is not for everybody).
        Err(why @ (NoStore | Private | NoCache | NeverUsable | Gone))
            if (answered.status < 400 || why == Gone) && personal::is_anonymous(asked.fields) =>
        {
            why
        }
        Err(why) => return Admission::Skip(why),
    };
    // Of something else than the URL says anybody can ask.
    if is_rerouted(asked) { Admission::Skip(SkipReason::Rerouted) } else { Admission::Remove(removed) }
}

/// Does this status say that there is nothing? No other error says anything of the page that is there otherwise.
#[must_use]
pub const fn is_deletion(status: u16) -> bool {
    matches!(status, 404 | 410 | 451)
}

/// May what the answer to this request, a 304 or one to HEAD, has made of a copy be kept for others? As if it had been a whole one.
#[must_use]
pub fn may_renew(new: &Record, asked: &Asked<'_>, params: &Params) -> bool {
    let (directives, cookie) = (new.directives(), asked.fields.field("cookie"));
    !says_no_store(asked)
        && !is_rerouted(asked)
        && is_for_everybody(asked, cookie.as_deref(), &directives, params).is_ok()
        && is_cacheable(new, &directives, "GET", cookie.as_deref()).is_ok()
}

/// RFC 9111 §5.2.1.5
fn says_no_store(asked: &Asked<'_>) -> bool {
    asked.fields.field("cache-control").is_some_and(|value| Directives::parse(&value).no_store)
}

/// Does the answer to a POST say that it is what a GET would get (RFC 9110 §9.3.3)?
fn is_of_its_target(asked: &Asked<'_>, answered: &Answered<'_>) -> bool {
    let (target, named) = (Url::parse(asked.url), answered.fields.field("content-location"));
    asked.method == "POST"
        && answered.status == 200
        && target.zip(named).is_some_and(|(target, named)| target.resolve_same_origin(&named) == Some(target.text()))
}

fn judge(asked: &Asked<'_>, answered: &Answered<'_>, params: &Params) -> Result<Record, SkipReason> {
    is_candidate(answered.status, params)?;
    if answered.fields.field("content-type").is_some_and(|kind| never_ends(&kind)) {
        return Err(SkipReason::Endless);
    }
    if answered.fields.field("set-cookie").is_some() {
        return Err(SkipReason::SetCookie);
    }
    let directives = Directives::of_response(answered.fields);
    is_permitted(answered.status, &directives, params)?;
    let cookie = asked.fields.field("cookie");
    is_for_everybody(asked, cookie.as_deref(), &directives, params)?;
    if says_no_store(asked) {
        return Err(SkipReason::RequestNoStore);
    }
    let length = answered.fields.field("content-length").and_then(|length| integer(&length));
    if length.is_some_and(|length| length > params.size_limit) {
        return Err(SkipReason::TooLarge);
    }
    if is_rerouted(asked) {
        return Err(SkipReason::Rerouted);
    }

    let lines = answered.fields.lines();
    if !are_sound(&lines) {
        return Err(SkipReason::Malformed);
    }
    // Obsolete (RFC 6265 §9.4), and never meant for anybody else either.
    if lines.field("set-cookie2").is_some() {
        return Err(SkipReason::SetCookie);
    }
    let vary = varies_by(&lines)?;
    // Kept decoded, one copy suits everybody; in a coding that the runtime does not know, only those who were meant. A
    // full cache takes the origin's word for it that it is everybody; who only stands in need not take the risk.
    let coded = lines.field("content-encoding").is_some_and(|coding| !is_decoded(&coding) && coding != "identity");
    if coded && (!params.fresh || negotiates_coding(&lines)) {
        return Err(SkipReason::Coding);
    }
    let record = Record::new(asked, answered, vary, lines);
    is_cacheable(&record, &directives, asked.method, cookie.as_deref())?;
    is_useful(&record, &directives, params)?;
    if wire::fits(&record) { Ok(record) } else { Err(SkipReason::HeadersTooLarge) }
}

/// A stream that is made to go on: nobody would ever have all of it.
fn never_ends(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ["text/event-stream", "multipart/x-mixed-replace"].iter().any(|endless| kind.eq_ignore_ascii_case(endless))
}

/// By the status alone.
fn is_candidate(status: u16, params: &Params) -> Result<(), SkipReason> {
    match status {
        401 => Err(SkipReason::Gone),
        206 | 304 => Err(SkipReason::Status),
        200..=399 => Ok(()),
        // These answer one particular request and not what its URL stands for: kept, they would hide the page itself.
        407 | 408 | 411..=413 | 415..=417 | 421..=429 | 431 => Err(SkipReason::Status),
        400..=599 if params.fresh => Ok(()),
        _ => Err(SkipReason::Status),
    }
}

/// By what the origin says of keeping.
fn is_permitted(status: u16, directives: &Directives, params: &Params) -> Result<(), SkipReason> {
    let understood = is_heuristically_cacheable(status) || matches!(status, 302 | 303 | 307);
    if directives.must_understand {
        // Then `no-store` is for those who do not know the status, and only for them (RFC 9111 §5.2.2.3).
        if !understood {
            return Err(SkipReason::NoStore);
        }
    } else if directives.no_store {
        return Err(SkipReason::NoStore);
    }
    if directives.private {
        return Err(SkipReason::Private);
    }
    if directives.no_cache && !params.overrides.no_cache && !params.fresh {
        return Err(SkipReason::NoCache);
    }
    Ok(())
}

/// By who asked (RFC 9111 §3.5, and the practice of shared caches with cookies).
fn is_for_everybody(
    asked: &Asked<'_>,
    cookie: Option<&str>,
    directives: &Directives,
    params: &Params,
) -> Result<(), SkipReason> {
    if directives.public {
        return Ok(());
    }
    if cookie.is_some_and(|cookie| personal::names_a_session(cookie, &params.session_cookies)) {
        return Err(SkipReason::SessionCookie);
    }
    if !personal::permits_authorized(directives) && asked.fields.field("authorization").is_some() {
        return Err(SkipReason::Authorization);
    }
    Ok(())
}

fn varies_by(lines: &FieldLines) -> Result<Vec<String>, SkipReason> {
    match Vary::parse(lines.field("vary").as_deref()) {
        Vary::Names(names) => Ok(names),
        Vary::Star => Err(SkipReason::VaryStar),
        Vary::TooMany => Err(SkipReason::VaryNames),
    }
}

/// Does the coding follow from what the visitor accepts?
fn negotiates_coding(lines: &FieldLines) -> bool {
    let vary = lines.field("vary").unwrap_or_default();
    members(&vary).any(|name| name.eq_ignore_ascii_case("accept-encoding"))
}

/// By what the answer says of its freshness.
fn is_cacheable(
    record: &Record,
    directives: &Directives,
    method: &str,
    cookie: Option<&str>,
) -> Result<(), SkipReason> {
    let explicit = explicit_lifetime(record, directives).is_some();
    let status = record.status();
    // Of what came of a POST, only the origin itself may say for how long it is good.
    let guessable = method == "GET" && (is_heuristically_cacheable(status) || directives.public);
    // A negative answer needs a lifetime of its own, be it a guess: without one it would be asked for again anyway.
    let lives = status < 400 || lifetime(record, directives) > 0;
    if !lives || !(explicit || guessable) {
        return Err(SkipReason::NotCacheable);
    }
    // An answer to a visitor with a cookie, of which the origin says nothing at all, may be anybody's: that the cookie's
    // name is not on the list of session cookies proves little.
    let said = explicit || directives.public || record.field("last-modified").is_some();
    let keyed = record.vary().iter().any(|name| name == "cookie");
    if !said && !keyed && cookie.is_some_and(personal::may_name_somebody) {
        return Err(SkipReason::Cookie);
    }
    Ok(())
}

/// Could it ever be served?
fn is_useful(record: &Record, directives: &Directives, params: &Params) -> Result<(), SkipReason> {
    if !record.retention(params).is_zero() {
        return Ok(());
    }
    Err(match permitted(record, directives, &Directives::default(), params) {
        Err(NoReason::NoCache) => SkipReason::NoCache,
        Err(NoReason::NotPermitted) if directives.stale_if_error.is_none() => SkipReason::NotPermitted,
        Err(_) => SkipReason::NeverUsable,
        Ok(_) => SkipReason::AlreadyStale,
    })
}
