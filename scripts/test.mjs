// `npm test [-- <arguments of cargo test>]`: every test, native and in the real runtime.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { main, run, say } from "./lib/process.mjs";
import { root } from "./lib/project.mjs";

await main(async () => {
  await build();
  await suite("conformance");
  await suite("browser");
  await run("cargo", ["test", ...process.argv.slice(2)]);
});

// What only one test needs has a package.json of its own, so that nobody else has to install it.
async function suite(name) {
  const cwd = join(root, "tests", name);
  if (existsSync(join(cwd, "node_modules", ".package-lock.json"))) return;
  say(`· npm: installing what tests/${name} needs`);
  await run("npm", ["ci", "--loglevel=error"], { cwd, shell: process.platform === "win32" });
}
