// SPDX-License-Identifier: Apache-2.0
// What is written on the screens of Steering, by keyboard: made, seen on the screen, read through the API; and what is refused says
// why at its field, with nothing of what was written lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ALL_MODES, axeFaults, startBrowser, visitPage } from "./harness.mjs";
import { takePicture } from "./picture.mjs";
import { day, openCheckpoints, put, readStyr, startStyr } from "./styr-data.mjs";

let region;
let browser;
before(async () => {
  region = await startStyr();
  await openCheckpoints(region.url);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await region?.remove();
});

const SHOTS = process.env.SHOTS;
const visit = (path, body, options = ALL_MODES.light) => visitPage(browser, `${region.url}/styrning/${path}`, body, { options });
const read = (path) => readStyr(region.url, path);
const newest = async (type, title) => (await read(`${type}?_sort=-_lastUpdated&_count=50`)).entry.map((e) => e.resource).find((one) => (one.title ?? one.name) === title);
const dialogOf = (page) => page.getByRole("dialog");
const alertOf = (page) => dialogOf(page).getByRole("alert").first();

/** Everything here is done from the keyboard: focus, Enter, what is typed. */
async function press(target) {
  await target.focus();
  await target.page().keyboard.press("Enter");
}
async function write(within, texts) {
  for (const [label, text] of Object.entries(texts)) {
    const field = within.getByLabel(label, { exact: true }).first();
    await field.focus();
    const { tag, type } = await field.evaluate((one) => ({ tag: one.tagName, type: one.type }));
    if (tag === "SELECT") await field.selectOption({ label: text });
    else if (type === "checkbox") await field.page().keyboard.press("Space");
    else if (type === "date") await field.fill(text);
    else { await field.page().keyboard.press("Control+A"); await field.page().keyboard.type(text); }
  }
}
/** Searches, goes to the hit with Tab and takes it. */
async function pick(within, label, text, hit) {
  const page = within.page();
  await within.getByLabel(label, { exact: true }).focus();
  await page.keyboard.type(text);
  const found = within.getByRole("button", { name: hit, exact: true });
  await found.waitFor();
  for (let n = 0; n < 10 && !(await found.evaluate((one) => one === document.activeElement)); n++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await within.getByRole("button", { name: `Ta bort ${hit}, ${label}` }).waitFor();
}
const row = async (within, button, n) => { await press(within.getByRole("button", { name: `Lägg till ${button}`, exact: true })); return within.locator("fieldset.styr-row").nth(n); };
const save = (within) => press(within.getByRole("button", { name: "Spara", exact: true }));
const gone = (page) => dialogOf(page).waitFor({ state: "detached" });

/** The form in light, dark, narrow and at 200 %: no fault by axe, and nothing wider than the screen. */
async function looked(path, open, name) {
  for (const [mode, options] of Object.entries(ALL_MODES)) {
    await visit(path, async (page) => {
      await open(page);
      await dialogOf(page).locator("form input, form textarea").first().waitFor();
      assert.deepEqual(await axeFaults(page), [], `${name} ${mode}`);
      assert.ok(await dialogOf(page).evaluate((one) => one.scrollWidth <= one.clientWidth), `${name} ${mode}: nothing is cut at the side`);
      if (name === "benefit" && mode === "light") await takePicture(page, "styrning-formular");
      if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}-${mode}.png` });
    }, options);
  }
}
const byButton = (name) => async (page) => { const button = page.locator("main").getByRole("button", { name, exact: true }).first(); await button.waitFor(); await press(button); };

test("a checkpoint definition: drafted, refused where a rule says so, locked for good", async () => {
  await visit("kriterier", async (page) => {
    await byButton("Ny avstämningspunkt")(page);
    const dialog = dialogOf(page);
    await write(dialog, { "Kort namn, till exempel T-30": "T-14", "Benämning": "Avstämning T-14", "Dagar från driftstart, negativt före": "-14" });
    const first = await row(dialog, "kriterium", 0);
    await write(first, { Kod: "E9", "Benämning": "Övning utan systemet", "Vad som mäts": "Övning i att arbeta utan systemet", Mål: "1" });
    const second = await row(dialog, "kriterium", 1);
    await write(second, { Kod: "E9", "Benämning": "Samma kod", "Hårt eller mjukt": "Mjukt", Mål: "2" });
    await save(dialog);
    await dialog.getByText("Kriteriernas koder är olika.").waitFor();
    assert.match(await alertOf(page).innerText(), /Inget har sparats/);
    assert.equal(await second.getByLabel("Benämning", { exact: true }).inputValue(), "Samma kod", "nothing is lost");
    assert.equal(await dialog.locator("fieldset.styr-rows > .box-failure").count(), 1, "it stands at the criteria");
    await write(second, { Kod: "E12" });
    await save(dialog);
    await page.getByRole("heading", { name: "Avstämning T-14" }).waitFor();
    await press(page.getByRole("button", { name: "Lås", exact: true }));
    await dialogOf(page).getByText(/Låsningen är slutgiltig/).waitFor();
    await dialogOf(page).getByLabel("Jag har läst kriterierna").focus();
    await page.keyboard.press("Space");
    await save(dialogOf(page));
    await page.getByText(/^Låst .*Kriterierna står fast/).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Ändra$|^Lås$/ }).count(), 0, "locked is final");
  });
  const made = await newest("CheckpointDefinition", "Avstämning T-14");
  assert.deepEqual([made.status, made.offsetDays, made.criterion.map((c) => `${c.code} ${c.severity} ${c.target}`)], ["active", -14, ["E9 hard 1", "E12 soft 2"]]);
});

test("a looser definition that replaces a locked one is refused at the decision it lacks", () =>
  visit("kriterier/t30", async (page) => {
    await byButton("Gör en ny som ersätter")(page);
    const dialog = dialogOf(page);
    const hard = dialog.locator("fieldset.styr-row").first();
    await write(hard, { Mål: "80" });
    await save(dialog);
    await page.getByRole("heading", { level: 2, name: "Avstämning T-30" }).waitFor();
    await page.getByText("Utkast. Avstämningar kan öppnas först när punkten är låst.").waitFor();
    await byButton("Lås")(page);
    await dialogOf(page).getByLabel("Jag har läst kriterierna").focus();
    await page.keyboard.press("Space");
    await save(dialogOf(page));
    await dialogOf(page).getByText(/Kriterium E3 blir lättare .* beslut med outcome loosened/).waitFor();
  }));

test("checkpoints are opened for the units of a wave, all or none, and stand on the line", async () => {
  const before = (await read("ReadinessCheckpoint?definition=CheckpointDefinition/t120&_summary=count")).total;
  await visit("linje", async (page) => {
    await byButton("Öppna avstämning")(page);
    const dialog = dialogOf(page);
    await press(dialog.getByRole("button", { name: "Enheterna i Våg 1" }));
    await dialog.getByLabel("Avstämningspunkt", { exact: true }).locator("option", { hasText: "Avstämning T-120" }).waitFor({ state: "attached" });
    await write(dialog, { Avstämningspunkt: "Avstämning T-120", Version: "2026.5", "Planerat datum": "2027-03-01" });
    await press(dialog.getByRole("button", { name: /^Ta bort Akutmottagningen/ }));
    await press(dialog.getByRole("button", { name: /^Ta bort Medicinavdelning/ }));
    await save(dialog);
    await gone(page);
    const begun = Date.now();
    await page.locator(".styr-matrix tbody tr", { hasText: "Vårdcentralen Provet" }).getByRole("link").nth(1).waitFor();
    assert.ok(Date.now() - begun < 5000, "the line shows it without being asked again");
  });
  const after = (await read("ReadinessCheckpoint?definition=CheckpointDefinition/t120&_count=50")).entry.map((e) => e.resource);
  assert.equal(after.length, before + 1);
  assert.equal(after.filter((one) => one.unit.reference === "Organization/styr-u3" && one.release === "2026.5" && one.plannedDate === "2027-03-01" && one.wave === "Våg 1").length, 1);
});

const plain = async (locator) => (await locator.innerText()).replace(/\u00a0/g, " ");

test("a benefit case is made where the case lacks it, refused at its benefits, computed by the service, changed and followed up", async () => {
  await visit("arende/c-enkat", async (page) => {
    await byButton("Gör en nyttokalkyl")(page);
    const dialog = dialogOf(page);
    await write(dialog, { Rubrik: "Nyttokalkyl enkäter", "Kalkylränta, procent per år": "3", "Kalkylens längd, år": "6" });
    await write(await row(dialog, "kostnad", 0), { Rubrik: "Bygga", "Väntat, kronor": "350000", "Fördelas på antal år": "0" });
    const benefit = await row(dialog, "nytta", 1);
    await write(benefit, { Rubrik: "Frigjord tid", Klass: "Omfördelning", "Lågt, kronor": "400000", "Väntat, kronor": "300000", "Högt, kronor": "500000", "Fördelas på antal år": "6" });
    await save(dialog);
    await dialog.locator(".styr-rows", { hasText: "Nyttor" }).getByText(/Låg är högst förväntad och förväntad högst hög/).waitFor();
    assert.equal(await benefit.getByLabel("Lågt, kronor").inputValue(), "400000", "nothing is lost");
    await write(benefit, { "Lågt, kronor": "250000", "Väntat, kronor": "430500" });
    await save(dialog);
    await gone(page);
    await press(page.getByRole("link", { name: "Nyttokalkyl enkäter" }));
    await page.locator("[data-npv]").waitFor();
    const first = await plain(page.locator("[data-npv]"));
    assert.match(first, /^\d{2} \d{3} kr$/);
    await byButton("Ändra")(page);
    await write(dialogOf(page), { "Kalkylränta, procent per år": "30" });
    await save(dialogOf(page));
    await page.getByText("Nuvärde vid 30 % ränta").waitFor();
    assert.match(await plain(page.locator("[data-npv]")), /^−/);
    await byButton("För in utfall")(page);
    await write(await row(dialogOf(page), "utfall", 0), { "Kostnad eller nytta": "Nytta", Klass: "Omfördelning", "År från starten": "1", "Belopp, kronor": "60000", Kommentar: "Första året" });
    await save(dialogOf(page));
    const year = page.locator("main table", { hasText: "Utfall" }).last().locator("tbody tr", { hasText: "60 000" });
    await year.waitFor();
    assert.match(await plain(year), /71 750 kr[\s\S]*60 000 kr[\s\S]*−11 750 kr/);
  });
  const held = (await read("DecisionCase/c-enkat")).benefitCase.reference;
  const made = await read(held);
  assert.deepEqual([made.title, made.rate, made.horizon, made.benefit[0].class, made.benefit[0].expected, made.cost[0].yearCount, made.actual[0].amount, made.initiative.reference], ["Nyttokalkyl enkäter", 30, 6, "redistribution", 430500, 0, 60000, "Initiative/enkat"]);
});

test("the initiative says that its benefit case is lacking, and makes one", () =>
  visit("initiativ/vis", async (page) => {
    await page.getByText("Nyttokalkyl saknas.").waitFor();
    await byButton("Gör en nyttokalkyl")(page);
    await save(dialogOf(page));
    await page.locator("[data-npv]").waitFor();
    assert.equal((await read("BenefitCase?initiative=Initiative/vis")).total, 1);
  }));

test("somebody else's change is kept under what was written here, and what both have changed is said", async () => {
  await visit("nytta/b-shlr", async (page) => {
    await byButton("Ändra")(page);
    const dialog = dialogOf(page);
    await write(dialog, { Rubrik: "Min rubrik", "Prisnivå, år": "2026" });
    const theirs = await read("BenefitCase/b-shlr");
    await put(region.url, "styr", { ...theirs, title: "Deras rubrik", horizon: 7 });
    await save(dialog);
    await dialog.getByText(/Någon annan har sparat under tiden/).waitFor();
    assert.match(await alertOf(page).innerText(), /Rubrik: Deras rubrik/);
    assert.deepEqual([await dialog.getByLabel("Rubrik", { exact: true }).first().inputValue(), await dialog.getByLabel("Kalkylens längd, år").inputValue()], ["Min rubrik", "7"]);
    await save(dialog);
    await gone(page);
  });
  const now = await read("BenefitCase/b-shlr");
  assert.deepEqual([now.title, now.horizon, now.priceYear], ["Min rubrik", 7, 2026]);
});

test("in English the form and what the service refuses are English", () =>
  visit("nytta/b-shlr", async (page) => {
    await press(page.getByRole("button", { name: "In English" }));
    await byButton("Change")(page);
    const dialog = dialogOf(page);
    const benefit = dialog.getByRole("group", { name: "Benefit 1" });
    await write(benefit, { "Low, kronor": "9000000" });
    await press(dialog.getByRole("button", { name: "Save", exact: true }));
    await dialog.getByText(/Low is at most expected and expected at most high/).waitFor();
    assert.match(await alertOf(page).innerText(), /^Nothing has been saved\. What is wrong stands at its field\.$/);
    assert.ok(await benefit.evaluate((one) => one.contains(document.activeElement)), "and there one is");
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/english.png` });
  }));

