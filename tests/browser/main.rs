//! What do people see? The real pages in a real browser, and what tools for accessibility and markup say of them.
//!
//! `look.mjs` looks, the others let time pass; each prints what it finds, and nothing else is wrong. Needs Chromium
//! (Debian's, or the one that `CHROMIUM` names) and, for the markup, Java. Without them these tests say so and end;
//! never in CI.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(clippy::disallowed_methods, reason = "a test has a clock to say how long it waits at most")]

#[allow(dead_code, reason = "others use it")]
#[path = "../support/client.rs"]
mod client;
#[path = "../support/origin.rs"]
mod origin;
#[allow(dead_code, reason = "others use it")]
#[path = "../support/raw.rs"]
mod raw;
#[allow(dead_code, reason = "others use the rest")]
#[path = "../support/worker.rs"]
mod worker;

use std::process::{Command, Stdio};

use origin::Origin;
use worker::{Setup, root};

const TOKEN: &str = "browser";

/// No message on the console, no request but the page itself, nothing that sticks out, and nothing that axe finds.
#[test]
fn every_theme_is_quiet_fits_and_is_accessible() {
    finds_nothing("look.mjs", &["themes"]);
}

/// The Nu HTML checker, for all themes and failures.
#[test]
fn every_page_is_valid() {
    if has("java", "-version") {
        finds_nothing("look.mjs", &["markup"]);
    }
}

/// Lighthouse: 100 for accessibility, 100 for best practices. (To search engines the page says `noindex`.)
#[test]
fn every_theme_has_full_marks() {
    finds_nothing("look.mjs", &["marks"]);
}

/// The page finds out that the website is back, and never asks for it harder than it may.
#[test]
fn the_page_heals_itself() {
    finds_nothing("heal.mjs", &[]);
}

/// The page takes for the website what is one, does not reload for ever, gives up, and starts anew.
#[test]
fn the_page_knows_the_website_and_when_to_stop() {
    finds_nothing("answers.mjs", &[]);
}

/// The page counts down for the eye, seldom speaks to the ear, and finds the right words.
#[test]
fn the_page_counts_down_in_words() {
    finds_nothing("words.mjs", &[]);
}

/// A script, with the Worker in front of an origin that can be broken.
fn finds_nothing(script: &str, args: &[&str]) {
    if !has("chromium", "--version") {
        return;
    }
    let origin = Origin::start();
    let worker = Setup::new(origin.port())
        .var("ADMIN_TOKEN", TOKEN)
        .var("RETRY_ATTEMPTS", "0")
        .var("STALE_IF_ERROR", "0")
        .var("PAGE_STATUS_URL", "https://status.example.com/")
        .var("PAGE_SUPPORT", "help@example.com")
        .start();
    let output = Command::new("node")
        .arg(root().join("tests/browser").join(script))
        .args([worker.port().to_string(), origin.control_port().to_string(), TOKEN.to_owned()])
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("node");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{script} failed: {said}");
    let (findings, looked): (Vec<_>, Vec<_>) = said.lines().partition(|line| !line.starts_with("· "));
    assert!(findings.is_empty(), "{script} {args:?} found:\n{}", findings.join("\n"));
    println!("{}", looked.join("\n"));
    assert!(!looked.is_empty(), "{script} {args:?} looked at nothing");
}

/// Is there such a program? Without it there is nothing to test with; in CI there has to be.
fn has(program: &str, question: &str) -> bool {
    let program = if program == "chromium" {
        std::env::var("CHROMIUM").unwrap_or(program.to_owned())
    } else {
        program.to_owned()
    };
    let quiet =
        Command::new(&program).arg(question).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = quiet.is_ok_and(|status| status.success());
    assert!(there || std::env::var_os("CI").is_none(), "no {program}");
    if !there {
        eprintln!("skipped: no {program} here");
    }
    there
}
