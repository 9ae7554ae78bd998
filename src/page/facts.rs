//! What may be told of this request, and how is it made harmless?
//!
//! Everything that a format shows is gathered here once: chosen, cut to size and cleaned ([`super::escape::clean`]).
//! The query is never shown: it is where secrets travel, and this is what people send to support.

use super::catalog::{Catalog, Key, key};
use super::escape::clean;
use super::language::Language;
use super::links::{address, check_link, check_logo};
use super::waits::{Later, Waits, looks_after};
use super::{Asked, Fate, Incident, Params};
use crate::failure::Explanation;
use crate::time::Time;
use crate::url::scheme_and_rest;

/// All that the formats need.
pub(super) struct View<'a> {
    pub params: &'a Params,
    pub incident: &'a Incident<'a>,
    pub method: &'a str,
    pub language: Language,
    pub catalog: Catalog,
    pub status: u16,
    /// The same in digits.
    pub code: String,
    /// The site's name.
    pub site: String,
    pub host: String,
    pub path: String,
    pub id: Option<String>,
    pub failure: String,
    /// The time of the failure, RFC 3339.
    pub time: String,
    later: Later,
    marked: bool,
}

/// Where the visitor finds help.
pub(super) enum Support<'a> {
    Link(&'a str),
    Mail(&'a str),
}

/// What differs from one visitor of the same outage to the next.
pub(super) struct Places {
    /// As asked for.
    pub host: String,
    pub path: String,
    pub id: Option<String>,
    /// The time of the failure, RFC 3339.
    pub time: String,
    pub later: Later,
    /// Marks in place of all of these, and of [`View::waits`].
    pub marked: bool,
}

// Marks that no text holds: control characters are taken out of all that comes from outside.
pub(super) const TIME: char = '\u{1}';
pub(super) const PATH: char = '\u{2}';
pub(super) const ID: char = '\u{3}';
pub(super) const DIGITS: char = '\u{4}';
pub(super) const SENTENCE: char = '\u{5}';
pub(super) const REFRESH: char = '\u{6}';

impl Places {
    /// Marks in all of them.
    pub(super) fn marks(host: String, has_id: bool) -> Self {
        let id = has_id.then(|| ID.to_string());
        Self { host, path: PATH.to_string(), id, time: TIME.to_string(), later: Later::default(), marked: true }
    }

    pub(super) fn new(incident: &Incident, asked: &Asked) -> Self {
        let (host, path) = split(asked.url);
        let id = asked.fields.field("cf-ray").filter(|id| is_id(id));
        Self {
            host: host.to_owned(),
            path: clean(path, MAX_PATH),
            time: rfc_3339(incident.now),
            later: Later::new(incident, asked, id.as_deref()),
            id,
            marked: false,
        }
    }
}

impl<'a> View<'a> {
    /// For a request with this method, in this language or the default one.
    pub(super) fn new(
        params: &'a Params,
        incident: &'a Incident<'a>,
        method: &'a str,
        language: Language,
        places: Places,
    ) -> Self {
        let Places { host, path, id, time, later, marked } = places;
        let host = host.as_str();
        let status = super::status(params, incident);
        let (language, catalog) = Catalog::open(language, params.library);
        let names = [params.site.as_deref().unwrap_or_default(), host, catalog.text(key!("website"))];
        let site = names.into_iter().map(|name| clean(name.trim(), MAX_SITE)).find(|name| !name.is_empty());
        Self {
            params,
            incident,
            method,
            language,
            catalog,
            status,
            code: status.to_string(),
            site: site.unwrap_or_default(),
            host: clean(host, MAX_HOST),
            path,
            id,
            failure: clean(incident.failure, MAX_WORD),
            time,
            later,
            marked,
        }
    }

    pub(super) fn text(&self, key: Key) -> &'static str {
        self.catalog.text(key)
    }

    pub(super) fn direction(&self) -> &'static str {
        if self.language.entry().rtl { "rtl" } else { "ltr" }
    }

    pub(super) fn title(&self) -> &'static str {
        self.text(words(self.incident.explanation).0)
    }

    pub(super) fn what(&self) -> &'static str {
        match (self.incident.explanation, self.incident.fate) {
            // “Nothing was passed on” would be more than is known.
            (Explanation::Tls, Fate::Unknown) => self.text(key!("connection_text")),
            (explanation, _) => self.text(words(explanation).1),
        }
    }

    /// Whose side it is on.
    pub(super) fn whose_side(&self) -> &'static str {
        self.text(key!("not_you"))
    }

    pub(super) fn is_maintenance(&self) -> bool {
        self.incident.explanation == Explanation::Maintenance
    }

    /// Nothing was submitted.
    pub(super) fn is_safe(&self) -> bool {
        self.incident.fate == Fate::Safe && !submits(self.method)
    }

    /// After how many seconds may the page reload by itself? Never after a submission, whatever the fate says. What lasts until
    /// somebody changes a setting ends one day, too.
    pub(super) fn reloads_after(&self) -> Option<u64> {
        self.is_safe().then(|| looks_after(self.incident))
    }

    /// The same in words, where the page may.
    pub(super) fn waits(&self) -> Option<Waits> {
        let seconds = self.reloads_after()?;
        Some(match self.marked {
            true => Waits { digits: DIGITS.to_string(), refresh: REFRESH.to_string(), sentence: SENTENCE.to_string() },
            false => Waits::new(seconds, &self.later, &self.catalog),
        })
    }

    /// What became of it with a heading before it, where there is no other.
    pub(super) fn headed_fate(&self) -> Option<String> {
        self.fate().map(|fate| [self.text(key!("fate_title")), self.catalog.colon(), fate].concat())
    }

    /// What became of something that was submitted.
    pub(super) fn fate(&self) -> Option<&'static str> {
        match self.incident.fate {
            Fate::Safe => None,
            Fate::NotSent => Some(self.text(key!("fate_not_sent"))),
            Fate::Unknown => Some(self.text(key!("fate_unknown"))),
        }
    }

    /// Wait, or come back later? Nothing to add where the end of maintenance is awaited.
    pub(super) fn advice(&self) -> Option<&'static str> {
        match self.incident.retry_after {
            Some(_) if self.is_maintenance() => None,
            Some(_) if !needs_owner(self.incident.explanation) => Some(self.text(key!("todo_wait"))),
            Some(_) | None => Some(self.text(key!("todo_later"))),
        }
    }

    /// “Please try again in 30 seconds.” Not after a submission of which nobody knows whether it arrived.
    pub(super) fn when(&self) -> Option<String> {
        let seconds = self.incident.retry_after.filter(|_| self.incident.fate != Fate::Unknown)?;
        Some(self.catalog.fill(key!("try_in"), "{in}", &self.catalog.within(seconds)))
    }

    /// “Expected end: 2026-11-22 20:41 UTC”. Between letters that run from right to left the date would be shown with its
    /// parts in another order, so there it is isolated (Unicode UAX 9 §2.4.2).
    pub(super) fn until(&self) -> Option<String> {
        let until = self.isolated(&plain(self.incident.until?));
        Some(self.catalog.fill(key!("until"), "{time}", &until))
    }

    /// The path as a reference that stays on this host: `//evil.example` would not (RFC 3986 §4.2).
    pub(super) fn path_here(&self) -> String {
        ["/", self.path.trim_start_matches(['/', '\\'])].concat()
    }

    /// What is Latin in itself, where there is no markup to say so.
    pub(super) fn isolated(&self, text: &str) -> String {
        if self.language.entry().rtl { ["\u{2066}", text, "\u{2069}"].concat() } else { text.to_owned() }
    }

    /// “Error 502”; nothing for planned maintenance.
    pub(super) fn label(&self) -> Option<String> {
        (!self.is_maintenance()).then(|| self.catalog.fill(key!("error"), "{status}", &self.code))
    }

    /// Label and value of every fact for support.
    pub(super) fn facts(&self) -> Vec<(&'static str, &str)> {
        let mut facts =
            vec![(self.text(key!("fact_time")), self.time.as_str()), (self.text(key!("fact_status")), &self.code)];
        facts.extend(self.id.as_deref().map(|id| (self.text(key!("fact_id")), id)));
        facts.push((self.text(key!("fact_host")), &self.host));
        facts.push((self.text(key!("fact_path")), &self.path));
        facts.push((self.text(key!("fact_failure")), &self.failure));
        facts
    }

    pub(super) fn status_link(&self) -> Option<&str> {
        self.params.status_url.as_deref().filter(|url| check_link(url))
    }

    pub(super) fn support(&self) -> Option<Support<'_>> {
        let support = self.params.support.as_deref()?;
        address(support).map(Support::Mail).or_else(|| check_link(support).then_some(Support::Link(support)))
    }

    pub(super) fn logo(&self) -> Option<&str> {
        self.params.logo.as_deref().filter(|logo| check_logo(logo))
    }
}