test("Esc on what is written asks once, and then closes; nothing written closes at once", () =>
  visit("nytta", async (page) => {
    await byButton("Ny nyttokalkyl")(page);
    await dialogOf(page).getByLabel("Rubrik", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await gone(page);
    assert.ok(await page.getByRole("button", { name: "Ny nyttokalkyl" }).evaluate((one) => one === document.activeElement), "focus is back where it was");
    await byButton("Ny nyttokalkyl")(page);
    await write(dialogOf(page), { Rubrik: "Halvskriven" });
    await page.keyboard.press("Escape");
    await dialogOf(page).getByText(/Tryck Esc en gång till/).waitFor();
    assert.equal(await dialogOf(page).getByLabel("Rubrik", { exact: true }).inputValue(), "Halvskriven");
    await page.keyboard.press("Escape");
    await gone(page);
  }));

test("a scenario beside another: SWOT, informants, cost and plans; a choice without a conclusion is refused at the conclusion", async () => {
  await visit("scenarier", async (page) => {
    await byButton("Nytt scenario")(page);
    const dialog = dialogOf(page);
    await dialog.getByLabel("Initiativ", { exact: true }).locator("option", { hasText: "Digital optikerremiss" }).waitFor({ state: "attached" });
    await write(dialog, { Rubrik: "Go: inför optikerremissen", Initiativ: "Digital optikerremiss", Läge: "Valt", "Vad som händer": "Alla optiker remitterar digitalt." });
    await write(await row(dialog, "SWOT-rad", 0), { Slag: "Styrka", Text: "Färre papper" });
    await write(await row(dialog, "kostnad", 1), { Rubrik: "Anslutning", "Lågt, kronor": "100000", "Väntat, kronor": "150000", "Högt, kronor": "300000" });
    const informant = await row(dialog, "informant", 2);
    await write(informant, { Roll: "Optiker", Antal: "4", "Hänvisad av": "Branschen" });
    await pick(informant, "Organisation", "Provet", "Vårdcentralen Provet");
    await write(await row(dialog, "åtgärd", 3), { Beskrivning: "Anslut de tre största", Senast: "2027-05-01" });
    await write(await row(dialog, "budskap", 4), { Budskap: "Remissen blir digital", Målgrupp: "Optiker", Kanal: "Möte" });
    await save(dialog);
    await dialog.getByText("Ett valt eller bortvalt scenario har en rekommendation.").waitFor();
    assert.ok(await dialog.getByLabel("Slutsats").evaluate((one) => one === document.activeElement));
    await write(dialog, { Slutsats: "Görs." });
    await save(dialog);
    await gone(page);
    const table = page.locator(".styr-compared", { hasText: "Digital optikerremiss" });
    await table.waitFor();
    assert.match(await plain(table), /Färre papper[\s\S]*150 000 kr \(100 000 kr till 300 000 kr\)[\s\S]*Anslut de tre största[\s\S]*Remissen blir digital[\s\S]*Optiker: 4/);
    await press(page.getByRole("button", { name: "Lägg till No-Go Digital optikerremiss" }));
    await write(dialogOf(page), { Rubrik: "No-Go: behåll papper" });
    await save(dialogOf(page));
    await gone(page);
    await table.locator("thead th").nth(2).waitFor();
    assert.deepEqual((await table.locator("thead th").allInnerTexts()).slice(1).map((text) => text.split(":")[0]), ["Go", "No-Go"]);
  });
  const [go, no] = [await newest("Scenario", "Go: inför optikerremissen"), await newest("Scenario", "No-Go: behåll papper")];
  assert.deepEqual([go.informant[0].organization.reference, go.actionPlan[0].due, no.kind, no.comparedWith[0].reference], ["Organization/styr-u3", "2027-05-01", "no-go", `Scenario/${go.id}`]);
});

test("an activity with its phase, an effect goal that must have a baseline, and the pulse of each phase", async () => {
  await visit("forandring", async (page) => {
    await byButton("Ny aktivitet")(page);
    const dialog = dialogOf(page);
    await write(dialog, { Aktivitet: "Öva i par", Fas: "Uppleva (testa)", "Kan göras under paus": "", Målgrupper: "Sjuksköterskor", "Läge": "Effekt kontrollerad" });
    await pick(dialog, "Enheter", "Provet", "Vårdcentralen Provet");
    await save(dialog);
    await dialog.getByText("En aktivitet vars effekt är kontrollerad säger när.").waitFor();
    assert.equal(await dialog.getByLabel("Aktivitet", { exact: true }).inputValue(), "Öva i par");
    await write(dialog, { "Läge": "Pågår" });
    await save(dialog);
    await gone(page);
    const card = page.locator(".styr-column", { hasText: "3. Uppleva" }).locator(".styr-card", { hasText: "Öva i par" });
    assert.match(await card.innerText(), /Pågår[\s\S]*Vårdcentralen Provet[\s\S]*Sjuksköterskor[\s\S]*Kan göras under paus/);
    await byButton("Nytt effektmål")(page);
    await write(dialog, { Rubrik: "Färre dubbla anteckningar", Läge: "Satt", Mått: "Andel", Mål: "5" });
    await save(dialog);
    await dialog.getByText("Ett satt effektmål har mått, utgångsläge och målvärde.").waitFor();
    await write(dialog, { Utgångsläge: "22.50", Måttenhet: "%", Jämförelse: "högst" });
    await save(dialog);
    await page.locator("main tbody tr", { hasText: "Färre dubbla anteckningar" }).waitFor();
    await byButton("För in puls")(page);
    await pick(dialog, "Enhet", "Provet", "Vårdcentralen Provet");
    await write(dialog, { Upptäcka: "81", Uppleva: "43" });
    await save(dialog);
    await gone(page);
    const pulse = page.locator("main table", { hasText: "Puls per fas" }).locator("tbody tr", { hasText: "Vårdcentralen Provet" });
    assert.match(await plain(pulse), /81 %[\s\S]*43 %/);
  });
  const activity = await newest("ChangeActivity", "Öva i par");
  assert.deepEqual([activity.phase, activity.duringPause, activity.audience, activity.unit[0].reference], ["experience", true, ["Sjuksköterskor"], "Organization/styr-u3"]);
  const goal = await newest("EffectGoal", "Färre dubbla anteckningar");
  assert.deepEqual([goal.baseline, goal.target, goal.comparator, goal.unit], [22.5, 5, "le", "%"]);
  const report = (await (await fetch(`${region.url}/fhir/MeasureReport?subject=Organization/styr-u3`)).json()).entry[0].resource;
  assert.deepEqual([report.measure, report.group[0].measureScore.value], ["https://helhet.example/styr/Measure/pulse", 43], "the lowest phase is what a checkpoint measures");
});

test("a body, refused where it would decide; a mandate with an amount, and its end", async () => {
  await visit("medlemmar", async (page) => {
    await byButton("Nytt organ")(page);
    const dialog = dialogOf(page);
    await write(dialog, { Namn: "Styrgrupp införande", Slag: "Styrgrupp", "Beslutar själv": "", "Uppdragshandlingens diarienummer": "RS 2026-00777" });
    await write(await row(dialog, "plats", 0), { Roll: "Ordförande", Ordförande: "" });
    await save(dialog);
    await dialog.getByText(/Bara ett politiskt organ beslutar självt; grupper/).waitFor();
    await write(dialog, { "Beslutar själv": "" });
    await save(dialog);
    const card = page.locator("article", { hasText: "Styrgrupp införande" });
    await card.waitFor();
    assert.match(await card.innerText(), /Ställer sig bakom[\s\S]*RS 2026-00777[\s\S]*Ordförande[\s\S]*Vakant/);
    await byButton("Nytt mandat")(page);
    await write(dialog, { Benämning: "Upphandling av småsystem", "Högsta belopp, kronor": "500000", "Källa, till exempel delegationsordning": "Delegationsordning (test)", "Verkställighetsbeslut": "", "Omfattar allt": "" });
    await pick(dialog, "Innehavare", "Regionst", "Regionstyrelsen");
    const last = dialog.getByLabel("Till", { exact: true });
    const first = await dialog.getByLabel("Från", { exact: true }).inputValue();
    await last.fill("2020-01-01");
    await save(dialog);
    await dialog.getByText("Perioden slutar innan den börjar.").waitFor();
    assert.equal(await last.getAttribute("aria-invalid"), "true", `from ${first}: told at its end`);
    await last.fill("");
    await save(dialog);
    const given = page.locator("main tbody tr", { hasText: "500 000" });
    await given.waitFor();
    assert.match(await plain(given), /Regionstyrelsen[\s\S]*Verkställighetsbeslut[\s\S]*Allt[\s\S]*500 000 kr[\s\S]*Gäller/);
    await press(given.getByRole("button", { name: /^Avsluta/ }));
    await write(dialog, { "Sista dag": day(0) });
    await save(dialog);
    await gone(page);
    await given.getByText("Gäller inte").waitFor();
  });
  const body = await newest("GovernanceBody", "Styrgrupp införande");
  assert.deepEqual([body.decides, body.charter.identifier, body.seat[0].chair], [false, { system: "urn:se:diarium", value: "RS 2026-00777" }, true]);
  const mandate = await newest("Mandate", "Upphandling av småsystem");
  assert.deepEqual([mandate.status, mandate.amountLimit, mandate.kind, mandate.holder.reference], ["ended", { value: 500000, currency: "SEK" }, ["verkstallighet"], "GovernanceBody/rs"]);
});

test("a portfolio with its initiatives, who say so themselves, and a process as data", async () => {
  await visit("tavla", async (page) => {
    await page.getByRole("radio", { name: "Portföljer" }).check();
    await byButton("Ny portfölj")(page);
    const dialog = dialogOf(page);
    await write(dialog, { Namn: "Digital vård", Nivå: "Taktisk", "Budget, kronor": "1000000" });
    await pick(dialog, "Initiativ och projekt", "optiker", "Digital optikerremiss");
    await pick(dialog, "Initiativ och projekt", "remissh", "Digital remisshantering");
    await save(dialog);
    const line = page.locator("main tbody tr", { hasText: "Digital vård" });
    await line.waitFor();
    assert.match(await plain(line), /Taktisk[\s\S]*Digital optikerremiss[\s\S]*Digital remisshantering[\s\S]*1 000 000 kr/);
    await press(line.getByRole("button", { name: "Ändra Digital vård" }));
    await press(dialog.getByRole("button", { name: /^Ta bort Digital remisshantering/ }));
    await save(dialog);
    await gone(page);
    await line.getByText("Digital remisshantering").waitFor({ state: "detached" });
    await page.getByRole("radio", { name: "Processer" }).check();
    await press(page.getByRole("button", { name: /^Ändra Från idé/ }));
    const phase = dialog.locator("fieldset.styr-row", { hasText: "Fas 2" }).first();
    await write(phase, { "Grind som öppnar fasen": "9" });
    await save(dialog);
    await dialog.getByText("En fas hänvisar till en grind som finns.").waitFor();
    await write(phase, { "Grind som öppnar fasen": "1", Nyttokalkyl: "" });
    await save(dialog);
    await gone(page);
    await page.locator("main tbody tr", { hasText: "2. Konceptidé" }).getByText("Nyttokalkyl").waitFor();
  });
  const portfolio = await newest("Portfolio", "Digital vård");
  assert.deepEqual([portfolio.level, portfolio.member.map((m) => m.reference), portfolio.budget], ["tactical", ["Initiative/optiker"], { value: 1000000, currency: "SEK" }]);
  assert.deepEqual([(await read("Initiative/optiker")).portfolio?.reference, (await read("Initiative/remiss")).portfolio], [`Portfolio/${portfolio.id}`, undefined]);
  assert.deepEqual((await read("ProcessDefinition/idea-broad")).phase[1].requiredSection, ["benefitCase"]);
});

test("a decision is reported at a meeting", async () => {
  const untold = (await read("Decision?status=final&kind=verkstallighet,delegering&reported:missing=true&_count=1")).entry[0].resource;
  await visit("beslut", async (page) => {
    await page.getByRole("radio", { name: "Anmälningsärenden" }).check();
    await press(page.getByRole("button", { name: `Anmäl ${untold.title}`, exact: true }));
    const dialog = dialogOf(page);
    await dialog.locator("option", { hasText: "Samordnande grupp" }).waitFor({ state: "attached" });
    await write(dialog, { "Mötet där det anmäldes": "Samordnande grupp för utveckling av hälso- och sjukvård" });
    await save(dialog);
    await page.getByRole("button", { name: `Anmäl ${untold.title}`, exact: true }).waitFor({ state: "detached" });
  });
  const told = await read(`Decision/${untold.id}`);
  assert.deepEqual([told.reportedAt.reference, told.reportedOn, told.status], ["Meeting/samordning", day(0), "final"]);
});

test("the forms of readiness stand in light, dark, narrow and at 200 %", async () => {
  await looked("kriterier", async (page) => { await byButton("Ny avstämningspunkt")(page); await row(dialogOf(page), "kriterium", 0); }, "definition");
  await looked("linje", byButton("Öppna avstämning"), "open");
});

test("the forms of benefit and scenario stand in light, dark, narrow and at 200 %", async () => {
  await looked("nytta/b-shlr", byButton("Ändra"), "benefit");
  await looked("nytta/b-shlr", async (page) => { await byButton("För in utfall")(page); await row(dialogOf(page), "utfall", 0); }, "actual");
  await looked("scenarier", async (page) => { await page.getByRole("button", { name: /^Ändra/ }).first().waitFor(); await press(page.getByRole("button", { name: /^Ändra/ }).first()); }, "scenario");
});

test("the forms of change and of the frame stand in light, dark, narrow and at 200 %", async () => {
  await looked("forandring", byButton("Ny aktivitet"), "activity");
  await looked("forandring", async (page) => { await byButton("Nytt effektmål")(page); await row(dialogOf(page), "mätning", 0); }, "goal");
  await looked("forandring", byButton("För in puls"), "pulse");
  await looked("medlemmar", async (page) => { await byButton("Nytt organ")(page); await row(dialogOf(page), "plats", 0); }, "body");
  await looked("medlemmar", byButton("Nytt mandat"), "mandate");
  await looked("tavla", async (page) => { await page.getByRole("radio", { name: "Portföljer" }).check(); await byButton("Ny portfölj")(page); }, "portfolio");
  await looked("tavla", async (page) => { await page.getByRole("radio", { name: "Processer" }).check(); await page.getByRole("button", { name: /^Ändra/ }).first().waitFor(); await press(page.getByRole("button", { name: /^Ändra/ }).first()); }, "process");
});
