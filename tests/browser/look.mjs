// What do a browser, axe-core, the Nu HTML checker and Lighthouse say of the pages?

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calmed } from "./proxy.mjs";
import { FAILURES, PORT, SITE, THEMES, TRUSTED, asked, browse, found, looked, page, worker } from "./stage.mjs";

const require = createRequire(import.meta.url);
const LANGUAGES = ["en", "de", "ar", "he", "ja", "hi"];
// A phone of long ago, one of today, a desktop, a wall.
const WIDTHS = [320, 390, 1280, 3840];
const WISHES = [
  { "prefers-color-scheme": "light" },
  { "prefers-color-scheme": "dark", "prefers-reduced-motion": "reduce" },
  { "prefers-color-scheme": "light", "forced-colors": "active" },
  { "prefers-color-scheme": "light", "prefers-contrast": "more" },
];

// What is looked at, how the visitor came, and whether the operator has a colour and a logo.
const [look, method, dress] = asked;
const DRESSED = dress === "dressed";
await { themes, markup, marks }[look]();

async function themes() {
  const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  let pages = 0;
  await browse(async (tab) => {
    let requests = [];
    let said = [];
    // A logo within the page asks nobody.
    tab.on("Network.requestWillBeSent", ({ request }) => request.url.startsWith("data:") || requests.push(request.url));
    tab.on("Runtime.consoleAPICalled", ({ args }) => said.push(args.map((arg) => arg.value).join(" ")));
    tab.on("Runtime.exceptionThrown", ({ exceptionDetails }) => said.push(exceptionDetails.text));
    // That the page has a status of an error is its purpose.
    tab.on("Log.entryAdded", ({ entry }) => /responded with a status of 5/.test(entry.text) || said.push(entry.text));
    await tab.send("Network.setExtraHTTPHeaders", { headers: TRUSTED });
    for (const [i, theme] of THEMES.entries()) {
      for (const [j, language] of LANGUAGES.entries()) {
        // Every other pair is enough to see what the operator adds: each theme and each language has its turn.
        if (DRESSED && (i + j) % 2) continue;
        // All failures have their turn.
        const failure = FAILURES[(i * LANGUAGES.length + j) % FAILURES.length];
        const what = `${method}, ${theme}, ${language}, ${failure}`;
        [requests, said] = [[], []];
        await tab.size(WIDTHS[0], 700);
        await tab.prefer(WISHES[0]);
        await tab.open(SITE + page(failure, theme, language, method));
        for (const line of await missing(tab)) found(`${what}: ${line}`);
        await tab.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
        for (const width of WIDTHS) {
          await tab.size(width, 700);
          const over = await tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
          if (over > 0) found(`${what}, ${width} px: ${over} px too wide`);
        }
        await tab.prefer({}, "print");
        const height = (of) => tab.evaluate(`document.querySelector('${of}')?.offsetHeight ?? 0`);
        if (!(await height("h1")) || !(await height(".links"))) found(`${what}: does not print everything`);
        for (const button of ["#again", "#go-back", "#copy"]) if (await height(button)) found(`${what}: prints a button`);
        await tab.size(390, 700);
        for (const wishes of WISHES) {
          await tab.prefer(wishes);
          const still = "prefers-reduced-motion" in wishes;
          if (still && (await tab.evaluate("document.getAnimations().length"))) found(`${what}: moves, although asked not to`);
          for (const line of await violations(tab, axe)) found(`${what}, ${JSON.stringify(wishes)}: ${line}`);
        }
        if (requests.length !== 1) found(`${what}: asks for ${requests.slice(1).join(", ")}`);
        for (const line of said) found(`${what}: says ${line}`);
        pages++;
      }
    }
  });
  looked(`${method}: ${pages} pages at ${WIDTHS.join(", ")} px, printed, light, dark, in forced colours, with more contrast`);
}

// What is set has to be there, and what only a page that nothing was sent to may have is not there after a form.
async function missing(tab) {
  const there = (of) => tab.evaluate(`[...document.querySelectorAll('${of}')].filter((one) => one.offsetHeight).length`);
  const wanted = { ".links a": 2, "#copy": 1, "#go-back": method === "POST" ? 1 : 0, "#again": method === "POST" ? 0 : 1 };
  if (DRESSED) wanted[".site img"] = 1;
  const lines = [];
  for (const [of, count] of Object.entries(wanted)) {
    if ((await there(of)) !== count) lines.push(`${await there(of)} of ${of}, not ${count}`);
  }
  if (DRESSED) lines.push(...(await miscoloured(tab)));
  return lines;
}

