// SPDX-License-Identifier: Apache-2.0
// Anteckning, by keyboard alone: from template to signed in three presses beyond the text, exactly what was typed in
// the record and on paper, correction with both wordings, countersignature, two who write at once, the unsigned list.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { closed, forget, login, makeData, named, PASSWORD, role } from "../http/accounts.mjs";
import { ask } from "../http/server.mjs";
import { notes } from "../notes.mjs";
import { BUDGET } from "./budgets.mjs";
import { ALL_MODES, axeFaults, MODES, openPage, startBrowser, visitPage } from "./harness.mjs";

const BEYOND_TEXT_MAX = BUDGET.flows["note-beyond-text"];
const TYPED = 25;
const SLOW_READ_MS = 500;
const NOW = new Date().toISOString();
const encounter = (patient) => ({ resourceType: "Encounter", id: `enc-${patient}`, status: "in-progress", class: { code: "IMP" }, subject: { reference: `Patient/${patient}` }, period: { start: NOW }, serviceProvider: { reference: "Organization/med", display: "Medicinkliniken" } });
const other = { ...named("Patient", "other", "Olga", "Annan"), identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "191212121212" }] };
const AUTHOR = { reference: "PractitionerRole/anna-med", display: "Anna Prov, Överläkare" };
const earlier = (id, title) => ({
  resourceType: "Composition", id, status: "final", type: { text: title }, subject: { reference: "Patient/pat" }, date: "2026-10-01T08:00:00+02:00", author: [AUTHOR], title,
  attester: [{ mode: "legal", time: "2026-10-01T09:00:00+02:00", party: AUTHOR }], section: [{ title: "Aktuellt", text: { status: "additional", div: "<div xmlns=\"http://www.w3.org/1999/xhtml\">Inga besvär.</div>" } }],
});
let data;
let server;
let browser;

