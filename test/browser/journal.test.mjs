// SPDX-License-Identifier: Apache-2.0
// The search and the chart in a real browser against the real server: by keyboard alone, in both themes, at 320 px.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { compile, COMPILED } from "./compile.mjs";
import { axeFaults, MODES, settled, startBrowser, startRegion, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";
import { putPatients, SPECIAL } from "./patients.mjs";

const ROOT = join(import.meta.dirname, "../..");
const CHART = "/patient/web-tolvan";
const CREATININE = `${CHART}/provsvar?visa=${encodeURIComponent("http://npu-terminology.org|NPU18016|µmol/L")}`;
const SECTIONS = { oversikt: "Översikt", kontakter: "Kontakter", diagnoser: "Diagnoser", varningar: "Varningar och överkänslighet", lakemedel: "Läkemedel", provsvar: "Provsvar", anteckningar: "Anteckningar", remisser: "Remisser", tidslinje: "Tidslinje" };
const SYNTHEA = resolve(ROOT, process.env.HELHET_CORPUS ?? "../shared/corpus", "synthea/r4-2019-100patients/bundles.ndjson.gz");
const BANNER_MS_MAX = 2000;
const TARGET_PX_MIN = 24;

let region;
let browser;
before(async () => {
  region = process.env.HELHET_TEST_URL === undefined ? await startRegion() : { url: process.env.HELHET_TEST_URL, remove: () => {} };
  browser = await startBrowser();
  await putPatients(region.url);
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

/** Runs body with a page at path; afterwards there may be no fault. */
const visit = (path, body, options) => visitPage(browser, region.url + path, body, { options });

/** Writes in the search field, which has focus by itself once the screen is there. */
async function write(page, text) {
  await page.waitForFunction(() => document.activeElement?.id === "sok");
  await page.keyboard.type(text);
}
const focused = (page) => page.evaluate(() => document.activeElement?.textContent ?? "");

test("a patient is found by personnummer in every common way of writing, and opened with Enter", async () => {
  for (const written of ["191212121212", "19121212-1212", "121212+1212", "121212-1212", "1212121212", "19121212 1212"]) {
    await visit("/", async (page) => {
      await write(page, written);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${CHART}`);
      await page.getByRole("heading", { level: 1, name: "Tolvan Åke Tolvansson" }).waitFor();
    });
  }
});

test("names: part of a word, any order, å ä ö as a or o, and the list moved through by arrows, J and K", async () => {
  for (const written of ["tolvansson tolvan", "tolvan åke", "ake lvanss", "TOLVANSSON 1912"]) {
    await visit("/", async (page) => {
      await write(page, written);
      await page.getByRole("status").filter({ hasText: "1 patient hittades" }).waitFor();
      await page.keyboard.press("ArrowDown");
      assert.match(await focused(page), /Tolvansson/);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${CHART}`);
    });
  }
  await visit("/", async (page) => {
    await write(page, "obergs asa");
    await page.getByRole("status").filter({ hasText: "2 patienter hittades" }).waitFor();
    await page.keyboard.press("Enter");
    const first = await focused(page);
    await page.keyboard.press("j");
    assert.notEqual(await focused(page), first);
    await page.keyboard.press("k");
    assert.equal(await focused(page), first);
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await focused(page), first);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "sok");
    assert.equal(await page.getByText("Liknande namn").count(), 2);
    assert.equal(new URL(page.url()).pathname, "/", "several hits: Enter marks the first and opens none");
  });
});

test("protected identity is told and its municipality is not", () =>
  visit("/", async (page) => {
    await write(page, "öbergdal");
    await page.getByText("Sekretessmarkering").waitFor();
    assert.equal(await page.getByText("Uddevalla").count(), 0);
    await page.keyboard.press("Enter");
    await page.getByText("Adress, telefon och kommun visas inte.").waitFor();
    assert.equal(await page.getByText("Björkvägen").count(), 0);
  }));

test("an id finds; nothing found, a wrong control digit and too little are told", () =>
  visit("/", async (page) => {
    await write(page, "web-asa2");
    await page.getByRole("status").filter({ hasText: "1 patient hittades" }).waitFor();
    await page.fill("#sok", "19121212-1213");
    await page.getByText("Kontrollsiffran stämmer inte").waitFor();
    await page.fill("#sok", "qqqqzz");
    await page.getByText("Ingen patient hittades.").waitFor();
    await page.fill("#sok", "q");
    await page.getByText("Skriv minst två tecken.").waitFor();
  }));

