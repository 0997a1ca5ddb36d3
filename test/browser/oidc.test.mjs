// SPDX-License-Identifier: Apache-2.0
// The button of the outside provider: there, by keyboard, to a real provider (npm oidc-provider) and back to the same screen, in a
// real browser, with its own rules for cookies (SameSite).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

test("an app's page has the button too: there, back, and on to what the app asked", async () => {
  const page = await openPage(browser);
  try {
    const made = spawnSync(process.env.HELHET_BIN ?? "build/helhet", ["app", "add", "provapp", "--name", "Provappen", "--scope", "openid user/*.rs", "--redirect", `${server.origin}/tillbaka`, "--data", data], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    idp.who = { sub: "anna", employeeHsaId: hsa("ANNA"), healthCareUnitHsaId: hsa("KIR") };
    // As long as an app's own state may be: more than what the login itself remembers of where to go.
    const asked = new URLSearchParams({ response_type: "code", client_id: "provapp", redirect_uri: `${server.origin}/tillbaka`, scope: "openid user/*.rs", state: "s".repeat(1500), aud: server.base, code_challenge: "c".repeat(43), code_challenge_method: "S256" });
    await page.goto(`${server.origin}/auth/authorize?${asked}`);
    await page.waitForSelector("button:has-text('Logga in med SITHS')");
    assert.deepEqual(await axeFaults(page), []);
    await page.focus("#outside");
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:text-is('En app ber om åtkomst')");
    assert.match(await page.textContent("main"), /Provappen.*Anna Prov/s);
    await page.click("button[value=yes]");
    await page.waitForURL(`${server.origin}/tillbaka?code=*`);
    assert.equal(new URL(page.url()).searchParams.get("state"), "s".repeat(1500));
    // Nothing kept: it goes nowhere.
    await page.goto(`${server.origin}/auth/back`);
    await page.waitForSelector("#lost:not([hidden])");
    await page.evaluate(() => sessionStorage.setItem("helhet-back", "//evil.example/auth/apps"));
    await page.goto(`${server.origin}/auth/back`);
    await page.waitForSelector("#lost:not([hidden])");
    assert.equal(new URL(page.url()).pathname, "/auth/back");
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
});
