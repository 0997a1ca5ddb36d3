// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { patientQuery } from "./query.ts";

const today = new Date(2026, 10, 21);
const searches = (text: string) => patientQuery(text, today)?.searches;

test("a personnummer becomes one identifier search with both possible centuries", () => {
  const system = "http://electronichealth.se/identifier/personnummer";
  assert.deepEqual(searches("19121212-1212"), [[["identifier", `${system}|191212121212`]]]);
  assert.deepEqual(searches("121212-1212"), [[["identifier", `${system}|201212121212,${system}|191212121212`]]]);
  assert.equal(patientQuery("19121212-1213", today)?.badControlDigit, true);
  assert.equal(patientQuery("121212-1212", today)?.badControlDigit, false);
});

test("names: one parameter a word, any order, years and dates mean birth", () => {
  assert.deepEqual(searches("  Åsa   Öberg "), [[["name:contains", "Åsa"], ["name:contains", "Öberg"]]]);
  assert.deepEqual(searches("Li Ek"), [[["name", "Li"], ["name", "Ek"]]]);
  assert.deepEqual(searches("öberg 1912"), [[["name:contains", "öberg"], ["birthdate", "1912"]]]);
  assert.deepEqual(searches("öberg 19121212"), [[["name:contains", "öberg"], ["birthdate", "1912-12-12"]]]);
  assert.deepEqual(searches("a$b|c\\d"), [[["name:contains", "a\\$b\\|c\\\\d"]]]);
});

test("decomposed letters are composed before they are searched for", () => {
  assert.deepEqual(searches("A\u030asa"), [[["name:contains", "Åsa"]]]);
});

test("an id is looked for as id, identifier and name", () => {
  assert.deepEqual(searches("p-1042"), [[["_id", "p-1042"]], [["identifier", "p-1042"]], [["name:contains", "p-1042"]]]);
});

test("nothing is asked for less than two characters", () => {
  assert.equal(patientQuery("a", today), null);
  assert.equal(patientQuery("   ", today), null);
});
