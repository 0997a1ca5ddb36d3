// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Observation } from "@fhir";
import { vitalsOf } from "./vitals.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const at = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
const of = (code: string, hours: number, rest: Partial<Observation>, system = "http://loinc.org"): Observation => ({ resourceType: "Observation", status: "final", code: { coding: [{ system, code }] }, effectiveDateTime: at(hours), ...rest });
const quantity = (value: number, code: string) => ({ valueQuantity: { value, code, system: "http://unitsofmeasure.org" } });

test("the latest of each within a day, the pressure out of its panel", () => {
  const pressure = of("85354-9", 1, { component: [{ code: { coding: [{ system: "http://loinc.org", code: "8480-6" }] }, ...quantity(118, "mm[Hg]") }] });
  const got = vitalsOf([of("8867-4", 5, quantity(99, "/min")), of("8867-4", 2, quantity(72, "/min")), pressure, of("8310-5", 30, quantity(39.5, "Cel"))], NOW);
  assert.deepEqual(got?.vitals, { systolic: 118, pulse: 72 });
  assert.deepEqual([got?.since, got?.latest], [at(2), at(1)]);
});

test("air or oxygen, and ACVPU, as the British profiles code them", () => {
  const sct = "http://snomed.info/sct";
  const alert = of("1104441000000107", 1, { valueCodeableConcept: { coding: [{ system: sct, code: "248234008" }] } }, sct);
  assert.deepEqual(vitalsOf([alert, of("722742002", 1, {}, sct)], NOW)?.vitals, { oxygen: false, alert: true });
  const { resourceType: _, status: __, ...part } = alert;
  assert.deepEqual(vitalsOf([of("1104051000000101", 1, { component: [part] }, sct)], NOW)?.vitals, { alert: true }, "as a part of the score");
  const confused = of("1104441000000107", 1, { valueCodeableConcept: { coding: [{ system: sct, code: "130987000" }] } }, sct);
  assert.deepEqual(vitalsOf([confused, of("3151-8", 1, quantity(2, "L/min"))], NOW)?.vitals, { oxygen: true, alert: false });
});

test("the scale of saturation is the one it was measured on last; scale 1 where nobody has said", () => {
  const on = (hours: number, scale: number) => of("59408-5", hours, { ...quantity(90, "%"), component: [{ code: { coding: [{ system: "https://helhet.example/fhir/CodeSystem/vital", code: "news2-spo2-scale" }] }, valueInteger: scale }] });
  assert.deepEqual([vitalsOf([on(3, 1), on(1, 2)], NOW)?.scale, vitalsOf([on(3, 2), on(1, 1)], NOW)?.scale, vitalsOf([of("8867-4", 1, quantity(72, "/min"))], NOW)?.scale], [2, 1, 1]);
});

test("what is wrong, in another unit, only a limit, or of the future does not count", () => {
  const values = [
    of("8867-4", 1, { ...quantity(72, "/min"), status: "entered-in-error" }), of("8310-5", 1, quantity(98.6, "[degF]")), of("59408-5", 1, { valueQuantity: { value: 90, comparator: "<", code: "%" } }), of("9279-1", -1, quantity(16, "/min")),
  ];
  assert.equal(vitalsOf(values, NOW), null);
});
