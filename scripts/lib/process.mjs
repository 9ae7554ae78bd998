// How do the scripts run other programs, tell what they do, and give up?

import { spawn, spawnSync } from "node:child_process";
import { environment, root } from "./project.mjs";

/** A failure that needs no stack trace: its message says what is wrong and what to do. */
export class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

/** One line of progress; on stderr, so that a command's own output stays clean. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `work`, turns a `Stop` into its message and exit code. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.message) say(`\nunderstudy: ${error.message}`);
    process.exitCode = error.code;
  }
}

/** Starts a program in the project's folder. A missing program is a `Stop`, raised by `done`. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, env: environment(), stdio: "inherit", ...options });
  child.done = new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Stop(`cannot run ${command}: ${error.message}`)));
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
  child.done.catch(() => {}); // whoever waits for it gets the rejection
  return child;
}

/** Runs a program to its end; any exit code but 0 is a `Stop` with that code. */
export async function run(command, args, options = {}) {
  const code = await start(command, args, options).done;
  if (code !== 0) throw new Stop(options.failure ?? "", code);
}

/** The standard output of a quick program, or `null` if it failed or does not exist. Its stderr is shown. */
export function output(command, args) {
  const stdio = ["ignore", "pipe", "inherit"];
  const result = spawnSync(command, args, { cwd: root, env: environment(), encoding: "utf8", stdio });
  return result.status === 0 ? result.stdout.trim() : null;
}
