// How do the scripts build something with cargo and learn where it went?

import { createInterface } from "node:readline";
import { Stop, start } from "./process.mjs";
import { environment } from "./project.mjs";

/**
 * Runs `cargo build`, with cargo's own progress on the terminal, and returns the files of the artifact `name`.
 * cargo names them, so that a machine's own target folder is found too.
 */
export async function build(name, args, env = {}) {
  const child = start("cargo", ["build", "--message-format=json-render-diagnostics", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...environment(), ...env },
  });
  let files = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const message = line.startsWith("{") ? JSON.parse(line) : {};
    if (message.reason === "compiler-artifact" && message.target.name === name) files = message.filenames;
  }
  const code = await child.done;
  if (code !== 0) throw new Stop("", code);
  return files;
}

/** Builds an example of the crate and returns the path of the program. */
export async function example(name) {
  const [program] = await build(name, ["--example", name]);
  return program;
}
