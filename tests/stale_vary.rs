//! Which copy belongs to which request? RFC 9111 §4.1, §4.4; RFC 9111 §4.2.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields;
use understudy::pattern::Patterns;
use understudy::stale::{Entry, MAX_KEY, MAX_VARIANT, MAX_VARY_NAMES, Record, Variants, key};

/// A copy that was made for `ask` and varies by `vary`.
fn variant(ask: &Ask, vary: &str) -> Record {
    kept(ask, &says("max-age=3600, public").with("vary", vary), &params())
}

/// Rule 24: the URL, query included, is the key; nothing is merged that an origin could tell apart.
#[test]
fn the_key_is_the_url() {
    let ignored = params().ignore_params;
    for (url, expected) in [
        ("https://example.com", "https://example.com/"),
        ("https://example.com/", "https://example.com/"),
        ("https://example.com/a?b=1", "https://example.com/a?b=1"),
        ("https://example.com/a?b=1#c", "https://example.com/a?b=1"),
        ("HTTPS://EXAMPLE.com/A?B", "https://example.com/A?B"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://me:secret@example.com/a", "https://example.com/a"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com/a/%2E%2e/b", "https://example.com/b"),
        ("https://example.com/a/..", "https://example.com/"),
        ("https://example.com/../../a", "https://example.com/a"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("https://example.com/%7Ea", "https://example.com/%7Ea"),
        ("https://example.com/~a", "https://example.com/~a"),
        ("https://example.com/%c3%a9", "https://example.com/%c3%a9"),
        ("https://example.com/é", "https://example.com/%C3%A9"),
        ("https://example.com/a b\"<>\\", "https://example.com/a%20b%22%3C%3E%5C"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a?", "https://example.com/a?"),
        ("https://example.com?b", "https://example.com/?b"),
        // Ignored parameters.
        ("https://example.com/a?utm_source=x", "https://example.com/a"),
        ("https://example.com/a?utm_source=x&b=1&fbclid=y", "https://example.com/a?b=1"),
        ("https://example.com/a?b=1&gclid", "https://example.com/a?b=1"),
        ("https://example.com/a?utm=1", "https://example.com/a?utm=1"),
        ("https://example.com/a?b=utm_source", "https://example.com/a?b=utm_source"),
        ("https://example.com/a?utm_source=x&", "https://example.com/a?"),
    ] {
        assert_eq!(key(url, &ignored), expected, "{url}");
    }
    assert_eq!(key("https://example.com/a?utm_source=x", &Patterns::default()), "https://example.com/a?utm_source=x");
}

/// Long URLs are hashed, and a URL that looks like one of our own names cannot hit what is kept under it.
#[test]
fn nobody_can_aim_at_a_key_that_is_made_here() {
    let none = Patterns::default();
    let long = format!("https://example.com/{}", "a".repeat(MAX_KEY));
    let hashed = key(&long, &none);
    assert!(hashed.len() < 100 && hashed.starts_with("https://example.com/"), "{hashed}");
    assert_ne!(hashed, key(&format!("{long}b"), &none));
    assert_ne!(key(&hashed, &none), hashed, "asked for as a URL, it is another resource");

    let record = variant(&get().with("x", "1"), "X");
    let second = Variants::new(&record, "epoch").key(URL, &get().fields);
    assert!(second.starts_with(URL), "{second}");
    assert_ne!(key(&second, &none), second);

    let odd = ["", "/", "example.com", "ftp://example.com/", "https://", "https:///a", "https://a b/", "data:,x"];
    // Found by fuzzing: without its own port, such a host would not have been its own key.
    let colons = ["https://a:b:/", "https://a:le::443/x", "https://a:80:443/", "https://[::1]a/", "https://a:b/"];
    for url in odd.into_iter().chain(colons) {
        assert!(key(url, &none).starts_with("https://invalid/"), "{url}");
    }
    let host = format!("https://{}/{}", "a".repeat(500), "b".repeat(500));
    assert!(key(&host, &none).len() <= MAX_KEY);
}

/// Rule 54: all nominated fields must be the same; absent matches only absent (RFC 9111 §4.1).
#[test]
fn a_variant_is_for_requests_like_its_own() {
    for (vary, first, second, expected) in [
        ("Foo", vec![("Foo", "1")], vec![("Foo", "1")], "yes"),
        ("Foo", vec![("Foo", "1")], vec![("Foo", "2")], "vary"),
        ("Foo", vec![("Foo", "1")], vec![], "vary"),
        ("Foo", vec![], vec![("Foo", "1")], "vary"),
        ("Foo", vec![], vec![("Foo", "")], "vary"),
        ("Foo", vec![], vec![], "yes"),
        ("Foo", vec![("Foo", "1"), ("Other", "2")], vec![("Foo", "1"), ("Other", "3")], "yes"),
        ("foo, BAR", vec![("Foo", "1"), ("Bar", "a")], vec![("bar", "a"), ("foo", "1")], "yes"),
        ("Foo, Bar", vec![("Foo", "1"), ("Bar", "a")], vec![("Foo", "1"), ("Bar", "b")], "vary"),
        ("Foo, Bar", vec![("Foo", "1"), ("Bar", "a")], vec![("Foo", "a"), ("Bar", "1")], "vary"),
        ("Foo, Bar, Baz", vec![("Foo", "1"), ("Baz", "7")], vec![("Foo", "1"), ("Baz", "7")], "yes"),
        // White space, and several lines for one.
        ("Foo", vec![("Foo", "1,2")], vec![("Foo", " 1, 2 ")], "yes"),
        ("Foo", vec![("Foo", "1, 2")], vec![("Foo", "1"), ("Foo", "2")], "yes"),
        ("Foo", vec![("Foo", "\"1,2\"")], vec![("Foo", "\"1, 2\"")], "vary"),
        ("Foo", vec![("Foo", "a")], vec![("Foo", "A")], "vary"),
        ("Foo", vec![("Foo", "1, 2")], vec![("Foo", "2, 1")], "vary"),
        // In languages neither case nor order means anything.
        ("Accept-Language", vec![("Accept-Language", "en, de")], vec![("Accept-Language", "DE,en")], "yes"),
        (
            "Accept-Language",
            vec![("Accept-Language", "en, de;q=0.5")],
            vec![("Accept-Language", "de;q=0.5 , en")],
            "yes",
        ),
        (
            "Accept-Language",
            vec![("Accept-Language", "en, de;q=0.5")],
            vec![("Accept-Language", "de, en;q=0.5")],
            "vary",
        ),
        ("Accept", vec![("Accept", "text/html, */*;q=0.1")], vec![("Accept", "*/*; q=0.1,text/html")], "yes"),
        // Bodies are kept decoded: one copy suits every Accept-Encoding.
        ("Accept-Encoding", vec![("Accept-Encoding", "gzip")], vec![("Accept-Encoding", "br")], "yes"),
        ("Accept-Encoding, Foo", vec![("Accept-Encoding", "gzip")], vec![], "yes"),
        ("Cookie", vec![("Cookie", "a=1; b=2")], vec![("Cookie", "b=2; a=1")], "vary"),
        ("Cookie", vec![("Cookie", "theme=Dark")], vec![("Cookie", "theme=dark")], "vary"),
    ] {
        let (first, second) = (get_with(&first), get_with(&second));
        let record = variant(&first, vary);
        assert_eq!(
            on_failure(&record, &second, 1, &params()),
            expected,
            "{vary}: {:?} {:?}",
            first.fields,
            second.fields
        );
        // The second key says the same.
        if record.varies() {
            let variants = Variants::new(&record, "epoch");
            let same = variants.key(URL, &first.fields) == variants.key(URL, &second.fields);
            assert_eq!(same, expected == "yes", "{vary}: {:?} {:?}", first.fields, second.fields);
        }
    }
}

/// The visitor's caches still learn that the origin varies by Accept-Encoding.
#[test]
fn serves_vary_as_it_came() {
    let record = variant(&get(), "Accept-Encoding, Foo");
    assert_eq!(record.vary(), ["foo"]);
    assert_eq!(served(&record, &get(), 3).lines.field("vary").as_deref(), Some("Accept-Encoding, Foo"));
    assert!(!variant(&get(), "accept-encoding").varies());
}

#[test]
fn deleting_the_list_puts_all_variants_out_of_reach() {
    let (one, two) = (get_with(&[("foo", "1")]), get_with(&[("foo", "2")]));
    let record = variant(&one, "foo");
    let before = Variants::new(&record, "first");
    let after = Variants::new(&record, "second");
    assert_ne!(before.key(URL, &one.fields), before.key(URL, &two.fields));
    assert_ne!(before.key(URL, &one.fields), after.key(URL, &one.fields));
    assert_ne!(before.key(URL, &one.fields), before.key("https://example.com/other", &one.fields));
    assert_eq!(before, Variants::new(&record, "first"));
}

#[test]
fn a_list_covers_what_it_can_tell_apart() {
    let [foo, bar, both] = ["foo", "bar", "bar, foo"].map(|vary| variant(&get(), vary));
    let list = Variants::new(&foo, "1");
    assert!(list.covers(&foo) && list.covers(&lasting(&[])));
    assert!(!list.covers(&bar) && !list.covers(&both));
    let wider = list.widened(&bar, "2");
    assert_eq!(wider.names(), ["bar", "foo"]);
    assert!(wider.covers(&foo) && wider.covers(&both));
    let many = (0..MAX_VARY_NAMES).map(|i| format!("x-{i}")).collect::<Vec<_>>().join(",");
    let crowd = variant(&get(), &many);
    assert_eq!(list.widened(&crowd, "3").names(), crowd.vary());
}

/// What a visitor is known by does not stand in any store.
#[test]
fn keys_and_records_do_not_show_the_values() {
    let ask = get_with(&[("cookie", "flavour=vanilla"), ("x-secret", "vanilla")]);
    let record = variant(&ask, "cookie, x-secret");
    let variants = Variants::new(&record, "epoch");
    for text in [record.to_json(), variants.key(URL, &ask.fields), Entry::Variants(variants).to_json()] {
        assert!(!text.contains("vanilla"), "{text}");
    }
}

#[test]
fn keys_fit_into_every_tier() {
    let longest = key(&format!("https://example.com/{}", "a".repeat(MAX_KEY - 20)), &Patterns::default());
    assert_eq!(longest.len(), MAX_KEY);
    let second = Variants::new(&variant(&get(), "foo"), "epoch").key(&longest, &get().fields);
    assert_eq!(second.len(), MAX_KEY + MAX_VARIANT);
    assert!(second.len() <= 500);
    let beyond = Variants::new(&variant(&get(), "foo"), "epoch").key(&"x".repeat(9999), &get().fields);
    assert!(beyond.len() < MAX_KEY && beyond.starts_with("https://"));
}
