// Is `build/` what the sources say? Checks the configuration, then makes `build/index.js` and `build/index_bg.wasm`.
//
// Also the `[build]` step of wrangler.toml, so that a bad variable never deploys. cargo decides whether anything changed:
// only if the module that it linked is another one than last time do wasm-bindgen, wasm-opt and esbuild run again.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as cargo from "./lib/cargo.mjs";
import { check } from "./check.mjs";
import { alone } from "./lib/lock.mjs";
import { main, run, say } from "./lib/process.mjs";
import { locked, paths, root } from "./lib/project.mjs";
import { withoutUnusedClasses } from "./lib/wasm.mjs";
import { setup } from "./setup.mjs";

// What worker-build gives to cargo. Were ours different, each would undo the other's work.
const LINK = ["--lib", "--release", "--target", "wasm32-unknown-unknown"];
const LINK_ENV = { WASM_BINDGEN_USE_JS_SYS: "1" };

// Smallest (measured, compressed): `--low-memory-unused` (1.5 KB) is true because the stack lies below the data and no address
// below 1024 is ever valid; large functions with one caller that stay by themselves and nothing kept in locals for a second
// use are 2 % more code, but more alike (11 KB). Without the names of functions, and with no feature that the runtime might
// not know yet: those that rustc emits, and the exceptions that wasm-bindgen catches.
const WASM_OPT = [
  "-Oz",
  "--one-caller-inline-max-function-size=10",
  "--skip-pass=local-cse",
  "--low-memory-unused",
  "--strip-debug",
  "--strip-producers",
  ...["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types"].map((f) => `--enable-${f}`),
  "--enable-exception-handling",
];

/** Sets up, checks, builds. `doctor`: what to give to the doctor, as in `npm run check -- …`. */
export async function build(doctor = []) {
  await setup();
  await check(doctor);
  await alone(async () => {
    const linked = (await cargo.build("understudy", LINK, LINK_ENV)).find((file) => file.endsWith(".wasm"));
    const inputs = fingerprint(linked);
    if (!isCurrent(inputs)) {
      say("· Wasm: wasm-bindgen, wasm-opt, esbuild");
      await run(paths.workerBuild, ["--release"]);
      writeFileSync(paths.buildWasm, withoutUnusedClasses(readFileSync(paths.buildWasm)));
      await run(process.execPath, [paths.wasmOpt, paths.buildWasm, "-o", paths.buildWasm, ...WASM_OPT]);
      writeFileSync(paths.buildJs, plain(readFileSync(paths.buildJs, "utf8")) + texts());
      writeFileSync(stamp, inputs);
    }
  });
  say(`· build/ is up to date: ${size(paths.buildWasm)}, ${size(paths.buildJs)}`);
}

const stamp = join(paths.build, ".inputs");
const doctorWords = join(root, "src", "admin", "doctor", "words.txt");
const localesFolder = join(root, "src", "page", "locales");
const locales = readdirSync(localesFolder).filter((name) => name.endsWith(".json")).sort().map((name) => join(localesFolder, name));

// Everything that decides about the output: the linked module, the tools, their settings.
function fingerprint(linked) {
  const hash = createHash("sha256");
  const settings = [fileURLToPath(import.meta.url), join(root, "scripts", "lib", "wasm.mjs")];
  for (const file of [linked, ...locales, doctorWords, join(root, "Cargo.toml"), join(root, "package-lock.json"), ...settings]) {
    hash.update(readFileSync(file));
  }
  return hash.update(`${locked("worker")} ${locked("wasm-bindgen")}`).digest("hex");
}

// worker-build's entry makes an object behind a Proxy for every request, which costs a tenth of what the Worker relays.
// A plain handler does the same: start anew after a trap, and remember one. Should worker-build's output ever look
// different, it stays as it is.
function plain(js) {
  const fetch = /\w+\.prototype\.fetch=function\((\w+)\)\{return (\w+)\.call\(this,\1,this\.env,this\.ctx\)\}/.exec(js)?.[2];
  const renew = /function (\w+)\(\)\{\w+\.criticalError&&\(console\.log\("Reinitializing/.exec(js)?.[1];
  const note = /addEventListener\("error",(\w+)=>\{(\w+)\(\1\.error\)\}\)/.exec(js)?.[2];
  const entry = /,\w+ as default\};?\s*$/;
  if (![fetch, renew, note].every(Boolean) || !entry.test(js)) {
    say("· worker-build's entry is another one than expected: left as it is");
    return js;
  }
  // What goes wrong later, in a promise, src/edge/glue.js reports.
  const call = `try{return ${fetch}(r,e,c)}catch(t){throw ${note}(t),t}`;
  return js.replace(entry, `};\nexport default{fetch(r,e,c){${renew}();${call}}};\n`);
}

// The page's texts in all languages but English, which is part of the Wasm, and the doctor's words; see src/edge/texts.rs.
function texts() {
  const all = {};
  for (const file of locales) {
    const tag = basename(file, ".json");
    if (tag !== "en") all[tag] = Object.values(JSON.parse(readFileSync(file, "utf8"))).join("\n");
  }
  all.doctor = readFileSync(doctorWords, "utf8");
  return `globalThis.understudyTexts=${JSON.stringify(all)};\n`;
}

function isCurrent(inputs) {
  const there = [stamp, paths.buildJs, paths.buildWasm].every((file) => existsSync(file));
  return there && readFileSync(stamp, "utf8") === inputs;
}

function size(path) {
  const bytes = readFileSync(path);
  const kib = (n) => `${(n / 1024).toFixed(1)} KiB`;
  return `${path.slice(paths.build.length + 1)} ${kib(bytes.length)} (gzip ${kib(gzipSync(bytes, { level: 9 }).length)})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => build(process.argv.slice(2)));
