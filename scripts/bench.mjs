// `npm run bench [-- quick] [-- <name>]`: the benchmarks, each a ratio against a baseline in the same run.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { main, run, say } from "./lib/process.mjs";
import { paths, root } from "./lib/project.mjs";

await main(async () => {
  await build();
  const plain = join(root, "bench", "plain-relay");
  if (!existsSync(join(plain, "build", "index.js"))) {
    say("· building the plain Rust relay, a baseline");
    await run(paths.workerBuild, ["--release"], { cwd: plain });
  }
  await run("cargo", ["run", "--release", "--example", "bench", "--", ...process.argv.slice(2)]);
});
