//! Does the config doctor find every mistake in a `wrangler.toml`, and do the documents say what the code does?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use toml::Table;
use understudy::config::{Scope, VARS};

#[test]
fn the_project_s_own_file_is_fine_in_every_environment() {
    let told = doctor(&[]);
    assert_eq!((told.code, told.lines.len()), (0, 1), "{told:?}");
    assert_eq!(told.lines[0], "wrangler.toml: all variables are fine (env.production.vars, env.staging.vars, vars)");
}

#[test]
fn one_line_a_mistake_with_place_variable_value_and_expectation() {
    let told = examine(
        "bad",
        r#"
        name = "x"
        [vars]
        TIMEOUT = "ten"
        RETRY_ATTEMPTS = 9
        FAILURE_BLANK = 2
        ORIGIN = "https://user:hunter2@origin.example"
        RULES = [{ path = "/api/*", PATIENCE = true }, { TIMEOUT = "1s" }]
        [env.staging.vars]
        MODE = "observ"
        [env.production.vars]
        STALE_LIMIT = "1y"
        "#,
    );
    let expected = [
        r#"[env.production.vars] STALE_LIMIT = "1y": expected a duration from 0 to 365d, such as 250ms, 10s, 5m, 1h, 7d"#,
        r#"[env.staging.vars] MODE = "observ": expected on, observe or off"#,
        r#"[vars] ORIGIN = "https://…@origin.example": expected a base URL such as https://origin.example, without user, query or fragment"#,
        r#"[vars] FAILURE_BLANK = "2": expected on or off"#,
        r#"[vars] TIMEOUT = "ten": expected a duration from 1ms to 10m, such as 250ms, 10s, 5m, 1h, 7d"#,
        r#"[vars] RETRY_ATTEMPTS = "9": expected a whole number from 0 to 5"#,
        r#"[vars] RULES[0].PATIENCE = "true": expected a duration from 0 to 10m, such as 250ms, 10s, 5m, 1h, 7d"#,
        r#"[vars] RULES[1].path = "": expected a path as it stands in the address, without a query, such as "/api/*" or "/caf%C3%A9/*""#,
    ];
    assert_eq!(told.lines, expected);
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("8 mistakes in"), "{}", told.stderr);
}

/// wrangler would deploy without them.
#[test]
fn variables_outside_of_vars_are_mistakes() {
    let told = examine(
        "outside",
        r#"
        name = "x"
        rules = [{ type = "Text", globs = ["**/*.txt"] }]
        TIMEOUT = "3s"
        ADMIN_TOKEN = "hunter2"
        [vars]
        ADMIN_TOKN = "hunter2"
        [env.staging]
        MODE = "observe"
        ORIGIN = "https://me:hunter2@origin.example"
        [env.production]
        vars = "x"
        [observability]
        enabled = true
        PATIENCE = "2s"
        [observability.logs]
        DEADLINE = "9s"
        [[kv_namespaces]]
        binding = "COPIES"
        LOG = "all"
        [[env.staging.routes]]
        pattern = "x"
        KV_REFRESH = "2h"
        "#,
    );
    let mut expected = [
        r#"[top level] ADMIN_TOKEN = "(secret)": expected a secret: npx wrangler secret put ADMIN_TOKEN"#,
        r#"[top level] TIMEOUT = "3s": expected TIMEOUT under [vars]"#,
        r#"[vars] ADMIN_TOKN = "(secret)": expected the name ADMIN_TOKEN"#,
        r#"[env.production] vars = "x": expected a table, [env.production.vars]"#,
        r#"[env.staging] MODE = "observe": expected MODE under [env.staging.vars]"#,
        r#"[env.staging] ORIGIN = "https://…@origin.example": expected ORIGIN under [env.staging.vars]"#,
        r#"[observability] PATIENCE = "2s": expected PATIENCE under [vars]"#,
        r#"[observability.logs] DEADLINE = "9s": expected DEADLINE under [vars]"#,
        r#"[kv_namespaces] LOG = "all": expected LOG under [vars]"#,
        r#"[env.staging.routes] KV_REFRESH = "2h": expected KV_REFRESH under [env.staging.vars]"#,
    ];
    let mut lines = told.lines.clone();
    lines.sort();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert_eq!(told.code, 1);
}

#[test]
fn paths_that_no_address_has_are_mistakes() {
    let told = examine(
        "paths",
        r#"
        [vars]
        RULES = [{ path = "/café/*" }, { path = "/a b" }, { path = "/s?q=*" }, "x", { path = "/caf%C3%A9/*" }, { path = "*" }]
        "#,
    );
    let names: Vec<_> = told.lines.iter().map(|line| line.split(" = ").next().unwrap_or_default()).collect();
    assert_eq!(names, ["[vars] RULES[0].path", "[vars] RULES[1].path", "[vars] RULES[2].path", "[vars] RULES[3]"]);
}

#[test]
fn names_that_are_one_letter_off_are_found_and_others_are_nobody_s_business() {
    let told = examine(
        "names",
        r#"
        [vars]
        TIMOUT = "1s"
        orign = "https://a.example"
        PAGE_SIET = "x"
        DATABASE_URL = "x"
        [env.a.vars]
        RETRY_ATTEMPT = 1
        "#,
    );
    let expected = [
        r#"[env.a.vars] RETRY_ATTEMPT = "1": expected the name RETRY_ATTEMPTS"#,
        r#"[vars] PAGE_SIET = "x": expected the name PAGE_SITE"#,
        r#"[vars] TIMOUT = "1s": expected the name TIMEOUT"#,
        r#"[vars] orign = "https://a.example": expected the name ORIGIN"#,
    ];
    assert_eq!((told.lines.as_slice(), told.code), (expected.map(str::to_owned).as_slice(), 1), "{}", told.stderr);
}

