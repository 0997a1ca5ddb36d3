// SPDX-License-Identifier: Apache-2.0
// Uppgifter: messages to a person, to a team and to the unit, about a patient and not; who has read them and when; the
// conversation; tasks made by hand; teams; what is shown stands in the address. By keyboard, and with faults on the way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, login, makeData, named, role } from "../http/accounts.mjs";
import { ask } from "../http/server.mjs";
import { ALL_MODES, axeFaults, MODES, startBrowser, visitPage } from "./harness.mjs";

const TIMEOUT_MS = 1200;
const ofUnit = { meta: { extension: [{ url: "https://helhet.example/fhir/StructureDefinition/care-unit", valueReference: { reference: "Organization/med" } }] } };
const SYSTEM = "https://helhet.example/fhir/CodeSystem/task";
const KIM = { ...named("Patient", "kim", "Kim", "Provsson"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "198002232380" }] };
const VISIT = { resourceType: "Encounter", id: "enc-kim", status: "in-progress", class: { code: "AMB" }, subject: { reference: "Patient/kim" }, period: { start: new Date(Date.now() - 3_600_000).toISOString() }, serviceProvider: { reference: "Organization/med" } };
const TEXT = "Ingen blödning, ej feber.\n  Åter vid ≥ 38,5 °C; a\u030a";
let data;
let server;
let browser;

before(async () => {
  data = await makeData([KIM, VISIT, named("Practitioner", "siv", "Siv", "Prov"), role("siv-med", "siv", "med", { code: "assistant", title: "Undersköterska" })], [["siv", "Practitioner/siv"]]);
  server = await closed(data, ["--web", "build/web"]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const headersOf = async (name, unit = "med") => ({ ...(await login(server, name, { assignment: `PractitionerRole/${name}-${unit}` })), "Helhet-Request": "1" });
async function asked(name, path, options = {}, unit = "med") {
  const answer = await ask(server, options.method ?? "GET", path, { ...options, headers: { ...(await headersOf(name, unit)), ...options.headers } });
  return answer;
}
const found = async (name, path, unit) => ((await asked(name, path, {}, unit)).json?.entry ?? []).map((e) => e.resource);

async function as(name, path, body, options = MODES.light) {
  const { Cookie } = await login(server, name, { assignment: `PractitionerRole/${name}-med` });
  await visitPage(browser, server.origin + path, body, { options, cookie: Cookie });
}

const receipt = (page, text) => page.locator(".receipt-strip .receipt-saved", { hasText: text }).waitFor();
const row = (page, name) => page.getByRole("row", { name });
const shot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }); };

