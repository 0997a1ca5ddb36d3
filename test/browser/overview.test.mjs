// SPDX-License-Identifier: Apache-2.0
// Patientöversikt: the storyboard with the next step; the timeline's zoom and filters, in the address and counted; words
// searched for and marked; what is new since the last visit, in another browser too; what changes while one looks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ALL_MODES, axeFaults, MODES, openPage, settled, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { putPatients } from "./patients.mjs";

const CHART = "/patient/web-tolvan";
const TIMELINE = `${CHART}/tidslinje`;
const subject = { reference: "Patient/web-tolvan" };
const UNIT_URL = "https://helhet.example/fhir/StructureDefinition/care-unit";
const LONG = `${"Patienten mår bra, sover gott och äter med god aptit. ".repeat(12)}Inga tecken till borrelia eller annan smitta. ${"Fortsatt kontroll enligt plan. ".repeat(12)}`;
let region;
let browser;

async function fhir(method, path, body) {
  const r = await fetch(`${region.url}/fhir/${path}`, { method, headers: { "Content-Type": "application/fhir+json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  assert.ok(r.ok, `${method} ${path}: ${r.status} ${await r.text()}`);
}
const put = (resource) => fhir("PUT", `${resource.resourceType}/${resource.id}`, resource);
const flag = (id, text) => ({ resourceType: "Flag", id, status: "active", code: { text }, subject });
const ofUnit = (id) => ({ meta: { extension: [{ url: UNIT_URL, valueReference: { reference: `Organization/${id}` } }] } });

before(async () => {
  region = await startRegion();
  browser = await startBrowser();
  await putPatients(region.url);
  await put({ resourceType: "Organization", id: "enhet-infektion", name: "Infektionskliniken" });
  await put({ resourceType: "DocumentReference", id: "lang-text", ...ofUnit("enhet-infektion"), status: "current", docStatus: "final", type: { text: "Infektionskonsult" }, subject, date: "2013-06-11T10:00:00+02:00", description: "Infektionskonsult", content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: Buffer.from(LONG).toString("base64") } }] });
  await put({ resourceType: "Procedure", id: "gammal", ...ofUnit("enhet-infektion"), status: "completed", code: { text: "Lumbalpunktion" }, subject, performedDateTime: "2013-02-03" });
  await put({ resourceType: "Procedure", id: "odaterad", status: "completed", code: { text: "Öronspolning" }, subject });
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (path, body, options) => visitPage(browser, region.url + path, body, { options });
const told = (page) => page.locator(".tl-told").textContent();
const query = (page) => new URL(page.url()).search;
const events = (page) => page.locator(".event");
const name = (page) => page.getByRole("heading", { level: 1, name: "Tolvan Åke Tolvansson" });
const search = async (page, text) => {
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.activeElement?.id === "tl-find");
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.locator(".tl-became", { hasText: text.replaceAll('"', "").split(" ")[0] }).waitFor();
  await settled(page);
};
/** What "Visar N av M" says, and the sum of what it says is hidden. */
function counts(text) {
  const [shown, of] = (/Visar (?:alla )?(\d+)(?: av (\d+))?/.exec(text) ?? []).slice(1).map((n) => (n === undefined ? undefined : Number(n)));
  const hidden = [...(text.split("Dolt av filtren:")[1] ?? "").matchAll(/(\d+) (?:utanför|utan|av|från|som)/g)].reduce((sum, m) => sum + Number(m[1]), 0);
  return { shown, of: of ?? shown, hidden };
}

test("the storyboard: who, warnings, allergies, diagnoses, next step; who it is stays whatever is scrolled", () =>
  visit(CHART, async (page) => {
    await settled(page);
    const board = page.getByRole("complementary", { name: "Patientens sammanfattning" });
    for (const text of ["19121212-1212", "MRSA-bärare", "Penicillin", "Förmaksflimmer, ospecificerat (I489)", "Nästa steg", "12 jan. 2027 10:00", "öppen remiss", "Sedan ditt senaste besök"]) assert.ok(await board.getByText(text).first().isVisible(), text);
    await page.evaluate(() => { scrollTo(0, document.body.scrollHeight); document.querySelector(".storyboard").scrollTop = 10_000; });
    await page.waitForFunction(() => [...document.querySelectorAll("h1")].some((h) => { const r = h.getBoundingClientRect(); return h.textContent.includes("Tolvan Åke Tolvansson") && r.height > 0 && r.top > -1 && r.bottom <= innerHeight; }));
  }));

test("where it does not fit it is one press away, and goes with Esc", () =>
  visit(TIMELINE, async (page) => {
    await settled(page);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const bar = page.locator(".who-bar");
    for (const text of ["Tolvan Åke Tolvansson", "19121212-1212", "MRSA-bärare", "Penicillin"]) assert.ok(await bar.getByText(text).isVisible(), text);
    await bar.getByRole("button", { name: "Sammanfattning" }).press("Enter");
    assert.ok(await page.locator(".storyboard").getByText("Nästa steg").isVisible());
    assert.equal(await page.locator(".storyboard").evaluate((e) => { const r = e.getBoundingClientRect(); return r.bottom <= innerHeight + 1 && r.top >= 0; }), true);
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".storyboard-over").count(), 0);
    assert.equal(new URL(page.url()).pathname, TIMELINE);
  }, MODES.narrow));

