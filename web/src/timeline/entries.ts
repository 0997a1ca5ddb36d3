// SPDX-License-Identifier: Apache-2.0
// Resources as entries: when, of what kind, and whose. Pure functions.
import type { Resource } from "@fhir";
import { eventDate, type EventResource, type EventType } from "../chart/events.ts";
import { timeOf } from "../fhir/text.ts";
import type { Entry, Kind } from "./view.ts";

const UNIT_URL = /\/StructureDefinition\/care-unit$/;

/** The unit that the record is labelled with, else the one it names itself. "Organization/x", or "". */
export function unitOf(resource: EventResource): string {
  const label = resource.meta?.extension?.find((extension) => UNIT_URL.test(extension.url))?.valueReference?.reference;
  if (label !== undefined) return label;
  const named = resource.resourceType === "Encounter" ? [resource.serviceProvider]
    : resource.resourceType === "DocumentReference" || resource.resourceType === "Composition" ? [resource.custodian]
    : resource.resourceType === "Observation" || resource.resourceType === "DiagnosticReport" ? (resource.performer ?? []) : [];
  return named.find((reference) => reference?.reference?.startsWith("Organization/") === true)?.reference ?? "";
}

const OF_TYPE: Readonly<Record<EventType, Kind>> = {
  Encounter: "encounters", Appointment: "appointments", Condition: "conditions", Observation: "measurements", MedicationRequest: "prescriptions", MedicationStatement: "statements", DocumentReference: "documents",
  Composition: "compositions", DiagnosticReport: "reports", ServiceRequest: "referrals", Procedure: "procedures", Immunization: "immunizations", CarePlan: "carePlans", AllergyIntolerance: "allergies", Flag: "flags",
};
export const EVENT_TYPES = Object.keys(OF_TYPE) as readonly EventType[];

export function isEvent(resource: Resource): resource is EventResource {
  return resource.resourceType in OF_TYPE;
}

export const keyOf = (resource: Resource) => `${resource.resourceType}/${resource.id ?? ""}`;

export function entryOf(resource: EventResource): Entry {
  const date = eventDate(resource);
  return { key: keyOf(resource), type: resource.resourceType, kind: OF_TYPE[resource.resourceType], date, time: timeOf(date), unit: unitOf(resource) };
}

/** Newest first, what has no date last. */
export function byTime<E extends { time: number }>(entries: readonly E[]): E[] {
  return [...entries].sort((a, b) => (a.time === b.time ? 0 : b.time - a.time));
}
