// How do scripts and tests drive Chromium? Over its debugging protocol, with nothing but Node's own modules.
//
// Chromium is Debian's, or the one that CHROMIUM names. Node's WebSocket came with Node 22: see `binaries.node`.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Stop } from "./process.mjs";

// It asks nobody anything but the pages that it is given.
const QUIET = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-features=HttpsUpgrades",
];

/** Starts it with an empty profile. `hosts`: pairs of a host and the address that it is to be. */
export async function chromium(hosts = []) {
  const profile = mkdtempSync(join(tmpdir(), "understudy-chromium-"));
  const rules = hosts.map(([host, address]) => `MAP ${host} ${address}`).join(", ");
  const args = [...QUIET, "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  if (rules) args.push(`--host-resolver-rules=${rules}`);
  // It is many processes, which have to be gone together: a group of their own.
  const child = spawn(process.env.CHROMIUM ?? "chromium", [...args, "about:blank"], { stdio: "ignore", detached: true });
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // There is none left.
    }
  };
  const endAll = () => end("SIGKILL");
  process.on("exit", endAll);
  const ended = new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  const port = await until(() => written(profile), "Chromium");
  return {
    port,
    /** The tab that it started with. */
    tab: async () => connect(await until(() => page(port), "Chromium")),
    close: async () => {
      end("SIGTERM");
      await ended;
      endAll();
      process.off("exit", endAll);
      // What the last of them writes while it goes may come in between.
      await rm(profile, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
    },
  };
}

// Chromium writes down where it listens.
function written(profile) {
  try {
    return Number(readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0]);
  } catch {
    return 0;
  }
}

async function page(port) {
  const tabs = await fetch(`http://127.0.0.1:${port}/json/list`).then((r) => r.json(), () => []);
  return tabs.find((tab) => tab.type === "page")?.webSocketDebuggerUrl;
}

async function connect(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => ((socket.onopen = resolve), (socket.onerror = reject)));
  const waiting = new Map();
  const listening = new Map();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const key = message.id ?? message.method;
    waiting.get(key)?.(message);
    waiting.delete(key);
    listening.get(message.method)?.(message.params);
  };
  const tab = {
    /** The next event of this name. */
    once: (method) => new Promise((resolve) => waiting.set(method, resolve)),
    /** Every event of this name. */
    on: (method, then) => listening.set(method, then),
    /** A command and its result. */
    send: async (method, params = {}) => {
      const id = ++last;
      const answered = tab.once(id);
      socket.send(JSON.stringify({ id, method, params }));
      const { result, error } = await answered;
      if (error) throw new Stop(`${method}: ${error.message}`);
      return result;
    },
    /** The value of an expression; a promise is waited for. */
    evaluate: async (expression) => {
      const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
      const { result, exceptionDetails } = await tab.send("Runtime.evaluate", options);
      if (exceptionDetails) throw new Stop(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
      return result.value;
    },
    /** Goes there, and waits until all of it has loaded. */
    open: async (to) => {
      const loaded = tab.once("Page.loadEventFired");
      const { errorText } = await tab.send("Page.navigate", { url: to });
      if (errorText) throw new Stop(`${to}: ${errorText}`);
      await loaded;
    },
    /** The size of the screen in CSS pixels. */
    size: (width, height, scale = 1) =>
      tab.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: scale > 1 }),
    /** What the visitor prefers, such as `{ "prefers-color-scheme": "dark" }`. */
    prefer: (features, media = "") =>
      tab.send("Emulation.setEmulatedMedia", { media, features: Object.entries(features).map(([name, value]) => ({ name, value })) }),
  };
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await tab.send(`${domain}.enable`);
  return tab;
}

/** What `there` gives, as soon as it gives something. */
export async function until(there, what) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const found = await there();
    if (found) return found;
  }
  throw new Stop(`${what}: waited for a minute.`);
}
