// SPDX-License-Identifier: Apache-2.0
// When the record cannot be reached: what is written in the workspace is kept on the computer through killed tabs and a
// killed server, and sent once, as its author, with its time; what is written on the reserve copy's page, in a file, is
// read in with author and time, once.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { ALL_MODES, axeFaults, openPage, settled, startBrowser, startRegion } from "./harness.mjs";
import { closed, forget, login, makeData, PASSWORD, raw } from "../http/accounts.mjs";
import { putPatients } from "./patients.mjs";
import { start } from "../http/server.mjs";

const MADE = "https://helhet.dev/fhir/StructureDefinition/made-offline";
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

const fhir = async (path, init) => (await fetch(`${region.url}/fhir/${path}`, { cache: "no-store", ...init })).json();
const strip = (page, state, text) => page.locator(`.receipt-strip [data-state=${state}]`).filter({ hasText: text }).first();
const waits = (page) => strip(page, "sending", "Väntar på servern, sparat på den här datorn");
const orders = async (patient) => ((await fhir(`ServiceRequest?patient=${patient}&_sort=-_lastUpdated&_count=50`)).entry ?? []).map((e) => e.resource);
/** A new tab beside the old one, which is killed: the same computer, the same browser. */
async function another(page, path) {
  const context = page.context();
  await page.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await next.goto(region.url + path);
  return next;
}

test("the server is killed, then the tab: what was signed is sent when both are back, once, with its time", async () => {
  const page = await openPage(browser);
  await page.goto(`${region.url}/patient/web-asa?dialog=akut`);
  await settled(page);
  await page.locator(".acute").waitFor();
  const before = (await orders("web-asa")).length;
  await page.waitForTimeout(300);
  await region.stop("SIGKILL");
  await page.getByText(/servern svarar inte|når inte servern|Ingen kontakt/i).first().waitFor();
  const from = Date.now();
  await page.getByRole("button", { name: "Signera 2 beställningar" }).click();
  await waits(page).waitFor();
  const to = Date.now();
  const stored = await page.evaluate(async () => JSON.stringify(await new Promise((resolve) => { const open = indexedDB.open("helhet", 1); open.onsuccess = () => { const all = open.result.transaction("queue").objectStore("queue").getAll(); all.onsuccess = () => resolve(all.result.map((line) => ({ ...line, data: new TextDecoder("latin1").decode(line.data) }))); }; })));
  for (const secret of ["web-asa", "Blodgruppering", "Åsa", "ServiceRequest"]) assert.ok(!stored.includes(secret), `${secret} lies in clear`);
  const blank = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await region.start();
  await blank.goto(`${region.url}/`);
  await strip(blank, "saved", "Beställt akut").waitFor();
  const all = await orders("web-asa");
  assert.equal(all.length, before + 2);
  for (const one of all.slice(0, 2)) {
    const at = Date.parse(one.meta.extension.find((e) => e.url === MADE).valueInstant);
    assert.ok(at >= from - 1000 && at <= to + 1000, "the time is the author's, not the sending's");
    assert.ok(Date.parse(one.authoredOn) <= to + 1000);
    assert.ok(Date.parse(one.meta.lastUpdated) > to);
  }
  // Nothing is left, and nothing is sent again.
  const third = await another(blank, "/reserv");
  await third.getByText("Inget väntar.").waitFor();
  assert.equal((await orders("web-asa")).length, before + 2);
  await third.context().close();
});

test("while the page lives it is sent by itself, once", async () => {
  const page = await openPage(browser);
  await page.goto(`${region.url}/patient/web-asa2?dialog=akut`);
  await settled(page);
  await page.locator(".acute").waitFor();
  await page.waitForTimeout(300);
  await region.stop("SIGKILL");
  await page.getByRole("button", { name: "Signera 2 beställningar" }).click();
  await waits(page).waitFor();
  await region.start();
  await strip(page, "saved", "Beställt akut").waitFor();
  assert.equal((await orders("web-asa2")).length, 2);
  await page.context().close();
});

