//! How is a URL taken apart, and how is it pointed at the origin and back?
//!
//! The runtime hands over URLs that it has already parsed and normalised (WHATWG), so splitting by hand is enough here;
//! the crate `url` would cost 71 KB of compressed Wasm. Of what an operator writes (`ORIGIN`) only what
//! a server's address needs is taken.

/// An absolute `http` or `https` URL, split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Url<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// Host and port, as written.
    pub authority: &'a str,
    /// Begins with `/`.
    pub path: &'a str,
    /// Without the `?`; a lone `?` is an empty query.
    pub query: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Splits; the fragment is dropped. Nothing comes back for anything but an `http(s)` URL with an authority.
    #[must_use]
    pub fn split(text: &'a str) -> Option<Self> {
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = scheme_and_rest(text)?;
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        // By bytes: the search for one of several characters decodes each of them, for every request, several times.
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        (!authority.is_empty()).then_some(Self { scheme, authority, path, query })
    }

    /// The host without the port.
    #[must_use]
    pub fn host(&self) -> &'a str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => self.authority,
        }
    }
}

/// What stands before the first `://`, if that is the first colon, and what after it. Every request's URL is cut so, several
/// times: to set up a search for three characters takes longer than to find one.
#[must_use]
pub fn scheme_and_rest(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    Some((scheme, rest.strip_prefix("//")?))
}

/// The base URL of an origin: `ORIGIN`, or one of `ORIGIN_FALLBACKS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    scheme: String,
    authority: String,
    /// Empty, or begins with `/` and does not end with it.
    path: String,
}

impl Base {
    /// From the operator's text: `http` or `https`, a host, perhaps a port and a path; no user, no query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let text = [&scheme.to_ascii_lowercase(), "://", rest].concat();
        let url = Url::split(&text)?;
        let authority = url.authority.to_ascii_lowercase();
        let good = url.query.is_none() && !text.contains('#') && is_authority(&authority) && is_path(url.path);
        good.then(|| Self {
            scheme: url.scheme.to_owned(),
            authority: without_default_port(url.scheme, &authority).to_owned(),
            path: url.path.trim_end_matches('/').to_owned(),
        })
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The name under which breaker and budget know this origin: host and port, and what else tells it from others there.
    #[must_use]
    pub fn name(&self) -> String {
        let has_port = host_and_port(&self.authority).1.is_some();
        let port = if self.scheme == "http" && !has_port { ":80" } else { "" };
        [&self.authority, port, &self.path].concat()
    }

    /// The same path and query at this origin.
    #[must_use]
    pub fn join(&self, url: &Url) -> String {
        let query = url.query.map(|q| ["?", q].concat()).unwrap_or_default();
        [&self.scheme, "://", &self.authority, &self.path, url.path, &query].concat()
    }

    /// A `Location` that names this origin's own authority, rewritten to the visitor's; nothing for any other.
    #[must_use]
    pub fn relocate(&self, location: &str, visitor: &Url) -> Option<String> {
        let absolute = match location.strip_prefix("//") {
            Some(_) => [&self.scheme, ":", location].concat(),
            None => location.to_owned(),
        };
        let (target, fragment) = match absolute.find('#') {
            Some(at) => absolute.split_at(at),
            None => (absolute.as_str(), ""),
        };
        let lower =
            target.split_once("://").map(|(scheme, rest)| [&scheme.to_ascii_lowercase(), "://", rest].concat())?;
        let url = Url::split(&lower)?;
        let authority = url.authority.to_ascii_lowercase();
        if without_default_port(url.scheme, &authority) != self.authority {
            return None;
        }
        // Where the visitor's name is the origin's too, there is nothing to hide.
        if authority == without_default_port(visitor.scheme, &visitor.authority.to_ascii_lowercase()) {
            return None;
        }
        // Seen from outside, the base path is not there.
        let path = match url.path.strip_prefix(self.path.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => url.path,
        };
        let query = url.query.map(|q| ["?", q].concat()).unwrap_or_default();
        let same = (if path.is_empty() { "/" } else { path }) == visitor.path && url.query == visitor.query;
        // "The same, but by https": in the visitor's scheme it would be the page that they are on, again and again.
        let scheme = match (same, url.scheme, visitor.scheme) {
            (true, "https", "http") => "https",
            (true, ..) => return None,
            _ => visitor.scheme,
        };
        Some([scheme, "://", visitor.authority, path, &query, fragment].concat())
    }
}

