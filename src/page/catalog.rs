//! How is this said in that language?
//!
//! The texts of one language, split when a page is made; nothing is initialised for the others. The files are JSON for
//! translators and their tools, but of a narrower form (one entry a line, no escapes, the same keys in the same order;
//! the tests see to it). So only the texts get into the Worker, one a line, and a key is a line number that is looked up
//! in `en.json` while the Worker is compiled: a key that does not exist does not compile.

use super::language::{Entry, Language, Library};

/// The texts of one language.
#[derive(Debug)]
pub(super) struct Catalog {
    entry: &'static Entry,
    texts: Vec<&'static str>,
}

impl Catalog {
    /// In this language, or in the default one if its texts are nowhere to be had, or are others than they should be.
    pub(super) fn open(language: Language, library: Library) -> (Language, Self) {
        let default = Language::default();
        let english = Self::of(default, default.entry().texts.unwrap_or_default());
        let entry = language.entry();
        match entry.texts.or_else(|| (library.0)(entry.tag)).map(|texts| Self::of(language, texts)) {
            Some(catalog) if catalog.texts.len() == english.texts.len() => (language, catalog),
            _ => (default, english),
        }
    }

    fn of(language: Language, texts: &'static str) -> Self {
        let mut lines = Vec::with_capacity(ABOUT);
        lines.extend(texts.split('\n'));
        Self { entry: language.entry(), texts: lines }
    }

    /// The text of this key.
    pub(super) fn text(&self, key: Key) -> &'static str {
        self.texts.get(key.0).copied().unwrap_or_default()
    }

    /// The text of this key with `{name}` replaced.
    pub(super) fn fill(&self, key: Key, name: &str, value: &str) -> String {
        self.text(key).replace(name, value)
    }

    /// “in 30 seconds”: the largest unit that keeps at least two of it, rounded up, since early is worse than late.
    pub(super) fn within(&self, seconds: u64) -> String {
        let (key, n) = match seconds {
            0..120 => (key!("in_seconds"), seconds.max(1)),
            120..7_200 => (key!("in_minutes"), seconds.div_ceil(60)),
            7_200..172_800 => (key!("in_hours"), seconds.div_ceil(3_600)),
            _ => (key!("in_days"), seconds.div_ceil(86_400)),
        };
        self.plural(key, n)
    }

    /// The plural form of this key that goes with `n`.
    pub(super) fn plural(&self, key: Key, n: u64) -> String {
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

    /// What stands between a label and its value: in French with a space before it that no line breaks at, in Chinese and
    /// Japanese the wide one, which brings its own space.
    pub(super) fn colon(&self) -> &'static str {
        match self.entry.tag {
            "fr" => "\u{a0}: ",
            "ja" | "zh-Hans" | "zh-Hant" => "：",
            _ => ": ",
        }
    }

    fn number(&self, n: u64) -> String {
        let digit = |c: char| char::from_u32(u32::from(self.entry.zero) + c.to_digit(10)?);
        n.to_string().chars().map(|c| digit(c).unwrap_or(c)).collect()
    }
}

/// Which text: the number of its entry in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(usize);

/// The key of this name.
macro_rules! key {
    ($name:literal) => {
        const { crate::page::catalog::Key::of($name) }
    };
}
pub(super) use key;

impl Key {
    /// For use by [`key!`] only, which runs it while compiling.
    #[allow(clippy::panic, clippy::indexing_slicing, reason = "an error while compiling")]
    pub(super) const fn of(name: &str) -> Self {
        let (file, name) = (ENGLISH.as_bytes(), name.as_bytes());
        let (mut at, mut entry) = (0, 0);
        while let Some((start, _)) = next_entry(file, at) {
            let mut len = 0;
            while len < name.len() && file[start + len] == name[len] {
                len += 1;
            }
            if len == name.len() && file[start + len] == b'"' {
                return Self(entry);
            }
            at = start;
            entry += 1;
        }
        panic!("no such key in en.json");
    }
}