before(async () => {
  data = await makeData([
    encounter("pat"), other, encounter("other"), earlier("earlier-1", "Nybesök"), earlier("earlier-2", "Återbesök"),
    named("Practitioner", "sekr", "Siv", "Prov"), role("sekr-med", "sekr", "med", { code: "secretary", title: "Medicinsk sekreterare" }),
  ], [["siv", "Practitioner/sekr"]]);
  server = await closed(data, ["--web", "build/web"]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const assignmentOf = (name) => `PractitionerRole/${name === "siv" ? "sekr" : name}-med`;

/** A logged-in page; the test's own context, closed afterwards. */
async function as(name, path, body, options = MODES.light) {
  const { Cookie } = await login(server, name, { assignment: assignmentOf(name) });
  await visitPage(browser, server.origin + path, body, { options, cookie: Cookie });
}

const asked = async (name, path, options = {}) => {
  const r = await ask(server, options.method ?? "GET", path, { ...options, headers: { ...(await login(server, name, { assignment: assignmentOf(name) })), "Helhet-Request": "1", ...options.headers } });
  assert.ok(r.status < 300, `${r.status} ${r.text}`);
  return r.json;
};
const field = (page, title) => page.getByRole("textbox", { name: title, exact: true });
const focusedIn = (page, title) => page.waitForFunction((t) => document.activeElement?.matches("textarea") && document.activeElement.labels[0]?.textContent === t, title);
const idIn = (page) => new URL(page.url()).pathname.split("/").pop();

test("from template to signed: at most three presses beyond the text", () => as("anna", "/patient/pat", async (page) => {
  await page.waitForSelector("h1:has-text('Per Patient')");
  await page.keyboard.press("n");
  await focusedIn(page, "Anteckning");
  let beyond = 0;
  const press = async (key) => { beyond++; await page.keyboard.press(key); };
  await page.keyboard.type(".dagsnotat");
  await press("Tab");
  await focusedIn(page, "Aktuellt");
  await page.keyboard.type("Mår bättre. Ingen feber, ingen blödning. Temp 37,5 °C.");
  await press("Tab");
  await focusedIn(page, "Bedömning och plan");
  await page.keyboard.type("Ej sepsis. Fortsatt behandling.");
  assert.match(await page.textContent(".note-for"), /Per Patient/);
  assert.match(await page.textContent(".note-for"), /Signeras av Anna Prov, Överläkare/);
  await press("Control+Enter");
  await page.waitForSelector(".note-view .note h3:text-is('Dagsnotat')");
  assert.ok(beyond <= BEYOND_TEXT_MAX, `${beyond} presses`);
  const note = await asked("anna", `/Composition/${idIn(page)}`);
  assert.equal(note.status, "final");
  assert.deepEqual(note.section.map((s) => s.title), ["Aktuellt", "Bedömning och plan"]);
  assert.deepEqual(note.attester.map((a) => [a.mode, a.party.reference, typeof a.time]), [["legal", "PractitionerRole/anna-med", "string"]]);
  assert.equal(note.encounter.reference, "Encounter/enc-pat");
  assert.match(await page.textContent(".note-view"), /Ingen feber, ingen blödning\. Temp 37,5 °C\./);
  assert.match(await page.textContent(".note-by"), /Signerad av Anna Prov, Överläkare/);
}));

/** What is typed: everything that is easily lost. A field's line ends are \n, by HTML. */
const HARD = "Ingen blödning; ej feber, utan hosta.\n\n\n\n  indrag   kvar\ta\u030angest e\u0301 ≥ 38,5 °C\n<b>inte fet</b> & \"citat\" \\n &#13; 👩‍⚕️ 0,50 mg\ningen";

async function paste(page, text) {
  await page.evaluate((t) => document.execCommand("insertText", false, t), text);
}

test("what is typed is in the record, on the screen and on paper, character for character", () => as("anna", "/patient/pat/anteckningar/ny", async (page) => {
  await focusedIn(page, "Anteckning");
  await page.keyboard.type("ingen");
  await page.keyboard.press("Enter");
  await paste(page, HARD);
  assert.equal(await field(page, "Anteckning").inputValue(), `ingen\n${HARD}`);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(".note-view .clinical");
  assert.equal(await page.textContent(".note-view .clinical"), `ingen\n${HARD}`);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.textContent(".note-view .clinical"), `ingen\n${HARD}`);
  assert.equal(await page.isVisible(".print-head"), true);
  assert.equal(await page.isVisible(".note-acts"), false);
  await page.emulateMedia({ media: "screen" });
  await page.reload();
  await page.waitForSelector(".note-view .clinical");
  assert.equal(await page.textContent(".note-view .clinical"), `ingen\n${HARD}`);
}));

test("a sample of the 10,000 notes, put in by the browser: none is changed in the record", () => as("anna", "/patient/other/anteckningar/ny", async (page) => {
  const texts = notes(TYPED, 7).map((text) => text.replace(/\r\n?/g, "\n"));
  for (const text of texts) {
    await page.goto(`${server.origin}/patient/other/anteckningar/ny`);
    await focusedIn(page, "Anteckning");
    await paste(page, text);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note-view .clinical");
    assert.equal(await page.textContent(".note-view .clinical"), text);
  }
  const held = await asked("anna", "/Composition?patient=other&_count=100");
  assert.equal(held.entry.length, TYPED);
}));

test("a correction: both wordings whole, what changed, by whom, when and why", () => as("anna", "/patient/pat/anteckningar/ny", async (page) => {
  await focusedIn(page, "Anteckning");
  await page.keyboard.type("Patienten har blödning från höger öra.");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Rätta" }).click();
  await focusedIn(page, "Anteckning");
  await field(page, "Anteckning").fill("Patienten har ingen blödning från vänster öra.");
  await page.getByRole("textbox", { name: /Varför rättas/ }).fill("Fel sida och bortfallen negation");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(".note-versions .note-wording");
  assert.equal(await page.textContent(".note-view > .note .clinical"), "Patienten har ingen blödning från vänster öra.");
  const told = await page.textContent(".note-wording");
  assert.match(told, /Rättad av Anna Prov, Överläkare .*Orsak: Fel sida och bortfallen negation/s);
  assert.deepEqual(await page.$$eval(".note-wording del", (all) => all.map((e) => e.lastChild.previousSibling.textContent)), ["höger"]);
  assert.match(await page.textContent(".note-wording .note-section .clinical"), /^Patienten har blödning från höger öra\.$/);
  assert.deepEqual(await axeFaults(page), []);
}));

test("two write at once: the second sees both texts and chooses", async () => {
  const made = await asked("anna", "/Composition", { method: "POST", body: { resourceType: "Composition", status: "preliminary", type: { text: "Rond" }, subject: { reference: "Patient/pat" }, date: NOW, author: [{ reference: "PractitionerRole/anna-med", display: "Anna Prov, Överläkare" }], title: "Rond", section: [{ title: "Status", text: { status: "additional", div: "<div xmlns=\"http://www.w3.org/1999/xhtml\">Lungor u.a.</div>" } }] } });
  await as("anna", `/patient/pat/anteckningar/${made.id}`, async (page) => {
    await focusedIn(page, "Status");
    await field(page, "Status").fill("Lungor u.a. Ingen feber.");
    await asked("bo", `/Composition/${made.id}`, { method: "PUT", body: { ...made, author: [...made.author, { reference: "PractitionerRole/bo-med", display: "Bo Prov, Överläkare" }], section: [{ ...made.section[0], text: { status: "additional", div: "<div xmlns=\"http://www.w3.org/1999/xhtml\">Rassel basalt.</div>" } }] } });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note-conflict");
    const both = await page.textContent(".note-both");
    assert.match(both, /Lungor u\.a\. Ingen feber\./);
    assert.match(both, /Rassel basalt\./);
    assert.match(both, /Bo Prov, Överläkare/);
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("radio", { name: "Båda, din efter" }).check();
    await page.getByRole("button", { name: "Fortsätt med valda texter" }).click();
    await page.waitForSelector("textarea");
    assert.equal(await field(page, "Status").inputValue(), "Rassel basalt.\nLungor u.a. Ingen feber.");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note-view .clinical");
  });
  const stands = await asked("anna", `/Composition/${made.id}`);
  assert.equal(stands.status, "final");
  assert.equal(stands.meta.versionId, "3");
});

test("a secretary writes, a physician signs, another countersigns: the lists of unsigned lead there", async () => {
  await as("siv", "/patient/pat/anteckningar/ny", async (page) => {
    await focusedIn(page, "Anteckning");
    await page.keyboard.type(".telefon");
    await page.keyboard.press("Enter");
    await focusedIn(page, "Kontaktorsak");
    await page.keyboard.type("Ringer om recept.");
    assert.equal(await page.getByRole("button", { name: /^Signera/ }).count(), 0);
    await page.getByRole("combobox", { name: "Ska signeras av" }).selectOption({ label: "Bo Prov, Överläkare" });
    await page.getByRole("combobox", { name: "Kontrasigneras av" }).selectOption({ label: "Anna Prov, Överläkare" });
    await page.getByRole("button", { name: "Klar, signeras senare" }).click();
    await page.waitForURL((url) => /anteckningar\/[0-9a-f-]{36}$/.test(url.pathname));
  });
  await as("bo", "/osignerat", async (page) => {
    const line = page.getByRole("row", { name: /Telefonkontakt.*Per Patient/ });
    await line.waitFor();
    assert.match(await line.textContent(), /min/);
    await page.getByRole("link", { name: "Gå igenom från den äldsta" }).click();
    await focusedIn(page, "Kontaktorsak");
    // The note is read again slowly: what stood before the signature is not shown meanwhile.
    await page.route(/\/Composition\/[0-9a-f-]{36}$/, async (route) => {
      if (route.request().method() === "GET") await sleep(SLOW_READ_MS);
      await route.continue();
    });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note-view");
    assert.match(await page.textContent(".note-by"), /Signerad av Bo Prov, Överläkare.*Väntar på kontrasignering av Anna Prov, Överläkare/);
  });
  await as("anna", "/osignerat", async (page) => {
    const list = page.getByRole("region", { name: "Att kontrasignera" });
    await list.getByRole("link", { name: "Telefonkontakt" }).click();
    await page.waitForSelector(".note-sign");
    assert.match(await page.textContent(".note-for"), /Per Patient/);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note-sign", { state: "detached" });
    assert.match(await page.textContent(".note-by"), /Kontrasignerad av Anna Prov, Överläkare/);
    const note = await asked("anna", `/Composition/${idIn(page)}`);
    assert.equal(note.status, "final");
    await page.goto(`${server.origin}/osignerat`);
    await page.getByText("Inget väntar på din kontrasignering.").waitFor();
  });
});

test("a text is carried forward with its origin, to be seen and in the record", () => as("bo", "/patient/pat/anteckningar/ny", async (page) => {
  await focusedIn(page, "Anteckning");
  await page.getByRole("button", { name: "Hämta från tidigare anteckning" }).click();
  await page.locator(".note-sources button", { hasText: "Nybesök" }).click();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole("button", { name: "Hämta 1 del" }).click();
  await focusedIn(page, "Aktuellt");
  assert.match(await page.textContent(".note-carried"), /Hämtat från Nybesök.*Anna Prov, Överläkare.*oförändrat/);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Nu hem.");
  assert.match(await page.textContent(".note-carried"), /ändrat sedan/);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(".note-view");
  assert.match(await page.textContent(".note-view .note-carried"), /Hämtat från Nybesök.*Anna Prov, Överläkare.*ändrat sedan/);
  const note = await asked("bo", `/Composition/${idIn(page)}`);
  assert.match(JSON.stringify(note.section[0].extension), /Composition\/earlier-1\/_history\/1/);
}));

test("an own template is made of a note and used by its dot-phrase", () => as("bo", "/patient/pat/anteckningar/ny", async (page) => {
  await focusedIn(page, "Anteckning");
  await page.keyboard.type(".sta");
  await page.waitForFunction(() => /status/.test(document.querySelector(".note-phrases")?.textContent ?? ""));
  await page.keyboard.type("tus");
  await page.keyboard.press("Tab");
  await focusedIn(page, "Status");
  await page.keyboard.type("Öron: ");
  await page.locator("summary", { hasText: "Egna mallar" }).click();
  await page.getByRole("textbox", { name: /Mallens namn/ }).fill("oron");
  await page.getByRole("checkbox", { name: "Ta med texten, inte bara sökorden" }).check();
  await page.getByRole("button", { name: "Spara som egen mall" }).click();
  await page.getByText("Mallen .oron är sparad.").waitFor();
  await page.waitForTimeout(800);
  await page.goto(`${server.origin}/patient/pat/anteckningar/ny`);
  await focusedIn(page, "Anteckning");
  await page.locator(".note-templates button", { hasText: ".oron" }).waitFor();
  await page.keyboard.type(".oron");
  await page.keyboard.press("Tab");
  await focusedIn(page, "Status");
  assert.equal(await field(page, "Status").inputValue(), "Öron: ");
}));

test("a note in the wrong chart is withdrawn: who, when and why; its text and what was signed can still be read", async () => {
  let id = "";
  await as("anna", "/patient/pat/anteckningar/ny", async (page) => {
    await focusedIn(page, "Anteckning");
    await page.keyboard.type("Ingen smärta. Fel patient.");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Rätta" }).waitFor();
    id = idIn(page);
    await page.getByRole("button", { name: "Makulera" }).press("Enter");
    assert.match(await page.getByRole("form", { name: "Makulera" }).textContent(), /Per Patient/);
    await page.getByRole("button", { name: "Makulera anteckningen" }).press("Enter");
    await page.getByRole("alert").getByText("Skriv varför.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("textbox", { name: "Varför är den felaktigt införd?" }).focus();
    await page.keyboard.type("Skriven i fel journal");
    await page.keyboard.press("Enter");
    await page.locator(".receipt-strip .receipt-saved", { hasText: "Anteckning makulerad" }).waitFor();
    await page.getByText(/Makulerad, felaktigt införd: Anna Prov.*Skäl: Skriven i fel journal/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Rätta" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "Makulera" }).count(), 0);
    const gone = page.locator("details.note-gone");
    assert.equal(await gone.getByText("Fel patient.").isVisible(), false);
    await page.getByText("Visa den makulerade texten").press("Enter");
    await gone.getByText("Ingen smärta. Fel patient.").waitFor();
    await page.getByRole("heading", { name: "Tidigare lydelser" }).waitFor();
    assert.match(await page.locator(".note-wording").textContent(), /Signerad av.*Anna Prov.*Makulerad, felaktigt införd: Anna Prov.*Ingen smärta\. Fel patient\./);
    assert.deepEqual(await axeFaults(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/withdrawn.png`, fullPage: true });
  });
  const history = (await asked("bo", `/Composition/${id}/_history`)).entry.map((e) => e.resource);
  assert.deepEqual(history.map((one) => one.status), ["entered-in-error", "final"]);
  assert.deepEqual(history[0].section, history[1].section);
  assert.equal(history[0].meta.extension.find((e) => e.url.endsWith("/corrects")).extension.find((e) => e.url === "by").valueReference.reference, "PractitionerRole/anna-med");
  // One that nobody has signed, by who may not sign.
  await as("siv", "/patient/pat/anteckningar/ny", async (page) => {
    await focusedIn(page, "Anteckning");
    await page.keyboard.type("Osignerad i fel journal");
    await page.getByLabel("Ska signeras av").selectOption({ label: "Bo Prov, Överläkare" });
    await page.getByRole("button", { name: /^Klar, signeras senare/ }).click();
    await page.locator(".receipt-strip .receipt-saved", { hasText: "ej signerad" }).waitFor();
    await page.waitForURL((url) => /anteckningar\/[0-9a-f-]{36}$/.test(url.pathname));
    // The note's own field takes the focus as it opens.
    await page.waitForFunction(() => document.activeElement?.matches("textarea"));
    await page.getByRole("button", { name: "Makulera" }).press("Enter");
    const why = page.getByRole("textbox", { name: "Varför är den felaktigt införd?" });
    await why.fill("Fel patient");
    await why.press("Enter");
    await page.getByText(/Makulerad, felaktigt införd: Siv Prov.*Skäl: Fel patient/).waitFor();
  });
});

test("a template is shared with the unit: a colleague uses it by its dot-phrase, and it can be ended", async () => {
  await as("bo", "/patient/pat/anteckningar/ny", async (page) => {
    await focusedIn(page, "Anteckning");
    await page.keyboard.type("Enhetens egen text");
    await page.locator(".note-more summary").click();
    await page.getByRole("textbox", { name: "Mallens namn, utan punkt" }).fill("klinik");
    await page.getByRole("checkbox", { name: "Ta med texten, inte bara sökorden" }).check();
    await page.getByRole("button", { name: "Spara som egen mall" }).click();
    await page.getByRole("button", { name: "Dela .klinik med enheten" }).press("Enter");
    await page.locator(".receipt-strip .receipt-saved", { hasText: "Mallen .klinik delad med enheten" }).waitFor();
    await page.getByText("Bo Prov, Överläkare").first().waitFor();
    assert.deepEqual(await axeFaults(page), []);
  });
  await as("anna", "/patient/other/anteckningar/ny", async (page) => {
    await focusedIn(page, "Anteckning");
    await page.locator(".note-more summary").click();
    await page.getByRole("button", { name: "Sluta dela .klinik" }).waitFor();
    await field(page, "Anteckning").focus();
    await page.keyboard.type(".klinik");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => [...document.querySelectorAll("textarea")].some((one) => one.value === "Enhetens egen text"));
    await page.getByRole("button", { name: "Sluta dela .klinik" }).press("Enter");
    await page.locator(".receipt-strip .receipt-saved", { hasText: "delas inte längre" }).waitFor();
    await page.getByRole("button", { name: "Sluta dela .klinik" }).waitFor({ state: "detached" });
  });
  // Another unit does not see it.
  const elsewhere = await ask(server, "GET", "/Basic?_count=10", { headers: await login(server, "anna", { assignment: "PractitionerRole/anna-kir" }) });
  assert.equal((elsewhere.json.entry ?? []).length, 0);
});

test("the page is killed in the middle of a word: at most a second of it is lost", async () => {
  const page = await openPage(browser);
  const { Cookie } = await login(server, "anna", { assignment: assignmentOf("anna") });
  const [key, ...value] = Cookie.split("=");
  const cookie = { name: key, value: value.join("="), url: server.origin };
  await page.context().addCookies([cookie]);
  await page.goto(`${server.origin}/patient/pat/anteckningar/ny`);
  await focusedIn(page, "Anteckning");
  const text = "Patienten beskriver tilltagande andfåddhet sedan i går, ingen bröstsmärta och ingen feber. ".repeat(3);
  const times = [];
  const typing = (async () => {
    for (const char of text) {
      await page.keyboard.type(char);
      times.push(Date.now());
      await page.waitForTimeout(15);
    }
  })().catch(() => undefined);
  while (times.length < 100) await page.waitForTimeout(100);
  const address = page.url();
  const killed = Date.now();
  const crash = await page.context().newCDPSession(page);
  void crash.send("Page.crash").catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await page.context().close();
  await typing;
  const typed = times.filter((at) => at <= killed - 1000).length;
  assert.ok(typed > 30, `${typed} keys`);
  const next = await openPage(browser);
  await next.context().addCookies([cookie]);
  await next.goto(address);
  await next.waitForFunction(() => (document.querySelector("textarea")?.value ?? "") !== "");
  const kept = await next.locator("textarea").first().inputValue();
  assert.equal(kept, text.slice(0, kept.length));
  assert.ok(kept.length >= typed, `${kept.length} of ${typed} characters that were a second old`);
  await next.goto(`${server.origin}/patient/pat/anteckningar/ny`);
  await next.getByRole("link", { name: /Fortsätt: Anteckning/ }).waitFor();
  await next.context().close();
});

test("several notes on paper: only the chosen ones, with name and number at the top", () => as("anna", "/patient/pat/anteckningar", async (page) => {
  await page.locator(".note-picker").nth(1).waitFor();
  await page.locator(".note-picker").nth(0).check();
  await page.locator(".note-picker").nth(1).check();
  assert.equal(await page.getByRole("button", { name: "Skriv ut 2 valda" }).isVisible(), true);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".note").evaluateAll((all) => all.filter((e) => e.checkVisibility()).length), 2);
  assert.match(await page.textContent(".print-head"), /Per Patient/);
}));

const SCREENS = ["/patient/pat/anteckningar", "/patient/pat/anteckningar/earlier-1", "/patient/pat/anteckningar/ny", "/osignerat"];
const ENGLISH = /\b(the|sign|note|draft|template|unsigned|save|cancel|print|loading|patient's|keyword)\b/i;

for (const [mode, options] of Object.entries(ALL_MODES))
  test(`axe finds nothing, nothing scrolls sideways, no English: ${mode}`, () => as("anna", SCREENS[0], async (page) => {
    for (const path of SCREENS) {
      await page.goto(server.origin + path);
      await page.waitForFunction(() => document.querySelector(".skeleton") === null && (document.querySelector(".note, textarea, .unsigned-list") !== null));
      if (path.endsWith("/ny")) await page.keyboard.type("Ingen feber .sta");
      assert.deepEqual(await axeFaults(page), [], path);
      assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${path} scrolls sideways`);
      const words = await page.evaluate(() => [...document.querySelectorAll("main, .topbar")].map((e) => e.innerText.replace(/In English/, "")).join(" "));
      assert.equal(ENGLISH.exec(words), null, path);
    }
  }, options));
