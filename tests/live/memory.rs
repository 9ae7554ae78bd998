//! Do copies cost memory that an isolate does not have? Measured at workerd, from outside.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::Duration;

use crate::client;
use crate::stand::Stand;

const MIB: u64 = 1 << 20;

/// Resident memory in bytes, and the most that it ever was.
fn resident(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a field");
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// Reads so many bytes, slowly.
fn sip(stream: &mut TcpStream, bytes: u64) {
    let mut buffer = vec![0; 64 << 10];
    let mut left = bytes;
    while left > 0 {
        let len = usize::try_from(left.min(64 << 10)).unwrap();
        stream.read_exact(&mut buffer[..len]).expect("more of it");
        left -= len as u64;
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Downloads from slow visitors; the growth of workerd at its worst.
fn growth(targets: &[String], vars: &[(&str, &str)]) -> u64 {
    let stand = Stand::new(vars);
    stand.worker.get("/page/a");
    let before = resident(stand.worker.pid()).0;
    let visitors: Vec<_> = targets.iter().map(|t| client::send(stand.worker.port(), "GET", t, &[], b"")).collect();
    std::thread::scope(|scope| {
        for mut stream in visitors {
            scope.spawn(move || sip(&mut stream, 4 * MIB));
        }
    });
    // All go on to wait with most of it still to come.
    stand.origin.wait_for(targets.len() + 1);
    resident(stand.worker.pid()).1.saturating_sub(before)
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn large_downloads_of_unknown_length_do_not_grow_the_isolate() {
    let targets: Vec<_> = (0..10).map(|n| format!("/chunked?n={}&v={n}", 100 * MIB)).collect();
    let with = growth(&targets, &[("STALE_REFRESH", "0")]);
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
