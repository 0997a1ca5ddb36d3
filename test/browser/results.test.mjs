// SPDX-License-Identifier: Apache-2.0
// Provsvar and Uppgifter: ten normal results acknowledged in two presses and one transaction, one by one, when somebody
// else is first, on paper; the inbox with what is one's own and the unit's, taken, handed over and laid to rest.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, login, makeData, named } from "../http/accounts.mjs";
import { ask } from "../http/server.mjs";
import { counted } from "./budgets.mjs";
import { ALL_MODES, axeFaults, MODES, openPage, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { takePicture } from "./picture.mjs";

const TEN = 10;
const WAIT_MS = 20_000;
const SYSTEM = "https://helhet.example/fhir/CodeSystem/task";
const UNIT_URL = "https://helhet.example/fhir/StructureDefinition/care-unit";
const LABORATORY = [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] }];
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();
const about = (patient) => ({ subject: { reference: `Patient/${patient}` } });
const ofUnit = { meta: { extension: [{ url: UNIT_URL, valueReference: { reference: "Organization/med" } }] } };

const patient = (id, given, number) => ({ ...named("Patient", id, given, "Provsson"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: number }] });
const encounter = (id) => ({ resourceType: "Encounter", id: `enc-${id}`, status: "in-progress", class: { code: "AMB" }, ...about(id), period: { start: ago(30) }, serviceProvider: { reference: "Organization/med", display: "Medicinkliniken" } });
const request = (id) => ({ resourceType: "ServiceRequest", id: `sr-${id}`, status: "active", intent: "order", ...about(id), authoredOn: ago(30), requester: { reference: "PractitionerRole/anna-med", display: "Anna Prov, Överläkare" } });

/** asked: by Anna; else the unit's. */
const observation = (id, of, name, value, { asked = true, hours = 5, range = true } = {}) => ({
  resourceType: "Observation", id, ...ofUnit, status: "final", category: LABORATORY, code: { text: name }, ...about(of), effectiveDateTime: ago(hours), performer: [{ reference: "Organization/med" }],
  ...(asked ? { basedOn: [{ reference: `ServiceRequest/sr-${of}` }] } : {}), valueQuantity: { value, unit: "mmol/L" },
  ...(range ? { referenceRange: [{ low: { value: 3, unit: "mmol/L" }, high: { value: 5, unit: "mmol/L" } }] } : {}),
});
const report = (id, of, title, results, more = {}) => ({ resourceType: "DiagnosticReport", id, ...ofUnit, status: "final", code: { text: title }, ...about(of), effectiveDateTime: ago(5), performer: [{ reference: "Organization/med" }], basedOn: [{ reference: `ServiceRequest/sr-${of}` }], result: results.map((one) => ({ reference: `Observation/${one}` })), ...more });
const ownTask = (id, of, owner, more) => ({ resourceType: "Task", id, ...ofUnit, status: "requested", intent: "order", for: { reference: `Patient/${of}` }, owner: { reference: owner }, authoredOn: ago(50), ...more });

const PEOPLE = [["tio", "Tora", "191212121212"], ["panel", "Pia", "198001302382"], ["lopp", "Lo", "198001022386"], ["korg", "Kim", "198002232380"]];
const RESULTS = [
  ...Array.from({ length: TEN }, (_, i) => observation(`ten-${i}`, "tio", `Prov ${i}`, 4, { hours: 5 + i })),
  observation("p-1", "panel", "P-Kalium", 6.2), observation("p-2", "panel", "P-Natrium", 4), observation("p-3", "panel", "P-Udda", 4, { range: false }),
  report("panel-1", "panel", "Klinisk kemi", ["p-1", "p-2", "p-3"]),
  observation("p-4", "panel", "P-Kalium", 4.1, { hours: 50 }),
  ...[1, 2, 3].map((i) => observation(`l-${i}`, "lopp", `Lopp ${i}`, 4, { hours: 5 + i })),
  observation("k-1", "korg", "Korgprov", 4, { asked: false }),
];
const AWAITED = TEN + 2 + 3 + 1;
const OTHERS = [
  ownTask("ring", "korg", "PractitionerRole/anna-med", { code: { text: "Ring patienten" }, description: "Fråga om yrsel" }),
  ownTask("old", "korg", "Organization/med", { code: { coding: [{ system: SYSTEM, code: "acknowledge" }], text: "Vidimera svar" }, businessStatus: { coding: [{ system: SYSTEM, code: "escalated" }], text: "Övertagen av enheten" }, description: "Gammalt svar" }),
  { resourceType: "Composition", id: "osignerad", ...ofUnit, status: "preliminary", type: { text: "Dagsnotat" }, ...about("korg"), date: ago(3), author: [{ reference: "PractitionerRole/anna-med" }], title: "Osignerat dagsnotat" },
];
let data;
let server;
let browser;

