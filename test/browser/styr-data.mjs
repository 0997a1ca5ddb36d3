// SPDX-License-Identifier: Apache-2.0
// What the tests of Steering look at: the process, initiatives with their diary numbers, cases, a line of checkpoints for three
// units, risks, scenarios, a benefit case, contracts, meetings, reports. No real person. In a store of their own.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../http/server.mjs";
import { swedishDay } from "./harness.mjs";

const ref = (reference, display) => ({ reference, ...(display === undefined ? {} : { display }) });
const diary = (value) => [{ system: "urn:se:diarium", value }];
/** The Swedish date so many days from now. */
export const day = (days) => swedishDay(Date.now() + days * 86_400_000);

export const UNITS = [["styr-u1", "Akutmottagningen, Testsjukhuset"], ["styr-u2", "Medicinavdelning 12, Testsjukhuset"], ["styr-u3", "Vårdcentralen Provet"]];
const unit = (n) => ref(`Organization/${UNITS[n][0]}`, UNITS[n][1]);
const DIRECTOR = ref("PractitionerRole/styr-director", "Hälso- och sjukvårdsutvecklingsdirektör (test)");
const HANDLER = ref("PractitionerRole/styr-handler", "Handläggare (test)");
const OWNER = ref("PractitionerRole/styr-owner", "Processansvarig (test)");
const KL = ref("GovernanceBody/kl-hos", "Koncernledning Hälso- och sjukvård");

const people = [
  ...UNITS.map(([id, name]) => ({ resourceType: "Organization", id, active: true, name })),
  { resourceType: "Patient", id: "styr-patient", active: true, name: [{ use: "official", text: "Prov Provsson", family: "Provsson", given: ["Prov"] }], birthDate: "1950-01-01" },
  { resourceType: "Organization", id: "styr-office", active: true, name: "Koncernkontoret (test)" },
  ...["director", "handler", "owner"].flatMap((id) => [{ resourceType: "Practitioner", id: `styr-${id}`, active: true }, { resourceType: "PractitionerRole", id: `styr-${id}`, active: true, practitioner: ref(`Practitioner/styr-${id}`), organization: ref("Organization/styr-office"), code: [{ text: id }] }]),
];

const idea = {
  resourceType: "ProcessDefinition", id: "idea-broad", status: "active", name: "Från idé till breddinförande", source: "Styrdokument (test)",
  phase: [{ number: 1, name: "Idé och nominering" }, { number: 2, name: "Konceptidé", gate: 1 }, { number: 3, name: "Utveckling och test", gate: 2 }, { number: 4, name: "Breddinförande", gate: 3 }],
  gate: [{ number: 1, name: "Ta fram och testa konceptidéer", opens: 2, kind: "verkstallighet" }, { number: 2, name: "Utveckla och testa lösning", opens: 3, kind: "verkstallighet" }, { number: 3, name: "Införa brett", opens: 4, kind: "namnd" }],
};