test("zoom by keyboard: a bar is gone to with the arrows and Enter, minus goes out, the address says where", () =>
  visit(`${TIMELINE}?tid=202x`, async (page) => {
    await settled(page);
    const all = counts(await told(page));
    assert.equal(all.shown + all.hidden, all.of);
    await page.locator(".tl-axis a[tabindex='0']").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /tid=\d{4}$/.test(location.search));
    const year = query(page);
    const inYear = counts(await told(page));
    assert.ok(inYear.shown > 0 && inYear.shown < all.shown);
    assert.equal(inYear.shown + inYear.hidden, all.of, "what is hidden is counted");
    assert.ok(await page.evaluate(() => document.activeElement?.closest(".tl-axis") !== null), "the focus goes along");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /tid=\d{4}-\d\d$/.test(location.search));
    await page.keyboard.press("-");
    await page.waitForFunction((was) => location.search === was, year);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => /tid=\d{4}-\d\d$/.test(location.search));
  }));

test("zoom by pointer, to a month of long ago; what is outside and undated is told; the bars have a table", () =>
  visit(`${TIMELINE}?tid=2013`, async (page) => {
    await settled(page);
    assert.deepEqual(await page.locator(".day > h3").allTextContents(), ["11 juni 2013", "3 feb. 2013"]);
    const { shown, of, hidden } = counts(await told(page));
    assert.deepEqual([shown, shown + hidden], [2, of]);
    assert.match(await told(page), /1 utan datum/);
    await page.getByRole("link", { name: "februari 2013: 1 uppgift" }).click();
    await page.waitForFunction(() => location.search === "?tid=2013-02");
    assert.equal(await events(page).count(), 1);
    await page.getByText("Staplarna som tabell").click();
    await page.locator(".tl-table tbody tr").first().waitFor();
    assert.equal(await page.locator(".tl-table tbody tr").count(), 28);
    assert.match(await page.getByRole("row", { name: /^3 feb\. 2013/ }).textContent(), /1/);
    await page.getByRole("link", { name: "Tidigare" }).click();
    await page.waitForFunction(() => location.search === "?tid=2013-01");
    assert.equal(await page.getByText("Inget visas med de här filtren.").count(), 1);
    await page.getByRole("button", { name: "Visa allt" }).click();
    await page.waitForFunction(() => location.search === "");
    assert.match(await told(page), /^Visar alla /);
    await page.getByRole("button", { name: /^Visa alla \d+/ }).click();
    await page.locator(".event", { hasText: "Öronspolning" }).waitFor();
  }));

