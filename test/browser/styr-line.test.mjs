// SPDX-License-Identifier: Apache-2.0
// Steering's critical line: what is measured turns the verdict with nobody writing it, from a cell the evidence is two presses away,
// the planned date is no part of it, and only a soft criterion can be waived (styr-forms).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { day, openCheckpoints, passed, put, readStyr, startStyr } from "./styr-data.mjs";

let region;
let browser;
before(async () => {
  region = await startStyr();
  await openCheckpoints(region.url);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (path, body) => visitPage(browser, `${region.url}/styrning/${path}`, body, { options: PICTURE });
const row = (page, unit) => page.locator(".styr-matrix tbody tr", { hasText: unit });
const verdictOf = (page, unit) => row(page, unit).locator("td").last().locator(".styr-verdict");

test("unit by checkpoint, each verdict a shape and a word; the programme as its worst unit", () =>
  visit("linje", async (page) => {
    await page.locator(".styr-matrix").waitFor();
    assert.deepEqual((await page.locator(".styr-matrix thead th").allInnerTexts()).map((text) => text.split("\n")[0].trim()), ["Enhet", "Avstämning T-120", "Avstämning T-30", "Enheten"]);
    await takePicture(page, "kritisk-linje");
    assert.equal((await verdictOf(page, "Akutmottagningen").innerText()).trim(), "No-Go");
    assert.equal((await verdictOf(page, "Medicinavdelning 12").innerText()).trim(), "Ofullständigt");
    assert.match(await row(page, "Vårdcentralen Provet").innerText(), /Inte öppnad/);
    assert.match(await page.locator(".styr-sum").innerText(), /No-Go[\s\S]*Akutmottagningen/);
    const shapes = await page.locator(".styr-matrix .styr-verdict").evaluateAll((all) => [...new Set(all.map((one) => `${one.textContent.trim()} ${one.querySelector("path").getAttribute("d")}`))]);
    assert.equal(new Set(shapes.map((text) => text.slice(text.indexOf(" M")))).size, shapes.length, "no two verdicts have one shape");
    assert.equal(await page.locator(".styr-matrix").getByText("2027").count(), 0, "no planned date by a verdict");
    await page.getByText("Planerade datum", { exact: true }).first().click();
    await page.getByText("Planerade datum ingår inte i någon bedömning.").waitFor();
  }));

test("from a cell to the evidence in two presses", () =>
  visit("linje", async (page) => {
    await row(page, "Akutmottagningen").locator("a.styr-cell").last().click();
    await page.getByRole("button", { name: /^Underlag.*E3/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("tbody tr").first().waitFor();
    assert.deepEqual((await dialog.locator("tbody tr").allInnerTexts()).map((text) => /Test n\d|Nej|Ja/g[Symbol.match](text).slice(0, 2).join(" ")).sort(), ["Test n1 Ja", "Test n2 Nej"]);
  }));

test("a day to come shows what grows old till then, and nothing is saved", async () => {
  const version = async () => (await readStyr(region.url, "ReadinessCheckpoint/rc-2-t120")).meta.versionId;
  await visit("avstamning/rc-2-t120", async (page) => {
    const ahead = page.getByRole("region", { name: "Så här ser det ut en annan dag" });
    await ahead.waitFor();
    const before = await version();
    const field = page.getByLabel("Så här ser det ut den", { exact: true });
    await field.fill(day(30));
    await ahead.getByText("Samma bedömning som i dag.").waitFor();
    assert.equal((await ahead.locator(".styr-verdict").innerText()).trim(), "Go");
    await field.fill(day(95));
    await ahead.getByText("En annan bedömning än i dag.").waitFor();
    assert.equal((await ahead.locator(".styr-verdict").innerText()).trim(), "No-Go");
    assert.match(await ahead.innerText(), /Inget sparas/);
    assert.match(await ahead.locator("tbody tr").first().innerText(), /E3[\s\S]*För gammalt/);
    assert.equal((await page.locator(".styr-sum .styr-verdict").first().innerText()).trim(), "Go", "the verdict above stands");
    await ahead.locator("table").scrollIntoViewIfNeeded();
    await takePicture(page, "blick-framat");
    await field.fill("2020-01-01");
    await ahead.getByRole("alert").waitFor();
    assert.equal(await version(), before);
  });
});

test("one practical test that is not passed turns the unit to No-Go within five seconds, and nobody edits anything", async () => {
  const verdict = async (id) => (await readStyr(region.url, `ReadinessCheckpoint/${id}`)).verdict;
  assert.equal(await verdict("rc-2-t120"), "go");
  const begun = Date.now();
  await put(region.url, "fhir", passed("styr-q-n3b", "n3", false));
  const BAR_MS = 5000;
  while ((await verdict("rc-2-t120")) !== "no-go" && Date.now() - begun < BAR_MS) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await verdict("rc-2-t120"), "no-go");
  await visit("linje", async (page) => {
    await page.locator(".styr-matrix").waitFor();
    assert.equal((await verdictOf(page, "Medicinavdelning 12").innerText()).trim(), "No-Go");
  });
});

test("a verdict is offered to nobody, and a hard criterion no waiver", () =>
  visit("avstamning/rc-1-t30", async (page) => {
    const hard = page.locator("article", { hasText: "E3" });
    await hard.waitFor();
    assert.equal(await hard.getByRole("button", { name: /Ge undantag/ }).count(), 0);
    assert.equal(await page.locator("article", { hasText: "E12" }).getByRole("button", { name: /Ge undantag/ }).count(), 1);
    assert.equal(await page.locator("main :is(select, input):not(.styr-ahead *)").count(), 0, "there is nothing to set but the day that is looked forward to");
  }));

test("what is frozen keeps its sum, and Go is not to be had where a hard criterion stops it", async () => {
  await visit("avstamning/rc-1-t120", async (page) => {
    await page.getByRole("button", { name: "Frys avstämningen" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Frys avstämningen" }).click();
    await page.locator("main .box-good", { hasText: "Avstämningen är fryst" }).waitFor();
    await page.getByRole("button", { name: "Kontrollera kontrollsumman" }).click();
    await page.getByText("Kontrollsumman stämmer.").waitFor();
    assert.equal(await page.getByRole("button", { name: /Ge undantag|Frys/ }).count(), 0);
  });
  await visit("arende/c-golive", async (page) => {
    await page.getByRole("button", { name: "Fatta beslut" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Framräknad bedömning:").waitFor();
    await dialog.getByLabel("Utfall").selectOption("go");
    await dialog.getByText("Kan inte bli Go: E3 får inte överbryggas.").waitFor();
    await dialog.getByRole("button", { name: "Underteckna beslutet" }).click();
    await dialog.locator(".box-failure").waitFor();
    await dialog.getByLabel("Utfall").selectOption("no-go");
    await dialog.getByRole("button", { name: "Underteckna beslutet" }).click();
    const decision = page.locator("[data-decision]");
    await decision.waitFor();
    assert.match(await decision.innerText(), /No-Go[\s\S]*Framräknad bedömning\s*No-Go[\s\S]*[0-9a-f]{64}/);
  });
});
