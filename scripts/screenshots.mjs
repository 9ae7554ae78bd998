// `node scripts/screenshots.mjs`: makes the pictures of docs/images/ anew, with Chromium and the real page.
//
// The Worker runs as in `npm start`; every picture is a fire drill, so no origin is needed. Chromium is Debian's, or the
// one that CHROMIUM names. It is driven over its debugging protocol, with nothing but Node's own modules.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "./build.mjs";
import { Stop, main, run, say, start } from "./lib/process.mjs";
import { binaries, environment, paths, root } from "./lib/project.mjs";

const TOKEN = "screenshots";
const HOST = "www.example.com"; // Chromium is told that it is here
const THEMES = ["understudy", "plain", "friendly", "terminal", "corporate"];
const SHEET = [...THEMES.map((theme) => ({ theme, dark: false })), { theme: "terminal", dark: true }];
const DESKTOP = { width: 1000, height: 1060 };
const PHONE = { width: 390, height: 780, scale: 1.5 };

const PICTURES = [
  { name: "page-light", ...DESKTOP },
  { name: "page-dark", ...DESKTOP, dark: true },
  { name: "page-phone", ...PHONE, fail: "timeout", language: "de" },
  { name: "page-arabic", ...DESKTOP, fail: "503", language: "ar" },
];

// Node's WebSocket came with Node 22: on an older machine this file runs itself again on the pinned one.
if (typeof WebSocket === "undefined") {
  await main(() => run(binaries.node, [process.argv[1]]));
} else {
  await main(pictures);
}

async function pictures() {
  await build();
  const folder = join(root, "docs", "images");
  mkdirSync(folder, { recursive: true });
  const children = [];
  const profile = mkdtempSync(join(tmpdir(), "understudy-chromium-"));
  try {
    const port = await freePort();
    children.push(worker(port));
    await until(() => fetch(`http://127.0.0.1:${port}/.understudy/health`).then((r) => r.ok, () => false), "the Worker");
    children.push(chromium(profile, port));
    const tab = await connect(profile);
    for (const picture of PICTURES) {
      writeFileSync(join(folder, `${picture.name}.png`), await shoot(tab, picture, "/understudy/"));
      say(`· ${picture.name}.png`);
    }
    const themes = [];
    for (const { theme, dark } of SHEET) themes.push(await shoot(tab, { ...DESKTOP, height: 640, dark }, `/${theme}/`));
    writeFileSync(join(folder, "themes.png"), await shootSheet(tab, themes));
    say("· themes.png");
  } finally {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.map((child) => child.done));
    rmSync(profile, { recursive: true, force: true });
  }
}

function worker(port) {
  const rules = THEMES.map((theme) => ({ path: `/${theme}/*`, PAGE_THEME: theme }));
  const vars = {
    ORIGIN: "http://origin.invalid",
    ADMIN_TOKEN: TOKEN,
    RETRY_ATTEMPTS: "0",
    RULES: JSON.stringify(rules),
    LOG: "none",
    PAGE_STATUS_URL: "https://status.example.com/",
    PAGE_SUPPORT: "help@example.com",
  };
  const args = [paths.wrangler, "dev", "--local", "--port", port, "--show-interactive-dev-session=false", "--log-level=error"];
  for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}:${value}`);
  return start(binaries.node, args, { stdio: ["ignore", "ignore", "inherit"] });
}

function chromium(profile, port) {
  const args = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  args.push(`--host-resolver-rules=MAP ${HOST} 127.0.0.1:${port}`, "--disable-features=HttpsUpgrades", "about:blank");
  return start(process.env.CHROMIUM ?? "chromium", args, { env: environment(), stdio: "ignore" });
}

async function shoot(tab, { width, height, scale = 1, dark = false, fail = "502", language = "en" }, path) {
  const headers = { "Understudy-Drill": `${TOKEN}; fail=${fail}`, "Accept-Language": language, "CF-Ray": "8f2b6c1d9e3a4b57-FRA" };
  await tab.send("Network.setExtraHTTPHeaders", { headers });
  await tab.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: scale > 1 });
  const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }, { name: "prefers-reduced-motion", value: "reduce" }];
  await tab.send("Emulation.setEmulatedMedia", { features });
  return picture(tab, `http://${HOST}${path}`);
}

// All of them on one sheet, three in a row.
async function shootSheet(tab, pngs) {
  const images = pngs.map((png, i) => `<figure><img src="data:image/png;base64,${png.toString("base64")}"><figcaption>${SHEET[i].theme}${SHEET[i].dark ? ", dark" : ""}</figcaption></figure>`);
  const style = "body{margin:12px;display:grid;grid-template-columns:1fr 1fr 1fr;gap:12px;font:14px sans-serif;background:#fff}figure{margin:0}img{width:100%;border:1px solid #ccc}";
  const file = join(mkdtempSync(join(tmpdir(), "understudy-sheet-")), "sheet.html");
  writeFileSync(file, `<!DOCTYPE html><meta charset="utf-8"><style>${style}</style>${images.join("")}`);
  await tab.send("Network.setExtraHTTPHeaders", { headers: {} });
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 1200, height: 570, deviceScaleFactor: 1, mobile: false });
  await tab.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
  const png = await picture(tab, `file://${file}`);
  rmSync(join(file, ".."), { recursive: true });
  return png;
}

async function picture(tab, url) {
  const loaded = tab.once("Page.loadEventFired");
  const { errorText } = await tab.send("Page.navigate", { url });
  if (errorText) throw new Stop(`${url}: ${errorText}`);
  await loaded;
  await sleep(300);
  const { data } = await tab.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: false });
  return Buffer.from(data, "base64");
}

// Chromium writes down where it listens.
async function connect(profile) {
  const port = await until(() => {
    try {
      return readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0];
    } catch {
      return null;
    }
  }, "Chromium");
  const tabs = await until(() => fetch(`http://127.0.0.1:${port}/json/list`).then((r) => r.json(), () => null), "Chromium");
  const socket = new WebSocket(tabs.find((tab) => tab.type === "page").webSocketDebuggerUrl);
  await new Promise((resolve, reject) => ((socket.onopen = resolve), (socket.onerror = reject)));
  const waiting = new Map();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const key = message.id ?? message.method;
    waiting.get(key)?.(message);
    waiting.delete(key);
  };
  const once = (key) => new Promise((resolve) => waiting.set(key, resolve));
  const send = async (method, params = {}) => {
    const id = ++last;
    const answered = once(id);
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new Stop(`${method}: ${error.message}`);
    return result;
  };
  await send("Page.enable");
  await send("Network.enable");
  return { send, once };
}

async function until(there, what) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const found = await there();
    if (found) return found;
  }
  throw new Stop(`${what} did not start within a minute.`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