test("kinds and units: each choice says how many; a link opens the same; as a table too", () =>
  visit(TIMELINE, async (page) => {
    await settled(page);
    const all = counts(await told(page)).of;
    await page.getByRole("checkbox", { name: /^Mätvärden/ }).uncheck();
    await page.getByLabel("Enhet").selectOption({ label: "Infektionskliniken (2)" });
    assert.equal(await events(page).count(), 2);
    const filtered = counts(await told(page));
    assert.deepEqual([filtered.shown, filtered.shown + filtered.hidden], [2, all]);
    await page.getByRole("radio", { name: "Tabell" }).check();
    assert.equal(query(page), "?utan=measurements&enhet=enhet-infektion&vy=tabell");
    const link = page.url();
    await visit(link.slice(region.url.length), async (other) => {
      await settled(other);
      assert.deepEqual(await other.locator(".tl-events tbody th").allTextContents(), ["11 juni 2013 10:00", "3 feb. 2013"]);
      assert.deepEqual(counts(await told(other)), filtered);
      await other.emulateMedia({ media: "print" });
      assert.ok(await other.locator(".tl-told").isVisible(), "paper says what is left out");
      assert.equal(await other.locator(".tl-controls").isVisible(), false);
      assert.match(await other.locator(".print-head").textContent(), /Tolvansson 19121212-1212/);
    });
  }));

test("words are found and marked in the list and in the opened note; an excerpt says that it is one", () =>
  visit(CHART, async (page) => {
    await settled(page);
    await search(page, "borreli smitt");
    assert.match(await page.locator(".tl-became").textContent(), /1 träff/);
    assert.deepEqual(await page.locator(".tl-hit mark").allTextContents(), ["borrelia", "smitta"]);
    const excerpt = page.locator(".tl-excerpt");
    assert.match(await excerpt.textContent(), /^Utdrag\[…\].*Inga tecken till borrelia eller annan smitta\..*\[…\]$/s);
    await page.getByRole("link", { name: "Öppna hela texten" }).press("Enter");
    await page.locator(".note-view .note").waitFor();
    assert.equal(await page.locator(".note-view .clinical").textContent(), LONG, "not a character is lost");
    assert.deepEqual(await page.locator(".note-view mark").allTextContents(), ["borrelia", "smitta"]);
    assert.equal(await page.evaluate((url) => location.href.includes("borrel") || url.includes("borrel"), page.url()), false, "what is searched for stands in no address");
    await page.getByRole("button", { name: "Ta bort markeringen" }).press("Enter");
    assert.equal(await page.locator("mark").count(), 0);
  }));

test("a phrase, what is not there, only signs: each is told; the search ends", () =>
  visit(TIMELINE, async (page) => {
    await settled(page);
    await search(page, '"inga tecken till borrelia"');
    assert.deepEqual(await page.locator(".tl-hit mark").allTextContents(), ["Inga tecken till borrelia"]);
    await search(page, "xyzzyx");
    assert.match(await page.locator(".tl-became").textContent(), /Inget i journalen innehåller/);
    await page.locator("#tl-find").fill("?!");
    await page.keyboard.press("Enter");
    await page.getByText("Skriv minst ett ord att söka efter.").waitFor();
    await page.getByRole("button", { name: "Avsluta sökningen" }).count();
    await page.route("**/fhir/_search", (route) => route.fulfill({ status: 503, contentType: "application/fhir+json", body: '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"transient","details":{"text":"provfel"}}]}' }));
    await page.locator("#tl-find").fill("feber");
    await page.keyboard.press("Enter");
    await page.locator(".tl-find [role=alert]", { hasText: "provfel" }).waitFor();
  }));

