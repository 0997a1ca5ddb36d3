// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { AllergyIntolerance, Dosage, Medication, MedicationRequest } from "@fhir";
import { holdDecimal, writeJson } from "../fhir/decimal.ts";
import { ALL_ON, check, substancesIn, type Facts, type Having, type Ordered } from "./checks.ts";
import { parseDec, whole, ZERO } from "./decimal.ts";
import { fromDosage, oncePerDay, toDosage } from "./dosage.ts";
import { NO_LINE, type Line } from "./dose.ts";
import { administration, drugOf, ended, havingOf, orderedOf, overridden, renewed, replacing, signing, toRequest, totalOf, type Order, type Signer } from "./order.ts";

const ATC = "http://www.whocc.no/atc";
const dec = (text: string) => parseDec(text) ?? ZERO;
const medication = (name: string, atc: string, substance: string, strength: number, unit: string, per = "tablett"): Medication => ({
  resourceType: "Medication", code: { coding: [{ system: ATC, code: atc }], text: name }, form: { text: per },
  ingredient: [{ itemCodeableConcept: { text: substance }, strength: { numerator: { value: strength, unit, system: "http://unitsofmeasure.org", code: unit }, denominator: { value: 1, unit: per } } }],
});
const PARACETAMOL = drugOf(medication("Paracetamol 500 mg tablett", "N02BE01", "paracetamol", 500, "mg"));
const line = (value: string, frequency: number, rest: Partial<Line> = {}): Line => ({ ...NO_LINE, dose: { value: dec(value), unit: "tablett" }, schedule: oncePerDay(frequency), ...rest });
const order = (rest: Partial<Order> = {}): Order => ({ drug: PARACETAMOL, lines: [line("2", 4)], start: "2026-11-22", end: "2026-12-01", reason: "", note: "", inpatient: false, ...rest });
const WHO: Signer = { reference: { reference: "Practitioner/p" }, name: "P", patient: "x", now: "2026-11-22T08:00:00Z" };
const FACTS: Facts = { having: [], allergies: [], havingRead: true, allergiesRead: true, years: 40, kilograms: null };
const cards = (o: Ordered, rest: Partial<Facts> = {}) => check(o, { ...FACTS, ...rest }, { ...ALL_ON, most: o.lines.length > 0 }).map((c) => `${c.level} ${c.kind}`);
const allergy = (text: string, rest: Partial<AllergyIntolerance> = {}): AllergyIntolerance => ({ resourceType: "AllergyIntolerance", id: "a", patient: {}, code: { text }, ...rest });
const ordered = (name: string, atc: string): Ordered => ({ name, atc, substances: substancesIn(name), strength: null, lines: [] });

test("a dosage made here is read back as the same line, whatever its parts", () => {
  const lines: Line[] = [
    line("0.5", 1, { schedule: oncePerDay(2, "MORN", "EVE"), route: "20053000" }),
    line("1", 1, { high: dec("2"), schedule: null, asNeeded: true, asNeededFor: "smärta", max: { value: dec("8"), unit: "tablett" } }),
    line("12.5", 1, { dose: { value: dec("12.5"), unit: "ug" }, schedule: { frequency: 1, period: dec("8"), unit: "h", when: [], days: [] }, instruction: "Tas med mat" }),
    line("6", 1, { schedule: { frequency: 1, period: whole(1), unit: "wk", when: [], days: ["thu"] } }),
    line("1", 1, { schedule: null, asNeeded: true }),
  ];
  for (const one of lines) {
    const again = fromDosage(JSON.parse(writeJson(toDosage(one, 1, "2026-11-22", ""))) as Dosage, "words");
    assert.deepEqual(again, { line: one, words: "" });
  }
});

