//! How does a report read? As text for a terminal, or as JSON.

use serde_json::{Value, json};

use super::report::{Copy, NOTHING, Report, Verdict};

impl Report {
    pub(super) fn json(&self) -> Value {
        let verdict = |verdict: &Verdict, yes: &str, seconds: &str| {
            json!({
                yes: verdict.yes, seconds: verdict.seconds, "reason": verdict.reason,
                "why": verdict.why, "advice": some(&verdict.advice), "send": verdict.send,
            })
        };
        let copy = |copy: &Copy| {
            let (age, fresh, usable) =
                copy.usable.clone().map_or((None, None, None), |(a, f, u)| (Some(a), f, Some(u)));
            json!({
                "tier": copy.tier.as_str(), "there": copy.reason != Some(NOTHING), "usable": copy.usable.is_some(),
                "age": age, "fresh_until": fresh, "usable_until": usable, "reason": copy.reason, "words": copy.words,
            })
        };
        let map = |pairs: &[(&'static str, String)]| -> Value {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        json!({
            "url": self.url, "key": self.key, "ignored_params": self.ignored, "rule": self.rule,
            "origin": { "status": self.status, "failure": self.failure, "fields": map(&self.fields) },
            "kept": verdict(&self.kept, "kept", "fresh_for"),
            "stale": verdict(&self.stale, "served", "stale_for"),
            "varies_by": self.vary, "copies": self.copies.iter().map(copy).collect::<Vec<_>>(),
            "notes": self.notes, "variables": map(&self.variables),
        })
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

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

const MAX_SHOWN: usize = 300;
