//! What is kept and served of this URL, which header field forbids it, and what could be sent instead?
//! `GET /.understudy/doctor?url=/path`
//!
//! The page is asked for once, as a visitor would who is not logged in, and what comes back is given to the very functions
//! that decide for visitors; there is no second opinion here, only words. Not here: the request itself (`edge`).

mod render;
mod report;
mod words;

pub use report::reply;
pub use words::{Remedy, Words, skipped, unserved};

use super::Reply;
use crate::config::Config;
use crate::failure::Outcome;
use crate::fields::FieldLines;
use crate::flow::Tier;
use crate::request::Request;
use crate::stale::Record;
use crate::time::Time;
use crate::url::Url;

/// What was found out.
pub struct Facts<'a> {
    /// The visit.
    pub visit: &'a Request,
    /// The configuration that holds for its path.
    pub config: &'a Config,
    /// Which rule that is: its place in `RULES`, and its pattern.
    pub rule: Option<(usize, &'a str)>,
    /// What became of the visit.
    pub outcome: Outcome<'a>,
    /// When the origin was asked.
    pub asked_at: Time,
    /// When it had answered.
    pub now: Time,
    /// What lies in the tiers that there are.
    pub copies: &'a [(Tier, Option<Record>)],
}

/// The visit that `?url=` describes: to the host that the doctor was asked at, and to no other; without anything of
/// the operator's but language and browser.
///
/// # Errors
/// What is wrong with it, in words.
pub fn visit(request: &Request) -> Result<Request, String> {
    let here = request.parts();
    let query = here.query.unwrap_or_default();
    // All of the rest: an address with a query of its own need not be encoded.
    let given = query.strip_prefix("url=").or_else(|| query.split_once("&url=").map(|(_, rest)| rest));
    let given = given.filter(|given| !given.is_empty()).ok_or(EXPECTED)?;
    let target = decoded(given).ok_or("url: broken percent-encoding or control characters")?;
    let url = if target.starts_with('/') { [here.scheme, "://", here.authority, &target].concat() } else { target };
    let parts = Url::split(&url).ok_or(EXPECTED)?;
    if !parts.authority.eq_ignore_ascii_case(here.authority) {
        return Err("url: of another host than this one; ask the doctor there".to_owned());
    }
    if parts.path.starts_with(super::PREFIX) {
        return Err("url: this path is Understudy's own".to_owned());
    }
    // What is looked at must be what is asked for.
    let lower = parts.path.to_ascii_lowercase();
    if lower.contains('\\') || ["/.", "/%2e"].iter().any(|dot| lower.split(dot).skip(1).any(is_dot_segment)) {
        return Err("url: write the path without dot segments and backslashes".to_owned());
    }
    let url = url.split('#').next().unwrap_or_default().to_owned();
    let passed = ["accept-language", "user-agent"].map(|name| Some((name.to_owned(), request.fields().field(name)?)));
    let mut fields: FieldLines = passed.into_iter().flatten().collect();
    fields.push(("accept".to_owned(), "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned()));
    Ok(Request::new("GET".to_owned(), url, fields))
}

/// After a slash and a dot: does a segment end here that is nothing but dots?
fn is_dot_segment(rest: &str) -> bool {
    let rest = rest.strip_prefix('.').or_else(|| rest.strip_prefix("%2e")).unwrap_or(rest);
    rest.is_empty() || rest.starts_with('/')
}

/// Percent-decoded; what a URL cannot carry as it is stays encoded.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    if bytes.iter().any(u8::is_ascii_control) {
        return None;
    }
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'!'..=b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    Some(out)
}

const EXPECTED: &str = "expected ?url=/path, or a URL of this host";

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Request, String> {
        let fields = [
            ("authorization", "Bearer t0ken"),
            ("cookie", "session=1"),
            ("accept-language", "de"),
            ("user-agent", "curl"),
            ("accept", "application/json"),
            ("range", "bytes=0-1"),
        ];
        let fields: FieldLines = fields.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        visit(&Request::new("GET".to_owned(), format!("https://www.example/.understudy/doctor{query}"), fields))
    }

    #[test]
    fn takes_a_path_or_a_url_of_its_own_host() {
        for (query, url) in [
            ("?url=/", "https://www.example/"),
            ("?url=/a?b=c&d=e", "https://www.example/a?b=c&d=e"),
            ("?url=%2Fa%3Fb%3Dc%26d%3De", "https://www.example/a?b=c&d=e"),
            ("?x=1&url=/a", "https://www.example/a"),
            ("?url=https://WWW.example/a#b", "https://WWW.example/a"),
            ("?url=http%3A%2F%2Fwww.example%2Fa", "http://www.example/a"),
            ("?url=/caf%C3%A9%20x", "https://www.example/caf%C3%A9%20x"),
            ("?url=/.well-known/x..y", "https://www.example/.well-known/x..y"),
            ("?url=//other/a", "https://www.example//other/a"),
        ] {
            assert_eq!(asked(query).map(|visit| visit.url().to_owned()), Ok(url.to_owned()), "{query}");
        }
    }

    #[test]
    fn asks_nobody_else_and_nothing_of_its_own() {
        for query in [
            "",
            "?url=",
            "?u=/a",
            "?url=a",
            "?url=https://other.example/",
            "?url=https://www.example:8443/",
            "?url=https://www.example@other.example/",
            "?url=https://user@www.example/",
            "?url=ftp://www.example/",
            "?url=javascript:1",
            "?url=/.understudy/health",
            "?url=/a/../.understudy/health",
            "?url=/a/%252e%252E/b",
            "?url=/a/.",
            "?url=/%252e/b",
            "?url=/a\\b",
            "?url=/a%0d%0ab",
            "?url=/a%",
            "?url=/a%zz",
        ] {
            assert!(asked(query).is_err(), "{query}");
        }
    }

    #[test]
    fn goes_as_a_visitor_who_is_not_logged_in() {
        let visit = asked("?url=/a").unwrap();
        for name in ["authorization", "cookie", "range"] {
            assert_eq!(visit.fields().field(name), None, "{name}");
        }
        assert_eq!(visit.fields().field("accept-language").as_deref(), Some("de"));
        assert!(visit.fields().field("accept").unwrap().starts_with("text/html"));
        assert_eq!(visit.method(), "GET");
    }
}
