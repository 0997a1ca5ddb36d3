// SPDX-License-Identifier: Apache-2.0
// npm fhirclient, unmodified, in chromium: an app on another origin is opened by itself and from here, asks on our page, gets a
// token, reads, refreshes, and has nothing left when the person logs out or takes the access back.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { closed, forget, makeData, PASSWORD } from "../http/accounts.mjs";
import { axeFaults, openPage, startBrowser } from "./harness.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const program = process.env.HELHET_BIN ?? join(ROOT, "build/helhet");
const library = readFileSync(join(ROOT, "node_modules/fhirclient/build/fhir-client.min.js"));
const SCOPE = "launch launch/patient openid fhirUser online_access patient/*.rs";
let data;
let server;
let browser;
let app;
let origin;

const pageOf = (script) => `<!doctype html><meta charset="utf-8"><title>App</title><script src="/fhir-client.js"></script><pre id="out">…</pre><script>
window.FHIR.oauth2.settings.refreshTokenWithClientId = true;
${script}</script>`;
const files = () => ({
  "/fhir-client.js": ["text/javascript", library],
  "/launch.html": ["text/html", pageOf(`FHIR.oauth2.authorize({ clientId: "browser", scope: "${SCOPE}", redirectUri: "${origin}/index.html", iss: new URLSearchParams(location.search).get("iss") ?? "${server.base}" });`)],
  "/index.html": ["text/html", pageOf(`FHIR.oauth2.ready().then(async (client) => {
    window.client = client;
    const p = await client.patient.read();
    document.getElementById("out").textContent = "patient " + p.id + " user " + client.getFhirUser();
  }).catch((e) => { document.getElementById("out").textContent = "fault " + e.message; });`)],
});

before(async () => {
  app = createServer((req, res) => {
    const file = files()[new URL(req.url, origin).pathname];
    res.writeHead(file ? 200 : 404, { "Content-Type": file?.[0] ?? "text/plain" }).end(file?.[1]);
  });
  await new Promise((done) => app.listen(0, "127.0.0.1", done));
  // Another site than ours: localhost, where we are 127.0.0.1.
  origin = `http://localhost:${app.address().port}`;
  data = await makeData();
  const made = spawnSync(program, ["app", "add", "browser", "--name", "Webbläsarappen", "--scope", SCOPE, "--redirect", `${origin}/index.html`, "--launch", `${origin}/launch.html`, "--data", data], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  server = await closed(data);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  app?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

async function logInHere(page) {
  await page.waitForSelector("h1:text-is('Logga in')");
  assert.deepEqual(await axeFaults(page), []);
  await page.fill("#name", "bo");
  await page.fill("#password", PASSWORD);
  await page.click("#login button");
}
async function allow(page, choose) {
  await page.waitForSelector("h1:text-is('En app ber om åtkomst')");
  assert.deepEqual(await axeFaults(page), []);
  assert.match(await page.textContent("main"), /Webbläsarappen/);
  if (choose) {
    await page.fill("#find", "Patient");
    await page.click("#found button");
  }
  await page.click("button[value=yes]");
}
const out = async (page) => {
  await page.waitForFunction(() => /^(patient|fault)/.test(document.getElementById("out")?.textContent ?? ""));
  return page.textContent("#out");
};
const reads = (page) => page.evaluate(() => window.client.request("Patient/pat").then((p) => p.id, (e) => `${e.status ?? e.statusCode ?? e.message}`));
/** From a page of ours, with its cookie. */
const here = (page, path, body) => page.evaluate(async ([p, b]) => {
  const r = await fetch(p, { method: "POST", headers: { "Helhet-Request": "1", "Content-Type": "application/json" }, body: JSON.stringify(b) });
  return [r.status, await r.json()];
}, [path, body]);

async function opened(body) {
  const page = await openPage(browser);
  try {
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}
/** Another page of the same browser. */
async function beside(page, body) {
  const other = await page.context().newPage();
  try {
    return await body(other);
  } finally {
    await other.close();
  }
}
const ended = async (page) => {
  assert.notEqual(await reads(page), "pat");
  await assert.rejects(page.evaluate(() => window.client.refresh()));
};

test("an app opened by itself: login, choice of patient, token, read, refresh; logging out ends it", () => opened(async (page) => {
  await page.goto(`${origin}/launch.html`);
  await logInHere(page);
  await allow(page, true);
  assert.equal(await out(page), "patient pat user Practitioner/bo");
  const first = await page.evaluate(() => window.client.state.tokenResponse.access_token);
  await page.evaluate(() => window.client.refresh());
  assert.notEqual(await page.evaluate(() => window.client.state.tokenResponse.access_token), first);
  assert.equal(await reads(page), "pat");
  await beside(page, async (ours) => {
    await ours.goto(`${server.origin}/auth/apps`);
    assert.equal((await here(ours, "/auth/logout", {}))[0], 200);
  });
  await ended(page);
}));

test("an app opened from here has the patient with it; taking its access back on our page ends it", () => opened(async (page) => {
  await page.goto(`${server.origin}/auth/apps`);
  await logInHere(page);
  await page.waitForSelector("h1:text-is('Appar som har åtkomst')");
  assert.match(await page.textContent("main"), /Ingen app har åtkomst/);
  const [status, launch] = await here(page, "/auth/launch", { app: "browser", patient: "pat" });
  assert.equal(status, 200);
  await page.goto(launch.url);
  await allow(page, false);
  assert.equal(await out(page), "patient pat user Practitioner/bo");
  assert.equal(await reads(page), "pat");
  await beside(page, async (ours) => {
    await ours.goto(`${server.origin}/auth/apps`);
    assert.match(await ours.textContent("section"), /Webbläsarappen \(browser\)[\s\S]*om en patient[\s\S]*Patient: pat/);
    assert.deepEqual(await axeFaults(ours), []);
    await ours.click("section button");
    await ours.waitForSelector("text=Ingen app har åtkomst");
  });
  await ended(page);
}));

test("an answer of no goes back to the app", () => opened(async (page) => {
  await page.goto(`${origin}/launch.html`);
  await logInHere(page);
  await page.waitForSelector("h1:text-is('En app ber om åtkomst')");
  await page.click("button[value=no]");
  assert.match(await out(page), /^fault access_denied/);
}));
