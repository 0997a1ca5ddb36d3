// SPDX-License-Identifier: Apache-2.0
// The budgets of ui-budget.json that belong to no single screen: finding and opening a patient, first paint and the
// worst answer to a key at four times slower a processor, and switching screens.
import { after, before, test } from "node:test";
import { BUDGET, counted, withinTime } from "./budgets.mjs";
import { openPage, startBrowser, startRegion } from "./harness.mjs";
import { putPatients } from "./patients.mjs";

const ROUNDS = 5;
const CHART = "/patient/web-tolvan";
const SCREENS = 9;
let region;
let browser;
before(async () => {
  region = await startRegion();
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

const settled = (page) => page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".skeleton") === null);
const ready = (page) => page.waitForFunction(() => document.activeElement?.id === "sok");
const name = (page) => page.getByRole("heading", { level: 1, name: "Tolvan Åke Tolvansson" });
/** Milliseconds on the page's own clock from `begin` to when the chart's name has been painted. */
const painted = (page) => page.evaluate(() => new Promise((resolve) => {
  const look = () => (document.querySelector(".who h1") === null ? requestAnimationFrame(look) : requestAnimationFrame(() => resolve(performance.now())));
  look();
}));

test("find and open a patient: keys, clicks, and the time until it is painted", async () => {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await openPage(browser);
    await page.goto(region.url);
    await ready(page);
    const by = counted(page);
    await by.type("1212121212");
    const from = await page.evaluate(() => performance.now());
    await by.press("Enter");
    times.push((await painted(page)) - from);
    if (round === 0) by.within("find-patient-keys", "keys");
    await page.context().close();
  }
  withinTime("findAndPaintMs", times);
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
    paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity));
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
