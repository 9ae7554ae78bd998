//! Which request fields tell the variants of a resource apart, and how do they get into a key? RFC 9111 §4.1.
//!
//! Two levels: under the primary key lies either the one copy or a list of field names, [`Variants`]; from these names
//! and a request the second key is made. Values enter it hashed, so that no cookie can be read in a store.
//! `Accept-Encoding` is left out: bodies are kept decoded, and one identity copy suits everybody.

use super::digest;
use super::key::{self, RESERVED};
use super::record::Record;
use super::syntax::{is_token, members};
use crate::fields::Fields;
use crate::sort::sorted;

/// The most field names that `Vary` may have for a copy to be kept.
pub const MAX_VARY_NAMES: usize = 8;

/// What lies under the primary key of a resource that has variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variants {
    names: Vec<String>,
    epoch: String,
}

impl Variants {
    /// For the variants of `record`. `epoch` is any text that was never used with this key before (say, a random number
    /// and the time): it is part of every second key, so that with this list all its variants are out of reach.
    #[must_use]
    pub fn new(record: &Record, epoch: &str) -> Self {
        Self { names: record.vary().to_vec(), epoch: digest::hex(&[epoch]) }
    }

    /// These names and those of `record`, for a resource whose `Vary` is not always the same; only those of `record`
    /// where that would be too many. The variants known so far are out of reach.
    #[must_use]
    pub fn widened(&self, record: &Record, epoch: &str) -> Self {
        let mut names = self.names.clone();
        names.extend(record.vary().iter().filter(|name| !self.names.contains(name)).cloned());
        let names = sorted(names);
        let narrow = Self::new(record, epoch);
        if names.len() > MAX_VARY_NAMES { narrow } else { Self { names, ..narrow } }
    }

    /// The second key: a URL below the `primary` one.
    #[must_use]
    pub fn key(&self, primary: &str, request: &dyn Fields) -> String {
        let hash = digest::hex(&[primary, &self.epoch, &selecting(&self.names, request)]);
        let base = if primary.len() > key::MAX_KEY { key::NOWHERE } else { primary };
        let join = if base.contains('?') { '&' } else { '?' };
        format!("{base}{join}{RESERVED}={hash}")
    }

    /// Do these names suffice to tell `record` from its siblings?
    #[must_use]
    pub fn covers(&self, record: &Record) -> bool {
        record.vary().iter().all(|name| self.names.contains(name))
    }

    /// The names of the fields, sorted, in lower case.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// From what was stored, if it is what is stored.
    pub(super) fn restore(names: Vec<String>, epoch: String) -> Option<Self> {
        let sorted = names.windows(2).all(|pair| pair.first() < pair.last());
        let few = (1..=MAX_VARY_NAMES).contains(&names.len());
        let good = sorted && few && names.iter().all(|name| is_token(name)) && digest::is_hex(&epoch);
        good.then_some(Self { names, epoch })
    }
}

/// What `Vary` demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vary {
    /// Sorted lower-case names, each once; empty if one copy suits everybody.
    Names(Vec<String>),
    /// `*`: no other request is ever the same.
    Star,
    /// More than [`MAX_VARY_NAMES`], or something that is no name.
    TooMany,
}

impl Vary {
    /// From the field's combined value.
    pub fn parse(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        if members(text).any(|member| member == "*") {
            return Self::Star;
        }
        let mut names: Vec<String> = Vec::new();
        for member in members(text) {
            let name = member.to_ascii_lowercase();
            if name == "accept-encoding" || names.contains(&name) {
                continue;
            }
            if names.len() == MAX_VARY_NAMES || !is_token(&name) {
                return Self::TooMany;
            }
            names.push(name);
        }
        Self::Names(sorted(names))
    }
}

/// A hash of the request's values of the named fields; absent matches only absent.
pub fn selecting(names: &[String], request: &dyn Fields) -> String {
    let mut parts: Vec<String> = Vec::new();
    for name in names {
        let value = request.field(name);
        parts.push(format!("{name}{}", if value.is_some() { ":" } else { "" }));
        parts.push(value.map(|value| normalise(name, &value)).unwrap_or_default());
    }
    digest::hex(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// White space around list members never means anything. In the negotiation fields neither does case, nor any white
/// space, nor the order: their weights are written out (RFC 9110 §12.4.2, §12.5.4).
fn normalise(name: &str, value: &str) -> String {
    let mut all: Vec<String> = match name {
        "cookie" | "authorization" => return value.trim().to_owned(),
        _ => members(value).map(str::to_owned).collect(),
    };
    if matches!(name, "accept" | "accept-charset" | "accept-language") {
        for member in &mut all {
            member.make_ascii_lowercase();
            member.retain(|c| c != ' ' && c != '\t');
        }
        all = sorted(all);
    }
    all.join(",")
}
