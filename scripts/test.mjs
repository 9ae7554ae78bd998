// `npm test [-- <arguments of cargo test>]`: every test, native and in the real runtime.

import { build } from "./build.mjs";
import { main, run } from "./lib/process.mjs";

await main(async () => {
  await build();
  await run("cargo", ["test", ...process.argv.slice(2)]);
});
