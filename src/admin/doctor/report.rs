//! What does the doctor find? The facts, given to what decides for visitors.

use std::time::Duration;

use super::render::{shown, size, span};
use super::words::{Remedy, Words, skipped, unpermitted, unserved};
use super::{Facts, Reply};
use crate::config::{Bodies, Config, Mode};
use crate::failure::{self, Outcome};
use crate::fields::{FieldLines, Fields};
use crate::flow::Tier;
use crate::json;
use crate::request::Request;
use crate::stale::{self, Admission, NoReason, Record, Trigger, Usable};
use crate::time::Time;

/// The answer to `request`, which asked the doctor.
#[must_use]
pub fn reply(request: &Request, facts: &Facts) -> Reply {
    let report = Report::new(facts);
    let wants_json = request.fields().field("accept").is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        Reply::written(200, json::written(&report.json()))
    } else {
        Reply::text(200, report.text().trim_end())
    }
}

pub(super) struct Report {
    pub(super) url: String,
    pub(super) key: String,
    pub(super) ignored: Vec<String>,
    pub(super) rule: Option<String>,
    /// What the origin did, in words.
    pub(super) origin: String,
    pub(super) status: Option<u16>,
    pub(super) failure: Option<&'static str>,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) kept: Verdict,
    pub(super) stale: Verdict,
    pub(super) vary: Vec<String>,
    pub(super) copies: Vec<Copy>,
    pub(super) notes: Vec<String>,
    pub(super) variables: Vec<(&'static str, String)>,
}

/// Yes for so long, or no for this reason.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) yes: bool,
    /// Freshness, or staleness.
    pub(super) seconds: Option<u64>,
    pub(super) reason: Option<&'static str>,
    pub(super) why: String,
    pub(super) advice: String,
    pub(super) send: Option<String>,
}

/// What lies in a tier.
pub(super) struct Copy {
    pub(super) tier: Tier,
    /// Age in seconds, until when it is fresh if it is, until when it can stand in.
    pub(super) usable: Option<(u64, Option<String>, String)>,
    pub(super) reason: Option<&'static str>,
    pub(super) words: String,
}

impl Report {
    fn new(facts: &Facts) -> Self {
        let Facts { visit, config, outcome, .. } = facts;
        let nothing = FieldLines::new();
        let (status, fields): (_, &dyn Fields) = match outcome {
            Outcome::Answered { status, fields, .. } => (Some(*status), *fields),
            _ => (None, &nothing),
        };
        let failure = failure::classify(&config.failure, "GET", outcome).map(|failure| failure.kind().as_str());
        let query = visit.parts().query.unwrap_or_default();
        let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        let mut report = Self {
            url: visit.url().to_owned(),
            key: stale::key(visit.url(), &config.stale.ignore_params),
            ignored: names.filter(|name| config.stale.ignore_params.matches(name)).map(shown).collect(),
            rule: facts.rule.map(|(index, path)| format!("RULES[{index}], path {path}")),
            origin: String::new(),
            status,
            failure,
            fields: SHOWN.iter().filter_map(|name| Some((*name, shown(&fields.field(name)?)))).collect(),
            kept: Verdict::default(),
            stale: Verdict::default(),
            vary: Vec::new(),
            copies: facts.copies.iter().map(|(tier, record)| copy(*tier, record.as_ref(), facts)).collect(),
            notes: Vec::new(),
            variables: variables(config),
        };
        report.judge(facts, status, fields);
        if fields.field("set-cookie").is_some() {
            // Its value is a secret of the visitor's.
            report.fields.push(("set-cookie", "(there is one)".to_owned()));
        }
        report
    }

