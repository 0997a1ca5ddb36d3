// SPDX-License-Identifier: Apache-2.0
// Diagnoser, överkänslighet, varningar, vaccinationer and vitalparametrar in a real browser against the real server:
// added, changed, ended and marked as entered in error by keyboard alone; two who write at once; faults on the way; who
// and when; the charts; in both themes, at 320 px and at 200 %.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { closed, forget, login, makeData, named } from "../http/accounts.mjs";
import { counted } from "./budgets.mjs";
import { ALL_MODES, axeFaults, openPage, settled, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { putPatients } from "./patients.mjs";

const CHART = "/patient/web-tolvan";
/** A4 within its margins. */
const A4_PX = 688;
const HITS_MAX = 30;
const CODES = join(process.env.HELHET_CORPUS ?? join(import.meta.dirname, "../../../shared/corpus"), "terminology/no-icd10.json.gz");

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

const visit = (path, body, options) => visitPage(browser, region.url + path, body, { options });

const fhir = async (path, init) => (await fetch(`${region.url}/fhir/${path}`, { cache: "no-store", ...init })).json();
const all = async (type, rest = "", patient = "web-tolvan") => ((await fhir(`${type}?patient=${patient}&_count=200${rest}`)).entry ?? []).map((e) => e.resource);
const put = (resource) => fhir(`${resource.resourceType}/${resource.id}`, { method: "PUT", headers: { "Content-Type": "application/fhir+json", "If-Match": `W/"${resource.meta.versionId}"` }, body: JSON.stringify(resource) });
const receipt = (page, text) => page.locator(".receipt-strip [data-state=saved]").filter({ hasText: text }).first().waitFor();
const row = (page, name) => page.locator("li[data-row]:not(.clin-begun *)").filter({ hasText: name }).first();
const inField = (page) => page.waitForFunction(() => document.activeElement?.hasAttribute("data-first"));
const storyboard = (page) => page.getByRole("complementary");
const changed = (resource) => Object.fromEntries((resource.extension?.find((e) => e.url.endsWith("/changed"))?.extension ?? []).map((e) => [e.url, e.valueString ?? e.valueInstant ?? e.valueReference]));

/** Tab until the field of that label has focus. */
async function tabTo(page, label) {
  for (let i = 0; i < 30; i++) {
    const here = await page.evaluate((text) => document.activeElement?.closest("label")?.textContent?.startsWith(text) === true, label);
    if (here) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way to ${label} by Tab`);
}

test("a diagnosis is coded and added by keyboard alone, in few keys, and is in the storyboard at once", () =>
  visit(CHART, async (page) => {
    await settled(page);
    const { press, type, within } = counted(page);
    await press("Alt+Digit3");
    await page.getByRole("heading", { level: 2, name: "Diagnoser", exact: true }).waitFor();
    await settled(page);
    await page.waitForFunction(() => document.activeElement?.closest("main") !== null && document.activeElement !== document.body);
    await press("l");
    await inField(page);
    await page.waitForFunction(() => !document.body.textContent.includes("Koderna läses"));
    await type("lumba");
    await page.getByRole("option", { name: /Lumbago/ }).waitFor();
    await press("ArrowDown");
    await press("Enter");
    await page.getByText("Kod: M54.5").waitFor();
    await press("Control+Enter");
    await receipt(page, "Diagnos tillagd: Lumbago");
    within("add-diagnosis-keys", "keys");
    await storyboard(page).getByText("Lumbago (M54.5)").waitFor();
    const made = (await all("Condition")).find((c) => c.code.text === "Lumbago");
    assert.equal(made.code.coding[0].system, "urn:oid:1.2.752.116.1.1.1.1.8");
    assert.deepEqual([made.clinicalStatus.coding[0].code, made.verificationStatus.coding[0].code, made.category[0].coding[0].code], ["active", "confirmed", "problem-list-item"]);
    assert.ok(made.recordedDate && changed(made).at === made.recordedDate);
    assert.match(await row(page, "Lumbago").textContent(), /Registrerad \d/);
    assert.deepEqual(await axeFaults(page), []);
  }));

test("what no code fits is kept as it was written, and what is amiss is told at its field", () =>
  visit(`${CHART}/diagnoser?dialog=ny-diagnos`, async (page) => {
    await inField(page);
    await page.keyboard.press("Control+Enter");
    await page.getByText("Fyll i det här.").waitFor();
    await inField(page);
    await page.keyboard.type("Ont i stortån sedan \"länge\" <2 v>");
    await page.getByText("Fritext, utan kod").waitFor();
    await tabTo(page, "Sedan");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("2026-02-30");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Skriv år, år-månad eller år-månad-dag").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("2025-11");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Diagnos tillagd: Ont i stortån");
    const made = (await all("Condition")).find((c) => c.code.text?.startsWith("Ont i stortån"));
    assert.deepEqual([made.code, made.onsetDateTime], [{ text: "Ont i stortån sedan \"länge\" <2 v>" }, "2025-11"]);
    await row(page, "Ont i stortån").getByText("november 2025").waitFor();
  }));

test("two who write at once: both texts are shown, each field is chosen, and nothing is lost", () =>
  visit(`${CHART}/diagnoser`, async (page) => {
    await settled(page);
    await row(page, "Essentiell hypertoni").getByRole("link", { name: /^Ändra/ }).press("Enter");
    await inField(page);
    const before = await fhir("Condition/web-diagnos-0");
    await put({ ...before, note: [{ text: "Kollegans kommentar" }], verificationStatus: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/condition-ver-status", code: "provisional" }] } });
    await tabTo(page, "Sedan");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("2008");
    await tabTo(page, "Kommentar");
    await page.keyboard.type("Min kommentar");
    await page.keyboard.press("Control+Enter");
    const box = page.locator(".clin-conflict");
    await box.getByText("Ingenting av ditt har sparats.").waitFor();
    assert.match(await box.textContent(), /Min kommentar.*Kollegans kommentar/s);
    assert.match(await box.textContent(), /Bekräftad.*Preliminär/s);
    await page.evaluate(() => scrollTo(0, 0));
    assert.deepEqual(await axeFaults(page), []);
    assert.equal((await fhir("Condition/web-diagnos-0")).note[0].text, "Kollegans kommentar");
    await box.locator("fieldset", { hasText: "Visshet" }).getByRole("radio").nth(1).check();
    await box.getByRole("button", { name: "Använd det valda" }).press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-sign"));
    await page.keyboard.press("Enter");
    await receipt(page, "Diagnos ändrad: Essentiell hypertoni");
    const now = await fhir("Condition/web-diagnos-0");
    assert.deepEqual([now.onsetDateTime, now.note.at(-1).text, now.verificationStatus.coding[0].code], ["2008", "Min kommentar", "provisional"]);
    assert.equal(now.code.coding[0].code, "I109", "what was not asked about is untouched");
  }));

test("ended with a date and a reason; marked as entered in error it stays to be seen, with its history", () =>
  visit(`${CHART}/diagnoser`, async (page) => {
    await settled(page);
    await row(page, "Lumbago").getByRole("link", { name: /^Avsluta/ }).press("Enter");
    await page.waitForFunction(() => document.activeElement?.closest(".clin-form") !== null);
    await tabTo(page, "Varför");
    await page.keyboard.type("Besvärsfri");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Diagnos avslutad: Lumbago");
    await storyboard(page).getByText("Lumbago").waitFor({ state: "detached" });
    assert.match(await row(page, "Lumbago").textContent(), /Avslutad.*Skäl: Besvärsfri/s);
    await row(page, "Lumbago").getByRole("link", { name: /^Felaktigt införd/ }).press("Enter");
    await page.getByRole("button", { name: /^Märk som felaktigt införd/ }).press("Enter");
    await page.getByText("Fyll i det här.").waitFor();
    await page.keyboard.type("Fel patient");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Diagnos märkt felaktigt införd: Lumbago");
    await page.getByRole("heading", { name: "Felaktigt införda" }).waitFor();
    const wrong = (await all("Condition")).find((c) => c.code.text === "Lumbago");
    assert.deepEqual([wrong.verificationStatus.coding[0].code, wrong.clinicalStatus, changed(wrong).why], ["entered-in-error", undefined, "Fel patient"]);
    await page.waitForFunction((id) => document.activeElement?.id === `entry-${id}`, wrong.id);
    await row(page, "Lumbago").getByRole("link", { name: /^Historik/ }).press("Enter");
    const versions = page.locator(".clin-versions > li");
    await versions.nth(2).waitFor();
    assert.equal(await versions.count(), 3);
    assert.match(await versions.nth(0).textContent(), /Version 3.*Skäl: Fel patient.*Felaktigt införd/s);
    assert.match(await versions.nth(1).textContent(), /Version 2.*Skäl: Besvärsfri/s);
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Escape");
    await versions.first().waitFor({ state: "detached" });
  }));

test("keys that follow a press at once belong to what it asked for, before any timer has run", () =>
  visit(`${CHART}/diagnoser`, async (page) => {
    await settled(page);
    await row(page, "Essentiell hypertoni").getByRole("link", { name: /^Felaktigt införd/ }).press("Enter");
    const asked = await page.getByRole("button", { name: /^Märk som felaktigt införd/ }).evaluate(async (button) => {
      button.focus();
      button.click();
      for (let i = 0; i < 20; i++) await null;
      return document.activeElement.closest("label")?.textContent;
    });
    assert.match(asked ?? "", /^Varför/);
    await page.keyboard.press("Escape");
  }));

test("known of none in one press; an intolerance that is added is seen by the checks of an order at once", () =>
  visit("/patient/web-asa2/varningar", async (page) => {
    await settled(page);
    await page.getByRole("button", { name: "Ange att ingen överkänslighet är känd" }).press("Enter");
    await receipt(page, "Angivet: ingen känd överkänslighet");
    await storyboard(page).getByText("Ingen känd överkänslighet").waitFor();
    await page.keyboard.press("l");
    await inField(page);
    await page.waitForFunction(() => !document.body.textContent.includes("Koderna läses"));
    await page.keyboard.type("penicillin");
    await page.getByRole("option", { name: /^Penicillin J01CE$|^PenicillinJ01CE$/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByLabel("Livshotande").focus();
    await page.keyboard.press("Space");
    await tabTo(page, "Reaktion");
    await page.keyboard.type("Anafylaxi");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Överkänslighet tillagd: Penicillin");
    await storyboard(page).getByText("Livshotande").waitFor();
    assert.equal(await storyboard(page).getByText("Ingen känd överkänslighet").count(), 0);
    const made = (await all("AllergyIntolerance", "", "web-asa2")).find((a) => a.code.text.startsWith("Penicillin"));
    const none = (await all("AllergyIntolerance", "", "web-asa2")).find((a) => a.code.coding?.[0].code === "716186003");
    assert.equal(none.clinicalStatus.coding[0].code, "inactive", "the record never says both");
    assert.deepEqual([made.criticality, made.reaction[0].manifestation[0].text, made.category], ["high", "Anafylaxi", ["medication"]]);
    await page.keyboard.press("Alt+Digit5");
    await settled(page);
    await page.keyboard.press("o");
    await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
    await page.keyboard.type("fenoxi");
    await page.keyboard.press("Enter");
    await page.getByText(/^Överkänslig: Penicillin/).waitFor();
    await page.keyboard.press("Escape");
  }));

test("a warning has a degree; the gravest stands first in the storyboard; it is ended by date", () =>
  visit(`${CHART}/varningar?dialog=ny-varning`, async (page) => {
    await inField(page);
    await page.keyboard.type("Svår intubation");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Fyll i det här.").waitFor();
    await page.getByRole("group", { name: "Gäller" }).getByLabel("Medicinskt tillstånd").press("Space");
    await page.getByRole("group", { name: "Allvarlighetsgrad" }).getByLabel("Livshotande").press("Space");
    await tabTo(page, "Åtgärd eller kommentar");
    await page.keyboard.type("Kalla narkosöverläkare.");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Varning tillagd: Svår intubation");
    await storyboard(page).locator(".sb-card", { hasText: "Varningar" }).locator("li:first-child", { hasText: /Svår intubationLivshotande/ }).waitFor();
    await row(page, "Svår intubation").getByText("Kalla narkosöverläkare.").waitFor();
    await row(page, "Svår intubation").getByRole("link", { name: /^Avsluta/ }).press("Enter");
    await page.getByRole("button", { name: /^Avsluta för/ }).press("Enter");
    await receipt(page, "Varning avslutad: Svår intubation");
    await storyboard(page).getByText("Svår intubation").waitFor({ state: "detached" });
    const flag = (await all("Flag")).find((f) => f.code.text === "Svår intubation");
    assert.equal(flag.status, "inactive");
    assert.match(flag.period.end, /^\d{4}-\d{2}-\d{2}$/);
  }));

test("a vaccination with dose, batch and place; one given elsewhere; one that was not given", () =>
  visit(`${CHART}/vaccinationer`, async (page) => {
    await settled(page);
    await page.keyboard.press("l");
    await inField(page);
    await page.waitForFunction(() => !document.body.textContent.includes("Koderna läses"));
    await page.keyboard.type("tbe");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, "Dos nummer");
    await page.keyboard.type("3");
    await tabTo(page, "Batchnummer");
    await page.keyboard.type("AB1234");
    await page.getByRole("group", { name: "Plats på kroppen" }).getByLabel("Vänster arm").press("Space");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Vaccination tillagd: Fästingburen encefalit (TBE)");
    const text = await row(page, "TBE").textContent();
    for (const part of ["Dos 3", "AB1234", "Vänster arm"]) assert.ok(text.includes(part), part);
    const shot = (await all("Immunization")).find((i) => i.lotNumber === "AB1234");
    assert.deepEqual([shot.protocolApplied[0].doseNumberPositiveInt, shot.primarySource, shot.vaccineCode.coding[0].code], [3, true, "J07BA01"]);
    await page.keyboard.press("l");
    await inField(page);
    await page.keyboard.type("Gula febern");
    await page.getByLabel("Gavs inte").press("Space");
    await tabTo(page, "Varför den inte gavs");
    await page.keyboard.type("Avböjde");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Vaccination tillagd: Gula febern");
    const not = (await all("Immunization")).find((i) => i.status === "not-done");
    assert.deepEqual([not.statusReason.text, not.performer], ["Avböjde", undefined]);
    assert.match(await row(page, "Gula febern").textContent(), /Gavs inte.*Avböjde/s);
  }));

test("a set of vital signs by keyboard alone: one transaction, decimal comma, what is unlikely asked about and saved", () =>
  visit(`${CHART}/vitalparametrar`, async (page) => {
    await settled(page);
    const writes = [];
    page.on("request", (q) => { if (q.method() !== "GET" && new URL(q.url()).pathname.startsWith("/fhir")) writes.push(q); });
    const { press, type, within } = counted(page);
    await press("l");
    await inField(page);
    await type("24");
    await press("Tab");
    await type("93");
    await press("Tab");
    await press("Space");
    await press("Tab");
    await press("Tab");
    await type("105");
    await press("Tab");
    await type("60");
    await press("Tab");
    await type("112");
    await press("Tab");
    await press("Space");
    await press("Tab");
    await type("383");
    await page.getByText("Kroppstemperatur 383 °C är ovanligt. Kontrollera att det stämmer.").waitFor();
    for (let i = 0; i < 3; i++) await press("Backspace");
    await type("38,0");
    await page.getByText("Kroppstemperatur 383 °C").waitFor({ state: "detached" });
    await page.getByText("NEWS2 7: hög risk").first().waitFor();
    await press("Control+Enter");
    await receipt(page, "Mätning sparad: 6 värden");
    within("vital-signs-keys", "keys");
    assert.deepEqual(writes.map((q) => [q.method(), new URL(q.url()).pathname, q.headers()["helhet-patient"]]), [["POST", "/fhir", "web-tolvan"]]);
    const text = await (await fetch(`${region.url}/fhir/Observation?patient=web-tolvan&code=8310-5`, { cache: "no-store" })).text();
    assert.match(text, /"value":\s*38\.0,/, "the decimal is kept as it was written");
    const set = await row(page, "NEWS2 7").textContent();
    for (const part of ["38,0 °C", "105 mmHg", "60 mmHg", "93 %", "112 slag/min", "24 andetag/min", "Luft"]) assert.ok(set.includes(part), part);
    const total = (await all("Observation", "&code=1104051000000101"))[0];
    assert.equal(total.valueInteger, 7);
    await page.getByRole("region", { name: "NEWS2-kurvan, rullbar i sidled" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
  }));

test("one value of a set is corrected: that one and the sum, nothing else; unlikely values are saved; a whole set can be a mistake", () =>
  visit(`${CHART}/vitalparametrar`, async (page) => {
    await settled(page);
    await row(page, "NEWS2 7").getByRole("link", { name: /^Ändra/ }).press("Enter");
    await inField(page);
    await page.keyboard.press("Control+Enter");
    await page.getByText("Ingenting är ändrat.").waitFor();
    await tabTo(page, "Puls");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("251");
    await page.getByText("Puls 251 slag/min är ovanligt.").waitFor();
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Mätning ändrad");
    const pulse = (await all("Observation", "&code=8867-4"))[0];
    assert.deepEqual([pulse.valueQuantity.value, pulse.status, pulse.meta.versionId], [251, "corrected", "2"]);
    assert.equal((await all("Observation", "&code=9279-1"))[0].meta.versionId, "1");
    await row(page, "NEWS2 8").getByRole("link", { name: /^Historik/ }).press("Enter");
    await page.locator(".clin-versions li", { hasText: "112 slag/min" }).first().waitFor();
    await page.keyboard.press("Escape");
    await row(page, "NEWS2 8").getByRole("link", { name: /^Felaktigt införd/ }).press("Enter");
    await inField(page);
    await page.keyboard.type("Fel patient");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Mätning märkt felaktigt införd");
    assert.deepEqual([...new Set((await all("Observation", "&code=8867-4,9279-1,8310-5,1104051000000101")).map((o) => o.status))], ["entered-in-error"]);
    await page.getByRole("heading", { name: "Felaktigt införda" }).waitFor();
  }));

test("two who change one set at once: both are shown, each value chosen, all or nothing written", () =>
  visit(`/patient/web-asa/vitalparametrar`, async (page) => {
    const note = { resourceType: "Observation", status: "final", category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] }], subject: { reference: "Patient/web-asa" }, effectiveDateTime: "2026-10-01T08:00:00Z" };
    const made = async (code, value, unit, ucum) => (await fetch(`${region.url}/fhir/Observation`, { method: "POST", headers: { "Content-Type": "application/fhir+json", Prefer: "return=representation" }, body: JSON.stringify({ ...note, code: { coding: [{ system: "http://loinc.org", code }] }, valueQuantity: { value, unit, system: "http://unitsofmeasure.org", code: ucum } }) })).json();
    const pulse = await made("8867-4", 70, "slag/min", "/min");
    const weight = await made("29463-7", 61.5, "kg", "kg");
    await page.reload();
    await settled(page);
    await page.locator("li[data-row]").filter({ hasText: "61,5 kg" }).getByRole("link", { name: /^Ändra/ }).press("Enter");
    await inField(page);
    await put({ ...pulse, valueQuantity: { ...pulse.valueQuantity, value: 96 } });
    await tabTo(page, "Puls");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("69");
    await tabTo(page, "Vikt");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("62,5");
    await page.keyboard.press("Control+Enter");
    const box = page.locator(".clin-conflict");
    await box.waitFor();
    assert.match(await box.textContent(), /69 slag\/min.*96 slag\/min/s);
    assert.equal((await fhir(`Observation/${weight.id}`)).valueQuantity.value, 61.5, "nothing of it was written");
    await box.locator("fieldset", { hasText: "Puls" }).getByRole("radio").nth(1).check();
    await box.getByRole("button", { name: "Använd det valda" }).press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-sign"));
    await page.keyboard.press("Enter");
    await receipt(page, "Mätning ändrad");
    assert.deepEqual([(await fhir(`Observation/${pulse.id}`)).valueQuantity.value, (await fhir(`Observation/${weight.id}`)).valueQuantity.value], [96, 62.5]);
  }));

test("a whole code system of a Nordic ICD-10 is found in as one writes", { skip: existsSync(CODES) ? false : "no ../shared/corpus" }, async () => {
  const all = JSON.parse(gunzipSync(readFileSync(CODES)).toString("utf8"));
  const codes = (Array.isArray(all) ? all : Object.values(all).find(Array.isArray)).map((one) => ({ code: one.code ?? one.kode, display: one.text ?? one.tekst })).filter((one) => one.code && one.display);
  assert.ok(codes.length > 10_000, String(codes.length));
  const system = "urn:oid:2.16.578.1.12.4.1.1.7110";
  const known = (await fhir("ValueSet?url=https://helhet.example/fhir/ValueSet/diagnoses")).entry[0].resource;
  const made = await fetch(`${region.url}/fhir/CodeSystem`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ resourceType: "CodeSystem", url: system, status: "active", content: "complete", concept: codes }) });
  assert.equal(made.status, 201, await made.text());
  await put({ ...known, compose: { include: [{ system }] } });
  await visit(`${CHART}/diagnoser?dialog=ny-diagnos`, async (page) => {
    await inField(page);
    await page.waitForFunction(() => !document.body.textContent.includes("Koderna läses"));
    const [{ code, display }] = codes.filter((one) => /pneumoni/i.test(one.display)).slice(-1);
    const before = Date.now();
    await page.keyboard.type(code);
    await page.getByRole("option", { name: display, exact: false }).first().waitFor();
    const took = Date.now() - before;
    console.log(`codes: ${codes.length}, "${code}" typed and found in ${took} ms`);
    assert.ok((await page.getByRole("option").count()) <= HITS_MAX);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Kasta utkastet" }).press("Enter");
  });
  const now = (await fhir("ValueSet?url=https://helhet.example/fhir/ValueSet/diagnoses")).entry[0].resource;
  await put({ ...now, compose: known.compose });
});

test("what is already in the list is told of and not forbidden", () =>
  visit(`${CHART}/diagnoser?dialog=ny-diagnos`, async (page) => {
    await inField(page);
    await page.keyboard.type("kronisk njursvikt, stadium 3");
    await page.getByText("Kronisk njursvikt, stadium 3 finns redan i listan som aktuell.").waitFor();
    await page.getByRole("button", { name: "Kasta utkastet" }).press("Enter");
  }));

test("what is half written is a draft: it survives the page, is listed among the unfinished, and is gone on with", () =>
  visit(`${CHART}/vitalparametrar?dialog=ny`, async (page) => {
    await inField(page);
    await page.keyboard.type("17");
    await page.locator(".draft-kept").waitFor();
    await page.goto(`${region.url}/ofardiga`);
    await page.getByRole("link", { name: /Registrera mätning/ }).press("Enter");
    await inField(page);
    assert.equal(await page.getByLabel(/^Andningsfrekvens/).inputValue(), "17");
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Påbörjat" }).waitFor();
    await page.getByRole("button", { name: /^Kasta: Registrera mätning/ }).press("Enter");
    await page.getByRole("heading", { name: "Påbörjat" }).waitFor({ state: "detached" });
    await page.goto(`${region.url}${CHART}/varningar?dialog=ny-overkanslighet`);
    await inField(page);
    await page.keyboard.type("Ägg och mjöl");
    await page.locator(".draft-kept").waitFor();
    await page.reload();
    await page.goto(`${region.url}/ofardiga`);
    await page.getByRole("link", { name: /Ny överkänslighet: Ägg och mjöl/ }).press("Enter");
    await inField(page);
    assert.equal(await page.getByRole("combobox").inputValue(), "Ägg och mjöl");
    await page.getByRole("button", { name: "Kasta utkastet" }).press("Enter");
    await page.locator(".clin-panel").waitFor({ state: "detached" });
    assert.equal((await all("AllergyIntolerance")).some((a) => a.code?.text === "Ägg och mjöl"), false);
  }));

const FAULTS = {
  "cut before": { saved: 0, run: (route) => route.fulfill({ status: 422, contentType: "application/fhir+json", body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "processing", details: { text: "nej" } }] }) }), shown: "Det sparades inte." },
  "cut after it was written": { saved: 1, run: async (route) => { await route.fetch(); await route.abort("connectionreset"); } },
  "500 after it was written": { saved: 1, run: async (route) => { await route.fetch(); await route.fulfill({ status: 500, contentType: "text/html", body: "<html>" }); } },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`a fault on the way (${name}): the form stays or the receipt tells, and nothing is written twice`, () =>
    visit(`${CHART}/diagnoser?dialog=ny-diagnos`, async (page) => {
      await inField(page);
      const text = `Felprov ${name}`;
      await page.keyboard.type(text);
      await page.route("**/fhir/Condition", (route) => (route.request().method() === "POST" ? fault.run(route) : route.continue()), { times: 1 });
      await page.keyboard.press("Control+Enter");
      if (fault.saved === 1) await receipt(page, `Diagnos tillagd: ${text}`);
      else {
        await page.getByText(fault.shown).waitFor();
        assert.equal(await page.getByRole("combobox").inputValue(), text, "what was written is still there");
        await page.keyboard.press("Control+Enter");
        await receipt(page, `Diagnos tillagd: ${text}`);
      }
      assert.equal((await all("Condition")).filter((c) => c.code.text === text).length, 1);
    }));
}

test("a list that could not be read is never called empty, and can be asked for again", () =>
  visit(CHART, async (page) => {
    await settled(page);
    await page.route("**/fhir/Immunization?**", (route) => route.abort(), { times: 1 });
    await page.getByRole("link", { name: "Vaccinationer" }).press("Enter");
    await page.locator("main .box-failure, .section .box-failure").first().waitFor();
    assert.equal(await page.getByText("Inga vaccinationer är registrerade.").count(), 0);
    await page.locator(".section .box-failure").getByRole("button").first().press("Enter");
    await page.locator(".section .box-failure").waitFor({ state: "detached" });
  }));

/** The patient of whom there are most observations with that code. */
async function whoHasMost(code) {
  const counts = new Map();
  for (const { resource } of (await fhir(`Observation?code=${code}&_count=500`)).entry ?? []) counts.set(resource.subject.reference, (counts.get(resource.subject.reference) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0].slice("Patient/".length);
}
const aChild = () => whoHasMost("9843-4");
const anInpatient = () => whoHasMost("1104051000000101");

test("a child's growth: own curves by age, no invented reference and that said, a table, and on paper", async () => {
  const child = await aChild();
  await visit(`/patient/${child}/vitalparametrar`, async (page) => {
    await page.getByRole("heading", { name: "Tillväxt" }).waitFor();
    await page.getByText("Referenskurvor och SD-linjer visas inte").waitFor();
    for (const what of ["Längd", "Vikt", "BMI", "Huvudomfång"]) assert.match(await page.getByRole("img", { name: new RegExp(`^${what}`) }).getAttribute("aria-label"), /\d+ mätningar från/);
    assert.equal(await page.getByText("NEWS2 räknas inte under 16 års ålder.").count(), 1);
    await page.locator("summary", { hasText: "Visa som tabell" }).first().press("Enter");
    assert.match(await page.locator(".chart-table").first().textContent(), /\d+ mån|\d+ år/);
    assert.match(await page.locator(".chart-table").first().textContent(), /\d,\d+ kg/);
    assert.deepEqual(await axeFaults(page), []);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".clin-tools").isVisible(), false);
    assert.equal(await page.getByRole("img", { name: /^Längd/ }).isVisible(), true);
  });
});

test("NEWS2 over time: value, points and sum as text beside the colour, the same as a table", async () => {
  const id = await anInpatient();
  await visit(`/patient/${id}/vitalparametrar`, async (page) => {
    const chart = page.getByRole("img", { name: /^NEWS2 för \d+ mätningar/ });
    await chart.waitFor();
    await page.locator("summary", { hasText: "Visa som tabell" }).first().press("Enter");
    const rows = page.locator(".chart-table").first().locator("tbody tr");
    const columns = await chart.locator("rect.cb-edge").count();
    assert.equal(await rows.count(), columns, "a row for each column");
    const drawn = await chart.locator("text.cb-strong").allTextContents();
    const told = await rows.first().locator("td").last().textContent();
    assert.equal(drawn.at(-1), /NEWS2 (\d+)/.exec(told)?.[1] ?? /minst (\d+)/.exec(told)?.[1].replace(/^/, "≥ "), "the newest sum is the same in both");
    assert.match(await rows.first().textContent(), /\(\d p\)/);
    await page.evaluate(() => document.querySelector(".chart-news").focus());
    assert.deepEqual(await axeFaults(page), []);
    await page.setViewportSize({ width: A4_PX, height: 1000 });
    await page.emulateMedia({ media: "print" });
    const wide = await page.locator(".chart-news svg").evaluateAll((all) => all.reduce((sum, svg) => sum + svg.getBoundingClientRect().width, 0));
    assert.ok(wide > 0 && wide <= A4_PX, `${wide} px on paper`);
  });
});

test("axe finds nothing, nothing scrolls sideways: every list and form, light, dark, 320 px, 200 %", async () => {
  const child = await aChild();
  const inpatient = await anInpatient();
  const paths = [
    `${CHART}/diagnoser?dialog=ny-diagnos`, `${CHART}/diagnoser?dialog=avsluta-diagnos&om=web-diagnos-1`, `${CHART}/varningar?dialog=ny-overkanslighet`, `${CHART}/varningar?dialog=ny-varning`, `${CHART}/varningar?dialog=historik-overkanslighet&om=web-overkanslighet-1`,
    `${CHART}/vaccinationer?dialog=ny-vaccination`, `${CHART}/vitalparametrar?dialog=ny`, `/patient/${child}/vitalparametrar`, `/patient/${inpatient}/vitalparametrar`,
  ];
  for (const [mode, options] of Object.entries(ALL_MODES)) {
    await visit(paths[0], async (page) => {
      for (const path of paths) {
        await page.goto(region.url + path);
        await settled(page);
        await page.waitForFunction(() => document.querySelector(".clin-panel, .chart-box") !== null);
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }
    }, options);
  }
});

test("in English too, and no Swedish word of ours is left in the forms", () =>
  visit(`${CHART}/vitalparametrar?dialog=ny`, async (page) => {
    await settled(page);
    await page.getByRole("button", { name: "In English" }).press("Enter");
    await page.getByRole("heading", { name: "Record a measurement" }).waitFor();
    const text = await page.locator(".clin-panel").textContent();
    for (const word of ["Andning", "Syrgas", "Spara", "Medvetande", "Vikt"]) assert.equal(text.includes(word), false, word);
  }));

test("who and when: the one logged in stands in the row, in the history and in the entry", async () => {
  const about = { subject: { reference: "Patient/vem" } };
  const data = await makeData([
    { ...named("Patient", "vem", "Vera", "Vemsson"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "198001022386" }], birthDate: "1980-01-02" },
    { resourceType: "Encounter", id: "enc-vem", status: "in-progress", class: { code: "AMB" }, ...about, period: { start: new Date(Date.now() - 3_600_000).toISOString() }, serviceProvider: { reference: "Organization/med", display: "Medicinkliniken" } },
  ]);
  const server = await closed(data, ["--web", "build/web"]);
  const page = await openPage(browser);
  try {
    const { Cookie } = await login(server, "anna", { assignment: "PractitionerRole/anna-med" });
    const [key, ...value] = Cookie.split("=");
    await page.context().addCookies([{ name: key, value: value.join("="), url: server.origin }]);
    await page.goto(`${server.origin}/patient/vem/diagnoser`);
    await settled(page);
    await page.keyboard.press("l");
    await inField(page);
    await page.keyboard.type("Migrän");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Diagnos tillagd: Migrän");
    await row(page, "Migrän").getByText(/Registrerad \d.*av Anna Prov/).waitFor();
    await row(page, "Migrän").getByRole("link", { name: /^Ändra/ }).press("Enter");
    await inField(page);
    await tabTo(page, "Kommentar");
    await page.keyboard.type("Med aura");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Diagnos ändrad: Migrän");
    await row(page, "Migrän").getByText(/Senast ändrad \d.*av Anna Prov/).waitFor();
    await row(page, "Migrän").getByRole("link", { name: /^Historik/ }).press("Enter");
    const versions = page.locator(".clin-versions > li");
    await versions.nth(1).waitFor();
    for (const i of [0, 1]) assert.match(await versions.nth(i).textContent(), /av Anna Prov/);
    assert.match(await versions.nth(0).textContent(), /Kommentar.*Med aura/s);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
    await server.stop({ keep: true });
    forget(data);
  }
});

test("pictures for the handbook, into docs/images with UPDATE=1", async () => {
  const child = await aChild();
  const inpatient = await anInpatient();
  const pictures = { diagnoser: `${CHART}/diagnoser?dialog=ny-diagnos`, overkanslighet: `${CHART}/varningar`, vitalparametrar: `/patient/${inpatient}/vitalparametrar?dialog=ny`, news2: `/patient/${inpatient}/vitalparametrar`, tillvaxt: `/patient/${child}/vitalparametrar` };
  for (const [name, path] of Object.entries(pictures)) {
    await visit(path, async (page) => {
      await settled(page);
      await page.waitForFunction(() => document.querySelector(".clin-panel, .chart-box, .row") !== null);
      await takePicture(page, name);
    }, PICTURE);
  }
});
