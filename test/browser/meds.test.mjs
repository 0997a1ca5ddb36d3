// SPDX-License-Identifier: Apache-2.0
// Läkemedel in a real browser against the real server: ordering, what the checks say, renewing, stopping, giving and
// reconciling; by keyboard alone, keys and clicks counted, in both themes, at 320 px and at 200 %.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ALL_MODES, axeFaults, openPage, settled, startBrowser, startRegion, swedishDay, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { counted } from "./budgets.mjs";
import { closed, forget, makeData, named, PASSWORD, role } from "../http/accounts.mjs";
import { putPatients } from "./patients.mjs";

const CHART = "/patient/web-tolvan";
const MEDS = `${CHART}/lakemedel`;
const SLOW_READ_MS = 800;
const ATC = "http://www.whocc.no/atc";
const ACTIVE_ALLERGY = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", code: "active" }] };

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
const requests = async (atc, patient = "web-tolvan") => ((await fhir(`MedicationRequest?patient=${patient}&code=${encodeURIComponent(`${ATC}|${atc}`)}&_sort=-_lastUpdated&_count=50`)).entry ?? []).map((e) => e.resource);
const receipt = (page, text) => page.locator(".receipt-strip [data-state=saved]").filter({ hasText: text }).first().waitFor();
const row = (page, name) => page.locator("li[data-row]:not(.med-begun *)").filter({ hasText: name }).first();
const begins = (page) => page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
const inForm = (page) => page.waitForFunction(() => document.activeElement?.getAttribute("data-first") === "yes");

test("a favourite is ordered and signed by keyboard alone, in few keys, from the overview", () =>
  visit(CHART, async (page) => {
    await settled(page);
    const { press, type, within } = counted(page);
    await press("Alt+Digit5");
    await page.getByRole("heading", { level: 2, name: "Läkemedel" }).waitFor();
    await settled(page);
    await press("o");
    await begins(page);
    await type("ome");
    await press("Enter");
    await inForm(page);
    await press("Control+Enter");
    await receipt(page, "Ordinerat: Omeprazol 20 mg enterokapsel");
    within("order-favourite-keys", "keys");
    await row(page, "Omeprazol").getByText("1 enterokapsel på morgonen").waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, MEDS);
    const [made] = await requests("A02BC01");
    assert.equal(made.status, "active");
    assert.equal(made.subject.reference, "Patient/web-tolvan");
    const [dosage] = made.dosageInstruction;
    assert.deepEqual(dosage.doseAndRate, [{ doseQuantity: { value: 1, unit: "enterokapsel" } }]);
    assert.equal(dosage.timing.repeat.boundsPeriod.start, swedishDay());
  }));

test("a favourite is ordered and signed in few clicks, with the patient's name and number on the button", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    const { click, within } = counted(page);
    await click(page.getByRole("link", { name: /^Ordinera/ }).first());
    await click(page.getByRole("option", { name: /Amlodipin 5 mg/ }));
    const sign = page.getByRole("button", { name: /^Signera/ });
    assert.match(await sign.textContent(), /Tolvan Åke Tolvansson 19121212-1212/);
    await click(sign);
    await receipt(page, "Ordinerat: Amlodipin 5 mg tablett");
    within("order-favourite-clicks", "clicks");
    assert.equal((await requests("C08CA01")).length, 1);
  }));

test("renewing takes few presses, keeps the dosage as it stands and ends the old order", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    const [before] = (await requests("B01AF02")).filter((r) => r.status === "active");
    const { click, within } = counted(page);
    await click(row(page, "Apixaban").getByRole("link", { name: /^Förnya/ }));
    await click(page.getByRole("dialog").getByRole("button", { name: /^Signera förnyelsen/ }));
    await receipt(page, "Förnyat: Apixaban 5 mg tablett");
    within("renew-prescription");
    const all = await requests("B01AF02");
    const fresh = all.find((r) => r.status === "active");
    assert.equal(fresh.priorPrescription.reference, `MedicationRequest/${before.id}`);
    assert.equal(fresh.dosageInstruction[0].text, before.dosageInstruction[0].text);
    assert.equal(all.find((r) => r.id === before.id).status, "completed");
  }));

