// SPDX-License-Identifier: Apache-2.0
// Administration and review in the browser: accounts from made to disabled, an assignment without analysis plainly told and
// mended, the report of a unit, the log; in both themes and at 320 px, without a fault that axe or the policy can see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closed, forget, login, makeData, named, PASSWORD, raw, role } from "../http/accounts.mjs";
import { axeFaults, MODES, openPage, startBrowser } from "./harness.mjs";

const people = [
  named("Practitioner", "ada", "Ada", "Admin"),
  named("Practitioner", "cia", "Cia", "Granskare"),
  named("Practitioner", "ny", "Nya", "Nyman"),
  role("ada-adm", "ada", "region", { code: "administrator", title: "Systemadministratör" }),
  named("Practitioner", "signe", "Signe", "Själv", { identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "189001019802" }] }),
  named("Patient", "self", "Signe", "Själv", { identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "18900101-9802" }] }),
  role("signe-med", "signe", "med"),
  role("cia-log", "cia", "region", { code: "controller", title: "Loggranskare" }),
];
let data;
let server;
let browser;
before(async () => {
  data = await makeData(people, [["ada", "Practitioner/ada"], ["cia", "Practitioner/cia"], ["signe", "Practitioner/signe"]]);
  server = await closed(data);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

async function visit(name, path, body, options, password = PASSWORD) {
  const page = await openPage(browser, options);
  try {
    await page.goto(server.origin + path);
    await page.fill("input[name=name]", name);
    await page.fill("input[name=password]", password);
    await page.keyboard.press("Enter");
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

const heading = (page, text) => page.waitForSelector(`#admin-heading:has-text("${text}")`);
async function faultless(page) {
  assert.deepEqual(await axeFaults(page), []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing scrolls sideways");
}

for (const [mode, options] of Object.entries(MODES)) {
  test(`administration: ${mode}`, () => visit("ada", "/administration", async (page) => {
    await page.waitForSelector(".admin-table tbody tr");
    await faultless(page);
    await page.click("button:text-is('Nytt konto')");
    await page.waitForSelector("dialog[open]");
    await faultless(page);
    await page.keyboard.press("Escape");
    await page.goto(`${server.origin}/administration/enheter/kir`);
    await heading(page, "Vem kan se vad: Kirurgkliniken");
    // Plainly in red, and in words.
    await page.waitForSelector(".admin-card.unfit .bad:text-is('Behovs- och riskanalys saknas')");
    await faultless(page);
  }, options));
  test(`review of the log: ${mode}`, () => visit("cia", "/administration/logg", async (page) => {
    await page.waitForSelector(".admin-table tbody tr");
    await page.waitForSelector(".admin-table a:text-matches('Ada Admin|Cia Granskare')");
    await faultless(page);
    assert.equal(await page.isVisible(".admin-tabs a:text-is('Konton')"), false);
    await page.click(".admin-tabs a:text-is('Flaggor')");
    await heading(page, "Flaggade åtkomster");
    await page.waitForSelector(".box-warn, .empty");
    await faultless(page);
    await page.click(".admin-tabs a:text-is('Stickprov')");
    await heading(page, "Slumpmässigt stickprov");
    await page.click("button:text-is('Dra stickprov')");
    await page.waitForSelector(".admin-table tbody tr");
    await faultless(page);
  }, options));
}

test("an account is made, its one-time password must be changed, and it is disabled", async () => {
  let once = "";
  await visit("ada", "/administration/konton", async (page) => {
    await page.click("button:text-is('Nytt konto')");
    await page.fill("dialog input[name=account]", "ny");
    await page.fill("dialog input[type=search]", "nyman");
    await page.click(".pick:has-text('Nya Nyman')");
    await page.click("button:text-is('Skapa konto')");
    once = (await page.textContent("code.once")) ?? "";
    assert.match(once, /^[a-z]{4}(-[a-z]{4}){3}$/);
    await page.waitForSelector("tr:has(th:text-is('ny')) >> text=Väntar på eget lösenord");
  });
  await visit("ny", "/", async (page) => {
    await page.waitForSelector("h1:text-is('Välj ett eget lösenord')");
    await faultless(page);
    await page.fill("input[name=old]", once);
    await page.fill("input[name=new]", PASSWORD);
    await page.fill("input[name=again]", PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:text-is('Välj uppdrag')"); // there is none yet
  }, undefined, once);
  await visit("ada", "/administration/konton", async (page) => {
    await page.click("tr:has(th:text-is('ny')) button:text-is('Stäng av')");
    await page.waitForSelector("dialog[open]");
    await page.click("dialog button:text-is('Stäng av')");
    await page.waitForSelector("tr:has(th:text-is('ny')) >> text=Avstängt");
    // One's own has no such button.
    assert.equal(await page.isVisible("tr:has(th:has-text('ada')) button:text-is('Stäng av')"), false);
  });
});

test("an assignment gets its analysis, and ends", () => visit("ada", "/administration/enheter/kir", async (page) => {
  await page.waitForSelector(".admin-card.unfit .bad");
  await page.click(".admin-card.unfit:has(.bad:text-is('Behovs- och riskanalys saknas')) button:text-is('Länka analys')");
  await page.click("dialog .admin-radios label:has-text('Behovs- och riskanalys')");
  await page.click("dialog button:text-is('Länka analys')");
  await page.waitForSelector("text=Analysen är länkad för Anna Prov.");
  await page.waitForFunction(() => !document.body.textContent.includes("Behovs- och riskanalys saknas"));
  const before = await page.locator(".badge:text-is('Kan användas')").count();
  await page.click("button:text-is('Avsluta uppdrag') >> nth=0");
  await page.click("dialog button:text-is('Avsluta uppdrag')");
  await page.waitForSelector("text=är avslutat.");
  await page.waitForFunction((n) => document.querySelectorAll(".badge-good").length < n, before);
}));

test("who has neither right sees neither the way nor the screen", () => visit("bo", "/administration/konton", async (page) => {
  await page.waitForSelector(".box-warn");
  assert.match(await page.textContent("main"), /ger inte rätt till det här/);
  assert.equal(await page.isVisible(".topbar a[href='/administration']"), false);
}));

test("a pattern is reviewed from its card; the member of staff sees their own log, and nobody's reviews", async () => {
  const cookie = await login(server, "signe");
  for (let i = 0; i < 2; i++) assert.equal((await raw(server, "GET", "/fhir/Patient/self", { headers: cookie })).status, 200);
  await visit("cia", "/administration/flaggor", async (page) => {
    const card = ".admin-card:has-text('Egen journal')";
    await page.waitForSelector(`${card}:has-text('Signe Själv')`); // names are read after what they are of
    assert.match(await page.textContent(card), /Signe Själv.*2 åtkomster/s);
    await page.focus(`${card} button:text-is('Granska')`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".admin-dialog[open]");
    assert.match(await page.textContent(".admin-dialog"), /2 senaste åtkomster/);
    await faultless(page);
    await page.click(".admin-dialog label:has-text('Fråga ställd')");
    await page.click(".admin-dialog button[type=submit]");
    await page.waitForSelector(".admin-dialog [role=alert]:has-text('Skriv en anteckning')");
    await page.fill(".admin-dialog textarea", "Frågat om det var i tjänsten.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".admin-dialog", { state: "detached" });
    for (let i = 0; i < 20 && !/2 granskade/.test(await page.textContent(card)); i++) {
      await page.click("form.admin-bar button[type=submit]");
      await page.waitForTimeout(150);
    }
    assert.match(await page.textContent(card), /2 granskade/);
    await faultless(page);
  });
  await visit("signe", "/", async (page) => {
    await page.click(".whoami");
    await page.waitForSelector("dialog[open] a:has-text('Appar som har åtkomst')");
    assert.equal(await page.getAttribute("dialog a:has-text('Appar som har åtkomst')", "href"), "/auth/apps");
    await page.focus("dialog a:has-text('Min logg')");
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:text-is('Min logg')");
    await page.waitForSelector("tbody tr:has-text('Läste: patientuppgift') a.who:text-is('self')");
    assert.equal(new URL(page.url()).pathname, "/min-logg");
    assert.equal(await page.isVisible("dialog[open]"), false);
    // What is told is what was done: not that it was found, nor that anybody has reviewed it.
    assert.doesNotMatch(await page.textContent("main"), /Egen journal|Granskad|Frågat/i);
    await faultless(page);
    await page.fill("input[name=to]", "2020-01-01");
    await page.click("form.admin-bar button[type=submit]");
    await page.waitForSelector(".empty");
    await page.goto(`${server.origin}/auth/apps`);
    await page.waitForSelector("h1:text-is('Appar som har åtkomst')");
  });
});

test("one's own and a colleague's record: told before it is opened, in one step, once, and never locked", async () => {
  for (const [name, heading] of [["signe", "Det här är din egen journal"], ["bo", "Det här är en kollegas journal"]])
    await visit(name, "/patient/self", async (page) => {
      const asked = [];
      page.on("request", (r) => asked.push(r.url()));
      await page.waitForSelector(`h1:text-is('${heading}')`);
      assert.match(await page.textContent("main"), /märks.*granskas/);
      assert.equal(asked.some((url) => /\/fhir\/(Patient\/self$|Observation|Condition)/.test(url)), false, "nothing of the record is read before");
      assert.match(await page.evaluate(() => document.activeElement.textContent), /Öppna journalen/);
      await faultless(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".storyboard");
      // Once is enough while the page lives.
      await page.click(".topbar a.brand");
      await page.waitForSelector("#sok");
      await page.goBack();
      await page.waitForSelector(".storyboard");
    });
  await visit("signe", "/patient/pat", (page) => page.waitForSelector(".storyboard"));
  // No answer keeps nobody out.
  await visit("signe", "/", async (page) => {
    await page.waitForSelector("#sok");
    await page.route("**/$access-explain?near=true", (r) => r.abort());
    await page.evaluate(() => { history.pushState(null, "", "/patient/self"); dispatchEvent(new PopStateEvent("popstate")); });
    await page.waitForSelector(".storyboard");
    page.faults.length = 0;
  });
});
