// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { AllergyIntolerance, Condition, MedicationRequest } from "@fhir";
import { activeAllergies, activeConditions, conditionText, currentMedicines, pastAllergies, pastConditions, pastMedicines, saysNoneKnown } from "./state.ts";

const coded = (code: string) => ({ coding: [{ code }] });
const allergy = (id: string, rest: Partial<AllergyIntolerance>): AllergyIntolerance => ({ resourceType: "AllergyIntolerance", id, patient: {}, code: { text: id }, ...rest });
const condition = (id: string, rest: Partial<Condition>): Condition => ({ resourceType: "Condition", id, subject: {}, ...rest });
const ids = (all: readonly { id?: string }[]) => all.map((one) => one.id);

test("silence never hides an allergy; the dangerous come first; the refuted and ended do not count", () => {
  const all = [
    allergy("tyst", {}), allergy("farlig", { criticality: "high", clinicalStatus: coded("active") }), allergy("slut", { clinicalStatus: coded("resolved") }),
    allergy("fel", { verificationStatus: coded("entered-in-error") }), allergy("ingen", { code: coded("716186003") }),
  ];
  assert.deepEqual(ids(activeAllergies(all)), ["farlig", "tyst"]);
  assert.deepEqual(ids(pastAllergies(all)), ["slut", "fel"]);
  assert.equal(saysNoneKnown(all), true);
  assert.equal(saysNoneKnown([allergy("ingen", { code: coded("716186003"), verificationStatus: coded("entered-in-error") })]), false);
  assert.equal(saysNoneKnown([]), false);
});

test("every diagnosis is either current or earlier, newest first", () => {
  const all = [condition("a", { onsetDateTime: "2001" }), condition("b", { onsetDateTime: "2010-05" }), condition("c", { clinicalStatus: coded("resolved") }), condition("d", { abatementDateTime: "2020" })];
  assert.deepEqual(ids(activeConditions(all)), ["b", "a"]);
  assert.equal(activeConditions(all).length + pastConditions(all).length, all.length);
  assert.equal(conditionText(condition("e", { code: { text: "Essentiell hypertoni", coding: [{ system: "urn:oid:1.2.752.116.1.1.1.1.8", code: "I10.9" }] } })), "Essentiell hypertoni (I10.9)");
});

test("every medicine is either current or ended; a pause and an unknown state count as current", () => {
  const medicine = (status: MedicationRequest["status"]): MedicationRequest => ({ resourceType: "MedicationRequest", id: status, status, intent: "order", subject: {}, medicationCodeableConcept: {} });
  const all = (["active", "on-hold", "stopped", "completed", "cancelled", "unknown", "draft", "entered-in-error"] as const).map(medicine);
  assert.deepEqual(ids(currentMedicines(all)), ["active", "on-hold", "unknown", "draft"]);
  assert.equal(pastMedicines(all).length, 4);
});
