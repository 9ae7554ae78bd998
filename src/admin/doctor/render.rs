//! How does a report read? As text for a terminal, or as JSON.

use serde_json::{Map, Value};

use super::report::{Copy, NOTHING, Report, Verdict};

impl Report {
    pub(super) fn json(&self) -> Value {
        let texts = |texts: &[String]| Value::Array(texts.iter().map(|text| Value::from(text.as_str())).collect());
        let map = |pairs: &[(&'static str, String)]| {
            object(pairs.iter().map(|(name, value)| (*name, Value::from(value.as_str()))).collect())
        };
        let origin =
            vec![("status", self.status.into()), ("failure", self.failure.into()), ("fields", map(&self.fields))];
        object(vec![
            ("url", self.url.as_str().into()),
            ("key", self.key.as_str().into()),
            ("ignored_params", texts(&self.ignored)),
            ("rule", self.rule.as_deref().into()),
            ("origin", object(origin)),
            ("kept", self.kept.json("kept", "fresh_for")),
            ("stale", self.stale.json("served", "stale_for")),
            ("varies_by", texts(&self.vary)),
            ("copies", Value::Array(self.copies.iter().map(Copy::json).collect())),
            ("notes", texts(&self.notes)),
            ("variables", map(&self.variables)),
        ])
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |parts: &[&str]| {
            parts.iter().for_each(|part| out.push_str(part));
            out.push('\n');
        };
        line(&[&self.url]);
        line(&[]);
        line(&[&self.origin]);
        for (name, value) in &self.fields {
            line(&["  ", name, ": ", value]);
        }
        line(&[]);
        for (question, verdict) in
            [("Is a copy kept?", &self.kept), ("May it be served stale when the origin fails?", &self.stale)]
        {
            let answer = if verdict.yes { " Yes. " } else { " No" };
            match verdict.reason {
                Some(reason) => line(&[question, answer, ": ", reason, "."]),
                None => line(&[question, answer, &verdict.why]),
            }
            if verdict.reason.is_some() {
                line(&["  ", &verdict.why]);
            }
            if !verdict.advice.is_empty() {
                line(&["  ", &verdict.advice]);
            }
            if let Some(send) = &verdict.send {
                line(&["    ", send]);
            }
        }
        self.notes.iter().for_each(|note| line(&["Note: ", note]));
        line(&[]);
        line(&["Key: ", &self.key]);
        if !self.ignored.is_empty() {
            line(&["  without ", &self.ignored.join(", "), " (STALE_IGNORE_PARAMS)"]);
        }
        if !self.vary.is_empty() {
            line(&["  one copy for each value of ", &self.vary.join(", "), " (Vary)"]);
        }
        line(&["Copies now:"]);
        for copy in &self.copies {
            line(&["  ", copy.tier.as_str(), ": ", &copy.words]);
        }
        line(&["Variables:", self.rule.as_ref().map_or("", |_| " "), self.rule.as_deref().unwrap_or_default()]);
        for (name, value) in &self.variables {
            line(&["  ", name, " = ", value]);
        }
        out
    }
}

impl Verdict {
    fn json(&self, yes: &'static str, seconds: &'static str) -> Value {
        object(vec![
            (yes, self.yes.into()),
            (seconds, self.seconds.into()),
            ("reason", self.reason.into()),
            ("why", self.why.as_str().into()),
            ("advice", some(&self.advice).into()),
            ("send", self.send.as_deref().into()),
        ])
    }
}

impl Copy {
    fn json(&self) -> Value {
        let usable = self.usable.as_ref();
        object(vec![
            ("tier", self.tier.as_str().into()),
            ("there", (self.reason != Some(NOTHING)).into()),
            ("usable", usable.is_some().into()),
            ("age", usable.map(|(age, ..)| *age).into()),
            ("fresh_until", usable.and_then(|(_, fresh, _)| fresh.as_deref()).into()),
            ("usable_until", usable.map(|(.., until)| until.as_str()).into()),
            ("reason", self.reason.into()),
            ("words", self.words.as_str().into()),
        ])
    }
}

#[inline(never)]
fn object(pairs: Vec<(&'static str, Value)>) -> Value {
    // One by one: collected, they would be sorted first, and that is 4 KB of code.
    let mut object = Map::new();
    for (name, value) in pairs {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// “1 hour 30 minutes”: the two largest units.
pub(super) fn span(seconds: u64) -> String {
    let mut left = seconds;
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, " day"), (3_600, " hour"), (60, " minute"), (1, " second")] {
        let n = left / unit;
        left %= unit;
        if n > 0 && parts.len() < 2 {
            parts.push([n.to_string().as_str(), name, if n == 1 { "" } else { "s" }].concat());
        }
    }
    if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(" ") }
}

pub(super) fn size(bytes: u64) -> String {
    match bytes {
        n if n > 0 && n % (1 << 20) == 0 => [&(n >> 20).to_string(), " MiB"].concat(),
        n if n > 0 && n % (1 << 10) == 0 => [&(n >> 10).to_string(), " KiB"].concat(),
        n => [&n.to_string(), " bytes"].concat(),
    }
}

/// A value of the origin's or the visitor's, for a terminal.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).map(|c| if c.is_control() { '?' } else { c }).collect()
}

const MAX_SHOWN: usize = 300;
