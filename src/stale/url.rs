//! How is an absolute http(s) URL cut into its parts, and a reference resolved against it (RFC 3986 §5)?
//!
//! By hand: the `url` crate would add a third to the Worker. Only what keys and invalidation need; anything odd gives
//! `None`, and `None` never merges two resources.

use crate::url::{host_and_port, scheme_and_rest};

/// The parts of an absolute http(s) URL, without user and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url<'a> {
    /// `http` or `https`
    pub scheme: &'static str,
    /// Host in lower case, with the port unless it is the scheme's own.
    pub authority: String,
    /// From its `/` on; empty if there is none.
    pub path: &'a str,
    /// After the `?`.
    pub query: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Cuts `text`; `None` if it is no http(s) URL with a host.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = scheme_and_rest(text)?;
        let (scheme, own_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => ("http", ":80"),
            "https" => ("https", ":443"),
            _ => return None,
        };
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end)?;
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        if !is_authority(&host) {
            return None;
        }
        let host = host.strip_suffix(own_port).or_else(|| host.strip_suffix(':')).unwrap_or(&host).to_owned();
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        Some(Self { scheme, authority: host, path, query })
    }

    /// The text of the whole, with the path's dot segments removed and every byte that a URL cannot hold escaped.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.authority.len() + self.path.len() + ROOM);
        text.extend([self.scheme, "://", &self.authority]);
        push_escaped(&mut text, &without_dots(self.path));
        if let Some(query) = self.query {
            text.push('?');
            push_escaped(&mut text, query);
        }
        text
    }

    /// The URL that `reference` means, seen from here, if it is of the same origin (RFC 9110 §4.3.1).
    pub fn resolve_same_origin(&self, reference: &str) -> Option<String> {
        let reference = reference.trim().split('#').next().unwrap_or_default();
        if reference.is_empty() {
            return None;
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return self.resolve_same_origin(&format!("{}://{rest}", self.scheme));
        }
        if has_scheme(reference) {
            let other = Url::parse(reference)?;
            return (other.scheme == self.scheme && other.authority == self.authority).then(|| other.text());
        }
        let (path, query) = match reference.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (reference, None),
        };
        let folder = self.path.rfind('/').and_then(|end| self.path.get(..=end)).unwrap_or("/");
        let path = match path {
            "" => self.path.to_owned(),
            _ if path.starts_with('/') => path.to_owned(),
            _ => format!("{folder}{path}"),
        };
        Some(Url { scheme: self.scheme, authority: self.authority.clone(), path: &path, query }.text())
    }
}

/// RFC 3986 §5.2.4, with `%2e` read as a dot, as every fetcher does.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    ["/", &kept.join("/")].concat()
}

fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// A name or an address in brackets, and at most one port: with a colon more, a key would not be its own key.
fn is_authority(text: &str) -> bool {
    let (host, port) = host_and_port(text);
    let one_colon = !host.contains(':') || host.starts_with('[') && host.ends_with(']');
    one_colon
        && !host.is_empty()
        && host.bytes().all(in_host)
        && port.unwrap_or_default().bytes().all(|b| b.is_ascii_digit())
}

fn in_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(&b)
}

/// Only what no fetcher leaves as it is: to escape more would give two URLs one name.
fn push_escaped(out: &mut String, text: &str) {
    for b in text.bytes() {
        if b.is_ascii_graphic() && !b"\"#<>\\".contains(&b) {
            out.push(b as char);
        } else {
            out.push('%');
            for digit in [b >> 4, b & 15] {
                out.extend(char::from_digit(u32::from(digit), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
}

/// For the scheme, and for a short query.
const ROOM: usize = 64;