const CONCEPTS = [
  ["ekg", "Sammanhållen EKG-miljö", "RS 2025-02255"], ["bfm", "Förstudie Regionalt information- och bildsystem BFM", "RS 2025-02223"], ["media", "Medicinsk media i medicinska rum", "RS 2025-01776"], ["ultraljud", "Lagring av bildgivande ultraljud", "RS 2025-01778"],
  ["optiker", "Digital optikerremiss", "RS 2025-01548"], ["da-stod", "Digital assistent Vård – beslutsstöd", "RS 2025-01320"], ["da-journal", "Digital assistent Vård – automatiserad journalföring", "RS 2025-01319"], ["remiss", "Digital remisshantering", "RS 2025-02296"],
  ["pgt", "Systemstöd PGT", "RS 2025-02880"], ["mtp", "MTP i tyst vårdmiljö", "RS 2025-02881"],
];
const LEVELS = ["strategic", "tactical", "operative"];
const initiatives = [
  ...CONCEPTS.map(([id, title, number], i) => ({ resourceType: "Initiative", id, identifier: diary(number), status: "concept", title, phase: 2, phaseSince: "2025-06-03", level: LEVELS[i % 3], process: ref("ProcessDefinition/idea-broad"), processOwner: OWNER, need: `Behovet av ${title}.`, gate: [{ number: 1, outcome: "granted", decidedOn: "2025-06-03", decision: ref(`Decision/d-${id}`) }] })),
  { resourceType: "Initiative", id: "enkat", identifier: diary("RS 2025-03001"), status: "concept", title: "Patientenkäter – kontinuerlig mätning", phase: 2, phaseSince: "2025-06-03", level: "tactical", process: ref("ProcessDefinition/idea-broad"), processOwner: OWNER, patientFacing: true, need: "Kontinuerliga mätningar av patienternas besök. Avtalet med KeyForCare går ut 2026.", gate: [{ number: 1, outcome: "granted", decidedOn: "2025-06-03" }], system: [ref("SystemAsset/keyforcare", "KeyForCare")] },
  { resourceType: "Initiative", id: "shlr", identifier: diary("RS 2025-03002"), status: "concept", title: "Automatisk överföring till Svenska Hjärt-lungräddningsregistret (SHLR)", phase: 2, phaseSince: "2025-06-03", level: "operative", process: ref("ProcessDefinition/idea-broad"), need: "Automatiserad överföring till registret.", gate: [{ number: 1, outcome: "granted", decidedOn: "2025-06-03" }] },
  { resourceType: "Initiative", id: "vis", identifier: diary("RS 2026-00100"), status: "pilot", title: "Vårdinformationssystem, första vågen", phase: 4, phaseSince: "2026-09-01", level: "strategic", process: ref("ProcessDefinition/idea-broad"), need: "Ett adekvat vårdinformationssystem.", gate: [1, 2, 3].map((number) => ({ number, outcome: "granted", decidedOn: "2026-08-20" })) },
];

const bodies = [
  { resourceType: "GovernanceBody", id: "kl-hos", status: "active", name: "Koncernledning Hälso- och sjukvård", kind: "management", level: "strategic", decides: false, seat: [{ role: "Ordförande", chair: true, holder: DIRECTOR }, { role: "Ledamot", organization: unit(0) }] },
  { resourceType: "GovernanceBody", id: "rs", status: "active", name: "Regionstyrelsen", kind: "political", level: "strategic", decides: true },
  { resourceType: "GovernanceBody", id: "fg", status: "active", name: "Funktionsgrupp digitalisering", kind: "function-group", level: "tactical", decides: false },
];
const mandates = [{ resourceType: "Mandate", id: "m-director", status: "active", title: "Verkställighet inom hälso- och sjukvårdens digitalisering", holder: DIRECTOR, kind: ["verkstallighet", "delegering", "go-live"], allScope: true, period: { start: "2025-01-01" }, source: "Regiondirektörens fördelning (test)" }];

