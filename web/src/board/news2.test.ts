// SPDX-License-Identifier: Apache-2.0
// The Royal College of Physicians' chart 1, cell by cell: the first and the last value of each.
import { test } from "node:test";
import assert from "node:assert/strict";
import { MEASURES, news2, riskOf, type Measure, type Scale, type Vitals } from "./news2.ts";

type Cell = readonly [from: number, to: number, points: number];
interface Row { measure: Measure; scale: Scale; given: Vitals; set: (value: number) => Vitals; step: number; cells: readonly Cell[] }

const CHART: readonly Row[] = [
  { measure: "respiration", scale: 1, given: {}, set: (respiration) => ({ respiration }), step: 1, cells: [[0, 8, 3], [9, 11, 1], [12, 20, 0], [21, 24, 2], [25, 80, 3]] },
  { measure: "saturation", scale: 1, given: {}, set: (saturation) => ({ saturation }), step: 1, cells: [[50, 91, 3], [92, 93, 2], [94, 95, 1], [96, 100, 0]] },
  { measure: "saturation", scale: 2, given: { oxygen: false }, set: (saturation) => ({ saturation }), step: 1, cells: [[50, 83, 3], [84, 85, 2], [86, 87, 1], [88, 92, 0], [93, 100, 0]] },
  { measure: "saturation", scale: 2, given: { oxygen: true }, set: (saturation) => ({ saturation }), step: 1, cells: [[50, 83, 3], [84, 85, 2], [86, 87, 1], [88, 92, 0], [93, 94, 1], [95, 96, 2], [97, 100, 3]] },
  { measure: "systolic", scale: 1, given: {}, set: (systolic) => ({ systolic }), step: 1, cells: [[30, 90, 3], [91, 100, 2], [101, 110, 1], [111, 219, 0], [220, 300, 3]] },
  { measure: "pulse", scale: 1, given: {}, set: (pulse) => ({ pulse }), step: 1, cells: [[0, 40, 3], [41, 50, 1], [51, 90, 0], [91, 110, 1], [111, 130, 2], [131, 250, 3]] },
  { measure: "temperature", scale: 1, given: {}, set: (temperature) => ({ temperature }), step: 0.1, cells: [[25, 35, 3], [35.1, 36, 1], [36.1, 38, 0], [38.1, 39, 1], [39.1, 43, 2]] },
];

test("each cell of the chart gives its points, from its first value to its last, and the cells meet", () => {
  for (const row of CHART) {
    for (const [i, [from, to, points]] of row.cells.entries()) {
      for (const value of [from, to]) assert.equal(news2({ ...row.given, ...row.set(value) }, row.scale).points[row.measure], points, `${row.measure} ${value}`);
      const next = row.cells[i + 1];
      if (next !== undefined) assert.ok(Math.abs(next[0] - to - row.step) < 1e-9, `${row.measure}: a gap after ${to}`);
    }
  }
});

test("oxygen and consciousness", () => {
  assert.deepEqual([news2({ oxygen: true }).points.oxygen, news2({ oxygen: false }).points.oxygen], [2, 0]);
  assert.deepEqual([news2({ alert: false }).points.consciousness, news2({ alert: true }).points.consciousness], [3, 0]);
});

const WELL: Vitals = { respiration: 16, saturation: 97, oxygen: false, systolic: 120, pulse: 70, alert: true, temperature: 36.8 };

test("the least and the most", () => {
  assert.deepEqual([news2(WELL).score, news2(WELL).risk, news2(WELL).missing.length], [0, "low", 0]);
  const worst = news2({ respiration: 30, saturation: 80, oxygen: true, systolic: 70, pulse: 150, alert: false, temperature: 34 });
  assert.deepEqual([worst.score, worst.risk], [20, "high"]);
});

test("thresholds: 0–4 low, a single 3 low to medium, 5–6 medium, 7 and more high", () => {
  const cases: readonly (readonly [number, number, string])[] = [[0, 0, "low"], [4, 2, "low"], [3, 3, "lowMedium"], [4, 3, "lowMedium"], [5, 2, "medium"], [5, 3, "medium"], [6, 3, "medium"], [7, 2, "high"], [20, 3, "high"]];
  for (const [score, single, risk] of cases) assert.equal(riskOf(score, single, true), risk, `${score} ${single}`);
});

test("what has not been measured is told, and never taken for normal", () => {
  const { consciousness: _, ...rest } = { ...WELL, consciousness: 0 };
  const { alert: __, ...without } = rest;
  assert.deepEqual([news2(without).missing, news2(without).risk, news2(without).score], [["consciousness"], null, 0]);
  assert.deepEqual(news2({}).missing, MEASURES);
  assert.deepEqual([news2({ systolic: 80, respiration: 30, saturation: 85 }).score, news2({ systolic: 80, respiration: 30, saturation: 85 }).risk], [9, "high"], "already high with what is known");
  assert.deepEqual(news2({ saturation: 97 }, 2).missing.includes("saturation"), true, "scale 2 needs to know of the oxygen");
  assert.equal(news2({ saturation: 90 }, 2).points.saturation, 0, "the same with and without oxygen");
});