const assignmentOf = (name) => `PractitionerRole/${name}-med`;
const asked = async (name, path, options = {}) => {
  const r = await ask(server, options.method ?? "GET", path, { ...options, headers: { ...(await login(server, name, { assignment: assignmentOf(name) })), "Helhet-Request": "1", ...options.headers } });
  assert.ok(r.status < 300, `${r.status} ${r.text}`);
  return r.json;
};
const tasksOf = async (of, status = "requested") => ((await asked("anna", `/Task?patient=${of}&status=${status}&code=${encodeURIComponent(`${SYSTEM}|acknowledge`)}&_count=100`)).entry ?? []).map((e) => e.resource);

/** The service itself makes the Tasks of the results. */
async function untilAsked() {
  const counted = async () => (await Promise.all(PEOPLE.map(([id]) => tasksOf(id)))).flat().filter((t) => t.id !== "old").length;
  let n = 0;
  for (const end = Date.now() + WAIT_MS; Date.now() < end && n < AWAITED; n = await counted()) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(n, AWAITED, "the service made other tasks than were waited for");
}

before(async () => {
  data = await makeData([...PEOPLE.map((p) => patient(...p)), ...PEOPLE.map(([id]) => encounter(id)), ...PEOPLE.map(([id]) => request(id)), ...RESULTS, ...OTHERS]);
  server = await closed(data, ["--web", "build/web"]);
  browser = await startBrowser();
  await untilAsked();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

async function as(name, path, body, options = MODES.light) {
  const { Cookie } = await login(server, name, { assignment: assignmentOf(name) });
  await visitPage(browser, server.origin + path, body, { options, cookie: Cookie });
}

const receipt = (page, text) => page.locator(".receipt-strip .receipt-saved", { hasText: text }).waitFor();
const waits = (page, n) => page.getByRole("heading", { name: n === 1 ? "Att vidimera: 1 svar" : `Att vidimera: ${n} svar`, exact: true }).waitFor();
const settled = (page) => page.waitForFunction(() => document.querySelector(".skeleton") === null && document.querySelector(".labs, .inbox-list, .note, textarea, .empty") !== null);

test("inbox: own and the unit's, age, what the unit took over; a number in the header; the palette leads there", () => as("anna", "/", async (page) => {
  await page.locator(".top-count").waitFor();
  const all = AWAITED + 2;
  await page.waitForFunction((n) => document.querySelector(".top-count")?.textContent === String(n), all);
  await page.keyboard.press("Control+k");
  await page.keyboard.type(">uppg");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/inkorg$/);
  await page.getByText(`${all + 1} väntar`).waitFor();
  const results = page.getByRole("region", { name: "Provsvar att vidimera" });
  const old = results.getByRole("row", { name: /Gammalt svar.*Kim Provsson.*19800223-2380/ });
  assert.match(await old.textContent(), /Övertagen av enheten.*2 dygn.*Gammal.*Enheten/);
  assert.match(await results.getByRole("row", { name: /Klinisk kemi/ }).textContent(), /Pia Provsson.*Du/);
  const notes = page.getByRole("region", { name: "Anteckningar att signera" });
  assert.match(await notes.getByRole("row", { name: /Osignerat dagsnotat/ }).textContent(), /Kim Provsson.*Signera/);
  await page.getByRole("radio", { name: "Enhetens" }).check();
  await page.getByText("2 väntar", { exact: true }).waitFor();
  await page.getByRole("radio", { name: "Alla" }).check();
  await results.getByRole("link", { name: "Klinisk kemi", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/patient\/panel\/provsvar$/);
}));

test("ten normal results are acknowledged in two presses, in one transaction, with a receipt", () => as("anna", "/patient/tio/provsvar", async (page) => {
  await waits(page, TEN);
  await settled(page);
  assert.equal(await page.locator(".labs .lab-fresh").count() > 0, true);
  const writes = [];
  page.on("request", (q) => { if (q.method() !== "GET" && new URL(q.url()).pathname === "/fhir") writes.push(q); });
  const user = counted(page);
  await user.press("Shift+V");
  const dialog = page.getByRole("dialog", { name: "Vidimera 10 svar" });
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /Tora Provsson.*19121212-1212.*Alla värden är inom referens\./);
  assert.deepEqual(await axeFaults(page), []);
  await user.press("Enter");
  await receipt(page, "10 svar vidimerade");
  user.within("acknowledge-ten");
  await page.locator(".acks").waitFor({ state: "detached" });
  assert.equal(await page.locator(".lab-fresh").count(), 0);
  assert.equal(writes.length, 1);
  const headers = writes[0].headers();
  assert.equal(headers["helhet-patient"], "tio");
  assert.ok(headers["idempotency-key"]);
  assert.deepEqual(JSON.parse(writes[0].postData()).entry.map((e) => e.request.ifMatch.slice(0, 3)), Array.from({ length: TEN }, () => 'W/"'));
  const done = await tasksOf("tio", "completed");
  assert.equal(done.length, TEN);
  for (const task of done) {
    assert.deepEqual(task.owner, { reference: "PractitionerRole/anna-med", display: "Anna Prov, Överläkare" });
    assert.match(task.output[0].valueReference.reference, /^Observation\/ten-\d\/_history\/1$/);
  }
  await page.waitForFunction(() => document.activeElement?.id === "section-heading" && location.search === "");
  await page.getByText("Vidimerade svar (10)").click();
  assert.match(await page.locator(".acks-done li").first().textContent(), /Vidimerat Anna Prov, Överläkare, \d/);
  await page.getByRole("link", { name: "Visa trend för Prov 3" }).click();
  assert.match(await page.locator(".trend-table tbody tr").first().textContent(), /Anna Prov, Överläkare/);
}));

test("what is abnormal or without reference is named; one is acknowledged with V where the focus is", () => as("anna", "/patient/panel/provsvar", async (page) => {
  await waits(page, 2);
  await settled(page);
  await page.keyboard.press("Shift+V");
  const told = await page.getByRole("dialog").textContent();
  assert.match(told, /1 svar är inom referens\./);
  assert.match(told, /1 värde avviker:P-Kalium.*6,2 mmol\/L.*Högt/);
  assert.match(told, /1 värde saknar referens:P-Udda.*4 mmol\/L/);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await tasksOf("panel")).length, 2);
  await page.getByRole("link", { name: "Visa trend för P-Natrium" }).focus();
  await page.keyboard.press("v");
  await receipt(page, "1 svar vidimerat");
  await waits(page, 1);
  const [left] = await tasksOf("panel");
  assert.equal(left.focus.reference, "Observation/p-4");
  await page.locator("[data-answer]").focus();
  await page.keyboard.press("v");
  await page.locator(".acks").waitFor({ state: "detached" });
  assert.equal((await tasksOf("panel")).length, 0);
}));