const cases = [
  { resourceType: "DecisionCase", id: "c-enkat", identifier: diary("RS 2025-03001"), status: "draft", kind: "gate", title: "Beslut 2: Patientenkäter – kontinuerlig mätning", initiative: ref("Initiative/enkat", "Patientenkäter"), gateNumber: 2, handler: HANDLER, recordStatus: "arbetsmaterial", need: "Utföra kontinuerliga mätningar för att följa upp patienternas besök.\nAvtalet med KeyForCare går ut 2026.", proposal: "Koncernledning Hälso- och sjukvård ställer sig bakom verkställighetsbeslut 2.\nGå vidare till fas 3.", functionality: "Enkäterna skickas automatiskt till patienterna via 1177.", coordination: [{ body: ref("GovernanceBody/fg", "Funktionsgrupp digitalisering"), date: "2025-05-05", outcome: "anchored" }], funding: "Finansieras inom ramen för utvecklingsmedel." },
  { resourceType: "DecisionCase", id: "c-shlr", identifier: diary("RS 2025-03002"), status: "endorsed", kind: "gate", title: "Beslut 2: Automatisk överföring till SHLR", initiative: ref("Initiative/shlr", "SHLR"), gateNumber: 2, handler: HANDLER, recordStatus: "upprattad", need: "Automatiserad överföring till registret.", proposal: "Gå vidare till fas 3.", functionality: "Registrera i samma system som journalen.", coordination: [{ body: KL, date: "2025-09-01", outcome: "endorsed", statement: "Ställer sig bakom beslut 2." }], benefitCase: ref("BenefitCase/b-shlr", "Nyttokalkyl SHLR"), funding: "Finansieras inom ramen för utvecklingsmedel." },
  { resourceType: "DecisionCase", id: "c-golive", identifier: diary("RS 2026-00101"), status: "endorsed", kind: "go-live", title: "Driftstart, första vågen", initiative: ref("Initiative/vis", "Vårdinformationssystem"), handler: HANDLER, recordStatus: "upprattad", need: "Driftstart.", proposal: "Starta.", functionality: "Enligt bilaga.", coordination: [{ body: KL, outcome: "endorsed" }], benefitExemption: { motivation: "Beslutad tidigare." }, funding: "Inom ram." },
  ...CONCEPTS.map(([id, title, number]) => ({ resourceType: "DecisionCase", id: `c-${id}`, identifier: diary(number), status: "dispatched", kind: "gate", title: `Beslut 1: ${title}`, initiative: ref(`Initiative/${id}`, title), gateNumber: 1, handler: HANDLER, recordStatus: "expedierad", need: "Behov.", proposal: "Ta fram och testa konceptidé.", functionality: "Enligt bilaga.", coordination: [{ body: KL, outcome: "informed" }], benefitExemption: { motivation: "Konceptidé." }, funding: "Inom ram." })),
];
const decisions = [
  ...CONCEPTS.map(([id, title]) => ({ resourceType: "Decision", id: `d-${id}`, status: "final", title: `Verkställighetsbeslut 1: ${title}`, case: ref(`DecisionCase/c-${id}`, title), initiative: ref(`Initiative/${id}`, title), gateNumber: 1, kind: "verkstallighet", outcome: "granted", decider: DIRECTOR, mandate: ref("Mandate/m-director", "Verkställighet"), decidedOn: "2025-06-03", preparedBy: [HANDLER], dispatch: [{ to: KL, sentOn: "2025-06-10" }], ...(id === "ekg" ? { dissent: [{ who: ref("GovernanceBody/fg", "Funktionsgrupp digitalisering"), statement: "Behovet är inte tillräckligt utrett." }] } : {}), ...(id === "pgt" ? { reportedOn: "2025-06-17" } : {}) })),
];

