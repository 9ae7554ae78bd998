//! How old is a copy, how long is it fresh, and how stale may it get? RFC 9111 §4.2, RFC 5861 §4.
//!
//! All in whole seconds, saturating; what cannot be read counts against the copy.

use std::time::Duration;

use super::Params;
use super::date::http_date;
use super::directives::Directives;
use super::reasons::NoReason;
use super::record::Record;
use super::syntax::{MAX_SECONDS, seconds};
use crate::time::Time;

/// The current age (RFC 9111 §4.2.3).
pub fn age(record: &Record, now: Time) -> u64 {
    let answered = record.answered_at();
    let apparent = answered.since(date(record));
    let corrected = Duration::from_secs(age_value(record)).saturating_add(answered.since(record.asked_at()));
    let current = apparent.max(corrected).saturating_add(now.since(answered));
    current.as_secs()
}

/// The `Age` with which it came: of several members the first, 0 if that cannot be read (RFC 9111 §5.1).
fn age_value(record: &Record) -> u64 {
    let age = record.field("age").unwrap_or_default();
    age.split(',').next().and_then(|first| seconds(first.trim())).unwrap_or(0)
}

/// The freshness lifetime (RFC 9111 §4.2.1).
pub fn lifetime(record: &Record, directives: &Directives) -> u64 {
    if record.outdated {
        return 0;
    }
    explicit_lifetime(record, directives).unwrap_or_else(|| heuristic(record, directives)).min(MAX_SECONDS)
}

/// What the origin named: `s-maxage`, else `max-age`, else `Expires` − `Date`. A broken `Expires` is one in the past.
pub fn explicit_lifetime(record: &Record, directives: &Directives) -> Option<u64> {
    if let Some(named) = directives.s_maxage.or(directives.max_age) {
        return Some(named);
    }
    let expires = record.field("expires").filter(|_| !directives.targeted)?;
    Some(http_date(&expires).map_or(0, |expires| expires.since(date(record)).as_secs()))
}

/// A tenth of the time since the last change (RFC 9111 §4.2.2), never more than [`MAX_HEURISTIC`], and nothing where the
/// origin insists on revalidation: it did not mean a guess.
fn heuristic(record: &Record, directives: &Directives) -> u64 {
    let guess = is_heuristically_cacheable(record.status()) || directives.public;
    if !guess || directives.must_revalidate || directives.proxy_revalidate {
        return 0;
    }
    let modified = record.field("last-modified").and_then(|modified| http_date(&modified));
    modified.map_or(0, |modified| (date(record).since(modified).as_secs() / 10).min(MAX_HEURISTIC))
}

/// How stale it may be in place of a failure, in seconds, more than 0.
///
/// What the origin named counts, and a request may only ask for less of it. Where the origin is silent, the operator's
/// contract counts ("out-of-band", RFC 9111 §4.2.4), or what else permits staleness. Over all of it stands the limit.
pub fn permitted(
    record: &Record,
    directives: &Directives,
    request: &Directives,
    params: &Params,
) -> Result<u64, NoReason> {
    forbidden(directives, params)?;
    let contract = params.if_error.as_secs();
    let seconds = match (directives.stale_if_error, request.stale_if_error) {
        (Some(origin), Some(request)) => origin.min(request),
        (Some(origin), None) => origin,
        // Of a deletion only the origin itself may say that it stands in for what has come since.
        (None, _) if record.status() >= 400 => 0,
        (None, Some(request)) => request,
        (None, None) => contract.max(request.max_stale.max(directives.stale_while_revalidate).unwrap_or(0)),
    };
    match seconds.min(params.limit.as_secs()) {
        0 => Err(NoReason::NotPermitted),
        seconds => Ok(seconds),
    }
}

/// Is it forbidden to serve it stale (RFC 9111 §4.2.4)? The operator can lift single prohibitions.
pub fn forbidden(directives: &Directives, params: &Params) -> Result<(), NoReason> {
    let lifted = params.overrides;
    let found = [
        (directives.no_cache && !lifted.no_cache, NoReason::NoCache),
        (directives.must_revalidate && !lifted.must_revalidate, NoReason::MustRevalidate),
        (directives.proxy_revalidate && !lifted.proxy_revalidate, NoReason::ProxyRevalidate),
        (directives.s_maxage.is_some() && !lifted.s_maxage, NoReason::SMaxage),
    ];
    found.into_iter().find_map(|(forbidden, why)| forbidden.then_some(why)).map_or(Ok(()), Err)
}

/// How long a tier should keep it, counted from its arrival.
pub fn retention(record: &Record, params: &Params) -> Duration {
    let directives = record.directives();
    let fresh = lifetime(record, &directives);
    let never = directives.no_cache && !params.overrides.no_cache;
    let stale = permitted(record, &directives, &Directives::default(), params).unwrap_or(0);
    let mut useful = if never { 0 } else { fresh.saturating_add(stale) };
    if params.fresh && record.status() < 400 && (record.has_validator() || !never) {
        // What is stale can still be validated, or be served while it is.
        let limit = params.limit.as_secs();
        let window = directives.stale_while_revalidate.unwrap_or(0).min(limit);
        useful = useful.max(fresh.saturating_add(if record.has_validator() { limit } else { window }));
    }
    Duration::from_secs(useful.saturating_sub(age(record, record.answered_at())))
}

/// RFC 9110 §15.1, without 206, which is not kept here.
pub fn is_heuristically_cacheable(status: u16) -> bool {
    matches!(status, 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// `Date`, or when the response arrived.
pub fn date(record: &Record) -> Time {
    record.field("date").and_then(|date| http_date(&date)).unwrap_or(record.answered_at())
}

/// The longest lifetime that is only guessed, in seconds: a day.
const MAX_HEURISTIC: u64 = 86_400;
