// SPDX-License-Identifier: Apache-2.0
// Steering on paper: nothing is wider than an A4 page, tables are tables and can be read, what is folded is open, and each page says
// what it is, from where and when.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser, visitPage } from "./harness.mjs";
import { openCheckpoints, startStyr } from "./styr-data.mjs";

/** A4 less its margins (14 mm, print.css), in CSS pixels. */
const PAPER = { viewport: { width: Math.floor(((210 - 28) / 25.4) * 96), height: 1000 } };
const FONT_MIN_PX = 9.3; // 7 points
let region, browser, report;
before(async () => {
  region = await startStyr();
  await openCheckpoints(region.url);
  report = (await (await fetch(`${region.url}/styr/Report/$begin?definition=weekly`, { method: "POST" })).json()).id;
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const pdftotext = spawnSync("pdftotext", ["-v"]).error === undefined;
const SCREENS = ["oversikt", "tavla", "linje/vis", "arende/c-enkat", "arende/c-golive", "beslut", "risker", "scenarier", "nytta/b-shlr", "avtal", "erfarenheter", "fragor", "forandring", "rapporter", "rapport", "moten", "mote/samordning", "medlemmar", "initiativ/vis"];

/** What would be cut off, and what is too small to read. */
const faults = ([width, font]) => {
  const out = [];
  const styr = document.querySelector(".styr");
  for (const e of styr.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden" || e.closest(".visually-hidden") !== null) continue;
    const name = `${e.tagName} .${String(e.className.baseVal ?? e.className)} "${(e.textContent ?? "").slice(0, 30)}"`;
    if (box.right > width + 1 || box.left < -1) out.push(`${name}: ${Math.round(box.left)}–${Math.round(box.right)} of ${width}`);
    if (style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1) out.push(`${name}: ${e.scrollWidth} in ${e.clientWidth}`);
    if ((e.tagName === "TD" || e.tagName === "TH") && Number.parseFloat(style.fontSize) < font) out.push(`${name}: ${style.fontSize}`);
  }
  for (const table of styr.querySelectorAll("table")) if (table.getBoundingClientRect().width > 1 && getComputedStyle(table).display !== "table") out.push(`a table that is ${getComputedStyle(table).display}`);
  return out;
};

for (const screen of SCREENS)
  test(`${screen} on paper`, () => {
    const path = screen === "rapport" ? `rapport/${report}` : screen;
    return visitPage(browser, `${region.url}/styrning/${path}`, async (page) => {
      await page.locator(".styr h2").first().waitFor();
      await page.waitForFunction(() => document.querySelector(".styr .skeleton") === null);
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      await page.emulateMedia({ media: "print" });
      assert.deepEqual(await page.evaluate(faults, [PAPER.viewport.width, FONT_MIN_PX]), []);
      assert.equal(await page.locator(".styr details:not([open])").count(), 0, "what is folded is open on paper");
      const title = await page.title();
      const head = await page.locator(".styr-print-head").innerText();
      assert.ok(head.includes("Utskrift ur Helhet") && head.includes(title) && /\d{1,2}:\d{2}/.test(head), head);
      assert.equal(await page.locator(".styr nav, .styr .styr-acts button").filter({ visible: true }).count(), 0, "no controls");
    }, { options: PAPER });
  });

test("each page of paper has the head", { skip: pdftotext ? false : "SKIPPED: pdftotext (poppler-utils) is not installed" }, () =>
  visitPage(browser, `${region.url}/styrning/mote/samordning`, async (page) => {
    await page.locator(".styr h2").first().waitFor();
    const folder = mkdtempSync(join(tmpdir(), "helhet-print-"));
    const file = join(folder, "a.pdf");
    await page.pdf({ path: file, format: "A5" }); // smaller: more pages
    const pages = execFileSync("pdftotext", [file, "-"], { encoding: "utf8" }).split("\f").slice(0, -1);
    assert.ok(pages.length > 1, `${pages.length} pages`);
    for (const [i, text] of pages.entries()) assert.match(text, /Utskrift ur Helhet/, `page ${i + 1}`);
    rmSync(folder, { recursive: true, force: true });
  }, { options: PAPER }));

const weasyprint = spawnSync("/usr/bin/python3", ["-I", "-c", "import weasyprint"]).status === 0;
const needsPdf = { skip: weasyprint ? false : "SKIPPED: weasyprint is not installed" };
/** Presses the button for a PDF there, which gives a file of that name. */
async function getsPdf(page, within, name) {
  const coming = page.waitForEvent("download");
  await within.getByRole("button", { name: "Hämta PDF" }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), name);
  assert.equal(readFileSync(await file.path()).subarray(0, 5).toString(), "%PDF-");
}
test("a report is fetched as PDF from its screen", needsPdf, () =>
  visitPage(browser, `${region.url}/styrning/rapport/${report}`, (page) => getsPdf(page, page, `rapport-${report}.pdf`)));

test("a decision is fetched as PDF from its case, by itself", needsPdf, async () => {
  const { entry } = await (await fetch(`${region.url}/styr/Decision?status=final`)).json();
  const decision = entry.map((e) => e.resource).find((d) => d.case !== undefined);
  await visitPage(browser, `${region.url}/styrning/arende/${decision.case.reference.split("/")[1]}`, (page) => getsPdf(page, page.locator("[data-decision]").first(), `beslut-${decision.id}.pdf`));
});
