// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { draftLink, resourceLink } from "./links.ts";

test("each kind of resource has its screen; a task is in the inbox, whatever it is about", () => {
  assert.equal(resourceLink("Task/t1", "p"), "/inkorg");
  assert.equal(resourceLink("Task/t1", ""), "/inkorg");
  assert.equal(resourceLink("ServiceRequest/s1", "p"), "/patient/p/remisser");
  assert.equal(resourceLink("Composition/c1", "p"), "/patient/p/anteckningar/c1");
  assert.equal(resourceLink("Patient/p", ""), "/patient/p");
  assert.equal(resourceLink("Observation/o", ""), "");
});

test("a draft leads to where it is written", () => {
  assert.equal(draftLink({ kind: "note", patient: "p", id: "d1" }), "/patient/p/anteckningar/ny?visa=d1");
  assert.equal(draftLink({ kind: "note", patient: "p", id: "note-c1" }), "/patient/p/anteckningar/c1");
  assert.equal(draftLink({ kind: "order", patient: "p", id: "d1" }), "/patient/p/lakemedel?visa=d1");
});
