// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Appointment, Encounter, ServiceRequest } from "@fhir";
import { nextSteps } from "./next.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const appointment = (id: string, status: string, start?: string) => ({ resourceType: "Appointment", id, status, participant: [], ...(start === undefined ? {} : { start }) }) as Appointment;
const encounter = (id: string, status: string, start: string) => ({ resourceType: "Encounter", id, status, class: { code: "AMB" }, period: { start } }) as Encounter;
const referral = (id: string, status: string, authoredOn: string) => ({ resourceType: "ServiceRequest", id, status, intent: "order", subject: {}, authoredOn }) as ServiceRequest;
const ids = (list: readonly { id?: string }[]) => list.map((one) => one.id);

test("the soonest first, what is over or called off not at all, without a time last", () => {
  const { ahead } = nextSteps([appointment("wait", "waitlist"), appointment("late", "booked", "2027-02-01T08:00:00Z"), appointment("soon", "booked", "2026-11-23T08:00:00Z"), appointment("off", "cancelled", "2026-11-23T07:00:00Z"), appointment("past", "booked", "2026-10-01T08:00:00Z")],
    [encounter("planned", "planned", "2026-12-24T08:00:00Z"), encounter("done", "finished", "2026-12-23T08:00:00Z")], [], now);
  assert.deepEqual(ids(ahead), ["soon", "planned", "late", "wait"]);
});

test("a planned contact that is the booked time is told once; one of earlier today stays", () => {
  const { ahead } = nextSteps([appointment("a", "booked", "2026-11-22T08:00:00Z")], [encounter("e", "planned", "2026-11-22T08:00:00Z")], [], now);
  assert.deepEqual(ids(ahead), ["a"]);
});

test("what goes on, and the referrals that wait, the oldest first", () => {
  const { now: goes, referrals } = nextSteps([], [encounter("out", "finished", "2026-11-01T08:00:00Z"), encounter("in", "in-progress", "2026-11-20T08:00:00Z")],
    [referral("new", "active", "2026-11-01"), referral("old", "on-hold", "2026-01-01"), referral("done", "completed", "2025-01-01")], now);
  assert.deepEqual([ids(goes), ids(referrals)], [["in"], ["old", "new"]]);
});
