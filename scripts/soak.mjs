// `npm run soak [-- <seconds>] [-- seed=<n>]`: mixed traffic and faults at full speed on one workerd; does anything get lost?
//
// Bounded: whatever has not ended a minute after its time is ended, with all that it started.

import * as cargo from "./lib/cargo.mjs";
import { build } from "./build.mjs";
import { Stop, main, start } from "./lib/process.mjs";

const SECONDS = 600;
const GRACE_SECONDS = 60;

await main(async () => {
  await build();
  const [program] = await cargo.build("soak", ["--release", "--example", "soak"]);
  const args = process.argv.slice(2);
  const seconds = Number(args.map((arg) => /^(?:seconds=)?(\d+)$/.exec(arg)?.[1]).find(Boolean) ?? SECONDS);
  // In a group of its own, so that what it started can be ended with it.
  const child = start(program, args, { detached: process.platform !== "win32" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(child));
  let late = false;
  const watchdog = setTimeout(() => {
    late = true;
    end(child);
  }, (seconds + GRACE_SECONDS) * 1_000);
  const code = await child.done;
  clearTimeout(watchdog);
  end(child);
  if (late) throw new Stop(`the soak had not ended ${GRACE_SECONDS} s after its time.`);
  if (code !== 0) throw new Stop("", code);
});

function end(child) {
  try {
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of them are gone already.
  }
}