test("somebody else wrote meanwhile: both texts are shown, and the author chooses", async () => {
  const page = await openPage(browser);
  const prescription = async () => fhir("MedicationRequest/web-medicin-2");
  await page.goto(`${region.url}/patient/web-tolvan/lakemedel`);
  await settled(page);
  await page.locator("li[data-row]").filter({ hasText: "Metformin" }).first().getByRole("link", { name: /^Sätt ut/ }).click();
  const dialog = page.getByRole("dialog");
  await page.getByLabel("Annat skäl").first().check();
  await dialog.getByRole("textbox").fill("Diarré och kräkningar");
  await region.stop("SIGKILL");
  await page.keyboard.press("Control+Enter");
  await waits(page).waitFor();
  const blank = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await region.start();
  const was = await prescription();
  const other = await fetch(`${region.url}/fhir/MedicationRequest/web-medicin-2`, { method: "PUT", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ ...was, note: [{ text: "Tas med mat" }] }) });
  assert.equal(other.status, 200);
  await blank.goto(`${region.url}/reserv`);
  await blank.getByText("Någon annan har ändrat samma uppgift. Båda texterna visas; välj vilken som ska gälla.").waitFor();
  const table = await blank.locator(".reserve-item table").textContent();
  assert.ok(table.includes("Diarré och kräkningar") && table.includes("Tas med mat"), table);
  assert.deepEqual(await axeFaults(blank), []);
  assert.equal((await prescription()).status, "active", "nothing is written before the choice");
  await blank.getByRole("button", { name: "Spara min text" }).click();
  await blank.getByText("Inget väntar.").waitFor();
  const now = await prescription();
  assert.deepEqual([now.status, now.statusReason.text], ["stopped", "Diarré och kräkningar"]);
  await blank.context().close();
});

const folder = mkdtempSync(join(tmpdir(), "helhet-reserve-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function logIn(page, name) {
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "name");
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
}

test("with accounts: nothing is sent as somebody else; the author's next login sends it", async () => {
  const data = await makeData();
  const listen = async (port) => start(data, port === undefined ? [] : ["--listen", `127.0.0.1:${port}`], { login: true });
  let server = await listen();
  const { port, origin } = server;
  const count = async () => {
    const who = await login(server, "bo");
    const got = await raw(server, "GET", "/fhir/Observation?patient=pat&_count=50", { headers: who });
    return got.json.total ?? got.json.entry?.length ?? 0;
  };
  try {
    const anna = await login(server, "anna", { assignment: "PractitionerRole/anna-med" });
    const bad = await raw(server, "POST", "/fhir/Observation", { headers: { ...anna, "Helhet-Request": "1", "Content-Type": "application/fhir+json", "Helhet-Caller": "Practitioner/bo PractitionerRole/bo-med" }, body: JSON.stringify({ resourceType: "Observation", status: "final", code: { text: "x" }, subject: { reference: "Patient/pat" } }) });
    assert.deepEqual([bad.status, bad.json.issue[0].details.coding[0].code], [409, "CALLER_OTHER"]);
    const page = await openPage(browser);
    await page.goto(origin);
    await logIn(page, "anna");
    await page.waitForSelector('h1:text-is("Välj uppdrag")');
    await page.getByRole("button", { name: /Medicinkliniken/ }).first().click();
    await page.getByRole("link", { name: "Okänd patient" }).waitFor();
    await page.goto(`${origin}/okand`);
    await page.waitForFunction(() => document.activeElement?.matches("button[type=submit]"));
    await page.keyboard.press("Enter");
    await page.locator(".acute").waitFor();
    const patient = /\/patient\/([^/?]+)/.exec(page.url())[1];
    await page.waitForTimeout(500);
    await server.kill();
    await page.getByRole("button", { name: "Signera 2 beställningar" }).click();
    await waits(page).waitFor();
    const blank = await page.context().newPage();
    await page.close({ runBeforeUnload: false });
    server = await listen(port);
    // Somebody else logs in on the same computer.
    await blank.context().clearCookies();
    await blank.goto(origin);
    await logIn(blank, "bo");
    await blank.getByRole("link", { name: "Okänd patient" }).waitFor();
    await blank.goto(`${origin}/reserv`);
    await blank.getByText(/1 uppgift väntar på att .*Anna.* loggar in här/).waitFor();
    await blank.waitForTimeout(800);
    const asBo = await login(server, "bo");
    const seen = async () => (await raw(server, "GET", `/fhir/ServiceRequest?patient=${patient}`, { headers: asBo })).json.entry ?? [];
    assert.equal((await seen()).length, 0, "nothing was sent as Bo");
    await blank.context().clearCookies();
    await blank.goto(origin);
    await logIn(blank, "anna");
    await blank.waitForSelector('h1:text-is("Välj uppdrag")');
    await blank.getByRole("button", { name: /Medicinkliniken/ }).first().click();
    await strip(blank, "saved", "Beställt akut").waitFor();
    const sent = (await seen()).map((e) => e.resource.requester?.reference);
    assert.deepEqual(sent, ["Practitioner/anna", "Practitioner/anna"]);
    await blank.context().close();
  } finally {
    await server.stop({ keep: true });
    forget(data);
  }
});

