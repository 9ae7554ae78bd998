//! What is written down of a copy, and what is believed of it when it is read back? RFC 9111 §3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::stale::{Entry, MAX_RECORD, Record, Variants};

fn sample() -> Record {
    let page = says("max-age=60").with("etag", "\"a\"").with("vary", "Foo").with("x", "1");
    kept(&get_with(&[("foo", "1")]), &page, &params()).with_body(5, Some(u64::MAX))
}

#[test]
fn comes_back_as_it_was() {
    let record = sample();
    let again = Record::from_json(&record.to_json()).unwrap();
    assert_eq!(again, record);
    assert_eq!((again.length(), again.hash(), again.vary()), (Some(5), Some(u64::MAX), ["foo".to_owned()].as_slice()));
    for entry in [Entry::Copy(Box::new(record.clone())), Entry::Variants(Variants::new(&record, "1"))] {
        assert_eq!(Entry::from_json(&entry.to_json()), Some(entry));
    }
}

/// It travels in a header line: plain ASCII, no line breaks, whatever the origin sent.
#[test]
fn is_plain_ascii() {
    let odd = "é \u{7f} \u{80} 日本 \u{1F600} \t \"\\\"";
    let record = copy(&says("max-age=60").with("x", odd));
    let json = record.to_json();
    assert!(json.bytes().all(|b| (b' '..=b'~').contains(&b)), "{json}");
    assert_eq!(Record::from_json(&json), Some(record.clone()));
    assert_eq!(record.lines().last().unwrap().1, odd);
}

/// An older or newer version, a corrupt or hostile text is a miss.
#[test]
fn anything_else_is_a_miss() {
    let json = sample().to_json();
    let changes: [(&str, &str); 14] = [
        ("\"v\":2", "\"v\":1"),
        ("\"v\":2", "\"v\":3"),
        ("\"v\":2,", ""),
        ("\"v\":2", "\"v\":2,\"more\":1"),
        ("\"status\":200", "\"status\":199"),
        ("\"status\":200", "\"status\":600"),
        ("\"status\":200", "\"status\":65536"),
        ("\"status\":200", "\"status\":-1"),
        ("[\"x\",\"1\"]", "[\"x\",\"a\\r\\nset-cookie: b\"]"),
        ("[\"x\",\"1\"]", "[\"set-cookie\",\"a=b\"]"),
        ("[\"x\",\"1\"]", "[\"x y\",\"1\"]"),
        ("[\"x\",\"1\"]", "[\"X\",\"1\"]"),
        ("[\"x\",\"1\"]", "[\"vary\",\"*\"]"),
        ("\"selected\":\"", "\"selected\":\"x"),
    ];
    for (from, to) in changes {
        assert!(json.contains(from), "{from} is not in {json}");
        assert_eq!(Record::from_json(&json.replace(from, to)), None, "{from} → {to}");
    }
    let padded = |n: usize| json.replacen('{', &format!("{{{}", " ".repeat(n)), 1);
    assert!(Record::from_json(&padded(10)).is_some());
    assert_eq!(Record::from_json(&padded(MAX_RECORD)), None);
    for text in
        ["", "{}", "[]", "null", "\u{feff}{}", "{\"copy\":{}}", &format!("{}{}", "[".repeat(5000), "]".repeat(5000))]
    {
        assert_eq!(Record::from_json(text), None);
        assert_eq!(Entry::from_json(text), None);
    }
    let list = Entry::Variants(Variants::new(&sample(), "1")).to_json();
    for (from, to) in [
        ("\"v\":2", "\"v\":1"),
        ("[\"foo\"]", "[]"),
        ("[\"foo\"]", "[\"b\",\"a\"]"),
        ("[\"foo\"]", "[\"a b\"]"),
        ("\"epoch\":\"", "\"epoch\":\"x"),
    ] {
        assert!(list.contains(from), "{from} is not in {list}");
        assert_eq!(Entry::from_json(&list.replace(from, to)), None, "{from} → {to}");
    }
}

/// Whatever byte is lost, added or changed: a miss, or a record that is sound and for no more visitors than before.
#[test]
fn damage_at_any_byte_makes_no_copy_that_could_not_have_been_written() {
    let record = sample();
    let json = Entry::Copy(Box::new(record.clone())).to_json();
    let bytes = json.as_bytes();
    let mut sound = 0;
    for at in 0..bytes.len() {
        assert_eq!(Entry::from_json(&json[..at]), None, "the first {at} bytes");
        for byte in b" \"\\0:,{}[]xA\x7f\n".iter().copied().chain([bytes[at] ^ 1, bytes[at] ^ 0x20]) {
            let changed = [&bytes[..at], &[byte], &bytes[at + 1..]].concat();
            let added = [&bytes[..at], &[byte], &bytes[at..]].concat();
            let lost = [&bytes[..at], &bytes[at + 1..]].concat();
            for damaged in [changed, added, lost] {
                let Ok(text) = String::from_utf8(damaged) else { continue };
                let Some(Entry::Copy(found)) = Entry::from_json(&text) else { continue };
                sound += usize::from(*found != record);
                assert!((200..=599).contains(&found.status()), "{text}");
                assert!(found.lines().iter().all(|(name, _)| name != "set-cookie"), "{text}");
                assert_eq!(Record::from_json(&found.to_json()), Some(*found.clone()), "{text}");
                let stranger = on_failure(&found, &get_with(&[("foo", "2")]), 0, &params());
                assert!(stranger != "yes" || !found.varies(), "{text}");
            }
        }
    }
    assert!(sound > 0, "a changed value is still a value");
}

/// Two answers with the same validators have the same content, and need not be written twice.
#[test]
fn the_fingerprint_is_of_the_validators() {
    let print = |fields: &[(&str, &str)]| copy(&page(fields)).fingerprint();
    let one = print(&[("etag", "\"a\""), ("content-length", "5"), ("x", "1")]);
    assert!(one.is_some());
    assert_eq!(one, print(&[("x", "2"), ("content-length", "5"), ("etag", "\"a\"")]));
    for other in [
        vec![("etag", "\"b\""), ("content-length", "5")],
        vec![("etag", "\"a\""), ("content-length", "6")],
        vec![("etag", "\"a\"")],
        vec![("etag", "\"a\""), ("content-length", "5"), ("last-modified", "x")],
        vec![("last-modified", "\"a\""), ("content-length", "5")],
    ] {
        assert_ne!(one, print(&other), "{other:?}");
        assert!(print(&other).is_some());
    }
    assert_eq!(print(&[("content-length", "5")]), None, "a length is no validator");
    let again = Record::from_json(&copy(&page(&[("etag", "\"a\"")])).to_json()).unwrap();
    assert_eq!(again.fingerprint(), print(&[("etag", "\"a\"")]));
}
