// Is the configuration right? Runs the doctor over `wrangler.toml`, every environment included.

import { fileURLToPath } from "node:url";
import { example } from "./lib/cargo.mjs";
import { main, run } from "./lib/process.mjs";
import { rust } from "./setup.mjs";

/** Ends with the doctor's exit code; its lines say what is wrong. */
export async function check(args = []) {
  rust();
  await run(await example("check"), args);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => check(process.argv.slice(2)));
