//! The fuzz targets of `fuzz/`, natively, on their seeds: they build, and hold for what they start from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("dates", fuzz::dates),
    ("directives", fuzz::directives),
    ("exchange", fuzz::exchange),
    ("gateway", fuzz::gateway),
    ("keys", fuzz::keys),
    ("ranges", fuzz::ranges),
    ("records", fuzz::records),
    ("targeted", fuzz::targeted),
    ("variables", fuzz::variables),
    ("vary", fuzz::vary),
];

fn files(folder: &str) -> Vec<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    all
}

/// Each seed, and what is left of it when it is cut anywhere.
#[test]
fn every_target_holds_for_its_seeds_whole_and_cut() {
    for (name, target) in TARGETS {
        let seeds = files(&format!("seeds/{name}"));
        assert!(!seeds.is_empty(), "{name} has no seed");
        for seed in seeds {
            let bytes = std::fs::read(seed).expect("a seed");
            (0..=bytes.len()).for_each(|end| target(&bytes[..end]));
        }
    }
}

#[test]
fn every_target_is_run_here() {
    let programs = files("fuzz_targets");
    let names: Vec<_> = programs.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, TARGETS.map(|(name, _)| name));
}
