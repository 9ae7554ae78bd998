//! What does the notice in a copy say, and how does it look? (`STALE_NOTICE`)
//!
//! One element in front of the page, with everything in a shadow tree that the parser makes (declarative shadow DOM): no
//! style of the page reaches in, none of ours gets out, and no script of the page finds a button or a form that it did not
//! put there. Closed without a script: a form with `method=dialog` closes the `<dialog>` that it stands in. A browser that
//! does not know shadow trees shows nothing.
//!
//! Pure ASCII, so that it is right in any charset that contains ASCII.

use super::Params;
use super::catalog::{Catalog, key};
use super::escape::add;
use super::facts::{plain, rfc_3339};
use super::language::Language;
use crate::fields::Fields;
use crate::time::Time;

/// The HTML of a notice for a visitor with these request fields: the copy is `age` seconds old.
#[must_use]
pub fn notice(params: &Params, fields: &dyn Fields, now: Time, age: u64) -> String {
    let wanted = Language::negotiate(fields.field("accept-language").as_deref(), params.language);
    let (language, catalog) = Catalog::open(wanted, params.library);
    let entry = language.entry();
    let made = Time::from_millis(now.millis().saturating_sub(age.saturating_mul(1000)));
    let saying = catalog.text(key!("copy_notice"));
    let mut text = String::with_capacity(2048);
    let direction = if entry.rtl { "rtl" } else { "ltr" };
    add(&mut text, &["<understudy-notice lang=\"", language.tag(), "\" dir=\"", direction, "\">"]);
    add(&mut text, &["<template shadowrootmode=\"open\"><style>", STYLE, "</style><dialog open aria-label=\"", saying]);
    add(&mut text, &["\"><p role=\"status\">", saying, " ", &old(&catalog, age), " <time dir=\"ltr\" datetime=\""]);
    add(&mut text, &[&rfc_3339(made), "\">", &plain(made), "</time></p><form method=\"dialog\"><button>"]);
    add(&mut text, &[catalog.text(key!("close")), "</button></form></dialog></template></understudy-notice>"]);
    ascii(&text)
}

/// “It is 3 hours old.”: the largest unit that keeps at least two of it, of full ones.
fn old(catalog: &Catalog, seconds: u64) -> String {
    let (key, n) = match seconds {
        0..7_200 => (key!("copy_minutes"), (seconds / 60).max(1)),
        7_200..172_800 => (key!("copy_hours"), seconds / 3_600),
        _ => (key!("copy_days"), seconds / 86_400),
    };
    catalog.plural(key, n)
}

/// Everything else as numeric references. The texts are our own, and none has a character that markup gives a meaning
/// (the tests see to it).
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            add(&mut out, &["&#", &u32::from(c).to_string(), ";"]);
        }
    }
    out
}

/// The same for light and dark pages, for nothing says which of them this one is. Above the page, across all of it; only
/// where the page lays out its body as a row, a narrow column: all of the width would push the page out of sight.
const STYLE: &str = ":host{all:initial!important;display:block!important;position:relative!important;\
z-index:2147483647!important;flex:none!important;align-self:stretch!important;grid-column:1/-1!important;}\
dialog{position:static;width:auto;max-width:none;margin:0;padding:.5em 1em;border:0;background:#1f2933;color:#fff;\
font:medium/1.5 system-ui,sans-serif}\
dialog[open]{display:flex;flex-wrap:wrap;align-items:center;justify-content:center;gap:.25em 1em;\
contain:inline-size;contain-intrinsic-inline-size:14em}\
p{margin:0}time{white-space:nowrap;color:#d5dbe1}\
button{font:inherit;color:inherit;background:none;border:1px solid;border-radius:.25em;padding:.1em .75em;cursor:pointer}\
button:focus-visible{outline:3px solid #ffd54f;outline-offset:2px}\
@media(forced-colors:active){dialog{border-bottom:1px solid}}\
@media print{dialog{background:none;color:#000}time{color:#000}form{display:none}}";

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(language: &str, age: u64) -> String {
        notice(&Params::default(), &[("accept-language", language)], Time::from_secs(1_764_108_060), age)
    }

    #[test]
    fn says_how_old_the_copy_is_and_when_it_was_made() {
        for (age, expected) in [
            (0, "It is 1 minute old."),
            (119, "It is 1 minute old."),
            (120, "It is 2 minutes old."),
            (7_199, "It is 119 minutes old."),
            (7_200, "It is 2 hours old."),
            (172_799, "It is 47 hours old."),
            (172_800, "It is 2 days old."),
        ] {
            assert!(shown("en", age).contains(expected), "{age} {expected}");
        }
        let three = shown("en", 10_860);
        assert!(three.contains("datetime=\"2025-11-25T19:00:00Z\">2025-11-25 19:00 UTC<"), "{three}");
        assert!(shown("en", u64::MAX).contains("1970-01-01"));
    }

    #[test]
    fn is_ascii_in_every_language_and_shorter_than_4_kib() {
        for language in Language::iter() {
            let html = shown(language.tag(), 200_000);
            assert!(html.is_ascii() && html.len() < 4096, "{}: {}", language.tag(), html.len());
            assert!(html.contains(&format!("lang=\"{}\"", language.tag())), "{html}");
            // The words stand where they belong: nothing in them opens or closes anything.
            assert_eq!(html.matches('<').count(), 16, "{html}");
            assert_eq!(html.matches('"').count(), 16, "{html}");
        }
        assert!(shown("ar", 60).contains("dir=\"rtl\"") && shown("de", 60).contains("dir=\"ltr\""));
    }

    #[test]
    fn texts_have_nothing_that_markup_gives_a_meaning() {
        for language in Language::iter() {
            let catalog = Catalog::open(language, Params::default().library).1;
            for key in [key!("copy_notice"), key!("copy_minutes"), key!("copy_hours"), key!("copy_days"), key!("close")]
            {
                let text = catalog.text(key);
                assert!(!text.is_empty() && !text.contains(['<', '>', '&', '"']), "{}: {text}", language.tag());
            }
        }
    }
}
