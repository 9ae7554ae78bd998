//! What does a line of the catalogue say, and does it fit a response?

use super::page::{Form, Page};
use super::words::{after_status, find, like};
use crate::fields::Fields;
use crate::json;
use serde_json::{Map, Value};

/// A response as far as it was read.
pub(super) struct Response<'a> {
    /// Its status.
    pub status: u16,
    /// Its header fields.
    pub fields: &'a dyn Fields,
    /// Its body.
    pub page: Page<'a>,
    /// There is no more of the body than was read.
    pub whole: bool,
}

/// One page that a gateway sends by default. Everything that it says of itself must be so.
pub(super) struct Entry {
    /// The product, for logs.
    pub name: &'static str,
    body: Body,
    marks: &'static [&'static str],
    lacks: &'static [&'static str],
    fields: &'static [(&'static str, &'static str)],
    least: u16,
    long: bool,
}

/// What its body says. Texts are patterns (see [`like`]) for all that a visitor sees.
pub(super) enum Body {
    /// Nothing.
    Blank,
    /// Only the status, in digits or words or both, in simple markup without a link, in the title too; server errors
    /// only.
    Status,
    /// The status, then one of these, in simple markup.
    StatusThen(&'static [&'static str]),
    /// One of these.
    Text(&'static [&'static str]),
    /// A JSON object with these members and no others.
    Exactly(&'static [(&'static str, Is)]),
    /// A JSON object with these members among others.
    AtLeast(&'static [(&'static str, Is)]),
}

/// What a JSON member is.
pub(super) enum Is {
    /// There, of whatever kind.
    Present,
    /// There or not.
    Optional,
    /// `true`.
    True,
    /// A string like one of these.
    Like(&'static [&'static str]),
}

/// The most that a visitor may see of a page that is not [`Entry::long`], in bytes: default pages are terse.
const MAX_TEXT: usize = 1024;

impl Entry {
    /// An entry with nothing but its body to go by.
    pub const fn new(name: &'static str, body: Body) -> Self {
        Self { name, body, marks: &[], lacks: &[], fields: &[], least: 400, long: false }
    }

    /// All of these are in the markup.
    pub const fn marks(mut self, marks: &'static [&'static str]) -> Self {
        self.marks = marks;
        self
    }

    /// None of these is in the markup.
    pub const fn lacks(mut self, lacks: &'static [&'static str]) -> Self {
        self.lacks = lacks;
        self
    }

    /// All of these header fields are there, their values like the patterns.
    pub const fn fields(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.fields = fields;
        self
    }

    /// Only with this status or a higher one: what the same product refuses in the same style is meant.
    pub const fn from(mut self, status: u16) -> Self {
        self.least = status;
        self
    }

    /// The page may be longer than what is read of a body, or have more than a few words.
    pub const fn long(mut self) -> Self {
        self.long = true;
        self
    }

    /// Does everything fit? Header fields last: each read of one is costly in the Worker.
    pub fn wrote(&self, response: &Response) -> bool {
        let Response { page, fields, .. } = response;
        response.status >= self.least
            && (self.long || (response.whole && page.text.len() <= MAX_TEXT))
            && self.body.fits(response)
            && self.marks.iter().all(|mark| find(page.raw, mark).is_some())
            && self.lacks.iter().all(|mark| find(page.raw, mark).is_none())
            && self.fields.iter().all(|(name, value)| fields.field(name).is_some_and(|v| like(value, v.as_bytes())))
    }
}

impl Body {
    fn fits(&self, response: &Response) -> bool {
        let page = &response.page;
        let is_like = |texts: &[&str], text: &[u8]| texts.iter().any(|pattern| like(pattern, text));
        match self {
            Self::Blank => page.is_blank(response.status),
            Self::Exactly(members) => page.form == Form::Json && object(page.raw, members, false),
            Self::AtLeast(members) => page.form == Form::Json && object(page.raw, members, true),
            _ if page.form != Form::Words => false,
            Self::Text(texts) => is_like(texts, &page.text),
            _ if !page.plain => false,
            Self::Status => {
                response.status >= 500
                    && !page.linked
                    && page.is_titled_by(response.status)
                    && after_status(&page.text, response.status).is_some_and(<[u8]>::is_empty)
            }
            Self::StatusThen(texts) => {
                after_status(&page.text, response.status).is_some_and(|rest| is_like(texts, rest))
            }
        }
    }
}

fn object(raw: &[u8], members: &[(&str, Is)], others: bool) -> bool {
    // JSON is UTF-8 (RFC 8259 §8.1); and the reader of strings is there already.
    let Some(object) = std::str::from_utf8(raw).ok().and_then(json::parse::<Map<String, Value>>) else { return false };
    let known = |name: &String| members.iter().any(|(member, _)| member == name);
    (others || object.keys().all(known)) && members.iter().all(|(name, is)| is.so(object.get(*name)))
}

impl Is {
    fn so(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Optional, _) | (Self::Present, Some(_)) | (Self::True, Some(Value::Bool(true))) => true,
            (Self::Like(texts), Some(Value::String(value))) => texts.iter().any(|text| like(text, value.as_bytes())),
            _ => false,
        }
    }
}