const criterion = (code, title, measure, comparator, target, unitOf, severity, scope) => ({ code, title, measure, comparator, target, unit: unitOf, severity, overridable: severity === "soft", maxAgeDays: 90, evidenceKind: "measured", scope });
const E3 = criterion("E3", "Godkänt praktiskt prov", "training-passed", "ge", 95, "%", "hard", "role");
const E12 = criterion("E12", "Andra per superanvändare", "super-users", "le", 8, "per superanvändare", "soft", "unit");
const DEFINITIONS = [["t120", "Avstämning T-120", -120, [E3]], ["t30", "Avstämning T-30", -30, [E3, E12]]];
const definitions = DEFINITIONS.map(([id, title, offsetDays, criteria]) => ({ resourceType: "CheckpointDefinition", id, status: "active", name: id, title, offsetDays, lockedOn: "2026-03-01", process: ref("ProcessDefinition/idea-broad"), criterion: criteria }));
/** As somebody opens it: nothing is known. The service measures, and writes what comes of it. */
const checkpoints = UNITS.flatMap(([id, name], n) => DEFINITIONS.filter(([at]) => n < 2 || at === "t30").map(([at, title, , criteria]) => ({
  resourceType: "ReadinessCheckpoint", id: `rc-${n + 1}-${at}`, status: "open", definition: ref(`CheckpointDefinition/${at}`, title), initiative: ref("Initiative/vis", "Vårdinformationssystem, första vågen"), release: "2026.4", unit: ref(`Organization/${id}`, name), wave: "Våg 1", plannedDate: "2027-02-01", asOf: day(-1),
  criterion: criteria, result: criteria.map((c) => ({ code: c.code, state: "missing", severity: c.severity })), verdict: "no-go",
})));
/** Who works where, and the practical tests that the second of the first unit has not passed. */
const NURSE = [{ coding: [{ system: "https://helhet.example/fhir/CodeSystem/role", code: "nurse" }], text: "Sjuksköterska" }];
const STAFF = [["n1", 0, true], ["n2", 0, false], ["n3", 1, true], ["n4", 2, true]];
const staff = STAFF.flatMap(([id, n]) => [{ resourceType: "Practitioner", id: `styr-${id}`, active: true, name: [{ text: `Test ${id}` }] }, { resourceType: "PractitionerRole", id: `styr-${id}`, active: true, practitioner: ref(`Practitioner/styr-${id}`), organization: unit(n), code: NURSE }]);
/** One answer to the practical test. */
export const passed = (id, who, is, at = new Date()) => ({ resourceType: "QuestionnaireResponse", id, status: "completed", questionnaire: "https://helhet.example/styr/Questionnaire/practical-training", subject: ref(`PractitionerRole/styr-${who}`), authored: at.toISOString(), item: [{ linkId: "passed", answer: [{ valueBoolean: is }] }] });
const tests = STAFF.map(([id, , is]) => passed(`styr-q-${id}`, id, is, new Date(Date.now() - 86_400_000)));
const findings = [{ resourceType: "Incident", id: "f1", status: "resolved", kind: "test-finding", severity: "high", title: "Remissvar saknar å, ä och ö", foundOn: "2026-10-01T08:00:00Z", resolvedOn: "2026-10-20T08:00:00Z", release: "2026.4", unit: UNITS.map((_, n) => unit(n)) }];

