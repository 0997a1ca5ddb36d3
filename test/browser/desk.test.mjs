// SPDX-License-Identifier: Apache-2.0
// The desk: receipts, what is unfinished, the palette, the two open charts. By keyboard alone, in both themes, at 320 px
// and at 200 %.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildExposed } from "./exposed.mjs";
import { axeFaults, MODES, openPage, startBrowser, startRegion } from "./harness.mjs";
import { putPatients } from "./patients.mjs";

const PATIENT = "web-tolvan";
const BANNER_MS_MAX = 2000;
let region;
let browser;
before(async () => {
  region = await startRegion(await buildExposed());
  browser = await startBrowser();
  await putPatients(region.url);
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

async function visit(path, body, options) {
  const page = await openPage(browser, options);
  try {
    await page.goto(region.url + path);
    await page.waitForFunction(() => window.helhet !== undefined && document.querySelector(".receipt-strip") !== null);
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

const settled = (page) => page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".skeleton") === null);
const ALL_MODES = { ...MODES, "200 %": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } };
const pulse = (patient, text = "Puls") => ({ resourceType: "Observation", status: "final", code: { text }, subject: { reference: `Patient/${patient}` } });
const save = (page, patient, title, link = `/patient/${patient}/provsvar`) => page.evaluate(([resource, how]) => window.helhet.create(resource, how).then(() => "saved", (error) => error.name), [pulse(patient), { patient, title, link }]);
const strip = (page, text) => page.locator(".receipt-strip li").filter({ hasText: text });

for (const [mode, options] of Object.entries(ALL_MODES)) {
  test(`no fault that axe can see, nothing scrolls sideways: ${mode}`, () =>
    visit("/kvitton", async (page) => {
      await save(page, PATIENT, "Puls antecknad");
      await page.route("**/fhir/Observation", (route) => route.fulfill({ status: 422, contentType: "application/fhir+json", body: "{}" }));
      await save(page, PATIENT, "Puls som inte gick att spara, med en lång förklaring som inte får klippas av");
      for (const path of ["/kvitton", "/ofardiga", "/"]) {
        await page.evaluate((to) => { history.pushState({}, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
        await settled(page);
        assert.ok((await page.locator(".receipt-line").count()) >= 1, path);
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }
    }, options));
}

test("a receipt leads back to what it is about, by keyboard, and stands in the list of all", () =>
  visit("/", async (page) => {
    assert.equal(await save(page, PATIENT, "Puls antecknad"), "saved");
    await strip(page, "Sparat: Puls antecknad – Tolvan Åke Tolvansson").getByRole("link", { name: "Öppna: Puls antecknad" }).press("Enter");
    await page.waitForURL(`**/patient/${PATIENT}/provsvar`);
    await page.getByRole("link", { name: "Kvitton" }).press("Enter");
    await page.waitForURL("**/kvitton");
    await page.locator(".receipt-list li").filter({ hasText: "Puls antecknad" }).getByRole("link").press("Enter");
    await page.waitForURL(`**/patient/${PATIENT}/provsvar`);
  }));

test("what failed stands among the unfinished until it is said to be done", () =>
  visit("/ofardiga", async (page) => {
    await page.route("**/fhir/Observation", (route) => route.fulfill({ status: 422, contentType: "application/fhir+json", body: "{}" }));
    assert.equal(await save(page, PATIENT, "Puls som föll"), "FhirError");
    const row = page.locator(".receipt-list li").filter({ hasText: "Puls som föll" });
    await row.getByText("Inget har sparats").waitFor();
    await row.getByRole("button", { name: "Klart: Puls som föll" }).press("Enter");
    await row.waitFor({ state: "detached" });
  }));

test("server gone: told within two seconds, what is written waits, leaving asks, and it is saved once when the server is back", () =>
  visit(`/patient/${PATIENT}`, async (page) => {
    await settled(page);
    await region.stop("SIGKILL");
    const lost = Date.now();
    await page.getByText("Ingen kontakt med servern.").waitFor({ timeout: BANNER_MS_MAX });
    assert.ok(Date.now() - lost <= BANNER_MS_MAX);
    const work = save(page, PATIENT, "Puls under avbrott");
    await strip(page, "Väntar på servern: Puls under avbrott").waitFor();
    const asked = page.waitForEvent("dialog");
    await page.mouse.click(5, 5); // a page nobody has touched may be left without a question
    const leaving = page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await leaving;
    await region.start();
    assert.equal(await work, "saved");
    await strip(page, "Sparat: Puls under avbrott").waitFor();
  }));

test("what waits can be taken back", () =>
  visit(`/patient/${PATIENT}`, async (page) => {
    await settled(page);
    await region.stop("SIGKILL");
    await page.getByText("Ingen kontakt med servern.").waitFor();
    const work = save(page, PATIENT, "Puls som ångrades");
    await strip(page, "Puls som ångrades").getByRole("button", { name: "Avbryt" }).press("Enter");
    assert.equal(await work, "Cancelled");
    await region.start();
    await strip(page, "Inte sparat: Puls som ångrades").waitFor();
  }));