test("what is new since the last visit: counted, marked and filtered; after a reload and in another browser too", async () => {
  // The visit before ended now: what is written after this is new.
  await visit(CHART, async (page) => {
    const kept = page.waitForResponse((r) => r.url().endsWith("/me/settings/last-visits") && r.request().method() === "PUT");
    await name(page).waitFor();
    await kept;
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const held = await fetch(`${region.url}/me/settings/last-visits`);
  const visits = await held.json();
  const now = new Date().toISOString();
  const moved = { ...visits, "web-tolvan": { since: now, seen: now } };
  const kept = await fetch(`${region.url}/me/settings/last-visits`, { method: "PUT", headers: { "Content-Type": "application/json", "Helhet-Request": "1", "If-Match": held.headers.get("ETag") }, body: JSON.stringify(moved) });
  assert.equal(kept.status, 200, await kept.text());
  await put({ resourceType: "Immunization", id: "ny-vaccination", status: "completed", vaccineCode: { text: "Tetanusvaccin" }, patient: subject, occurrenceDateTime: "2015-03-01" });
  for (const browserNumber of [1, 2]) {
    await visit(CHART, async (page) => {
      const link = page.getByRole("complementary").getByRole("link", { name: /^1 ny eller ändrad uppgift sedan/ });
      await link.waitFor();
      await page.reload();
      await link.press("Enter");
      await page.waitForURL("**/tidslinje?nytt=1");
      await settled(page);
      assert.deepEqual(await page.locator(".event .badge").allTextContents(), ["Nytt"], `browser ${browserNumber}`);
      assert.match(await events(page).textContent(), /Tetanusvaccin/);
      const { shown, of, hidden } = counts(await told(page));
      assert.deepEqual([shown, shown + hidden], [1, of]);
      await page.getByRole("checkbox", { name: "Nytt sedan mitt senaste besök (1)" }).uncheck();
      assert.equal(await page.locator(".tl-bar-new").count(), 1);
    });
  }
});

test("what changes is there without anybody asking; focus and what is being written stay", () =>
  visit(`${CHART}/lakemedel?dialog=ordinera`, async (page) => {
    await settled(page);
    const field = page.locator("main input[type=text], main input[role=combobox], main input[type=search]").first();
    await field.waitFor();
    await field.focus();
    await page.keyboard.type("alved");
    const id = await page.evaluate(() => document.activeElement.id);
    await page.waitForTimeout(500);
    await put(flag("ny-varning", "Svår intubation"));
    await put({ resourceType: "MedicationRequest", id: "nytt-lakemedel", status: "active", intent: "order", medicationCodeableConcept: { text: "Waran 2,5 mg" }, subject, authoredOn: new Date().toISOString(), dosageInstruction: [{ text: "enligt ordination" }] });
    await page.getByRole("complementary").getByText("Svår intubation").waitFor();
    await page.locator("main").getByText("Waran 2,5 mg").first().waitFor();
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.activeElement.value]), [id, "alved"]);
    await fhir("DELETE", "MedicationRequest/nytt-lakemedel");
    await page.locator("main").getByText("Waran 2,5 mg").first().waitFor({ state: "detached" });
    await page.keyboard.type("on");
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.activeElement.value]), [id, "alvedon"]);
    await fhir("DELETE", "Flag/ny-varning");
  }));

test("a timeline that could not be read whole says so", async () => {
  const page = await openPage(browser);
  await page.route("**/fhir/Procedure?*", (route) => route.fulfill({ status: 500, contentType: "application/fhir+json", body: '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}' }));
  await page.goto(`${region.url}${TIMELINE}?tid=2013`);
  await page.getByText("Tidslinjen är inte fullständig. Detta kunde inte läsas: Åtgärder.").waitFor();
  await page.unroute("**/fhir/Procedure?*");
  await page.locator("main").getByRole("button", { name: "Försök igen" }).first().press("Enter");
  await page.locator(".event", { hasText: "Lumbalpunktion" }).waitFor();
  await page.context().close();
});

test("axe finds nothing and nothing scrolls sideways: light, dark, 320 px, 200 %", async () => {
  for (const [mode, options] of Object.entries(ALL_MODES)) {
    await visit(`${TIMELINE}?tid=2013`, async (page) => {
      for (const path of [`${TIMELINE}?tid=2013`, `${TIMELINE}?vy=tabell&utan=flags`]) {
        await page.goto(region.url + path);
        await settled(page);
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
      }
      await search(page, "ingen");
      await page.evaluate(() => scrollTo(0, 0));
      assert.deepEqual(await axeFaults(page), [], `${mode} search`);
      assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} search scrolls sideways`);
    }, options);
  }
});

test("pictures for the handbook, into docs/images with UPDATE=1", () => visit(TIMELINE, async (page) => {
  await settled(page);
  await takePicture(page, "tidslinje");
  // The index of texts is made when the service has begun.
  for (const end = Date.now() + 60_000; Date.now() < end && (await fetch(`${region.url}/fhir/DocumentReference?_content=ingen&_summary=count`)).status !== 200;) await new Promise((resolve) => setTimeout(resolve, 500));
  await search(page, "ingen");
  await page.evaluate(() => scrollTo(0, 0));
  await takePicture(page, "journalsok");
}, PICTURE));
