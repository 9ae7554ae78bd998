// Which answers are the website again, and what becomes of a page that is wrong about it, or never sees one?

import { EARLIEST, HOUR, check, fails, play, scene, seen } from "./clock.mjs";
import { SITE, asked, origin } from "./stage.mjs";

// Whatever a probe is answered that is not of the 502 class was said by the website itself: not here, not for you, over
// there, no HEAD. That it wants to be asked less often, or has an error of its own, is no reason to open it.
const BACK = [200, 204, 302, 401, 403, 404, 405, 410, 501];
const NOT_BACK = [429, 500, 502, 503, 504, 505, 520, 522, 530];

const BACK_AGAIN = "The website is back. Opening it …";
const GAVE_UP = "The website is still not back. You can try again at any time.";

await play(async ({ tab, pass, loads, reloads, probes, shown }) => {
  const methods = async (path) => (await seen(path)).map(({ method }) => method).join(" ");
  const now = () => tab.evaluate("Date.now() / 1000");
  const gaveUp = async () => {
    check((await shown("count")) === GAVE_UP, `says in the end: ${await shown("count")}`);
    check((await shown("say")) === "", `what was announced is still there: ${await shown("say")}`);
    check(await tab.evaluate("document.getElementById('bar').hidden"), "the bar still runs");
    check(await tab.evaluate("document.getElementById('again').offsetHeight > 0"), "no button in the end");
  };

  // `PAGE_STATUS`: the page's own status, whatever it is, is not the website's.
  if (asked[0] === "501") {
    await scene("does not take the page that stands in for the website", async () => {
      await fails();
      await tab.open(`${SITE}/page/forced`);
      check(!(await reloads(HOUR)), "takes a page with the status 501 for the website");
      check((await methods("/page/forced")).startsWith("GET HEAD HEAD"), `asked with ${await methods("/page/forced")}`);
      await origin("mend");
      check(await reloads(HOUR), "did not come back");
      check((await tab.evaluate("document.title")).startsWith("forced"), "not the website's page");
    });
    return;
  }

  await scene("asks once more after all when a device was offline", async () => {
    const online = (value, event) => tab.evaluate(
      `Object.defineProperty(navigator, "onLine", { value: ${value}, configurable: true }); ${event}`);
    await fails();
    await tab.open(`${SITE}/page/late`);
    await pass(12 * HOUR);
    const before = (await probes()).length;
    await gaveUp();
    await online(false, "document.getElementById('again').click()");
    check((await shown("count")).startsWith("Your device is offline"), `says while offline: ${await shown("count")}`);
    await pass(HOUR);
    check((await probes()).length === before, "asks while offline");
    await online(true, "dispatchEvent(new Event('online'))");
    await pass(HOUR);
    check((await probes()).length === before + 1, `asked ${(await probes()).length - before} times more`);
    await gaveUp();
  });

  await scene("opens the website at whatever it says itself", async () => {
    await origin("mend");
    for (const status of BACK) {
      const path = `/page/back-${status}`;
      const there = status === 302 ? "/redirect?to=/ok" : `/status/${status}`;
      await script(path, ["/fault/502", there, path]);
      await tab.open(SITE + path);
      check(await reloads(60), `stayed although HEAD got ${status}`);
      check((await tab.evaluate("document.title")).startsWith("back-"), `HEAD got ${status}, and it is not the website's page`);
      check((await methods(path)) === "GET HEAD GET", `HEAD got ${status}, and it asked with ${await methods(path)}`);
      const said = await tab.evaluate("sessionStorage.getItem('said')");
      check(said === BACK_AGAIN, `HEAD got ${status}, and it announced: ${said}`);
    }
  });

  await scene("waits on at what is no website", async () => {
    for (const status of NOT_BACK) {
      const path = `/page/away-${status}`;
      await script(path, ["/fault/502", `/status/${status}`, `/status/${status}`, path]);
      await tab.open(SITE + path);
      check(await reloads(HOUR), `did not come back after HEAD had got ${status}`);
      check((await methods(path)) === "GET HEAD HEAD HEAD GET", `HEAD got ${status} twice, and it asked with ${await methods(path)}`);
    }
  });

  await scene("obeys the Retry-After of a probe, whatever its status", async () => {
    for (const [status, after] of [[429, "600"], [503, "600"], [429, "soon"]]) {
      const path = `/page/later-${status}-${after}`;
      await script(path, ["/fault/502", `/status/${status}?h.Retry-After=${after}`]);
      await tab.open(SITE + path);
      await pass(HOUR);
      const [first, second] = (await probes()).map(({ at }) => at / 1000);
      const wait = second - first;
      const [least, most] = after === "600" ? [600, 720] : [5, 10];
      check(wait >= least && wait <= most + 1, `${status}, Retry-After: ${after}: asked again after ${wait} s`);
    }
  });

  // HEAD is well, GET is not: it opens a website that is not there.
  await scene("does not reload for ever", async () => {
    await script("/page/loop", ["/flaky?n=1&again=1&key=loop"]);
    await tab.open(`${SITE}/page/loop#part`);
    const times = [await now()];
    while (times.length < 100 && (await reloads(12 * HOUR))) times.push(await now());
    const gaps = times.slice(1).map((at, i) => at - times[i]);
    // The first reload is mostly the last one, and not remembered.
    check(gaps.length > 5 && gaps.length <= 31, `reloaded ${gaps.length} times in twelve hours`);
    check(Math.min(...gaps) >= 20, `reloaded after ${Math.min(...gaps)} s`);
    check(gaps.slice(1).every((gap, i) => gap >= EARLIEST * gaps[i]), `sooner instead of later: ${gaps}`);
    check(gaps.slice(-10).every((gap) => gap >= 300 && gap <= 361), `the last gaps were ${gaps.slice(-10)} s`);
    check((await methods("/page/loop")) === "GET" + " HEAD GET".repeat(gaps.length), `asked with ${await methods("/page/loop")}`);
    check((await tab.evaluate("location.hash")) === "#part", "lost its place");
    await gaveUp();
    await pass(12 * HOUR);
    check((await probes()).length === 0, "asks again after it gave up");
  });

  await scene("starts anew when the visitor wants it to", async () => {
    await fails();
    await tab.open(`${SITE}/page/anew`);
    await pass(12 * HOUR);
    const before = (await probes()).length;
    await gaveUp();
    await tab.evaluate("hide(true); hide(false); dispatchEvent(new Event('online')); dispatchEvent(new Event('offline'))");
    await pass(HOUR);
    check((await probes()).length === before, "started by itself");
    await gaveUp();
    await loads("document.getElementById('again').click()");
    check(/^Next automatic check in (2[4-9]|[34]\d) seconds$/.test(await shown("count")), `says ${await shown("count")}`);
    check((await shown("say")) === (await shown("count")), `announces ${await shown("say")}`);
    await pass(12 * HOUR);
    check((await probes()).length === before, `asked ${before} times, and the second time ${(await probes()).length} times`);
    await gaveUp();
    await origin("mend");
    await loads("document.getElementById('again').click()");
    check((await tab.evaluate("document.title")).startsWith("anew"), "the button does not lead to the website");
  });

  // How often it was tried belongs to one outage.
  await scene("starts anew at the next outage", async () => {
    await fails();
    await tab.open(`${SITE}/page/next`);
    await pass(2 * HOUR);
    await origin("mend");
    check(await reloads(HOUR), "did not come back");
    await fails();
    await pass(10 * 60);
    await loads("location.reload()");
    check(/in (2[4-9]|[34]\d) seconds$/.test(await shown("count")), `says ${await shown("count")}`);
  });
});

// What the requests for a path get, one after the other.
async function script(path, targets) {
  await origin(`script?${new URLSearchParams([["path", path], ...targets.map((to) => ["to", to])])}`);
}
