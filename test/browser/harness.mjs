// SPDX-License-Identifier: Apache-2.0
// A server of its own on a fresh demo region, and a browser that tells of every violation and error it sees.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = process.env.HELHET_BIN ?? join(ROOT, "build/helhet");
const START_MS_MAX = 10_000;
const WAIT_MS_MAX = 30_000;
const PATIENTS = "120";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url) {
  for (const end = Date.now() + START_MS_MAX; Date.now() < end; ) {
    try {
      if ((await fetch(`${url}/health`)).ok) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("the server did not answer in time");
}

/** A region of its own in a folder that is removed afterwards, with what NDJSON says beside the demo's own; the server can be
 * killed and started again. */
export async function startRegion(web = join(ROOT, "build/web"), ndjson = "") {
  const folder = mkdtempSync(join(tmpdir(), "helhet-web-"));
  const data = join(folder, "region");
  execFileSync(PROGRAM, ["demo", "--data", data, "--patients", PATIENTS, "--seed", "1"], { cwd: ROOT, stdio: "ignore" });
  if (ndjson !== "") {
    writeFileSync(join(folder, "more.ndjson"), ndjson);
    execFileSync(PROGRAM, ["import", "--data", data, join(folder, "more.ndjson")], { cwd: ROOT, stdio: "ignore" });
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child = null;
  const start = async () => {
    child = spawn(PROGRAM, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--open", "--web", web], { cwd: ROOT, stdio: "ignore" });
    await answers(url);
  };
  const stop = async (signal = "SIGTERM") => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  };
  await start();
  return { url, start, stop, remove: async () => { await stop(); rmSync(folder, { recursive: true, force: true }); } };
}

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.HELHET_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** The widths and themes every screen must stand. */
export const MODES = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 } },
};

/** 1280 pixels at 200 %. */
export const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };
export const ALL_MODES = { ...MODES, zoomed: ZOOMED };

/** A page whose faults (policy violations, script errors, console errors) gather in page.faults. */
export async function openPage(browser, options = MODES.light) {
  const context = await browser.newContext({ locale: "sv-SE", timezoneId: "Europe/Stockholm", ...options });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) page.faults.push(`console: ${message.text()}`);
  });
  await page.exposeFunction("policyViolated", (what) => page.faults.push(`policy: ${what}`));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (e) => window.policyViolated(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`)));
  return page;
}

/** The date in Sweden at that instant: the service's day, and the pages'. */
export const swedishDay = (at = Date.now()) => new Date(at).toLocaleDateString("sv-SE", { timeZone: "Europe/Stockholm" });

/** The screen is there, and nothing of it is still on its way. */
export const settled = (page) => page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".skeleton") === null);

/** Opens the address, with a session's cookie ("name=value") when one is given, does body, and finds no faults on the page.
 * first: done with the page before it is opened. */
export async function visitPage(browser, url, body, { options = MODES.light, cookie = "", first = async () => undefined } = {}) {
  const page = await openPage(browser, options);
  try {
    await first(page);
    const [name, ...value] = cookie.split("=");
    if (cookie !== "") await page.context().addCookies([{ name, value: value.join("="), url: new URL(url).origin }]);
    await page.goto(url);
    await body(page).catch(async (error) => {
      if (process.env.SHOT === undefined) throw error;
      await page.screenshot({ path: process.env.SHOT, fullPage: true });
      console.error(page.url(), page.faults);
      throw error;
    });
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

const AXE = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");

/** The faults axe-core finds by WCAG 2.0–2.2 A and AA and its own best practices, each as one line. */
export async function axeFaults(page, { scrolled = "start" } = {}) {
  // What has been scrolled under the bars that follow is no target.
  await page.evaluate((to) => scrollTo(0, to === "end" ? document.documentElement.scrollHeight : 0), scrolled);
  await page.evaluate(AXE);
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary?.split("\n")[1]?.trim() ?? ""}`));
}
