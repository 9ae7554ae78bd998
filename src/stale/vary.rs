//! Which request fields tell the variants of a resource apart, and how do they get into a key (RFC 9111 §4.1)?
//!
//! Two levels: under the primary key lies either the one copy or a list of field names, [`Variants`]; with these names
//! and a request, the second key is made. Values enter it hashed, so that no cookie is readable in a store.
//! `Accept-Encoding` is left out: bodies are kept decoded, and one identity copy suits everybody.

use super::digest;
use super::directives::split;
use super::key::{MAX_KEY, RESERVED};
use super::record::Record;
use crate::fields::Fields;

/// The most field names that `Vary` may have for a copy to be kept.
pub const MAX_VARY_NAMES: usize = 8;

/// What `Vary` demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vary {
    /// Sorted lower-case names, each once; empty if one copy suits everybody.
    Names(Vec<String>),
    /// `*`: no other request is ever the same.
    Star,
    /// More than [`MAX_VARY_NAMES`], or not names of fields.
    TooMany,
}

impl Vary {
    /// From the field's combined value.
    pub fn parse(text: Option<&str>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in split(text.unwrap_or_default(), b',') {
            if name == "*" {
                return Self::Star;
            }
            let name = name.to_ascii_lowercase();
            if name != "accept-encoding" && !names.contains(&name) {
                names.push(name);
            }
        }
        if names.len() > MAX_VARY_NAMES || names.iter().any(|name| !is_token(name)) {
            return Self::TooMany;
        }
        names.sort_unstable();
        Self::Names(names)
    }
}

/// What lies under the primary key of a resource that has variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variants {
    names: Vec<String>,
    epoch: String,
}

impl Variants {
    /// For the variants of `record`. `epoch` is any text that was never used with this key before (say, a random number
    /// or the time): it is part of every second key, so that with this list all its variants are gone.
    #[must_use]
    pub fn new(record: &Record, epoch: &str) -> Self {
        Self { names: record.vary().to_vec(), epoch: digest::hex(&[epoch]) }
    }

    /// The second key: a URL below the `primary` one.
    #[must_use]
    pub fn key(&self, primary: &str, request: &dyn Fields) -> String {
        let hash = digest::hex(&[primary, &self.epoch, &selecting(&self.names, request)]);
        let base = if primary.len() > MAX_KEY { "https://invalid/" } else { primary };
        let join = if base.contains('?') { '&' } else { '?' };
        format!("{base}{join}{RESERVED}={hash}")
    }

    /// Do these names suffice to tell `record` from its siblings?
    #[must_use]
    pub fn covers(&self, record: &Record) -> bool {
        record.vary().iter().all(|name| self.names.contains(name))
    }

    pub(super) fn from_parts(names: Vec<String>, epoch: String) -> Option<Self> {
        let good = names.len() <= MAX_VARY_NAMES && names.iter().all(|n| is_token(n)) && epoch.len() <= 64;
        good.then_some(Self { names, epoch })
    }

    pub(super) fn parts(&self) -> (&[String], &str) {
        (&self.names, &self.epoch)
    }
}

/// A hash of the request's values of the named fields; absent matches only absent.
pub fn selecting(names: &[String], request: &dyn Fields) -> String {
    let values: Vec<String> = names
        .iter()
        .map(|name| match request.field(name) {
            Some(value) => format!("{name}:{}", normalise(name, &value)),
            None => name.clone(),
        })
        .collect();
    digest::hex(&values.iter().map(String::as_str).collect::<Vec<_>>())
}

/// White space around list members never means anything; in the negotiation fields, case and inner white space neither.
fn normalise(name: &str, value: &str) -> String {
    match name {
        "cookie" | "authorization" => value.trim().to_owned(),
        "accept" | "accept-language" | "accept-charset" => {
            let mut value = split(value, b',').collect::<Vec<_>>().join(",").to_ascii_lowercase();
            value.retain(|c| c != ' ' && c != '\t');
            value
        }
        _ => split(value, b',').collect::<Vec<_>>().join(","),
    }
}

/// RFC 9110 §5.6.2
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
