// SPDX-License-Identifier: Apache-2.0
// What patients are called, for receipts and lists that know only their ids. In memory only.
import { signal } from "@preact/signals";
import type { Patient } from "@fhir";
import { search } from "../fhir/client.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";

const NAMES_MAX = 500;
const BATCH_MAX = 50;
const PAUSE_MS = 30;
export interface Called { name: string; number: string; given: string; family: string }
export const called = signal<ReadonlyMap<string, Called>>(new Map());
const asked = new Set<string>();
let wanted: string[] = [];
const never = new AbortController().signal;

export function learnPatient(patient: Patient): void {
  if (patient.id === undefined) return;
  const known = new Map(called.peek());
  known.delete(patient.id);
  const name = currentName(patient.name);
  known.set(patient.id, { name: nameText(name), number: identityNumber(patient)?.text ?? "", given: (name?.given ?? []).join(" "), family: name?.family ?? "" });
  for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - NAMES_MAX))) known.delete(oldest);
  called.value = known;
}

/** "" until it is known; asked for, many at a time. */
export function patientName(id: string): string {
  if (id === "") return "";
  const known = called.value.get(id);
  if (known === undefined && !asked.has(id)) {
    asked.add(id);
    if (wanted.length === 0) setTimeout(() => void askAll(), PAUSE_MS);
    wanted.push(id);
  }
  return known?.name ?? "";
}

/** A name that may not be seen, or cannot be had now, leaves its place empty; it is asked for again another time. */
async function askAll(): Promise<void> {
  const ids = wanted;
  wanted = [];
  for (let i = 0; i < ids.length; i += BATCH_MAX) {
    const some = ids.slice(i, i + BATCH_MAX);
    const page = await search("Patient", [["_id", some.join(",")], ["_count", String(BATCH_MAX)]], never).catch(() => null);
    for (const patient of page?.matches ?? []) learnPatient(patient);
    if (page === null) for (const id of some) asked.delete(id);
  }
}
