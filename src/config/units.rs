//! How are durations, sizes, ranges, lists and the like written?
//!
//! Small total parsers: text in, value or nothing out. What was expected is said where they are called (`read.rs`).

use std::time::Duration;

/// `250ms`, `10s`, `5m`, `1h`, `7d`, and `0`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let (number, unit) = split_number(text)?;
    let millis_per_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis_per_unit).map(Duration::from_millis)
}

/// `512B`, `64KiB`, `10MiB`, `1GiB`, and a plain number of bytes.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_number(text)?;
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

/// `20%`, as a share of one.
#[must_use]
pub fn percent(text: &str) -> Option<f64> {
    let number: u32 = text.strip_suffix('%')?.trim_end().parse().ok()?;
    (number <= 100).then_some(f64::from(number) / 100.0)
}

/// `a..b` with `a` not above `b`.
#[must_use]
pub fn duration_range(text: &str) -> Option<(Duration, Duration)> {
    let (low, high) = text.split_once("..")?;
    let (low, high) = (duration(low.trim())?, duration(high.trim())?);
    (low <= high).then_some((low, high))
}

/// `on` and `off`; TOML's `true` and `false`.
#[must_use]
pub fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "true" => Some(true),
        "off" | "false" => Some(false),
        _ => None,
    }
}

/// Words between blanks or commas.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\n', '\r']).filter(|word| !word.is_empty())
}

/// `502-504 520-530`: statuses and inclusive ranges of them, each from 400 to 599.
#[must_use]
pub fn statuses(text: &str) -> Option<Vec<(u16, u16)>> {
    let status = |t: &str| t.parse().ok().filter(|s: &u16| (400..=599).contains(s));
    let range = |word: &str| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last) = (status(first)?, status(last)?);
        (first <= last).then_some((first, last))
    };
    let ranges: Vec<_> = list(text).map(range).collect::<Option<_>>()?;
    (!ranges.is_empty()).then_some(ranges)
}

fn split_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    Some((digits.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        for (text, millis) in [
            ("250ms", Some(250)),
            ("10s", Some(10_000)),
            ("5m", Some(300_000)),
            ("1h", Some(3_600_000)),
            ("7d", Some(604_800_000)),
            ("0", Some(0)),
            ("0s", Some(0)),
            ("10 s", Some(10_000)),
            ("10", None),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("10S", None),
            ("99999999999999999999d", None),
            ("9999999999999999999d", None),
        ] {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn reads_sizes_shares_ranges_and_statuses() {
        assert_eq!(size("64KiB"), Some(65_536));
        assert_eq!(size("0"), Some(0));
        assert_eq!(size("1MB"), None);
        assert_eq!(size("99999999999999GiB"), None);
        assert_eq!(percent("20%"), Some(0.2));
        assert_eq!(percent("101%"), None);
        assert_eq!(percent("20"), None);
        assert_eq!(duration_range("2s..1s"), None);
        assert_eq!(duration_range("100ms..1s"), Some((Duration::from_millis(100), Duration::from_secs(1))));
        assert_eq!(statuses("502-504,520"), Some(vec![(502, 504), (520, 520)]));
        assert_eq!(statuses("200"), None);
        assert_eq!(statuses("504-502"), None);
        assert_eq!(statuses(""), None);
    }
}
