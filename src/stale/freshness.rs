//! How old is a copy, how long is it fresh, and how stale may it get? RFC 9111 §4.2, RFC 5861 §4.
//!
//! All in whole seconds, saturating; what cannot be read counts against the copy.

use std::time::{Duration, UNIX_EPOCH};

use super::Params;
use super::directives::{Directives, MAX_SECONDS, seconds};
use super::record::Record;
use crate::time::Time;

/// The current age, at most [`MAX_SECONDS`] (RFC 9111 §4.2.3).
pub fn age(record: &Record, now: Time) -> u64 {
    let answered = record.answered_at();
    let apparent =
        record.field("date").and_then(|date| http_date(&date)).map_or(0, |date| answered.since(date).as_secs());
    let delay = answered.since(record.asked_at());
    let resident = now.since(answered);
    let on_arrival = age_value(record).saturating_mul(1000).saturating_add(millis(delay));
    let total = on_arrival.max(apparent.saturating_mul(1000)).saturating_add(millis(resident));
    (total / 1000).min(MAX_SECONDS)
}

/// `Age` of the response as it came: of several members the first, nothing if it cannot be read (RFC 9111 §5.1).
fn age_value(record: &Record) -> u64 {
    let age = record.field("age").unwrap_or_default();
    age.split(',').next().and_then(|first| seconds(first.trim())).unwrap_or(0)
}

/// The freshness lifetime (RFC 9111 §4.2.1): `s-maxage`, else `max-age`, else `Expires` − `Date`, else a heuristic.
pub fn lifetime(record: &Record, directives: &Directives) -> u64 {
    explicit_lifetime(record, directives).unwrap_or_else(|| heuristic(record, directives)).min(MAX_SECONDS)
}

/// The lifetime that the origin named, if it did.
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

/// How stale a copy may be in place of a failure, in seconds; `None` where not at all.
pub fn staleness(record: &Record, directives: &Directives, asked_for: u64, params: &Params) -> Option<u64> {
    let permitted = match directives.stale_if_error {
        Some(seconds) => seconds,
        // Of a negative answer the operator's contract says nothing: only the origin may let it outlive its time.
        None if record.status() >= 400 => 0,
        None => params.if_error.as_secs().max(asked_for),
    };
    Some(permitted.min(params.limit.as_secs())).filter(|seconds| *seconds > 0)
}

/// How long a tier should keep it, seen from its arrival.
pub fn retention(record: &Record, params: &Params) -> Duration {
    let directives = record.directives();
    let stale = match forbids(&directives, params) {
        None => staleness(record, &directives, 0, params).unwrap_or(0),
        Some(_) => 0,
    };
    let fresh = if directives.no_cache && !params.overrides.no_cache { 0 } else { lifetime(record, &directives) };
    let mut useful = fresh.saturating_add(stale);
    if params.fresh {
        // A stale copy with a validator is still worth a 304.
        let validator = record.field("etag").is_some() || record.field("last-modified").is_some();
        let window = directives.stale_while_revalidate.unwrap_or(0);
        let keep = if validator { window.max(params.limit.as_secs()) } else { window };
        useful = useful.max(lifetime(record, &directives).saturating_add(keep));
    }
    Duration::from_secs(useful.saturating_sub(age(record, record.answered_at())))
}

/// What forbids to serve it stale (RFC 9111 §4.2.4), unless the operator has lifted just that.
pub fn forbids(directives: &Directives, params: &Params) -> Option<super::NoReason> {
    use super::NoReason::{MustRevalidate, NoCache, ProxyRevalidate, SMaxage};
    let lifted = params.overrides;
    [
        (directives.no_cache && !lifted.no_cache, NoCache),
        (directives.must_revalidate && !lifted.must_revalidate, MustRevalidate),
        (directives.proxy_revalidate && !lifted.proxy_revalidate, ProxyRevalidate),
        (directives.s_maxage.is_some() && !lifted.s_maxage, SMaxage),
    ]
    .into_iter()
    .find_map(|(forbidden, reason)| forbidden.then_some(reason))
}

/// RFC 9110 §15.1, without 206 and 501, which are not kept.
pub fn is_heuristically_cacheable(status: u16) -> bool {
    matches!(status, 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414)
}

/// `Date`, or when the response arrived.
pub fn date(record: &Record) -> Time {
    record.field("date").and_then(|date| http_date(&date)).unwrap_or(record.answered_at())
}

/// Any of the three formats (RFC 9110 §5.6.7); before 1970 counts as 1970.
pub fn http_date(text: &str) -> Option<Time> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Some(Time::from_secs(date.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The longest lifetime that is only guessed, in seconds: a day.
const MAX_HEURISTIC: u64 = 86_400;