/// Where the port begins, if there is one: IPv6 addresses have colons of their own, in brackets.
#[must_use]
pub fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// A name, or an address (IPv6 in brackets), perhaps with a port.
fn is_authority(text: &str) -> bool {
    let (host, port) = host_and_port(text);
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.contains(':') && address.bytes().all(|b| b.is_ascii_hexdigit() || b":.".contains(&b)),
        None => is_name(host),
    };
    is_host && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

/// One that ends with a number is an IPv4 address to everybody (WHATWG URL, "ends in a number").
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty() && label != "-" && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let is_number = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if is_number { host.parse::<std::net::Ipv4Addr>().is_ok() } else { host.split('.').all(is_label) }
}

fn is_path(text: &str) -> bool {
    text.bytes().all(|b| b > b' ' && b != 0x7f && !b"\"<>\\^`{|}".contains(&b))
}

fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = if scheme == "https" { ":443" } else { ":80" };
    authority.strip_suffix(port).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_the_runtime_hands_over() {
        let url = Url::split("https://example.com:8443/a/b?c=d#e").unwrap();
        assert_eq!((url.scheme, url.authority, url.host()), ("https", "example.com:8443", "example.com"));
        assert_eq!((url.path, url.query), ("/a/b", Some("c=d")));
        assert_eq!(Url::split("http://[::1]:80/").map(|u| u.host()), Some("[::1]"));
        assert_eq!(Url::split("http://a?b").map(|u| (u.path, u.query)), Some(("/", Some("b"))));
        for text in ["", "a", "ftp://a/", "http:///", "//a/b"] {
            assert_eq!(Url::split(text), None, "{text}");
        }
    }

    #[test]
    fn a_base_url_has_a_name_that_can_be_one() {
        for good in [
            "https://a.example.",
            "https://xn--a.example",
            "https://192.0.2.1:8443",
            "https://a_b.example",
            "https://[::1]",
        ] {
            assert!(Base::parse(good).is_some(), "{good}");
        }
        for bad in ["https://256.1.1.1", "https://1.2.3", "https://-", "https://a..b", "https://."] {
            assert!(Base::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn takes_base_urls_only() {
        for good in
            ["http://a", "https://a.example:8443/", "http://127.0.0.1:8080/base/", "http://[::1]:80", "HTTP://A_b"]
        {
            assert!(Base::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a.example",
            "ftp://a",
            "http://",
            "http://u:p@a",
            "http://a/?q",
            "http://a b",
            "http://a:99999",
            "http://a:x",
            "/a",
            "http://a/#f",
            "http://a:",
            "http://a:+80",
            "http://[::1",
            "http://[]",
            "http://::1",
            "http://a/<b>",
            "http://a\\b",
            "http://ä",
        ] {
            assert_eq!(Base::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn keeps_path_and_query() {
        let visitor = Url::split("https://www.example/a//b/%2e?x=%20&y").unwrap();
        let joined = |base| Base::parse(base).unwrap().join(&visitor);
        assert_eq!(joined("http://o:81"), "http://o:81/a//b/%2e?x=%20&y");
        assert_eq!(joined("http://o:80/base/"), "http://o/base/a//b/%2e?x=%20&y");
    }

    #[test]
    fn brings_a_location_back_to_the_visitor() {
        let visitor = Url::split("https://www.example/x").unwrap();
        let base = Base::parse("http://origin.internal:8080/base").unwrap();
        for (location, expected) in [
            ("http://origin.internal:8080/base/new?a=b#c", Some("https://www.example/new?a=b#c")),
            ("HTTP://Origin.Internal:8080/base", Some("https://www.example")),
            ("//origin.internal:8080/other", Some("https://www.example/other")),
            ("http://origin.internal:8080/based", Some("https://www.example/based")),
            ("http://origin.internal/", None),
            ("https://elsewhere.example/", None),
            ("/relative", None),
            ("", None),
        ] {
            assert_eq!(base.relocate(location, &visitor).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn makes_no_circle_of_a_redirect_that_was_none() {
        for (base, visitor, location, expected) in [
            // An origin that wants https: in the visitor's scheme it would be the page that they are on.
            ("http://o", "http://www.example/x?y", "https://o/x?y", Some("https://www.example/x?y")),
            ("http://o", "https://www.example/x", "https://o/x", None),
            ("http://o", "https://www.example/x", "http://o/x", None),
            ("http://o", "http://www.example/x", "https://o/login", Some("http://www.example/login")),
            // A Worker on a route, told its own name.
            ("https://www.example", "http://www.example/", "https://www.example/", None),
        ] {
            let visitor = Url::split(visitor).unwrap();
            assert_eq!(Base::parse(base).unwrap().relocate(location, &visitor).as_deref(), expected, "{location}");
        }
    }
}
