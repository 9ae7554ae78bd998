// What do the scripts of this folder have in common? Their arguments, the pages, and a browser that sees the Worker.

import { chromium } from "../../scripts/lib/chromium.mjs";

/** The site, as the browser knows it. */
export const SITE = "http://www.example.com";

export const THEMES = ["understudy", "plain", "friendly", "terminal", "corporate"];

export const FAILURES = [
  "unreachable", "unroutable", "status", "refused", "terminated", "dns", "tunnel", "tls", "certificate", "connect_timeout", "timeout",
  "gateway_timeout", "bad_gateway", "unavailable", "protocol", "cut", "blank", "loop", "maintenance",
];

const [port, controlPort, token, ...rest] = process.argv.slice(2);

/** The Worker's port. */
export const PORT = port;

/** What else the script was asked for. */
export const asked = rest;

/** Who may see the gallery. */
export const TRUSTED = { Authorization: `Bearer ${token}` };

/** The address of a page of the gallery, for whoever is trusted. */
export const page = (failure, theme, lang, method) =>
  `/.understudy/pages?failure=${failure}&theme=${theme}&lang=${lang}&method=${method}`;

/** The Worker, without a browser. */
export const worker = (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: TRUSTED });

/** A verb of the origin's control, such as `break?fault=502`. */
export async function origin(verb, method = "POST") {
  const answer = await fetch(`http://127.0.0.1:${controlPort}/_control/${verb}`, { method });
  if (!answer.ok) throw new Error(`${verb}: ${answer.status}`);
  return answer.text();
}

/** One thing that is not as it should be. */
export const found = (what) => process.stdout.write(`${what.replaceAll("\n", " ")}\n`);

/** What was looked at, when it is over. */
export const looked = (what) => process.stdout.write(`· ${what}\n`);

/** Works with a browser that finds the Worker under the site's name. */
export async function browse(work) {
  const browser = await chromium([["www.example.com", `127.0.0.1:${port}`]]);
  try {
    await work(await browser.tab(), browser);
  } finally {
    await browser.close();
  }
}