/// Embeds the texts of a language.
macro_rules! texts {
    ($tag:literal) => {{
        const FILE: &str = include_str!(concat!("locales/", $tag, ".json"));
        const LEN: usize = crate::page::catalog::extract(FILE, &mut []);
        const BYTES: [u8; LEN] = {
            let mut out = [0; LEN];
            crate::page::catalog::extract(FILE, &mut out);
            out
        };
        match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}
pub(super) use texts;

/// Writes the texts of a locale file, one a line, as far as they fit, and tells how long they are.
#[allow(clippy::indexing_slicing, reason = "`get` is not const; runs while compiling")]
pub(super) const fn extract(file: &str, out: &mut [u8]) -> usize {
    let file = file.as_bytes();
    let (mut at, mut len) = (0, 0);
    while let Some((start, text)) = next_entry(file, at) {
        at = start;
        if len > 0 {
            if len < out.len() {
                out[len] = b'\n';
            }
            len += 1;
        }
        let mut from = text;
        while file[from] != b'"' {
            if len < out.len() {
                out[len] = file[from];
            }
            len += 1;
            from += 1;
        }
    }
    len
}

/// Where the next key after `at` and its text begin.
#[allow(clippy::indexing_slicing, reason = "`get` is not const; runs while compiling")]
const fn next_entry(file: &[u8], mut at: usize) -> Option<(usize, usize)> {
    // The end of the line that `at` stands in, then the quote that opens the key.
    while at < file.len() && file[at] != b'\n' {
        at += 1;
    }
    while at < file.len() && file[at] != b'"' {
        at += 1;
    }
    let start = at + 1;
    let mut quotes = 0;
    while at < file.len() {
        quotes += (file[at] == b'"') as u8;
        at += 1;
        if quotes == 3 {
            return Some((start, at));
        }
    }
    None
}

const ENGLISH: &str = include_str!("locales/en.json");
/// About as many texts as a language has.
const ABOUT: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(language: Language) -> Catalog {
        Catalog::open(language, Library::default()).1
    }

    #[test]
    fn a_key_is_the_line_of_its_text() {
        let english = catalog(Language::default());
        assert_eq!(english.text(key!("connection_title")), "This website can’t be reached right now");
        assert_eq!(english.text(key!("in_seconds")), "in {n} second|in {n} seconds");
        assert_eq!(english.text(key!("back")), "The website is back. Opening it …");
        assert_eq!(english.text(key!("close")), "Close");
        let arabic = catalog(Language::parse("ar").unwrap());
        assert_eq!(arabic.text(key!("close")), "إغلاق");
        assert_eq!(arabic.texts.len(), english.texts.len());
    }

    #[test]
    fn tells_durations() {
        let (english, arabic) = (Language::default(), Language::parse("ar").unwrap());
        for (language, seconds, expected) in [
            (english, 0, "in 1 second"),
            (english, 1, "in 1 second"),
            (english, 119, "in 119 seconds"),
            (english, 121, "in 3 minutes"),
            (english, 7_200, "in 2 hours"),
            (english, 172_800, "in 2 days"),
            (english, u64::MAX, "in 213503982334602 days"),
            (arabic, 2, "بعد ثانيتين"),
            (arabic, 30, "بعد ٣٠ ثانية"),
            (arabic, 300, "بعد ٥ دقائق"),
        ] {
            assert_eq!(catalog(language).within(seconds), expected);
        }
    }

    /// The same words as the script finds with the browser's rules (`tests/browser/words.mjs`).
    #[test]
    fn finds_the_form_of_every_number() {
        const NUMBERS: [u64; 8] = [1, 2, 3, 5, 11, 21, 22, 100];
        for (tag, expected) in [
            (
                "ar",
                "بعد ثانية واحدة|بعد ثانيتين|بعد ٣ ثوانٍ|بعد ٥ ثوانٍ|بعد ١١ ثانية|بعد ٢١ ثانية|بعد ٢٢ ثانية|بعد ١٠٠ ثانية",
            ),
            (
                "pl",
                "za 1 sekundę|za 2 sekundy|za 3 sekundy|za 5 sekund|za 11 sekund|za 21 sekund|za 22 sekundy|za 100 sekund",
            ),
            (
                "ru",
                "через 1 секунду|через 2 секунды|через 3 секунды|через 5 секунд|через 11 секунд|через 21 секунду|через 22 секунды|через 100 секунд",
            ),
            ("hi", "1 सेकंड बाद|2 सेकंड बाद|3 सेकंड बाद|5 सेकंड बाद|11 सेकंड बाद|21 सेकंड बाद|22 सेकंड बाद|100 सेकंड बाद"),
        ] {
            let catalog = catalog(Language::parse(tag).unwrap());
            assert_eq!(NUMBERS.map(|n| catalog.within(n)).join("|"), expected, "{tag}");
        }
    }
}