    /// By the functions that decide for visitors.
    fn judge(&mut self, facts: &Facts, status: Option<u16>, fields: &dyn Fields) {
        let config = facts.config;
        self.notes.extend(match config.mode {
            Mode::On => None,
            Mode::Observe => {
                Some("MODE=observe: nothing is kept or served; what is said here would hold with MODE=on.".to_owned())
            }
            Mode::Off => {
                Some("MODE=off: nothing is kept or served; what is said here would hold with MODE=on.".to_owned())
            }
        });
        let maintenance = crate::admin::maintenance(config, facts.now);
        self.notes.extend(
            maintenance
                .as_ref()
                .map(|on| format!("MAINTENANCE is {on}: visitors get the planned page, and no origin is asked.")),
        );
        let (Some(status), None) = (status, self.failure) else {
            let failure = self.failure.unwrap_or("unreachable");
            let with = status.map(|status| format!(", status {status}")).unwrap_or_default();
            self.origin = format!("The origin fails ({failure}{with}).");
            let why = "The origin's answer is a failure: nothing is kept, and a copy from before stays.".to_owned();
            let advice = "Ask again when the origin is well.".to_owned();
            self.kept =
                Verdict { reason: Some("failure"), why: why.clone(), advice: advice.clone(), ..Verdict::default() };
            self.stale = self.instead(status, maintenance.is_some(), config, advice);
            return;
        };
        self.origin = format!("The origin answered {status}.");
        let answered = stale::Answered { status, fields, asked_at: facts.asked_at, answered_at: facts.now };
        match stale::admit(&asked(facts.visit), &answered, &config.stale) {
            Admission::Keep(record) => self.keeps(&record, fields, config),
            Admission::Remove(why) => self.skips(why, true, fields, config),
            Admission::Skip(why) => self.skips(why, false, fields, config),
        }
    }

    /// What do visitors get of an origin that fails right now?
    fn instead(&self, status: Option<u16>, maintained: bool, config: &Config, advice: String) -> Verdict {
        let no =
            |why: &str, advice| Verdict { reason: Some("failure"), why: why.to_owned(), advice, ..Verdict::default() };
        let Some((.., end)) = self.copies.iter().find_map(|copy| copy.usable.as_ref()) else {
            return no("There is no copy that could be: below is what lies in the tiers.", advice);
        };
        if config.bodies == Bodies::None && status.is_some() {
            return no("FAILURE_BODIES=none: visitors get what the origin said, and no copy.", String::new());
        }
        let when = match (maintained, config.fallbacks.is_empty()) {
            (true, _) => "Once the maintenance is over",
            (_, false) => "Right now, if no fallback answers",
            _ => "Right now",
        };
        Verdict { yes: true, why: format!("{when}: visitors get the copy below, until {end}."), ..Verdict::default() }
    }

    fn keeps(&mut self, record: &Record, fields: &dyn Fields, config: &Config) {
        let fresh = record.lifetime().as_secs();
        let why =
            if fresh == 0 { "It is stale at once.".to_owned() } else { format!("It is fresh for {}.", span(fresh)) };
        self.kept = Verdict { yes: true, seconds: Some(fresh), why, ..Verdict::default() };
        self.stale = match record.staleness(&config.stale) {
            Ok(stale) => {
                let why = format!("In place of a failure, for {} after that.", span(stale.as_secs()));
                Verdict { yes: true, seconds: Some(stale.as_secs()), why, ..Verdict::default() }
            }
            Err(why) => {
                let words = match why {
                    NoReason::NotPermitted => unpermitted(record.stale_if_error(), &config.stale, config.page.library),
                    _ => unserved(why, config.page.library),
                };
                verdict(why.as_str(), words, fields, config)
            }
        };
        self.vary = record.vary().to_vec();
        match record.length() {
            None => self.notes.push(format!(
                "Its length is not known beforehand: a body larger than STALE_SIZE_LIMIT ({}) or one that breaks off is not kept.",
                size(config.stale.size_limit)
            )),
            Some(length) if length > config.kv_size_limit => self.notes.push(format!(
                "It is larger than KV_SIZE_LIMIT ({}): kept in the Cache API only.",
                size(config.kv_size_limit)
            )),
            Some(_) => {}
        }
        if record.fingerprint().is_none() {
            self.notes.push(
                "It has neither ETag nor Last-Modified: whether it has changed is told by a hash of the body."
                    .to_owned(),
            );
        }
        if record.staleness(&config.stale).is_ok_and(|stale| stale == config.stale.limit) {
            self.notes.push(format!(
                "STALE_LIMIT ({}) is the longest that anything is served stale.",
                span(config.stale.limit.as_secs())
            ));
        }
    }

    fn skips(&mut self, why: stale::SkipReason, removes: bool, fields: &dyn Fields, config: &Config) {
        self.kept = verdict(why.as_str(), skipped(why, config.page.library), fields, config);
        let copy = if removes { "A copy from before is removed." } else { "A copy from before stays." };
        self.stale = Verdict {
            reason: Some("not-kept"),
            why: ["Nothing is kept of this answer. ", copy].concat(),
            ..Verdict::default()
        };
    }
}

