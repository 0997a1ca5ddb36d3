// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, mergeVisits, VISITS_MAX, type Visits } from "./visits.ts";

const at = (clock: string) => `2026-11-22T${clock}:00.000Z`;

test("a visit begins after half an hour's absence; a reload is the same visit", () => {
  assert.deepEqual(arrive(undefined, at("08:00")), { since: "", seen: at("08:00") });
  assert.deepEqual(arrive({ since: "", seen: at("08:00") }, at("08:20")), { since: "", seen: at("08:20") });
  assert.deepEqual(arrive({ since: at("01:00"), seen: at("08:00") }, at("08:31")), { since: at("08:00"), seen: at("08:31") });
  assert.deepEqual(arrive({ since: at("01:00"), seen: at("08:00") }, at("07:00")), { since: at("01:00"), seen: at("08:00") }, "a clock that goes back changes nothing");
});

test("of two windows the latest visit to each patient stands, and the oldest give way", () => {
  const mine: Visits = { a: { since: "", seen: at("08:00") }, b: { since: at("01:00"), seen: at("09:00") } };
  const theirs: Visits = { a: { since: at("02:00"), seen: at("08:30") }, c: { since: "", seen: at("07:00") } };
  assert.deepEqual(mergeVisits(mine, theirs), { a: theirs["a"], b: mine["b"], c: theirs["c"] });
  const many = Object.fromEntries(Array.from({ length: VISITS_MAX + 5 }, (_, i) => [`p${i}`, { since: "", seen: new Date(1_700_000_000_000 + i * 1000).toISOString() }]));
  const kept = mergeVisits(many, {});
  assert.equal(Object.keys(kept).length, VISITS_MAX);
  assert.equal(kept["p0"], undefined);
});

test("what is kept of the most patients fits in a setting", () => {
  const many = Object.fromEntries(Array.from({ length: VISITS_MAX }, (_, i) => [`${"x".repeat(60)}${i}`, { since: at("08:00"), seen: at("09:00") }]));
  assert.ok(JSON.stringify(many).length < 64 * 1024);
});
