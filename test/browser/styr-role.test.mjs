// SPDX-License-Identifier: Apache-2.0
// Steering with login, on the demo: what a role may not do is not offered; the one with the mandate signs in their own name, and
// whoever answers for the process enters the decision into its initiative.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask } from "../http/server.mjs";
import { startDemo } from "./demo.mjs";
import { startBrowser, visitPage } from "./harness.mjs";

const CASE = "shlr-2";
let region;
let browser;
const cookie = {};
before(async () => {
  region = await startDemo({ patients: "20" });
  for (const account of ["overlakare", "handlaggare", "beslutsfattare", "processansvarig", "patientsakerhet", "ekonom", "diarium", "kommunikator"]) cookie[account] = await region.cookie(account);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (account, path, body) => visitPage(browser, `${region.server.origin}/styrning/${path}`, body, { cookie: cookie[account] });
const read = async (path) => (await ask(region.server, "GET", `${region.server.origin}/styr/${path}`, { headers: { Cookie: cookie.processansvarig } })).json;
const offered = (page, name) => page.getByRole("button", { name }).count();

test("a physician reads, asks and reports; nothing that would be refused is offered", async () => {
  await visit("overlakare", "risker", async (page) => {
    await page.locator("main tbody tr").first().waitFor();
    assert.deepEqual([await offered(page, "Ny risk"), await offered(page, /^Ändra/)], [0, 0]);
  });
  await visit("overlakare", "tavla", async (page) => {
    await page.locator(".styr-card").first().waitFor();
    assert.equal(await offered(page, "Föreslå en idé"), 0);
  });
  await visit("overlakare", "fragor", async (page) => {
    await page.locator("main article").first().waitFor();
    assert.deepEqual([await offered(page, "Ställ en fråga"), await offered(page, /^Svara/), await offered(page, "Rapportera")], [1, 0, 1]);
  });
});

test("who prepares does not decide; who has the mandate signs, and the decision is entered", async () => {
  await visit("handlaggare", `arende/${CASE}`, async (page) => {
    await page.getByRole("heading", { name: "Ställningstaganden" }).waitFor();
    assert.deepEqual([await offered(page, "Fatta beslut"), await offered(page, "Lägg till ställningstagande")], [0, 1]);
  });
  await visit("beslutsfattare", `arende/${CASE}`, async (page) => {
    await page.getByRole("button", { name: "Fatta beslut" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Underteckna beslutet" }).click();
    const decision = page.locator("[data-decision]");
    await decision.waitFor();
    assert.match(await decision.innerText(), /Bifall[\s\S]*Slutligt/);
  });
  const initiative = (await read(`DecisionCase/${CASE}`)).initiative.reference;
  const was = (await read(initiative)).phase;
  await visit("processansvarig", `initiativ/${initiative.split("/")[1]}`, async (page) => {
    await page.getByRole("button", { name: /^För in beslutet/ }).click();
    await page.getByRole("button", { name: /^För in beslutet/ }).waitFor({ state: "detached" });
  });
  assert.equal((await read(initiative)).phase, was + 1);
});

/** A checkpoint of the demo with a soft criterion, opened now by who answers for the process. */
async function openedCheckpoint() {
  const write = (method, path, body) => ask(region.server, method, `${region.server.origin}/styr/${path}`, { body, headers: { Cookie: cookie.processansvarig, "Helhet-Request": "1" } });
  const criterion = [{ code: "E12", title: "Andra per superanvändare", measure: "super-users", comparator: "le", target: 8, severity: "soft", overridable: true, maxAgeDays: 30, evidenceKind: "measured" }];
  const definition = (await write("POST", "CheckpointDefinition", { resourceType: "CheckpointDefinition", status: "active", name: "T-7", offsetDays: -7, lockedOn: "2026-01-01", criterion })).json;
  const unit = (await ask(region.server, "GET", "/Organization?_count=1", { headers: { Cookie: cookie.processansvarig } })).json.entry[0].resource.id;
  const opened = await write("POST", `CheckpointDefinition/${definition.id}/$open?unit=Organization/${unit}`);
  assert.equal(opened.status, 201, opened.text);
  return opened.json.id;
}

test("a waiver is given by who answers for it, with owner, workaround, motivation and an end; to who does not it is neither offered nor open", async () => {
  const id = await openedCheckpoint();
  await visit("ekonom", `avstamning/${id}`, async (page) => {
    await page.locator("article", { hasText: "E12" }).waitFor();
    assert.deepEqual([await offered(page, /Ge undantag/), await offered(page, "Frys avstämningen")], [0, 0]);
  });
  const was = await read(`ReadinessCheckpoint/${id}`);
  const refused = await ask(region.server, "PUT", `${region.server.origin}/styr/ReadinessCheckpoint/${id}`, { body: was, headers: { Cookie: cookie.ekonom, "Helhet-Request": "1", "If-Match": `W/"${was.meta.versionId}"` } });
  assert.equal(refused.status, 403);
  await visit("patientsakerhet", `avstamning/${id}`, async (page) => {
    await page.getByRole("button", { name: /^Ge undantag/ }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    const form = { "Tillfällig lösning": "Två kollegor från grannavdelningen", Motivering: "Utbildningen är bokad", "Gäller till": "2020-01-01" };
    for (const [label, text] of Object.entries(form)) await dialog.getByLabel(label, { exact: true }).fill(text);
    assert.equal(await dialog.getByRole("button", { name: /^Ta bort .*Ansvarig$/ }).count(), 1, "oneself, unless another is chosen");
    await page.keyboard.press("Enter");
    await dialog.getByText(/ett slutdatum som inte har passerat/).waitFor();
    assert.equal(await dialog.getByLabel("Tillfällig lösning").inputValue(), form["Tillfällig lösning"], "nothing is lost");
    assert.ok(await dialog.getByLabel("Gäller till").evaluate((one) => one === document.activeElement), "where it is wrong");
    await dialog.getByLabel("Gäller till").fill("2099-01-31");
    await page.keyboard.press("Enter");
    await page.locator("article", { hasText: "Två kollegor" }).waitFor();
  });
  const { waiver } = (await read(`ReadinessCheckpoint/${id}`)).result[0];
  assert.deepEqual([waiver.workaround, waiver.motivation, waiver.expires], ["Två kollegor från grannavdelningen", "Utbildningen är bokad", "2099-01-31"]);
  assert.match(waiver.owner.reference, /^PractitionerRole\//);
  await visit("patientsakerhet", `avstamning/${id}`, async (page) => {
    await page.locator(".styr-sum", { hasText: "Go med villkor" }).waitFor();
    await page.getByRole("button", { name: /^Ändra undantag/ }).waitFor();
    await page.getByRole("button", { name: /^Ta tillbaka undantag/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText(/står kvar i historiken/).waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Ta tillbaka undantag" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Ge undantag/ }).waitFor();
  });
  const without = await read(`ReadinessCheckpoint/${id}`);
  assert.deepEqual([without.result[0].waiver, without.verdict], [undefined, "incomplete"]);
});

const press = async (target) => { await target.focus(); await target.page().keyboard.press("Enter"); };
/** Searches for who it is, goes to the hit with Tab and takes it. */
async function pick(dialog, label, text) {
  const page = dialog.page();
  await dialog.getByLabel(label, { exact: true }).focus();
  await page.keyboard.type(text);
  const hit = dialog.locator(".picks button", { hasText: text }).first();
  await hit.waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await dialog.locator(".styr-held", { hasText: text }).waitFor();
}

test("the registrar enters a mandate and gives none to themselves; others are offered none", async () => {
  await visit("processansvarig", "medlemmar", async (page) => {
    await page.locator("main article").first().waitFor();
    assert.deepEqual([await offered(page, "Nytt mandat"), await offered(page, "Nytt organ"), await offered(page, /^Avsluta/)], [0, 0, 0]);
  });
  await visit("diarium", "medlemmar", async (page) => {
    await press(page.getByRole("button", { name: "Nytt mandat" }));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Verkställighetsbeslut").check();
    await dialog.getByLabel("Omfattar allt").check();
    await dialog.getByLabel("Källa, till exempel delegationsordning").fill("Delegationsordning (prov)");
    await pick(dialog, "Innehavare", "Registrator");
    await press(dialog.getByRole("button", { name: "Spara" }));
    await dialog.getByText(/ingen ger sig själv ett mandat/).waitFor();
    assert.ok(await dialog.getByLabel("Innehavare").evaluate((one) => one === document.activeElement), "it stands at the holder");
    await press(dialog.getByRole("button", { name: /^Ta bort .*Innehavare$/ }));
    await pick(dialog, "Innehavare", "Portföljägare");
    await press(dialog.getByRole("button", { name: "Spara" }));
    await page.locator("main tbody tr", { hasText: "Delegationsordning (prov)" }).waitFor();
  });
  const mandates = (await read("Mandate?_sort=-_lastUpdated&_count=1")).entry[0].resource;
  assert.deepEqual([mandates.status, mandates.kind, mandates.allScope, mandates.source], ["active", ["verkstallighet"], true, "Delegationsordning (prov)"]);
});

test("a theme is set by a person in their own name", async () => {
  const told = (await read("Experience?_count=50")).entry.map((e) => e.resource).at(-1);
  await visit("kommunikator", "erfarenheter", async (page) => {
    await press(page.locator("main tbody tr", { hasText: told.statement.slice(0, 40) }).getByRole("button", { name: /^Sätt tema/ }).first());
    const dialog = page.getByRole("dialog");
    await dialog.locator("datalist option[value=utbildning]").waitFor({ state: "attached" }); // what others have set is offered
    await dialog.getByLabel("Tema").fill("Provat tema");
    await page.keyboard.press("Enter");
    await page.locator("main tbody tr", { hasText: "Provat tema" }).first().waitFor();
  });
  const coded = (await read(`Experience/${told.id}`)).coding.at(-1);
  assert.deepEqual([coded.theme, coded.coderKind], ["Provat tema", "human"]);
  assert.match(coded.coder.reference, /^PractitionerRole\//);
});
