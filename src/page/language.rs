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
#[derive(Debug)]
pub(super) struct Entry {
    pub tag: &'static str,
    pub rtl: bool,
    pub plural: Plural,
    /// The digit zero; the others follow it in Unicode.
    pub zero: char,
    pub script: Script,
    /// Its texts, one a line: see `locales/README.md`. In the Worker those of the default only; a [`Library`] has the others.
    pub texts: Option<&'static str>,
}

macro_rules! languages {
    ($($tag:literal $direction:ident $plural:ident $zero:literal $script:ident;)*) => {
        [$(Entry {
            tag: $tag,
            rtl: languages!(@$direction),
            plural: Plural::$plural,
            zero: $zero,
            script: Script::$script,
            // A quarter of the Wasm for words of which a visitor needs one part in forty, and only when the origin is down.
            texts: if cfg!(target_arch = "wasm32") && !is_default($tag) { None } else { Some(texts!($tag)) },
        }),*]
    };
    (@ltr) => { false };
    (@rtl) => { true };
}

const fn is_default(tag: &str) -> bool {
    matches!(tag.as_bytes(), b"en")
}

/// The first is the default, and what fills gaps.
static TABLE: [Entry; 38] = languages! {
    "en" ltr One '0' Latin;
    "ar" rtl Arabic '٠' Arabic;
    "bg" ltr One '0' Latin;
    "bn" ltr ZeroOne '০' Bengali;
    "cs" ltr Czech '0' Latin;
    "da" ltr One '0' Latin;
    "de" ltr One '0' Latin;
    "el" ltr One '0' Latin;
    "es" ltr One '0' Latin;
    "et" ltr One '0' Latin;
    "fa" rtl ZeroOne '۰' Arabic;
    "fi" ltr One '0' Latin;
    "fr" ltr ZeroOne '0' Latin;
    "he" rtl Two '0' Hebrew;
    "hi" ltr ZeroOne '0' Devanagari;
    "hu" ltr One '0' Latin;
    "id" ltr Same '0' Latin;
    "it" ltr One '0' Latin;
    "ja" ltr Same '0' Japanese;
    "ko" ltr Same '0' Korean;
    "lt" ltr Lithuanian '0' Latin;
    "lv" ltr Latvian '0' Latin;
    "nb" ltr One '0' Latin;
    "nl" ltr One '0' Latin;
    "pl" ltr Polish '0' Latin;
    "pt" ltr One '0' Latin;
    "pt-BR" ltr ZeroOne '0' Latin;
    "ro" ltr Romanian '0' Latin;
    "ru" ltr Russian '0' Latin;
    "sk" ltr Czech '0' Latin;
    "sv" ltr One '0' Latin;
    "th" ltr Same '0' Thai;
    "tr" ltr One '0' Latin;
    "uk" ltr Russian '0' Latin;
    "ur" rtl One '0' Nastaliq;
    "vi" ltr Same '0' Vietnamese;
    "zh-Hans" ltr Same '0' Hans;
    "zh-Hant" ltr Same '0' Hant;
};

/// Where the texts of languages lie that are not part of the Wasm: tag in, texts out, one a line. The default has none.
#[derive(Clone, Copy)]
pub struct Library(pub fn(&str) -> Option<&'static str>);

impl Default for Library {
    fn default() -> Self {
        Self(|_| None)
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Library")
    }
}

/// It is no setting: two configurations do not differ by it.
impl PartialEq for Library {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

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

    /// The language that `Accept-Language` asks for: the best by weight, at equal weights the first (RFC 9110 §12.5.4). If none
    /// is there, `fallback`, unless that is refused and the default is not; to refuse one is to ask for no other, so beyond
    /// these any would be a guess.
    pub(super) fn negotiate(accepted: Option<&str>, fallback: Self) -> Self {
        let ranges: Vec<(&str, u16)> = accepted.unwrap_or_default().split(',').take(MAX_RANGES).map(weighted).collect();
        let is_refused = |language: Self| ranges.iter().any(|&(tag, q)| q == 0 && same(known_as(tag), language.tag()));
        let mut best: Option<(Self, u16)> = None;
        for &(tag, q) in ranges.iter().filter(|&&(_, q)| q > 0) {
            // `*` is no tag: it stands for none in particular and yields to all that are named (RFC 4647 §3.4).
            if let Some(language) = Self::parse(tag).filter(|&language| !is_refused(language))
                && best.is_none_or(|(_, before)| q > before)
            {
                best = Some((language, q));
            }
        }
        let unnamed = || [fallback, Self::default()].into_iter().find(|&language| !is_refused(language));
        best.map(|(language, _)| language).or_else(unnamed).unwrap_or(fallback)
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
    let tag = match tag.split_once('-') {
        // A language that stands after its macro-language is the same without (RFC 5646 §4.5); only Chinese has several here.
        Some((chinese, member)) if same(chinese, "zh") && member.split('-').next().is_some_and(|m| m.len() == 3) => {
            member
        }
        _ => tag,
    };
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

/// Other tags for languages of the table: former codes, macro-languages and their members, the script that a region implies,
/// and a script that goes without saying before a region that does not.
const ALIASES: [(&str, &str); 24] = [
    ("zh", "zh-Hans"),
    ("zh-TW", "zh-Hant"),
    ("zh-HK", "zh-Hant"),
    ("zh-MO", "zh-Hant"),
    ("cmn", "zh-Hans"),
    ("cmn-Hant", "zh-Hant"),
    ("cmn-TW", "zh-Hant"),
    ("cmn-HK", "zh-Hant"),
    ("cmn-MO", "zh-Hant"),
    ("yue", "zh-Hant"),
    ("yue-Hans", "zh-Hans"),
    ("yue-CN", "zh-Hans"),
    ("pt-Latn-BR", "pt-BR"),
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