test("Enter before the range has been read chooses what was written when it has", () =>
  visit(CHART, async (page) => {
    await settled(page);
    await page.route(/\/fhir\/Medication\?/, async (route) => {
      await sleep(SLOW_READ_MS);
      await route.continue();
    });
    await page.keyboard.press("Alt+Digit5");
    await page.getByRole("heading", { level: 2, name: "Läkemedel" }).waitFor();
    await page.keyboard.press("o");
    await begins(page);
    await page.keyboard.type("fenoxi");
    await page.keyboard.press("Enter");
    await inForm(page);
    await page.getByText("Överkänslig: Penicillin. Det här läkemedlet hör till penicilliner.").waitFor();
  }));

test("an allergy stops: nothing is written without a reason, and the reason is kept", () =>
  visit(`${MEDS}?dialog=ordinera`, async (page) => {
    await begins(page);
    await page.keyboard.type("fenoxi");
    await page.keyboard.press("Enter");
    await inForm(page);
    await page.getByText("Överkänslig: Penicillin. Det här läkemedlet hör till penicilliner.").waitFor();
    const before = (await requests("J01CE02")).length;
    await page.keyboard.press("Control+Enter");
    await page.getByText("Skriv varför ordinationen ska göras ändå.").waitFor();
    await page.waitForFunction(() => document.activeElement?.closest(".med-override") !== null);
    assert.equal((await requests("J01CE02")).length, before);
    await page.keyboard.type("Provocerad utan reaktion");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Ordinerat: Fenoximetylpenicillin");
    const [made] = await requests("J01CE02");
    const issue = await fhir(made.detectedIssue[0].reference);
    assert.equal(issue.mitigation[0].action.text, "Provocerad utan reaktion");
    assert.deepEqual(issue.implicated, [{ reference: "AllergyIntolerance/web-overkanslighet-1" }]);
    assert.equal(made.dispenseRequest.quantity.value, 60);
  }));

test("duplicates and the highest dose are told as cards; a warning interrupts nobody", () =>
  visit(`${MEDS}?dialog=ordinera&om=favorit%3Aparacetamol-500`, async (page) => {
    await inForm(page);
    await page.getByText("Patienten har redan Paracetamol 500 mg tablett: samma substans.").waitFor();
    const sum = page.getByRole("region", { name: "Uträkning" });
    assert.match(await sum.textContent(), /2 tabletter vid behov mot smärta, högst 8 tabletter per dygn.*högst 8 tabletter = 4000 mg/s);
    await page.getByLabel("högst per dygn (tablett)").fill("10");
    await page.getByText("5000 mg per dygn är mer än högsta dygnsdos, 4 g.").waitFor();
    await page.getByLabel("högst per dygn (tablett)").fill("8");
    await page.getByText("5000 mg per dygn").waitFor({ state: "detached" });
    await page.getByLabel("Dos", { exact: true }).fill("0,5");
    await page.getByText("0,5 tablett vid behov").first().waitFor();
    await page.getByLabel("Dos", { exact: true }).fill("1.500");
    await page.getByRole("button", { name: /^Signera/ }).click();
    await page.getByText("Skriv 1,000 eller 1 000: med punkt kan det läsas på två sätt.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-first")), "yes");
  }));

test("any product of the range is found by the beginnings of its words or its ATC code", () =>
  visit(`${MEDS}?dialog=ordinera`, async (page) => {
    await begins(page);
    for (const written of ["levo 25", "H03AA", "mikrogram levot"]) {
      await page.getByRole("combobox").fill(written);
      await page.getByRole("option", { name: /Levotyroxin 25 mikrogram/ }).waitFor();
    }
    await page.getByRole("combobox").fill("qqq");
    await page.getByText("Inget läkemedel hittades i sortimentet.").waitFor();
    await page.getByRole("combobox").fill("levotyroxin");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await inForm(page);
    await page.getByLabel("När").selectOption("custom");
    await page.getByRole("textbox", { name: "Gånger" }).fill("1");
    await page.getByRole("textbox", { name: "per", exact: true }).fill("36");
    await page.getByRole("combobox", { name: "Enhet" }).last().selectOption("h");
    await page.getByText("≈ 0,667 tablett = ≈ 66,667 mikrogram").waitFor();
  }));

