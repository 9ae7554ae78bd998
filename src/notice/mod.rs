//! May this copy carry a notice that says how old it is (`STALE_NOTICE`), and what becomes of its header fields then?
//!
//! A notice is inserted into somebody else's page, so every doubt leaves it out: nothing but the whole HTML of a page that
//! a person looks at, never against `no-transform` (RFC 9110 §7.7) or the page's own security policy. With it the body is
//! another one, for this moment and this reader only, and what describes or keeps the page's own body has to go
//! (RFC 9110 §8.6, §8.8). A 304 is still given for the page as the visitor has it: a body with a notice never has a
//! validator, so none can be confirmed by it.
//!
//! Not here: its words (`page`), where it is inserted (`edge`).

mod policy;

use crate::fields::{FieldLines, Fields};
use crate::stale::{Part, Served};

/// May this answer from a copy, to a request with these fields, carry a notice?
#[must_use]
pub fn permitted(request: &dyn Fields, served: &Served) -> bool {
    let lines = &served.lines;
    let field = |name: &str| lines.field(name).unwrap_or_default();
    served.status == 200
        && served.part == Part::Whole
        && is_html(&field("content-type"))
        && lines.field("content-encoding").is_none()
        && !field("content-disposition").trim_start().to_ascii_lowercase().starts_with("attachment")
        && request.field("sec-fetch-dest").is_none_or(|dest| dest == "document")
        && !forbids_transforming(&field("cache-control"))
        && !forbids_transforming(&request.field("cache-control").unwrap_or_default())
        && POLICIES.iter().all(|name| policy::allows(&field(name)))
}

/// The header fields of a page with a notice: nobody keeps it, and nothing is said of a body that it no longer is.
pub fn adapt(lines: &mut FieldLines) {
    lines.retain(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()));
    lines.push(("cache-control".to_owned(), "no-store".to_owned()));
    // Its language is the visitor's.
    lines.push(("vary".to_owned(), "Accept-Language".to_owned()));
}

/// HTML in a charset in which ASCII is ASCII, as the notice is written in it.
fn is_html(content_type: &str) -> bool {
    let lower = content_type.to_ascii_lowercase();
    let (media_type, parameters) = lower.split_once(';').unwrap_or((&lower, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    let charset = charset.unwrap_or_default().trim_matches('"');
    media_type.trim() == "text/html" && !NOT_ASCII.iter().any(|prefix| charset.starts_with(prefix))
}

fn forbids_transforming(cache_control: &str) -> bool {
    cache_control.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-transform"))
}

/// One that is only reported would fill somebody's log.
const POLICIES: [&str; 2] = ["content-security-policy", "content-security-policy-report-only"];

/// How the names of charsets begin in which ASCII bytes mean something else.
const NOT_ASCII: [&str; 6] = ["utf-16", "utf-32", "utf-7", "utf16", "iso-2022", "hz-gb"];

/// Fields that describe the page's own body, or say how to keep and validate it.
const OF_THE_PAGE: [&str; 14] = [
    "accept-ranges",
    "cache-control",
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "content-digest",
    "content-length",
    "content-md5",
    "digest",
    "etag",
    "expires",
    "last-modified",
    "pragma",
    "repr-digest",
    "surrogate-control",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn served(lines: &[(&str, &str)]) -> Served {
        let own = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
        Served { status: 200, lines: lines.iter().map(own).collect(), part: Part::Whole, notice: None }
    }

    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    #[test]
    fn only_whole_pages_that_somebody_looks_at_carry_it() {
        let page = served(&[HTML]);
        let nothing: [(&str, &str); 0] = [];
        assert!(permitted(&nothing, &page));
        assert!(permitted(&[("sec-fetch-dest", "document")], &page));
        for dest in ["iframe", "empty", "image", "script", ""] {
            assert!(!permitted(&[("sec-fetch-dest", dest)], &page), "{dest}");
        }
        for (status, part) in
            [(404, Part::Whole), (200, Part::Nothing), (206, Part::Range { first: 0, last: 1 }), (304, Part::Nothing)]
        {
            assert!(!permitted(&nothing, &Served { status, part, ..page.clone() }), "{status} {part:?}");
        }
    }

    #[test]
    fn only_html_in_a_charset_that_contains_ascii() {
        for (content_type, expected) in [
            ("text/html", true),
            ("TEXT/HTML;charset=Shift_JIS", true),
            ("text/html; charset=\"windows-1252\"", true),
            ("text/html; a=b; charset=utf-16le", false),
            ("text/html;charset=\"UTF-16\"", false),
            ("text/html; charset=ISO-2022-JP", false),
            ("application/xhtml+xml", false),
            ("text/plain", false),
            ("text/htmlx", false),
            ("", false),
        ] {
            let nothing: [(&str, &str); 0] = [];
            assert_eq!(permitted(&nothing, &served(&[("content-type", content_type)])), expected, "{content_type}");
        }
    }

    // RFC 9110 §7.7: a proxy MUST NOT transform the content of a message with `no-transform`.
    #[test]
    fn never_with_no_transform_of_either_side() {
        let nothing: [(&str, &str); 0] = [];
        for value in ["no-transform", "max-age=60, No-Transform", "no-transform,public"] {
            assert!(!permitted(&nothing, &served(&[HTML, ("cache-control", value)])), "{value}");
            assert!(!permitted(&[("cache-control", value)], &served(&[HTML])), "{value}");
        }
        assert!(permitted(&[("cache-control", "no-cache")], &served(&[HTML, ("cache-control", "max-age=60")])));
    }

    #[test]
    fn never_against_a_policy_in_a_coded_body_or_a_download() {
        let nothing: [(&str, &str); 0] = [];
        for line in [
            ("content-security-policy", "default-src 'self'"),
            ("content-security-policy-report-only", "style-src 'self'"),
            ("content-encoding", "zstd"),
            ("content-disposition", "Attachment; filename=a.html"),
        ] {
            assert!(!permitted(&nothing, &served(&[HTML, line])), "{line:?}");
        }
        assert!(permitted(&nothing, &served(&[HTML, ("content-security-policy", "script-src 'self'")])));
        assert!(permitted(&nothing, &served(&[HTML, ("content-disposition", "inline")])));
    }

    // RFC 9110 §8.6: MUST NOT forward a Content-Length that is known to be incorrect.
    #[test]
    fn what_describes_or_keeps_the_page_s_own_body_goes() {
        let mut lines = served(&[HTML, ("vary", "Cookie"), ("x-own", "1"), ("age", "5")]).lines;
        lines.extend(OF_THE_PAGE.map(|name| (name.to_owned(), "x".to_owned())));
        adapt(&mut lines);
        assert_eq!(lines.field("cache-control").as_deref(), Some("no-store"));
        assert_eq!(lines.field("vary").as_deref(), Some("Cookie, Accept-Language"));
        for kept in ["content-type", "x-own", "age"] {
            assert!(lines.field(kept).is_some(), "{kept}");
        }
        for gone in OF_THE_PAGE.iter().filter(|name| **name != "cache-control") {
            assert_eq!(lines.field(gone), None, "{gone}");
        }
    }
}
