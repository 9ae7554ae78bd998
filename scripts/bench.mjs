// `npm run bench [-- <arguments>]`: the benchmarks, each a ratio against a baseline in the same run.

import { build } from "./build.mjs";
import { main, run } from "./lib/process.mjs";

await main(async () => {
  await build();
  await run("cargo", ["run", "--release", "--example", "bench", "--", ...process.argv.slice(2)]);
});
