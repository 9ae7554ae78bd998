//! Is the site being maintained right now, and until when?

use std::time::Duration;

use crate::time::Time;

/// `MAINTENANCE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Until the variable is changed.
    Always,
    /// From the start (inclusive) until the end (exclusive).
    Between(Time, End),
}

/// When a planned window ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End(pub Time);

/// Planned maintenance that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Its end, if one was given.
    pub until: Option<Time>,
}

impl Window {
    /// Is it on?
    #[must_use]
    pub fn at(self, now: Time) -> Option<Planned> {
        match self {
            Self::Always => Some(Planned { until: None }),
            Self::Between(start, End(end)) => (start <= now && now < end).then_some(Planned { until: Some(end) }),
        }
    }
}

impl Planned {
    /// How long until the end, at least a second.
    #[must_use]
    pub fn left(self, now: Time) -> Option<Duration> {
        self.until.map(|end| end.since(now).max(Duration::from_secs(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_the_start_and_is_over_at_the_end() {
        let window = Window::Between(Time::from_secs(10), End(Time::from_secs(20)));
        for (now, expected) in [(9, None), (10, Some(10)), (19, Some(1)), (20, None)] {
            let now = Time::from_secs(now);
            assert_eq!(window.at(now).and_then(|p| p.left(now)).map(|d| d.as_secs()), expected);
        }
        assert_eq!(Window::Always.at(Time::default()), Some(Planned { until: None }));
    }
}