test("an acknowledging is taken back with one press, and later with a reason; who and when stays", () => as("anna", "/patient/korg/provsvar", async (page) => {
  await waits(page, 2);
  await page.getByRole("button", { name: /^Vidimera Korgprov/ }).press("Enter");
  await receipt(page, "1 svar vidimerat");
  await page.getByRole("button", { name: "Ångra", exact: true }).press("Enter");
  await receipt(page, "Vidimering av 1 svar ångrad");
  const line = page.locator("[data-answer]", { hasText: "Korgprov" });
  assert.match(await line.textContent(), /Väntar på dig.*Vidimering ångrad.*Vidimering av Anna Prov.* ångrad/);
  assert.equal(await page.getByRole("button", { name: "Ångra", exact: true }).count(), 0);
  await page.getByRole("button", { name: /^Vidimera Korgprov/ }).press("Enter");
  await waits(page, 1);
  // Later, after a reload: with a reason.
  await page.reload();
  await waits(page, 1);
  await page.locator(".acks-done summary").press("Enter");
  await page.getByRole("link", { name: /^Ångra vidimeringen av Korgprov/ }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Ångra vidimeringen" });
  assert.match(await dialog.textContent(), /Kim Provsson.*19800223-2380.*Korgprov.*Vidimerat.*Anna Prov/);
  await dialog.getByRole("button", { name: "Ångra vidimeringen" }).press("Enter");
  await dialog.getByText("Skriv varför.").waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole("textbox").fill("Läste fel prov");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waits(page, 2);
  assert.match(await line.textContent(), /ångrad: Läste fel prov/);
  const [task] = await tasksOf("korg", "accepted");
  const versions = (await asked("anna", `/Task/${task.id}/_history`)).entry.map((e) => e.resource.status);
  assert.deepEqual(versions.slice(0, 4), ["accepted", "completed", "accepted", "completed"]);
  assert.equal(task.note.length, 2);
  // As it was, for what follows.
  const { note: _note, businessStatus: _status, ...rest } = task;
  await asked("anna", `/Task/${task.id}`, { method: "PUT", body: { ...rest, status: "requested", owner: { reference: "Organization/med" } } });
}));

test("somebody else is first: it says who, nothing is saved, and what is left can be acknowledged", () => as("anna", "/patient/lopp/provsvar", async (page) => {
  await waits(page, 3);
  const [first] = await tasksOf("lopp");
  await asked("bo", `/Task/${first.id}`, { method: "PUT", body: { ...first, status: "completed", owner: { reference: "PractitionerRole/bo-med", display: "Bo Prov, Överläkare" }, executionPeriod: { start: ago(0), end: ago(0) } } });
  await page.keyboard.press("Shift+V");
  await page.getByRole("dialog", { name: "Vidimera 3 svar" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText(/Bo Prov, Överläkare hann före: vidimerade 1 svar .*Inget av ditt sparades/).waitFor();
  await waits(page, 2);
  assert.equal((await tasksOf("lopp")).length, 2);
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press("Shift+V");
  await page.getByRole("dialog", { name: "Vidimera 2 svar" }).waitFor();
  await page.keyboard.press("Enter");
  await receipt(page, "2 svar vidimerade");
  assert.equal((await tasksOf("lopp")).length, 0);
}));

test("the cumulative list on paper: name and number, newest left, units; what is not acknowledged is marked", () => as("anna", "/patient/korg/provsvar", async (page) => {
  await waits(page, 2);
  await settled(page);
  assert.equal(await page.locator(".lab-cumulative").count(), 0);
  await page.emulateMedia({ media: "print" });
  await page.locator(".lab-cumulative").waitFor();
  assert.equal(await page.isVisible(".lab-box"), false);
  assert.equal(await page.isVisible(".acks"), false);
  assert.match(await page.textContent(".print-head"), /Kim Provsson.*19800223-2380/);
  assert.match(await page.textContent(".lab-cumulative"), /Kumulativ provlista: Laboratorium.*Ny: inte vidimerad.*Korgprov mmol\/L.*3–5.*4/s);
  await page.emulateMedia({ media: "screen" });
  await page.locator(".lab-cumulative").waitFor({ state: "detached" });
}));

test("inbox by keyboard: take, lay to rest, wake, hand over with a message; the other sees it", async () => {
  const row = (page, name) => page.getByRole("row", { name });
  await as("anna", "/inkorg", async (page) => {
    const press = async (name) => { await page.getByLabel(name).first().focus(); await page.keyboard.press("Enter"); };
    await row(page, /Korgprov.*Kim/).waitFor();
    await press(/^Ta, Korgprov, Kim/);
    await receipt(page, "Uppgift tagen: Korgprov");
    await row(page, /Korgprov.*Du/).waitFor();
    await press(/^Vila, Ring patienten/);
    await page.getByRole("dialog", { name: "Låt uppgiften vila" }).waitFor();
    assert.match(await page.getByRole("dialog").textContent(), /Ring patienten: Fråga om yrsel.*Kim Provsson.*19800223-2380/);
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await receipt(page, "Uppgift vilar till");
    const asleep = page.getByRole("region", { name: "Vilar" });
    await asleep.getByRole("row", { name: /Ring patienten.*Vilar till/ }).waitFor();
    await press(/^Väck, Ring patienten/);
    await receipt(page, "Uppgift väckt");
    await asleep.waitFor({ state: "detached" });
    await press(/^Lämna över, Ring patienten/);
    await page.getByRole("combobox", { name: "Till" }).selectOption({ label: "Bo Prov, Överläkare" });
    await page.getByRole("textbox", { name: "Meddelande (behövs inte)" }).fill("Kan du ringa?");
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("dialog").getByRole("button", { name: "Lämna över" }).press("Enter");
    await receipt(page, "Uppgift lämnad till Bo Prov, Överläkare");
    await row(page, /Ring patienten/).waitFor({ state: "detached" });
  });
  await as("bo", "/inkorg", async (page) => {
    assert.match(await row(page, /Ring patienten/).textContent(), /Anna Prov, Överläkare: Kan du ringa\?.*Du/);
  });
});

test("a task that somebody else has taken is not taken again: it says who has it", () => as("anna", "/inkorg", async (page) => {
  const take = page.getByLabel(/^Ta, .*Gammalt svar/);
  await take.waitFor();
  const task = await asked("bo", "/Task/old");
  await page.route("**/live*", (route) => route.abort());
  await asked("bo", "/Task/old", { method: "PUT", body: { ...task, status: "accepted", owner: { reference: "PractitionerRole/bo-med", display: "Bo Prov, Överläkare" } } });
  await take.click({ timeout: 300 }).catch(() => undefined);
  const said = await page.getByRole("alert").textContent();
  if (said !== "") assert.match(said, /ligger nu hos Bo Prov, Överläkare/);
  await page.getByRole("row", { name: /Gammalt svar/ }).waitFor({ state: "detached" });
}));

test("the service is away: nothing is told to be acknowledged", () => as("anna", "/patient/korg/provsvar", async (page) => {
  await waits(page, 1);
  await page.route("**/fhir", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 500, contentType: "application/fhir+json", body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "exception" }] }) }) : route.fallback()));
  await page.locator("[data-answer]").first().focus();
  await page.keyboard.press("v");
  await page.getByRole("alert").getByText(/Det kunde inte sparas/).waitFor();
  await page.locator(".receipt-strip .receipt-failed").waitFor();
  await waits(page, 1);
}));

