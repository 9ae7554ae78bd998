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

/// What a script is told when the operator has set all that there is.
const DRESSED: &str = "dressed";

/// And when every page has this status, at which a website would be taken for one that knows no HEAD.
const FORCED: &str = "501";

/// A colour that has to be corrected, a wide logo, and beside it a name that is wider than a phone.
const DRESS: [(&str, &str); 3] = [
    ("PAGE_SITE", "Donaudampfschifffahrtsgesellschaft & Co"),
    ("PAGE_ACCENT", "#fc0"),
    (
        "PAGE_LOGO",
        "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI0MDAiIGhlaWdodD0iNDAiPjxyZWN0IHdpZHRoPSI0MDAiIGhlaWdodD0iNDAiIHJ4PSIyMCIgZmlsbD0idGVhbCIvPjwvc3ZnPg==",
    ),
];

/// No message on the console, no request but the page itself, nothing that sticks out, and nothing that axe finds, or
/// whose contrast it cannot tell.
#[test]
fn every_theme_is_quiet_fits_and_is_accessible() {
    finds_nothing("look.mjs", &["themes", "GET", "bare"]);
}

/// No word is torn on a phone of long ago: in every language whose letters the wide typeface here has.
#[test]
fn no_word_is_torn() {
    finds_nothing("torn.mjs", &[]);
}

/// The same after a form, with the operator's colour and logo.
#[test]
fn and_so_it_is_after_a_form_and_in_the_operators_colour() {
    finds_nothing("look.mjs", &["themes", "POST", DRESSED]);
}

/// The Nu HTML checker, for all themes and failures.
#[test]
fn every_page_is_valid() {
    if has("java", "-version") {
        finds_nothing("look.mjs", &["markup", "GET", "bare"]);
        finds_nothing("look.mjs", &["markup", "POST", DRESSED]);
    }
}

/// Lighthouse: 100 for accessibility, 100 for best practices, no audit skipped, also from right to left; the page comes with
/// the status 200 for it. (To search engines the page says `noindex`.)
#[test]
fn every_theme_has_full_marks() {
    finds_nothing("look.mjs", &["marks", "GET", DRESSED]);
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
    finds_nothing("answers.mjs", &[FORCED]);
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
        .var("PAGE_SUPPORT", "help@example.com");
    let dress: &[_] = match args {
        [FORCED] => &[("PAGE_STATUS", FORCED)],
        [.., DRESSED] => &DRESS,
        _ => &[],
    };
    let worker = dress.iter().fold(worker, |worker, &(name, value)| worker.var(name, value)).start();
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
