// `npm start`: a demo origin that can be broken on purpose, and the Worker in front of it, in the real runtime.

import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "./build.mjs";
import { example } from "./lib/cargo.mjs";
import { Stop, main, say, start } from "./lib/process.mjs";
import { binaries, paths } from "./lib/project.mjs";

const ADMIN_TOKEN = "demo";
const READY_MS = 60_000;
// The demo's switch gets through whatever the Worker thinks of the origin: with a breaker in between, nobody could mend it.
const RULES = JSON.stringify([{ path: "/_control*", MODE: "off" }]);

const children = [];
let ending = false; // we were asked to end

await main(async () => {
  const port = Number(process.env.PORT || 8787);
  await mustBeFree(port);
  await build();
  const program = await example("origin");
  endWhenAsked();
  try {
    const { origin, switchAt } = await startOrigin(program);
    const site = `http://localhost:${port}`;
    const worker = startWorker(port, origin);
    await Promise.race([answers(site), ended(worker, "wrangler")]);
    say(`
  Understudy is at   ${site}
  The demo origin is ${origin}
  Break and mend it  ${switchAt}
  Admin pages        curl -H 'Authorization: Bearer ${ADMIN_TOKEN}' ${site}/.understudy/health
  Ctrl-C ends both.
`);
    await Promise.race(children.map(({ child, name }) => ended(child, name)));
  } finally {
    end();
  }
});

async function mustBeFree(port) {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Stop(`PORT=${process.env.PORT} is not a port number (1–65535).`);
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", (error) => resolve(error.code));
      server.listen(port, host, () => server.close(() => resolve(null)));
    });
    if (code === "EADDRINUSE" || code === "EACCES") {
      const why = code === "EACCES" ? "may not be used without more rights" : "is taken by another program";
      throw new Stop(`port ${port} ${why}. End that program, or choose another port: PORT=8788 npm start`);
    }
  }
}

async function startOrigin(program) {
  const child = start(program, ["--port", "0", "--control-port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  children.push({ child, name: "the demo origin" });
  const lines = createInterface({ input: child.stdout });
  // It says where it listens, and then where its switch is.
  let origin;
  const listening = new Promise((resolve) => {
    lines.on("line", (line) => {
      say(`origin: ${line}`);
      origin ??= /listening on (http:\/\/\S+)/.exec(line)?.[1].replace(/\/$/, "");
      const switchAt = /switch at (http:\/\/\S+)/.exec(line)?.[1];
      if (origin && switchAt) resolve({ origin, switchAt });
    });
  });
  return Promise.race([listening, ended(child, "the demo origin")]);
}

function startWorker(port, origin) {
  const args = [paths.wrangler, "dev", "--local", "--port", port, "--show-interactive-dev-session=false"];
  const vars = ["--var", `ORIGIN:${origin}`, "--var", `ADMIN_TOKEN:${ADMIN_TOKEN}`, "--var", `RULES:${RULES}`];
  const child = start(binaries.node, [...args, ...vars], { stdio: ["ignore", "inherit", "inherit"] });
  children.push({ child, name: "wrangler" });
  return child;
}

// Resolves when anything at all answers there.
async function answers(site) {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(100)) {
    const there = await fetch(`${site}/.understudy/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (there) return;
  }
  throw new Stop(`the Worker did not answer at ${site} within ${READY_MS / 1000} s.`);
}

// Never resolves: rejects when the child is gone, quietly if we were asked to end.
async function ended(child, name) {
  const code = await child.done;
  throw new Stop(ending ? "" : `${name} ended (exit code ${code}).`, ending ? 0 : 1);
}

// Ctrl-C, a signal, or the death of our parent: a SIGTERM to npm ends its shell and never gets here.
function endWhenAsked() {
  const asked = () => {
    ending = true;
    end();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, asked);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || asked(), 1_000).unref();
}

function end() {
  for (const { child } of children) child.kill("SIGTERM");
}
