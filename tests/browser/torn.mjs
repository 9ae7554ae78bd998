// Which words are broken in their middle, because the phone is narrower than they are?

import { readdirSync } from "node:fs";
import { SITE, THEMES, TRUSTED, browse, found, looked, page } from "./stage.mjs";

const WIDTH = 320;
// One of each headline, and with them all states of the drawing.
const FAILURES = ["unreachable", "dns", "tunnel", "tls", "timeout", "bad_gateway", "unavailable", "cut", "loop", "maintenance"];
// These break lines anywhere, or their letters are not to be had here and what stands for them says nothing of their width.
const ELSEWHERE = ["bn", "hi", "ja", "ko", "th", "zh-Hans", "zh-Hant"];
const locales = new URL("../../src/page/locales/", import.meta.url);
const tags = readdirSync(locales).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));

await browse(async (tab) => {
  let pages = 0;
  await tab.send("Network.setExtraHTTPHeaders", { headers: TRUSTED });
  await tab.size(WIDTH, 700);
  for (const language of tags.filter((tag) => !ELSEWHERE.includes(tag))) {
    for (const [i, failure] of FAILURES.entries()) {
      // Each language in each theme, each failure in one of them.
      const theme = THEMES[i % THEMES.length];
      await tab.open(SITE + page(failure, theme, language, i < THEMES.length ? "GET" : "POST"));
      for (const word of await tab.evaluate(`(${torn})()`)) found(`${language}, ${theme}, ${failure}: ${word} is torn`);
      pages++;
    }
  }
  looked(`${pages} pages at ${WIDTH} px`);
});

// Runs in the page. What support needs (addresses, numbers) may break anywhere; a hyphen and a dash are where words may.
function torn() {
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const words = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest("script, style, dd, .site, .links, .sr, footer bdi")) continue;
    for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{M}]+/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].filter(({ width }) => width > 0.5).map(({ bottom }) => Math.round(bottom)));
      if (lines.size > 1) words.push(word);
    }
  }
  return words;
}
