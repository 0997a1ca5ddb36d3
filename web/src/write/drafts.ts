// SPDX-License-Identifier: Apache-2.0
// Drafts: what is being written is kept by the service within a second of the last key, at once when the page is left,
// and in memory while the service is away. "kept" is said only when the service has said so.
import { computed, effect, signal } from "@preact/signals";
import { connection } from "../app/connection.ts";
import { FhirError } from "../fhir/error.ts";
import { newKey } from "../ids/key.ts";
import { me, meRequest } from "../me/call.ts";
import { holdWhile } from "./leaving.ts";

export interface Draft<C> { id: string; kind: string; patient: string; title: string; updated: string; content: C }
/** A line of the list of drafts; kept is false while only this page has it. */
export type DraftLine = Omit<Draft<unknown>, "content"> & { kept: boolean };
type Kept = "kept" | "keeping" | "not kept";

const SAVE_MS = 600;
const AGAIN_MS = 3000;
const KEEPALIVE_BYTES_MAX = 60_000;
const NOT_FOUND = 404;
const GONE = 410;
const CHANGED = 412;

interface Open { draft: Draft<unknown>; id: string; version: string; changed: boolean; busy: boolean; dropped: boolean; timer: ReturnType<typeof setTimeout> | 0; /** As it was sent last, as text. */ sent?: string }
const open = new Map<string, Open>();
const states = signal<ReadonlyMap<string, Kept>>(new Map());

/** Of all that is being written on this page. Always to be seen beside it. */
export const draftState = computed<Kept>(() => {
  const all = [...states.value.values()];
  return all.includes("not kept") ? "not kept" : all.includes("keeping") ? "keeping" : "kept";
});

/** Patients of what is written on this page and not kept by the service. */
export function unkeptPatients(): ReadonlySet<string> {
  return new Set([...open.values()].filter((one) => states.peek().get(one.draft.id) !== "kept" && !one.dropped && one.changed).map((one) => one.draft.patient));
}

export function newDraftId(): string {
  return newKey();
}

function tell(id: string, state: Kept | null): void {
  const next = new Map(states.peek());
  if (state === null) next.delete(id);
  else next.set(id, state);
  states.value = next;
}

const bodyOf = ({ kind, patient, title, content }: Draft<unknown>) => ({ kind, patient, title, content });
const pathOf = (one: Open) => `drafts/${encodeURIComponent(one.id)}`;

function soon(one: Open, ms: number): void {
  if (one.timer === 0) one.timer = setTimeout(() => { one.timer = 0; void save(one); }, ms);
}

async function save(one: Open): Promise<void> {
  if (one.busy || (!one.changed && !one.dropped)) return;
  one.busy = true;
  const { dropped } = one;
  one.changed = false;
  try {
    if (dropped) await remove(one);
    else await put(one);
    if (!one.changed) tell(one.draft.id, dropped ? null : "kept");
  } catch (error) {
    one.changed = true;
    tell(one.draft.id, "not kept");
  }
  one.busy = false;
  if (dropped && states.peek().get(one.draft.id) === undefined) open.delete(one.draft.id);
  else if (one.changed || one.dropped !== dropped) soon(one, states.peek().get(one.draft.id) === "not kept" ? AGAIN_MS : SAVE_MS);
}

async function put(one: Open): Promise<void> {
  const before = one.sent;
  const body = bodyOf(one.draft);
  one.sent = JSON.stringify(body);
  try {
    one.version = (await me("PUT", pathOf(one), body, one.version)).version;
  } catch (error) {
    if (!(error instanceof FhirError) || error.status !== CHANGED) throw error;
    await meet(one, before);
    one.version = (await me("PUT", pathOf(one), body, one.version)).version;
  }
}

/** Another version lies there. One of ours, whose answer was lost, is gone on from; what another page has written is left, and ours gets an id of its own. */
async function meet(one: Open, before: string | undefined): Promise<void> {
  const held = await me("GET", pathOf(one)).catch((error: unknown) => {
    if (error instanceof FhirError && error.status === NOT_FOUND) return null;
    throw error;
  });
  const lies = held === null ? "" : JSON.stringify(bodyOf(held.body as Draft<unknown>));
  if (held !== null && lies === before) {
    one.version = held.version;
    return;
  }
  one.id = newDraftId();
  one.version = "";
}