// The operator's yellow, #fc0: as it is on dark ground; on light ground as much black in it as it takes, which leaves the hue.
async function miscoloured(tab) {
  const lines = [];
  for (const scheme of ["dark", "light"]) {
    await tab.prefer({ "prefers-color-scheme": scheme });
    const color = await tab.evaluate("getComputedStyle(document.querySelector('.links a')).color");
    const [red, green, blue] = color.match(/\d+/g).map(Number);
    const isYellow = blue === 0 && Math.abs(green - 0.8 * red) <= 1;
    if (!isYellow || (scheme === "dark") !== (red === 255)) lines.push(`links are ${color} when ${scheme}, not in the operator's colour`);
  }
  return lines;
}

// In a world of its own, where the page's Content-Security-Policy does not hold.
async function violations(tab, axe) {
  const { frameTree } = await tab.send("Page.getFrameTree");
  const { executionContextId } = await tab.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const run = async (expression) => {
    const { result, exceptionDetails } = await tab.send("Runtime.evaluate", {
      expression, contextId: executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await run(`${axe}; 0`);
  // axe cannot tell the contrast on a gradient, but on the two colours that it runs between.
  const gradient = "getComputedStyle(document.body).backgroundImage !== 'none'";
  const grounds = (await run(gradient)) ? ["var(--card)", "var(--ground)"] : [""];
  const lines = [];
  for (const ground of grounds) {
    await run(`document.body.style.background = "${ground}"`);
    lines.push(...(await run(`axe.run().then(({ violations, incomplete }) =>
      [...violations, ...incomplete.filter(({ id }) => id === "color-contrast")].map(({ id, nodes }) =>
        id + " ${ground}: " + nodes.map(({ html, any: [one] }) => html + " " + (one?.data?.messageKey ?? "")).join(" ")))`)));
  }
  await run("document.body.style.background = ''");
  return lines;
}

async function markup() {
  const folder = mkdtempSync(join(tmpdir(), "understudy-markup-"));
  try {
    const files = [];
    for (const theme of THEMES) {
      for (const [i, failure] of FAILURES.entries()) {
        const file = join(folder, `${theme}-${failure}.html`);
        const language = LANGUAGES[i % LANGUAGES.length];
        writeFileSync(file, await (await worker(page(failure, theme, language, method))).text());
        files.push(file);
      }
    }
    const jar = join(require.resolve("vnu-jar/package.json"), "..", "build", "dist", "vnu.jar");
    const { stderr, status, error } = spawnSync("java", ["-jar", jar, "--format", "gnu", ...files], { encoding: "utf8" });
    if (error) throw error;
    for (const line of stderr.split("\n").filter(Boolean)) found(line.replaceAll(folder, ""));
    if (status === 0) looked(`${method}: ${files.length} pages`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function marks() {
  const { default: lighthouse } = await import("lighthouse");
  const settings = { onlyCategories: ["accessibility", "best-practices"] };
  // The browser itself writes to the console that the page has a status of an error, which is the page's purpose.
  await calmed(PORT, (site) => browse(async (tab, browser) => {
    for (const [theme, language] of [...THEMES.map((theme) => [theme, "en"]), [THEMES[0], "ar"]]) {
      const flags = { port: browser.port, logLevel: "silent", extraHeaders: TRUSTED, maxWaitForLoad: 30_000 };
      const { lhr } = await lighthouse(site + page("bad_gateway", theme, language, method), flags, { extends: "lighthouse:default", settings });
      if (lhr.runtimeError) found(`${theme}, ${language}: ${lhr.runtimeError.message}`);
      for (const { id, score, auditRefs } of Object.values(lhr.categories)) {
        const wrong = auditRefs.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 1);
        if (score !== 1) found(`${theme}, ${language}: ${id} ${score}: ${wrong.map((audit) => audit.id).join(", ")}`);
      }
      looked(`${theme}, ${language}: ${Object.values(lhr.categories).map(({ id, score }) => `${id} ${score * 100}`).join(", ")}`);
    }
  }));
}
