//! How is this said in that language?
//!
//! The texts of one language, read when a page is made: nothing is initialised for the other 35. The files are JSON for
//! translators and their tools, but of a narrower form (one entry a line, no escapes; the tests see to it), so that
//! reading one is splitting lines.

use super::language::{Entry, Language};

/// The texts of one language.
pub(super) struct Catalog {
    entry: &'static Entry,
    texts: Vec<(&'static str, &'static str)>,
}

impl Catalog {
    pub(super) fn new(language: Language) -> Self {
        let entry = language.entry();
        Self { entry, texts: read(entry.texts) }
    }

    /// The text of this key; empty for a key that is not there (a test compares keys used and keys there).
    pub(super) fn text(&self, key: &str) -> &'static str {
        self.texts.iter().find(|(k, _)| *k == key).map_or("", |&(_, text)| text)
    }

    /// The same, for a key in two parts.
    pub(super) fn text_of(&self, stem: &str, suffix: &str) -> &'static str {
        let is_it = |key: &str| key.strip_prefix(stem).is_some_and(|rest| rest == suffix);
        self.texts.iter().find(|(k, _)| is_it(k)).map_or("", |&(_, text)| text)
    }

    /// The text of this key with `{name}` replaced.
    pub(super) fn fill(&self, key: &str, name: &str, value: &str) -> String {
        self.text(key).replace(name, value)
    }

    /// “in 30 seconds”: the largest unit that keeps at least two of it, rounded up, since early is worse than late.
    pub(super) fn within(&self, seconds: u64) -> String {
        let (key, n) = match seconds {
            0..120 => ("in_seconds", seconds.max(1)),
            120..7_200 => ("in_minutes", seconds.div_ceil(60)),
            7_200..172_800 => ("in_hours", seconds.div_ceil(3_600)),
            _ => ("in_days", seconds.div_ceil(86_400)),
        };
        self.plural(key, n)
    }

    /// The plural form of this key that goes with `n`.
    pub(super) fn plural(&self, key: &str, n: u64) -> String {
        let forms = self.text(key);
        let form =
            forms.split('|').nth(self.entry.plural.index(n)).or(forms.split('|').next_back()).unwrap_or_default();
        form.replace("{n}", &self.number(n))
    }

    /// For the script, which counts down in the visitor's language.
    pub(super) fn plural_categories(&self) -> String {
        self.entry.plural.categories().join("|")
    }

    /// The digit zero of the language.
    pub(super) const fn zero(&self) -> char {
        self.entry.zero
    }

    fn number(&self, n: u64) -> String {
        let digit = |c: char| char::from_u32(u32::from(self.entry.zero) + c.to_digit(10)?);
        n.to_string().chars().map(|c| digit(c).unwrap_or(c)).collect()
    }
}

fn read(file: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut texts = Vec::with_capacity(ABOUT);
    texts.extend(file.lines().filter_map(|line| {
        let (key, text) = line.trim().strip_prefix('"')?.split_once("\": \"")?;
        Some((key, text.strip_suffix(',').unwrap_or(text).strip_suffix('"')?))
    }));
    texts
}

/// About as many texts as a language has.
const ABOUT: usize = 96;
