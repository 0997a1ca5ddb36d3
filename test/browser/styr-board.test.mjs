// SPDX-License-Identifier: Apache-2.0
// Steering's board, cases and decisions: columns as the process says, the case that lacks its benefit case is flagged, cards by keyboard,
// a decision signed moves its initiative, and nothing else does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { readStyr, startStyr } from "./styr-data.mjs";

let region;
let browser;
before(async () => {
  region = await startStyr();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (path, body, options = PICTURE) => visitPage(browser, `${region.url}/styrning/${path}`, body, { options });

test("the board has the process's phases, diary numbers, what is missing, and a list that says the same", () =>
  visit("tavla", async (page) => {
    await page.locator(".styr-card").first().waitFor();
    const heads = await page.locator(".styr-column h3").allInnerTexts();
    assert.deepEqual(heads, ["1. Idé och nominering (0)", "2. Konceptidé (12)", "3. Utveckling och test (0)", "4. Breddinförande (1)"]);
    const survey = page.locator(".styr-card", { hasText: "Patientenkäter" });
    assert.match(await survey.innerText(), /RS 2025-03001[\s\S]*Nyttokalkyl saknas/);
    assert.match(await page.locator(".styr-card", { hasText: "Sammanhållen EKG-miljö" }).innerText(), /RS 2025-02255 · \d+ dagar sedan grinden/);
    assert.equal(await page.locator("[draggable=true]").count(), 0);
    await takePicture(page, "styrning-tavla");
    await page.getByRole("radio", { name: "Taktisk" }).check();
    await page.getByText(/^4 initiativ, 9 dolda av filtret$/).waitFor();
    await page.getByRole("radio", { name: "Alla", exact: true }).check();
    await page.getByRole("radio", { name: "Lista" }).check();
    await page.locator("main tbody tr").first().waitFor();
    assert.equal(await page.locator("main tbody tr").count(), 13);
    assert.match(await page.locator("main tbody tr", { hasText: "Patientenkäter" }).innerText(), /Nyttokalkyl saknas/);
  }));

test("cards are reached with the arrows, and the whole way to the case by keyboard", () =>
  visit("tavla", async (page) => {
    const cards = page.locator("a.styr-card");
    await cards.first().waitFor();
    await cards.first().focus();
    const here = () => page.evaluate(() => document.activeElement?.closest("[data-column]")?.querySelector("h3")?.textContent?.slice(0, 2) ?? "");
    assert.equal(await here(), "2.");
    await page.keyboard.press("ArrowRight");
    assert.equal(await here(), "4.", "columns without cards are passed");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await here(), "2.");
    const first = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await page.evaluate(() => document.activeElement.textContent), first);
    await page.locator("a.styr-card", { hasText: "Patientenkäter" }).focus();
    await page.keyboard.press("Enter");
    const link = page.getByRole("link", { name: "Beslut 2: Patientenkäter – kontinuerlig mätning" });
    await link.waitFor();
    await link.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Finansiering och resurskonsekvenser" }).waitFor();
    const parts = await page.locator(".styr-part h3").allInnerTexts();
    assert.deepEqual(parts, ["Behov", "Förslag till beslut", "Funktionalitet", "Regional samordning", "Nyttokalkyl", "Finansiering och resurskonsekvenser"]);
    assert.match(await page.locator(".styr-lint").innerText(), /Nyttokalkyl/);
  }));

test("what a case lacks is told in the reader's language, also when it changes on the screen", () =>
  visit("arende/c-enkat", async (page) => {
    const lint = page.locator(".styr-lint");
    await lint.getByText("Nyttokalkyl saknas.").waitFor();
    await page.getByRole("button", { name: "In English" }).click();
    await lint.getByText("A benefit case is missing.").waitFor();
    assert.doesNotMatch(await lint.innerText(), /saknas|Funktionsgruppen/);
    await takePicture(page, "styrning-arende-english");
    await page.getByRole("button", { name: "På svenska" }).click();
    await lint.getByText("Nyttokalkyl saknas.").waitFor();
  }));

test("a decision that is signed moves its initiative, and cannot be changed", () =>
  visit("arende/c-shlr", async (page) => {
    await page.getByRole("heading", { name: "Ställningstaganden" }).waitFor();
    assert.match(await page.locator("main table", { hasText: "Uttalande" }).innerText(), /Koncernledning Hälso- och sjukvård[\s\S]*Ställer sig bakom/);
    await page.getByRole("button", { name: "Fatta beslut" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Motivering").fill("Nyttan är rimlig.");
    await dialog.getByLabel("Avvikande mening från").selectOption({ label: "Funktionsgrupp digitalisering" });
    await dialog.getByLabel("Den avvikande meningen").fill("Tio procent mindre nytta gör kalkylen negativ.");
    await dialog.getByRole("button", { name: "Underteckna beslutet" }).click();
    const decision = page.locator("[data-decision]");
    await decision.waitFor();
    assert.match(await decision.innerText(), /Verkställighetsbeslut: Bifall[\s\S]*Slutligt[\s\S]*Tio procent mindre nytta/);
    const it = await readStyr(region.url, "Initiative/shlr");
    assert.equal(it.phase, 3);
    assert.match(it.gate.at(-1).decision.reference, /^Decision\//);
    assert.equal(await decision.getByRole("button", { name: /Ändra|Skriv/ }).count(), 0);
    await page.getByRole("button", { name: "Expediera" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Spara" }).click();
    await page.locator("main .box-good", { hasText: "Beslut expedierat" }).waitFor();
    assert.equal((await readStyr(region.url, "DecisionCase/c-shlr")).status, "dispatched");
  }));

test("decisions to report are told apart from those reported, and dissent shows", () =>
  visit("beslut", async (page) => {
    await page.locator("main tbody tr").first().waitFor();
    assert.match(await page.locator("main tbody tr", { hasText: "Sammanhållen EKG-miljö" }).innerText(), /1 avvikande/);
    await page.getByRole("radio", { name: "Anmälningsärenden" }).check();
    const tables = page.locator("main table");
    await page.getByRole("heading", { name: "Att anmäla" }).waitFor();
    assert.match(await tables.last().innerText(), /Systemstöd PGT/);
    assert.doesNotMatch(await tables.first().innerText(), /Systemstöd PGT/);
  }));