test("a dosage that the form cannot hold is kept in words, and other words for the same are shown", () => {
  const timed: Dosage = { text: "1 tablett kl 8", timing: { repeat: { frequency: 1, period: 1, periodUnit: "d", timeOfDay: ["08:00:00"] } }, doseAndRate: [{ doseQuantity: { value: 1, unit: "tablett" } }] };
  assert.equal(fromDosage(timed, "1 tablett kl 8").line.free, "1 tablett kl 8");
  const rated: Dosage = { doseAndRate: [{ doseQuantity: { value: 1, unit: "mg" }, rateQuantity: { value: 2, unit: "ml/h" } }], timing: { repeat: { frequency: 1, period: 1, periodUnit: "d" } } };
  assert.equal(fromDosage(rated, "x").line.free, "x");
  const demo: Dosage = { sequence: 1, text: "1 tablett på morgonen. Mot högt blodtryck.", timing: { repeat: { frequency: 1, period: 1, periodUnit: "d", when: ["MORN"] } }, doseAndRate: [{ doseQuantity: { value: 1, unit: "tablett" } }] };
  assert.deepEqual(fromDosage(demo, "x"), { line: line("1", 1, { schedule: oncePerDay(1, "MORN") }), words: demo.text });
});

test("an order is R4's MedicationRequest, with what it needs in all", () => {
  const request = toRequest(order(), WHO);
  assert.equal(request.dosageInstruction?.[0]?.text, "2 tabletter 4 gånger dagligen");
  assert.deepEqual(request.dosageInstruction?.[0]?.timing?.repeat?.boundsPeriod, { start: "2026-11-22", end: "2026-12-01" });
  assert.deepEqual(request.dispenseRequest?.quantity, { unit: "tablett", value: 80 });
  assert.equal(totalOf(order({ end: "" })), null);
  assert.equal(toRequest(order({ inpatient: true }), WHO).dispenseRequest, undefined);
});

const PRIOR: MedicationRequest = {
  ...toRequest(order({ reason: "Smärta" }), WHO), id: "old", meta: { versionId: "3" }, groupIdentifier: { value: "g" },
  dosageInstruction: [{ text: "två", doseAndRate: [{ doseQuantity: holdDecimal({ value: 1.5, unit: "tablett" }, "value", "1.50") }], timing: { repeat: holdDecimal({ frequency: 1, period: 1, periodUnit: "d" as const, timeOfDay: ["08:00:00"] }, "period", "1.0") } }],
};

test("a highest dose in another unit is turned into the dose's, or keeps the dosage in words", () => {
  const most = (value: number, unit: string): Dosage => ({ ...toDosage(line("0.5", 1, { dose: { value: dec("0.5"), unit: "g" }, schedule: null, asNeeded: true }), 1, "", ""), maxDosePerPeriod: { numerator: { value, unit, system: "http://unitsofmeasure.org", code: unit }, denominator: { value: 24, unit: "h", system: "http://unitsofmeasure.org", code: "h" } } });
  assert.deepEqual(fromDosage(most(4000, "mg"), "x").line.max, { value: dec("4"), unit: "g" });
  assert.equal(fromDosage(most(4, "mL"), "i ord").line.free, "i ord");
});

test("the same product stays as the order had it, and two kinds of bounds are never both there", () => {
  const { medicationCodeableConcept: _, ...rest } = PRIOR;
  const referring: MedicationRequest = { ...rest, medicationReference: { reference: "Medication/m" }, category: [{ text: "Dagvård" }], dosageInstruction: [{ timing: { repeat: { boundsDuration: { value: 5, unit: "d" }, frequency: 1, period: 1, periodUnit: "d" } } }] };
  const changed = replacing(order({ reason: "Smärta" }), referring, WHO);
  assert.deepEqual([changed.medicationReference, changed.medicationCodeableConcept, changed.category], [{ reference: "Medication/m" }, undefined, [{ text: "Dagvård" }]]);
  assert.deepEqual(renewed(referring, "2026-12-02", "", WHO).dosageInstruction?.[0]?.timing?.repeat, { frequency: 1, period: 1, periodUnit: "d", boundsPeriod: { start: "2026-12-02" } });
});

