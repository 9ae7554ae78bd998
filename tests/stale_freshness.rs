//! How old is a copy and how long is it fresh? RFC 9111 §4.2.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod stale_support;

use stale_support::*;
use understudy::fields::Fields;
use understudy::stale::Usable;

/// The lifetime that these fields give, in seconds.
fn lifetime(fields: &[(&str, &str)]) -> u64 {
    kept(&get(), &page(fields), &caching()).lifetime().as_secs()
}

fn lifetime_said(cache_control: &str) -> u64 {
    lifetime(&[("cache-control", cache_control)])
}

/// Rules 25, 30: s-maxage, else max-age, else Expires − Date, else a guess.
#[test]
fn the_most_specific_lifetime_counts() {
    let (soon, past, week_ago) = (date(100), date(-100), date(-7 * DAY as i64));
    for (fields, expected) in [
        (vec![("cache-control", "max-age=10, s-maxage=20"), ("expires", soon.as_str())], 20),
        (vec![("cache-control", "s-maxage=5, max-age=10")], 5),
        (vec![("cache-control", "max-age=10"), ("expires", soon.as_str())], 10),
        (vec![("cache-control", "max-age=10"), ("expires", past.as_str())], 10),
        (vec![("cache-control", "max-age=10"), ("expires", "0")], 10),
        (vec![("cache-control", "max-age=0"), ("expires", soon.as_str())], 0),
        (vec![("cache-control", "public"), ("expires", soon.as_str())], 100),
        (vec![("expires", soon.as_str())], 100),
        (vec![("expires", past.as_str())], 0),
        (vec![("last-modified", week_ago.as_str())], 7 * DAY / 10),
        (vec![("last-modified", week_ago.as_str()), ("expires", past.as_str())], 0),
        (vec![], 0),
    ] {
        assert_eq!(lifetime(&fields), expected, "{fields:?}");
    }
}

/// Rule 25: fresh only if the lifetime is *greater* than the age.
#[test]
fn is_stale_at_the_very_second() {
    let record = copy(&says("max-age=60"));
    assert_eq!(reused(&record, &get(), 59), "fresh");
    assert_eq!(reused(&record, &get(), 60), "validate");
    assert_eq!(aged(&record, 60), (60, 0));
    assert_eq!(aged(&record, 61), (61, -1));
}

/// Rules 26, 31: duplicates, conflicts, quotes, case, nonsense.
#[test]
fn reads_lifetimes_with_care() {
    for (cache_control, expected) in [
        ("max-age=60, max-age=10", 10),
        ("max-age=10, max-age=60", 10),
        ("max-age=60, max-age=x", 0),
        ("MaX-aGe=60", 60),
        ("max-age=\"60\"", 60),
        ("max-age=0060", 60),
        ("extension=\"max-age=60\", max-age=10", 10),
        ("max-age=10, extension=\"max-age=60\"", 10),
        ("extension=\"a\\\"b, max-age=60\", max-age=10", 10),
        ("foobar, max-age=60", 60),
        (",,max-age=60,,", 60),
        ("\tmax-age=60\t", 60),
        ("max-age=2147483648", 1 << 31),
        ("max-age=99999999999999999999999", 1 << 31),
        // None of these can be read, so each means stale.
        ("max-age=a60", 0),
        ("max-age=60a", 0),
        ("max-age=-60", 0),
        ("max-age=+60", 0),
        ("max-age=60.0", 0),
        ("max-age=60.5", 0),
        ("max-age='60'", 0),
        ("max-age =60", 0),
        ("max-age= 60", 0),
        ("max-age=", 0),
        ("max-age", 0),
        ("max-age=\"60", 0),
        ("max-age=6 0", 0),
        ("max-age=\u{0666}\u{0660}", 0),
    ] {
        assert_eq!(lifetime_said(cache_control), expected, "{cache_control}");
    }
    let two_lines = page(&[("cache-control", "max-age=60"), ("cache-control", "max-age=10")]);
    assert_eq!(kept(&get(), &two_lines, &caching()).lifetime().as_secs(), 10);
}