test("change, pause, resume and stop: each says why, when and by whom, and leaves the order before it", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    await row(page, "Metoprolol").getByRole("link", { name: /^Ändra/ }).click();
    await inForm(page);
    await page.getByRole("button", { name: "Ange dosering i fält" }).click();
    await page.getByLabel("Dos", { exact: true }).fill("1,5");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Ändrad ordination: Metoprolol");
    const all = await requests("C07AB02");
    const fresh = all.find((r) => r.status === "active");
    assert.equal(fresh.priorPrescription.reference, "MedicationRequest/web-medicin-0");
    assert.equal(fresh.dosageInstruction[0].doseAndRate[0].doseQuantity.value, 1.5);
    assert.equal(all.find((r) => r.id === "web-medicin-0").statusReason.text, "Ersatt av ändrad ordination");
    await row(page, "Metformin").getByRole("link", { name: /^Pausa/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: /^Pausa/ }).click();
    await page.getByRole("dialog").getByText("Ange skälet.").waitFor();
    await page.getByLabel("Inför operation").check();
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Pausat: Metformin");
    await row(page, "Metformin").getByText("Pausad").waitFor();
    await row(page, "Metformin").getByText("Pausat: Inför operation").waitFor();
    await row(page, "Metformin").getByRole("link", { name: /^Återuppta/ }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Återupptaget: Metformin");
    await row(page, "Metformin").getByRole("link", { name: /^Sätt ut/ }).click();
    await page.getByLabel("Annat skäl").first().check();
    await page.getByRole("dialog").getByRole("textbox").fill("Njurfunktionen har sjunkit");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Utsatt: Metformin");
    const [stopped] = await requests("A10BA02");
    assert.equal(stopped.status, "stopped");
    assert.deepEqual(stopped.statusReason, { text: "Njurfunktionen har sjunkit" });
    assert.equal(stopped.note.length, 3);
  }));

test("a dose is given, or not given and why; both stand in the list", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    await row(page, "Paracetamol").getByRole("link", { name: /^Ge dos/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Given mängd").fill("1,5");
    await dialog.getByLabel("Enhet").fill("tablett");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Given dos: Paracetamol");
    await page.getByText("1,5 tablett", { exact: true }).first().waitFor();
    await row(page, "Paracetamol").getByRole("link", { name: /^Ge dos/ }).click();
    await dialog.getByLabel("Dosen gavs inte").check();
    await dialog.getByLabel("Patienten sov").check();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Inte given").first().waitFor();
    const given = (await fhir("MedicationAdministration?patient=web-tolvan")).entry.map((e) => e.resource);
    assert.deepEqual(given.map((g) => g.status).sort(), ["completed", "not-done"]);
    assert.equal(given.find((g) => g.status === "completed").dosage.dose.value, 1.5);
    assert.equal(given.find((g) => g.status === "not-done").statusReason[0].text, "Patienten sov");
    assert.ok(given.every((g) => g.request.reference === "MedicationRequest/web-medicin-3"));
  }));

test("the list says when it was last gone through, and what has changed since", () =>
  visit(MEDS, async (page) => {
    await page.getByText("Listan har inte stämts av med patienten.").waitFor();
    await page.getByRole("link", { name: "Stäm av listan" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /^Signera avstämningen/ }).click();
    await receipt(page, "Läkemedelslistan avstämd");
    await page.getByText(/Senast avstämd \d+/).waitFor();
    const list = (await fhir("List?patient=web-tolvan&code=10160-0")).entry[0].resource;
    assert.ok(list.entry.length > 2);
    await page.goto(`${region.url}${MEDS}?dialog=ordinera&om=favorit%3Afurosemid-40`);
    await inForm(page);
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 läkemedel har ändrats efter det.").waitFor();
  }));

