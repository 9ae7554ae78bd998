//! What do downloads cost an isolate? Measured at workerd, from outside.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::Duration;

use crate::client;
use crate::worker::Worker;

/// A mebibyte.
pub const MIB: u64 = 1 << 20;

/// Slow visitors, each of whom reads the first 4 MiB of one of these and stays for so long; by how much workerd has grown
/// at its worst. `ready` returns when the origin has got all their requests.
pub fn growth(worker: &Worker, targets: &[String], stay: Duration, ready: impl FnOnce()) -> u64 {
    let (before, _) = resident(worker.pid()).expect("Linux");
    let visitors: Vec<_> = targets.iter().map(|t| client::send(worker.port(), "GET", t, &[], b"")).collect();
    std::thread::scope(|scope| {
        for mut stream in visitors {
            scope.spawn(move || {
                sip(&mut stream, 4 * MIB);
                std::thread::sleep(stay);
            });
        }
    });
    // All go on to wait with most of it still to come.
    ready();
    let (_, most) = resident(worker.pid()).expect("Linux");
    most.saturating_sub(before)
}

/// The most memory that it has had so far, in bytes; always 0 where there is no `/proc` to look it up.
pub fn peak(worker: &Worker) -> u64 {
    resident(worker.pid()).map_or(0, |(_, most)| most)
}

/// Resident memory in bytes, and the most that it ever was; on Linux, while the process is there.
pub fn resident(pid: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// Reads so many bytes, slowly.
fn sip(stream: &mut TcpStream, bytes: u64) {
    let mut buffer = vec![0; 64 << 10];
    let mut left = bytes;
    while left > 0 {
        let len = usize::try_from(left.min(64 << 10)).expect("a buffer");
        stream.read_exact(&mut buffer[..len]).expect("more of it");
        left -= len as u64;
        std::thread::sleep(Duration::from_millis(1));
    }
}