async function remove(one: Open): Promise<void> {
  try {
    await me("DELETE", pathOf(one));
  } catch (error) {
    if (!(error instanceof FhirError) || (error.status !== NOT_FOUND && error.status !== GONE)) throw error;
  }
}

/** Keeps what has been written so far; to be called at each change. */
export function keepDraft<C>(draft: Omit<Draft<C>, "updated">): void {
  const whole: Draft<unknown> = { ...draft, updated: new Date().toISOString() };
  const one = open.get(draft.id) ?? { draft: whole, id: draft.id, version: "", changed: true, busy: false, dropped: false, timer: 0 as const };
  one.draft = whole;
  one.changed = true;
  one.dropped = false;
  open.set(draft.id, one);
  if (states.peek().get(draft.id) !== "not kept") tell(draft.id, "keeping");
  soon(one, SAVE_MS);
}

interface Stored { id: string; kind: string; patient: string; title: string; updated: string; version?: string | number; content?: unknown }

/** null: there is none of that id. Throws FhirError when it could not be asked for. */
export async function openDraft<C>(id: string): Promise<Draft<C> | null> {
  const here = open.get(id);
  if (here?.dropped === true) return null;
  if (here !== undefined) return here.draft as Draft<C>;
  try {
    const held = await me("GET", `drafts/${encodeURIComponent(id)}`);
    const { kind, patient, title, updated, content } = held.body as Stored;
    const draft = { id, kind, patient, title, updated, content: content as C };
    open.set(id, { draft, id, version: held.version, changed: false, busy: false, dropped: false, timer: 0 });
    return draft;
  } catch (error) {
    if (error instanceof FhirError && error.status === NOT_FOUND) return null;
    throw error;
  }
}

/** Everything the user has begun, newest first: what the service has, and what only this page has. */
export async function drafts(): Promise<readonly DraftLine[]> {
  const here = [...open.values()].filter((one) => !one.dropped && one.version === "").map(({ draft, id }) => ({ ...lineOf({ ...draft, id: draft.id }), kept: false, stored: id }));
  const held = await me("GET", "drafts").then((got) => got.body as readonly Stored[], (error: unknown) => {
    if (error instanceof FhirError && error.status === NOT_FOUND) return [];
    throw error;
  });
  const dropped = new Set([...open.values()].filter((one) => one.dropped).map((one) => one.id));
  const there = held.filter((d) => !dropped.has(d.id) && here.every((h) => h.stored !== d.id)).map((d) => ({ ...lineOf(d), kept: true }));
  return [...here.map(({ stored: _, ...line }) => line), ...there].sort((a, b) => b.updated.localeCompare(a.updated));
}

function lineOf({ id, kind, patient, title, updated }: Stored): Omit<DraftLine, "kept"> {
  return { id, kind, patient, title, updated };
}

/** It has become something else, or its writer has thrown it away. */
export function dropDraft(id: string): void {
  const one = open.get(id) ?? { draft: { id, kind: "", patient: "", title: "", updated: "", content: null }, id, version: "", changed: false, busy: false, dropped: true, timer: 0 as const };
  one.dropped = true;
  open.set(id, one);
  void save(one);
}

/** What is not kept is sent at once, in a way that outlives the page. */
function leave(): void {
  for (const one of open.values()) {
    if (!one.changed || one.busy) continue;
    const request = meRequest("PUT", bodyOf(one.draft), one.version);
    if (one.dropped || String(request.body).length > KEEPALIVE_BYTES_MAX) void save(one);
    else {
      one.busy = true;
      fetch(`/me/${pathOf(one)}`, { ...request, keepalive: true }).then(
        (response) => {
          one.busy = false;
          const tag = /"([^"]*)"/.exec(response.headers.get("ETag") ?? "")?.[1];
          if (response.ok && tag !== undefined) { one.version = tag; one.changed = false; tell(one.draft.id, "kept"); } else void save(one);
        },
        () => { one.busy = false; },
      );
    }
  }
}

if (typeof document !== "undefined") {
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
}
holdWhile(() => draftState.peek() !== "kept");
effect(() => {
  if (connection.value === "up") for (const one of open.values()) if (one.changed || one.dropped) void save(one);
});
