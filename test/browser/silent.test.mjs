// SPDX-License-Identifier: Apache-2.0
// No action fails silently: what each screen asks of the service is found out, and then each call fails in turn. The screen
// must say so. Then each deed: its write fails, the receipt and the screen say so, and nothing has been written.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, login, makeData, named, role } from "../http/accounts.mjs";
import { ask } from "../http/server.mjs";
import { startBrowser, visitPage } from "./harness.mjs";

const SYSTEM = "https://helhet.example/fhir/CodeSystem/task";
const ofUnit = { meta: { extension: [{ url: "https://helhet.example/fhir/StructureDefinition/care-unit", valueReference: { reference: "Organization/med" } }] } };
const KIM = { ...named("Patient", "kim", "Kim", "Provsson"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "198002232380" }] };
const about = { subject: { reference: "Patient/kim" } };
const NOW = new Date().toISOString();
const ME = { reference: "PractitionerRole/anna-med", display: "Anna Prov, Överläkare" };
const coded = (code, text) => ({ coding: [{ system: SYSTEM, code }], text });
const task = (id, code, more) => ({ resourceType: "Task", id, ...ofUnit, status: "requested", intent: "order", priority: "routine", code, for: { reference: "Patient/kim" }, authoredOn: NOW, owner: ME, ...more });
const SECTION = [{ title: "Aktuellt", text: { status: "additional", div: "<div xmlns=\"http://www.w3.org/1999/xhtml\">Inga besvär.</div>" } }];
const RECORD = [
  KIM, named("Practitioner", "siv", "Siv", "Prov"), role("siv-med", "siv", "med", { code: "nurse", title: "Sjuksköterska" }),
  { resourceType: "Encounter", id: "enc", status: "in-progress", class: { code: "AMB" }, ...about, period: { start: NOW }, serviceProvider: { reference: "Organization/med" } },
  { resourceType: "Observation", id: "lab", ...ofUnit, status: "final", category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] }], code: { text: "P-Kalium" }, ...about, effectiveDateTime: "2020-01-01T08:00:00Z", valueQuantity: { value: 4, unit: "mmol/L" } },
  task("ack", coded("acknowledge", "Vidimera svar"), { focus: { reference: "Observation/lab" }, owner: { reference: "Organization/med" } }),
  task("todo", coded("todo", "Uppgift"), { description: "Skriv intyg" }),
  { resourceType: "Communication", id: "letter", ...ofUnit, status: "completed", ...about, topic: { text: "Ring anhörig" }, sent: NOW, sender: { reference: "PractitionerRole/siv-med", display: "Siv Prov" }, recipient: [ME], payload: [{ contentString: "Före kl. 15." }] },
  task("mail", coded("message", "Meddelande"), { focus: { reference: "Communication/letter" }, extension: [{ url: "https://helhet.example/fhir/StructureDefinition/read", valueAnnotation: { authorReference: ME, time: NOW, text: "Läst" } }] }),
  { resourceType: "CareTeam", id: "rond", ...ofUnit, status: "active", name: "Rondlaget", participant: [{ member: ME }] },
  { resourceType: "Composition", id: "note", ...ofUnit, status: "final", type: { text: "Dagsnotat" }, ...about, date: NOW, author: [ME], title: "Dagsnotat", section: SECTION, attester: [{ mode: "legal", time: NOW, party: ME }] },
  { resourceType: "Composition", id: "counter", ...ofUnit, status: "final", type: { text: "Epikris" }, ...about, date: NOW, author: [{ reference: "PractitionerRole/bo-med", display: "Bo Prov" }], title: "Epikris", section: SECTION, attester: [{ mode: "legal", time: NOW, party: { reference: "PractitionerRole/bo-med" } }, { mode: "professional", party: ME }] },
];
let data;
let server;
let browser;
before(async () => {
  data = await makeData(RECORD);
  server = await closed(data, ["--web", "build/web"]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

async function as(path, body) {
  const { Cookie } = await login(server, "anna", { assignment: ME.reference });
  await visitPage(browser, server.origin + path, body, { cookie: Cookie });
}

const outcome = { status: 500, contentType: "application/fhir+json", body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "exception", details: { text: "fel" } }] }) };
const settled = (page) => page.waitForFunction(() => document.querySelector("main h1, main h2, .chart h1") !== null && document.querySelector("main .skeleton") === null, null, { timeout: 15_000 });
/** The call without what differs from time to time: the type and the names of its parameters. */
const kindOf = (url) => { const u = new URL(url); return `${u.pathname} ${[...u.searchParams.keys()].filter((k) => !k.startsWith("_")).sort().join("+")}`; };
/** Words by which a screen says that something could not be had. */
const SAID = /kunde inte|kan inte (läsas|visas|nås)|gick inte|försök igen|fel hos tjänsten|inte läsas|okänt fel|visas därför inte/i;
/** What may fail unseen: it only says more of what is shown, and what lacks is shown as lacking (a name as "kan inte visas", the header's number not at all, live as "var 15:e sekund"). */
const UNSEEN = [/^\/live/, /^\/me\/(settings|drafts)/, /^\/session/, /access-explain/];
/** The header's number of tasks, which is not shown when it is not known. */
const HEADER = [/^\/fhir\/Task owner\+status$/, /^\/fhir\/Task owner\+period\+status$/, /^\/fhir\/CareTeam /];
/** What people and units are called, by id: a name that lacks is left out, and the rest is there. */
const NAMES = [/^\/fhir\/(Organization|PractitionerRole|Practitioner|Patient) $/];
/** The notes to sign are asked for with the tasks, also where only what was sent, teams or a form is shown. */
const NOT_SHOWN = [/^\/fhir\/(Composition|DocumentReference) /];
/** Where the same is asked for to be shown. */
const ASKS_ITSELF = ["/inkorg", "/inkorg/skickat", "/inkorg/klart"];

