// SPDX-License-Identifier: Apache-2.0
// The budgets of ui-budget.json that belong to no single screen: finding and opening a patient, first paint and the
// worst answer to a key at four times slower a processor, and switching screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BUDGET, counted, crowding, within95, withinTime } from "./budgets.mjs";
import { openPage, settled, startBrowser, startRegion } from "./harness.mjs";
import { LONG_COUNT, LONG_ID, longLife } from "./longlife.mjs";
import { putPatients } from "./patients.mjs";

const ROUNDS = 5;
const FIND_ROUNDS = 40;
const CHART = "/patient/web-tolvan";
const SCREENS = 9;
const LONG = `/patient/${LONG_ID}`;
let region;
let browser;
before(async () => {
  region = await startRegion(undefined, longLife());
  browser = await startBrowser();
  await putPatients(region.url);
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

/** A new page on a slower processor, with everything that answers to input measured. */
async function slowPage(path) {
  const page = await openPage(browser);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: BUDGET.times.cpuSlowdown });
  await page.addInitScript(() => {
    window.worst = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId > 0 && entry.duration > window.worst) { window.worst = entry.duration; window.worstWhat = `${entry.name} at ${location.pathname}, ${Math.round(entry.processingEnd - entry.processingStart)} ms of work`; } })
      .observe({ type: "event", durationThreshold: 16, buffered: true });
  });
  await page.goto(region.url + path);
  return page;
}

const ready = (page) => page.waitForFunction(() => document.activeElement?.id === "sok");
const name = (page) => page.getByRole("heading", { level: 1, name: "Tolvan Åke Tolvansson" });
/** Milliseconds on the page's own clock from `begin` to when the chart's name has been painted. */
const painted = (page) => page.evaluate(() => new Promise((resolve) => {
  const look = () => (document.querySelector(".who h1") === null ? requestAnimationFrame(look) : requestAnimationFrame(() => resolve(performance.now())));
  look();
}));

test("find and open a patient: keys, clicks, and the time until it is painted", { timeout: 300_000 }, async () => {
  const times = [];
  const crowds = [];
  for (let round = 0; round < FIND_ROUNDS; round++) {
    const page = await openPage(browser);
    await page.goto(region.url);
    await ready(page);
    const by = counted(page);
    await by.type("1212121212");
    crowds.push(crowding());
    const from = await page.evaluate(() => performance.now());
    await by.press("Enter");
    times.push((await painted(page)) - from);
    if (round === 0) by.within("find-patient-keys", "keys");
    await page.context().close();
  }
  within95("findAndPaintMs", times, crowds);
  const page = await openPage(browser);
  await page.goto(region.url + CHART);
  await name(page).waitFor();
  const by = counted(page);
  await by.click(page.getByRole("link", { name: "Sök patient" }));
  await by.click(page.locator(".mine .hit", { hasText: "Tolvansson" }));
  await name(page).waitFor();
  by.within("find-patient-clicks", "clicks");
  await page.context().close();
});

test("first paint and the worst answer to a key, four times slower", { timeout: 240_000 }, async () => {
  const paints = [];
  const worst = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await slowPage("/");
    await ready(page);
    const paint = await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    paints.push(await paint.jsonValue());
    await page.keyboard.type("tolvansson", { delay: 30 });
    await page.locator(".hit").first().waitFor();
    await page.keyboard.press("Enter");
    await name(page).waitFor();
    for (let digit = 1; digit <= SCREENS; digit++) {
      await page.keyboard.press(`Alt+Digit${digit}`);
      await settled(page);
    }
    await page.keyboard.press("Control+k");
    await page.keyboard.type("lakem", { delay: 30 });
    await page.keyboard.press("Escape");
    worst.push(await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(window.worst), 50)))));
    console.log(`  worst: ${await page.evaluate(() => window.worstWhat)}`);
    await page.context().close();
  }
  withinTime("firstPaintMs", paints);
  withinTime("worstInputMs", worst);
});

/** Gives the page took(begin, done): milliseconds on its own clock from begin() until done() has held and been painted. */
const withClock = (page) => page.addInitScript(() => {
  window.took = (begin, done) => new Promise((resolve) => {
    const from = performance.now();
    begin();
    const look = () => (done() ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from))) : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });
});
const newest30 = (page) => page.evaluate((path) => window.took(() => {
  const a = document.createElement("a");
  a.href = path;
  document.body.append(a);
  a.click();
  a.remove();
}, () => document.querySelectorAll(".event").length > 0 && document.querySelector(".event .skeleton") === null), `${LONG}/tidslinje?tid=30d`);
const counted20000 = (page) => page.evaluate(() => window.took(() => undefined, () => /^Visar \d+ av \d+ /.test(document.querySelector(".tl-told")?.textContent ?? "")));
const switched = (page, digit) => page.evaluate((n) => window.took(
  () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: String(n), code: `Digit${n}`, altKey: true, bubbles: true, cancelable: true })),
  () => document.querySelector(`.tabs li:nth-child(${n}) a[aria-current]`) !== null && document.querySelector(".skeleton") === null,
), digit);

test(`a chart of ${LONG_COUNT.toLocaleString("sv-SE")}: the newest 30 days, and from one screen to another`, { timeout: 240_000 }, async () => {
  const newest = [];
  const switches = [];
  const counts = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await openPage(browser);
    await withClock(page);
    await page.goto(region.url);
    await ready(page);
    // The files of the chart come after the first screen; whoever opens a chart has looked for it first.
    await page.waitForFunction(() => performance.getEntriesByType("resource").some((file) => /ChartScreen.*\.js/.test(file.name) && file.responseEnd > 0));
    newest.push(await newest30(page));
    counts.push(await counted20000(page));
    assert.match(await page.locator(".tl-told").textContent(), new RegExp(` av ${LONG_COUNT} uppgifter`), "every resource is counted");
    for (let digit = 1; digit <= SCREENS; digit++) switches.push(await switched(page, digit));
    await page.context().close();
  }
  console.log(`  counted to the end after ${Math.round([...counts].sort((a, b) => a - b)[counts.length >> 1])} ms more`);
  withinTime("newest30DaysMs", newest);
  withinTime("screenSwitchMs", switches);
});

test("from one screen of the chart to another", async () => {
  const page = await openPage(browser);
  await page.goto(region.url + CHART);
  await name(page).waitFor();
  const times = [];
  for (let digit = 2; digit <= SCREENS; digit++) {
    const from = Date.now();
    await page.keyboard.press(`Alt+Digit${digit}`);
    await settled(page);
    times.push(Date.now() - from);
  }
  withinTime("screenSwitchMs", times);
  await page.context().close();
});