test("what was stated and is now ordered goes on being taken, because it is ordered", () => {
  const stated = { resourceType: "MedicationStatement" as const, id: "s", status: "active" as const, subject: {}, meta: { versionId: "1" } };
  const [made, said] = signing(toRequest(order(), WHO), [], stated, () => "u");
  assert.equal(made?.fullUrl, "urn:uuid:u");
  assert.deepEqual(said?.resource, { ...stated, basedOn: [{ reference: "urn:uuid:u" }] });
});

test("renewing changes days and nothing else of the dosage; the decimals stay as written", () => {
  const again = renewed(PRIOR, "2026-12-02", "", WHO);
  assert.equal(writeJson(again.dosageInstruction), '[{"text":"två","doseAndRate":[{"doseQuantity":{"value":1.50,"unit":"tablett"}}],"timing":{"repeat":{"frequency":1,"period":1.0,"periodUnit":"d","timeOfDay":["08:00:00"],"boundsPeriod":{"start":"2026-12-02"}}}}]');
  assert.deepEqual(again.priorPrescription, { reference: "MedicationRequest/old" });
  assert.equal(again.id, undefined);
  assert.deepEqual(again.groupIdentifier, { value: "g" });
});

test("a change is a new order with the old one stopped, in one transaction against the version that was read", () => {
  const changed = replacing(order({ reason: "Smärta" }), PRIOR, WHO);
  const entries = signing(changed, [overridden({ id: "x", check: "allergy", kind: "allergy", level: "stop", about: "AllergyIntolerance/a", parts: [] }, "Överkänslig", "Provocerad utan reaktion", WHO)], ended(PRIOR, "stopped", "Ändrad", WHO), () => "u");
  assert.deepEqual(entries.map((e) => `${e.request?.method} ${e.request?.url} ${e.request?.ifMatch ?? ""}`), ["POST DetectedIssue ", "POST MedicationRequest ", 'PUT MedicationRequest/old W/"3"']);
  assert.deepEqual((entries[1]?.resource as MedicationRequest).detectedIssue, [{ reference: "urn:uuid:u" }]);
  assert.deepEqual((entries[2]?.resource as MedicationRequest).statusReason, { text: "Ändrad" });
  assert.deepEqual(changed.groupIdentifier, { value: "g" });
  assert.equal(changed.reasonCode?.[0]?.text, "Smärta");
  assert.equal(replacing(order({ reason: "Feber" }), PRIOR, WHO).reasonCode?.[0]?.text, "Feber");
});

test("what is given says how much, when, by whom and on which order; what is not given says why", () => {
  const given = administration(PRIOR, { amount: { value: dec("2"), unit: "tablett" }, at: "2026-11-22T09:00:00Z", done: true, reason: "", note: "" }, WHO);
  assert.deepEqual([given.status, given.request?.reference, given.dosage?.dose?.value, given.performer?.[0]?.actor.reference], ["completed", "MedicationRequest/old", 2, "Practitioner/p"]);
  const not = administration(PRIOR, { amount: null, at: "2026-11-22T09:00:00Z", done: false, reason: "Illamående", note: "" }, WHO);
  assert.deepEqual([not.status, not.statusReason?.[0]?.text, not.dosage], ["not-done", "Illamående", undefined]);
});

test("the same substance, the same group, and two of which one is enough", () => {
  const has = (name: string, atc: string): Having => ({ reference: `MedicationRequest/${atc}`, name, atc, substances: substancesIn(name), strength: null, lines: [] });
  assert.deepEqual(cards(ordered("Naproxen 500 mg tablett", "M01AE02"), { having: [has("Naproxen 250 mg tablett", "M01AE02")] }), ["warn same"]);
  assert.deepEqual(cards(ordered("Naproxen 500 mg tablett", "M01AE02"), { having: [has("Diklofenak 50 mg tablett", "M01AB05")] }), ["warn group"]);
  assert.deepEqual(cards(ordered("Cetirizin 10 mg tablett", "R06AE07"), { having: [has("Levocetirizin 5 mg tablett", "R06AE09")] }), ["info group"]);
  assert.deepEqual(cards(ordered("Naproxen 500 mg tablett", ""), { having: [has("naproxen 250 mg", "")] }), ["warn same"], "without codes, by the substance's name");
  assert.deepEqual(cards(ordered("Cetirizin 10 mg tablett", "R06AE07"), { having: [has("Furosemid 40 mg", "C03CA01")], havingRead: false }), ["warn unread"]);
});

