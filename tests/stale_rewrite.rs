//! Is a copy worth writing where one lies already?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use std::time::Duration;

use stale_support::*;
use understudy::stale::{Record, Written, is_due, refreshes};

const MINUTE: Duration = Duration::from_secs(60);

/// A copy that was asked for and answered at these times.
fn copy(fields: &[(&str, &str)], asked: u64, answered: u64) -> Record {
    let page = Page { asked_at: at(asked), answered_at: at(answered), ..undated(fields) };
    kept(&get(), &page.with("date", &date(answered.cast_signed())), &params())
}

#[test]
fn an_unchanged_copy_is_refreshed_when_it_is_old() {
    let tagged = [("etag", "\"1\""), ("cache-control", "max-age=60")];
    let old = copy(&tagged, 0, 0);
    assert!(!refreshes(&copy(&tagged, 59, 59), &old, MINUTE));
    assert!(refreshes(&copy(&tagged, 60, 60), &old, MINUTE));
    assert!(refreshes(&copy(&tagged, 1, 1), &old, Duration::ZERO));
}

#[test]
fn a_changed_copy_is_refreshed_at_once() {
    let old = [("etag", "\"1\""), ("cache-control", "max-age=60"), ("content-type", "text/html"), ("x-id", "1")];
    for (name, value, changes) in [
        ("etag", "\"2\"", true),
        ("cache-control", "max-age=60, must-revalidate", true),
        ("content-type", "text/plain", true),
        // New with every answer, and no reason to write a copy.
        ("x-id", "2", false),
    ] {
        let new: Vec<_> = old.iter().map(|line| if line.0 == name { (name, value) } else { *line }).collect();
        assert_eq!(refreshes(&copy(&new, 1, 1), &copy(&old, 0, 0), MINUTE), changes, "{name}");
    }
}

#[test]
fn what_nobody_can_compare_counts_as_changed() {
    let plain = |body, hash| copy(&[], body, body).with_body(5, hash);
    assert!(refreshes(&plain(1, None), &plain(0, None), MINUTE));
    assert!(refreshes(&plain(1, Some(1)), &plain(0, Some(2)), MINUTE));
    assert!(!refreshes(&plain(1, Some(1)), &plain(0, Some(1)), MINUTE));
}

/// RFC 9111 §4: of two copies the one with the newer `Date`.
#[test]
fn an_answer_that_was_overtaken_replaces_nothing() {
    let overtaken = kept(
        &get(),
        &Page { asked_at: at(0), answered_at: at(20), ..undated(&[("etag", "\"old\"")]) }.with("date", &date(1)),
        &params(),
    );
    let newer = copy(&[("etag", "\"new\"")], 10, 11);
    assert!(!refreshes(&overtaken, &newer, Duration::ZERO));
    assert!(refreshes(&newer, &overtaken, Duration::ZERO));
    // A clock that was set back does not freeze the copy: who was asked later knows better.
    let later = Page { asked_at: at(30), answered_at: at(30), ..undated(&[]) }.with("date", &date(-9000));
    assert!(refreshes(&kept(&get(), &later, &params()), &newer, Duration::ZERO));
}

#[test]
fn where_writes_are_few_they_are_spared() {
    let hour = Duration::from_secs(HOUR);
    let record = copy(&[("etag", "\"1\""), ("cache-control", "max-age=60, stale-if-error=86340")], 0, 0);
    let due = |content, hours: u64| {
        let old = Written { at: at(0), content, stale: None };
        is_due(&record, Some(old), at(hours * HOUR), hour, &params())
    };
    assert!(is_due(&record, None, at(0), hour, &params()), "there is none");
    let changed = [None, Some(1)];
    for content in changed {
        assert!(!due(content, 0), "not so soon");
        assert!(due(content, 1));
    }
    assert!(!due(record.content(), 0) && !due(record.content(), 1) && !due(record.content(), 11));
    assert!(due(record.content(), 12), "half of the day is over in which it could be of use");
}
