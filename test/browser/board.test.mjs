// SPDX-License-Identifier: Apache-2.0
// The unit's board and the waiting room's: what they show of the record, that changes come by themselves, and that the
// public one knows nothing but codes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ALL_MODES, axeFaults, startBrowser, startRegion, swedishDay, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { putPatients } from "./patients.mjs";

const UNIT = "tavla-med";
const LIVE_MS_MAX = 5_000; // what is asked for each quarter of a minute would be later
const LOINC = "http://loinc.org";
const SCT = "http://snomed.info/sct";
let region;
let browser;

const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();
const coded = (system, code) => ({ coding: [{ system, code }] });
let count = 0;
const observation = (patient, system, code, rest, hours = 1) => ({ resourceType: "Observation", id: `tavla-o-${++count}`, status: "final", category: [coded("http://terminology.hl7.org/CodeSystem/observation-category", rest.lab ? "laboratory" : "vital-signs")], code: coded(system, code), subject: { reference: `Patient/${patient}` }, effectiveDateTime: ago(hours), ...rest.value });
const quantity = (value, code) => ({ value: { valueQuantity: { value, unit: code, code, system: "http://unitsofmeasure.org" } } });

function vitals(patient, { respiration, saturation, systolic, pulse, temperature, alert }) {
  return [
    observation(patient, LOINC, "9279-1", quantity(respiration, "/min")), observation(patient, LOINC, "59408-5", quantity(saturation, "%")), observation(patient, LOINC, "8867-4", quantity(pulse, "/min")),
    observation(patient, LOINC, "8310-5", quantity(temperature, "Cel")), observation(patient, SCT, "722742002", { value: {} }),
    observation(patient, LOINC, "85354-9", { value: { component: [{ code: coded(LOINC, "8480-6"), ...quantity(systolic, "mm[Hg]").value }] } }),
    ...(alert === undefined ? [] : [observation(patient, SCT, "1104441000000107", { value: { valueCodeableConcept: coded(SCT, alert) } })]),
  ];
}

function encounter(id, patient, status, kind, hours, rest = {}) {
  return {
    resourceType: "Encounter", id, status, class: { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: kind }, subject: { reference: `Patient/${patient}` }, period: { start: ago(hours) }, serviceProvider: { reference: `Organization/${UNIT}` },
    participant: [{ type: [coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "PPRF")], individual: { display: "Maja Lund, Överläkare" } }], ...rest,
  };
}
/** Which day of a stay it is, by the calendar, that began so many hours ago. */
const days = (hours) => Math.round((Date.parse(swedishDay()) - Date.parse(swedishDay(Date.now() - hours * 3_600_000))) / 86_400_000) + 1;
const bed = (name) => ({ location: [{ location: { display: name }, physicalType: coded("http://terminology.hl7.org/CodeSystem/location-physical-type", "bd"), status: "active" }] });

