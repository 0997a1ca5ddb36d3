// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Task } from "@fhir";
import { acknowledged, doneBy, handed, isAcknowledge, isEscalated, mayAct, morningIn, rested, restsUntil, TASK_SYSTEM, taken, whose, type Me } from "./tasks.ts";

const ME: Me = { who: { reference: "PractitionerRole/anna-med", display: "Anna" }, refs: ["PractitionerRole/anna-med", "Practitioner/anna"], teams: [{ reference: "CareTeam/rond" }], unit: "Organization/med", unitName: "Medicin", open: false };
const AT = "2026-11-22T08:00:00.000Z";
const NOW = Date.parse(AT);
const owned = (reference: string, more: Partial<Task> = {}): Task => ({ resourceType: "Task", id: "t", status: "requested", intent: "order", code: { coding: [{ system: TASK_SYSTEM, code: "acknowledge" }] }, owner: { reference }, ...more });
const labelled = { meta: { extension: [{ url: "https://helhet.example/fhir/StructureDefinition/care-unit", valueReference: { reference: "Organization/med" } }] } };

test("mine by assignment or person, the unit's by unit, and a colleague's there may be acted on", () => {
  assert.equal(whose(owned("PractitionerRole/anna-med"), ME), "mine");
  assert.equal(whose(owned("Practitioner/anna"), ME), "mine");
  assert.equal(whose(owned("Organization/med"), ME), "unit");
  assert.equal(whose(owned("Organization/kir"), ME), "other");
  assert.equal(mayAct(owned("PractitionerRole/bo-med"), ME), false);
  assert.equal(mayAct(owned("PractitionerRole/bo-med", labelled), ME), true);
  assert.equal(whose(owned("Organization/kir"), { ...ME, refs: [], unit: "", open: true }), "unit");
  assert.equal(whose({ ...owned(""), owner: {} }, { ...ME, unit: "" }), "other");
});

test("acknowledged: by whom, when, and which version was seen", () => {
  const task = acknowledged(owned("Organization/med"), ME, AT, ["Observation/o/_history/2"], "Vidimerat svar");
  assert.deepEqual(doneBy(task), { who: ME.who, when: AT });
  assert.deepEqual(task.output, [{ type: { text: "Vidimerat svar" }, valueReference: { reference: "Observation/o/_history/2" } }]);
  assert.equal(isAcknowledge(task), true);
  assert.equal(doneBy(owned("Organization/med")), null);
});

test("only one's own rests, until its time or until the unit takes it over", () => {
  const until = morningIn(3, new Date(NOW));
  const task = rested(owned("PractitionerRole/anna-med"), ME, AT, until);
  assert.equal(restsUntil(task, ME, NOW), until);
  assert.equal(restsUntil(task, ME, Date.parse(until)), "");
  assert.equal(restsUntil({ ...task, owner: { reference: "Organization/med" } }, ME, NOW), "");
  const escalated: Task = { ...task, owner: { reference: "Organization/med" }, businessStatus: { coding: [{ system: TASK_SYSTEM, code: "escalated" }] } };
  assert.equal(isEscalated(escalated), true);
  assert.equal(restsUntil(escalated, ME, NOW), "");
  assert.equal(isEscalated(taken(escalated, ME, AT)), false);
  assert.equal(taken(task, ME, AT).executionPeriod, undefined);
});

test("handed over: to whom, and what was said, after what was said before", () => {
  const before = owned("PractitionerRole/anna-med", { note: [{ text: "Först" }] });
  const task = handed(before, ME, AT, { reference: "PractitionerRole/bo-med" }, "Kan du ta den?");
  assert.equal(task.owner?.reference, "PractitionerRole/bo-med");
  assert.equal(task.status, "requested");
  assert.deepEqual(task.note?.map((n) => n.text), ["Först", "Kan du ta den?"]);
  assert.equal(handed(owned("x"), ME, AT, {}, "").note, undefined);
});
