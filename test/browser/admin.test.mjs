// SPDX-License-Identifier: Apache-2.0
// Administration and review in the browser: accounts from made to disabled, an assignment without analysis plainly told and
// mended, the report of a unit, the log; in both themes and at 320 px, without a fault that axe or the policy can see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, makeData, named, PASSWORD, role } from "../http/accounts.mjs";
import { axeFaults, MODES, openPage, startBrowser } from "./harness.mjs";

const people = [
  named("Practitioner", "ada", "Ada", "Admin"),
  named("Practitioner", "cia", "Cia", "Granskare"),
  named("Practitioner", "ny", "Nya", "Nyman"),
  role("ada-adm", "ada", "region", { code: "administrator", title: "Systemadministratör" }),
  role("cia-log", "cia", "region", { code: "controller", title: "Loggranskare" }),
];
let data;
let server;
let browser;
before(async () => {
  data = await makeData(people, [["ada", "Practitioner/ada"], ["cia", "Practitioner/cia"]]);
  server = await closed(data);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

async function visit(name, path, body, options, password = PASSWORD) {
  const page = await openPage(browser, options);
  try {
    await page.goto(server.origin + path);
    await page.fill("input[name=name]", name);
    await page.fill("input[name=password]", password);
    await page.keyboard.press("Enter");
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

const heading = (page, text) => page.waitForSelector(`#admin-heading:has-text("${text}")`);
async function faultless(page) {
  assert.deepEqual(await axeFaults(page), []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing scrolls sideways");
}

for (const [mode, options] of Object.entries(MODES)) {
  test(`administration: ${mode}`, () => visit("ada", "/administration", async (page) => {
    await page.waitForSelector(".admin-table tbody tr");
    await faultless(page);
    await page.click("button:text-is('Nytt konto')");
    await page.waitForSelector("dialog[open]");
    await faultless(page);
    await page.keyboard.press("Escape");
    await page.goto(`${server.origin}/administration/enheter/kir`);
    await heading(page, "Vem kan se vad: Kirurgkliniken");
    // Plainly in red, and in words.
    await page.waitForSelector(".admin-card.unfit .bad:text-is('Behovs- och riskanalys saknas')");
    await faultless(page);
  }, options));
  test(`review of the log: ${mode}`, () => visit("cia", "/administration/logg", async (page) => {
    await page.waitForSelector(".admin-table tbody tr");
    assert.match(await page.textContent(".admin-table"), /Ada Admin|Cia Granskare/);
    await faultless(page);
    assert.equal(await page.isVisible(".admin-tabs a:text-is('Konton')"), false);
    await page.click(".admin-tabs a:text-is('Flaggor')");
    await heading(page, "Flaggade åtkomster");
    await page.waitForSelector(".box-warn, .empty");
    await faultless(page);
    await page.click(".admin-tabs a:text-is('Stickprov')");
    await heading(page, "Slumpmässigt stickprov");
    await page.click("button:text-is('Dra stickprov')");
    await page.waitForSelector(".admin-table tbody tr");
    await faultless(page);
  }, options));
}

test("an account is made, its one-time password must be changed, and it is disabled", async () => {
  let once = "";
  await visit("ada", "/administration/konton", async (page) => {
    await page.click("button:text-is('Nytt konto')");
    await page.fill("dialog input[name=account]", "ny");
    await page.fill("dialog input[type=search]", "nyman");
    await page.click(".pick:has-text('Nya Nyman')");
    await page.click("button:text-is('Skapa konto')");
    once = (await page.textContent("code.once")) ?? "";
    assert.match(once, /^[a-z]{4}(-[a-z]{4}){3}$/);
    await page.waitForSelector("tr:has(th:text-is('ny')) >> text=Väntar på eget lösenord");
  });
  await visit("ny", "/", async (page) => {
    await page.waitForSelector("h1:text-is('Välj ett eget lösenord')");
    await faultless(page);
    await page.fill("input[name=old]", once);
    await page.fill("input[name=new]", PASSWORD);
    await page.fill("input[name=again]", PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:text-is('Välj uppdrag')"); // there is none yet
  }, undefined, once);
  await visit("ada", "/administration/konton", async (page) => {
    await page.click("tr:has(th:text-is('ny')) button:text-is('Stäng av')");
    await page.waitForSelector("dialog[open]");
    await page.click("dialog button:text-is('Stäng av')");
    await page.waitForSelector("tr:has(th:text-is('ny')) >> text=Avstängt");
    // One's own has no such button.
    assert.equal(await page.isVisible("tr:has(th:has-text('ada')) button:text-is('Stäng av')"), false);
  });
});

test("an assignment gets its analysis, and ends", () => visit("ada", "/administration/enheter/kir", async (page) => {
  await page.waitForSelector(".admin-card.unfit .bad");
  await page.click(".admin-card.unfit:has(.bad:text-is('Behovs- och riskanalys saknas')) button:text-is('Länka analys')");
  await page.click("dialog .admin-radios label:has-text('Behovs- och riskanalys')");
  await page.click("dialog button:text-is('Länka analys')");
  await page.waitForSelector("text=Analysen är länkad för Anna Prov.");
  await page.waitForFunction(() => !document.body.textContent.includes("Behovs- och riskanalys saknas"));
  const before = await page.locator(".badge:text-is('Kan användas')").count();
  await page.click("button:text-is('Avsluta uppdrag') >> nth=0");
  await page.click("dialog button:text-is('Avsluta uppdrag')");
  await page.waitForSelector("text=är avslutat.");
  await page.waitForFunction((n) => document.querySelectorAll(".badge-good").length < n, before);
}));

test("who has neither right sees neither the way nor the screen", () => visit("bo", "/administration/konton", async (page) => {
  await page.waitForSelector(".box-warn");
  assert.match(await page.textContent("main"), /ger inte rätt till det här/);
  assert.equal(await page.isVisible(".topbar a[href='/administration']"), false);
}));
