// SPDX-License-Identifier: Apache-2.0
// Steering's pictures and their tables: the contract cliff, the benefit case, the risk map, Go beside No-Go, the five phases, paper.
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

const visit = (path, body) => visitPage(browser, `${region.url}/styrning/${path}`, body, { options: PICTURE });
const plainText = async (locator) => (await locator.innerText()).replace(/\u00a0/g, " ");

test("the cliff: KeyForCare should have begun, in the picture and in the table", () =>
  visit("avtal", async (page) => {
    await page.locator("svg .styr-block").first().waitFor();
    assert.equal(await page.locator("svg .styr-late").count(), 1);
    assert.match(await page.locator("svg .styr-late title").textContent(), /KeyForCare/);
    await takePicture(page, "avtalsklippa");
    const row = page.locator("main tbody tr", { hasText: "KeyForCare" });
    assert.match(await plainText(row), /31 dec. 2026[\s\S]*30 juni 2025[\s\S]*Borde ha börjat/);
    assert.match(await plainText(page.locator("main tbody tr", { hasText: "2026 K4" })), /1[\s\S]*1 200 000 kr/);
  }));

test("the benefit case: its present value, what it rests on, and that freed time is no saving", () =>
  visit("nytta/b-shlr", async (page) => {
    await page.locator("[data-npv]").waitFor();
    assert.equal(await plainText(page.locator("[data-npv]")), "38 232 kr");
    const warnings = await page.locator(".styr-warnings").innerText();
    assert.match(warnings, /10 % gör kalkylen negativ/);
    assert.match(warnings, /omfördelning/);
    assert.equal(await page.locator("svg .styr-bar").count(), 2);
    assert.match(await plainText(page.locator("main table").first()), /Frigjord arbetstid[\s\S]*−79 140 kr/);
  }));

test("the risk map: a square lists its risks, and an accepted severe one needs an attempt to build it away", async () => {
  await visit("risker", async (page) => {
    const spot = page.getByRole("button", { name: "Sannolikhet 1, konsekvens 4: 1 risk" });
    await spot.waitFor();
    assert.equal(await page.locator("svg line.styr-arrow").count(), 2);
    await takePicture(page, "riskkarta");
    await spot.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sannolikhet 1, konsekvens 4" }).waitFor();
    assert.deepEqual(await page.locator("main tbody tr th").evaluateAll((all) => all.map((one) => one.firstChild.firstChild.textContent)), ["Ord saknas i remissvar"]);
    await page.getByRole("button", { name: "Visa alla" }).click();
    assert.match(await page.locator("main tbody tr", { hasText: "Föråldrade system" }).innerText(), /Ska byggas bort/);
    await page.getByRole("button", { name: "Ny risk" }).click();
    const dialog = page.getByRole("dialog");
    for (const [label, text] of [["Rubrik", "Utskriften stannar"], ["Vad kan hända?", "Skrivaren svarar inte"], ["Därför att", "den är gammal"], ["Det leder till", "väntan"]]) await dialog.getByLabel(label, { exact: true }).fill(text);
    await dialog.getByLabel("Nästa genomgång").fill("2027-03-01");
    await dialog.getByRole("button", { name: "Spara" }).click();
    await page.locator("main tbody tr", { hasText: "Utskriften stannar" }).waitFor();
  });
  const all = await readStyr(region.url, "Risk?title=Utskriften");
  assert.equal(all.entry[0].resource.score, 1);
});

test("Go and No-Go answer the same questions side by side", () =>
  visit("scenarier", async (page) => {
    const table = page.locator(".styr-compared");
    await table.waitFor();
    assert.deepEqual((await table.locator("thead th").allInnerTexts()).slice(1).map((text) => text.split(":")[0]), ["Go", "No-Go"]);
    assert.match(await table.locator("tbody tr", { hasText: "Antaganden" }).innerText(), /Gällde till 30 juni 2026/);
    assert.match(await plainText(table.locator("tbody tr", { hasText: "Kostnad" })), /7 000 000 kr \(5 500 000 kr till 11 000 000 kr\)/);
  }));

test("the five phases, and what can go on during a pause", () =>
  visit("forandring", async (page) => {
    await page.locator(".styr-column").first().waitFor();
    assert.deepEqual((await page.locator(".styr-column h3").allInnerTexts()).map((text) => text.replace(/ \(.*/, "")), ["1. Upptäcka", "2. Utforska", "3. Uppleva", "4. Utföra", "5. Använda"]);
    await page.getByRole("radio", { name: "Kan göras under paus" }).check();
    await page.getByText("1 aktivitet, 2 dolda av filtret").waitFor();
    assert.match(await plainText(page.locator("main table").first()), /41 %[\s\S]*57 %/);
  }));

test("on paper there are no controls, and the picture and its table are both there", () =>
  visit("risker", async (page) => {
    await page.locator(".styr-heat").waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.getByRole("button", { name: "Ny risk" }).isVisible(), false);
    assert.equal(await page.locator(".admin-tabs").isVisible(), false);
    assert.equal(await page.locator(".styr-heat svg").isVisible(), true);
    assert.equal(await page.locator("main table").first().isVisible(), true);
  }));