async function put(resources) {
  const entry = resources.map((resource) => ({ resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` } }));
  const answer = await fetch(`${region.url}/fhir`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }) });
  assert.equal(answer.status, 200, await answer.text());
}

before(async () => {
  region = await startRegion();
  browser = await startBrowser();
  await putPatients(region.url);
  await put([
    { resourceType: "Organization", id: "tavla-vg", active: true, name: "Tavlans vårdgivare" },
    { resourceType: "Organization", id: UNIT, active: true, name: "Avdelning Tavlan", partOf: { reference: "Organization/tavla-vg" } },
    encounter("tavla-e1", "web-tolvan", "in-progress", "IMP", 50, { ...bed("Sal 2, plats 1"), extension: [{ url: "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate", valueDateTime: "2031-05-06T11:00:00+02:00" }] }),
    encounter("tavla-e2", "web-asa", "in-progress", "IMP", 20, bed("Sal 1, plats 2")),
    encounter("tavla-e3", "web-asa2", "arrived", "EMER", 1.5),
    encounter("tavla-e4", "web-hemlig", "finished", "IMP", 90),
    ...vitals("web-tolvan", { respiration: 26, saturation: 90, systolic: 95, pulse: 120, temperature: 39.4, alert: "248234008" }),
    ...vitals("web-asa", { respiration: 16, saturation: 97, systolic: 120, pulse: 70, temperature: 36.8 }),
    observation("web-tolvan", "http://npu-terminology.org", "NPU19748", { lab: true, value: { valueQuantity: { value: 140, unit: "mg/L" }, interpretation: [coded("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "HH")] } }),
    // The first is acknowledged already: it is new no more.
    ...["completed", "requested"].map((status) => ({ resourceType: "Task", id: `tavla-${status}`, status, intent: "order", code: coded("https://helhet.example/fhir/CodeSystem/task", "acknowledge"), focus: { reference: `Observation/tavla-o-${count}` }, for: { reference: "Patient/web-tolvan" }, authoredOn: ago(1) })),
    { resourceType: "Composition", id: "tavla-c1", status: "preliminary", type: coded(LOINC, "11506-3"), subject: { reference: "Patient/web-asa" }, date: ago(2), author: [{ display: "Maja Lund" }], title: "Daganteckning" },
  ]);
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (path, body, options) => visitPage(browser, region.url + path, body, { options });

const row = (page, text) => page.getByRole("row").filter({ hasText: text });
const shown = (page) => page.getByRole("table", { name: "Vårdplatser" }).waitFor();

test("beds in order, NEWS2 with its risk and what is missing, responsible, new results, unsigned, planned discharge", () =>
  visit(`/tavla/${UNIT}`, async (page) => {
    await shown(page);
    await page.getByRole("heading", { level: 1, name: "Tavla: Avdelning Tavlan" }).waitFor();
    const beds = await page.getByRole("table", { name: "Vårdplatser" }).getByRole("row").allTextContents();
    assert.match(beds[1], /Sal 1, plats 2.*Öbergska/);
    assert.match(beds[2], /Sal 2, plats 1.*Tolvansson/);
    // 26 breaths 3, 90 % 3, 95 mmHg 2, 120 beats 2, 39.4 °C 2
    for (const text of ["12", "Hög risk", "19121212-1212", "Maja Lund, Överläkare", "1 svar", "1 avvikande", "6 maj 2031 11:00", `dag ${days(50)}`]) assert.ok(beds[2].includes(text), `${text} in ${beds[2]}`);
    for (const text of ["minst 0", "Kan inte bedömas", "Saknas: medvetande", "Ej planerad"]) assert.ok(beds[1].includes(text), `${text} in ${beds[1]}`);
    assert.equal(await row(page, "Öbergska").getByRole("link", { name: "1", exact: true }).getAttribute("href"), "/patient/web-asa/anteckningar");
    const queue = await page.getByRole("table", { name: "Väntrum och mottagning" }).getByRole("row").nth(1).textContent();
    for (const text of ["Väntar", "Obergska", "1 h 3", "Inga mätvärden senaste dygnet"]) assert.ok(queue.includes(text), `${text} in ${queue}`);
    assert.equal(await page.getByText("Öbergdal").count(), 0, "who has left is not on the board");
  }));

test("by keyboard to a chart; a change in the record comes by itself", () =>
  visit(`/tavla/${UNIT}`, async (page) => {
    await shown(page);
    await page.getByText("Uppdateras direkt").waitFor();
    await put([encounter("tavla-e5", "web-hemlig", "triaged", "EMER", 0.1)]);
    await row(page, "Öbergdal").waitFor({ timeout: LIVE_MS_MAX });
    assert.ok(await row(page, "Öbergdal").getByText("Skyddade personuppgifter").isVisible());
    await put([encounter("tavla-e5", "web-hemlig", "finished", "EMER", 0.1)]);
    await row(page, "Öbergdal").waitFor({ state: "detached", timeout: LIVE_MS_MAX });
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/patient/web-asa");
  }));

test("what cannot be read is said, and nothing is taken for none", () =>
  visit("/", async (page) => {
    await page.route(/\/fhir\/(Observation|Task)\?/, (route) => route.fulfill({ status: 500, contentType: "application/fhir+json", body: "{}" }));
    await page.goto(`${region.url}/tavla/${UNIT}`);
    await shown(page);
    await page.getByText("Detta kunde inte läsas och visas därför inte: NEWS2, ej vidimerade provsvar.").waitFor();
    assert.equal(await row(page, "Tolvansson").getByText("Kunde inte läsas").count(), 2);
  }));

test("the waiting room's board: the same codes, and nothing about anybody, neither shown nor asked for", () =>
  visit(`/tavla/${UNIT}`, async (page) => {
    await shown(page);
    const code = /Kod ([A-Z]\d{3})/.exec(await row(page, "Obergska").textContent())[1];
    const answers = [];
    page.on("response", async (response) => { if (/\/fhir\//.test(response.url())) answers.push(await response.text().catch(() => "")); });
    await page.goto(`${region.url}/tavla/publik.${UNIT}`);
    await page.getByRole("heading", { level: 1, name: "Väntrum" }).waitFor();
    await page.locator(".codes").getByText(code).waitFor();
    assert.equal(await page.locator(".codes li").count(), 1, "those in beds are not on it");
    const text = await page.evaluate(() => document.body.innerText);
    for (const secret of ["Obergska", "Åsa", "19800130", "Tolvansson", "Maja", "web-asa2"]) assert.equal(text.includes(secret), false, secret);
    for (const secret of ["Patient/", "Obergska", "reasonCode"]) assert.equal(answers.some((a) => a.includes(secret)), false, `${secret} was asked for`);
    assert.equal(await page.locator(".topbar").isVisible(), false);
  }));

for (const [mode, options] of Object.entries(ALL_MODES)) {
  test(`no fault that axe can see, nothing scrolls sideways: ${mode}`, async () => {
    for (const path of [`/tavla/${UNIT}`, `/tavla/publik.${UNIT}`, "/tavla"]) {
      await visit(path, async (page) => {
        await (path === "/tavla" ? page.getByText("Välj den enhet").waitFor() : path.includes("publik") ? page.locator(".codes").waitFor() : shown(page));
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }, options);
    }
  });
}

test("a picture for the README, into docs/images with UPDATE=1", () =>
  visit(`/tavla/${UNIT}`, async (page) => {
    await shown(page);
    await takePicture(page, "tavla");
  }, PICTURE));
