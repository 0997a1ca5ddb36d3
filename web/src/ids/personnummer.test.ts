// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { readIdentityNumber, showIdentityNumber } from "./personnummer.ts";

const today = new Date(2026, 10, 21);
const canonical = (text: string) => readIdentityNumber(text, today).map((n) => n.canonical);

test("every common way of writing gives the same twelve digits", () => {
  for (const text of ["191212121212", "19121212-1212", "19121212 1212", "19121212–1212", "1912-12-12-1212", " 1912 1212 1212 "])
    assert.deepEqual(canonical(text), ["191212121212"], text);
  assert.deepEqual(canonical("121212+1212"), ["191212121212"]);
  assert.deepEqual(canonical("121212-1212"), ["201212121212", "191212121212"]);
  assert.deepEqual(canonical("1212121212"), ["201212121212", "191212121212"]);
});

test("a year that has not come yet means the century before", () => {
  assert.deepEqual(canonical("570428-9999"), ["195704289999", "185704289999"]);
  assert.deepEqual(canonical("270428-9999")[0], "192704289999");
});

test("samordningsnummer and reservnummer are told apart", () => {
  assert.deepEqual(readIdentityNumber("196109732393", today), [{ kind: "samordningsnummer", canonical: "196109732393", checked: true }]);
  assert.equal(readIdentityNumber("610973-2393", today)[0]?.kind, "samordningsnummer");
  assert.equal(readIdentityNumber("20210325-k069", today)[0]?.canonical, "20210325K069");
  assert.equal(readIdentityNumber("20210325K069", today)[0]?.kind, "reservnummer");
});

test("a wrong control digit is found but marked, an impossible date is no number", () => {
  assert.equal(readIdentityNumber("191212121213", today)[0]?.checked, false);
  assert.equal(readIdentityNumber("191212121212", today)[0]?.checked, true);
  assert.deepEqual(canonical("191213121212"), []);
  assert.deepEqual(canonical("20210229-1234"), []);
  assert.deepEqual(canonical("andersson"), []);
  assert.deepEqual(canonical("1234567890123"), []);
});

test("shown with a hyphen before the last four", () => {
  assert.equal(showIdentityNumber("191212121212"), "19121212-1212");
  assert.equal(showIdentityNumber("999-11-7826"), "999-11-7826");
});
