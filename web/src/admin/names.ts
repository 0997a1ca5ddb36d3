// SPDX-License-Identifier: Apache-2.0
// Names behind references, fetched together and kept while the screens are open.
import { signal } from "@preact/signals";
import { searchPrivately } from "../fhir/client.ts";
import { currentName, nameText } from "../fhir/text.ts";

const known = signal<ReadonlyMap<string, string>>(new Map());
const PART = 50;
const never = new AbortController().signal;

/** The name of "Practitioner/x" or "Organization/x"; the reference itself until it is known, or when it is not here. */
export function nameOf(reference: string): string {
  return known.value.get(reference) || reference;
}

function later(found: readonly (readonly [string, string])[]): void {
  known.value = new Map([...known.value, ...found]);
}

/** Asks for the names that are not known; a failure leaves the references. */
export async function wantNames(references: readonly string[]): Promise<void> {
  const ids = (type: string) => [...new Set(references)].filter((r) => r.startsWith(`${type}/`) && !known.value.has(r)).map((r) => r.slice(type.length + 1));
  const people = ids("Practitioner");
  const units = ids("Organization");
  for (let at = 0; at < people.length; at += PART) {
    const page = await searchPrivately("Practitioner", [["_id", people.slice(at, at + PART).join(",")], ["_count", String(PART)]], never);
    later(page.matches.map((p) => [`Practitioner/${p.id ?? ""}`, nameText(currentName(p.name))] as const));
  }
  for (let at = 0; at < units.length; at += PART) {
    const page = await searchPrivately("Organization", [["_id", units.slice(at, at + PART).join(",")], ["_count", String(PART)]], never);
    later(page.matches.map((o) => [`Organization/${o.id ?? ""}`, o.name ?? ""] as const));
  }
}