#[test]
fn files_without_a_mistake_pass() {
    for (name, text) in [
        ("empty", ""),
        ("no-vars", "name = \"x\"\n[env.a]\n"),
        (
            "types",
            "[vars]\nRETRY_ATTEMPTS = 0\nRESUME = true\nMODE = \"\"\nRULES = [{ path = \"/a\", MODE = false }]\n",
        ),
        ("lists", "[vars]\nRETRY_METHODS = [\"GET\", \"PUT\"]\nSTALE_IGNORE_PARAMS = \"a, b c\"\n"),
    ] {
        let told = examine(name, text);
        assert_eq!((told.code, told.lines.len()), (0, 1), "{name}: {told:?}");
        assert!(told.lines[0].starts_with("all variables are fine"), "{told:?}");
    }
}

#[test]
fn a_secret_in_the_file_is_a_warning_that_does_not_repeat_it() {
    let told = examine("secret", "[vars]\nADMIN_TOKEN = \"hunter2\"\n");
    assert_eq!(told.code, 0);
    assert!(told.stderr.contains("wrangler secret put ADMIN_TOKEN"), "{}", told.stderr);
    let told = examine("bad-secret", "[vars]\nADMIN_TOKEN = \"hunter 2\"\n");
    assert_eq!((told.code, told.lines.len()), (1, 1), "{told:?}");
    assert!(!format!("{told:?}").contains("hunter"), "{told:?}");
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_refused() {
    let told = doctor(&["/nowhere/wrangler.toml"]);
    assert!(told.code == 1 && told.lines[0].contains("cannot be read"), "{told:?}");
    let told = examine("no-toml", "[vars\n");
    assert!(told.code == 1 && told.lines[0].contains("no TOML"), "{told:?}");
}

/// Docs cannot drift: after `# ` stands each variable with its default, and with all of them set all is fine.
#[test]
fn wrangler_toml_shows_every_variable_with_its_default() {
    let text = fs::read_to_string(root().join("wrangler.toml")).unwrap();
    let known = |name: &str| VARS.iter().any(|var| var.name == name);
    let shown: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.split_once(" = ").is_some_and(|(name, _)| known(name)))
        .collect();
    let table: Table = shown.join("\n").parse().unwrap();
    assert_eq!(table.len(), shown.len());
    let variables: Vec<_> = VARS.iter().filter(|var| var.scope != Scope::Secret).collect();
    for var in &variables {
        let value = table.get(var.name).unwrap_or_else(|| panic!("wrangler.toml does not show {}", var.name));
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(value, var.default, "{}", var.name);
    }
    let order: Vec<_> = shown.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(order, variables.iter().map(|var| var.name).collect::<Vec<_>>(), "in the same order");
    let all =
        shown.iter().fold(text.clone(), |text, line| text.replacen(&format!("# {line}\n"), &format!("{line}\n"), 1));
    assert_eq!(all.parse::<Table>().unwrap()["vars"].as_table().map(Table::len), Some(variables.len()));
    assert_eq!(examine("defaults", &all).code, 0);
}

/// … and the README has a row for each: `` | `NAME` | `default` | meaning | ``, an empty default as `empty`.
#[test]
fn the_readme_has_a_row_for_every_variable_with_its_default() {
    let Ok(text) = fs::read_to_string(root().join("README.md")) else { return };
    let rows: Vec<Vec<_>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split(" | ").map(str::trim).collect())
        .collect();
    for var in VARS {
        let mine: Vec<_> = rows.iter().filter(|row| row[0].trim_end_matches('`') == var.name).collect();
        assert_eq!(mine.len(), 1, "README.md: rows for {}", var.name);
        let shown = mine[0][1].trim_matches('`');
        let is_empty = var.default.is_empty() && ["empty", "none", "request host", "built-in", ""].contains(&shown);
        assert!(shown == var.default || is_empty, "README.md: {} is {shown:?}, not {:?}", var.name, var.default);
    }
}

/// What the doctor said.
#[derive(Debug)]
struct Told {
    code: i32,
    /// On standard output, the file's name left out.
    lines: Vec<String>,
    stderr: String,
}

/// Lets the doctor look at a file with this text.
fn examine(name: &str, text: &str) -> Told {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{name}.toml"));
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let mut told = doctor(&[file]);
    for line in &mut told.lines {
        *line = line.trim_start_matches(file).trim_start_matches([':', ' ']).to_owned();
    }
    told
}

fn doctor(args: &[&str]) -> Told {
    let output = Command::new(program()).args(args).current_dir(root()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let lines = text(output.stdout).lines().map(str::to_owned).collect();
    Told { code: output.status.code().unwrap(), lines, stderr: text(output.stderr) }
}

/// The example `check`; cargo builds it before the tests, but not when it is told to build only this one.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--example", "check", "--message-format=json"]).current_dir(root());
        let output = build.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let mut programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
        programs.next_back().expect("the doctor")
    })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