test("a message about a patient, by keyboard: kept while it is written, sent, read with who and when, answered", async () => {
  await as("anna", "/patient/kim", async (page) => {
    await page.getByRole("heading", { name: /Kim Provsson/ }).first().waitFor();
    await page.locator(".receipt-strip").waitFor({ state: "attached" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type(">nytt med");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/inkorg\/nytt\.kim$/);
    await page.getByRole("combobox", { name: "Till" }).selectOption({ label: "Bo Prov, Överläkare" });
    await page.locator("#compose-about option", { hasText: "Kim Provsson 19800223-2380" }).waitFor({ state: "attached" });
    assert.equal(await page.locator("#compose-about").inputValue(), "kim");
    await page.keyboard.press("Tab");
    await page.getByRole("textbox", { name: "Rubrik" }).focus();
    await page.keyboard.type("Ring anhörig");
    await page.keyboard.press("Tab");
    await page.keyboard.insertText(TEXT);
    await page.waitForURL(/\/inkorg\/utkast\./);
    await page.locator(".draft-keeping").waitFor({ timeout: 500 }).catch(() => undefined);
    await page.locator(".draft-kept").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shot(page, "compose");
    // The tab is killed: what was written is there.
    await page.reload();
    await page.getByRole("textbox", { name: "Meddelande" }).focus();
    assert.equal(await page.locator("#compose-text").inputValue(), TEXT);
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Meddelande skickat till Bo Prov, Överläkare – Kim Provsson");
    await page.goto(`${server.origin}/inkorg/skickat`);
    assert.match(await row(page, /Ring anhörig.*Kim Provsson/).textContent(), /Inte läst än/);
    await page.goto(`${server.origin}/ofardiga`);
    await page.getByText("Du har inga utkast").or(page.getByRole("heading", { name: /^Utkast/ })).first().waitFor();
    assert.equal(await page.getByRole("link", { name: /Ring anhörig/ }).count(), 0);
  });
  await as("bo", "/inkorg/meddelanden.mina", async (page) => {
    const line = row(page, /Ring anhörig.*Kim Provsson.*19800223-2380/);
    assert.match(await line.textContent(), /Oläst.*Från Anna Prov, Överläkare.*Du/);
    await page.getByRole("radio", { name: "Meddelanden (1)", checked: true }).waitFor();
    await shot(page, "inbox");
    await line.getByRole("link", { name: "Ring anhörig", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/inkorg\/meddelande\./);
    await page.getByText(/Läst av Bo Prov, Överläkare/).waitFor();
    assert.equal(await page.locator(".thread .clinical").textContent(), TEXT);
    assert.match(await page.locator(".thread-about").textContent(), /Kim Provsson 19800223-2380/);
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("textbox", { name: "Svara Anna Prov, Överläkare" }).focus();
    await page.keyboard.insertText("Ringt.\nIngen svarade.");
    await page.keyboard.press("Control+Enter");
    await receipt(page, "Svar skickat till Anna Prov, Överläkare");
    await page.getByText(/Klar: Bo Prov, Överläkare/).waitFor();
    await page.getByText("Ingen svarade.").waitFor();
    await shot(page, "thread");
    await page.getByRole("button", { name: "Till uppgifterna" }).press("Enter");
    await page.getByText("Inga meddelanden väntar.").waitFor();
    await page.goto(`${server.origin}/inkorg/klart`);
    assert.match(await row(page, /Ring anhörig/).textContent(), /Läst av Bo Prov.*Klar: Bo Prov/);
  });
  const letters = await found("anna", "/Communication?subject=kim&_sort=sent");
  assert.deepEqual(letters.map((one) => one.payload[0].contentString), [TEXT, "Ringt.\nIngen svarade."]);
  assert.equal(letters[1].partOf[0].reference, `Communication/${letters[0].id}`);
  // Another unit has no part in it: neither the letters nor that there is anything.
  for (const type of ["Communication", "Task"]) assert.equal((await found("anna", `/${type}?_count=50`, "kir")).filter((one) => one.resourceType === type).length, 0, type);
});

test("a team is made; what is sent to it is with each who is in it, comes without being asked for, and is taken by one", async () => {
  await as("anna", "/inkorg/lag", async (page) => {
    await page.getByText("Enheten har inga lag.").waitFor();
    await page.getByRole("button", { name: "Nytt lag" }).press("Enter");
    await page.keyboard.type("Rondlaget");
    await page.getByRole("checkbox", { name: "Bo Prov, Överläkare" }).press("Space");
    await page.getByRole("checkbox", { name: /Siv Prov/ }).press("Space");
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("button", { name: "Spara" }).press("Enter");
    await receipt(page, "Lag sparat: Rondlaget");
    await page.getByText("2 personer: Bo Prov, Överläkare; Siv Prov, Undersköterska").waitFor();
  });
  await as("siv", "/inkorg", async (siv) => {
    await siv.getByText("Uppdateras direkt").waitFor();
    await siv.getByRole("radio", { name: "Rondlaget (0)" }).waitFor();
    await as("anna", "/inkorg/nytt", async (page) => {
      await page.getByRole("combobox", { name: "Till" }).selectOption({ label: "Lag: Rondlaget" });
      await page.getByText("Utan patient ser hela enheten det.").waitFor();
      await page.getByRole("button", { name: "Skicka" }).click();
      await page.getByRole("alert").getByText("Skriv en rubrik.").waitFor();
      await page.getByRole("textbox", { name: "Rubrik" }).fill("Ronden flyttas");
      await page.getByRole("textbox", { name: "Meddelande" }).fill("Till klockan 10.");
      await page.getByRole("checkbox", { name: "Brådskande" }).check();
      await page.getByRole("button", { name: "Skicka" }).click();
      await receipt(page, "Meddelande skickat till Rondlaget");
      // Not in the team: not among one's own.
      await page.goto(`${server.origin}/inkorg/meddelanden`);
      await row(page, /Ring anhörig/).waitFor();
      assert.equal(await row(page, /Ronden flyttas/).count(), 0);
    });
    const line = row(siv, /Ronden flyttas/);
    await line.waitFor();
    assert.match(await line.textContent(), /Oläst.*Brådskande.*Från Anna Prov.*Ingen patient.*Rondlaget/);
    await siv.getByRole("radio", { name: "Rondlaget (1)" }).press("Space");
    await siv.waitForURL(/\/inkorg\/allt\./);
    await siv.getByLabel(/^Ta, Ronden flyttas/).press("Enter");
    await receipt(siv, "Uppgift tagen: Ronden flyttas");
    await siv.getByRole("radio", { name: "Mina (1)" }).press("Space");
    await row(siv, /Ronden flyttas/).waitFor();
  });
  await as("bo", "/inkorg/meddelanden", async (page) => {
    await page.getByText("Inga meddelanden väntar.").waitFor();
  });
});

test("a task made by hand: with a day, for oneself and for the unit; it is handed to a team and finished", () => as("anna", "/inkorg/uppgift.kim", async (page) => {
  await page.getByRole("combobox", { name: "Till" }).locator("option", { hasText: "Mig" }).waitFor({ state: "attached" });
  await page.getByRole("textbox", { name: "Rubrik" }).fill("Beställ intyg");
  await page.getByLabel(/^Klart senast/).fill("2020-01-02");
  await page.getByRole("button", { name: "Spara" }).press("Enter");
  await receipt(page, "Uppgift lagd hos Anna Prov, Överläkare – Kim Provsson");
  await page.goto(`${server.origin}/inkorg/uppgifter`);
  await row(page, /Beställ intyg.*Kim Provsson/).waitFor();
  assert.match(await row(page, /Beställ intyg/).textContent(), /Klart senast 2 jan.? 2020.*Försenad.*Kim Provsson.*Du/);
  await page.getByLabel(/^Lämna över, Beställ intyg/).press("Enter");
  await page.getByRole("dialog").getByRole("combobox", { name: "Till" }).selectOption({ label: "Lag: Rondlaget" });
  await page.getByRole("dialog").getByRole("button", { name: "Lämna över" }).press("Enter");
  await receipt(page, "Uppgift lämnad till Rondlaget");
  await as("bo", "/inkorg/uppgifter", async (bo) => {
    await bo.getByLabel(/^Klar, Beställ intyg/).press("Enter");
    await receipt(bo, "Klar: Beställ intyg");
    await bo.getByText("Inga övriga uppgifter.").waitFor();
  });
  const [task] = await found("anna", `/Task?code=${encodeURIComponent(`${SYSTEM}|todo`)}&patient=kim`);
  assert.deepEqual([task.status, task.owner.display, task.requester.display], ["completed", "Bo Prov, Överläkare", "Anna Prov, Överläkare"]);
}));

const outcome = (status) => ({ status, contentType: "application/fhir+json", body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "processing", details: { text: "fel" } }] }) });
/** written: the service is let know of it. */
const FAULTS = {
  "cut before": { run: (route) => route.abort("connectionreset") },
  "cut after it was written": { written: true, run: async (route) => { await route.fetch(); await route.abort("connectionreset"); } },
  "403": { run: (route) => route.fulfill(outcome(403)) },
  "422": { run: (route) => route.fulfill(outcome(422)) },
  "500": { run: (route) => route.fulfill(outcome(500)) },
  "500 after it was written": { written: true, run: async (route) => { await route.fetch(); await route.fulfill(outcome(500)); } },
  "a page": { run: (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<html>" }) },
  "no answer, but written": { written: true, run: async (route) => { await route.fetch(); } },
  "garbage, but written": { written: true, run: async (route) => { await route.fetch(); await route.fulfill({ status: 201, contentType: "application/fhir+json", body: "\u0001" }); } },
};

test("sending with each fault on the way: it is told truly, written once at most, and what was written is still there", { timeout: 180_000 }, () => as("anna", "/inkorg", async (page) => {
  await page.addInitScript((ms) => {
    const limit = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (wanted) => limit(Math.min(wanted, ms));
  }, TIMEOUT_MS);
  for (const [n, [name, fault]] of Object.entries(FAULTS).entries()) {
    const topic = `Fel nummer ${n} på vägen`;
    await page.goto(`${server.origin}/inkorg/nytt`);
    await page.getByRole("combobox", { name: "Till" }).locator("option", { hasText: "Bo Prov" }).waitFor({ state: "attached" });
    await page.getByRole("combobox", { name: "Till" }).selectOption({ label: "Bo Prov, Överläkare" });
    await page.getByRole("textbox", { name: "Rubrik" }).fill(topic);
    await page.getByRole("textbox", { name: "Meddelande" }).fill("Text");
    let calls = 0;
    await page.route((url) => url.pathname === "/fhir", (route) => (route.request().method() === "POST" && ++calls === 1 ? fault.run(route) : route.continue()));
    await page.getByRole("button", { name: "Skicka" }).click();
    const line = page.locator(".receipt-strip [data-key]").first();
    await page.waitForFunction(() => ["saved", "failed", "unsure"].includes(document.querySelector(".receipt-strip [data-key]")?.dataset.state ?? ""), null, { timeout: 30_000 });
    const state = await line.getAttribute("data-state");
    await page.unrouteAll({ behavior: "ignoreErrors" });
    const times = (await found("anna", "/Communication?_count=200")).filter((one) => one.topic.text === topic).length;
    assert.notEqual(state, "unsure", name);
    assert.equal(times, state === "saved" ? 1 : 0, `${name}: ${state}`);
    if (fault.written) assert.equal(state, "saved", name);
    if (state === "failed") {
      await page.getByRole("alert").getByText(/Det kunde inte sparas/).waitFor();
      assert.equal(await page.locator("#compose-topic").inputValue(), topic, name);
      await page.getByRole("button", { name: "Skicka" }).click();
      await receipt(page, "Meddelande skickat");
    }
    assert.equal((await found("anna", "/Communication?_count=200")).filter((one) => one.topic.text === topic).length, 1, name);
  }
}));

/** Each call of the screens that asks something: when it fails, the screen says so and the rest is there. */
const READS = [["/inkorg", /\/fhir\/Task\?.*owner/, "Uppgifterna kunde inte läsas"], ["/inkorg", /\/fhir\/Composition/, "Det osignerade kunde inte läsas"], ["/inkorg/skickat", /\/fhir\/Task\?.*requester/, "Uppgifterna kunde inte läsas"], ["/inkorg/klart", /\/fhir\/Task\?.*completed/, "Uppgifterna kunde inte läsas"], ["/inkorg/lag", /\/fhir\/CareTeam/, ""], ["/inkorg/nytt", /\/fhir\/PractitionerRole/, ""]];
for (const [path, call, words] of READS)
  test(`what cannot be read is said, and asked for again: ${path}, ${call.source}`, () => as("anna", "/kvitton", async (page) => {
    await page.route(call, (route) => route.fulfill(outcome(500)));
    await page.goto(server.origin + path);
    const box = page.locator(".failure", { hasText: words }).or(page.locator("[role=alert]", { hasText: "Försök igen" })).first();
    await box.waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.getByRole("button", { name: "Försök igen" }).first().press("Enter");
    await page.getByRole("button", { name: "Försök igen" }).first().waitFor({ state: "detached" });
  }));

const SCREENS = ["/inkorg", "/inkorg/skickat", "/inkorg/klart", "/inkorg/nytt", "/inkorg/uppgift.kim", "/inkorg/lag"];
const ENGLISH = /\b(the|message|messages|task|tasks|team|unit|send|reply|draft|loading|new|due|done|read by)\b/i;
for (const [mode, options] of Object.entries(ALL_MODES))
  test(`axe finds nothing, nothing scrolls sideways, no English: ${mode}`, () => as("bo", SCREENS[0], async (page) => {
    const [task] = await found("bo", `/Task?code=${encodeURIComponent(`${SYSTEM}|message`)}&patient=kim`);
    for (const path of [...SCREENS, `/inkorg/meddelande.${task.id}`]) {
      await page.goto(server.origin + path);
      await page.locator(".inbox h1").waitFor();
      await page.waitForFunction(() => document.querySelector(".skeleton") === null && document.querySelector(".inbox-list, .compose, .teams, .thread") !== null);
      assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${mode} ${path} scrolls sideways`);
      assert.doesNotMatch(await page.evaluate(() => document.querySelector("main").innerText), ENGLISH, path);
      if (mode === "light" || mode === "narrow") await shot(page, `${mode}-${path.split("/").at(-1).split(".")[0]}`);
    }
  }, options));