const risks = [
  { resourceType: "Risk", id: "r1", status: "treated", title: "Ord saknas i remissvar", cause: "tecken översätts fel", event: "Text faller bort", effect: "fel vård", likelihood: 3, consequence: 4, score: 12, owner: OWNER, treatment: [ref("ChangeActivity/a2", "Teckenprov i alla gränssnitt")], residual: { likelihood: 1, consequence: 4 }, eliminationAttempt: [{ text: "Spärr mot tecken som inte kan visas" }], nextReview: day(30), initiative: ref("Initiative/vis"), scenario: [ref("Scenario/s-go")] },
  { resourceType: "Risk", id: "r2", status: "assessed", title: "Superanvändare räcker inte", cause: "schemat är tomt nattetid", effect: "stödet uteblir", likelihood: 3, consequence: 2, score: 6, nextReview: day(-3), initiative: ref("Initiative/vis") },
  { resourceType: "Risk", id: "r3", status: "assessed", title: "Föråldrade system slutar fungera", cause: "avtalen löper ut 2026", likelihood: 2, consequence: 4, score: 8, treatment: [ref("ChangeActivity/a1", "Förläng avtalen")], residual: { likelihood: 1, consequence: 3 }, scenario: [ref("Scenario/s-nogo")] },
];
const swot = (...all) => all.map(([kind, statement]) => ({ kind, statement }));
const scenarios = [
  { resourceType: "Scenario", id: "s-go", status: "compared", kind: "go", title: "Go: fortsätt införandet", initiative: ref("Initiative/vis", "Vårdinformationssystem"), narrative: "Avtalet förhandlas om och införandet fortsätter.", assumption: [{ statement: "Leverantören bygger om tre områden", validUntil: "2026-06-30" }, { statement: "Två system hålls i drift", validUntil: day(200) }], swot: swot(["strength", "Påbörjat arbete tas till vara"], ["weakness", "Beroende av en leverantör"], ["opportunity", "En gemensam miljö"], ["threat", "Förtroendet är lågt"]), cost: [{ title: "Införande", low: 5_500_000, expected: 7_000_000, high: 11_000_000, yearCount: 6 }], informant: [{ role: "Verksamhetschefer", count: 12, referredBy: "samordningsrådet" }], actionPlan: [{ description: "Förhandla om avtalet", due: day(60) }], communicationPlan: [{ message: "Varför vi fortsätter", audience: "chefer", channel: "intranätet" }], risk: [ref("Risk/r1")] },
  { resourceType: "Scenario", id: "s-nogo", status: "compared", kind: "no-go", title: "No-Go: välj en annan väg", initiative: ref("Initiative/vis", "Vårdinformationssystem"), narrative: "Avtalet avslutas och en modulär väg väljs.", assumption: [{ statement: "Gamla system kan hållas i drift", validUntil: day(400) }], swot: swot(["strength", "Frihet att välja"], ["weakness", "Tar längre tid"]), cost: [{ title: "Ny upphandling", expected: 6_000_000 }], informant: [{ role: "Tekniker", count: 7 }], actionPlan: [{ description: "Förläng avtal som löper ut" }], communicationPlan: [{ message: "Vad som händer nu" }], recommendation: "Kräver att avtalen förlängs först." },
];
const benefits = [{ resourceType: "BenefitCase", id: "b-shlr", status: "approved", title: "Nyttokalkyl SHLR", initiative: ref("Initiative/shlr"), rate: 3, priceYear: 2025, horizon: 6, cost: [{ code: "bygga", title: "Ta fram lösningen", low: 300_000, expected: 350_000, high: 420_000, fromYear: 0, yearCount: 0 }], benefit: [{ code: "tid", title: "Frigjord arbetstid", class: "redistribution", low: 300_000, expected: 430_000, high: 500_000, fromYear: 0, yearCount: 6, beneficiary: "Prehospital vård" }], actual: [{ kind: "cost", atYear: 0, amount: 365_000 }] }];
const assets = [
  { resourceType: "SystemAsset", id: "keyforcare", status: "in-use", name: "KeyForCare", owner: OWNER, contractEnd: "2026-12-31", leadTimeMonths: 18, criticality: "medium", annualCost: { value: 1_200_000, currency: "SEK" }, replacedBy: ref("Initiative/enkat", "Patientenkäter") },
  { resourceType: "SystemAsset", id: "lab", status: "in-use", name: "Laboratoriesystem", owner: OWNER, contractEnd: "2027-09-30", leadTimeMonths: 6, criticality: "critical", obsolete: true, obsoleteReason: "Stöds inte efter 2027", annualCost: { value: 8_400_000, currency: "SEK" } },
  { resourceType: "SystemAsset", id: "bild", status: "in-use", name: "Bildarkiv", owner: OWNER, contractEnd: "2029-03-31", leadTimeMonths: 12, criticality: "high" },
];
const goals = [{ resourceType: "EffectGoal", id: "g1", status: "measured", number: 1, title: "Chefer är trygga med förändringen", area: "leadership", measure: "Andel som svarar ja", unit: "%", baseline: 41, target: 80, comparator: "ge", measurement: [{ date: "2026-10-01", value: 57 }] }];
const activities = [["a1", "discover", "Berätta varför", "communication", true], ["a2", "execute", "Öva i övningssystemet", "development", false], ["a3", "use", "Följ upp efter en månad", "leadership", false]].map(([id, phase, title, area, duringPause], i) => ({ resourceType: "ChangeActivity", id, status: i === 0 ? "ongoing" : "planned", title, phase, area, duringPause, unit: i === 1 ? [unit(1)] : [], audience: ["Alla medarbetare"], ...(i === 1 ? { completionMeasure: "Andel som övat", completionValue: 40, completionTarget: 95 } : {}) })).map((a) => (a.unit.length === 0 ? (delete a.unit, a) : a));
const questions = [
  { resourceType: "Question", id: "q1", status: "open", question: "När får vi veta vad som händer efter pausen?", askedCount: 34, askedOn: day(-40), due: day(-10), owner: KL },
  { resourceType: "Question", id: "q2", status: "published", question: "Var finns frågor och svar samlade?", askedCount: 5, askedOn: day(-30), answer: "Här, på den här sidan.", answeredBy: HANDLER, answeredOn: day(-20), publishedOn: day(-20) },
];
const experiences = Array.from({ length: 7 }, (_, i) => ({ resourceType: "Experience", id: `e${i}`, status: i === 6 ? "received" : "themed", question: i === 5 ? "works" : "chafes", statement: `Utbildningen kom för tidigt (${i + 1})`, screen: "patient/lakemedel", unit: unit(0), anonymous: false, author: HANDLER, receivedOn: day(-30), coding: [{ theme: "Utbildning", coder: OWNER, coderKind: i === 6 ? "machine" : "human" }] }));
const meetings = [{ resourceType: "Meeting", id: "samordning", status: "planned", title: "Samordnande grupp för utveckling av hälso- och sjukvård", body: KL, start: "2026-12-11T08:00:00Z", end: "2026-12-11T11:00:00Z", apologies: ["En ledamot deltar till och från på distans"], agenda: [
  { time: "09:00:00", title: "Inledning", detail: ["Genomgång av agenda", "Tillägg under övrigt?"], responsible: [HANDLER] }, { time: "09:05:00", title: "Laget runt – nuläge", lengthMinutes: 25 }, { time: "09:30:00", title: "Samordnande grupp för vårdinformationssystem", lengthMinutes: 20, responsible: [DIRECTOR] },
  { time: "09:50:00", title: "Förändringsledning", lengthMinutes: 35, detail: ["Info om uppdraget", "Dialog"] }, { time: "10:25:00", title: "Paus", pause: true, lengthMinutes: 10 }, { time: "10:35:00", title: "Övrigt" }, { time: "11:00:00", title: "Information från ledningen", responsible: [DIRECTOR] }, { time: "11:50:00", title: "Summering och avslut" },
], wish: [{ statement: "Handlingsplan för AI", targetDate: "2026-12-17", status: "open" }] }];

