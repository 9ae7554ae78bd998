//! How long does a page take? `cargo test --release --test page_speed -- --ignored --nocapture` prints it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// A measurement needs a clock; the core still has none.
#![allow(clippy::disallowed_methods)]

mod page_support;

use std::time::Instant;

use page_support::{browser, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Color, Params, Theme};

#[test]
#[ignore = "measures"]
fn microseconds_per_page() {
    let accented = Params { accent: Color::parse("#e4007f"), ..Params::default() };
    let plain = Params { theme: Theme::Plain, ..Params::default() };
    for (name, params, fields) in [
        ("html", &Params::default(), browser("en")),
        ("html, accent", &accented, browser("en")),
        ("html, plain", &plain, browser("en")),
        ("html, Arabic", &Params::default(), browser("ar")),
        ("problem+json", &Params::default(), vec![("accept", "application/problem+json")]),
        ("text", &Params::default(), vec![]),
    ] {
        let mut best = f64::MAX;
        for _ in 0..20 {
            let start = Instant::now();
            for _ in 0..500 {
                std::hint::black_box(page(params, &incident(Explanation::Connection), "GET", &fields));
            }
            best = best.min(start.elapsed().as_secs_f64() / 500.0);
        }
        println!("{name:14} {:6.1} µs", best * 1e6);
    }
}
