//! Who asks how gets what: formats (RFC 9110 §12.5.1) and languages (RFC 4647 §3.4).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use page_support::{field, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Language, Params};

fn content_type(fields: &[(&str, &str)]) -> String {
    let made = page(&Params::default(), &incident(Explanation::Connection), "GET", fields);
    field(&made, "content-type").split(';').next().unwrap_or_default().to_owned()
}

#[test]
fn accept_decides_by_weight_and_specificity() {
    for (accept, expected) in [
        // One range: that format.
        ("text/html", "text/html"),
        ("application/problem+json", "application/problem+json"),
        ("application/json", "application/json"),
        ("application/problem+xml", "application/problem+xml"),
        ("application/xml", "application/xml"),
        ("text/xml", "application/xml"),
        ("text/markdown", "text/markdown"),
        ("text/plain", "text/plain"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/css", "text/css"),
        ("text/javascript", "text/javascript"),
        ("text/event-stream", "text/event-stream"),
        ("application/grpc-web+proto", "application/grpc-web+proto"),
        ("application/grpc-web-text", "application/grpc-web+proto"),
        ("Text/HTML", "text/html"),
        ("application/xhtml+xml", "text/html"),
        // Weights.
        ("text/html;q=0.5, application/json;q=0.9", "application/json"),
        ("text/html; q=0.9 , application/json; q=0.85", "text/html"),
        ("text/markdown, text/html;q=0.9, */*;q=0.1", "text/markdown"),
        ("application/json;q=0.001, text/html;q=0.002", "text/html"),
        // "q=0" excludes.
        ("text/plain;q=0, */*", "application/problem+json"),
        ("text/html;q=0, application/*;q=0, text/*;q=0.5", "text/plain"),
        // Who refuses something near to ours has not refused ours.
        ("application/ld+json;q=0, text/plain;q=0, */*", "application/problem+json"),
        // A weight that is longer than it may be, or has no zero, still says how much; little is not nothing.
        ("text/html;q=0.0000, text/plain;q=0.1", "text/plain"),
        ("text/html;q=0.30000000000000004, text/plain;q=0.4", "text/plain"),
        ("text/html;q=.1, text/plain;q=0.2", "text/plain"),
        ("text/html;q=0.0001", "text/html"),
        ("text/html;q=1.0000, text/plain;q=0.9", "text/html"),
        // The most specific range gives the weight (§12.5.1).
        ("text/*;q=0.3, text/html;q=0.7, text/plain, */*;q=0.5", "text/plain"),
        ("text/*, text/plain;q=0.1, application/json;q=0.5", "text/html"),
        ("*/*;q=1, application/problem+json;q=0.1, text/plain;q=0.1, text/html;q=0.2", "text/markdown"),
        // Ours have no parameters but the charset, so others are somebody else's (§12.5.1), unless nothing else is named.
        ("text/html;level=1;q=0, text/html", "text/html"),
        ("text/html;level=1;q=0.1, text/html, application/json;q=0.5", "text/html"),
        ("text/plain;format=flowed;q=0, text/plain;q=0.7, text/html;q=0.3", "text/plain"),
        ("text/html;level=1;q=0, */*;q=0.1, text/plain;q=0, application/*;q=0", "text/html"),
        ("text/*;level=1;q=0.1, text/*;q=0.9, application/json;q=0.5", "text/plain"),
        ("text/html;level=1, text/html;q=0.1;x=y;, text/html;q=0.2, text/plain;q=0.3", "text/plain"),
        ("application/json;odata=verbose, */*;q=0.1", "application/json"),
        ("text/html; Charset=\"UTF-8\";q=0.1, text/html;q=0.9, text/plain;q=0.5", "text/plain"),
        ("text/html;charset=latin1;q=0.1, text/html;q=0.9, text/plain;q=0.5", "text/html"),
        // Equal weights: the named before the wild, then in the order in which they stand.
        ("application/json, text/plain, */*", "application/json"),
        ("text/plain, application/json, */*", "text/plain"),
        ("*/*, application/json", "application/json"),
        ("text/*", "text/plain"),
        ("application/*", "application/problem+json"),
        ("image/*", "image/svg+xml"),
        // Kinds of JSON and XML that are not ours are answered with ours.
        ("application/vnd.api+json", "application/problem+json"),
        ("application/ld+json, */*;q=0.1", "application/problem+json"),
        ("application/atom+xml", "application/problem+xml"),
        // Nothing suits: the nearest in kind, never a refusal (§12.1).
        ("image/png", "image/svg+xml"),
        ("application/pdf", "application/problem+json"),
        ("audio/ogg", ""),
        // The nearest that is not refused, but where all are.
        ("application/problem+json;q=0, application/pdf", "text/plain"),
        ("text/plain;q=0, text/x-foo", "application/problem+json"),
        ("text/*;q=0, text/x-foo", "application/problem+json"),
        ("image/svg+xml;q=0, image/png", "text/plain"),
        ("text/*;q=0, application/*;q=0", "text/plain"),
        ("*/*;q=0, application/pdf", "application/problem+json"),
        ("*/*;q=0", "text/plain"),
        ("nonsense", "text/plain"),
        (",;,q=,,", "text/plain"),
        ("text/html;q=2", "text/html"),
    ] {
        assert_eq!(content_type(&[("accept", accept)]), expected, "{accept}");
    }
}

#[test]
fn where_accept_leaves_a_choice_the_asker_decides() {
    const MOZILLA: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)");
    let cases: &[(&[(&str, &str)], &str)] = &[
        // Nobody in particular, curl, wget.
        (&[], "text/plain"),
        (&[("accept", "*/*"), ("user-agent", "curl/8.9.1")], "text/plain"),
        (&[("accept", "")], "text/plain"),
        // Browsers, new and old.
        (&[("sec-fetch-dest", "document"), ("accept", "*/*")], "text/html"),
        (&[("sec-fetch-dest", "iframe")], "text/html"),
        (&[("sec-fetch-mode", "navigate")], "text/html"),
        (&[("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), MOZILLA], "text/html"),
        (&[("accept", "image/gif, image/jpeg, */*"), MOZILLA], "text/html"),
        (&[MOZILLA], "text/html"),
        // What a page loads.
        (
            &[
                ("sec-fetch-dest", "image"),
                ("accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"),
                MOZILLA,
            ],
            "image/svg+xml",
        ),
        (&[("sec-fetch-dest", "image"), ("accept", "image/webp,image/png;q=0.8,*/*;q=0.5")], "image/svg+xml"),
        (&[("sec-fetch-dest", "script"), ("accept", "*/*")], "text/javascript"),
        (&[("sec-fetch-dest", "worker"), ("accept", "*/*")], "text/javascript"),
        (&[("sec-fetch-dest", "serviceworker"), ("sec-fetch-mode", "same-origin")], "text/javascript"),
        (&[("sec-fetch-dest", "style"), ("accept", "text/css,*/*;q=0.1")], "text/css"),
        (&[("sec-fetch-dest", "font"), ("accept", "*/*")], ""),
        (&[("sec-fetch-dest", "video"), ("accept", "video/webm,video/*;q=0.9,*/*;q=0.5")], ""),
        (&[("sec-fetch-dest", "json"), ("accept", "*/*")], "application/json"),
        // Programs in a page and elsewhere.
        (
            &[("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors"), ("accept", "*/*"), MOZILLA],
            "application/problem+json",
        ),
        (&[("sec-fetch-mode", "cors"), ("accept", "text/html")], "text/html"),
        (&[("x-requested-with", "XMLHttpRequest"), ("accept", "*/*"), MOZILLA], "application/problem+json"),
        (
            &[("x-requested-with", "XMLHttpRequest"), ("accept", "application/json, text/javascript, */*; q=0.01")],
            "application/json",
        ),
        (&[("content-type", "application/json; charset=utf-8"), ("accept", "*/*")], "application/problem+json"),
        (&[("accept", "text/event-stream"), ("sec-fetch-mode", "cors")], "text/event-stream"),
        (&[("content-type", "application/grpc-web+proto"), ("accept", "*/*")], "application/grpc-web+proto"),
        // An explicit wish outweighs what the destination suggests, and an exclusion holds.
        (&[("sec-fetch-dest", "document"), ("accept", "application/json")], "application/json"),
        (&[("sec-fetch-dest", "document"), ("accept", "text/html;q=0, */*")], "text/plain"),
        (&[("sec-fetch-dest", "document"), ("accept", "text/plain;q=0, text/x-foo")], "text/html"),
        (&[("sec-fetch-dest", "document"), ("accept", "application/xhtml+xml;q=0, */*")], "text/html"),
    ];
    for (fields, expected) in cases {
        assert_eq!(content_type(fields), *expected, "{fields:?}");
    }
}

#[test]
fn language_is_looked_up_and_falls_back() {
    for (accept, expected) in [
        ("de", "de"),
        ("de-CH", "de"),
        ("de-Latn-CH-1996", "de"),
        ("de-x-private", "de"),
        ("DE-ch", "de"),
        ("xx, fr;q=0.3", "fr"),
        // Weights, at equal weights the first.
        ("fr;q=0.5, de;q=0.8", "de"),
        ("fr, de", "fr"),
        ("fr;q=0.8,de;q=0.8,ar", "ar"),
        // "q=0" excludes, also from what "*" and the fallback may choose.
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=0, de-CH, fr;q=0.1", "fr"),
        ("*, de;q=0, en;q=0.1", "en"),
        ("fr;q=0.0000, de;q=0.1", "de"),
        // "*" is for when nothing else is named that is there (RFC 4647 §3.4), whatever its weight.
        ("*, de;q=0.5", "de"),
        ("fr;q=0.3, *;q=0.9", "fr"),
        ("*, xx;q=0.5", "en"),
        // To refuse a language is to ask for no other one.
        ("en;q=0", "en"),
        ("en;q=0, *;q=0.1, de;q=0", "en"),
        ("*;q=0", "en"),
        // Nothing suits.
        ("xx", "en"),
        ("", "en"),
        (",,;q=,=;", "en"),
        ("\"><script>", "en"),
    ] {
        assert_eq!(language(accept), expected, "{accept}");
    }
}

#[test]
fn there_are_these_languages_and_each_is_asked_for_by_its_tag() {
    const TAGS: &str = "en ar bg bn cs da de el es et fa fi fr he hi hu id it ja ko lt lv nb nl pl pt pt-BR ro ru sk sv th tr \
                        uk ur vi zh-Hans zh-Hant";
    assert_eq!(Language::iter().map(Language::tag).collect::<Vec<_>>(), TAGS.split(' ').collect::<Vec<_>>());
    for tag in TAGS.split(' ') {
        for asked in [tag.to_owned(), tag.to_ascii_uppercase(), format!("{tag}-x-y"), format!("xx, {tag};q=0.1")] {
            assert_eq!(language(&asked), tag, "{asked}");
        }
    }
}

/// Tags that mean the same, languages whose readers understand the other one, and regions that mean a script.
#[test]
fn every_other_tag_leads_to_its_language() {
    for (tag, expected) in [
        // Chinese: the script says it, else the region, else the simplified one (CLDR, likely subtags).
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("cmn", "zh-Hans"),
        ("cmn-CN", "zh-Hans"),
        ("cmn-Hans-TW", "zh-Hans"),
        ("cmn-Hant", "zh-Hant"),
        ("cmn-TW", "zh-Hant"),
        ("cmn-HK", "zh-Hant"),
        ("cmn-MO", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("yue-HK", "zh-Hant"),
        ("yue-Hans", "zh-Hans"),
        ("yue-CN", "zh-Hans"),
        ("zh-yue-HK", "zh-Hant"),
        ("zh-yue-Hans", "zh-Hans"),
        ("zh-cmn", "zh-Hans"),
        ("zh-cmn-Hans-TW", "zh-Hans"),
        ("zh-cmn-Hant", "zh-Hant"),
        ("zh-cmn-Hant-TW", "zh-Hant"),
        ("zh-cmn-TW", "zh-Hant"),
        ("zh-wuu", "zh-Hans"),
        // Former codes (IANA, Preferred-Value).
        ("iw", "he"),
        ("iw-IL", "he"),
        ("in", "id"),
        ("in-ID", "id"),
        ("mo", "ro"),
        ("mo-MD", "ro"),
        // Macro-languages, their members, and neighbours.
        ("no", "nb"),
        ("nb-NO", "nb"),
        ("no-NO", "nb"),
        ("nn", "nb"),
        ("nn-NO", "nb"),
        ("gsw", "de"),
        ("gsw-CH", "de"),
        ("arb", "ar"),
        ("ary-MA", "ar"),
        ("arz", "ar"),
        ("arz-EG", "ar"),
        ("pes", "fa"),
        ("pes-IR", "fa"),
        ("prs", "fa"),
        ("fa-AF", "fa"),
        // Regions, with one that has a file of its own.
        ("pt-PT", "pt"),
        ("pt-AO", "pt"),
        ("pt-MZ", "pt"),
        ("pt-BR", "pt-BR"),
        ("pt-Latn-BR", "pt-BR"),
        ("es-419", "es"),
        ("fr-CA", "fr"),
        ("en-GB", "en"),
        ("ur-IN", "ur"),
        ("bn-IN", "bn"),
    ] {
        for asked in [tag.to_owned(), tag.to_ascii_uppercase(), format!("xx, {tag};q=0.5")] {
            assert_eq!(language(&asked), expected, "{asked}");
        }
    }
    // What is refused under another name is refused.
    for (accept, expected) in [
        ("iw;q=0, he, de;q=0.1", "de"),
        ("zh-TW;q=0, zh-Hant, fr;q=0.1", "fr"),
        ("zh-cmn-Hant;q=0, zh-TW, fr;q=0.1", "fr"),
    ] {
        assert_eq!(language(accept), expected, "{accept}");
    }
}

fn language(accept: &str) -> String {
    let made = page(&Params::default(), &incident(Explanation::Dns), "GET", &[("accept-language", accept)]);
    field(&made, "content-language").to_owned()
}

#[test]
fn the_operators_language_is_the_fallback() {
    let params = Params { language: Language::parse("fr-CA").unwrap(), ..Params::default() };
    for (accept, expected) in
        [("xx", "fr"), ("*", "fr"), ("de", "de"), ("fr;q=0, xx", "en"), ("en;q=0", "fr"), ("fr;q=0, en;q=0", "fr")]
    {
        let made = page(&params, &incident(Explanation::Dns), "GET", &[("accept-language", accept)]);
        assert_eq!(field(&made, "content-language"), expected, "{accept}");
    }
    for tag in ["", "x", "klingon", "de_DE", "e\u{301}n", "en-", &"a-".repeat(100)] {
        assert_eq!(Language::parse(tag).map(Language::tag).filter(|tag| *tag != "en"), None, "{tag}");
    }
}
