// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { lookalikes, oneSlip, soundKey } from "./lookalike.ts";

const person = (id: string, given: string, family: string) => ({ id, given, family });

test("names that sound or look the same are flagged, others are not", () => {
  const found = lookalikes([
    person("1", "Christina", "Öberg"),
    person("2", "Kristina", "Oberg"),
    person("3", "Karin", "Nilsson"),
    person("4", "Karl", "Nilsson"),
    person("5", "Carin", "Nilson"),
    person("6", "Erik", "Lund"),
  ]);
  assert.deepEqual([...found].sort(), ["1", "2", "3", "5"]);
});

test("one slip of the pen", () => {
  assert.ok(oneSlip("anna", "anan"));
  assert.ok(oneSlip("anna", "ana"));
  assert.ok(oneSlip("erik", "eric"));
  assert.ok(!oneSlip("erik", "olle"));
  assert.ok(!oneSlip("ab", "ba1"));
  assert.equal(soundKey("Wickström"), soundKey("Vikstrom"));
});
