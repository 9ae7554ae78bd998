//! Which figures are drawn of a storm? The origin's load, the answers by kind, and the waits, over the time.

use crate::model::script::Script;
use crate::model::strategy::{ALL, Strategy};
use crate::model::tally::{KINDS, Second, Tally, quantile};
use crate::plot::{Figure, Panel, Series};

/// One figure for a script.
pub fn figure(script: &Script, results: &[(Strategy, Tally)]) -> Figure {
    let mut panels = vec![
        compared("requests", "/s", results, |seconds| {
            f64::from(seconds.iter().map(|s| s.asks).sum::<u32>()) / STEP as f64
        }),
        compared("wait, p95", " s", results, |seconds| {
            let waits: Vec<u32> = seconds.iter().flat_map(|s| s.waits.iter().copied()).collect();
            f64::from(quantile(&waits, 0.95)) / 1000.0
        }),
    ];
    panels.extend(results.iter().map(|(strategy, tally)| Panel {
        title: format!("answers, {}", strategy.name().replace('`', "")),
        unit: " %",
        stacked: true,
        series: (0..KINDS.len()).map(|kind| share(tally, kind)).collect(),
    }));
    Figure {
        title: format!("{}: the origin {}", script.name, script.what),
        length: script.length,
        trouble: (script.start, script.end),
        panels,
    }
}

fn compared(title: &str, unit: &'static str, results: &[(Strategy, Tally)], value: impl Fn(&[Second]) -> f64) -> Panel {
    let series = results.iter().zip(COLORS).map(|((strategy, tally), color)| Series {
        // "Understudy, `TIMEOUT=3s`" stands beside "Understudy".
        name: strategy.name().trim_start_matches("Understudy, ").replace('`', ""),
        color,
        values: tally.seconds.chunks(STEP).map(&value).collect(),
    });
    Panel { title: title.to_owned(), unit, stacked: false, series: series.collect() }
}

fn share(tally: &Tally, kind: usize) -> Series {
    let value = |seconds: &[Second]| {
        let all: u32 = seconds.iter().flat_map(|s| s.answers).sum();
        let of_kind: u32 = seconds.iter().map(|s| s.answers[kind]).sum();
        100.0 * f64::from(of_kind) / f64::from(all.max(1))
    };
    let (name, color) = KIND_LOOKS[kind];
    Series { name: name.to_owned(), color, values: tally.seconds.chunks(STEP).map(value).collect() }
}

/// Seconds to a point.
const STEP: usize = 3;

/// In the order of the strategies.
const COLORS: [&str; ALL.len()] = ["#8a8f98", "#d1495b", "#c98a1b", "#1f8a70", "#7a4fb5", "#4a7fc1"];

/// In the order of the kinds of answers.
const KIND_LOOKS: [(&str, &str); 5] = [
    ("good", "#1f8a70"),
    ("copy", "#5bb5a2"),
    ("page", "#4a7fc1"),
    ("bare error", "#d1495b"),
    ("nothing in 8 s", "#8a8f98"),
];
