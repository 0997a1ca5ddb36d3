// SPDX-License-Identifier: Apache-2.0
// What employees say and ask, reports and meetings: Rapportera over any screen in two presses with the screen's name and nothing of its
// address; questions stand until they are answered; an empty chapter keeps a report from being final; an overrun shifts the rest.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFaults, startBrowser, visitPage } from "./harness.mjs";
import { put, readStyr, startStyr } from "./styr-data.mjs";

let region;
let browser;
const patient = "styr-patient";
before(async () => {
  region = await startStyr();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const visit = (path, body) => visitPage(browser, region.url + path, body);
/** What the page sends to /styr while body runs. */
async function sent(page, body) {
  const all = [];
  page.on("request", (request) => { if (request.method() === "POST" && request.url().includes("/styr")) all.push(request); });
  await body();
  return all;
}

test("Rapportera from a patient's chart: two presses, the screen's name, nothing of the patient", () =>
  visit(`/patient/${patient}/lakemedel`, async (page) => {
    const requests = await sent(page, async () => {
      await page.getByRole("button", { name: "Rapportera" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Vad upplever du som skaver eller skapar hinder?").fill("Listan är svår att läsa.");
      assert.deepEqual(await axeFaults(page), []);
      await dialog.getByRole("button", { name: "Skicka", exact: true }).click();
      await dialog.getByText("Det du skrev är mottaget.").waitFor();
    });
    assert.equal(requests.length, 1);
    const body = requests[0].postData();
    assert.match(body, /"screen":"patient\/lakemedel"/);
    assert.ok(!body.includes(patient), "no id of the patient's");
    const told = await readStyr(region.url, "Experience?question=chafes&_count=50");
    assert.ok(told.entry.some((e) => e.resource.statement === "Listan är svår att läsa." && e.resource.screen === "patient/lakemedel"));
  }));

test("anonymous: no cookie goes along, no receipt is left, and the words say what it means", () =>
  visit("/styrning/tavla", async (page) => {
    await page.context().addCookies([{ name: "helhet", value: "spar", url: region.url }]);
    const requests = await sent(page, async () => {
      await page.getByRole("button", { name: "Rapportera" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Vad fungerar bra idag?").fill("Tavlan är lätt att läsa.");
      await dialog.getByLabel("Skicka anonymt").check();
      await dialog.getByText(/sparas inte, inte heller i någon logg/).waitFor();
      await dialog.getByRole("button", { name: "Skicka", exact: true }).click();
      await dialog.getByText(/utan ditt namn/).waitFor();
    });
    assert.equal(requests.length, 1);
    assert.match(requests[0].url(), /\$report-anonymous$/);
    const headers = await requests[0].allHeaders();
    assert.deepEqual([headers.cookie, headers.referer], [undefined, undefined]);
    assert.equal((await requests[0].response()).status(), 202);
    const receipts = page.waitForResponse((response) => response.url().includes("/me/receipts"));
    await page.goto(`${region.url}/kvitton`);
    const told = await (await receipts).text();
    assert.equal(told.split("Erfarenhet skickad").length - 1, 1, "that of the one before, which had a name");
  }));

test("an empty report is not sent", () =>
  visit("/styrning/fragor", async (page) => {
    const requests = await sent(page, async () => {
      await page.getByRole("button", { name: "Rapportera" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Skicka", exact: true }).click();
      await dialog.getByText("Skriv något i minst ett av fälten.").waitFor();
    });
    assert.equal(requests.length, 0);
  }));

test("a question has owner, age and how many asked; overdue until it is answered", () =>
  visit("/styrning/fragor", async (page) => {
    const card = page.locator("article", { hasText: "När får vi veta" });
    await card.waitFor();
    assert.match(await card.innerText(), /Försenad[\s\S]*frågad av 34 · 40 dagar gammal · ägare: Koncernledning/);
    await card.getByRole("button", { name: "Jag undrar också" }).click();
    await page.getByText(/frågad av 35/).waitFor();
    await page.getByRole("radio", { name: "Besvarade (1)", exact: true }).check();
    await page.getByText("Här, på den här sidan.").waitFor();
    await page.getByRole("button", { name: "Ställ en fråga" }).click();
    await page.getByRole("dialog").getByLabel("Fråga").fill("Vem svarar på frågor?");
    await page.getByRole("dialog").getByRole("button", { name: "Ställ en fråga" }).click();
    await page.getByRole("radio", { name: /^Obesvarade \(2\)$/ }).check();
    await page.locator("article", { hasText: "Vem svarar på frågor?" }).waitFor();
  }));

test("the weekly report has its headings in order, and an empty chapter keeps it from being final", () =>
  visit("/styrning/rapporter", async (page) => {
    await page.getByRole("button", { name: "Börja skriva Regional rapport Samordning vårdinformationssystem" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Börja skriva" }).click();
    await page.locator("[data-gaps]").waitFor();
    const headings = await page.locator(".styr-part h3").allInnerTexts();
    assert.deepEqual(headings.slice(0, 3), ["Sammanfattande lägesbild", "Kommunikativ lägesbild", "Verksamhetens kommentar"]);
    assert.equal(await page.getByRole("button", { name: "Fastställ rapporten" }).isDisabled(), true);
    for (const area of await page.locator(".styr-part textarea").all()) await area.fill("Skrivet.");
    await page.getByRole("button", { name: "Spara utkast" }).click();
    await page.locator("main .box-good", { hasText: "Rapportutkast sparat" }).waitFor();
    await page.locator("[data-gaps]").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Fastställ rapporten" }).click();
    await page.getByText("Kontrollsumma").waitFor();
    assert.equal(await page.locator("main textarea").count(), 0, "a final one is not written in");
  }));

test("an item that takes longer shifts the rest of the meeting", async () => {
  const meeting = await readStyr(region.url, "Meeting/samordning");
  const at = (clock) => `2026-12-11T${clock}:00+01:00`;
  meeting.agenda[0] = { ...meeting.agenda[0], startedAt: at("09:00"), endedAt: at("09:20") };
  await put(region.url, "styr", meeting);
  await visit("/styrning/mote/samordning", async (page) => {
    const rows = page.locator("main table").first().locator("tbody tr");
    await rows.first().waitFor();
    assert.match(await rows.nth(1).innerText(), /09:20–09:45[\s\S]*planerat 09:05/);
    assert.match(await rows.nth(2).innerText(), /09:45–10:05[\s\S]*planerat 09:30/);
    await page.getByText(/Mötet ligger \d+ minuter efter/).waitFor();
    await page.getByRole("button", { name: "Anteckna Inledning" }).click();
    await page.getByRole("dialog").getByLabel("Anteckning").fill("Agendan godkändes.");
    await page.getByRole("dialog").getByRole("button", { name: "Spara" }).click();
    await page.locator("main td", { hasText: "Agendan godkändes." }).waitFor();
  });
});

test("the palette finds the screens of Steering and Rapportera", () =>
  visit("/styrning/tavla", async (page) => {
    await page.locator(".styr-card").first().waitFor();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox");
    await field.waitFor();
    await field.fill(">avtalsklippa");
    await page.getByRole("option", { name: /Avtalsklippa/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Avtalsklippa" }).waitFor();
  }));
