// SPDX-License-Identifier: Apache-2.0
// Every screen there is an address of, in every mode: axe finds nothing, nothing scrolls sideways, no text is cut off, the
// Swedish words are Swedish, and a patient's name and number stand on it, on paper too. New addresses come by themselves.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { ask } from "../http/server.mjs";
import { COMPILED, compile } from "./compile.mjs";
import { startDemo } from "./demo.mjs";
import { ALL_MODES, axeFaults, startBrowser, visitPage } from "./harness.mjs";

const ROOT = join(import.meta.dirname, "../..");
let region;
let browser;
const cookie = {};
/** Places of Steering that are of one thing, and of what. */
const STEERED = [["initiativ", "Initiative"], ["linje", "Initiative"], ["kriterier", "CheckpointDefinition"], ["avstamning", "ReadinessCheckpoint"], ["arende", "DecisionCase"], ["nytta", "BenefitCase"], ["mote", "Meeting"]];
const steered = [];
const who = { id: "", name: "", number: "" };

const read = (account, path) => ask(region.server, "GET", path, { headers: { Cookie: cookie[account] } }).then((answer) => answer.json);

before(async () => {
  region = await startDemo({ patients: "120" });
  for (const account of ["overlakare", "loggranskare", "systemadmin", "processansvarig"]) cookie[account] = await region.cookie(account);
  const here = await read("overlakare", "/Encounter?status=in-progress&_count=50");
  const visits = here.entry.map((e) => e.resource).filter((e) => e.serviceProvider?.display?.includes("Medicinkliniken"));
  who.id = visits[0].subject.reference.slice("Patient/".length);
  const patient = await read("overlakare", `/Patient/${who.id}`);
  Object.assign(who, { name: patient.name[0].text, number: patient.identifier[0].value.replace(/(\d{8})(\d{4})/, "$1-$2") });
  for (const [place, type] of STEERED) {
    const found = (await ask(region.server, "GET", `${region.server.origin}/styr/${type}?_count=1`, { headers: { Cookie: cookie.processansvarig } })).json;
    assert.ok(found.entry?.length > 0, `the demo has a ${type}`);
    steered.push(`${place}/${found.entry[0].resource.id}`);
  }
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

/** The words of a list in web/src/app/route.ts, or another file of web/src. */
function listed(name, file = "app/route.ts") {
  const text = readFileSync(join(ROOT, "web/src", file), "utf8");
  const list = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(text)?.[1] ?? "";
  const words = [...list.matchAll(/"([^"]+)"/g)].map((m) => m[1]);
  assert.ok(words.length > 0, `${name} is in ${file}`);
  return words;
}

/** What follows the word in the address of a page that is about somebody. */
const ABOUT = { sammanfor: () => `/${who.id}` };
/** Addresses and the account that opens them. */
function screens() {
  const chart = [...listed("SECTIONS"), ...listed("PLACES")].map((section) => `/patient/${who.id}/${section}`);
  const own = ["/", ...listed("PAGES").map((page) => `/${page}${ABOUT[page]?.() ?? ""}`)];
  const admin = listed("ADMIN_TABS").map((tab) => [tab === "konton" || tab === "enheter" ? "systemadmin" : "loggranskare", `/administration/${tab}`]);
  const styr = [...listed("TABS", "styr/places.ts"), ...steered].map((place) => ["processansvarig", `/styrning/${place}`]);
  return [...[...chart, ...own].map((path) => ["overlakare", path]), ...styr, ...admin];
}

const settled = (page) => page.waitForFunction(() => document.querySelector("main h1, main h2") !== null && document.querySelector(".skeleton, [aria-busy=true]") === null);

/** Text that is wider than the box it is cut off by. */
const cutOff = (page) => page.evaluate(() => [...document.querySelectorAll("main *, aside *, header *")]
  .filter((e) => e.checkVisibility() && e.textContent.trim() !== "" && e.closest(".sr, .skip") === null)
  .filter((e) => { const s = getComputedStyle(e); return s.overflowX !== "visible" && s.overflowX !== "auto" && s.overflowX !== "scroll" && s.clipPath === "none" && e.scrollWidth > e.clientWidth + 1; })
  .map((e) => `${e.tagName}.${e.className} "${e.textContent.trim().slice(0, 60)}"`));

function words(catalogue, found = new Set()) {
  for (const value of Object.values(catalogue ?? {})) {
    if (typeof value === "string" && /\p{L}{2}/u.test(value)) found.add(value);
    else if (typeof value === "object") words(value, found);
  }
  return found;
}

/** All our texts of a language: i18n and each screen's own. */
async function texts(language) {
  const files = readdirSync(COMPILED, { recursive: true }).filter((name) => new RegExp(`(^|/)(words\\.)?${language}(\\.access)?\\.js$`).test(name));
  assert.ok(files.length > 8, `${language}: ${files.length} catalogues`);
  const found = new Set();
  for (const file of files) for (const catalogue of Object.values(await import(pathToFileURL(join(COMPILED, file)).href))) words(catalogue, found);
  return found;
}

const shown = (page) => page.evaluate(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const all = [];
  while (walker.nextNode() !== null) all.push(walker.currentNode.textContent.trim());
  return [...all, ...["aria-label", "title", "placeholder"].flatMap((name) => [...document.querySelectorAll(`[${name}]`)].map((e) => e.getAttribute(name).trim()))];
});

async function paper(page, path) {
  await page.emulateMedia({ media: "print" });
  const head = await page.locator(".print-head").first().innerText();
  assert.ok(head.includes(who.name) && head.includes(who.number), `${path}: on paper "${head}"`);
  await page.emulateMedia({ media: "screen" });
}

for (const [mode, options] of Object.entries(ALL_MODES))
  test(`every screen: ${mode}`, { timeout: 600_000 }, async () => {
    compile();
    const sv = await texts("sv");
    const leaks = new Set([...(await texts("en"))].filter((text) => !sv.has(text) && text !== "In English"));
    const faults = [];
    for (const [account, path] of screens())
      await visitPage(browser, region.server.origin + path, async (page) => {
        const say = (what, list) => list.length > 0 && faults.push(`${path}: ${what}: ${list.join("; ")}`);
        await settled(page);
        say("failed", await page.locator(".box-failure").allInnerTexts());
        say("axe", await axeFaults(page));
        say("cut off", await cutOff(page));
        say("English", (await shown(page)).filter((text) => leaks.has(text)));
        say("sideways", (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) ? ["yes"] : []);
        if (path.startsWith("/patient/")) {
          const board = await page.locator("body").innerText();
          say("whose", [who.name, who.number].filter((text) => !board.includes(text)));
          await paper(page, path);
        }
      }, { options, cookie: cookie[account] });
    assert.deepEqual(faults, []);
  });