/// Does it stay broken until somebody changes a setting?
pub(super) const fn needs_owner(explanation: Explanation) -> bool {
    matches!(explanation, Explanation::Dns | Explanation::Tls | Explanation::Loop)
}

/// May a request with this method have been meant to change something?
pub(super) fn submits(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH" | "DELETE")
}

/// Headline and what happened.
const fn words(explanation: Explanation) -> (Key, Key) {
    match explanation {
        Explanation::Connection => (key!("connection_title"), key!("connection_text")),
        Explanation::Dns => (key!("dns_title"), key!("dns_text")),
        Explanation::Tunnel => (key!("tunnel_title"), key!("tunnel_text")),
        Explanation::Tls => (key!("tls_title"), key!("tls_text")),
        Explanation::Timeout => (key!("timeout_title"), key!("timeout_text")),
        Explanation::BadGateway => (key!("bad_gateway_title"), key!("bad_gateway_text")),
        Explanation::Unavailable => (key!("unavailable_title"), key!("unavailable_text")),
        Explanation::Incomplete => (key!("incomplete_title"), key!("incomplete_text")),
        Explanation::Loop => (key!("loop_title"), key!("loop_text")),
        Explanation::Maintenance => (key!("maintenance_title"), key!("maintenance_text")),
    }
}

