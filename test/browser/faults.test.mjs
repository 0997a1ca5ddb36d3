// SPDX-License-Identifier: Apache-2.0
// A fault in each outgoing call of the write layer. Whatever happens on the way, a receipt is seen and tells the truth:
// "saved" when it is in the record, "not saved" when it is not, and nothing is written twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildExposed } from "./exposed.mjs";
import { openPage, startBrowser, startRegion } from "./harness.mjs";
import { putPatients } from "./patients.mjs";

const TIMEOUT_MS = 1200;
const PATIENT = "web-tolvan";
const CODE = "helhet-fault-test";
let region;
let browser;
/** Whether the service keeps receipts: without them some fates cannot be known, and are then told as unsure. */
let certain;
before(async () => {
  region = await startRegion(await buildExposed());
  browser = await startBrowser();
  await putPatients(region.url);
  const told = await fetch(`${region.url}/me/receipts?_count=1`);
  certain = told.ok && /json/.test(told.headers.get("content-type") ?? "");
  if (!certain) console.log("SKIPPED: this service keeps no receipts, a lost reply is told as unsure");
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const outcome = (status, text) => ({ status, contentType: "application/fhir+json", body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "processing", details: { text } }] }) });

/** What happens to the first write call: reaches says whether the service is let know of it. */
const FAULTS = {
  "network cut before": { run: (route) => route.abort("connectionreset") },
  "network cut after the service has written": { reaches: true, run: async (route) => { await route.fetch(); await route.abort("connectionreset"); } },
  "no address": { run: (route) => route.abort("namenotresolved") },
  "400": { run: (route) => route.fulfill(outcome(400, "fel i begäran")) },
  "403": { run: (route) => route.fulfill(outcome(403, "nej")) },
  "409": { run: (route) => route.fulfill(outcome(409, "annan patient")) },
  "422": { run: (route) => route.fulfill(outcome(422, "status saknas")) },
  "429": { run: (route) => route.fulfill(outcome(429, "för många")) },
  "404 without a word": { run: (route) => route.fulfill({ status: 404, contentType: "text/plain", body: "" }) },
  "500 before": { run: (route) => route.fulfill(outcome(500, "fel")) },
  "500 after the service has written": { reaches: true, run: async (route) => { await route.fetch(); await route.fulfill(outcome(500, "fel")); } },
  "502 with a page": { run: (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<html>Bad gateway</html>" }) },
  "503": { run: (route) => route.fulfill(outcome(503, "upptagen")) },
  "504 after the service has written": { reaches: true, run: async (route) => { await route.fetch(); await route.fulfill({ status: 504, contentType: "text/html", body: "<html>" }); } },
  "no answer in time": { run: () => undefined },
  "no answer in time, but written": { reaches: true, run: async (route) => { await route.fetch(); } },
  "garbage for an answer": { run: (route) => route.fulfill({ status: 200, contentType: "application/fhir+json", body: "{\"resourceType\":\"Obs" }) },
  "garbage, but written": { reaches: true, run: async (route) => { await route.fetch(); await route.fulfill({ status: 201, contentType: "application/fhir+json", body: "\u0000\u0001" }); } },
  "an empty answer": { run: (route) => route.fulfill({ status: 200, contentType: "application/fhir+json", body: "" }) },
  "JSON that is no resource": { run: (route) => route.fulfill({ status: 200, contentType: "application/json", body: "[]" }) },
  "a login page": { run: (route) => route.fulfill({ status: 200, contentType: "text/html", body: "<html>Logga in</html>" }) },
};

const WRITES = {
  create: { title: "Puls antecknad", write: ({ marker, how }) => window.helhet.create(marker, how) },
  update: { title: "Puls ändrad", write: ({ read, how }) => window.helhet.update({ ...read, note: [{ text: how.key }] }, how) },
  transact: { title: "Flera uppgifter sparade", write: ({ marker, how }) => window.helhet.transact([{ resource: marker, request: { method: "POST", url: "Observation" } }], how) },
};

const isWrite = (request) => ["POST", "PUT"].includes(request.method()) && /\/fhir(\/Observation.*)?$/.test(new URL(request.url()).pathname);

async function answerOf(path) {
  const response = await fetch(region.url + path, { headers: { "Cache-Control": "no-cache" } });
  return response.json();
}

const observation = (code, text) => ({ resourceType: "Observation", status: "final", code: { coding: [{ system: "https://helhet.example/test", code }], text }, subject: { reference: `Patient/${PATIENT}` } });

/** How many times what was written with that key is in the record. */
async function times(name, key, id) {
  if (name !== "update") return (await answerOf(`/fhir/Observation?code=${key}&_summary=count`)).total;
  const history = await answerOf(`/fhir/Observation/${id}/_history`);
  return history.entry.filter((e) => e.resource?.note?.[0]?.text === key).length;
}

let number = 0;
async function one(page, name, fault) {
  const key = `${CODE}-${++number}`;
  const put = await fetch(`${region.url}/fhir/Observation/${key}`, { method: "PUT", headers: { "Content-Type": "application/fhir+json", Prefer: "return=representation" }, body: JSON.stringify({ ...observation("before", "Puls"), id: key }) });
  const read = await put.json();
  let calls = 0;
  await page.route("**/*", async (route, request) => {
    if (!isWrite(request) || ++calls > 1) return route.continue();
    return fault.run(route);
  });
  const { title, write } = WRITES[name];
  const how = { patient: PATIENT, title: `${title} ${number}`, key, link: `/patient/${PATIENT}/provsvar` };
  await page.evaluate(`(${write})(${JSON.stringify({ marker: observation(key, "Puls"), read, how })}).then(() => undefined, () => undefined)`);
  await page.unroute("**/*");
  const line = page.locator(`.receipt-strip [data-key="${key}"]`);
  const state = await line.getAttribute("data-state");
  const text = (await line.textContent()) ?? "";
  await line.getByRole("button", { name: "Dölj" }).click();
  return { key, state, text, title: how.title, times: await times(name, key, read.id), calls };
}

const WORDS = { saved: "Sparat:", failed: "Inte sparat:", unsure: "Osäkert:" };

for (const [name] of Object.entries(WRITES)) {
  test(`${name}: each fault gives a receipt that is seen and true, and nothing is written twice`, { timeout: 300_000 }, async () => {
    const page = await openPage(browser);
    await page.addInitScript((ms) => {
      const limit = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (wanted) => limit(Math.min(wanted, ms));
    }, TIMEOUT_MS);
    await page.goto(`${region.url}/patient/${PATIENT}`);
    await page.waitForFunction(() => window.helhet !== undefined && document.querySelector(".receipt-strip") !== null);
    for (const [fault, plan] of Object.entries(FAULTS)) {
      const label = `${name}, ${fault}`;
      const done = await one(page, name, plan);
      assert.ok(done.state in WORDS, `${label}: state ${done.state}`);
      assert.ok(done.text.includes(WORDS[done.state]) && done.text.includes(done.title) && done.text.includes("Tolvan Åke Tolvansson"), `${label}: "${done.text}"`);
      assert.ok(done.times <= 1, `${label}: written ${done.times} times`);
      if (done.state === "saved") assert.equal(done.times, 1, `${label}: said to be saved`);
      if (done.state === "failed") assert.equal(done.times, 0, `${label}: said not to be saved`);
      if (done.state === "failed") assert.match(done.text, /Inget har sparats/, label);
      if (done.state === "unsure") assert.match(done.text, /Se efter i patientens journal/, label);
      if (done.state === "unsure") assert.equal(certain, false, `${label}: the service keeps receipts, so nothing need be unsure`);
      if (plan.reaches && done.state === "failed") assert.fail(`${label}: the service had written`);
    }
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

/** What happens to the first calls about drafts and settings; afterwards the service is as it should be. */
const KEEPING = ["network cut before", "network cut after the service has written", "500 before", "503", "502 with a page", "no answer in time", "no answer in time, but written", "garbage for an answer", "garbage, but written", "403", "429", "404 without a word"];

async function withFault(page, path, fault, body) {
  let calls = 0;
  const glob = `**${path}`;
  await page.route(glob, (route, request) => (request.method() === "PUT" && ++calls === 1 ? FAULTS[fault].run(route) : route.continue()));
  await body();
  await page.unroute(glob);
  assert.ok(calls >= 1, `${fault}: the fault was met`);
}

test("a draft: whatever happens to the first saving, it is not called kept before it is, and every word gets there", { timeout: 300_000, skip: process.env.HELHET_TEST_URL !== undefined }, async (t) => {
  if (!certain) return t.skip("this service keeps no drafts");
  const page = await openPage(browser);
  await page.addInitScript((ms) => {
    const limit = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (wanted) => limit(Math.min(wanted, ms));
  }, TIMEOUT_MS);
  await page.goto(`${region.url}/patient/${PATIENT}`);
  await page.waitForFunction(() => window.helhet !== undefined);
  for (const [i, fault] of KEEPING.entries()) {
    const id = `fault-${i}`;
    const text = `Ingen blödning (${fault}), ej feber\r\n  \u0061\u030a ≥ 38,5`;
    await withFault(page, "/me/drafts/*", fault, async () => {
      await page.evaluate(([id, text, patient]) => window.helhet.keepDraft({ id, kind: "note", patient, title: "Utkast", content: { text } }), [id, text, PATIENT]);
      const seen = await page.evaluate(() => new Promise((resolve) => {
        const all = [];
        const stop = window.helhet.draftState.subscribe((state) => { all.push(state); if (state === "kept") setTimeout(() => { stop(); resolve(all); }); });
      }));
      assert.equal(seen[0], "keeping", `${fault}: ${seen}`);
    });
    const held = await (await fetch(`${region.url}/me/drafts`)).json();
    const bodies = await Promise.all(held.map(async (line) => (await fetch(`${region.url}/me/drafts/${line.id}`)).json()));
    assert.equal(bodies.filter((b) => b.content.text === text).length, 1, `${fault}: kept once, word for word`);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a draft whose first saving was kept but never answered, and which has been written on since, is one draft still", async (t) => {
  if (!certain) return t.skip("this service keeps no drafts");
  const page = await openPage(browser);
  await page.goto(`${region.url}/patient/${PATIENT}`);
  await page.waitForFunction(() => window.helhet !== undefined);
  const keep = (text) => page.evaluate(([text, patient]) => window.helhet.keepDraft({ id: "goes-on", kind: "note", patient, title: "Fortsatt", content: { text } }), [text, PATIENT]);
  await withFault(page, "/me/drafts/*", "network cut after the service has written", async () => {
    await keep("Ingen");
    await page.waitForFunction(() => window.helhet.draftState.value === "not kept");
    await keep("Ingen blödning");
    await page.waitForFunction(() => window.helhet.draftState.value === "kept");
  });
  const own = async () => (await (await fetch(`${region.url}/me/drafts`)).json()).filter((line) => line.title === "Fortsatt");
  assert.equal((await own()).length, 1);
  assert.equal((await (await fetch(`${region.url}/me/drafts/goes-on`)).json()).content.text, "Ingen blödning");
  // Another page writes in it: neither text is lost.
  const theirs = await fetch(`${region.url}/me/drafts/goes-on`, { method: "PUT", headers: { "Content-Type": "application/json", "Helhet-Request": "1", "If-Match": `W/"${(await own())[0].version}"` }, body: JSON.stringify({ kind: "note", patient: PATIENT, title: "Fortsatt", content: { text: "En annan sida" } }) });
  assert.equal(theirs.status, 200);
  await keep("Ingen blödning, ingen feber");
  await page.waitForFunction(() => window.helhet.draftState.value === "kept");
  const texts = await Promise.all((await own()).map(async (line) => (await (await fetch(`${region.url}/me/drafts/${line.id}`)).json()).content.text));
  assert.deepEqual(texts.sort(), ["En annan sida", "Ingen blödning, ingen feber"]);
  await page.context().close();
});

test("a setting: whatever happens to the first saving, it gets there and another page has it", { timeout: 120_000 }, async (t) => {
  if (!certain) return t.skip("this service keeps no settings");
  const page = await openPage(browser);
  await page.addInitScript((ms) => {
    const limit = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (wanted) => limit(Math.min(wanted, ms));
  }, TIMEOUT_MS);
  await page.goto(`${region.url}/kvitton`);
  await page.waitForFunction(() => window.helhet !== undefined);
  for (const [i, fault] of ["network cut before", "network cut after the service has written", "500 before", "garbage, but written"].entries()) {
    const name = `fault-${"abcdefgh"[i]}`;
    await page.evaluate((name) => { window.helhet.setting(name, []); }, name);
    await page.waitForFunction((name) => window.helhet.settingState(name) === "kept", name);
    await withFault(page, `/me/settings/${name}`, fault, async () => {
      await page.evaluate(([name, fault]) => { window.helhet.setting(name, []).value = ["web-tolvan", fault]; }, [name, fault]);
      await page.waitForFunction((name) => window.helhet.settingState(name) !== "kept", name);
      await page.waitForFunction((name) => window.helhet.settingState(name) === "kept", name, { timeout: 30_000 });
    });
    assert.deepEqual(await (await fetch(`${region.url}/me/settings/${name}`)).json(), ["web-tolvan", fault], fault);
  }
  await page.context().close();
});
