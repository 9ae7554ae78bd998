//! Is the Worker well? For anyone a status and a version, with the token also what is going on in this isolate.

use serde::Serialize;

use super::Reply;
use crate::breaker::Stage;
use crate::config::{Config, Mistake, Mode};
use crate::flow::{Origin, State};
use crate::time::{Time, millis};

/// What the status endpoint tells whoever has the token.
#[derive(Debug, Serialize)]
pub struct Health<'a> {
    /// What is wrong with the variables.
    pub mistakes: &'a [Mistake],
    /// What is wrong with the operator's own pages (`PAGE_TEMPLATE`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// Planned maintenance, if it is on: until when, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<String>,
    /// Is `INCIDENTS` bound, so that isolates share what they know?
    pub incidents: bool,
    /// What this isolate knows of each origin.
    pub origins: Vec<OriginHealth>,
}

/// One origin, as this isolate sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OriginHealth {
    /// Host and port, and the path of its base URL.
    pub origin: String,
    /// `closed`, `open`, `probing` or `ramp`.
    pub breaker: &'static str,
    /// Milliseconds until the next probe, when open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_for_ms: Option<u64>,
    /// Retries that the budget has room for.
    pub retries_left: u32,
    /// How it failed last, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<&'static str>,
    /// Which gateway wrote what it said then, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<&'static str>,
}

/// Is planned maintenance on, and until when?
#[must_use]
pub fn maintenance(config: &Config, now: Time) -> Option<String> {
    let planned = config.maintenance.filter(|_| config.mode == Mode::On)?.at(now)?;
    Some(planned.until.map_or("on".to_owned(), |until| ["on until ", &until.http_date()].concat()))
}

/// What this isolate knows of its origins.
#[must_use]
pub fn origins(state: &State, config: &Config, now: Time) -> Vec<OriginHealth> {
    let one = |(name, origin): (&str, &Origin)| {
        let stage = origin.breaker.stage(now);
        OriginHealth {
            origin: name.to_owned(),
            breaker: stage.as_str(),
            open_for_ms: match stage {
                Stage::Open(left) => Some(millis(left)),
                Stage::Closed | Stage::Probing(_) | Stage::Ramp(_) => None,
            },
            retries_left: origin.budget.left(config.retry.budget, now),
            last_failure: origin.last.map(|failure| failure.kind().as_str()),
            gateway: origin.gateway,
        }
    };
    state.origins().into_iter().map(one).collect()
}

/// The reply of `/.understudy/health`. Always 200: a mistake in a variable does not make the Worker unwell.
#[must_use]
pub fn health(details: Option<Health>) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        status: &'static str,
        version: &'static str,
        #[serde(flatten)]
        details: Option<Health<'a>>,
    }
    Reply::json(200, &Body { status: "ok", version: env!("CARGO_PKG_VERSION"), details })
}
