//! Do copies cost memory that an isolate does not have? Measured at workerd, from outside.

use std::time::Duration;

use serde_json::json;

use crate::faults::in_parallel;
use crate::measured::{self, MIB};
use crate::origin::{generated, hash};
use crate::stand::{Stand, is_copy};
use crate::worker::Setup;

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
        assert_eq!(hash(&reply.body), hash(&generated(0, 30 << 20)), "{path}");
    }
}

/// Copied, served from a copy, held, resumed, relayed, sent. The Wasm's memory only ever grows, so that its size tells of all
/// that was ever in it.
#[test]
fn no_body_goes_through_wasm() {
    let vars = [("GUARD_BYTES", "10MiB"), ("RESUME", "on"), ("STALE_REFRESH", "0"), ("PATIENCE", "30s")];
    let stand = Stand::with(&vars, Setup::watched);
    let body = generated(0, SIZE);
    let whole = |target: &str| {
        let reply = stand.worker.get(target);
        assert!(reply.status == 200 && reply.whole && hash(&reply.body) == hash(&body), "{target}");
        reply
    };
    let page = |path: &str, more: &str| format!("/{path}?n={SIZE}&type=text/html{more}");
    stand.worker.get("/page/first");
    let before = stand.worker.wasm_memory();

    let kept = page("bytes", "&h.Cache-Control=max-age=60");
    stand.warm(&kept);
    stand.origin.script("/held", &[&page("chunked", &format!("&cut={}", SIZE / 2)), &page("chunked", "")]);
    whole("/held");
    assert_eq!(stand.origin.count("/held"), 2, "held until it broke off");
    stand.origin.clear();
    whole(&format!("/bytes?n={SIZE}&cuts={}", SIZE / 2));
    assert!(stand.origin.requests().iter().any(|seen| seen.header("range").is_some()), "resumed");
    in_parallel(&[1, 2, 3, 4], |v| {
        let upload = stand.worker.ask("POST", "/upload", &[], &body);
        assert_eq!(upload.json()["hash"], json!(hash(&body)));
        whole(&page("bytes", &format!("&v={v}")));
        whole(&format!("/chunked?n={SIZE}&v={v}"));
    });
    stand.fail();
    assert!(is_copy(&whole(&kept)));

    let grown = stand.worker.wasm_memory() - before;
    println!("Wasm: {} KiB, {} KiB more", before >> 10, grown >> 10);
    assert!(before > 0 && grown < SIZE as u64 / 2, "{grown} bytes more");
}

const SIZE: usize = 2 << 20;
