//! What does a visitor see of this body?
//!
//! No parser of HTML: just enough to tell the words on the screen from markup, comments, styles and scripts. The work
//! is linear in the bytes read, and the text never longer than they are.

use super::rich::{has_handler, is_rich};
use super::words::{find, is_status, starts_with};

/// A body as far as it was read.
pub(super) struct Page<'a> {
    /// Its bytes.
    pub raw: &'a [u8],
    /// What sort of body.
    pub form: Form,
    /// The visible words, white space folded to single blanks. Empty unless [`Form::Words`].
    pub text: Vec<u8>,
    /// The words of its title, which stand in the tab, folded likewise.
    title: Vec<u8>,
    /// Nothing but words in simple markup: no script, image, frame, form, foreign style sheet, words or picture in a
    /// style.
    pub plain: bool,
    /// There is a link.
    pub linked: bool,
}

/// The sort of a body, by its bytes as well as its `Content-Type`: applications send JSON as `text/html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// HTML or plain text.
    Words,
    /// JSON of any media type.
    Json,
    /// Anything else: XML, images, scripts, gRPC.
    Foreign,
}

impl<'a> Page<'a> {
    /// Reads a body that came with this `Content-Type`.
    pub fn read(content_type: Option<&str>, raw: &'a [u8]) -> Self {
        let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii();
        let form = form(content_type.unwrap_or_default(), raw);
        let mut page = Self { raw, form, text: Vec::new(), title: Vec::new(), plain: true, linked: false };
        if form == Form::Words && raw.first() == Some(&b'<') {
            page.read_markup();
        } else if form == Form::Words {
            push_words(&mut page.text, raw);
        }
        page.text.truncate(page.text.trim_ascii_end().len());
        page
    }

    /// Is there nothing to be seen, but for this status in the title?
    pub fn is_blank(&self, status: u16) -> bool {
        self.raw.is_empty()
            || (self.form == Form::Words && self.text.is_empty() && self.plain && self.is_titled_by(status))
    }

    /// Does the title say no more than this status?
    pub fn is_titled_by(&self, status: u16) -> bool {
        is_status(&self.title, status)
    }

    fn read_markup(&mut self) {
        let mut rest = self.raw;
        while let Some(at) = rest.iter().position(|&b| b == b'<') {
            let (words, markup) = rest.split_at(at);
            push_words(&mut self.text, words);
            rest = match markup.get(1) {
                Some(b'!') if starts_with(markup, "<!--") => self.skip_past("-->", markup),
                Some(next) if next.is_ascii_alphabetic() || b"/!?".contains(next) => self.read_tag(markup),
                _ => {
                    self.text.push(b'<');
                    markup.get(1..).unwrap_or_default()
                }
            };
        }
        push_words(&mut self.text, rest);
        self.plain &= !is_rich(self.raw);
    }

