// SPDX-License-Identifier: Apache-2.0
// Anteckning, by keyboard alone: from template to signed in three presses beyond the text, exactly what was typed in
// the record and on paper, correction with both wordings, countersignature, two who write at once, the unsigned list.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, login, makeData, named, PASSWORD, role } from "../http/accounts.mjs";
import { ask } from "../http/server.mjs";
import { axeFaults, MODES, openPage, startBrowser } from "./harness.mjs";

const BEYOND_TEXT_MAX = 3;
const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };
const NOW = new Date().toISOString();
const encounter = (patient) => ({ resourceType: "Encounter", id: `enc-${patient}`, status: "in-progress", class: { code: "IMP" }, subject: { reference: `Patient/${patient}` }, period: { start: NOW }, serviceProvider: { reference: "Organization/med", display: "Medicinkliniken" } });
const other = { ...named("Patient", "other", "Olga", "Annan"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "191212121212" }] };
let data;
let server;
let browser;

before(async () => {
  data = await makeData([
    encounter("pat"), other, encounter("other"),
    named("Practitioner", "sekr", "Siv", "Prov"), role("sekr-med", "sekr", "med", { code: "secretary", title: "Medicinsk sekreterare" }),
  ], [["siv", "Practitioner/sekr"]]);
  server = await closed(data, ["--web", "build/web"]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const assignmentOf = (name) => `PractitionerRole/${name === "siv" ? "sekr" : name}-med`;

/** A logged-in page; the test's own context, closed afterwards. */
async function as(name, path, body, options = MODES.light) {
  const page = await openPage(browser, options);
  try {
    const assignment = assignmentOf(name);
    const { Cookie } = await login(server, name, { assignment });
    const [key, ...value] = Cookie.split("=");
    await page.context().addCookies([{ name: key, value: value.join("="), url: server.origin }]);
    await page.goto(server.origin + path);
    await body(page).catch(async (error) => { if (process.env.SHOT) { await page.screenshot({ path: process.env.SHOT, fullPage: true }); console.error(page.url(), page.faults); } throw error; });
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

const asked = async (name, path, options = {}) => {
  const r = await ask(server, options.method ?? "GET", path, { ...options, headers: { ...(await login(server, name, { assignment: assignmentOf(name) })), "Helhet-Request": "1", ...options.headers } });
  assert.ok(r.status < 300, `${r.status} ${r.text}`);
  return r.json;
};
const field = (page, title) => page.getByRole("textbox", { name: title, exact: true });
const focusedIn = (page, title) => page.waitForFunction((t) => document.activeElement?.matches("textarea") && document.activeElement.labels[0]?.textContent === t, title);
const idIn = (page) => new URL(page.url()).pathname.split("/").pop();

test("from template to signed: at most three presses beyond the text", () => as("anna", "/patient/pat", async (page) => {
  await page.waitForSelector("h1:has-text('Per Patient')");
  await page.keyboard.press("n");
  await focusedIn(page, "Anteckning");
  let beyond = 0;
  const press = async (key) => { beyond++; await page.keyboard.press(key); };
  await page.keyboard.type(".dagsnotat");
  await press("Tab");
  await focusedIn(page, "Aktuellt");
  await page.keyboard.type("Mår bättre. Ingen feber, ingen blödning. Temp 37,5 °C.");
  await press("Tab");
  await focusedIn(page, "Bedömning och plan");
  await page.keyboard.type("Ej sepsis. Fortsatt behandling.");
  assert.match(await page.textContent(".note-for"), /Per Patient/);
  assert.match(await page.textContent(".note-for"), /Signeras av Anna Prov, Överläkare/);
  await press("Control+Enter");
  await page.waitForSelector(".note-view .note h3:text-is('Dagsnotat')");
  assert.ok(beyond <= BEYOND_TEXT_MAX, `${beyond} presses`);
  const note = await asked("anna", `/Composition/${idIn(page)}`);
  assert.equal(note.status, "final");
  assert.deepEqual(note.section.map((s) => s.title), ["Aktuellt", "Bedömning och plan"]);
  assert.deepEqual(note.attester.map((a) => [a.mode, a.party.reference, typeof a.time]), [["legal", "PractitionerRole/anna-med", "string"]]);
  assert.equal(note.encounter.reference, "Encounter/enc-pat");
  assert.match(await page.textContent(".note-view"), /Ingen feber, ingen blödning\. Temp 37,5 °C\./);
  assert.match(await page.textContent(".note-by"), /Signerad av Anna Prov, Överläkare/);
}));
