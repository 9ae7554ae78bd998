//! What do we say about what we did? `Proxy-Status` (RFC 9209), `Cache-Status` (RFC 9211) and one line in the log.
//!
//! The only file that builds structured fields (RFC 9651), and it builds them with a serialiser: a value that does not
//! fit is left out, never spliced in.

use serde::Serialize;
use sfv::visitor::Ignored;
use sfv::{ItemSerializer, Parser, StringRef, TokenRef, key_ref, token_ref};

use crate::failure::Failure;

/// What our member of `Proxy-Status` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed<'a> {
    /// RFC 9209 error type.
    pub error: Option<&'a str>,
    /// The status that the origin sent.
    pub received: Option<u16>,
    /// A few words, ASCII.
    pub details: Option<&'a str>,
    /// Who answered, where that is not the first origin.
    pub next_hop: Option<&'a str>,
}

impl<'a> Passed<'a> {
    /// Of a failure.
    #[must_use]
    pub fn failed(failure: Failure) -> Self {
        Self { error: failure.kind().row().error, received: failure.received(), ..Self::default() }
    }
}

/// `Proxy-Status`: what stood there before, then our member, named after the deployment (RFC 9209 §2).
#[must_use]
pub fn proxy_status(before: Option<&str>, deployment: &str, passed: Passed) -> String {
    after(before, member(deployment, passed))
}

fn member(deployment: &str, passed: Passed) -> String {
    let mut member = String::new();
    let item = ItemSerializer::with_buffer(&mut member);
    // A host with a port, or one that begins with a digit, is no Token; a String takes any ASCII.
    let mut parameters = match TokenRef::from_str(deployment) {
        Ok(token) => item.bare_item(token),
        Err(_) => match StringRef::from_str(deployment) {
            Ok(string) => item.bare_item(string),
            Err(_) => item.bare_item(token_ref("understudy")),
        },
    };
    if let Some(error) = passed.error.and_then(|e| TokenRef::from_str(e).ok()) {
        parameters = parameters.parameter(key_ref("error"), error);
    }
    if let Some(received) = passed.received {
        parameters = parameters.parameter(key_ref("received-status"), sfv::Integer::from(received));
    }
    match passed.next_hop.map(|name| (TokenRef::from_str(name), StringRef::from_str(name))) {
        Some((Ok(token), _)) => parameters = parameters.parameter(key_ref("next-hop"), token),
        Some((_, Ok(string))) => parameters = parameters.parameter(key_ref("next-hop"), string),
        Some((Err(_), Err(_))) | None => {}
    }
    if let Some(details) = passed.details.and_then(|d| StringRef::from_str(d).ok()) {
        parameters = parameters.parameter(key_ref("details"), details);
    }
    let _ = parameters.finish();
    member
}

/// Our member of the last `Proxy-Status`: to one visitor of an outage the same as to the next.
#[derive(Debug, Default)]
pub struct Said {
    deployment: String,
    passed: Passed<'static>,
    member: String,
}

impl Said {
    /// As [`proxy_status`] says it.
    pub fn proxy_status(&mut self, before: Option<&str>, deployment: &str, passed: Passed<'static>) -> String {
        if self.member.is_empty() || self.deployment != deployment || self.passed != passed {
            *self = Self { deployment: deployment.to_owned(), passed, member: member(deployment, passed) };
        }
        after(before, self.member.clone())
    }
}

/// What our member of `Cache-Status` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Was the origin asked?
    pub forwarded: Forwarded,
    /// Freshness left in seconds, negative when stale.
    pub ttl: i64,
    /// Which tier the copy lay in.
    pub tier: &'static str,
}

/// Was the origin asked before the copy was served?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarded {
    /// No: its breaker is open, or the copy is fresh.
    No,
    /// Yes, and it answered with this status, or with none.
    Yes(Option<u16>),
    /// Yes, and it said that the copy is still good. `unwanted`: it would have done, but the visitor wanted a newer one.
    Validated {
        /// By the visitor.
        unwanted: bool,
    },
}

/// `Cache-Status`: what stood there before, then our member (RFC 9211 §2).
#[must_use]
pub fn cache_status(before: Option<&str>, used: Used) -> String {
    let mut member = String::new();
    let mut p = ItemSerializer::with_buffer(&mut member).bare_item(token_ref("understudy"));
    match used.forwarded {
        Forwarded::No => p = p.parameter(key_ref("hit"), true),
        Forwarded::Validated { unwanted } => {
            p = p.parameter(key_ref("fwd"), token_ref(if unwanted { "request" } else { "stale" }));
            p = p.parameter(key_ref("fwd-status"), sfv::Integer::from(304_u16));
        }
        Forwarded::Yes(status) => {
            // The request went forward although the copy was still fresh: by configuration, not for want of freshness.
            let why = if used.ttl > 0 { "bypass" } else { "stale" };
            p = p.parameter(key_ref("fwd"), token_ref(why));
            if let Some(status) = status {
                p = p.parameter(key_ref("fwd-status"), sfv::Integer::from(status));
            }
        }
    }
    p = p.parameter(key_ref("ttl"), sfv::Integer::try_from(used.ttl).unwrap_or_default());
    if let Ok(tier) = TokenRef::from_str(used.tier) {
        p = p.parameter(key_ref("detail"), tier);
    }
    let _ = p.finish();
    after(before, member)
}

