// SPDX-License-Identifier: Apache-2.0
// Pictures for README.md and docs/handbok of what a physician of the demo region sees once logged in: the inbox, a message,
// a note that is written, receipts. Those of the other screens are taken by their own tests; test/pictures.sh takes all.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startDemo } from "./demo.mjs";
import { startBrowser, visitPage } from "./harness.mjs";
import { PICTURE, takePicture } from "./picture.mjs";

const ROOT = join(import.meta.dirname, "../..");
const ALL_BYTES_MAX = 1_500_000;
let region;
let browser;
let cookie;
before(async () => {
  region = await startDemo();
  browser = await startBrowser();
  cookie = await region.cookie("overlakare");
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const as = (path, body) => visitPage(browser, region.server.origin + path, body, { options: PICTURE, cookie });
const settled = (page) => page.waitForFunction(() => document.querySelector(".skeleton") === null && document.querySelector("main h1, main h2") !== null && !document.body.innerText.includes("Patienten kan inte visas"));

test("pictures of the inbox and of a message", () => as("/inkorg", async (page) => {
  await page.getByRole("link", { name: "Ring anhörig", exact: true }).waitFor();
  await settled(page);
  await takePicture(page, "inkorg");
  await page.getByRole("link", { name: "Ring anhörig", exact: true }).click();
  await page.getByText(/^Läst av/).first().waitFor();
  await page.getByRole("textbox", { name: /^Svara/ }).fill("Jag ringer kl. 14.");
  await page.locator(".draft-kept").waitFor();
  await page.getByRole("button", { name: "Dölj" }).first().click();
  await settled(page);
  await takePicture(page, "meddelande");
}));

test("pictures of a note as it is written, and of receipts", () => as("/inkorg", async (page) => {
  await page.getByRole("link", { name: "Ring anhörig", exact: true }).click();
  await page.getByRole("link", { name: "Öppna journalen" }).click();
  await page.waitForURL(/\/patient\//);
  await settled(page);
  await page.goto(`${page.url()}/anteckningar/ny`);
  await page.waitForFunction(() => document.activeElement?.matches("textarea"));
  await page.keyboard.type(".rond");
  await page.keyboard.press("Tab");
  await page.getByRole("textbox", { name: "Aktuellt" }).waitFor();
  await page.keyboard.type("Mår bättre. Ingen feber, ingen andnöd.");
  await page.getByRole("textbox", { name: "Status" }).fill("AT: Gott och opåverkat.\nLungor: Normala andningsljud, inga biljud.");
  await page.getByText("Utkastet är sparat").waitFor();
  await settled(page);
  await takePicture(page, "anteckning");
  await page.keyboard.press("Control+Enter");
  await page.locator(".receipt-strip .receipt-saved").first().waitFor();
  await page.goto(`${region.server.origin}/kvitton`);
  await page.locator(".receipt-list li").first().waitFor();
  await settled(page);
  await takePicture(page, "kvitton");
}));

test("every picture that the handbook and README show is there, and together they are small", () => {
  const pages = ["README.md", ...readdirSync(join(ROOT, "docs/handbok")).map((name) => `docs/handbok/${name}`)];
  for (const path of pages)
    for (const [, link] of readFileSync(join(ROOT, path), "utf8").matchAll(/\]\(([^)#]+\.(?:png|md))\)/g))
      if (!/^https?:/.test(link)) assert.ok(statSync(join(ROOT, path, "..", link)).size > 0, `${path}: ${link}`);
  const sizes = readdirSync(join(ROOT, "docs/images")).map((name) => statSync(join(ROOT, "docs/images", name)).size);
  assert.ok(sizes.reduce((sum, one) => sum + one, 0) <= ALL_BYTES_MAX, `${sizes.reduce((sum, one) => sum + one, 0)} bytes`);
});
