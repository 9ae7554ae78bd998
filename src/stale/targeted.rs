//! What do `CDN-Cache-Control` and its kin say to us in place of `Cache-Control`? RFC 9213.
//!
//! They are structured-field dictionaries, so strict where `Cache-Control` is lenient: a field that is empty, cannot be
//! parsed, or gives a directive that we know a value of the wrong type, is ignored as a whole, and the next one counts.

use std::convert::Infallible;

use sfv::visitor::{DictionaryVisitor, EntryVisitor, Ignored, InnerListVisitor, ItemVisitor, ParameterVisitor};
use sfv::{BareItemFromInput, KeyRef, Parser};

use super::directives::{Argument, Directives};
use super::syntax::MAX_SECONDS;

/// The targeted fields that mean us, the most specific first (RFC 9213 §2.2).
pub const FIELDS: [&str; 2] = ["cloudflare-cdn-cache-control", "cdn-cache-control"];

/// From the text of such a field; `None` where it must be ignored.
pub fn parse(text: &str) -> Option<Directives> {
    let members = Parser::new(text).parse_dictionary_with_visitor(Members::default()).ok()?;
    let mut all = Directives { targeted: true, ..Directives::default() };
    for (name, value) in members.known {
        let wrong = SECONDS.contains(&name) && !matches!(value, Value::Integer(_));
        match value {
            _ if wrong => return None,
            Value::Flag(false) => {}
            Value::Flag(true) => all.take(name, Argument::None),
            Value::Integer(n) => all.take(name, u64::try_from(n).map_or(Argument::Malformed, seconds)),
            Value::Text(text) => all.take(name, Argument::Text(text)),
            Value::Other => all.take(name, Argument::Malformed),
        }
    }
    (!members.empty).then_some(all)
}

fn seconds(n: u64) -> Argument {
    Argument::Seconds(n.min(MAX_SECONDS))
}

/// Directives whose value is an integer.
const SECONDS: [&str; 4] = ["max-age", "s-maxage", "stale-if-error", "stale-while-revalidate"];

/// The other directives that are known here.
const FLAGS: [&str; 7] =
    ["must-revalidate", "must-understand", "no-cache", "no-store", "private", "proxy-revalidate", "public"];

/// Collects what is known; of one key, the last counts (RFC 9651 §4.2.2).
struct Members<'de> {
    known: Vec<(&'de str, Value)>,
    empty: bool,
}

enum Value {
    Flag(bool),
    Integer(i64),
    Text(String),
    Other,
}

impl Default for Members<'_> {
    fn default() -> Self {
        Self { known: Vec::new(), empty: true }
    }
}

impl<'de> DictionaryVisitor<'de> for Members<'de> {
    type Out = Self;
    type Error = Infallible;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Infallible> {
        self.empty = false;
        let key = key.as_str();
        if !SECONDS.contains(&key) && !FLAGS.contains(&key) {
            return Ok(None);
        }
        self.known.retain(|(name, _)| *name != key);
        self.known.push((key, Value::Other));
        Ok(self.known.last_mut().map(|(_, value)| Slot(value)))
    }

    fn finish(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

struct Slot<'a>(&'a mut Value);

impl<'de> EntryVisitor<'de> for Slot<'_> {
    type Error = Infallible;

    fn item(self) -> Result<impl ItemVisitor<'de>, Infallible> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, Infallible> {
        Ok(Ignored)
    }
}

impl<'de> ItemVisitor<'de> for Slot<'_> {
    type Out = ();
    type Error = Infallible;

    fn bare_item(self, item: BareItemFromInput<'de>) -> Result<impl ParameterVisitor<'de, Out = ()>, Infallible> {
        *self.0 = match item {
            BareItemFromInput::Boolean(flag) => Value::Flag(flag),
            BareItemFromInput::Integer(n) => Value::Integer(i64::from(n)),
            BareItemFromInput::String(text) => Value::Text(text.as_str().to_owned()),
            _ => Value::Other,
        };
        Ok(Ignored)
    }
}