fn asked(visit: &Request) -> stale::Asked<'_> {
    stale::Asked { method: visit.method(), url: visit.url(), fields: visit.fields() }
}

fn verdict(reason: &'static str, words: Words, fields: &dyn Fields, config: &Config) -> Verdict {
    let mut verdict = Verdict {
        reason: Some(reason),
        why: words.why.to_owned(),
        advice: words.advice.to_owned(),
        ..Verdict::default()
    };
    if words.send == Remedy::Nothing {
        return verdict;
    }
    if config.stale.limit.is_zero() {
        verdict.advice = "First of all raise STALE_LIMIT: with 0 nothing is ever served stale.".to_owned();
    }
    let (name, value) = stale::advised(fields, &config.stale, words.send == Remedy::Public);
    if fields.field(&name.to_ascii_lowercase()).is_some() {
        verdict.advice.push_str(" It takes the place of the field of this name.");
    }
    verdict.send = Some([name, ": ", &value].concat());
    verdict
}

fn copy(tier: Tier, record: Option<&Record>, facts: &Facts) -> Copy {
    let Some(record) = record else {
        return Copy { tier, usable: None, reason: Some(NOTHING), words: "nothing".to_owned() };
    };
    let params = &facts.config.stale;
    let since = |time: Time| span(facts.now.since(time).as_secs());
    match stale::usable(record, &asked(facts.visit), facts.now, Trigger::Failure, params) {
        Usable::Yes(aged) => {
            let ttl = u64::try_from(aged.ttl).unwrap_or(0);
            let stale = record.staleness(params).unwrap_or_default().as_secs().saturating_sub(aged.staleness());
            let until = |seconds: u64| (facts.now + Duration::from_secs(seconds)).http_date();
            let (fresh, end) = (until(ttl), until(ttl.saturating_add(stale)));
            let state = if aged.is_fresh() {
                ["fresh until ", &fresh].concat()
            } else {
                ["stale for ", &span(aged.staleness())].concat()
            };
            let words = ["a copy, ", &span(aged.age), " old, ", &state, ", usable until ", &end].concat();
            let fresh = aged.is_fresh().then_some(fresh);
            Copy { tier, usable: Some((aged.age, fresh, end)), reason: None, words }
        }
        Usable::No(why) => {
            let words = [
                "a copy, stored ",
                &since(record.answered_at()),
                " ago, of no use now: ",
                why.as_str(),
                ". ",
                unserved(why, facts.config.page.library).why,
            ]
            .concat();
            Copy { tier, usable: None, reason: Some(why.as_str()), words }
        }
    }
}

/// Those that have a part in it.
fn variables(config: &Config) -> Vec<(&'static str, String)> {
    let stale = &config.stale;
    let lifted = [
        (stale.overrides.no_cache, "no-cache"),
        (stale.overrides.must_revalidate, "must-revalidate"),
        (stale.overrides.proxy_revalidate, "proxy-revalidate"),
        (stale.overrides.s_maxage, "s-maxage"),
    ];
    let lifted: Vec<_> = lifted.iter().filter(|(is_lifted, _)| *is_lifted).map(|(_, name)| *name).collect();
    let switch = |on| if on { "on" } else { "off" }.to_owned();
    vec![
        ("STALE_IF_ERROR", span(stale.if_error.as_secs())),
        ("STALE_LIMIT", span(stale.limit.as_secs())),
        ("STALE_SIZE_LIMIT", size(stale.size_limit)),
        ("STALE_OVERRIDE", if lifted.is_empty() { "nothing".to_owned() } else { lifted.join(" ") }),
        ("STALE_NOTICE", switch(config.stale_notice)),
        ("CACHE_FRESH", switch(stale.fresh)),
    ]
}

/// The reason for which a tier has no copy.
pub(super) const NOTHING: &str = "none";

/// Fields of an answer that have a part in it.
const SHOWN: [&str; 13] = [
    "cloudflare-cdn-cache-control",
    "cdn-cache-control",
    "cache-control",
    "expires",
    "age",
    "date",
    "last-modified",
    "etag",
    "vary",
    "content-type",
    "content-encoding",
    "content-length",
    "retry-after",
];
