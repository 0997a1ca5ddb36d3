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
  for (const account of ["overlakare", "handlaggare", "beslutsfattare", "processansvarig"]) cookie[account] = await region.cookie(account);
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
