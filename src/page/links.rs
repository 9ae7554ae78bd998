//! Is this link of the operator's one that a page may carry?
//!
//! Checked by the configuration, so that a mistake is reported, and again when a page is made, so that it cannot matter.

/// Is it an `http:` or `https:` URL with a host, without blanks and quotes?
#[must_use]
pub fn check_link(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.get(scheme.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
    }) && is_url_text(url, MAX_LINK)
}

/// Is it a link ([`check_link`]) or an e-mail address (also with `mailto:` before it)?
#[must_use]
pub fn check_support(support: &str) -> bool {
    check_link(support) || address(support).is_some()
}

/// Is it an `https:` URL or a `data:image/…` one?
#[must_use]
pub fn check_logo(logo: &str) -> bool {
    let is_https = logo.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    let is_data = logo.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("data:image/"));
    (is_https && check_link(logo)) || (is_data && logo.contains(',') && is_url_text(logo, MAX_LOGO))
}

/// The e-mail address in `PAGE_SUPPORT`, if it is one: a plain `local@domain`, so that nothing can be smuggled into the
/// `mailto:` URL made of it (RFC 6068 §2).
pub(super) fn address(support: &str) -> Option<&str> {
    let address = match support.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => support.get(7..)?,
        _ => support,
    };
    let (local, domain) = address.split_once('@')?;
    let is_atom = |b: u8| b.is_ascii_alphanumeric() || b".!#$*+-/=^_`{|}~'".contains(&b);
    let is_label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fits = address.len() <= MAX_ADDRESS && !local.is_empty() && local.bytes().all(is_atom);
    (fits && domain.contains('.') && domain.split('.').all(is_label)).then_some(address)
}

fn is_url_text(url: &str, max: usize) -> bool {
    url.len() <= max && url.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b))
}

/// Longest link, in bytes.
const MAX_LINK: usize = 2048;
/// Longest logo, in bytes: a `data:` URL stands in every page.
const MAX_LOGO: usize = 32 * 1024;
/// Longest e-mail address (RFC 5321 §4.5.3.1.3).
const MAX_ADDRESS: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_only_harmless_links_through() {
        for (url, link, support, logo) in [
            ("https://status.example.com/a?b=c#d", true, true, true),
            ("HTTP://example.com", true, true, false),
            ("https://", false, false, false),
            ("https:///x", false, false, false),
            ("javascript:alert(1)", false, false, false),
            ("data:text/html,<script>", false, false, false),
            ("data:image/svg+xml;base64,PHN2Zy8+", false, false, true),
            ("data:image/png", false, false, false),
            ("https://a.example/\" onload=x", false, false, false),
            ("help@example.com", false, true, false),
            ("mailto:help@example.com", false, true, false),
            ("help@example.com?bcc=x@y.z", false, false, false),
            ("a@b", false, false, false),
            ("@example.com", false, false, false),
            ("", false, false, false),
            ("ähttps://x", false, false, false),
        ] {
            assert_eq!((check_link(url), check_support(url), check_logo(url)), (link, support, logo), "{url}");
        }
    }
}
