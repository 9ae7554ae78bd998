//! In which language does this visitor read?
//!
//! One table of the languages that are there, and the choice among them: RFC 4647 §3.4 lookup, after a mapping of tags
//! that mean the same or that a reader of them understands (`zh-TW` → `zh-Hant`, `no` → `nb`).

use super::plural::Plural;

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Language(u8);

/// What has to be known of a language.
pub(super) struct Entry {
    pub tag: &'static str,
    pub rtl: bool,
    pub plural: Plural,
    /// The digit zero; the others follow it in Unicode.
    pub zero: char,
    /// Its texts: see `locales/README.md`.
    pub texts: &'static str,
}

macro_rules! languages {
    ($($tag:literal $direction:ident $plural:ident $zero:literal;)*) => {
        [$(Entry {
            tag: $tag,
            rtl: languages!(@$direction),
            plural: Plural::$plural,
            zero: $zero,
            texts: include_str!(concat!("locales/", $tag, ".json")),
        }),*]
    };
    (@ltr) => { false };
    (@rtl) => { true };
}

/// The first is the default, and what fills gaps.
static TABLE: [Entry; 1] = languages! {
    "en" ltr One '0';
};

impl Language {
    /// The language of this tag, or the nearest that is there: `de-CH` → `de`, `zh-TW` → `zh-Hant`, `iw` → `he`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        if tag.is_empty() || tag.len() > MAX_TAG || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return None;
        }
        lookup(tag)
    }

    /// Its tag (BCP 47), as in `Content-Language`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.entry().tag
    }

    /// All languages, the default first.
    pub fn iter() -> impl Iterator<Item = Self> {
        (0..).zip(TABLE.iter()).map(|(index, _)| Self(index))
    }

    /// The language that `Accept-Language` asks for: the best by weight, at equal weights the first (RFC 9110 §12.5.4).
    pub(super) fn negotiate(accepted: Option<&str>, fallback: Self) -> Self {
        let Some(accepted) = accepted else { return fallback };
        let ranges: Vec<(&str, u16)> = accepted.split(',').take(MAX_RANGES).filter_map(range).collect();
        let refused = |l: Self| ranges.iter().any(|&(tag, q)| q == 0 && tag.eq_ignore_ascii_case(l.tag()));
        let mut best: Option<(Self, u16)> = None;
        for &(tag, q) in ranges.iter().filter(|&&(_, q)| q > 0) {
            let language = if tag == "*" { Some(fallback) } else { Self::parse(tag) };
            match language {
                Some(language) if !refused(language) && best.is_none_or(|(_, before)| q > before) => {
                    best = Some((language, q));
                }
                _ => {}
            }
        }
        best.map_or(fallback, |(language, _)| language)
    }

    pub(super) fn entry(self) -> &'static Entry {
        let [default, ..] = &TABLE;
        TABLE.get(usize::from(self.0)).unwrap_or(default)
    }
}

/// Takes away subtags from the end until a tag is there (RFC 4647 §3.4).
fn lookup(tag: &str) -> Option<Language> {
    let mut tag = tag;
    loop {
        let known = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(tag)).map_or(tag, |&(_, known)| known);
        if let Some(found) = Language::iter().find(|l| l.tag().eq_ignore_ascii_case(known)) {
            return Some(found);
        }
        let (shorter, _) = tag.rsplit_once('-')?;
        // A single letter introduces an extension and goes with it.
        tag = match shorter.rsplit_once('-') {
            Some((before, single)) if single.len() == 1 => before,
            _ => shorter,
        };
    }
}

/// `tag;q=0.8` as the tag and thousandths.
fn range(text: &str) -> Option<(&str, u16)> {
    let (tag, weight) = super::negotiate::weighted(text);
    (!tag.is_empty()).then_some((tag, weight))
}

/// Longest tag looked at, in bytes.
const MAX_TAG: usize = 35;
/// Most ranges of `Accept-Language` looked at.
const MAX_RANGES: usize = 32;

/// Other tags for languages of the table: former and macro-language codes, and the script that a region implies.
const ALIASES: [(&str, &str); 1] = [("iw", "he")];
