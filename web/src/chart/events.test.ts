// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Observation } from "@fhir";
import { groupEvents, timedEvents } from "./events.ts";

const observation = (id: string, effectiveDateTime: string): Observation => ({ resourceType: "Observation", id, status: "final", code: {}, effectiveDateTime });

test("measurements of the same minute are one event, other days other groups", () => {
  const events = timedEvents([observation("a", "2026-01-02T08:00:01"), observation("b", "2026-01-02T08:00:30"), observation("c", "2026-01-02T09:00:00"), observation("d", "2026-01-01T08:00:00")]);
  const groups = groupEvents(events.map((e) => e.item));
  assert.deepEqual(groups.map((g) => g.day), ["2026-01-02", "2026-01-01"]);
  assert.deepEqual(groups[0]?.events.map((e) => e.resources.length), [1, 2]);
});

test("grouping twice does not add the same measurement twice", () => {
  const events = timedEvents([observation("a", "2026-01-02T08:00:01"), observation("b", "2026-01-02T08:00:30")]).map((e) => e.item);
  groupEvents(events);
  assert.equal(groupEvents(events)[0]?.events[0]?.resources.length, 2);
});

test("what has no date is kept in a group of its own", () => {
  const { effectiveDateTime: _, ...bare } = observation("a", "");
  assert.deepEqual(groupEvents(timedEvents([bare]).map((e) => e.item)).map((g) => g.day), [""]);
});
