// SPDX-License-Identifier: Apache-2.0
// The button of the outside provider: there, by keyboard, to a real provider (npm oidc-provider) and back to the same screen, in a
// real browser, with its own rules for cookies (SameSite).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget } from "../http/accounts.mjs";
import { configure, hsa, listen, makeStaff, realProvider } from "../http/provider.mjs";
import { axeFaults, openPage, startBrowser } from "./harness.mjs";

const SECRET = "hemlig-nyckel-for-prov";
let data, idp, server, browser;
before(async () => {
  data = await makeStaff();
  idp = await listen();
  server = await closed(data, ["--oidc", configure(data, idp.origin, { secret: SECRET })]);
  await realProvider(server, idp, { client_secret: SECRET, token_endpoint_auth_method: "client_secret_basic" });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  await idp?.close();
  if (data) forget(data);
});

test("Logga in med SITHS leads back to the same screen, and logging out ends it there too", async () => {
  const page = await openPage(browser);
  try {
    idp.who = { sub: "anna", employeeHsaId: hsa("ANNA"), healthCareUnitHsaId: hsa("KIR") };
    await page.goto(`${server.origin}/patient/pat`);
    await page.waitForSelector("button:text-is('Logga in med SITHS')");
    assert.deepEqual(await axeFaults(page), []);
    await page.focus("button.outside");
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:has-text('Patient')");
    assert.equal(new URL(page.url()).pathname, "/patient/pat");
    assert.match(await page.textContent(".topbar"), /Anna Prov.*Kirurgkliniken/);
    await page.click(".top-action:has-text('Logga ut')");
    await page.waitForURL(`${idp.origin}/**`);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
});

test("who has no assignment is told so in Swedish, and finds the way back", async () => {
  const page = await openPage(browser);
  try {
    idp.who = { sub: "dan", employeeHsaId: hsa("DAN") };
    await page.goto(`${server.origin}/`);
    await page.click("button.outside");
    await page.waitForSelector("h1:text-is('Inloggningen gick inte')");
    assert.match(await page.textContent("main"), /inget uppdrag här som kan användas/);
    assert.deepEqual(await axeFaults(page), []);
    await page.click("a");
    await page.waitForSelector("h1:text-is('Logga in')");
  } finally {
    await page.context().close();
  }
});
