// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { DiagnosticReport, Observation, Task } from "@fhir";
import { abnormalOf, answerOf, byObservation, isNormal, known, placeOf, unjudgedOf } from "./answers.ts";

const task = (focus: string): Task => ({ resourceType: "Task", id: `t-${focus.replace("/", "-")}`, status: "requested", intent: "order", focus: { reference: focus }, description: "Provsvar" });
const value = (id: string, number: number, high?: number): Observation => ({
  resourceType: "Observation", id, meta: { versionId: "2" }, status: "final", code: { text: `Prov ${id}` }, effectiveDateTime: "2026-11-20T08:00:00+01:00", valueQuantity: { value: number, unit: "mmol/L" },
  ...(high === undefined ? {} : { referenceRange: [{ low: { value: 1, unit: "mmol/L" }, high: { value: high, unit: "mmol/L" } }] }),
});
const report = (results: string[], more: Partial<DiagnosticReport> = {}): DiagnosticReport => ({ resourceType: "DiagnosticReport", id: "r", meta: { versionId: "3" }, status: "final", code: { text: "Klinisk kemi" }, result: results.map((id) => ({ reference: `Observation/${id}` })), ...more });

test("a report is one answer with all its values; abnormal ones and those without reference are named", () => {
  const held = known([report(["a", "b", "c"]), value("a", 2, 4), value("b", 9, 4), value("c", 2)]);
  const one = answerOf(task("DiagnosticReport/r"), held);
  assert.deepEqual(abnormalOf(one).map((p) => p.name), ["Prov b"]);
  assert.deepEqual(unjudgedOf(one).map((p) => p.name), ["Prov c"]);
  assert.equal(isNormal(one), false);
  assert.deepEqual(one.seen, ["DiagnosticReport/r/_history/3", "Observation/a/_history/2", "Observation/b/_history/2", "Observation/c/_history/2"]);
  assert.equal(byObservation([one]).get("Observation/c"), one);
});

test("normal is only what is whole and within reference", () => {
  const normal = (r: DiagnosticReport, ...o: Observation[]) => isNormal(answerOf(task("DiagnosticReport/r"), known([r, ...o])));
  assert.equal(normal(report(["a"]), value("a", 2, 4)), true);
  assert.equal(normal(report(["a", "b"]), value("a", 2, 4)), false);
  assert.equal(normal(report(["a"], { conclusion: "Misstänkt" }), value("a", 2, 4)), false);
  assert.equal(normal(report(["a"], { presentedForm: [{ contentType: "application/pdf" }] }), value("a", 2, 4)), false);
  assert.equal(normal(report([])), false);
  assert.equal(isNormal(answerOf(task("Observation/a"), known([value("a", 2, 4)]))), true);
});

test("a result that could not be read keeps its title and is never normal", () => {
  const one = answerOf(task("DiagnosticReport/r"), known([]));
  assert.deepEqual([one.title, one.whole, isNormal(one)], ["Provsvar", false, false]);
  assert.equal(placeOf("https://x/fhir/Observation/a/_history/2"), "Observation/a");
});
