// `node scripts/screenshots.mjs`: makes the pictures of docs/images/ anew, with Chromium and the real page.
//
// The Worker runs as in `npm start`; every picture is a fire drill, so no origin is needed.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "./build.mjs";
import { chromium, until } from "./lib/chromium.mjs";
import { main, run, say, start } from "./lib/process.mjs";
import { binaries, paths, root } from "./lib/project.mjs";

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
  const port = await freePort();
  const served = worker(port);
  const browser = await chromium([[HOST, `127.0.0.1:${port}`]]);
  try {
    await until(() => fetch(`http://127.0.0.1:${port}/.understudy/health`).then((r) => r.ok, () => false), "the Worker");
    const tab = await browser.tab();
    for (const picture of PICTURES) {
      writeFileSync(join(folder, `${picture.name}.png`), await shoot(tab, picture, "/understudy/"));
      say(`· ${picture.name}.png`);
    }
    const themes = [];
    for (const { theme, dark } of SHEET) themes.push(await shoot(tab, { ...DESKTOP, height: 640, dark }, `/${theme}/`));
    writeFileSync(join(folder, "themes.png"), await shootSheet(tab, themes));
    say("· themes.png");
  } finally {
    await browser.close();
    served.kill("SIGTERM");
    await served.done;
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

async function shoot(tab, { width, height, scale = 1, dark = false, fail = "502", language = "en" }, path) {
  const headers = { "Understudy-Drill": `${TOKEN}; fail=${fail}`, "Accept-Language": language, "CF-Ray": "8f2b6c1d9e3a4b57-FRA" };
  await tab.send("Network.setExtraHTTPHeaders", { headers });
  await tab.size(width, height, scale);
  await tab.prefer({ "prefers-color-scheme": dark ? "dark" : "light", "prefers-reduced-motion": "reduce" });
  return picture(tab, `http://${HOST}${path}`);
}

// All of them on one sheet, three in a row.
async function shootSheet(tab, pngs) {
  const images = pngs.map((png, i) => `<figure><img src="data:image/png;base64,${png.toString("base64")}"><figcaption>${SHEET[i].theme}${SHEET[i].dark ? ", dark" : ""}</figcaption></figure>`);
  const style = "body{margin:12px;display:grid;grid-template-columns:1fr 1fr 1fr;gap:12px;font:14px sans-serif;background:#fff}figure{margin:0}img{width:100%;border:1px solid #ccc}";
  const file = join(mkdtempSync(join(tmpdir(), "understudy-sheet-")), "sheet.html");
  writeFileSync(file, `<!DOCTYPE html><meta charset="utf-8"><style>${style}</style>${images.join("")}`);
  await tab.send("Network.setExtraHTTPHeaders", { headers: {} });
  await tab.size(1200, 570);
  await tab.prefer({ "prefers-color-scheme": "light" });
  const png = await picture(tab, `file://${file}`);
  rmSync(join(file, ".."), { recursive: true });
  return png;
}

async function picture(tab, url) {
  await tab.open(url);
  await sleep(300);
  const { data } = await tab.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: false });
  return Buffer.from(data, "base64");
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