test("at most 50 rows are drawn and older answers are dropped", () =>
  visit("/", async (page) => {
    await write(page, "an");
    await page.waitForFunction(() => document.querySelectorAll(".hit").length > 1);
    assert.ok((await page.locator(".hit").count()) <= 50);
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route("**/Patient/_search", async (route) => {
      if (route.request().postData()?.includes("tolvan") !== true) await held;
      await route.continue().catch(() => {});
    });
    await page.fill("#sok", "karls");
    await page.waitForTimeout(300);
    await page.fill("#sok", "tolvansson tolvan");
    await page.getByRole("status").filter({ hasText: "1 patient hittades" }).waitFor();
    release();
    await page.waitForTimeout(300);
    assert.match((await page.locator(".hit").allTextContents()).join(), /Tolvansson/);
  }));

test("every part of the chart by Alt and a digit, with the storyboard in view; Esc goes back", () =>
  visit("/", async (page) => {
    await write(page, "191212121212");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${CHART}`);
    for (const [i, [section, heading]] of Object.entries(SECTIONS).entries()) {
      await page.keyboard.press(`Alt+Digit${i + 1}`);
      await page.getByRole("heading", { level: 2, name: heading, exact: true }).waitFor();
      await settled(page);
      assert.equal(new URL(page.url()).pathname, section === "oversikt" ? CHART : `${CHART}/${section}`);
      assert.match(await page.title(), /Tolvan Åke Tolvansson · Helhet$/);
      const storyboard = page.getByRole("complementary");
      for (const text of ["19121212-1212", "MRSA-bärare", "Penicillin", "Hög risk", "Förmaksflimmer, ospecificerat (I489)"]) assert.ok(await storyboard.getByText(text).first().isVisible(), `${section}: ${text}`);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { level: 2, name: "Remisser", exact: true }).waitFor();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "sok");
    await page.keyboard.press("Tab");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Sök patient", { exact: true }).waitFor();
  }));

test("single-key shortcuts can be switched off", () =>
  visit(CHART, async (page) => {
    await settled(page);
    await page.keyboard.press("?");
    await page.getByRole("checkbox").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.keyboard.press("/");
    assert.equal(new URL(page.url()).pathname, CHART);
    await page.reload();
    await settled(page);
    await page.keyboard.press("/");
    assert.equal(new URL(page.url()).pathname, CHART, "the choice is remembered");
  }));

test("known to be none, nothing recorded and could not be read are three different sentences", async () => {
  await visit("/patient/web-asa", (page) => page.getByRole("complementary").getByText("Ingen känd överkänslighet").waitFor());
  await visit("/patient/web-asa2", (page) => page.getByRole("complementary").getByText("Ingen uppgift om överkänslighet").waitFor());
  await visit("/", async (page) => {
    await page.route("**/fhir/AllergyIntolerance?*", (route) => route.fulfill({ status: 500, contentType: "application/fhir+json", body: '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"text":"provfel"}}]}' }));
    await page.goto(region.url + CHART);
    const alert = page.getByRole("complementary").getByRole("alert");
    await alert.getByText("Överkänslighet: Ett fel inträffade i servern. provfel").waitFor();
    assert.equal(await page.getByText("Ingen uppgift om överkänslighet").count(), 0);
    await page.unroute("**/fhir/AllergyIntolerance?*");
    await alert.getByRole("button", { name: "Försök igen" }).press("Enter");
    await page.getByRole("complementary").getByText("Penicillin").waitFor();
  });
});

test("notes show every character as it was written", () =>
  visit(`${CHART}/anteckningar`, async (page) => {
    await page.getByRole("heading", { name: "Telefonanteckning" }).waitFor();
    const texts = await page.locator(".note .clinical").evaluateAll((all) => all.map((e) => e.textContent));
    assert.ok(texts.includes(SPECIAL), JSON.stringify(texts[1]));
    assert.equal(await page.locator(".note .clinical").first().evaluate((e) => getComputedStyle(e).whiteSpaceCollapse + getComputedStyle(e).textOverflow), "preserveclip");
    await page.getByText("Ingen svikt, saturation < 92 % endast inledningsvis.").waitFor();
    await page.getByText("Ingen pleuravätska. Inga tecken till malignitet.").waitFor();
  }));

test("results: newest to the left, decimals as written, arrow and word; the trend opens and closes by keyboard", () =>
  visit(`${CHART}/provsvar`, async (page) => {
    await settled(page);
    await page.getByRole("columnheader", { name: "18 okt. 2026" }).waitFor();
    const heads = await page.locator(".lab-when").allTextContents();
    assert.match(heads[0] ?? "", /18 okt\. 2026/);
    const potassium = page.getByRole("row", { name: /P-Kalium/ });
    assert.match((await potassium.textContent()) ?? "", /4,10/);
    assert.match((await potassium.textContent()) ?? "", /3,5–4,4/);
    assert.match((await page.getByRole("row", { name: /P-Kreatinin/ }).textContent()) ?? "", /138Högt/);
    assert.equal(await page.getByRole("row", { name: /P-Kreatinin/ }).locator(".icon-up").count() > 0, true);
    for (let i = 0; i < 20 && !/P-Kreatinin/.test(await focused(page)); i++) await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /Kurva över P-Kreatinin: 7 värden mellan 104 och 138 µmol\/L/ }).waitFor();
    await page.locator(".curve canvas").waitFor();
    assert.match(await focused(page), /Trend: P-Kreatinin/);
    await page.keyboard.press("Escape");
    await page.locator(".trend").waitFor({ state: "detached" });
    assert.match(await focused(page), /P-Kreatinin/);
  }));

test("the timeline has each thing once, newest first, and can leave kinds out", () =>
  visit(`${CHART}/tidslinje`, async (page) => {
    await settled(page);
    const days = await page.locator(".day > h3").allTextContents();
    assert.equal(new Set(days).size, days.length);
    assert.equal(await page.locator(".event", { hasText: "Influensavaccin" }).count(), 1);
    assert.match(days[0] ?? "", /2027/);
    await page.getByRole("checkbox", { name: "Vaccinationer" }).uncheck();
    assert.equal(await page.locator(".event", { hasText: "Influensavaccin" }).count(), 0);
  }));

test("axe finds nothing, nothing scrolls sideways, targets are large enough: all screens, light, dark, 320 px", async () => {
  const paths = ["/", ...Object.keys(SECTIONS).map((section) => (section === "oversikt" ? CHART : `${CHART}/${section}`)), CREATININE, "/finns-inte"];
  for (const [mode, options] of Object.entries(MODES)) {
    await visit("/", async (page) => {
      for (const path of paths) {
        await page.goto(region.url + path);
        if (path === "/") {
          await write(page, "oberg");
          await page.locator(".hit").first().waitFor();
        }
        await settled(page);
        if (path === CREATININE) await page.locator(".curve canvas").waitFor();
        assert.deepEqual(await axeFaults(page), [], `${mode} ${path}`);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${mode} ${path} scrolls sideways`);
        assert.deepEqual(await smallTargets(page), [], `${mode} ${path}`);
      }
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      assert.deepEqual(await axeFaults(page), [], `${mode} keys`);
    }, options);
  }
});