/// A field that is no list would spoil ours with it (RFC 9651 §4.2: it fails as a whole), so it is dropped.
fn after(before: Option<&str>, member: String) -> String {
    let good =
        |b: &&str| b.len() <= MAX_BEFORE && !b.is_empty() && Parser::new(*b).parse_list_with_visitor(Ignored).is_ok();
    match before.map(str::trim).filter(good) {
        Some(before) => [before, ", ", &member].concat(),
        None => member,
    }
}

/// The longest list of others that is passed on, in bytes.
const MAX_BEFORE: usize = 2048;

/// One line of the log: what happened to one request. No query, no cookie, no token ever goes in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Always `understudy`, to filter by.
    pub log: &'static str,
    /// `incident`, `request` or `config`.
    pub event: &'static str,
    /// The deployment's name.
    pub deployment: String,
    /// Method.
    pub method: String,
    /// Host and port.
    pub host: String,
    /// Path, without the query.
    pub path: String,
    /// `cf-ray`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What the visitor got: `origin`, `copy`, `page`, `kept`, or, where nothing failed, a copy from the `cache`;
    /// and of a download that broke off: `resumed` to its end, or `cut`.
    pub answer: &'static str,
    /// With which status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Attempts at the origin.
    pub attempts: u32,
    /// The fallback that was asked last, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hop: Option<String>,
    /// The last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<&'static str>,
    /// The status that the origin sent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_status: Option<u16>,
    /// Who wrote the failed body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<&'static str>,
    /// Why there was no (other) retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_retry: Option<&'static str>,
    /// Why there was no copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_copy: Option<&'static str>,
    /// How often the download was resumed.
    #[serde(skip_serializing_if = "is_zero")]
    pub resumed: u32,
    /// Why it was not (again).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_resume: Option<&'static str>,
    /// The copy's age in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u64>,
    /// What other isolates knew (`INCIDENTS`); `away` if they did not say in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<&'static str>,
    /// What would have been done, in `MODE=observe`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would: Option<&'static str>,
    /// It was a fire drill.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// Milliseconds until the answer was decided.
    pub ms: u64,
}

impl Line {
    /// As one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn what_was_said_last_is_not_said_of_another() {
        let mut said = Said::default();
        let of = |kind| Passed::failed(Failure::new(kind, None));
        let (refused, dns) = (of(Kind::ConnectionRefused), of(Kind::Dns));
        for (name, passed) in [("a", refused), ("a", refused), ("b", refused), ("b", dns), ("a", dns), ("a", refused)] {
            for before in [None, Some("inner")] {
                assert_eq!(said.proxy_status(before, name, passed), proxy_status(before, name, passed));
            }
        }
    }

    /// RFC 9209 §2.
    #[test]
    fn proxy_status_is_a_list_to_which_we_append() {
        let refused = Passed::failed(Failure::new(Kind::ConnectionRefused, Some(521)));
        let member = "shop.example;error=connection_refused;received-status=521";
        assert_eq!(proxy_status(None, "shop.example", refused), member);
        assert_eq!(
            proxy_status(Some("inner; error=dns_error"), "shop.example", refused),
            "inner; error=dns_error, ".to_owned() + member
        );
        for broken in ["", "=", "\"", "a;;b", "é"] {
            assert_eq!(proxy_status(Some(broken), "shop.example", refused), member, "{broken}");
        }
        let none = Passed::default();
        assert_eq!(proxy_status(None, "127.0.0.1:8787", none), "\"127.0.0.1:8787\"");
        assert_eq!(proxy_status(None, "a\"\\b", none), r#""a\"\\b""#);
        assert_eq!(proxy_status(None, "é", none), "understudy");
        let other = |next_hop| Passed { next_hop: Some(next_hop), ..none };
        assert_eq!(proxy_status(None, "a", other("b.example:8443")), "a;next-hop=b.example:8443");
        assert_eq!(proxy_status(None, "a", other("192.0.2.1")), "a;next-hop=\"192.0.2.1\"");
        let unavailable =
            Passed { details: Some("bre\"aker"), ..Passed::failed(Failure::new(Kind::Unavailable, Some(503))) };
        assert_eq!(proxy_status(None, "a", unavailable), r#"a;received-status=503;details="bre\"aker""#);
    }

    /// RFC 9211 §2.
    #[test]
    fn cache_status_tells_hit_from_forward() {
        let used = |forwarded, ttl| cache_status(None, Used { forwarded, ttl, tier: "cache" });
        assert_eq!(used(Forwarded::No, -412), "understudy;hit;ttl=-412;detail=cache");
        assert_eq!(used(Forwarded::Yes(Some(502)), -412), "understudy;fwd=stale;fwd-status=502;ttl=-412;detail=cache");
        assert_eq!(used(Forwarded::Yes(None), 0), "understudy;fwd=stale;ttl=0;detail=cache");
        assert_eq!(used(Forwarded::Yes(None), 5), "understudy;fwd=bypass;ttl=5;detail=cache");
        let before = cache_status(Some("origin-cache; hit"), Used { forwarded: Forwarded::No, ttl: 1, tier: "kv" });
        assert_eq!(before, "origin-cache; hit, understudy;hit;ttl=1;detail=kv");
    }
}
