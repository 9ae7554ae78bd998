//! What does each reason mean, and what helps? In plain words, for whoever runs the site.
//!
//! The words lie in `words.txt`, three lines a reason: its name, what it means, what to do. In the Worker they are not part
//! of the Wasm, for hardly anybody ever reads them: the build puts them into `index.js`, beside the pages' texts.

use crate::page::Library;
use crate::stale::{NoReason, Params, SkipReason};

/// The words of one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What it means, with the field that says so.
    pub why: &'static str,
    /// What to do if a copy is wanted.
    pub advice: &'static str,
    /// Which field would help.
    pub send: Remedy,
}

/// Is there a field that the origin could send instead?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// None helps by itself.
    Nothing,
    /// Freshness and staleness, for caches like this one.
    Directives,
    /// The same, and that it is for everybody.
    Public,
}

/// Why an answer is not kept.
#[must_use]
pub fn skipped(reason: SkipReason, library: Library) -> Words {
    use Remedy::{Directives, Nothing, Public};
    use SkipReason as R;
    let send = match reason {
        R::Method
        | R::Status
        | R::Gone
        | R::SetCookie
        | R::RequestNoStore
        | R::Rerouted
        | R::VaryStar
        | R::VaryNames
        | R::Endless
        | R::TooLarge
        | R::Malformed
        | R::HeadersTooLarge
        | R::Coding
        | R::AlreadyStale => Nothing,
        R::NotCacheable | R::NoStore | R::Private | R::NoCache | R::Cookie | R::NeverUsable | R::NotPermitted => {
            Directives
        }
        R::SessionCookie | R::Authorization => Public,
    };
    words("kept ", reason.as_str(), send, library)
}

/// Why a copy is not served.
#[must_use]
pub fn unserved(reason: NoReason, library: Library) -> Words {
    use NoReason as R;
    use Remedy::{Directives, Nothing, Public};
    let send = match reason {
        R::Method | R::Vary | R::TooStale | R::Request => Nothing,
        R::SessionCookie | R::Authorization => Public,
        R::NoCache | R::MustRevalidate | R::ProxyRevalidate | R::SMaxage | R::NotPermitted | R::Error500 => Directives,
    };
    words("served ", reason.as_str(), send, library)
}

/// Why nothing permits to serve it: three things can be in the way.
#[must_use]
pub fn unpermitted(stale_if_error: Option<u64>, params: &Params, library: Library) -> Words {
    let reason = match stale_if_error {
        _ if params.limit.is_zero() => "limit-0",
        Some(_) => "stale-if-error-0",
        None => return unserved(NoReason::NotPermitted, library),
    };
    words("served ", reason, Remedy::Directives, library)
}

/// Without the texts, the reason's name has to do.
fn words(kind: &str, reason: &'static str, send: Remedy, library: Library) -> Words {
    let mut lines = NATIVE.or_else(|| (library.0)(NAME)).unwrap_or_default().lines();
    lines.find(|line| line.strip_prefix(kind) == Some(reason));
    Words { why: lines.next().unwrap_or(reason), advice: lines.next().unwrap_or_default(), send }
}

/// What the library, and `scripts/build.mjs`, call the texts.
const NAME: &str = "doctor";

const NATIVE: Option<&str> = if cfg!(target_arch = "wasm32") { None } else { Some(include_str!("words.txt")) };