/** Buttons, links and fields under 24 px that are not within a sentence. */
function smallTargets(page) {
  return page.evaluate((min) => [...document.querySelectorAll("a[href], button, input, select")]
    .filter((e) => e.checkVisibility() && !e.closest("p, .sr") && !e.matches(".skip"))
    .map((e) => ({ e, r: e.getBoundingClientRect() })).filter(({ r }) => r.width > 0 && (r.height < min || r.width < min))
    .map(({ e, r }) => `${e.tagName} "${e.textContent?.trim()}" ${Math.round(r.width)}×${Math.round(r.height)}`), TARGET_PX_MIN);
}

function words(catalogue, found = new Set()) {
  for (const value of Object.values(catalogue)) {
    if (typeof value === "string") found.add(value);
    else if (typeof value === "object") words(value, found);
  }
  return found;
}

test("no English of ours in the Swedish pages, no Swedish of ours in the English", async () => {
  compile();
  const load = async (language) => (await import(pathToFileURL(join(COMPILED, `i18n/${language}.js`)).href))[language];
  const sv = words(await load("sv"));
  const en = words(await load("en"));
  const shown = (page) => page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode() !== null) texts.push(walker.currentNode.textContent.trim());
    return [...texts, ...[...document.querySelectorAll("[aria-label]")].map((e) => e.getAttribute("aria-label"))];
  });
  const check = async (page, wrong, right, label) => {
    for (const section of Object.keys(SECTIONS)) {
      await page.goto(`${region.url}${CHART}/${section}`);
      await settled(page);
      const leaks = (await shown(page)).filter((text) => wrong.has(text) && !right.has(text));
      assert.deepEqual(leaks, [], `${label} ${section}`);
    }
  };
  const ownNames = new Set(["In English", "På svenska"]);
  await visit(CHART, (page) => check(page, en, new Set([...sv, ...ownNames]), "sv"));
  await visit(CHART, async (page) => {
    await settled(page);
    await page.getByRole("button", { name: "In English" }).press("Enter");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await check(page, sv, new Set([...en, ...ownNames, "Förmaksflimmer", "Slutenvård", "Mottagningsbesök", "Akutbesök"]), "en");
  });
});