/// Rule 26: an Expires that cannot be read, "especially 0", is in the past (RFC 9111 §5.3).
#[test]
fn reads_expires_with_care() {
    for (expires, fresh) in [
        ("Thu, 18 Aug 2050 02:01:18 GMT", true),
        ("Thursday, 18-Aug-50 02:01:18 GMT", true),
        ("Thu Aug 18 02:01:18 2050", true),
        // A wrong day of the week takes nothing from the date.
        ("Fri, 18 Aug 2050 02:01:18 GMT", true),
        ("Thu Aug  8 02:01:18 2050", true),
        ("THU, 18 AUG 2050 02:01:18 gmt", true),
        ("0", false),
        ("-1", false),
        ("", false),
        ("never", false),
        ("Thu, 18 Aug 2050 02:01:18 UTC", false),
        ("Thu, 18 Aug 50 02:01:18 GMT", false),
        ("Xyz, 18 Aug 2050 02:01:18 GMT", false),
        ("Thu, 18  Aug  2050 02:01:18 GMT", false),
        ("Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT", false),
        ("Thu, 01 Jan 1960 00:00:00 GMT", false),
    ] {
        assert_eq!(lifetime(&[("expires", expires)]) > 0, fresh, "{expires}");
    }
}

/// Rule 64: with a targeted field, Expires does not count either.
#[test]
fn a_targeted_field_hides_expires() {
    let expires = date(100);
    assert_eq!(lifetime(&[("cdn-cache-control", "max-age=10"), ("expires", &expires)]), 10);
    assert_eq!(lifetime(&[("cdn-cache-control", "public"), ("expires", &expires)]), 0);
    assert_eq!(lifetime(&[("cdn-cache-control", "max-age=-1"), ("cache-control", "max-age=60")]), 0);
    assert_eq!(lifetime(&[("cdn-cache-control", "max-age=99999999999")]), 1 << 31);
    assert_eq!(lifetime(&[("cdn-cache-control", "max-age=5;x=1, foo=(1 2)")]), 5);
}

/// Rule 25: a guess is a tenth of the time since the last change, a day at most, and no guess where the origin insists.
#[test]
fn guesses_modestly() {
    let ago = |seconds: u64| date(-(seconds as i64));
    for (modified, cache_control, expected) in [
        (ago(100), "public", 10),
        (ago(1000 * DAY), "public", DAY),
        (ago(9), "public", 0),
        (date(50), "public", 0),
        ("yesterday".to_owned(), "public", 0),
        (ago(1000), "public, must-revalidate", 0),
        (ago(1000), "public, proxy-revalidate", 0),
    ] {
        let fields = [("last-modified", modified.as_str()), ("cache-control", cache_control), ("etag", "\"a\"")];
        assert_eq!(lifetime(&fields), expected, "{modified}, {cache_control}");
    }
    // Only where the status lets one guess, or `public` says so.
    let created = page(&[("last-modified", &ago(1000))]).status(201);
    assert_eq!(verdict(&get(), &created, &caching()), "skip: not-cacheable");
    assert_eq!(kept(&get(), &created.with("cache-control", "public"), &caching()).lifetime().as_secs(), 100);
}

