//! What does Understudy do to an origin that is in trouble, if tens of thousands of isolates do it at the same time, each
//! of which knows only what it has seen itself? `cargo run --release --example storm`.
//!
//! A simulation in virtual time: it takes a quarter of a minute, and gives the same figures everywhere. It prints a table for each script,
//! and writes them into `docs/storm.md` and the figures beside it. With the names of scripts, `small`, `backlog=<n>`,
//! `isolates=<n>`, `seed=<n>` or variables of Understudy (`TIMEOUT=4s`), it only prints.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod figure;
mod model;
mod plot;
mod table;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use understudy::config::Config;

use model::script::{FULL, SMALL, scripts};
use model::sim::play;
use model::strategy::{ALL, Strategy};

fn main() {
    let mut scale = FULL;
    let (mut names, mut seed, mut vars) = (Vec::new(), 1, HashMap::new());
    let args: Vec<String> = std::env::args().skip(1).collect();
    for arg in &args {
        if let Some((name, value)) = arg.split_once('=').filter(|(name, _)| VARS.contains(name)) {
            vars.insert(name, value);
            continue;
        }
        match arg.split_once('=').map(|(name, value)| (name, value.parse())) {
            Some(("backlog", Ok(value))) => scale.backlog = value,
            Some(("seed", Ok(value))) => seed = value as u64,
            Some(("isolates", Ok(value))) => scale.isolates = std::cmp::max(value, 1),
            None if *arg == "small" => scale = SMALL,
            Some(_) => {
                return eprintln!(
                    "{arg}: expected the name of a script, small, backlog=<n>, isolates=<n>, seed=<n> or one of {}=<value>",
                    VARS.join("=<value>, ")
                );
            }
            None => names.push(arg.as_str()),
        }
    }
    let config = |strategy: Strategy| {
        let value = |name: &str| strategy.var(name).or_else(|| vars.get(name).copied()).map(str::to_owned);
        let (config, mistakes) = Config::from_vars(value);
        mistakes.iter().for_each(|mistake| eprintln!("{mistake}; the default is used"));
        Rc::new(config)
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut tables = String::new();
    for script in scripts(scale).iter().filter(|script| names.is_empty() || names.contains(&script.name)) {
        let arrivals = script.arrivals(seed);
        let results: Vec<_> = ALL.map(|s| (s, play(script, s, &arrivals, Some(PATIENCE), &config(s)))).into();
        let table = table::table(script, &results);
        println!("{table}");
        if args.is_empty() {
            tables += &format!("{table}\n![{0}](storm/{0}.svg)\n\n", script.name);
            let figure = figure::figure(script, &results).svg();
            fs::create_dir_all(docs.join("storm")).expect("a place for the figures");
            fs::write(docs.join(format!("storm/{}.svg", script.name)), figure).expect("a figure");
        }
    }
    if args.is_empty() {
        let path = docs.join("storm.md");
        let text = fs::read_to_string(&path).expect("docs/storm.md");
        let (before, rest) = text.split_once(BEGIN).expect("where the tables begin");
        let (_, after) = rest.split_once(END).expect("where the tables end");
        fs::write(&path, format!("{before}{BEGIN}\n\n{tables}{END}{after}")).expect("the tables");
    }
}

/// What can be set otherwise than by default.
const VARS: [&str; 8] = [
    "TIMEOUT",
    "PATIENCE",
    "DEADLINE",
    "RETRY_ATTEMPTS",
    "RETRY_BUDGET",
    "BREAKER_FAILURES",
    "BREAKER_OPEN",
    "PAGE_RETRY_AFTER",
];

/// Milliseconds after which a visitor who sees nothing reloads.
const PATIENCE: u64 = 8_000;

const BEGIN: &str = "<!-- tables: written by the example -->";
const END: &str = "<!-- end of the tables -->";
