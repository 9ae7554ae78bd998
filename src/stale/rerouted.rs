//! Is this request for something else than its method and URL say? Frameworks believe fields that no key contains and write
//! them into links and redirections, and some read the body of a GET: an answer to such a request may be meant for nobody
//! else (“unkeyed input”, cache poisoning). A gateway in front that passes on what it was asked for says nothing new.
//!
//! Not here: `X-Forwarded-Proto`, which Cloudflare sets itself.

use super::Asked;
use super::url::Url;
use crate::url::host_and_port;

/// Is it?
pub fn is_rerouted(asked: &Asked<'_>) -> bool {
    let Some(url) = Url::parse(asked.url) else { return true };
    let differs =
        |(name, names): &(&str, Names)| asked.fields.field(name).is_some_and(|value| !names.are(&value, &url));
    FIELDS.iter().any(differs) || has_body(asked)
}

/// `GET` with content, in which most servers see nothing and some a form (RFC 9110 §9.3.1).
fn has_body(asked: &Asked<'_>) -> bool {
    let length = || asked.fields.field("content-length").is_some_and(|length| length.trim() != "0");
    matches!(asked.method, "GET" | "HEAD") && (length() || asked.fields.field("transfer-encoding").is_some())
}

/// What a field names.
enum Names {
    Host,
    Scheme,
    Port,
    /// Several things (RFC 7239 §4).
    Forwarded,
    /// Another path or method than that of the request, whatever it says.
    Other,
}

impl Names {
    /// Are these the URL's own?
    fn are(&self, value: &str, url: &Url<'_>) -> bool {
        let value = value.trim().trim_matches('"');
        match self {
            Self::Host => {
                value.eq_ignore_ascii_case(&url.authority)
                    || value.eq_ignore_ascii_case(host_and_port(&url.authority).0)
            }
            Self::Scheme => value.eq_ignore_ascii_case(url.scheme),
            Self::Port => value == host_and_port(&url.authority).1.unwrap_or(own_port(url.scheme)),
            Self::Forwarded => value.split([',', ';']).filter_map(|pair| pair.split_once('=')).all(|(name, value)| {
                match name.trim().to_ascii_lowercase().as_str() {
                    "host" => Self::Host.are(value, url),
                    "proto" => Self::Scheme.are(value, url),
                    _ => true,
                }
            }),
            Self::Other => false,
        }
    }
}

fn own_port(scheme: &str) -> &'static str {
    if scheme == "https" { "443" } else { "80" }
}

const FIELDS: [(&str, Names); 14] = [
    ("forwarded", Names::Forwarded),
    ("x-forwarded-host", Names::Host),
    ("x-forwarded-server", Names::Host),
    ("x-original-host", Names::Host),
    ("x-host", Names::Host),
    ("x-forwarded-scheme", Names::Scheme),
    ("x-url-scheme", Names::Scheme),
    ("x-forwarded-port", Names::Port),
    ("x-forwarded-prefix", Names::Other),
    ("x-original-url", Names::Other),
    ("x-rewrite-url", Names::Other),
    ("x-http-method", Names::Other),
    ("x-http-method-override", Names::Other),
    ("x-method-override", Names::Other),
];
