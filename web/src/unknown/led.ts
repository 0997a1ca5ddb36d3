// SPDX-License-Identifier: Apache-2.0
// Merged records: whom an old address leads on to, and from whom one has just been led.
import { signal } from "@preact/signals";
import type { Patient } from "@fhir";

/** The last time an old address led on: to which chart, and what the old one was called. */
export const led = signal<{ to: string; from: string; source: string } | null>(null);

const idOf = (reference: string | undefined) => /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(reference ?? "")?.[1];

/** Whom the record has been merged with; "" when it is a record of its own. */
export function mergedWith(patient: Patient): string {
  return patient.link?.filter((l) => l.type === "replaced-by").map((l) => idOf(l.other.reference)).find((id) => id !== undefined) ?? "";
}

/** Ids of the records that have been merged into this one. */
export function mergedFrom(patient: Patient): string[] {
  return (patient.link ?? []).filter((l) => l.type === "replaces").flatMap((l) => idOf(l.other.reference) ?? []);
}
