//! What do `Cache-Control` and its targeted relatives say? A lenient reading that errs on the side of staleness.
//!
//! `CDN-Cache-Control` and `Cloudflare-CDN-Cache-Control` are structured-field dictionaries; an empty or unparsable one
//! is ignored, a good one replaces `Cache-Control` and `Expires` (RFC 9213 §2). In `Cache-Control`, names are
//! case-insensitive, values are tokens or quoted strings, unknown directives are ignored, of duplicates the most
//! restrictive counts, and a freshness value that cannot be read means stale (RFC 9111 §4.2.1, §5.2).

use sfv::visitor::{DictionaryVisitor, EntryVisitor, Ignored, InnerListVisitor, ItemVisitor, ParameterVisitor};
use sfv::{BareItemFromInput, KeyRef, Parser};

use crate::fields::Fields;

/// The directives of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directives {
    /// From a targeted field: then `Expires` does not count either.
    pub targeted: bool,
    pub no_store: bool,
    pub no_cache: bool,
    pub private: bool,
    pub public: bool,
    pub must_revalidate: bool,
    pub proxy_revalidate: bool,
    pub must_understand: bool,
    pub only_if_cached: bool,
    /// Seconds; an unreadable value counts as 0.
    pub max_age: Option<u64>,
    /// Seconds; an unreadable value counts as 0.
    pub s_maxage: Option<u64>,
    /// Seconds; an unreadable value counts as not given.
    pub stale_if_error: Option<u64>,
    /// Seconds; an unreadable value counts as not given.
    pub stale_while_revalidate: Option<u64>,
    /// Seconds; without a value: any staleness.
    pub max_stale: Option<u64>,
    /// Seconds.
    pub min_fresh: Option<u64>,
}

/// The largest age or lifetime, in seconds (RFC 9111 §1.2.2).
pub const MAX_SECONDS: u64 = 1 << 31;

impl Directives {
    /// Of a response: the first targeted field that can be read, else `Cache-Control`.
    pub fn of_response(fields: &(impl Fields + ?Sized)) -> Self {
        TARGETED
            .iter()
            .find_map(|name| Self::parse_targeted(&fields.field(name)?))
            .unwrap_or_else(|| fields.field("cache-control").map_or_else(Self::default, |value| Self::parse(&value)))
    }

    /// Of a request; `Pragma: no-cache` counts where there is no `Cache-Control` (RFC 9111 §5.4).
    pub fn of_request(fields: &(impl Fields + ?Sized)) -> Self {
        match fields.field("cache-control") {
            Some(value) => Self::parse(&value),
            None => {
                let pragma = fields.field("pragma").is_some_and(|value| Self::parse(&value).no_cache);
                Self { no_cache: pragma, ..Self::default() }
            }
        }
    }

    /// From the text of a `Cache-Control` field.
    pub fn parse(text: &str) -> Self {
        let mut all = Self::default();
        for member in split(text, b',') {
            let (name, value) = match member.split_once('=') {
                Some((name, value)) => (name.trim(), Some(unquote(value.trim()))),
                None => (member.trim(), None),
            };
            all.take(&name.to_ascii_lowercase(), value.as_deref().map(seconds), value.is_some());
        }
        all
    }

    /// From the text of a targeted field; `None` where that must be ignored.
    pub fn parse_targeted(text: &str) -> Option<Self> {
        Parser::new(text).parse_dictionary_with_visitor(Targeted::default()).ok().filter(|_| !text.trim().is_empty())
    }

    /// `value` is `None` without one, `Some(None)` if it cannot be read.
    fn take(&mut self, name: &str, value: Option<Option<u64>>, _qualified: bool) {
        let number = value.flatten();
        match name {
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache = true,
            "private" => self.private = true,
            "public" => self.public = true,
            "must-revalidate" => self.must_revalidate = true,
            "proxy-revalidate" => self.proxy_revalidate = true,
            "must-understand" => self.must_understand = true,
            "only-if-cached" => self.only_if_cached = true,
            "max-age" => restrict(&mut self.max_age, Some(number.unwrap_or(0))),
            "s-maxage" => restrict(&mut self.s_maxage, Some(number.unwrap_or(0))),
            "stale-if-error" => restrict(&mut self.stale_if_error, number),
            "stale-while-revalidate" => restrict(&mut self.stale_while_revalidate, number),
            "max-stale" => restrict(&mut self.max_stale, if value.is_none() { Some(MAX_SECONDS) } else { number }),
            "min-fresh" => self.min_fresh = self.min_fresh.max(number),
            _ => {}
        }
    }
}

/// Most specific first (RFC 9213 §2.2).
const TARGETED: [&str; 2] = ["cloudflare-cdn-cache-control", "cdn-cache-control"];

fn restrict(slot: &mut Option<u64>, value: Option<u64>) {
    if let Some(value) = value {
        *slot = Some(slot.map_or(value, |before| before.min(value)));
    }
}

/// delta-seconds (RFC 9111 §1.2.2): digits only; too large means [`MAX_SECONDS`].
pub fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse::<u64>().unwrap_or(MAX_SECONDS).min(MAX_SECONDS))
}

/// The members between separators that stand outside quoted strings, trimmed, empty ones left out.
pub fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        if escaped {
            escaped = false;
        } else if quoted && c == '\\' {
            escaped = true;
        } else if c == '"' {
            quoted = !quoted;
        } else if !quoted {
            return c == separator as char;
        }
        false
    })
    .map(str::trim)
    .filter(|member| !member.is_empty())
}

/// The text of a token or of a quoted string (RFC 9110 §5.6.4).
pub fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else { return text.to_owned() };
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

/// Collects the members of a dictionary; of one key, the last counts (RFC 9651 §4.2.2).
#[derive(Default)]
struct Targeted<'de>(Vec<(&'de str, Value)>);

#[derive(Clone, Copy)]
enum Value {
    Flag(bool),
    Seconds(Option<u64>),
    Other,
}

impl<'de> DictionaryVisitor<'de> for Targeted<'de> {
    type Out = Directives;
    type Error = std::convert::Infallible;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Self::Error> {
        self.0.retain(|(name, _)| *name != key.as_str());
        self.0.push((key.as_str(), Value::Other));
        Ok(self.0.last_mut().map(|(_, value)| Slot(value)))
    }

    fn finish(self) -> Result<Directives, Self::Error> {
        let mut all = Directives { targeted: true, ..Directives::default() };
        for (name, value) in self.0 {
            match value {
                Value::Flag(false) => {}
                Value::Flag(true) => all.take(name, None, false),
                Value::Seconds(number) => all.take(name, Some(number), true),
                Value::Other => all.take(name, Some(None), true),
            }
        }
        Ok(all)
    }
}

struct Slot<'a>(&'a mut Value);

impl<'de> EntryVisitor<'de> for Slot<'_> {
    type Error = std::convert::Infallible;

    fn item(self) -> Result<impl ItemVisitor<'de>, Self::Error> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, Self::Error> {
        Ok(Ignored)
    }
}

impl<'de> ItemVisitor<'de> for Slot<'_> {
    type Out = ();
    type Error = std::convert::Infallible;

    fn bare_item(self, item: BareItemFromInput<'de>) -> Result<impl ParameterVisitor<'de, Out = ()>, Self::Error> {
        *self.0 = match item {
            BareItemFromInput::Boolean(flag) => Value::Flag(flag),
            BareItemFromInput::Integer(n) => {
                Value::Seconds(u64::try_from(i64::from(n)).ok().map(|n| n.min(MAX_SECONDS)))
            }
            _ => Value::Other,
        };
        Ok(Ignored)
    }
}
