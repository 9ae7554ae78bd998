// Does the page find out that the website is back, and does it ask no harder than it may?

import { EARLIEST, HOUR, check, fails, play, scene, seen } from "./clock.mjs";
import { until } from "../../scripts/lib/chromium.mjs";
import { SITE, origin } from "./stage.mjs";

await play(async ({ tab, pass, loads, reloads, probes, shown }) => {
  await scene("asks with HEAD, ever more slowly, and stops one day", async () => {
    await fails();
    await tab.open(`${SITE}/page/a#part`);
    await pass(20);
    check((await probes()).length === 0, "asked before Retry-After was over");
    check(/\d/.test(await shown("count")), `no countdown: ${await shown("count")}`);
    await pass(12 * HOUR);
    const all = await probes();
    const gaps = all.slice(1).map(({ at }, i) => (at - all[i].at) / 1000);
    check(all.every(({ method }) => method === "HEAD"), `asked with ${JSON.stringify(all)}`);
    check(all.length > 5 && all.length <= 30, `asked ${all.length} times in twelve hours`);
    check(Math.min(...gaps) >= 20, `asked again after ${Math.min(...gaps)} s`);
    check(gaps.at(-1) >= 300 && gaps.at(-1) <= 400, `the last gap was ${gaps.at(-1)} s`);
    check(gaps.slice(1).every((gap, i) => gap >= EARLIEST * gaps[i]), `asked sooner instead of later: ${gaps}`);
    check(new Set(gaps.slice(-5)).size > 1, `all browsers ask at the same moments: ${gaps}`);
    check(await tab.evaluate("document.getElementById('again').offsetHeight > 0"), "no button in the end");
    check(await tab.evaluate("document.getElementById('say').getAttribute('aria-live') === 'polite' || document.getElementById('say').getAttribute('role') === 'status'"), "not announced politely");
    await pass(12 * HOUR);
    check((await probes()).length === all.length, "went on after it had stopped");
    check((await seen("/page/a")).filter(({ method }) => method === "GET").length === 1, "loaded the page more than once");
  });

  await scene("obeys Retry-After", async () => {
    await fails("fault=503&retry-after=900");
    await tab.open(`${SITE}/page/b`);
    await pass(890);
    check((await probes()).length === 0, "asked before the origin wanted to be asked");
    await pass(300);
    check((await probes()).length === 1, "did not ask when it was time");
    await pass(HOUR);
    const times = (await probes()).map(({ at }) => at / 1000);
    const early = times.slice(1).some((at, i) => at - times[i] < 900);
    check(times.length > 2 && !early, `asked again before the origin wanted to be asked: ${times}`);
  });

  await scene("obeys Retry-After on a device whose network comes and goes", async () => {
    await fails("fault=503&retry-after=900");
    await tab.open(`${SITE}/page/flaps`);
    for (let i = 0; i < 3; i++) {
      await network(tab, "offline");
      await pass(5);
      await network(tab, "online");
      await pass(10);
    }
    check((await probes()).length === 0, "asked before the origin wanted to be asked");
    await pass(1000);
    check((await probes()).length === 1, "did not ask when it was time");
  });

  await scene("copies the facts", async () => {
    await fails();
    await tab.open(`${SITE}/page/facts`);
    const clipboard = "{ writeText: (text) => ((window.copied = text), Promise.resolve()) }";
    await tab.evaluate(`Object.defineProperty(navigator, "clipboard", { value: ${clipboard} })`);
    const before = await shown("copy");
    await tab.evaluate("document.getElementById('copy').click()");
    const copied = await tab.evaluate("copied");
    const wanted = await tab.evaluate("[...document.querySelectorAll('#facts dt')].map((dt) => `${dt.textContent}: ${dt.nextElementSibling.textContent}`)");
    check(wanted.length >= 5 && copied === wanted.join("\n"), `copied ${copied}, not ${wanted}`);
    check(copied.includes("/page/facts"), `copied no path: ${copied}`);
    check((await shown("copy")) !== before, "did not say that it copied");
    // Where there is no clipboard for scripts, as without TLS.
    await tab.open(`${SITE}/page/select`);
    await tab.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => ((window.copied = String(getSelection())), true)");
    await tab.evaluate("document.getElementById('copy').click()");
    check((await tab.evaluate("copied")).includes("/page/select"), "selected something else");
    check((await shown("copy")) !== before, "did not say that it copied what it selected");
  });

  await scene("rests while nobody looks", async () => {
    await fails();
    await tab.open(`${SITE}/page/c`);
    await tab.evaluate("hide(true)");
    await pass(HOUR);
    check((await probes()).length === 0, "asked in a hidden tab");
    await tab.evaluate("hide(false)");
    await pass(3);
    check((await probes()).length === 1, "did not ask when the visitor was back");
  });

  await scene("tells a device without network apart", async () => {
    await fails();
    await tab.open(`${SITE}/page/d`);
    const before = await shown("count");
    await network(tab, "offline");
    check((await tab.evaluate("navigator.onLine")) === false, "the browser is not offline");
    await pass(HOUR);
    check((await probes()).length === 0, "asked without a network");
    check((await shown("count")) !== before && /offline/i.test(await shown("count")), `says ${await shown("count")}`);
    const seen = (id) => tab.evaluate(`document.getElementById("${id}").offsetHeight > 0`);
    check(!(await seen("side")) && !(await seen("way")), "says that the connection is fine");
    await network(tab, "online");
    await pass(10);
    check((await probes()).length === 1, "did not ask when the network was back");
    check((await seen("side")) && (await seen("way")), "does not say any more whose side it is on");
  });

  await scene("comes back only when the website does, and to the same place", async () => {
    await fails();
    await tab.open(`${SITE}/page/e#part`);
    await pass(60);
    check((await shown("count")) !== "", "left while the website was down");
    await origin("mend");
    check(await reloads(600), "did not come back");
    check((await tab.evaluate("document.body.textContent")).includes("e"), "not the website's page");
    check((await tab.evaluate("location.href")) === `${SITE}/page/e#part`, `it is at ${await tab.evaluate("location.href")}`);
    check(!(await tab.evaluate("document.getElementById('next')")), "still the page that stands in");
    check((await tab.evaluate("history.state")) === null, "left something in the website's history");
    check((await seen("/page/e")).filter(({ method }) => method === "GET").length === 2, "loaded it more than once again");
  });

  await scene("never sends a form again", async () => {
    await origin("mend");
    await tab.open(`${SITE}/page/f`);
    await fails();
    await loads("document.body.innerHTML = '<form method=post action=/form><input name=a value=1></form>'; document.forms[0].submit()");
    check((await tab.evaluate("document.title")).length > 0 && (await shown("facts")) !== "", "not the page that explains");
    await origin("mend");
    await pass(24 * HOUR);
    check((await probes()).length === 0, "asked by itself after a form");
    check((await seen("/form")).length === 1, `sent the form ${(await seen("/form")).length} times`);
  });

  await scene("reloads without a script, not all at the same time", async () => {
    await fails();
    await tab.send("Emulation.setScriptExecutionDisabled", { value: true });
    const waits = new Set();
    for (let i = 0; i < 12; i++) {
      await tab.open(`${SITE}/page/g`);
      const { root } = await tab.send("DOM.getDocument", { depth: -1 });
      const meta = [...nodes(root)].find((node) => node.nodeName === "META" && node.attributes.includes("refresh"));
      waits.add(Number.parseInt(meta?.attributes[meta.attributes.indexOf("content") + 1], 10));
    }
    // Really, and where the address has a fragment: without an address a browser would only scroll.
    await fails("fault=503&retry-after=1");
    await tab.open(`${SITE}/page/refresh#part`);
    await until(async () => (await seen("/page/refresh")).length > 2, "no refresh");
    await tab.send("Emulation.setScriptExecutionDisabled", { value: false });
    const all = [...waits];
    check(all.length > 1 && all.every((wait) => wait >= 24 && wait <= 44), `reloads after ${all.join(", ")} s`);
  });
});

// Until the page has heard of it.
async function network(tab, state) {
  const heard = tab.evaluate(`new Promise((heard) => addEventListener("${state}", () => heard(), { once: true }))`);
  const conditions = { offline: state === "offline", latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  await tab.send("Network.emulateNetworkConditions", conditions);
  await heard;
}

function* nodes(node) {
  yield node;
  for (const child of node.children ?? []) yield* nodes(child);
}
