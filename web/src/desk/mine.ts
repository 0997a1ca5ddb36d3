// SPDX-License-Identifier: Apache-2.0
// The patients of one's own: the 20 opened last, and lists by name. Only ids are kept, with the user's settings: who
// they are is asked for anew, so that what may not be seen is not.
import type { Patient } from "@fhir";
import { search } from "../fhir/client.ts";
import { newKey } from "../ids/key.ts";
import { setting } from "../me/settings.ts";
import { learnPatient } from "../write/names.ts";

export interface Recent { id: string; time: string }
export interface OwnList { id: string; name: string; patients: readonly string[] }

export const RECENT_MAX = 20;
export const LISTS_MAX = 20;
export const LIST_PATIENTS_MAX = 100;
export const LIST_NAME_MAX = 60;

/** The latest time of each, newest first. */
export function mergeRecent(mine: readonly Recent[], theirs: readonly Recent[]): readonly Recent[] {
  const latest = new Map<string, Recent>();
  for (const one of [...mine, ...theirs]) if (one.time > (latest.get(one.id)?.time ?? "")) latest.set(one.id, one);
  return [...latest.values()].sort((a, b) => b.time.localeCompare(a.time)).slice(0, RECENT_MAX);
}

/** A list that is here stands as it is here; one that only another page has is kept. */
export function mergeLists(mine: readonly OwnList[], theirs: readonly OwnList[]): readonly OwnList[] {
  return [...mine, ...theirs.filter((other) => mine.every((one) => one.id !== other.id))].slice(0, LISTS_MAX);
}

export const recent = setting<readonly Recent[]>("recent-patients", [], mergeRecent);
export const lists = setting<readonly OwnList[]>("patient-lists", [], mergeLists);

export function remember(id: string): void {
  if (recent.peek()[0]?.id !== id) recent.value = mergeRecent([{ id, time: new Date().toISOString() }], recent.peek());
}

export function forget(id: string): void {
  recent.value = recent.peek().filter((one) => one.id !== id);
}

/** False: there is one of that name already, or there are too many. */
export function addList(name: string): boolean {
  const trimmed = name.trim().slice(0, LIST_NAME_MAX);
  if (trimmed === "" || lists.peek().length >= LISTS_MAX || lists.peek().some((one) => one.name === trimmed)) return false;
  lists.value = [...lists.peek(), { id: newKey(), name: trimmed, patients: [] }];
  return true;
}

export function removeList(id: string): void {
  lists.value = lists.peek().filter((one) => one.id !== id);
}

export function putInList(list: string, patient: string, in_: boolean): void {
  const change = (one: OwnList) => ({ ...one, patients: [...one.patients.filter((p) => p !== patient), ...(in_ ? [patient] : [])].slice(-LIST_PATIENTS_MAX) });
  lists.value = lists.peek().map((one) => (one.id === list ? change(one) : one));
}

/** In the order of the ids; those that may not be seen or are gone are left out. */
export async function readPatients(ids: readonly string[], signal: AbortSignal): Promise<Patient[]> {
  if (ids.length === 0) return [];
  const page = await search("Patient", [["_id", ids.join(",")], ["_count", String(ids.length)]], signal);
  for (const patient of page.matches) learnPatient(patient);
  return ids.flatMap((id) => page.matches.find((p) => p.id === id) ?? []);
}
