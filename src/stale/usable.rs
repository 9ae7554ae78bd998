//! May this copy be served to this visitor now? RFC 9111 §4, RFC 5861 §4.
//!
//! What the request says about freshness (`no-cache`, `max-age`, `min-fresh`) is advice (RFC 9111 §5.2.1) and is not
//! followed when the origin has failed: the alternative is not a newer page but none. With `only-if-cached` it is
//! followed, for then nothing has failed.

use super::directives::Directives;
use super::freshness::{age, forbidden, lifetime, permitted};
use super::personal;
use super::reasons::NoReason;
use super::record::Record;
use super::syntax::MAX_SECONDS;
use super::{Asked, Params};
use crate::fields::Fields;
use crate::time::Time;

/// Why a copy is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A failure of the 502 class.
    Failure,
    /// A 500: only an explicit `stale-if-error` covers it.
    Error500,
    /// The visitor wants nothing else: [`wants_only_copies`].
    OnlyIfCached,
}

/// May it be served?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usable {
    /// Yes.
    Yes(Aged),
    /// No.
    No(NoReason),
}

/// How old a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aged {
    /// Current age in seconds, at most 2³¹.
    pub age: u64,
    /// Freshness lifetime − age, in seconds; 0 or less means stale.
    pub ttl: i64,
}

impl Aged {
    pub(super) fn of(record: &Record, directives: &Directives, now: Time) -> Self {
        let age = age(record, now);
        let lifetime = i64::try_from(lifetime(record, directives)).unwrap_or(i64::MAX);
        Self { age: age.min(MAX_SECONDS), ttl: lifetime.saturating_sub_unsigned(age) }
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
    // Session cookies and `Authorization` do not decide yet: the copy's response may have said `public`.
    if matches!(asked.method, "GET" | "HEAD") { Ok(()) } else { Err(NoReason::Method) }
}

/// Does the request want a copy or nothing (`only-if-cached`, RFC 9111 §5.2.1.7)?
#[must_use]
pub fn wants_only_copies(fields: &dyn Fields) -> bool {
    fields.field("cache-control").is_some_and(|value| Directives::parse(&value).only_if_cached)
}

/// Is the visitor content with a stale copy, without a failure (`max-stale`, RFC 9111 §5.2.1.2)?
#[must_use]
pub fn takes_stale(fields: &dyn Fields) -> bool {
    Directives::of_request(fields).max_stale.is_some()
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
    let aged = Aged::of(record, &directives, now);
    let explicit = directives.stale_if_error.or(request.stale_if_error).is_some_and(|seconds| seconds > 0);
    if trigger == Trigger::Error500 && !explicit {
        return Err(NoReason::Error500);
    }
    if trigger == Trigger::OnlyIfCached {
        is_wanted(aged, &request)?;
    }
    if aged.is_fresh() {
        return Ok(aged);
    }
    let permitted = match trigger {
        Trigger::Failure | Trigger::Error500 => permitted(record, &directives, &request, params)?,
        Trigger::OnlyIfCached => accepted(&directives, &request, params)?,
    };
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
    if asked.fields.field("cookie").is_some_and(|cookie| personal::names_a_session(&cookie, &params.session_cookies)) {
        return Err(NoReason::SessionCookie);
    }
    if !personal::permits_authorized(directives) && asked.fields.field("authorization").is_some() {
        return Err(NoReason::Authorization);
    }
    Ok(())
}

/// How stale the visitor accepts it without a failure (`max-stale`), in seconds.
pub(super) fn accepted(directives: &Directives, request: &Directives, params: &Params) -> Result<u64, NoReason> {
    forbidden(directives, params)?;
    let seconds = request.max_stale.ok_or(NoReason::NotPermitted)?;
    Ok(seconds.min(params.limit.as_secs()))
}

/// Does it satisfy what the request says about freshness (RFC 9111 §5.2.1)?
pub(super) fn is_wanted(aged: Aged, request: &Directives) -> Result<(), NoReason> {
    let too_old = request.max_age.is_some_and(|max| aged.age > max);
    let too_short = request.min_fresh.is_some_and(|min| aged.ttl < i64::try_from(min).unwrap_or(i64::MAX));
    if request.no_cache || request.no_store || too_old || too_short { Err(NoReason::Request) } else { Ok(()) }
}