test("somebody else's change is seen before it is written over", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    await row(page, "Paracetamol").getByRole("link", { name: /^Sätt ut/ }).click();
    await page.getByLabel("Biverkan").check();
    const now = await fhir("MedicationRequest/web-medicin-3");
    const other = await fetch(`${region.url}/fhir/MedicationRequest/web-medicin-3`, { method: "PUT", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ ...now, dosageInstruction: [{ text: "1 tablett vid behov, ändrat av en annan" }] }) });
    assert.equal(other.status, 200);
    await page.keyboard.press("Control+Enter");
    const alert = page.getByRole("dialog").getByRole("alert");
    await alert.getByText("Någon annan har ändrat ordinationen sedan du läste den.").waitFor();
    await alert.getByRole("button", { name: "Läs in det som gäller" }).click();
    await page.getByRole("dialog").getByText("1 tablett vid behov, ändrat av en annan").first().waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await receipt(page, "Utsatt: Paracetamol");
    const after = await fhir("MedicationRequest/web-medicin-3");
    assert.equal(after.status, "stopped");
    assert.equal(after.dosageInstruction[0].text, "1 tablett vid behov, ändrat av en annan");
  }));

test("what is written survives Esc and a page that dies", () =>
  visit(`${MEDS}?dialog=ordinera&om=favorit%3Anaproxen-500`, async (page) => {
    await inForm(page);
    await page.getByLabel("Kommentar").fill("Å, ingen blödning; 0,25");
    await page.keyboard.press("Escape");
    const begun = page.getByRole("region", { name: "Påbörjade ordinationer" }).getByRole("listitem").filter({ hasText: "Naproxen 500 mg tablett" });
    await begun.getByRole("link", { name: "Fortsätt" }).click();
    assert.equal(await page.getByLabel("Kommentar").inputValue(), "Å, ingen blödning; 0,25");
    await page.getByText("Utkastet är sparat").waitFor();
    await page.reload();
    await page.waitForFunction(() => document.querySelector(".med-form") !== null);
    assert.equal(await page.getByLabel("Kommentar").inputValue(), "Å, ingen blödning; 0,25");
    await page.keyboard.press("Escape");
    await begun.getByRole("button", { name: "Kasta" }).click();
    await begun.waitFor({ state: "detached" });
  }));

test("checks are switched off one by one, and it is told wherever they are missed", () =>
  visit(`${MEDS}?dialog=kontroller`, async (page) => {
    await page.getByLabel("Överkänslighet").uncheck();
    await page.getByRole("dialog").getByRole("button", { name: "Stäng" }).click();
    await page.getByText("Avstängda kontroller: Överkänslighet.").waitFor();
    await page.getByRole("link", { name: /^Ordinera/ }).first().click();
    await begins(page);
    await page.keyboard.type("fenoxi");
    await page.keyboard.press("Enter");
    await inForm(page);
    assert.equal(await page.getByText("Överkänslig: Penicillin").count(), 0);
    assert.equal(await page.getByText("Avstängda kontroller: Överkänslighet.").count(), 2);
    await page.goto(`${region.url}${MEDS}?dialog=kontroller`);
    const kept = page.waitForResponse((r) => r.url().endsWith("/me/settings/medicine-checks") && r.request().method() === "PUT");
    await page.getByLabel("Överkänslighet").check();
    assert.ok((await kept).ok());
  }));

test("what the server refuses is said, and the words stay", () =>
  visit(`${MEDS}?dialog=ordinera&om=favorit%3Aamlodipin-5`, async (page) => {
    await inForm(page);
    await page.getByLabel("Kommentar").fill("står kvar");
    await page.route("**/fhir/MedicationRequest", (route) => route.fulfill({ status: 422, contentType: "application/fhir+json", body: '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","details":{"text":"provfel"}}]}' }));
    await page.keyboard.press("Control+Enter");
    await page.locator(".med-form").getByRole("alert").getByText(/provfel/).waitFor();
    assert.equal(await page.getByLabel("Kommentar").inputValue(), "står kvar");
    await page.unroute("**/fhir/MedicationRequest");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Ordinerat: Amlodipin");
  }));

