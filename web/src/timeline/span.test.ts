// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { besides, bounds, countIn, levelOf, parts, readSpan, spanAt, wider, within, zoomTo } from "./span.ts";

const at = (year: number, month: number, day: number, hour = 0) => new Date(year, month - 1, day, hour).getTime();
const now = at(2026, 11, 22, 13);

test("what stands in the address is a stretch of time, or the whole", () => {
  assert.deepEqual(["", "30d", "202x", "2024", "2024-03", "2024-03-10"].map(levelOf), ["all", "recent", "decade", "year", "month", "day"]);
  for (const wrong of ["2024-13", "2024-3", "20x", "i går", "2024-03-32", "30"]) assert.equal(readSpan(wrong), "");
});

test("bounds lie in the reader's own time, the end outside", () => {
  assert.deepEqual(bounds("2024-02", now), { from: at(2024, 2, 1), to: at(2024, 3, 1) });
  assert.deepEqual(bounds("202x", now), { from: at(2020, 1, 1), to: at(2030, 1, 1) });
  assert.deepEqual(bounds("30d", now), { from: at(2026, 10, 24), to: at(2026, 11, 23) });
  assert.ok(within(bounds("2024-03-31", now), at(2024, 3, 31, 23)), "a day of 23 hours");
  assert.ok(!within(bounds("2024-03-31", now), at(2024, 4, 1)));
  assert.ok(!within(bounds("2024", now), Number.NEGATIVE_INFINITY), "what has no date lies in no stretch of time");
});

test("zooming out goes one step at a time, and to the whole", () => {
  assert.deepEqual(["2024-03-10", "2024-03", "2024", "202x", ""].map((span) => wider(span, now)), ["2024-03", "2024", "202x", "", ""]);
  assert.equal(wider("30d", now), "2026");
});

test("zooming in keeps to what is shown", () => {
  assert.equal(zoomTo("month", "2024", at(2024, 5, 2), now), "2024-05");
  assert.equal(zoomTo("month", "2019", at(2026, 5, 2), now), "2019-12", "the latest is not in what is shown: its end is");
  assert.equal(zoomTo("day", "", at(2026, 5, 2), now), "2026-05-02");
  assert.equal(zoomTo("year", "2024-03", at(2024, 3, 2), now), "2024");
});

test("the one before and the one after", () => {
  assert.deepEqual([besides("2024-01", -1, now), besides("2024-12", 1, now), besides("202x", -1, now), besides("2024-02-29", 1, now), besides("", 1, now)], ["2023-12", "2025-01", "201x", "2024-03-01", ""]);
});

test("parts: years, months, days, and decades where there are many years", () => {
  assert.deepEqual(parts("", at(2019, 5, 1), at(2021, 2, 1), now), ["2019", "2020", "2021"]);
  assert.deepEqual(parts("", at(1931, 5, 1), at(1961, 2, 1), now), ["193x", "194x", "195x", "196x"]);
  assert.equal(parts("202x", 0, 0, now).length, 10);
  assert.equal(parts("2024", 0, 0, now).length, 12);
  assert.deepEqual([parts("2024-02", 0, 0, now).length, parts("2024-02-03", 0, 0, now)[0], parts("30d", 0, 0, now).length], [29, "2024-02-01", 30]);
  assert.deepEqual(parts("", Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, now), [], "nothing is dated");
});

test("each is counted once, in its own part; what lies outside or has no date in none", () => {
  const spans = parts("2024", 0, 0, now);
  const times = [at(2024, 1, 1), at(2024, 1, 31, 23), at(2024, 12, 31, 23), at(2023, 12, 31, 23), at(2025, 1, 1), Number.NEGATIVE_INFINITY];
  assert.deepEqual(countIn(spans, times, now), [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(countIn([], times, now), []);
});

test("a time lies in the stretch it names, for every day of four years", () => {
  for (let day = 0; day < 1461; day++) {
    const time = at(2023, 1, 1 + day, 2);
    for (const level of ["decade", "year", "month", "day"] as const) assert.ok(within(bounds(spanAt(level, time), now), time), `${level} ${new Date(time)}`);
  }
});
