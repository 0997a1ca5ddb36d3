// SPDX-License-Identifier: Apache-2.0
// Unknown patients in a real browser, with everything but the server itself out of reach: a reserve number and orders
// within the budget; merging in two steps, old addresses that lead on, and undoing it; by keyboard, in every mode.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ALL_MODES, axeFaults, settled, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { counted } from "./budgets.mjs";
import { putPatients } from "./patients.mjs";

const READY_MS_MAX = 30_000;
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

/** Nothing but the service itself can be reached; what is asked of anybody else is a fault. */
const alone = (page) => page.context().route((url) => url.origin !== region.url, (route) => { page.faults.push(`asked outside: ${route.request().url()}`); return route.abort(); });
const visit = (path, body, options) => visitPage(browser, region.url + path, body, { options, first: alone });

const fhir = async (path) => (await fetch(`${region.url}/fhir/${path}`, { cache: "no-store" })).json();
const post = async (path, body) => {
  const answer = await fetch(`${region.url}/fhir/${path}`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
};
const receipt = (page, text) => page.locator(".receipt-strip [data-state=saved]").filter({ hasText: text }).first().waitFor();
const register = () => post("Patient/$register-unknown", { resourceType: "Parameters", parameter: [{ name: "gender", valueCode: "female" }] });

async function ordersOf(page) {
  const id = /\/patient\/([^/?]+)/.exec(page.url())[1];
  const [tests, drugs, visits, patient] = await Promise.all([fhir(`ServiceRequest?patient=${id}`), fhir(`MedicationRequest?patient=${id}`), fhir(`Encounter?patient=${id}`), fhir(`Patient/${id}`)]);
  const all = (bundle) => (bundle.entry ?? []).map((e) => e.resource);
  return { id, tests: all(tests), drugs: all(drugs), visits: all(visits), patient };
}

test("by keyboard alone, from inside a chart: reserve number, chart, blood group, samples and a medicine, signed", () =>
  visit("/patient/web-tolvan", async (page) => {
    await settled(page);
    const begun = Date.now();
    const { press, within } = counted(page);
    await press("Alt+KeyU");
    await page.waitForFunction(() => document.activeElement?.matches("button[type=submit]"));
    await press("Enter");
    await page.getByRole("heading", { name: /^Beställ akut: Okänd Person \d+, 1900\d{4}-X\d{3}$/ }).waitFor();
    await page.waitForFunction(() => document.activeElement?.matches(".acute"));
    await page.getByRole("checkbox", { name: "Paracetamol 500 mg tablett" }).waitFor();
    await press("1");
    await press("Control+Enter");
    await receipt(page, "Beställt akut");
    within("unknown-patient");
    assert.ok(Date.now() - begun < READY_MS_MAX, `${Date.now() - begun} ms`);
    const { tests, drugs, visits, patient } = await ordersOf(page);
    assert.deepEqual(tests.map((r) => [r.priority, r.status]), [["stat", "active"], ["stat", "active"]]);
    assert.ok(tests.some((r) => r.code.text === "Blodgruppering och BAS-test"));
    assert.deepEqual(drugs.map((r) => r.medicationCodeableConcept.text), ["Paracetamol 500 mg tablett"]);
    assert.equal(visits.length, 1);
    assert.equal(patient.name[0].use, "temp");
  }));

test("by clicks, from the search; sex and age are optional and kept as estimated", () =>
  visit("/", async (page) => {
    const { click, within } = counted(page);
    await click(page.getByRole("link", { name: "Okänd patient" }));
    await click(page.locator("label").filter({ hasText: /^Kvinna$/ }));
    await click(page.getByRole("button", { name: "Skapa reservnummer och öppna journalen" }));
    await click(page.locator(".acute-choice").filter({ hasText: "Erytrocyter, 4 enheter, omedelbart" }));
    await click(page.getByRole("button", { name: "Signera 3 beställningar" }));
    await receipt(page, "Erytrocyter, 4 enheter");
    within("unknown-patient");
    const { tests, patient } = await ordersOf(page);
    assert.equal(tests.length, 3);
    assert.match(patient.name[0].text, /^Okänd Kvinna \d+$/);
    await page.getByText("Reservnummer: identiteten är inte fastställd").waitFor();
  }));

test("from the palette and the board; a wrong age is told where it stands; the answer that was lost makes nobody twice", () =>
  visit("/tavla", async (page) => {
    await page.locator(".receipt-strip").waitFor({ state: "attached" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("okänd pat");
    await page.getByRole("option", { name: /Okänd patient/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByLabel(/Uppskattad ålder/).fill("200");
    await page.keyboard.press("Enter");
    await page.getByText("Skriv åldern i hela år").waitFor();
    await page.getByLabel(/Uppskattad ålder/).fill("40");
    let lost = 0;
    await page.route("**/fhir/Patient/$register-unknown", async (route) => {
      const answer = await route.fetch();
      if (lost++ === 0) { await answer.body(); await route.abort(); } else await route.fulfill({ response: answer });
    });
    const before = (await fhir("Patient?_summary=count&name=okänd")).total;
    await page.keyboard.press("Enter");
    await page.locator(".acute").waitFor();
    assert.equal((await fhir("Patient?_summary=count&name=okänd")).total, before + 1);
    const { patient } = await ordersOf(page);
    assert.equal(patient.birthDate, String(new Date().getUTCFullYear() - 40));
  }));

test("found by the reserve number as it is read on the wrist", async () => {
  const made = await register();
  await visit("/", async (page) => {
    const number = made.identifier[0].value;
    await page.getByLabel(/Sök|Personnummer/).first().fill(`${number.slice(0, 8)}-${number.slice(8).toLowerCase()}`);
    await page.locator(".hit").filter({ hasText: `${number.slice(0, 8)}-${number.slice(8)}` }).waitFor();
  });
});

test("merged in two steps by keyboard, with the look-alike told; the old address leads on; the receipt opens it and undoes it", async () => {
  const made = await register();
  const lab = await post("Observation", { resourceType: "Observation", status: "final", code: { text: "B-Hb" }, subject: { reference: `Patient/${made.id}` }, effectiveDateTime: new Date().toISOString(), category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] }], valueQuantity: { value: 88, unit: "g/L" } });
  const before = JSON.stringify({ ...(await fhir(`Observation/${lab.id}`)), meta: null });
  await visit(`/patient/${made.id}`, async (page) => {
    await settled(page);
    await page.getByRole("link", { name: "Sammanför när identiteten är känd" }).click();
    await page.waitForFunction(() => document.activeElement?.matches("input[data-rows-from]"));
    await page.keyboard.type("Öbergska");
    await page.locator(".hit").filter({ hasText: "19800102-2386" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Steg 2 av 2: jämför och sammanför" }).waitFor();
    const table = await page.getByRole("table").textContent();
    for (const text of ["Okänd", "Öbergska", "19800102-2386", "Skiljer sig"]) assert.ok(table.includes(text), text);
    const dangers = await page.locator("section[aria-labelledby=merge-dangers]").textContent();
    assert.match(dangers, /liknande namn:.*Obergska/);
    await page.getByText("2 uppgifter flyttas.").waitFor();
    const button = page.getByRole("button", { name: /^Sammanför .* med .*Öbergska/ });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByText("Kryssa för att du har kontrollerat").waitFor();
    await page.getByLabel("Jag har kontrollerat att det är samma person").focus();
    await page.keyboard.press("Space");
    await button.focus();
    await page.keyboard.press("Enter");
    await receipt(page, "Sammanfört:");
    await page.getByRole("heading", { name: "De är sammanförda" }).waitFor();
    // An old link, as in a receipt from the night.
    await page.goto(`${region.url}/patient/${made.id}/provsvar`);
    await page.waitForURL("**/patient/web-asa/provsvar");
    await page.getByText(/^Du öppnade .*Okänd.*, som är sammanförd med den här patienten/).waitFor();
    await page.getByText("B-Hb").first().waitFor();
    // What another window still writes to the old record is refused.
    const late = await fetch(`${region.url}/fhir/Observation`, { method: "POST", headers: { "Content-Type": "application/fhir+json", "Helhet-Patient": made.id }, body: JSON.stringify({ resourceType: "Observation", status: "final", code: { text: "x" }, subject: { reference: `Patient/${made.id}` } }) });
    assert.equal(late.status, 409);
    await page.goto(`${region.url}/kvitton`);
    await page.getByRole("heading", { level: 1, name: "Kvitton" }).waitFor();
    await page.goto(`${region.url}/sammanfor/${made.id}?med=web-asa`);
    await page.getByRole("button", { name: "Ångra sammanföringen" }).click();
    await page.getByRole("button", { name: "Ja, ångra" }).click();
    await receipt(page, "Sammanföring ångrad");
    await page.getByRole("heading", { name: "Steg 2 av 2: jämför och sammanför" }).waitFor();
  });
  assert.equal(JSON.stringify({ ...(await fhir(`Observation/${lab.id}`)), meta: null }), before);
});

test("two persons are not merged: told, and nothing can be pressed", () =>
  visit("/sammanfor/web-asa?med=web-tolvan", async (page) => {
    await page.getByText("Båda har personnummer, och de är olika. Det är två personer.").waitFor();
    assert.ok(await page.getByRole("button", { name: /^Sammanför/ }).isDisabled());
  }));

for (const [mode, options] of Object.entries(ALL_MODES)) {
  test(`no fault that axe can see, nothing scrolls sideways: ${mode}`, async () => {
    const made = await register();
    for (const path of ["/okand", `/patient/${made.id}?dialog=akut`, `/sammanfor/${made.id}`, `/sammanfor/${made.id}?med=web-asa`]) {
      await visit(path, async (page) => {
        await settled(page);
        await page.locator("form:not([role=search]), form[role=search]").first().waitFor();
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }, options);
    }
  });
}

test("pictures, into docs/images with UPDATE=1", async () => {
  const made = await register();
  for (const [name, path] of [["okand", `/patient/${made.id}?dialog=akut`], ["sammanfor", `/sammanfor/${made.id}?med=web-asa`]]) {
    await visit(path, async (page) => {
      await settled(page);
      await page.locator(name === "okand" ? ".acute" : ".merge-table").waitFor();
      await takePicture(page, name);
    }, PICTURE);
  }
});
