//! All languages say the same: same keys, same order, same placeholders, all plural forms, no markup.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use understudy::page::Language;

type Texts = Vec<(String, String)>;

/// Reads a locale as JSON, in the order of the file; what the Worker reads line by line must be the same.
fn locale(tag: &str) -> (String, Texts) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/page/locales/{tag}.json"));
    let file = std::fs::read_to_string(path).unwrap();
    let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&file).expect(tag);
    let lines: Texts = file
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\": \""))
        .map(|(key, text)| (key.to_owned(), text.trim_end_matches(',').strip_suffix('"').expect(tag).to_owned()))
        .collect();
    assert_eq!(lines.len(), json.len(), "{tag}: one entry a line, no key twice");
    for (key, text) in &lines {
        assert_eq!(json[key], **text, "{tag} {key}");
    }
    (file, lines)
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').expect(text).0).collect()
}

#[test]
fn have_the_same_keys_in_the_same_order() {
    let keys = |tag| locale(tag).1.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    let english = keys("en");
    for language in Language::iter() {
        assert_eq!(keys(language.tag()), english, "{}", language.tag());
    }
}

#[test]
fn keep_every_placeholder() {
    let (_, english) = locale("en");
    for language in Language::iter() {
        let tag = language.tag();
        for ((key, text), (_, original)) in locale(tag).1.iter().zip(&english) {
            let forms: Vec<&str> = text.split('|').collect();
            for form in &forms {
                let (mut has, mut wants) = (placeholders(form), placeholders(original));
                if forms.len() > 1 || wants.contains("n") {
                    // “two minutes” may be one word.
                    has.remove("n");
                    wants.remove("n");
                }
                assert_eq!(has, wants, "{tag} {key}");
                assert_eq!(form.matches('{').count(), form.matches('}').count(), "{tag} {key}");
            }
        }
    }
}

#[test]
fn have_all_plural_forms() {
    for language in Language::iter() {
        let tag = language.tag();
        let forms = match tag {
            "id" | "ja" | "ko" | "th" | "vi" | "zh-Hans" | "zh-Hant" => 1,
            "he" | "cs" | "sk" | "ro" | "lt" | "lv" | "pl" | "ru" | "uk" => 3,
            "ar" => 6,
            _ => 2,
        };
        for (key, text) in locale(tag).1 {
            let is_plural = key.starts_with("in_") || matches!(&*key, "copy_minutes" | "copy_hours" | "copy_days");
            assert_eq!(text.split('|').count(), if is_plural { forms } else { 1 }, "{tag} {key}");
            assert!(text.split('|').all(|form| !form.is_empty() && form == form.trim()), "{tag} {key}");
            assert_eq!(text.contains("{n}"), is_plural, "{tag} {key}");
        }
    }
}

#[test]
fn hold_no_markup_and_nothing_invisible() {
    for language in Language::iter() {
        let tag = language.tag();
        for (key, text) in locale(tag).1 {
            for forbidden in ['<', '>', '&', '"', '\\', '\'', '`', '\t', '\u{200b}', '\u{feff}', '\u{202e}', '!', '！']
            {
                assert!(!text.contains(forbidden), "{tag} {key}: {forbidden:?}");
            }
        }
    }
}

/// What translators are told is what holds.
#[test]
fn are_as_short_as_their_readme_says() {
    let limits = limits();
    for language in Language::iter() {
        let tag = language.tag();
        let (file, texts) = locale(tag);
        assert!(file.len() <= 13 * 1024, "{tag}: {}", file.len());
        for (key, text) in texts {
            let is_it = |name: &str| match (name.strip_prefix('…'), name.strip_suffix('…')) {
                (Some(end), _) => key.ends_with(end),
                (_, Some(start)) => key.starts_with(start),
                (None, None) => false,
            };
            let exact = limits.iter().find(|(name, _)| *name == key);
            let (_, limit) = exact.or_else(|| limits.iter().find(|(name, _)| is_it(name))).expect(&key);
            let longest = text.split('|').map(|form| form.chars().count()).max().unwrap_or_default();
            assert!(longest <= *limit, "{tag} {key}: {longest} > {limit}");
        }
    }
}

/// Keys, or `…` and how they end or begin, and the most characters.
fn limits() -> Vec<(String, usize)> {
    let readme = include_str!("../src/page/locales/README.md");
    let (_, table) = readme.split_once("| key | what it is | limit |").expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::to_owned).collect();
        let [keys, _, limit] = &cells[..] else { panic!("{line}") };
        let limit: usize = limit.trim().parse().expect("a number");
        keys.split('`').skip(1).step_by(2).map(|key| (key.to_owned(), limit)).collect::<Vec<_>>()
    };
    rows.flat_map(row).collect()
}

#[test]
fn every_file_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/locales");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    let table: BTreeSet<String> = Language::iter().map(|language| language.tag().to_owned()).collect();
    assert_eq!(files, table);
}

// A key that does not exist does not compile; one that nothing asks for would be translated for nothing.
#[test]
fn have_no_key_that_nobody_asks_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page");
    let sources: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for (key, _) in locale("en").1 {
        // The notice over a stale copy is made elsewhere.
        let is_notice = key == "close" || matches!(&*key, "copy_notice" | "copy_minutes" | "copy_hours" | "copy_days");
        assert!(is_notice || sources.contains(&format!("key!(\"{key}\")")), "{key}");
    }
}