const PLACES = { list: "", choose: "?dialog=ordinera", form: "?dialog=ordinera&om=favorit%3Afenoxi-800", stop: "?dialog=satt-ut&om=web-medicin-1", give: "?dialog=ge&om=web-medicin-1", renew: "?dialog=fornya&om=web-medicin-1", reconcile: "?dialog=stam-av", checks: "?dialog=kontroller" };
for (const [mode, options] of Object.entries(ALL_MODES))
  test(`no fault that axe sees, and nothing scrolls sideways: ${mode}`, async () => {
    for (const [name, query] of Object.entries(PLACES)) {
      await visit(MEDS + query, async (page) => {
        await settled(page);
        if (name === "form") await page.getByText("Stopp", { exact: true }).first().waitFor();
        assert.deepEqual(await axeFaults(page), [], name);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${name} scrolls sideways`);
      }, options);
    }
  });

test("on paper: the list with name and number, and nothing to press", () =>
  visit(MEDS, async (page) => {
    await settled(page);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".print-head").isVisible());
    assert.match(await page.locator(".print-head").textContent(), /Tolvan Åke Tolvansson.*19121212-1212/s);
    assert.equal(await page.locator(".section-lakemedel a.button:visible, .section-lakemedel button:visible").count(), 0);
    assert.ok(await page.getByText("Metoprolol 50 mg depottablett").first().isVisible());
  }));

test("logged in: the order is the prescriber's own, in their assignment's unit; whoever may not order is told so", async () => {
  const unit = { extension: [{ url: "https://helhet.example/fhir/StructureDefinition/care-unit", valueReference: { reference: "Organization/med" } }] };
  const patient = { reference: "Patient/pat" };
  const more = [
    named("Practitioner", "ulla", "Ulla", "Prov"), role("ulla-med", "ulla", "med", { code: "assistant", title: "Undersköterska" }),
    { resourceType: "Encounter", id: "visit", meta: unit, status: "in-progress", class: { code: "IMP" }, subject: patient, serviceProvider: { reference: "Organization/med" }, period: { start: "2026-01-01T08:00:00+01:00" } },
    { resourceType: "AllergyIntolerance", id: "nsaid", meta: unit, patient, clinicalStatus: ACTIVE_ALLERGY, criticality: "high", code: { text: "NSAID" } },
  ];
  const data = await makeData(more, [["ulla", "Practitioner/ulla"]]);
  const server = await closed(data);
  const logIn = async (page, name) => {
    await page.goto(`${server.origin}/patient/pat/lakemedel?dialog=ordinera&om=favorit%3Anaproxen-500`);
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "name");
    await page.keyboard.type(name);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await inForm(page);
    await page.getByText("Överkänslig: NSAID.").waitFor();
    await page.getByRole("button", { name: "Tolererat tidigare" }).click();
    await page.keyboard.press("Control+Enter");
  };
  try {
    const page = await openPage(browser);
    await logIn(page, "bo");
    await receipt(page, "Ordinerat: Naproxen 500 mg tablett");
    await row(page, "Naproxen").getByText("Medicinkliniken").first().waitFor();
    const made = await page.evaluate(async () => (await (await fetch("/fhir/MedicationRequest?patient=pat")).json()).entry[0].resource);
    assert.equal(made.requester.reference, "Practitioner/bo");
    assert.equal(made.detectedIssue.length, 1);
    await page.context().close();
    const other = await openPage(browser);
    await logIn(other, "ulla");
    await other.locator(".med-form").getByRole("alert").getByText("Inte signerat").waitFor();
    await other.locator(".receipt-strip [data-state=failed]").filter({ hasText: "Naproxen" }).waitFor();
    assert.equal(await other.getByLabel("Skäl att ordinera ändå").inputValue(), "Tolererat tidigare");
    await other.context().close();
  } finally {
    await server.stop({ keep: true });
    forget(data);
  }
});

test("a favourite of one's own, with its dosage, is first in the list wherever one logs in, until it is taken away", () =>
  visit(`${MEDS}?dialog=ordinera`, async (page) => {
    const saved = () => page.waitForResponse((r) => r.url().endsWith("/me/settings/medicine-favourites") && r.request().method() === "PUT");
    await begins(page);
    await page.keyboard.type("prednisolon");
    await page.keyboard.press("Enter");
    await inForm(page);
    await page.getByLabel("Dos", { exact: true }).fill("2,5");
    await page.getByLabel("När").selectOption("MORN");
    let kept = saved();
    await page.getByRole("button", { name: "Spara som favorit" }).click();
    assert.ok((await kept).ok());
    await page.goto(`${region.url}${MEDS}?dialog=ordinera`);
    const first = page.getByRole("option").first();
    await first.filter({ hasText: "Prednisolon 5 mg tablett" }).getByText("2,5 tabletter på morgonen").waitFor();
    await first.click();
    kept = saved();
    await page.getByRole("button", { name: "Ta bort favorit" }).click();
    assert.ok((await kept).ok());
    await page.getByRole("button", { name: "Byt läkemedel" }).click();
    assert.equal(await page.getByRole("option", { name: /Prednisolon/ }).count(), 0);
    assert.equal(await page.getByRole("option", { name: /Paracetamol 500 mg/ }).count(), 1);
  }));

test("what a patient has stated is ordered, stands once in the list, and goes on being taken", () =>
  visit(MEDS, async (page) => {
    const stated = { resourceType: "MedicationStatement", id: "web-uppgett", status: "active", medicationCodeableConcept: { text: "Donepezil hemifrån" }, subject: { reference: "Patient/web-tolvan" }, effectivePeriod: { start: "2025-01-01" }, dosage: [{ text: "en till kvällen" }] };
    assert.equal((await fetch(`${region.url}/fhir/MedicationStatement/web-uppgett`, { method: "PUT", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(stated) })).status, 201);
    await page.reload();
    await settled(page);
    await row(page, "Donepezil hemifrån").getByText("Uppgett", { exact: true }).waitFor();
    await row(page, "Donepezil hemifrån").getByRole("link", { name: /^Ordinera/ }).click();
    await inForm(page);
    assert.equal(await page.getByLabel("Dosering i fritext").inputValue(), "en till kvällen");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Ordinerat: Donepezil hemifrån");
    await row(page, "Donepezil hemifrån").getByText("Även uppgett").waitFor();
    assert.equal(await page.locator("li[data-row]:not(.med-begun *)").filter({ hasText: "Donepezil hemifrån" }).count(), 1);
    const now = await fhir("MedicationStatement/web-uppgett");
    assert.equal(now.status, "active");
    assert.equal((await fhir(now.basedOn[0].reference)).resourceType, "MedicationRequest");
  }));

test("pictures for the README and the handbook, into docs/images with UPDATE=1", async () => {
  const take = (name, path, ready) => visit(path, async (page) => {
    await settled(page);
    await ready(page);
    await takePicture(page, name);
  }, PICTURE);
  await take("lakemedel", MEDS, (page) => row(page, "Metoprolol").waitFor());
  await take("ordination", `${MEDS}?dialog=ordinera&om=favorit%3Afenoxi-800`, (page) => page.getByText("Stopp", { exact: true }).first().waitFor());
});

test("an allergy that has come since stops a renewal and a resumption too", () =>
  visit(MEDS, async (page) => {
    const put = (resource) => fetch(`${region.url}/fhir/${resource.resourceType}/${resource.id}`, { method: "PUT", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(resource) });
    const order = (id, status) => ({ resourceType: "MedicationRequest", id, status, intent: "order", medicationCodeableConcept: { coding: [{ system: ATC, code: "C09AA02" }], text: `Enalapril ${id}` }, subject: { reference: "Patient/web-tolvan" }, dosageInstruction: [{ text: "1 tablett" }] });
    for (const resource of [order("web-ace-1", "active"), order("web-ace-2", "on-hold"), { resourceType: "AllergyIntolerance", id: "web-ace", clinicalStatus: ACTIVE_ALLERGY, patient: { reference: "Patient/web-tolvan" }, code: { text: "ACE-hämmare, angioödem" } }])
      assert.equal((await put(resource)).status, 201);
    await page.reload();
    await settled(page);
    for (const [name, action, title] of [["web-ace-1", /^Förnya/, "Förnyat"], ["web-ace-2", /^Återuppta/, "Återupptaget"]]) {
      await row(page, name).getByRole("link", { name: action }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Överkänslig: ACE-hämmare, angioödem.").waitFor();
      await page.keyboard.press("Control+Enter");
      await dialog.getByText("Skriv varför ordinationen ska göras ändå.").waitFor();
      await dialog.getByLabel("Skäl att ordinera ändå").fill("Utredd");
      assert.deepEqual(await axeFaults(page), []);
      await page.keyboard.press("Control+Enter");
      await receipt(page, `${title}: Enalapril ${name}`);
    }
    const all = await requests("C09AA02");
    assert.equal(all.filter((r) => r.status === "active" && r.detectedIssue?.length === 1).length, 2);
  }));
