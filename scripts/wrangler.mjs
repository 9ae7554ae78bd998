#!/usr/bin/env node
// `npx wrangler …` and `npm run deploy`: the pinned wrangler on the pinned Node, installed first if need be.
//
// package.json names this file as the project's own `wrangler` command. npx prefers that to a package of the same name,
// so the command works in a fresh clone, and on a Node that is too old for wrangler itself.

import { check } from "./check.mjs";
import { main, start } from "./lib/process.mjs";
import { binaries, paths } from "./lib/project.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  const args = process.argv.slice(2);
  // The [build] step asks the doctor too, but there wrangler buries its answer under a stack trace.
  const file = config(args);
  if (args[0] === "deploy" && file.endsWith(".toml")) await check([file]);
  const wrangler = start(binaries.node, [paths.wrangler, ...args]);
  // Ctrl-C reaches wrangler directly; this process only waits for it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => wrangler.kill("SIGTERM"));
  process.exitCode = await wrangler.done;
});

// The file that wrangler will read, which may be another one than ours.
function config(args) {
  const at = args.findIndex((arg) => /^(-c|--config)(=|$)/.test(arg));
  if (at < 0) return "wrangler.toml";
  return args[at].split("=", 2)[1] ?? args[at + 1] ?? "";
}
