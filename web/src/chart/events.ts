// SPDX-License-Identifier: Apache-2.0
// Resources as events of the timeline: when they happened, and which belong together on a line.
import type { AllergyIntolerance, Appointment, CarePlan, Composition, Condition, DiagnosticReport, DocumentReference, Encounter, Flag, Immunization, MedicationRequest, MedicationStatement, Observation, Procedure, ServiceRequest } from "@fhir";
import { timeOf } from "../fhir/text.ts";
import { today } from "../fhir/today.ts";
import { observedAt } from "./labs.ts";

export type EventResource =
  | AllergyIntolerance | Composition | Condition | DiagnosticReport | DocumentReference | Encounter | Flag | Immunization | MedicationRequest | MedicationStatement
  | Observation | Procedure | ServiceRequest | Appointment | CarePlan;
export type EventType = EventResource["resourceType"];

export interface TimelineEvent {
  key: string;
  type: EventType;
  date: string;
  /** One, or for measurements all that were taken in the same minute. */
  resources: EventResource[];
}

export interface Group {
  /** A date of at most day precision; "" for what has no date. */
  day: string;
  events: TimelineEvent[];
}

const DATES: { readonly [T in EventType]: (r: Extract<EventResource, { resourceType: T }>) => string | undefined } = {
  Encounter: (r) => r.period?.start ?? r.period?.end,
  Condition: (r) => r.onsetDateTime ?? r.onsetPeriod?.start ?? r.recordedDate,
  Observation: (r) => observedAt(r),
  MedicationRequest: (r) => r.authoredOn,
  MedicationStatement: (r) => r.effectiveDateTime ?? r.effectivePeriod?.start ?? r.dateAsserted,
  DocumentReference: (r) => r.date,
  Composition: (r) => r.date,
  DiagnosticReport: (r) => r.effectiveDateTime ?? r.effectivePeriod?.start ?? r.issued,
  ServiceRequest: (r) => r.authoredOn,
  Procedure: (r) => r.performedDateTime ?? r.performedPeriod?.start,
  Immunization: (r) => r.occurrenceDateTime,
  AllergyIntolerance: (r) => r.onsetDateTime ?? r.recordedDate,
  Flag: (r) => r.period?.start,
  Appointment: (r) => r.start ?? r.created,
  CarePlan: (r) => r.period?.start ?? r.created,
};

export function eventDate(resource: EventResource): string {
  const date = DATES[resource.resourceType] as (r: EventResource) => string | undefined;
  return date(resource) ?? "";
}

export function timedEvents(resources: readonly EventResource[]): { time: number; item: TimelineEvent }[] {
  return resources.map((resource) => {
    const date = eventDate(resource);
    return { time: timeOf(date), item: { key: `${resource.resourceType}/${resource.id ?? ""}`, type: resource.resourceType, date, resources: [resource] } };
  }).sort((a, b) => b.time - a.time);
}

const DAY_LENGTH = 10;

/** The reader's own day, not the writer's time zone's. */
function dayOf(date: string): string {
  if (!date.includes("T")) return date;
  const at = new Date(date);
  if (Number.isNaN(at.getTime())) return date.slice(0, DAY_LENGTH);
  return today(at);
}

const sameMinute = (a: string, b: string) => Math.floor(timeOf(a) / 60_000) === Math.floor(timeOf(b) / 60_000);

/** Days newest first; measurements of one minute become one event. */
export function groupEvents(events: readonly TimelineEvent[]): Group[] {
  const days = new Map<string, Group>();
  for (const event of events) {
    const day = dayOf(event.date);
    const group = days.get(day) ?? { day, events: [] };
    days.set(day, group);
    const together = event.type === "Observation" ? group.events.find((e) => e.type === "Observation" && sameMinute(e.date, event.date)) : undefined;
    if (together === undefined) group.events.push({ ...event, resources: [...event.resources] });
    else together.resources.push(...event.resources);
  }
  return [...days.values()];
}
