//! Do copies cost memory that an isolate does not have? Measured at workerd, from outside.

use std::time::Duration;

use crate::measured::{self, MIB};
use crate::stand::Stand;

/// Downloads from slow visitors; the growth of workerd at its worst.
fn growth(targets: &[String], vars: &[(&str, &str)]) -> u64 {
    let stand = Stand::new(vars);
    stand.worker.get("/page/a");
    measured::growth(&stand.worker, targets, Duration::from_secs(1), || stand.origin.wait_for(targets.len() + 1))
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn large_downloads_of_unknown_length_do_not_grow_the_isolate() {
    let targets: Vec<_> = (0..10).map(|n| format!("/chunked?n={}&v={n}", 100 * MIB)).collect();
    let with = growth(&targets, &[("STALE_REFRESH", "0"), ("STALE_SIZE_LIMIT", "25MiB")]);
    let without = growth(&targets, &[("MODE", "off")]);
    println!("ten downloads of 100 MiB: {} MiB more, {} MiB without copies", with / MIB, without / MIB);
    // A fraction of the 1,000 MiB: what copies may hold (16 MiB), as much in the branches of the visitors, and garbage.
    assert!(with < without + 96 * MIB, "{} MiB more, {} MiB without copies", with / MIB, without / MIB);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn many_slow_visitors_of_pages_that_fit_do_not_either() {
    let targets: Vec<_> = (0..40).map(|n| format!("/bytes?n={}&v={n}", 9 * MIB)).collect();
    let with = growth(&targets, &[("STALE_REFRESH", "0")]);
    let without = growth(&targets, &[("MODE", "off")]);
    println!("forty pages of 9 MiB: {} MiB more, {} MiB without copies", with / MIB, without / MIB);
    assert!(with < without + 96 * MIB, "{} MiB more, {} MiB without copies", with / MIB, without / MIB);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn slow_visitors_of_downloads_that_can_be_resumed_do_not_either() {
    let targets: Vec<_> = (0..10).map(|n| format!("/bytes?n={}&v={n}", 100 * MIB)).collect();
    let with = growth(&targets, &[("RESUME", "on")]);
    let without = growth(&targets, &[("MODE", "off")]);
    println!("ten downloads of 100 MiB: {} MiB more, {} MiB without RESUME", with / MIB, without / MIB);
    assert!(with < without + 48 * MIB, "{} MiB more, {} MiB without RESUME", with / MIB, without / MIB);
}

/// However little is kept of it, all of it arrives.
#[test]
fn a_large_download_arrives_whole() {
    let stand = Stand::new(&[("STALE_REFRESH", "0")]);
    for path in ["bytes", "chunked"] {
        let reply = stand.worker.get(&format!("/{path}?n={}", 30 * MIB));
        assert!(reply.status == 200 && reply.whole, "{path}");
        let expected = crate::origin::hash(&crate::origin::generated(0, 30 << 20));
        assert_eq!(crate::origin::hash(&reply.body), expected, "{path}");
    }
}
