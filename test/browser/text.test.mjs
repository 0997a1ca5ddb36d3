// SPDX-License-Identifier: Apache-2.0
// 10,000 generated Swedish notes on the screen: what the page holds is what was written, character for character.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { notes as makeNotes } from "../notes.mjs";
import { openPage, startBrowser, startRegion } from "./harness.mjs";

const NOTES = 10000;
const PER_DOCUMENT = 25;
const DOCUMENTS = 20; // what a chart shows at first
const PER_PATIENT = PER_DOCUMENT * DOCUMENTS;

let region;
let browser;
before(async () => {
  region = await startRegion();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

function patientEntries(number, notes) {
  const id = `text-${number}`;
  const document = (k) => ({
    resourceType: "DocumentReference",
    id: `${id}-${k}`,
    status: "current",
    subject: { reference: `Patient/${id}` },
    date: `2026-01-${String(k + 1).padStart(2, "0")}T08:00:00+01:00`,
    content: notes.slice(k * PER_DOCUMENT, (k + 1) * PER_DOCUMENT).map((text) => ({ attachment: { contentType: "text/plain; charset=utf-8", data: Buffer.from(text).toString("base64") } })),
  });
  const resources = [{ resourceType: "Patient", id, name: [{ family: "Textsson", given: [`Prov ${number}`] }] }, ...Array.from({ length: DOCUMENTS }, (_, k) => document(k))];
  return resources.map((resource) => ({ resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` } }));
}

test("every note stands on the screen as it was written", { timeout: 300000 }, async () => {
  const notes = makeNotes(NOTES);
  const page = await openPage(browser);
  let seen = 0;
  for (let number = 0; number * PER_PATIENT < NOTES; number++) {
    const own = notes.slice(number * PER_PATIENT, (number + 1) * PER_PATIENT);
    const put = await fetch(`${region.url}/fhir`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ resourceType: "Bundle", type: "transaction", entry: patientEntries(number, own) }) });
    assert.equal(put.status, 200);
    await page.goto(`${region.url}/patient/text-${number}/anteckningar`);
    await page.waitForFunction((n) => document.querySelectorAll(".note .clinical").length >= n, PER_PATIENT);
    const shown = new Set(await page.$$eval(".note .clinical", (all) => all.map((e) => e.textContent)));
    const lost = own.filter((text) => !shown.has(text));
    assert.deepEqual(lost.slice(0, 1), [], `${lost.length} notes changed`);
    seen += own.length;
  }
  assert.equal(seen, NOTES);
  assert.deepEqual(page.faults, []);
});
