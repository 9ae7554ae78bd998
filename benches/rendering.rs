//! How long does a page take, natively? `cargo bench` prints it.
//!
//! "made" is the first page of its kind, "again" the same for the next visitor of the same outage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../tests/page_support/mod.rs"]
mod page_support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use page_support::{browser, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Asked, Color, Memo, Params, Theme};

fn made(c: &mut Criterion) {
    let mut group = c.benchmark_group("made");
    let accented = Params { accent: Color::parse("#e4007f"), ..Params::default() };
    let plain = Params { theme: Theme::Plain, ..Params::default() };
    let usual = Params::default();
    for (name, params, fields) in [
        ("html", &usual, browser("en")),
        ("html, accent", &accented, browser("en")),
        ("html, plain", &plain, browser("en")),
        ("html, Arabic", &usual, browser("ar")),
        ("problem+json", &usual, vec![("accept", "application/problem+json")]),
        ("text", &usual, vec![]),
    ] {
        let incident = incident(Explanation::Connection);
        group.bench_function(name, |b| b.iter(|| black_box(page(params, &incident, "GET", &fields))));
    }
    group.finish();
}

fn again(c: &mut Criterion) {
    let mut group = c.benchmark_group("again");
    let (params, incident) = (Params::default(), incident(Explanation::Connection));
    for (name, language) in [("html", "en"), ("html, Arabic", "ar")] {
        let fields: Vec<(String, String)> =
            browser(language).iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut memo = Memo::default();
        let asked = Asked { method: "GET", url: "https://www.example.com/reports/2026", fields: &fields };
        group.bench_function(name, |b| b.iter(|| black_box(memo.render(&params, &incident, &asked))));
    }
    group.finish();
}

criterion_group!(benches, made, again);
criterion_main!(benches);
