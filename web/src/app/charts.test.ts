// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { closeChart, openChart, openCharts, STRIPS, stripFor } from "./charts.ts";

const ids = () => openCharts.peek().map((c) => c.id);
const nothing = () => false;

test("two charts at most: the one used longest ago gives way", () => {
  for (const id of ["a", "b"]) assert.equal(openChart(id, nothing), true);
  assert.deepEqual(ids(), ["a", "b"]);
  openChart("a", nothing);
  openChart("c", nothing);
  assert.deepEqual(ids(), ["a", "c"]);
});

test("a chart with unsaved work never gives way by itself", () => {
  assert.equal(openChart("d", (id) => id === "a"), true);
  assert.deepEqual(ids(), ["a", "d"]);
  assert.equal(openChart("e", () => true), false);
  assert.deepEqual(ids(), ["a", "d"]);
  closeChart("a");
  assert.equal(openChart("e", () => true), true);
});

test("two open charts never have the same colour, and a patient keeps the one it has", () => {
  for (let i = 0; i < 200; i++) {
    openChart(`p${i}`, nothing);
    assert.equal(new Set(openCharts.peek().map((c) => c.strip)).size, openCharts.peek().length);
  }
  const before = openCharts.peek()[0];
  openChart(before?.id ?? "", nothing);
  assert.equal(openCharts.peek().find((c) => c.id === before?.id)?.strip, before?.strip);
  assert.ok(stripFor("x", []) < STRIPS);
});