test("the reserve copy's page, from the file alone: notes, measurements and a given dose become a file; read in once, with author and time", async () => {
  const dir = join(folder, "copy");
  mkdirSync(dir);
  const data = join(folder, "data");
  const made = await start(data, ["--reserve", dir, "--reserve-every", "5", "--web", "build/web"]);
  const ask = async (path) => (await fetch(`${made.base}/${path}`)).json();
  try {
    const put = [
      { resourceType: "Organization", id: "med", active: true, name: "Medicinkliniken" },
      { resourceType: "Patient", id: "ena", identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "191212121212" }], name: [{ family: "Prov", given: ["Ena"] }] },
      { resourceType: "Encounter", id: "e1", status: "in-progress", class: { code: "IMP" }, subject: { reference: "Patient/ena" }, period: { start: "2026-01-01" }, serviceProvider: { reference: "Organization/med" } },
    ];
    const answer = await fetch(made.base, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify({ resourceType: "Bundle", type: "transaction", entry: put.map((resource) => ({ resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` } })) }) });
    assert.equal(answer.status, 200);
    for (let i = 0; i < 200 && !existsSync(join(dir, "med.html")); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    const page = await openPage(browser);
    const outside = [];
    await page.context().route(/^https?:/, (route) => { outside.push(route.request().url()); return route.abort(); });
    await page.goto(pathToFileURL(join(dir, "med.html")).href);
    const form = page.locator("#rf");
    await form.waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.locator("select[name=patient]").selectOption("ena");
    const save = async (fill) => {
      await fill();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Spara", exact: true }).click()]);
      const to = join(folder, download.suggestedFilename());
      await download.saveAs(to);
      return to;
    };
    await page.getByRole("button", { name: "Spara", exact: true }).click();
    await page.getByText("Skriv vem du är.").waitFor();
    await page.getByLabel("Ditt namn").fill("Olle Ström");
    await page.getByLabel("Befattning").fill("sjuksköterska");
    await page.getByLabel("När det gjordes").fill("2026-01-02T03:04");
    await save(() => page.getByLabel("Text").fill("Ingen smärta. <b>Inte</b> fet & \"ej\" 4,10 åäö\nny rad"));
    await page.getByLabel("När det gjordes").fill("2026-01-02T03:10");
    await save(async () => { await page.getByLabel("Mätvärden").check(); await page.getByLabel("Puls /min").fill("88"); await page.getByLabel("Temperatur °C").fill("38,50"); await page.getByLabel("Blodtryck övre mmHg").fill("120"); await page.getByLabel("undre", { exact: true }).fill("70"); });
    await page.getByLabel("När det gjordes").fill("2026-01-02T03:20");
    const file = await save(async () => { await page.getByLabel("Läkemedel givet").check(); await page.getByLabel("Läkemedel och styrka").fill("Paracetamol 500 mg tablett"); await page.getByLabel("Given dos").fill("2 tabletter"); });
    assert.equal(JSON.parse(readFileSync(file, "utf8")).entries.length, 3, "the last file has them all");
    assert.deepEqual([outside, page.faults], [[], []]);
    await page.context().close();

    const desk = await openPage(browser);
    await desk.goto(`${made.origin}/reserv`);
    await desk.getByLabel(/^Filer/).setInputFiles([{ name: "reserv.json", mimeType: "application/json", buffer: readFileSync(file) }, { name: "annat.json", mimeType: "application/json", buffer: Buffer.from("{}") }]);
    await desk.getByText("annat.json: ett format som inte kan läsas").waitFor();
    await desk.getByText("3 anteckningar").waitFor();
    await desk.getByText("Namn och nummer stämmer").nth(2).waitFor();
    assert.deepEqual(await axeFaults(desk), []);
    for (const what of ["anteckning", "mätvärden", "läkemedel givet"]) {
      await desk.getByRole("button", { name: new RegExp(`^För in ${what} för Ena Prov`) }).click();
      await strip(desk, "saved", `Infört i efterhand: ${what}`).waitFor();
    }
    await desk.waitForFunction(() => [...document.querySelectorAll(".reserve-item")].every((e) => e.textContent.includes("Redan införd")));
    const all = async (type) => ((await ask(`${type}?patient=ena&_count=50`)).entry ?? []).map((e) => e.resource);
    const [note] = await all("DocumentReference");
    assert.equal(Buffer.from(note.content[0].attachment.data, "base64").toString("utf8"), "Ingen smärta. <b>Inte</b> fet & \"ej\" 4,10 åäö\nny rad");
    assert.deepEqual([Date.parse(note.date), note.author], [Date.parse("2026-01-02T03:04:00+01:00"), [{ display: "Olle Ström, sjuksköterska" }]]);
    const measured = await all("Observation");
    assert.deepEqual(measured.map((o) => o.code.text).sort(), ["Blodtryck", "Kroppstemperatur", "Puls"]);
    assert.ok((await (await fetch(`${made.base}/Observation?patient=ena&code=8310-5`)).text()).includes("38.50"), "as written");
    const [given] = await all("MedicationAdministration");
    assert.deepEqual([given.dosage.text, Date.parse(given.effectiveDateTime), given.performer[0].actor.display], ["2 tabletter", Date.parse("2026-01-02T03:20:00+01:00"), "Olle Ström, sjuksköterska"]);
    const traces = ((await ask("Provenance?_count=50")).entry ?? []).map((e) => e.resource);
    assert.equal(traces.length, 3);
    for (const one of traces) assert.deepEqual(one.agent.map((a) => a.type.coding[0].code), ["author", "enterer"]);
    // The same file once more, in another page: nothing can be entered twice.
    const again = await desk.context().newPage();
    await again.goto(`${made.origin}/reserv`);
    await again.getByLabel(/^Filer/).setInputFiles(file);
    await again.waitForFunction(() => document.querySelectorAll(".reserve-item").length === 3 && [...document.querySelectorAll(".reserve-item")].every((e) => e.textContent.includes("Redan införd")));
    assert.equal(await again.getByRole("button", { name: /^För in/ }).count(), 0);
    await desk.context().close();
  } finally {
    await made.stop();
  }
});

test("an entry whose number is not the patient's cannot be entered before somebody has said whom it is about", async () => {
  const entry = { id: "0123456789abcdef0123456789abcdef", patient: "web-tolvan", who: "Öbergska, Åsa 19800102-2386", author: "Olle", title: "", made: "2026-01-02T03:04:00+01:00", kind: "note", text: "x" };
  const page = await openPage(browser);
  await page.goto(`${region.url}/reserv`);
  await page.getByLabel(/^Filer/).setInputFiles({ name: "reserv.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ format: "helhet-reserve-1", entries: [entry] })) });
  await page.getByText("Numret i filen är inte patientens.").waitFor();
  assert.ok(await page.getByRole("button", { name: /^För in/ }).isDisabled());
  await page.getByLabel("Sök patient, personnummer").fill("19800102-2386");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "För in anteckning för Åsa Öbergska, 19800102-2386" }).click();
  await strip(page, "saved", "Infört i efterhand").waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

for (const [mode, options] of Object.entries(ALL_MODES)) {
  test(`no fault that axe can see, nothing scrolls sideways: ${mode}`, async () => {
    const page = await openPage(browser, options);
    await page.goto(`${region.url}/reserv`);
    await page.getByText("Inget väntar.").waitFor();
    assert.deepEqual(await axeFaults(page), [], mode);
    assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} scrolls sideways`);
    await page.context().close();
  });
}
