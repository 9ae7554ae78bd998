//! Runs the suite: its origin, the Worker in front of it, and its client.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde::Deserialize;

use crate::worker::{Setup, root};

/// What became of one test.
#[derive(Deserialize, Debug)]
pub struct Outcome {
    pub id: String,
    /// `required`, `optimal`, or `check`, which only gathers information.
    pub kind: String,
    /// `pass`, `fail`, or `setup`: the test did not come to its point.
    pub result: String,
    #[serde(default)]
    pub why: String,
}

/// Runs these tests (an id, or its beginning and a `*`), or all, through a Worker with these variables.
pub fn run(vars: &[(&str, &str)], wanted: &[&str]) -> Vec<Outcome> {
    let origin = Origin::start();
    let setup = vars.iter().fold(Setup::new(origin.port), |setup, (name, value)| setup.var(name, *value));
    let worker = setup.start();
    let output = node()
        .args(["client", &format!("http://127.0.0.1:{}", worker.port())])
        .args(wanted)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("node");
    serde_json::from_slice(&output.stdout).expect("results as JSON")
}

/// The suite's origin; it ends when its input does, and that is when this is dropped.
struct Origin {
    child: Child,
    input: Option<ChildStdin>,
    port: u16,
}

impl Origin {
    fn start() -> Self {
        let mut child =
            node().arg("origin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node, to run the suite");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let port = line.trim().parse().expect("the suite; `npm test` installs it");
        Self { input: child.stdin.take(), child, port }
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn node() -> Command {
    let script: PathBuf = root().join("tests/conformance/run.mjs");
    let mut node = Command::new("node");
    node.arg(script);
    node
}
