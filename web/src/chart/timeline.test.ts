// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { mergeTimeline } from "./timeline.ts";

const list = (more: boolean, ...times: number[]) => ({ more, items: times.map((time) => ({ time, item: time })) });
const times = (merged: { events: { time: number }[] }) => merged.events.map((e) => e.time);

test("everything, newest first, when all lists are complete", () => {
  assert.deepEqual(times(mergeTimeline([list(false, 9, 3), list(false, 5, 1)], 10)), [9, 5, 3, 1]);
});

test("nothing older than the newest unread page is shown, and that page is asked for", () => {
  const merged = mergeTimeline([list(true, 9, 7), list(false, 8, 2)], 10);
  assert.deepEqual(times(merged), [9, 8, 7]);
  assert.deepEqual(merged.wanted, [0]);
});

test("a list that has not answered yet holds everything back", () => {
  assert.deepEqual(mergeTimeline([list(true), list(false, 1)], 10), { events: [], wanted: [0] });
});

test("no page is asked for while there is enough to show", () => {
  const merged = mergeTimeline([list(true, 9, 8, 7)], 2);
  assert.deepEqual(times(merged), [9, 8]);
  assert.deepEqual(merged.wanted, []);
});

test("undated events come last and are not lost", () => {
  assert.deepEqual(times(mergeTimeline([list(false, 5, Number.NEGATIVE_INFINITY)], 10)), [5, Number.NEGATIVE_INFINITY]);
});
