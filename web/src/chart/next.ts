// SPDX-License-Identifier: Apache-2.0
// What comes next for a patient: what goes on, what is booked or planned, and the referrals that wait. Pure functions.
import type { Appointment, Encounter, ServiceRequest } from "@fhir";
import { timeOf } from "../fhir/text.ts";
import { isOpenReferral } from "./state.ts";

/** Still to come, or not settled yet. */
export const AHEAD: ReadonlySet<string> = new Set(["proposed", "pending", "booked", "waitlist", "arrived", "checked-in"]);
const GOES_ON: ReadonlySet<string> = new Set(["arrived", "triaged", "in-progress", "onleave"]);

export interface NextSteps {
  /** Contacts that go on now, newest first. */
  now: Encounter[];
  /** Appointments and planned contacts from now on, the soonest first; what has no time last. */
  ahead: (Appointment | Encounter)[];
  /** Open referrals, the oldest first. */
  referrals: ServiceRequest[];
}

const startOf = (one: Appointment | Encounter) => timeOf((one.resourceType === "Appointment" ? one.start : one.period?.start) ?? "");
const DAY_MS = 86_400_000;

export function nextSteps(appointments: readonly Appointment[], encounters: readonly Encounter[], referrals: readonly ServiceRequest[], at: number): NextSteps {
  // One booked for earlier today is not settled because its hour has struck.
  const coming = (one: Appointment | Encounter) => startOf(one) === Number.NEGATIVE_INFINITY || startOf(one) > at - DAY_MS;
  const planned = encounters.filter((e) => e.status === "planned" && coming(e) && !appointments.some((a) => AHEAD.has(a.status) && startOf(a) === startOf(e)));
  const soon = (one: Appointment | Encounter) => (startOf(one) === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : startOf(one));
  return {
    now: encounters.filter((e) => GOES_ON.has(e.status)).sort((a, b) => startOf(b) - startOf(a)),
    ahead: [...appointments.filter((a) => AHEAD.has(a.status) && coming(a)), ...planned].sort((a, b) => (soon(a) === soon(b) ? 0 : soon(a) - soon(b))),
    referrals: referrals.filter(isOpenReferral).sort((a, b) => timeOf(a.authoredOn ?? "") - timeOf(b.authoredOn ?? "")),
  };
}
