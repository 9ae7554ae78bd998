//! May this copy be served to this visitor now? RFC 9111 §4, RFC 5861 §4.
//!
//! What the request says about freshness (`no-cache`, `max-age`, `min-fresh`) is advice (RFC 9111 §5.2.1) and is not
//! followed when the origin has failed: an old page is what the visitor gets instead of none. With `only-if-cached` it
//! is, for then nothing has failed.

use super::directives::Directives;
use super::freshness::{age, forbids, lifetime, staleness};
use super::personal::has_session_cookie;
use super::reasons::NoReason;
use super::record::Record;
use super::{Asked, Params};
use crate::time::Time;

/// Why a copy is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A failure of the 502 class.
    Failure,
    /// A 500: only an explicit `stale-if-error` covers it.
    Error500,
    /// The visitor asked for nothing else.
    OnlyIfCached,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usable {
    /// It may be served.
    Yes(Aged),
    /// It must not.
    No(NoReason),
}

/// How old a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aged {
    /// Current age in seconds, at most 2³¹.
    pub age: u64,
    /// Freshness lifetime − age, in seconds; 0 or less = stale.
    pub ttl: i64,
}

impl Aged {
    pub(super) fn new(age: u64, lifetime: u64) -> Self {
        Self { age, ttl: i64::try_from(lifetime).unwrap_or(i64::MAX).saturating_sub_unsigned(age) }
    }

    /// RFC 9111 §4.2: fresh if the lifetime is *greater* than the age.
    #[must_use]
    pub fn is_fresh(self) -> bool {
        self.ttl > 0
    }

    /// By how many seconds it is stale.
    #[must_use]
    pub fn staleness(self) -> u64 {
        self.ttl.min(0).unsigned_abs()
    }
}

/// May this request be answered from a copy at all? Asked before any look-up.
///
/// # Errors
/// The reason why not.
pub fn eligible(asked: &Asked<'_>, _params: &Params) -> Result<(), NoReason> {
    // Session cookies and Authorization do not decide yet: the copy's response may have said `public`.
    if matches!(asked.method, "GET" | "HEAD") { Ok(()) } else { Err(NoReason::Method) }
}

/// May this copy be served to this visitor now?
#[must_use]
pub fn usable(record: &Record, asked: &Asked<'_>, now: Time, trigger: Trigger, params: &Params) -> Usable {
    match judge(record, asked, now, trigger, params) {
        Ok(aged) => Usable::Yes(aged),
        Err(why) => Usable::No(why),
    }
}

fn judge(record: &Record, asked: &Asked<'_>, now: Time, trigger: Trigger, params: &Params) -> Result<Aged, NoReason> {
    let directives = record.directives();
    matches_request(record, &directives, asked, params)?;
    if directives.no_cache && !params.overrides.no_cache {
        return Err(NoReason::NoCache);
    }
    let request = Directives::of_request(asked.fields);
    let aged = Aged::new(age(record, now), lifetime(record, &directives));
    match trigger {
        Trigger::Failure => {}
        Trigger::Error500 => {
            directives.stale_if_error.or(request.stale_if_error).ok_or(NoReason::Error500)?;
        }
        Trigger::OnlyIfCached => wanted(aged, &request)?,
    }
    if aged.is_fresh() {
        return Ok(aged);
    }
    if let Some(why) = forbids(&directives, params) {
        return Err(why);
    }
    let asked_for = request.max_stale.max(request.stale_if_error).unwrap_or(0);
    let permitted = staleness(record, &directives, asked_for, params).ok_or(NoReason::NotPermitted)?;
    if aged.staleness() > permitted { Err(NoReason::TooStale) } else { Ok(aged) }
}

/// Was the copy made for requests like this one?
pub(super) fn matches_request(
    record: &Record,
    directives: &Directives,
    asked: &Asked<'_>,
    params: &Params,
) -> Result<(), NoReason> {
    eligible(asked, params)?;
    if !record.is_for(asked.fields) {
        return Err(NoReason::Vary);
    }
    if directives.public {
        return Ok(());
    }
    if has_session_cookie(asked.fields, &params.session_cookies) {
        return Err(NoReason::SessionCookie);
    }
    let shared = directives.must_revalidate || directives.s_maxage.is_some();
    if !shared && asked.fields.field("authorization").is_some() {
        return Err(NoReason::Authorization);
    }
    Ok(())
}

/// Does it satisfy what the request says about freshness (RFC 9111 §5.2.1)?
pub(super) fn wanted(aged: Aged, request: &Directives) -> Result<(), NoReason> {
    let too_old = request.max_age.is_some_and(|max| aged.age > max);
    let too_short = request.min_fresh.is_some_and(|min| aged.ttl < i64::try_from(min).unwrap_or(i64::MAX));
    if request.no_cache || too_old || too_short { Err(NoReason::Request) } else { Ok(()) }
}
