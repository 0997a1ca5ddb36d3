// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYTHING, hiddenCount, KINDS, readView, sift, viewQuery, type Entry, type View } from "./view.ts";

const now = new Date(2026, 10, 22).getTime();
const entry = (n: number, kind: Entry["kind"], year: number | null, unit: string): Entry =>
  ({ key: `Observation/${n}`, type: "Observation", kind, date: "", time: year === null ? Number.NEGATIVE_INFINITY : new Date(year, 5, 1).getTime(), unit });
const ENTRIES = [entry(1, "measurements", 2024, "Organization/a"), entry(2, "measurements", 2024, "Organization/b"), entry(3, "reports", 2024, "Organization/a"), entry(4, "documents", 2021, ""), entry(5, "flags", null, "Organization/a")];
const none = () => false;

test("the address says what is shown, and comes back the same", () => {
  const views: View[] = [EVERYTHING, { span: "2024-03", without: new Set(["measurements", "flags"]), unit: "a-1", fresh: true, table: true }, { ...EVERYTHING, unit: "-" }];
  for (const view of views) assert.deepEqual(readView(viewQuery(view)), view);
  assert.equal(viewQuery(EVERYTHING), "");
  assert.equal(viewQuery({ ...EVERYTHING, without: new Set(["flags", "encounters"]) }), "utan=encounters,flags");
  assert.deepEqual(readView("tid=x&utan=hemligt,flags&enhet=../x&nytt=ja&vy=lista"), { ...EVERYTHING, without: new Set(["flags"]) }, "what is not understood hides nothing");
});

test("nothing is hidden without being counted: shown and hidden together are all, for each choice", () => {
  for (const span of ["", "2024", "202x", "1999"]) for (const unit of ["", "-", "a", "c"]) for (const fresh of [false, true]) for (const left of [[], ["reports"], [...KINDS]]) {
    const sifted = sift(ENTRIES, { span, unit, fresh, without: new Set(left as Entry["kind"][]), table: false }, (key) => key === "Observation/2", now);
    assert.equal(sifted.shown.length + hiddenCount(sifted.hidden), ENTRIES.length);
  }
});

test("each hidden one is counted by what hides it", () => {
  const { shown, hidden } = sift(ENTRIES, { span: "2024", without: new Set(["reports"]), unit: "a", fresh: false, table: false }, none, now);
  assert.deepEqual(shown.map((e) => e.key), ["Observation/1"]);
  assert.deepEqual(hidden, { time: 1, undated: 1, kinds: 1, unit: 1, seen: 0 });
  assert.equal(sift(ENTRIES, { ...EVERYTHING, fresh: true }, (key) => key === "Observation/4", now).hidden.seen, 4);
});

test("each filter tells how many it would show, the others as they are", () => {
  const { perKind, perUnit, fresh } = sift(ENTRIES, { ...EVERYTHING, span: "2024", without: new Set(["reports"]) }, (key) => key === "Observation/2" || key === "Observation/4", now);
  assert.deepEqual([...perKind], [["measurements", 2], ["reports", 1]]);
  assert.deepEqual([...perUnit], [["a", 1], ["b", 1]]);
  assert.equal(fresh, 1);
  assert.deepEqual([...sift(ENTRIES, EVERYTHING, none, now).perUnit], [["a", 3], ["b", 1], ["-", 1]]);
});