    /// Reads the tag at the start of `markup`, and its content if that is not for the eye; gives back what follows.
    fn read_tag(&mut self, markup: &'a [u8]) -> &'a [u8] {
        push_blank(&mut self.text);
        let rest = self.skip_past(">", markup);
        let tag = markup.get(1..markup.len().saturating_sub(rest.len())).unwrap_or_default();
        let name_end = tag.iter().skip(1).position(|b| !b.is_ascii_alphanumeric()).map_or(tag.len(), |at| at + 1);
        let name = tag.get(..name_end).unwrap_or_default();
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if let Some((_, end)) = HIDDEN.iter().find(|(hidden, _)| is(hidden)) {
            self.plain &= is("title") || is("style");
            let end_tag = self.skip_past(end, rest);
            if is("title") {
                let words = find(rest, end).and_then(|at| rest.get(..at)).unwrap_or(rest);
                push_blank(&mut self.title);
                push_words(&mut self.title, words);
            }
            return self.skip_past(">", end_tag);
        }
        let redirects = is("meta") && find(tag, "refresh").is_some();
        self.plain &= name.first() == Some(&b'/') || (PLAIN.iter().any(|known| is(known)) && !redirects);
        self.plain &= !has_handler(tag);
        self.linked |= is("a");
        rest
    }

    /// What follows `end`. If that is missing the rest stays hidden, and nobody can say what the visitor sees.
    fn skip_past(&mut self, end: &str, markup: &'a [u8]) -> &'a [u8] {
        let at = find(markup, end);
        self.plain &= at.is_some();
        at.and_then(|at| markup.get(at + end.len()..)).unwrap_or_default()
    }
}

/// Elements whose content is not on the screen, with the beginning of their end tags.
const HIDDEN: &[(&str, &str)] =
    &[("title", "</title"), ("style", "</style"), ("script", "</script"), ("template", "</template")];

/// Elements (and declarations) that show words and nothing but words.
const PLAIN: &[&str] = &[
    "!doctype", "?xml", "html", "head", "meta", "body", "center", "h1", "h2", "h3", "h4", "h5", "h6", "p", "b",
    "strong", "i", "em", "br", "hr", "pre", "code", "div", "span", "font", "small", "big", "section", "table", "tbody",
    "tr", "td", "a", "address",
];

/// HTML and text, and what does not say what it is.
const WORDS: &[&str] = &["", "text/html", "text/plain", "text/markdown", "application/xhtml+xml"];

/// May a body that came with this `Content-Type` be [`Form::Words`]?
pub(super) fn may_be_words(content_type: &str) -> bool {
    WORDS.contains(&media_type(content_type).as_str())
}

fn media_type(content_type: &str) -> String {
    content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn form(content_type: &str, raw: &[u8]) -> Form {
    if media_type(content_type).ends_with("json") {
        return Form::Json;
    }
    if !may_be_words(content_type) {
        return Form::Foreign;
    }
    let is_document = || find(raw, "<html").is_some() || find(raw, "<!doctype html").is_some();
    match raw.first() {
        Some(b'{' | b'[') => Form::Json,
        Some(b'<') if starts_with(raw, "<?xml") && !is_document() => Form::Foreign,
        _ => Form::Words,
    }
}

/// Adds words: character references resolved, white space folded, typographic dashes and quotes made ASCII.
fn push_words(text: &mut Vec<u8>, mut words: &[u8]) {
    while let Some((&first, rest)) = words.split_first() {
        let (byte, length) = match first {
            b'&' => reference(words),
            b'\xc2' if rest.first() == Some(&b'\xa0') => (b' ', 2),
            b'\xe2' => match rest {
                [b'\x80', b'\x93' | b'\x94', ..] => (b'-', 3),
                [b'\x80', b'\x98' | b'\x99', ..] => (b'\'', 3),
                _ => (first, 1),
            },
            _ => (first, 1),
        };
        if byte.is_ascii_whitespace() {
            push_blank(text);
        } else {
            text.push(byte);
        }
        words = words.get(length..).unwrap_or_default();
    }
}

fn push_blank(text: &mut Vec<u8>) {
    if text.last().is_some_and(|&b| b != b' ') {
        text.push(b' ');
    }
}

/// The character that the reference at the start of `words` stands for, and the reference's length; `&` alone if it is
/// none of those that matter here.
fn reference(words: &[u8]) -> (u8, usize) {
    const LONGEST: usize = 8;
    let end = words.iter().take(LONGEST).position(|&b| b == b';').unwrap_or_default();
    let byte = match words.get(1..end).unwrap_or_default() {
        b"nbsp" | b"#160" => b' ',
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"quot" => b'"',
        b"apos" | b"rsquo" | b"#8217" => b'\'',
        b"ndash" | b"mdash" | b"#8211" | b"#8212" => b'-',
        [b'#', digits @ ..] => match std::str::from_utf8(digits).ok().and_then(|d| d.parse().ok()) {
            Some(ascii @ 0..=127) => ascii,
            _ => return (b'&', 1),
        },
        _ => return (b'&', 1),
    };
    (byte, end + 1)
}
