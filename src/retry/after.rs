//! How long does the origin ask us to wait? RFC 9110 §10.2.3.

use std::time::Duration;

use crate::time::Time;

/// The longest wait that is believed and passed on: one day.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);

/// Reads a `Retry-After` value: delay-seconds or an HTTP date. A date in the past is no wait; nonsense and negative
/// numbers are as if there were no field; of a field sent twice the longer wait counts; all is capped at
/// [`MAX_RETRY_AFTER`].
#[must_use]
pub fn retry_after(value: &str, now: Time) -> Option<Duration> {
    let value = value.trim();
    let wait = date(value, now).or_else(|| seconds_list(value)).or_else(|| date_list(value, now))?;
    Some(wait.min(MAX_RETRY_AFTER))
}

fn date(value: &str, now: Time) -> Option<Duration> {
    let at = httpdate::parse_http_date(value).ok()?;
    let secs = at.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    Some(Time::from_secs(secs).since(now))
}

fn seconds_list(value: &str) -> Option<Duration> {
    value.split(',').map(|v| seconds(v.trim())).try_fold(Duration::ZERO, |longest, v| Some(longest.max(v?)))
}

/// 1*DIGIT, of any length: what does not fit is huge all the same.
fn seconds(value: &str) -> Option<Duration> {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

/// Two dates in one field: an IMF-fixdate has one comma of its own.
fn date_list(value: &str, now: Time) -> Option<Duration> {
    let (middle, _) = value.match_indices(',').nth(1)?;
    let (first, second) = value.split_at(middle);
    Some(date(first.trim(), now)?.max(date(second.trim_start_matches(',').trim(), now)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9110 §10.2.3.
    #[test]
    fn reads_both_syntaxes_and_shrugs_at_nonsense() {
        let now = Time::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, expected) in [
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("0", Some(0)),
            ("-1", None),
            ("", None),
            ("soon", None),
            ("1.5", None),
            ("120s", None),
            ("99999999999999999999999", Some(86_400)),
            ("86401", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", Some(0)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("5, 10", Some(10)),
            ("5, x", None),
            ("Sun, 06 Nov 1994 08:49:47 GMT, Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
        ] {
            assert_eq!(retry_after(value, now), expected.map(Duration::from_secs), "{value}");
        }
    }
}