/// Host (with port) and path of an absolute URL, whatever it looks like; user info is never shown.
fn split(url: &str) -> (&str, &str) {
    let (authority, rest) = parts(url);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    (host, if path.is_empty() { "/" } else { path })
}

/// Authority and what follows it.
pub(super) fn parts(url: &str) -> (&str, &str) {
    let rest = scheme_and_rest(url).map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, ""))
}

/// A request id is taken only if it looks like one.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_WORD && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// `2026-11-22T20:41:09Z`
pub(super) fn rfc_3339(time: Time) -> String {
    let ([year, month, day], [hour, minute, second]) = civil(time);
    // By hand: on every page, and the machinery of `format!` takes longer than all the rest of its facts.
    let mut out = String::with_capacity("0000-00-00T00:00:00Z".len());
    for (two, after) in
        [(year / 100, ""), (year % 100, "-"), (month, "-"), (day, "T"), (hour, ":"), (minute, ":"), (second, "Z")]
    {
        out.extend([two / 10, two % 10].map(|digit| char::from_digit(digit as u32, 10).unwrap_or('0')));
        out.push_str(after);
    }
    out
}

/// `2026-11-22 20:41 UTC`
pub(super) fn plain(time: Time) -> String {
    let ([year, month, day], [hour, minute, _]) = civil(time);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Date and time of day in UTC, capped at the year 9999. The arithmetic counts years from March, so that the leap day
/// is the last day of a year.
fn civil(time: Time) -> ([u64; 3], [u64; 3]) {
    let secs = time.secs().min(253_402_300_799);
    let days = secs / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    ([year, month, day], [secs / 3_600 % 24, secs / 60 % 60, secs % 60])
}

/// Longest host shown, in characters.
const MAX_HOST: usize = 100;
/// Longest path shown, in characters.
const MAX_PATH: usize = 300;
/// Longest name of a site, in characters.
const MAX_SITE: usize = 200;
/// Longest request id or name of a failure, in characters.
const MAX_WORD: usize = 64;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_date() {
        for (secs, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_380_069, "2026-11-22T20:41:09Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc_3339(Time::from_secs(secs)), expected);
        }
    }

    #[test]
    fn shows_host_and_path_and_no_secret() {
        for (url, host, path) in [
            ("https://example.com/a/b?token=x#y", "example.com", "/a/b"),
            ("http://user:pass@example.com:8080?x", "example.com:8080", "/"),
            ("https://example.com", "example.com", "/"),
            ("nonsense", "nonsense", "/"),
            ("", "", "/"),
        ] {
            assert_eq!(split(url), (host, path), "{url}");
        }
    }
}
