// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { said } from "./said.ts";
import { en } from "./words.en.ts";
import { sv } from "./words.sv.ts";

test("what was done is told in words, the type too", () => {
  const cases: [string, string, string][] = [
    ["GET /fhir/[type]/[id]", "Condition/7", "Läste: diagnos"],
    ["GET /fhir/[type]", "Observation", "Sökte: mätvärde"],
    ["GET /fhir/[compartment]/[id]/[type]", "Observation", "Sökte: mätvärde"],
    ["POST /fhir/[type]/_search", "Patient", "Sökte: patientuppgift"],
    ["GET /fhir/[type]/[id]/_history/[vid]", "Composition/1", "Läste tidigare versioner: anteckning"],
    ["POST /fhir/[type]", "Task", "Lade till: uppgift"],
    ["PATCH /fhir/[type]/[id]", "Task/1", "Ändrade: uppgift"],
    ["DELETE /fhir/[type]/[id]", "Flag/1", "Tog bort: varning"],
    ["POST /fhir", "", "Skickade flera uppgifter"],
    ["POST /fhir/Patient/[id]/$emergency", "Patient/1", "Nödöppnade"],
    ["GET /fhir/_job/[id]/[file]", "", "Hämtade fil"],
    ["POST /auth/login", "", "Loggade in"],
    ["audit-down", "", "Loggen kunde inte skrivas"],
  ];
  for (const [what, resource, want] of cases) assert.equal(said(what, resource, sv), want);
  assert.equal(said("GET /fhir/[type]/[id]", "Condition/7", en), "Read: diagnosis");
});

test("what has no words is told as it stands", () => {
  assert.equal(said("something-else", "", sv), "something-else");
  assert.equal(said("GET /fhir/Patient/$unheard", "Patient", sv), "$unheard");
  assert.equal(said("GET /fhir/[type]/[id]", "Substance/1", sv), "Läste: Substance");
});

test("both languages know the same actions and types", () => {
  for (const part of ["operations", "own", "types"] as const) assert.deepEqual(Object.keys(en[part]).toSorted(), Object.keys(sv[part]).toSorted());
});
