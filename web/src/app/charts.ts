// SPDX-License-Identifier: Apache-2.0
// Which charts are open: two at most, in all windows of this browser together, each with a colour of its own. Windows
// tell one another their ids over a channel that stores nothing.
import { computed, signal } from "@preact/signals";
import { newKey } from "../ids/key.ts";

export interface OpenChart { id: string; strip: number }
export const CHARTS_MAX = 2;
export const STRIPS = 8;

/** Of this window, the one used last at the end. */
export const openCharts = signal<readonly OpenChart[]>([]);
const others = signal<ReadonlyMap<string, readonly OpenChart[]>>(new Map());
/** Of the other windows. */
export const chartsElsewhere = computed(() => [...others.value.values()].flat());

type Word = { from: string; open: readonly OpenChart[] } | { from: string; hello: true } | { from: string; close: string };
const me = newKey();
const channel = typeof BroadcastChannel === "undefined" || typeof document === "undefined" ? null : new BroadcastChannel("helhet.charts");
let mayClose: (id: string) => boolean = () => true;

function tell(): void {
  channel?.postMessage({ from: me, open: openCharts.peek() } satisfies Word);
}

function set(next: readonly OpenChart[]): void {
  openCharts.value = next;
  tell();
}

/** The colour a patient usually has; another when the other open chart has that one. */
export function stripFor(id: string, taken: readonly OpenChart[]): number {
  const same = taken.find((c) => c.id === id);
  if (same !== undefined) return same.strip;
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  let strip = sum % STRIPS;
  while (taken.some((c) => c.strip === strip)) strip = (strip + 1) % STRIPS;
  return strip;
}

export function stripOf(id: string): number {
  return openCharts.value.find((c) => c.id === id)?.strip ?? stripFor(id, chartsElsewhere.value);
}

export function closeChart(id: string): void {
  set(openCharts.peek().filter((c) => c.id !== id));
}

/** Asks the window that has it open to close it; one with unsaved work there does not. */
export function closeElsewhere(id: string): void {
  channel?.postMessage({ from: me, close: id } satisfies Word);
}

/**
 * Opens a chart, or makes it the one used last. When two others are open the one used longest ago in this window gives
 * way, unless `unsaved` says that something in it is not saved. False: there is no room, and nothing has changed.
 */
export function openChart(id: string, unsaved: (id: string) => boolean): boolean {
  mayClose = (other) => !unsaved(other);
  const own = openCharts.peek();
  const known = own.find((c) => c.id === id);
  const elsewhere = chartsElsewhere.peek();
  let rest = own.filter((c) => c.id !== id);
  const distinct = () => new Set([...rest, ...elsewhere].map((c) => c.id).concat(id)).size;
  while (distinct() > CHARTS_MAX) {
    const oldest = rest.find((c) => mayClose(c.id) && elsewhere.every((e) => e.id !== c.id));
    if (oldest === undefined) return false;
    rest = rest.filter((c) => c !== oldest);
  }
  set([...rest, known ?? { id, strip: stripFor(id, [...rest, ...elsewhere]) }]);
  return true;
}

function heard(word: Word): void {
  if (word.from === me) return;
  if ("hello" in word) tell();
  else if ("close" in word) { if (openCharts.peek().some((c) => c.id === word.close) && mayClose(word.close)) closeChart(word.close); }
  else {
    const next = new Map(others.peek());
    if (word.open.length === 0) next.delete(word.from);
    else next.set(word.from, word.open);
    others.value = next;
  }
}

if (channel !== null) {
  channel.onmessage = (event: MessageEvent<Word>) => heard(event.data);
  addEventListener("pagehide", () => channel.postMessage({ from: me, open: [] } satisfies Word));
  addEventListener("pageshow", tell);
  channel.postMessage({ from: me, hello: true } satisfies Word);
}
