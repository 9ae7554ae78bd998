// What do the scripts have in common that let time pass? A clock that is ours, and scenes that are played by it.
//
// The browser is real, the Worker and its failing origin too; only the page's clock is ours, so that half an hour passes in
// a moment, and always the same way.

import { browse, found, looked, origin } from "./stage.mjs";

export const HOUR = 3600;

/** How much shorter than a wait the next one may be: both are at least what the website asks for, and that is jittered. */
export const EARLIEST = 24 / (36 * 1.2) - 0.01;

// What runs in the page before its own script: time stands still until `pass` is told how much of it goes by.
const CLOCK = `(() => {
  const { setTimeout: soon, fetch: ask, Date: RealDate } = window;
  const under = new Set(), timers = new Map(), probes = [];
  // A page that reloads itself comes back to the time at which it left.
  let now = Number(sessionStorage.getItem("now")) || RealDate.now();
  let last = 0, hidden = false, leaving = false;
  sessionStorage.removeItem("now");
  navigation.addEventListener("navigate", ({ navigationType }) => {
    if (navigationType !== "reload") return;
    leaving = true;
    sessionStorage.setItem("now", now);
    sessionStorage.setItem("said", document.getElementById("say")?.textContent ?? "");
  });
  window.Date = class extends RealDate {
    constructor(...given) { given.length ? super(...given) : super(now); }
    static now() { return now; }
  };
  window.setTimeout = (run, span = 0) => (timers.set(++last, { at: now + Math.max(1, span), run }), last);
  window.clearTimeout = (id) => timers.delete(id);
  window.fetch = (url, init) => {
    probes.push({ at: now, method: init.method });
    const going = ask(url, init);
    const over = () => under.delete(going);
    under.add(going);
    going.then(over, over);
    return going;
  };
  Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
  const settled = async () => {
    while (under.size) {
      await Promise.allSettled([...under]);
      await new Promise((done) => soon(done));
    }
  };
  window.probes = probes;
  window.hide = (is) => { hidden = is; document.dispatchEvent(new Event("visibilitychange")); };
  window.pass = async (seconds) => {
    const until = now + seconds * 1000;
    for (;;) {
      await settled();
      if (leaving) await new Promise(() => {});
      const [id, next] = [...timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!next || next.at > until) break;
      timers.delete(id);
      now = Math.max(now, next.at);
      next.run();
    }
    now = until;
  };
})()`;

/** A browser with that clock in every page, and what scenes need of it. */
export async function play(scenes) {
  await browse(async (tab) => {
    await tab.size(390, 700);
    await tab.send("Page.addScriptToEvaluateOnNewDocument", { source: CLOCK });
    await scenes({
      tab,
      /** So many seconds go by. */
      pass: (seconds) => tab.evaluate(`pass(${seconds})`),
      /** Until the page reloads itself, which is true, or for so many seconds. */
      reloads: async (seconds) => {
        const loaded = tab.once("Page.loadEventFired");
        // What is evaluated ends with the page.
        const stayed = await tab.evaluate(`pass(${seconds})`).then(() => true, () => false);
        if (!stayed) await loaded;
        return !stayed;
      },
      /** What the visitor does, until the page has loaded that comes of it. */
      loads: async (action) => {
        const loaded = tab.once("Page.loadEventFired");
        await tab.evaluate(action);
        await loaded;
      },
      /** The requests of the page's script, since it was loaded. */
      probes: () => tab.evaluate("probes"),
      /** The text of an element. */
      shown: (id) => tab.evaluate(`document.getElementById(${JSON.stringify(id)})?.textContent ?? ""`),
    });
  });
}

/** One of them, on an origin that has seen nothing yet. */
export async function scene(name, play) {
  await origin("clear");
  try {
    await play();
  } catch (error) {
    found(`${name}: ${error.stack}`);
  }
  looked(name);
}

/** One thing that has to be so. */
export const check = (fine, what) => fine || found(what);

/** From now on the origin fails. */
export const fails = (how = "fault=502") => origin(`break?${how}`);

/** What a path of the origin is asked for, one after the other. */
export async function seen(path) {
  return JSON.parse(await origin(`seen?path=${path}`, "GET"));
}
