//! What time is it? The core never asks: every function that needs to know takes a [`Time`].
//!
//! Not here: reading a clock (`edge/` does, the tests make one up) and HTTP dates (`httpdate`).

use std::ops::{Add, Sub};
use std::time::Duration;

/// An instant in milliseconds since 1970-01-01T00:00:00Z. Arithmetic saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn secs(self) -> u64 {
        self.0 / 1000
    }

    /// The time that has passed since `earlier`; zero if `earlier` lies ahead (a clock may step back).
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// As an HTTP date (RFC 9110 §5.6.7), capped where that format ends (year 9999).
    #[must_use]
    pub fn http_date(self) -> String {
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(self.secs().min(MAX_HTTP_DATE)))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }
}

/// Whole milliseconds of a span; `u64::MAX` where there are more.
#[must_use]
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// 9999-12-31T23:59:59Z, the last second that an HTTP date can name; `httpdate` panics beyond it.
const MAX_HTTP_DATE: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturates_instead_of_wrapping() {
        assert_eq!(Time::from_secs(u64::MAX) + Duration::MAX, Time::from_millis(u64::MAX));
        assert_eq!(Time::from_secs(1) - Duration::from_secs(2), Time::default());
        assert_eq!(Time::from_secs(1).since(Time::from_secs(2)), Duration::ZERO);
        assert_eq!(Time::from_millis(u64::MAX).http_date(), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(Time::from_secs(784_111_777).http_date(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