test("allergies by code, by class, by words; mild ones warn, cross-reactions too, and unread is not none", () => {
  const pcv = ordered("Fenoximetylpenicillin 800 mg tablett", "J01CE02");
  assert.deepEqual(cards(pcv, { allergies: [allergy("Penicillin")] }), ["stop allergy"]);
  assert.deepEqual(cards(ordered("Pivmecillinam 200 mg tablett", "J01CA08"), { allergies: [allergy("x", { code: { coding: [{ system: ATC, code: "J01CE" }] } })] }), ["stop allergy"], "one penicillin is all penicillins");
  assert.deepEqual(cards(pcv, { allergies: [allergy("", { code: { coding: [{ system: "http://snomed.info/sct", code: "91936005" }] } })] }), ["stop allergy"]);
  assert.deepEqual(cards(pcv, { allergies: [allergy("Penicillin", { criticality: "low" })] }), ["warn intolerance"]);
  assert.deepEqual(cards(ordered("Cefadroxil 500 mg kapsel", "J01DB05"), { allergies: [allergy("PcV: utslag")] }), ["stop allergy"].map(() => "warn cross"));
  assert.deepEqual(cards(pcv, { allergies: [allergy("Penicillin", { verificationStatus: { coding: [{ code: "refuted" }] } }), allergy("Jordnöt"), allergy("Asalea")] }), []);
  assert.deepEqual(cards(ordered("Metformin 500 mg tablett", "A10BA02"), { allergies: [allergy("Metformin, illamående")] }), ["stop allergy"]);
  assert.deepEqual(cards(pcv, { allergiesRead: false }), ["warn unread"]);
  assert.deepEqual(check(pcv, { ...FACTS, allergies: [allergy("Penicillin")] }, { ...ALL_ON, allergy: false }), []);
});

test("more than there should be in a day, alone, together, by weight, and daily what is weekly", () => {
  const of = (o: Order) => orderedOf(o);
  assert.deepEqual(cards(of(order())), []);
  assert.deepEqual(cards(of(order({ lines: [line("3", 3)] }))), ["stop mostDay"]);
  const has = havingOf({ ...toRequest(order(), WHO), id: "b" }, PARACETAMOL);
  assert.deepEqual(cards(of(order({ lines: [line("1", 1)] })), { having: [has] }), ["stop together", "warn same"]);
  const weekly = drugOf(medication("Metotrexat 2,5 mg tablett", "L04AX03", "metotrexat", 2.5, "mg"));
  assert.deepEqual(cards(of(order({ drug: weekly, lines: [line("6", 1)] }))), ["stop weekly"]);
  assert.deepEqual(cards(of(order({ drug: weekly, lines: [line("6", 1, { schedule: { frequency: 1, period: whole(1), unit: "wk", when: [], days: ["thu"] } })] }))), []);
  assert.deepEqual(cards(of(order({ lines: [{ ...NO_LINE, free: "enligt schema" }] }))), ["warn uncounted"]);
  const mixture = drugOf(medication("Paracetamol 24 mg/ml oral suspension", "N02BE01", "paracetamol", 24, "mg", "ml"));
  const child = order({ drug: mixture, lines: [line("10", 4, { dose: { value: dec("10"), unit: "mL" } })] });
  assert.deepEqual(cards(of(child), { years: 2, kilograms: dec("12") }), ["stop mostKg"]);
  assert.deepEqual(cards(of(child), { years: 2, kilograms: dec("14") }), []);
  assert.deepEqual(cards(of(child), { years: 2 }), ["warn noWeight"]);
});