const SCREENS = ["/patient/korg/provsvar", "/patient/korg/provsvar?dialog=vidimera", "/patient/tio/provsvar", "/inkorg"];
const ENGLISH = /\b(the|acknowledge|task|tasks|result|results|hand|take|rest|cancel|print|loading|waiting|unit|new)\b/i;

for (const [mode, options] of Object.entries(ALL_MODES))
  test(`axe finds nothing, nothing scrolls sideways, no English: ${mode}`, () => as("anna", SCREENS[0], async (page) => {
    for (const path of SCREENS) {
      await page.goto(server.origin + path);
      await settled(page);
      assert.deepEqual(await axeFaults(page), [], path);
      assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${path} scrolls sideways`);
      const words = await page.evaluate(() => [...document.querySelectorAll("main, .topbar, dialog[open]")].map((e) => e.innerText.replace(/In English/, "")).join(" "));
      assert.equal(ENGLISH.exec(words), null, path);
    }
  }, options));

test("the demo region has results to acknowledge; pictures of them, into docs/images with UPDATE=1", async () => {
  const region = await startRegion();
  const page = await openPage(browser);
  try {
    const found = await (await fetch(`${region.url}/fhir/Task?status=requested&code=${encodeURIComponent(`${SYSTEM}|acknowledge`)}&_count=100`)).json();
    const of = found.entry.map((e) => e.resource.for.reference.split("/")[1]);
    assert.ok(of.length >= 10, `${of.length} tasks`);
    assert.ok(found.entry.some((e) => e.resource.businessStatus?.coding?.[0].code === "escalated"));
    const most = [...new Set(of)].sort((a, b) => of.filter((x) => x === b).length - of.filter((x) => x === a).length)[0];
    await page.goto(`${region.url}/patient/${most}/provsvar`);
    await page.locator(".acks").waitFor();
    await settled(page);
    await takePicture(page, "provsvar");
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
    await region.remove();
  }
});
