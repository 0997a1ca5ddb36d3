// SPDX-License-Identifier: Apache-2.0
// The desk: receipts, what is unfinished, the palette, the two open charts. By keyboard alone, in both themes, at 320 px
// and at 200 %.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildExposed } from "./exposed.mjs";
import { ALL_MODES, axeFaults, openPage, settled, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { putPatients } from "./patients.mjs";

const PATIENT = "web-tolvan";
const OTHER = "web-asa";
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

const visit = (path, body, options) => visitPage(browser, region.url + path, async (page) => {
  await page.waitForFunction(() => window.helhet !== undefined && document.querySelector(".receipt-strip") !== null);
  await body(page);
}, { options });

const pulse = (patient, text = "Puls") => ({ resourceType: "Observation", status: "final", code: { text }, subject: { reference: `Patient/${patient}` } });
const save = (page, patient, title, link = `/patient/${patient}/provsvar`) => page.evaluate(([resource, how]) => window.helhet.create(resource, how).then(() => "saved", (error) => error.name), [pulse(patient), { patient, title, link }]);
const strip = (page, text) => page.locator(".receipt-strip li").filter({ hasText: text });

/** A target that the strip covers in part is no fault when it comes clear of it by scrolling. */
async function faultsClear(page) {
  const faults = await axeFaults(page);
  if (!faults.some((fault) => fault.startsWith("target-size"))) return faults;
  const covered = new Set((await axeFaults(page, { scrolled: "end" })).map((fault) => fault.split(": Target")[0]));
  return faults.filter((fault) => !fault.startsWith("target-size") || covered.has(fault.split(": Target")[0]));
}

for (const [mode, options] of Object.entries(ALL_MODES)) {
  test(`no fault that axe can see, nothing scrolls sideways: ${mode}`, () =>
    visit("/kvitton", async (page) => {
      await save(page, PATIENT, "Puls antecknad");
      await page.route("**/fhir/Observation", (route) => route.fulfill({ status: 422, contentType: "application/fhir+json", body: "{}" }));
      await save(page, PATIENT, "Puls som inte gick att spara, med en lång förklaring som inte får klippas av");
      for (const path of ["/kvitton", "/ofardiga", `/patient/${PATIENT}`, `/patient/${OTHER}`, "/"]) {
        await page.evaluate((to) => { history.pushState({}, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
        await settled(page);
        assert.ok((await page.locator(".receipt-line").count()) >= 1, path);
        assert.deepEqual(await faultsClear(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }
      await page.getByLabel("Ny lista").fill("Mina ronder");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Mina ronder (0)" }).waitFor();
      // What the strip lies over comes clear of it when one scrolls; here it is put away instead.
      await page.evaluate(() => { for (const one of document.querySelectorAll(".receipt-strip button")) if (one.textContent.includes("Dölj")) one.click(); });
      await page.waitForFunction(() => ![...document.querySelectorAll(".receipt-strip button")].some((one) => one.textContent.includes("Dölj") && one.offsetParent !== null));
      assert.deepEqual(await axeFaults(page), [], `${mode} own lists`);
      await page.keyboard.press("Control+k");
      await page.keyboard.type("tolvan");
      await page.getByRole("option").first().waitFor();
      assert.deepEqual(await axeFaults(page), [], `${mode} palette`);
      assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} palette scrolls sideways`);
    }, options));
}

test("a receipt leads back to what it is about, by keyboard, and stands in the list of all", () =>
  visit("/", async (page) => {
    assert.equal(await save(page, PATIENT, "Puls antecknad"), "saved");
    await strip(page, "Sparat: Puls antecknad – Tolvan Åke Tolvansson").getByRole("link", { name: "Öppna: Puls antecknad" }).press("Enter");
    await page.waitForURL(`**/patient/${PATIENT}/provsvar`);
    await page.getByRole("link", { name: "Kvitton" }).press("Enter");
    await page.waitForURL("**/kvitton");
    await page.locator(".receipt-list li").filter({ hasText: "Puls antecknad" }).getByRole("link").first().press("Enter");
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
    await strip(page, "Väntar på servern, sparat på den här datorn: Puls under avbrott").waitFor();
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

const chart = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const colour = (page) => page.locator(".storyboard").evaluate((e) => getComputedStyle(e).borderLeftColor);
const tabs = (page) => page.getByRole("navigation", { name: "Öppna journaler" });

test("Ctrl+K finds and opens a patient in at most 12 keys, from anywhere, and commands by any word of theirs", () =>
  visit("/kvitton", async (page) => {
    let keys = 0;
    const press = async (key) => { keys++; await page.keyboard.press(key); };
    await press("Control+k");
    for (const digit of "1212121212") await press(digit);
    await press("Enter");
    await chart(page, "Tolvan Åke Tolvansson");
    assert.ok(keys <= 12, `${keys} keys`);
    for (const [written, path] of [["lakem", `/patient/${PATIENT}/lakemedel`], [">ofard", "/ofardiga"]]) {
      await page.keyboard.press("Control+k");
      await page.keyboard.type(written);
      await page.waitForFunction(() => document.querySelector("[role=option][aria-selected=true]") !== null);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${path}`);
    }
    await page.keyboard.press("Control+k");
    await page.keyboard.type("obergs asa");
    await page.waitForFunction(() => document.querySelectorAll(".palette-patient").length === 2);
    assert.equal(await page.locator(".palette").getByText("Liknande namn").count(), 2);
    await page.keyboard.press("Enter");
    assert.equal(new URL(page.url()).pathname, "/ofardiga", "several patients: the first Enter only marks");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/patient/web-asa*");
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
  }));

test("two charts at most, each with its colour; the third takes the place of the one used longest ago", () =>
  visit(`/patient/${PATIENT}`, async (page) => {
    await chart(page, "Tolvan Åke Tolvansson");
    const first = await colour(page);
    await page.evaluate((to) => { history.pushState({}, "", to); dispatchEvent(new PopStateEvent("popstate")); }, `/patient/${OTHER}`);
    await chart(page, "Åsa Öbergska");
    assert.notEqual(await colour(page), first);
    assert.equal(await tabs(page).getByRole("link").count(), 2);
    await page.keyboard.press("Alt+b");
    await chart(page, "Tolvan Åke Tolvansson");
    assert.equal(await colour(page), first);
    await page.evaluate(() => { history.pushState({}, "", "/patient/web-asa2"); dispatchEvent(new PopStateEvent("popstate")); });
    await chart(page, "Åsa Maria Obergska");
    assert.equal(await tabs(page).getByRole("link", { name: "Åsa Öbergska" }).count(), 0);
    await tabs(page).getByRole("button", { name: "Stäng journalen för Åsa Maria Obergska" }).press("Enter");
    await chart(page, "Tolvan Åke Tolvansson");
    assert.equal(await tabs(page).count(), 0);
  }));

test("a chart with something unsaved does not give way, in this window or another", async () => {
  const page = await openPage(browser);
  try {
    const ready = (one) => one.waitForFunction(() => window.helhet !== undefined && document.querySelector(".receipt-strip") !== null);
    await page.goto(`${region.url}/patient/${PATIENT}`);
    await ready(page);
    await chart(page, "Tolvan Åke Tolvansson");
    await page.route("**/fhir/Observation", () => undefined); // no answer: on its way
    void save(page, PATIENT, "Puls på väg").catch(() => undefined);
    await strip(page, "Sparas: Puls på väg").waitFor();
    const second = await page.context().newPage();
    await second.goto(`${region.url}/patient/${OTHER}`);
    await ready(second);
    await chart(second, "Åsa Öbergska");
    await second.evaluate(() => { history.pushState({}, "", "/patient/web-asa2"); dispatchEvent(new PopStateEvent("popstate")); });
    await chart(second, "Åsa Maria Obergska");
    await page.evaluate(() => { history.pushState({}, "", "/patient/web-hemlig"); dispatchEvent(new PopStateEvent("popstate")); });
    await page.getByRole("heading", { name: "Två journaler är redan öppna" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("button", { name: "Stäng journalen för Åsa Maria Obergska" }).press("Enter");
    await chart(page, "Kristina Öbergdal");
    await second.waitForURL(region.url + "/");
    assert.equal(await tabs(page).getByRole("link", { name: "Tolvan" }).count(), 1, "the unsaved one is still open");
  } finally {
    await page.context().close();
  }
});

test("recent patients and own lists stand under the empty search field", () =>
  visit(`/patient/${PATIENT}`, async (page) => {
    await chart(page, "Tolvan Åke Tolvansson");
    await page.evaluate((to) => { history.pushState({}, "", to); dispatchEvent(new PopStateEvent("popstate")); }, `/patient/${OTHER}`);
    await chart(page, "Åsa Öbergska");
    await page.keyboard.press("/");
    await page.getByRole("heading", { name: "Senast öppnade" }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".mine .hit").length >= 2);
    assert.match((await page.locator(".mine .hit").first().textContent()) ?? "", /Öbergska/);
    await page.getByLabel("Ny lista").fill("Min rond");
    await page.keyboard.press("Enter");
    await page.locator(".list-choice summary").first().press("Enter");
    await page.getByRole("checkbox", { name: "Min rond" }).first().press("Space");
    await page.getByRole("heading", { name: "Min rond (1)" }).waitFor();
    await page.getByRole("button", { name: "Ta bort Åsa Öbergska ur Min rond" }).press("Enter");
    await page.getByRole("heading", { name: "Min rond (0)" }).waitFor();
    await page.getByRole("button", { name: "Ta bort listan Min rond" }).press("Enter");
    await page.getByRole("heading", { name: "Min rond (0)" }).waitFor({ state: "detached" });
  }));

/** What each window writes, in bursts that overlap, while it goes to and fro between its charts. */
function writeAtRandom({ patients, count, window: name }) {
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
  const go = (id) => { history.pushState({}, "", `/patient/${id}`); dispatchEvent(new PopStateEvent("popstate")); };
  const of = (patient, n) => ({ resourceType: "Observation", status: "final", code: { coding: [{ system: "https://helhet.example/test", code: "race" }], text: `${name} ${n} ${patient}` }, subject: { reference: `Patient/${patient}` } });
  const one = async (n) => {
    const patient = patients[Math.floor(Math.random() * patients.length)];
    go(patient);
    await pause();
    const how = { patient, title: `Puls ${n}` };
    const kind = Math.random();
    const other = patients.find((id) => id !== patient);
    if (kind < 0.2) return window.helhet.create(of(other, `fel ${n}`), how).then(() => "CROSSED", (error) => error.name);
    if (kind < 0.6) return window.helhet.transact([{ resource: of(patient, n), request: { method: "POST", url: "Observation" } }], how).then(() => "saved");
    const made = await window.helhet.create(of(patient, n), how);
    return window.helhet.update({ ...made.resource, note: [{ text: patient }] }, how).then(() => "saved");
  };
  return Promise.all(Array.from({ length: count }, async (_, n) => { await pause(); return one(n); }));
}

test("the service itself refuses what is about another patient than the chart it came from", async () => {
  const send = (shown, about, key) => fetch(`${region.url}/fhir/Observation`, { method: "POST", headers: { "Content-Type": "application/fhir+json", "Helhet-Patient": shown, "Idempotency-Key": key }, body: JSON.stringify(pulse(about)) });
  assert.equal((await send(PATIENT, PATIENT, "token-1")).status, 201);
  const crossed = await send(PATIENT, OTHER, "token-2");
  assert.equal(crossed.status, 409);
  assert.match(await crossed.text(), /PATIENT_MISMATCH/);
  assert.equal((await fetch(`${region.url}/me/receipts/token-2`)).status, 404, "nothing was saved");
});

test("what was done before a reload stands in the list of receipts, and recent patients follow the user", () =>
  visit(`/patient/${OTHER}`, async (page) => {
    await chart(page, "Åsa Öbergska");
    assert.equal(await save(page, OTHER, "Puls före omladdning"), "saved");
    await page.waitForFunction(() => window.helhet.settingState("recent-patients") === "kept");
    await page.goto(`${region.url}/kvitton`);
    await page.locator(".receipt-list li").filter({ hasText: "Puls före omladdning – Åsa Öbergska" }).first().getByRole("link").press("Enter");
    await page.waitForURL(`**/patient/${OTHER}/provsvar`);
    await page.goto(region.url);
    await page.locator(".mine .hit", { hasText: "Öbergska" }).first().waitFor();
  }));

test("two windows, two patients each, writes at random: nothing lands on another patient", { timeout: 180_000 }, async () => {
  const COUNT = 60;
  const page = await openPage(browser);
  try {
    const second = await page.context().newPage();
    for (const one of [page, second]) {
      await one.goto(`${region.url}/kvitton`);
      await one.waitForFunction(() => window.helhet !== undefined);
    }
    const patients = [PATIENT, OTHER];
    const results = (await Promise.all([page, second].map((one, i) => one.evaluate(`(${writeAtRandom})(${JSON.stringify({ patients, count: COUNT, window: `fönster${i}` })})`)))).flat();
    const saved = results.filter((r) => r === "saved").length;
    assert.equal(results.filter((r) => r === "CROSSED").length, 0);
    assert.equal(results.filter((r) => r === "WrongPatient").length + saved, 2 * COUNT, `${results}`);
    assert.ok(results.includes("WrongPatient"), "some were tried on the wrong patient");
    const found = await (await fetch(`${region.url}/fhir/Observation?code=https://helhet.example/test|race&_count=1000`)).json();
    const stored = found.entry.map((e) => e.resource);
    const crossed = stored.filter((o) => o.subject.reference !== `Patient/${o.code.text.split(" ").at(-1)}` || (o.note !== undefined && o.note[0].text !== o.code.text.split(" ").at(-1)));
    assert.deepEqual(crossed, []);
    assert.equal(stored.length, saved, "each that was told as saved is there, once");
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
});
