//! In which language does this visitor read?
//!
//! One table of the languages that are there, and the choice among them: RFC 4647 §3.4 lookup, after a mapping of tags
//! that mean the same or that a reader of them understands (`zh-TW` → `zh-Hant`, `no` → `nb`).

use super::catalog::texts;
use super::negotiate::weighted;
use super::plural::Plural;
use super::style::Script;

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
    pub script: Script,
    /// Its texts, one a line: see `locales/README.md`.
    pub texts: &'static str,
}

macro_rules! languages {
    ($($tag:literal $direction:ident $plural:ident $zero:literal $script:ident;)*) => {
        [$(Entry {
            tag: $tag,
            rtl: languages!(@$direction),
            plural: Plural::$plural,
            zero: $zero,
            script: Script::$script,
            texts: texts!($tag),
        }),*]
    };
    (@ltr) => { false };
    (@rtl) => { true };
}

/// The first is the default, and what fills gaps.
static TABLE: [Entry; 4] = languages! {
    "en" ltr One '0' Latin;
    "ar" rtl Arabic '٠' Arabic;
    "de" ltr One '0' Latin;
    "fr" ltr ZeroOne '0' Latin;
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
        let ranges: Vec<(&str, u16)> = accepted.unwrap_or_default().split(',').take(MAX_RANGES).map(weighted).collect();
        let is_refused = |language: Self| ranges.iter().any(|&(tag, q)| q == 0 && same(known_as(tag), language.tag()));
        let any = || std::iter::once(fallback).chain(Self::iter()).find(|&language| !is_refused(language));
        let mut best: Option<(Self, u16)> = None;
        for &(tag, q) in ranges.iter().filter(|&&(_, q)| q > 0) {
            let language = if tag == "*" { any() } else { Self::parse(tag).filter(|&l| !is_refused(l)) };
            if let Some(language) = language
                && best.is_none_or(|(_, before)| q > before)
            {
                best = Some((language, q));
            }
        }
        best.map_or_else(|| any().unwrap_or(fallback), |(language, _)| language)
    }

    pub(super) fn entry(self) -> &'static Entry {
        let [default, ..] = &TABLE;
        TABLE.get(usize::from(self.0)).unwrap_or(default)
    }
}

/// Takes away subtags from the end until a tag is there (RFC 4647 §3.4).
fn lookup(mut tag: &str) -> Option<Language> {
    loop {
        let known = known_as(tag);
        if let Some(found) = Language::iter().find(|language| same(language.tag(), known)) {
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

fn known_as(tag: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| same(alias, tag)).map_or(tag, |&(_, known)| known)
}

#[inline(never)]
fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Longest tag looked at, in bytes.
const MAX_TAG: usize = 35;
/// Most ranges of `Accept-Language` looked at.
const MAX_RANGES: usize = 32;

/// Other tags for languages of the table: former codes, macro-languages and their members, and the script that a region
/// implies.
const ALIASES: [(&str, &str); 20] = [
    ("zh", "zh-Hans"),
    ("zh-TW", "zh-Hant"),
    ("zh-HK", "zh-Hant"),
    ("zh-MO", "zh-Hant"),
    ("cmn", "zh-Hans"),
    ("cmn-Hant", "zh-Hant"),
    ("cmn-TW", "zh-Hant"),
    ("yue", "zh-Hant"),
    ("yue-Hans", "zh-Hans"),
    ("no", "nb"),
    ("nn", "nb"),
    ("iw", "he"),
    ("in", "id"),
    ("mo", "ro"),
    ("gsw", "de"),
    ("arb", "ar"),
    ("ary", "ar"),
    ("arz", "ar"),
    ("pes", "fa"),
    ("prs", "fa"),
];