const SCREENS = ["/inkorg", "/inkorg/skickat", "/inkorg/klart", "/inkorg/lag", "/inkorg/nytt.kim", "/inkorg/meddelande.mail", "/patient/kim/provsvar", "/patient/kim/anteckningar", "/patient/kim/anteckningar/note", "/osignerat", "/ofardiga", "/kvitton", "/tavla/med"];

for (const path of SCREENS)
  test(`each call of ${path} that fails is told of`, { timeout: 240_000 }, async () => {
    const calls = new Set();
    await as(path, async (page) => {
      page.on("request", (q) => { const u = new URL(q.url()); if (q.method() === "GET" && /^\/(fhir|me)\//.test(u.pathname)) calls.add(kindOf(q.url())); });
      await page.reload();
      await settled(page);
      await page.waitForTimeout(500);
    });
    const told = [...calls].filter((call) => ![...UNSEEN, ...NAMES, ...(/^\/inkorg\/(skickat|klart|lag|nytt)/.test(path) ? NOT_SHOWN : []), ...(ASKS_ITSELF.includes(path) ? HEADER.slice(1, 2) : HEADER)].some((one) => one.test(call)));
    assert.ok(told.length > 0 || path === "/inkorg/nytt.kim", `${path} asks nothing`);
    for (const call of told)
      await as("/min-logg", async (page) => {
        await page.route((url) => kindOf(url.href) === call, (route) => route.fulfill(outcome));
        await page.goto(server.origin + path);
        await page.waitForFunction((said) => new RegExp(said, "i").test(document.querySelector("main")?.innerText ?? "") || new RegExp(said, "i").test(document.body.innerText), SAID.source, { timeout: 10_000 }).catch(() => assert.fail(`${path}: nothing is said of ${call}`));
      });
  });

/** Each deed: where, and what is pressed. */
const DEEDS = {
  "take": ["/inkorg", (page) => page.getByLabel(/^Ta, P-Kalium/).click()],
  "finish": ["/inkorg", (page) => page.getByLabel(/^Klar, Skriv intyg/).click()],
  "hand over": ["/inkorg/lamna.todo", async (page) => { await page.getByRole("combobox", { name: "Till" }).waitFor(); await page.getByRole("dialog").getByRole("button", { name: "Lämna över" }).click(); }],
  "rest": ["/inkorg/vila.todo", (page) => page.getByRole("dialog").getByRole("button", { name: "Vila" }).click()],
  "reply": ["/inkorg/meddelande.mail", async (page) => { await page.getByRole("textbox", { name: /^Svara/ }).fill("Klart."); await page.getByRole("button", { name: "Skicka svar" }).click(); }],
  "team": ["/inkorg/lag", (page) => page.getByRole("button", { name: "Avsluta Rondlaget" }).click()],
  "acknowledge": ["/patient/kim/provsvar", (page) => page.getByRole("button", { name: /^Vidimera P-Kalium/ }).click()],
  "countersign": ["/patient/kim/anteckningar/counter", (page) => page.getByRole("button", { name: /^Kontrasignera/ }).click()],
  "withdraw": ["/patient/kim/anteckningar/note", async (page) => { await page.getByRole("button", { name: "Makulera" }).click(); await page.getByRole("textbox", { name: /^Varför/ }).fill("Fel"); await page.getByRole("button", { name: "Makulera anteckningen" }).click(); }],
};
const WAYS = { "500": (route) => route.fulfill(outcome), "403": (route) => route.fulfill({ ...outcome, status: 403 }), "cut": (route) => route.abort("connectionreset") };

const versions = async () => {
  const headers = { ...(await login(server, "anna", { assignment: ME.reference })), "Helhet-Request": "1" };
  const of = async (type) => (await ask(server, "GET", `/${type}?_count=50`, { headers })).json.entry?.map((e) => `${e.resource.id} ${e.resource.meta.versionId}`) ?? [];
  return JSON.stringify((await Promise.all(["Task", "Communication", "CareTeam", "Composition"].map(of))).map((all) => all.sort()));
};

for (const [name, [path, press]] of Object.entries(DEEDS))
  test(`a deed that fails is told of, and nothing is written: ${name}`, { timeout: 120_000 }, async () => {
    const was = await versions();
    for (const [way, run] of Object.entries(WAYS))
      await as(path, async (page) => {
        await settled(page);
        await page.route((url) => url.pathname.startsWith("/fhir"), (route) => (["PUT", "POST"].includes(route.request().method()) ? run(route) : route.continue()));
        await page.route("**/me/receipts/*", (route) => route.continue());
        await press(page);
        const line = page.locator(".receipt-strip [data-key]").first();
        await page.waitForFunction(() => ["failed", "unsure"].includes(document.querySelector(".receipt-strip [data-key]")?.dataset.state ?? ""), null, { timeout: 60_000 });
        assert.match(await line.textContent(), /Inte sparat:|Osäkert:/, `${name}, ${way}`);
        assert.equal(await page.locator(".receipt-strip .receipt-saved").count(), 0, `${name}, ${way}`);
      });
    assert.equal(await versions(), was, name);
  });
