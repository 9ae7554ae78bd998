//! How are the figures written down?

use crate::model::script::Script;
use crate::model::strategy::Strategy;
use crate::model::tally::{Tally, quantile};

const HEAD: [&str; 14] = [
    "",
    "requests to handlers",
    "to the origin",
    "to `INCIDENTS`",
    "amplification: all (busy, quiet isolates)",
    "longest queue",
    "s until 95 % good",
    "second collapse",
    "good",
    "copy",
    "page",
    "bare error",
    "nothing in 8 s",
    "p50 / p99 / max ms",
];

/// One table.
pub fn table(script: &Script, results: &[(Strategy, Tally)]) -> String {
    let visitors = results.first().map_or(0, |(_, tally)| tally.visitors);
    let mut text = format!("### {}: the origin {}\n\n", script.name, script.what);
    text += &format!(
        "{visitors} visitors in {} s; the trouble is from {} to {} s.\n\n",
        script.length, script.start, script.end
    );
    text += &format!("| {} |\n|{}\n", HEAD.join(" | "), " --- |".repeat(HEAD.len()));
    results.iter().for_each(|(strategy, tally)| text += &format!("| {} |\n", row(*strategy, tally).join(" | ")));
    text
}

fn row(strategy: Strategy, tally: &Tally) -> Vec<String> {
    let waits = [&tally.with_copy[..], &tally.without[..]].concat();
    let quiet = tally.all.without(tally.of_busy);
    let all: u32 = tally.answers.iter().sum();
    let mut row = vec![
        strategy.name().to_owned(),
        tally.all.loads.to_string(),
        tally.all.asks.to_string(),
        tally.questions.to_string(),
        format!(
            "{:.2} ({:.2}, {:.2})",
            tally.all.amplification(),
            tally.of_busy.amplification(),
            quiet.amplification()
        ),
        tally.peak.to_string(),
        tally.recovery().map_or("never".to_owned(), |s| s.to_string()),
        match tally.collapsed() {
            0 => "no".to_owned(),
            seconds => format!("yes, {seconds} s"),
        },
    ];
    row.extend(tally.answers.iter().map(|n| format!("{:.1} %", 100.0 * f64::from(*n) / f64::from(all.max(1)))));
    let [p50, p99, max] = [0.5, 0.99, 1.0].map(|share| quantile(&waits, share));
    row.push(format!("{p50} / {p99} / {max}"));
    row
}
