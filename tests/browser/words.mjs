// What does the page say while it waits: to the eye every second, to the ear seldom, and in the right words?

import { HOUR, check, fails, play, scene } from "./clock.mjs";
import { SITE } from "./stage.mjs";

// Six forms and digits of its own, three forms, three others, one, and two.
const NUMBERS = [1, 2, 3, 5, 11, 21, 22];
const WORDS = {
  ar: ["بعد ثانية واحدة", "بعد ثانيتين", "بعد ٣ ثوانٍ", "بعد ٥ ثوانٍ", "بعد ١١ ثانية", "بعد ٢١ ثانية", "بعد ٢٢ ثانية"],
  pl: ["za 1 sekundę", "za 2 sekundy", "za 3 sekundy", "za 5 sekund", "za 11 sekund", "za 21 sekund", "za 22 sekundy"],
  ru: [
    "через 1 секунду", "через 2 секунды", "через 3 секунды", "через 5 секунд", "через 11 секунд", "через 21 секунду",
    "через 22 секунды",
  ],
  hi: ["1 सेकंड बाद", "2 सेकंड बाद", "3 सेकंड बाद", "5 सेकंड बाद", "11 सेकंड बाद", "21 सेकंड बाद", "22 सेकंड बाद"],
  en: ["in 1 second", "in 2 seconds", "in 3 seconds", "in 5 seconds", "in 11 seconds", "in 21 seconds", "in 22 seconds"],
};
const CHECK = {
  ar: "التحقق التلقائي التالي {in}",
  pl: "Następne automatyczne sprawdzenie {in}",
  ru: "Следующая автоматическая проверка {in}",
  hi: "अगली स्वचालित जाँच {in}",
  en: "Next automatic check {in}",
};
// The same in minutes, of which three numbers are enough.
const MINUTES = {
  ar: ["بعد ٢٢ دقيقة", "بعد ٥ دقائق", "بعد دقيقتين"],
  pl: ["za 22 minuty", "za 5 minut", "za 2 minuty"],
  ru: ["через 22 минуты", "через 5 минут", "через 2 минуты"],
  hi: ["22 मिनट बाद", "5 मिनट बाद", "2 मिनट बाद"],
  en: ["in 22 minutes", "in 5 minutes", "in 2 minutes"],
};

await play(async ({ tab, pass, probes, shown }) => {
  // All texts that an element has had since then, one for each time that it was changed.
  const watch = (id) => tab.evaluate(`(() => {
    const texts = (window.texts ??= {}), all = (texts.${id} = []);
    const added = (records) => records.forEach(({ addedNodes }) => addedNodes.forEach(({ data }) => all.push(data)));
    new MutationObserver(added).observe(document.getElementById("${id}"), { childList: true });
  })()`);
  const watched = (id) => tab.evaluate(`texts.${id}`);
  const opens = async (path, how) => {
    await fails(how);
    await tab.open(SITE + path);
    await watch("say");
    await watch("count");
  };

  // As planned maintenance may have it: its own script once more, told of a wait of months.
  await scene("counts the days of a long wait", async () => {
    await opens("/page/days");
    const script = await tab.evaluate("document.getElementById('next').dataset.wait = 8096711, document.scripts[0].textContent");
    await tab.evaluate(script);
    check((await shown("count")) === "Next automatic check in 94 days", `says ${await shown("count")}`);
  });

  await scene("announces each wait once, and the end", async () => {
    await opens("/page/aloud");
    const first = await shown("say");
    check(/^Next automatic check in \d\d seconds$/.test(first), `announces at first: ${first}`);
    check((await shown("count")) === first, `shows at first: ${await shown("count")}`);
    await pass(20);
    check((await watched("count")).length >= 20, `counts ${(await watched("count")).length} times in 20 s`);
    check((await watched("say")).length === 0, `announces every second: ${await watched("say")}`);
    await pass(12 * HOUR);
    const said = await watched("say");
    check(said.length === (await probes()).length, `announces ${said.length} things for ${(await probes()).length} probes`);
    check(said.slice(0, -1).every((text) => /^Next automatic check in \d+ (seconds|minutes)$/.test(text)), `announces ${said}`);
    check(said.at(-1) === "The website is still not back. You can try again at any time.", `announces last: ${said.at(-1)}`);
    const shows = await watched("count");
    check(shows.filter((text) => text === "Checking now …").length === (await probes()).length, "does not show that it asks");
  });

  await scene("announces once that the device is offline", async () => {
    await opens("/page/quiet");
    await tab.evaluate("Object.defineProperty(navigator, 'onLine', { value: false }); dispatchEvent(new Event('offline'))");
    await tab.evaluate("hide(true); hide(false); dispatchEvent(new Event('offline'))");
    await pass(HOUR);
    const said = await watched("say");
    check(said.length === 1 && said[0].startsWith("Your device is offline"), `announces ${JSON.stringify(said)}`);
  });

  // A countdown in a live region would be read out each second; a timer is none (WAI-ARIA 1.2).
  await scene("leaves the countdown to the eye", async () => {
    await fails();
    await tab.open(`${SITE}/page/roles`);
    const role = (id) => tab.evaluate(`(({ role, ariaLive, ariaAtomic }) => [role, ariaLive ?? "", ariaAtomic ?? ""].join())(document.getElementById("${id}"))`);
    check((await role("count")) === "timer,,", `the countdown is ${await role("count")}`);
    check((await role("say")) === "status,,", `what is announced is ${await role("say")}`);
    const around = await tab.evaluate("Boolean(document.querySelector('[aria-live] #count, [role=status] #count, [role=alert]'))");
    check(!around, "the countdown is in a live region");
  });

  for (const [language, words] of Object.entries(WORDS)) {
    await scene(`counts in ${language}`, async () => {
      const says = (text) => CHECK[language].replace("{in}", text);
      await tab.send("Network.setExtraHTTPHeaders", { headers: { "Accept-Language": language } });
      await opens(`/page/${language}`);
      check((await tab.evaluate("document.documentElement.lang")) === language, `not in ${language}`);
      while (!(await probes()).length) await pass(1);
      const shows = (await watched("count")).filter((text, i, all) => text !== all[i - 1]);
      const down = shows.slice(0, shows.indexOf(await tab.evaluate("document.getElementById('next').dataset.checking")));
      for (const [i, n] of NUMBERS.entries()) {
        check(down.at(-n) === says(words[i]), `${language}, ${n} s: shows ${down.at(-n)}, not ${says(words[i])}`);
      }
      await opens(`/page/${language}-later`, "fault=503&retry-after=1320");
      while (!(await probes()).length) await pass(30);
      const all = await watched("count");
      for (const text of MINUTES[language]) check(all.includes(says(text)), `${language}: never shows ${says(text)}`);
    });
  }
});