/// Rule 27: current_age = max(apparent_age, age_value + response_delay) + resident_time (RFC 9111 §4.2.3).
#[test]
fn counts_age_from_all_that_is_known() {
    for (date_offset, age, delay_ms, now, expected) in [
        (0, "", 0, 0, 0),
        (0, "", 0, 10, 10),
        (0, "50", 0, 10, 60),
        (0, "50", 3000, 13, 63),
        (0, "", 3000, 13, 10 + 3),
        // The origin's clock is slow: it looks older.
        (-100, "", 0, 10, 110),
        (-100, "50", 0, 10, 110),
        (-100, "150", 0, 10, 160),
        // The origin's clock is fast: nothing is younger than new.
        (100, "", 0, 10, 10),
        (100, "50", 0, 10, 60),
        // Parts of seconds add up.
        (0, "", 1700, 1, 1),
        (0, "", 1700, 2, 2),
    ] {
        let arrival = understudy::time::Time::from_millis(T0 * 1000 + delay_ms);
        let page = undated(&[("cache-control", "max-age=1000"), ("date", &date(date_offset)), ("age", age)]);
        let record = copy(&page.arriving(at(0), arrival));
        let (counted, ttl) = aged(&record, now.max(delay_ms / 1000));
        assert_eq!(counted, expected, "Date {date_offset}, Age {age:?}, delay {delay_ms}, now {now}");
        assert_eq!(ttl, 1000 - i64::try_from(counted).unwrap());
    }
}

/// Rules 28, 29: Age is a list's first member; what cannot be read is ignored; nothing overflows.
#[test]
fn reads_age_with_care() {
    for (age, expected) in [
        ("7200", 7200),
        ("7200, 0", 7200),
        ("0, 7200", 0),
        ("abc", 0),
        ("-7200", 0),
        ("7200.0", 0),
        ("7200;foo=bar", 0),
        ("", 0),
        (", 7200", 0),
        ("2147483647", 2_147_483_647),
        ("2147483648", 1 << 31),
        ("99999999999999999999", 1 << 31),
    ] {
        let record = kept(&get(), &says("max-age=2147483648").with("age", age), &caching());
        assert_eq!(aged(&record, 0).0, expected, "{age}");
        let later = aged_anyhow(&record, 1 << 40);
        assert_eq!(later, 1 << 31, "{age}");
    }
}

fn aged_anyhow(record: &understudy::stale::Record, offset: u64) -> u64 {
    let params =
        understudy::stale::Params { limit: std::time::Duration::MAX, if_error: std::time::Duration::MAX, ..params() };
    let trigger = understudy::stale::Trigger::Failure;
    match understudy::stale::usable(record, &get().asked(), at(offset), trigger, &params) {
        Usable::Yes(aged) => aged.age,
        Usable::No(why) => panic!("{}", why.as_str()),
    }
}

/// Rule 27: a Date that cannot be read counts as the time of arrival.
#[test]
fn survives_a_broken_date() {
    let broken = undated(&[("date", "foo"), ("expires", &date(10))]);
    let record = copy(&broken);
    assert_eq!(aged(&record, 4), (4, 6));
    assert_eq!(record.lines().to_vec().field("date").as_deref(), Some("foo"));
}

/// Rule 27: a clock that was set back makes nothing younger than its arrival.
#[test]
fn survives_a_clock_that_steps_back() {
    let record = copy(&says("max-age=60").with("age", "5").arriving(at(100), at(90)));
    let answer =
        understudy::stale::usable(&record, &get().asked(), at(0), understudy::stale::Trigger::Failure, &params());
    let Usable::Yes(aged) = answer else { panic!() };
    assert_eq!(aged.age, 90, "the Date lies 90 seconds before the arrival");
}

/// Rule 32: of two copies the newer one by Date; an attempt that was overtaken does not bring the older one back.
#[test]
fn the_newest_by_date_counts() {
    let made =
        |offset: i64, arrived: u64| copy(&undated(&[("date", &date(offset))]).arriving(at(arrived), at(arrived)));
    assert!(made(10, 0).supersedes(&made(5, 20)));
    assert!(!made(5, 20).supersedes(&made(10, 0)));
    assert!(made(5, 20).supersedes(&made(5, 10)));
    assert!(!made(5, 10).supersedes(&made(5, 20)));
    assert!(made(5, 10).supersedes(&made(5, 10)));
}
