// SPDX-License-Identifier: Apache-2.0
// The search as it stands. It outlives the search screen, so that going back shows the same hits; it is never stored.
import { signal } from "@preact/signals";
import type { Patient } from "@fhir";
import { searchPrivately, type Page } from "../fhir/client.ts";
import { currentName, nameText } from "../fhir/text.ts";
import { lookalikes } from "./lookalike.ts";
import { patientQuery, type PatientQuery } from "./query.ts";

export const ROWS_MAX = 50;
const DEBOUNCE_MS = 150;

export interface Hit {
  id: string;
  patient: Patient;
  lookalike: boolean;
}

export type SearchState =
  | { kind: "idle" }
  | { kind: "short" }
  | { kind: "searching" }
  | { kind: "done"; more: boolean; badControlDigit: boolean }
  | { kind: "failed"; error: unknown };

export const searchText = signal("");
export const searchState = signal<SearchState>({ kind: "idle" });
export const hits = signal<readonly Hit[]>([]);

let timer = 0;
let running: AbortController | null = null;

export function writeSearch(text: string): void {
  searchText.value = text;
  clearTimeout(timer);
  running?.abort();
  if (patientQuery(text, new Date()) === null) {
    hits.value = [];
    searchState.value = { kind: text.trim() === "" ? "idle" : "short" };
    return;
  }
  searchState.value = { kind: "searching" };
  timer = setTimeout(() => runSearch(), DEBOUNCE_MS);
}

/** Searches now; `then` runs when this very search, and no later one, has been answered. */
export function runSearch(then?: () => void): void {
  const query = patientQuery(searchText.value, new Date());
  clearTimeout(timer);
  running?.abort();
  if (query === null) return;
  const mine = new AbortController();
  running = mine;
  searchState.value = { kind: "searching" };
  ask(query, mine.signal).then(
    (pages) => {
      if (mine.signal.aborted) return;
      hits.value = toHits(pages);
      searchState.value = { kind: "done", more: pages.some((p) => p.next !== null), badControlDigit: query.badControlDigit };
      then?.();
    },
    (error: unknown) => {
      if (mine.signal.aborted) return;
      hits.value = [];
      searchState.value = { kind: "failed", error };
    },
  );
}

function ask(query: PatientQuery, signal: AbortSignal): Promise<Page<Patient>[]> {
  return Promise.all(query.searches.map((params) => searchPrivately("Patient", [...params, ["_sort", "family,given"], ["_count", String(ROWS_MAX)]], signal)));
}

function toHits(pages: readonly Page<Patient>[]): Hit[] {
  const unique = new Map<string, Patient>();
  for (const patient of pages.flatMap((p) => p.matches)) if (patient.id !== undefined && unique.size < ROWS_MAX) unique.set(patient.id, patient);
  const alike = lookalikes([...unique].map(([id, patient]) => {
    const name = currentName(patient.name);
    return { id, family: name?.family ?? nameText(name), given: (name?.given ?? []).join(" ") };
  }));
  return [...unique].map(([id, patient]) => ({ id, patient, lookalike: alike.has(id) }));
}
