// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Consent, Parameters, ParametersParameter } from "@fhir";
import { deeds, lengthsOf, missing, type Values } from "./deeds.ts";
import { explained, grantOf, nextEnd, rules, timeLeft } from "./explained.ts";

const consent = (code: string, more: Partial<Consent> = {}): Consent => ({
  resourceType: "Consent", id: "c", status: "active", scope: {}, category: [{ coding: [{ system: "https://helhet.example/fhir/CodeSystem/access-category", code }] }], ...more,
});

function told(flags: Record<string, boolean>, may: readonly string[] = ["choose", "block", "consent", "emergency"], more: readonly ParametersParameter[] = []): Parameters {
  const parameter = [...Object.entries(flags).map(([name, valueBoolean]) => ({ name, valueBoolean })), ...may.map((valueCode) => ({ name: "may", valueCode })), ...more];
  return { resourceType: "Parameters", parameter };
}

const shown = (flags: Record<string, boolean>, may?: readonly string[]) => rules(explained(told(flags, may), false), false).map((r) => `${r.name} ${r.seen ? "yes" : "no"} ${r.because}`);

test("what is not told counts as no: nothing is shown by silence", () => {
  assert.deepEqual(shown({}), ["own no noRelation", "units no purpose", "providers no purpose"]);
  assert.equal(grantOf(consent("marketing")), null);
});

test("each kind of record is shown by its own rule", () => {
  assert.deepEqual(shown({ careRelation: true, care: true, joined: true }), ["own yes relation", "units no noChoice", "providers no noChoiceNorConsent"]);
  assert.deepEqual(shown({ care: true, joined: true, activeChoice: true }), ["own yes choice", "units yes choice", "providers no noConsent"]);
  assert.deepEqual(shown({ care: true, joined: true, consent: true }), ["own no noRelation", "units no noChoice", "providers no noChoice"]);
  assert.deepEqual(shown({ care: true, joined: true, activeChoice: true, consent: true, blocked: true }), ["own yes choice", "units yes choice", "providers yes consent", "blocked no blocked"]);
  assert.deepEqual(shown({ care: true, joined: true, emergency: true, blocked: true }), ["own yes emergency", "units yes emergency", "providers yes emergencyJoined", "blocked yes emergency"]);
  assert.deepEqual(shown({ care: true, emergency: true, blocked: true }), ["own yes emergency", "units yes emergency", "providers no notJoined", "blocked yes emergency"]);
});

test("only ways that the role has are offered", () => {
  const ways = (may: readonly string[]) => rules(explained(told({ care: true, joined: true, blocked: true }, may), false), true).map((r) => r.ways.join(" "));
  assert.deepEqual(ways(["choose", "block", "consent", "emergency"]), ["val nodoppning", "val nodoppning", "samtycke val nodoppning", "oppna-sparr nodoppning", ""]);
  assert.deepEqual(ways(["block", "consent"]), ["", "", "samtycke", "oppna-sparr", ""]);
});

test("blocks are there only when they were asked for", () => {
  const block = { name: "block", part: [{ name: "consent", valueReference: { reference: "Consent/b1" } }, { name: "organization", valueReference: { reference: "Organization/o" } }, { name: "hides", valueBoolean: true }] };
  assert.equal(explained(told({}, [], [block]), false).blocks, null);
  assert.deepEqual(explained(told({}, [], [block]), true).blocks, [{ id: "b1", organization: "Organization/o", outer: false, hides: true }]);
});

test("what is in force, how long is left, and when the next of it ends", () => {
  const one = consent("emergency", {
    extension: [{ url: "https://helhet.example/fhir/StructureDefinition/access-reason", valueString: "medvetslös" }, { url: "https://helhet.example/fhir/StructureDefinition/review", valueBoolean: true }],
    provision: { period: { start: "2026-11-22T03:00:00.000Z", end: "2026-11-22T07:00:00.000Z" } },
  });
  const e = explained(told({}, [], [{ name: "access", resource: one }, { name: "access", resource: consent("marketing") }]), false);
  assert.equal(e.grants.length, 1);
  assert.deepEqual([e.grants[0]?.kind, e.grants[0]?.reason, e.grants[0]?.review], ["emergency", "medvetslös", true]);
  const now = Date.parse("2026-11-22T04:01:30Z");
  assert.deepEqual(timeLeft("2026-11-22T07:00:00Z", now), { hours: 2, minutes: 58 });
  assert.deepEqual(timeLeft("2026-11-22T03:00:00Z", now), { hours: 0, minutes: 0 });
  assert.equal(nextEnd(e.grants, now), Date.parse("2026-11-22T07:00:00Z"));
  assert.equal(nextEnd(e.grants, Date.parse("2026-11-22T08:00:00Z")), null);
});

const values: Values = { reason: "", length: 8, organization: "", outer: false, wish: false };

test("what must be filled in is told in the order it is asked; the patient's own wish needs no witness", () => {
  assert.equal(missing(deeds.val, { ...values, reason: "  " }, false), "needReason");
  assert.equal(missing(deeds.val, { ...values, reason: "remiss" }, false), null);
  assert.equal(missing(deeds.sparr, values, false), "needOrganization");
  assert.equal(missing(deeds.sparr, { ...values, organization: "Organization/a" }, false), "needWish");
  assert.equal(missing(deeds.sparr, { ...values, organization: "Organization/a" }, true), null);
});

test("no longer than the law's limit is offered", () => {
  const limits = { choiceHours: 6, emergencyHours: 4, liftDays: 30, consentDays: 1460 };
  assert.deepEqual(lengthsOf(deeds.val, limits), [1, 4]);
  assert.deepEqual(lengthsOf(deeds.samtycke, { ...limits, consentDays: 0.5 }), [0.5]);
  assert.deepEqual(lengthsOf(deeds.avsluta, limits), []);
});

test("each kind is ended by its own operation", () => {
  for (const [kind, operation, name] of [["active-choice", "$active-choice", "end"], ["emergency", "$emergency", "end"], ["lifted", "$lift-block", "end"], ["consent", "$consent", "withdraw"], ["block", "$unblock", "block"]] as const) {
    const grant = grantOf(consent(kind));
    assert.equal(deeds.avsluta.operation(grant), operation);
    assert.deepEqual(deeds.avsluta.parameters(values, "c", grant), [{ name, valueString: "c" }]);
  }
});
