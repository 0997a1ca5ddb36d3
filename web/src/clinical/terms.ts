// SPDX-License-Identifier: Apache-2.0
// The codes there are to choose among: value sets of the record's own, read once. A region keeps its own under the same
// addresses. What is in none of them can still be written in words.
import { signal } from "@preact/signals";
import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude, ValueSetExpansionContains } from "@fhir";
import { search } from "../fhir/client.ts";

export interface Term { readonly code: string; readonly system: string; readonly text: string }
export const TERM_LISTS = ["diagnoses", "allergens", "vaccines"] as const;
export type TermList = (typeof TERM_LISTS)[number];
/** missing: the record has no such value set. partial: some of it could not be expanded here. */
export type TermState = "idle" | "reading" | "ready" | "missing" | "partial" | "failed";
export interface Terms { readonly state: TermState; readonly terms: readonly Term[]; readonly error: unknown }

const ADDRESS = "https://helhet.example/fhir/ValueSet/";
const TERMS_MAX = 100_000;
const NONE: Terms = { state: "idle", terms: [], error: null };
const never = new AbortController().signal;
const lists = signal<Readonly<Record<TermList, Terms>>>({ diagnoses: NONE, allergens: NONE, vaccines: NONE });

export const termsOf = (list: TermList): Terms => lists.value[list];

function tell(list: TermList, terms: Terms): void {
  lists.value = { ...lists.peek(), [list]: terms };
}

export function inExpansion(contains: readonly ValueSetExpansionContains[] | undefined): Term[] {
  return (contains ?? []).flatMap((one) => [...(one.code === undefined || one.abstract === true ? [] : [{ code: one.code, system: one.system ?? "", text: one.display ?? one.code }]), ...inExpansion(one.contains)]);
}

export function inSystem(system: string, concepts: readonly CodeSystemConcept[] | undefined): Term[] {
  return (concepts ?? []).flatMap((one) => [{ code: one.code, system, text: one.display ?? one.code }, ...inSystem(system, one.concept)]);
}

/** The codes an include names; "system" when it is all of a system; "not" when it asks for more than can be done here. */
export function included(one: ValueSetComposeInclude): Term[] | "system" | "not" {
  if (one.filter !== undefined || one.valueSet !== undefined || one.system === undefined) return "not";
  const { system, concept } = one;
  return concept === undefined ? "system" : concept.map((c) => ({ code: c.code, system, text: c.display ?? c.code }));
}

async function wholeSystem(url: string): Promise<Term[] | null> {
  const page = await search("CodeSystem", [["url", url], ["_count", "1"]], never);
  const system: CodeSystem | undefined = page.matches[0];
  return system?.concept === undefined ? null : inSystem(url, system.concept);
}

async function expand(set: ValueSet): Promise<{ terms: Term[]; whole: boolean }> {
  if (set.expansion !== undefined) return { terms: inExpansion(set.expansion.contains), whole: true };
  const terms: Term[] = [];
  let whole = set.compose?.exclude === undefined;
  for (const one of set.compose?.include ?? []) {
    const found = included(one);
    const got = found === "system" ? await wholeSystem(one.system ?? "") : found === "not" ? null : found;
    if (got === null) whole = false;
    else terms.push(...got);
  }
  return { terms: terms.slice(0, TERMS_MAX), whole: whole && terms.length <= TERMS_MAX };
}

export async function readTerms(list: TermList): Promise<void> {
  const { state } = lists.peek()[list];
  if (state !== "idle" && state !== "failed") return;
  tell(list, { ...NONE, state: "reading" });
  try {
    const page = await search("ValueSet", [["url", ADDRESS + list], ["status", "active"], ["_sort", "-date"], ["_count", "1"]], never);
    const set = page.matches[0];
    if (set === undefined) return tell(list, { ...NONE, state: "missing" });
    const { terms, whole } = await expand(set);
    await prepare(terms);
    tell(list, { state: whole ? "ready" : "partial", terms, error: null });
  } catch (error) {
    tell(list, { ...NONE, state: "failed", error });
  }
}

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const bare = (code: string) => fold(code).replace(/[^a-z0-9]/g, "");
const wordsIn = (text: string) => fold(text).split(/[^\p{L}\d]+/u).filter((word) => word !== "");
interface Found { readonly words: readonly string[]; readonly code: string; readonly text: string }
const known = new WeakMap<Term, Found>();

function foundBy(term: Term): Found {
  const has = known.get(term) ?? { words: wordsIn(term.text), code: bare(term.code), text: fold(term.text) };
  known.set(term, has);
  return has;
}

const PREPARED_AT_ONCE = 1000;

/** What they are found by is made ready a part at a time, so that the first letter written does not wait for all of it. */
async function prepare(terms: readonly Term[]): Promise<void> {
  for (let i = 0; i < terms.length; i += PREPARED_AT_ONCE) {
    terms.slice(i, i + PREPARED_AT_ONCE).forEach(foundBy);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** By the beginnings of its words, or of its code with or without its point ("j18", "J189"). The code that is meant, and what begins as it is written, come first. */
export function findTerms(terms: readonly Term[], written: string, most: number): { hits: Term[]; more: boolean } {
  const asked = wordsIn(written);
  if (asked.length === 0) return { hits: [], more: false };
  const code = bare(written);
  const start = fold(written.trim());
  const hits = terms.flatMap((term) => {
    const has = foundBy(term);
    const byCode = code !== "" && /\d/.test(code) && has.code.startsWith(code);
    if (!byCode && !asked.every((word) => has.words.some((one) => one.startsWith(word)))) return [];
    return [{ term, rank: byCode ? 0 : has.text.startsWith(start) ? 1 : 2 }];
  });
  hits.sort((a, b) => a.rank - b.rank || (a.rank === 0 ? a.term.code.localeCompare(b.term.code) : a.term.text.localeCompare(b.term.text, "sv")));
  return { hits: hits.slice(0, most).map((hit) => hit.term), more: hits.length > most };
}
