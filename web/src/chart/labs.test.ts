// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Observation } from "@fhir";
import { analytes, matrix, series } from "./labs.ts";

const npu = (code: string, text: string) => ({ coding: [{ system: "urn:oid:1.2.752.108.1", code }], text });
const crp = (date: string, value: number, rest: Partial<Observation> = {}): Observation => ({
  resourceType: "Observation", status: "final", code: npu("NPU19748", "P-CRP"), effectiveDateTime: date,
  valueQuantity: { value, unit: "mg/L" }, referenceRange: [{ high: { value: 5, unit: "mg/L" } }], ...rest,
});

test("a row an analyte, a column a sampling minute, newest first", () => {
  const rows = analytes([
    crp("2026-01-01T08:00:10+01:00", 3), crp("2026-03-01T08:00:00+01:00", 48),
    { ...crp("2026-01-01T08:00:50+01:00", 140), code: npu("NPU03429", "P-Natrium"), valueQuantity: { value: 140, unit: "mmol/L" }, referenceRange: [] },
  ]);
  const table = matrix(rows);
  assert.deepEqual(rows.map((r) => r.name), ["P-CRP", "P-Natrium"]);
  assert.deepEqual(table.columns, ["2026-03-01T08:00:00+01:00", "2026-01-01T08:00:10+01:00"]);
  assert.deepEqual(table.cells.get(rows[0]!.key)?.map((c) => c.map((v) => v.text)), [["48"], ["3"]]);
  assert.deepEqual(table.cells.get(rows[1]!.key)?.map((c) => c.length), [0, 1]);
  assert.deepEqual(series(rows[0]!).map((v) => v.number), [3, 48]);
});

test("the laboratory's own mark goes before the interval", () => {
  const level = (o: Observation) => analytes([o])[0]?.values[0]?.level;
  assert.equal(level(crp("2026-01-01", 48)), "high");
  assert.equal(level(crp("2026-01-01", 5)), "normal");
  assert.equal(level(crp("2026-01-01", 48, { interpretation: [{ coding: [{ code: "HH" }] }] })), "criticalHigh");
  assert.equal(level(crp("2026-01-01", 48, { referenceRange: [] })), "unknown");
  assert.equal(level(crp("2026-01-01", 2, { referenceRange: [{ low: { value: 3 } }] })), "low");
});

test("a value with a comparator is judged only as far as it says", () => {
  const level = (comparator: "<" | ">" | undefined, value: number, low?: number, high?: number) => analytes([crp("2026-01-01", value, {
    valueQuantity: { value, unit: "mg/L", ...(comparator === undefined ? {} : { comparator }) },
    referenceRange: [{ ...(low === undefined ? {} : { low: { value: low } }), ...(high === undefined ? {} : { high: { value: high } }) }],
  })])[0]?.values[0]?.level;
  assert.equal(level("<", 10, undefined, 5), "unknown");
  assert.equal(level("<", 4, undefined, 5), "normal");
  assert.equal(level("<", 4, 1, 5), "unknown");
  assert.equal(level("<", 4, 4, 9), "low");
  assert.equal(level(">", 90, 60), "normal");
  assert.equal(level(">", 50, 60), "unknown");
  assert.equal(level(">", 9, 4, 9), "high");
  assert.equal(level(undefined, 9, 4, 9), "normal");
});

test("an interval in another unit is shown, not reckoned with", () => {
  const value = analytes([crp("2026-01-01", 48, { referenceRange: [{ low: { value: 0, unit: "mg/dL" }, high: { value: 0.5, unit: "mg/dL" } }] })])[0]?.values[0];
  assert.deepEqual([value?.level, value?.high, value?.rangeText], ["unknown", null, "0–0.5 mg/dL"]);
  const coded = analytes([crp("2026-01-01", 48, { valueQuantity: { value: 48, unit: "mg per L", code: "mg/L" }, referenceRange: [{ high: { value: 5, unit: "mg/L", code: "mg/L" } }] })])[0]?.values[0];
  assert.equal(coded?.level, "high");
});

test("the same analyte in another unit is another row", () => {
  const rows = analytes([crp("2026-01-01", 5), crp("2026-01-02", 0.5, { valueQuantity: { value: 0.5, unit: "mg/dL" } })]);
  assert.equal(rows.length, 2);
});

test("blood pressure gives a row for each component, errors give none", () => {
  const pressure: Observation = {
    resourceType: "Observation", status: "final", code: { text: "Blood pressure" }, effectiveDateTime: "2026-01-01",
    component: [{ code: { text: "Systolic" }, valueQuantity: { value: 120, unit: "mm[Hg]" } }, { code: { text: "Diastolic" }, valueQuantity: { value: 80, unit: "mm[Hg]" } }],
  };
  assert.deepEqual(analytes([pressure]).map((r) => r.name), ["Systolic", "Diastolic"]);
  assert.deepEqual(analytes([crp("2026-01-01", 5, { status: "entered-in-error" })]), []);
});

test("the unit of what has none is not written beside the value", () => {
  assert.equal(analytes([crp("2026-01-01", 1.1, { valueQuantity: { value: 1.1, unit: "1" } })])[0]?.unit, "");
});

test("words, comparators and missing values are kept as text", () => {
  const text = (rest: Partial<Observation>) => {
    const { valueQuantity: _, ...bare } = crp("2026-01-01", 5);
    return analytes([{ ...bare, ...rest }])[0]?.values[0]?.text;
  };
  assert.equal(text({ valueQuantity: { value: 4, comparator: "<", unit: "mg/L" } }), "<4");
  assert.equal(text({ valueCodeableConcept: { text: "Ingen växt" } }), "Ingen växt");
  assert.equal(text({ valueString: "ej påvisat" }), "ej påvisat");
  assert.equal(text({ dataAbsentReason: { text: "Hemolyserat" } }), "Hemolyserat");
  assert.equal(text({ valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }), "1:128");
});
