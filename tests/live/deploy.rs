//! Is what the tests looked at also what would be uploaded, in every environment, and nothing with a mistake in it?
//!
//! One test, since each run of wrangler takes seconds of both cores.

use std::path::Path;
use std::process::{Command, Output};

use crate::worker::{build, root, scratch};

#[test]
fn every_environment_is_ready_to_deploy_and_one_with_a_mistake_is_not() {
    let built =
        || ["index.js", "index_bg.wasm"].map(|name| std::fs::metadata(build().join(name)).unwrap().modified().unwrap());
    let before = built();
    let text = std::fs::read_to_string(root().join("wrangler.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let environments: Vec<_> = table["env"].as_table().unwrap().keys().map(String::as_str).collect();
    assert_eq!(environments, ["production", "staging"]);

    let folder = scratch();
    for environment in [&[""][..], &environments].concat() {
        let output = folder.join(format!("out-{environment}"));
        let args = ["deploy", "--dry-run", "--env", environment, "--outdir", output.to_str().unwrap()];
        let run = wrangler(&args);
        assert!(run.status.success(), "{environment}: {}", said(&run));
        assert!(said(&run).contains("--dry-run: exiting now"), "{environment}: {}", said(&run));
        for name in ["index.js", "index_bg.wasm"] {
            assert!(same(&output.join(name), &build().join(name)), "{environment}: {name} is not what was tested");
        }
    }

    // A mistake in one environment stops them all, before wrangler and, where wrangler is started in another way, in it.
    let bad = folder.join("bad.toml");
    let main = format!("main = {:?}", root().join("build/index.js"));
    let command = format!("command = \"node scripts/build.mjs {}\"", bad.display());
    let copy =
        text.replace("main = \"build/index.js\"", &main).replace("command = \"node scripts/build.mjs\"", &command);
    let copy = copy.replace("[env.production.vars]\n", "[env.production.vars]\nTIMEOUT = \"ten\"\n");
    std::fs::write(&bad, copy).unwrap();
    let config = ["--config", bad.to_str().unwrap()];
    for args in [
        [&["deploy", "--dry-run", "--env", "production"][..], &config].concat(),
        [&["deploy", "--dry-run", "--env", "staging"][..], &config].concat(),
        [&config[..], &["deploy", "--dry-run", "--env", "production"]].concat(),
    ] {
        let run = wrangler(&args);
        let said = said(&run);
        assert!(!run.status.success(), "{args:?}: {said}");
        assert!(said.contains("[env.production.vars] TIMEOUT = \"ten\": expected a duration"), "{args:?}: {said}");
        assert!(!said.contains("exiting now"), "{args:?}: {said}");
    }
    std::fs::remove_dir_all(folder).unwrap();
    assert_eq!(before, built(), "the others look at it at the same time");
}

/// Libraries export methods of classes that nobody can have an object of, and all that these need with them.
#[test]
fn what_nobody_can_call_is_not_uploaded() {
    let module = std::fs::read(build().join("index_bg.wasm")).unwrap();
    // With its length before it, as a name stands in the list of what is exported.
    let names = |name: &str| {
        let name = [&[u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
        module.windows(name.len()).any(|window| window == name)
    };
    for ours in ["fetch", "incidents_new", "incidents_fetch"] {
        assert!(names(ours), "{ours}");
    }
    for unused in ["__wbg_minifyconfig_free", "intounderlyingsource_pull", "__wbg_r2range_free"] {
        assert!(!names(unused), "{unused}");
    }
}

fn wrangler(args: &[&str]) -> Output {
    let script =
        std::env::var_os("UNDERSTUDY_WRANGLER").map_or_else(|| root().join("scripts/wrangler.mjs"), Into::into);
    Command::new("node").arg(script).args(args).current_dir(root()).output().expect("Node")
}

fn said(run: &Output) -> String {
    [&run.stdout[..], &run.stderr].map(String::from_utf8_lossy).concat()
}

fn same(a: &Path, b: &Path) -> bool {
    std::fs::read(a).is_ok_and(|a| Some(a) == std::fs::read(b).ok())
}
