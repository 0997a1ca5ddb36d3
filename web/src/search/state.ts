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

/** One search field: what is written in it, how it goes, and what was found. */
export class PatientSearch {
  readonly text = signal("");
  readonly state = signal<SearchState>({ kind: "idle" });
  readonly hits = signal<readonly Hit[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | null = null;

  write(text: string): void {
    this.text.value = text;
    clearTimeout(this.timer);
    this.running?.abort();
    if (patientQuery(text, new Date()) === null) {
      this.hits.value = [];
      this.state.value = { kind: text.trim() === "" ? "idle" : "short" };
      return;
    }
    this.state.value = { kind: "searching" };
    this.timer = setTimeout(() => this.run(), DEBOUNCE_MS);
  }

  /** Searches now; `then` runs when this very search, and no later one, has been answered. */
  run(then?: () => void): void {
    const query = patientQuery(this.text.value, new Date());
    clearTimeout(this.timer);
    this.running?.abort();
    if (query === null) return;
    const mine = new AbortController();
    this.running = mine;
    this.state.value = { kind: "searching" };
    ask(query, mine.signal).then(
      (pages) => {
        if (mine.signal.aborted) return;
        this.hits.value = toHits(pages.flatMap((p) => p.matches));
        this.state.value = { kind: "done", more: pages.some((p) => p.next !== null), badControlDigit: query.badControlDigit };
        then?.();
      },
      (error: unknown) => {
        if (mine.signal.aborted) return;
        this.hits.value = [];
        this.state.value = { kind: "failed", error };
      },
    );
  }
}

/** The search screen's own. */
export const patientSearch = new PatientSearch();

function ask(query: PatientQuery, signal: AbortSignal): Promise<Page<Patient>[]> {
  return Promise.all(query.searches.map((params) => searchPrivately("Patient", [...params, ["_sort", "family,given"], ["_count", String(ROWS_MAX)]], signal)));
}

/** Each patient once, those that could be taken for one another marked. */
export function toHits(patients: readonly Patient[]): Hit[] {
  const unique = new Map<string, Patient>();
  for (const patient of patients) if (patient.id !== undefined && unique.size < ROWS_MAX) unique.set(patient.id, patient);
  const alike = lookalikes([...unique].map(([id, patient]) => {
    const name = currentName(patient.name);
    return { id, family: name?.family ?? nameText(name), given: (name?.given ?? []).join(" ") };
  }));
  return [...unique].map(([id, patient]) => ({ id, patient, lookalike: alike.has(id) }));
}
