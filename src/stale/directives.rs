//! What does `Cache-Control` say? A lenient reading that errs on the side of staleness.
//!
//! Names are case-insensitive, values are tokens or quoted strings, unknown directives are ignored, of duplicates the
//! most restrictive counts, and a freshness value that cannot be read means stale (RFC 9111 §4.2.1, §5.2). Permissions
//! (`stale-if-error`, `max-stale`) that cannot be read are not given.
//!
//! Not here: the targeted fields that may stand in for `Cache-Control` (`targeted`).

use super::lines::NEEDED;
use super::syntax::{MAX_SECONDS, is_token, members, seconds, unquote};
use super::targeted;
use crate::fields::Fields;

/// The directives of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directives {
    /// From a targeted field: then `Expires` does not count either (RFC 9213 §2.1).
    pub targeted: bool,
    pub no_store: bool,
    /// Unqualified.
    pub no_cache: bool,
    /// Unqualified.
    pub private: bool,
    pub public: bool,
    pub must_revalidate: bool,
    pub proxy_revalidate: bool,
    pub must_understand: bool,
    pub max_age: Option<u64>,
    pub s_maxage: Option<u64>,
    pub stale_if_error: Option<u64>,
    pub stale_while_revalidate: Option<u64>,
    /// Without a value, any staleness.
    pub max_stale: Option<u64>,
    pub min_fresh: Option<u64>,
    pub only_if_cached: bool,
    /// Fields named by `no-cache="…"` and `private="…"`, in lower case: not stored, which satisfies both
    /// (RFC 9111 §5.2.2.4, §5.2.2.7).
    pub withheld: Vec<String>,
}

/// The argument of a directive.
pub enum Argument {
    /// There is none.
    None,
    /// A number of seconds.
    Seconds(u64),
    /// Text that is no number of seconds.
    Text(String),
    /// Not of the form that arguments have.
    Malformed,
}

impl Directives {
    /// Of a response: the first targeted field that can be read, else `Cache-Control`.
    pub fn of_response(fields: &(impl Fields + ?Sized)) -> Self {
        targeted::FIELDS
            .iter()
            .find_map(|name| targeted::parse(&fields.field(name)?))
            .or_else(|| Some(Self::parse(&fields.field("cache-control")?)))
            .unwrap_or_default()
    }

    /// Of a request; `Pragma: no-cache` counts where there is no `Cache-Control` (RFC 9111 §5.4).
    pub fn of_request(fields: &(impl Fields + ?Sized)) -> Self {
        if let Some(value) = fields.field("cache-control") {
            return Self::parse(&value);
        }
        let pragma = fields.field("pragma").is_some_and(|value| Self::parse(&value).no_cache);
        Self { no_cache: pragma, ..Self::default() }
    }

    /// From the text of a `Cache-Control` field.
    pub fn parse(text: &str) -> Self {
        let mut all = Self::default();
        for member in members(text) {
            let (name, argument) = match member.split_once('=') {
                Some((name, value)) => (name, argument(name, value)),
                None => (member, Argument::None),
            };
            all.take(&name.trim_end().to_ascii_lowercase(), argument);
        }
        all
    }

    /// Adds one directive. `name` is in lower case.
    pub fn take(&mut self, name: &str, argument: Argument) {
        let seconds = match argument {
            Argument::Seconds(seconds) => Some(seconds),
            _ => None,
        };
        match name {
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache |= !self.withhold(argument),
            "private" => self.private |= !self.withhold(argument),
            "public" => self.public = true,
            "must-revalidate" => self.must_revalidate = true,
            "proxy-revalidate" => self.proxy_revalidate = true,
            "must-understand" => self.must_understand = true,
            "max-age" => restrict(&mut self.max_age, Some(seconds.unwrap_or(0))),
            "s-maxage" => restrict(&mut self.s_maxage, Some(seconds.unwrap_or(0))),
            "stale-if-error" => restrict(&mut self.stale_if_error, seconds),
            "stale-while-revalidate" => restrict(&mut self.stale_while_revalidate, seconds),
            "max-stale" if matches!(argument, Argument::None) => restrict(&mut self.max_stale, Some(MAX_SECONDS)),
            "max-stale" => restrict(&mut self.max_stale, seconds),
            "min-fresh" => self.min_fresh = self.min_fresh.max(seconds),
            "only-if-cached" => self.only_if_cached = true,
            _ => {}
        }
    }

    /// Takes a list of field names; `false` if it is none, or has one without which the copy could not be judged: then
    /// the directive must count as unqualified.
    fn withhold(&mut self, argument: Argument) -> bool {
        let Argument::Text(list) = argument else { return false };
        let names: Vec<String> = members(&list).map(str::to_ascii_lowercase).collect();
        let few = names.len().saturating_add(self.withheld.len()) <= MAX_WITHHELD;
        let free = |name: &String| is_token(name) && !NEEDED.contains(&name.as_str());
        let good = few && !names.is_empty() && names.iter().all(free);
        if good {
            self.withheld.extend(names);
        }
        good
    }
}

/// White space around the `=` is not of the form; what follows is then not trusted.
fn argument(name: &str, value: &str) -> Argument {
    if name.ends_with([' ', '\t']) || value.starts_with([' ', '\t']) {
        return Argument::Malformed;
    }
    let text = unquote(value);
    seconds(&text).map_or(Argument::Text(text), Argument::Seconds)
}

fn restrict(slot: &mut Option<u64>, value: Option<u64>) {
    if let Some(value) = value {
        *slot = Some(slot.map_or(value, |before| before.min(value)));
    }
}

/// The most field names that are withheld; more make the directive unqualified.
const MAX_WITHHELD: usize = 32;
