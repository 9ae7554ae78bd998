//! When does maintenance start and end? RFC 3339 instants and ISO 8601 durations.
//!
//! Written by hand because the two crates that know both would add more to the Wasm than the whole of `config`.

use std::time::Duration;

use crate::time::Time;

/// `2026-11-22T10:00:00Z`, with an optional fraction and a numeric offset (RFC 3339 §5.6), from 1970 on.
#[must_use]
pub fn instant(text: &str) -> Option<Time> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit())?;
            if end == 0 {
                return None;
            }
            offset(fraction.get(end..)?)?
        }
        None => offset(rest)?,
    };
    let secs = ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset;
    u64::try_from(secs).ok().map(Time::from_secs)
}

/// `PT2H`, `P1DT12H`, `PT30M`: days, hours, minutes and whole seconds. Months and years have no fixed length and are not read.
#[must_use]
pub fn iso_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (days, clock) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((days, clock)) => (days, clock),
        None => (text, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let units = [(days, 'W', 604_800), (days, 'D', 86_400), (clock, 'H', 3600), (clock, 'M', 60), (clock, 'S', 1)];
    let (mut secs, mut read) = (0u64, 0);
    for (part, unit, length) in units {
        let Some(end) = part.find(unit) else { continue };
        let start = part.get(..end)?.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        let number: u64 = part.get(start..end)?.parse().ok()?;
        secs = secs.checked_add(number.checked_mul(length)?)?;
        read += end + 1 - start;
    }
    // Everything was read, so nothing stood there twice, out of place or unknown; and the designators come in order.
    let in_order = |part: &str, order: &str| {
        let units: Vec<_> = part.chars().filter(|c| !c.is_ascii_digit()).filter_map(|c| order.find(c)).collect();
        units.is_sorted()
    };
    (read == days.len() + clock.len() && in_order(days, "WD") && in_order(clock, "HMS"))
        .then_some(Duration::from_secs(secs))
}

fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut out = [0; N];
    for (slot, width) in out.iter_mut().zip(widths) {
        *slot = digits(parts.next()?, width)?;
    }
    parts.next().is_none().then_some(out)
}

fn digits(text: &str, width: usize) -> Option<i64> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let [hours, minutes] = numbers(text.get(1..)?, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Hinnant's days_from_civil.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_instants() {
        for (text, secs) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-22T20:30:00Z", Some(1_795_379_400)),
            ("2026-11-22t20:30:00.25z", Some(1_795_379_400)),
            ("2026-11-22T21:30:00+01:00", Some(1_795_379_400)),
            ("2026-11-22 15:00:00-05:30", Some(1_795_379_400)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2026-02-29T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-22T24:00:00Z", None),
            ("2026-11-22T20:30:00", None),
            ("2026-11-22", None),
            ("1969-12-31T23:59:59Z", None),
            ("2026-11-22T20:30:00.Z", None),
            ("2026-11-2éT20:30:00Z", None),
            ("", None),
        ] {
            assert_eq!(instant(text), secs.map(Time::from_secs), "{text}");
        }
    }

    #[test]
    fn reads_iso_durations() {
        for (text, secs) in [
            ("PT2H", Some(7200)),
            ("P1DT12H", Some(129_600)),
            ("PT1H30M5S", Some(5405)),
            ("P2W", Some(1_209_600)),
            ("PT", None),
            ("P", None),
            ("P1M", None),
            ("PT1D", None),
            ("PT30M1H", None),
            ("PT1H1H", None),
            ("2H", None),
            ("PTH", None),
            ("PT99999999999999999999H", None),
        ] {
            assert_eq!(iso_duration(text), secs.map(Duration::from_secs), "{text}");
        }
    }
}