test("on paper the patient's name and number head every page, and controls are left out", () =>
  visit(`${CHART}/anteckningar`, async (page) => {
    await settled(page);
    await page.emulateMedia({ media: "print" });
    const head = page.locator(".print-head");
    assert.match((await head.textContent()) ?? "", /Tolvan Åke Tolvansson 19121212-1212/);
    assert.deepEqual(await head.evaluate((e) => [getComputedStyle(e).display, getComputedStyle(e).breakInside]), ["table-header-group", "avoid"], "what makes browsers repeat it");
    assert.equal(await page.locator(".tabs").isVisible(), false);
    assert.equal(await page.getByText("MRSA-bärare").first().isVisible(), true);
  }));

test("a lost server is told of within two seconds, and that it is back", { skip: process.env.HELHET_TEST_URL !== undefined }, () =>
  visit(CHART, async (page) => {
    await settled(page);
    await region.stop("SIGKILL");
    const lost = Date.now();
    await page.getByText("Ingen kontakt med servern.").waitFor({ timeout: BANNER_MS_MAX });
    assert.ok(Date.now() - lost <= BANNER_MS_MAX);
    await region.start();
    await page.getByText("Ingen kontakt med servern.").waitFor({ state: "detached" });
  }));

test("a chart from another country's generator (Synthea) is shown whole", { skip: existsSync(SYNTHEA) ? false : "no ../shared/corpus" }, async () => {
  const bundles = gunzipSync(readFileSync(SYNTHEA)).toString("utf8").trim().split("\n");
  const bundle = bundles.find((line) => line.includes('"resourceType":"AllergyIntolerance"') && line.length < 600_000) ?? bundles[1];
  const answer = await fetch(`${region.url}/fhir`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: bundle });
  assert.equal(answer.status, 200);
  const stored = (await answer.json()).entry.map((e) => e.response.location).find((location) => /(^|\/)Patient\//.test(location));
  const id = /Patient\/([^/]+)/.exec(stored)[1];
  for (const options of [MODES.light, MODES.narrow]) {
    await visit(`/patient/${id}`, async (page) => {
      for (const section of Object.keys(SECTIONS)) {
        await page.goto(`${region.url}/patient/${id}/${section}`);
        await settled(page);
        assert.ok(await page.getByText("Personnummer saknas").first().isVisible());
        assert.equal(await page.locator(".box-failure").count(), 0, section);
        assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, `${section} scrolls sideways`);
      }
      await page.goto(`${region.url}/patient/${id}/kontakter`);
      await page.getByText("Ansvarig").first().waitFor();
    }, options);
  }
});

test("pictures for the README, into docs/images with UPDATE=1", async () => {
  await visit(CHART, async (page) => {
    await settled(page);
    await takePicture(page, "journal");
  }, PICTURE);
  await visit("/", async (page) => {
    await write(page, "oberg");
    await page.locator(".hit").first().waitFor();
    await takePicture(page, "sok");
  }, PICTURE);
});
