//! What does Understudy do to an origin that is in trouble, if tens of thousands of isolates do it at the same time, each
//! of which knows only what it has seen itself? `cargo run --release --example storm [-- <script>]`.
//!
//! A simulation in virtual time. It prints a table for each script.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod model;
mod table;

use model::script::{FULL, scripts};
use model::sim::play;
use model::strategy::ALL;

fn main() {
    let wanted = std::env::args().nth(1);
    for script in scripts(FULL).iter().filter(|s| wanted.as_ref().is_none_or(|w| w == s.name)) {
        let arrivals = script.arrivals(1);
        let results: Vec<_> = ALL.map(|s| (s, play(script, s, &arrivals, Some(8_000)))).into();
        println!("{}", table::table(script, &results));
    }
}
