// Is everything there that the other commands need? If not, install it into the project's folder, and say so.
//
// Nothing is noted down about what has been installed: what npm and cargo wrote themselves is compared with the two lock
// files, so a second run costs some milliseconds and an interrupted one is simply completed by the next.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./lib/lock.mjs";
import { Stop, main, output, run, say, start } from "./lib/process.mjs";
import { binaries, environment, locked, machine, paths, root } from "./lib/project.mjs";

const TARGET = "wasm32-unknown-unknown";

/** Installs what is missing: npm packages, the Wasm target, worker-build and wasm-bindgen. */
export async function setup() {
  if (!binaries) {
    throw new Stop(`Cloudflare's runtime, workerd, does not exist for ${machine}; it does for Linux, macOS and Windows on x64, and for Linux and macOS on arm64.`);
  }
  const toolchain = rust();
  if (packagesInstalled() && toolchain.hasTarget && missingTools().length === 0) return;
  await alone(async () => {
    if (!packagesInstalled()) await installPackages();
    if (!rust().hasTarget) await installTarget();
    const missing = missingTools();
    if (missing.length > 0) await installTools(missing);
  });
}

/** The Rust toolchain, or a `Stop` that says how to get one: all that `npm run check` needs. */
export function rust() {
  const sysroot = output("rustc", ["--print", "sysroot"]);
  if (sysroot === null) {
    throw new Stop("there is no working Rust toolchain here (`rustc` failed). Install it from https://rustup.rs and try again; if it is installed, `rustup show` says what is wrong.");
  }
  return { hasTarget: existsSync(join(sysroot, "lib", "rustlib", TARGET)) };
}

async function installTarget() {
  say(`· Rust: adding the target ${TARGET}`);
  const failure = `could not add the Rust target ${TARGET}. Without rustup, install it the way you installed Rust.`;
  await run("rustup", ["target", "add", TARGET], { failure });
}

// npm writes what it installed to node_modules/.package-lock.json; packages for other platforms are not in it.
function packagesInstalled() {
  const installed = lockFile(join(paths.modules, ".package-lock.json"));
  const wanted = lockFile(join(root, "package-lock.json"));
  return (
    Object.values(binaries).every((file) => existsSync(file)) &&
    Object.entries(wanted).every(([path, { version, optional }]) =>
      path === "" || (optional && !installed[path]) || installed[path]?.version === version)
  );
}

function lockFile(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return {};
  }
}

async function installPackages() {
  say("· npm: installing wrangler, the Workers runtime and the Wasm tools (some 500 MB on disk, once)");
  // The machine's settings may leave out development packages or refuse a Node that is too old for wrangler: we bring our own.
  const args = ["ci", "--include=dev", "--include=optional", "--engine-strict=false", "--loglevel=error"];
  await run("npm", args, { shell: process.platform === "win32", failure: "`npm ci` failed; its message is above." });
  if (!packagesInstalled()) throw new Stop("`npm ci` ended well but left packages out; remove node_modules and try again.");
}

// worker-build must fit the crate `worker`, and wasm-bindgen's tool must be of the very version of its crate.
function tools() {
  return [
    { name: "worker-build", version: locked("worker"), program: paths.workerBuild },
    { name: "wasm-bindgen-cli", version: locked("wasm-bindgen"), program: paths.wasmBindgen },
  ];
}

function missingTools() {
  let installed = "";
  try {
    installed = readFileSync(join(paths.tools, ".crates.toml"), "utf8"); // cargo's own record
  } catch {
    // Nothing has been installed yet.
  }
  return tools().filter(({ name, version, program }) => !existsSync(program) || !installed.includes(`"${name} ${version} (`));
}

async function installTools(missing) {
  if (process.platform !== "win32" && output("cc", ["--version"]) === null) {
    throw new Stop("there is no C compiler (`cc`), which Rust needs for linking. Debian, Ubuntu: apt install build-essential. macOS: xcode-select --install.");
  }
  // One target folder for both, so that what they have in common is compiled once; gone when both are there.
  const scratch = join(paths.tools, "target");
  for (const { name, version } of missing) {
    say(`· cargo: building ${name} ${version} (some minutes, once)`);
    // `--force`: cargo would take its own record's word for a program that somebody removed.
    const args = ["install", "--force", "--root", paths.tools, "--target-dir", scratch, "--version", `=${version}`, name];
    const options = { env: toolEnvironment() };
    if ((await start("cargo", [...args, "--locked"], options).done) === 0) continue;
    // Lock files of tools age: a version that one names may have been withdrawn since.
    say(`· cargo: the exact versions that ${name} was released with cannot be had; taking the newest that fit`);
    await run("cargo", args, { ...options, failure: `could not build ${name}; cargo's message is above.` });
  }
  rmSync(scratch, { recursive: true, force: true });
}

// These programs run for a second at a time: it does not pay to wait longer for faster ones.
function toolEnvironment() {
  return { ...environment(), CARGO_PROFILE_RELEASE_OPT_LEVEL: "1", CARGO_PROFILE_RELEASE_LTO: "off" };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setup);
