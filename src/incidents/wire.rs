//! In which words do isolate and object speak? Both are of one deployment, but for the moment when a new version is rolled
//! out: what is not understood is as if nothing had been said.

use std::time::Duration;

use super::{Failures, Known, Question, Report};
use crate::breaker::Params;
use crate::time::millis;

impl Question {
    /// As the query of a URL.
    #[must_use]
    pub fn to_query(self) -> String {
        let Params { failures, open_base, open_cap, lease } = self.breaker;
        let span = |span: Option<Duration>| span.map_or_else(|| "-".to_owned(), |span| millis(span).to_string());
        let report = match self.report {
            Report::Failed(f) => {
                let (worked, asked) = (span(f.worked), span(f.retry_after));
                ["failed", &f.weight.to_string(), &worked, &asked, &f.path.to_string(), &bit(f.everywhere)].join(".")
            }
            Report::Slow { path } => ["slow", &path.to_string()].join("."),
            Report::Probe => "probe".to_owned(),
            Report::Underway => "underway".to_owned(),
            Report::Returned => "returned".to_owned(),
            Report::Worked { probe } => ["worked", &bit(probe)].join("."),
            Report::Lost { retry_after } => ["lost", &span(retry_after)].join("."),
        };
        let spans = [open_base, open_cap, lease].map(|span| millis(span).to_string());
        [failures.to_string(), spans.join("."), report].join(".")
    }

    /// From the query of a URL.
    #[must_use]
    pub fn from_query(query: &str) -> Option<Self> {
        let mut words = query.split('.');
        let mut next = || words.next();
        let mut number = || next()?.parse::<u64>().ok();
        let failures = u32::try_from(number()?).ok()?;
        let mut span = || number().map(Duration::from_millis);
        let breaker = Params { failures, open_base: span()?, open_cap: span()?, lease: span()? };
        let report = match next()? {
            "failed" => Report::Failed(Failures {
                weight: next()?.parse().ok()?,
                worked: optional(next()?)?,
                retry_after: optional(next()?)?,
                path: next()?.parse().ok()?,
                everywhere: next()? == "1",
            }),
            "slow" => Report::Slow { path: next()?.parse().ok()? },
            "probe" => Report::Probe,
            "underway" => Report::Underway,
            "returned" => Report::Returned,
            "worked" => Report::Worked { probe: next()? == "1" },
            "lost" => Report::Lost { retry_after: optional(next()?)? },
            _ => return None,
        };
        next().is_none().then_some(Self { report, breaker })
    }
}

impl Known {
    /// As a short text.
    #[must_use]
    pub fn to_text(self) -> String {
        match self {
            Self::Open(span) | Self::Ramp(span) | Self::Over(span) => {
                [self.as_str(), &millis(span).to_string()].join(" ")
            }
            Self::Closed | Self::Probe => self.as_str().to_owned(),
        }
    }

    /// From that text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (word, span) = text.split_once(' ').unwrap_or((text, ""));
        let span = || span.parse().ok().map(Duration::from_millis);
        match word {
            "closed" => Some(Self::Closed),
            "open" => span().map(Self::Open),
            "probe" => Some(Self::Probe),
            "ramp" => span().map(Self::Ramp),
            "over" => span().map(Self::Over),
            _ => None,
        }
    }
}

fn bit(bit: bool) -> String {
    u8::from(bit).to_string()
}

/// A number of milliseconds, or `-` for none.
fn optional(word: &str) -> Option<Option<Duration>> {
    if word == "-" { Some(None) } else { word.parse().ok().map(|millis| Some(Duration::from_millis(millis))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_is_understood() {
        let second = Duration::from_secs(1);
        let breaker =
            Params { failures: 5, open_base: second, open_cap: Duration::ZERO, lease: Duration::from_millis(7) };
        let failures = Failures { weight: 2, worked: Some(second), retry_after: None, path: 65_535, everywhere: true };
        let reports = [
            Report::Failed(failures),
            Report::Failed(Failures::default()),
            Report::Slow { path: 3 },
            Report::Probe,
            Report::Underway,
            Report::Returned,
            Report::Worked { probe: true },
            Report::Worked { probe: false },
            Report::Lost { retry_after: Some(second) },
            Report::Lost { retry_after: None },
        ];
        for report in reports {
            let question = Question { report, breaker };
            assert_eq!(Question::from_query(&question.to_query()), Some(question), "{}", question.to_query());
        }
        for known in
            [Known::Closed, Known::Open(second), Known::Probe, Known::Ramp(Duration::ZERO), Known::Over(second)]
        {
            assert_eq!(Known::from_text(&known.to_text()), Some(known));
        }
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for query in
            ["", "5", "5.1.2.3", "5.1.2.3.else", "5.1.2.3.probe.1", "x.1.2.3.probe", "5.1.2.3.failed.1.-.-.70000.1"]
        {
            assert_eq!(Question::from_query(query), None, "{query}");
        }
        for text in ["", "open", "open x", "over", "else", "Too many requests"] {
            assert_eq!(Known::from_text(text), None, "{text}");
        }
    }
}
