// SPDX-License-Identifier: Apache-2.0
// Writes that failed or whose fate is unsure follow the user until they are settled: a reload, another computer or a
// crash does not make anybody forget them. The record itself knows nothing of what it never got.
import { computed, effect } from "@preact/signals";
import { setting } from "../me/settings.ts";
import { receipts, type Receipt } from "./receipts.ts";

const UNRESOLVED_MAX = 100;
const byKey = (all: readonly Receipt[]) => [...new Map(all.map((r) => [r.key, r])).values()].slice(0, UNRESOLVED_MAX);
/** Keys that have been settled on this page win over what another page still holds. */
const settled = new Set<string>();

const held = setting<readonly Receipt[]>("unresolved", [], (mine, theirs) => byKey([...mine, ...theirs]).filter((r) => !settled.has(r.key)));

const isOpen = (r: Receipt) => r.state === "failed" || r.state === "unsure";

effect(() => {
  const now = receipts.value;
  const before = held.peek();
  const known = new Map(now.map((r) => [r.key, r]));
  for (const r of before) if (known.get(r.key)?.state === "saved") settled.add(r.key);
  const fresh = now.filter((r) => isOpen(r) && !settled.has(r.key)).map((r) => ({ ...r, patientName: "" }));
  const next = byKey([...fresh, ...before]).filter((r) => !settled.has(r.key));
  if (JSON.stringify(next) !== JSON.stringify(before)) held.value = next;
});

/** Newest first. */
export const unresolved = computed(() => [...held.value].sort((a, b) => b.time.localeCompare(a.time)));

/** The user has seen to it. */
export function settle(key: string): void {
  settled.add(key);
  held.value = held.peek().filter((r) => r.key !== key);
}