const shipped = (name) => JSON.parse(readFileSync(join(import.meta.dirname, `../../definitions/reports/${name}.json`), "utf8"));

const ALL = [...people, ...staff, ...tests, ...findings, idea, ...initiatives, ...bodies, ...mandates, ...cases, ...decisions, ...definitions, ...risks, ...scenarios, ...benefits, ...assets, ...goals, ...activities, ...questions, ...experiences, ...meetings, shipped("weekly"), shipped("final")];
const styrNdjson = () => ALL.map((one) => JSON.stringify(one)).join("\n") + "\n";

/** A store of its own with these alone, served without a login, in a folder that is removed afterwards. */
export async function startStyr() {
  const folder = mkdtempSync(join(tmpdir(), "helhet-styr-"));
  const data = join(folder, "region");
  writeFileSync(join(folder, "styr.ndjson"), styrNdjson());
  execFileSync(process.env.HELHET_BIN ?? "build/helhet", ["import", "--data", data, join(folder, "styr.ndjson")], { stdio: "ignore" });
  const server = await start(data, ["--web", "build/web"]);
  return { url: server.origin, remove: async () => { await server.stop({ keep: true }); rmSync(folder, { recursive: true, force: true }); } };
}

/** One write under /styr or /fhir, as somebody without a login. */
export async function put(origin, base, resource) {
  const answer = await fetch(`${origin}/${base}/${resource.resourceType}/${resource.id}`, { method: "PUT", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(resource) });
  if (!answer.ok) throw new Error(`${resource.resourceType}/${resource.id}: ${answer.status} ${await answer.text()}`);
}

export const readStyr = async (origin, path) => (await fetch(`${origin}/styr/${path}`)).json();

/** Opens the line and waits until the service has measured it. */
export async function openCheckpoints(origin) {
  for (const one of checkpoints) await put(origin, "styr", one);
  const MEASURED_MS_MAX = 15_000;
  for (const end = Date.now() + MEASURED_MS_MAX; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const all = await readStyr(origin, "ReadinessCheckpoint?_count=50");
    if (all.entry?.length === checkpoints.length && all.entry.every((e) => e.resource.evaluatedAt !== undefined)) return;
  }
  throw new Error("the checkpoints were not measured in time");
}
